//! A provider's digest: gathered with a constant number of queries, kept as ids.

mod toolbox;

use crate::among::among;
use crate::connect::WriteTx;
use crate::crisis_plan::changes;
use crate::entity::{
    concern, consultation, digest_line, digest_run, message, plan, plan_review, reply_clock, series, slot,
};
use crate::error::Result;
use crate::grants::{self, Shared};
use crate::relationships::Related;
use crate::{calendars, relationships, rows, slots};
use chrono::{DateTime, NaiveDate, Utc};
use domain::digest::{Candidate, Digest, DigestCounts, Section, reading_minutes};
use domain::ids::{AccountId, ItemId, MessageId, PlanReviewId, RelationshipId, ReplyClockId, SeriesId, SlotId};
use domain::item_changes::ItemChanges;
use domain::organisation_policy::Rules;
use domain::plan_changes::{PlanChanges, to_tell};
use domain::replies::OverdueChoice;
use domain::schedule::digest_at;
use domain::words::{
    CheckInAnswer, Job, MessageKind, Outcome, PlanSection, PromptAnswer, RelationshipState, SeriesState,
};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What could be listed for a provider, and the open clocks behind the waiting lines.
#[derive(Clone, Debug, Default)]
pub struct Gathered {
    pub candidates: Vec<Candidate>,
    pub clocks: Vec<rows::ReplyClock>,
}

