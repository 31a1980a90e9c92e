//! What an account keeps for itself, and what the two sides agreed.

use super::{Glimpse, Looking, Seen};
use crate::among::among;
use crate::entity::{
    agreement_acceptance, agreement_version, comment, draft, item, joint_note, plan, plan_change, proposal,
};
use crate::error::Result;
use crate::proposals::target;
use crate::{joint_notes, rows};
use chrono::{DateTime, Utc};
use domain::ids::{AccountId, ItemId};
use domain::policy::{self, Decision, InRelationship, OnComment, OnOwn, OnProposal, Permit, Sight};
use domain::proposals::Target;
use domain::sync::{Stamp, SyncKind};
use domain::toolbox::Placed;
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Select};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// An item without a word of it.
#[derive(Debug, FromQueryResult)]
pub(super) struct ItemHeader {
    pub id: Uuid,
    pub owner_id: Uuid,
    kind: String,
    parent_id: Option<Uuid>,
    other_id: Option<Uuid>,
    draft: bool,
    pub version: i32,
    pub created_at: DateTime<Utc>,
}

impl ItemHeader {
    pub fn placed(&self) -> Result<Placed> {
        Ok(Placed {
            id: ItemId(self.id),
            kind: self.kind.parse()?,
            parent: self.parent_id.map(ItemId),
            other: self.other_id.map(ItemId),
            draft: self.draft,
        })
    }
}

pub(super) async fn items(looking: &Looking<'_>, owners: &[Uuid]) -> Result<Vec<ItemHeader>> {
    Ok(item::Entity::find()
        .select_only()
        .columns([
            item::Column::Id,
            item::Column::OwnerId,
            item::Column::Kind,
            item::Column::ParentId,
            item::Column::OtherId,
            item::Column::Draft,
            item::Column::Version,
            item::Column::CreatedAt,
        ])
        .filter(among(item::Column::OwnerId, owners))
        .filter(item::Column::DeletedAt.is_null())
        .order_by_asc(item::Column::Id)
        .into_model::<ItemHeader>()
        .all(looking.tx)
        .await?)
}

/// How often each section of these owners' plans was changed, and when last.
pub(super) async fn sections(
    looking: &Looking<'_>,
    owners: &[Uuid],
) -> Result<BTreeMap<Uuid, BTreeMap<String, (i32, DateTime<Utc>)>>> {
    let rows = plan_change::Entity::find()
        .find_also_related(plan::Entity)
        .filter(among(plan::Column::OwnerId, owners))
        .order_by_asc(plan_change::Column::PlanId)
        .order_by_asc(plan_change::Column::Section)
        .all(looking.tx)
        .await?;
    let mut found: BTreeMap<Uuid, BTreeMap<String, (i32, DateTime<Utc>)>> = BTreeMap::new();
    for (row, plan) in rows {
        let Some(plan) = plan else { continue };
        found.entry(plan.owner_id).or_default().insert(row.section, (row.number, row.at));
    }
    Ok(found)
}

/// What is proposed about an owner's things, or said beside them, without a word of it.
#[derive(Debug, FromQueryResult)]
pub(super) struct Beside {
    pub id: Uuid,
    pub owner_id: Uuid,
    pub author_id: Uuid,
    item_id: Option<Uuid>,
    section: Option<String>,
    created_at: DateTime<Utc>,
    /// When it was answered, or hidden.
    settled_at: Option<DateTime<Utc>>,
}

impl Beside {
    fn target(&self) -> Result<Target> {
        target(self.item_id, self.section.as_deref())
    }
}

pub(super) async fn proposals(looking: &Looking<'_>, which: Select<proposal::Entity>) -> Result<Vec<Beside>> {
    Ok(which
        .select_only()
        .columns([
            proposal::Column::Id,
            proposal::Column::OwnerId,
            proposal::Column::AuthorId,
            proposal::Column::ItemId,
            proposal::Column::Section,
            proposal::Column::CreatedAt,
        ])
        .column_as(proposal::Column::AnsweredAt, "settled_at")
        .order_by_asc(proposal::Column::Id)
        .into_model::<Beside>()
        .all(looking.tx)
        .await?)
}

