//! What the owners of a run keep, whom they share it with, and what was proposed and said about it: as much of it as
//! decides what can still happen.

use super::Pair;
use crate::simulate::fields::{Label, Side};
use crate::simulate::line::{Event, Happening};
use domain::toolbox::ItemKind;
use domain::words::{GrantLevel, Module, PlanSection};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Debug, Default)]
pub(super) struct Toolboxes {
    items: BTreeMap<Label, Item>,
    shared: BTreeMap<(Pair, Label), GrantLevel>,
    kept_private: BTreeSet<(Pair, Label)>,
    /// Those that wait for an answer.
    open: BTreeMap<Label, Proposal>,
    /// Every name that was given to a proposal or a comment.
    named: BTreeSet<Label>,
    /// Comments of providers that the owner has not hidden, and what they stand beside.
    comments: BTreeMap<Label, Label>,
}

#[derive(Clone, Debug)]
struct Item {
    owner: Label,
    kind: ItemKind,
    under: Option<Label>,
    draft: bool,
}

#[derive(Clone, Debug)]
struct Proposal {
    pair: Pair,
    item: Label,
}

impl Toolboxes {
    /// Whether the owner shares anything of her plan with anybody.
    pub fn shares_plan(&self, owner: &Label) -> bool {
        self.shared.keys().any(|((of, _), subject)| of == owner && is_of_plan(subject))
    }

    /// What a provider sees of an owner's goals and steps, with how far she may go, in the order of their names.
    pub fn goals_seen(&self, pair: &Pair) -> Vec<(Label, GrantLevel)> {
        let of_goals = |item: &Item| item.owner == pair.0 && item.kind.module() == Module::Goals;
        let mine = self.items.iter().filter(|(_, item)| of_goals(item));
        mine.filter_map(|(label, _)| Some((label.clone(), self.level(pair, label)?))).collect()
    }

    /// How far a provider may go with an item or a section of the plan; `None`: she does not find it.
    pub fn level(&self, pair: &Pair, target: &Label) -> Option<GrantLevel> {
        let Some(item) = self.items.get(target) else {
            let section: PlanSection = target.as_str().parse().ok()?;
            let about = [section.as_str(), Module::CrisisPlan.as_str()].map(Label::from);
            return about.iter().find_map(|subject| self.shared.get(&(pair.clone(), subject.clone())).copied());
        };
        if item.draft || item.owner != pair.0 {
            return None;
        }
        // Whoever does not find what it lies under does not find it.
        if let Some(under) = &item.under {
            self.level(pair, under)?;
        }
        let mut nearest = Some(target);
        while let Some(subject) = nearest {
            let about = (pair.clone(), subject.clone());
            if self.kept_private.contains(&about) {
                return None;
            }
            if let Some(level) = self.shared.get(&about) {
                return Some(*level);
            }
            nearest = self.items.get(subject).and_then(|item| item.under.as_ref());
        }
        let module = Label::from(item.kind.module().as_str());
        self.shared.get(&(pair.clone(), module)).copied()
    }

