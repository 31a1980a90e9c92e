//! Job D: crisis-plan review prompts, and by the same machinery the agreement's "take a new round".

use super::Desk;
use super::decided::{self, Going};
use super::step::{Entry, Step};
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use domain::gate::{self, Decision, Reason, Row};
use domain::ids::{AccountId, RelationshipId, SeriesId, SlotId};
use domain::organisation_policy::Rules;
use domain::schedule::{
    Waking, Window, instant_of, next_agreement_round_after, next_plan_review_after, prompt_window, spread,
};
use domain::words::{AccountState, Job, Outcome, PromptAnswer};
use std::sync::Arc;
use storage::facts::{self, Question};
use storage::series::{Position, trigger_due};
use storage::slots::NewSlot;
use storage::{Result, StorageError, rows};

/// The latest useful moment of a prompt, in days after its slot.
const USEFUL_DAYS: i64 = 7;
/// Between two prompts of a series, whatever brought them: the second of a cycle comes after this,
/// what happens meanwhile waits for it, and a date of the calendar within it has been asked about.
const APART: TimeDelta = TimeDelta::days(14);
/// So long prompts belong together: two, then rest.
const CYCLE: TimeDelta = TimeDelta::days(60);
/// While a day's window is open, a blocked prompt is asked again this often.
const ASK_AGAIN: TimeDelta = TimeDelta::hours(1);
/// Without a plan there is nothing to count from; the planner looks again after this.
const NOTHING_YET: TimeDelta = TimeDelta::days(7);

/// Before the word for what prompted it out of turn, in a slot's position: the prompt says it.
const TRIGGERED: &str = "triggered:";

/// What prompted it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    Regular,
    /// The second of a cycle.
    Second,
    Trigger,
}

/// What a series' own slots tell of the next one.
#[derive(Clone, Debug)]
struct Asked {
    /// The date on which the newest that was sent, or is on its way, went out.
    went_out_on: Option<NaiveDate>,
    /// The answer to the newest slot, whatever became of it.
    answer: Option<String>,
}

impl Asked {
    fn by(past: &[rows::Slot]) -> Self {
        Self {
            went_out_on: past.iter().find(went_out).map(|last| last.sent_on.unwrap_or(last.on_date)),
            answer: past.first().and_then(|slot| slot.answer.clone()),
        }
    }
}

/// Sent, or on its way.
fn went_out(slot: &&rows::Slot) -> bool {
    [Outcome::Sent.as_str(), Outcome::Planned.as_str()].contains(&&*slot.outcome)
}

/// One series at the planner's desk.
struct Prompts<'a> {
    desk: &'a Desk<'a>,
    row: &'a rows::Series,
    job: Job,
    owner: AccountId,
    provider: Option<AccountId>,
    relationship: Option<RelationshipId>,
    waking: Waking,
    rules: Arc<Rules>,
    now: DateTime<Utc>,
    today: NaiveDate,
}

/// Places the next prompt, or fires the one that is due.
pub fn look(desk: &Desk<'_>, row: &rows::Series) -> Result<Step> {
    Prompts::of(desk, row)?.look()
}

impl<'a> Prompts<'a> {
    fn of(desk: &'a Desk<'a>, row: &'a rows::Series) -> Result<Self> {
        let briefing = desk.briefing;
        let relationship = row.relationship_id.map(RelationshipId);
        let owner = row.owner_id.map(AccountId).ok_or_else(|| StorageError::Corrupt("prompt to nobody".into()))?;
        let waking = briefing.waking(owner)?;
        Ok(Self {
            desk,
            row,
            job: row.job.parse()?,
            owner,
            provider: relationship.and_then(|id| briefing.relationship(id)).map(|related| related.view.responsible),
            relationship,
            today: briefing.now.with_timezone(&waking.zone).date_naive(),
            waking,
            rules: Arc::clone(&briefing.governing(briefing.account(owner)?)?.rules),
            now: briefing.now,
        })
    }

