//! What admins see of the ledger: counts alone.

use crate::words::wire_words;
use chrono::NaiveDate;
use poem_openapi::Object;

wire_words! {
    /// The scheduled jobs and notices.
    CountedJob {
        CheckIn = "check_in",
        PlanReview = "plan_review",
        AgreementRound = "agreement_round",
        OverdueNotice = "overdue_notice",
        MessageNotice = "message_notice",
        ResponseReminder = "response_reminder",
        Digest = "digest",
    }
    /// What slots came to.
    CountedOutcome {
        Sent = "sent",
        Folded = "folded",
        Held = "held",
        Skipped = "skipped",
        Cancelled = "cancelled",
        Failed = "failed",
    }
}

/// How many slots of one job came to the same. Counts over fewer than five people are left out.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
pub struct TallyOut {
    pub job: CountedJob,
    pub outcome: CountedOutcome,
    pub count: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Object)]
pub struct CountsOut {
    /// First day of the first month.
    pub from: NaiveDate,
    /// The day after the last month.
    pub to: NaiveDate,
    pub items: Vec<TallyOut>,
}
