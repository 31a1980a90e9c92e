//! What a provider's daily digest holds, and in which order (R14, R19).

use crate::ids::{AccountId, MessageId, PlanReviewId, ProposalId, RelationshipId, ReplyClockId, SeriesId, SlotId};
use crate::item_changes::ItemChanges;
use crate::plan_changes::PlanChanges;
use crate::words;
use crate::words::Module;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use uuid::Uuid;

words! {
    /// In the order of the digest.
    Section {
        /// Heavy replies and silence clauses.
        Concerns = "concerns",
        /// Open clocks that are due today, or were due on the last working day.
        Waiting = "waiting",
        NextConsultation = "next_consultation",
        /// Unread and not yet listed in any digest.
        New = "new",
        TomorrowsCheckIns = "tomorrows_check_ins",
        CheckInReplies = "check_in_replies",
        ProposalsAnswered = "proposals_answered",
        SharedChanges = "shared_changes",
    }
}

/// Characters read in a minute: about 200 words of six.
const CHARS_PER_MINUTE: u32 = 1_200;

/// Whole minutes that reading `chars` characters takes, at least one for anything.
pub fn reading_minutes(chars: u32) -> u32 {
    chars.div_ceil(CHARS_PER_MINUTE)
}

/// Something that could become a line. Ids only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub section: Section,
    pub owner: AccountId,
    pub relationship: RelationshipId,
    pub message: Option<MessageId>,
    pub slot: Option<SlotId>,
    pub series: Option<SeriesId>,
    pub clock: Option<ReplyClockId>,
    /// A wish to look at the plan together that answered no prompt.
    pub review: Option<PlanReviewId>,
    /// Sections of the owner's plan that changed.
    pub plan_changes: PlanChanges,
    /// A proposal of the provider's that the owner answered.
    pub proposal: Option<ProposalId>,
    /// The part of the owner's toolbox that the changes of items are in.
    pub module: Option<Module>,
    pub item_changes: ItemChanges,
    pub due_today: bool,
    pub overdue: bool,
    pub important: bool,
    /// When it began: sent, answered, opened.
    pub since: DateTime<Utc>,
    pub chars: u32,
    /// More than the organisation's threshold of characters, or one of many from one person.
    pub long: bool,
}

/// The lines in their order, and how many found no room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest {
    pub lines: Vec<Candidate>,
    pub more: u32,
}

/// Puts candidates in order: by section; within it due today, then marked important by the owner,
/// then the oldest. A message or answer stands in the first of its sections only, with what the
/// others say of its clock. `cap` runs over all sections, but concerns are never held back by it.
pub fn compose(mut candidates: Vec<Candidate>, cap: u32) -> Digest {
    candidates.sort_by_key(|line| {
        (
            line.section,
            !line.due_today,
            !line.important,
            line.since,
            line.message,
            line.slot,
            line.series,
            line.clock,
            line.review,
        )
    });
    let mut lines: Vec<Candidate> = Vec::with_capacity(candidates.len());
    let mut seen = BTreeMap::new();
    for line in candidates {
        let subject = line.message.map(Uuid::from).or(line.slot.map(Uuid::from));
        match subject.map(|subject| seen.entry(subject)) {
            Some(Entry::Occupied(first)) => {
                let first: &mut Candidate = &mut lines[*first.get()];
                if first.clock.is_none() {
                    (first.clock, first.due_today, first.overdue) = (line.clock, line.due_today, line.overdue);
                }
                continue;
            }
            Some(Entry::Vacant(free)) => {
                free.insert(lines.len());
            }
            None => {}
        }
        lines.push(line);
    }
    let concerns = lines.iter().filter(|line| line.section == Section::Concerns).count();
    let room = usize::try_from(cap).unwrap_or(usize::MAX).max(concerns);
    let more = lines.len().saturating_sub(room);
    lines.truncate(room);
    Digest { lines, more: u32::try_from(more).unwrap_or(u32::MAX) }
}

/// All that may leave the system about a digest: numbers. There is no field for a name or a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct DigestCounts {
    pub waiting: u32,
    pub due_today: u32,
    pub overdue: u32,
    pub new: u32,
    pub long: u32,
    pub next_consultation: u32,
    pub check_in_replies: u32,
    pub tomorrows_check_ins: u32,
    /// Lines about what is shared: changes, answers to proposals, and wishes to look at something together.
    #[serde(default)]
    pub shared_changes: u32,
    pub minutes: u32,
}

