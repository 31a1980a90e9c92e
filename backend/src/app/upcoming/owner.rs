//! To come for an owner: every job that concerns her, her provider's reminders among them.

use super::{Asking, Digests, account, item};
use crate::app::Answer;
use crate::views;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::gate::{self, Verdict};
use domain::ids::{AccountId, RelationshipId};
use domain::policy::{InRelationship, Permit};
use domain::schedule::{SeriesPlan, digest_at, effective_interval};
use domain::wording::Upcoming;
use domain::words::{Job, RelationshipState, SeriesState};
use mobile_contract::ledger::LedgerRecipient;
use mobile_contract::upcoming::UpcomingOut;
use std::collections::{BTreeMap, BTreeSet};
use storage::facts::{self, Answered, Question};
use storage::relationships::Related;
use storage::{StorageError, calendars, relationships, rows, upcoming};
use uuid::Uuid;

/// When, in which relationship, and who is reminded.
type Reminded = (DateTime<Utc>, Uuid, AccountId);
/// The promised date, who promised, and what about.
type Overdue = (NaiveDate, AccountId, Vec<Uuid>);

pub async fn items(asking: &Asking<'_>, permit: Permit) -> Answer<Vec<UpcomingOut>> {
    let db = asking.app.store.read();
    let pairs: BTreeMap<Uuid, Related> = relationships::of_account(db, permit.account(), asking.now)
        .await?
        .into_iter()
        .filter_map(|related| relationships::authorize(permit.actor(), InRelationship::See, related).ok())
        .filter(|related| matches!(related.view.state, RelationshipState::Active | RelationshipState::Paused))
        .map(|related| (related.row.id, related.into_inner()))
        .collect();
    let ids: Vec<RelationshipId> = pairs.keys().copied().map(RelationshipId).collect();
    let mut digests = Digests::new();
    let mut items = Vec::new();
    for row in upcoming::of_owner(db, permit, &ids, &[SeriesState::Active]).await? {
        items.extend(prompt(asking, permit, &row, &pairs).await?);
    }
    let clocks: Vec<rows::ReplyClock> = upcoming::open_clocks(db, permit)
        .await?
        .into_iter()
        .filter(|clock| pairs.contains_key(&clock.relationship_id))
        .collect();
    items.extend(reminders(asking, permit, &clocks, &mut digests).await?);
    items.extend(overdue(asking, permit, &clocks, &mut digests).await?);
    for row in upcoming::held_notices(db, permit, asking.now).await? {
        items.extend(held(asking, &row).await?);
    }
    items.extend(providers_digests(asking, &pairs, &mut digests).await?);
    Ok(items)
}

/// What the gate would say of `question` at its planned time.
async fn ask(asking: &Asking<'_>, question: Question<'_>) -> Answer<(Answered, Verdict)> {
    let job = question.job;
    let answered = facts::load(asking.app.store.read(), question).await?;
    let verdict = gate::evaluate(job, &answered.facts);
    Ok((answered, verdict))
}

/// The next slot of a series, where the planner has placed one.
async fn prompt(
    asking: &Asking<'_>,
    permit: Permit,
    row: &rows::Series,
    pairs: &BTreeMap<Uuid, Related>,
) -> Answer<Option<UpcomingOut>> {
    let (Some(on), Some(at)) = (row.slot_on, row.next_at) else { return Ok(None) };
    let at = at.max(asking.now);
    let job: Job = row.job.parse().map_err(StorageError::from)?;
    let pair = row.relationship_id.and_then(|id| pairs.get(&id));
    if row.relationship_id.is_some() && pair.is_none() {
        return Ok(None);
    }
    let provider = row.provider_id.map(AccountId).or(pair.map(|related| related.view.responsible));
    let provider_row = match provider {
        Some(id) => Some(account(asking.app, id).await?),
        None => None,
    };
    let question = Question {
        job,
        now: at,
        recipient: permit.account(),
        owner: Some(permit.account()),
        provider,
        relationship: row.relationship_id.map(RelationshipId),
        series: Some(row),
        slot: None,
        on_date: on,
        number: row.number,
        something_to_say: None,
    };
    let (answered, verdict) = ask(asking, question).await?;
    let (on, at, against) = match passed_over(row, &answered) {
        Passed::Not => (on, Some(at), asking.against(job, &verdict, provider_row.as_ref())?),
        Passed::To(date) => (date, None, None),
        Passed::Over => return Ok(None),
    };
    let name = || provider_row.as_ref().map(|row| views::first_name(&row.display_name)).unwrap_or_default();
    let day = asking.day(on);
    let words = match job {
        Job::CheckIn => Upcoming::CheckIn { provider: name(), on: day },
        Job::AgreementRound => Upcoming::AgreementRound { provider: name(), on: day },
        _ => Upcoming::PlanReview { on: day },
    };
    Ok(Some(UpcomingOut {
        at,
        about: true,
        concerns: provider_row.as_ref().map(views::party),
        relationship_id: row.relationship_id,
        series_id: Some(row.id),
        against,
        ..item(job, on, asking.say(&words))?
    }))
}

