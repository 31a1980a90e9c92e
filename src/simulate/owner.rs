//! One service user's half-year: what she plans, and how she meets what the planner sends her.

mod toolbox;

use super::dice::Dice;
use super::fields::{Chars, Count, EveryDays, Label, ReplyWindow, Side, WallTime};
use super::line::{Decision, Event, Happening};
use super::names::Names;
use super::population::{OwnerSeat, OwnerTurn};
use super::provider::Provider;
use super::span::{Span, in_zone, plus_days, wall};
use super::world::World;
use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use domain::crisis_plan::ReviewTrigger;
use domain::words::{CheckInAnswer, GrantLevel, Job, Level, MessageKind, PromptAnswer};

#[derive(Clone, Debug)]
pub struct Owner {
    label: Label,
    turn: OwnerTurn,
    dice: Dice,
    /// For what she keeps and shares of it, so that more of that changes nothing else.
    leisure: Dice,
    home: Tz,
    /// Where else she goes, from when on; earliest first.
    journeys: Vec<(DateTime<Utc>, Tz)>,
    habits: Habits,
}

/// In a hundred, where nothing else is said.
#[derive(Clone, Copy, Debug)]
struct Habits {
    /// Messages in a thousand days.
    writes: u32,
    writes_at_night: u32,
    opens: u32,
    answers: u32,
    gives_gist: u32,
    previews: bool,
    thanks: u32,
}

impl Owner {
    pub fn new(seat: &OwnerSeat, span: &Span, (mut dice, leisure): (Dice, Dice)) -> Self {
        let journeys = match seat.turn {
            OwnerTurn::Traveller => [
                (10, chrono_tz::Atlantic::Canary),
                (32, span.zone),
                (60, chrono_tz::America::New_York),
                (78, span.zone),
            ]
            .map(|(percent, zone)| (wall(zone, span.day_at(percent), 10 * 60 + 10).to_utc(), zone))
            .to_vec(),
            _ => Vec::new(),
        };
        let (opens, answers) = match seat.turn {
            OwnerTurn::Silent | OwnerTurn::SilenceClause => (90, 0),
            OwnerTurn::LeavesUnread => (25, 40),
            _ => (dice.between(75, 98), dice.between(50, 90)),
        };
        let habits = Habits {
            writes: dice.weighted(&[(4, 40), (4, 90), (3, 160), (1, 300)], 90),
            writes_at_night: if seat.turn == OwnerTurn::LateNights { 65 } else { dice.between(10, 40) },
            opens,
            answers,
            gives_gist: dice.between(0, 60),
            previews: dice.chance(35),
            thanks: dice.between(10, 60),
        };
        Self { label: seat.label.clone(), turn: seat.turn, dice, leisure, home: span.zone, journeys, habits }
    }

    pub fn label(&self) -> &Label {
        &self.label
    }

    /// What she does whatever the planner does, without her relationships.
    pub fn plan(&mut self, span: &Span) -> Vec<Event> {
        let mut events = Vec::new();
        for (at, zone) in self.journeys.clone() {
            events.push(self.later(at, None, Happening::ZoneChanged { zone }));
        }
        if self.dice.chance(75) || self.turn == OwnerTurn::RevokesPlan {
            self.plan_of_plan(span, &mut events);
        }
        let mut period = |owner: &mut Self, from: NaiveDate, days: u32, begins: Happening, ends: Happening| {
            let (first, last) = (owner.dice.between(420, 1300), owner.dice.between(540, 1100));
            events.push(owner.at(from, first, begins));
            events.push(owner.at(plus_days(from, days.into()), last, ends));
        };
        let pause = || (Happening::PauseStarted {}, Happening::PauseEnded {});
        let hospital = || (Happening::HospitalAdmitted {}, Happening::HospitalDischarged {});
        match self.turn {
            OwnerTurn::Pause => {
                let (begins, ends) = pause();
                let days = self.dice.between(10, 20);
                period(self, span.day_at(30), days, begins, ends);
                let (begins, ends) = pause();
                period(self, span.day_at(70), 5, begins, ends);
            }
            OwnerTurn::PauseOverChristmas => {
                let christmas = NaiveDate::from_ymd_opt(span.start.year(), 12, 19);
                if let Some(from) = christmas.filter(|day| span.contains(*day)) {
                    let (begins, ends) = pause();
                    period(self, from, 17, begins, ends);
                }
            }
            OwnerTurn::Hospital => {
                let (begins, ends) = hospital();
                let (day, days) = (span.day_at(self.dice.between(12, 60)), self.dice.between(6, 24));
                period(self, day, days, begins, ends);
            }
            OwnerTurn::Suspended => {
                let who = self.label.clone();
                events.push(self.at(span.day_at(68), 13 * 60, Happening::AccountSuspended { who }));
            }
            OwnerTurn::NoNotices => {
                let off = |job| Happening::SettingChanged { job, on: false };
                events.push(self.at(span.day_at(9), 19 * 60, off(Job::MessageNotice)));
                events.push(self.at(span.day_at(20), 19 * 60 + 5, off(Job::PlanReview)));
                let on = Happening::SettingChanged { job: Job::MessageNotice, on: true };
                events.push(self.at(span.day_at(60), 12 * 60, on));
            }
            OwnerTurn::NoCheckIns => {
                let change = |on| Happening::SettingChanged { job: Job::CheckIn, on };
                events.push(self.at(span.day_at(25), 21 * 60, change(false)));
                events.push(self.at(span.day_at(45), 21 * 60, change(true)));
            }
            OwnerTurn::LateNights => {
                let (from, to) = (time(23, 0), time(11, 30));
                events.push(self.at(plus_days(span.start, 3), 23 * 60, Happening::QuietHoursSet { from, to }));
                let (from, to) = (time(21, 30), time(10, 0));
                events.push(self.at(span.day_at(65), 15 * 60, Happening::QuietHoursSet { from, to }));
            }
            _ => {}
        }
        events
    }

