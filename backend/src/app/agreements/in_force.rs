//! What follows when a version comes into force: all of it in the commit that puts it there.

use chrono::{DateTime, Days, NaiveDate, Utc};
use domain::agreements::permits;
use domain::gate::Reason;
use domain::ids::SeriesId;
use domain::schedule::SERIES_DAYS;
use domain::words::{Job, SeriesState};
use storage::relationships::Related;
use storage::series::{self, NewSeries};
use storage::whose::Whose;
use storage::{Authorized, Result, StorageError, WriteTx, accounts, agreements, calendars, check_ins, rows};
use uuid::Uuid;

/// What the column says for a series whose dates are counted in months.
const ABOUT_SIX_MONTHS: i32 = 182;

pub async fn enter(
    tx: &WriteTx,
    new_id: &(dyn Fn() -> Uuid + Send + Sync),
    related: &Authorized<Related>,
    version: &rows::AgreementVersion,
    now: DateTime<Utc>,
) -> Result<()> {
    let pair = &related.view;
    agreements::put_in_force(tx, version, now).await?;
    let owner = accounts::for_machinery(&**tx, pair.owner)
        .await?
        .ok_or_else(|| StorageError::Corrupt("relationship without its owner".into()))?;
    let today = now.with_timezone(&calendars::zone(&owner)?).date_naive();
    check_ins_follow(tx, related, version, today, now).await?;
    rounds_begin(tx, new_id, related, owner.zone, today, now).await?;
    series::reconsider(tx, Whose::Relationship(pair.id), now).await
}

/// A version without check-ins stops them; one that wants them rarer makes them rarer.
async fn check_ins_follow(
    tx: &WriteTx,
    related: &Authorized<Related>,
    version: &rows::AgreementVersion,
    today: NaiveDate,
    now: DateTime<Utc>,
) -> Result<()> {
    let agreed = version.check_in_every_days.and_then(|days| u16::try_from(days).ok());
    let standing = [SeriesState::Proposed.as_str(), SeriesState::Active.as_str(), SeriesState::Resting.as_str()];
    for row in series::of(&**tx, Whose::Relationship(related.view.id), Some(Job::CheckIn)).await? {
        if !standing.contains(&row.state.as_str()) {
            continue;
        }
        check_ins::hold(tx, SeriesId(row.id)).await?;
        let Some(row) = series::by_id(&**tx, SeriesId(row.id)).await? else { continue };
        let every = u16::try_from(row.every_days).unwrap_or_default();
        if !version.check_ins {
            series::settle(tx, &row, SeriesState::Stopped, Reason::NoAgreement, now).await?;
        } else if let (false, Some(rarer)) = (permits(true, agreed, every), agreed) {
            if row.state == SeriesState::Active.as_str() {
                let ends_on = today.checked_add_days(Days::new(u64::from(SERIES_DAYS)));
                series::restart_every(tx, &row, i32::from(rarer), today, ends_on, now).await?;
            } else {
                series::cadence(tx, &row, i32::from(rarer)).await?;
            }
        }
    }
    Ok(())
}

/// The prompts to take a new round (R25) count from the day the version came into force.
async fn rounds_begin(
    tx: &WriteTx,
    new_id: &(dyn Fn() -> Uuid + Send + Sync),
    related: &Authorized<Related>,
    zone: String,
    today: NaiveDate,
    now: DateTime<Utc>,
) -> Result<()> {
    let pair = &related.view;
    let rounds = series::of(&**tx, Whose::Relationship(pair.id), Some(Job::AgreementRound)).await?;
    if let Some(row) = rounds.iter().find(|row| row.state != SeriesState::Stopped.as_str()) {
        check_ins::hold(tx, SeriesId(row.id)).await?;
        let Some(row) = series::by_id(&**tx, SeriesId(row.id)).await? else { return Ok(()) };
        return series::restart(tx, &row, today, None, now).await;
    }
    let new = NewSeries {
        id: SeriesId(new_id()),
        job: Job::AgreementRound,
        owner: Some(pair.owner),
        provider: Some(pair.responsible),
        relationship: Some(pair.id),
        state: SeriesState::Active,
        every_days: ABOUT_SIX_MONTHS,
        zone,
        proposed_by: None,
        accepted_on: Some(today),
    };
    series::open(tx, new, now).await
}
