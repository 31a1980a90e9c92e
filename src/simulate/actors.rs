//! The people of a run: what they planned, and how they meet what they are sent.
//!
//! The one who drives the clock takes events by [`Actors::pop`] up to the present, applies them, and
//! hands every decision back by [`Actors::on_decision`]; what somebody does about it then comes out
//! of `pop` at its time.

use super::agenda::Agenda;
use super::dice::Dice;
use super::fields::{Count, Label, Named, Side};
use super::line::{Decision, Event, Happening};
use super::names::Names;
use super::owner::Owner;
use super::population::Population;
use super::provider::Provider;
use super::scenario::Scenario;
use super::span::{Span, plus_days, wall};
use super::world::World;
use chrono::{DateTime, Datelike, TimeDelta, Utc, Weekday};
use domain::calendar::HolidayCalendar;
use domain::words::{Job, Outcome};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Where the second streams of chance begin; no run has so many people.
const SECOND_STREAMS: u64 = 1 << 40;

/// Everybody, and what is going to happen to them.
#[derive(Debug)]
pub struct Actors {
    agenda: Agenda,
    /// None when the events come from a file: a scenario happens as it is written.
    cast: Option<Cast>,
    end: Option<DateTime<Utc>>,
}

#[derive(Debug)]
struct Cast {
    world: World,
    names: Names,
    owners: BTreeMap<Label, Owner>,
    providers: BTreeMap<Label, Provider>,
}

impl Actors {
    /// The people of the standard input. The same arguments give the same events, and the same
    /// decisions the same reactions. `holidays` are those of the providers' places.
    pub fn generated(seed: u64, people: u32, span: Span, holidays: &'static HolidayCalendar) -> Self {
        let population = Population::of(people);
        let mut names = Names::default();
        let mut agenda = Agenda::default();
        let mut stream = 0;
        let mut dice = || {
            stream += 1;
            (Dice::new(seed, stream), Dice::new(seed, SECOND_STREAMS + stream))
        };

        agenda.extend(administration(&span));
        let mut providers: Vec<Provider> =
            population.providers.iter().map(|seat| Provider::new(seat, &span, dice(), holidays)).collect();
        for (number, provider) in providers.iter_mut().enumerate() {
            let substitute = population.substitute_for(number).map(|colleague| &population.providers[colleague].label);
            let owners: Vec<Label> =
                population.owners_of(number).map(|owner| population.owners[owner].label.clone()).collect();
            agenda.extend(provider.plan(&span, substitute, &owners));
        }
        let mut owners: Vec<Owner> = population.owners.iter().map(|seat| Owner::new(seat, &span, dice())).collect();
        for (number, owner) in owners.iter_mut().enumerate() {
            agenda.extend(owner.plan(&span));
            let hers = population.bonds.iter().filter(|bond| bond.owner == number);
            let providers: Vec<Label> = hers.map(|bond| population.providers[bond.provider].label.clone()).collect();
            agenda.extend(owner.plan_toolbox(&span, &providers, &mut names));
        }
        for bond in &population.bonds {
            let (owner, provider) = (&mut owners[bond.owner], &mut providers[bond.provider]);
            agenda.extend(owner.plan_relationship(&span, provider, bond.level, &mut names));
        }
        let cast = Cast {
            world: World::default(),
            names,
            owners: owners.into_iter().map(|owner| (owner.label().clone(), owner)).collect(),
            providers: providers.into_iter().map(|provider| (provider.label().clone(), provider)).collect(),
        };
        Self { agenda, cast: Some(cast), end: Some(span.instants().1) }
    }

    /// The events of a file, as they stand, without reactions.
    pub fn scripted(scenario: Scenario) -> Self {
        let mut agenda = Agenda::default();
        agenda.extend(scenario.events);
        Self { agenda, cast: None, end: None }
    }

    /// Whether people choose among what they are offered; a scenario says what they chose.
    pub const fn decide_as_they_go(&self) -> bool {
        self.cast.is_some()
    }

