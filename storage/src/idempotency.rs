//! First answers to unsafe calls, kept so that a repeated call gets the same again.

use crate::connect::Store;
use crate::entity::idempotency;
use crate::error::{Result, StorageError};
use crate::sealed::{Place, Scope};
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use domain::ids::AccountId;
use sea_orm::sea_query::{Expr, IntoCondition, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, DatabaseTransaction, EntityTrait, QueryFilter, UpdateMany};
use std::future::Future;

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

/// Kept as the status of a call whose first commit is through and whose answer is not kept yet.
const DONE: i32 = 0;

/// A key that was claimed, and when: by that a claim is told from a later one of the same key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    pub account: AccountId,
    pub key: String,
    since: DateTime<Utc>,
}

impl Held {
    /// A key that is about to be claimed at `now`.
    pub fn new(account: AccountId, key: &str, now: DateTime<Utc>) -> Self {
        // Both databases keep microseconds.
        Self { account, key: key.to_owned(), since: now.trunc_subsecs(6) }
    }
}

/// What a key turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Nobody used it: go ahead [`within`] it, then [`finish`] or let go of it.
    Mine,
    Answered(FirstAnswer),
    /// It was carried out, and whoever did so is gone without an answer.
    Done,
    /// Another body was sent with it.
    Mismatch,
    InProgress,
}

/// Claims a key. `fingerprint` is a hash of method, path and body.
pub async fn claim(store: &Store, held: &Held, fingerprint: &[u8]) -> Result<Claim> {
    let Held { account, key, since: now } = held;
    let now = *now;
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
    let abandoned = row.created_at + ABANDONED_AFTER <= now;
    if row.fingerprint == fingerprint && row.status.is_none() && abandoned {
        let taken = idempotency::Entity::update_many()
            .col_expr(idempotency::Column::CreatedAt, Expr::value(now))
            .filter(idempotency::Column::AccountId.eq(account.0))
            .filter(idempotency::Column::Key.eq(key))
            .filter(idempotency::Column::CreatedAt.eq(row.created_at))
            .filter(idempotency::Column::Status.is_null())
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
        (Some(DONE), None) if abandoned => Ok(Claim::Done),
        _ => Ok(Claim::InProgress),
    }
}

tokio::task_local! {
    static CARRIED_OUT: Held;
}

/// Carries out a call under its key: every commit of `call` says so in the key's own row. A commit of which nobody
/// heard whether it went through is thus known by its key, and as long as it may still go through, it holds that
/// row and whoever claims the key anew waits for it.
pub async fn within<F: Future>(held: Held, call: F) -> F::Output {
    CARRIED_OUT.scope(held, call).await
}

/// Part of every commit. `Stale`: the key was let go of meanwhile, and the call may be carried out by another.
pub(crate) async fn note(tx: &DatabaseTransaction) -> Result<()> {
    let Ok(held) = CARRIED_OUT.try_with(Held::clone) else { return Ok(()) };
    let noted = those(&held).col_expr(idempotency::Column::Status, Expr::value(DONE)).exec(tx).await?;
    if noted.rows_affected == 1 { Ok(()) } else { Err(StorageError::Stale) }
}

/// An update of the row that a claim holds.
fn those(held: &Held) -> UpdateMany<idempotency::Entity> {
    idempotency::Entity::update_many()
        .filter(idempotency::Column::AccountId.eq(held.account.0))
        .filter(idempotency::Column::Key.eq(held.key.as_str()))
        .filter(idempotency::Column::CreatedAt.eq(held.since))
}

/// Keeps the answer.
pub async fn finish(store: &Store, held: &Held, answer: &FirstAnswer) -> Result<()> {
    let data_key = store.sealer.key(Scope::Instance).await?;
    let sealed = data_key.seal(Place::new("idempotency.body", held.account.0), &answer.body)?;
    let tx = store.write().await?;
    those(held)
        .col_expr(idempotency::Column::Status, Expr::value(i32::from(answer.status)))
        .col_expr(idempotency::Column::Etag, Expr::value(answer.etag.clone()))
        .col_expr(idempotency::Column::Body, Expr::value(sealed))
        .exec(&*tx)
        .await?;
    tx.commit().await
}

/// Lets go of a key whose call was refused, so that it can be tried again.
pub async fn release(store: &Store, held: &Held) -> Result<()> {
    let_go(store, held, Condition::all()).await
}

/// Lets go of a key unless something was committed under it.
pub async fn release_unless_done(store: &Store, held: &Held) -> Result<()> {
    let_go(store, held, idempotency::Column::Status.is_null().into_condition()).await
}

async fn let_go(store: &Store, held: &Held, provided: Condition) -> Result<()> {
    let tx = store.write().await?;
    idempotency::Entity::delete_by_id((held.account.0, held.key.clone()))
        .filter(idempotency::Column::CreatedAt.eq(held.since))
        .filter(provided)
        .exec(&*tx)
        .await?;
    tx.commit().await
}
