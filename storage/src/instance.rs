//! What holds for the whole installation.

use crate::acts;
use crate::connect::WriteTx;
use crate::entity::instance_setting;
use crate::error::Result;
use chrono::{DateTime, Utc};
use domain::ids::AccountId;
use domain::policy::Permit;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

const KILL_SWITCH: &str = "kill_switch";
const DISPATCH_HOLD: &str = "dispatch_hold";

/// A switch of the installation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Switch {
    pub on: bool,
    /// When it was last moved.
    pub since: Option<DateTime<Utc>>,
    pub by: Option<AccountId>,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    on: bool,
    by: Option<AccountId>,
}

/// While it is on, nothing is sent to anybody.
pub async fn kill_switch(db: &impl ConnectionTrait) -> Result<Switch> {
    switch(db, KILL_SWITCH).await
}

/// `permit` is the policy's leave to move it.
pub async fn set_kill_switch(tx: &WriteTx, permit: Permit, on: bool, now: DateTime<Utc>) -> Result<()> {
    acts::of_all(&**tx).await?;
    set(tx, KILL_SWITCH, on, Some(permit.account()), now).await
}

/// After a restore nothing is sent until a person confirms: what was sent since the backup is unknown.
pub async fn dispatch_hold(db: &impl ConnectionTrait) -> Result<Switch> {
    switch(db, DISPATCH_HOLD).await
}

/// Moved from the command line, where nobody is signed in.
pub async fn set_dispatch_hold(tx: &WriteTx, on: bool, now: DateTime<Utc>) -> Result<()> {
    set(tx, DISPATCH_HOLD, on, None, now).await
}

/// What stands under `key`.
pub(crate) async fn value<T: DeserializeOwned>(db: &impl ConnectionTrait, key: &str) -> Result<Option<T>> {
    let row = instance_setting::Entity::find_by_id(key).one(db).await?;
    Ok(row.map(|row| serde_json::from_value(row.value)).transpose()?)
}

/// Puts it there in place of what stood there.
pub(crate) async fn put(tx: &WriteTx, key: &str, value: &impl Serialize, now: DateTime<Utc>) -> Result<()> {
    put_into(&**tx, key, value, now).await
}

/// The same where nobody else writes.
pub(crate) async fn put_into(
    db: &impl ConnectionTrait,
    key: &str,
    value: &impl Serialize,
    now: DateTime<Utc>,
) -> Result<()> {
    let row = instance_setting::ActiveModel {
        key: Set(key.to_owned()),
        value: Set(serde_json::to_value(value)?),
        updated_at: Set(now),
    };
    instance_setting::Entity::insert(row)
        .on_conflict(
            OnConflict::column(instance_setting::Column::Key)
                .update_columns([instance_setting::Column::Value, instance_setting::Column::UpdatedAt])
                .to_owned(),
        )
        .exec_without_returning(db)
        .await?;
    Ok(())
}

async fn switch(db: &impl ConnectionTrait, key: &str) -> Result<Switch> {
    let Some(row) = instance_setting::Entity::find_by_id(key).one(db).await? else { return Ok(Switch::default()) };
    let stored: Stored = serde_json::from_value(row.value)?;
    Ok(Switch { on: stored.on, since: Some(row.updated_at), by: stored.by })
}

/// Setting it to what it is leaves its time as it was.
async fn set(tx: &WriteTx, key: &str, on: bool, by: Option<AccountId>, now: DateTime<Utc>) -> Result<()> {
    let present = switch(&**tx, key).await?;
    if present.on == on && present.since.is_some() {
        return Ok(());
    }
    put(tx, key, &Stored { on, by }, now).await?;
    tx.wakes_worker();
    Ok(())
}