    /// When something may happen next. What has become impossible meanwhile is still counted:
    /// [`pop`](Self::pop) drops it then.
    pub fn next_at(&self) -> Option<DateTime<Utc>> {
        self.agenda.next_at().filter(|at| self.end.is_none_or(|end| *at < end))
    }

    /// The next thing that happens, if it happens at or before `now`.
    pub fn pop(&mut self, now: DateTime<Utc>) -> Option<Event> {
        while self.next_at().is_some_and(|at| at <= now) {
            let event = self.agenda.pop()?;
            let Some(cast) = &mut self.cast else { return Some(event) };
            if cast.world.allows(&event) {
                cast.world.note(&event);
                let reactions = cast.on_event(&event);
                self.agenda.extend(reactions);
                return Some(event);
            }
        }
        None
    }

    /// Tells the people what followed from an event that they did not do by itself.
    pub fn note(&mut self, consequence: &Event) {
        if let Some(cast) = &mut self.cast {
            cast.world.note(consequence);
        }
    }

    /// Tells the people what they were sent. Only what was really sent or folded reaches anybody.
    pub fn on_decision(&mut self, decision: &Decision) {
        if let Some(cast) = &mut self.cast
            && decision.outcome == Outcome::Sent
        {
            let reactions = cast.on_sent(decision);
            self.agenda.extend(reactions);
        }
    }
}

impl Cast {
    fn on_event(&mut self, event: &Event) -> Vec<Event> {
        match (&event.what, &event.owner) {
            (Happening::MessageSent { message, from: Side::Provider, .. }, Some(owner)) => {
                let Some(owner) = self.owners.get_mut(owner) else { return Vec::new() };
                owner.on_message(message, event.at.to_utc(), &self.world)
            }
            (Happening::ProposalMade { proposal, .. }, Some(owner)) => {
                let (owner, provider) = (self.owners.get_mut(owner), event.provider.clone());
                let Some((owner, provider)) = owner.zip(provider) else { return Vec::new() };
                let mut events = owner.on_proposal(proposal, &provider, event.at.to_utc());
                if let Some(provider) = self.providers.get_mut(&provider) {
                    events.extend(provider.on_own_proposal(proposal, owner.label(), event.at.to_utc()));
                }
                events
            }
            (Happening::CommentMade { comment, item, from: Side::Provider }, Some(owner)) => {
                let (owner, provider) = (self.owners.get_mut(owner), event.provider.as_ref());
                let Some((owner, provider)) = owner.zip(provider) else { return Vec::new() };
                let answer = self.names.of("comment", owner.label());
                owner.on_comment(comment, &answer, item, provider, event.at.to_utc())
            }
            _ => Vec::new(),
        }
    }

    fn on_sent(&mut self, sent: &Decision) -> Vec<Event> {
        match sent.job {
            Job::Digest => match self.providers.get_mut(&sent.recipient) {
                Some(provider) => provider.on_digest(sent, &self.world, &mut self.names),
                None => Vec::new(),
            },
            Job::CheckIn => match (self.owners.get_mut(&sent.recipient), &sent.provider) {
                (Some(owner), Some(provider)) => {
                    self.world.check_in_sent((owner.label().clone(), provider.clone()), sent.slot);
                    owner.on_check_in(sent, provider)
                }
                _ => Vec::new(),
            },
            Job::PlanReview | Job::AgreementRound => match self.owners.get_mut(&sent.recipient) {
                Some(owner) => {
                    self.world.prompt_sent(owner.label().clone(), sent.slot);
                    owner.on_prompt(sent, sent.provider.as_ref(), &self.world)
                }
                None => Vec::new(),
            },
            Job::MessageNotice => match self.owners.get_mut(&sent.recipient) {
                Some(owner) => owner.on_notice(sent, &self.world),
                None => Vec::new(),
            },
            Job::OverdueNotice => match self.owners.get_mut(&sent.recipient) {
                Some(owner) => owner.on_overdue(sent, &self.world),
                None => Vec::new(),
            },
            Job::ResponseReminder => Vec::new(),
        }
    }
}

