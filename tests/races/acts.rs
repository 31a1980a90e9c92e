//! What can be done about a message that is being told of, and what it forbids.

use super::house::{Sent, Two, register};
use crate::api::fixture::{Fixture, Who};
use domain::ids::RelationshipId;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

const SETTINGS: &str = "/v1/notification_settings";

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Act {
    /// The owner ends the relationship.
    End,
    /// The provider leaves it.
    Leave,
    /// The owner opens the message.
    Open,
    /// The provider takes it back.
    Recall,
    /// The owner pauses: nothing rings.
    Pause,
    /// She is in hospital: nothing rings either.
    Hospital,
    /// She wants no notices of messages.
    SwitchOff,
    /// She wants them in the app alone.
    PushOff,
    /// Her first phone is no longer hers.
    PhoneGone,
}

impl Act {
    pub const ALL: [Self; 9] = [
        Self::End,
        Self::Leave,
        Self::Open,
        Self::Recall,
        Self::Pause,
        Self::Hospital,
        Self::SwitchOff,
        Self::PushOff,
        Self::PhoneGone,
    ];
}

/// A message, and who can do something about it.
pub struct About {
    owner: Who,
    provider: Who,
    relationship: RelationshipId,
    phone: Uuid,
    pub message: Uuid,
}

impl About {
    pub fn of(two: &Two, message: Uuid) -> Self {
        Self {
            owner: two.pair.owner.clone(),
            provider: two.pair.provider.clone(),
            relationship: two.pair.relationship,
            phone: two.phones[0],
            message,
        }
    }

    pub async fn act(&self, fixture: &Fixture, act: Act) {
        let (owner, provider) = (&self.owner, &self.provider);
        let relationship = format!("/v1/relationships/{}", self.relationship);
        let message = |act: &str| format!("/v1/messages/{}/{act}", self.message);
        let settings = |key: &str| json!({ "items": [{ "job": "message_notice", key: false }] });
        match act {
            Act::End => fixture.delete(owner, &relationship).await.expect(204),
            Act::Leave => fixture.post(provider, &format!("{relationship}/leave"), Value::Null).await.expect(204),
            Act::Open => fixture.post(owner, &message("open"), Value::Null).await.expect(200),
            Act::Recall => fixture.post(provider, &message("recall"), Value::Null).await.expect(200),
            Act::Pause => fixture.post(owner, "/v1/pause", json!({})).await.expect(200),
            Act::Hospital => fixture.post(owner, "/v1/hospital", json!({})).await.expect(200),
            Act::SwitchOff => fixture.put(owner, SETTINGS, settings("on")).await.expect(200),
            Act::PushOff => fixture.put(owner, SETTINGS, settings("push")).await.expect(200),
            Act::PhoneGone => fixture.delete(owner, &format!("/v1/devices/{}", self.phone)).await.expect(204),
        };
    }

    /// Whether the act forbids this delivery.
    pub fn forbids(&self, act: Act, sent: &Sent) -> bool {
        match act {
            Act::End | Act::Leave | Act::Open | Act::Recall | Act::SwitchOff => true,
            Act::Pause | Act::Hospital | Act::PushOff => sent.device.is_some(),
            Act::PhoneGone => sent.device == Some(self.phone),
        }
    }

    /// What stood right after the act, and what stands at the end.
    pub fn check(&self, act: Act, then: &[Sent], now: &[Sent], seed: u64) {
        let had: BTreeSet<Uuid> = then.iter().filter(|sent| sent.begun).map(|sent| sent.id).collect();
        let wakes = |sent: &&Sent| sent.action == "wake" && sent.begun;
        for sent in now.iter().filter(wakes).filter(|sent| self.forbids(act, sent)) {
            assert!(had.contains(&sent.id), "seed {seed}: {act:?} was committed, and then {sent:?} began");
        }
        if matches!(act, Act::End | Act::Leave | Act::Open | Act::Recall) {
            for sent in now.iter().filter(wakes).filter(|sent| sent.device.is_some()) {
                let back = now.iter().any(|other| other.action == "withdraw" && other.device == sent.device);
                assert!(back, "seed {seed}: {act:?} took {sent:?} back from no phone");
            }
        }
    }

    /// Puts everything back, so that the next message is told of as the first was.
    pub async fn undo(&self, fixture: &Fixture, act: Act, two: &mut Two) {
        let (owner, provider) = (&self.owner, &self.provider);
        match act {
            Act::End | Act::Leave => two.pair = fixture.relate(owner.clone(), provider.clone()).await,
            Act::Pause => drop(fixture.delete(owner, "/v1/pause").await.expect(204)),
            Act::Hospital => drop(fixture.delete(owner, "/v1/hospital").await.expect(204)),
            Act::SwitchOff | Act::PushOff => {
                let on = json!({ "items": [{ "job": "message_notice", "on": true, "push": true }] });
                drop(fixture.put(owner, SETTINGS, on).await.expect(200));
            }
            Act::PhoneGone => {
                two.phones[0] = register(fixture, owner, &self.phone.simple().to_string().repeat(2)).await
            }
            Act::Open | Act::Recall => {}
        }
        if !matches!(act, Act::End | Act::Leave | Act::Recall) {
            let open = format!("/v1/messages/{}/open", self.message);
            fixture.post(owner, &open, Value::Null).await.expect(200);
        }
    }
}
