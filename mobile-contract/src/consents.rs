//! What a person agrees to before she begins (R22, R57, R59).

use crate::words::wire_words;
use chrono::{DateTime, Utc};
use poem_openapi::Object;
use uuid::Uuid;

wire_words! {
    ConsentKind {
        /// This is not for emergencies. Given before one's first message.
        NonEmergency = "non_emergency",
        /// The guidance on keeping one's own things to oneself was read.
        PrivacyGuidance = "privacy_guidance",
        /// Research; for each study apart.
        Research = "research",
    }
}

#[derive(Clone, Debug, Object)]
pub struct ConsentIn {
    pub kind: ConsentKind,
    /// The version of the text that was shown, 1 to 40 characters.
    pub text_version: String,
}

#[derive(Clone, Debug, Object)]
pub struct ConsentOut {
    pub id: Uuid,
    pub kind: ConsentKind,
    pub text_version: String,
    pub given_at: DateTime<Utc>,
    #[oai(skip_serializing_if_is_none)]
    pub withdrawn_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, Object)]
pub struct ConsentsOut {
    pub items: Vec<ConsentOut>,
    #[oai(skip_serializing_if_is_none)]
    pub next_cursor: Option<String>,
}
