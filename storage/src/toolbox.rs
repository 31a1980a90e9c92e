//! The owner's toolbox: items, sealed per owner, each with every version before it.

pub mod changes;
pub mod panel;
pub mod shared;
pub mod versions;

use crate::authorized::{Authorized, permitted};
use crate::connect::{Store, WriteTx};
use crate::entity::item;
use crate::error::{Result, StorageError};
use crate::rows;
use crate::sealed::{DataKey, Place, Scope};
use chrono::{DateTime, Utc};
use domain::ids::{AccountId, ItemId};
use domain::ownership::Actor;
use domain::policy::{self, Decision, OnOwn, Permit};
use domain::toolbox::{Content, ItemKind, Placed};
use domain::words::Module;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use uuid::Uuid;

/// An item, opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub id: ItemId,
    pub parent: Option<ItemId>,
    pub draft: bool,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub content: Content,
}

/// An item as it is made.
#[derive(Clone, Debug)]
pub struct New {
    pub id: ItemId,
    pub parent: Option<ItemId>,
    pub draft: bool,
    pub content: Content,
}

/// Which of the owner's items are asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    pub module: Option<Module>,
    pub kind: Option<ItemKind>,
    pub parent: Option<ItemId>,
}

impl Filter {
    fn condition(self) -> Condition {
        Condition::all()
            .add_option(self.module.map(|module| item::Column::Module.eq(module.as_str())))
            .add_option(self.kind.map(|kind| item::Column::Kind.eq(kind.as_str())))
            .add_option(self.parent.map(|parent| item::Column::ParentId.eq(parent.0)))
    }

    fn takes(&self, item: &Placed) -> bool {
        self.module.is_none_or(|module| item.kind.module() == module)
            && self.kind.is_none_or(|kind| item.kind == kind)
            && self.parent.is_none_or(|parent| item.parent == Some(parent))
    }
}

/// Leave to do something with the actor's own toolbox.
pub fn leave(actor: Actor) -> Result<Permit> {
    permitted(mine(actor))
}

fn mine(actor: Actor) -> Decision {
    policy::on_own(actor, OnOwn::OwnersLife, actor.account)
}

/// One of the actor's own items.
pub async fn own(store: &Store, db: &impl ConnectionTrait, actor: Actor, id: ItemId) -> Result<Authorized<Item>> {
    let permit = leave(actor)?;
    let row = live(permit.account()).filter(item::Column::Id.eq(id.0)).one(db).await?.ok_or(StorageError::Hidden)?;
    let key = store.sealer.key(Scope::Owner(permit.account())).await?;
    Authorized::by(mine(actor), open(&key, row)?)
}

/// A page of the actor's own items, newest first.
pub async fn page(
    store: &Store,
    db: &impl ConnectionTrait,
    actor: Actor,
    filter: Filter,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: u64,
) -> Result<Vec<Item>> {
    let permit = leave(actor)?;
    let mut query = live(permit.account()).filter(filter.condition());
    if let Some((at, id)) = after {
        query = query.filter(
            Condition::any()
                .add(item::Column::CreatedAt.lt(at))
                .add(Condition::all().add(item::Column::CreatedAt.eq(at)).add(item::Column::Id.lt(id))),
        );
    }
    let rows =
        query.order_by_desc(item::Column::CreatedAt).order_by_desc(item::Column::Id).limit(limit).all(db).await?;
    let key = store.sealer.key(Scope::Owner(permit.account())).await?;
    rows.into_iter().map(|row| open(&key, row)).collect()
}

/// All of the actor's own items of these kinds, oldest first, with one query.
pub async fn all(store: &Store, db: &impl ConnectionTrait, actor: Actor, kinds: &[ItemKind]) -> Result<Vec<Item>> {
    let permit = leave(actor)?;
    let modules: Vec<&str> = kinds.iter().map(|kind| kind.module().as_str()).collect();
    let rows = live(permit.account())
        .filter(item::Column::Module.is_in(modules))
        .filter(item::Column::Kind.is_in(kinds.iter().map(|kind| kind.as_str())))
        .order_by_asc(item::Column::CreatedAt)
        .order_by_asc(item::Column::Id)
        .all(db)
        .await?;
    let key = store.sealer.key(Scope::Owner(permit.account())).await?;
    rows.into_iter().map(|row| open(&key, row)).collect()
}

