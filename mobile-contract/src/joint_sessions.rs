//! Looking at something together, in the same room or in a call (R62, R63).

use crate::crisis_plan::{PlanSection, SharedSectionOut};
use crate::relationships::PartyOut;
use crate::toolbox::SharedItemOut;
use crate::words::wire_words;
use chrono::{DateTime, Utc};
use poem_openapi::Object;
use poem_openapi::types::MaybeUndefined;
use uuid::Uuid;

wire_words! {
    /// Where the two are. Going on shows nothing to anybody.
    JointStage {
        Choose = "choose",
        /// The owner tells, in her own words, and may show what is open.
        Reveal = "reveal",
        Explore = "explore",
        NewPerspective = "new_perspective",
    }
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
        /// Nobody was there for three hours.
        Lapsed = "lapsed",
        /// The relationship was paused or ended, or the provider left it.
        Apart = "apart",
    }
    /// Why the provider finds what is open.
    JointSight {
        /// She does not.
        Hidden = "hidden",
        /// The owner's settings share it with her.
        Shared = "shared",
        /// The owner revealed it, until the session ends.
        Revealed = "revealed",
        /// It is nobody's: an entry of the library or a link.
        Common = "common",
    }
}

/// What the two look at: exactly one of these.
#[derive(Clone, Debug, Object)]
pub struct JointOpened {
    /// An item of the owner's toolbox. Medicines, ties, favourites and drafts cannot be opened together.
    #[oai(skip_serializing_if_is_none)]
    pub item_id: Option<Uuid>,
    /// A section of the owner's crisis plan.
    #[oai(skip_serializing_if_is_none)]
    pub section: Option<PlanSection>,
    /// An article, a story, an exercise or a video of the library that both can read.
    #[oai(skip_serializing_if_is_none)]
    pub library_entry_id: Option<Uuid>,
    /// `https://…`, of a video or of experience content.
    #[oai(skip_serializing_if_is_none)]
    pub link: Option<String>,
}

#[derive(Clone, Debug, Object)]
pub struct JointSessionIn {
    /// Made by the app, so that a repeated call begins one session.
    #[oai(skip_serializing_if_is_none)]
    pub id: Option<Uuid>,
    /// Of those who take part in the relationship; the responsible one where none is given. A provider begins for
    /// herself.
    #[oai(skip_serializing_if_is_none)]
    pub provider_id: Option<Uuid>,
    #[oai(skip_serializing_if_is_none)]
    pub opens: Option<JointOpened>,
}

/// What is absent stays.
#[derive(Clone, Debug, Object)]
pub struct JointSessionPatch {
    /// One stage on, or back to any earlier one. Back to `choose` takes back what was revealed.
    #[oai(skip_serializing_if_is_none)]
    pub stage: Option<JointStage>,
    /// Something else begins anew at `choose`, and takes back what was revealed; `null` opens nothing.
    #[oai(skip_serializing_if = "MaybeUndefined::is_undefined")]
    pub opens: MaybeUndefined<JointOpened>,
}

#[derive(Clone, Debug, Object)]
pub struct JointSessionOut {
    pub id: Uuid,
    pub relationship_id: Uuid,
    pub owner: PartyOut,
    pub provider: PartyOut,
    pub proposed_by_me: bool,
    pub state: JointState,
    /// Absent until you joined.
    #[oai(skip_serializing_if_is_none)]
    pub stage: Option<JointStage>,
    /// Absent where nothing is chosen, until you joined, and for a provider as long as she does not find it.
    #[oai(skip_serializing_if_is_none)]
    pub opens: Option<JointOpened>,
    /// Something is chosen, though the owner may not have shown it yet.
    pub chosen: bool,
    /// Why the provider finds what is open, beside `opens`.
    #[oai(skip_serializing_if_is_none)]
    pub sight: Option<JointSight>,
    pub proposed_at: DateTime<Utc>,
    #[oai(skip_serializing_if_is_none)]
    pub joined_at: Option<DateTime<Utc>>,
    /// Of a session that lapsed, on the half hour.
    #[oai(skip_serializing_if_is_none)]
    pub ended_at: Option<DateTime<Utc>>,
    #[oai(skip_serializing_if_is_none)]
    pub ended: Option<JointEnd>,
    pub version: i32,
}

#[derive(Clone, Debug, Object)]
pub struct JointSessionsOut {
    pub items: Vec<JointSessionOut>,
    #[oai(skip_serializing_if_is_none)]
    pub next_cursor: Option<String>,
}

/// The answer to "I am here".
#[derive(Clone, Debug, Object)]
pub struct JointPresenceOut {
    /// Say it again before.
    pub here_until: DateTime<Utc>,
    /// The other one said so less than 30 seconds ago.
    pub other_is_here: bool,
    /// Of the session: another one than you know says that something changed.
    pub version: i32,
}

/// What is open, with what it says: one of these.
#[derive(Clone, Debug, Object)]
pub struct JointOpenedOut {
    #[oai(skip_serializing_if_is_none)]
    pub item: Option<SharedItemOut>,
    #[oai(skip_serializing_if_is_none)]
    pub section: Option<SharedSectionOut>,
    /// To be read in the library.
    #[oai(skip_serializing_if_is_none)]
    pub library_entry_id: Option<Uuid>,
    #[oai(skip_serializing_if_is_none)]
    pub link: Option<String>,
}

#[derive(Clone, Debug, Object)]
pub struct JointNoteIn {
    /// Made by the app, so that a repeated call writes one note.
    #[oai(skip_serializing_if_is_none)]
    pub id: Option<Uuid>,
    pub text: String,
    /// To the provider, as long as the session is open.
    #[oai(default)]
    pub shown: bool,
}

/// The whole of a note from now on.
#[derive(Clone, Debug, Object)]
pub struct JointNotePutIn {
    pub text: String,
    /// To the provider, as long as the session is open.
    #[oai(default)]
    pub shown: bool,
}

#[derive(Clone, Debug, Object)]
pub struct JointNoteOut {
    pub id: Uuid,
    pub text: String,
    pub shown: bool,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub version: i32,
}

/// What a note says, or said once.
#[derive(Clone, Debug, Object)]
pub struct JointNoteVersionOut {
    pub number: i32,
    pub written_at: DateTime<Utc>,
    pub text: String,
}

#[derive(Clone, Debug, Object)]
pub struct JointNoteVersionsOut {
    pub items: Vec<JointNoteVersionOut>,
    #[oai(skip_serializing_if_is_none)]
    pub next_cursor: Option<String>,
}

#[derive(Clone, Debug, Object)]
pub struct JointNotesOut {
    pub items: Vec<JointNoteOut>,
    #[oai(skip_serializing_if_is_none)]
    pub next_cursor: Option<String>,
}
