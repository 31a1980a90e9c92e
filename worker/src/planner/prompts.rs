//! Job D: crisis-plan review prompts, and by the same machinery the agreement's "take a new round".

use super::decided;
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use domain::gate::{self, Decision, Reason, Row};
use domain::ids::{AccountId, OrganisationId, RelationshipId, SeriesId, SlotId};
use domain::organisation_policy::Rules;
use domain::schedule::{
    Waking, Window, instant_of, next_agreement_round_after, next_plan_review_after, prompt_window, spread,
};
use domain::words::{AccountState, Job, Outcome, PromptAnswer};
use storage::facts::{self, Question};
use storage::series::{Position, trigger_due};
use storage::slots::NewSlot;
use storage::{
    Result, StorageError, Store, WriteTx, accounts, calendars, crisis_plan, policies, relationships, rows, series,
    slots,
};

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

/// So many slots of a series, newest first, tell when it asked last.
const PAST: u64 = 16;

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

struct Prompt<'a> {
    row: &'a rows::Series,
    job: Job,
    owner: AccountId,
    provider: Option<AccountId>,
    relationship: Option<RelationshipId>,
    waking: Waking,
    rules: Rules,
    today: NaiveDate,
}

/// Places the next prompt, or fires the one that is due.
pub async fn look(store: &Store, row: &rows::Series) -> Result<()> {
    let now = store.clock.now();
    let tx = store.write().await?;
    let prompt = prompt(&tx, row, now).await?;
    let past = slots::of_series(&*tx, SeriesId(row.id), PAST).await?;
    let newest = past.first();
    if prompt.job == Job::AgreementRound && !is_active(&tx, prompt.provider).await? {
        // Nobody to take the round with. It is looked at again, and nothing is sent for the past.
        let place = Position { slot_on: None, next_at: Some(now + NOTHING_YET), ..row.into() };
        series::advance(&tx, row, place).await?;
        return tx.commit().await;
    }
    let held = newest.filter(|slot| slot.outcome == Outcome::Held.as_str());
    if let Some(held) = held {
        return ask_held(store, tx, &prompt, held, now).await;
    }
    let Some((cause, anchor)) = due(&tx, &prompt, &past).await? else {
        series::advance(&tx, row, Position { slot_on: None, next_at: Some(now + NOTHING_YET), ..row.into() }).await?;
        return tx.commit().await;
    };
    let from = anchor.max(prompt.today);
    let last = anchor + TimeDelta::days(USEFUL_DAYS);
    let Some((date, window)) = eligible(&prompt, from, last) else {
        let after = instant_of(prompt.waking.zone, (last + TimeDelta::days(1)).and_time(NaiveTime::MIN));
        if now < after {
            let place = Position { anchor_on: Some(anchor), slot_on: None, next_at: Some(after), ..row.into() };
            series::advance(&tx, row, place).await?;
            return tx.commit().await;
        }
        return drop_prompt(store, tx, &prompt, cause, anchor, now).await;
    };
    let at = spread(&window, row.id, date);
    if now < at {
        let place = Position { anchor_on: Some(anchor), slot_on: Some(date), next_at: Some(at), ..row.into() };
        series::advance(&tx, row, place).await?;
        return tx.commit().await;
    }
    fire(store, tx, &prompt, cause, anchor, date, window, None, now).await
}

async fn prompt<'a>(tx: &WriteTx, row: &'a rows::Series, now: DateTime<Utc>) -> Result<Prompt<'a>> {
    let related = match row.relationship_id {
        Some(id) => relationships::for_machinery(&**tx, RelationshipId(id), now).await?,
        None => None,
    };
    let owner = row
        .owner_id
        .map(AccountId)
        .or(related.as_ref().map(|related| related.view.owner))
        .ok_or_else(|| StorageError::Corrupt("prompt to nobody".into()))?;
    let account =
        accounts::for_machinery(&**tx, owner).await?.ok_or_else(|| StorageError::Corrupt("prompt to nobody".into()))?;
    let (_, rules) = policies::in_force(&**tx, OrganisationId(account.organisation_id)).await?;
    let waking = calendars::owner(&**tx, owner).await?;
    Ok(Prompt {
        row,
        job: row.job.parse()?,
        owner,
        provider: related.map(|related| related.view.responsible),
        relationship: row.relationship_id.map(RelationshipId),
        today: now.with_timezone(&waking.zone).date_naive(),
        waking,
        rules,
    })
}

async fn is_active(tx: &WriteTx, provider: Option<AccountId>) -> Result<bool> {
    let Some(provider) = provider else { return Ok(false) };
    let account = accounts::for_machinery(&**tx, provider).await?;
    Ok(account.is_some_and(|row| row.state == AccountState::Active.as_str()))
}

/// Sent, or on its way.
fn went_out(slot: &&rows::Slot) -> bool {
    [Outcome::Sent.as_str(), Outcome::Planned.as_str()].contains(&&*slot.outcome)
}