/// Gathers what could be listed for `provider` on her date `today`.
pub async fn gather(
    db: &impl ConnectionTrait,
    provider: AccountId,
    today: NaiveDate,
    rules: &Rules,
    now: DateTime<Utc>,
) -> Result<Gathered> {
    let calendar = calendars::provider_herself(db, provider, now).await?;
    let last_day = calendar.last_working_day_before(today).unwrap_or(today);
    let next_day = calendar.next_working_day_after(today);
    // A substitute stands in until the return, and no digest of hers speaks of it any longer then.
    let related: Vec<Related> = relationships::of_account(db, provider, now)
        .await?
        .into_iter()
        .filter(|related| related.view.state == RelationshipState::Active)
        .filter(|related| related.view.members.contains(&provider) || related.view.substitutes.contains(&provider))
        .collect();
    let pairs: BTreeMap<Uuid, &Related> = related.iter().map(|related| (related.row.id, related)).collect();
    let takes_part = |id: &Uuid| pairs.get(id).is_some_and(|related| related.view.members.contains(&provider));
    let ids: Vec<Uuid> = pairs.keys().copied().collect();
    if ids.is_empty() {
        return Ok(Gathered::default());
    }
    let listed = listed_before(db, provider, today).await?;
    let clocks: Vec<rows::ReplyClock> = reply_clock::Entity::find()
        .filter(reply_clock::Column::RelationshipId.is_in(ids.clone()))
        .filter(reply_clock::Column::ClosedAt.is_null())
        .order_by_asc(reply_clock::Column::DueAt)
        .order_by_asc(reply_clock::Column::Id)
        .all(db)
        .await?
        .into_iter()
        .filter(|clock| takes_part(&clock.relationship_id) || clock.handed_to == Some(provider.0))
        .collect();
    let unread = unread(db, &ids, now).await?;
    let mut from_one: BTreeMap<Uuid, u32> = BTreeMap::new();
    for row in &unread {
        *from_one.entry(row.relationship_id).or_default() += 1;
    }
    let is_long = |row: &message::Model| {
        u32::try_from(row.chars).unwrap_or(0) > rules.long_message_chars
            || (row.opened_at.is_none()
                && from_one.get(&row.relationship_id).copied().unwrap_or(0) > rules.long_message_unread)
    };
    let blank = |section, related: &Related, since| Candidate {
        section,
        owner: related.view.owner,
        relationship: related.view.id,
        message: None,
        slot: None,
        series: None,
        clock: None,
        review: None,
        plan_changes: PlanChanges::new(),
        proposal: None,
        module: None,
        item_changes: ItemChanges::new(),
        due_today: false,
        overdue: false,
        important: false,
        since,
        chars: 0,
        long: false,
    };
    let mut candidates = Vec::new();

    let asked: Vec<Uuid> = clocks.iter().filter_map(|clock| clock.message_id).collect();
    let asked: BTreeMap<Uuid, message::Model> = message::Entity::find()
        .filter(message::Column::Id.is_in(asked))
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let last_digest = digest_at(last_day, &calendar, rules.digest_time);
    for clock in &clocks {
        let due_today = clock.promised_on == today;
        let overdue =
            clock.promised_on < today && (clock.promised_on >= last_day || is_wished(clock, provider, last_digest));
        let Some(related) = pairs.get(&clock.relationship_id).filter(|_| due_today || overdue) else { continue };
        let row = clock.message_id.and_then(|id| asked.get(&id));
        candidates.push(Candidate {
            message: row.map(|row| MessageId(row.id)),
            slot: clock.slot_id.map(SlotId),
            clock: Some(ReplyClockId(clock.id)),
            due_today,
            overdue,
            important: row.is_some_and(|row| row.important),
            chars: row.map_or(0, |row| u32::try_from(row.chars).unwrap_or(0)),
            long: row.is_some_and(is_long),
            ..blank(Section::Waiting, related, clock.opened_at)
        });
    }
    let before_consultation = consulted_next(db, &ids, next_day, &calendar).await?;
    for row in unread.iter().filter(|row| takes_part(&row.relationship_id)) {
        let Some(related) = pairs.get(&row.relationship_id) else { continue };
        let section = if row.kind == MessageKind::NextConsultation.as_str() {
            if !before_consultation.contains(&row.relationship_id) {
                continue;
            }
            Section::NextConsultation
        } else {
            if listed.messages.contains(&row.id) {
                continue;
            }
            Section::New
        };
        candidates.push(Candidate {
            message: Some(MessageId(row.id)),
            important: row.important,
            chars: u32::try_from(row.chars).unwrap_or(0),
            long: is_long(row),
            ..blank(section, related, row.visible_at)
        });
    }
    concerns(db, &ids, &pairs, &mut candidates, &blank).await?;
    answers(db, provider, &pairs, &listed, &mut candidates, &blank).await?;
    let mut of_owner: BTreeMap<AccountId, &Related> = BTreeMap::new();
    for related in related.iter().filter(|related| related.view.members.contains(&provider)) {
        of_owner.entry(related.view.owner).or_insert(related);
    }
    let owners: Vec<AccountId> = of_owner.keys().copied().collect();
    let sharing = Sharers { shared: grants::shared_by(db, &owners, provider).await?, of_owner };
    of_plans(db, provider, &sharing, &listed, &mut candidates, &blank, now).await?;
    toolbox::news(db, provider, &sharing, &listed, &mut candidates, &blank, now).await?;
    if let Some(next_day) = next_day {
        for row in series::Entity::find()
            .filter(series::Column::ProviderId.eq(provider.0))
            .filter(series::Column::Job.eq(Job::CheckIn.as_str()))
            .filter(series::Column::State.eq(SeriesState::Active.as_str()))
            .filter(series::Column::SlotOn.eq(next_day))
            .order_by_asc(series::Column::Id)
            .all(db)
            .await?
        {
            let Some(related) = row.relationship_id.and_then(|id| pairs.get(&id)) else { continue };
            candidates.push(Candidate {
                series: Some(SeriesId(row.id)),
                ..blank(Section::TomorrowsCheckIns, related, row.next_at.unwrap_or(now))
            });
        }
    }
    Ok(Gathered { candidates, clocks })
}

/// Whether the owner of an overdue clock asked, after the last digest, that it stand in the next:
/// in that of whoever answers for it, or in everybody's.
fn is_wished(clock: &rows::ReplyClock, provider: AccountId, last_digest: Option<DateTime<Utc>>) -> bool {
    let lately = clock.chosen_at.is_some_and(|at| last_digest.is_none_or(|digest| at >= digest));
    let answers = clock.handed_to.unwrap_or(clock.provider_id) == provider.0;
    match clock.choice.as_deref().and_then(|word| word.parse::<OverdueChoice>().ok()) {
        Some(OverdueChoice::Remind) => lately && answers,
        Some(OverdueChoice::AskTeam) => lately,
        Some(OverdueChoice::Wait | OverdueChoice::NextConsultation) | None => false,
    }
}

