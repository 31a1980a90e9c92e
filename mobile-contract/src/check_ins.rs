//! Check-ins (R18, R19): series both agreed to, single cards with one-tap answers, tomorrow's slate.

use crate::help_now::HelpNowOut;
use crate::relationships::PartyOut;
use crate::toolbox::ItemKind;
use crate::words::wire_words;
use chrono::{DateTime, NaiveDate, Utc};
use poem_openapi::Object;
use uuid::Uuid;

wire_words! {
    SeriesState {
        /// Asked for or proposed; the other side has not answered.
        Proposed = "proposed",
        Active = "active",
        /// Nothing comes until the owner restarts it, or the two have spoken.
        Resting = "resting",
        Stopped = "stopped",
        /// The twelve weeks are over; the owner may renew it.
        Completed = "completed",
    }
    /// Where a check-in stands in its series; the wording differs.
    SeriesPosition {
        Ordinary = "ordinary",
        First = "first",
        NextToLast = "next_to_last",
        Last = "last",
    }
    /// One tap. Any of them counts as an answer.
    CheckInAnswer {
        Ok = "ok",
        Both = "both",
        /// Rests the series until personal contact, and promises an answer.
        Heavy = "heavy",
        /// Rests the series until personal contact, and promises an answer.
        WantToTalk = "want_to_talk",
        NotNow = "not_now",
    }
    /// What else an owner can do when her provider has no room.
    CheckInAlternative {
        /// Take it up at the next consultation.
        NextConsultation = "next_consultation",
        /// Ask for a longer interval.
        LongerInterval = "longer_interval",
        /// Write a message that asks for a reply.
        MessageWithReply = "message_with_reply",
    }
    /// What a provider is asked to think of at a heavy reply (R21).
    HeavyStep {
        Phone = "phone",
        LocalProcedure = "local_procedure",
        Document = "document",
    }
    RestReason {
        /// Three in a row were not answered. You have done nothing wrong.
        Unanswered = "unanswered",
        /// A heavy reply; the series goes on once the two have spoken.
        UntilContact = "until_contact",
    }
}

#[derive(Clone, Debug, Object)]
pub struct CheckInSeriesIn {
    /// An id of your own making, so that a repeated call makes one series.
    #[oai(skip_serializing_if_is_none)]
    pub id: Option<Uuid>,
    /// Out of the organisation's menu: 7, 14 or 28.
    pub every_days: i32,
}

#[derive(Clone, Debug, Object)]
pub struct CheckInCadenceIn {
    /// Out of the organisation's menu: 7, 14 or 28. A running series starts its twelve weeks anew.
    pub every_days: i32,
}

#[derive(Clone, Debug, Object)]
pub struct UpcomingCheckInOut {
    /// The owner's date.
    pub on: NaiveDate,
    /// n of the series.
    pub number: i32,
    pub position: SeriesPosition,
}

#[derive(Clone, Debug, Object)]
pub struct AlternativeOut {
    pub alternative: CheckInAlternative,
    /// In the caller's language.
    pub text: String,
}

#[derive(Clone, Debug, Object)]
pub struct CheckInSeriesOut {
    pub id: Uuid,
    pub relationship_id: Uuid,
    pub owner: PartyOut,
    /// In whose name the check-ins come.
    pub provider: PartyOut,
    pub state: SeriesState,
    pub every_days: i32,
    /// Whether you asked for it, or proposed it.
    pub proposed_by_me: bool,
    /// How the series stands, in the caller's language.
    pub text: String,
    /// The owner's date from which the twelve weeks count.
    #[oai(skip_serializing_if_is_none)]
    pub accepted_on: Option<NaiveDate>,
    /// The last day of the twelve weeks.
    #[oai(skip_serializing_if_is_none)]
    pub ends_on: Option<NaiveDate>,
    /// The next slots, as far as now is known; empty unless active.
    pub upcoming: Vec<UpcomingCheckInOut>,
    #[oai(skip_serializing_if_is_none)]
    pub rests_since: Option<DateTime<Utc>>,
    #[oai(skip_serializing_if_is_none)]
    pub rest_reason: Option<RestReason>,
    /// For the owner, while her provider has no room, and after a no.
    pub alternatives: Vec<AlternativeOut>,
    pub created_at: DateTime<Utc>,
    #[oai(skip_serializing_if_is_none)]
    pub stopped_at: Option<DateTime<Utc>>,
    pub version: i32,
}

#[derive(Clone, Debug, Object)]
pub struct CheckInSeriesListOut {
    pub items: Vec<CheckInSeriesOut>,
    #[oai(skip_serializing_if_is_none)]
    pub next_cursor: Option<String>,
}

/// When an answer is read. All absent: no such day can be named.
#[derive(Clone, Debug, Object)]
pub struct ReadingOut {
    /// The provider, or the substitute, reads by this day.
    #[oai(skip_serializing_if_is_none)]
    pub by: Option<NaiveDate>,
    /// The provider is away: nobody reads before this day.
    #[oai(skip_serializing_if_is_none)]
    pub nobody_before: Option<NaiveDate>,
    /// Who stands in while the provider is away.
    #[oai(skip_serializing_if_is_none)]
    pub substitute: Option<PartyOut>,
}

/// A one-tap answer with its label.
#[derive(Clone, Debug, Object)]
pub struct AnswerChoiceOut {
    pub answer: CheckInAnswer,
    /// In the caller's language.
    pub label: String,
}

