//! Job A: check-ins (R18, R19).

use super::{ASK_AGAIN, decided};
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use domain::gate::{self, Decision, Reason, Row};
use domain::ids::{AccountId, ConcernId, RelationshipId, SeriesId, SlotId};
use domain::schedule::{
    CheckInTimes, MAX_ROLL_DAYS, SeriesPlan, Waking, Window, check_in_window, effective_interval, instant_of,
    slot_for_anchor, spread,
};
use domain::words::{ConcernKind, Job, Outcome, RoundCause, SeriesState};
use domain::working_time::ProviderCalendar;
use storage::concerns::NewConcern;
use storage::facts::{self, Answered, Question};
use storage::series::Position;
use storage::slots::NewSlot;
use storage::{
    Result, StorageError, Store, WriteTx, agreement_rounds, calendars, concerns, policies, relationships, rows, series,
    slots,
};

/// A check-in is useful for a day.
const USEFUL: TimeDelta = TimeDelta::hours(24);

struct Pair {
    owner: AccountId,
    provider: AccountId,
    relationship: RelationshipId,
    waking: Waking,
    calendar: ProviderCalendar,
    times: CheckInTimes,
}

/// Where a slot lies.
#[derive(Clone, Copy)]
struct Place {
    number: u32,
    anchor: NaiveDate,
    slot: Option<(NaiveDate, Window)>,
}

/// Places the next slot, or fires the one that is due.
pub async fn look(store: &Store, row: &rows::Series) -> Result<()> {
    let now = store.clock.now();
    let tx = store.write().await?;
    let pair = pair(&tx, row, now).await?;
    let Some(accepted_on) = row.accepted_on else {
        return Err(StorageError::Corrupt("active series without a date".into()));
    };
    let every = u16::try_from(row.every_days).map_err(|_| StorageError::Corrupt("cadence".into()))?;
    let plan = SeriesPlan { accepted_on, every_days: every };
    let today = now.with_timezone(&pair.waking.zone).date_naive();
    let (number, anchor) = match (row.anchor_on, u32::try_from(row.number)) {
        (Some(anchor), Ok(number)) => (number, anchor),
        _ => match plan.following(0, 0, today) {
            Some(first) => first,
            None => return finish(tx, row, now).await,
        },
    };
    if number > plan.slots() {
        return finish(tx, row, now).await;
    }
    let place = place(&tx, row, &pair, number, anchor).await?;
    let last_day = anchor + TimeDelta::days(i64::from(MAX_ROLL_DAYS));
    match place.slot {
        Some((date, window)) => {
            let at = spread(&window, row.id, date);
            if now < at {
                let position = Position {
                    slot_on: Some(date),
                    next_at: Some(at),
                    closes_at: Some(window.closes),
                    ..standing(row, &place)
                };
                series::advance(&tx, row, position).await?;
                return tx.commit().await;
            }
            fire(store, tx, row, &pair, plan, place, date, window).await
        }
        None if today <= last_day => {
            let after = last_day.succ_opt().unwrap_or(NaiveDate::MAX).and_time(NaiveTime::MIN);
            let position = Position {
                slot_on: None,
                next_at: Some(instant_of(pair.waking.zone, after)),
                closes_at: None,
                ..standing(row, &place)
            };
            series::advance(&tx, row, position).await?;
            tx.commit().await
        }
        None => drop_anchor(store, tx, row, &pair, plan, place).await,
    }
}

async fn pair(tx: &WriteTx, row: &rows::Series, now: DateTime<Utc>) -> Result<Pair> {
    let (Some(owner), Some(provider), Some(relationship)) = (row.owner_id, row.provider_id, row.relationship_id) else {
        return Err(StorageError::Corrupt("check-in series of nobody".into()));
    };
    let (owner, provider) = (AccountId(owner), AccountId(provider));
    let mut calendar = calendars::provider_herself(&**tx, provider, now).await?;
    // An absence does not move a slot: the gate says that it was not sent, and why.
    calendar.away.clear();
    let account = storage::accounts::for_machinery(&**tx, owner)
        .await?
        .ok_or_else(|| StorageError::Corrupt("series without its owner".into()))?;
    let (_, rules) = policies::in_force(&**tx, domain::ids::OrganisationId(account.organisation_id)).await?;
    Ok(Pair {
        owner,
        provider,
        relationship: RelationshipId(relationship),
        waking: calendars::owner(&**tx, owner).await?,
        calendar,
        times: CheckInTimes { hours: rules.check_in_hours, send_days: rules.check_in_days },
    })
}

