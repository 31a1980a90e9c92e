//! Who read what is yours.

use crate::relationships::PartyOut;
use crate::words::wire_words;
use chrono::{DateTime, Utc};
use poem_openapi::Object;
use uuid::Uuid;

wire_words! {
    /// What was done.
    AccessAction {
        ReadPlan = "read_plan",
        ReadPlanWishes = "read_plan_wishes",
        /// A gist, or the beginning of a message, in the daily digest.
        ReadDigest = "read_digest",
        /// A message was opened by the side that did not write it; your own opening is told too.
        OpenMessage = "open_message",
        /// Your texts were shown in a thread: messages opened before, and gists and beginnings of others.
        ReadMessages = "read_messages",
        /// What you wrote with your answers to check-ins was shown.
        ReadAnswer = "read_answer",
        /// Items of the toolbox.
        ReadItems = "read_items",
        /// A provider read proposals of her own again, which hold what you wrote.
        ReadProposals = "read_proposals",
        /// Comments beside what you keep; everybody who sees what they stand beside can.
        ReadComments = "read_comments",
        /// You took everything that is yours away yourself.
        Export = "export",
        /// Notes of a joint session, as long as you show them.
        ReadJointNotes = "read_joint_notes",
    }
    /// Why it was allowed.
    AllowedBecause {
        /// You shared what was read.
        Granted = "granted",
        /// You asked this person.
        Asked = "asked",
        /// It was written to this person's side of the relationship.
        Sent = "sent",
        /// This person stands in for somebody away, and you wait for an answer.
        StandsIn = "stands_in",
        /// You revealed it in a joint session, for its length.
        Revealed = "revealed",
    }
}

#[derive(Clone, Debug, Object)]
pub struct AccessOut {
    /// Counts without a gap from 1.
    pub number: i32,
    /// A sentence: who did what, and why it was allowed.
    pub words: String,
    pub who: PartyOut,
    pub action: AccessAction,
    /// The sections that were read, or `crisis_plan`; ids of items, messages, notes or check-ins; `gist` and `preview`;
    /// the format of an export.
    pub subjects: Vec<String>,
    pub at: DateTime<Utc>,
    #[oai(skip_serializing_if_is_none)]
    pub relationship_id: Option<Uuid>,
    #[oai(skip_serializing_if_is_none)]
    pub because: Option<AllowedBecause>,
}

#[derive(Clone, Debug, Object)]
pub struct AccessLogOut {
    pub items: Vec<AccessOut>,
    #[oai(skip_serializing_if_is_none)]
    pub next_cursor: Option<String>,
}
