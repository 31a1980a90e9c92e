//! When an owner is awake to the system: outside her quiet hours and quiet days, on her own wall
//! clock.

use super::instants::{instant_of, offset_change_within_a_day};
use super::windows::Window;
use crate::calendar::HolidayCalendar;
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// More steps than the longest run of quiet days could need (five a day); the search must end.
const MAX_STEPS: usize = 2_000;

/// The nightly quiet hours, wall clock [from, to). They pass midnight when `from` is the later;
/// when both are the same there are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietHours {
    #[serde(with = "crate::wall_time")]
    pub from: NaiveTime,
    #[serde(with = "crate::wall_time")]
    pub to: NaiveTime,
}

impl Default for QuietHours {
    /// 20:00–09:00.
    fn default() -> Self {
        Self { from: NaiveTime::MIN + TimeDelta::hours(20), to: NaiveTime::MIN + TimeDelta::hours(9) }
    }
}

impl QuietHours {
    pub fn contains(&self, time: NaiveTime) -> bool {
        if self.from <= self.to { (self.from..self.to).contains(&time) } else { time >= self.from || time < self.to }
    }
}

/// An owner's wall clock and the times at which nothing may reach her.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waking {
    pub zone: Tz,
    pub quiet: QuietHours,
    pub holidays: &'static HolidayCalendar,
    /// Whether Sundays, public holidays, 24 and 31 December are quiet from midnight to midnight.
    pub quiet_days: bool,
}

impl Waking {
    pub fn local_date(&self, instant: DateTime<Utc>) -> NaiveDate {
        instant.with_timezone(&self.zone).date_naive()
    }

    pub fn is_quiet_day(&self, date: NaiveDate) -> bool {
        self.quiet_days && self.holidays.is_quiet_day(date)
    }

    pub fn is_quiet(&self, now: DateTime<Utc>) -> bool {
        let local = now.with_timezone(&self.zone).naive_local();
        self.quiet.contains(local.time()) || self.is_quiet_day(local.date())
    }

    /// The first instant at or after `now` that is not quiet, past quiet days too.
    pub fn quiet_until(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let mut at = now;
        for _ in 0..MAX_STEPS {
            if !self.is_quiet(at) {
                break;
            }
            at = self.next_boundary(at);
        }
        at
    }

    /// The waking parts of her local date, in order; none on a quiet day.
    pub fn waking_parts(&self, date: NaiveDate) -> Vec<Window> {
        let mut parts: Vec<Window> = Vec::new();
        let Some(tomorrow) = date.succ_opt() else { return parts };
        let mut at = instant_of(self.zone, date.and_time(NaiveTime::MIN));
        let end = instant_of(self.zone, tomorrow.and_time(NaiveTime::MIN));
        while at < end {
            let next = self.next_boundary(at).min(end);
            // A clock set back over midnight shows the evening before once more.
            if self.local_date(at) == date && !self.is_quiet(at) {
                match parts.last_mut() {
                    Some(part) if part.closes == at => part.closes = next,
                    _ => parts.push(Window { opens: at, closes: next }),
                }
            }
            at = next;
        }
        parts
    }

