//! One provider's half-year: hours, absences, what she does with a digest.

mod suggestions;

use super::dice::Dice;
use super::fields::{Chars, Label, Side, WallTime};
use super::line::{Decision, Event, Happening};
use super::names::Names;
use super::population::{Place, ProviderSeat, ProviderTurn};
use super::span::{Span, in_zone, plus_days, wall};
use super::world::World;
use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, TimeDelta, Timelike, Utc, Weekday};
use domain::calendar::{HolidayCalendar, easter_sunday};
use domain::weekdays::Weekdays;
use domain::words::MessageKind;
use domain::working_time::{DateRange, ProviderCalendar, WorkingHours};
use std::collections::BTreeSet;

#[derive(Clone, Debug)]
pub struct Provider {
    label: Label,
    place: Place,
    turn: ProviderTurn,
    dice: Dice,
    /// For what she says and proposes about what is shared with her, so that more of that changes nothing else.
    ideas: Dice,
    /// In force from their date on, earliest first.
    hours: Vec<(NaiveDate, WorkingHours)>,
    calendar: ProviderCalendar,
    /// How often a digest is gone through at once, in a hundred.
    diligence: u32,
    /// Messages she has made up her mind about.
    settled: BTreeSet<Label>,
}

/// What she does about a message that waits for a reply.
#[derive(Clone, Copy, Debug)]
enum Act {
    Reply { after_days: u32 },
    Thanks,
    LetsTalk,
    Promise,
    Nothing,
}

impl Provider {
    pub fn new(
        seat: &ProviderSeat,
        span: &Span,
        (mut dice, ideas): (Dice, Dice),
        holidays: &'static HolidayCalendar,
    ) -> Self {
        let hours = usual_hours(seat.turn, span, &mut dice);
        let first = hours.first().map(|(_, first)| *first).unwrap_or_default();
        let diligence = if seat.turn == ProviderTurn::Overwhelmed { 45 } else { dice.between(80, 97) };
        Self {
            label: seat.label.clone(),
            place: seat.place,
            turn: seat.turn,
            dice,
            ideas,
            hours,
            calendar: ProviderCalendar { zone: span.zone, holidays, hours: first, away: Vec::new() },
            diligence,
            settled: BTreeSet::new(),
        }
    }

    pub fn label(&self) -> &Label {
        &self.label
    }

    pub fn place(&self) -> Place {
        self.place
    }

    /// What she knows, or that happens to her whatever the planner does. `substitute` is the colleague
    /// who may stand in for her, `owners` those whom she follows up.
    pub fn plan(&mut self, span: &Span, substitute: Option<&Label>, owners: &[Label]) -> Vec<Event> {
        let mut events = Vec::new();
        for (from, hours) in self.hours.clone() {
            let set =
                Happening::ProviderHoursSet { days: hours.days, from: WallTime(hours.from), to: WallTime(hours.to) };
            events.push(self.event(wall(span.zone, from, 6 * 60), None, set));
        }
        for (range, known_days_before) in self.absences(span) {
            self.calendar.away.push(range);
            let stand_in = substitute.filter(|_| self.dice.chance(55));
            let earliest = span.start.max(plus_days(range.from, -i64::from(known_days_before)));
            let told = wall(span.zone, earliest, 7 * 60 + self.dice.below(30));
            let absence = Happening::Absence { from: range.from, to: range.to, substitute: stand_in.cloned() };
            events.push(self.event(told, None, absence));
            let Some(substitute) = stand_in else { continue };
            for owner in owners {
                if self.dice.chance(70) {
                    let minutes =
                        if known_days_before == 0 { self.dice.between(20, 90) } else { self.dice.between(60, 1600) };
                    let accepted = Happening::SubstituteAccepted { substitute: substitute.clone() };
                    let at = in_zone(span.zone, told.to_utc() + TimeDelta::minutes(minutes.into()));
                    events.push(self.event(at, Some(owner), accepted));
                }
            }
        }
        match self.turn {
            ProviderTurn::Leaves => {
                let at = wall(span.zone, span.day_at(55), 14 * 60);
                events.push(self.event(at, None, Happening::ProviderLeft {}));
            }
            ProviderTurn::Suspended => {
                let at = wall(span.zone, span.day_at(75), 11 * 60 + 20);
                events.push(self.event(at, None, Happening::AccountSuspended { who: self.label.clone() }));
            }
            _ => {}
        }
        events
    }

