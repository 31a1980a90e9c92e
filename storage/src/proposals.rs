//! Proposals, sealed with the key of the owner whose things they are about. An owner finds all that were made to her, an
//! author those whose target she finds.

use crate::authorized::{Authorized, permitted};
use crate::connect::{Store, WriteTx};
use crate::entity::{item, proposal};
use crate::error::{Result, StorageError};
use crate::sealed::{DataKey, Place, Scope};
use crate::sight::{self, Seen};
use crate::toolbox::shared::Page;
use crate::{relationships, rows};
use chrono::{DateTime, Utc};
use domain::ids::{AccountId, ItemId, ProposalId, RelationshipId};
use domain::ownership::Actor;
use domain::policy::{self, OnProposal, OnTarget, Permit, Sight};
use domain::proposals::{Patch, ProposalState, Target};
use domain::toolbox::ItemKind;
use domain::words::Module;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// A proposal, opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    pub id: ProposalId,
    pub owner: AccountId,
    pub author: AccountId,
    /// Through which it was made.
    pub relationship: RelationshipId,
    pub target: Target,
    /// Of the item, or of the section by itself.
    pub base_version: i32,
    pub state: ProposalState,
    pub patch: Patch,
    /// What the owner said when she declined.
    pub answer: Option<String>,
    pub created_at: DateTime<Utc>,
    pub answered_at: Option<DateTime<Utc>>,
}

/// What one actor finds, and the items she finds beside it: what is shown may name no others.
#[derive(Clone, Debug)]
pub struct Found<T> {
    pub proposals: T,
    pub items: BTreeMap<ItemId, ItemKind>,
    /// Through which a provider finds it.
    pub relationship: Option<RelationshipId>,
}

/// A proposal as it is made.
#[derive(Clone, Debug)]
pub struct New {
    pub id: ProposalId,
    pub owner: AccountId,
    pub relationship: RelationshipId,
    pub target: Target,
    pub base_version: i32,
    pub patch: Patch,
}

/// Leave for a provider to propose a change of `target`, the items she finds, and through which relationship.
pub async fn leave(
    db: &impl ConnectionTrait,
    actor: Actor,
    owner: AccountId,
    target: Target,
    now: DateTime<Utc>,
) -> Result<Found<Permit>> {
    let Seen { sight, relationship } = sight::of(db, actor, owner, modules(), now).await?;
    let permit = permitted(sight.on_target(OnTarget::Propose, target))?;
    Ok(Found { proposals: permit, items: sight.items().clone(), relationship })
}

/// Makes sure that an item stays until this commit; what is gone is hidden.
pub async fn hold(tx: &WriteTx, target: Target) -> Result<()> {
    let Target::Item(id) = target else { return Ok(()) };
    let live = item::Entity::find_by_id(id.0).filter(item::Column::DeletedAt.is_null());
    live.lock_exclusive().one(&**tx).await?.map(|_| ()).ok_or(StorageError::Hidden)
}

