//! Job C: one digest per provider and working day (R14, R19). Only that there will be one is planned
//! here; what it holds is built when it is sent.

use super::Desk;
use super::decided::{self, Going};
use super::step::{self, Entry, Step};
use crate::digests::{self, compose_all};
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use domain::gate::{self, Decision, Reason};
use domain::ids::{AccountId, SeriesId, SlotId};
use domain::organisation_policy::Rules;
use domain::schedule::{digest_at, instant_of, next_digest_after};
use domain::words::{Job, Outcome};
use domain::working_time::ProviderCalendar;
use std::collections::BTreeMap;
use std::sync::Arc;
use storage::briefing::Briefing;
use storage::digests::Asked;
use storage::facts::{self, Question};
use storage::series::Position;
use storage::slots::NewSlot;
use storage::{Result, StorageError, Store, WriteTx, due_clocks, rows};

/// Where no working day is in sight, the planner looks again after this.
const NO_WORKING_DAY: TimeDelta = TimeDelta::days(7);

/// One digest series at the planner's desk.
struct Digests<'a> {
    desk: &'a Desk<'a>,
    row: &'a rows::Series,
    provider: AccountId,
    /// A digest that an absence stops is skipped with that reason, not unplanned: the calendar knows of none.
    calendar: ProviderCalendar,
    rules: Arc<Rules>,
    now: DateTime<Utc>,
}

/// Places the next digest of each series, or plans the one that is due. Gives those that could not be looked at.
pub async fn look(
    store: &Store,
    tx: &WriteTx,
    due: &[&rows::Series],
    now: DateTime<Utc>,
) -> Result<Vec<(uuid::Uuid, StorageError)>> {
    let subjects: Vec<_> =
        due.iter().filter_map(|row| row.provider_id).map(|id| digests::subject(AccountId(id))).collect();
    let briefing = Briefing::of(&**tx, &subjects, now).await?;
    let desk = Desk { store, briefing: &briefing };
    let (mut looked, mut failed) = (Vec::with_capacity(due.len()), Vec::new());
    for row in due {
        match Digests::of(&desk, row) {
            Ok(one) => looked.push(one),
            Err(error) => failed.push((row.id, error)),
        }
    }
    let (firing, placed): (Vec<_>, Vec<_>) = looked.into_iter().partition(|one| one.fires_on().is_some());
    let asked: Vec<Asked<'_>> = firing
        .iter()
        .filter_map(|one| Some(Asked { provider: one.provider, today: one.fires_on()?, rules: &one.rules }))
        .collect();
    let composed = compose_all(&**tx, &briefing, &asked).await?;
    let mut steps = Vec::with_capacity(due.len());
    for one in &placed {
        steps.push((one.row, Step::place(one.next(now))));
    }
    let mut lay_since = BTreeMap::new();
    for ((one, asked), composed) in firing.iter().zip(&asked).zip(composed) {
        match one.fire(asked.today, !composed.digest.lines.is_empty()) {
            Ok(step) => steps.push((one.row, step)),
            Err(error) => failed.push((one.row.id, error)),
        }
        lay_since.extend(one.lay_since()?.map(|date| (one.provider, date)));
    }
    step::write(store, tx, steps, now).await?;
    due_clocks::doubt_unopened(tx, &lay_since, now).await?;
    Ok(failed)
}

impl<'a> Digests<'a> {
    fn of(desk: &'a Desk<'a>, row: &'a rows::Series) -> Result<Self> {
        let provider = row.provider_id.ok_or_else(|| StorageError::Corrupt("digest series of nobody".into()))?;
        let (provider, briefing) = (AccountId(provider), desk.briefing);
        let mut calendar = briefing.calendar(provider)?;
        calendar.away.clear();
        let rules = Arc::clone(&briefing.governing(briefing.account(provider)?)?.rules);
        Ok(Self { desk, row, provider, calendar, rules, now: briefing.now })
    }