/// Unread messages from owners that the other side may see now; vault texts are in no count.
async fn unread(db: &impl ConnectionTrait, ids: &[Uuid], now: DateTime<Utc>) -> Result<Vec<message::Model>> {
    Ok(message::Entity::find()
        .filter(message::Column::RelationshipId.is_in(ids.iter().copied()))
        .filter(message::Column::FromOwner.eq(true))
        .filter(message::Column::OpenedAt.is_null())
        .filter(message::Column::RecalledAt.is_null())
        .filter(message::Column::VisibleAt.lte(now))
        .filter(message::Column::Kind.ne(MessageKind::Vault.as_str()))
        .order_by_asc(message::Column::VisibleAt)
        .order_by_asc(message::Column::Id)
        .all(db)
        .await?)
}

/// Relationships whose consultation is on the next working day.
async fn consulted_next(
    db: &impl ConnectionTrait,
    ids: &[Uuid],
    next_day: Option<NaiveDate>,
    calendar: &domain::working_time::ProviderCalendar,
) -> Result<BTreeSet<Uuid>> {
    Ok(consultation::Entity::find()
        .filter(consultation::Column::RelationshipId.is_in(ids.iter().copied()))
        .filter(consultation::Column::CancelledAt.is_null())
        .filter(consultation::Column::HeldAt.is_null())
        .all(db)
        .await?
        .into_iter()
        .filter(|row| Some(row.starts_at.with_timezone(&calendar.zone).date_naive()) == next_day)
        .map(|row| row.relationship_id)
        .collect())
}

/// Heavy answers that wait for contact, and silence clauses, which are about a series and the last of
/// its check-ins.
async fn concerns(
    db: &impl ConnectionTrait,
    ids: &[Uuid],
    pairs: &BTreeMap<Uuid, &Related>,
    candidates: &mut Vec<Candidate>,
    blank: &impl Fn(Section, &Related, DateTime<Utc>) -> Candidate,
) -> Result<()> {
    let open = concern::Entity::find()
        .filter(concern::Column::RelationshipId.is_in(ids.iter().copied()))
        .filter(concern::Column::ClearedAt.is_null())
        .order_by_asc(concern::Column::Since)
        .order_by_asc(concern::Column::Id)
        .all(db)
        .await?;
    let silent: Vec<Uuid> = open.iter().filter(|row| row.slot_id.is_none()).map(|row| row.relationship_id).collect();
    let mut fell_silent = BTreeMap::new();
    if !silent.is_empty() {
        let all = series::Entity::find()
            .filter(series::Column::RelationshipId.is_in(silent))
            .filter(series::Column::Job.eq(Job::CheckIn.as_str()))
            .filter(series::Column::AcceptedOn.is_not_null())
            .order_by_asc(series::Column::AcceptedOn)
            .order_by_asc(series::Column::Id)
            .all(db)
            .await?;
        for row in all {
            let sent = slots::of_series(db, SeriesId(row.id), 16).await?;
            let last = sent.into_iter().find(|slot| slot.outcome == Outcome::Sent.as_str());
            fell_silent.insert(row.relationship_id, (SeriesId(row.id), last.map(|slot| SlotId(slot.id))));
        }
    }
    for row in open {
        let Some(related) = pairs.get(&row.relationship_id) else { continue };
        let silence = fell_silent.get(&Some(row.relationship_id)).copied().filter(|_| row.slot_id.is_none());
        let slot = row.slot_id.map(SlotId).or(silence.and_then(|(_, slot)| slot));
        let series = silence.map(|(series, _)| series);
        candidates.push(Candidate { slot, series, ..blank(Section::Concerns, related, row.since) });
    }
    Ok(())
}

