//! A digest as it reads now: its lines hold ids alone, and what they are about is looked up, and
//! authorised, at the moment of reading. A constant number of queries, however much waits.

use crate::authorized::Authorized;
use crate::entity::{concern, consultation, message, plan_review, proposal, reply_clock, series, slot, thread};
use crate::error::{Result, StorageError};
use crate::grants::{self, Shared};
use crate::relationships::Related;
use crate::toolbox::changes::{self, Around};
use crate::{agreements, digests, proposals, relationships, rows};
use chrono::{DateTime, Utc};
use domain::digest::Section;
use domain::ids::{AccountId, RelationshipId, ThreadId};
use domain::item_changes::ItemChanges;
use domain::plan_changes::PlanChanges;
use domain::policy::{self, Decision, DigestLine, OnProposal, Permit, Sight};
use domain::words::{ConcernKind, Job, PlanSection, SeriesState};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use std::collections::BTreeMap;
use uuid::Uuid;

/// One line with what it is about.
#[derive(Clone, Debug)]
pub struct Line {
    pub row: rows::DigestLine,
    pub section: Section,
    pub related: Related,
    pub message: Option<rows::Message>,
    /// The promise behind it, open or not.
    pub clock: Option<rows::ReplyClock>,
    /// The check-in that was answered, or the prompt.
    pub slot: Option<rows::Slot>,
    /// The series of a check-in that is to come.
    pub series: Option<rows::Series>,
    pub concern: Option<rows::Concern>,
    /// The number in the silence clause in force.
    pub silence_clause: Option<i32>,
    /// When she wished, unprompted, to look at her plan together.
    pub wished_at: Option<DateTime<Utc>>,
    /// Those sections of the plan that changed which are shared with the provider now.
    pub plan_changes: PlanChanges,
    /// The proposal that was answered.
    pub proposal: Option<rows::Proposal>,
    /// Those items that changed which the provider finds now.
    pub item_changes: ItemChanges,
    /// The next consultation of the pair after the digest was built.
    pub consultation_at: Option<DateTime<Utc>>,
}