/// What the screen says after an answer.
#[derive(Clone, Debug, Object)]
pub struct AnswerReceiptOut {
    /// In the caller's language.
    pub text: String,
    /// By when a heavy answer, or a wish to talk, is answered.
    #[oai(skip_serializing_if_is_none)]
    pub promised_on: Option<NaiveDate>,
    /// The owner's own plan, after a heavy answer, if she has one.
    #[oai(skip_serializing_if_is_none)]
    pub own_plan: Option<String>,
    /// After a heavy answer.
    #[oai(skip_serializing_if_is_none)]
    pub help_now: Option<HelpNowOut>,
}

#[derive(Clone, Debug, Object)]
pub struct HeavyStepOut {
    pub step: HeavyStep,
    /// In the caller's language.
    pub text: String,
}

/// One check-in. The provider sees those that were answered.
#[derive(Clone, Debug, Object)]
pub struct CheckInOut {
    pub id: Uuid,
    #[oai(skip_serializing_if_is_none)]
    pub series_id: Option<Uuid>,
    pub relationship_id: Uuid,
    pub owner: PartyOut,
    pub provider: PartyOut,
    /// The owner's date.
    pub on: NaiveDate,
    pub number: i32,
    pub position: SeriesPosition,
    /// The greeting, in the owner's language; for the owner.
    #[oai(skip_serializing_if_is_none)]
    pub text: Option<String>,
    /// What can be answered with one tap; for the owner, empty once answered.
    pub choices: Vec<AnswerChoiceOut>,
    /// When an answer would be read; for the owner, until she has answered.
    #[oai(skip_serializing_if_is_none)]
    pub reading: Option<ReadingOut>,
    #[oai(skip_serializing_if_is_none)]
    pub opened_at: Option<DateTime<Utc>>,
    #[oai(skip_serializing_if_is_none)]
    pub answered_at: Option<DateTime<Utc>>,
    #[oai(skip_serializing_if_is_none)]
    pub answer: Option<CheckInAnswer>,
    /// What she wrote.
    #[oai(skip_serializing_if_is_none)]
    pub note: Option<String>,
    /// The item that was answered with, as long as the reader may see it.
    #[oai(skip_serializing_if_is_none)]
    pub item: Option<AnsweredWithOut>,
    /// The provider has read the answer and said so.
    #[oai(skip_serializing_if_is_none)]
    pub thanked_at: Option<DateTime<Utc>>,
    /// The day on which the provider wants to talk about it.
    #[oai(skip_serializing_if_is_none)]
    pub talk_on: Option<NaiveDate>,
    /// For the owner, once she has answered.
    #[oai(skip_serializing_if_is_none)]
    pub receipt: Option<AnswerReceiptOut>,
    /// By when an answer is promised, while it is open; for the provider.
    #[oai(skip_serializing_if_is_none)]
    pub promised_on: Option<NaiveDate>,
    /// Open since, until personal contact; for the provider.
    #[oai(skip_serializing_if_is_none)]
    pub open_since: Option<DateTime<Utc>>,
    /// What to think of at a heavy reply; for the provider.
    pub checklist: Vec<HeavyStepOut>,
}

#[derive(Clone, Debug, Object)]
pub struct CheckInsOut {
    pub items: Vec<CheckInOut>,
    #[oai(skip_serializing_if_is_none)]
    pub next_cursor: Option<String>,
}

/// One tap, a few words, or both.
#[derive(Clone, Debug, Object)]
pub struct CheckInAnswerIn {
    #[oai(skip_serializing_if_is_none)]
    pub answer: Option<CheckInAnswer>,
    /// At most 20,000 characters.
    #[oai(skip_serializing_if_is_none)]
    pub note: Option<String>,
    /// An item of your toolbox that you share with this provider already. Answering shares nothing.
    #[oai(skip_serializing_if_is_none)]
    pub item_id: Option<Uuid>,
}

/// What was answered with; the item itself is read where items are.
#[derive(Clone, Debug, Object)]
pub struct AnsweredWithOut {
    pub id: Uuid,
    pub kind: ItemKind,
}

/// One of the check-ins of a day. Both choices may be left alone: then it is sent as agreed.
#[derive(Clone, Debug, Object)]
pub struct SlateItemOut {
    pub series_id: Uuid,
    pub relationship_id: Uuid,
    pub owner: PartyOut,
    /// The owner's date.
    pub on: NaiveDate,
    pub number: i32,
    pub position: SeriesPosition,
    /// You skipped it: it will not be sent.
    pub skipped: bool,
    /// The day it was moved from.
    #[oai(skip_serializing_if_is_none)]
    pub postponed_from: Option<NaiveDate>,
    /// The days it can be moved to.
    pub can_move_to: Vec<NaiveDate>,
}

#[derive(Clone, Debug, Object)]
pub struct SlateOut {
    /// Absent when you have no working day within the next 400 days.
    #[oai(skip_serializing_if_is_none)]
    pub date: Option<NaiveDate>,
    pub items: Vec<SlateItemOut>,
}

#[derive(Clone, Debug, Object)]
pub struct SkipCheckInIn {
    /// The day on which it is planned.
    pub date: NaiveDate,
}

#[derive(Clone, Debug, Object)]
pub struct PostponeCheckInIn {
    /// The day on which it is planned.
    pub date: NaiveDate,
    /// After it, at most seven days later and before the next of the series; a day on which a
    /// check-in can be sent.
    pub to: NaiveDate,
}
