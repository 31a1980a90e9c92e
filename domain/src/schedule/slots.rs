//! Anchors, and the slots they become. An anchor is counted from the date of acceptance alone, so
//! that a slot that was rolled, skipped or postponed never moves the next.

use chrono::{Days, NaiveDate};

/// A series of check-ins lasts twelve weeks and is renewed only by the owner.
pub const SERIES_DAYS: u16 = 84;

/// How many days a slot may lie after its anchor before it is dropped.
pub const MAX_ROLL_DAYS: u16 = 4;

/// However long nobody answers, check-ins come at least this often until the series rests.
const LONGEST_INTERVAL_DAYS: u16 = 56;

/// `accepted_on` + n × `every_days` (n from 1; an interval of 0 days is taken as 1).
pub fn anchor(accepted_on: NaiveDate, every_days: u16, n: u32) -> NaiveDate {
    let days = u64::from(every_days.max(1)) * u64::from(n);
    accepted_on.checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX)
}

/// The first anchor, n ≥ 1, that lies after `date`.
pub fn next_anchor_after(accepted_on: NaiveDate, every_days: u16, date: NaiveDate) -> (u32, NaiveDate) {
    let passed = (date - accepted_on).num_days().max(0) / i64::from(every_days.max(1));
    let n = u32::try_from(passed).unwrap_or(u32::MAX).saturating_add(1);
    (n, anchor(accepted_on, every_days, n))
}

/// The first eligible day on or after the anchor, at most [`MAX_ROLL_DAYS`] later. `None`: the
/// slot is dropped.
pub fn slot_for_anchor(anchor: NaiveDate, eligible: impl Fn(NaiveDate) -> bool) -> Option<NaiveDate> {
    anchor.iter_days().take(usize::from(MAX_ROLL_DAYS) + 1).find(|date| eligible(*date))
}

/// Days between check-ins after so many unanswered in a row: twice as long after two, at most 56;
/// `None` after three, when the series rests until the owner restarts it.
pub fn effective_interval(base_days: u16, unanswered: u32) -> Option<u16> {
    match unanswered {
        0 | 1 => Some(base_days),
        2 => Some(base_days.saturating_mul(2).min(LONGEST_INTERVAL_DAYS).max(base_days)),
        _ => None,
    }
}

crate::words! {
    /// Where a check-in stands in its series; the wording differs.
    Position { Ordinary = "ordinary", First = "first", NextToLast = "next_to_last", Last = "last" }
}

/// A series of check-ins as accepted: twelve weeks, counted from the date of acceptance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeriesPlan {
    /// The owner's date.
    pub accepted_on: NaiveDate,
    /// 7, 14 or 28.
    pub every_days: u16,
}

impl SeriesPlan {
    /// How many anchors the series has: 12, 6 or 3 for 7, 14 or 28 days. The last is the
    /// eighty-fourth day itself, or renewing on it would leave a gap of two intervals.
    pub fn slots(&self) -> u32 {
        u32::from(SERIES_DAYS / self.every_days.max(1))
    }

    /// `None` outside 1 to [`Self::slots`].
    pub fn anchor(&self, n: u32) -> Option<NaiveDate> {
        (1..=self.slots()).contains(&n).then(|| anchor(self.accepted_on, self.every_days, n))
    }

    /// `None` outside 1 to [`Self::slots`]. The last is always worded as the last, and in a series
    /// of two the first as the first.
    pub fn position(&self, n: u32) -> Option<Position> {
        let slots = self.slots();
        (1..=slots).contains(&n).then_some(match n {
            _ if n == slots => Position::Last,
            1 => Position::First,
            _ if n + 1 == slots => Position::NextToLast,
            _ => Position::Ordinary,
        })
    }

