//! What a digest tells of toolboxes and of proposals: one line for each part of a toolbox in which something changed,
//! with how many, and one for each proposal that was answered.

use super::lines::Lines;
use crate::error::Result;
use crate::proposals;
use crate::relationships::Related;
use crate::toolbox::changes::Around;
use domain::digest::{Candidate, Section};
use domain::ids::{AccountId, ProposalId};
use domain::item_changes::{ItemChanges, to_tell};
use domain::policy::{Decision, OnProposal, Sight};
use domain::toolbox::ItemKind;
use domain::words::Module;
use std::collections::BTreeMap;

/// Answers and changes that no digest listed yet, where the provider finds what they are about.
pub(super) fn news(lines: &mut Lines<'_>) -> Result<()> {
    answered(lines)?;
    changed(lines);
    Ok(())
}

fn answered(lines: &mut Lines<'_>) -> Result<()> {
    let (matter, reader) = (lines.matter, lines.reader);
    for row in matter.proposals.get(&lines.provider()).into_iter().flatten() {
        let owner = AccountId(row.owner_id);
        let (Some(related), Some(shared)) = (lines.of_owner.get(&owner), lines.shared(owner)) else { continue };
        if lines.listed.proposals.contains(&row.id) {
            continue;
        }
        let sight = Sight::of(reader, owner, &shared.sharing, matter.around.placed(owner), lines.now);
        let found = sight.on_proposal(OnProposal::See, &proposals::judged(row)?);
        if let (Decision::Permit(_), Some(at)) = (found, row.answered_at) {
            let line = lines.blank(Section::ProposalsAnswered, related, at);
            lines.candidates.push(Candidate { proposal: Some(ProposalId(row.id)), ..line });
        }
    }
    Ok(())
}

fn changed(lines: &mut Lines<'_>) {
    let (matter, reader) = (lines.matter, lines.reader);
    for (owner, related) in &lines.of_owner {
        let Some(shared) = lines.shared(*owner) else { continue };
        for (module, changes) in by_module(&matter.around, *owner, related) {
            let items = matter.around.placed(*owner);
            let changes = to_tell(&changes, &lines.listed.items, (reader, *owner), &shared.sharing, items, lines.now);
            if let Some(since) = changes.values().map(|change| change.at).min() {
                let line = lines.blank(Section::SharedChanges, related, since);
                lines.candidates.push(Candidate { module: Some(module), item_changes: changes, ..line });
            }
        }
    }
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
