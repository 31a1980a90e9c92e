//! Job A: check-ins (R18, R19).

use super::decided::{self, Going};
use super::step::{Also, Entry, Step, To};
use super::{ASK_AGAIN, Desk};
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use domain::gate::{self, Decision, Reason, Row};
use domain::ids::{AccountId, RelationshipId, SeriesId, SlotId};
use domain::schedule::{
    CheckInTimes, MAX_ROLL_DAYS, SeriesPlan, Waking, Window, check_in_window, effective_interval, instant_of,
    slot_for_anchor, spread,
};
use domain::words::{Job, Outcome, RoundCause};
use domain::working_time::ProviderCalendar;
use storage::facts::{self, Answered, Question};
use storage::series::Position;
use storage::slots::NewSlot;
use storage::{Result, StorageError, rows};

/// A check-in is useful for a day.
const USEFUL: TimeDelta = TimeDelta::hours(24);

/// One series at the planner's desk: whose it is, when they can be reached, and how it counts.
struct CheckIns<'a> {
    desk: &'a Desk<'a>,
    row: &'a rows::Series,
    owner: AccountId,
    provider: AccountId,
    relationship: RelationshipId,
    waking: Waking,
    calendar: ProviderCalendar,
    times: CheckInTimes,
    plan: SeriesPlan,
    now: DateTime<Utc>,
    today: NaiveDate,
}

/// Where a slot lies.
#[derive(Clone, Copy)]
struct Place {
    number: u32,
    anchor: NaiveDate,
    slot: Option<(NaiveDate, Window)>,
}

/// Places the next slot, or fires the one that is due.
pub fn look(desk: &Desk<'_>, row: &rows::Series) -> Result<Step> {
    CheckIns::of(desk, row)?.look()
}

impl<'a> CheckIns<'a> {
    fn of(desk: &'a Desk<'a>, row: &'a rows::Series) -> Result<Self> {
        let (Some(owner), Some(provider), Some(relationship)) = (row.owner_id, row.provider_id, row.relationship_id)
        else {
            return Err(StorageError::Corrupt("check-in series of nobody".into()));
        };
        let (owner, provider) = (AccountId(owner), AccountId(provider));
        let accepted_on =
            row.accepted_on.ok_or_else(|| StorageError::Corrupt("active series without a date".into()))?;
        let every_days = u16::try_from(row.every_days).map_err(|_| StorageError::Corrupt("cadence".into()))?;
        let briefing = desk.briefing;
        let mut calendar = briefing.calendar(provider)?;
        // An absence does not move a slot: the gate says that it was not sent, and why.
        calendar.away.clear();
        let rules = &briefing.governing(briefing.account(owner)?)?.rules;
        let waking = briefing.waking(owner)?;
        Ok(Self {
            desk,
            row,
            owner,
            provider,
            relationship: RelationshipId(relationship),
            today: briefing.now.with_timezone(&waking.zone).date_naive(),
            waking,
            calendar,
            times: CheckInTimes { hours: rules.check_in_hours, send_days: rules.check_in_days },
            plan: SeriesPlan { accepted_on, every_days },
            now: briefing.now,
        })
    }

    fn look(&self) -> Result<Step> {
        let (number, anchor) = match (self.row.anchor_on, u32::try_from(self.row.number)) {
            (Some(anchor), Ok(number)) => (number, anchor),
            _ => match self.plan.following(0, 0, self.today) {
                Some(first) => first,
                None => return Ok(Step::completed()),
            },
        };
        if number > self.plan.slots() {
            return Ok(Step::completed());
        }
        let place = self.place(number, anchor);
        let last_day = anchor + TimeDelta::days(i64::from(MAX_ROLL_DAYS));
        match place.slot {
            Some((date, window)) => {
                let at = spread(&window, self.row.id, date);
                if self.now < at {
                    let position = Position {
                        slot_on: Some(date),
                        next_at: Some(at),
                        closes_at: Some(window.closes),
                        ..self.standing(&place)
                    };
                    return Ok(Step::place(position));
                }
                self.fire(place, date, window)
            }
            None if self.today <= last_day => {
                let after = last_day.succ_opt().unwrap_or(NaiveDate::MAX).and_time(NaiveTime::MIN);
                let position = Position {
                    slot_on: None,
                    next_at: Some(instant_of(self.waking.zone, after)),
                    closes_at: None,
                    ..self.standing(&place)
                };
                Ok(Step::place(position))
            }
            None => self.drop_anchor(place),
        }
    }

