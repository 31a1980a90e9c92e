//! When a provider works, and what a reply window promises in her calendar.

use crate::calendar::{HolidayCalendar, is_weekend};
use crate::schedule::{date_exists, instant_of};
use crate::weekdays::Weekdays;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// How far ahead or back a working day is looked for. Somebody who has none for longer than a
/// year cannot promise anything, and the search must end.
const SEARCH_DAYS: usize = 400;

/// A provider's weekly hours: the same hours, wall clock [from, to), on each of the days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkingHours {
    pub days: Weekdays,
    pub from: NaiveTime,
    /// Closing time. Hours do not pass midnight: unless `from < to`, no day is worked.
    pub to: NaiveTime,
}

impl Default for WorkingHours {
    /// Monday to Friday, 08:00–15:30.
    fn default() -> Self {
        Self {
            days: Weekdays::MONDAY_TO_FRIDAY,
            from: NaiveTime::MIN + chrono::TimeDelta::hours(8),
            to: NaiveTime::MIN + chrono::TimeDelta::minutes(15 * 60 + 30),
        }
    }
}

/// Dates [from, to): the last day is not in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DateRange {
    pub from: NaiveDate,
    pub to: NaiveDate,
}

impl DateRange {
    pub fn contains(&self, date: NaiveDate) -> bool {
        (self.from..self.to).contains(&date)
    }
}

/// Everything that decides on which days a provider works, in her own zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderCalendar {
    pub zone: Tz,
    pub holidays: &'static HolidayCalendar,
    pub hours: WorkingHours,
    /// Absences without an accepted substitute. One with a substitute does not stop a promise.
    pub away: Vec<DateRange>,
}

/// The date both sides are shown, and the instant at which it has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Promise {
    /// The provider's date.
    pub due_on: NaiveDate,
    /// Closing time on that date.
    pub due_at: DateTime<Utc>,
}

impl ProviderCalendar {
    /// Whether she works on that date when she is not away: one of her weekdays, no public
    /// holiday, and a date that her zone did not skip.
    pub fn works_on(&self, date: NaiveDate) -> bool {
        self.hours.from < self.hours.to
            && self.hours.days.includes(date)
            && !self.holidays.is_public_holiday(date)
            && date_exists(self.zone, date)
    }

    pub fn is_absent(&self, date: NaiveDate) -> bool {
        self.away.iter().any(|range| range.contains(date))
    }

    /// Whether she works on that date and is not away.
    pub fn is_working_day(&self, date: NaiveDate) -> bool {
        self.works_on(date) && !self.is_absent(date)
    }

    /// Whether the date counts in a reply window. Weekends never do, not even for somebody whose
    /// own working days lie in them.
    pub fn counts(&self, date: NaiveDate) -> bool {
        !is_weekend(date) && self.is_working_day(date)
    }

    /// `None` when there is no working day in the next 400 days.
    pub fn next_working_day_after(&self, date: NaiveDate) -> Option<NaiveDate> {
        date.iter_days().skip(1).take(SEARCH_DAYS).find(|day| self.is_working_day(*day))
    }

    /// `None` when there was no working day in the 400 days before.
    pub fn last_working_day_before(&self, date: NaiveDate) -> Option<NaiveDate> {
        date.iter_days().rev().skip(1).take(SEARCH_DAYS).find(|day| self.is_working_day(*day))
    }

    /// The day a message belongs to: its own, or the next that counts when it was written after
    /// closing time or on a day off. A message at the stroke of closing time is not after it.
    pub fn belongs_to(&self, written_at: DateTime<Utc>) -> Option<NaiveDate> {
        let date = written_at.with_timezone(&self.zone).date_naive();
        if self.counts(date) && written_at <= self.closing(date) { Some(date) } else { self.next_counting_after(date) }
    }

    /// What is promised for a message that asks for a reply: closing time on the last of
    /// `window_working_days` days that count, the first of them after the message's day.
    /// `None` when they are not found within 400 days of one another.
    pub fn promise(&self, written_at: DateTime<Utc>, window_working_days: u8) -> Option<Promise> {
        let mut due_on = self.belongs_to(written_at)?;
        for _ in 0..window_working_days {
            due_on = self.next_counting_after(due_on)?;
        }
        Some(Promise { due_on, due_at: self.closing(due_on) })
    }

    /// A promise for one date, at closing time; `None` unless she works on it.
    pub fn due_on(&self, date: NaiveDate) -> Option<Promise> {
        self.is_working_day(date).then(|| Promise { due_on: date, due_at: self.closing(date) })
    }

    fn next_counting_after(&self, date: NaiveDate) -> Option<NaiveDate> {
        date.iter_days().skip(1).take(SEARCH_DAYS).find(|day| self.counts(*day))
    }

