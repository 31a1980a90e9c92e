//! What has happened so far, as far as it decides what can still happen. The people of a run make
//! their plans early; a plan that has become impossible (opening a recalled message, writing to
//! somebody who left) is dropped here and never reaches the planner.

mod absences;
mod toolboxes;

use super::fields::{Label, Side};
use super::line::{Event, Happening};
use absences::Absences;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::words::{CheckInAnswer, GrantLevel, MessageKind};
use std::collections::{BTreeMap, BTreeSet};
use toolboxes::Toolboxes;

/// Owner, then provider.
pub type Pair = (Label, Label);

#[derive(Clone, Debug, Default)]
pub struct World {
    active: BTreeMap<Pair, Terms>,
    messages: BTreeMap<Label, MessageState>,
    series: BTreeMap<Label, SeriesState>,
    gone: BTreeSet<Label>,
    check_ins: BTreeMap<(Pair, NaiveDate), SlotState>,
    prompts: BTreeMap<(Label, NaiveDate), SlotState>,
    plans: BTreeSet<Label>,
    toolboxes: Toolboxes,
    absences: Absences,
    paused: BTreeSet<Label>,
    in_hospital: BTreeSet<Label>,
    /// Pairs with a `heavy` or `want_to_talk` that no contact has followed yet.
    heavy: BTreeSet<Pair>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Terms {
    check_ins: bool,
    window: Option<u32>,
}

#[derive(Clone, Debug)]
pub struct MessageState {
    pub pair: Pair,
    pub from: Side,
    pub kind: MessageKind,
    pub opened: bool,
    pub recalled: bool,
    /// The reply clock runs.
    pub open_clock: bool,
    thanked: bool,
}

#[derive(Clone, Debug)]
struct SeriesState {
    pair: Pair,
    accepted: DateTime<Utc>,
    stopped: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct SlotState {
    opened: bool,
    answered: bool,
}

impl World {
    pub fn message(&self, label: &Label) -> Option<&MessageState> {
        self.messages.get(label)
    }

    /// What the owner has from her providers and has not opened.
    pub fn unopened_by_owner(&self, owner: &Label) -> Vec<Label> {
        let mine = |state: &&MessageState| state.pair.0 == *owner && state.from == Side::Provider;
        let waiting = |state: &&MessageState| !state.opened && !state.recalled && self.active.contains_key(&state.pair);
        self.messages
            .iter()
            .filter(|(_, state)| mine(state) && waiting(state))
            .map(|(label, _)| label.clone())
            .collect()
    }

    pub fn has_plan(&self, owner: &Label) -> bool {
        self.plans.contains(owner)
    }

    /// Whether the owner shares anything of her plan with anybody.
    pub fn shares_plan(&self, owner: &Label) -> bool {
        self.toolboxes.shares_plan(owner)
    }

    /// What a provider sees of an owner's goals and steps, with how far she may go.
    pub fn goals_seen(&self, pair: &Pair) -> Vec<(Label, GrantLevel)> {
        self.toolboxes.goals_seen(pair)
    }

    /// How far a provider may go with an item or a section of the plan; `None`: she does not find it.
    pub fn level(&self, pair: &Pair, target: &Label) -> Option<GrantLevel> {
        self.toolboxes.level(pair, target)
    }

    /// Owners who wait for personal contact from this provider after a heavy answer.
    pub fn waiting_for_contact(&self, provider: &Label) -> Vec<Label> {
        self.heavy.iter().filter(|pair| pair.1 == *provider).map(|pair| pair.0.clone()).collect()
    }

    pub fn pair_of_series(&self, series: &Label) -> Option<&Pair> {
        self.series.get(series).map(|series| &series.pair)
    }

