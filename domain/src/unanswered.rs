//! Silence, counted: what an unanswered check-in is, and what follows from several.

use chrono::{DateTime, Utc};

/// One earlier slot of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PastSlot {
    pub decided_at: DateTime<Utc>,
    /// It was sent, or blocked only by an unread prompt; otherwise it neither counts nor resets.
    pub counts: bool,
    pub answered_at: Option<DateTime<Utc>>,
}

/// How many counting slots in a row went unanswered. Any tap counts as an answer and resets, also a
/// late one to an older slot.
pub fn unanswered(past: &[PastSlot]) -> u32 {
    u32::try_from(silent(past).count()).unwrap_or(u32::MAX)
}

/// When the present silence began: the first of the counting slots in a row.
pub fn silent_since(past: &[PastSlot]) -> Option<DateTime<Utc>> {
    silent(past).map(|slot| slot.decided_at).min()
}

fn silent(past: &[PastSlot]) -> impl Iterator<Item = &PastSlot> {
    let last_answer = past.iter().filter_map(|slot| slot.answered_at).max();
    past.iter()
        .filter(|slot| slot.counts && slot.answered_at.is_none())
        .filter(move |slot| last_answer.is_none_or(|at| slot.decided_at > at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    fn slot(day: i64, counts: bool, answered: Option<i64>) -> PastSlot {
        let at = |day| DateTime::UNIX_EPOCH + TimeDelta::days(day);
        PastSlot { decided_at: at(day), counts, answered_at: answered.map(at) }
    }

    #[test]
    fn any_answer_resets_and_what_was_not_sent_neither_counts_nor_resets() {
        assert_eq!(unanswered(&[]), 0);
        assert_eq!(unanswered(&[slot(1, true, None), slot(8, false, None), slot(15, true, None)]), 2);
        assert_eq!(unanswered(&[slot(1, true, Some(2)), slot(15, true, None)]), 1);
        assert_eq!(unanswered(&[slot(1, true, Some(16)), slot(15, true, None)]), 0);
        assert_eq!(unanswered(&[slot(1, true, None), slot(8, true, None), slot(15, true, None)]), 3);
    }
}
