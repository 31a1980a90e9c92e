//! Freshly loaded state for the gate: everything a row may ask, from one [`Briefing`].

use crate::briefing::{Briefing, Subject};
use crate::entity::concern;
use crate::error::Result;
use crate::notification_settings::Settings;
use crate::{calendars, rows, slots};
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use domain::check_ins::Silence;
use domain::gate::{AbsenceFacts, AgreementFacts, BudgetFacts, Facts, HeavyFacts, HospitalFacts, PlanFacts};
use domain::ids::{AccountId, RelationshipId, SeriesId, SlotId};
use domain::organisation_policy::Rules;
use domain::schedule::{CheckInTimes, check_in_window, digest_at, iso_week_days, prompt_window};
use domain::unanswered::{PastSlot, silent_since, unanswered};
use domain::words::{AccountState, Channel, Job, Outcome, PeriodKind, RelationshipState};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use std::sync::Arc;
use uuid::Uuid;

/// What is about to be decided.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    pub job: Job,
    pub now: DateTime<Utc>,
    pub recipient: AccountId,
    pub owner: Option<AccountId>,
    pub provider: Option<AccountId>,
    pub relationship: Option<RelationshipId>,
    pub series: Option<&'a rows::Series>,
    /// The slot itself where it is written already: it does not count against its own budget.
    pub slot: Option<SlotId>,
    /// The slot's date.
    pub on_date: NaiveDate,
    /// n of its series; 0 where it has none.
    pub number: i32,
    /// Unread, still open, not empty: known by whoever asks.
    pub something_to_say: Option<bool>,
}

/// The facts, and what came with reading them.
#[derive(Clone, Debug)]
pub struct Answered {
    pub facts: Facts,
    pub rules: Arc<Rules>,
    pub policy_version: i32,
    pub agreement_version: Option<i32>,
    pub silence_clause: Option<i32>,
    /// Unanswered check-ins in a row.
    pub unanswered: u32,
    pub silent_since: Option<DateTime<Utc>>,
    pub recipient: rows::Account,
    pub recipient_zone: Tz,
    /// The recipient's choices of channel.
    pub push: bool,
    pub email: bool,
    /// Devices of the recipient that a push can reach.
    pub devices: Vec<Uuid>,
}

impl<'a> Question<'a> {
    /// What a briefing for it is about.
    pub const fn subject(&self) -> Subject<'a> {
        Subject {
            job: self.job,
            recipient: Some(self.recipient),
            owner: self.owner,
            provider: self.provider,
            relationship: self.relationship,
            series: self.series,
        }
    }
}

/// Loads what the rows of `question.job` ask.
pub async fn load(db: &impl ConnectionTrait, question: Question<'_>) -> Result<Answered> {
    answer(&Briefing::of(db, &[question.subject()], question.now).await?, question)
}

/// What the rows of `question.job` ask, from a briefing of the same moment that had the question among its subjects.
pub fn answer(briefing: &Briefing, question: Question<'_>) -> Result<Answered> {
    let now = question.now;
    let recipient = briefing.account(question.recipient)?.clone();
    let recipient_zone = calendars::zone(&recipient)?;
    let governing = briefing.governing(&recipient)?;
    let on = |channel| is_on(briefing, question.recipient, question.job, channel);
    let mut answered = Answered {
        facts: Facts::unknown(now),
        policy_version: governing.version,
        rules: Arc::clone(&governing.rules),
        agreement_version: None,
        silence_clause: None,
        unanswered: 0,
        silent_since: None,
        recipient_zone,
        push: on(Channel::Push),
        email: on(Channel::Email),
        devices: briefing.devices(question.recipient).to_vec(),
        recipient,
    };
    let facts = &mut answered.facts;
    facts.kill_switch = Some(briefing.kill_switch);
    facts.recipient = Some(answered.recipient.state.parse::<AccountState>()?);
    facts.something_to_say = question.something_to_say;
    if let Some(id) = question.relationship {
        let related = briefing.relationship(id);
        facts.relationship = related.map(|related| related.view.state);
        facts.shared = related.map(|related| related.view.state == RelationshipState::Active);
    }
    match question.job {
        Job::CheckIn => check_in(briefing, question, &mut answered)?,
        Job::PlanReview | Job::AgreementRound => prompt(briefing, question, &mut answered)?,
        Job::OverdueNotice | Job::MessageNotice => notice(briefing, question, &mut answered)?,
        Job::ResponseReminder => reminder(briefing, question, &mut answered)?,
        Job::Digest => digest(briefing, question, &mut answered)?,
    }
    Ok(answered)
}

