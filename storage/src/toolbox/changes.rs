//! Where items lie and when they changed last: what readers are told of. Never a word of them.

use crate::among::among;
use crate::entity::item;
use crate::error::Result;
use chrono::{DateTime, Utc};
use domain::ids::{AccountId, ItemId};
use domain::item_changes::ItemChanges;
use domain::plan_changes::LatestChange;
use domain::toolbox::{DEEPEST_STEP, Placed};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Items with whatever they rest on, by owner.
#[derive(Clone, Debug, Default)]
pub struct Around {
    placed: BTreeMap<AccountId, Vec<Placed>>,
    latest: BTreeMap<AccountId, ItemChanges>,
}

impl Around {
    /// Where the items of an owner lie.
    pub fn placed(&self, owner: AccountId) -> &[Placed] {
        self.placed.get(&owner).map_or(&[], Vec::as_slice)
    }

    /// The latest changes, by owner.
    pub fn latest(&self) -> &BTreeMap<AccountId, ItemChanges> {
        &self.latest
    }
}

/// The items of `owners` that changed after `since`, and those named, with a number of queries that depends on how deep
/// items can lie alone.
pub async fn around(
    db: &impl ConnectionTrait,
    owners: &[AccountId],
    since: DateTime<Utc>,
    named: &[Uuid],
) -> Result<Around> {
    let owners: Vec<Uuid> = owners.iter().map(|id| id.0).collect();
    let changed = Condition::all().add(among(item::Column::OwnerId, &owners)).add(item::Column::UpdatedAt.gt(since));
    // Each alone where there is only one: beside "or nothing" no database uses an index.
    let wanted = match (owners.is_empty(), named.is_empty()) {
        (true, true) => return Ok(Around::default()),
        (false, true) => changed,
        (true, false) => Condition::all().add(among(item::Column::Id, named)),
        (false, false) => Condition::any().add(changed).add(among(item::Column::Id, named)),
    };
    let first = headers(db, wanted).await?;
    completed(db, first).await
}

/// Some items.
pub async fn of(db: &impl ConnectionTrait, named: &[Uuid]) -> Result<Around> {
    let first = headers(db, Condition::all().add(among(item::Column::Id, named))).await?;
    completed(db, first).await
}

#[derive(Clone, Copy)]
struct Header {
    owner: AccountId,
    placed: Placed,
    change: LatestChange,
}

/// With all that the items rest on.
async fn completed(db: &impl ConnectionTrait, mut all: Vec<Header>) -> Result<Around> {
    let mut found = Around::default();
    for header in &all {
        found.latest.entry(header.owner).or_default().insert(header.placed.id, header.change);
    }
    let mut known: BTreeSet<ItemId> = all.iter().map(|header| header.placed.id).collect();
    for _ in 0..DEEPEST_STEP {
        let mut missing: Vec<Uuid> = all
            .iter()
            .flat_map(|header| header.placed.rests_on().collect::<Vec<_>>())
            .filter(|id| !known.contains(id))
            .map(Uuid::from)
            .collect();
        missing.sort();
        missing.dedup();
        if missing.is_empty() {
            break;
        }
        let above = headers(db, Condition::all().add(among(item::Column::Id, &missing))).await?;
        known.extend(above.iter().map(|header| header.placed.id));
        all.extend(above);
    }
    for header in all {
        found.placed.entry(header.owner).or_default().push(header.placed);
    }
    Ok(found)
}

async fn headers(db: &impl ConnectionTrait, which: Condition) -> Result<Vec<Header>> {
    type Row = (Uuid, Uuid, String, Option<Uuid>, Option<Uuid>, bool, i32, DateTime<Utc>);
    let rows: Vec<Row> = item::Entity::find()
        .select_only()
        .columns([
            item::Column::Id,
            item::Column::OwnerId,
            item::Column::Kind,
            item::Column::ParentId,
            item::Column::OtherId,
            item::Column::Draft,
            item::Column::Version,
            item::Column::UpdatedAt,
        ])
        .filter(item::Column::DeletedAt.is_null())
        .filter(which)
        .order_by_asc(item::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    rows.into_iter()
        .map(|(id, owner, kind, parent, other, draft, version, at)| {
            let (parent, other) = (parent.map(ItemId), other.map(ItemId));
            let placed = Placed { id: ItemId(id), kind: kind.parse()?, parent, other, draft };
            Ok(Header { owner: AccountId(owner), placed, change: LatestChange { version, at } })
        })
        .collect()
}