    /// Her crisis plan: written, edited now and then, seldom used.
    fn plan_of_plan(&mut self, span: &Span, events: &mut Vec<Event>) {
        let written = plus_days(span.start, self.dice.between(2, 30).into());
        let minute = self.minute();
        let triggers = [ReviewTrigger::PlanUsed, ReviewTrigger::Discharge];
        let triggers = self.dice.chance(60).then(|| triggers.to_vec());
        events.push(self.at(written, minute, Happening::PlanWritten { triggers }));
        let mut day = written;
        for _ in 0..3 {
            day = plus_days(day, self.dice.between(15, 120).into());
            let minute = self.minute();
            if self.dice.chance(40) {
                events.push(self.at(day, minute, Happening::PlanEdited { proposal: None }));
            } else if self.dice.chance(40) {
                events.push(self.at(day, minute, Happening::PlanUsed {}));
            }
        }
    }

    /// What belongs to one relationship: starting together, the agreement, check-ins, messages and
    /// consultations.
    pub fn plan_relationship(
        &mut self,
        span: &Span,
        with: &mut Provider,
        level: Level,
        names: &mut Names,
    ) -> Vec<Event> {
        let provider = with.label().clone();
        let mut events = Vec::new();
        let latest_start = (span.days / 8).clamp(1, if level == Level::Primary { 12 } else { 28 });
        let Some(met) = with.meeting_on_or_after(plus_days(span.start, self.dice.below(latest_start).into())) else {
            return events;
        };
        let started = met.date_naive();
        let place = Some(with.place().as_str().into());
        let began = Happening::RelationshipStarted { level: Some(level), place };
        events.push(self.event(met, Some(&provider), began));

        if self.turn != OwnerTurn::NoAgreement && self.dice.chance(92) {
            let agreed = plus_days(started, self.dice.below(8).into());
            let check_ins = self.dice.chance(88) || self.check_ins_matter();
            let accepted = self.agreement(check_ins);
            let minute = self.dice.between(17 * 60, 19 * 60);
            events.push(self.with(&provider, agreed, minute, accepted));
            if check_ins {
                self.plan_check_ins(span, &provider, agreed, names, &mut events);
            }
        }
        if self.turn == OwnerTurn::SilenceClause {
            let clause = Happening::SilenceClauseSet { n: Count(2) };
            events.push(self.with(&provider, plus_days(started, 9), 18 * 60, clause));
        }
        self.plan_messages(span, &provider, met, names, &mut events);
        events.extend(with.plan_contact(span, &self.label, started, names));
        self.plan_consultations(span, with, started, &mut events);
        self.plan_sharing(span, &provider, &mut events);
        if self.turn == OwnerTurn::EndsRelationship {
            events.push(self.with(&provider, span.day_at(50), 20 * 60 + 30, Happening::RelationshipEnded {}));
        }
        events
    }