    /// Whether `event` can happen as things stand.
    pub fn allows(&self, event: &Event) -> bool {
        let present = |person: &Option<Label>| person.as_ref().is_none_or(|label| !self.gone.contains(label));
        if !present(&event.owner) || !present(&event.provider) {
            return false;
        }
        let pair = pair_of(event);
        let active = pair.as_ref().is_some_and(|pair| self.active.contains_key(pair));
        if let Some(allowed) = self.toolboxes.allows(event, pair.as_ref()) {
            let apart = pair.is_some() && !active && !matches!(event.what, Happening::Revoke { .. });
            return allowed && !apart;
        }
        if !self.absences.allow(event, pair.as_ref()) {
            return false;
        }
        let message = |label: &Label| self.messages.get(label).filter(|state| !state.recalled);
        let owner_in = |set: &BTreeSet<Label>| event.owner.as_ref().is_some_and(|owner| set.contains(owner));
        match &event.what {
            Happening::RelationshipStarted { .. } => !active,
            // The same once more would be no new version.
            Happening::AgreementAccepted { reply_window_days, check_ins, .. } => {
                let wanted = Terms { check_ins: *check_ins, window: Some(reply_window_days.0) };
                pair.is_some_and(|pair| self.active.get(&pair).is_some_and(|terms| *terms != wanted))
            }
            Happening::RelationshipEnded {}
            | Happening::CallLogged { .. }
            | Happening::SilenceClauseSet { .. }
            | Happening::Consultation { .. } => active,
            Happening::MessageSent { message, .. } => active && !self.messages.contains_key(message),
            Happening::MessageOpened { message: label } => active && message(label).is_some_and(|state| !state.opened),
            Happening::MessageRecalled { message: label } => {
                active && message(label).is_some_and(|state| !state.opened && state.open_clock_is_untouched())
            }
            Happening::Reply { message: label, .. }
            | Happening::LetsTalk { message: label, .. }
            | Happening::ClockClosed { message: label, .. }
            | Happening::PromiseMoved { message: label, .. } => {
                active && message(label).is_some_and(|state| state.open_clock)
            }
            Happening::ReadThanks { message: label, from, .. } => {
                active && message(label).is_some_and(|state| state.opened && state.from != *from && !state.thanked)
            }
            Happening::SeriesAccepted { series, .. } => {
                !self.series.contains_key(series)
                    && pair.is_some_and(|pair| {
                        self.active.get(&pair).is_some_and(|terms| terms.check_ins)
                            && !self.series.values().any(|other| other.pair == pair && other.runs_at(event.at.to_utc()))
                    })
            }
            Happening::SeriesStopped { series } => {
                active && self.series.get(series).is_some_and(|series| series.runs_at(event.at.to_utc()))
            }
            Happening::CheckInOpened { slot } => {
                active && pair.is_some_and(|pair| self.check_ins.get(&(pair, *slot)).is_some_and(|state| !state.opened))
            }
            Happening::CheckInAnswered { slot, .. } => {
                active
                    && pair.is_some_and(|pair| self.check_ins.get(&(pair, *slot)).is_some_and(|state| !state.answered))
            }
            Happening::SlotPostponed { slot, .. } | Happening::SlotSkippedByProvider { slot } => {
                active && pair.is_some_and(|pair| !self.check_ins.contains_key(&(pair, *slot)))
            }
            Happening::SubstituteAccepted { substitute } => {
                let asked = self.absences.may_accept(event.provider.as_ref(), substitute, event.at.date_naive());
                asked && !self.gone.contains(substitute) && (pair.is_none() || active)
            }
            Happening::PauseStarted {} => !owner_in(&self.paused),
            Happening::PauseEnded {} => owner_in(&self.paused),
            Happening::HospitalAdmitted {} => !owner_in(&self.in_hospital),
            Happening::HospitalDischarged {} => owner_in(&self.in_hospital),
            Happening::PlanWritten { .. } => !owner_in(&self.plans),
            Happening::PlanEdited { .. } | Happening::PlanUsed {} => owner_in(&self.plans),
            Happening::PromptOpened { slot, .. } => self.prompt(event, *slot).is_some_and(|state| !state.opened),
            Happening::PromptAnswered { slot, .. } => self.prompt(event, *slot).is_some_and(|state| !state.answered),
            Happening::AccountSuspended { .. } => event.suspended().is_some_and(|who| !self.gone.contains(who)),
            Happening::ProviderLeft {}
            | Happening::Absence { .. }
            | Happening::SettingChanged { .. }
            | Happening::KillSwitch { .. }
            | Happening::QuietHoursSet { .. }
            | Happening::ZoneChanged { .. }
            | Happening::ProviderHoursSet { .. }
            | Happening::PolicyPublished { .. }
            | Happening::ItemChanged { .. }
            | Happening::ItemDeleted { .. }
            | Happening::Grant { .. }
            | Happening::Revoke { .. }
            | Happening::KeptPrivate { .. }
            | Happening::ProposalMade { .. }
            | Happening::ProposalAnswered { .. }
            | Happening::ProposalWithdrawn { .. }
            | Happening::CommentMade { .. }
            | Happening::CommentHidden { .. } => true,
        }
    }

