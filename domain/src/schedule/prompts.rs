//! When owners are asked to look at their plan and their agreement again, and the week their
//! budget of prompts is counted in.

use crate::working_time::DateRange;
use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

/// No plan and no agreement is asked about more often than this in a lifetime.
const MAX_ROUNDS: u32 = 1_000;

/// The date of the `n`th review of a plan (n from 1): 90 days after it was written, then every
/// `every_days`, 180 unless the owner chose otherwise.
pub fn plan_review_due(written_on: NaiveDate, every_days: u16, n: u32) -> NaiveDate {
    let days = 90 + u64::from(every_days) * u64::from(n.saturating_sub(1));
    written_on.checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX)
}

/// The date of the `n`th round about an agreement (n from 1): after 6 weeks, 3 months, then every
/// 6 months. Months are the calendar's, counted from the day it came into force; a day the month
/// does not have is its last.
pub fn agreement_round_due(in_force_on: NaiveDate, n: u32) -> NaiveDate {
    let due = match n {
        0 | 1 => in_force_on.checked_add_days(Days::new(42)),
        _ => in_force_on.checked_add_months(Months::new((n - 2).saturating_mul(6).saturating_add(3))),
    };
    due.unwrap_or(NaiveDate::MAX)
}

/// The first review after `date`, with its number; `None` in some hundred years.
pub fn next_plan_review_after(written_on: NaiveDate, every_days: u16, date: NaiveDate) -> Option<(u32, NaiveDate)> {
    (1..=MAX_ROUNDS).map(|n| (n, plan_review_due(written_on, every_days, n))).find(|(_, due)| *due > date)
}

/// The first round after `date`, with its number; `None` in some hundred years.
pub fn next_agreement_round_after(in_force_on: NaiveDate, date: NaiveDate) -> Option<(u32, NaiveDate)> {
    (1..=MAX_ROUNDS).map(|n| (n, agreement_round_due(in_force_on, n))).find(|(_, due)| *due > date)
}

/// ISO 8601 year and week of a date. The year is the week's, not always the date's.
pub fn iso_week(date: NaiveDate) -> (i32, u32) {
    let week = date.iso_week();
    (week.year(), week.week())
}

/// The seven days of the date's ISO week, Monday to [Monday).
pub fn iso_week_days(date: NaiveDate) -> DateRange {
    let week = date.week(Weekday::Mon);
    let from = week.checked_first_day().unwrap_or(NaiveDate::MIN);
    let to = from.checked_add_days(Days::new(7)).unwrap_or(NaiveDate::MAX);
    DateRange { from, to }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn plan_reviews_after_90_days_then_every_180() {
        let due: Vec<_> = (1..=3).map(|n| plan_review_due(day("2026-10-01"), 180, n).to_string()).collect();
        assert_eq!(due, ["2026-12-30", "2027-06-28", "2027-12-25"]);
        assert_eq!(next_plan_review_after(day("2026-10-01"), 180, day("2026-12-29")), Some((1, day("2026-12-30"))));
        assert_eq!(next_plan_review_after(day("2026-10-01"), 180, day("2026-12-30")), Some((2, day("2027-06-28"))));
        assert_eq!(next_plan_review_after(day("2026-10-01"), 180, NaiveDate::MAX), None);
        assert_eq!(plan_review_due(day("2026-10-01"), 365, 2), day("2027-12-30"));
    }

    #[test]
    fn agreement_rounds_after_six_weeks_three_months_then_every_six() {
        let due: Vec<_> = (1..=5).map(|n| agreement_round_due(day("2026-11-30"), n).to_string()).collect();
        assert_eq!(due, ["2027-01-11", "2027-02-28", "2027-08-30", "2028-02-29", "2028-08-30"]);
        assert_eq!(next_agreement_round_after(day("2026-11-30"), day("2027-02-28")), Some((3, day("2027-08-30"))));
        assert_eq!(agreement_round_due(day("2026-11-30"), u32::MAX), NaiveDate::MAX);
    }

    #[test]
    fn weeks_begin_on_monday_and_have_their_own_year() {
        assert_eq!(iso_week(day("2027-01-03")), (2026, 53));
        assert_eq!(iso_week(day("2027-01-04")), (2027, 1));
        assert_eq!(iso_week_days(day("2027-01-03")), DateRange { from: day("2026-12-28"), to: day("2027-01-04") });
        assert!(iso_week_days(day("2027-01-04")).contains(day("2027-01-10")));
        assert!(iso_week_days(NaiveDate::MAX).from <= NaiveDate::MAX);
    }
}
