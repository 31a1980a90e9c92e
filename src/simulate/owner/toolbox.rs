//! What an owner keeps in her toolbox over a half-year, whom she shares it with, and how she answers what is proposed.

use super::Owner;
use crate::simulate::fields::{Label, ProposalAnswer, Side};
use crate::simulate::line::{Event, Happening};
use crate::simulate::names::Names;
use crate::simulate::span::{Span, plus_days};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::toolbox::{GoalState, ItemKind};
use domain::words::{GrantLevel, Module};

impl Owner {
    /// What she puts into her own words, and what of it her providers see. One in five leaves it all empty.
    pub fn plan_toolbox(&mut self, span: &Span, providers: &[Label], names: &mut Names) -> Vec<Event> {
        let mut events = Vec::new();
        if !self.leisure.chance(80) {
            return events;
        }
        for _ in 0..self.leisure.between(1, 3) {
            self.keep_domain(span, names, &mut events);
        }
        let mut goals = Vec::new();
        for _ in 0..self.leisure.between(1, 3) {
            let early = plus_days(span.start, self.leisure.between(1, 25).into());
            goals.extend(self.keep_goal(span, early, names, &mut events));
        }
        if self.leisure.chance(40) {
            let later = span.day_at(self.leisure.between(40, 85));
            goals.extend(self.keep_goal(span, later, names, &mut events));
        }
        if self.leisure.chance(45) {
            self.exercise(span, names, &mut events);
        }
        let day = |owner: &mut Self| span.day_at(owner.leisure.between(3, 95));
        for kind in [ItemKind::Strength, ItemKind::Value, ItemKind::NetworkPerson, ItemKind::Medicine] {
            if self.leisure.chance(45) {
                let (item, on) = (names.of(kind.as_str(), &self.label), day(self));
                self.keeps(on, item, kind, None, &mut events);
            }
        }
        let mut entries = Vec::new();
        for _ in 0..self.leisure.between(0, 8) {
            let (item, on) = (names.of("diary", &self.label), day(self));
            self.keeps(on, item.clone(), ItemKind::DiaryEntry, None, &mut events);
            entries.push((on, item));
        }
        for provider in providers {
            self.share_toolbox(span, provider, &goals, &entries, &mut events);
        }
        events
    }

    /// A part of her life, and now and then how it stands there.
    fn keep_domain(&mut self, span: &Span, names: &mut Names, events: &mut Vec<Event>) {
        let domain = names.of("domain", &self.label);
        let mut day = plus_days(span.start, self.leisure.between(1, 20).into());
        self.keeps(day, domain.clone(), ItemKind::LifeDomain, None, events);
        while span.contains(day) {
            let status = names.of("status", &self.label);
            self.keeps(day, status, ItemKind::StatusEntry, Some(&domain), events);
            day = plus_days(day, self.leisure.between(20, 50).into());
        }
    }

    /// A goal from `day` on, with steps on the way to it. Gives the goal and when it is there.
    fn keep_goal(
        &mut self,
        span: &Span,
        day: NaiveDate,
        names: &mut Names,
        events: &mut Vec<Event>,
    ) -> Option<(NaiveDate, Label)> {
        if !span.contains(day) {
            return None;
        }
        let goal = names.of("goal", &self.label);
        let idea = self.leisure.chance(25);
        let state = |state| Change { state: Some(state), ..Change::default() };
        let first = Change {
            state: Some(if idea { GoalState::Idea } else { GoalState::Active }),
            draft: self.leisure.chance(10).then_some(true),
        };
        let was_draft = first.draft.is_some();
        self.changes(day, goal.clone(), ItemKind::Goal, None, first, events);
        let mut later = day;
        if idea || was_draft {
            later = plus_days(day, self.leisure.between(10, 40).into());
            let begins = Change { state: Some(GoalState::Active), draft: was_draft.then_some(false) };
            self.changes(later, goal.clone(), ItemKind::Goal, None, begins, events);
        }
        for _ in 0..self.leisure.between(0, 4) {
            later = plus_days(later, self.leisure.between(1, 25).into());
            let step = names.of("step", &self.label);
            self.keeps(later, step.clone(), ItemKind::Step, Some(&goal), events);
            if self.leisure.chance(50) {
                let done = plus_days(later, self.leisure.between(5, 40).into());
                self.keeps(done, step, ItemKind::Step, Some(&goal), events);
            }
        }
        if self.leisure.chance(60) {
            later = plus_days(later, self.leisure.between(5, 40).into());
            self.keeps(later, goal.clone(), ItemKind::Goal, None, events);
        }
        let ends = plus_days(later, self.leisure.between(10, 60).into());
        match self.leisure.below(100) {
            0..15 => self.changes(ends, goal.clone(), ItemKind::Goal, None, state(GoalState::Reached), events),
            15..25 => self.changes(ends, goal.clone(), ItemKind::Goal, None, state(GoalState::LetGo), events),
            25..35 => {
                let minute = self.leisure_minute();
                events.push(self.at(ends, minute, Happening::ItemDeleted { item: goal.clone() }));
            }
            _ => {}
        }
        Some((day, goal))
    }

