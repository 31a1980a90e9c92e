//! Job C: one digest per provider and working day (R14, R19). Only that there will be one is planned
//! here; what it holds is built when it is sent.

use super::decided::{self, Going};
use crate::digests::compose;
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use domain::gate::{self, Decision, Reason};
use domain::ids::{AccountId, OrganisationId, SeriesId, SlotId};
use domain::schedule::{digest_at, instant_of, next_digest_after};
use domain::words::{Job, Outcome};
use storage::facts::{self, Question};
use storage::series::Position;
use storage::slots::NewSlot;
use storage::{Result, StorageError, Store, WriteTx, accounts, calendars, policies, rows, series, slots};

/// Where no working day is in sight, the planner looks again after this.
const NO_WORKING_DAY: TimeDelta = TimeDelta::days(7);

/// Places the next digest, or plans the one that is due.
pub async fn look(store: &Store, tx: &WriteTx, row: &rows::Series, now: DateTime<Utc>) -> Result<()> {
    let provider = AccountId(row.provider_id.ok_or_else(|| StorageError::Corrupt("digest series of nobody".into()))?);
    let mut calendar = calendars::provider_herself(&**tx, provider, now).await?;
    // A digest that an absence stops is skipped with that reason, not unplanned.
    calendar.away.clear();
    let account = accounts::for_machinery(&**tx, provider)
        .await?
        .ok_or_else(|| StorageError::Corrupt("digest of nobody".into()))?;
    let (_, rules) = policies::in_force(&**tx, OrganisationId(account.organisation_id)).await?;
    let today = now.with_timezone(&calendar.zone).date_naive();
    let mut since = now;
    if let Some(date) = row.slot_on
        && let Some(at) = digest_at(date, &calendar, rules.digest_time)
    {
        if now < at {
            return series::advance(tx, row, Position { next_at: Some(at), ..Position::from(row) }).await;
        }
        plan(store, tx, row, &account, date == today, date, &rules, now).await?;
        if date < today {
            // After an outage of days today's is still of use, though its hour has passed.
            since = instant_of(calendar.zone, today.and_time(NaiveTime::MIN));
        }
    }
    let next = next_digest_after(since, &calendar, rules.digest_time);
    let position = Position {
        slot_on: next.map(|(date, _)| date),
        next_at: Some(next.map_or(now + NO_WORKING_DAY, |(_, at)| at)),
        ..Position::from(row)
    };
    series::advance(tx, row, position).await
}

#[expect(clippy::too_many_arguments, reason = "one slot is made of what its series and its day say")]
async fn plan(
    store: &Store,
    tx: &WriteTx,
    row: &rows::Series,
    account: &rows::Account,
    still_useful: bool,
    date: chrono::NaiveDate,
    rules: &domain::organisation_policy::Rules,
    now: DateTime<Utc>,
) -> Result<()> {
    let provider = AccountId(account.id);
    if slots::by_identity(&**tx, Job::Digest, row.id, date, provider).await?.is_some() {
        return Ok(());
    }
    let digest = compose(&**tx, provider, date, rules, now).await?.digest;
    let question = Question {
        job: Job::Digest,
        now,
        recipient: provider,
        owner: None,
        provider: Some(provider),
        relationship: None,
        series: Some(row),
        slot: None,
        on_date: date,
        number: 0,
        something_to_say: Some(!digest.lines.is_empty()),
    };
    let answered = facts::load(&**tx, question).await?;
    let verdict = gate::evaluate(Job::Digest, &answered.facts);
    let zone = calendars::zone(account)?;
    let midnight = instant_of(zone, (date + TimeDelta::days(1)).and_time(NaiveTime::MIN));
    let reason = if still_useful { verdict.reason() } else { Reason::TooLate };
    let mut slot = NewSlot {
        id: SlotId(store.new_id()),
        series: Some(SeriesId(row.id)),
        job: Job::Digest,
        subject: row.id,
        on_date: date,
        owner: None,
        provider: Some(provider),
        relationship: None,
        recipient: provider,
        recipient_zone: account.zone.clone(),
        number: 0,
        position: None,
        items: None,
        promised_on: None,
        long_count: None,
        fires_at: now,
        next_at: None,
        closes_at: Some(midnight),
        decided: decided::decided(Outcome::Skipped, reason, &verdict, &answered),
    };
    match verdict.decision {
        Decision::Send { .. } if still_useful => {
            let channels = decided::channels(Job::Digest, &answered, &verdict);
            slot.decided = decided::going_out(&verdict, &answered, &channels, now);
            if decided::write(tx, None, slot.clone(), now).await? {
                let going = Going { channels, devices: answered.devices.clone(), expires_at: midnight };
                decided::enqueue(store, tx, &slot, going, now).await?;
            }
        }
        _ => {
            decided::write(tx, None, slot, now).await?;
        }
    }
    storage::due_clocks::doubt_unopened(tx, provider, rules.uncertain_after_working_days, now).await
}
