//! The ledger: what every slot came to, and why.

use crate::relationships::PartyOut;
use crate::words::wire_words;
use chrono::{DateTime, NaiveDate, Utc};
use poem_openapi::Object;
use uuid::Uuid;

wire_words! {
    /// The scheduled jobs and notices that pass the gate.
    LedgerJob {
        CheckIn = "check_in",
        PlanReview = "plan_review",
        AgreementRound = "agreement_round",
        OverdueNotice = "overdue_notice",
        MessageNotice = "message_notice",
        ResponseReminder = "response_reminder",
        Digest = "digest",
    }
    /// What a slot came to. `planned` and `held` are provisional and settled in the same row.
    LedgerOutcome {
        Planned = "planned",
        Sent = "sent",
        /// Told together with something else.
        Folded = "folded",
        Held = "held",
        /// Dropped; never sent later.
        Skipped = "skipped",
        /// Taken back after it was planned.
        Cancelled = "cancelled",
        Failed = "failed",
    }
    LedgerChannel {
        InApp = "in_app",
        Push = "push",
        Email = "email",
    }
    /// To whom it went or would have gone.
    LedgerRecipient {
        You = "you",
        /// The provider named beside it.
        Provider = "provider",
        /// The service user named beside it.
        Owner = "owner",
    }
    /// Why a slot came to what it came to: the first gate that said no, or what happened after.
    LedgerReason {
        KillSwitch = "kill_switch",
        RecipientGone = "recipient_gone",
        RelationshipEnded = "relationship_ended",
        SwitchedOff = "switched_off",
        Paused = "paused",
        Hospital = "hospital",
        NotShared = "not_shared",
        QuietHours = "quiet_hours",
        HeavyOpen = "heavy_open",
        PlanRecent = "plan_recent",
        NoPlan = "no_plan",
        PromptUnread = "prompt_unread",
        Resting = "resting",
        RecentContact = "recent_contact",
        NearConsultation = "near_consultation",
        NoAgreement = "no_agreement",
        ReplyOwed = "reply_owed",
        NotAccepted = "not_accepted",
        OverCap = "over_cap",
        Absent = "absent",
        OutsideHours = "outside_hours",
        Policy = "policy",
        Budget = "budget",
        NothingToSay = "nothing_to_say",
        /// Every gate said yes.
        Due = "due",
        Folded = "folded",
        Recalled = "recalled",
        AlreadyRead = "already_read",
        SeriesStopped = "series_stopped",
        Revoked = "revoked",
        TooLate = "too_late",
        Superseded = "superseded",
        TokenGone = "token_gone",
        GatewayRefused = "gateway_refused",
        GaveUp = "gave_up",
        /// What has to be known could not be read; unknown means no.
        Unknown = "unknown",
    }
    /// The rows of the gate, in the order they are asked.
    GateRow {
        KillSwitch = "kill_switch",
        RecipientGone = "recipient_gone",
        RelationshipEnded = "relationship_ended",
        SwitchedOff = "switched_off",
        Paused = "paused",
        Hospital = "hospital",
        NotShared = "not_shared",
        QuietHours = "quiet_hours",
        HeavyOpen = "heavy_open",
        PlanRecent = "plan_recent",
        PromptUnread = "prompt_unread",
        Resting = "resting",
        RecentContact = "recent_contact",
        NearConsultation = "near_consultation",
        NoAgreement = "no_agreement",
        ReplyOwed = "reply_owed",
        NotAccepted = "not_accepted",
        Absent = "absent",
        OutsideHours = "outside_hours",
        Policy = "policy",
        Budget = "budget",
        NothingToSay = "nothing_to_say",
    }
    /// What one row of the gate said.
    GateAnswer {
        Pass = "pass",
        /// Lets it into the app, and onto no other channel.
        InAppOnly = "in_app_only",
        /// Not now; it is asked again later.
        Hold = "hold",
        Block = "block",
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Object)]
pub struct GateResultOut {
    pub row: GateRow,
    pub says: GateAnswer,
}

/// One row of the ledger: one slot, one recipient.
#[derive(Clone, Debug, Object)]
pub struct LedgerRowOut {
    pub id: Uuid,
    pub job: LedgerJob,
    /// The slot's date, in the recipient's zone.
    pub slot_on: NaiveDate,
    pub recipient: LedgerRecipient,
    /// The other one it concerns, as far as you may see her or him.
    #[oai(skip_serializing_if_is_none)]
    pub concerns: Option<PartyOut>,
    #[oai(skip_serializing_if_is_none)]
    pub relationship_id: Option<Uuid>,
    pub outcome: LedgerOutcome,
    pub reason: LedgerReason,
    /// The rows that were asked, in their order. The first that said no is the reason.
    pub gates: Vec<GateResultOut>,
    /// Version of the organisation's policy it was decided under; 0 where none was asked.
    pub policy_version: i32,
    #[oai(skip_serializing_if_is_none)]
    pub agreement_version: Option<i32>,
    pub channels: Vec<LedgerChannel>,
    /// The promised date it is about.
    #[oai(skip_serializing_if_is_none)]
    pub promised_on: Option<NaiveDate>,
    pub planned_at: DateTime<Utc>,
    /// When it was last decided about.
    pub decided_at: DateTime<Utc>,
    /// Absent as long as it is planned or held.
    #[oai(skip_serializing_if_is_none)]
    pub settled_at: Option<DateTime<Utc>>,
    /// The same in one sentence, in the caller's language.
    pub words: String,
}

#[derive(Clone, Debug, Object)]
pub struct LedgerOut {
    pub items: Vec<LedgerRowOut>,
    #[oai(skip_serializing_if_is_none)]
    pub next_cursor: Option<String>,
}