fn standing(row: &rows::Series, place: &Place) -> Position {
    Position {
        number: i32::try_from(place.number).unwrap_or(i32::MAX),
        anchor_on: Some(place.anchor),
        ..Position::from(row)
    }
}

/// The slot of an anchor: the first eligible day on or after it, unless the provider moved it.
async fn place(tx: &WriteTx, row: &rows::Series, pair: &Pair, number: u32, anchor: NaiveDate) -> Result<Place> {
    let window = |date| check_in_window(date, &pair.calendar, &pair.waking, &pair.times);
    let mut date = slot_for_anchor(anchor, |date| !pair.waking.is_quiet_day(date) && window(date).is_some());
    if let Some(first) = date
        && let Some(choice) = facts::slate_choice(&**tx, SeriesId(row.id), first).await?
        && let Some(to) = choice.to_on
    {
        date = Some(to);
    }
    Ok(Place { number, anchor, slot: date.and_then(|date| window(date).map(|window| (date, window))) })
}

/// The series came to its twelve weeks' end.
async fn finish(tx: WriteTx, row: &rows::Series, now: DateTime<Utc>) -> Result<()> {
    series::complete(&tx, row, now).await?;
    tx.commit().await
}

/// Goes on to the next anchor after one that is settled.
async fn go_on(
    tx: WriteTx,
    row: &rows::Series,
    pair: &Pair,
    plan: SeriesPlan,
    settled: Place,
    now: DateTime<Utc>,
) -> Result<()> {
    let today = now.with_timezone(&pair.waking.zone).date_naive();
    let Some((number, anchor)) = plan.following(settled.number, 0, today).filter(|(number, _)| *number <= plan.slots())
    else {
        return finish(tx, row, now).await;
    };
    let next = place(&tx, row, pair, number, anchor).await?;
    let position = Position {
        last_anchor_on: Some(settled.anchor),
        slot_on: next.slot.map(|(date, _)| date),
        next_at: Some(match next.slot {
            Some((date, window)) => spread(&window, row.id, date),
            None => instant_of(pair.waking.zone, anchor.and_time(NaiveTime::MIN)),
        }),
        closes_at: next.slot.map(|(_, window)| window.closes),
        ..standing(row, &next)
    };
    series::advance(&tx, row, position).await?;
    tx.commit().await
}

/// No day of this anchor was eligible: it is dropped, with its line in the ledger.
async fn drop_anchor(
    store: &Store,
    tx: WriteTx,
    row: &rows::Series,
    pair: &Pair,
    plan: SeriesPlan,
    place: Place,
) -> Result<()> {
    let now = store.clock.now();
    let answered = facts::load(&*tx, question(row, pair, None, place, place.anchor, now)).await?;
    let verdict = gate::evaluate(Job::CheckIn, &answered.facts);
    let quiet = pair.waking.is_quiet_day(place.anchor);
    let reason = verdict.reason_without_a_day(if quiet { Row::QuietHours } else { Row::OutsideHours });
    let decided = decided::decided(Outcome::Skipped, reason, &verdict, &answered);
    let slot = new_slot(store, row, pair, plan, place, place.anchor, now, &answered, decided);
    decided::write(&tx, None, slot, now).await?;
    go_on(tx, row, pair, plan, place, now).await
}

fn question<'a>(
    row: &'a rows::Series,
    pair: &Pair,
    slot: Option<SlotId>,
    place: Place,
    on_date: NaiveDate,
    now: DateTime<Utc>,
) -> Question<'a> {
    Question {
        job: Job::CheckIn,
        now,
        recipient: pair.owner,
        owner: Some(pair.owner),
        provider: Some(pair.provider),
        relationship: Some(pair.relationship),
        series: Some(row),
        slot,
        on_date,
        number: i32::try_from(place.number).unwrap_or(i32::MAX),
        something_to_say: None,
    }
}