    fn standing(&self, place: &Place) -> Position {
        Position {
            number: i32::try_from(place.number).unwrap_or(i32::MAX),
            anchor_on: Some(place.anchor),
            ..Position::from(self.row)
        }
    }

    /// The slot of an anchor: the first eligible day on or after it, unless the provider moved it.
    fn place(&self, number: u32, anchor: NaiveDate) -> Place {
        let window = |date| check_in_window(date, &self.calendar, &self.waking, &self.times);
        let mut date = slot_for_anchor(anchor, |date| !self.waking.is_quiet_day(date) && window(date).is_some());
        if let Some(first) = date
            && let Some(to) = self.desk.briefing.slate_choice(self.row, first).and_then(|choice| choice.to_on)
        {
            date = Some(to);
        }
        Place { number, anchor, slot: date.and_then(|date| window(date).map(|window| (date, window))) }
    }

    /// The place of a later anchor, when it is not its turn yet.
    fn later(&self, number: u32, anchor: NaiveDate, last_anchor_on: Option<NaiveDate>) -> Step {
        let next = self.place(number, anchor);
        Step::place(Position {
            last_anchor_on,
            slot_on: next.slot.map(|(date, _)| date),
            next_at: Some(match next.slot {
                Some((date, window)) => spread(&window, self.row.id, date),
                None => instant_of(self.waking.zone, anchor.and_time(NaiveTime::MIN)),
            }),
            closes_at: next.slot.map(|(_, window)| window.closes),
            ..self.standing(&next)
        })
    }

    /// Goes on to the next anchor after one that is settled.
    fn go_on(&self, settled: Place) -> Step {
        match self.plan.following(settled.number, 0, self.today).filter(|(number, _)| *number <= self.plan.slots()) {
            Some((number, anchor)) => self.later(number, anchor, Some(settled.anchor)),
            None => Step::completed(),
        }
    }

    /// Passes over to a later anchor, keeping the last slot's place.
    fn pass_over(&self, place: Place) -> Step {
        let number = place.number + 1;
        match self.plan.anchor(number).filter(|_| number <= self.plan.slots()) {
            Some(anchor) => self.later(number, anchor, self.row.last_anchor_on),
            None => Step::completed(),
        }
    }

    /// No day of this anchor was eligible: it is dropped, with its line in the ledger.
    fn drop_anchor(&self, place: Place) -> Result<Step> {
        let answered = facts::answer(self.desk.briefing, self.question(None, place, place.anchor))?;
        let verdict = gate::evaluate(Job::CheckIn, &answered.facts);
        let quiet = self.waking.is_quiet_day(place.anchor);
        let reason = verdict.reason_without_a_day(if quiet { Row::QuietHours } else { Row::OutsideHours });
        let decided = decided::decided(Outcome::Skipped, reason, &verdict, &answered);
        let slot = self.new_slot(place, place.anchor, &answered, decided);
        Ok(self.go_on(place).with(Entry { slot, open: false, going: None }))
    }