    fn closing(&self, date: NaiveDate) -> DateTime<Utc> {
        instant_of(self.zone, date.and_time(self.hours.to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{NaiveDateTime, TimeDelta, Weekday};
    use chrono_tz::Europe::Oslo;

    fn kari() -> ProviderCalendar {
        ProviderCalendar {
            zone: Oslo,
            holidays: HolidayCalendar::named("NO").unwrap(),
            hours: WorkingHours::default(),
            away: Vec::new(),
        }
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn at(local: &str) -> DateTime<Utc> {
        instant_of(Oslo, NaiveDateTime::parse_from_str(local, "%Y-%m-%d %H:%M").unwrap())
    }

    fn due(calendar: &ProviderCalendar, written: &str, window: u8) -> String {
        calendar.promise(at(written), window).unwrap().due_on.to_string()
    }

    /// Whit Monday 2026 is 25 May: Friday 22 May, window 3.
    #[test]
    fn a_window_of_three_over_a_holiday_monday() {
        let promise = kari().promise(at("2026-05-22 11:00"), 3).unwrap();
        assert_eq!(promise.due_on, day("2026-05-28"));
        assert_eq!(promise.due_at, at("2026-05-28 15:30"));
        assert_eq!(due(&kari(), "2026-05-22 17:30", 3), "2026-05-29");
    }

    #[test]
    fn a_message_on_a_day_off_belongs_to_the_next_working_day() {
        assert_eq!(due(&kari(), "2026-05-23 02:00", 1), "2026-05-27", "Saturday → Tuesday → Wednesday");
        assert_eq!(due(&kari(), "2026-05-25 12:00", 1), "2026-05-27", "Whit Monday → Tuesday → Wednesday");
        assert_eq!(due(&kari(), "2026-10-05 02:00", 1), "2026-10-06", "before opening is that day's");
    }

    #[test]
    fn closing_time_itself_is_not_after_it() {
        assert_eq!(kari().belongs_to(at("2026-10-05 15:30")), Some(day("2026-10-05")));
        assert_eq!(kari().belongs_to(at("2026-10-05 15:30") + TimeDelta::nanoseconds(1)), Some(day("2026-10-06")));
    }

    #[test]
    fn christmas_eve_counts_where_it_is_worked() {
        assert_eq!(due(&kari(), "2026-12-23 10:00", 1), "2026-12-24");
        assert_eq!(due(&kari(), "2026-12-23 10:00", 2), "2026-12-28");
    }

    #[test]
    fn promises_keep_to_the_wall_clock_over_both_changes() {
        assert_eq!(kari().promise(at("2027-03-22 10:00"), 3).unwrap().due_at.to_rfc3339(), "2027-03-30T13:30:00+00:00");
        assert_eq!(kari().promise(at("2026-10-22 10:00"), 2).unwrap().due_at.to_rfc3339(), "2026-10-26T14:30:00+00:00");
    }

    #[test]
    fn days_away_do_not_count() {
        let away = DateRange { from: day("2026-10-06"), to: day("2026-10-08") };
        let calendar = ProviderCalendar { away: vec![away], ..kari() };
        assert_eq!(due(&calendar, "2026-10-05 10:00", 1), "2026-10-08");
        assert!(calendar.is_absent(day("2026-10-07")) && !calendar.is_absent(day("2026-10-08")));
        assert!(calendar.works_on(day("2026-10-07")) && !calendar.is_working_day(day("2026-10-07")));
        assert_eq!(calendar.last_working_day_before(day("2026-10-08")), Some(day("2026-10-05")));
        assert_eq!(calendar.next_working_day_after(day("2026-10-05")), Some(day("2026-10-08")));
    }

    #[test]
    fn weekends_do_not_count_for_somebody_who_works_them() {
        let hours = WorkingHours { days: Weekdays::ALL, ..WorkingHours::default() };
        let calendar = ProviderCalendar { hours, ..kari() };
        assert_eq!(due(&calendar, "2026-10-09 10:00", 1), "2026-10-12");
        assert_eq!(due(&calendar, "2026-10-10 10:00", 1), "2026-10-13");
        assert!(calendar.is_working_day(day("2026-10-10")) && !calendar.counts(day("2026-10-10")));
    }

    #[test]
    fn nothing_is_promised_by_somebody_who_never_works() {
        let nobody = [
            WorkingHours { days: Weekdays::NONE, ..WorkingHours::default() },
            WorkingHours { days: Weekdays::of([Weekday::Sun]), ..WorkingHours::default() },
            WorkingHours { to: WorkingHours::default().from, ..WorkingHours::default() },
        ];
        for hours in nobody {
            let calendar = ProviderCalendar { hours, ..kari() };
            assert_eq!(calendar.promise(at("2026-10-05 10:00"), 3), None);
        }
        let away = vec![DateRange { from: day("2026-10-01"), to: day("2030-01-01") }];
        assert_eq!(ProviderCalendar { away, ..kari() }.promise(at("2026-10-05 10:00"), 1), None);
        assert_eq!(kari().next_working_day_after(NaiveDate::MAX), None);
    }

    #[test]
    fn a_date_the_zone_skipped_is_no_working_day() {
        let apia = ProviderCalendar { zone: chrono_tz::Pacific::Apia, ..kari() };
        assert!(!apia.works_on(day("2011-12-30")));
        assert_eq!(apia.next_working_day_after(day("2011-12-29")), Some(day("2012-01-02")));
    }
}