#[expect(clippy::too_many_arguments, reason = "one slot is made of what all the others decided")]
fn new_slot(
    store: &Store,
    row: &rows::Series,
    pair: &Pair,
    plan: SeriesPlan,
    place: Place,
    on_date: NaiveDate,
    now: DateTime<Utc>,
    answered: &Answered,
    decided: storage::slots::Decided,
) -> NewSlot {
    NewSlot {
        id: SlotId(store.new_id()),
        series: Some(SeriesId(row.id)),
        job: Job::CheckIn,
        subject: row.id,
        on_date,
        owner: Some(pair.owner),
        provider: Some(pair.provider),
        relationship: Some(pair.relationship),
        recipient: pair.owner,
        recipient_zone: answered.recipient.zone.clone(),
        number: i32::try_from(place.number).unwrap_or(i32::MAX),
        position: plan.position(place.number).map(|position| position.to_string()),
        items: None,
        promised_on: None,
        long_count: None,
        fires_at: now,
        next_at: None,
        closes_at: None,
        decided,
    }
}

#[expect(clippy::too_many_arguments, reason = "the place of one slot, found by the caller")]
async fn fire(
    store: &Store,
    tx: WriteTx,
    row: &rows::Series,
    pair: &Pair,
    plan: SeriesPlan,
    place: Place,
    date: NaiveDate,
    window: Window,
) -> Result<()> {
    let now = store.clock.now();
    let written = slots::by_identity(&*tx, Job::CheckIn, row.id, date, pair.owner).await?;
    let open = match &written {
        Some(slot) if slot.outcome == Outcome::Held.as_str() => Some(SlotId(slot.id)),
        // Settled before, by somebody who stopped or cancelled it.
        Some(_) => return go_on(tx, row, pair, plan, place, now).await,
        None => None,
    };
    let answered = facts::load(&*tx, question(row, pair, open, place, date, now)).await?;
    silence_clause(store, &tx, pair, &answered, now).await?;
    if open.is_none() && waits_for_doubled_interval(row, place, &answered) {
        return go_on_to(tx, row, pair, plan, place.number + 1, now).await;
    }
    let verdict = gate::evaluate(Job::CheckIn, &answered.facts);
    let mut slot = new_slot(
        store,
        row,
        pair,
        plan,
        place,
        date,
        now,
        &answered,
        decided::decided(Outcome::Skipped, verdict.reason(), &verdict, &answered),
    );
    if let Some(open) = open {
        slot.id = open;
    }
    slot.closes_at = Some(window.closes);
    match verdict.decision {
        Decision::Send { .. } => {
            let channels = decided::channels(&tx, Job::CheckIn, &answered, &verdict).await?;
            slot.decided = decided::going_out(&verdict, &answered, &channels, now);
            slot.decided.counts_unanswered = true;
            if decided::write(&tx, open, slot.clone(), now).await? {
                decided::enqueue(store, &tx, &slot, &channels, now + USEFUL, now).await?;
            }
            go_on(tx, row, pair, plan, place, now).await
        }
        // Silence rests the series, whatever else stands in the way: three that were never opened are
        // three unanswered too, and the first reason in the ledger is another one then.
        Decision::Block(_) | Decision::Hold { .. } if answered.facts.resting == Some(true) => {
            decided::write(&tx, open, slot, now).await?;
            series::settle(&tx, row, SeriesState::Resting, Reason::Resting, now).await?;
            agreement_rounds::wish(&tx, pair.relationship, pair.owner, RoundCause::CheckInsRest, now).await?;
            tx.commit().await
        }
        Decision::Block(_) | Decision::Hold { .. } if now + ASK_AGAIN < window.closes => {
            slot.decided.outcome = Outcome::Held;
            decided::write(&tx, open, slot, now).await?;
            let position = Position { next_at: Some(now + ASK_AGAIN), ..standing(row, &place) };
            series::advance(&tx, row, Position { slot_on: Some(date), ..position }).await?;
            tx.commit().await
        }
        Decision::Block(_) | Decision::Hold { .. } if now < window.closes => {
            slot.decided.outcome = Outcome::Held;
            decided::write(&tx, open, slot, now).await?;
            let last_look = window.closes - TimeDelta::seconds(1);
            if now < last_look {
                let position = Position { next_at: Some(last_look), ..standing(row, &place) };
                series::advance(&tx, row, Position { slot_on: Some(date), ..position }).await?;
                return tx.commit().await;
            }
            skip(tx, row, pair, plan, place, date, &answered, &verdict, now).await
        }
        Decision::Block(_) | Decision::Hold { .. } => {
            slot.decided.counts_unanswered = verdict.only(Reason::PromptUnread);
            decided::write(&tx, open, slot, now).await?;
            go_on(tx, row, pair, plan, place, now).await
        }
    }
}

