//! The days of a run and the wall clock over them.

use chrono::{DateTime, Days, FixedOffset, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use domain::schedule::instant_of;

/// The days [start, start + days) of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub start: NaiveDate,
    pub days: u32,
    pub zone: Tz,
}

impl Span {
    /// The first day after the run.
    pub fn end(&self) -> NaiveDate {
        self.start.checked_add_days(Days::new(self.days.into())).unwrap_or(NaiveDate::MAX)
    }

    /// The instants [0, 1) of the run.
    pub fn instants(&self) -> (DateTime<Utc>, DateTime<Utc>) {
        (instant_of(self.zone, self.start.into()), instant_of(self.zone, self.end().into()))
    }

    /// The day that lies `percent` of the way into the run.
    pub fn day_at(&self, percent: u32) -> NaiveDate {
        self.start.checked_add_days(Days::new((self.days * percent / 100).into())).unwrap_or(NaiveDate::MAX)
    }

    pub fn contains(&self, date: NaiveDate) -> bool {
        (self.start..self.end()).contains(&date)
    }

    /// Every day of the run.
    #[cfg(test)]
    pub fn iter(&self) -> impl Iterator<Item = NaiveDate> + use<> {
        let end = self.end();
        self.start.iter_days().take_while(move |date| *date < end)
    }
}

/// The instant at which the wall clock of a zone shows a date and `minutes` after midnight, with the
/// zone's offset.
pub fn wall(zone: Tz, date: NaiveDate, minutes: u32) -> DateTime<FixedOffset> {
    let time = NaiveTime::MIN.overflowing_add_signed(TimeDelta::minutes(i64::from(minutes % 1440))).0;
    in_zone(zone, instant_of(zone, date.and_time(time)))
}

/// The same instant with the offset that a zone has then.
pub fn in_zone(zone: Tz, at: DateTime<Utc>) -> DateTime<FixedOffset> {
    at.with_timezone(&zone).fixed_offset()
}

/// `date` moved by whole days; it stays where it is at the ends of the calendar.
pub fn plus_days(date: NaiveDate, days: i64) -> NaiveDate {
    date.checked_add_signed(TimeDelta::days(days)).unwrap_or(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_half_open_and_keeps_to_the_wall_clock() {
        let start = NaiveDate::from_ymd_opt(2026, 10, 24).expect("a date");
        let span = Span { start, days: 3, zone: chrono_tz::Europe::Oslo };
        assert_eq!(span.iter().count(), 3);
        assert!(span.contains(start) && !span.contains(span.end()));
        assert_eq!(span.instants().1 - span.instants().0, TimeDelta::hours(73));
        assert_eq!(wall(span.zone, plus_days(start, 1), 9 * 60).to_rfc3339(), "2026-10-25T09:00:00+01:00");
    }
}
