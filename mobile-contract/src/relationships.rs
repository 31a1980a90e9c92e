//! One owner with one provider.

use crate::words::wire_words;
use chrono::{DateTime, Utc};
use poem_openapi::Object;
use uuid::Uuid;

wire_words! {
    /// Level of care (R50).
    Level {
        Primary = "primary",
        Specialist = "specialist",
    }
    RelationshipState {
        Invited = "invited",
        Active = "active",
        Paused = "paused",
        Ended = "ended",
    }
}

/// The other side is named by the login it gave you. Whether anybody has that login is not said: an invitation waits
/// until it is accepted, declined or withdrawn.
#[derive(Clone, Debug, Object)]
pub struct RelationshipIn {
    #[oai(validator(min_length = 1, max_length = 200))]
    pub invitee_login: String,
    pub level: Level,
}

#[derive(Clone, Debug, Object)]
pub struct RelationshipPatch {
    /// `active` or `paused`; ending is a call of its own.
    pub state: RelationshipState,
}

#[derive(Clone, Debug, Object)]
pub struct PartyOut {
    pub id: Uuid,
    pub display_name: String,
}

#[derive(Clone, Debug, Object)]
pub struct RelationshipOut {
    pub id: Uuid,
    /// Absent for the provider who invited, until the invitation was accepted.
    #[oai(skip_serializing_if_is_none)]
    pub owner: Option<PartyOut>,
    /// The responsible provider (R51). Absent for the service user who invited, until the invitation was accepted.
    #[oai(skip_serializing_if_is_none)]
    pub provider: Option<PartyOut>,
    /// Further providers who take part.
    pub members: Vec<PartyOut>,
    pub level: Level,
    pub state: RelationshipState,
    /// Whether you sent the invitation.
    pub invited_by_me: bool,
    pub invited_at: DateTime<Utc>,
    #[oai(skip_serializing_if_is_none)]
    pub started_at: Option<DateTime<Utc>>,
    #[oai(skip_serializing_if_is_none)]
    pub ended_at: Option<DateTime<Utc>>,
    pub version: i32,
}

#[derive(Clone, Debug, Object)]
pub struct RelationshipsOut {
    pub items: Vec<RelationshipOut>,
    #[oai(skip_serializing_if_is_none)]
    pub next_cursor: Option<String>,
}
