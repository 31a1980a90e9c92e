//! What phones know by syncing alone.

use super::{Life, hidden};
use backend::app::shared_plan;
use mobile_contract::toolbox::SharedItemOut;
use poem_openapi::types::{ParseFromJSON, ToJSON};
use std::collections::BTreeMap;
use uuid::Uuid;

impl Life<'_> {
    /// The owner's phone has what she keeps, and a reader's what the model says, item by item, and her plan as it reads now.
    pub async fn the_phones_agree(&mut self) {
        self.her_phone.sync(self.fixture).await;
        let living = self.model.items.iter().filter(|(_, item)| !item.gone).map(|(id, _)| id.to_string());
        assert_eq!(self.her_phone.of_kind("item").into_keys().collect::<Vec<_>>(), living.collect::<Vec<_>>());
        for reader in 0..2 {
            self.the_phone_agrees(reader).await;
        }
    }

    async fn the_phone_agrees(&mut self, reader: usize) {
        let (caller, owner) = (self.readers[reader].0, self.owner.actor.account);
        let expected = self.expected(caller.actor.account);
        let phone = &mut self.phones[reader];
        phone.sync(self.fixture).await;
        let told: BTreeMap<Uuid, SharedItemOut> = phone
            .of_kind("shared_item")
            .into_values()
            .inspect(|it| assert_eq!(it["owner_id"], owner.to_string(), "somebody else's"))
            .map(|it| SharedItemOut::parse_from_json(Some(it["item"].clone())).expect("an item"))
            .map(|item| (item.id, item))
            .collect();
        assert_eq!(told.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "{:?}", self.model.settings);
        for (id, item) in &told {
            let (_, kind, words, level, parent, names) = &expected[id];
            assert_eq!(Self::found(item), (*id, words.clone(), *parent, *names));
            assert_eq!((item.kind.as_str(), item.level.as_str()), (*kind, level.as_str()));
        }
        let plan = phone.of_kind("shared_plan").get(owner.to_string().as_str()).map(|plan| (*plan).clone());
        let now = hidden(shared_plan::get(&self.fixture.app, caller, owner).await).and_then(|plan| plan.to_json());
        assert_eq!(plan, now);
    }
}