    /// The date whose digest is due.
    fn fires_on(&self) -> Option<NaiveDate> {
        let date = self.row.slot_on?;
        digest_at(date, &self.calendar, self.rules.digest_time).filter(|at| *at <= self.now).map(|_| date)
    }

    fn today(&self) -> NaiveDate {
        self.now.with_timezone(&self.calendar.zone).date_naive()
    }

    /// The first digest after `since`; one that is placed already and yet to come stays.
    fn next(&self, since: DateTime<Utc>) -> Position {
        let standing = Position::from(self.row);
        let placed = self.row.slot_on.and_then(|date| digest_at(date, &self.calendar, self.rules.digest_time));
        if let Some(at) = placed.filter(|at| self.now < *at) {
            return Position { next_at: Some(at), ..standing };
        }
        let next = next_digest_after(since, &self.calendar, self.rules.digest_time);
        Position {
            slot_on: next.map(|(date, _)| date),
            next_at: Some(next.map_or(self.now + NO_WORKING_DAY, |(_, at)| at)),
            ..standing
        }
    }

    /// The ledger's line for `date`, and the outbox's where it goes out.
    fn fire(&self, date: NaiveDate, something_to_say: bool) -> Result<Step> {
        let today = self.today();
        // After an outage of days today's is still of use, though its hour has passed.
        let midnight = instant_of(self.calendar.zone, today.and_time(NaiveTime::MIN));
        let step = Step::place(self.next(if date < today { midnight } else { self.now }));
        Ok(step.with(self.entry(date, date == today, something_to_say)?))
    }

    fn entry(&self, date: NaiveDate, still_useful: bool, something_to_say: bool) -> Result<Entry> {
        let (provider, now) = (self.provider, self.now);
        let question = Question {
            job: Job::Digest,
            now,
            recipient: provider,
            owner: None,
            provider: Some(provider),
            relationship: None,
            series: Some(self.row),
            slot: None,
            on_date: date,
            number: 0,
            something_to_say: Some(something_to_say),
        };
        let answered = facts::answer(self.desk.briefing, question)?;
        let verdict = gate::evaluate(Job::Digest, &answered.facts);
        let midnight = instant_of(self.calendar.zone, (date + TimeDelta::days(1)).and_time(NaiveTime::MIN));
        let reason = if still_useful { verdict.reason() } else { Reason::TooLate };
        let mut slot = NewSlot {
            id: SlotId(self.desk.store.new_id()),
            series: Some(SeriesId(self.row.id)),
            job: Job::Digest,
            subject: self.row.id,
            on_date: date,
            owner: None,
            provider: Some(provider),
            relationship: None,
            recipient: provider,
            recipient_zone: answered.recipient.zone.clone(),
            number: 0,
            position: None,
            items: None,
            promised_on: None,
            long_count: None,
            fires_at: now,
            next_at: None,
            closes_at: Some(midnight),
            decided: decided::decided(Outcome::Skipped, reason, &verdict, &answered),
            trace: None,
        };
        let mut going = None;
        if still_useful && matches!(verdict.decision, Decision::Send { .. }) {
            let channels = decided::channels(Job::Digest, &answered, &verdict);
            slot.decided = decided::going_out(&verdict, &answered, &channels, now);
            going = Some(Going { channels, devices: answered.devices.clone(), expires_at: midnight });
        }
        Ok(Entry { slot, open: false, going })
    }

    /// Promises in a digest of this date or before that still lies unopened are uncertain.
    fn lay_since(&self) -> Result<Option<NaiveDate>> {
        let calendar = self.desk.briefing.calendar(self.provider)?;
        let mut date = self.today();
        for _ in 0..self.rules.uncertain_after_working_days {
            match calendar.last_working_day_before(date) {
                Some(day) => date = day,
                None => return Ok(None),
            }
        }
        Ok(Some(date))
    }
}
