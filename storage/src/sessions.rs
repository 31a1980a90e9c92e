//! Devices and the sessions bound to them.

use crate::connect::WriteTx;
use crate::entity::{account, device, session};
use crate::error::{Result, StorageError};
use crate::toolbox::shared::Page;
use crate::{rows, sync};
use chrono::{DateTime, Utc};
use domain::ids::{AccountId, DeviceId, SessionId};
use domain::policy::Permit;
use domain::words::{Platform, PushEnvironment};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, JoinType, QueryFilter, QueryOrder,
    QuerySelect, RelationDef,
};

/// A device as it registers.
#[derive(Clone, Debug)]
pub struct NewDevice {
    pub id: DeviceId,
    pub account: AccountId,
    pub platform: Platform,
    pub environment: PushEnvironment,
    pub token: Option<PushToken>,
    pub app_version: String,
}

/// A gateway's token, with the hash it is found by.
#[derive(Clone)]
pub struct PushToken {
    pub token: String,
    pub hash: Vec<u8>,
}

impl std::fmt::Debug for PushToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PushToken")
    }
}

/// A session as it opens.
#[derive(Clone, Debug)]
pub struct NewSession {
    pub id: SessionId,
    pub account: AccountId,
    pub device: DeviceId,
    pub access_hash: Vec<u8>,
    pub access_expires_at: DateTime<Utc>,
    pub refresh_expires_at: DateTime<Utc>,
}

