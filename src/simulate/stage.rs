//! The stage: a scratch database on a virtual clock, with the people of a run. Whatever happens to
//! them goes through the same functions as a call from a phone.

use super::fields::Label;
use super::script::Act;
use backend::app::sessions::Caller;
use backend::{App, Settings};
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use domain::agreements::Terms;
use domain::clock::{SeededEntropy, VirtualClock};
use domain::ids::{
    AbsenceId, AccountId, CommentId, DeviceId, ItemId, MessageId, OrganisationId, PersonId, ProposalId, RelationshipId,
    SeriesId, SessionId,
};
use domain::ownership::Actor;
use domain::policy::OnOwn;
use domain::toolbox::ItemKind;
use domain::words::{ConsentKind, Language, Level, Module, Platform, PushEnvironment, Role};
use std::collections::BTreeMap;
use std::sync::Arc;
use storage::sealed::{MasterKey, Sealer};
use storage::sessions::NewDevice;
use storage::{Address, Result, Store, accounts, connect};
use uuid::Uuid;

/// The scratch world of one run.
#[derive(Debug)]
pub struct Stage {
    pub app: Arc<App>,
    pub clock: VirtualClock,
    pub zone: Tz,
    pub organisation: OrganisationId,
    pub admin: Caller,
    people: BTreeMap<Label, Caller>,
    labels: BTreeMap<Uuid, Label>,
    pub pairs: BTreeMap<(Label, Label), RelationshipId>,
    /// What each pair agreed on last.
    pub terms: BTreeMap<RelationshipId, Terms>,
    pub series: BTreeMap<Label, SeriesId>,
    pub messages: BTreeMap<Label, MessageId>,
    /// Of each provider, in the order they were told.
    pub absences: BTreeMap<Label, Vec<Absent>>,
    pub items: BTreeMap<Label, Kept>,
    /// With what they are about.
    pub proposals: BTreeMap<Label, (ProposalId, Label)>,
    pub comments: BTreeMap<Label, CommentId>,
}

/// Days away.
#[derive(Clone, Debug)]
pub struct Absent {
    pub id: AbsenceId,
    pub from: NaiveDate,
    /// The first day back.
    pub to: NaiveDate,
    pub substitute: Option<Label>,
}

/// Something of an owner's toolbox.
#[derive(Clone, Debug)]
pub struct Kept {
    pub id: ItemId,
    pub kind: ItemKind,
    /// What it lies under.
    pub under: Option<Label>,
}

impl Stage {
    /// An empty world at `start`. Nothing in it outlives the run, so nothing is synced to a disk.
    ///
    /// # Errors
    /// When the scratch database cannot be made.
    pub async fn set(seed: u64, start: DateTime<Utc>, zone: Tz) -> Result<Self> {
        let clock = VirtualClock::at(start);
        let ticking: Arc<VirtualClock> = Arc::new(clock.clone());
        let entropy = Arc::new(SeededEntropy::new(seed));
        let scratch = Address { durable: false, ..Address::new("sqlite::memory:") };
        let keys = connect::open(&scratch).await?;
        let master = MasterKey::generate(&*entropy);
        let sealer = Sealer::over(keys, master, ticking.clone(), entropy.clone()).await?;
        let store = Store::connect(&scratch, Arc::new(sealer), ticking, entropy).await?;
        storage::migrate(&store).await?;
        let organisation = OrganisationId(store.new_id());
        let tx = store.write().await?;
        let new = accounts::NewOrganisation {
            id: organisation,
            name: "Simulation".into(),
            level: Level::Primary,
            zone: zone.name().to_owned(),
            calendar: "NO".into(),
        };
        accounts::create_organisation(&tx, new, start).await?;
        tx.commit().await?;
        let app = App::new(store, Settings { requests_per_minute: u32::MAX, ..Settings::default() });
        let mut stage = Self {
            admin: nobody(organisation),
            app,
            clock,
            zone,
            organisation,
            people: BTreeMap::new(),
            labels: BTreeMap::new(),
            pairs: BTreeMap::new(),
            terms: BTreeMap::new(),
            series: BTreeMap::new(),
            messages: BTreeMap::new(),
            absences: BTreeMap::new(),
            items: BTreeMap::new(),
            proposals: BTreeMap::new(),
            comments: BTreeMap::new(),
        };
        stage.admin = stage.person(&Label("admin".into()), Role::Admin).await?;
        Ok(stage)
    }

