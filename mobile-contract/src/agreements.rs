//! What owner and provider expect of each other (R24–R26): versions, what differs, acceptance.

use crate::policy::Weekday;
use crate::relationships::PartyOut;
use crate::words::{Language, wire_words};
use chrono::{DateTime, NaiveDate, Utc};
use poem_openapi::Object;
use uuid::Uuid;

wire_words! {
    /// Who writes first (R17).
    WhoStarts {
        Owner = "owner",
        Provider = "provider",
        Either = "either",
    }
    /// Whether the system is used during or between consultations (R29).
    UseInSessions {
        Between = "between",
        During = "during",
        Both = "both",
    }
    /// Where a version stands.
    AgreementVersionState {
        /// Not accepted by both yet.
        Draft = "draft",
        /// Applies now.
        InForce = "in_force",
        /// Applied until a later one did.
        Superseded = "superseded",
        /// Never accepted by both, and a later one applies.
        Lapsed = "lapsed",
    }
    /// Why the two look at their agreement out of turn.
    AgreementRoundCause {
        SharingChanged = "sharing_changed",
        ProviderChanged = "provider_changed",
        TwoRepliesOverdue = "two_replies_overdue",
        CheckInsRest = "check_ins_rest",
        /// A goal that everybody in the relationship sees became an active one.
        NewGoal = "new_goal",
        /// Exercises were begun, and everybody in the relationship sees it.
        ExercisesBegun = "exercises_begun",
        /// One of the two wished for it.
        Asked = "asked",
    }
    /// The terms by name, in the order they are read.
    AgreementTerm {
        Purposes = "purposes",
        WhoStarts = "who_starts",
        ContentWelcome = "content_welcome",
        ContentNotWelcome = "content_not_welcome",
        ReplyWindowDays = "reply_window_days",
        ReadingDays = "reading_days",
        AbsenceCover = "absence_cover",
        LengthWishes = "length_wishes",
        CheckIns = "check_ins",
        Journal = "journal",
        AlarmingMessages = "alarming_messages",
        SilenceClause = "silence_clause",
        Disagreement = "disagreement",
        Language = "language",
        UseInSessions = "use_in_sessions",
        NextReviewOn = "next_review_on",
    }
}

/// What happens while the provider is away.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
pub struct AbsenceCover {
    /// In your own words; at most 4,000 characters.
    pub how: String,
    /// The provider who would stand in. Each absence still needs her yes and the owner's consent.
    #[oai(skip_serializing_if_is_none)]
    pub substitute: Option<Uuid>,
}

/// Whether, how often and how check-ins come.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
pub struct CheckInTerms {
    pub permitted: bool,
    /// No more often than every so many days, out of the organisation's menu (7, 14, 28); absent:
    /// as the two settle it.
    #[oai(skip_serializing_if_is_none)]
    pub every_days: Option<i32>,
    /// In your own words; at most 4,000 characters.
    pub wishes: String,
}

/// What the owner wants done when she has been silent: "after two, phone me".
#[derive(Clone, Debug, PartialEq, Eq, Object)]
pub struct SilenceClause {
    /// Unanswered check-ins in a row, 1 to 3.
    pub after: i32,
    /// In the owner's own words; at most 4,000 characters.
    pub wish: String,
}

/// One wording of the whole agreement. Free texts hold at most 4,000 characters each and may be
/// empty.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
pub struct AgreementTerms {
    pub purposes: String,
    pub who_starts: WhoStarts,
    pub content_welcome: String,
    pub content_not_welcome: String,
    /// Working days to a reply, out of the organisation's menu (1 to 5).
    pub reply_window_days: i32,
    /// On which days the provider reads; at least one.
    pub reading_days: Vec<Weekday>,
    pub absence_cover: AbsenceCover,
    pub length_wishes: String,
    pub check_ins: CheckInTerms,
    /// What may enter the health record.
    pub journal: String,
    /// What happens with a message that alarms (R21).
    pub alarming_messages: String,
    #[oai(skip_serializing_if_is_none)]
    pub silence_clause: Option<SilenceClause>,
    /// Where a disagreement is taken.
    pub disagreement: String,
    /// The language the agreement is written in.
    pub language: Language,
    pub use_in_sessions: UseInSessions,
    /// When the two look at it again; not in the past, at most ten years ahead.
    #[oai(skip_serializing_if_is_none)]
    pub next_review_on: Option<NaiveDate>,
}

/// A draft. It never changes; a correction is another version.
#[derive(Clone, Debug, Object)]
pub struct AgreementVersionIn {
    /// An id of your own making, so that a repeated call makes one version.
    #[oai(skip_serializing_if_is_none)]
    pub id: Option<Uuid>,
    pub terms: AgreementTerms,
}

