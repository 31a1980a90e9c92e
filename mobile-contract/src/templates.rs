//! An organisation's own wording of the texts people read.

use crate::relationships::PartyOut;
pub use crate::words::Language;
use crate::words::wire_words;
use chrono::{DateTime, Utc};
use poem_openapi::Object;

wire_words! {
    ArgumentKind {
        /// A name or another piece of text.
        Words = "words",
        /// A date, already in the reader's language.
        Day = "day",
        /// A time of day, already in the reader's language.
        Time = "time",
        /// A whole number; may choose a plural.
        Number = "number",
        /// One word out of a closed list; may choose a variant.
        Choice = "choice",
    }
    TemplateState {
        /// Handed in, not approved.
        Draft = "draft",
        /// In use.
        Approved = "approved",
        Retired = "retired",
    }
}

#[derive(Clone, Debug, Object)]
pub struct ArgumentOut {
    /// Written `{ $name }` in a pattern. Every wording uses each argument.
    pub name: String,
    pub kind: ArgumentKind,
    /// The words a choice is made from.
    pub choices: Vec<String>,
}

/// What is said in one language.
#[derive(Clone, Debug, Object)]
pub struct WordingOut {
    pub language: Language,
    /// Project Fluent pattern that is shipped; absent where no human wrote one yet.
    #[oai(skip_serializing_if_is_none)]
    pub shipped: Option<String>,
    /// The organisation's own approved pattern, which takes its place.
    #[oai(skip_serializing_if_is_none)]
    pub approved: Option<String>,
    #[oai(skip_serializing_if_is_none)]
    pub approved_version: Option<i32>,
    /// Newest version that waits for a second admin.
    #[oai(skip_serializing_if_is_none)]
    pub draft_version: Option<i32>,
}

/// One text that an organisation may word itself.
#[derive(Clone, Debug, Object)]
pub struct TextOut {
    pub key: String,
    /// What it is for.
    pub note: String,
    pub arguments: Vec<ArgumentOut>,
    pub wordings: Vec<WordingOut>,
}

#[derive(Clone, Debug, Object)]
pub struct TextsOut {
    pub items: Vec<TextOut>,
}

/// Another wording, as a Project Fluent pattern.
#[derive(Clone, Debug, Object)]
pub struct TemplateIn {
    /// At most 2,000 characters. Only the text's own arguments, `{ $name }`, and choices by them.
    pub pattern: String,
}

/// One version of an organisation's own wording.
#[derive(Clone, Debug, Object)]
pub struct TemplateOut {
    pub key: String,
    pub language: Language,
    pub version: i32,
    pub pattern: String,
    pub state: TemplateState,
    pub created_by: PartyOut,
    pub created_at: DateTime<Utc>,
    #[oai(skip_serializing_if_is_none)]
    pub approved_by: Option<PartyOut>,
    #[oai(skip_serializing_if_is_none)]
    pub approved_at: Option<DateTime<Utc>>,
    #[oai(skip_serializing_if_is_none)]
    pub retired_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, Object)]
pub struct TemplatesOut {
    pub items: Vec<TemplateOut>,
    #[oai(skip_serializing_if_is_none)]
    pub next_cursor: Option<String>,
}