/// Whether the placed slot will be passed over because the interval has doubled.
enum Passed {
    Not,
    /// About this anchor comes the one that will be sent.
    To(NaiveDate),
    /// The series ends before one comes.
    Over,
}

fn passed_over(row: &rows::Series, answered: &Answered) -> Passed {
    let (Some(anchor), Some(last), Some(accepted_on)) = (row.anchor_on, row.last_anchor_on, row.accepted_on) else {
        return Passed::Not;
    };
    let Ok(every_days) = u16::try_from(row.every_days) else { return Passed::Not };
    if row.job != Job::CheckIn.as_str() {
        return Passed::Not;
    }
    let Some(interval) = effective_interval(every_days, answered.unanswered) else { return Passed::Not };
    let waits = |anchor: NaiveDate| anchor - last < TimeDelta::days(i64::from(interval));
    if !waits(anchor) {
        return Passed::Not;
    }
    let plan = SeriesPlan { accepted_on, every_days };
    (1..=plan.slots())
        .filter_map(|number| plan.anchor(number))
        .find(|later| *later > anchor && !waits(*later))
        .map_or(Passed::Over, Passed::To)
}

/// When her providers are reminded of what they owe her: in the digest of the promised day and of
/// the working day after it.
async fn reminders(
    asking: &Asking<'_>,
    permit: Permit,
    clocks: &[rows::ReplyClock],
    digests: &mut Digests,
) -> Answer<Vec<UpcomingOut>> {
    let mut together: BTreeMap<Reminded, (NaiveDate, Vec<Uuid>)> = BTreeMap::new();
    for clock in clocks {
        let provider = AccountId(clock.handed_to.unwrap_or(clock.provider_id));
        let (_, calendar, time) = digests.of(asking, provider).await?;
        let days = [Some(clock.promised_on), calendar.next_working_day_after(clock.promised_on)];
        let next = days
            .into_iter()
            .flatten()
            .filter_map(|day| digest_at(day, calendar, *time).map(|at| (day, at)))
            .find(|(_, at)| *at > asking.now);
        let Some((day, at)) = next else { continue };
        let (_, messages) = together.entry((at, clock.relationship_id, provider)).or_insert((day, Vec::new()));
        messages.extend(clock.message_id);
    }
    let mut items = Vec::new();
    for ((at, relationship, provider), (on, message_ids)) in together {
        let question = Question {
            job: Job::ResponseReminder,
            now: at,
            recipient: provider,
            owner: Some(permit.account()),
            provider: Some(provider),
            relationship: Some(RelationshipId(relationship)),
            series: None,
            slot: None,
            on_date: on,
            number: 0,
            something_to_say: Some(true),
        };
        let (_, verdict) = ask(asking, question).await?;
        let (row, ..) = digests.of(asking, provider).await?;
        let words = Upcoming::ResponseReminder { provider: views::first_name(&row.display_name), on: asking.day(on) };
        items.push(UpcomingOut {
            recipient: LedgerRecipient::Provider,
            at: Some(at),
            concerns: Some(views::party(row)),
            relationship_id: Some(relationship),
            message_ids,
            against: asking.against(Job::ResponseReminder, &verdict, Some(row))?,
            ..item(Job::ResponseReminder, on, asking.say(&words))?
        });
    }
    Ok(items)
}

