//! What would be promised to an owner who asks for a reply now.

use crate::error::{Result, StorageError};
use crate::relationships::Related;
use crate::{accounts, agreements, calendars, policies};
use chrono::{DateTime, Utc};
use domain::ids::OrganisationId;
use domain::organisation_policy::Rules;
use domain::working_time::{Promise, ProviderCalendar};
use sea_orm::ConnectionTrait;

/// A promise, and what it was reckoned from.
#[derive(Clone, Debug)]
pub struct Reckoned {
    /// Working days: the agreement's in force, else the organisation's default.
    pub window_days: u8,
    /// The responsible provider's organisation's.
    pub rules: Rules,
    /// The responsible provider's calendar as it is for this owner.
    pub calendar: ProviderCalendar,
    /// `None`: she has no working day within a year.
    pub promise: Option<Promise>,
}

/// Reckons the promise for something asked at `asked_at`, in the responsible provider's calendar.
pub async fn reckon(db: &impl ConnectionTrait, related: &Related, asked_at: DateTime<Utc>) -> Result<Reckoned> {
    let view = &related.view;
    let provider = accounts::for_machinery(db, view.responsible)
        .await?
        .ok_or_else(|| StorageError::Corrupt("relationship without its provider".into()))?;
    let (_, rules) = policies::in_force(db, OrganisationId(provider.organisation_id)).await?;
    let agreed = agreements::in_force(db, view.id).await?.and_then(|row| u8::try_from(row.reply_window_days).ok());
    let window_days = rules.reply_window(agreed);
    let calendar = calendars::provider_towards(db, view.responsible, view.id, asked_at).await?;
    let promise = calendar.promise(asked_at, window_days);
    Ok(Reckoned { window_days, rules, calendar, promise })
}