/// What the instance's and the organisation's administrators do: two policies, and the kill switch
/// for an hour over the check-ins' window and once over the digests.
fn administration(span: &Span) -> Vec<Event> {
    // On a Tuesday, when there are check-ins and digests to be stopped.
    let event = |percent: u32, minute: u32, what: Happening| {
        let day = span.day_at(percent);
        let tuesday = plus_days(day, i64::from(Weekday::Tue.days_since(day.weekday())));
        Event::new(wall(span.zone, tuesday, minute), None, None, what)
    };
    let policy = |percent: u32, version: u32, name: &str, value: u32| {
        let changes: Map<String, Value> = [(name.to_owned(), value.into())].into_iter().collect();
        event(percent, 13 * 60, Happening::PolicyPublished { version: Count(version), changes: Named(changes) })
    };
    let mut events =
        vec![policy(35, 2, "check_in_default_interval_days", 7), policy(70, 3, "check_in_min_interval_days", 14)];
    for (percent, minute) in [(24, 9 * 60 + 45), (52, 7 * 60 + 30)] {
        let stop = event(percent, minute, Happening::KillSwitch { on: true });
        let hour = stop.at + TimeDelta::hours(1);
        events.push(stop);
        events.push(Event::new(hour, None, None, Happening::KillSwitch { on: false }));
    }
    events
}

#[cfg(test)]
mod tests {
    use super::super::fields::Side;
    use super::super::line::Line;
    use super::*;
    use chrono::NaiveDate;
    use chrono_tz::Europe::Oslo;
    use domain::words::{Channel, MessageKind};
    use std::collections::BTreeSet;

    fn pilot(seed: u64) -> Actors {
        let span = Span { start: NaiveDate::from_ymd_opt(2026, 10, 1).expect("a date"), days: 230, zone: Oslo };
        Actors::generated(seed, 29, span, HolidayCalendar::named("NO").expect("Norway's calendar"))
    }

    fn decision(job: Job, event: &Event, recipient: &Label, items: Vec<Label>) -> Decision {
        Decision {
            at: event.at + TimeDelta::minutes(30),
            job,
            slot: event.at.date_naive(),
            owner: event.owner.clone(),
            provider: event.provider.clone(),
            recipient: recipient.clone(),
            recipient_zone: Oslo,
            outcome: Outcome::Sent,
            reason: "due".to_owned(),
            channels: vec![Channel::InApp],
            items: Some(items),
            promised: None,
            long: None,
            policy_version: 1,
            agreement_version: None,
            subject: None,
            sections: None,
        }
    }