/// When she is asked what she would like, should no reply have come by then.
async fn overdue(
    asking: &Asking<'_>,
    permit: Permit,
    clocks: &[rows::ReplyClock],
    digests: &mut Digests,
) -> Answer<Vec<UpcomingOut>> {
    let waking = calendars::owner(asking.app.store.read(), permit.account()).await?;
    let mut together: BTreeMap<(DateTime<Utc>, Uuid), Overdue> = BTreeMap::new();
    for clock in clocks.iter().filter(|clock| clock.overdue_on.is_none()) {
        let due = clock.due_at.max(asking.now);
        let at = if waking.is_quiet(due) { waking.quiet_until(due) } else { due };
        let provider = AccountId(clock.handed_to.unwrap_or(clock.provider_id));
        let (.., messages) =
            together.entry((at, clock.relationship_id)).or_insert((clock.promised_on, provider, Vec::new()));
        messages.extend(clock.message_id);
    }
    let mut items = Vec::new();
    for ((at, relationship), (promised_on, provider, message_ids)) in together {
        let question = Question {
            job: Job::OverdueNotice,
            now: at,
            recipient: permit.account(),
            owner: Some(permit.account()),
            provider: Some(provider),
            relationship: Some(RelationshipId(relationship)),
            series: None,
            slot: None,
            on_date: promised_on,
            number: 0,
            something_to_say: Some(true),
        };
        let (_, verdict) = ask(asking, question).await?;
        let (row, ..) = digests.of(asking, provider).await?;
        let on = asking.date(at);
        items.push(UpcomingOut {
            at: Some(at),
            concerns: Some(views::party(row)),
            relationship_id: Some(relationship),
            message_ids,
            against: asking.against(Job::OverdueNotice, &verdict, Some(row))?,
            ..item(Job::OverdueNotice, on, asking.say(&Upcoming::OverdueNotice { on: asking.day(on) }))?
        });
    }
    Ok(items)
}

/// A notice that waits for her quiet hours to end.
async fn held(asking: &Asking<'_>, row: &rows::Slot) -> Answer<Option<UpcomingOut>> {
    let Some(at) = row.next_at else { return Ok(None) };
    let job: Job = row.job.parse().map_err(StorageError::from)?;
    let on = asking.date(at);
    let words = match job {
        Job::OverdueNotice => Upcoming::OverdueNotice { on: asking.day(on) },
        _ => Upcoming::MessageNotice { on: asking.day(on), time: asking.time(at) },
    };
    let concerns = match row.provider_id {
        Some(id) => Some(views::party(&account(asking.app, AccountId(id)).await?)),
        None => None,
    };
    Ok(Some(UpcomingOut {
        at: Some(at),
        concerns,
        relationship_id: row.relationship_id,
        message_ids: storage::notices::messages_of(asking.app.store.read(), row).await?,
        ..item(job, on, asking.say(&words))?
    }))
}

/// When each of her providers reads next.
async fn providers_digests(
    asking: &Asking<'_>,
    pairs: &BTreeMap<Uuid, Related>,
    digests: &mut Digests,
) -> Answer<Vec<UpcomingOut>> {
    let mut seen = BTreeSet::new();
    let mut items = Vec::new();
    for related in pairs.values().filter(|related| related.view.state == RelationshipState::Active) {
        let provider = related.view.responsible;
        if !seen.insert(provider) {
            continue;
        }
        let Some((on, at)) = digests.next(asking, provider).await? else { continue };
        let question = Question {
            job: Job::Digest,
            now: at,
            recipient: provider,
            owner: None,
            provider: Some(provider),
            relationship: None,
            series: None,
            slot: None,
            on_date: on,
            number: 0,
            something_to_say: Some(true),
        };
        let (_, verdict) = ask(asking, question).await?;
        let (row, ..) = digests.of(asking, provider).await?;
        let words = Upcoming::Digest {
            provider: views::first_name(&row.display_name),
            on: asking.day(asking.date(at)),
            time: asking.time(at),
        };
        items.push(UpcomingOut {
            recipient: LedgerRecipient::Provider,
            at: Some(at),
            concerns: Some(views::party(row)),
            relationship_id: Some(related.row.id),
            against: asking.against(Job::Digest, &verdict, Some(row))?,
            ..item(Job::Digest, on, asking.say(&words))?
        });
    }
    Ok(items)
}
