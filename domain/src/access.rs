//! What is written down when one person reads what another one owns.

use crate::ids::RelationshipId;
use crate::words;
use crate::words::UnknownWord;
use std::fmt;
use std::str::FromStr;

words! {
    /// What was done.
    AccessAction {
        ReadPlan = "read_plan", ReadPlanWishes = "read_plan_wishes", ReadDigest = "read_digest",
        /// A message was opened, by the side that did not write it.
        OpenMessage = "open_message",
        /// Texts were shown in a thread: of messages opened before, and what the owner lets be shown of others.
        ReadMessages = "read_messages",
        /// What the owner wrote with an answer to a check-in was shown.
        ReadAnswer = "read_answer",
        /// Items of the toolbox were read.
        ReadItems = "read_items",
        /// Own proposals were read again, which hold what the owner wrote.
        ReadProposals = "read_proposals",
        ReadComments = "read_comments",
        /// The owner took everything that is hers away herself.
        Export = "export",
        /// Notes of a joint session that the owner shows were read.
        ReadJointNotes = "read_joint_notes",
    }
    /// Why it was allowed.
    AllowedBecause {
        /// The owner shared what was read.
        Granted = "granted",
        /// The owner asked this person.
        Asked = "asked",
        /// It was written to this person's side of the relationship.
        Sent = "sent",
        /// This person stands in for somebody away, and the owner waits for an answer.
        StandsIn = "stands_in",
        /// The owner revealed it in a joint session, for its length.
        Revealed = "revealed",
    }
}

/// What stands for the owner's own line about a text that was not opened, among what was read.
pub const GIST: &str = "gist";
/// What stands for the beginning of a text that was not opened, among what was read.
pub const PREVIEW: &str = "preview";

/// How many things a row names, out of its subjects: gists and beginnings are none by themselves.
pub fn things<'a>(subjects: impl IntoIterator<Item = &'a str>) -> u32 {
    let named = |subject: &&str| !subject.is_empty() && ![GIST, PREVIEW].contains(subject);
    u32::try_from(subjects.into_iter().filter(named).count()).unwrap_or(u32::MAX)
}

/// Through which relationship, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Via {
    pub relationship: RelationshipId,
    pub because: AllowedBecause,
}

impl fmt::Display for Via {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.relationship, self.because)
    }
}

impl FromStr for Via {
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        let unknown = || UnknownWord { vocabulary: "Via", word: text.to_owned() };
        let (relationship, because) = text.split_once('/').ok_or_else(unknown)?;
        Ok(Self { relationship: relationship.parse().map_err(|_| unknown())?, because: because.parse()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_in_reads_back_as_it_was_written() {
        let via = Via { relationship: RelationshipId(uuid::Uuid::from_u128(7)), because: AllowedBecause::Granted };
        assert_eq!(via.to_string().parse(), Ok(via));
        assert!("".parse::<Via>().is_err());
        assert!("x/granted".parse::<Via>().is_err());
    }

    #[test]
    fn a_beginning_is_no_thing_of_its_own() {
        assert_eq!(things(["how_to_meet_me", "my_people"]), 2);
        assert_eq!(things([GIST, PREVIEW]), 0);
        assert_eq!(things("".split(',')), 0);
    }
}
