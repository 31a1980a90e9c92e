//! Promised replies: seen by both sides, before and after sending (R11, R12).

use crate::words::wire_words;
use chrono::{DateTime, NaiveDate, Utc};
use poem_openapi::Object;
use uuid::Uuid;

wire_words! {
    ClockState {
        Open = "open",
        /// The promised date has passed.
        Overdue = "overdue",
        Closed = "closed",
    }
    ClosedBy {
        Reply = "reply",
        ReadThanks = "read_thanks",
        LetsTalk = "lets_talk",
        LoggedCall = "logged_call",
        /// The owner no longer waits.
        Owner = "owner",
        /// The message was taken back.
        Recalled = "recalled",
        RelationshipEnded = "relationship_ended",
        /// The provider left and nobody took over.
        Released = "released",
    }
    /// What moved a date that was shown.
    MovedBy {
        Absence = "absence",
        Provider = "provider",
    }
    /// What an owner may choose once the date has passed.
    OverdueChoice {
        /// Go on waiting; she is not asked again.
        Wait = "wait",
        /// It stands in the provider's next digest.
        Remind = "remind",
        /// It waits for the next consultation, and no reply is owed any more.
        NextConsultation = "next_consultation",
        /// It stands in the next digest of everybody who takes part.
        AskTeam = "ask_team",
    }
    ClockFilter {
        /// Open and overdue ones.
        Open = "open",
        All = "all",
    }
}

#[derive(Clone, Debug, Object)]
pub struct ReplyClockOut {
    pub id: Uuid,
    pub relationship_id: Uuid,
    /// The message that asks.
    #[oai(skip_serializing_if_is_none)]
    pub message_id: Option<Uuid>,
    /// The check-in whose answer asks.
    #[oai(skip_serializing_if_is_none)]
    pub check_in_id: Option<Uuid>,
    pub state: ClockState,
    pub opened_at: DateTime<Utc>,
    pub window_working_days: u32,
    /// What was promised first.
    pub first_promised_on: NaiveDate,
    /// What is promised now.
    pub promised_on: NaiveDate,
    /// Closing time of that date.
    pub due_at: DateTime<Utc>,
    #[oai(skip_serializing_if_is_none)]
    pub moved_by: Option<MovedBy>,
    /// Whose promise it is.
    pub provider_id: Uuid,
    /// Who answers in her place.
    #[oai(skip_serializing_if_is_none)]
    pub handed_to: Option<Uuid>,
    /// The channel that carried the promise failed: nobody can say whether the date holds.
    pub uncertain: bool,
    #[oai(skip_serializing_if_is_none)]
    pub choice: Option<OverdueChoice>,
    #[oai(skip_serializing_if_is_none)]
    pub closed_at: Option<DateTime<Utc>>,
    #[oai(skip_serializing_if_is_none)]
    pub closed_by: Option<ClosedBy>,
    pub version: i32,
}

#[derive(Clone, Debug, Object)]
pub struct ReplyClocksOut {
    pub items: Vec<ReplyClockOut>,
    #[oai(skip_serializing_if_is_none)]
    pub next_cursor: Option<String>,
}

#[derive(Clone, Debug, Object)]
pub struct ReplyClockPatch {
    /// A later working day of the provider, at most 90 days ahead.
    pub promised_on: NaiveDate,
}

#[derive(Clone, Debug, Object)]
pub struct OverdueChoiceIn {
    pub choice: OverdueChoice,
}

/// The clock as it stands after the choice, and what to tell her.
#[derive(Clone, Debug, Object)]
pub struct OverdueChoiceOut {
    pub clock: ReplyClockOut,
    pub text: String,
}