    /// Absences with how many days before they are known. Each ends on a weekend, so that the last
    /// day away and the first day back are the same thing to a planner whichever of them is meant.
    fn absences(&mut self, span: &Span) -> Vec<(DateRange, u32)> {
        let mut found: Vec<(DateRange, u32)> = Vec::new();
        let mut add = |from: NaiveDate, weeks: i64, known: u32| {
            let monday_week = plus_days(from, -i64::from(from.weekday().num_days_from_monday()));
            let range = DateRange { from, to: plus_days(monday_week, 7 * weeks - 1) };
            let apart = |(other, _): &(DateRange, u32)| range.to < other.from || other.to < range.from;
            if span.contains(from) && found.iter().all(apart) {
                found.push((range, known));
            }
        };
        for year in span.start.year()..=span.end().year() {
            let monday_in = |month: u32, day: u32| {
                NaiveDate::from_ymd_opt(year, month, day)
                    .map(|date| plus_days(date, i64::from(Weekday::Mon.days_since(date.weekday()))))
            };
            let easter_week = easter_sunday(year).map(|sunday| plus_days(sunday, -6));
            let holidays = [
                (monday_in(2, 20), 1, 35),
                (easter_week, 1, 45),
                (monday_in(7, 1), 4, 90),
                (monday_in(10, 2), 1, 30),
                (monday_in(12, 19), 2, 50),
            ];
            for (monday, weeks, percent) in holidays {
                if let Some(monday) = monday.filter(|_| self.dice.chance(percent)) {
                    add(monday, weeks, self.dice.between(8, 25));
                }
            }
        }
        // Ill days come in the morning and last the week.
        for _ in 0..span.days / 80 + 1 {
            let day = plus_days(span.start, self.dice.below(span.days.max(1)).into());
            if self.dice.chance(60) && day.weekday().num_days_from_monday() < 5 {
                add(day, 1, 0);
            }
        }
        found.sort_by_key(|(range, _)| range.from);
        found
    }

    /// Goes through a digest: opens what is new, acts on what waits, calls those who had it heavy,
    /// and now and then moves one of tomorrow's check-ins.
    pub fn on_digest(&mut self, digest: &Decision, world: &World, names: &mut Names) -> Vec<Event> {
        let mut events = Vec::new();
        let sent = digest.at.to_utc();
        for owner in world.waiting_for_contact(&self.label) {
            if self.dice.chance(85) {
                let call = Happening::CallLogged { by: None };
                let minutes = TimeDelta::minutes(self.dice.between(10, 150).into());
                events.extend(self.working_moment(sent + minutes).map(|at| self.event(at, Some(&owner), call)));
            }
        }
        if !self.dice.chance(self.diligence) {
            return events;
        }
        for item in digest.items.iter().flatten() {
            match item.as_str().rsplit_once('/') {
                Some((what, rest)) => {
                    events.extend(self.tend_slate(digest, item, rest, world));
                    events.extend(self.think_along(what, &rest.into(), sent, world, names));
                }
                None => events.extend(self.read(item, sent, world, names)),
            }
        }
        events
    }