/// Writes a proposal down; `Duplicate` if its author has another one about the same waiting.
pub async fn make(tx: &WriteTx, key: &DataKey, permit: Permit, new: &New, now: DateTime<Utc>) -> Result<()> {
    let (item, section) = columns(new.target);
    let row = proposal::ActiveModel {
        id: Set(new.id.0),
        owner_id: Set(new.owner.0),
        author_id: Set(permit.account().0),
        relationship_id: Set(new.relationship.0),
        item_id: Set(item),
        section: Set(section),
        base_version: Set(new.base_version),
        state: Set(ProposalState::Open.to_string()),
        body: Set(key.seal(body(new.id.0), &serde_json::to_vec(&new.patch)?)?),
        answer: Set(None),
        created_at: Set(now),
        answered_at: Set(None),
    };
    proposal::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// A page of the proposals to `owner` that `actor` finds, newest first. An owner who does not exist and one with whom
/// the actor does not work are one: hidden, after the same questions to the database.
pub async fn page(
    store: &Store,
    db: &impl ConnectionTrait,
    actor: Actor,
    owner: AccountId,
    state: Option<ProposalState>,
    page: Page,
    now: DateTime<Utc>,
) -> Result<Found<Vec<Authorized<Proposal>>>> {
    let which = page.older(proposal::Column::CreatedAt, proposal::Column::Id);
    those(store, db, actor, owner, state, which, page.limit, now).await
}

/// Those among some proposals that `actor` finds.
pub async fn among(
    store: &Store,
    db: &impl ConnectionTrait,
    actor: Actor,
    owner: AccountId,
    ids: &BTreeSet<Uuid>,
    now: DateTime<Utc>,
) -> Result<Found<Vec<Authorized<Proposal>>>> {
    let which = Condition::all().add(proposal::Column::Id.is_in(ids.iter().copied()));
    those(store, db, actor, owner, None, which, u64::from(u32::MAX), now).await
}

#[expect(clippy::too_many_arguments, reason = "what both questions have in common, and nothing else")]
async fn those(
    store: &Store,
    db: &impl ConnectionTrait,
    actor: Actor,
    owner: AccountId,
    state: Option<ProposalState>,
    which: Condition,
    limit: u64,
    now: DateTime<Utc>,
) -> Result<Found<Vec<Authorized<Proposal>>>> {
    let seen = sight::of(db, actor, owner, modules(), now).await?;
    let mut query = proposal::Entity::find()
        .filter(proposal::Column::OwnerId.eq(owner.0))
        .filter(seen.about_found(proposal::Column::ItemId, proposal::Column::Section));
    if let Some(state) = state {
        query = query.filter(proposal::Column::State.eq(state.as_str()));
    }
    let mine = matches!(policy::on_own(actor, policy::OnOwn::OwnersLife, owner), policy::Decision::Permit(_));
    if !mine {
        query = query.filter(proposal::Column::AuthorId.eq(actor.account.0));
    }
    let rows = query
        .filter(which)
        .order_by_desc(proposal::Column::CreatedAt)
        .order_by_desc(proposal::Column::Id)
        .limit(limit)
        .all(db)
        .await?;
    let Seen { sight, relationship } = seen;
    if relationship.is_none() && !mine {
        return Err(StorageError::Hidden);
    }
    let mut proposals = Vec::with_capacity(rows.len());
    if !rows.is_empty() {
        let key = store.sealer.key(Scope::Owner(owner)).await?;
        for row in rows {
            proposals.push(authorized(&key, &sight, OnProposal::See, row)?);
        }
    }
    Ok(Found { proposals, items: sight.items().clone(), relationship })
}

/// One proposal for this actor and action; one that is hidden and one that was never made are the same.
pub async fn one(
    store: &Store,
    db: &impl ConnectionTrait,
    actor: Actor,
    action: OnProposal,
    id: ProposalId,
    now: DateTime<Utc>,
) -> Result<Found<Authorized<Proposal>>> {
    let row = proposal::Entity::find_by_id(id.0).one(db).await?;
    let owner = AccountId(row.as_ref().map_or(Uuid::nil(), |row| row.owner_id));
    let Seen { sight, relationship } = sight::of(db, actor, owner, modules(), now).await?;
    let row = row.ok_or(StorageError::Hidden)?;
    // Whoever may not have it costs no key.
    permitted(sight.on_proposal(action, &judged(&row)?))?;
    let key = store.sealer.key(Scope::Owner(owner)).await?;
    Ok(Found { proposals: authorized(&key, &sight, action, row)?, items: sight.items().clone(), relationship })
}

/// Whether anybody's proposal has this id.
pub async fn exists(db: &impl ConnectionTrait, id: ProposalId) -> Result<bool> {
    Ok(proposal::Entity::find_by_id(id.0).one(db).await?.is_some())
}

/// Settles an open proposal; `false`: somebody was faster.
pub async fn settle(
    tx: &WriteTx,
    key: &DataKey,
    proposal: &Authorized<Proposal>,
    state: ProposalState,
    said: Option<&str>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let said = said.map(|said| key.seal(answer(proposal.id.0), said.as_bytes())).transpose()?;
    let changed = proposal::Entity::update_many()
        .col_expr(proposal::Column::State, Expr::value(state.as_str()))
        .col_expr(proposal::Column::Answer, Expr::value(said))
        .col_expr(proposal::Column::AnsweredAt, Expr::value(now))
        .filter(proposal::Column::Id.eq(proposal.id.0))
        .filter(proposal::Column::State.eq(ProposalState::Open.as_str()))
        .exec(&**tx)
        .await?;
    Ok(changed.rows_affected == 1)
}

/// Items are gone, and so is what was proposed about them. Gives the proposals that were waiting.
pub async fn forget(tx: &WriteTx, items: &[ItemId]) -> Result<Vec<ProposalId>> {
    let about = proposal::Column::ItemId.is_in(items.iter().map(|id| id.0));
    let open: Vec<Uuid> = proposal::Entity::find()
        .select_only()
        .column(proposal::Column::Id)
        .filter(about.clone())
        .filter(proposal::Column::State.eq(ProposalState::Open.as_str()))
        .order_by_asc(proposal::Column::Id)
        .into_tuple()
        .all(&**tx)
        .await?;
    proposal::Entity::delete_many().filter(about).exec(&**tx).await?;
    Ok(open.into_iter().map(ProposalId).collect())
}

/// The proposals that wait for the permit holder, oldest first: which, by whom, since when, through what.
pub async fn waiting(db: &impl ConnectionTrait, permit: Permit) -> Result<Vec<Waiting>> {
    type Row = (Uuid, Uuid, Uuid, DateTime<Utc>);
    let rows: Vec<Row> = proposal::Entity::find()
        .select_only()
        .columns([
            proposal::Column::Id,
            proposal::Column::AuthorId,
            proposal::Column::RelationshipId,
            proposal::Column::CreatedAt,
        ])
        .filter(proposal::Column::OwnerId.eq(permit.account().0))
        .filter(proposal::Column::State.eq(ProposalState::Open.as_str()))
        .order_by_asc(proposal::Column::CreatedAt)
        .order_by_asc(proposal::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    let waiting = |(id, author, relationship, since)| Waiting {
        id: ProposalId(id),
        author: AccountId(author),
        relationship: RelationshipId(relationship),
        since,
    };
    Ok(rows.into_iter().map(waiting).collect())
}

/// A proposal that waits for its owner's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub id: ProposalId,
    pub author: AccountId,
    pub relationship: RelationshipId,
    pub since: DateTime<Utc>,
}

/// What the policy is to be asked about a row.
pub(crate) fn judged(row: &rows::Proposal) -> Result<policy::Proposal> {
    Ok(policy::Proposal { author: AccountId(row.author_id), target: target(row.item_id, row.section.as_deref())? })
}

pub(crate) fn target(item: Option<Uuid>, section: Option<&str>) -> Result<Target> {
    match (item, section) {
        (Some(id), None) => Ok(Target::Item(ItemId(id))),
        (None, Some(section)) => Ok(Target::Section(section.parse()?)),
        _ => Err(StorageError::Corrupt("about nothing, or about two things".into())),
    }
}

pub(crate) fn columns(target: Target) -> (Option<Uuid>, Option<String>) {
    match target {
        Target::Item(id) => (Some(id.0), None),
        Target::Section(section) => (None, Some(section.to_string())),
    }
}

/// Where goals and steps lie, and what they may name.
fn modules() -> Condition {
    let words = [Module::Goals, Module::LifeDomains].map(|module| module.as_str());
    Condition::all().add(item::Column::Module.is_in(words))
}

fn authorized(key: &DataKey, sight: &Sight, action: OnProposal, row: rows::Proposal) -> Result<Authorized<Proposal>> {
    let judged = judged(&row)?;
    let opened = Proposal {
        id: ProposalId(row.id),
        owner: AccountId(row.owner_id),
        author: judged.author,
        relationship: RelationshipId(row.relationship_id),
        target: judged.target,
        base_version: row.base_version,
        state: row.state.parse()?,
        patch: serde_json::from_slice(&key.open(body(row.id), &row.body)?)?,
        answer: row.answer.map(|said| key.open_text(answer(row.id), &said)).transpose()?,
        created_at: row.created_at,
        answered_at: row.answered_at,
    };
    Authorized::by(sight.on_proposal(action, &judged), opened)
}

fn body(id: Uuid) -> Place {
    Place::new("proposal.body", id)
}

fn answer(id: Uuid) -> Place {
    Place::new("proposal.answer", id)
}

/// The relationship of a proposal, for those who are to be told.
pub async fn related(
    db: &impl ConnectionTrait,
    id: RelationshipId,
    now: DateTime<Utc>,
) -> Result<relationships::Related> {
    relationships::for_machinery(db, id, now)
        .await?
        .ok_or_else(|| StorageError::Corrupt("a proposal through no relationship".into()))
}