/// The window closes on a blocked slot.
#[expect(clippy::too_many_arguments, reason = "one slot is made of what all the others decided")]
async fn skip(
    tx: WriteTx,
    row: &rows::Series,
    pair: &Pair,
    plan: SeriesPlan,
    place: Place,
    date: NaiveDate,
    answered: &Answered,
    verdict: &gate::Verdict,
    now: DateTime<Utc>,
) -> Result<()> {
    if let Some(held) = slots::by_identity(&*tx, Job::CheckIn, row.id, date, pair.owner).await? {
        let mut last = decided::decided(Outcome::Skipped, verdict.reason(), verdict, answered);
        last.counts_unanswered = verdict.only(Reason::PromptUnread);
        decided::rewrite(&tx, &held, &last, None, now).await?;
    }
    go_on(tx, row, pair, plan, place, now).await
}

/// After two unanswered in a row the interval doubles: an anchor only one interval after the last
/// slot is passed over. Nothing was due, so nothing is written.
fn waits_for_doubled_interval(row: &rows::Series, place: Place, answered: &Answered) -> bool {
    let (Some(last), Ok(every)) = (row.last_anchor_on, u16::try_from(row.every_days)) else { return false };
    match effective_interval(every, answered.unanswered) {
        Some(interval) => place.anchor - last < TimeDelta::days(i64::from(interval)),
        None => false,
    }
}

/// Passes over to a later anchor, keeping the last slot's place.
async fn go_on_to(
    tx: WriteTx,
    row: &rows::Series,
    pair: &Pair,
    plan: SeriesPlan,
    number: u32,
    now: DateTime<Utc>,
) -> Result<()> {
    let Some(anchor) = plan.anchor(number).filter(|_| number <= plan.slots()) else {
        return finish(tx, row, now).await;
    };
    let next = place(&tx, row, pair, number, anchor).await?;
    let position = Position {
        slot_on: next.slot.map(|(date, _)| date),
        next_at: Some(match next.slot {
            Some((date, window)) => spread(&window, row.id, date),
            None => instant_of(pair.waking.zone, anchor.and_time(NaiveTime::MIN)),
        }),
        closes_at: next.slot.map(|(_, window)| window.closes),
        ..standing(row, &next)
    };
    series::advance(&tx, row, position).await?;
    tx.commit().await
}

/// "After two, phone me": fires once per silence, at the number the owner wrote.
async fn silence_clause(
    store: &Store,
    tx: &WriteTx,
    pair: &Pair,
    answered: &Answered,
    now: DateTime<Utc>,
) -> Result<()> {
    let (Some(clause), Some(since)) = (answered.silence_clause, answered.silent_since) else { return Ok(()) };
    let reached = i64::from(answered.unanswered) >= i64::from(clause);
    if !reached || facts::silence_clause_fired(&**tx, pair.relationship, since).await? {
        return Ok(());
    }
    let related = relationships::for_machinery(&**tx, pair.relationship, now).await?;
    if related.is_none_or(|related| related.view.state != domain::words::RelationshipState::Active) {
        return Ok(());
    }
    let concern = NewConcern {
        id: ConcernId(store.new_id()),
        relationship: pair.relationship,
        owner: pair.owner,
        kind: ConcernKind::SilenceClause,
        slot: None,
    };
    concerns::open(tx, concern, now).await
}