    fn read(&mut self, item: &Label, sent: DateTime<Utc>, world: &World, names: &mut Names) -> Vec<Event> {
        let Some(message) = world.message(item).filter(|message| message.from == Side::Owner) else {
            return Vec::new();
        };
        let (owner, responsible) = &message.pair;
        let opened = sent + TimeDelta::minutes(self.dice.between(3, 200).into());
        let Some(opened) = self.working_moment(opened) else { return Vec::new() };
        let at = |instant: DateTime<Utc>| in_zone(self.calendar.zone, instant);
        let mut events = Vec::new();
        let mut act = |at: DateTime<FixedOffset>, what: Happening| {
            events.push(Event::new(at, Some(owner), Some(responsible), what));
        };
        if !message.opened {
            act(opened, Happening::MessageOpened { message: item.clone() });
        }
        let by = (*responsible != self.label).then(|| self.label.clone());
        let done = at(opened.to_utc() + TimeDelta::minutes(self.dice.between(4, 60).into()));
        if !message.open_clock {
            if message.kind == MessageKind::Info && self.settled.insert(item.clone()) && self.dice.chance(35) {
                act(done, Happening::ReadThanks { message: item.clone(), from: Side::Provider, by });
            }
            return events;
        }
        let first_time = self.settled.insert(item.clone());
        match self.make_up_mind(first_time) {
            Act::Reply { after_days } => {
                let earliest = opened.to_utc() + TimeDelta::days(after_days.into());
                let writing = TimeDelta::minutes(self.dice.between(4, 90).into());
                if let Some(at) = self.working_moment(earliest + writing) {
                    let carrier = names.message(owner);
                    let chars = self.dice.between(120, 1400);
                    act(at, written(carrier.clone(), MessageKind::Info, chars, by.clone()));
                    act(at, Happening::Reply { message: item.clone(), reply_message: Some(carrier), by });
                }
            }
            Act::Thanks => act(done, Happening::ReadThanks { message: item.clone(), from: Side::Provider, by }),
            Act::LetsTalk => {
                let earliest = plus_days(done.date_naive(), self.dice.between(1, 5).into());
                let day = earliest.iter_days().take(60).find(|day| self.on(*day).is_working_day(*day));
                if let Some(day) = day {
                    act(done, Happening::LetsTalk { message: item.clone(), day, by });
                }
            }
            Act::Promise => {
                let earliest = plus_days(done.date_naive(), self.dice.between(4, 8).into());
                let day = earliest.iter_days().take(60).find(|day| self.on(*day).is_working_day(*day));
                if let Some(to) = day {
                    act(done, Happening::PromiseMoved { message: item.clone(), to });
                }
            }
            Act::Nothing => {}
        }
        events
    }

    /// Most are answered within the window, some late, a few never.
    fn make_up_mind(&mut self, first_time: bool) -> Act {
        let late = Act::Reply { after_days: self.dice.between(6, 10) };
        let soon = Act::Reply { after_days: self.dice.below(2) };
        match (self.turn, first_time) {
            (ProviderTurn::Overwhelmed, true) => self
                .dice
                .weighted(&[(30, soon), (30, late), (5, Act::Thanks), (5, Act::Promise), (30, Act::Nothing)], soon),
            (_, true) => self.dice.weighted(
                &[(66, soon), (8, Act::Thanks), (9, Act::LetsTalk), (4, Act::Promise), (7, late), (6, Act::Nothing)],
                soon,
            ),
            (ProviderTurn::Overwhelmed, false) => self.dice.weighted(&[(25, soon), (75, Act::Nothing)], soon),
            (_, false) => self.dice.weighted(&[(60, soon), (10, Act::LetsTalk), (30, Act::Nothing)], soon),
        }
    }

    /// `item` is `series/slot`; a slot after the digest's own day is one of tomorrow's check-ins.
    fn tend_slate(&mut self, digest: &Decision, item: &Label, slot: &str, world: &World) -> Option<Event> {
        let slot: NaiveDate = slot.parse().ok().filter(|slot| *slot > digest.slot)?;
        let (series, _) = item.as_str().rsplit_once('/')?;
        let (owner, provider) = world.pair_of_series(&series.into())?;
        if *provider != self.label || !self.dice.chance(7) {
            return None;
        }
        let what = if self.dice.chance(50) {
            Happening::SlotPostponed { slot, to: plus_days(slot, self.dice.between(1, 2).into()) }
        } else {
            Happening::SlotSkippedByProvider { slot }
        };
        let at = digest.at.to_utc() + TimeDelta::minutes(self.dice.between(5, 120).into());
        Some(self.event(in_zone(self.calendar.zone, at), Some(owner), what))
    }

    /// Writes or phones first, now and then (R17).
    pub fn plan_contact(&mut self, span: &Span, owner: &Label, from: NaiveDate, names: &mut Names) -> Vec<Event> {
        let mut events = Vec::new();
        let mut day = plus_days(from, self.dice.between(6, 30).into());
        while span.contains(day) {
            if self.on(day).is_working_day(day) {
                let at = self.hour_on(day, 0);
                let what = if self.dice.chance(15) {
                    Happening::CallLogged { by: None }
                } else {
                    let kinds = [(80, MessageKind::Info), (20, MessageKind::NextConsultation)];
                    let kind = self.dice.weighted(&kinds, MessageKind::Info);
                    let chars = self.dice.between(80, 900);
                    written(names.message(owner), kind, chars, None)
                };
                events.push(self.event(at, Some(owner), what));
            }
            day = plus_days(day, self.dice.between(14, 45).into());
        }
        events
    }