    /// Whether something of the toolbox can happen between two who work together; `None`: it is about other things.
    pub fn allows(&self, event: &Event, pair: Option<&Pair>) -> Option<bool> {
        Some(match &event.what {
            Happening::ItemChanged { item, item_kind, under, .. } => {
                let owner = event.owner.as_ref();
                let of_hers = |label: &Label| self.items.get(label).is_some_and(|item| Some(&item.owner) == owner);
                let as_before = |known: &Item| Some(&known.owner) == owner && known.kind == *item_kind;
                self.items.get(item).map_or_else(|| under.as_ref().is_none_or(of_hers), as_before)
            }
            Happening::ItemDeleted { item } => {
                self.items.get(item).is_some_and(|item| Some(&item.owner) == event.owner.as_ref())
            }
            Happening::Grant { subject, .. } => {
                pair.is_some_and(|pair| self.can_be_shared(subject) && !self.is_shared(pair, subject))
            }
            Happening::Revoke { subject } => pair.is_some_and(|pair| self.is_shared(pair, subject)),
            Happening::KeptPrivate { subject } => {
                let known = self.can_be_shared(subject);
                pair.is_some_and(|pair| known && !self.kept_private.contains(&(pair.clone(), subject.clone())))
            }
            Happening::ProposalMade { proposal, item } => {
                let waits = |pair: &Pair| self.open.values().any(|open| open.pair == *pair && open.item == *item);
                !self.named.contains(proposal)
                    && pair.is_some_and(|pair| self.level(pair, item) >= Some(GrantLevel::Propose) && !waits(pair))
            }
            Happening::ProposalAnswered { proposal, .. } => self.open.contains_key(proposal),
            Happening::ProposalWithdrawn { proposal } => {
                self.open.get(proposal).is_some_and(|open| self.level(&open.pair, &open.item).is_some())
            }
            Happening::CommentMade { comment, item, from } => {
                let hers = self.items.contains_key(item);
                let may = |pair| self.level(pair, item) >= Some(GrantLevel::Comment);
                !self.named.contains(comment) && if *from == Side::Owner { hers } else { pair.is_some_and(may) }
            }
            Happening::CommentHidden { comment } => self.comments.contains_key(comment),
            _ => return None,
        })
    }

    pub fn note(&mut self, event: &Event, pair: Option<Pair>) {
        match &event.what {
            Happening::ItemChanged { item, item_kind, under, draft, .. } => {
                if let Some(known) = self.items.get_mut(item) {
                    known.draft = draft.unwrap_or(known.draft);
                } else if let Some(owner) = event.owner.clone() {
                    // A run stands beside its exercise.
                    let under = under.clone().filter(|_| *item_kind != ItemKind::ExerciseRun);
                    let new = Item { owner, kind: *item_kind, under, draft: draft.unwrap_or(false) };
                    self.items.insert(item.clone(), new);
                }
            }
            Happening::ItemDeleted { item } => self.forget(item),
            Happening::Grant { subject, level } => {
                self.shared.extend(pair.map(|pair| ((pair, subject.clone()), *level)));
            }
            Happening::Revoke { subject } => {
                if let Some(pair) = pair {
                    self.shared.remove(&(pair, subject.clone()));
                }
            }
            Happening::KeptPrivate { subject } => self.kept_private.extend(pair.map(|pair| (pair, subject.clone()))),
            Happening::ProposalMade { proposal, item } => {
                self.named.insert(proposal.clone());
                self.open.extend(pair.map(|pair| (proposal.clone(), Proposal { pair, item: item.clone() })));
            }
            Happening::ProposalAnswered { proposal, .. } | Happening::ProposalWithdrawn { proposal } => {
                self.open.remove(proposal);
            }
            Happening::CommentMade { comment, item, from } => {
                self.named.insert(comment.clone());
                if *from == Side::Provider {
                    self.comments.insert(comment.clone(), item.clone());
                }
            }
            Happening::CommentHidden { comment } => {
                self.comments.remove(comment);
            }
            _ => {}
        }
    }

    fn is_shared(&self, pair: &Pair, subject: &Label) -> bool {
        self.shared.contains_key(&(pair.clone(), subject.clone()))
    }

    fn can_be_shared(&self, subject: &Label) -> bool {
        let word = subject.as_str();
        self.items.contains_key(subject) || word.parse::<Module>().is_ok() || word.parse::<PlanSection>().is_ok()
    }

    /// An item is gone, with what lies under it and what was proposed and said about any of it.
    fn forget(&mut self, item: &Label) {
        let mut gone = vec![item.clone()];
        while let Some(label) = gone.pop() {
            self.items.remove(&label);
            self.open.retain(|_, open| open.item != label);
            self.comments.retain(|_, item| *item != label);
            let under = self.items.iter().filter(|(_, item)| item.under.as_ref() == Some(&label));
            gone.extend(under.map(|(label, _)| label.clone()));
        }
    }
}

fn is_of_plan(subject: &Label) -> bool {
    subject.as_str() == Module::CrisisPlan.as_str() || subject.as_str().parse::<PlanSection>().is_ok()
}
