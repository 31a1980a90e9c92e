//! The digest as it reads in the app: names and lines. Nothing of it ever leaves by e-mail or push.

use crate::check_ins::HeavyStepOut;
use crate::crisis_plan::PlanSection;
use crate::relationships::PartyOut;
use crate::toolbox::Module;
use crate::words::wire_words;
use chrono::{DateTime, NaiveDate, Utc};
use poem_openapi::Object;
use uuid::Uuid;

wire_words! {
    /// The sections, in their order.
    DigestSection {
        /// Heavy replies and silence clauses.
        Concerns = "concerns",
        Waiting = "waiting",
        NextConsultation = "next_consultation",
        New = "new",
        TomorrowsCheckIns = "tomorrows_check_ins",
        CheckInReplies = "check_in_replies",
        ProposalsAnswered = "proposals_answered",
        SharedChanges = "shared_changes",
    }
    /// What opened a concern.
    DigestConcern {
        Heavy = "heavy",
        WantToTalk = "want_to_talk",
        SilenceClause = "silence_clause",
    }
}

/// What a line leads to. Opening it is a call of its own: reading a digest opens no message.
#[derive(Clone, Debug, Object)]
pub struct DigestLinkOut {
    pub relationship_id: Uuid,
    #[oai(skip_serializing_if_is_none)]
    pub message_id: Option<Uuid>,
    /// The check-in that was answered.
    #[oai(skip_serializing_if_is_none)]
    pub check_in_id: Option<Uuid>,
    /// The series of a check-in that is to come.
    #[oai(skip_serializing_if_is_none)]
    pub series_id: Option<Uuid>,
    #[oai(skip_serializing_if_is_none)]
    pub clock_id: Option<Uuid>,
    /// The proposal that was answered.
    #[oai(skip_serializing_if_is_none)]
    pub proposal_id: Option<Uuid>,
}

#[derive(Clone, Debug, Object)]
pub struct DigestLineOut {
    /// Place in the whole digest, from 0; what has vanished since leaves a gap.
    pub position: i32,
    pub owner: PartyOut,
    pub link: DigestLinkOut,
    /// Sent, answered, opened; for a check-in that is to come, when it goes out.
    pub since: DateTime<Utc>,
    #[oai(skip_serializing_if_is_none)]
    pub concern: Option<DigestConcern>,
    #[oai(skip_serializing_if_is_none)]
    pub promised_on: Option<NaiveDate>,
    /// On the digest's date.
    pub due_today: bool,
    /// Before the digest's date.
    pub overdue: bool,
    /// Marked by the owner.
    pub important: bool,
    pub long: bool,
    /// Whole minutes it takes to read.
    pub minutes: i32,
    /// Done since: opened, answered, or in touch.
    pub done: bool,
    /// The owner's own sentence, where the text is long and she wrote one.
    #[oai(skip_serializing_if_is_none)]
    pub gist: Option<String>,
    /// The first 200 characters, where the owner allows it and there is no gist.
    #[oai(skip_serializing_if_is_none)]
    pub preview: Option<String>,
    /// For a change of the owner's plan: which of the sections she shares changed, in the plan's order. What
    /// they say is in the plan.
    pub plan_sections: Vec<PlanSection>,
    /// For changes of what else she shares: the part of her toolbox they are in.
    #[oai(skip_serializing_if_is_none)]
    pub module: Option<Module>,
    /// How many things changed in that part, of those that are shared with the provider now.
    #[oai(skip_serializing_if_is_none)]
    pub changed_items: Option<u32>,
    /// What is said beside the name, in the caller's language.
    pub words: Vec<String>,
}

#[derive(Clone, Debug, Object)]
pub struct DigestSectionOut {
    pub section: DigestSection,
    /// In the caller's language.
    pub title: String,
    /// What has to be known of the whole section.
    #[oai(skip_serializing_if_is_none)]
    pub note: Option<String>,
    /// What to think of before going on; for concerns alone.
    pub checklist: Vec<HeavyStepOut>,
    pub lines: Vec<DigestLineOut>,
}

/// Numbers alone, as they were when the digest was built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Object)]
pub struct DigestCountsOut {
    pub waiting: u32,
    pub due_today: u32,
    pub overdue: u32,
    pub new: u32,
    pub long: u32,
    pub next_consultation: u32,
    pub check_in_replies: u32,
    pub tomorrows_check_ins: u32,
    /// Changes in what is shared, answers to proposals, and wishes to look at something together.
    pub shared_changes: u32,
    /// Whole minutes that reading takes.
    pub minutes: u32,
}

#[derive(Clone, Debug, Object)]
pub struct DigestOut {
    /// In the provider's zone.
    pub on: NaiveDate,
    pub built_at: DateTime<Utc>,
    #[oai(skip_serializing_if_is_none)]
    pub opened_at: Option<DateTime<Utc>>,
    pub title: String,
    /// What stands under the title.
    #[oai(skip_serializing_if_is_none)]
    pub note: Option<String>,
    /// Those that still have lines.
    pub sections: Vec<DigestSectionOut>,
    /// How many found no room.
    pub more: i32,
    /// "and 7 more", in the caller's language.
    #[oai(skip_serializing_if_is_none)]
    pub more_words: Option<String>,
}

#[derive(Clone, Debug, Object)]
pub struct DigestSummaryOut {
    pub on: NaiveDate,
    pub built_at: DateTime<Utc>,
    #[oai(skip_serializing_if_is_none)]
    pub opened_at: Option<DateTime<Utc>>,
    pub counts: DigestCountsOut,
    /// How many found no room.
    pub more: i32,
}

#[derive(Clone, Debug, Object)]
pub struct DigestsOut {
    pub items: Vec<DigestSummaryOut>,
    #[oai(skip_serializing_if_is_none)]
    pub next_cursor: Option<String>,
}