/// Registers a device. The newest person on a device owns its token: any other registration of the
/// same token ends here.
pub async fn register_device(tx: &WriteTx, new: NewDevice, now: DateTime<Utc>) -> Result<()> {
    if let Some(token) = &new.token {
        release_token(tx, &token.hash, now).await?;
    }
    let row = device::ActiveModel {
        id: Set(new.id.0),
        account_id: Set(new.account.0),
        platform: Set(new.platform.to_string()),
        environment: Set(new.environment.to_string()),
        token: Set(new.token.as_ref().map(|t| t.token.clone().into_bytes())),
        token_hash: Set(new.token.map(|t| t.hash)),
        app_version: Set(new.app_version),
        registered_at: Set(now),
        last_seen_at: Set(now),
        gone_at: Set(None),
        version: Set(1),
    };
    device::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// Whoever held this token no longer does.
pub async fn release_token(tx: &WriteTx, hash: &[u8], now: DateTime<Utc>) -> Result<()> {
    device::Entity::update_many()
        .col_expr(device::Column::GoneAt, Expr::value(now))
        .col_expr(device::Column::Token, Expr::value(Option::<Vec<u8>>::None))
        .filter(device::Column::TokenHash.eq(hash.to_vec()))
        .filter(device::Column::GoneAt.is_null())
        .exec(&**tx)
        .await?;
    Ok(())
}

pub async fn open_session(tx: &WriteTx, new: NewSession, now: DateTime<Utc>) -> Result<()> {
    let row = session::ActiveModel {
        id: Set(new.id.0),
        account_id: Set(new.account.0),
        device_id: Set(new.device.0),
        access_hash: Set(new.access_hash),
        access_expires_at: Set(new.access_expires_at),
        generation: Set(0),
        confirmed_generation: Set(-1),
        refresh_expires_at: Set(new.refresh_expires_at),
        created_at: Set(now),
        last_seen_at: Set(now),
        revoked_at: Set(None),
    };
    session::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// The live session with this access token, and its account. This lookup *is* the sign-in check.
pub async fn by_access_hash(
    db: &impl ConnectionTrait,
    hash: &[u8],
    now: DateTime<Utc>,
) -> Result<Option<(rows::Session, rows::Account)>> {
    let its: RelationDef =
        session::Entity::belongs_to(account::Entity).from(session::Column::AccountId).to(account::Column::Id).into();
    let found = session::Entity::find()
        .join(JoinType::InnerJoin, its)
        .select_also(account::Entity)
        .filter(session::Column::AccessHash.eq(hash.to_vec()))
        .filter(session::Column::RevokedAt.is_null())
        .filter(session::Column::AccessExpiresAt.gt(now))
        .one(db)
        .await?;
    Ok(found.and_then(|(session, account)| Some((session, account?))))
}

/// A session by id, for refreshing: the refresh token itself is the proof.
pub async fn by_id(db: &impl ConnectionTrait, id: SessionId) -> Result<Option<rows::Session>> {
    Ok(session::Entity::find_by_id(id.0).one(db).await?)
}

/// The access token of `generation` was used: its refresh token's predecessor is now a replay.
pub async fn confirm(tx: &WriteTx, id: SessionId, generation: i32, now: DateTime<Utc>) -> Result<()> {
    session::Entity::update_many()
        .col_expr(session::Column::ConfirmedGeneration, Expr::value(generation))
        .col_expr(session::Column::LastSeenAt, Expr::value(now))
        .filter(session::Column::Id.eq(id.0))
        .filter(session::Column::ConfirmedGeneration.lt(generation))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Gives the session its next generation, if it is still at `from`.
pub async fn rotate(
    tx: &WriteTx,
    id: SessionId,
    from: i32,
    to: i32,
    access_hash: Vec<u8>,
    access_expires_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<()> {
    let changed = session::Entity::update_many()
        .col_expr(session::Column::Generation, Expr::value(to))
        .col_expr(session::Column::AccessHash, Expr::value(access_hash))
        .col_expr(session::Column::AccessExpiresAt, Expr::value(access_expires_at))
        .col_expr(session::Column::LastSeenAt, Expr::value(now))
        .filter(session::Column::Id.eq(id.0))
        .filter(session::Column::Generation.eq(from))
        .filter(session::Column::RevokedAt.is_null())
        .exec(&**tx)
        .await?;
    if changed.rows_affected == 1 { Ok(()) } else { Err(StorageError::Stale) }
}

/// Ends one session and lets go of its device's push token.
pub async fn revoke(tx: &WriteTx, row: &rows::Session, now: DateTime<Utc>) -> Result<()> {
    session::Entity::update_many()
        .col_expr(session::Column::RevokedAt, Expr::value(now))
        .filter(session::Column::Id.eq(row.id))
        .filter(session::Column::RevokedAt.is_null())
        .exec(&**tx)
        .await?;
    sync::cursors::forget_device(tx, DeviceId(row.device_id)).await?;
    forget_device(tx, DeviceId(row.device_id), now).await
}

/// Ends every session of an account, and no device of hers receives a push any more.
pub async fn revoke_all(tx: &WriteTx, account: AccountId, now: DateTime<Utc>) -> Result<()> {
    sync::cursors::forget_account(tx, account).await?;
    session::Entity::update_many()
        .col_expr(session::Column::RevokedAt, Expr::value(now))
        .filter(session::Column::AccountId.eq(account.0))
        .filter(session::Column::RevokedAt.is_null())
        .exec(&**tx)
        .await?;
    device::Entity::update_many()
        .col_expr(device::Column::GoneAt, Expr::value(now))
        .col_expr(device::Column::Token, Expr::value(Option::<Vec<u8>>::None))
        .col_expr(device::Column::Version, Expr::col(device::Column::Version).add(1))
        .filter(device::Column::AccountId.eq(account.0))
        .filter(device::Column::GoneAt.is_null())
        .exec(&**tx)
        .await?;
    Ok(())
}

/// No more pushes to this device.
pub async fn forget_device(tx: &WriteTx, id: DeviceId, now: DateTime<Utc>) -> Result<()> {
    device::Entity::update_many()
        .col_expr(device::Column::GoneAt, Expr::value(now))
        .col_expr(device::Column::Token, Expr::value(Option::<Vec<u8>>::None))
        .col_expr(device::Column::Version, Expr::col(device::Column::Version).add(1))
        .filter(device::Column::Id.eq(id.0))
        .filter(device::Column::GoneAt.is_null())
        .exec(&**tx)
        .await?;
    Ok(())
}

/// The open sessions of an account, newest first, with their devices.
pub async fn of_account(
    db: &impl ConnectionTrait,
    account: AccountId,
    now: DateTime<Utc>,
) -> Result<Vec<(rows::Session, Option<rows::Device>)>> {
    let sessions = session::Entity::find()
        .filter(session::Column::AccountId.eq(account.0))
        .filter(session::Column::RevokedAt.is_null())
        .filter(session::Column::RefreshExpiresAt.gt(now))
        .order_by_desc(session::Column::Id)
        .all(db)
        .await?;
    with_devices(db, account, sessions).await
}

/// A page of every session there ever was of the permitted account, newest first, with their devices.
pub async fn history(
    db: &impl ConnectionTrait,
    permit: Permit,
    page: Page,
) -> Result<Vec<(rows::Session, Option<rows::Device>)>> {
    let sessions = session::Entity::find()
        .filter(session::Column::AccountId.eq(permit.account().0))
        .filter(page.older(session::Column::CreatedAt, session::Column::Id))
        .order_by_desc(session::Column::CreatedAt)
        .order_by_desc(session::Column::Id)
        .limit(page.limit)
        .all(db)
        .await?;
    with_devices(db, permit.account(), sessions).await
}

async fn with_devices(
    db: &impl ConnectionTrait,
    account: AccountId,
    sessions: Vec<rows::Session>,
) -> Result<Vec<(rows::Session, Option<rows::Device>)>> {
    let devices = device::Entity::find().filter(device::Column::AccountId.eq(account.0)).all(db).await?;
    Ok(sessions
        .into_iter()
        .map(|row| {
            let device = devices.iter().find(|device| device.id == row.device_id).cloned();
            (row, device)
        })
        .collect())
}

/// One of this account's own devices.
pub async fn own_device(db: &impl ConnectionTrait, account: AccountId, id: DeviceId) -> Result<Option<rows::Device>> {
    Ok(device::Entity::find_by_id(id.0).filter(device::Column::AccountId.eq(account.0)).one(db).await?)
}

/// The account's devices that are not gone, newest first.
pub async fn devices(db: &impl ConnectionTrait, permit: Permit) -> Result<Vec<rows::Device>> {
    Ok(device::Entity::find()
        .filter(device::Column::AccountId.eq(permit.account().0))
        .filter(device::Column::GoneAt.is_null())
        .order_by_desc(device::Column::Id)
        .all(db)
        .await?)
}

/// What changes about a device; `None` leaves it.
#[derive(Clone, Debug, Default)]
pub struct DeviceChanges {
    /// `Some(None)` takes the token away: no pushes until there is another.
    pub token: Option<Option<PushToken>>,
    pub environment: Option<PushEnvironment>,
    pub app_version: Option<String>,
}

/// Changes one of the permit holder's own devices. A token that another registration holds moves
/// here: the newest person on a device owns it.
pub async fn change_device(
    tx: &WriteTx,
    permit: Permit,
    row: &rows::Device,
    changes: DeviceChanges,
    now: DateTime<Utc>,
) -> Result<()> {
    let mut update = device::Entity::update_many()
        .col_expr(device::Column::LastSeenAt, Expr::value(now))
        .col_expr(device::Column::Version, Expr::col(device::Column::Version).add(1))
        .filter(device::Column::Id.eq(row.id))
        .filter(device::Column::AccountId.eq(permit.account().0))
        .filter(device::Column::Version.eq(row.version))
        .filter(device::Column::GoneAt.is_null());
    if let Some(token) = changes.token {
        if let Some(token) = &token
            && row.token_hash.as_ref() != Some(&token.hash)
        {
            release_token(tx, &token.hash, now).await?;
        }
        let (bytes, hash) = token.map(|token| (token.token.into_bytes(), token.hash)).unzip();
        // A gateway judges a token by when it was registered.
        update = update
            .col_expr(device::Column::Token, Expr::value(bytes))
            .col_expr(device::Column::TokenHash, Expr::value(hash))
            .col_expr(device::Column::RegisteredAt, Expr::value(now));
    }
    if let Some(environment) = changes.environment {
        update = update.col_expr(device::Column::Environment, Expr::value(environment.as_str()));
    }
    if let Some(version) = changes.app_version {
        update = update.col_expr(device::Column::AppVersion, Expr::value(version));
    }
    let changed = update.exec(&**tx).await?;
    if changed.rows_affected == 1 { Ok(()) } else { Err(StorageError::Stale) }
}