/// Check-in answers and wishes to look at the agreement together that no digest listed yet.
async fn answers(
    db: &impl ConnectionTrait,
    provider: AccountId,
    pairs: &BTreeMap<Uuid, &Related>,
    listed: &Listed,
    candidates: &mut Vec<Candidate>,
    blank: &impl Fn(Section, &Related, DateTime<Utc>) -> Candidate,
) -> Result<()> {
    let answered = slot::Entity::find()
        .filter(slot::Column::RelationshipId.is_in(pairs.keys().copied()))
        .filter(slot::Column::Job.eq(Job::CheckIn.as_str()))
        .filter(slot::Column::AnsweredAt.is_not_null())
        .order_by_asc(slot::Column::AnsweredAt)
        .order_by_asc(slot::Column::Id)
        .all(db)
        .await?;
    let heavy = [CheckInAnswer::Heavy.as_str(), CheckInAnswer::WantToTalk.as_str()];
    for row in answered {
        let Some(at) = row.answered_at else { continue };
        let Some(related) = row.relationship_id.and_then(|id| pairs.get(&id)) else { continue };
        // Heavy answers are concerns; "not now" asks to be left in peace, unless she wrote something.
        let quiet = row.answer.as_deref().is_some_and(|answer| {
            heavy.contains(&answer) || (answer == CheckInAnswer::NotNow.as_str() && row.note.is_none())
        });
        if !quiet && !listed.slots.contains(&row.id) {
            candidates.push(Candidate { slot: Some(SlotId(row.id)), ..blank(Section::CheckInReplies, related, at) });
        }
    }
    let rounds = slot::Entity::find()
        .filter(slot::Column::RelationshipId.is_in(pairs.keys().copied()))
        .filter(slot::Column::Job.eq(Job::AgreementRound.as_str()))
        .filter(slot::Column::Answer.eq(PromptAnswer::Together.as_str()))
        .order_by_asc(slot::Column::AnsweredAt)
        .order_by_asc(slot::Column::Id)
        .all(db)
        .await?;
    for row in rounds.into_iter().filter(|row| !listed.slots.contains(&row.id)) {
        let related = row
            .relationship_id
            .and_then(|id| pairs.get(&id))
            .filter(|related| related.view.members.contains(&provider));
        if let (Some(related), Some(at)) = (related, row.answered_at) {
            candidates.push(Candidate { slot: Some(SlotId(row.id)), ..blank(Section::SharedChanges, related, at) });
        }
    }
    Ok(())
}

/// The owners with whom a provider takes part, and what they share with her.
struct Sharers<'a> {
    of_owner: BTreeMap<AccountId, &'a Related>,
    shared: BTreeMap<AccountId, Shared>,
}

/// Wishes to look at the plan together, and changes of sections that are shared with the provider,
/// which no digest listed yet. Whose plan shows her nothing now has no line here.
async fn of_plans(
    db: &impl ConnectionTrait,
    provider: AccountId,
    Sharers { of_owner, shared }: &Sharers<'_>,
    listed: &Listed,
    candidates: &mut Vec<Candidate>,
    blank: &impl Fn(Section, &Related, DateTime<Utc>) -> Candidate,
    now: DateTime<Utc>,
) -> Result<()> {
    let shows = |owner: &AccountId| shared.get(owner).filter(|shared| shared.sharing.any_section(provider, now));
    let together = plan_review::Entity::find()
        .find_also_related(plan::Entity)
        .filter(plan_review::Column::WithProviderId.eq(provider.0))
        .order_by_asc(plan_review::Column::At)
        .order_by_asc(plan_review::Column::Id)
        .all(db)
        .await?;
    for (row, plan) in together {
        let Some(owner) = plan.map(|plan| AccountId(plan.owner_id)).filter(|owner| shows(owner).is_some()) else {
            continue;
        };
        let before = row.slot_id.map_or(listed.reviews.contains(&row.id), |slot| listed.slots.contains(&slot));
        if let Some(related) = of_owner.get(&owner).filter(|_| !before) {
            candidates.push(Candidate {
                slot: row.slot_id.map(SlotId),
                review: row.slot_id.is_none().then_some(PlanReviewId(row.id)),
                ..blank(Section::SharedChanges, related, row.at)
            });
        }
    }
    let owners: Vec<AccountId> = of_owner.keys().copied().collect();
    for (owner, latest) in changes::latest(db, &owners).await? {
        let (Some(related), Some(shared)) = (of_owner.get(&owner), shows(&owner)) else { continue };
        let latest = latest.into_iter().filter(|(_, change)| related.row.started_at.is_none_or(|at| at < change.at));
        let told = listed.changes.get(&owner).cloned().unwrap_or_default();
        let changes = to_tell(&latest.collect(), &told, &shared.sharing, provider, now);
        if let Some(since) = changes.values().map(|change| change.at).min() {
            candidates.push(Candidate { plan_changes: changes, ..blank(Section::SharedChanges, related, since) });
        }
    }
    Ok(())
}

