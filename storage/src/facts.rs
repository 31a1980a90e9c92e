//! Freshly loaded state for the gate: everything a row may ask, read now.

use crate::entity::{
    absence, absence_consent, concern, consultation, notification_setting, period, plan, plan_section, plan_use, series,
};
use crate::error::{Result, StorageError};
use crate::rows;
use crate::{
    accounts, agreements, calendars, clocks, contacts, instance, notification_settings, policies, relationships, slots,
};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use domain::check_ins::Silence;
use domain::gate::{AbsenceFacts, AgreementFacts, BudgetFacts, Facts, HeavyFacts, HospitalFacts, PlanFacts};
use domain::ids::{AccountId, OrganisationId, RelationshipId, SeriesId, SlotId};
use domain::organisation_policy::Rules;
use domain::schedule::{CheckInTimes, check_in_window, digest_at, iso_week_days, prompt_window};
use domain::unanswered::{PastSlot, silent_since, unanswered};
use domain::words::{AccountState, Channel, Job, Outcome, PeriodKind, SeriesState};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};

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
    pub rules: Rules,
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
    /// Whether the recipient wants the job at all.
    on: bool,
}

/// Loads what the rows of `question.job` ask.
pub async fn load(db: &impl ConnectionTrait, question: Question<'_>) -> Result<Answered> {
    let now = question.now;
    let recipient = accounts::for_machinery(db, question.recipient)
        .await?
        .ok_or_else(|| StorageError::Corrupt("a slot of nobody".into()))?;
    let recipient_zone = calendars::zone(&recipient)?;
    let (policy_version, rules) = policies::in_force(db, OrganisationId(recipient.organisation_id)).await?;
    let switches = switches(db, question.recipient, question.job).await?;
    let mut answered = Answered {
        facts: Facts::unknown(now),
        policy_version,
        agreement_version: None,
        silence_clause: None,
        unanswered: 0,
        silent_since: None,
        recipient_zone,
        push: switches.push,
        email: switches.email,
        on: switches.in_app,
        recipient,
        rules,
    };
    let facts = &mut answered.facts;
    facts.kill_switch = Some(instance::kill_switch(db).await?.on);
    facts.recipient = Some(answered.recipient.state.parse::<AccountState>()?);
    facts.something_to_say = question.something_to_say;
    if let Some(id) = question.relationship {
        let related = relationships::for_machinery(db, id, now).await?;
        facts.relationship = related.as_ref().map(|related| related.view.state);
        facts.shared = related.map(|related| related.view.state == domain::words::RelationshipState::Active);
    }
    match question.job {
        Job::CheckIn => check_in(db, question, &mut answered).await?,
        Job::PlanReview | Job::AgreementRound => prompt(db, question, &mut answered).await?,
        Job::OverdueNotice | Job::MessageNotice => notice(db, question, &mut answered).await?,
        Job::ResponseReminder => reminder(db, question, &mut answered).await?,
        Job::Digest => digest(db, question, &mut answered).await?,
    }
    Ok(answered)
}

/// On which channels somebody wants a job; in the app it is the job itself.
#[derive(Clone, Copy, Debug)]
struct Switches {
    in_app: bool,
    push: bool,
    email: bool,
}

/// A missing row means yes.
async fn switches(db: &impl ConnectionTrait, account: AccountId, job: Job) -> Result<Switches> {
    let off: Vec<String> = notification_setting::Entity::find()
        .filter(notification_setting::Column::AccountId.eq(account.0))
        .filter(notification_setting::Column::Job.eq(job.as_str()))
        .filter(notification_setting::Column::Enabled.eq(false))
        .all(db)
        .await?
        .into_iter()
        .map(|row| row.channel)
        .collect();
    let on = |channel: Channel| !off.iter().any(|word| word == channel.as_str());
    Ok(Switches { in_app: on(Channel::InApp), push: on(Channel::Push), email: on(Channel::Email) })
}

