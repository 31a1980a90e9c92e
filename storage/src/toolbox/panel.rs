//! The control panel, kept ready: it is read at every opening of the app, and what it is made of changes seldom. A change
//! only counts; who next looks makes it anew.

use super::leave;
use crate::connect::{Store, WriteTx};
use crate::entity::panel;
use crate::error::{Result, StorageError};
use crate::sealed::{Place, Scope};
use domain::ids::AccountId;
use domain::ownership::Actor;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter};
use uuid::Uuid;
use zeroize::Zeroizing;

/// Of compression: what zstd itself begins with.
const LEVEL: i32 = 3;

/// What is kept of a panel.
#[derive(Debug)]
pub enum Kept {
    /// As it is now.
    Fresh(Zeroizing<Vec<u8>>),
    /// To be made of the toolbox as it is after so many changes, or later.
    Stale { changes: i32 },
}

/// Counts a change of the owner's toolbox.
pub(super) async fn changed(tx: &WriteTx, owner: AccountId) -> Result<()> {
    let first =
        panel::ActiveModel { owner_id: Set(owner.0), changes: Set(1), made_of: Set(0), shape: Set(0), body: Set(None) };
    let next = Expr::col((panel::Entity, panel::Column::Changes)).add(1);
    panel::Entity::insert(first)
        .on_conflict(OnConflict::column(panel::Column::OwnerId).value(panel::Column::Changes, next).to_owned())
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}

/// The actor's own panel, if it is kept in this shape and nothing changed since. One row is read.
pub async fn kept(store: &Store, db: &impl ConnectionTrait, actor: Actor, shape: i32) -> Result<Kept> {
    let owner = leave(actor)?.account();
    let Some(row) = panel::Entity::find_by_id(owner.0).one(db).await? else { return Ok(Kept::Stale { changes: 0 }) };
    match row.body {
        Some(body) if row.made_of == row.changes && row.shape == shape => {
            let key = store.sealer.key(Scope::Owner(owner)).await?;
            let small = Zeroizing::new(key.open(place(owner.0), &body)?);
            let whole = zstd::decode_all(small.as_slice()).map_err(|error| StorageError::Corrupt(error.to_string()))?;
            Ok(Kept::Fresh(Zeroizing::new(whole)))
        }
        _ => Ok(Kept::Stale { changes: row.changes }),
    }
}

/// Keeps a panel that was made of the toolbox as it was after `changes`, unless more changed meanwhile.
pub async fn keep(store: &Store, actor: Actor, shape: i32, changes: i32, body: &[u8]) -> Result<()> {
    let owner = leave(actor)?.account();
    let key = store.sealer.key(Scope::Owner(owner)).await?;
    // What is read at every opening is to be small; sealed bytes do not get smaller any more.
    let small = zstd::bulk::compress(body, LEVEL).map_err(|error| StorageError::Corrupt(error.to_string()))?;
    let sealed = key.seal(place(owner.0), &Zeroizing::new(small))?;
    let tx = store.write().await?;
    panel::Entity::update_many()
        .col_expr(panel::Column::Body, Expr::value(sealed))
        .col_expr(panel::Column::MadeOf, Expr::value(changes))
        .col_expr(panel::Column::Shape, Expr::value(shape))
        .filter(panel::Column::OwnerId.eq(owner.0))
        .filter(panel::Column::Changes.eq(changes))
        .exec(&*tx)
        .await?;
    tx.commit().await
}

const fn place(owner: Uuid) -> Place {
    Place::new("panel.body", owner)
}
