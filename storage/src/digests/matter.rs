//! What the digests of some providers are made of, read with a number of statements that does not depend on how many
//! they are or how much waits for them. Nothing is chosen here: `lines` does that, one digest at a time.

use super::gather::Asked;
use super::listed::{self, Line};
use crate::among::{AT_ONCE, among};
use crate::crisis_plan::changes;
use crate::entity::{concern, consultation, message, plan, plan_review, proposal, reply_clock, series, slot};
use crate::error::Result;
use crate::grants::{self, Shared};
use crate::relationships::Related;
use crate::toolbox::changes::{self as items, Around};
use crate::{relationships, rows};
use chrono::{DateTime, NaiveDate, Utc};
use domain::ids::{AccountId, SeriesId, SlotId};
use domain::item_changes::NEWS_FOR;
use domain::plan_changes::PlanChanges;
use domain::proposals::ProposalState;
use domain::words::{Job, MessageKind, Outcome, PromptAnswer, SeriesState};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Select,
};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// A message without its words.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Head {
    pub id: Uuid,
    pub relationship_id: Uuid,
    pub kind: String,
    pub chars: i32,
    pub important: bool,
    pub visible_at: DateTime<Utc>,
    pub opened_at: Option<DateTime<Utc>>,
}

/// An answered check-in, or a wish to look at the agreement together.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Answer {
    pub id: Uuid,
    pub relationship_id: Option<Uuid>,
    pub answer: Option<String>,
    pub answered_at: Option<DateTime<Utc>>,
    /// Whether she wrote something with it.
    pub noted: bool,
}

/// Rows by what they are about, each in the order in which they came about.
type By<K, V> = BTreeMap<K, Vec<V>>;

#[derive(Debug)]
pub(super) struct Matter {
    /// Active relationships of each provider, as a member or as a substitute, by id.
    pub related: By<AccountId, Related>,
    /// Open clocks of each relationship, the first due first.
    pub clocks: By<Uuid, rows::ReplyClock>,
    /// The messages that open clocks wait on.
    pub waited_on: BTreeMap<Uuid, Head>,
    /// Unread messages of each relationship's owner.
    pub unread: By<Uuid, Head>,
    pub consultations: By<Uuid, DateTime<Utc>>,
    pub concerns: By<Uuid, rows::Concern>,
    /// The series that a silence is about, and the last of its check-ins.
    pub fell_silent: BTreeMap<Uuid, (SeriesId, Option<SlotId>)>,
    pub answers: By<Uuid, Answer>,
    pub rounds: By<Uuid, Answer>,
    pub listed: By<AccountId, Line>,
    /// By owner and provider.
    pub shared: BTreeMap<(AccountId, AccountId), Shared>,
    /// Wishes to look at a plan together, with whose plan it is.
    pub together: By<AccountId, (rows::PlanReview, AccountId)>,
    /// By owner.
    pub plans: BTreeMap<AccountId, PlanChanges>,
    /// Proposals of each provider's that were answered lately.
    pub proposals: By<AccountId, rows::Proposal>,
    pub around: Around,
    /// Check-ins that are placed on a provider's next working day.
    pub placed: By<(AccountId, NaiveDate), rows::Series>,
}

