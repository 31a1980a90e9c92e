//! When a provider is away, and who stands in.

use crate::relationships::PartyOut;
use crate::words::wire_words;
use chrono::{DateTime, NaiveDate, Utc};
use poem_openapi::Object;
use poem_openapi::types::MaybeUndefined;
use uuid::Uuid;

wire_words! {
    SubstituteState {
        /// Nobody is asked to stand in.
        None = "none",
        Asked = "asked",
        Accepted = "accepted",
        Declined = "declined",
    }
}

#[derive(Clone, Debug, Object)]
pub struct AbsenceIn {
    /// Made by the app, so that a repeated call creates one absence.
    #[oai(skip_serializing_if_is_none)]
    pub id: Option<Uuid>,
    /// First day away, in your time zone: today or later.
    pub from_on: NaiveDate,
    /// First day back: after `from_on`, at most two years ahead.
    pub to_on: NaiveDate,
    /// Login of a colleague in the same organisation whom you ask to stand in.
    #[oai(skip_serializing_if_is_none)]
    pub substitute_login: Option<String>,
}

/// What is absent stays. A later end, another beginning or another substitute is asked for anew.
#[derive(Clone, Debug, Object)]
pub struct AbsencePatch {
    #[oai(skip_serializing_if_is_none)]
    pub from_on: Option<NaiveDate>,
    #[oai(skip_serializing_if_is_none)]
    pub to_on: Option<NaiveDate>,
    /// `null`: nobody stands in.
    #[oai(skip_serializing_if = "MaybeUndefined::is_undefined")]
    pub substitute_login: MaybeUndefined<String>,
}

#[derive(Clone, Debug, Object)]
pub struct AbsenceOut {
    pub id: Uuid,
    pub provider: PartyOut,
    pub from_on: NaiveDate,
    /// First day back.
    pub to_on: NaiveDate,
    #[oai(skip_serializing_if_is_none)]
    pub substitute: Option<PartyOut>,
    pub substitute_state: SubstituteState,
    #[oai(skip_serializing_if_is_none)]
    pub cancelled_at: Option<DateTime<Utc>>,
    pub version: i32,
}

#[derive(Clone, Debug, Object)]
pub struct AbsencesOut {
    pub items: Vec<AbsenceOut>,
    #[oai(skip_serializing_if_is_none)]
    pub next_cursor: Option<String>,
}

/// An absence as the pair sees it.
#[derive(Clone, Debug, Object)]
pub struct PairAbsenceOut {
    pub absence: AbsenceOut,
    /// The owner lets the substitute see the threads in which she waits for a reply.
    pub owner_consents: bool,
    /// In words.
    pub text: String,
}

/// Those that are not over, by date.
#[derive(Clone, Debug, Object)]
pub struct PairAbsencesOut {
    pub items: Vec<PairAbsenceOut>,
}
