//! Who may propose and comment, and who finds what was proposed and said. What lies beside a target is found only
//! where the target is.

use super::{Decision, on_items, on_section, permit, permit_if};
use crate::ids::{AccountId, ItemId};
use crate::ownership::{Actor, Sharing};
use crate::proposals::Target;
use crate::toolbox::{ItemKind, Placed};
use crate::words;
use crate::words::{GrantLevel, PlanSection, Role};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

words! {
    /// What can be done with an item or a section as a whole.
    OnTarget { See = "see", Comment = "comment", Propose = "propose" }
    /// What can be done with a proposal.
    OnProposal {
        See = "see",
        /// Accepting, with or without changes, and declining.
        Answer = "answer",
        Withdraw = "withdraw",
    }
    /// What can be done with a comment.
    OnComment {
        See = "see",
        /// Keeping it from everybody else, and showing it again.
        Hide = "hide",
        /// For good.
        TakeBack = "take_back",
    }
}

/// A proposal as far as deciding needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proposal {
    pub author: AccountId,
    pub target: Target,
}

/// A comment as far as deciding needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment {
    pub author: AccountId,
    pub target: Target,
    pub hidden: bool,
}

/// How far one actor sees into one owner's toolbox and plan, at one moment.
#[derive(Clone, Debug)]
pub struct Sight {
    actor: Actor,
    mine: bool,
    levels: BTreeMap<Target, GrantLevel>,
    items: BTreeMap<ItemId, ItemKind>,
}

impl Sight {
    /// `items` must hold whatever the items asked about rest on. The owner herself has every level of everything.
    pub fn of(actor: Actor, owner: AccountId, sharing: &Sharing, items: &[Placed], now: DateTime<Utc>) -> Self {
        let seen = on_items(actor, owner, sharing, items, now);
        let items = items.iter().filter(|item| seen.contains_key(&item.id)).map(|item| (item.id, item.kind)).collect();
        let mut levels: BTreeMap<Target, GrantLevel> =
            seen.into_iter().map(|(id, (level, _))| (Target::Item(id), level)).collect();
        for section in PlanSection::ALL {
            let has = |level: &&GrantLevel| {
                matches!(on_section(actor, owner, sharing, *section, **level, now), Decision::Permit(_))
            };
            if let Some(level) = GrantLevel::ALL.iter().rev().find(has) {
                levels.insert(Target::Section(*section), *level);
            }
        }
        Self { actor, mine: actor.account == owner && actor.role == Role::ServiceUser, levels, items }
    }

    /// Up to which level the actor sees a target; `None`: not at all.
    pub fn level(&self, target: Target) -> Option<GrantLevel> {
        self.levels.get(&target).copied()
    }

    /// The items the actor finds.
    pub fn items(&self) -> &BTreeMap<ItemId, ItemKind> {
        &self.items
    }

    /// The targets that the actor finds, items first; `None`: she is the owner, and finds whatever there is.
    pub fn found(&self) -> Option<impl Iterator<Item = Target> + '_> {
        (!self.mine).then(|| self.levels.keys().copied())
    }

    /// Whether the actor may see a target, say something beside it, or propose a change of it. The owner proposes
    /// nothing to herself.
    pub fn on_target(&self, action: OnTarget, target: Target) -> Decision {
        let Some(level) = self.level(target) else { return Decision::Hidden };
        match action {
            OnTarget::See => permit(self.actor),
            OnTarget::Comment => permit_if(self.actor, level >= GrantLevel::Comment),
            OnTarget::Propose => permit_if(self.actor, !self.mine && level >= GrantLevel::Propose),
        }
    }

    /// A proposal is between the owner and its author, and its author finds it only where she finds its target.
    pub fn on_proposal(&self, action: OnProposal, proposal: &Proposal) -> Decision {
        let hers = proposal.author == self.actor.account;
        if self.level(proposal.target).is_none() || !(self.mine || hers) {
            return Decision::Hidden;
        }
        match action {
            OnProposal::See => permit(self.actor),
            OnProposal::Answer => permit_if(self.actor, self.mine),
            OnProposal::Withdraw => permit_if(self.actor, hers && !self.mine),
        }
    }

    /// A comment is found by everybody who finds its target. One that the owner hid is hers alone, and its author is
    /// not told.
    pub fn on_comment(&self, action: OnComment, comment: &Comment) -> Decision {
        if self.level(comment.target).is_none() || (comment.hidden && !self.mine) {
            return Decision::Hidden;
        }
        match action {
            OnComment::See => permit(self.actor),
            OnComment::Hide => permit_if(self.actor, self.mine),
            OnComment::TakeBack => permit_if(self.actor, comment.author == self.actor.account),
        }
    }
}
