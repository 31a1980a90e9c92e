//! What items said before.

use super::{Content, Item, leave, unseal};
use crate::authorized::Authorized;
use crate::connect::{Store, WriteTx};
use crate::entity::{item, item_version};
use crate::error::{Result, StorageError};
use crate::sealed::Scope;
use chrono::{DateTime, Utc};
use domain::ids::{AccountId, ItemId};
use domain::ownership::Actor;
use sea_orm::sea_query::{OnConflict, Query};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
};
use uuid::Uuid;

/// One version of an item, opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    pub number: i32,
    pub written_at: DateTime<Utc>,
    pub draft: bool,
    pub content: Content,
}

/// Keeps what the item says now; its present version is about to change. `Stale` where somebody else keeps it already, to
/// change it too.
pub(super) async fn keep(tx: &WriteTx, id: ItemId) -> Result<()> {
    let now = Query::select()
        .columns([
            item::Column::Id,
            item::Column::Version,
            item::Column::Draft,
            item::Column::Body,
            item::Column::UpdatedAt,
        ])
        .from(item::Entity)
        .and_where(item::Column::Id.eq(id.0))
        .to_owned();
    let mut keep = Query::insert();
    keep.into_table(item_version::Entity).columns([
        item_version::Column::ItemId,
        item_version::Column::Number,
        item_version::Column::Draft,
        item_version::Column::Body,
        item_version::Column::WrittenAt,
    ]);
    keep.select_from(now).map_err(|error| StorageError::Corrupt(error.to_string()))?;
    let taken =
        OnConflict::columns([item_version::Column::ItemId, item_version::Column::Number]).do_nothing().to_owned();
    let kept = tx.execute(keep.on_conflict(taken)).await?;
    if kept.rows_affected() == 1 { Ok(()) } else { Err(StorageError::Stale) }
}

pub(super) async fn forget(tx: &WriteTx, items: &[Uuid]) -> Result<()> {
    item_version::Entity::delete_many()
        .filter(item_version::Column::ItemId.is_in(items.iter().copied()))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Numbers and times of the versions before `before`, newest first, the present one among them.
pub async fn page(
    db: &impl ConnectionTrait,
    item: &Authorized<Item>,
    before: Option<i32>,
    limit: u64,
) -> Result<Vec<(i32, DateTime<Utc>)>> {
    let mut query = item_version::Entity::find()
        .select_only()
        .column(item_version::Column::Number)
        .column(item_version::Column::WrittenAt)
        .filter(item_version::Column::ItemId.eq(item.id.0));
    if let Some(before) = before {
        query = query.filter(item_version::Column::Number.lt(before));
    }
    let earlier: Vec<(i32, DateTime<Utc>)> =
        query.order_by_desc(item_version::Column::Number).limit(limit).into_tuple().all(db).await?;
    let present = (item.version, item.updated_at);
    let mut all: Vec<_> = before.is_none_or(|before| item.version < before).then_some(present).into_iter().collect();
    all.extend(earlier);
    all.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(all)
}

/// One version of the permit holder's item.
pub async fn one(store: &Store, db: &impl ConnectionTrait, item: &Authorized<Item>, number: i32) -> Result<Version> {
    if number == item.version {
        let Item { version, updated_at, draft, content, .. } = (**item).clone();
        return Ok(Version { number: version, written_at: updated_at, draft, content });
    }
    let row = item_version::Entity::find_by_id((item.id.0, number)).one(db).await?.ok_or(StorageError::Hidden)?;
    let key = store.sealer.key(Scope::Owner(item.permit().account())).await?;
    let content = unseal(&key, row.item_id, row.number, &row.body)?;
    Ok(Version { number: row.number, written_at: row.written_at, draft: row.draft, content })
}

/// A page of what all of the actor's items said before, by item and number, the last first.
pub async fn of_all(
    store: &Store,
    db: &impl ConnectionTrait,
    actor: Actor,
    after: Option<(ItemId, i32)>,
    limit: u64,
) -> Result<Vec<(ItemId, Version)>> {
    let permit = leave(actor)?;
    let mut query = earlier(permit.account());
    if let Some((id, number)) = after {
        query = query.filter(Condition::any().add(item_version::Column::ItemId.lt(id.0)).add(
            Condition::all().add(item_version::Column::ItemId.eq(id.0)).add(item_version::Column::Number.lt(number)),
        ));
    }
    let rows = query
        .order_by_desc(item_version::Column::ItemId)
        .order_by_desc(item_version::Column::Number)
        .limit(limit)
        .all(db)
        .await?;
    let key = store.sealer.key(Scope::Owner(permit.account())).await?;
    rows.into_iter()
        .map(|row| {
            let content = unseal(&key, row.item_id, row.number, &row.body)?;
            let version = Version { number: row.number, written_at: row.written_at, draft: row.draft, content };
            Ok((ItemId(row.item_id), version))
        })
        .collect()
}

/// The earlier versions of an owner's items.
pub(crate) fn earlier(owner: AccountId) -> Select<item_version::Entity> {
    let hers = item::Entity::find()
        .select_only()
        .column(item::Column::Id)
        .filter(item::Column::OwnerId.eq(owner.0))
        .filter(item::Column::DeletedAt.is_null())
        .into_query();
    item_version::Entity::find().filter(item_version::Column::ItemId.in_subquery(hers))
}
