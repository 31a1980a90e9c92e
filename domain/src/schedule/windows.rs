//! The stretch of a slot's day in which it may be sent.

use super::instants::instant_of;
use super::slots::SERIES_DAYS;
use super::waking::Waking;
use crate::weekdays::Weekdays;
use crate::working_time::ProviderCalendar;
use chrono::{DateTime, DurationRound, NaiveDate, NaiveTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Instants [opens, closes).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Window {
    pub opens: DateTime<Utc>,
    pub closes: DateTime<Utc>,
}

impl Window {
    pub fn contains(&self, instant: DateTime<Utc>) -> bool {
        (self.opens..self.closes).contains(&instant)
    }

    pub fn length(&self) -> TimeDelta {
        self.closes - self.opens
    }

    /// The part of both, if any is left of them.
    pub fn overlap(&self, other: &Self) -> Option<Self> {
        let both = Self { opens: self.opens.max(other.opens), closes: self.closes.min(other.closes) };
        (both.opens < both.closes).then_some(both)
    }

    /// Opens on a whole minute, so that a whole minute can be chosen in it.
    fn opening_on_a_minute(self) -> Option<Self> {
        let minute = TimeDelta::minutes(1);
        let down = self.opens.duration_trunc(minute).ok()?;
        let opens = if down == self.opens { down } else { down + minute };
        (opens < self.closes).then_some(Self { opens, ..self })
    }
}

/// Hours of a day on the wall clock, [from, to), not past midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DailyHours {
    #[serde(with = "crate::wall_time")]
    pub from: NaiveTime,
    #[serde(with = "crate::wall_time")]
    pub to: NaiveTime,
}

impl DailyHours {
    /// Both in whole hours, 0–23.
    fn whole(from: u8, to: u8) -> Self {
        let at = |hour: u8| NaiveTime::MIN + TimeDelta::hours(i64::from(hour.min(23)));
        Self { from: at(from), to: at(to) }
    }

    /// When owners are asked to look at their plan or their agreement again: 10:00–18:00.
    pub fn for_prompts() -> Self {
        Self::whole(10, 18)
    }
}

/// The organisation's bounds on check-ins, judged on the provider's wall clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckInTimes {
    pub hours: DailyHours,
    pub send_days: Weekdays,
}

impl Default for CheckInTimes {
    /// Tuesday to Thursday, 10:00–13:00.
    fn default() -> Self {
        Self { hours: DailyHours::whole(10, 13), send_days: Weekdays::TUESDAY_TO_THURSDAY }
    }
}

/// When a check-in may be sent on the owner's local `date`: while the provider's clock is within
/// the bounds and her own hours on a day she works, and the owner's is on that date and outside
/// quiet hours and days. The date must be a send day on both calendars, which can differ far
/// around the world. `None` when there is no such time.
///
/// Absences are not asked about: the gate does, because it knows of substitutes and has to give
/// the reason.
pub fn check_in_window(
    date: NaiveDate,
    provider: &ProviderCalendar,
    owner: &Waking,
    times: &CheckInTimes,
) -> Option<Window> {
    if !times.send_days.includes(date) {
        return None;
    }
    let awake = owner.waking_parts(date);
    let at_work = [date.pred_opt(), Some(date), date.succ_opt()]
        .into_iter()
        .flatten()
        .filter(|day| times.send_days.includes(*day) && provider.works_on(*day))
        .filter_map(|day| {
            let from = times.hours.from.max(provider.hours.from);
            let to = times.hours.to.min(provider.hours.to);
            hours_on(day, provider.zone, DailyHours { from, to })
        });
    longest(at_work.flat_map(|work| awake.iter().filter_map(move |part| part.overlap(&work))))
}

/// Whether the pair's hours meet on any day of a series that is accepted on that date. Holidays
/// and both changes of the clock are taken as they fall.
pub fn hours_ever_overlap(
    accepted_on: NaiveDate,
    provider: &ProviderCalendar,
    owner: &Waking,
    times: &CheckInTimes,
) -> bool {
    let days = accepted_on.iter_days().take(SERIES_DAYS as usize + 1);
    days.into_iter().any(|date| check_in_window(date, provider, owner, times).is_some())
}