#[derive(Clone, Debug, Object)]
pub struct AgreementVersionOut {
    pub id: Uuid,
    pub relationship_id: Uuid,
    /// From 1, without gaps.
    pub number: i32,
    pub state: AgreementVersionState,
    /// SHA-256 over the canonical JSON (RFC 8785) of `terms`, 64 lower-case hexadecimal digits.
    pub hash: String,
    pub terms: AgreementTerms,
    pub drafted_by: PartyOut,
    pub created_at: DateTime<Utc>,
    #[oai(skip_serializing_if_is_none)]
    pub accepted_by_owner_at: Option<DateTime<Utc>>,
    #[oai(skip_serializing_if_is_none)]
    pub accepted_by_provider_at: Option<DateTime<Utc>>,
    #[oai(skip_serializing_if_is_none)]
    pub in_force_at: Option<DateTime<Utc>>,
    #[oai(skip_serializing_if_is_none)]
    pub superseded_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, Object)]
pub struct AgreementVersionsOut {
    pub items: Vec<AgreementVersionOut>,
    #[oai(skip_serializing_if_is_none)]
    pub next_cursor: Option<String>,
}

/// Accepting names the text that was read.
#[derive(Clone, Debug, Object)]
pub struct AcceptAgreementIn {
    /// `hash` of the version as you were shown it.
    #[oai(validator(min_length = 1, max_length = 128))]
    pub hash: String,
}

/// One term as it stands in `terms`: the one field that is there.
#[derive(Clone, Debug, Default, Object)]
pub struct AgreementTermOut {
    #[oai(skip_serializing_if_is_none)]
    pub purposes: Option<String>,
    #[oai(skip_serializing_if_is_none)]
    pub who_starts: Option<WhoStarts>,
    #[oai(skip_serializing_if_is_none)]
    pub content_welcome: Option<String>,
    #[oai(skip_serializing_if_is_none)]
    pub content_not_welcome: Option<String>,
    #[oai(skip_serializing_if_is_none)]
    pub reply_window_days: Option<i32>,
    #[oai(skip_serializing_if_is_none)]
    pub reading_days: Option<Vec<Weekday>>,
    #[oai(skip_serializing_if_is_none)]
    pub absence_cover: Option<AbsenceCover>,
    #[oai(skip_serializing_if_is_none)]
    pub length_wishes: Option<String>,
    #[oai(skip_serializing_if_is_none)]
    pub check_ins: Option<CheckInTerms>,
    #[oai(skip_serializing_if_is_none)]
    pub journal: Option<String>,
    #[oai(skip_serializing_if_is_none)]
    pub alarming_messages: Option<String>,
    #[oai(skip_serializing_if_is_none)]
    pub silence_clause: Option<SilenceClause>,
    #[oai(skip_serializing_if_is_none)]
    pub disagreement: Option<String>,
    #[oai(skip_serializing_if_is_none)]
    pub language: Option<Language>,
    #[oai(skip_serializing_if_is_none)]
    pub use_in_sessions: Option<UseInSessions>,
    #[oai(skip_serializing_if_is_none)]
    pub next_review_on: Option<NaiveDate>,
}

/// One term that differs.
#[derive(Clone, Debug, Object)]
pub struct AgreementChangeOut {
    pub term: AgreementTerm,
    /// Absent where the term was not there.
    #[oai(skip_serializing_if_is_none)]
    pub before: Option<AgreementTermOut>,
    /// Absent where the term is there no more.
    #[oai(skip_serializing_if_is_none)]
    pub after: Option<AgreementTermOut>,
}

#[derive(Clone, Debug, Object)]
pub struct AgreementDiffOut {
    /// The version compared with.
    pub against: i32,
    pub number: i32,
    /// In the order of the terms; empty when the two read the same.
    pub changes: Vec<AgreementChangeOut>,
}

/// A round of the agreement that comes out of turn. The regular ones are not told here: the owner
/// sees them among what is planned.
#[derive(Clone, Debug, Object)]
pub struct AgreementRoundOut {
    pub relationship_id: Uuid,
    /// One waits: the owner has not been asked to take it yet.
    pub waits: bool,
    #[oai(skip_serializing_if_is_none)]
    pub cause: Option<AgreementRoundCause>,
    /// Who wished for it.
    #[oai(skip_serializing_if_is_none)]
    pub asked_by: Option<PartyOut>,
    /// The owner is asked on this date or later, when nothing speaks for leaving her in peace.
    #[oai(skip_serializing_if_is_none)]
    pub from: Option<NaiveDate>,
}