    /// Plays a run with a planner that digests every message at once, sends a check-in for every
    /// series and a prompt for every plan on the day after, and tells of every provider's message.
    fn play(mut actors: Actors) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(now) = actors.next_at() {
            while let Some(event) = actors.pop(now) {
                let sent = match (&event.what, &event.owner, &event.provider) {
                    (Happening::MessageSent { message, from: Side::Owner, message_kind, .. }, _, Some(provider))
                        if *message_kind != MessageKind::Vault =>
                    {
                        Some(decision(Job::Digest, &event, provider, vec![message.clone()]))
                    }
                    (Happening::MessageSent { .. }, Some(owner), _) => {
                        Some(decision(Job::MessageNotice, &event, owner, Vec::new()))
                    }
                    (Happening::SeriesAccepted { .. } | Happening::CheckInAnswered { .. }, Some(owner), _) => {
                        Some(decision(Job::CheckIn, &event, owner, Vec::new()))
                    }
                    (Happening::PlanWritten { .. }, Some(owner), _) => {
                        Some(decision(Job::PlanReview, &event, owner, Vec::new()))
                    }
                    (Happening::AgreementAccepted { .. }, Some(owner), _) => {
                        Some(decision(Job::AgreementRound, &event, owner, Vec::new()))
                    }
                    _ => None,
                };
                events.push(event);
                if let Some(sent) = sent {
                    actors.on_decision(&sent);
                }
            }
        }
        events
    }

    #[test]
    fn the_same_seed_gives_the_same_half_year_and_another_seed_another() {
        assert_eq!(play(pilot(1)), play(pilot(1)));
        assert_ne!(play(pilot(1)), play(pilot(2)));
    }

    #[test]
    fn the_pilot_has_every_kind_of_event() {
        let events = play(pilot(1));
        let found: BTreeSet<&str> = events.iter().map(|event| event.what.kind()).collect();
        // These take a digest that tells of a check-in, or of what is shared.
        let told_first = ["slot_", "proposal_", "comment_"];
        let by_itself = |kind: &&&str| !told_first.iter().any(|first| kind.starts_with(first));
        let missing: Vec<&&str> =
            Happening::KINDS.iter().filter(|kind| !found.contains(**kind)).filter(by_itself).collect();
        assert_eq!(missing, Vec::<&&str>::new());
    }

    #[test]
    fn events_come_in_order_and_within_the_run() {
        let events = play(pilot(1));
        assert!(events.is_sorted_by_key(|event| event.at.to_utc()));
        let first = events.first().map(|event| event.at.to_rfc3339());
        assert_eq!(first.as_deref(), Some("2026-10-01T06:00:00+02:00"));
        assert!(
            events.iter().all(|event| event.at.date_naive() < NaiveDate::from_ymd_opt(2027, 5, 19).expect("a date"))
        );
    }

    #[test]
    fn every_event_can_be_read_again() {
        for event in play(pilot(3)) {
            let text = serde_json::to_string(&Line::Event(event.clone())).expect("JSON");
            let mut faults = Vec::new();
            assert_eq!(Line::read(1, &text, &mut faults), Some(Line::Event(event)), "{faults:?}");
        }
    }

    #[test]
    fn what_has_become_impossible_does_not_happen() {
        let mut ended: BTreeSet<(Label, Label)> = BTreeSet::new();
        let mut gone: BTreeSet<Label> = BTreeSet::new();
        let mut recalled: BTreeSet<Label> = BTreeSet::new();
        let mut open: BTreeSet<Label> = BTreeSet::new();
        let mut agreed: BTreeSet<(Label, Label)> = BTreeSet::new();
        for event in play(pilot(1)) {
            let pair = event.owner.clone().zip(event.provider.clone());
            assert!(![&event.owner, &event.provider].into_iter().flatten().any(|who| gone.contains(who)), "{event:?}");
            if let Some(pair) = &pair {
                assert!(!ended.contains(pair) || event.what.kind() == "revoke", "{event:?}");
            }
            match &event.what {
                Happening::RelationshipEnded {} => ended.extend(pair),
                Happening::ProviderLeft {} => gone.extend(event.provider.clone()),
                Happening::AccountSuspended { who } => gone.extend([who.clone()]),
                Happening::AgreementAccepted { .. } => agreed.extend(pair),
                Happening::SeriesAccepted { .. } => assert!(pair.is_some_and(|pair| agreed.contains(&pair))),
                Happening::MessageSent {
                    message, from: Side::Owner, message_kind: MessageKind::ReplyWanted, ..
                } => {
                    open.insert(message.clone());
                }
                Happening::MessageRecalled { message } => recalled.extend([message.clone()]),
                Happening::MessageOpened { message } => assert!(!recalled.contains(message)),
                Happening::Reply { message, .. } | Happening::LetsTalk { message, .. } => {
                    assert!(open.remove(message) && !recalled.contains(message), "{event:?}");
                }
                _ => {}
            }
        }
        assert!(!ended.is_empty() && gone.len() >= 3 && !recalled.is_empty());
    }

    #[test]
    fn one_person_and_one_day_are_enough() {
        let span = Span { start: NaiveDate::from_ymd_opt(2026, 10, 1).expect("a date"), days: 1, zone: Oslo };
        for people in [0, 1, 2] {
            let actors = Actors::generated(1, people, span, HolidayCalendar::named("NO").expect("Norway's calendar"));
            assert!(play(actors).iter().all(|event| event.at.date_naive() == span.start));
        }
    }
}
