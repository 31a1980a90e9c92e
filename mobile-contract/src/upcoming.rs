//! What is to come, as far as now is known.

use crate::ledger::{LedgerJob, LedgerReason, LedgerRecipient};
use crate::relationships::PartyOut;
use crate::words::wire_words;
use chrono::{DateTime, NaiveDate, Utc};
use poem_openapi::Object;
use uuid::Uuid;

wire_words! {
    /// What a gate would do, as things stand.
    UpcomingEffect {
        NotSent = "not_sent",
        /// It would be in the app and on no other channel.
        InAppOnly = "in_app_only",
        Waits = "waits",
    }
}

/// A gate that stands against it now. The gate is asked again when the time comes.
#[derive(Clone, Debug, Object)]
pub struct UpcomingAgainstOut {
    pub effect: UpcomingEffect,
    pub reason: LedgerReason,
    /// "As things stand it will not be sent: Kari owes you a reply.", in the caller's language.
    pub words: String,
}

#[derive(Clone, Debug, Object)]
pub struct UpcomingOut {
    pub job: LedgerJob,
    pub recipient: LedgerRecipient,
    /// The day it is planned for.
    pub on: NaiveDate,
    /// The planner's own time, where it has set one.
    #[oai(skip_serializing_if_is_none)]
    pub at: Option<DateTime<Utc>>,
    /// The day may move: by a holiday, by hours that change, by a gate that opens later.
    pub about: bool,
    /// The other one it concerns.
    #[oai(skip_serializing_if_is_none)]
    pub concerns: Option<PartyOut>,
    #[oai(skip_serializing_if_is_none)]
    pub relationship_id: Option<Uuid>,
    #[oai(skip_serializing_if_is_none)]
    pub series_id: Option<Uuid>,
    /// The messages it would speak of.
    pub message_ids: Vec<Uuid>,
    #[oai(skip_serializing_if_is_none)]
    pub against: Option<UpcomingAgainstOut>,
    /// In the caller's language.
    pub words: String,
}

#[derive(Clone, Debug, Object)]
pub struct UpcomingListOut {
    /// The soonest first.
    pub items: Vec<UpcomingOut>,
    /// What to say when there is nothing.
    #[oai(skip_serializing_if_is_none)]
    pub words: Option<String>,
}
