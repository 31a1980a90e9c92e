//! What a push stands for, fetched after unlock.

use crate::ledger::LedgerJob;
use crate::words::wire_words;
use chrono::{DateTime, NaiveDate, Utc};
use poem_openapi::Object;
use uuid::Uuid;

wire_words! {
    /// Which buttons a device prepares for it.
    NotificationCategory {
        CheckIn = "check_in",
        Prompt = "prompt",
        Overdue = "overdue",
        Message = "message",
        Digest = "digest",
    }
    /// What can be chosen with one tap.
    Choice {
        Ok = "ok",
        Both = "both",
        Heavy = "heavy",
        WantToTalk = "want_to_talk",
        NotNow = "not_now",
        LookNow = "look_now",
        Together = "together",
        Wait = "wait",
        FineAsIs = "fine_as_is",
        Remind = "remind",
        NextConsultation = "next_consultation",
        AskTeam = "ask_team",
        /// Start a series that rests.
        Restart = "restart",
        /// Twelve weeks more.
        Renew = "renew",
    }
}

/// A choice with its label. Each is made by the call of the thing it is about.
#[derive(Clone, Debug, Object)]
pub struct ChoiceOut {
    pub choice: Choice,
    /// In the caller's language.
    pub label: String,
}

/// What to open.
#[derive(Clone, Debug, Default, Object)]
pub struct TargetOut {
    #[oai(skip_serializing_if_is_none)]
    pub relationship_id: Option<Uuid>,
    #[oai(skip_serializing_if_is_none)]
    pub check_in_id: Option<Uuid>,
    /// Of the prompt about the plan or the agreement.
    #[oai(skip_serializing_if_is_none)]
    pub prompt_id: Option<Uuid>,
    #[oai(skip_serializing_if_is_none)]
    pub clock_id: Option<Uuid>,
    #[oai(skip_serializing_if_is_none)]
    pub series_id: Option<Uuid>,
    pub message_ids: Vec<Uuid>,
    /// Proposals to what the owner keeps.
    pub proposal_ids: Vec<Uuid>,
    #[oai(skip_serializing_if_is_none)]
    pub digest_on: Option<NaiveDate>,
    /// Its row in the ledger: why it came.
    #[oai(skip_serializing_if_is_none)]
    pub ledger_id: Option<Uuid>,
}

#[derive(Clone, Debug, Object)]
pub struct NotificationOut {
    /// The opaque id of the push.
    pub id: Uuid,
    pub job: LedgerJob,
    pub category: NotificationCategory,
    pub created_at: DateTime<Utc>,
    /// Until when it is of use.
    pub expires_at: DateTime<Utc>,
    #[oai(skip_serializing_if_is_none)]
    pub read_at: Option<DateTime<Utc>>,
    /// Empty once answered, or settled otherwise.
    pub actions: Vec<ChoiceOut>,
    pub target: TargetOut,
    /// In the caller's language.
    pub words: String,
}

#[derive(Clone, Debug, Object)]
pub struct NotificationsOut {
    /// The unread first, then the read; each newest first.
    pub items: Vec<NotificationOut>,
    #[oai(skip_serializing_if_is_none)]
    pub next_cursor: Option<String>,
}
