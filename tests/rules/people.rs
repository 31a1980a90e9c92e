//! States of people and relationships above a line of the output.

use super::calendar::{instant, is_holiday, is_quiet_day};
use super::output::Event;
use super::past::Past;
use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;

/// A provider's weekly hours.
#[derive(Clone, Debug)]
pub struct Hours {
    pub days: Vec<String>,
    pub from: NaiveTime,
    pub to: NaiveTime,
}

/// An absence as it was entered.
#[derive(Clone, Debug)]
pub struct Away {
    pub line: usize,
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// She accepted, and the owner asked about consented.
    pub substitute: Option<String>,
}

/// The agreement in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    pub version: u64,
    pub window: i64,
    pub check_ins: bool,
}

fn time(hour: u32, minute: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, minute, 0).expect("a time")
}

impl Past {
    pub fn kill_switch_is_on(&self, line: usize) -> bool {
        let last = self.of_nobody(line).rev().find(|event| event.kind == "kill_switch");
        last.is_some_and(|event| event.flag("on"))
    }

    /// Suspended, or left.
    pub fn is_gone(&self, person: &str, line: usize) -> bool {
        let suspended = self.suspensions(line).any(|event| match event.required("who") {
            "owner" => event.owner.as_deref() == Some(person),
            "provider" => event.provider.as_deref() == Some(person),
            who => who == person,
        });
        let left = |event: &Event| event.kind == "provider_left" && event.provider.as_deref() == Some(person);
        suspended || self.of(person, line).any(left)
    }

    pub fn is_active(&self, owner: &str, provider: &str, line: usize) -> bool {
        let last = self
            .between(owner, provider, line)
            .rev()
            .find(|event| matches!(event.kind.as_str(), "relationship_started" | "relationship_ended"));
        let left = self.of(provider, line).any(|event| event.kind == "provider_left");
        !left && last.is_some_and(|event| event.kind == "relationship_started")
    }

    pub fn zone_of(&self, person: &str, line: usize) -> Tz {
        let moved = |event: &&Event| {
            event.kind == "zone_changed"
                && match &event.owner {
                    Some(owner) => owner == person,
                    None => event.provider.as_deref() == Some(person),
                }
        };
        let last = self.of(person, line).rev().find(moved);
        last.map_or(self.run.zone, |event| event.required("zone").parse().expect("an IANA zone"))
    }

    /// The date on somebody's calendar at an instant.
    pub fn day_of(&self, person: &str, at: DateTime<Utc>, line: usize) -> NaiveDate {
        at.with_timezone(&self.zone_of(person, line)).date_naive()
    }

    pub fn is_paused(&self, owner: &str, line: usize) -> bool {
        let last =
            self.of(owner, line).rev().find(|event| matches!(event.kind.as_str(), "pause_started" | "pause_ended"));
        last.is_some_and(|event| event.kind == "pause_started")
    }

    /// When she was admitted, if she is in hospital.
    pub fn in_hospital(&self, owner: &str, line: usize) -> bool {
        let stays = |event: &&Event| matches!(event.kind.as_str(), "hospital_admitted" | "hospital_discharged");
        self.of(owner, line).rev().find(stays).is_some_and(|event| event.kind == "hospital_admitted")
    }

    /// The latest event of a kind.
    pub fn last(&self, person: &str, kind: &str, line: usize) -> Option<&Event> {
        self.of(person, line).rev().find(|event| event.kind == kind)
    }

    pub fn is_switched_off(&self, owner: &str, job: &str, line: usize) -> bool {
        let changed = |event: &&Event| event.kind == "setting_changed" && event.text("job") == Some(job);
        self.of(owner, line).rev().find(changed).is_some_and(|event| !event.flag("on"))
    }

    pub fn quiet_hours(&self, owner: &str, line: usize) -> (NaiveTime, NaiveTime) {
        let set = self.last(owner, "quiet_hours_set", line);
        set.map_or((time(20, 0), time(9, 0)), |event| (event.time("from"), event.time("to")))
    }

    /// Whether an instant lies in an owner's quiet hours or on a quiet day.
    pub fn is_quiet(&self, owner: &str, at: DateTime<Utc>, line: usize) -> bool {
        let local = at.with_timezone(&self.zone_of(owner, line));
        let (from, to) = self.quiet_hours(owner, line);
        let now = local.time();
        let by_the_clock = if from <= to { from <= now && now < to } else { now >= from || now < to };
        by_the_clock || is_quiet_day(local.date_naive())
    }

    pub fn terms(&self, owner: &str, provider: &str, line: usize) -> Option<Terms> {
        let accepted = || self.between(owner, provider, line).filter(|event| event.kind == "agreement_accepted");
        accepted().next_back().map(|event| Terms {
            version: accepted().count() as u64,
            window: event.number("reply_window_days"),
            check_ins: event.flag("check_ins"),
        })
    }

    /// Monday to Friday 08:00–15:30 unless she said otherwise.
    pub fn hours(&self, provider: &str, line: usize) -> Hours {
        let Some(set) = self.last(provider, "provider_hours_set", line) else {
            let days = ["mon", "tue", "wed", "thu", "fri"].map(str::to_owned).to_vec();
            return Hours { days, from: time(8, 0), to: time(15, 30) };
        };
        let days = set.fields["days"].as_array().expect("days");
        let day = |value: &serde_json::Value| match value.as_u64() {
            Some(number) => ["mon", "tue", "wed", "thu", "fri", "sat", "sun"][number as usize - 1].to_owned(),
            None => value.as_str().expect("a day")[..3].to_lowercase(),
        };
        Hours { days: days.iter().map(day).collect(), from: set.time("from"), to: set.time("to") }
    }