/// What is due next, and from which date.
async fn due(tx: &WriteTx, prompt: &Prompt<'_>, past: &[rows::Slot]) -> Result<Option<(Cause, NaiveDate)>> {
    let row = prompt.row;
    // Nothing is sent for the past: neither before it was turned on, nor older than it is useful.
    let started = row.accepted_on.unwrap_or(prompt.today);
    let useful = prompt.today - TimeDelta::days(USEFUL_DAYS + 1);
    let again = past.iter().find(went_out).map(|last| last.sent_on.unwrap_or(last.on_date) + APART);
    let asked_until = again.and_then(|again| again.pred_opt()).unwrap_or(NaiveDate::MIN);
    let after = [useful, started.pred_opt().unwrap_or(started), asked_until]
        .into_iter()
        .fold(row.last_anchor_on.unwrap_or(NaiveDate::MIN), NaiveDate::max);
    let regular = match prompt.job {
        Job::PlanReview => match crisis_plan::of_owner(&**tx, prompt.owner).await? {
            Some(plan) => {
                let written = plan.written_at.with_timezone(&prompt.waking.zone).date_naive();
                let every = u16::try_from(row.every_days).map_err(|_| StorageError::Corrupt("cadence".into()))?;
                next_plan_review_after(written, every, after).map(|(_, date)| date)
            }
            None => None,
        },
        _ => next_agreement_round_after(started, after).map(|(_, date)| date),
    };
    let wants_second = prompt.job == Job::PlanReview
        && row.prompts_in_cycle == 1
        && past
            .first()
            .is_none_or(|slot| slot.answer.is_none() || slot.answer.as_deref() == Some(PromptAnswer::Wait.as_str()));
    let later = |date: NaiveDate| again.map_or(date, |again| date.max(again));
    let second = row.last_anchor_on.filter(|_| wants_second).map(|last| later(last + APART));
    let trigger = row.trigger.as_deref().and_then(trigger_due).map(later);
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

/// The first day from `from` to `last` that is no quiet day, with its window.
fn eligible(prompt: &Prompt<'_>, from: NaiveDate, last: NaiveDate) -> Option<(NaiveDate, Window)> {
    from.iter_days()
        .take_while(|date| *date <= last)
        .filter(|date| !prompt.waking.is_quiet_day(*date) && !prompt.rules.further_quiet_days.contains(date))
        .find_map(|date| prompt_window(date, &prompt.waking, prompt.rules.prompt_hours).map(|window| (date, window)))
}

fn question<'a>(prompt: &Prompt<'a>, slot: Option<SlotId>, on_date: NaiveDate, now: DateTime<Utc>) -> Question<'a> {
    Question {
        job: prompt.job,
        now,
        recipient: prompt.owner,
        owner: Some(prompt.owner),
        provider: prompt.provider,
        relationship: prompt.relationship,
        series: Some(prompt.row),
        slot,
        on_date,
        number: 0,
        something_to_say: None,
    }
}

/// A prompt that was held is asked again in today's window, as long as it is useful.
async fn ask_held(
    store: &Store,
    tx: WriteTx,
    prompt: &Prompt<'_>,
    held: &rows::Slot,
    now: DateTime<Utc>,
) -> Result<()> {
    let cause = cause_of(prompt, held);
    let anchor = prompt.row.anchor_on.unwrap_or(held.on_date);
    let last = held.on_date + TimeDelta::days(USEFUL_DAYS);
    match eligible(prompt, prompt.today, last) {
        Some((date, window)) => {
            let at = if date == prompt.today { now } else { spread(&window, prompt.row.id, date) };
            if window.contains(now) || now >= window.closes {
                return fire(store, tx, prompt, cause, anchor, held.on_date, window, Some(held), now).await;
            }
            let place = Position { slot_on: Some(date), next_at: Some(at.max(window.opens)), ..prompt.row.into() };
            series::advance(&tx, prompt.row, place).await?;
            tx.commit().await
        }
        None => {
            let answered = facts::load(&*tx, question(prompt, Some(SlotId(held.id)), held.on_date, now)).await?;
            let verdict = gate::evaluate(prompt.job, &answered.facts);
            let reason = held.reason.parse().unwrap_or(Reason::TooLate);
            let decided = decided::decided(Outcome::Skipped, reason, &verdict, &answered);
            decided::rewrite(&tx, held, &decided, None, now).await?;
            go_on(tx, prompt, cause, anchor, now).await
        }
    }
}

fn cause_of(prompt: &Prompt<'_>, held: &rows::Slot) -> Cause {
    match held.position.as_deref() {
        Some("second") => Cause::Second,
        Some(position) if position.starts_with(TRIGGERED) => Cause::Trigger,
        _ if prompt.row.prompts_in_cycle == 1 && prompt.job == Job::PlanReview => Cause::Second,
        _ => Cause::Regular,
    }
}

