//! What a person switched on or off, per job and channel. A job is on or off as a whole by its
//! `in_app` row: whatever is sent is in the app at least. A missing row means on.

use crate::connect::WriteTx;
use crate::entity::notification_setting;
use crate::error::Result;
use chrono::{DateTime, Utc};
use domain::ids::AccountId;
use domain::policy::Permit;
use domain::words::{Channel, Job};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use std::collections::BTreeMap;

/// In place of a channel: ordinary notices are pushed during a hospital stay too. Off unless she
/// said so.
const PUSH_IN_HOSPITAL: &str = "push_in_hospital";

/// All that one account chose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings(BTreeMap<(String, String), bool>);

impl Settings {
    pub fn is_on(&self, job: Job, channel: Channel) -> bool {
        self.get(job, channel.as_str()).unwrap_or(true)
    }

    pub fn notices_in_hospital(&self) -> bool {
        self.get(Job::MessageNotice, PUSH_IN_HOSPITAL).unwrap_or(false)
    }

    pub(crate) fn from_rows(rows: Vec<notification_setting::Model>) -> Self {
        Self(rows.into_iter().map(|row| ((row.job, row.channel), row.enabled)).collect())
    }

    fn get(&self, job: Job, channel: &str) -> Option<bool> {
        self.0.get(&(job.to_string(), channel.to_owned())).copied()
    }
}

pub async fn of(db: &impl ConnectionTrait, account: AccountId) -> Result<Settings> {
    let rows = notification_setting::Entity::find()
        .filter(notification_setting::Column::AccountId.eq(account.0))
        .order_by_asc(notification_setting::Column::Job)
        .order_by_asc(notification_setting::Column::Channel)
        .all(db)
        .await?;
    Ok(Settings::from_rows(rows))
}

/// Switches one channel of one job of the permit holder's.
pub async fn set(tx: &WriteTx, permit: Permit, job: Job, channel: Channel, on: bool, now: DateTime<Utc>) -> Result<()> {
    write(tx, permit.account(), job, channel.as_str(), on, now).await
}

/// Whether ordinary notices are pushed while the permit holder is in hospital.
pub async fn set_notices_in_hospital(tx: &WriteTx, permit: Permit, on: bool, now: DateTime<Utc>) -> Result<()> {
    write(tx, permit.account(), Job::MessageNotice, PUSH_IN_HOSPITAL, on, now).await
}

/// Turns the digest's e-mail off for whoever holds the link in it (RFC 8058): the link is the proof.
/// The digest in the app stays.
pub async fn unsubscribe(tx: &WriteTx, account: AccountId, now: DateTime<Utc>) -> Result<()> {
    write(tx, account, Job::Digest, Channel::Email.as_str(), false, now).await
}

async fn write(tx: &WriteTx, account: AccountId, job: Job, channel: &str, on: bool, now: DateTime<Utc>) -> Result<()> {
    use notification_setting::Column;
    let row = notification_setting::ActiveModel {
        account_id: Set(account.0),
        job: Set(job.to_string()),
        channel: Set(channel.to_owned()),
        enabled: Set(on),
        updated_at: Set(now),
    };
    notification_setting::Entity::insert(row)
        .on_conflict(
            OnConflict::columns([Column::AccountId, Column::Job, Column::Channel])
                .update_columns([Column::Enabled, Column::UpdatedAt])
                .to_owned(),
        )
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}