/// Whether somebody wants a job on a channel; in the app it is the job itself.
fn is_on(briefing: &Briefing, account: AccountId, job: Job, channel: Channel) -> bool {
    briefing.settings(account).is_none_or(|settings| settings.is_on(job, channel))
}

/// What only the owner decides: on or off, pause, hospital, quiet hours.
fn owners_life(briefing: &Briefing, question: Question<'_>, owner: AccountId, answered: &mut Answered) -> Result<()> {
    let facts = &mut answered.facts;
    facts.switched_on = Some(is_on(briefing, owner, question.job, Channel::InApp));
    let periods = briefing.periods(owner);
    let runs = |row: &rows::Period| row.to_at.is_none_or(|to| question.now < to);
    let of = |kind: PeriodKind| periods.iter().filter(move |row| row.kind == kind.as_str());
    facts.paused = Some(of(PeriodKind::Pause).any(runs));
    facts.hospital = Some(HospitalFacts {
        admitted: of(PeriodKind::Hospital).any(runs),
        discharged_at: of(PeriodKind::Hospital).filter_map(|row| row.to_at).filter(|to| *to <= question.now).max(),
        wants_notices: briefing.settings(owner).is_some_and(Settings::notices_in_hospital),
    });
    facts.waking = Some(briefing.waking(owner)?);
    let heavy = briefing.heavy(owner);
    facts.heavy = Some(HeavyFacts {
        open: heavy.iter().any(|row| row.cleared_at.is_none()),
        latest: heavy.iter().map(|row| row.since).max(),
    });
    Ok(())
}

/// What a series' own past says: unread, unanswered, its budget.
fn past(briefing: &Briefing, question: Question<'_>, owner: AccountId, answered: &mut Answered) {
    let Some(series) = question.series else { return };
    let others = briefing
        .past(series)
        .iter()
        .filter(|row| Some(SlotId(row.id)) != question.slot && row.on_date != question.on_date);
    let previous = others.clone().find(|row| row.outcome == Outcome::Sent.as_str());
    answered.facts.previous_unread =
        Some(previous.is_some_and(|row| row.opened_at.is_none() && row.answered_at.is_none()));
    let this_run = this_run(series, others);
    answered.unanswered = unanswered(&this_run);
    answered.silent_since = silent_since(&this_run);
    let today = question.now.with_timezone(&answered.recipient_zone).date_naive();
    let week = iso_week_days(today);
    let sent = |from, to| {
        let counts = |(id, on): &&(Uuid, NaiveDate)| Some(SlotId(*id)) != question.slot && (from..to).contains(on);
        u32::try_from(briefing.prompts(owner).iter().filter(counts).count()).unwrap_or(u32::MAX)
    };
    answered.facts.budget = Some(BudgetFacts {
        today: sent(today, today.succ_opt().unwrap_or(NaiveDate::MAX)),
        this_week: sent(week.from, week.to),
        day_is_wanted: day_is_wanted(briefing, question, owner, today),
        per_day: answered.rules.prompts_per_day,
        per_week: answered.rules.prompts_per_week,
    });
}

/// The slots of a series since it was accepted or begun anew, newest first.
fn this_run<'a>(series: &rows::Series, slots: impl Iterator<Item = &'a rows::Slot>) -> Vec<PastSlot> {
    slots
        .filter(|row| series.accepted_on.is_none_or(|from| row.on_date > from))
        .map(|row| PastSlot { decided_at: row.decided_at, counts: row.counts_unanswered, answered_at: row.answered_at })
        .collect()
}

/// How long the owner of a series has been silent.
pub async fn silence(db: &impl ConnectionTrait, series: &rows::Series) -> Result<Silence> {
    let slots = slots::of_series(db, SeriesId(series.id), 64).await?;
    let last = slots
        .iter()
        .filter(|row| series.accepted_on.is_none_or(|from| row.on_date > from))
        .filter(|row| row.outcome != Outcome::Held.as_str())
        .map(|row| u32::try_from(row.number).unwrap_or(0))
        .max();
    Ok(Silence { unanswered: unanswered(&this_run(series, slots.iter())), last: last.unwrap_or(0) })
}