pub(super) async fn comments(looking: &Looking<'_>, owners: &[Uuid]) -> Result<Vec<Beside>> {
    Ok(comment::Entity::find()
        .select_only()
        .columns([
            comment::Column::Id,
            comment::Column::OwnerId,
            comment::Column::AuthorId,
            comment::Column::ItemId,
            comment::Column::Section,
            comment::Column::CreatedAt,
        ])
        .column_as(comment::Column::HiddenAt, "settled_at")
        .filter(among(comment::Column::OwnerId, owners))
        .order_by_asc(comment::Column::Id)
        .into_model::<Beside>()
        .all(looking.tx)
        .await?)
}

/// Adds those that are found where their targets are. `stands` is how a target stands, where the answer says so too, or
/// hangs on it.
pub(super) async fn beside(
    looking: &Looking<'_>,
    sights: &BTreeMap<Uuid, Sight>,
    proposals: &[Beside],
    comments: &[Beside],
    stands: impl Fn(SyncKind, Uuid, Target) -> Option<Stamp>,
    seen: &mut Seen,
) -> Result<()> {
    let named: BTreeSet<Uuid> =
        proposals.iter().chain(comments).flat_map(|row| [row.owner_id, row.author_id]).collect();
    let people = looking.people(named).await?;
    let all = proposals.iter().map(|row| (SyncKind::Proposal, row));
    for (kind, row) in all.chain(comments.iter().map(|row| (SyncKind::Comment, row))) {
        let Some(sight) = sights.get(&row.owner_id) else { continue };
        let (author, target) = (AccountId(row.author_id), row.target()?);
        let decision = if kind == SyncKind::Proposal {
            sight.on_proposal(OnProposal::See, &policy::Proposal { author, target })
        } else {
            let hidden = row.settled_at.is_some();
            sight.on_comment(OnComment::See, &policy::Comment { author, target, hidden })
        };
        if !matches!(decision, Decision::Permit(_)) {
            continue;
        }
        let names = (people.name(row.owner_id), people.name(row.author_id));
        let stamp = Stamp::of(&(row.settled_at, names, stands(kind, row.owner_id, target)));
        seen.sealed.push(Glimpse { name: (kind, row.id), within: row.owner_id, at: row.created_at, stamp });
    }
    Ok(())
}

/// What applies, and what was drafted since.
pub(super) async fn agreements(looking: &Looking<'_>, seen: &mut Seen) -> Result<()> {
    let ids = looking.those(InRelationship::SeeAgreement);
    let rows = agreement_version::Entity::find()
        .filter(among(agreement_version::Column::RelationshipId, &ids))
        .filter(agreement_version::Column::SupersededAt.is_null())
        .order_by_asc(agreement_version::Column::RelationshipId)
        .order_by_asc(agreement_version::Column::Number)
        .all(looking.tx)
        .await?;
    let in_force: BTreeMap<Uuid, i32> =
        rows.iter().filter(|row| row.in_force_at.is_some()).map(|row| (row.relationship_id, row.number)).collect();
    let since = |row: &rows::AgreementVersion| in_force.get(&row.relationship_id).is_none_or(|it| row.number >= *it);
    let rows: Vec<_> = rows.into_iter().filter(since).collect();
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let accepted = agreement_acceptance::Entity::find()
        .filter(among(agreement_acceptance::Column::VersionId, &ids))
        .order_by_asc(agreement_acceptance::Column::AcceptedAt)
        .order_by_asc(agreement_acceptance::Column::AccountId)
        .all(looking.tx)
        .await?;
    let people = looking.people(rows.iter().map(|row| row.drafted_by).collect()).await?;
    for row in &rows {
        let accepted: Vec<_> = accepted
            .iter()
            .filter(|entry| entry.version_id == row.id)
            .map(|entry| (entry.account_id, entry.accepted_at))
            .collect();
        let stamp = Stamp::of(&(&row.hash, row.in_force_at, accepted, people.name(row.drafted_by)));
        let name = (SyncKind::Agreement, row.id);
        seen.sealed.push(Glimpse { name, within: row.relationship_id, at: row.created_at, stamp });
    }
    seen.agreements = rows;
    Ok(())
}

