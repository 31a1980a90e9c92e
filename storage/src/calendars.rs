//! Whose days and hours count: rows turned into the calendars the schedule reckons with.
//!
//! An absence reads differently to different askers. Her own days (digest, slate) end with every
//! absence; a promise goes on where a substitute accepted; and towards one owner only where that
//! owner consented to the substitute as well.

use crate::entity::{absence, absence_consent, account, organisation};
use crate::error::{Result, StorageError};
use crate::rows;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use domain::calendar::HolidayCalendar;
use domain::ids::{AccountId, RelationshipId};
use domain::schedule::{QuietHours, Waking};
use domain::weekdays::Weekdays;
use domain::working_time::{DateRange, ProviderCalendar, WorkingHours};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

/// No question about a working day looks further back than this.
const LOOK_BACK: TimeDelta = TimeDelta::days(400);

/// A provider's calendar for promises in general: away in every absence that has no accepted
/// substitute.
pub async fn provider(db: &impl ConnectionTrait, id: AccountId, now: DateTime<Utc>) -> Result<ProviderCalendar> {
    let absences = absences(db, id, now).await?;
    calendar(db, id, absences.iter().filter(|row| !is_covered(row))).await
}

/// A provider's own days, for what she does herself: away in every absence.
pub async fn provider_herself(
    db: &impl ConnectionTrait,
    id: AccountId,
    now: DateTime<Utc>,
) -> Result<ProviderCalendar> {
    let absences = absences(db, id, now).await?;
    calendar(db, id, absences.iter()).await
}

/// A provider's calendar for promises to one owner: away in every absence in which no accepted
/// substitute may read this relationship's threads.
pub async fn provider_towards(
    db: &impl ConnectionTrait,
    id: AccountId,
    relationship: RelationshipId,
    now: DateTime<Utc>,
) -> Result<ProviderCalendar> {
    let absences = absences(db, id, now).await?;
    let consented: Vec<_> = absence_consent::Entity::find()
        .filter(absence_consent::Column::RelationshipId.eq(relationship.0))
        .all(db)
        .await?
        .into_iter()
        .map(|consent| consent.absence_id)
        .collect();
    let away = absences.iter().filter(|row| !(is_covered(row) && consented.contains(&row.id)));
    calendar(db, id, away).await
}

/// An owner's wall clock and quiet times.
pub async fn owner(db: &impl ConnectionTrait, id: AccountId) -> Result<Waking> {
    let (account, organisation) = account_with_organisation(db, id).await?;
    waking(&account, &organisation)
}

/// The same of rows that are read already.
pub(crate) fn waking(account: &rows::Account, organisation: &rows::Organisation) -> Result<Waking> {
    Ok(Waking {
        zone: zone(account)?,
        quiet: QuietHours { from: account.quiet_from, to: account.quiet_to },
        holidays: holidays(organisation)?,
        quiet_days: true,
    })
}

/// The date it is for an account.
pub async fn today(db: &impl ConnectionTrait, id: AccountId, now: DateTime<Utc>) -> Result<NaiveDate> {
    Ok(now.with_timezone(&zone_of(db, id).await?).date_naive())
}

/// The IANA zone of whoever this is.
pub(crate) async fn zone_of(db: &impl ConnectionTrait, id: AccountId) -> Result<Tz> {
    zone(&account::Entity::find_by_id(id.0).one(db).await?.ok_or(StorageError::Hidden)?)
}

/// The IANA zone of an account.
pub fn zone(account: &rows::Account) -> Result<Tz> {
    account.zone.parse().map_err(|_| StorageError::Corrupt(format!("time zone {:?}", account.zone)))
}

/// The weekly hours of a provider's account.
pub fn hours(account: &rows::Account) -> WorkingHours {
    let days =
        Weekdays::ALL.iter().filter(|day| account.working_days & (1 << day.num_days_from_monday()) != 0).collect();
    WorkingHours { days, from: account.work_from, to: account.work_to }
}

/// The holiday calendar of an organisation.
pub fn holidays(organisation: &rows::Organisation) -> Result<&'static HolidayCalendar> {
    HolidayCalendar::named(&organisation.calendar)
        .ok_or_else(|| StorageError::Corrupt(format!("holiday calendar {:?}", organisation.calendar)))
}

/// Somebody accepted to stand in.
pub(crate) fn is_covered(absence: &absence::Model) -> bool {
    absence.substitute_id.is_some() && absence.substitute_accepted_at.is_some()
}

/// The absences that a question about a working day can meet.
pub(crate) fn counts(now: DateTime<Utc>) -> Condition {
    Condition::all()
        .add(absence::Column::CancelledAt.is_null())
        .add(absence::Column::ToOn.gt((now - LOOK_BACK).date_naive()))
}

async fn absences(db: &impl ConnectionTrait, id: AccountId, now: DateTime<Utc>) -> Result<Vec<absence::Model>> {
    Ok(absence::Entity::find()
        .filter(absence::Column::ProviderId.eq(id.0))
        .filter(counts(now))
        .order_by_asc(absence::Column::FromOn)
        .order_by_asc(absence::Column::Id)
        .all(db)
        .await?)
}

async fn calendar(
    db: &impl ConnectionTrait,
    id: AccountId,
    away: impl Iterator<Item = &absence::Model>,
) -> Result<ProviderCalendar> {
    let (account, organisation) = account_with_organisation(db, id).await?;
    working(&account, &organisation, away)
}

/// The same of rows that are read already.
pub(crate) fn working<'a>(
    account: &rows::Account,
    organisation: &rows::Organisation,
    away: impl Iterator<Item = &'a absence::Model>,
) -> Result<ProviderCalendar> {
    Ok(ProviderCalendar {
        zone: zone(account)?,
        holidays: holidays(organisation)?,
        hours: hours(account),
        away: away.map(|row| DateRange { from: row.from_on, to: row.to_on }).collect(),
    })
}

async fn account_with_organisation(
    db: &impl ConnectionTrait,
    id: AccountId,
) -> Result<(rows::Account, rows::Organisation)> {
    let (account, organisation) = account::Entity::find_by_id(id.0)
        .find_also_related(organisation::Entity)
        .one(db)
        .await?
        .ok_or(StorageError::Hidden)?;
    let organisation = organisation.ok_or_else(|| StorageError::Corrupt("account without its organisation".into()))?;
    Ok((account, organisation))
}
