//! What a provider says and proposes about what an owner shares.

use super::{Provider, written};
use crate::simulate::fields::{Label, Side};
use crate::simulate::line::{Event, Happening};
use crate::simulate::names::Names;
use crate::simulate::span::in_zone;
use crate::simulate::world::World;
use chrono::{DateTime, TimeDelta, Utc};
use domain::words::{GrantLevel, MessageKind, Module, PlanSection};

impl Provider {
    /// The digest tells that something changed in a part of what `owner` shares; the provider looks, and sometimes has
    /// something to say or to propose, where she may.
    pub(super) fn think_along(
        &mut self,
        part: &str,
        owner: &Label,
        told: DateTime<Utc>,
        world: &World,
        names: &mut Names,
    ) -> Vec<Event> {
        let pair = (owner.clone(), self.label.clone());
        let seen = if part == Module::Goals.as_str() {
            world.goals_seen(&pair)
        } else if part == "plan" && world.has_plan(owner) {
            let section = Label::from(PlanSection::WhatIDo.as_str());
            world.level(&pair, &section).map(|level| (section, level)).into_iter().collect()
        } else {
            Vec::new()
        };
        let number = u32::try_from(seen.len()).unwrap_or(u32::MAX);
        let Some((item, level)) = seen.get(usize::try_from(self.ideas.below(number)).unwrap_or(0)).cloned() else {
            return Vec::new();
        };
        let looked = told + TimeDelta::minutes(self.ideas.between(30, 300).into());
        let Some(at) = self.working_moment(looked) else { return Vec::new() };
        let event = |at, what| Event::new(at, Some(owner), Some(&self.label), what);
        if level >= GrantLevel::Propose && self.ideas.chance(50) {
            // Whoever proposes something says so: the message comes first.
            let says = written(names.message(owner), MessageKind::Info, self.ideas.between(60, 400), None);
            let next = in_zone(self.calendar.zone, at.to_utc() + TimeDelta::minutes(1));
            let proposes = Happening::ProposalMade { proposal: names.of("proposal", owner), item };
            vec![event(at, says), event(next, proposes)]
        } else if level >= GrantLevel::Comment && self.ideas.chance(40) {
            let says = Happening::CommentMade { comment: names.of("comment", owner), item, from: Side::Provider };
            vec![event(at, says)]
        } else {
            Vec::new()
        }
    }

    /// Now and then she thinks better of it.
    pub fn on_own_proposal(&mut self, proposal: &Label, owner: &Label, at: DateTime<Utc>) -> Vec<Event> {
        if !self.ideas.chance(25) {
            return Vec::new();
        }
        let later = at + TimeDelta::days(self.ideas.between(2, 12).into());
        let what = Happening::ProposalWithdrawn { proposal: proposal.clone() };
        self.working_moment(later).map(|at| self.event(at, Some(owner), what)).into_iter().collect()
    }
}