/// Those among `ids` that are the permit holder's own, with one query.
pub async fn many(store: &Store, db: &impl ConnectionTrait, permit: Permit, ids: &[ItemId]) -> Result<Vec<Item>> {
    let rows = live(permit.account())
        .filter(item::Column::Id.is_in(ids.iter().map(|id| id.0)))
        .order_by_asc(item::Column::Id)
        .all(db)
        .await?;
    let key = store.sealer.key(Scope::Owner(permit.account())).await?;
    rows.into_iter().map(|row| open(&key, row)).collect()
}

/// The actor's own items that lie under one of `parents`, oldest first, with one query.
pub async fn under(
    store: &Store,
    db: &impl ConnectionTrait,
    actor: Actor,
    kind: ItemKind,
    parents: &[ItemId],
) -> Result<Vec<Item>> {
    let permit = leave(actor)?;
    let rows = live(permit.account())
        .filter(item::Column::Kind.eq(kind.as_str()))
        .filter(item::Column::ParentId.is_in(parents.iter().map(|id| id.0)))
        .order_by_asc(item::Column::CreatedAt)
        .order_by_asc(item::Column::Id)
        .all(db)
        .await?;
    let key = store.sealer.key(Scope::Owner(permit.account())).await?;
    rows.into_iter().map(|row| open(&key, row)).collect()
}

/// Whether the permit holder ever kept anything of these kinds but for drafts and `itself`, deleted or not.
pub async fn kept_before(
    db: &impl ConnectionTrait,
    permit: Permit,
    kinds: &[ItemKind],
    itself: ItemId,
) -> Result<bool> {
    let other = item::Entity::find()
        .select_only()
        .column(item::Column::Id)
        .filter(item::Column::OwnerId.eq(permit.account().0))
        .filter(item::Column::Module.is_in(kinds.iter().map(|kind| kind.module().as_str())))
        .filter(item::Column::Kind.is_in(kinds.iter().map(|kind| kind.as_str())))
        .filter(item::Column::Draft.eq(false))
        .filter(item::Column::Id.ne(itself.0))
        .into_tuple::<Uuid>()
        .one(db)
        .await?;
    Ok(other.is_some())
}

