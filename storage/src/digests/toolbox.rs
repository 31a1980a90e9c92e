//! What a digest tells of toolboxes and of proposals: one line for each part of a toolbox in which something changed,
//! with how many, and one for each proposal that was answered.

use super::{Listed, Sharers};
use crate::entity::proposal;
use crate::error::Result;
use crate::relationships::Related;
use crate::toolbox::changes::{self, Around};
use crate::{accounts, proposals, rows};
use chrono::{DateTime, Utc};
use domain::digest::{Candidate, Section};
use domain::ids::{AccountId, OrganisationId, ProposalId};
use domain::item_changes::{ItemChanges, NEWS_FOR, to_tell};
use domain::ownership::Actor;
use domain::policy::{Decision, OnProposal, Sight};
use domain::proposals::ProposalState;
use domain::toolbox::ItemKind;
use domain::words::Module;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Answers and changes that no digest listed yet, where the provider finds what they are about.
pub(super) async fn news(
    db: &impl ConnectionTrait,
    provider: AccountId,
    sharers: &Sharers<'_>,
    listed: &Listed,
    candidates: &mut Vec<Candidate>,
    blank: &impl Fn(Section, &Related, DateTime<Utc>) -> Candidate,
    now: DateTime<Utc>,
) -> Result<()> {
    let owners: Vec<AccountId> = sharers.of_owner.keys().copied().collect();
    let answered = answered(db, provider, &owners, now).await?;
    let named: Vec<Uuid> = answered.iter().filter_map(|row| row.item_id).collect();
    let around = changes::around(db, &owners, now - NEWS_FOR, &named).await?;
    if answered.is_empty() && around.latest().is_empty() {
        return Ok(());
    }
    let Some(account) = accounts::for_machinery(db, provider).await? else { return Ok(()) };
    let reader =
        Actor { account: provider, role: account.role.parse()?, organisation: OrganisationId(account.organisation_id) };
    for row in answered.iter().filter(|row| !listed.proposals.contains(&row.id)) {
        let owner = AccountId(row.owner_id);
        let (Some(related), Some(shared)) = (sharers.of_owner.get(&owner), sharers.shared.get(&owner)) else {
            continue;
        };
        let sight = Sight::of(reader, owner, &shared.sharing, around.placed(owner), now);
        let found = sight.on_proposal(OnProposal::See, &proposals::judged(row)?);
        if let (Decision::Permit(_), Some(at)) = (found, row.answered_at) {
            let proposal = Some(ProposalId(row.id));
            candidates.push(Candidate { proposal, ..blank(Section::ProposalsAnswered, related, at) });
        }
    }
    for (owner, related) in &sharers.of_owner {
        let Some(shared) = sharers.shared.get(owner) else { continue };
        for (module, changes) in by_module(&around, *owner, related) {
            let items = around.placed(*owner);
            let changes = to_tell(&changes, &listed.items, (reader, *owner), &shared.sharing, items, now);
            if let Some(since) = changes.values().map(|change| change.at).min() {
                let line = blank(Section::SharedChanges, related, since);
                candidates.push(Candidate { module: Some(module), item_changes: changes, ..line });
            }
        }
    }
    Ok(())
}

/// The changes of an owner's items since the two began to work together, by the part of the toolbox.
fn by_module(around: &Around, owner: AccountId, related: &Related) -> BTreeMap<Module, ItemChanges> {
    let mut found: BTreeMap<Module, ItemChanges> = BTreeMap::new();
    let kinds: BTreeMap<_, ItemKind> = around.placed(owner).iter().map(|placed| (placed.id, placed.kind)).collect();
    for (id, change) in around.latest().get(&owner).into_iter().flatten() {
        let Some(kind) = kinds.get(id) else { continue };
        if related.row.started_at.is_none_or(|at| at < change.at) {
            found.entry(kind.module()).or_default().insert(*id, *change);
        }
    }
    found
}

/// The provider's proposals that were answered lately.
async fn answered(
    db: &impl ConnectionTrait,
    provider: AccountId,
    owners: &[AccountId],
    now: DateTime<Utc>,
) -> Result<Vec<rows::Proposal>> {
    let states = [ProposalState::Accepted, ProposalState::Edited, ProposalState::Declined];
    Ok(proposal::Entity::find()
        .filter(proposal::Column::AuthorId.eq(provider.0))
        .filter(proposal::Column::OwnerId.is_in(owners.iter().map(|id| id.0)))
        .filter(proposal::Column::State.is_in(states.map(|state| state.as_str())))
        .filter(proposal::Column::AnsweredAt.gt(now - NEWS_FOR))
        .order_by_asc(proposal::Column::AnsweredAt)
        .order_by_asc(proposal::Column::Id)
        .all(db)
        .await?)
}