/// The order in which prompts go when two want one day.
const fn precedence(job: Job) -> u8 {
    match job {
        Job::CheckIn => 0,
        Job::AgreementRound => 1,
        _ => 2,
    }
}

/// A prompt that goes first wants the same local day of the owner.
fn day_is_wanted(briefing: &Briefing, question: Question<'_>, owner: AccountId, today: NaiveDate) -> bool {
    let mine = precedence(question.job);
    briefing.placed(owner).iter().any(|(on, job)| *on == today && precedence(*job) < mine)
}

fn check_in(briefing: &Briefing, question: Question<'_>, answered: &mut Answered) -> Result<()> {
    let (Some(owner), Some(provider), Some(relationship)) = (question.owner, question.provider, question.relationship)
    else {
        return Ok(());
    };
    owners_life(briefing, question, owner, answered)?;
    past(briefing, question, owner, answered);
    let now = question.now;
    answered.facts.resting = Some(answered.unanswered >= 3);
    answered.facts.last_contact = Some(briefing.contact(relationship));
    answered.facts.consultations = Some(briefing.consultations(relationship));
    let agreement = briefing.agreement(relationship);
    answered.agreement_version = agreement.map(|row| row.number);
    answered.silence_clause = agreement.and_then(|row| row.silence_clause);
    answered.facts.agreement = Some(AgreementFacts { check_ins: agreement.map(|row| row.check_ins) });
    answered.facts.reply_owed = Some(briefing.owes(relationship));
    accepted(briefing, question, provider, answered)?;
    let mut calendar = briefing.calendar(provider)?;
    let today = now.with_timezone(&calendar.zone).date_naive();
    let mut absence = absence_of(briefing, provider, relationship, today);
    // Nothing is sent in the name of somebody whose account is closed, suspended or erased.
    absence.away |= briefing.account(provider)?.state != AccountState::Active.as_str();
    answered.facts.absence = Some(absence);
    calendar.away.clear();
    if let Some(waking) = &answered.facts.waking {
        let times = CheckInTimes { hours: answered.rules.check_in_hours, send_days: answered.rules.check_in_days };
        let own_date = now.with_timezone(&waking.zone).date_naive();
        let window = check_in_window(own_date, &calendar, waking, &times);
        answered.facts.within_hours =
            Some(calendar.is_working_day(today) && window.is_some_and(|window| window.contains(now)));
        answered.facts.policy = Some(
            !answered.rules.further_quiet_days.contains(&own_date) && !too_soon(briefing, question, &answered.rules),
        );
    }
    Ok(())
}

/// Fewer days than the organisation's minimum lie between the anchors of this slot and the last one
/// that was sent. Anchors, not dates: a slot may roll by some days within its interval.
fn too_soon(briefing: &Briefing, question: Question<'_>, rules: &Rules) -> bool {
    let Some(series) = question.series else { return false };
    let last = briefing
        .past(series)
        .iter()
        .filter(|row| series.accepted_on.is_none_or(|from| row.on_date > from))
        .filter(|row| row.outcome == Outcome::Sent.as_str() && row.on_date < question.on_date)
        .map(|row| row.number)
        .max();
    let days = |last: i32| (question.number - last) * series.every_days;
    last.is_some_and(|last| days(last) < i32::from(rules.check_in_min_interval_days))
}

/// The provider accepted the series, did not skip this slot, and is within her own cap.
fn accepted(briefing: &Briefing, question: Question<'_>, provider: AccountId, answered: &mut Answered) -> Result<()> {
    let Some(this) = question.series else { return Ok(()) };
    let skipped = briefing.slate_choice(this, question.on_date).is_some_and(|row| row.action == "skip");
    answered.facts.accepted = Some(this.provider_accepted_at.is_some() && !skipped);
    let own = briefing.account(provider)?.check_in_cap;
    let cap = u32::try_from(own).unwrap_or(0).min(answered.rules.check_in_cap);
    // When a cap is lowered, the series accepted first stay.
    let before = briefing.running(provider).iter().filter(|id| **id < this.id).count();
    answered.facts.over_cap = Some(u32::try_from(before).unwrap_or(u32::MAX) >= cap);
    Ok(())
}

