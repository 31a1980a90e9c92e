//! The owner's sharing settings (R2, R3).

pub use crate::crisis_plan::GrantLevel;
use crate::relationships::PartyOut;
use crate::words::wire_words;
use chrono::{DateTime, Utc};
use poem_openapi::Object;
use uuid::Uuid;

wire_words! {
    /// A deny wins over an allow of the same rank; a setting for a section or an item stands before one for the
    /// whole, and one for an item before one for what it lies under.
    GrantEffect {
        Allow = "allow",
        Deny = "deny",
    }
    /// What a setting is about.
    SubjectKind {
        /// A part of the toolbox as a whole.
        Module = "module",
        /// One item of the toolbox, and what lies under it.
        Item = "item",
        /// A section of the crisis plan.
        Section = "section",
    }
}

#[derive(Clone, Debug, Object)]
pub struct GrantIn {
    /// Made by the app, so that a lost answer does not count twice.
    #[oai(skip_serializing_if_is_none)]
    pub id: Option<Uuid>,
    /// A provider you have a relationship with. Either this or `team_id`.
    #[oai(skip_serializing_if_is_none)]
    pub provider_id: Option<Uuid>,
    /// A team of such a provider.
    #[oai(skip_serializing_if_is_none)]
    pub team_id: Option<Uuid>,
    pub subject_kind: SubjectKind,
    /// The name of a module or of a section, or the id of an item. Of the diary only entries are shared; the
    /// medication overview is not shared by settings.
    pub subject: String,
    pub effect: GrantEffect,
    /// `see` where nothing is said.
    #[oai(skip_serializing_if_is_none)]
    pub level: Option<GrantLevel>,
    /// At once where nothing is said.
    #[oai(skip_serializing_if_is_none)]
    pub from: Option<DateTime<Utc>>,
    /// Until you take it back, where nothing is said.
    #[oai(skip_serializing_if_is_none)]
    pub to: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, Object)]
pub struct GrantOut {
    pub id: Uuid,
    #[oai(skip_serializing_if_is_none)]
    pub provider: Option<PartyOut>,
    /// With the team's name.
    #[oai(skip_serializing_if_is_none)]
    pub team: Option<PartyOut>,
    pub subject_kind: SubjectKind,
    pub subject: String,
    pub effect: GrantEffect,
    pub level: GrantLevel,
    pub from: DateTime<Utc>,
    #[oai(skip_serializing_if_is_none)]
    pub to: Option<DateTime<Utc>>,
    #[oai(skip_serializing_if_is_none)]
    pub revoked_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    /// Whether it holds now.
    pub holds: bool,
}

#[derive(Clone, Debug, Object)]
pub struct GrantsOut {
    pub items: Vec<GrantOut>,
    #[oai(skip_serializing_if_is_none)]
    pub next_cursor: Option<String>,
}