    fn prompt(&self, event: &Event, slot: NaiveDate) -> Option<&SlotState> {
        self.prompts.get(&(event.owner.clone()?, slot))
    }

    /// A check-in has reached the owner.
    pub fn check_in_sent(&mut self, pair: Pair, slot: NaiveDate) {
        self.check_ins.entry((pair, slot)).or_default();
    }

    /// A prompt has reached the owner. The budget allows her one a day, so that the date names it.
    pub fn prompt_sent(&mut self, owner: Label, slot: NaiveDate) {
        self.prompts.entry((owner, slot)).or_default();
    }

    /// Notes an event that [`allows`](Self::allows) let through.
    pub fn note(&mut self, event: &Event) {
        let pair = pair_of(event);
        self.toolboxes.note(event, pair.clone());
        self.absences.note(event);
        match &event.what {
            Happening::RelationshipStarted { .. } => {
                if let Some(pair) = pair {
                    self.active.insert(pair, Terms::default());
                }
            }
            Happening::RelationshipEnded {} => self.end(|ended| Some(ended) == pair.as_ref()),
            Happening::ProviderLeft {} => {
                self.end(|(_, provider)| Some(provider) == event.provider.as_ref());
                self.gone.extend(event.provider.clone());
            }
            Happening::AccountSuspended { .. } => self.gone.extend(event.suspended().cloned()),
            Happening::AgreementAccepted { reply_window_days, check_ins, .. } => {
                if let Some(terms) = pair.and_then(|pair| self.active.get_mut(&pair)) {
                    *terms = Terms { check_ins: *check_ins, window: Some(reply_window_days.0) };
                }
            }
            Happening::MessageSent { message, from, message_kind, .. } => {
                if let Some(pair) = pair {
                    if *from == Side::Provider {
                        self.heavy.remove(&pair);
                    }
                    let open_clock = *from == Side::Owner && *message_kind == MessageKind::ReplyWanted;
                    let state = MessageState {
                        pair,
                        from: *from,
                        kind: *message_kind,
                        opened: false,
                        recalled: false,
                        open_clock,
                        thanked: false,
                    };
                    self.messages.insert(message.clone(), state);
                }
            }
            Happening::MessageOpened { message } => self.change(message, |state| state.opened = true),
            Happening::MessageRecalled { message } => self.change(message, |state| {
                state.recalled = true;
                state.open_clock = false;
            }),
            Happening::Reply { message, .. } | Happening::ClockClosed { message, .. } => {
                self.change(message, |state| state.open_clock = false);
            }
            Happening::LetsTalk { message, .. } => {
                self.change(message, |state| state.open_clock = false);
                if let Some(pair) = pair {
                    self.heavy.remove(&pair);
                }
            }
            Happening::ReadThanks { message, .. } => self.change(message, |state| {
                state.thanked = true;
                state.open_clock = false;
            }),
            Happening::CallLogged { .. } => {
                if let Some(pair) = pair {
                    self.heavy.remove(&pair);
                    for state in self.messages.values_mut().filter(|state| state.pair == pair) {
                        state.open_clock = false;
                    }
                }
            }
            Happening::SeriesAccepted { series, .. } => {
                if let Some(pair) = pair {
                    let accepted = event.at.to_utc();
                    self.series.insert(series.clone(), SeriesState { pair, accepted, stopped: false });
                }
            }
            Happening::SeriesStopped { series } => {
                if let Some(state) = self.series.get_mut(series) {
                    state.stopped = true;
                }
            }
            Happening::CheckInOpened { slot } => {
                if let Some(state) = pair.and_then(|pair| self.check_ins.get_mut(&(pair, *slot))) {
                    state.opened = true;
                }
            }
            Happening::CheckInAnswered { slot, answer } => {
                if let Some(pair) = pair {
                    if matches!(answer, CheckInAnswer::Heavy | CheckInAnswer::WantToTalk) {
                        self.heavy.insert(pair.clone());
                    }
                    if let Some(state) = self.check_ins.get_mut(&(pair, *slot)) {
                        (state.opened, state.answered) = (true, true);
                    }
                }
            }
            Happening::PromptOpened { slot, .. } => self.change_prompt(event, *slot, |state| state.opened = true),
            Happening::PromptAnswered { slot, .. } => self.change_prompt(event, *slot, |state| {
                (state.opened, state.answered) = (true, true);
            }),
            Happening::PlanWritten { .. } => self.plans.extend(event.owner.clone()),
            Happening::PauseStarted {} => self.paused.extend(event.owner.clone()),
            Happening::HospitalAdmitted {} => self.in_hospital.extend(event.owner.clone()),
            Happening::PauseEnded {} => self.paused.retain(|owner| Some(owner) != event.owner.as_ref()),
            Happening::HospitalDischarged {} => self.in_hospital.retain(|owner| Some(owner) != event.owner.as_ref()),
            Happening::PromiseMoved { .. }
            | Happening::SlotPostponed { .. }
            | Happening::SlotSkippedByProvider { .. }
            | Happening::Absence { .. }
            | Happening::SubstituteAccepted { .. }
            | Happening::SettingChanged { .. }
            | Happening::KillSwitch { .. }
            | Happening::SilenceClauseSet { .. }
            | Happening::Consultation { .. }
            | Happening::PlanEdited { .. }
            | Happening::ItemChanged { .. }
            | Happening::ItemDeleted { .. }
            | Happening::Grant { .. }
            | Happening::Revoke { .. }
            | Happening::KeptPrivate { .. }
            | Happening::ProposalMade { .. }
            | Happening::ProposalAnswered { .. }
            | Happening::ProposalWithdrawn { .. }
            | Happening::CommentMade { .. }
            | Happening::CommentHidden { .. }
            | Happening::PlanUsed {}
            | Happening::QuietHoursSet { .. }
            | Happening::ZoneChanged { .. }
            | Happening::ProviderHoursSet { .. }
            | Happening::PolicyPublished { .. } => {}
        }
    }