/// Whether the provider is away, and whether somebody this owner consented to stands in.
fn absence_of(
    briefing: &Briefing,
    provider: AccountId,
    relationship: RelationshipId,
    today: NaiveDate,
) -> AbsenceFacts {
    let mut covered = briefing.absences_on(provider, relationship, today).peekable();
    let away = covered.peek().is_some();
    AbsenceFacts { away, substitute: away && covered.all(|covered| covered) }
}

fn prompt(briefing: &Briefing, question: Question<'_>, answered: &mut Answered) -> Result<()> {
    let Some(owner) = question.owner else { return Ok(()) };
    owners_life(briefing, question, owner, answered)?;
    past(briefing, question, owner, answered);
    if question.job == Job::PlanReview {
        let plan = briefing.plan(owner);
        answered.facts.plan = Some(PlanFacts {
            // One whose last section was removed has nothing to look at.
            exists: plan.is_some_and(|plan| plan.written),
            used_at: plan.and_then(|plan| plan.used_at),
            // Writing it starts the 90 days; only what came after is an edit.
            edited_at: plan.and_then(|plan| (plan.row.edited_at > plan.row.written_at).then_some(plan.row.edited_at)),
        });
    }
    // The third prompt of a cycle is never planned; this is what holds if it were.
    answered.facts.resting = Some(question.series.is_some_and(|series| series.prompts_in_cycle > 2));
    if let Some(waking) = &answered.facts.waking {
        let today = question.now.with_timezone(&waking.zone).date_naive();
        let open = prompt_window(today, waking, answered.rules.prompt_hours)
            .is_some_and(|window| window.contains(question.now));
        answered.facts.policy = Some(open && !answered.rules.further_quiet_days.contains(&today));
    }
    Ok(())
}

fn notice(briefing: &Briefing, question: Question<'_>, answered: &mut Answered) -> Result<()> {
    let Some(owner) = question.owner else { return Ok(()) };
    owners_life(briefing, question, owner, answered)
}

fn reminder(briefing: &Briefing, question: Question<'_>, answered: &mut Answered) -> Result<()> {
    let (Some(provider), Some(relationship)) = (question.provider, question.relationship) else { return Ok(()) };
    let zone = calendars::zone(briefing.account(provider)?)?;
    let today = question.now.with_timezone(&zone).date_naive();
    answered.facts.absence = Some(absence_of(briefing, provider, relationship, today));
    answered.agreement_version = briefing.agreement(relationship).map(|row| row.number);
    Ok(())
}

fn digest(briefing: &Briefing, question: Question<'_>, answered: &mut Answered) -> Result<()> {
    let mut calendar = briefing.calendar(question.recipient)?;
    let today = question.now.with_timezone(&calendar.zone).date_naive();
    answered.facts.absence = Some(AbsenceFacts { away: calendar.is_absent(today), substitute: false });
    calendar.away.clear();
    let due = digest_at(today, &calendar, answered.rules.digest_time);
    answered.facts.within_hours = Some(today == question.on_date && due.is_some_and(|due| due <= question.now));
    Ok(())
}

/// Whether the silence clause of a pair fired since `since`.
pub async fn silence_clause_fired(
    db: &impl ConnectionTrait,
    relationship: RelationshipId,
    since: DateTime<Utc>,
) -> Result<bool> {
    Ok(concern::Entity::find()
        .filter(concern::Column::RelationshipId.eq(relationship.0))
        .filter(concern::Column::Kind.eq("silence_clause"))
        .filter(concern::Column::Since.gte(since))
        .one(db)
        .await?
        .is_some())
}

/// What the provider chose on the slate for a slot date: skip, or another date.
pub async fn slate_choice(
    db: &impl ConnectionTrait,
    series: SeriesId,
    on_date: NaiveDate,
) -> Result<Option<rows::SlotOverride>> {
    Ok(crate::entity::slot_override::Entity::find_by_id((series.0, on_date)).one(db).await?)
}
