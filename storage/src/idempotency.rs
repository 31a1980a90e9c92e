//! First answers to unsafe calls, kept so that a repeated call gets the same again.

use crate::connect::Store;
use crate::entity::idempotency;
use crate::error::{Result, StorageError};
use crate::sealed::{Place, Scope};
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::AccountId;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

/// How long an answer is kept.
pub const KEPT: TimeDelta = TimeDelta::hours(24);

/// After so long a call that was neither answered nor let go of has died with its process, and its key may be
/// claimed again. Longer than any call takes.
pub const ABANDONED_AFTER: TimeDelta = TimeDelta::seconds(60);

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstAnswer {
    pub status: u16,
    pub etag: Option<String>,
    pub body: Vec<u8>,
}

/// What a key turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Nobody used it: go ahead, then [`finish`] or [`release`].
    Mine,
    Answered(FirstAnswer),
    /// Another body was sent with it.
    Mismatch,
    InProgress,
}

/// Claims a key for `account`. `fingerprint` is a hash of method, path and body.
pub async fn claim(
    store: &Store,
    account: AccountId,
    key: &str,
    fingerprint: &[u8],
    now: DateTime<Utc>,
) -> Result<Claim> {
    let data_key = store.sealer.key(Scope::Instance).await?;
    let tx = store.write().await?;
    idempotency::Entity::delete_many().filter(idempotency::Column::ExpiresAt.lte(now)).exec(&*tx).await?;
    let fresh = idempotency::ActiveModel {
        account_id: Set(account.0),
        key: Set(key.to_owned()),
        fingerprint: Set(fingerprint.to_vec()),
        status: Set(None),
        etag: Set(None),
        location: Set(None),
        body: Set(None),
        created_at: Set(now),
        expires_at: Set(now + KEPT),
    };
    let made = idempotency::Entity::insert(fresh)
        .on_conflict(
            OnConflict::columns([idempotency::Column::AccountId, idempotency::Column::Key]).do_nothing().to_owned(),
        )
        .exec_without_returning(&*tx)
        .await?;
    if made == 1 {
        tx.commit().await?;
        return Ok(Claim::Mine);
    }
    let row = idempotency::Entity::find_by_id((account.0, key.to_owned()))
        .one(&*tx)
        .await?
        .ok_or_else(|| StorageError::Unavailable("key vanished while it was read".into()))?;
    if row.fingerprint == fingerprint && row.status.is_none() && row.created_at + ABANDONED_AFTER <= now {
        let taken = idempotency::Entity::update_many()
            .col_expr(idempotency::Column::CreatedAt, Expr::value(now))
            .filter(idempotency::Column::AccountId.eq(account.0))
            .filter(idempotency::Column::Key.eq(key))
            .filter(idempotency::Column::CreatedAt.eq(row.created_at))
            .exec(&*tx)
            .await?;
        tx.commit().await?;
        return Ok(if taken.rows_affected == 1 { Claim::Mine } else { Claim::InProgress });
    }
    tx.rollback().await?;
    if row.fingerprint != fingerprint {
        return Ok(Claim::Mismatch);
    }
    match (row.status, row.body) {
        (Some(status), Some(body)) => Ok(Claim::Answered(FirstAnswer {
            status: u16::try_from(status).unwrap_or(500),
            etag: row.etag,
            body: data_key.open(Place::new("idempotency.body", account.0), &body)?,
        })),
        _ => Ok(Claim::InProgress),
    }
}

/// Keeps the answer.
pub async fn finish(store: &Store, account: AccountId, key: &str, answer: &FirstAnswer) -> Result<()> {
    let data_key = store.sealer.key(Scope::Instance).await?;
    let sealed = data_key.seal(Place::new("idempotency.body", account.0), &answer.body)?;
    let tx = store.write().await?;
    idempotency::Entity::update_many()
        .col_expr(idempotency::Column::Status, Expr::value(i32::from(answer.status)))
        .col_expr(idempotency::Column::Etag, Expr::value(answer.etag.clone()))
        .col_expr(idempotency::Column::Body, Expr::value(sealed))
        .filter(idempotency::Column::AccountId.eq(account.0))
        .filter(idempotency::Column::Key.eq(key))
        .exec(&*tx)
        .await?;
    tx.commit().await
}

/// Lets go of a key whose call changed nothing, so that it can be tried again.
pub async fn release(store: &Store, account: AccountId, key: &str) -> Result<()> {
    let tx = store.write().await?;
    idempotency::Entity::delete_by_id((account.0, key.to_owned())).exec(&*tx).await?;
    tx.commit().await
}