    /// The next instant at which `is_quiet` can change: local midnight, an end of the quiet hours,
    /// or a change of the clock itself. Between two of them the wall clock runs evenly.
    fn next_boundary(&self, after: DateTime<Utc>) -> DateTime<Utc> {
        let time = after.with_timezone(&self.zone).time();
        let midnight = TimeDelta::days(1) - (time - NaiveTime::MIN);
        let on_the_clock = [self.quiet.from, self.quiet.to]
            .into_iter()
            .filter(|edge| *edge > time)
            .map(|edge| edge - time)
            .fold(midnight, TimeDelta::min);
        let due = after + on_the_clock;
        offset_change_within_a_day(self.zone, after).map_or(due, |change| change.min(due))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Europe::Oslo;

    fn bente() -> Waking {
        Waking {
            zone: Oslo,
            quiet: QuietHours::default(),
            holidays: HolidayCalendar::named("NO").unwrap(),
            quiet_days: true,
        }
    }

    fn time(text: &str) -> NaiveTime {
        NaiveTime::parse_from_str(text, "%H:%M").unwrap()
    }

    fn at(local: &str) -> DateTime<Utc> {
        instant_of(Oslo, chrono::NaiveDateTime::parse_from_str(local, "%Y-%m-%d %H:%M").unwrap())
    }

    #[test]
    fn quiet_hours_are_half_open_and_pass_midnight() {
        let quiet = QuietHours::default();
        for (clock, is_quiet) in [("19:59", false), ("20:00", true), ("00:00", true), ("08:59", true), ("09:00", false)]
        {
            assert_eq!(quiet.contains(time(clock)), is_quiet, "{clock}");
        }
        let siesta = QuietHours { from: time("12:00"), to: time("14:00") };
        assert!(siesta.contains(time("12:00")) && !siesta.contains(time("14:00")) && !siesta.contains(time("23:00")));
        let never = QuietHours { from: time("09:00"), to: time("09:00") };
        assert!(!never.contains(time("09:00")) && !never.contains(time("00:00")));
    }

    #[test]
    fn quiet_ends_in_the_morning() {
        assert_eq!(bente().quiet_until(at("2026-10-06 02:00")), at("2026-10-06 09:00"));
        assert_eq!(bente().quiet_until(at("2026-10-06 20:00")), at("2026-10-07 09:00"));
        assert_eq!(bente().quiet_until(at("2026-10-06 09:00")), at("2026-10-06 09:00"), "already awake");
    }

    #[test]
    fn quiet_days_are_passed_over() {
        assert_eq!(bente().quiet_until(at("2026-10-10 21:00")), at("2026-10-12 09:00"), "Saturday night → Monday");
        assert_eq!(bente().quiet_until(at("2026-12-23 20:30")), at("2026-12-28 09:00"), "Christmas 2026");
        assert_eq!(
            bente().quiet_until(at("2027-03-24 22:00")),
            at("2027-03-27 09:00"),
            "Easter Saturday is no quiet day"
        );
        assert_eq!(bente().quiet_until(at("2027-05-15 20:00")), at("2027-05-18 09:00"), "Whit Sunday and 17 May");
        let by_night_only = Waking { quiet_days: false, ..bente() };
        assert_eq!(by_night_only.quiet_until(at("2026-10-10 21:00")), at("2026-10-11 09:00"));
    }

    #[test]
    fn the_wall_clock_rules_over_both_changes() {
        assert_eq!(at("2027-03-29 09:00").to_rfc3339(), "2027-03-29T07:00:00+00:00");
        let by_night_only = Waking { quiet_days: false, ..bente() };
        assert_eq!(by_night_only.quiet_until(at("2027-03-28 01:30")), at("2027-03-28 09:00"));
        assert_eq!(by_night_only.quiet_until(at("2026-10-25 01:30")), at("2026-10-25 09:00"));
    }

    /// On 25 October 2026 the Oslo clock shows 02:00–03:00 twice.
    #[test]
    fn an_hour_shown_twice_is_quiet_twice() {
        let early =
            Waking { quiet: QuietHours { from: time("23:00"), to: time("02:30") }, quiet_days: false, ..bente() };
        let first = at("2026-10-25 02:30");
        assert_eq!(early.quiet_until(at("2026-10-25 01:00")), first);
        let second_time_round = first + TimeDelta::minutes(45);
        assert!(early.is_quiet(second_time_round));
        assert_eq!(early.quiet_until(second_time_round), first + TimeDelta::hours(1));
        let late =
            Waking { quiet: QuietHours { from: time("02:30"), to: time("08:00") }, quiet_days: false, ..bente() };
        assert_eq!(late.quiet_until(first), first + TimeDelta::minutes(30), "the clock goes back to 02:00");
    }

    #[test]
    fn the_waking_parts_of_a_day() {
        let part = |from, to| Window { opens: at(from), closes: at(to) };
        let day = NaiveDate::from_ymd_opt(2026, 10, 6).unwrap();
        assert_eq!(bente().waking_parts(day), [part("2026-10-06 09:00", "2026-10-06 20:00")]);
        let siesta = Waking { quiet: QuietHours { from: time("12:00"), to: time("14:00") }, ..bente() };
        let expected = [part("2026-10-06 00:00", "2026-10-06 12:00"), part("2026-10-06 14:00", "2026-10-07 00:00")];
        assert_eq!(siesta.waking_parts(day), expected);
        assert!(bente().waking_parts(NaiveDate::from_ymd_opt(2026, 10, 11).unwrap()).is_empty(), "a Sunday");
    }

    /// Until 2011 the clock in St John's went back from 00:01 to 23:01 the evening before.
    #[test]
    fn an_evening_shown_again_after_midnight_is_not_the_new_days() {
        let owner = Waking {
            zone: chrono_tz::America::St_Johns,
            quiet: QuietHours { from: time("00:00"), to: time("00:00") },
            quiet_days: false,
            ..bente()
        };
        let day = NaiveDate::from_ymd_opt(2010, 11, 7).unwrap();
        let parts = owner.waking_parts(day);
        let lengths: Vec<_> = parts.iter().map(|part| part.length().num_minutes()).collect();
        assert_eq!(lengths, [1, 24 * 60]);
        assert!(parts.iter().all(|part| owner.local_date(part.opens) == day));
    }
}