    fn end(&mut self, ends: impl Fn(&Pair) -> bool) {
        self.active.retain(|pair, _| !ends(pair));
        self.heavy.retain(|pair| !ends(pair));
        self.series.values_mut().filter(|series| ends(&series.pair)).for_each(|series| series.stopped = true);
        self.messages.values_mut().filter(|state| ends(&state.pair)).for_each(|state| state.open_clock = false);
    }

    fn change(&mut self, message: &Label, how: impl FnOnce(&mut MessageState)) {
        if let Some(state) = self.messages.get_mut(message) {
            how(state);
        }
    }

    fn change_prompt(&mut self, event: &Event, slot: NaiveDate, how: impl FnOnce(&mut SlotState)) {
        if let Some(state) = event.owner.clone().and_then(|owner| self.prompts.get_mut(&(owner, slot))) {
            how(state);
        }
    }
}

impl SeriesState {
    /// Twelve weeks, unless it is stopped before.
    fn runs_at(&self, now: DateTime<Utc>) -> bool {
        !self.stopped && now < self.accepted + TimeDelta::weeks(12)
    }
}

impl MessageState {
    /// A message that asks for a reply can be taken back while nobody has acted on it.
    fn open_clock_is_untouched(&self) -> bool {
        self.open_clock || self.kind != MessageKind::ReplyWanted
    }
}

fn pair_of(event: &Event) -> Option<Pair> {
    Some((event.owner.clone()?, event.provider.clone()?))
}
