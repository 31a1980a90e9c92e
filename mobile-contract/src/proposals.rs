//! What providers propose to what an owner keeps, and what is said beside it. Neither touches it.

use crate::crisis_plan::PlanSection;
use crate::relationships::PartyOut;
use crate::toolbox::ItemContent;
use crate::words::wire_words;
use chrono::{DateTime, Utc};
use poem_openapi::Object;
use uuid::Uuid;

wire_words! {
    ProposalState {
        Open = "open",
        /// Taken in as it was.
        Accepted = "accepted",
        /// Taken in with changes of the owner's.
        Edited = "edited",
        Declined = "declined",
        /// Taken back by its author.
        Withdrawn = "withdrawn",
    }
}

/// The whole of what an item or a section would say. Exactly one of `item_id`, a goal or a step, with `content`, and
/// `section` with `text`.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct ProposalIn {
    /// Made by the app, so that a lost answer does not count twice.
    pub id: Option<Uuid>,
    pub item_id: Option<Uuid>,
    pub section: Option<PlanSection>,
    /// `version` of the shared item or the shared section that was read.
    pub base_version: i32,
    pub content: Option<ItemContent>,
    /// Empty proposes to take the section out.
    pub text: Option<String>,
    /// In your own words.
    pub reason: Option<String>,
}

/// Nothing in it: the proposal as it is. Otherwise what the owner makes of it.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct ProposalAcceptIn {
    /// For an item.
    pub content: Option<ItemContent>,
    /// For a section.
    pub text: Option<String>,
}

#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct ProposalDeclineIn {
    /// To the author, if you like.
    pub words: Option<String>,
}

/// What an item or a section says.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct ProposedWords {
    /// Of an item.
    pub content: Option<ItemContent>,
    /// Of a section; empty where nothing is written.
    pub text: Option<String>,
}

#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct ProposalOut {
    pub id: Uuid,
    pub owner: PartyOut,
    pub author: PartyOut,
    pub item_id: Option<Uuid>,
    pub section: Option<PlanSection>,
    pub state: ProposalState,
    /// The version its author had read.
    pub base_version: i32,
    /// For the owner: what taking it in as it is would make of what is there now.
    pub proposed: ProposedWords,
    pub reason: Option<String>,
    /// For the owner: what the author had read.
    pub base: Option<ProposedWords>,
    /// For the owner: what is there now.
    pub present: Option<ProposedWords>,
    /// For the owner: of what is there now. `If-Match: "v{present_version}"` goes with accepting.
    pub present_version: Option<i32>,
    /// For the owner, of an open one: what is there now says something else than its author had read.
    pub conflicts: Option<bool>,
    /// What the owner said when she declined.
    pub words: Option<String>,
    pub created_at: DateTime<Utc>,
    /// Accepted, declined or withdrawn.
    pub answered_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, Object)]
pub struct ProposalsOut {
    pub items: Vec<ProposalOut>,
    #[oai(skip_serializing_if_is_none)]
    pub next_cursor: Option<String>,
}

/// Beside exactly one: an item or a section.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct CommentIn {
    /// Made by the app, so that a lost answer does not count twice.
    pub id: Option<Uuid>,
    pub item_id: Option<Uuid>,
    pub section: Option<PlanSection>,
    pub words: String,
}

/// Everybody who sees what it stands beside sees it, but for one that the owner hid: nobody finds that but her.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct CommentOut {
    pub id: Uuid,
    pub owner: PartyOut,
    pub author: PartyOut,
    pub item_id: Option<Uuid>,
    pub section: Option<PlanSection>,
    pub words: String,
    pub created_at: DateTime<Utc>,
    /// For the owner: since when nobody else finds it.
    pub hidden_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, Object)]
pub struct CommentsOut {
    pub items: Vec<CommentOut>,
    #[oai(skip_serializing_if_is_none)]
    pub next_cursor: Option<String>,
}
