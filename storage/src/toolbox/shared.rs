//! What one reader finds of an owner's toolbox.

use super::{Filter, Item, changes, open};
use crate::accounts;
use crate::authorized::Authorized;
use crate::connect::Store;
use crate::entity::item;
use crate::error::{Result, StorageError};
use crate::grants;
use crate::relationships::Related;
use crate::sealed::Scope;
use chrono::{DateTime, Utc};
use domain::ids::{AccountId, ItemId, OrganisationId, RelationshipId};
use domain::ownership::Actor;
use domain::policy::{self, Decision};
use domain::toolbox::{NAMED_BY_OTHERS, Placed};
use domain::words::GrantLevel;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use std::collections::BTreeSet;
use uuid::Uuid;

/// What one reader finds, newest first, and the relationship through which.
#[derive(Clone, Debug)]
pub struct SharedItems {
    pub relationship: RelationshipId,
    pub items: Vec<Authorized<SharedItem>>,
}

/// An item without anything that would tell of what this reader may not see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedItem {
    pub item: Item,
    pub level: GrantLevel,
}

/// A page of a list: after this (time, id), at most so many.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    pub after: Option<(DateTime<Utc>, Uuid)>,
    pub limit: u64,
}

impl Page {
    /// What lies on this page and after it, newest first. The first condition is what an index can begin at.
    pub(crate) fn older(&self, created_at: impl ColumnTrait, id: impl ColumnTrait) -> Condition {
        let Some((at, last)) = self.after else { return Condition::all() };
        let same_moment = Condition::any().add(created_at.lt(at)).add(id.lt(last));
        Condition::all().add(created_at.lte(at)).add(same_moment)
    }
}

/// What `reader` finds among the items of `owner` that `filter` takes. An owner who does not exist and one with whom the
/// reader does not work are one: hidden, after the same questions to the database.
pub async fn page(
    store: &Store,
    db: &impl ConnectionTrait,
    reader: Actor,
    owner: AccountId,
    filter: Filter,
    page: Page,
    now: DateTime<Utc>,
) -> Result<SharedItems> {
    let modules = match filter.module.or(filter.kind.map(|kind| kind.module())) {
        Some(module) => Condition::any()
            .add(item::Column::Module.eq(module.as_str()))
            .add(item::Column::Module.is_in(NAMED_BY_OTHERS.iter().map(|module| module.as_str()))),
        None => Condition::all(),
    };
    let wanted = |placed: &Placed, at: DateTime<Utc>| {
        filter.takes(placed) && page.after.is_none_or(|after| (at, placed.id.0) < after)
    };
    seen(store, db, reader, owner, modules, wanted, page.limit, now).await
}

/// Those among some items of `owner` that `reader` finds.
pub async fn among(
    store: &Store,
    db: &impl ConnectionTrait,
    reader: Actor,
    owner: AccountId,
    ids: &BTreeSet<Uuid>,
    now: DateTime<Utc>,
) -> Result<SharedItems> {
    let wanted = |placed: &Placed, _| ids.contains(&placed.id.0);
    seen(store, db, reader, owner, Condition::all(), wanted, u64::MAX, now).await
}

/// One item; one that is hidden and one that was never there are the same.
pub async fn one(
    store: &Store,
    db: &impl ConnectionTrait,
    reader: Actor,
    owner: AccountId,
    id: ItemId,
    now: DateTime<Utc>,
) -> Result<(RelationshipId, Authorized<SharedItem>)> {
    let its_module = item::Entity::find()
        .select_only()
        .column(item::Column::Module)
        .filter(item::Column::Id.eq(id.0))
        .filter(item::Column::OwnerId.eq(owner.0))
        .into_query();
    let modules = Condition::any()
        .add(item::Column::Module.in_subquery(its_module))
        .add(item::Column::Module.is_in(NAMED_BY_OTHERS.iter().map(|module| module.as_str())));
    let mut found = seen(store, db, reader, owner, modules, |placed, _| placed.id == id, 1, now).await?;
    Ok((found.relationship, found.items.pop().ok_or(StorageError::Hidden)?))
}