    pub fn store(&self) -> &Store {
        &self.app.store
    }

    /// The person of this label, who comes onto the stage the first time she is named.
    pub async fn person(&mut self, label: &Label, role: Role) -> Result<Caller> {
        if let Some(caller) = self.people.get(label) {
            return Ok(*caller);
        }
        let store = self.app.store.clone();
        let now = self.app.now();
        let account = AccountId(store.new_id());
        let device = DeviceId(store.new_id());
        let caller = Caller {
            actor: Actor { account, role, organisation: self.organisation },
            session: SessionId(store.new_id()),
            device,
            language: Language::Nb,
        };
        let tx = store.write().await?;
        let new = accounts::NewAccount {
            id: account,
            person: PersonId(store.new_id()),
            organisation: self.organisation,
            role,
            login: login(account, label),
            password_hash: None,
            display_name: label.as_str().to_owned(),
            email: (role == Role::Provider).then(|| format!("{account}@example.org")),
            language: Language::Nb,
            zone: self.zone.name().to_owned(),
        };
        accounts::create_account(&tx, new, now).await?;
        let token = backend::app::sessions::push_token(account.to_string());
        let phone = NewDevice {
            id: device,
            account,
            platform: if role == Role::Provider { Platform::Fcm } else { Platform::Apns },
            environment: PushEnvironment::Production,
            token: Some(token),
            app_version: "1.0.0".into(),
        };
        storage::sessions::register_device(&tx, phone, now).await?;
        let hers = storage::relationships::leave(caller.actor, OnOwn::Consents, account)?;
        storage::consents::give(&tx, hers, store.new_id(), ConsentKind::NonEmergency, "1".into(), now).await?;
        tx.commit().await?;
        self.people.insert(label.clone(), caller);
        self.labels.insert(account.0, label.clone());
        for module in Module::ALL {
            let part = worker::digests::part_of_toolbox(account, *module);
            self.labels.insert(part, Label(format!("{module}/{label}")));
        }
        Ok(caller)
    }

    /// Both sides say yes to each other.
    pub async fn relate(&mut self, owner: &Label, provider: &Label, level: Level) -> Act<()> {
        let first = self.person(owner, Role::ServiceUser).await?;
        let second = self.person(provider, Role::Provider).await?;
        let login = login(second.actor.account, provider);
        let id = backend::app::relationships::invite(&self.app, first, &login, level).await?;
        backend::app::relationships::accept(&self.app, second, id).await?;
        self.pairs.insert((owner.clone(), provider.clone()), id);
        Ok(())
    }

    /// Somebody who is on the stage already.
    pub fn known(&self, label: &Label) -> Option<Caller> {
        self.people.get(label).copied()
    }

    /// Somebody by her account.
    pub fn caller(&self, account: AccountId) -> Option<Caller> {
        self.people.values().find(|caller| caller.actor.account == account).copied()
    }

    /// Remembers what a thing is called in the lines.
    pub fn name(&mut self, id: impl Into<Uuid>, label: &Label) {
        self.labels.insert(id.into(), label.clone());
    }

    /// What a thing is called in the lines; its own id where the run gave it no name.
    pub fn label(&self, id: impl Into<Uuid>) -> Label {
        let id = id.into();
        self.labels.get(&id).cloned().unwrap_or_else(|| Label(id.to_string()))
    }
}

/// Unique even where two people share a name.
fn login(account: AccountId, label: &Label) -> String {
    format!("{account} {label}").to_lowercase()
}

fn nobody(organisation: OrganisationId) -> Caller {
    Caller {
        actor: Actor { account: AccountId(Uuid::nil()), role: Role::Admin, organisation },
        session: SessionId(Uuid::nil()),
        device: DeviceId(Uuid::nil()),
        language: Language::Nb,
    }
}