/// What only the owner decides: on or off, pause, hospital, quiet hours.
async fn owners_life(
    db: &impl ConnectionTrait,
    question: Question<'_>,
    owner: AccountId,
    answered: &mut Answered,
) -> Result<()> {
    let facts = &mut answered.facts;
    facts.switched_on =
        Some(if owner == question.recipient { answered.on } else { switches(db, owner, question.job).await?.in_app });
    let periods = period::Entity::find()
        .filter(period::Column::OwnerId.eq(owner.0))
        .filter(period::Column::FromAt.lte(question.now))
        .order_by_asc(period::Column::FromAt)
        .order_by_asc(period::Column::Id)
        .all(db)
        .await?;
    let runs = |row: &period::Model| row.to_at.is_none_or(|to| question.now < to);
    let of = |kind: PeriodKind| periods.iter().filter(move |row| row.kind == kind.as_str());
    facts.paused = Some(of(PeriodKind::Pause).any(runs));
    facts.hospital = Some(HospitalFacts {
        admitted: of(PeriodKind::Hospital).any(runs),
        discharged_at: of(PeriodKind::Hospital).filter_map(|row| row.to_at).filter(|to| *to <= question.now).max(),
        wants_notices: notification_settings::of(db, owner).await?.notices_in_hospital(),
    });
    facts.waking = Some(calendars::owner(db, owner).await?);
    let latest = concern::Entity::find()
        .filter(concern::Column::OwnerId.eq(owner.0))
        .filter(concern::Column::Kind.is_in(["heavy", "want_to_talk"]))
        .order_by_asc(concern::Column::Since)
        .order_by_asc(concern::Column::Id)
        .all(db)
        .await?;
    facts.heavy = Some(HeavyFacts {
        open: latest.iter().any(|row| row.cleared_at.is_none()),
        latest: latest.iter().map(|row| row.since).max(),
    });
    Ok(())
}

/// What a series' own past says: unread, unanswered, its budget.
async fn past(
    db: &impl ConnectionTrait,
    question: Question<'_>,
    owner: AccountId,
    answered: &mut Answered,
) -> Result<()> {
    let Some(series) = question.series else { return Ok(()) };
    let rows: Vec<rows::Slot> = slots::of_series(db, SeriesId(series.id), 64)
        .await?
        .into_iter()
        .filter(|row| Some(SlotId(row.id)) != question.slot && row.on_date != question.on_date)
        .collect();
    let previous = rows.iter().find(|row| row.outcome == Outcome::Sent.as_str());
    answered.facts.previous_unread =
        Some(previous.is_some_and(|row| row.opened_at.is_none() && row.answered_at.is_none()));
    let this_run = this_run(series, &rows);
    answered.unanswered = unanswered(&this_run);
    answered.silent_since = silent_since(&this_run);
    let today = question.now.with_timezone(&answered.recipient_zone).date_naive();
    let week = iso_week_days(today);
    let count = |from, to| slots::prompts_between(db, owner, from, to, question.slot);
    let tomorrow = today.succ_opt().unwrap_or(NaiveDate::MAX);
    answered.facts.budget = Some(BudgetFacts {
        today: u32::try_from(count(today, tomorrow).await?).unwrap_or(u32::MAX),
        this_week: u32::try_from(count(week.from, week.to).await?).unwrap_or(u32::MAX),
        day_is_wanted: day_is_wanted(db, question, owner, today).await?,
        per_day: answered.rules.prompts_per_day,
        per_week: answered.rules.prompts_per_week,
    });
    Ok(())
}

/// The slots of a series since it was accepted or begun anew, newest first.
fn this_run(series: &rows::Series, slots: &[rows::Slot]) -> Vec<PastSlot> {
    slots
        .iter()
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
    Ok(Silence { unanswered: unanswered(&this_run(series, &slots)), last: last.unwrap_or(0) })
}

/// The order in which prompts go when two want one day.
fn precedence(job: &str) -> u8 {
    match job {
        "check_in" => 0,
        "agreement_round" => 1,
        _ => 2,
    }
}

/// A prompt that goes first wants the same local day of the owner.
async fn day_is_wanted(
    db: &impl ConnectionTrait,
    question: Question<'_>,
    owner: AccountId,
    today: NaiveDate,
) -> Result<bool> {
    let mine = precedence(question.job.as_str());
    let others = series::Entity::find()
        .filter(series::Column::OwnerId.eq(owner.0))
        .filter(series::Column::State.eq(SeriesState::Active.as_str()))
        .filter(series::Column::SlotOn.eq(today))
        .all(db)
        .await?;
    Ok(others.iter().any(|row| precedence(&row.job) < mine))
}