/// When an owner may be prompted on her local `date`: the organisation's hours on her own clock,
/// outside her quiet hours. `None` on quiet days and when nothing is left.
pub fn prompt_window(date: NaiveDate, owner: &Waking, hours: DailyHours) -> Option<Window> {
    let bounds = hours_on(date, owner.zone, hours)?;
    longest(owner.waking_parts(date).iter().filter_map(|part| part.overlap(&bounds)))
}

/// A whole minute inside the window, always the same for the same series and date, so that not
/// everybody is written to on the hour. Opens the window if it holds no whole minute.
pub fn spread(window: &Window, series: Uuid, date: NaiveDate) -> DateTime<Utc> {
    let Some(window) = window.opening_on_a_minute() else { return window.opens };
    let last_minute = (window.length() - TimeDelta::nanoseconds(1)).num_minutes();
    let minutes = u64::try_from(last_minute).unwrap_or(0) + 1;
    let hash = Sha256::new().chain_update(series.as_bytes()).chain_update(date.to_string()).finalize();
    let number = hash.iter().take(8).fold(0u64, |number, byte| (number << 8) | u64::from(*byte));
    let chosen = i64::try_from(number % minutes).unwrap_or(0);
    window.opens + TimeDelta::minutes(chosen)
}

fn hours_on(date: NaiveDate, zone: chrono_tz::Tz, hours: DailyHours) -> Option<Window> {
    let opens = instant_of(zone, date.and_time(hours.from));
    let closes = instant_of(zone, date.and_time(hours.to));
    (opens < closes).then_some(Window { opens, closes })
}

/// The longest, of equals the earliest, that holds a whole minute.
fn longest(windows: impl Iterator<Item = Window>) -> Option<Window> {
    windows
        .filter_map(Window::opening_on_a_minute)
        .max_by(|one, other| one.length().cmp(&other.length()).then(other.opens.cmp(&one.opens)))
}

#[cfg(test)]
mod tests {
    use super::super::waking::QuietHours;
    use super::*;
    use crate::calendar::HolidayCalendar;
    use crate::working_time::{DateRange, WorkingHours};
    use chrono_tz::Tz;

    fn provider(zone: Tz) -> ProviderCalendar {
        let holidays = HolidayCalendar::named("NO").unwrap();
        ProviderCalendar { zone, holidays, hours: WorkingHours::default(), away: Vec::new() }
    }