#[derive(Debug, Default)]
struct Listed {
    messages: BTreeSet<Uuid>,
    slots: BTreeSet<Uuid>,
    reviews: BTreeSet<Uuid>,
    /// By owner and section, the version of the plan whose change was told of last.
    changes: BTreeMap<AccountId, BTreeMap<PlanSection, i32>>,
    proposals: BTreeSet<Uuid>,
    /// By item, the version that was told of last.
    items: BTreeMap<ItemId, i32>,
}

/// What earlier digests of this provider listed.
async fn listed_before(db: &impl ConnectionTrait, provider: AccountId, today: NaiveDate) -> Result<Listed> {
    let lines = digest_line::Entity::find()
        .filter(
            digest_line::Column::DigestRunId.in_subquery(sea_orm::QueryTrait::into_query(
                sea_orm::QuerySelect::column(
                    sea_orm::QuerySelect::select_only(
                        digest_run::Entity::find()
                            .filter(digest_run::Column::ProviderId.eq(provider.0))
                            .filter(digest_run::Column::OnDate.lt(today)),
                    ),
                    digest_run::Column::Id,
                ),
            )),
        )
        .filter(
            Condition::any()
                .add(digest_line::Column::Section.eq(Section::New.as_str()))
                .add(digest_line::Column::Section.eq(Section::Waiting.as_str()))
                .add(digest_line::Column::Section.eq(Section::CheckInReplies.as_str()))
                .add(digest_line::Column::Section.eq(Section::ProposalsAnswered.as_str()))
                .add(digest_line::Column::Section.eq(Section::SharedChanges.as_str())),
        )
        .all(db)
        .await?;
    let mut changes: BTreeMap<AccountId, BTreeMap<PlanSection, i32>> = BTreeMap::new();
    for line in &lines {
        let Some(told) = &line.plan_changes else { continue };
        let of_owner = changes.entry(AccountId(line.owner_id)).or_default();
        for (section, change) in serde_json::from_value::<PlanChanges>(told.clone())? {
            let version = of_owner.entry(section).or_insert(change.version);
            *version = change.version.max(*version);
        }
    }
    let mut items: BTreeMap<ItemId, i32> = BTreeMap::new();
    for told in lines.iter().filter_map(|line| line.item_changes.as_ref()) {
        for (id, change) in serde_json::from_value::<ItemChanges>(told.clone())? {
            let version = items.entry(id).or_insert(change.version);
            *version = change.version.max(*version);
        }
    }
    Ok(Listed {
        changes,
        items,
        proposals: lines.iter().filter_map(|line| line.proposal_id).collect(),
        reviews: lines.iter().filter_map(|line| line.review_id).collect(),
        messages: lines.iter().filter_map(|line| line.message_id).collect(),
        slots: lines
            .iter()
            .filter(|line| line.section != Section::Waiting.as_str())
            .filter_map(|line| line.slot_id)
            .collect(),
    })
}

