//! What changed since a device last asked.

use crate::absences::{AbsenceOut, PairAbsenceOut};
use crate::agreements::AgreementVersionOut;
use crate::check_ins::{CheckInOut, RestReason, SeriesState};
use crate::consents::ConsentOut;
use crate::consultations::ConsultationOut;
use crate::crisis_plan::{PlanOut, SharedPlanOut};
use crate::drafts::DraftOut;
use crate::grants::GrantOut;
use crate::help_now::HelpNowOut;
use crate::joint_sessions::JointNoteOut;
use crate::messages::MessageOut;
use crate::notification_settings::NotificationSettingsOut;
use crate::owners_life::{HospitalOut, PauseOut, QuietHoursOut};
use crate::profile::{MeOut, WorkingHoursOut};
use crate::prompts::{PromptOut, ReviewPromptsOut};
use crate::proposals::{CommentOut, ProposalOut};
use crate::relationships::{PartyOut, RelationshipOut};
use crate::reply_clocks::ReplyClockOut;
use crate::toolbox::{ItemOut, SharedItemOut};
use crate::words::wire_words;
use chrono::{DateTime, NaiveDate, Utc};
use poem_openapi::Object;
use uuid::Uuid;

/// `limit` of a sync where none is given.
pub const DEFAULT_LIMIT: u32 = 250;
/// Largest `limit` of a sync.
pub const MAX_LIMIT: u32 = 500;

wire_words! {
    /// What is kept alike on a device. Of most, `id` is the thing's own.
    SyncKind {
        /// `id` is the account's.
        Me = "me",
        /// `id` is the account's.
        HelpNow = "help_now",
        /// `id` is the account's.
        CrisisPlan = "crisis_plan",
        /// `id` is the account's.
        NotificationSettings = "notification_settings",
        /// `id` is the account's.
        QuietHours = "quiet_hours",
        /// `id` is the account's.
        Pause = "pause",
        /// `id` is the account's.
        Hospital = "hospital",
        /// `id` is the account's.
        ReviewPrompts = "review_prompts",
        /// `id` is the account's.
        WorkingHours = "working_hours",
        Relationship = "relationship",
        Agreement = "agreement",
        Grant = "grant",
        Consent = "consent",
        Absence = "absence",
        /// `id` is the relationship's.
        PairAbsences = "pair_absences",
        Consultation = "consultation",
        ReplyClock = "reply_clock",
        CheckInSeries = "check_in_series",
        /// `id` is the prompt's `slot_id`.
        Prompt = "prompt",
        Draft = "draft",
        Message = "message",
        CheckIn = "check_in",
        /// `id` is the owner's.
        SharedPlan = "shared_plan",
        Item = "item",
        SharedItem = "shared_item",
        Proposal = "proposal",
        Comment = "comment",
        /// `id` is the note's.
        JointNote = "joint_note",
    }
}

/// A page of what changed. Apply it whole, in one transaction with `cursor`.
#[derive(Clone, Debug, Object)]
pub struct SyncOut {
    /// To ask with next. Keep it only once everything of the page is kept.
    pub cursor: String,
    /// The first page of a full load: forget all that was synced before, and keep what was not sent yet.
    pub full: bool,
    /// There is more: ask again at once, with `cursor`.
    pub has_more: bool,
    /// To be put in place of what was there under the same id. Absent lists are empty.
    pub changed: SyncChangesOut,
    /// Not to be seen any more: deleted, taken back, no longer shared, or expired; it is not told which.
    pub removed: Vec<SyncRemovedOut>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Object)]
pub struct SyncRemovedOut {
    pub kind: SyncKind,
    pub id: Uuid,
}