async fn check_in(db: &impl ConnectionTrait, question: Question<'_>, answered: &mut Answered) -> Result<()> {
    let (Some(owner), Some(provider), Some(relationship)) = (question.owner, question.provider, question.relationship)
    else {
        return Ok(());
    };
    owners_life(db, question, owner, answered).await?;
    past(db, question, owner, answered).await?;
    let now = question.now;
    answered.facts.resting = Some(answered.unanswered >= 3);
    answered.facts.last_contact = Some(contacts::latest(db, relationship).await?);
    answered.facts.consultations = Some(
        consultation::Entity::find()
            .filter(consultation::Column::RelationshipId.eq(relationship.0))
            .filter(consultation::Column::CancelledAt.is_null())
            .filter(consultation::Column::StartsAt.gt(now - TimeDelta::days(7)))
            .filter(consultation::Column::StartsAt.lt(now + TimeDelta::days(7)))
            .order_by_asc(consultation::Column::StartsAt)
            .all(db)
            .await?
            .into_iter()
            .map(|row| row.starts_at)
            .collect(),
    );
    let agreement = agreements::in_force(db, relationship).await?;
    answered.agreement_version = agreement.as_ref().map(|row| row.number);
    answered.silence_clause = agreement.as_ref().and_then(|row| row.silence_clause);
    answered.facts.agreement = Some(AgreementFacts { check_ins: agreement.map(|row| row.check_ins) });
    answered.facts.reply_owed = Some(!clocks::open_of(db, relationship).await?.is_empty());
    accepted(db, question, provider, answered).await?;
    let mut calendar = calendars::provider_herself(db, provider, now).await?;
    let today = now.with_timezone(&calendar.zone).date_naive();
    let mut absence = absence_of(db, provider, relationship, today).await?;
    // Nothing is sent in the name of somebody whose account is closed, suspended or erased.
    let account = accounts::for_machinery(db, provider).await?;
    absence.away |= account.is_none_or(|row| row.state != AccountState::Active.as_str());
    answered.facts.absence = Some(absence);
    calendar.away.clear();
    if let Some(waking) = &answered.facts.waking {
        let times = CheckInTimes { hours: answered.rules.check_in_hours, send_days: answered.rules.check_in_days };
        let own_date = now.with_timezone(&waking.zone).date_naive();
        let window = check_in_window(own_date, &calendar, waking, &times);
        answered.facts.within_hours =
            Some(calendar.is_working_day(today) && window.is_some_and(|window| window.contains(now)));
        answered.facts.policy = Some(
            !answered.rules.further_quiet_days.contains(&own_date) && !too_soon(db, question, &answered.rules).await?,
        );
    }
    Ok(())
}

/// Fewer days than the organisation's minimum lie between the anchors of this slot and the last one
/// that was sent. Anchors, not dates: a slot may roll by some days within its interval.
async fn too_soon(db: &impl ConnectionTrait, question: Question<'_>, rules: &Rules) -> Result<bool> {
    let Some(series) = question.series else { return Ok(false) };
    let last = slots::of_series(db, SeriesId(series.id), 64)
        .await?
        .into_iter()
        .filter(|row| series.accepted_on.is_none_or(|from| row.on_date > from))
        .filter(|row| row.outcome == Outcome::Sent.as_str() && row.on_date < question.on_date)
        .map(|row| row.number)
        .max();
    let days = |last: i32| (question.number - last) * series.every_days;
    Ok(last.is_some_and(|last| days(last) < i32::from(rules.check_in_min_interval_days)))
}

/// The provider accepted the series, did not skip this slot, and is within her own cap.
async fn accepted(
    db: &impl ConnectionTrait,
    question: Question<'_>,
    provider: AccountId,
    answered: &mut Answered,
) -> Result<()> {
    let Some(this) = question.series else { return Ok(()) };
    let skipped = crate::entity::slot_override::Entity::find_by_id((this.id, question.on_date))
        .one(db)
        .await?
        .is_some_and(|row| row.action == "skip");
    answered.facts.accepted = Some(this.provider_accepted_at.is_some() && !skipped);
    let cap = match accounts::for_machinery(db, provider).await? {
        Some(row) => u32::try_from(row.check_in_cap).unwrap_or(0).min(answered.rules.check_in_cap),
        None => 0,
    };
    // When a cap is lowered, the series accepted first stay.
    let before = series::Entity::find()
        .filter(series::Column::ProviderId.eq(provider.0))
        .filter(series::Column::Job.eq(Job::CheckIn.as_str()))
        .filter(series::Column::State.eq(SeriesState::Active.as_str()))
        .filter(series::Column::Id.lt(this.id))
        .all(db)
        .await?
        .len();
    answered.facts.over_cap = Some(u32::try_from(before).unwrap_or(u32::MAX) >= cap);
    Ok(())
}