    /// The anchor that follows number `last` (0: none was yet) and lies after the date `after`.
    /// A doubled interval passes over anchors and keeps to the same grid, counted on from the last
    /// one: anchors counted in doubled intervals from acceptance could fall a single interval
    /// later. `None` when the series rests or is over.
    pub fn following(&self, last: u32, unanswered: u32, after: NaiveDate) -> Option<(u32, NaiveDate)> {
        let interval = effective_interval(self.every_days.max(1), unanswered)?;
        let step = u32::from(interval / self.every_days.max(1)).max(1);
        let due = if last == 0 { 1 } else { last.saturating_add(step) };
        let (in_time, _) = next_anchor_after(self.accepted_on, self.every_days, after);
        let n = due.max(in_time);
        Some((n, self.anchor(n)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weekdays::Weekdays;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn plan(every_days: u16) -> SeriesPlan {
        SeriesPlan { accepted_on: day("2026-10-01"), every_days }
    }

    #[test]
    fn anchors_are_counted_from_acceptance() {
        assert_eq!(anchor(day("2026-10-01"), 14, 1), day("2026-10-15"));
        assert_eq!(anchor(day("2026-10-01"), 28, 3), day("2026-12-24"));
        assert_eq!(next_anchor_after(day("2026-10-01"), 14, day("2026-10-14")), (1, day("2026-10-15")));
        assert_eq!(next_anchor_after(day("2026-10-01"), 14, day("2026-10-15")), (2, day("2026-10-29")));
        assert_eq!(next_anchor_after(day("2026-10-01"), 14, day("2026-01-01")), (1, day("2026-10-15")));
        assert_eq!(next_anchor_after(day("2026-10-01"), 0, day("2026-10-01")), (1, day("2026-10-02")));
        assert_eq!(anchor(day("2026-10-01"), u16::MAX, u32::MAX), NaiveDate::MAX);
    }

    #[test]
    fn a_slot_rolls_four_days_and_no_further() {
        let send_day = |date| Weekdays::TUESDAY_TO_THURSDAY.includes(date);
        assert_eq!(slot_for_anchor(day("2026-10-15"), send_day), Some(day("2026-10-15")), "Thursday");
        assert_eq!(slot_for_anchor(day("2026-10-16"), send_day), Some(day("2026-10-20")), "Friday → Tuesday");
        assert_eq!(slot_for_anchor(day("2026-10-16"), |date| send_day(date) && date != day("2026-10-20")), None);
        assert_eq!(slot_for_anchor(NaiveDate::MAX, |_| false), None);
    }

    #[test]
    fn silence_doubles_the_interval_and_then_rests() {
        let intervals = |base| [0, 1, 2, 3, 4].map(|unanswered| effective_interval(base, unanswered));
        assert_eq!(intervals(7), [Some(7), Some(7), Some(14), None, None]);
        assert_eq!(intervals(14), [Some(14), Some(14), Some(28), None, None]);
        assert_eq!(intervals(28), [Some(28), Some(28), Some(56), None, None]);
    }

    #[test]
    fn first_next_to_last_and_last_are_known() {
        use Position::{First, Last, NextToLast, Ordinary};
        let positions = |every| (1..=plan(every).slots()).filter_map(|n| plan(every).position(n)).collect::<Vec<_>>();
        assert_eq!(positions(28), [First, NextToLast, Last]);
        assert_eq!(positions(14), [First, Ordinary, Ordinary, Ordinary, NextToLast, Last]);
        assert_eq!(positions(7).len(), 12);
        assert_eq!((plan(14).position(0), plan(14).position(7), plan(14).anchor(7)), (None, None, None));
        assert_eq!(plan(14).anchor(6), Some(day("2026-12-24")), "the eighty-fourth day");
    }

    #[test]
    fn a_doubled_interval_keeps_to_the_grid() {
        let follow = |last, unanswered, after| plan(14).following(last, unanswered, day(after)).map(|(n, _)| n);
        assert_eq!(follow(0, 0, "2026-10-01"), Some(1));
        assert_eq!(follow(1, 1, "2026-10-15"), Some(2));
        assert_eq!(follow(3, 2, "2026-11-12"), Some(5));
        assert_eq!(follow(3, 3, "2026-11-12"), None, "rests");
        assert_eq!(follow(6, 0, "2026-12-24"), None, "over");
        assert_eq!(follow(1, 0, "2026-11-20"), Some(4), "what was missed is not made up for");
        assert_eq!(follow(2, 0, "2026-10-29"), Some(3));
    }
}