    /// A quarter of an hour of her working time at which a meeting can begin, on the first working
    /// day of the six from `day` on.
    pub fn meeting_on_or_after(&mut self, day: NaiveDate) -> Option<DateTime<FixedOffset>> {
        let day = day.iter_days().take(6).find(|day| self.on(*day).is_working_day(*day))?;
        let hours = self.on(day).hours;
        let first = hours.from.hour() * 60 + hours.from.minute();
        let last = hours.to.hour() * 60 + hours.to.minute();
        let quarters = (last.saturating_sub(first + 60)) / 15;
        Some(wall(self.calendar.zone, day, first + 15 * self.dice.below(quarters.max(1))))
    }

    /// `from` itself when she works then, else some time on her next working day.
    fn working_moment(&mut self, from: DateTime<Utc>) -> Option<DateTime<FixedOffset>> {
        let local = in_zone(self.calendar.zone, from);
        let today = local.date_naive();
        let calendar = self.on(today);
        if calendar.is_working_day(today) && local.time() < calendar.hours.to {
            if local.time() >= calendar.hours.from {
                return Some(local);
            }
            return Some(self.hour_on(today, 60));
        }
        let next = calendar.next_working_day_after(today)?;
        Some(self.hour_on(next, 60))
    }

    /// Some time of her working hours on `day`, but `spare` minutes after they begin.
    fn hour_on(&mut self, day: NaiveDate, spare: u32) -> DateTime<FixedOffset> {
        let hours = self.on(day).hours;
        let first = hours.from.hour() * 60 + hours.from.minute() + spare;
        let last = hours.to.hour() * 60 + hours.to.minute();
        wall(self.calendar.zone, day, self.dice.between(first, last.saturating_sub(1).max(first)))
    }

    /// Her calendar with the hours in force on `date`.
    fn on(&self, date: NaiveDate) -> ProviderCalendar {
        let in_force = self.hours.iter().rev().find(|(from, _)| *from <= date).or(self.hours.first());
        let hours = in_force.map(|(_, hours)| *hours).unwrap_or(self.calendar.hours);
        ProviderCalendar { hours, ..self.calendar.clone() }
    }

    fn event(&self, at: DateTime<FixedOffset>, owner: Option<&Label>, what: Happening) -> Event {
        Event::new(at, owner, Some(&self.label), what)
    }
}

/// A provider's message, or that of her substitute.
fn written(message: Label, message_kind: MessageKind, chars: u32, by: Option<Label>) -> Happening {
    Happening::MessageSent {
        message,
        from: Side::Provider,
        message_kind,
        chars: Chars(chars),
        gist: false,
        preview_allowed: false,
        important: None,
        by,
    }
}

fn usual_hours(turn: ProviderTurn, span: &Span, dice: &mut Dice) -> Vec<(NaiveDate, WorkingHours)> {
    let hours = |days: Weekdays, from: u32, to: u32| {
        let time = |minutes: u32| chrono::NaiveTime::MIN.overflowing_add_signed(TimeDelta::minutes(minutes.into())).0;
        WorkingHours { days, from: time(from), to: time(to) }
    };
    let week = Weekdays::MONDAY_TO_FRIDAY;
    let (from, to) = dice.weighted(&[(5, (480, 930)), (2, (450, 900)), (2, (510, 960)), (1, (540, 1020))], (480, 930));
    match turn {
        ProviderTurn::PartTime => {
            let three = Weekdays::of([Weekday::Mon, Weekday::Wed, Weekday::Thu]);
            let two = Weekdays::of([Weekday::Tue, Weekday::Fri]);
            vec![(span.start, hours(if dice.chance(50) { three } else { two }, from, to))]
        }
        ProviderTurn::ChangesHours => {
            let fewer = Weekdays::of([Weekday::Mon, Weekday::Tue, Weekday::Thu, Weekday::Fri]);
            vec![(span.start, hours(week, from, to)), (span.day_at(45), hours(fewer, 540, 900))]
        }
        ProviderTurn::StartsLate => vec![(span.start, hours(week, 11 * 60 + 30, 18 * 60))],
        _ => vec![(span.start, hours(week, from, to))],
    }
}