    fn look(&self) -> Result<Step> {
        if self.job == Job::AgreementRound && !self.is_provider_active() {
            // Nobody to take the round with. It is looked at again, and nothing is sent for the past.
            return Ok(Step::place(self.nothing_yet(self.row.into())));
        }
        let past = self.desk.briefing.past(self.row);
        if let Some(held) = past.first().filter(|slot| slot.outcome == Outcome::Held.as_str()) {
            return self.ask_held(held);
        }
        let standing = Position::from(self.row);
        let Some((cause, anchor)) = self.due(&standing, &Asked::by(past))? else {
            return Ok(Step::place(self.nothing_yet(standing)));
        };
        match self.placed(standing, anchor) {
            Placed::Later(position) => Ok(Step::place(position)),
            Placed::Due(date, window) => self.fire(cause, anchor, date, window, None),
            Placed::Dropped => self.drop_prompt(cause, anchor),
        }
    }

    fn is_provider_active(&self) -> bool {
        let account = self.provider.and_then(|id| self.desk.briefing.account(id).ok());
        account.is_some_and(|row| row.state == AccountState::Active.as_str())
    }

    fn nothing_yet(&self, standing: Position) -> Position {
        Position { slot_on: None, next_at: Some(self.now + NOTHING_YET), ..standing }
    }

    /// What is due next, and from which date.
    fn due(&self, standing: &Position, asked: &Asked) -> Result<Option<(Cause, NaiveDate)>> {
        // Nothing is sent for the past: neither before it was turned on, nor older than it is useful.
        let started = self.row.accepted_on.unwrap_or(self.today);
        let useful = self.today - TimeDelta::days(USEFUL_DAYS + 1);
        let again = asked.went_out_on.map(|last| last + APART);
        let asked_until = again.and_then(|again| again.pred_opt()).unwrap_or(NaiveDate::MIN);
        let after = [useful, started.pred_opt().unwrap_or(started), asked_until]
            .into_iter()
            .fold(standing.last_anchor_on.unwrap_or(NaiveDate::MIN), NaiveDate::max);
        let regular = match self.job {
            Job::PlanReview => match self.desk.briefing.plan(self.owner) {
                Some(plan) => {
                    let written = plan.row.written_at.with_timezone(&self.waking.zone).date_naive();
                    let every =
                        u16::try_from(self.row.every_days).map_err(|_| StorageError::Corrupt("cadence".into()))?;
                    next_plan_review_after(written, every, after).map(|(_, date)| date)
                }
                None => None,
            },
            _ => next_agreement_round_after(started, after).map(|(_, date)| date),
        };
        let wants_second = self.job == Job::PlanReview
            && standing.prompts_in_cycle == 1
            && asked.answer.as_deref().is_none_or(|answer| answer == PromptAnswer::Wait.as_str());
        let later = |date: NaiveDate| again.map_or(date, |again| date.max(again));
        let second = standing.last_anchor_on.filter(|_| wants_second).map(|last| later(last + APART));
        let trigger = standing.trigger.as_deref().and_then(trigger_due).map(later);
        Ok([
            // The second of a cycle asks about everything that happened meanwhile, too.
            second.map(|date| (date, Cause::Second)),
            trigger.map(|date| (date, Cause::Trigger)),
            regular.map(|date| (date, Cause::Regular)),
        ]
        .into_iter()
        .flatten()
        .min_by_key(|(date, _)| *date)
        .map(|(date, cause)| (cause, date)))
    }

    /// Where a prompt for `anchor` lies.
    fn placed(&self, standing: Position, anchor: NaiveDate) -> Placed {
        let last = anchor + TimeDelta::days(USEFUL_DAYS);
        let Some((date, window)) = self.eligible(anchor.max(self.today), last) else {
            let after = instant_of(self.waking.zone, (last + TimeDelta::days(1)).and_time(NaiveTime::MIN));
            if self.now < after {
                let next_at = Some(after);
                return Placed::Later(Position { anchor_on: Some(anchor), slot_on: None, next_at, ..standing });
            }
            return Placed::Dropped;
        };
        let at = spread(&window, self.row.id, date);
        if self.now < at {
            let place = Position { anchor_on: Some(anchor), slot_on: Some(date), next_at: Some(at), ..standing };
            return Placed::Later(place);
        }
        Placed::Due(date, window)
    }

