//! Contact outside the messages: calls, and days to talk.

use crate::words::wire_words;
use chrono::{DateTime, NaiveDate, Utc};
use poem_openapi::Object;
use uuid::Uuid;

wire_words! {
    ContactKind {
        LoggedCall = "logged_call",
        LetsTalk = "lets_talk",
        ConsultationHeld = "consultation_held",
    }
}

/// A call that took place.
#[derive(Clone, Debug, Object)]
pub struct ContactIn {
    /// Made by the app, so that a repeated call logs once.
    #[oai(skip_serializing_if_is_none)]
    pub id: Option<Uuid>,
    /// When it was: within the last 31 days. Now, if absent.
    #[oai(skip_serializing_if_is_none)]
    pub at: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, Object)]
pub struct ContactOut {
    pub id: Uuid,
    pub relationship_id: Uuid,
    pub kind: ContactKind,
    pub at: DateTime<Utc>,
    /// The day of a "let's talk".
    #[oai(skip_serializing_if_is_none)]
    pub day: Option<NaiveDate>,
    #[oai(skip_serializing_if_is_none)]
    pub message_id: Option<Uuid>,
}

#[derive(Clone, Debug, Object)]
pub struct ContactsOut {
    pub items: Vec<ContactOut>,
    #[oai(skip_serializing_if_is_none)]
    pub next_cursor: Option<String>,
}