    fn owner(zone: Tz) -> Waking {
        let holidays = HolidayCalendar::named("NO").unwrap();
        Waking { zone, quiet: QuietHours::default(), holidays, quiet_days: true }
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn time(text: &str) -> NaiveTime {
        NaiveTime::parse_from_str(text, "%H:%M").unwrap()
    }

    fn shown(window: Option<Window>, zone: Tz) -> String {
        window.map_or_else(String::new, |window| {
            let on = |instant: DateTime<Utc>| instant.with_timezone(&zone).format("%a %H:%M").to_string();
            format!("{} – {}", on(window.opens), on(window.closes))
        })
    }

    const OSLO: Tz = chrono_tz::Europe::Oslo;

    fn check_in(date: &str, provider: &ProviderCalendar, owner: &Waking) -> String {
        shown(check_in_window(day(date), provider, owner, &CheckInTimes::default()), owner.zone)
    }

    #[test]
    fn check_ins_lie_in_both_peoples_hours() {
        assert_eq!(check_in("2026-10-06", &provider(OSLO), &owner(OSLO)), "Tue 10:00 – Tue 13:00");
        let late_riser = Waking { quiet: QuietHours { from: time("22:00"), to: time("11:30") }, ..owner(OSLO) };
        assert_eq!(check_in("2026-10-06", &provider(OSLO), &late_riser), "Tue 11:30 – Tue 13:00");
        let mornings = WorkingHours { to: time("12:00"), ..WorkingHours::default() };
        let in_the_morning = ProviderCalendar { hours: mornings, ..provider(OSLO) };
        assert_eq!(check_in("2026-10-06", &in_the_morning, &owner(OSLO)), "Tue 10:00 – Tue 12:00");
        assert_eq!(
            check_in("2026-10-06", &in_the_morning, &Waking { quiet: late_riser.quiet, ..owner(OSLO) }),
            "Tue 11:30 – Tue 12:00"
        );
    }

    #[test]
    fn check_ins_keep_to_send_days_working_days_and_no_quiet_days() {
        for (date, why) in [
            ("2026-10-05", "Monday"),
            ("2026-10-09", "Friday"),
            ("2026-12-24", "Christmas Eve, a quiet Thursday"),
            ("2027-05-06", "Ascension"),
        ] {
            assert_eq!(check_in(date, &provider(OSLO), &owner(OSLO)), "", "{why}");
        }
        let never_quiet = Waking { quiet_days: false, ..owner(OSLO) };
        assert_eq!(check_in("2026-12-24", &provider(OSLO), &never_quiet), "Thu 10:00 – Thu 13:00");
        assert_eq!(check_in("2027-05-06", &provider(OSLO), &never_quiet), "", "the provider does not work");
    }

    #[test]
    fn an_absence_is_left_to_the_gate() {
        let away = vec![DateRange { from: day("2026-10-01"), to: day("2026-11-01") }];
        let away = ProviderCalendar { away, ..provider(OSLO) };
        assert_eq!(check_in("2026-10-06", &away, &owner(OSLO)), "Tue 10:00 – Tue 13:00");
    }

    /// 10–13 in Oslo is 04–07 in New York (quiet), 19–22 in Tokyo, 21–24 in Auckland's summer.
    #[test]
    fn a_pair_far_apart_meets_where_both_allow_it() {
        let times = CheckInTimes::default();
        let ever = |zone| hours_ever_overlap(day("2026-11-02"), &provider(OSLO), &owner(zone), &times);
        assert!(!ever(chrono_tz::America::New_York));
        assert!(!ever(chrono_tz::Pacific::Auckland));
        assert!(ever(OSLO));
        assert_eq!(check_in("2026-10-06", &provider(OSLO), &owner(chrono_tz::Asia::Tokyo)), "Tue 17:00 – Tue 20:00");
        assert_eq!(check_in("2026-11-03", &provider(OSLO), &owner(chrono_tz::Asia::Tokyo)), "Tue 18:00 – Tue 20:00");
    }

    /// A Kiritimati noon is the day before in Honolulu: send days are asked on both calendars.
    #[test]
    fn the_slot_is_on_the_owners_date() {
        let (east, west) = (chrono_tz::Pacific::Kiritimati, chrono_tz::Pacific::Honolulu);
        assert_eq!(check_in("2026-10-06", &provider(east), &owner(west)), "Tue 10:00 – Tue 13:00");
        assert_eq!(check_in("2026-10-08", &provider(east), &owner(west)), "", "Friday for the provider");
        assert_eq!(check_in("2026-10-07", &provider(west), &owner(east)), "Wed 10:00 – Wed 13:00");
        assert_eq!(check_in("2026-10-06", &provider(west), &owner(east)), "", "Monday for the provider");
    }

    #[test]
    fn prompts_lie_in_the_owners_day() {
        let prompt =
            |date: &str, owner: &Waking| shown(prompt_window(day(date), owner, DailyHours::for_prompts()), owner.zone);
        assert_eq!(prompt("2026-10-05", &owner(OSLO)), "Mon 10:00 – Mon 18:00");
        assert_eq!(prompt("2026-10-04", &owner(OSLO)), "", "Sunday");
        let evenings = Waking { quiet: QuietHours { from: time("23:00"), to: time("16:00") }, ..owner(OSLO) };
        assert_eq!(prompt("2026-10-05", &evenings), "Mon 16:00 – Mon 18:00");
        let nap = Waking { quiet: QuietHours { from: time("12:00"), to: time("13:00") }, ..owner(OSLO) };
        assert_eq!(prompt("2026-10-05", &nap), "Mon 13:00 – Mon 18:00", "the longer part");
        let nights_only = Waking { quiet: QuietHours { from: time("09:00"), to: time("19:00") }, ..owner(OSLO) };
        assert_eq!(prompt("2026-10-05", &nights_only), "");
    }

    #[test]
    fn a_window_of_seconds_still_gives_an_instant_inside() {
        let opens = DateTime::UNIX_EPOCH + TimeDelta::seconds(90);
        let window = Window { opens, closes: opens + TimeDelta::seconds(20) };
        assert_eq!(spread(&window, Uuid::nil(), day("2026-10-06")), opens);
        let minute = Window { opens, closes: opens + TimeDelta::seconds(31) };
        assert_eq!(spread(&minute, Uuid::nil(), day("2026-10-06")), DateTime::UNIX_EPOCH + TimeDelta::minutes(2));
    }
}