impl Matter {
    /// `next_days`: the next working days that are asked about.
    pub async fn of(
        db: &impl ConnectionTrait,
        asked: &[Asked<'_>],
        next_days: &BTreeSet<NaiveDate>,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let providers: BTreeSet<Uuid> = asked.iter().map(|one| one.provider.0).collect();
        let providers: Vec<Uuid> = providers.into_iter().collect();
        let all = relationships::active_of(db, &providers, now).await?;
        let ids: Vec<Uuid> = all.iter().map(|related| related.row.id).collect();
        let related = by_provider(&all, &providers);
        let pairs: BTreeSet<(AccountId, AccountId)> = related
            .iter()
            .flat_map(|(provider, all)| all.iter().map(|related| (related, *provider)))
            .filter(|(related, provider)| related.view.members.contains(provider))
            .map(|(related, provider)| (related.view.owner, provider))
            .collect();
        let owners: BTreeSet<AccountId> = pairs.iter().map(|(owner, _)| *owner).collect();
        let owners: Vec<AccountId> = owners.into_iter().collect();
        let clocks = open_clocks(db, &ids).await?;
        let waited_on: Vec<Uuid> = clocks.iter().filter_map(|clock| clock.message_id).collect();
        let waited_on: Vec<Head> = of(db, heads(), message::Column::Id, &waited_on).await?;
        let concerns = open_concerns(db, &ids).await?;
        let silent: Vec<Uuid> =
            concerns.iter().filter(|row| row.slot_id.is_none()).map(|row| row.relationship_id).collect();
        let proposals = answered_proposals(db, &providers, now).await?;
        let named: Vec<Uuid> =
            proposals.iter().filter(|row| owns(&owners, row.owner_id)).filter_map(|row| row.item_id).collect();
        Ok(Self {
            related,
            clocks: by(clocks, |row| row.relationship_id),
            waited_on: waited_on.into_iter().map(|row| (row.id, row)).collect(),
            unread: by(unread(db, &ids, now).await?, |row| row.relationship_id),
            consultations: consultations(db, &ids).await?,
            fell_silent: fell_silent(db, &silent).await?,
            concerns: by(concerns, |row| row.relationship_id),
            answers: by_pair(answered(db, &ids).await?),
            rounds: by_pair(rounds(db, &ids).await?),
            listed: listed::before(db, &providers, &ids).await?,
            shared: grants::shared_between(db, &pairs).await?,
            together: together(db, &providers).await?,
            plans: changes::latest(db, &owners).await?,
            proposals: by(proposals, |row| AccountId(row.author_id)),
            around: items::around(db, &owners, now - NEWS_FOR, &named).await?,
            placed: placed(db, &providers, next_days).await?,
        })
    }

    /// A provider's relationships.
    pub fn related(&self, provider: AccountId) -> &[Related] {
        self.related.get(&provider).map_or(&[], Vec::as_slice)
    }
}

fn by<K: Ord, V>(rows: Vec<V>, key: impl Fn(&V) -> K) -> By<K, V> {
    let mut grouped = By::new();
    for row in rows {
        grouped.entry(key(&row)).or_insert_with(Vec::new).push(row);
    }
    grouped
}

fn by_pair(answers: Vec<Answer>) -> By<Uuid, Answer> {
    by(answers, |row| row.relationship_id.unwrap_or_default())
}

fn by_provider(all: &[Related], providers: &[Uuid]) -> By<AccountId, Related> {
    let mut found: By<AccountId, Related> = By::new();
    for related in all {
        let people: BTreeSet<AccountId> =
            related.view.members.iter().chain(&related.view.substitutes).copied().collect();
        for provider in people.into_iter().filter(|person| providers.binary_search(&person.0).is_ok()) {
            found.entry(provider).or_default().push(related.clone());
        }
    }
    found
}

fn owns(owners: &[AccountId], id: Uuid) -> bool {
    owners.binary_search(&AccountId(id)).is_ok()
}

/// What `query` finds where `column` is among `ids`.
pub(super) async fn of<E, M>(
    db: &impl ConnectionTrait,
    query: Select<E>,
    column: E::Column,
    ids: &[Uuid],
) -> Result<Vec<M>>
where
    E: EntityTrait,
    M: FromQueryResult + Send + Sync,
{
    let mut found = Vec::new();
    for some in ids.chunks(AT_ONCE) {
        found.extend(query.clone().filter(among(column, some)).into_model::<M>().all(db).await?);
    }
    Ok(found)
}

async fn open_clocks(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<Vec<rows::ReplyClock>> {
    let open = reply_clock::Entity::find()
        .filter(reply_clock::Column::ClosedAt.is_null())
        .order_by_asc(reply_clock::Column::DueAt)
        .order_by_asc(reply_clock::Column::Id);
    of(db, open, reply_clock::Column::RelationshipId, ids).await
}

fn heads() -> Select<message::Entity> {
    message::Entity::find().select_only().columns([
        message::Column::Id,
        message::Column::RelationshipId,
        message::Column::Kind,
        message::Column::Chars,
        message::Column::Important,
        message::Column::VisibleAt,
        message::Column::OpenedAt,
    ])
}

/// Unread messages from owners that the other side may see now; vault texts are in no count.
async fn unread(db: &impl ConnectionTrait, ids: &[Uuid], now: DateTime<Utc>) -> Result<Vec<Head>> {
    let unread = heads()
        .filter(message::Column::FromOwner.eq(true))
        .filter(message::Column::OpenedAt.is_null())
        .filter(message::Column::RecalledAt.is_null())
        .filter(message::Column::VisibleAt.lte(now))
        .filter(message::Column::Kind.ne(MessageKind::Vault.as_str()))
        .order_by_asc(message::Column::VisibleAt)
        .order_by_asc(message::Column::Id);
    of(db, unread, message::Column::RelationshipId, ids).await
}

/// When those that are neither held nor cancelled begin.
async fn consultations(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<By<Uuid, DateTime<Utc>>> {
    let planned = consultation::Entity::find()
        .filter(consultation::Column::CancelledAt.is_null())
        .filter(consultation::Column::HeldAt.is_null())
        .order_by_asc(consultation::Column::StartsAt)
        .order_by_asc(consultation::Column::Id);
    let rows: Vec<consultation::Model> = of(db, planned, consultation::Column::RelationshipId, ids).await?;
    let mut found: By<Uuid, DateTime<Utc>> = By::new();
    for row in rows {
        found.entry(row.relationship_id).or_default().push(row.starts_at);
    }
    Ok(found)
}

/// Heavy answers that wait for contact, and silence clauses.
async fn open_concerns(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<Vec<rows::Concern>> {
    let open = concern::Entity::find()
        .filter(concern::Column::ClearedAt.is_null())
        .order_by_asc(concern::Column::Since)
        .order_by_asc(concern::Column::Id);
    of(db, open, concern::Column::RelationshipId, ids).await
}

/// The check-in series of each of these relationships that was accepted last, and the last check-in of it that was sent.
async fn fell_silent(
    db: &impl ConnectionTrait,
    relationships: &[Uuid],
) -> Result<BTreeMap<Uuid, (SeriesId, Option<SlotId>)>> {
    let accepted = series::Entity::find()
        .filter(series::Column::Job.eq(Job::CheckIn.as_str()))
        .filter(series::Column::AcceptedOn.is_not_null())
        .order_by_asc(series::Column::AcceptedOn)
        .order_by_asc(series::Column::Id);
    let accepted: Vec<rows::Series> = of(db, accepted, series::Column::RelationshipId, relationships).await?;
    let latest: BTreeMap<Uuid, Uuid> = accepted.iter().filter_map(|row| Some((row.relationship_id?, row.id))).collect();
    let sent = slot::Entity::find()
        .select_only()
        .columns([slot::Column::Id, slot::Column::SeriesId])
        .filter(slot::Column::Outcome.eq(Outcome::Sent.as_str()))
        .order_by_asc(slot::Column::OnDate)
        .order_by_asc(slot::Column::Id);
    let ids: Vec<Uuid> = latest.values().copied().collect();
    let sent: Vec<OfSeries> = of(db, sent, slot::Column::SeriesId, &ids).await?;
    let last: BTreeMap<Option<Uuid>, SlotId> = sent.iter().map(|row| (row.series_id, SlotId(row.id))).collect();
    Ok(latest
        .into_iter()
        .map(|(relationship, series)| (relationship, (SeriesId(series), last.get(&Some(series)).copied())))
        .collect())
}

#[derive(Debug, FromQueryResult)]
struct OfSeries {
    id: Uuid,
    series_id: Option<Uuid>,
}

fn answers(job: Job) -> Select<slot::Entity> {
    slot::Entity::find()
        .select_only()
        .columns([slot::Column::Id, slot::Column::RelationshipId, slot::Column::Answer, slot::Column::AnsweredAt])
        .column_as(slot::Column::Note.is_not_null(), "noted")
        .filter(slot::Column::Job.eq(job.as_str()))
        .order_by_asc(slot::Column::AnsweredAt)
        .order_by_asc(slot::Column::Id)
}

async fn answered(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<Vec<Answer>> {
    let answered = answers(Job::CheckIn).filter(slot::Column::AnsweredAt.is_not_null());
    of(db, answered, slot::Column::RelationshipId, ids).await
}

async fn rounds(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<Vec<Answer>> {
    let together = answers(Job::AgreementRound).filter(slot::Column::Answer.eq(PromptAnswer::Together.as_str()));
    of(db, together, slot::Column::RelationshipId, ids).await
}

async fn together(
    db: &impl ConnectionTrait,
    providers: &[Uuid],
) -> Result<By<AccountId, (rows::PlanReview, AccountId)>> {
    let mut found: By<AccountId, (rows::PlanReview, AccountId)> = By::new();
    for some in providers.chunks(AT_ONCE) {
        let rows = plan_review::Entity::find()
            .find_also_related(plan::Entity)
            .filter(among(plan_review::Column::WithProviderId, some))
            .order_by_asc(plan_review::Column::At)
            .order_by_asc(plan_review::Column::Id)
            .all(db)
            .await?;
        for (row, plan) in rows {
            if let (Some(provider), Some(plan)) = (row.with_provider_id, plan) {
                found.entry(AccountId(provider)).or_default().push((row, AccountId(plan.owner_id)));
            }
        }
    }
    Ok(found)
}

/// Proposals of `providers` that were answered lately.
async fn answered_proposals(
    db: &impl ConnectionTrait,
    providers: &[Uuid],
    now: DateTime<Utc>,
) -> Result<Vec<rows::Proposal>> {
    let states = [ProposalState::Accepted, ProposalState::Edited, ProposalState::Declined];
    let answered = proposal::Entity::find()
        .filter(proposal::Column::State.is_in(states.map(|state| state.as_str())))
        .filter(proposal::Column::AnsweredAt.gt(now - NEWS_FOR))
        .order_by_asc(proposal::Column::AnsweredAt)
        .order_by_asc(proposal::Column::Id);
    of(db, answered, proposal::Column::AuthorId, providers).await
}

async fn placed(
    db: &impl ConnectionTrait,
    providers: &[Uuid],
    days: &BTreeSet<NaiveDate>,
) -> Result<By<(AccountId, NaiveDate), rows::Series>> {
    if days.is_empty() {
        return Ok(By::new());
    }
    let placed = series::Entity::find()
        .filter(series::Column::Job.eq(Job::CheckIn.as_str()))
        .filter(series::Column::State.eq(SeriesState::Active.as_str()))
        .filter(series::Column::SlotOn.is_in(days.iter().copied()))
        .order_by_asc(series::Column::Id);
    let rows: Vec<rows::Series> = of(db, placed, series::Column::ProviderId, providers).await?;
    let mut found: By<(AccountId, NaiveDate), rows::Series> = By::new();
    for row in rows {
        if let (Some(provider), Some(on)) = (row.provider_id, row.slot_on) {
            found.entry((AccountId(provider), on)).or_default().push(row);
        }
    }
    Ok(found)
}
