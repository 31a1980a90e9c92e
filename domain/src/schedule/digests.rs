//! When a provider's digest is made.

use super::instants::instant_of;
use crate::working_time::ProviderCalendar;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

/// The instant of a date's digest: the later of the digest time and the start of her hours, on
/// the provider's clock. `None` on a day she does not work or is away.
pub fn digest_at(date: NaiveDate, provider: &ProviderCalendar, digest_time: NaiveTime) -> Option<DateTime<Utc>> {
    provider
        .is_working_day(date)
        .then(|| instant_of(provider.zone, date.and_time(digest_time.max(provider.hours.from))))
}

/// The first digest after `now`, with its date. `None` when there is none in the next 400 days.
pub fn next_digest_after(
    now: DateTime<Utc>,
    provider: &ProviderCalendar,
    digest_time: NaiveTime,
) -> Option<(NaiveDate, DateTime<Utc>)> {
    let today = now.with_timezone(&provider.zone).date_naive();
    let at = |date| digest_at(date, provider, digest_time).map(|at| (date, at));
    at(today).filter(|(_, at)| *at > now).or_else(|| at(provider.next_working_day_after(today)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::HolidayCalendar;
    use crate::working_time::{DateRange, WorkingHours};

    fn kari() -> ProviderCalendar {
        ProviderCalendar {
            zone: chrono_tz::Europe::Oslo,
            holidays: HolidayCalendar::named("NO").unwrap(),
            hours: WorkingHours::default(),
            away: Vec::new(),
        }
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn at_eight() -> NaiveTime {
        "08:00:00".parse().unwrap()
    }

    fn shown(found: Option<(NaiveDate, DateTime<Utc>)>) -> String {
        found.map_or_else(String::new, |(_, at)| at.with_timezone(&chrono_tz::Europe::Oslo).to_rfc3339())
    }

    #[test]
    fn on_working_days_at_the_later_of_digest_time_and_start_of_hours() {
        let at = digest_at(day("2026-10-05"), &kari(), at_eight()).unwrap();
        assert_eq!(at.to_rfc3339(), "2026-10-05T06:00:00+00:00");
        let from = "09:30:00".parse().unwrap();
        let late = ProviderCalendar { hours: WorkingHours { from, ..WorkingHours::default() }, ..kari() };
        assert_eq!(digest_at(day("2026-10-05"), &late, at_eight()).unwrap().to_rfc3339(), "2026-10-05T07:30:00+00:00");
        assert_eq!(digest_at(day("2026-10-04"), &kari(), at_eight()), None, "Sunday");
        assert_eq!(digest_at(day("2027-05-17"), &kari(), at_eight()), None, "17 May");
    }

    #[test]
    fn the_next_digest_passes_over_days_off_and_absences() {
        let next = |provider: &ProviderCalendar, now: &str| {
            shown(next_digest_after(now.parse::<DateTime<Utc>>().unwrap(), provider, at_eight()))
        };
        assert_eq!(next(&kari(), "2026-10-05T05:59:59Z"), "2026-10-05T08:00:00+02:00");
        assert_eq!(next(&kari(), "2026-10-05T06:00:00Z"), "2026-10-06T08:00:00+02:00", "strictly after");
        assert_eq!(next(&kari(), "2026-10-23T12:00:00Z"), "2026-10-26T08:00:00+01:00", "the clock changed");
        let away = vec![DateRange { from: day("2026-10-06"), to: day("2026-10-20") }];
        let away = ProviderCalendar { away, ..kari() };
        assert_eq!(next(&away, "2026-10-05T12:00:00Z"), "2026-10-20T08:00:00+02:00");
    }
}
