//! What admins see of the ledger: counts, and never of so few people that one could be recognised.

use crate::words::{Job, Outcome};
use chrono::{Datelike, Days, NaiveDate};
use serde::{Deserialize, Serialize};

/// Groups of fewer people are never shown, not even as a number.
pub const SMALLEST_SHOWN_GROUP: u64 = 5;

/// How many slots of one job came to the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Tally {
    pub job: Job,
    pub outcome: Outcome,
    pub count: u64,
}

/// A tally before anybody may see it. Not serialisable: only [`shown`] lets it out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawTally {
    pub job: Job,
    pub outcome: Outcome,
    pub count: u64,
    /// Different owners it is about.
    pub owners: u64,
    /// Different people it went to, or would have gone to.
    pub recipients: u64,
}

/// What may be shown, by job and outcome. A small group leaves no row, as if there were none: a
/// count that is withheld visibly would say that somebody is there.
pub fn shown(raw: impl IntoIterator<Item = RawTally>) -> Vec<Tally> {
    let mut tallies: Vec<Tally> = raw
        .into_iter()
        .filter(|tally| tally.recipients >= SMALLEST_SHOWN_GROUP)
        .filter(|tally| tally.owners == 0 || tally.owners >= SMALLEST_SHOWN_GROUP)
        .map(|tally| Tally { job: tally.job, outcome: tally.outcome, count: tally.count })
        .collect();
    tallies.sort_unstable();
    tallies
}

/// The whole calendar months, [from, to), that hold a period. Two periods that differ by a day would
/// otherwise tell what one person's day was.
pub fn whole_months(from: NaiveDate, to: NaiveDate) -> (NaiveDate, NaiveDate) {
    let first = |date: NaiveDate| date.with_day(1).unwrap_or(date);
    let last = to.pred_opt().unwrap_or(to).max(from);
    let after = first(last).checked_add_days(Days::new(u64::from(last.num_days_in_month())));
    (first(from), after.unwrap_or(NaiveDate::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(outcome: Outcome, count: u64, owners: u64, recipients: u64) -> RawTally {
        RawTally { job: Job::CheckIn, outcome, count, owners, recipients }
    }

    #[test]
    fn a_group_of_four_leaves_no_trace() {
        let all = [
            raw(Outcome::Skipped, 40, 4, 4),
            raw(Outcome::Sent, 5, 5, 5),
            raw(Outcome::Folded, 70, 4, 9),
            raw(Outcome::Failed, 70, 9, 1),
            raw(Outcome::Held, 6, 0, 6),
        ];
        let shown: Vec<_> = shown(all).into_iter().map(|tally| (tally.outcome, tally.count)).collect();
        assert_eq!(shown, [(Outcome::Sent, 5), (Outcome::Held, 6)]);
    }

    #[test]
    fn periods_are_widened_to_whole_months() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a date");
        let months = |from, to| {
            let (from, to) = whole_months(day(from), day(to));
            format!("{from}/{to}")
        };
        assert_eq!(months("2026-12-24", "2026-12-25"), "2026-12-01/2027-01-01");
        assert_eq!(months("2026-10-01", "2026-11-01"), "2026-10-01/2026-11-01");
        assert_eq!(months("2026-10-31", "2026-11-02"), "2026-10-01/2026-12-01");
        assert_eq!(months("2026-10-31", "2026-10-01"), "2026-10-01/2026-11-01");
        assert_eq!(whole_months(NaiveDate::MAX, NaiveDate::MAX).1, NaiveDate::MAX);
    }
}