    /// Whether a date is one of her working days, absences apart.
    pub fn works_on(&self, provider: &str, date: NaiveDate, line: usize) -> bool {
        let name = date.format("%a").to_string().to_lowercase();
        self.hours(provider, line).days.contains(&name) && !is_holiday(date)
    }

    /// Her absences known above a line, with who stands in for `owner`.
    pub fn absences(&self, provider: &str, owner: Option<&str>, line: usize) -> Vec<Away> {
        let entered = |event: &&Event| event.kind == "absence" && event.provider.as_deref() == Some(provider);
        let accepted = |after: usize| {
            self.of(provider, line)
                .filter(|event| event.kind == "substitute_accepted" && event.line > after)
                .filter(|event| event.provider.as_deref() == Some(provider))
                .find(|event| event.owner.is_none() || event.owner.as_deref() == owner)
                .map(|event| event.required("substitute").to_owned())
        };
        self.of(provider, line)
            .filter(entered)
            .map(|event| Away {
                line: event.line,
                from: event.date("from"),
                to: event.date("to"),
                substitute: accepted(event.line),
            })
            .collect()
    }

    /// Whether she is away on a date, with or without somebody standing in.
    pub fn is_away(&self, provider: &str, date: NaiveDate, line: usize) -> bool {
        self.absences(provider, None, line).iter().any(|away| away.from <= date && date < away.to)
    }

    /// Who stands in for her with this owner on a date.
    pub fn substitute(&self, owner: &str, provider: &str, date: NaiveDate, line: usize) -> Option<String> {
        let absences = self.absences(provider, Some(owner), line);
        absences.into_iter().filter(|away| away.from <= date && date < away.to).find_map(|away| away.substitute)
    }

    /// The last day before a date on which she worked.
    pub fn last_working_day_before(&self, provider: &str, date: NaiveDate, line: usize) -> Option<NaiveDate> {
        let worked = |day: &NaiveDate| self.works_on(provider, *day, line) && !self.is_away(provider, *day, line);
        (1..=120).map(|back| date - Duration::days(back)).find(worked)
    }

    pub fn next_working_day_after(&self, provider: &str, date: NaiveDate, line: usize) -> Option<NaiveDate> {
        let works = |day: &NaiveDate| self.works_on(provider, *day, line) && !self.is_away(provider, *day, line);
        (1..=120).map(|on| date + Duration::days(on)).find(works)
    }

    /// The instant at which her clock shows a time on a date.
    pub fn at_clock(&self, person: &str, date: NaiveDate, time: NaiveTime, line: usize) -> DateTime<Utc> {
        instant(self.zone_of(person, line), date.and_time(time))
    }

    /// Instants of contact between two people: a message either way except vault, a logged call or a
    /// `lets_talk`. A message that was taken back counts in `all` only.
    pub fn contacts(&self, owner: &str, provider: &str, line: usize, all: bool) -> Vec<DateTime<Utc>> {
        self.between(owner, provider, line)
            .filter(|event| match event.kind.as_str() {
                "message_sent" => {
                    let recalled = self.is_recalled(event.required("message"), line);
                    event.text("message_kind") != Some("vault") && (all || !recalled)
                }
                "reply" | "call_logged" | "lets_talk" => true,
                _ => false,
            })
            .map(|event| event.at)
            .collect()
    }

    /// Consultations of a relationship that were agreed on above a line.
    pub fn consultations(&self, owner: &str, provider: &str, line: usize) -> Vec<DateTime<Utc>> {
        let agreed = self.between(owner, provider, line).filter(|event| event.kind == "consultation");
        agreed.map(|event| event.instant("at_time")).collect()
    }

    /// Heavy answers (`heavy`, `want_to_talk`) in a relationship, with whether contact has followed
    /// by `now`: a message from the provider, a logged call, an arranged talk or a consultation held.
    pub fn heavy_answers(&self, owner: &str, provider: &str, now: DateTime<Utc>, line: usize) -> Vec<(&Event, bool)> {
        let contact = |event: &Event| match event.kind.as_str() {
            "message_sent" => event.text("from") == Some("provider") && event.text("message_kind") != Some("vault"),
            "reply" | "call_logged" | "lets_talk" => true,
            _ => false,
        };
        let held = self.consultations(owner, provider, line);
        self.between(owner, provider, line)
            .filter(|event| event.kind == "check_in_answered")
            .filter(|event| matches!(event.text("answer"), Some("heavy" | "want_to_talk")))
            .map(|heavy| {
                let followed =
                    self.between(owner, provider, line).any(|event| event.line > heavy.line && contact(event))
                        || held.iter().any(|at| heavy.at < *at && *at <= now);
                (heavy, followed)
            })
            .collect()
    }

    /// Providers an owner has or had a relationship with.
    pub fn providers_of(&self, owner: &str, line: usize) -> Vec<&str> {
        let mut providers: Vec<&str> = self
            .of(owner, line)
            .filter(|event| event.kind == "relationship_started")
            .filter_map(|event| event.provider.as_deref())
            .collect();
        providers.sort_unstable();
        providers.dedup();
        providers
    }
}
