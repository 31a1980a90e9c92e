//! What is open in a joint session, as its provider finds it, or its owner.

use super::Joint;
use crate::authorized::Authorized;
use crate::connect::Store;
use crate::crisis_plan::{self, SharedSection, changes};
use crate::entity::{item, plan, plan_section};
use crate::error::{Result, StorageError};
use crate::grants::{self, Shared};
use crate::sealed::Scope;
use crate::toolbox::shared::{SharedItem, headers};
use crate::toolbox::{self, Item};
use chrono::{DateTime, Utc};
use domain::ids::{AccountId, ItemId};
use domain::joint_sessions::{JointSight, Opened};
use domain::ownership::Actor;
use domain::policy::{self, Decision, JointSession};
use domain::toolbox::{Content, Placed};
use domain::words::PlanSection;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};
use std::collections::BTreeSet;

/// Why somebody finds what is open, and what she finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen<T> {
    pub sight: JointSight,
    pub it: T,
}

/// What one reader's sight of what an owner keeps is decided from.
struct Settings {
    reader: Actor,
    shared: Shared,
    places: Vec<Placed>,
}

impl Settings {
    async fn of(db: &impl ConnectionTrait, owner: AccountId, reader: Actor, items: bool) -> Result<Self> {
        let shared = grants::shared(db, owner, reader.account).await?;
        let headers = if items { headers(db, owner, Condition::all()).await? } else { Vec::new() };
        Ok(Self { reader, shared, places: headers.into_iter().map(|(placed, _)| placed).collect() })
    }

    fn sight(&self, joint: &Joint, opened: &Opened, now: DateTime<Utc>) -> JointSight {
        let (related, session) = (&joint.related.view, &joint.view);
        let sharing = &self.shared.sharing;
        let found = match opened {
            Opened::Item(id) => policy::on_opened_item(self.reader, related, session, sharing, &self.places, *id, now),
            Opened::Section(section) => {
                policy::on_opened_section(self.reader, related, session, sharing, *section, now)
            }
            Opened::LibraryEntry(_) | Opened::Link(_) => {
                let told = policy::on_opened_common(self.reader, session, opened);
                return if told { JointSight::Common } else { JointSight::Hidden };
            }
        };
        found.map_or(JointSight::Hidden, |(sight, ..)| sight)
    }
}

/// How `provider` finds what is open in each of these sessions, all of one owner and hers; `None` where nothing is.
pub async fn sights(
    db: &impl ConnectionTrait,
    provider: Actor,
    joints: &[&Joint],
    now: DateTime<Utc>,
) -> Result<Vec<Option<JointSight>>> {
    let opens = |kind: fn(&Opened) -> bool| joints.iter().any(|joint| joint.opened.as_ref().is_some_and(kind));
    let Some(first) = joints.first() else { return Ok(Vec::new()) };
    let settings = if opens(Opened::is_the_owners) {
        Settings::of(db, first.owner(), provider, opens(|opened| matches!(opened, Opened::Item(_)))).await?
    } else {
        Settings { reader: provider, shared: Shared::default(), places: Vec::new() }
    };
    let sight = |joint: &&Joint| joint.opened.as_ref().map(|opened| settings.sight(joint, opened, now));
    Ok(joints.iter().map(sight).collect())
}

/// Whether `actor` may choose something of the owner's: the owner what she keeps, the provider what she finds without
/// the session. What is hidden and what is not there are one.
pub async fn can_choose(
    db: &impl ConnectionTrait,
    actor: Actor,
    owner: AccountId,
    opened: &Opened,
    now: DateTime<Utc>,
) -> Result<bool> {
    let settings = Settings::of(db, owner, actor, matches!(opened, Opened::Item(_))).await?;
    let sharing = &settings.shared.sharing;
    Ok(match opened {
        Opened::Item(id) => {
            let found = policy::on_items(actor, owner, sharing, &settings.places, now).contains_key(id);
            let fit = |item: &Placed| item.id == *id && !item.draft && domain::joint_sessions::can_be_opened(item.kind);
            found && settings.places.iter().any(fit)
        }
        Opened::Section(section) => {
            let level = domain::words::GrantLevel::See;
            let decision = policy::on_section(actor, owner, sharing, *section, level, now);
            matches!(decision, Decision::Permit(_))
        }
        Opened::LibraryEntry(_) | Opened::Link(_) => true,
    })
}

/// The item that is open, as `reader`, who is in the session, finds it.
pub async fn item(
    store: &Store,
    db: &impl ConnectionTrait,
    reader: Actor,
    joint: &Authorized<Joint>,
    id: ItemId,
    now: DateTime<Utc>,
) -> Result<Authorized<Seen<SharedItem>>> {
    let owner = joint.owner();
    let settings = Settings::of(db, owner, reader, true).await?;
    let (related, session, sharing) = (&joint.related.view, &joint.view, &settings.shared.sharing);
    let (sight, level, permit) = policy::on_opened_item(reader, related, session, sharing, &settings.places, id, now)
        .ok_or(StorageError::Hidden)?;
    let row = item::Entity::find_by_id(id.0)
        .filter(item::Column::OwnerId.eq(owner.0))
        .filter(item::Column::DeletedAt.is_null())
        .one(db)
        .await?
        .ok_or(StorageError::Hidden)?;
    let key = store.sealer.key(Scope::Owner(owner)).await?;
    let item = toolbox::open(&key, row)?;
    let visible: BTreeSet<ItemId> =
        policy::on_items(reader, owner, sharing, &settings.places, now).into_keys().collect();
    let content = match (sight, item.content) {
        // A snapshot that is revealed shows the people in it, but for those she denies.
        (JointSight::Revealed, Content::NetworkSnapshot(snapshot)) => {
            let people = snapshot.people.iter().map(|person| person.id);
            let shown = people.filter(|id| !sharing.denies_item(reader.account, *id, now)).collect();
            Content::NetworkSnapshot(snapshot).seen_among(&shown)
        }
        (_, content) => content.seen_among(&visible),
    };
    let content = content.ok_or(StorageError::Hidden)?;
    let parent = item.parent.filter(|id| visible.contains(id));
    let found = SharedItem { item: Item { content, parent, ..item }, level };
    Authorized::by(Decision::Permit(permit), Seen { sight, it: found })
}

/// The same of a section of the owner's plan.
pub async fn section(
    store: &Store,
    db: &impl ConnectionTrait,
    reader: Actor,
    joint: &Authorized<Joint>,
    section: PlanSection,
    now: DateTime<Utc>,
) -> Result<Authorized<Seen<SharedSection>>> {
    let owner = joint.owner();
    let settings = Settings::of(db, owner, reader, false).await?;
    let (related, session): (_, &JointSession) = (&joint.related.view, &joint.view);
    let (sight, level, permit) =
        policy::on_opened_section(reader, related, session, &settings.shared.sharing, section, now)
            .ok_or(StorageError::Hidden)?;
    let row = plan_section::Entity::find()
        .inner_join(plan::Entity)
        .filter(plan::Column::OwnerId.eq(owner.0))
        .filter(plan_section::Column::Section.eq(section.as_str()))
        .one(db)
        .await?;
    let key = store.sealer.key(Scope::Owner(owner)).await?;
    let held = row.map(|row| crisis_plan::open(&key, section, row)).transpose()?;
    let version = changes::numbers(db, owner).await?.get(&section).copied().unwrap_or(0);
    Authorized::by(Decision::Permit(permit), Seen { sight, it: SharedSection { level, version, section: held } })
}