    fn question(&self, slot: Option<SlotId>, place: Place, on_date: NaiveDate) -> Question<'a> {
        Question {
            job: Job::CheckIn,
            now: self.now,
            recipient: self.owner,
            owner: Some(self.owner),
            provider: Some(self.provider),
            relationship: Some(self.relationship),
            series: Some(self.row),
            slot,
            on_date,
            number: i32::try_from(place.number).unwrap_or(i32::MAX),
            something_to_say: None,
        }
    }

    fn new_slot(
        &self,
        place: Place,
        on_date: NaiveDate,
        answered: &Answered,
        decided: storage::slots::Decided,
    ) -> NewSlot {
        NewSlot {
            id: SlotId(self.desk.store.new_id()),
            series: Some(SeriesId(self.row.id)),
            job: Job::CheckIn,
            subject: self.row.id,
            on_date,
            owner: Some(self.owner),
            provider: Some(self.provider),
            relationship: Some(self.relationship),
            recipient: self.owner,
            recipient_zone: answered.recipient.zone.clone(),
            number: i32::try_from(place.number).unwrap_or(i32::MAX),
            position: self.plan.position(place.number).map(|position| position.to_string()),
            items: None,
            promised_on: None,
            long_count: None,
            fires_at: self.now,
            next_at: None,
            closes_at: None,
            decided,
            trace: None,
        }
    }

    fn fire(&self, place: Place, date: NaiveDate, window: Window) -> Result<Step> {
        let now = self.now;
        let written = self.desk.briefing.past(self.row).iter().find(|slot| slot.on_date == date);
        let open = match written {
            Some(slot) if slot.outcome == Outcome::Held.as_str() => Some(SlotId(slot.id)),
            // Settled before, by somebody who stopped or cancelled it.
            Some(_) => return Ok(self.go_on(place)),
            None => None,
        };
        let answered = facts::answer(self.desk.briefing, self.question(open, place, date))?;
        let clause = self.silence_clause(&answered);
        if open.is_none() && self.waits_for_doubled_interval(place, &answered) {
            return Ok(self.pass_over(place).and(clause));
        }
        let verdict = gate::evaluate(Job::CheckIn, &answered.facts);
        let decided = decided::decided(Outcome::Skipped, verdict.reason(), &verdict, &answered);
        let mut slot = self.new_slot(place, date, &answered, decided);
        slot.id = open.unwrap_or(slot.id);
        slot.closes_at = Some(window.closes);
        let mut going = None;
        let last_look = window.closes - TimeDelta::seconds(1);
        let step = match verdict.decision {
            // Found after an outage: that another day's window is open makes it no better.
            Decision::Send { .. } if now >= window.closes => {
                slot.decided.reason = Reason::TooLate;
                self.go_on(place)
            }
            Decision::Send { .. } => {
                let channels = decided::channels(Job::CheckIn, &answered, &verdict);
                slot.decided = decided::going_out(&verdict, &answered, &channels, now);
                slot.decided.counts_unanswered = true;
                going = Some(Going { channels, devices: answered.devices.clone(), expires_at: now + USEFUL });
                self.go_on(place)
            }
            // Silence rests the series, whatever else stands in the way: three that were never opened are
            // three unanswered too, and the first reason in the ledger is another one then.
            Decision::Block(_) | Decision::Hold { .. } if answered.facts.resting == Some(true) => {
                let (relationship, owner) = (self.relationship, self.owner);
                let round = Also::Round { relationship, owner, cause: RoundCause::CheckInsRest };
                Step { to: To::Resting, entry: None, also: vec![round] }
            }
            Decision::Block(_) | Decision::Hold { .. } if now + ASK_AGAIN < window.closes => {
                slot.decided.outcome = Outcome::Held;
                self.ask_again(place, date, now + ASK_AGAIN)
            }
            Decision::Block(_) | Decision::Hold { .. } if now < last_look => {
                slot.decided.outcome = Outcome::Held;
                self.ask_again(place, date, last_look)
            }
            Decision::Block(_) | Decision::Hold { .. } => {
                slot.decided.counts_unanswered = verdict.only(Reason::PromptUnread);
                self.go_on(place)
            }
        };
        Ok(step.with(Entry { slot, open: open.is_some(), going }).and(clause))
    }

    fn ask_again(&self, place: Place, date: NaiveDate, at: DateTime<Utc>) -> Step {
        Step::place(Position { next_at: Some(at), slot_on: Some(date), ..self.standing(&place) })
    }

    /// After two unanswered in a row the interval doubles: an anchor only one interval after the last
    /// slot is passed over. Nothing was due, so nothing is written.
    fn waits_for_doubled_interval(&self, place: Place, answered: &Answered) -> bool {
        let Some(last) = self.row.last_anchor_on else { return false };
        match effective_interval(self.plan.every_days, answered.unanswered) {
            Some(interval) => place.anchor - last < TimeDelta::days(i64::from(interval)),
            None => false,
        }
    }

    /// "After two, phone me": at the number the owner wrote.
    fn silence_clause(&self, answered: &Answered) -> Option<Also> {
        let (clause, since) = (answered.silence_clause?, answered.silent_since?);
        let reached = i64::from(answered.unanswered) >= i64::from(clause);
        reached.then_some(Also::SilenceClause { relationship: self.relationship, owner: self.owner, since })
    }
}
