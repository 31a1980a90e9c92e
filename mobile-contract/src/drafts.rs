//! Unsent texts, private to their author (R15).

use crate::messages::MessageKind;
use chrono::{DateTime, Utc};
use poem_openapi::Object;
use poem_openapi::types::MaybeUndefined;
use uuid::Uuid;

#[derive(Clone, Debug, Object)]
pub struct DraftIn {
    /// Made by the app, so that a repeated call creates one draft.
    #[oai(skip_serializing_if_is_none)]
    pub id: Option<Uuid>,
    pub relationship_id: Uuid,
    pub kind: MessageKind,
    /// At most 20,000 characters; may be empty.
    pub body: String,
    /// At most 200 characters on one line.
    #[oai(skip_serializing_if_is_none)]
    pub gist: Option<String>,
    #[oai(default)]
    pub important: bool,
    #[oai(default)]
    pub preview_allowed: bool,
    #[oai(skip_serializing_if_is_none)]
    pub in_reply_to: Option<Uuid>,
}

/// What is absent stays; `null` takes away.
#[derive(Clone, Debug, Object)]
pub struct DraftPatch {
    #[oai(skip_serializing_if_is_none)]
    pub kind: Option<MessageKind>,
    #[oai(skip_serializing_if_is_none)]
    pub body: Option<String>,
    #[oai(skip_serializing_if = "MaybeUndefined::is_undefined")]
    pub gist: MaybeUndefined<String>,
    #[oai(skip_serializing_if_is_none)]
    pub important: Option<bool>,
    #[oai(skip_serializing_if_is_none)]
    pub preview_allowed: Option<bool>,
    #[oai(skip_serializing_if = "MaybeUndefined::is_undefined")]
    pub in_reply_to: MaybeUndefined<Uuid>,
}

#[derive(Clone, Debug, Object)]
pub struct DraftOut {
    pub id: Uuid,
    pub relationship_id: Uuid,
    pub kind: MessageKind,
    pub body: String,
    #[oai(skip_serializing_if_is_none)]
    pub gist: Option<String>,
    pub important: bool,
    pub preview_allowed: bool,
    #[oai(skip_serializing_if_is_none)]
    pub in_reply_to: Option<Uuid>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub version: i32,
}

#[derive(Clone, Debug, Object)]
pub struct DraftsOut {
    pub items: Vec<DraftOut>,
    #[oai(skip_serializing_if_is_none)]
    pub next_cursor: Option<String>,
}