/// Whether everybody who takes part in a relationship finds an item of its owner's.
pub async fn is_seen_by_all(
    db: &impl ConnectionTrait,
    related: &Related,
    id: ItemId,
    now: DateTime<Utc>,
) -> Result<bool> {
    let owner = related.view.owner;
    let around = changes::of(db, &[id.0]).await?;
    let members = accounts::many(db, &related.view.members).await?;
    for row in &members {
        let reader = Actor {
            account: AccountId(row.id),
            role: row.role.parse()?,
            organisation: OrganisationId(row.organisation_id),
        };
        let shared = grants::shared(db, owner, reader.account).await?;
        if !policy::on_items(reader, owner, &shared.sharing, around.placed(owner), now).contains_key(&id) {
            return Ok(false);
        }
    }
    Ok(!members.is_empty())
}

#[expect(clippy::too_many_arguments, reason = "what both questions have in common, and nothing else")]
async fn seen(
    store: &Store,
    db: &impl ConnectionTrait,
    reader: Actor,
    owner: AccountId,
    modules: Condition,
    wanted: impl Fn(&Placed, DateTime<Utc>) -> bool,
    limit: u64,
    now: DateTime<Utc>,
) -> Result<SharedItems> {
    let shared = grants::shared(db, owner, reader.account).await?;
    let headers = headers(db, owner, modules).await?;
    let relationship = shared.relationship.ok_or(StorageError::Hidden)?;
    let placed: Vec<Placed> = headers.iter().map(|(placed, _)| *placed).collect();
    let found = policy::on_items(reader, owner, &shared.sharing, &placed, now);
    let visible: BTreeSet<ItemId> = found.keys().copied().collect();
    let asked: Vec<Uuid> = headers
        .iter()
        .filter(|(placed, at)| visible.contains(&placed.id) && wanted(placed, *at))
        .take(usize::try_from(limit).unwrap_or(usize::MAX))
        .map(|(placed, _)| placed.id.0)
        .collect();
    let mut items = Vec::with_capacity(asked.len());
    if !asked.is_empty() {
        let rows = item::Entity::find()
            .filter(item::Column::Id.is_in(asked))
            .filter(item::Column::DeletedAt.is_null())
            // She may have taken it back into a draft since its place was read.
            .filter(item::Column::Draft.eq(false))
            .order_by_desc(item::Column::CreatedAt)
            .order_by_desc(item::Column::Id)
            .all(db)
            .await?;
        let key = store.sealer.key(Scope::Owner(owner)).await?;
        for row in rows {
            let Some((level, permit)) = found.get(&ItemId(row.id)).copied() else { continue };
            let item = open(&key, row)?;
            let Some(content) = item.content.seen_among(&visible) else { continue };
            let seen = SharedItem { item: Item { content, ..item }, level };
            items.push(Authorized::by(Decision::Permit(permit), seen)?);
        }
    }
    Ok(SharedItems { relationship, items })
}

/// The places and times of an owner's items, newest first, with one query.
pub(crate) async fn headers(
    db: &impl ConnectionTrait,
    owner: AccountId,
    modules: Condition,
) -> Result<Vec<(Placed, DateTime<Utc>)>> {
    type Row = (Uuid, String, Option<Uuid>, Option<Uuid>, bool, DateTime<Utc>);
    let rows: Vec<Row> = item::Entity::find()
        .select_only()
        .columns([
            item::Column::Id,
            item::Column::Kind,
            item::Column::ParentId,
            item::Column::OtherId,
            item::Column::Draft,
            item::Column::CreatedAt,
        ])
        .filter(item::Column::OwnerId.eq(owner.0))
        .filter(item::Column::DeletedAt.is_null())
        .filter(modules)
        .order_by_desc(item::Column::CreatedAt)
        .order_by_desc(item::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    rows.into_iter()
        .map(|(id, kind, parent, other, draft, at)| {
            let (parent, other) = (parent.map(ItemId), other.map(ItemId));
            Ok((Placed { id: ItemId(id), kind: kind.parse()?, parent, other, draft }, at))
        })
        .collect()
}
