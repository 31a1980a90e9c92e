//! Joint sessions (R62, R63): owner and provider look at one thing together, in the same room or in a call.
//!
//! The stages say where the two are, and nothing else: going on shows nothing to anybody. What the owner reveals she
//! reveals by an act of her own, for exactly the one thing that is open, until the session ends or she takes it back.
//! Were it the stage that revealed, the provider could press it, and the owner could not tell of herself in her own
//! words, which is what the stage is for, without showing what she wrote.

use crate::ids::{ItemId, LibraryEntryId};
use crate::toolbox::{ItemKind, Sharable};
use crate::words;
use crate::words::PlanSection;
use chrono::{DateTime, DurationRound, TimeDelta, Utc};

/// Characters of one note.
pub const MAX_NOTE: usize = 20_000;
/// Characters of a link.
pub const MAX_LINK: usize = 2_000;
/// How long "I am here" holds.
pub const HERE_FOR: TimeDelta = TimeDelta::seconds(30);
/// A session where nobody is ends by itself after this, and at most [`LAPSE_STEP`] later.
pub const LAPSE_AFTER: TimeDelta = TimeDelta::hours(3);
/// Sessions lapse at whole steps, so that when one did says nothing of when somebody was last there.
pub const LAPSE_STEP: TimeDelta = TimeDelta::minutes(30);

words! {
    /// Where the two are in a session (SMART).
    JointStage { Choose = "choose", Reveal = "reveal", Explore = "explore", NewPerspective = "new_perspective" }
    JointState {
        /// One of the two has begun, and the other has not joined.
        Proposed = "proposed",
        Open = "open",
        Ended = "ended",
    }
    /// How a session ended. Nobody gives a reason.
    JointEnd {
        /// By the owner.
        Stopped = "stopped",
        /// By the provider.
        Left = "left",
        /// Nobody was there any more.
        Lapsed = "lapsed",
        /// The two do not work together at present.
        Apart = "apart",
    }
    /// What can be looked at together.
    OpenedKind { Item = "item", Section = "section", LibraryEntry = "library_entry", Link = "link" }
    /// Why the provider finds what is open.
    JointSight {
        /// She does not.
        Hidden = "hidden",
        /// The owner's settings share it with her.
        Shared = "shared",
        /// The owner revealed it, for this session.
        Revealed = "revealed",
        /// It is nobody's: an entry of the library or a link.
        Common = "common",
    }
}

/// What the two look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    Item(ItemId),
    Section(PlanSection),
    LibraryEntry(LibraryEntryId),
    /// `https://…`
    Link(String),
}

impl Opened {
    pub const fn kind(&self) -> OpenedKind {
        match self {
            Self::Item(_) => OpenedKind::Item,
            Self::Section(_) => OpenedKind::Section,
            Self::LibraryEntry(_) => OpenedKind::LibraryEntry,
            Self::Link(_) => OpenedKind::Link,
        }
    }

    /// Whether it is something of the owner's, which can be revealed.
    pub const fn is_the_owners(&self) -> bool {
        matches!(self, Self::Item(_) | Self::Section(_))
    }
}

/// Whether items of this kind can be looked at together. Medicines cannot, as with every other way of sharing; ties
/// and favourites say nothing without the items they point at.
pub fn can_be_opened(kind: ItemKind) -> bool {
    Sharable::of(kind.module()) != Sharable::Never && !matches!(kind, ItemKind::NetworkTie | ItemKind::Favourite)
}

impl JointStage {
    /// Whether a session can go from here to `to`: one stage on, or back to any earlier one. Beyond choosing there
    /// must be something `chosen`.
    pub fn can_become(self, to: Self, chosen: bool) -> bool {
        let (from, into) = (self as u8, to as u8);
        (into <= from || into == from + 1) && (chosen || to == Self::Choose)
    }

    /// Whether the owner can reveal what is open: once the two have chosen it.
    pub const fn is_for_revealing(self) -> bool {
        !matches!(self, Self::Choose)
    }
}

/// When a session lapses where somebody was last seen or did something at `now`.
pub fn lapses_at(now: DateTime<Utc>) -> DateTime<Utc> {
    // Only times beyond the year 2262 cannot be rounded.
    let step = now.duration_trunc(LAPSE_STEP).unwrap_or(now);
    step + LAPSE_STEP + LAPSE_AFTER
}

/// What a session's row says of how far it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Course {
    pub joined: bool,
    pub ended: bool,
    pub lapses_at: DateTime<Utc>,
    /// The two work together at present.
    pub related: bool,
}

impl Course {
    /// Decided at each look: nothing has to wake up for a session to be over.
    pub fn state(&self, now: DateTime<Utc>) -> JointState {
        if self.ended || !self.related || self.lapses_at <= now {
            JointState::Ended
        } else if self.joined {
            JointState::Open
        } else {
            JointState::Proposed
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::minutes(minutes)
    }

    #[test]
    fn one_stage_on_or_any_way_back_and_nothing_without_something_chosen() {
        let row = |from: JointStage, chosen| -> String {
            JointStage::ALL.iter().map(|to| if from.can_become(*to, chosen) { 'y' } else { 'n' }).collect()
        };
        let all = |chosen| JointStage::ALL.iter().map(|from| row(*from, chosen)).collect::<Vec<_>>();
        assert_eq!(all(true), ["yynn", "yyyn", "yyyy", "yyyy"]);
        assert_eq!(all(false), ["ynnn"; 4]);
    }

    #[test]
    fn it_lapses_at_least_three_hours_after_somebody_was_there_and_on_the_half_hour() {
        for minute in [0, 1, 29, 30, 59] {
            let lapse = lapses_at(at(minute));
            assert!(lapse - at(minute) > LAPSE_AFTER && lapse - at(minute) <= LAPSE_AFTER + LAPSE_STEP, "{minute}");
            assert_eq!(lapse.timestamp() % LAPSE_STEP.num_seconds(), 0);
        }
    }

    #[test]
    fn it_is_over_when_it_was_ended_lapsed_or_the_two_are_apart() {
        let open = Course { joined: true, ended: false, lapses_at: at(1), related: true };
        assert_eq!(open.state(at(0)), JointState::Open);
        assert_eq!(Course { joined: false, ..open }.state(at(0)), JointState::Proposed);
        assert_eq!(open.state(at(1)), JointState::Ended);
        assert_eq!(Course { ended: true, ..open }.state(at(0)), JointState::Ended);
        assert_eq!(Course { related: false, ..open }.state(at(0)), JointState::Ended);
    }

    #[test]
    fn medicines_and_what_only_points_at_others_are_not_opened() {
        let not: Vec<&ItemKind> = ItemKind::ALL.iter().filter(|kind| !can_be_opened(**kind)).collect();
        assert_eq!(not, [&ItemKind::NetworkTie, &ItemKind::Medicine, &ItemKind::Favourite]);
    }
}