pub(super) async fn drafts(looking: &Looking<'_>, seen: &mut Seen) -> Result<()> {
    let Some(permit) = looking.own(OnOwn::Drafts) else { return Ok(()) };
    let rows: Vec<(Uuid, Uuid, DateTime<Utc>, i32)> = draft::Entity::find()
        .select_only()
        .columns([draft::Column::Id, draft::Column::RelationshipId, draft::Column::CreatedAt, draft::Column::Version])
        .filter(draft::Column::AuthorId.eq(permit.account().0))
        .order_by_asc(draft::Column::Id)
        .into_tuple()
        .all(looking.tx)
        .await?;
    seen.sealed.extend(rows.into_iter().map(|(id, within, at, version)| Glimpse {
        name: (SyncKind::Draft, id),
        within,
        at,
        stamp: Stamp::of(&version),
    }));
    Ok(())
}

/// An owner's plan, toolbox, notes, and what lies beside them.
pub(super) async fn owners(looking: &Looking<'_>, permit: Permit, seen: &mut Seen) -> Result<()> {
    let mine = permit.account();
    // Before the first word there is a plan that holds nothing.
    let plan = plan::Entity::find().filter(plan::Column::OwnerId.eq(mine.0)).one(looking.tx).await?;
    let stamp = Stamp::of(&plan.as_ref().map(|plan| (plan.id, plan.version)));
    let at = plan.map_or(looking.since, |plan| plan.edited_at);
    seen.sealed.push(Glimpse { name: (SyncKind::CrisisPlan, mine.0), within: mine.0, at, stamp });

    let items = items(looking, &[mine.0]).await?;
    let placed: Vec<Placed> = items.iter().map(ItemHeader::placed).collect::<Result<_>>()?;
    seen.items = items.iter().map(|item| item.id).collect();
    seen.sealed.extend(items.iter().map(|item| Glimpse {
        name: (SyncKind::Item, item.id),
        within: mine.0,
        at: item.created_at,
        stamp: Stamp::of(&item.version),
    }));

    let sight = Sight::of(looking.actor, mine, &domain::ownership::Sharing::default(), &placed, looking.now);
    let versions: BTreeMap<Uuid, i32> = items.iter().map(|item| (item.id, item.version)).collect();
    let sections = sections(looking, &[mine.0]).await?.remove(&mine.0).unwrap_or_default();
    let stands = |kind: SyncKind, _: Uuid, target: Target| match (kind, target) {
        (SyncKind::Proposal, Target::Item(id)) => Some(Stamp::of(&versions.get(&id.0))),
        (SyncKind::Proposal, Target::Section(section)) => Some(Stamp::of(&sections.get(section.as_str()))),
        _ => None,
    };
    let sights = BTreeMap::from([(mine.0, sight)]);
    let received = proposals(looking, proposal::Entity::find().filter(proposal::Column::OwnerId.eq(mine.0))).await?;
    let said = comments(looking, &[mine.0]).await?;
    beside(looking, &sights, &received, &said, stands, seen).await?;
    notes(looking, permit, seen).await
}

async fn notes(looking: &Looking<'_>, permit: Permit, seen: &mut Seen) -> Result<()> {
    let rows: Vec<(Uuid, Uuid, DateTime<Utc>, i32)> = joint_notes::of_owner(permit.account())
        .select_only()
        .columns([
            joint_note::Column::Id,
            joint_note::Column::SessionId,
            joint_note::Column::CreatedAt,
            joint_note::Column::Version,
        ])
        .order_by_asc(joint_note::Column::Id)
        .into_tuple()
        .all(looking.tx)
        .await?;
    seen.sealed.extend(rows.into_iter().map(|(id, within, at, version)| Glimpse {
        name: (SyncKind::JointNote, id),
        within,
        at,
        stamp: Stamp::of(&version),
    }));
    Ok(())
}