    /// The first day from `from` to `last` that is no quiet day, with its window.
    fn eligible(&self, from: NaiveDate, last: NaiveDate) -> Option<(NaiveDate, Window)> {
        from.iter_days()
            .take_while(|date| *date <= last)
            .filter(|date| !self.waking.is_quiet_day(*date) && !self.rules.further_quiet_days.contains(date))
            .find_map(|date| prompt_window(date, &self.waking, self.rules.prompt_hours).map(|window| (date, window)))
    }

    fn question(&self, slot: Option<SlotId>, on_date: NaiveDate) -> Question<'a> {
        Question {
            job: self.job,
            now: self.now,
            recipient: self.owner,
            owner: Some(self.owner),
            provider: self.provider,
            relationship: self.relationship,
            series: Some(self.row),
            slot,
            on_date,
            number: 0,
            something_to_say: None,
        }
    }

    /// A prompt that was held is asked again in today's window, as long as it is useful.
    fn ask_held(&self, held: &rows::Slot) -> Result<Step> {
        let cause = self.cause_of(held);
        let anchor = self.row.anchor_on.unwrap_or(held.on_date);
        let last = held.on_date + TimeDelta::days(USEFUL_DAYS);
        match self.eligible(self.today, last) {
            Some((_, window)) if window.contains(self.now) || self.now >= window.closes => {
                self.fire(cause, anchor, held.on_date, window, Some(held))
            }
            Some((date, window)) => {
                let at = if date == self.today { self.now } else { spread(&window, self.row.id, date) };
                let next_at = Some(at.max(window.opens));
                Ok(Step::place(Position { slot_on: Some(date), next_at, ..self.row.into() }))
            }
            None => {
                let answered = facts::answer(self.desk.briefing, self.question(Some(SlotId(held.id)), held.on_date))?;
                let verdict = gate::evaluate(self.job, &answered.facts);
                let reason = held.reason.parse().unwrap_or(Reason::TooLate);
                let decided = decided::decided(Outcome::Skipped, reason, &verdict, &answered);
                let slot = NewSlot { id: SlotId(held.id), ..self.new_slot(cause, held.on_date, decided) };
                let step = Step::place(self.go_on(cause, anchor, None)?);
                Ok(step.with(Entry { slot, open: true, going: None }))
            }
        }
    }

    fn cause_of(&self, held: &rows::Slot) -> Cause {
        match held.position.as_deref() {
            Some("second") => Cause::Second,
            Some(position) if position.starts_with(TRIGGERED) => Cause::Trigger,
            _ if self.row.prompts_in_cycle == 1 && self.job == Job::PlanReview => Cause::Second,
            _ => Cause::Regular,
        }
    }

    fn fire(
        &self,
        cause: Cause,
        anchor: NaiveDate,
        on_date: NaiveDate,
        window: Window,
        held: Option<&rows::Slot>,
    ) -> Result<Step> {
        let briefing = self.desk.briefing;
        if held.is_none() && briefing.past(self.row).iter().any(|slot| slot.on_date == on_date) {
            return Ok(Step::place(self.go_on(cause, anchor, None)?));
        }
        let open = held.map(|slot| SlotId(slot.id));
        let answered = facts::answer(briefing, self.question(open, on_date))?;
        let verdict = gate::evaluate(self.job, &answered.facts);
        let decided = decided::decided(Outcome::Skipped, verdict.reason(), &verdict, &answered);
        let mut slot = self.new_slot(cause, on_date, decided);
        slot.id = open.unwrap_or(slot.id);
        let another_day = self.eligible(self.today + TimeDelta::days(1), on_date + TimeDelta::days(USEFUL_DAYS));
        let again = match verdict.decision {
            Decision::Send { .. } => {
                let channels = decided::channels(self.job, &answered, &verdict);
                slot.decided = decided::going_out(&verdict, &answered, &channels, self.now);
                let expires_at = self.now + TimeDelta::days(USEFUL_DAYS);
                let going = Some(Going { channels, devices: answered.devices.clone(), expires_at });
                let step = Step::place(self.go_on(cause, anchor, Some(&slot))?);
                return Ok(step.with(Entry { slot, open: open.is_some(), going }));
            }
            // Another prompt has the day or the week: the next allowed day.
            Decision::Block(Reason::Budget) => {
                another_day.map(|(date, window)| (date, spread(&window, self.row.id, date)))
            }
            _ if self.now + ASK_AGAIN < window.closes => Some((self.today, self.now + ASK_AGAIN)),
            _ => None,
        };
        let step = match again {
            Some((date, at)) => {
                slot.decided.outcome = Outcome::Held;
                let (anchor_on, slot_on) = (Some(anchor), Some(date));
                Step::place(Position { anchor_on, slot_on, next_at: Some(at), ..self.row.into() })
            }
            None => Step::place(self.go_on(cause, anchor, None)?),
        };
        Ok(step.with(Entry { slot, open: open.is_some(), going: None }))
    }

    /// No day was eligible while it was useful.
    fn drop_prompt(&self, cause: Cause, anchor: NaiveDate) -> Result<Step> {
        let answered = facts::answer(self.desk.briefing, self.question(None, anchor))?;
        let verdict = gate::evaluate(self.job, &answered.facts);
        let reason = verdict.reason_without_a_day(Row::QuietHours);
        let decided = decided::decided(Outcome::Skipped, reason, &verdict, &answered);
        let slot = self.new_slot(cause, anchor, decided);
        Ok(Step::place(self.go_on(cause, anchor, None)?).with(Entry { slot, open: false, going: None }))
    }

    fn new_slot(&self, cause: Cause, on_date: NaiveDate, decided: storage::slots::Decided) -> NewSlot {
        let position = match cause {
            Cause::Regular => None,
            Cause::Second => Some("second".to_owned()),
            Cause::Trigger => {
                let word = self.row.trigger.as_deref().and_then(|stored| stored.split_once('@')).map(|(word, _)| word);
                Some(format!("{TRIGGERED}{}", word.unwrap_or_default()))
            }
        };
        NewSlot {
            id: SlotId(self.desk.store.new_id()),
            series: Some(SeriesId(self.row.id)),
            job: self.job,
            subject: self.row.id,
            on_date,
            owner: Some(self.owner),
            provider: self.provider,
            relationship: self.relationship,
            recipient: self.owner,
            recipient_zone: self.waking.zone.name().to_owned(),
            number: 0,
            position,
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

    /// Goes on after a prompt that is settled, or that just went out as `sent`, to the place of the next one.
    fn go_on(&self, cause: Cause, anchor: NaiveDate, sent: Option<&NewSlot>) -> Result<Position> {
        let past = self.desk.briefing.past(self.row);
        let mut place = Position { anchor_on: None, slot_on: None, closes_at: None, ..self.row.into() };
        match cause {
            Cause::Trigger => {
                place.trigger = None;
                // Out of turn, but within a cycle it is the second of two.
                if self.row.last_anchor_on.is_some_and(|last| anchor <= last + CYCLE) {
                    place.prompts_in_cycle = 2;
                }
            }
            Cause::Regular => {
                place.last_anchor_on = Some(anchor);
                place.cycle += 1;
                // What came out of turn a short while ago was the first of this cycle's two.
                let asked =
                    past.iter().filter(went_out).any(|slot| slot.on_date < anchor && anchor <= slot.on_date + CYCLE);
                place.prompts_in_cycle = if asked { 2 } else { 1 };
            }
            Cause::Second => {
                place.last_anchor_on = Some(anchor);
                place.prompts_in_cycle = 2;
                place.trigger = place.trigger.filter(|stored| trigger_due(stored).is_none_or(|due| due > anchor));
            }
        }
        let asked = Asked {
            went_out_on: sent.map(|slot| slot.decided.sent_on.unwrap_or(slot.on_date)).or(Asked::by(past).went_out_on),
            answer: None,
        };
        Ok(match self.due(&place, &asked)? {
            None => self.nothing_yet(place),
            Some((_, anchor)) => match self.placed(place.clone(), anchor) {
                Placed::Later(position) => position,
                // Its own turn decides about it.
                Placed::Due(..) | Placed::Dropped => Position { next_at: Some(self.now), ..place },
            },
        })
    }
}

/// Where a prompt lies, as seen now.
enum Placed {
    Later(Position),
    Due(NaiveDate, Window),
    /// No day was eligible while it was useful.
    Dropped,
}