    fn check_ins_matter(&self) -> bool {
        use OwnerTurn::{HeavyTimes, LeavesUnread, NoCheckIns, SilenceClause, Silent, Traveller};
        matches!(self.turn, HeavyTimes | LeavesUnread | NoCheckIns | Silent | SilenceClause | Traveller)
    }

    fn agreement(&mut self, check_ins: bool) -> Happening {
        let days = self.dice.weighted(&[(1, 1), (3, 2), (8, 3), (2, 4), (3, 5)], 3);
        Happening::AgreementAccepted { reply_window_days: ReplyWindow(days), check_ins, substitute: None }
    }

    fn plan_check_ins(
        &mut self,
        span: &Span,
        provider: &Label,
        agreed: NaiveDate,
        names: &mut Names,
        events: &mut Vec<Event>,
    ) {
        if !self.check_ins_matter() && !self.dice.chance(85) {
            return;
        }
        let accepted = plus_days(agreed, self.dice.between(1, 6).into());
        let often = if self.check_ins_matter() { 7 } else { 14 };
        let every = EveryDays(self.dice.weighted(&[(3, 7), (5, 14), (2, 28)], often));
        let every = if self.check_ins_matter() { EveryDays(often) } else { every };
        let mut begin = |owner: &mut Self, day: NaiveDate| {
            let series = names.series(&owner.label);
            let started = Happening::SeriesAccepted { series: series.clone(), every_days: every };
            let minute = owner.dice.between(9 * 60, 21 * 60);
            events.push(owner.with(provider, day, minute, started));
            series
        };
        let first = begin(self, accepted);
        // After twelve weeks only she can renew it; the last check-in may have come some days late.
        let over = plus_days(accepted, 12 * 7);
        let second = (span.contains(over) && self.dice.chance(60)).then(|| begin(self, plus_days(over, 6)));
        let stopped = match second {
            Some(second) if self.dice.chance(25) => Some((plus_days(over, self.dice.between(20, 70).into()), second)),
            None if self.dice.chance(25) => Some((plus_days(accepted, self.dice.between(20, 70).into()), first)),
            _ => None,
        };
        if let Some((day, series)) = stopped {
            let minute = self.minute();
            events.push(self.with(provider, day, minute, Happening::SeriesStopped { series }));
        }
    }

    fn plan_messages(
        &mut self,
        span: &Span,
        provider: &Label,
        met: DateTime<FixedOffset>,
        names: &mut Names,
        events: &mut Vec<Event>,
    ) {
        for day in plus_days(met.date_naive(), 1).iter_days().take_while(|day| *day < span.end()) {
            if self.dice.below(1000) >= self.habits.writes {
                continue;
            }
            let message = names.message(&self.label);
            let kind = self.dice.weighted(
                &[
                    (46, MessageKind::ReplyWanted),
                    (20, MessageKind::Info),
                    (14, MessageKind::NextConsultation),
                    (20, MessageKind::Vault),
                ],
                MessageKind::Info,
            );
            let three_pages = if self.turn == OwnerTurn::LongTexts { 30 } else { 4 };
            let chars = match self.dice.below(100) {
                n if n < three_pages => self.dice.between(6_500, 10_500),
                n if n < 45 => self.dice.between(20, 280),
                n if n < 85 => self.dice.between(281, 1_200),
                _ => self.dice.between(1_201, 4_000),
            };
            let gist = chars > 1_200 && self.dice.chance(self.habits.gives_gist);
            let important = self.dice.chance(6).then_some(true);
            let minute = self.minute();
            let sent = Happening::MessageSent {
                message: message.clone(),
                from: Side::Owner,
                message_kind: kind,
                chars: Chars(chars),
                gist,
                preview_allowed: self.habits.previews,
                important,
                by: None,
            };
            let sent = self.with(provider, day, minute, sent);
            let at = sent.at.to_utc();
            events.push(sent);
            match self.dice.below(100) {
                0..4 => {
                    let regretted = at + TimeDelta::minutes(self.dice.between(1, 45).into());
                    events.push(self.later(regretted, Some(provider), Happening::MessageRecalled { message }));
                }
                4..8 => {
                    let settled = at + TimeDelta::hours(self.dice.between(20, 100).into());
                    let closed = Happening::ClockClosed { message, by: "owner".into() };
                    events.push(self.later(settled, Some(provider), closed));
                }
                _ => {}
            }
        }
    }