#[expect(clippy::too_many_arguments, reason = "the place of one slot, found by the caller")]
async fn fire(
    store: &Store,
    tx: WriteTx,
    prompt: &Prompt<'_>,
    cause: Cause,
    anchor: NaiveDate,
    on_date: NaiveDate,
    window: Window,
    held: Option<&rows::Slot>,
    now: DateTime<Utc>,
) -> Result<()> {
    let open = held.map(|slot| SlotId(slot.id));
    let written = slots::by_identity(&*tx, prompt.job, prompt.row.id, on_date, prompt.owner).await?;
    if open.is_none() && written.is_some() {
        return go_on(tx, prompt, cause, anchor, now).await;
    }
    let answered = facts::load(&*tx, question(prompt, open, on_date, now)).await?;
    let verdict = gate::evaluate(prompt.job, &answered.facts);
    let mut slot = new_slot(
        store,
        prompt,
        cause,
        on_date,
        now,
        decided::decided(Outcome::Skipped, verdict.reason(), &verdict, &answered),
    );
    if let Some(open) = open {
        slot.id = open;
    }
    let tomorrow = prompt.today + TimeDelta::days(1);
    let last = on_date + TimeDelta::days(USEFUL_DAYS);
    let another_day = eligible(prompt, tomorrow, last);
    let again = match verdict.decision {
        Decision::Send { .. } => {
            let channels = decided::channels(&tx, prompt.job, &answered, &verdict).await?;
            slot.decided = decided::going_out(&verdict, &answered, &channels, now);
            if decided::write(&tx, open, slot.clone(), now).await? {
                let useful = now + TimeDelta::days(USEFUL_DAYS);
                decided::enqueue(store, &tx, &slot, &channels, useful, now).await?;
            }
            return go_on(tx, prompt, cause, anchor, now).await;
        }
        // Another prompt has the day or the week: the next allowed day.
        Decision::Block(Reason::Budget) => {
            another_day.map(|(date, window)| (date, spread(&window, prompt.row.id, date)))
        }
        _ if now + ASK_AGAIN < window.closes => Some((prompt.today, now + ASK_AGAIN)),
        _ => None,
    };
    match again {
        Some((date, at)) => {
            slot.decided.outcome = Outcome::Held;
            decided::write(&tx, open, slot, now).await?;
            let place =
                Position { anchor_on: Some(anchor), slot_on: Some(date), next_at: Some(at), ..prompt.row.into() };
            series::advance(&tx, prompt.row, place).await?;
            tx.commit().await
        }
        None => {
            decided::write(&tx, open, slot, now).await?;
            go_on(tx, prompt, cause, anchor, now).await
        }
    }
}

/// No day was eligible while it was useful.
async fn drop_prompt(
    store: &Store,
    tx: WriteTx,
    prompt: &Prompt<'_>,
    cause: Cause,
    anchor: NaiveDate,
    now: DateTime<Utc>,
) -> Result<()> {
    let answered = facts::load(&*tx, question(prompt, None, anchor, now)).await?;
    let verdict = gate::evaluate(prompt.job, &answered.facts);
    let reason = verdict.reason_without_a_day(Row::QuietHours);
    let decided = decided::decided(Outcome::Skipped, reason, &verdict, &answered);
    decided::write(&tx, None, new_slot(store, prompt, cause, anchor, now, decided), now).await?;
    go_on(tx, prompt, cause, anchor, now).await
}

fn new_slot(
    store: &Store,
    prompt: &Prompt<'_>,
    cause: Cause,
    on_date: NaiveDate,
    now: DateTime<Utc>,
    decided: storage::slots::Decided,
) -> NewSlot {
    let position = match cause {
        Cause::Regular => None,
        Cause::Second => Some("second".to_owned()),
        Cause::Trigger => {
            let word = prompt.row.trigger.as_deref().and_then(|stored| stored.split_once('@')).map(|(word, _)| word);
            Some(format!("{TRIGGERED}{}", word.unwrap_or_default()))
        }
    };
    NewSlot {
        id: SlotId(store.new_id()),
        series: Some(SeriesId(prompt.row.id)),
        job: prompt.job,
        subject: prompt.row.id,
        on_date,
        owner: Some(prompt.owner),
        provider: prompt.provider,
        relationship: prompt.relationship,
        recipient: prompt.owner,
        recipient_zone: prompt.waking.zone.name().to_owned(),
        number: 0,
        position,
        items: None,
        promised_on: None,
        long_count: None,
        fires_at: now,
        next_at: None,
        closes_at: None,
        decided,
    }
}

/// Goes on after a prompt that is settled; the planner places the next one at its next look.
async fn go_on(tx: WriteTx, prompt: &Prompt<'_>, cause: Cause, anchor: NaiveDate, now: DateTime<Utc>) -> Result<()> {
    let row = prompt.row;
    let mut place = Position { anchor_on: None, slot_on: None, closes_at: None, next_at: Some(now), ..row.into() };
    match cause {
        Cause::Trigger => {
            place.trigger = None;
            // Out of turn, but within a cycle it is the second of two.
            if row.last_anchor_on.is_some_and(|last| anchor <= last + CYCLE) {
                place.prompts_in_cycle = 2;
            }
        }
        Cause::Regular => {
            place.last_anchor_on = Some(anchor);
            place.cycle += 1;
            // What came out of turn a short while ago was the first of this cycle's two.
            let past = slots::of_series(&*tx, SeriesId(row.id), PAST).await?;
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
    series::advance(&tx, row, place).await?;
    tx.commit().await
}
