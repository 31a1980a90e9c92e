//! Writing to each other: secure, asynchronous, always open to send (R7–R11).

use crate::relationships::PartyOut;
use crate::reply_clocks::ReplyClockOut;
use crate::toolbox::MedicineContent;
use crate::words::wire_words;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use poem_openapi::Object;
use uuid::Uuid;

wire_words! {
    /// What a message asks for.
    MessageKind {
        /// Nothing.
        Info = "info",
        /// A reply within the agreed time: an owner's starts a reply clock.
        ReplyWanted = "reply_wanted",
        /// To be taken up at the next consultation.
        NextConsultation = "next_consultation",
        /// To be kept. It can be opened, and nobody is told of it. Owners only.
        Vault = "vault",
    }
}

#[derive(Clone, Debug, Object)]
pub struct MessageIn {
    /// Made by the app, so that a repeated call sends once.
    #[oai(skip_serializing_if_is_none)]
    pub id: Option<Uuid>,
    pub kind: MessageKind,
    /// 1 to 20,000 characters.
    pub body: String,
    /// The main thing, in one sentence of at most 200 characters.
    #[oai(skip_serializing_if_is_none)]
    pub gist: Option<String>,
    #[oai(default)]
    pub important: bool,
    /// Whether the first 200 characters may be shown before it is opened.
    #[oai(default)]
    pub preview_allowed: bool,
    /// A message of the same thread that you can read. A provider's reply closes its clock.
    #[oai(skip_serializing_if_is_none)]
    pub in_reply_to: Option<Uuid>,
    /// Send your medication overview with it, as it is now. Owners only; there must be a medicine in it.
    #[oai(default)]
    pub medication: bool,
    /// A draft of yours that this message was; it is deleted when the message is sent.
    #[oai(skip_serializing_if_is_none)]
    pub draft_id: Option<Uuid>,
}

/// Better said in person (R13).
#[derive(Clone, Debug, Object)]
pub struct TalkIn {
    /// The day you suggest: today or later, in your time zone.
    pub day: NaiveDate,
}

#[derive(Clone, Debug, Object)]
pub struct MessageOut {
    pub id: Uuid,
    pub relationship_id: Uuid,
    pub author: PartyOut,
    pub from_owner: bool,
    /// You wrote it.
    pub mine: bool,
    pub kind: MessageKind,
    /// You wrote it or opened it. What you have not opened has no `body` here.
    pub opened_by_me: bool,
    #[oai(skip_serializing_if_is_none)]
    pub body: Option<String>,
    /// The beginning of a message you have not opened, where its author allows it.
    #[oai(skip_serializing_if_is_none)]
    pub preview: Option<String>,
    #[oai(skip_serializing_if_is_none)]
    pub gist: Option<String>,
    /// The medication overview that was sent with it, as it was then; with `body`.
    #[oai(skip_serializing_if_is_none)]
    pub medication: Option<Vec<MedicineContent>>,
    /// Length of the whole text in characters.
    pub characters: u32,
    pub important: bool,
    pub preview_allowed: bool,
    #[oai(skip_serializing_if_is_none)]
    pub in_reply_to: Option<Uuid>,
    pub sent_at: DateTime<Utc>,
    /// Until then its author can undo it, and nobody else sees it. Only while that is so.
    #[oai(skip_serializing_if_is_none)]
    pub undo_until: Option<DateTime<Utc>>,
    #[oai(skip_serializing_if_is_none)]
    pub recalled_at: Option<DateTime<Utc>>,
    /// When the other side opened your message, if they let that be seen.
    #[oai(skip_serializing_if_is_none)]
    pub opened_at: Option<DateTime<Utc>>,
    /// When the other side said thanks.
    #[oai(skip_serializing_if_is_none)]
    pub thanked_at: Option<DateTime<Utc>>,
    /// The day on which the provider would like to talk about it.
    #[oai(skip_serializing_if_is_none)]
    pub talk_on: Option<NaiveDate>,
    #[oai(skip_serializing_if_is_none)]
    pub clock: Option<ReplyClockOut>,
    /// For its owner: what was promised and what came of it, in words.
    #[oai(skip_serializing_if_is_none)]
    pub receipt: Option<String>,
    pub version: i32,
}

#[derive(Clone, Debug, Object)]
pub struct MessagesOut {
    pub items: Vec<MessageOut>,
    #[oai(skip_serializing_if_is_none)]
    pub next_cursor: Option<String>,
    /// Unread messages of this thread; vault texts are not counted.
    pub unread: u64,
}

#[derive(Clone, Debug, Object)]
pub struct UnreadOut {
    pub relationship_id: Uuid,
    pub unread: u64,
}

/// Relationships without unread messages are left out.
#[derive(Clone, Debug, Object)]
pub struct UnreadCountsOut {
    pub items: Vec<UnreadOut>,
    pub total: u64,
}

/// What a message that asks for a reply would be promised if it were sent now.
#[derive(Clone, Debug, Object)]
pub struct PromiseOut {
    /// Absent when nobody can promise anything now.
    #[oai(skip_serializing_if_is_none)]
    pub reply_by: Option<NaiveDate>,
    /// Closing time of that date.
    #[oai(skip_serializing_if_is_none)]
    pub due_at: Option<DateTime<Utc>>,
    /// Working days, from the agreement in force or the organisation's default.
    pub window_working_days: u32,
    /// When the provider reads, by her own clock.
    pub reads_at: NaiveTime,
    /// The next time she reads.
    #[oai(skip_serializing_if_is_none)]
    pub next_reading_at: Option<DateTime<Utc>>,
    /// She is away, and nobody reads before this date.
    #[oai(skip_serializing_if_is_none)]
    pub nobody_reads_before: Option<NaiveDate>,
    /// Who answers instead while she is away.
    #[oai(skip_serializing_if_is_none)]
    pub substitute: Option<PartyOut>,
    /// All of it in words.
    pub text: String,
}