    /// Every second week for most, agreed on when the one before is over; every fourth week or none
    /// for others.
    fn plan_consultations(&mut self, span: &Span, with: &mut Provider, started: NaiveDate, events: &mut Vec<Event>) {
        let every = self.dice.weighted(&[(6, 14), (3, 28), (2, 0)], 14);
        if every == 0 {
            return;
        }
        let mut agreed_on = plus_days(started, 2);
        let mut day = plus_days(started, self.dice.between(8, 16).into());
        while span.contains(day) {
            if let Some(at_time) = with.meeting_on_or_after(day).filter(|at| span.contains(at.date_naive())) {
                let provider = with.label().clone();
                events.push(self.with(&provider, agreed_on, 15 * 60 + 45, Happening::Consultation { at_time }));
                agreed_on = at_time.date_naive();
            }
            day = plus_days(day, every);
        }
    }

    fn plan_sharing(&mut self, span: &Span, provider: &Label, events: &mut Vec<Event>) {
        let revokes = self.turn == OwnerTurn::RevokesPlan;
        if !revokes && !self.dice.chance(50) {
            return;
        }
        let subject: Label = self.dice.weighted(&[(3, "crisis_plan"), (1, "how_to_meet_me")], "crisis_plan").into();
        let level = self
            .dice
            .weighted(&[(3, GrantLevel::See), (1, GrantLevel::Comment), (1, GrantLevel::Propose)], GrantLevel::See);
        let granted = span.day_at(self.dice.between(18, 35));
        events.push(self.with(provider, granted, 17 * 60, Happening::Grant { subject: subject.clone(), level }));
        if revokes || self.dice.chance(15) {
            let taken_back = span.day_at(self.dice.between(45, 80));
            events.push(self.with(provider, taken_back, 22 * 60 + 40, Happening::Revoke { subject }));
        }
    }

    pub fn on_check_in(&mut self, sent: &Decision, provider: &Label) -> Vec<Event> {
        let mut events = Vec::new();
        let at = sent.at.to_utc();
        let opened = if self.dice.chance(self.habits.opens) {
            at + TimeDelta::minutes(self.dice.between(4, 540).into())
        } else if self.dice.chance(30) {
            at + TimeDelta::hours(self.dice.between(30, 400).into())
        } else {
            return events;
        };
        let slot = sent.slot;
        events.push(self.later(opened, Some(provider), Happening::CheckInOpened { slot }));
        if self.dice.chance(self.habits.answers) {
            let heavy = if self.turn == OwnerTurn::HeavyTimes { 40 } else { 7 };
            let answer = self.dice.weighted(
                &[
                    (40, CheckInAnswer::Ok),
                    (28, CheckInAnswer::Both),
                    (12, CheckInAnswer::NotNow),
                    (heavy, CheckInAnswer::Heavy),
                    (6, CheckInAnswer::WantToTalk),
                ],
                CheckInAnswer::Ok,
            );
            let answered = opened + TimeDelta::minutes(self.dice.between(1, 40).into());
            events.push(self.later(answered, Some(provider), Happening::CheckInAnswered { slot, answer }));
        }
        events
    }

    /// A prompt about her plan, or about the agreement with `provider`.
    pub fn on_prompt(&mut self, sent: &Decision, provider: Option<&Label>, world: &World) -> Vec<Event> {
        let mut events = Vec::new();
        if !self.dice.chance(self.habits.opens) {
            return events;
        }
        let (slot, job) = (sent.slot, Some(sent.job));
        let opened = sent.at.to_utc() + TimeDelta::minutes(self.dice.between(10, 1500).into());
        events.push(self.later(opened, provider, Happening::PromptOpened { slot, job }));
        if !self.dice.chance(65) {
            return events;
        }
        let answer = self.dice.weighted(
            &[
                (30, PromptAnswer::LookNow),
                (20, PromptAnswer::Together),
                (25, PromptAnswer::Wait),
                (25, PromptAnswer::FineAsIs),
            ],
            PromptAnswer::Wait,
        );
        let alone = answer == PromptAnswer::Together && sent.job == Job::PlanReview && !world.shares_plan(&self.label);
        let answer = if alone { PromptAnswer::Wait } else { answer };
        let answered = opened + TimeDelta::minutes(self.dice.between(1, 30).into());
        events.push(self.later(answered, provider, Happening::PromptAnswered { slot, answer, job }));
        if answer == PromptAnswer::LookNow {
            match (sent.job, provider) {
                (Job::AgreementRound, Some(provider)) => {
                    let days = self.dice.between(2, 9);
                    let check_ins = self.dice.chance(95);
                    let accepted = self.agreement(check_ins);
                    events.push(self.later(answered + TimeDelta::days(days.into()), Some(provider), accepted));
                }
                _ if world.has_plan(&self.label) && self.dice.chance(50) => {
                    let edited = answered + TimeDelta::minutes(self.dice.between(10, 90).into());
                    events.push(self.later(edited, None, Happening::PlanEdited { proposal: None }));
                }
                _ => {}
            }
        }
        events
    }

