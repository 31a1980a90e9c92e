//! Meetings of the pair.

use crate::words::wire_words;
use chrono::{DateTime, Utc};
use poem_openapi::Object;
use uuid::Uuid;

wire_words! {
    ConsultationState {
        Planned = "planned",
        Held = "held",
        Cancelled = "cancelled",
    }
}

#[derive(Clone, Debug, Object)]
pub struct ConsultationIn {
    /// Made by the app, so that a repeated call plans once.
    #[oai(skip_serializing_if_is_none)]
    pub id: Option<Uuid>,
    /// Still to come, at most two years ahead.
    pub starts_at: DateTime<Utc>,
}

#[derive(Clone, Debug, Object)]
pub struct ConsultationPatch {
    /// Still to come, at most two years ahead.
    pub starts_at: DateTime<Utc>,
}

#[derive(Clone, Debug, Object)]
pub struct ConsultationOut {
    pub id: Uuid,
    pub relationship_id: Uuid,
    pub starts_at: DateTime<Utc>,
    /// IANA zone in which it was planned: the responsible provider's.
    pub zone: String,
    pub state: ConsultationState,
    #[oai(skip_serializing_if_is_none)]
    pub held_at: Option<DateTime<Utc>>,
    #[oai(skip_serializing_if_is_none)]
    pub cancelled_at: Option<DateTime<Utc>>,
    pub version: i32,
}

#[derive(Clone, Debug, Object)]
pub struct ConsultationsOut {
    pub items: Vec<ConsultationOut>,
    #[oai(skip_serializing_if_is_none)]
    pub next_cursor: Option<String>,
}
