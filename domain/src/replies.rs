//! Reply clocks: how a promise stands, how it may move, and what its owner may choose once the date
//! has passed (R11–R13).

use crate::words;
use crate::working_time::{Promise, ProviderCalendar};
use chrono::{DateTime, Days, NaiveDate, Utc};

/// The furthest date a provider may promise, in days from today.
pub const FURTHEST_PROMISE_DAYS: u64 = 90;

words! {
    /// How a clock stands.
    ClockState { Open = "open", Overdue = "overdue", Closed = "closed" }
    /// What moved a promise that was shown.
    MovedBy { Absence = "absence", Provider = "provider" }
    /// What an owner may choose once the date has passed.
    OverdueChoice { Wait = "wait", Remind = "remind", NextConsultation = "next_consultation", AskTeam = "ask_team" }
}

impl ClockState {
    /// A clock is overdue from closing time on its promised date on.
    pub fn at(due_at: DateTime<Utc>, closed: bool, now: DateTime<Utc>) -> Self {
        if closed {
            Self::Closed
        } else if now >= due_at {
            Self::Overdue
        } else {
            Self::Open
        }
    }
}

/// Why a date cannot be promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoveFault {
    /// Not later than what is promised already, or over by now.
    NotLater,
    NotAWorkingDay,
    TooFar,
}

/// The promise that a provider gives in place of `present`: a later working day of hers.
pub fn promise_later(
    calendar: &ProviderCalendar,
    present: NaiveDate,
    to: NaiveDate,
    now: DateTime<Utc>,
) -> Result<Promise, MoveFault> {
    let today = now.with_timezone(&calendar.zone).date_naive();
    if to <= present || to < today {
        return Err(MoveFault::NotLater);
    }
    if today.checked_add_days(Days::new(FURTHEST_PROMISE_DAYS)).is_none_or(|furthest| to > furthest) {
        return Err(MoveFault::TooFar);
    }
    let promise = calendar.due_on(to).ok_or(MoveFault::NotAWorkingDay)?;
    if promise.due_at <= now { Err(MoveFault::NotLater) } else { Ok(promise) }
}

/// The new promise for a clock that falls due in an absence, counted in the calendar that knows the
/// absence: the window counted afresh, but never before the first day that counts at or after the
/// present date, which may itself have been a later promise. `None`: she is not back within a year,
/// or the present promise lies on a day that still counts.
pub fn promise_after_absence(
    calendar: &ProviderCalendar,
    asked_at: DateTime<Utc>,
    window_days: u8,
    present: NaiveDate,
) -> Option<Promise> {
    if !calendar.is_absent(present) {
        return None;
    }
    let recounted = calendar.promise(asked_at, window_days)?;
    let back = calendar.due_on(calendar.next_working_day_after(present)?)?;
    Some(if recounted.due_on < back.due_on { back } else { recounted })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::HolidayCalendar;
    use crate::schedule::instant_of;
    use crate::working_time::{DateRange, WorkingHours};
    use chrono::NaiveDateTime;
    use chrono_tz::Europe::Oslo;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn at(local: &str) -> DateTime<Utc> {
        instant_of(Oslo, NaiveDateTime::parse_from_str(local, "%Y-%m-%d %H:%M").unwrap())
    }

    fn kari(away: &[(&str, &str)]) -> ProviderCalendar {
        ProviderCalendar {
            zone: Oslo,
            holidays: HolidayCalendar::named("NO").unwrap(),
            hours: WorkingHours::default(),
            away: away.iter().map(|(from, to)| DateRange { from: day(from), to: day(to) }).collect(),
        }
    }

    #[test]
    fn overdue_begins_at_closing_time() {
        let due = at("2026-10-08 15:30");
        assert_eq!(ClockState::at(due, false, at("2026-10-08 15:29")), ClockState::Open);
        assert_eq!(ClockState::at(due, false, due), ClockState::Overdue);
        assert_eq!(ClockState::at(due, true, due), ClockState::Closed);
    }

    #[test]
    fn a_promise_moves_only_to_a_later_working_day() {
        let now = at("2026-10-05 10:00");
        let to = |date: &str| promise_later(&kari(&[]), day("2026-10-08"), day(date), now);
        assert_eq!(to("2026-10-09").unwrap().due_at, at("2026-10-09 15:30"));
        assert_eq!(to("2026-10-08"), Err(MoveFault::NotLater));
        assert_eq!(to("2026-10-07"), Err(MoveFault::NotLater));
        assert_eq!(to("2026-10-10"), Err(MoveFault::NotAWorkingDay));
        assert_eq!(to("2027-01-04"), Err(MoveFault::TooFar));
        assert_eq!(to("+262142-12-31"), Err(MoveFault::TooFar));
    }

    #[test]
    fn an_overdue_promise_moves_to_what_is_still_to_come() {
        let move_to = |date: &str, now: &str| promise_later(&kari(&[]), day("2026-10-01"), day(date), at(now));
        assert!(move_to("2026-10-05", "2026-10-05 10:00").is_ok());
        assert_eq!(move_to("2026-10-05", "2026-10-05 15:30"), Err(MoveFault::NotLater));
        assert_eq!(move_to("2026-10-02", "2026-10-05 10:00"), Err(MoveFault::NotLater));
    }

    /// Asked Monday 5 October with three days: Thursday. Away Wednesday to Friday: Tuesday 1, Monday
    /// 2, Tuesday 3.
    #[test]
    fn an_absence_is_counted_out_of_the_window() {
        let calendar = kari(&[("2026-10-07", "2026-10-10")]);
        let moved = promise_after_absence(&calendar, at("2026-10-05 10:00"), 3, day("2026-10-08")).unwrap();
        assert_eq!(moved, Promise { due_on: day("2026-10-13"), due_at: at("2026-10-13 15:30") });
    }

    #[test]
    fn a_date_outside_the_absence_stays() {
        let calendar = kari(&[("2026-10-12", "2026-10-20")]);
        assert_eq!(promise_after_absence(&calendar, at("2026-10-05 10:00"), 3, day("2026-10-08")), None);
    }

    #[test]
    fn a_later_promise_of_hers_is_not_drawn_back() {
        let calendar = kari(&[("2026-10-21", "2026-10-24")]);
        let moved = promise_after_absence(&calendar, at("2026-10-05 10:00"), 3, day("2026-10-22")).unwrap();
        assert_eq!(moved.due_on, day("2026-10-26"), "the first day back, though three days were over on the 8th");
    }

    #[test]
    fn nobody_promises_for_somebody_who_does_not_come_back() {
        let calendar = kari(&[("2026-10-07", "2030-01-01")]);
        assert_eq!(promise_after_absence(&calendar, at("2026-10-05 10:00"), 3, day("2026-10-08")), None);
    }
}