    /// An exercise of her own, and the times she does it.
    fn exercise(&mut self, span: &Span, names: &mut Names, events: &mut Vec<Event>) {
        let mut day = span.day_at(self.leisure.between(5, 60));
        let exercise = names.of("exercise", &self.label);
        self.keeps(day, exercise.clone(), ItemKind::Exercise, None, events);
        for _ in 0..self.leisure.between(2, 9) {
            day = plus_days(day, self.leisure.between(1, 12).into());
            let run = names.of("run", &self.label);
            self.keeps(day, run, ItemKind::ExerciseRun, Some(&exercise), events);
        }
    }

    fn share_toolbox(
        &mut self,
        span: &Span,
        provider: &Label,
        goals: &[(NaiveDate, Label)],
        entries: &[(NaiveDate, Label)],
        events: &mut Vec<Event>,
    ) {
        if !self.leisure.chance(75) {
            return;
        }
        let shared_on = span.day_at(self.leisure.between(16, 32));
        // One of them is nobody's business, and she says so before she shares the rest.
        for (day, goal) in goals {
            if self.leisure.chance(18) {
                let said = if *day < shared_on { shared_on } else { *day };
                let private = Happening::KeptPrivate { subject: goal.clone() };
                events.push(self.with(provider, plus_days(said, -1), 23 * 60 + 50, private));
            }
        }
        let level = self
            .leisure
            .weighted(&[(2, GrantLevel::See), (2, GrantLevel::Comment), (5, GrantLevel::Propose)], GrantLevel::See);
        let minute = self.leisure.between(9 * 60, 21 * 60);
        self.share(provider, shared_on, minute, Module::Goals.as_str().into(), level, events);
        for module in [Module::LifeDomains, Module::Exercises, Module::Strengths] {
            if self.leisure.chance(35) {
                let on = span.day_at(self.leisure.between(16, 60));
                self.share(provider, on, minute, module.as_str().into(), GrantLevel::See, events);
            }
        }
        if let Some((day, entry)) = entries.first()
            && self.leisure.chance(30)
        {
            self.share(provider, plus_days(*day, 2), minute, entry.clone(), GrantLevel::Comment, events);
        }
        if self.leisure.chance(20) {
            let on = span.day_at(self.leisure.between(50, 85));
            let taken_back = Happening::Revoke { subject: Module::Goals.as_str().into() };
            events.push(self.with(provider, on, 21 * 60 + 15, taken_back));
            if self.leisure.chance(50) {
                let again = plus_days(on, self.leisure.between(5, 20).into());
                self.share(provider, again, minute, Module::Goals.as_str().into(), GrantLevel::Comment, events);
            }
        }
    }

    /// Most are answered within some weeks; a few never are.
    pub fn on_proposal(&mut self, proposal: &Label, from: &Label, at: DateTime<Utc>) -> Vec<Event> {
        if !self.leisure.chance(85) {
            return Vec::new();
        }
        let answer = self.leisure.weighted(
            &[(45, ProposalAnswer::Accepted), (25, ProposalAnswer::Edited), (30, ProposalAnswer::Declined)],
            ProposalAnswer::Declined,
        );
        let answered = at + TimeDelta::minutes(self.leisure.between(3 * 60, 16 * 1440).into());
        let what = Happening::ProposalAnswered { proposal: proposal.clone(), answer };
        vec![self.later(answered, Some(from), what)]
    }

    /// Now and then she would rather not have a comment stand there; else she may say something beside it.
    pub fn on_comment(
        &mut self,
        comment: &Label,
        answer: &Label,
        item: &Label,
        from: &Label,
        at: DateTime<Utc>,
    ) -> Vec<Event> {
        let later = at + TimeDelta::hours(self.leisure.between(2, 200).into());
        let what = match self.leisure.below(100) {
            0..35 => Happening::CommentHidden { comment: comment.clone() },
            35..65 => Happening::CommentMade { comment: answer.clone(), item: item.clone(), from: Side::Owner },
            _ => return Vec::new(),
        };
        vec![self.later(later, Some(from), what)]
    }

    fn keeps(&mut self, day: NaiveDate, item: Label, kind: ItemKind, under: Option<&Label>, events: &mut Vec<Event>) {
        self.changes(day, item, kind, under, Change::default(), events);
    }

    fn changes(
        &mut self,
        day: NaiveDate,
        item: Label,
        item_kind: ItemKind,
        under: Option<&Label>,
        Change { draft, state }: Change,
        events: &mut Vec<Event>,
    ) {
        let minute = self.leisure_minute();
        let what = Happening::ItemChanged { item, item_kind, under: under.cloned(), draft, state, proposal: None };
        events.push(self.at(day, minute, what));
    }

    fn share(
        &mut self,
        provider: &Label,
        day: NaiveDate,
        minute: u32,
        subject: Label,
        level: GrantLevel,
        events: &mut Vec<Event>,
    ) {
        events.push(self.with(provider, day, minute, Happening::Grant { subject, level }));
    }

    /// People come to their toolbox in the evening, or by day.
    fn leisure_minute(&mut self) -> u32 {
        if self.leisure.chance(60) {
            self.leisure.between(18 * 60, 23 * 60)
        } else {
            self.leisure.between(8 * 60, 18 * 60)
        }
    }
}

/// What else a change says of an item.
#[derive(Clone, Copy, Debug, Default)]
struct Change {
    draft: Option<bool>,
    state: Option<GoalState>,
}
