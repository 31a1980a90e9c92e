//! What each device was told, by the cursor it was given: ids and stamps, kept as long as it may be asked with.

use crate::connect::WriteTx;
use crate::entity::sync_cursor;
use crate::error::{Result, StorageError};
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::{AccountId, DeviceId};
use domain::sync::Manifest;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

/// A cursor that was not used for so long is forgotten.
pub const KEPT: TimeDelta = TimeDelta::days(60);
/// How exactly its last use is known.
const TOUCHED_EVERY: TimeDelta = TimeDelta::days(1);
/// Answers to the same cursor that are kept: which of them arrived, the device says by its next call.
const ANSWERS_KEPT: u64 = 3;
/// Of compression: what zstd itself begins with.
const LEVEL: i32 = 3;

/// Whose cursor it is: it leads nowhere for anybody else, and on no other device of hers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder {
    pub account: AccountId,
    pub device: DeviceId,
}

/// What the holder was told with this cursor; `None` for one that is unknown, forgotten, or another's.
pub async fn told(
    db: &impl ConnectionTrait,
    holder: Holder,
    hash: &[u8],
    now: DateTime<Utc>,
) -> Result<Option<(Manifest, DateTime<Utc>)>> {
    let found = sync_cursor::Entity::find_by_id(hash.to_vec())
        .filter(sync_cursor::Column::AccountId.eq(holder.account.0))
        .filter(sync_cursor::Column::DeviceId.eq(holder.device.0))
        .filter(sync_cursor::Column::UsedAt.gt(now - KEPT))
        .one(db)
        .await?;
    let Some(row) = found else { return Ok(None) };
    let bytes = zstd::decode_all(row.manifest.as_slice()).map_err(|error| StorageError::Corrupt(error.to_string()))?;
    Ok(Manifest::decode(&bytes).map(|told| (told, row.used_at)))
}

/// Keeps what the holder is told with a new cursor, in answer to `asked`. That she asked with it says what arrived, so
/// that it stays with the answers to it, and no other.
pub async fn give(
    tx: &WriteTx,
    holder: Holder,
    hash: Vec<u8>,
    asked: Option<&[u8]>,
    manifest: &Manifest,
    now: DateTime<Utc>,
) -> Result<()> {
    let small =
        zstd::bulk::compress(&manifest.encode(), LEVEL).map_err(|error| StorageError::Corrupt(error.to_string()))?;
    let answers = match asked {
        Some(asked) => sync_cursor::Column::ParentHash.eq(asked.to_vec()),
        None => sync_cursor::Column::ParentHash.is_null(),
    };
    let kept: Vec<Vec<u8>> = sync_cursor::Entity::find()
        .select_only()
        .column(sync_cursor::Column::TokenHash)
        .filter(sync_cursor::Column::DeviceId.eq(holder.device.0))
        .filter(answers)
        .order_by_desc(sync_cursor::Column::GivenAt)
        .order_by_desc(sync_cursor::Column::TokenHash)
        .limit(ANSWERS_KEPT - 1)
        .into_tuple()
        .all(&**tx)
        .await?;
    let kept = kept.into_iter().chain(asked.map(<[u8]>::to_vec));
    let done_with = Condition::any().add(sync_cursor::Column::UsedAt.lte(now - KEPT)).add(
        Condition::all()
            .add(sync_cursor::Column::DeviceId.eq(holder.device.0))
            .add(sync_cursor::Column::TokenHash.is_not_in(kept)),
    );
    sync_cursor::Entity::delete_many().filter(done_with).exec(&**tx).await?;
    let row = sync_cursor::ActiveModel {
        token_hash: Set(hash),
        account_id: Set(holder.account.0),
        device_id: Set(holder.device.0),
        parent_hash: Set(asked.map(<[u8]>::to_vec)),
        manifest: Set(small),
        given_at: Set(now),
        used_at: Set(now),
    };
    sync_cursor::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// Whether a use at `now` has to be written down after the one at `used_at`.
pub fn is_news(used_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    used_at + TOUCHED_EVERY <= now
}

/// It was asked with once more, and nothing had changed.
pub async fn used(tx: &WriteTx, hash: &[u8], now: DateTime<Utc>) -> Result<()> {
    sync_cursor::Entity::update_many()
        .col_expr(sync_cursor::Column::UsedAt, Expr::value(now))
        .filter(sync_cursor::Column::TokenHash.eq(hash.to_vec()))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Whoever signs out on a device takes nothing up there again.
pub async fn forget_device(tx: &WriteTx, id: DeviceId) -> Result<()> {
    sync_cursor::Entity::delete_many().filter(sync_cursor::Column::DeviceId.eq(id.0)).exec(&**tx).await?;
    Ok(())
}

/// Nor does an account whose sessions are all ended.
pub async fn forget_account(tx: &WriteTx, id: AccountId) -> Result<()> {
    sync_cursor::Entity::delete_many().filter(sync_cursor::Column::AccountId.eq(id.0)).exec(&**tx).await?;
    Ok(())
}