/// Whether the provider is away, and whether somebody this owner consented to stands in.
async fn absence_of(
    db: &impl ConnectionTrait,
    provider: AccountId,
    relationship: RelationshipId,
    today: NaiveDate,
) -> Result<AbsenceFacts> {
    let running = absence::Entity::find()
        .filter(absence::Column::ProviderId.eq(provider.0))
        .filter(absence::Column::CancelledAt.is_null())
        .filter(absence::Column::FromOn.lte(today))
        .filter(absence::Column::ToOn.gt(today))
        .order_by_asc(absence::Column::Id)
        .all(db)
        .await?;
    let mut covered = !running.is_empty();
    for row in &running {
        let consented = absence_consent::Entity::find_by_id((row.id, relationship.0)).one(db).await?.is_some();
        covered &= row.substitute_id.is_some() && row.substitute_accepted_at.is_some() && consented;
    }
    Ok(AbsenceFacts { away: !running.is_empty(), substitute: covered })
}

async fn prompt(db: &impl ConnectionTrait, question: Question<'_>, answered: &mut Answered) -> Result<()> {
    let Some(owner) = question.owner else { return Ok(()) };
    owners_life(db, question, owner, answered).await?;
    past(db, question, owner, answered).await?;
    let now = question.now;
    if question.job == Job::PlanReview {
        let row = plan::Entity::find().filter(plan::Column::OwnerId.eq(owner.0)).one(db).await?;
        let used_at = match &row {
            Some(row) => plan_use::Entity::find()
                .filter(plan_use::Column::PlanId.eq(row.id))
                .order_by_desc(plan_use::Column::UsedAt)
                .one(db)
                .await?
                .map(|row| row.used_at),
            None => None,
        };
        // One whose last section was removed has nothing to look at.
        let written = match &row {
            Some(row) => {
                plan_section::Entity::find().filter(plan_section::Column::PlanId.eq(row.id)).count(db).await? > 0
            }
            None => false,
        };
        answered.facts.plan = Some(PlanFacts {
            exists: written,
            used_at,
            // Writing it starts the 90 days; only what came after is an edit.
            edited_at: row.and_then(|row| (row.edited_at > row.written_at).then_some(row.edited_at)),
        });
    }
    // The third prompt of a cycle is never planned; this is what holds if it were.
    answered.facts.resting = Some(question.series.is_some_and(|series| series.prompts_in_cycle > 2));
    if let Some(waking) = &answered.facts.waking {
        let today = now.with_timezone(&waking.zone).date_naive();
        let open = prompt_window(today, waking, answered.rules.prompt_hours).is_some_and(|window| window.contains(now));
        answered.facts.policy = Some(open && !answered.rules.further_quiet_days.contains(&today));
    }
    Ok(())
}

async fn notice(db: &impl ConnectionTrait, question: Question<'_>, answered: &mut Answered) -> Result<()> {
    let Some(owner) = question.owner else { return Ok(()) };
    owners_life(db, question, owner, answered).await
}

async fn reminder(db: &impl ConnectionTrait, question: Question<'_>, answered: &mut Answered) -> Result<()> {
    let (Some(provider), Some(relationship)) = (question.provider, question.relationship) else { return Ok(()) };
    let zone = calendars::zone(
        &accounts::for_machinery(db, provider)
            .await?
            .ok_or_else(|| StorageError::Corrupt("relationship without its provider".into()))?,
    )?;
    let today = question.now.with_timezone(&zone).date_naive();
    answered.facts.absence = Some(absence_of(db, provider, relationship, today).await?);
    answered.agreement_version = agreements::in_force(db, relationship).await?.map(|row| row.number);
    Ok(())
}

async fn digest(db: &impl ConnectionTrait, question: Question<'_>, answered: &mut Answered) -> Result<()> {
    let mut calendar = calendars::provider_herself(db, question.recipient, question.now).await?;
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