/// What changed, by kind, each whole and as its own operation answers it.
#[derive(Clone, Debug, Default, Object)]
pub struct SyncChangesOut {
    #[oai(skip_serializing_if_is_none)]
    pub me: Option<MeOut>,
    /// For owners, and always in the first page of a full load.
    #[oai(skip_serializing_if_is_none)]
    pub help_now: Option<HelpNowOut>,
    /// For owners: all of it, and always in the first page of a full load.
    #[oai(skip_serializing_if_is_none)]
    pub crisis_plan: Option<PlanOut>,
    #[oai(skip_serializing_if_is_none)]
    pub notification_settings: Option<NotificationSettingsOut>,
    #[oai(skip_serializing_if_is_none)]
    pub quiet_hours: Option<QuietHoursOut>,
    #[oai(skip_serializing_if_is_none)]
    pub pause: Option<PauseOut>,
    #[oai(skip_serializing_if_is_none)]
    pub hospital: Option<HospitalOut>,
    #[oai(skip_serializing_if_is_none)]
    pub review_prompts: Option<ReviewPromptsOut>,
    #[oai(skip_serializing_if_is_none)]
    pub working_hours: Option<WorkingHoursOut>,
    #[oai(skip_serializing_if_is_none)]
    pub relationships: Option<Vec<RelationshipOut>>,
    /// What applies, and what was drafted since.
    #[oai(skip_serializing_if_is_none)]
    pub agreements: Option<Vec<AgreementVersionOut>>,
    #[oai(skip_serializing_if_is_none)]
    pub grants: Option<Vec<GrantOut>>,
    #[oai(skip_serializing_if_is_none)]
    pub consents: Option<Vec<ConsentOut>>,
    /// For providers: their own, and those in which they are asked to stand in.
    #[oai(skip_serializing_if_is_none)]
    pub absences: Option<Vec<AbsenceOut>>,
    #[oai(skip_serializing_if_is_none)]
    pub pair_absences: Option<Vec<SyncedAbsencesOut>>,
    #[oai(skip_serializing_if_is_none)]
    pub consultations: Option<Vec<ConsultationOut>>,
    #[oai(skip_serializing_if_is_none)]
    pub reply_clocks: Option<Vec<ReplyClockOut>>,
    #[oai(skip_serializing_if_is_none)]
    pub check_in_series: Option<Vec<SyncedSeriesOut>>,
    #[oai(skip_serializing_if_is_none)]
    pub prompts: Option<Vec<PromptOut>>,
    #[oai(skip_serializing_if_is_none)]
    pub drafts: Option<Vec<DraftOut>>,
    #[oai(skip_serializing_if_is_none)]
    pub messages: Option<Vec<MessageOut>>,
    /// As they are kept, without what the system says around them: that is made anew whenever one is asked for.
    #[oai(skip_serializing_if_is_none)]
    pub check_ins: Option<Vec<CheckInOut>>,
    #[oai(skip_serializing_if_is_none)]
    pub shared_plans: Option<Vec<SharedPlanOut>>,
    #[oai(skip_serializing_if_is_none)]
    pub items: Option<Vec<ItemOut>>,
    #[oai(skip_serializing_if_is_none)]
    pub shared_items: Option<Vec<SyncedItemOut>>,
    #[oai(skip_serializing_if_is_none)]
    pub proposals: Option<Vec<ProposalOut>>,
    #[oai(skip_serializing_if_is_none)]
    pub comments: Option<Vec<CommentOut>>,
    #[oai(skip_serializing_if_is_none)]
    pub joint_notes: Option<Vec<SyncedNoteOut>>,
}

/// The absences that a pair should know of, by date.
#[derive(Clone, Debug, Object)]
pub struct SyncedAbsencesOut {
    pub relationship_id: Uuid,
    /// Those that are not over.
    pub items: Vec<PairAbsenceOut>,
}

/// An item that an owner shares.
#[derive(Clone, Debug, Object)]
pub struct SyncedItemOut {
    pub owner_id: Uuid,
    pub item: SharedItemOut,
}

/// A note of yours of a joint session.
#[derive(Clone, Debug, Object)]
pub struct SyncedNoteOut {
    pub session_id: Uuid,
    pub note: JointNoteOut,
}

/// A check-in series as it is kept. When the next ones come is reckoned whenever it is asked for.
#[derive(Clone, Debug, Object)]
pub struct SyncedSeriesOut {
    pub id: Uuid,
    pub relationship_id: Uuid,
    pub owner: PartyOut,
    /// In whose name the check-ins come.
    pub provider: PartyOut,
    pub state: SeriesState,
    pub every_days: i32,
    /// Whether you asked for it, or proposed it.
    pub proposed_by_me: bool,
    /// The owner's date from which the twelve weeks count.
    #[oai(skip_serializing_if_is_none)]
    pub accepted_on: Option<NaiveDate>,
    /// The last day of the twelve weeks.
    #[oai(skip_serializing_if_is_none)]
    pub ends_on: Option<NaiveDate>,
    #[oai(skip_serializing_if_is_none)]
    pub rests_since: Option<DateTime<Utc>>,
    #[oai(skip_serializing_if_is_none)]
    pub rest_reason: Option<RestReason>,
    pub created_at: DateTime<Utc>,
    #[oai(skip_serializing_if_is_none)]
    pub stopped_at: Option<DateTime<Utc>>,
    pub version: i32,
}
