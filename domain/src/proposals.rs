//! Proposals and comments: the only ways in which somebody else comes near what an owner keeps. Neither touches it; a
//! proposal becomes hers when she takes it in, and only she can.

use crate::ids::ItemId;
use crate::toolbox::{Content, ItemKind};
use crate::words;
use crate::words::PlanSection;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Longest reason, in Unicode scalar values.
pub const MAX_REASON_CHARS: usize = 2_000;
/// Longest word beside a no, in Unicode scalar values.
pub const MAX_ANSWER_CHARS: usize = 2_000;
/// Longest comment, in Unicode scalar values.
pub const MAX_COMMENT_CHARS: usize = 2_000;

words! {
    ProposalState {
        Open = "open", Accepted = "accepted", Edited = "edited", Declined = "declined",
        /// Taken back by its author.
        Withdrawn = "withdrawn",
    }
}

/// What a proposal or a comment is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    Item(ItemId),
    Section(PlanSection),
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Item(id) => id.fmt(f),
            Self::Section(section) => section.fmt(f),
        }
    }
}

/// Whether changes of such an item can be proposed.
pub const fn takes_proposals(kind: ItemKind) -> bool {
    matches!(kind, ItemKind::Goal | ItemKind::Step)
}

/// The whole of what a target says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Words {
    Content(Box<Content>),
    /// Of a section; empty where nothing is written.
    Text(String),
}

/// What a proposal says. Stored sealed, as the JSON of this type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patch {
    /// What its author was shown.
    pub base: Words,
    pub proposed: Words,
    pub reason: Option<String>,
}

impl Patch {
    /// What taking it in would make of what is there now. All of it is the author's, but for what she was not shown and
    /// did not speak of: the life domain of a goal.
    pub fn taken_in(&self, present: &Words) -> Words {
        completed(&self.proposed, &self.base, present)
    }

    /// Whether the owner has written something else since.
    pub fn conflicts(&self, present: &Words) -> bool {
        completed(&self.base, &self.base, present) != *present
    }
}

fn completed(words: &Words, shown: &Words, present: &Words) -> Words {
    let domain = |words: &Words| match words {
        Words::Content(content) => match &**content {
            Content::Goal(goal) => goal.life_domain_id,
            _ => None,
        },
        Words::Text(_) => None,
    };
    let mut words = words.clone();
    let silent = domain(shown).is_none() && domain(&words).is_none();
    if let (true, Words::Content(content)) = (silent, &mut words)
        && let Content::Goal(goal) = &mut **content
    {
        goal.life_domain_id = domain(present);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::toolbox::GoalState;
    use crate::toolbox::content::Goal;
    use uuid::Uuid;

    fn goal(words: &str, domain: Option<u128>) -> Words {
        let life_domain_id = domain.map(|id| ItemId(Uuid::from_u128(id)));
        let (words, state) = (words.to_owned(), GoalState::Active);
        Words::Content(Box::new(Content::Goal(Goal { words, why: None, life_domain_id, state })))
    }

    fn patch(base: Words, proposed: Words) -> Patch {
        Patch { base, proposed, reason: None }
    }

    #[test]
    fn a_life_domain_that_was_not_shown_stays() {
        let unshown = patch(goal("Swim", None), goal("Swim twice", None));
        assert_eq!(unshown.taken_in(&goal("Swim", Some(7))), goal("Swim twice", Some(7)));
        let taken_out = patch(goal("Swim", Some(7)), goal("Swim", None));
        assert_eq!(taken_out.taken_in(&goal("Swim", Some(7))), goal("Swim", None));
        let named = patch(goal("Swim", None), goal("Swim", Some(8)));
        assert_eq!(named.taken_in(&goal("Swim", Some(7))), goal("Swim", Some(8)));
    }

    #[test]
    fn what_was_not_shown_is_no_conflict_and_newer_words_are() {
        let proposed = patch(goal("Swim", None), goal("Swim twice", None));
        assert!(!proposed.conflicts(&goal("Swim", Some(7))));
        assert!(proposed.conflicts(&goal("Swim at dawn", None)));
        let text = patch(Words::Text(String::new()), Words::Text("I walk".into()));
        assert!(!text.conflicts(&Words::Text(String::new())));
        assert!(text.conflicts(&Words::Text("I run".into())));
    }
}