impl DigestCounts {
    pub fn of(digest: &Digest) -> Self {
        let count = |wanted: &dyn Fn(&Candidate) -> bool| {
            u32::try_from(digest.lines.iter().filter(|line| wanted(line)).count()).unwrap_or(u32::MAX)
        };
        Self {
            waiting: count(&|line| line.section == Section::Waiting),
            due_today: count(&|line| line.due_today),
            overdue: count(&|line| line.overdue),
            new: count(&|line| line.section == Section::New),
            long: count(&|line| line.long),
            next_consultation: count(&|line| line.section == Section::NextConsultation),
            // A heavy reply is a check-in answer too: the mail does not tell them apart. Silence is none.
            check_in_replies: count(&|line| {
                let answer = line.slot.is_some() && line.series.is_none();
                matches!(line.section, Section::CheckInReplies | Section::Concerns) && answer
            }),
            tomorrows_check_ins: count(&|line| line.section == Section::TomorrowsCheckIns),
            shared_changes: count(&|line| matches!(line.section, Section::SharedChanges | Section::ProposalsAnswered)),
            minutes: digest.lines.iter().map(|line| reading_minutes(line.chars)).sum(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    fn line(section: Section, n: u128) -> Candidate {
        Candidate {
            section,
            owner: AccountId(Uuid::from_u128(1)),
            relationship: RelationshipId(Uuid::from_u128(2)),
            message: Some(MessageId(Uuid::from_u128(n))),
            slot: None,
            series: None,
            clock: None,
            review: None,
            plan_changes: PlanChanges::new(),
            proposal: None,
            module: None,
            item_changes: ItemChanges::new(),
            due_today: false,
            overdue: false,
            important: false,
            since: DateTime::UNIX_EPOCH + TimeDelta::minutes(i64::try_from(n).expect("small")),
            chars: 100,
            long: false,
        }
    }

    #[test]
    fn due_today_then_important_then_oldest_and_each_message_once() {
        let mut due = line(Section::Waiting, 9);
        due.due_today = true;
        let mut important = line(Section::New, 8);
        important.important = true;
        let digest =
            compose(vec![line(Section::New, 3), line(Section::New, 9), important, line(Section::Waiting, 4), due], 20);
        let order: Vec<u128> = digest.lines.iter().filter_map(|l| l.message).map(|id| id.0.as_u128()).collect();
        assert_eq!(order, [9, 4, 8, 3]);
    }

    #[test]
    fn an_answer_that_is_a_concern_carries_its_clock_and_is_listed_once() {
        let answer = |section| Candidate { message: None, slot: Some(SlotId(Uuid::from_u128(5))), ..line(section, 5) };
        let clock = Some(ReplyClockId(Uuid::from_u128(6)));
        let waiting = Candidate { clock, due_today: true, ..answer(Section::Waiting) };
        let digest = compose(vec![waiting, answer(Section::Concerns)], 20);
        let [only] = digest.lines.as_slice() else { panic!("one line: {:?}", digest.lines) };
        assert_eq!((only.section, only.clock, only.due_today), (Section::Concerns, clock, true));
    }

    #[test]
    fn a_thousand_become_twenty_and_the_rest_is_counted() {
        let digest = compose((0..1000).map(|n| line(Section::New, n)).collect(), 20);
        assert_eq!((digest.lines.len(), digest.more), (20, 980));
        assert_eq!(digest.lines[0].message, Some(MessageId(Uuid::from_u128(0))));
    }

    #[test]
    fn concerns_are_never_held_back() {
        let mut lines: Vec<_> = (0..30).map(|n| line(Section::Concerns, n)).collect();
        lines.push(line(Section::New, 99));
        let digest = compose(lines, 20);
        assert_eq!((digest.lines.len(), digest.more), (30, 1));
    }

    #[test]
    fn what_is_shared_is_counted_and_a_count_kept_before_that_says_nought() {
        let lines = vec![line(Section::SharedChanges, 1), line(Section::ProposalsAnswered, 2), line(Section::New, 3)];
        let counts = DigestCounts::of(&compose(lines, 20));
        assert_eq!((counts.shared_changes, counts.new), (2, 1));
        let mut kept = serde_json::to_value(counts).expect("counts");
        kept.as_object_mut().expect("an object").remove("shared_changes");
        let read: DigestCounts = serde_json::from_value(kept).expect("counts");
        assert_eq!(read, DigestCounts { shared_changes: 0, ..counts });
    }

    #[test]
    fn reading_takes_at_least_a_minute() {
        assert_eq!([0, 1, 1_200, 1_201].map(reading_minutes), [0, 1, 1, 2]);
    }
}