/// The kinds of those among `ids` that are the permit holder's own.
pub async fn kinds(db: &impl ConnectionTrait, permit: Permit, ids: &[ItemId]) -> Result<Vec<(ItemId, ItemKind)>> {
    let rows: Vec<(Uuid, String)> = live(permit.account())
        .select_only()
        .column(item::Column::Id)
        .column(item::Column::Kind)
        .filter(item::Column::Id.is_in(ids.iter().map(|id| id.0)))
        .order_by_asc(item::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    rows.into_iter().map(|(id, kind)| Ok((ItemId(id), kind.parse()?))).collect()
}

pub async fn create(tx: &WriteTx, key: &DataKey, permit: Permit, new: &New, now: DateTime<Utc>) -> Result<()> {
    let kind = new.content.kind();
    let (parent, other) = placed(new.parent, &new.content);
    let row = item::ActiveModel {
        id: Set(new.id.0),
        owner_id: Set(permit.account().0),
        module: Set(kind.module().to_string()),
        kind: Set(kind.to_string()),
        parent_id: Set(parent),
        other_id: Set(other),
        draft: Set(new.draft),
        version: Set(1),
        body: Set(Some(seal(key, new.id, 1, &new.content)?)),
        created_at: Set(now),
        updated_at: Set(now),
        deleted_at: Set(None),
    };
    item::Entity::insert(row).exec_without_returning(&**tx).await?;
    panel::changed(tx, permit.account()).await
}

/// Says something else from now on; what it said before is kept as a version. Gives the new version.
pub async fn replace(
    tx: &WriteTx,
    key: &DataKey,
    before: &Authorized<Item>,
    content: &Content,
    draft: bool,
    now: DateTime<Utc>,
) -> Result<i32> {
    let version = before.version.checked_add(1).ok_or_else(|| StorageError::Corrupt("item version".into()))?;
    versions::keep(tx, before.id).await?;
    let (parent, other) = placed(before.parent, content);
    let changed = item::Entity::update_many()
        .col_expr(item::Column::Version, Expr::value(version))
        .col_expr(item::Column::Body, Expr::value(seal(key, before.id, version, content)?))
        .col_expr(item::Column::Draft, Expr::value(draft))
        .col_expr(item::Column::ParentId, Expr::value(parent))
        .col_expr(item::Column::OtherId, Expr::value(other))
        .col_expr(item::Column::UpdatedAt, Expr::value(now))
        .filter(item::Column::Id.eq(before.id.0))
        .filter(item::Column::OwnerId.eq(before.permit().account().0))
        .filter(item::Column::Version.eq(before.version))
        .filter(item::Column::DeletedAt.is_null())
        .exec(&**tx)
        .await?;
    if changed.rows_affected != 1 {
        return Err(StorageError::Stale);
    }
    panel::changed(tx, before.permit().account()).await?;
    Ok(version)
}

/// Takes an item away with all that rests on it: their words and earlier versions are gone, and tombstones are left.
/// Gives what went.
pub async fn delete(tx: &WriteTx, gone: &Authorized<Item>, now: DateTime<Utc>) -> Result<Vec<ItemId>> {
    let mut all = vec![gone.id.0];
    let mut last = all.clone();
    while !last.is_empty() {
        last = item::Entity::find()
            .select_only()
            .column(item::Column::Id)
            .filter(
                Condition::any().add(item::Column::ParentId.is_in(last.clone())).add(item::Column::OtherId.is_in(last)),
            )
            .filter(item::Column::DeletedAt.is_null())
            .filter(item::Column::Id.is_not_in(all.clone()))
            .order_by_asc(item::Column::Id)
            .into_tuple::<Uuid>()
            .all(&**tx)
            .await?;
        all.extend(&last);
    }
    let changed = item::Entity::update_many()
        .col_expr(item::Column::DeletedAt, Expr::value(now))
        .col_expr(item::Column::UpdatedAt, Expr::value(now))
        .col_expr(item::Column::Version, Expr::col(item::Column::Version).add(1))
        .col_expr(item::Column::Body, Expr::value(Option::<Vec<u8>>::None))
        .filter(item::Column::Id.is_in(all.clone()))
        .filter(item::Column::OwnerId.eq(gone.permit().account().0))
        .filter(
            // What lies under it may have changed meanwhile: it goes all the same.
            Condition::any().add(item::Column::Id.ne(gone.id.0)).add(item::Column::Version.eq(gone.version)),
        )
        .exec(&**tx)
        .await?;
    if changed.rows_affected != u64::try_from(all.len()).unwrap_or(u64::MAX) {
        return Err(StorageError::Stale);
    }
    versions::forget(tx, &all).await?;
    panel::changed(tx, gone.permit().account()).await?;
    Ok(all.into_iter().map(ItemId).collect())
}

pub(crate) fn live(owner: AccountId) -> sea_orm::Select<item::Entity> {
    item::Entity::find().filter(item::Column::OwnerId.eq(owner.0)).filter(item::Column::DeletedAt.is_null())
}

/// Where an item lies: a tie between its two people, everything else under its parent.
fn placed(parent: Option<ItemId>, content: &Content) -> (Option<Uuid>, Option<Uuid>) {
    match content {
        Content::NetworkTie(tie) => (Some(tie.person_a.0), Some(tie.person_b.0)),
        _ => (parent.map(|id| id.0), None),
    }
}

fn seal(key: &DataKey, id: ItemId, version: i32, content: &Content) -> Result<Vec<u8>> {
    key.seal(place(id.0, version), &serde_json::to_vec(content)?)
}

fn unseal(key: &DataKey, id: Uuid, version: i32, body: &[u8]) -> Result<Content> {
    Ok(serde_json::from_slice(&key.open(place(id, version), body)?)?)
}

/// The same for the present version and an earlier one, so that the bytes can be kept as they are.
fn place(item: Uuid, version: i32) -> Place {
    Place::new("item.body", Uuid::new_v5(&item, &version.to_be_bytes()))
}

pub(crate) fn open(key: &DataKey, row: rows::Item) -> Result<Item> {
    let body = row.body.ok_or(StorageError::Hidden)?;
    let content = unseal(key, row.id, row.version, &body)?;
    Ok(Item {
        id: ItemId(row.id),
        parent: if content.kind() == ItemKind::NetworkTie { None } else { row.parent_id.map(ItemId) },
        draft: row.draft,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
        content,
    })
}