/// The lines of `run` that its provider still finds in it, in their order.
pub async fn lines(
    db: &impl ConnectionTrait,
    permit: Permit,
    run: &rows::DigestRun,
    now: DateTime<Utc>,
) -> Result<Vec<Authorized<Line>>> {
    if run.provider_id != permit.account().0 {
        return Err(StorageError::Hidden);
    }
    let lines = digests::lines(db, run.id).await?;
    if lines.is_empty() {
        return Ok(Vec::new());
    }
    let pairs: BTreeMap<Uuid, Related> = relationships::of_account(db, permit.account(), now)
        .await?
        .into_iter()
        .map(|related| (related.row.id, related))
        .collect();
    let about = About::load(db, permit, run, &lines).await?;
    let mut found = Vec::new();
    for row in lines {
        let Some(related) = pairs.get(&row.relationship_id) else { continue };
        let Some((line, judged)) = about.line(permit, row, related, now)? else { continue };
        let decision = policy::on_digest_line(permit.actor(), &line.related.view, &judged, now);
        match Authorized::by(decision, line) {
            Ok(line) => found.push(line),
            Err(StorageError::Hidden) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

/// The threads of some relationships, for their keys.
pub async fn threads(db: &impl ConnectionTrait, of: &[RelationshipId]) -> Result<BTreeMap<RelationshipId, ThreadId>> {
    Ok(thread::Entity::find()
        .filter(thread::Column::RelationshipId.is_in(of.iter().map(|id| id.0)))
        .all(db)
        .await?
        .into_iter()
        .map(|row| (RelationshipId(row.relationship_id), ThreadId(row.id)))
        .collect())
}

/// Everything the lines are about, loaded at once.
struct About {
    messages: BTreeMap<Uuid, rows::Message>,
    clocks: Vec<rows::ReplyClock>,
    slots: BTreeMap<Uuid, rows::Slot>,
    series: BTreeMap<Uuid, rows::Series>,
    concerns: Vec<rows::Concern>,
    consultations: Vec<rows::Consultation>,
    agreements: Vec<rows::AgreementVersion>,
    reviews: BTreeMap<Uuid, rows::PlanReview>,
    proposals: BTreeMap<Uuid, rows::Proposal>,
    /// Where the items lie that changed, or that a proposal is about.
    items: Around,
    /// What the owners of lines about what is shared show to the provider.
    shared: BTreeMap<AccountId, Shared>,
    built_at: DateTime<Utc>,
}

impl About {
    async fn load(
        db: &impl ConnectionTrait,
        permit: Permit,
        run: &rows::DigestRun,
        lines: &[rows::DigestLine],
    ) -> Result<Self> {
        let ids = |of: fn(&rows::DigestLine) -> Option<Uuid>| -> Vec<Uuid> { lines.iter().filter_map(of).collect() };
        let messages = ids(|line| line.message_id);
        let pairs: Vec<Uuid> = lines.iter().map(|line| line.relationship_id).collect();
        let mut owners: Vec<AccountId> = lines.iter().map(|line| AccountId(line.owner_id)).collect();
        owners.sort_unstable();
        owners.dedup();
        let related: Vec<RelationshipId> = pairs.iter().copied().map(RelationshipId).collect();
        let proposals: BTreeMap<Uuid, rows::Proposal> = proposal::Entity::find()
            .filter(proposal::Column::Id.is_in(ids(|line| line.proposal_id)))
            .all(db)
            .await?
            .into_iter()
            .map(|row| (row.id, row))
            .collect();
        let mut items: Vec<Uuid> = proposals.values().filter_map(|row| row.item_id).collect();
        for told in lines.iter().filter_map(|line| line.item_changes.as_ref()) {
            items.extend(serde_json::from_value::<ItemChanges>(told.clone())?.into_keys().map(Uuid::from));
        }
        Ok(Self {
            items: changes::of(db, &items).await?,
            proposals,
            clocks: reply_clock::Entity::find()
                .filter(
                    Condition::any()
                        .add(reply_clock::Column::Id.is_in(ids(|line| line.clock_id)))
                        .add(reply_clock::Column::MessageId.is_in(messages.clone())),
                )
                .order_by_asc(reply_clock::Column::Id)
                .all(db)
                .await?,
            messages: message::Entity::find()
                .filter(message::Column::Id.is_in(messages))
                .all(db)
                .await?
                .into_iter()
                .map(|row| (row.id, row))
                .collect(),
            slots: slot::Entity::find()
                .filter(slot::Column::Id.is_in(ids(|line| line.slot_id)))
                .all(db)
                .await?
                .into_iter()
                .map(|row| (row.id, row))
                .collect(),
            series: series::Entity::find()
                .filter(series::Column::Id.is_in(ids(|line| line.series_id)))
                .all(db)
                .await?
                .into_iter()
                .map(|row| (row.id, row))
                .collect(),
            concerns: concern::Entity::find()
                .filter(concern::Column::RelationshipId.is_in(pairs.clone()))
                .filter(concern::Column::Since.lte(run.built_at))
                .order_by_desc(concern::Column::Since)
                .order_by_desc(concern::Column::Id)
                .all(db)
                .await?,
            consultations: consultation::Entity::find()
                .filter(consultation::Column::RelationshipId.is_in(pairs))
                .filter(consultation::Column::CancelledAt.is_null())
                .filter(consultation::Column::StartsAt.gt(run.built_at))
                .order_by_asc(consultation::Column::StartsAt)
                .order_by_asc(consultation::Column::Id)
                .all(db)
                .await?,
            agreements: agreements::in_force_of(db, &related).await?,
            reviews: plan_review::Entity::find()
                .filter(plan_review::Column::Id.is_in(ids(|line| line.review_id)))
                .all(db)
                .await?
                .into_iter()
                .map(|row| (row.id, row))
                .collect(),
            shared: grants::shared_by(db, &owners, permit.account()).await?,
            built_at: run.built_at,
        })
    }

    /// The line, and what the policy is to be asked about it; `None`: what it was about is gone.
    fn line(
        &self,
        permit: Permit,
        row: rows::DigestLine,
        related: &Related,
        now: DateTime<Utc>,
    ) -> Result<Option<(Line, DigestLine)>> {
        let section: Section = row.section.parse()?;
        let pair = row.relationship_id;
        let message = match row.message_id {
            Some(id) => match self.messages.get(&id) {
                Some(message) => Some(message.clone()),
                None => return Ok(None),
            },
            None => None,
        };
        let clock = self
            .clocks
            .iter()
            .find(|clock| Some(clock.id) == row.clock_id)
            .or_else(|| {
                self.clocks.iter().find(|clock| clock.message_id.is_some() && clock.message_id == row.message_id)
            })
            .cloned();
        let slot = row.slot_id.and_then(|id| self.slots.get(&id)).cloned();
        let series = row.series_id.and_then(|id| self.series.get(&id)).cloned();
        let concern = match section {
            Section::Concerns => match self.concern(&row) {
                Some(concern) => Some(concern.clone()),
                None => return Ok(None),
            },
            _ => None,
        };
        let is_wish = row.plan_changes.is_none() && row.item_changes.is_none();
        let plan_changes = self.plan_changes(&row, permit, now)?;
        let item_changes = self.item_changes(&row, permit, now)?;
        let proposal = row.proposal_id.and_then(|id| self.proposals.get(&id)).cloned();
        let judged = match section {
            Section::Concerns => DigestLine::Concern,
            Section::CheckInReplies => DigestLine::CheckIn,
            Section::TomorrowsCheckIns => match &series {
                // Stopped or resting since: nothing goes out.
                Some(series) if series.state == SeriesState::Active.as_str() => DigestLine::CheckIn,
                _ => return Ok(None),
            },
            // A round of the agreement is about nothing that is shared.
            Section::SharedChanges if slot.as_ref().is_none_or(|slot| slot.job != Job::AgreementRound.as_str()) => {
                let wish = is_wish && self.sees_plan(&row, permit, now);
                DigestLine::Shared { found: wish || !plan_changes.is_empty() || !item_changes.is_empty() }
            }
            Section::Waiting | Section::NextConsultation | Section::New => match &message {
                Some(message) => DigestLine::Message(policy::Message {
                    author: AccountId(message.author_id),
                    from_owner: message.from_owner,
                    visible_at: message.visible_at,
                    recalled: message.recalled_at.is_some(),
                    opened_by_actor: message.opened_at.is_some(),
                    clock_open: clock.as_ref().is_some_and(|clock| clock.closed_at.is_none()),
                }),
                None => DigestLine::Concern,
            },
            Section::ProposalsAnswered => match &proposal {
                Some(proposal) => DigestLine::Shared { found: self.finds(proposal, permit, now)? },
                // Gone with what it was about.
                None => return Ok(None),
            },
            Section::SharedChanges => DigestLine::CheckIn,
        };
        let silence_clause =
            self.agreements.iter().find(|version| version.relationship_id == pair).and_then(|row| row.silence_clause);
        let consultation_at = self
            .consultations
            .iter()
            .find(|row| row.relationship_id == pair && row.starts_at > self.built_at)
            .map(|row| row.starts_at);
        let wished_at = row.review_id.and_then(|id| self.reviews.get(&id)).map(|review| review.at);
        let line = Line {
            row,
            section,
            related: related.clone(),
            message,
            clock,
            slot,
            series,
            concern,
            silence_clause,
            wished_at,
            plan_changes,
            proposal,
            item_changes,
            consultation_at,
        };
        Ok(Some((line, judged)))
    }

    /// Whether the provider sees anything of the plan that a line is about.
    fn sees_plan(&self, row: &rows::DigestLine, permit: Permit, now: DateTime<Utc>) -> bool {
        let shared = self.shared.get(&AccountId(row.owner_id));
        shared.is_some_and(|shared| shared.sharing.any_section(permit.account(), now))
    }

    /// The changes that a line tells of, without those of sections which are not shared any longer.
    fn plan_changes(&self, row: &rows::DigestLine, permit: Permit, now: DateTime<Utc>) -> Result<PlanChanges> {
        let (Some(told), Some(shared)) = (&row.plan_changes, self.shared.get(&AccountId(row.owner_id))) else {
            return Ok(PlanChanges::new());
        };
        let mut changes: PlanChanges = serde_json::from_value(told.clone())?;
        let sees = |section: &PlanSection| shared.sharing.section(permit.account(), *section, now).is_some();
        changes.retain(|section, _| sees(section));
        Ok(changes)
    }

    /// How far the provider sees into an owner's things, of the items that lines are about.
    fn sight(&self, owner: AccountId, permit: Permit, now: DateTime<Utc>) -> Option<Sight> {
        let shared = self.shared.get(&owner)?;
        Some(Sight::of(permit.actor(), owner, &shared.sharing, self.items.placed(owner), now))
    }

    fn finds(&self, proposal: &rows::Proposal, permit: Permit, now: DateTime<Utc>) -> Result<bool> {
        let Some(sight) = self.sight(AccountId(proposal.owner_id), permit, now) else { return Ok(false) };
        let decision = sight.on_proposal(OnProposal::See, &proposals::judged(proposal)?);
        Ok(matches!(decision, Decision::Permit(_)))
    }

    /// The changes that a line tells of, without those of items which the provider does not find any longer.
    fn item_changes(&self, row: &rows::DigestLine, permit: Permit, now: DateTime<Utc>) -> Result<ItemChanges> {
        let Some(told) = &row.item_changes else { return Ok(ItemChanges::new()) };
        let Some(sight) = self.sight(AccountId(row.owner_id), permit, now) else { return Ok(ItemChanges::new()) };
        let mut changes: ItemChanges = serde_json::from_value(told.clone())?;
        changes.retain(|id, _| sight.items().contains_key(id));
        Ok(changes)
    }

    /// The concern of a line: by the check-in whose answer opened it, or the silence clause that had
    /// fired last.
    fn concern(&self, row: &rows::DigestLine) -> Option<&rows::Concern> {
        let silence = ConcernKind::SilenceClause.as_str();
        self.concerns.iter().find(|concern| {
            concern.relationship_id == row.relationship_id
                && match (row.slot_id, row.series_id) {
                    (Some(slot), None) => concern.slot_id == Some(slot),
                    _ => concern.kind == silence,
                }
        })
    }
}