    /// Something has come from a provider; she opens what waits.
    pub fn on_notice(&mut self, sent: &Decision, world: &World) -> Vec<Event> {
        if !self.dice.chance(self.habits.opens) {
            return Vec::new();
        }
        let at = sent.at.to_utc() + TimeDelta::minutes(self.dice.between(2, 700).into());
        let waiting = world.unopened_by_owner(&self.label);
        waiting.into_iter().flat_map(|message| self.open(message, at, world)).collect()
    }

    /// A message has come; without any notice she finds it by herself some day.
    pub fn on_message(&mut self, message: &Label, at: DateTime<Utc>, world: &World) -> Vec<Event> {
        if !self.dice.chance(80) {
            return Vec::new();
        }
        let found = at + TimeDelta::hours(self.dice.between(20, 150).into());
        self.open(message.clone(), found, world)
    }

    fn open(&mut self, message: Label, at: DateTime<Utc>, world: &World) -> Vec<Event> {
        let Some((_, provider)) = world.message(&message).map(|state| state.pair.clone()) else { return Vec::new() };
        let mut events = vec![self.later(at, Some(&provider), Happening::MessageOpened { message: message.clone() })];
        if self.dice.chance(self.habits.thanks) {
            let thanked = at + TimeDelta::minutes(self.dice.between(1, 20).into());
            let thanks = Happening::ReadThanks { message, from: Side::Owner, by: None };
            events.push(self.later(thanked, Some(&provider), thanks));
        }
        events
    }

    /// The promised date has passed. Most wait; some let it be.
    pub fn on_overdue(&mut self, told: &Decision, world: &World) -> Vec<Event> {
        let mut events = Vec::new();
        for message in told.items.iter().flatten().chain(&told.subject) {
            let Some(state) = world.message(message).filter(|state| state.open_clock) else { continue };
            let provider = state.pair.1.clone();
            if self.dice.chance(25) {
                let at = told.at.to_utc() + TimeDelta::minutes(self.dice.between(20, 2000).into());
                let closed = Happening::ClockClosed { message: message.clone(), by: "owner".into() };
                events.push(self.later(at, Some(&provider), closed));
            }
            break;
        }
        events
    }

    /// A minute of the day at which people write: evenings, days, and nights.
    fn minute(&mut self) -> u32 {
        if self.dice.chance(self.habits.writes_at_night) {
            return (22 * 60 + 30 + self.dice.below(7 * 60)) % 1440;
        }
        if self.dice.chance(50) { self.dice.between(17 * 60, 22 * 60) } else { self.dice.between(7 * 60, 17 * 60) }
    }

    fn zone_at(&self, at: DateTime<Utc>) -> Tz {
        let here = self.journeys.iter().rev().find(|(from, _)| *from <= at);
        here.map_or(self.home, |(_, zone)| *zone)
    }

    fn at(&self, day: NaiveDate, minute: u32, what: Happening) -> Event {
        self.later(self.instant(day, minute), None, what)
    }

    fn with(&self, provider: &Label, day: NaiveDate, minute: u32, what: Happening) -> Event {
        self.later(self.instant(day, minute), Some(provider), what)
    }

    /// By the clock where she wakes up that day.
    fn instant(&self, day: NaiveDate, minute: u32) -> DateTime<Utc> {
        let morning = self.zone_at(wall(self.home, day, 0).to_utc());
        wall(morning, day, minute).to_utc()
    }

    fn later(&self, at: DateTime<Utc>, provider: Option<&Label>, what: Happening) -> Event {
        self.event(in_zone(self.zone_at(at), at), provider, what)
    }

    fn event(&self, at: DateTime<FixedOffset>, provider: Option<&Label>, what: Happening) -> Event {
        Event::new(at, Some(&self.label), provider, what)
    }
}

fn time(hour: u32, minute: u32) -> WallTime {
    WallTime(NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or(NaiveTime::MIN))
}