/// Keeps a composed digest; one per provider and date. Tells whether this call made it.
pub async fn record(
    tx: &WriteTx,
    id: Uuid,
    provider: AccountId,
    on_date: NaiveDate,
    slot: SlotId,
    digest: &Digest,
    now: DateTime<Utc>,
) -> Result<bool> {
    if of_date(&**tx, provider, on_date).await?.is_some() {
        return Ok(false);
    }
    let run = digest_run::ActiveModel {
        id: Set(id),
        provider_id: Set(provider.0),
        on_date: Set(on_date),
        slot_id: Set(Some(slot.0)),
        built_at: Set(now),
        opened_at: Set(None),
        more: Set(i32::try_from(digest.more).unwrap_or(i32::MAX)),
        counts: Set(json!(DigestCounts::of(digest))),
    };
    digest_run::Entity::insert(run).exec_without_returning(&**tx).await?;
    let lines: Vec<_> = digest
        .lines
        .iter()
        .zip(0..)
        .map(|(line, position)| digest_line::ActiveModel {
            digest_run_id: Set(id),
            position: Set(position),
            section: Set(line.section.to_string()),
            relationship_id: Set(line.relationship.0),
            owner_id: Set(line.owner.0),
            message_id: Set(line.message.map(Into::into)),
            slot_id: Set(line.slot.map(Into::into)),
            series_id: Set(line.series.map(Into::into)),
            clock_id: Set(line.clock.map(Into::into)),
            review_id: Set(line.review.map(Into::into)),
            plan_changes: Set((!line.plan_changes.is_empty()).then(|| json!(line.plan_changes))),
            proposal_id: Set(line.proposal.map(Into::into)),
            module: Set(line.module.map(|module| module.to_string())),
            item_changes: Set((!line.item_changes.is_empty()).then(|| json!(line.item_changes))),
            long: Set(line.long),
            minutes: Set(i32::try_from(reading_minutes(line.chars)).unwrap_or(i32::MAX)),
        })
        .collect();
    if !lines.is_empty() {
        digest_line::Entity::insert_many(lines).exec_without_returning(&**tx).await?;
    }
    Ok(true)
}

pub async fn of_date(
    db: &impl ConnectionTrait,
    provider: AccountId,
    on_date: NaiveDate,
) -> Result<Option<rows::DigestRun>> {
    Ok(digest_run::Entity::find()
        .filter(digest_run::Column::ProviderId.eq(provider.0))
        .filter(digest_run::Column::OnDate.eq(on_date))
        .one(db)
        .await?)
}

/// The digests of some providers on some dates, by provider and date.
pub async fn of_dates(
    db: &impl ConnectionTrait,
    wanted: &[(AccountId, NaiveDate)],
) -> Result<BTreeMap<(AccountId, NaiveDate), rows::DigestRun>> {
    if wanted.is_empty() {
        return Ok(BTreeMap::new());
    }
    let providers: Vec<Uuid> = wanted.iter().map(|(provider, _)| provider.0).collect();
    let dates: BTreeSet<NaiveDate> = wanted.iter().map(|(_, date)| *date).collect();
    let rows = digest_run::Entity::find()
        .filter(among(digest_run::Column::ProviderId, &providers))
        .filter(digest_run::Column::OnDate.is_in(dates))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| ((AccountId(row.provider_id), row.on_date), row)).collect())
}

/// A provider's digests, newest first, before a date.
pub async fn page(
    db: &impl ConnectionTrait,
    provider: AccountId,
    before: Option<NaiveDate>,
    limit: u64,
) -> Result<Vec<rows::DigestRun>> {
    let mut query = digest_run::Entity::find().filter(digest_run::Column::ProviderId.eq(provider.0));
    if let Some(before) = before {
        query = query.filter(digest_run::Column::OnDate.lt(before));
    }
    Ok(sea_orm::QuerySelect::limit(query.order_by_desc(digest_run::Column::OnDate), limit).all(db).await?)
}

pub async fn lines(db: &impl ConnectionTrait, run: Uuid) -> Result<Vec<rows::DigestLine>> {
    Ok(digest_line::Entity::find()
        .filter(digest_line::Column::DigestRunId.eq(run))
        .order_by_asc(digest_line::Column::Position)
        .all(db)
        .await?)
}

/// The provider looked at it.
pub async fn opened(tx: &WriteTx, run: Uuid, now: DateTime<Utc>) -> Result<()> {
    digest_run::Entity::update_many()
        .col_expr(digest_run::Column::OpenedAt, Expr::value(now))
        .filter(digest_run::Column::Id.eq(run))
        .filter(digest_run::Column::OpenedAt.is_null())
        .exec(&**tx)
        .await?;
    Ok(())
}

/// The relationships a digest spoke of.
pub fn relationships_of(lines: &[rows::DigestLine]) -> BTreeSet<RelationshipId> {
    lines.iter().map(|line| RelationshipId(line.relationship_id)).collect()
}
