//! All that is the owner's, to take away (model: "Export and erasure").
//!
//! [`ExportOut`] is never built: it says what the stream holds that is written page by page, and `export.schema.json` is
//! made from it. Its lists are the words of [`ExportSection`], in that order.

use crate::access_log::AccessOut;
use crate::agreements::{AgreementRoundOut, AgreementVersionOut};
use crate::check_ins::{CheckInOut, CheckInSeriesOut};
use crate::consents::ConsentOut;
use crate::consultations::ConsultationOut;
use crate::contacts::ContactOut;
use crate::crisis_plan::{PlanOut, PlanReviewOut, PlanUseOut, PlanWordingOut};
use crate::drafts::DraftOut;
use crate::grants::GrantOut;
use crate::joint_sessions::{JointNoteOut, JointNoteVersionOut, JointSessionOut};
use crate::ledger::LedgerRowOut;
use crate::messages::MessageOut;
use crate::notification_settings::NotificationSettingsOut;
use crate::notifications::NotificationOut;
use crate::owners_life::{HospitalOut, PauseOut, QuietHoursOut};
use crate::profile::{DeviceOut, MeOut};
use crate::prompts::{PromptOut, ReviewPromptsOut};
use crate::proposals::{CommentOut, ProposalOut};
use crate::relationships::RelationshipOut;
use crate::reply_clocks::ReplyClockOut;
use crate::sessions::Platform;
use crate::toolbox::{ItemContent, ItemOut};
use crate::words::wire_words;
use chrono::{DateTime, Utc};
use poem_openapi::Object;
use poem_openapi::types::Any;
use uuid::Uuid;

/// Raised when a reader of earlier exports would misread a later one.
pub const EXPORT_VERSION: i32 = 1;

wire_words! {
    ExportFormat {
        /// Everything, as `export.schema.json` describes it.
        Json = "json",
        /// A FHIR R4 bundle: what its resources can say, and no earlier versions.
        Fhir = "fhir",
    }
    /// The lists of an export, in their order.
    ExportSection {
        Relationships = "relationships",
        /// Every version, with who accepted it when.
        Agreements = "agreements",
        /// Rounds that wait: nobody has been asked to take them yet. The others are among the prompts.
        AgreementRounds = "agreement_rounds",
        /// One that you have not opened is there without its text, and stays unopened.
        Messages = "messages",
        Drafts = "drafts",
        CheckInSeries = "check_in_series",
        /// With your answers. What the system says around them is not kept, and not there.
        CheckIns = "check_ins",
        ReplyClocks = "reply_clocks",
        Consultations = "consultations",
        Contacts = "contacts",
        Consents = "consents",
        /// Substitutes whom you let see the threads in which you wait for a reply.
        AbsenceConsents = "absence_consents",
        /// Pauses and hospital stays.
        Periods = "periods",
        /// Every wording of the plan, the present one among them.
        PlanVersions = "plan_versions",
        PlanUses = "plan_uses",
        PlanReviews = "plan_reviews",
        /// The toolbox as it is now, drafts, diary and medicines among it.
        Items = "items",
        /// What each of them said before.
        ItemVersions = "item_versions",
        /// What was proposed to you, with what became of it.
        Proposals = "proposals",
        /// What was said beside what you keep, hidden ones among them.
        Comments = "comments",
        /// What you looked at together with a provider, and when.
        JointSessions = "joint_sessions",
        /// What you wrote down there.
        JointNotes = "joint_notes",
        /// What you share and shared.
        Grants = "grants",
        AccessLog = "access_log",
        /// What was sent, what was not, and why.
        Ledger = "ledger",
        Prompts = "prompts",
        /// What was told to you, unread first.
        Notifications = "notifications",
        /// Without what pushes are addressed by.
        Devices = "devices",
        /// When you signed in, and on which device; without what they are kept open by.
        Sessions = "sessions",
    }
    PeriodKind {
        Pause = "pause",
        Hospital = "hospital",
    }
}

/// How much there is of one part.
#[derive(Clone, Debug, Object)]
pub struct ExportCountOut {
    pub section: ExportSection,
    pub records: u64,
}

/// How much an export would hold now.
#[derive(Clone, Debug, Object)]
pub struct ExportSummaryOut {
    /// Of all sections together.
    pub records: u64,
    /// Every section, in the order of the export.
    pub sections: Vec<ExportCountOut>,
}

/// Who you are here, and how you have it.
#[derive(Clone, Debug, Object)]
pub struct ExportAccountOut {
    pub me: MeOut,
    pub quiet_hours: QuietHoursOut,
    pub pause: PauseOut,
    pub hospital: HospitalOut,
    pub notification_settings: NotificationSettingsOut,
    pub review_prompts: ReviewPromptsOut,
}

/// A pause or a hospital stay.
#[derive(Clone, Debug, Object)]
pub struct PeriodOut {
    pub id: Uuid,
    pub kind: PeriodKind,
    pub from: DateTime<Utc>,
    /// Not included; absent while it is not known.
    #[oai(skip_serializing_if_is_none)]
    pub to: Option<DateTime<Utc>>,
}

/// What an item said before its present version.
#[derive(Clone, Debug, Object)]
pub struct ExportedItemVersionOut {
    pub item_id: Uuid,
    pub number: i32,
    pub written_at: DateTime<Utc>,
    pub draft: bool,
    pub content: ItemContent,
}

/// What you wrote down in a joint session.
#[derive(Clone, Debug, Object)]
pub struct ExportedJointNoteOut {
    pub session_id: Uuid,
    pub note: JointNoteOut,
    /// What it said before, newest first.
    pub earlier: Vec<JointNoteVersionOut>,
}

/// A substitute whom you let see the threads in which you wait for a reply, for one absence.
#[derive(Clone, Debug, Object)]
pub struct ExportedAbsenceConsentOut {
    pub relationship_id: Uuid,
    pub absence_id: Uuid,
    pub given_at: DateTime<Utc>,
}

/// From when to when you were signed in, and where.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct ExportedSessionOut {
    pub id: Uuid,
    pub device_id: Uuid,
    /// Absent where the device is no longer known.
    pub platform: Option<Platform>,
    /// Of the app, as it told last.
    pub app_version: Option<String>,
    pub created_at: DateTime<Utc>,
    pub last_seen_at: DateTime<Utc>,
    /// Without it, after this the session is over.
    pub expires_at: DateTime<Utc>,
    /// Signed out, or ended from elsewhere.
    pub ended_at: Option<DateTime<Utc>>,
}

/// Everything that is yours. Each list is newest first, as in its own operation.
#[derive(Clone, Debug, Object)]
pub struct ExportOut {
    /// Of this format: 1.
    pub export_version: i32,
    pub exported_at: DateTime<Utc>,
    /// How many records were counted when it began. What is added or deleted meanwhile makes a difference.
    pub records: u64,
    /// The same by section.
    pub counts: Vec<ExportCountOut>,
    pub account: ExportAccountOut,
    /// As it is worded now.
    pub plan: PlanOut,
    pub relationships: Vec<RelationshipOut>,
    pub agreements: Vec<AgreementVersionOut>,
    pub agreement_rounds: Vec<AgreementRoundOut>,
    pub messages: Vec<MessageOut>,
    pub drafts: Vec<DraftOut>,
    pub check_in_series: Vec<CheckInSeriesOut>,
    pub check_ins: Vec<CheckInOut>,
    pub reply_clocks: Vec<ReplyClockOut>,
    pub consultations: Vec<ConsultationOut>,
    pub contacts: Vec<ContactOut>,
    pub consents: Vec<ConsentOut>,
    pub absence_consents: Vec<ExportedAbsenceConsentOut>,
    pub periods: Vec<PeriodOut>,
    pub plan_versions: Vec<PlanWordingOut>,
    pub plan_uses: Vec<PlanUseOut>,
    pub plan_reviews: Vec<PlanReviewOut>,
    pub items: Vec<ItemOut>,
    pub item_versions: Vec<ExportedItemVersionOut>,
    pub proposals: Vec<ProposalOut>,
    pub comments: Vec<CommentOut>,
    pub joint_sessions: Vec<JointSessionOut>,
    pub joint_notes: Vec<ExportedJointNoteOut>,
    pub grants: Vec<GrantOut>,
    pub access_log: Vec<AccessOut>,
    pub ledger: Vec<LedgerRowOut>,
    pub prompts: Vec<PromptOut>,
    pub notifications: Vec<NotificationOut>,
    pub devices: Vec<DeviceOut>,
    pub sessions: Vec<ExportedSessionOut>,
    /// The last member, always true: an export without it was cut off.
    pub complete: bool,
}

/// One resource of a bundle.
#[derive(Clone, Debug, Object)]
pub struct FhirEntry {
    /// `urn:uuid:` and the resource's id.
    #[oai(rename = "fullUrl")]
    pub full_url: String,
    /// As FHIR R4 (4.0.1) defines it.
    pub resource: Any<serde_json::Value>,
}

/// A FHIR R4 (4.0.1) Bundle of type `collection`. Every reference in it leads to a resource of it.
#[derive(Clone, Debug, Object)]
pub struct FhirBundle {
    /// `Bundle`.
    #[oai(rename = "resourceType")]
    pub resource_type: String,
    /// `collection`.
    #[oai(rename = "type")]
    pub kind: String,
    /// When it was begun.
    pub timestamp: DateTime<Utc>,
    pub entry: Vec<FhirEntry>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use poem_openapi::registry::{MetaSchemaRef, Registry};
    use poem_openapi::types::Type;

    #[test]
    fn the_lists_are_the_sections_in_their_order() {
        let mut registry = Registry::new();
        ExportOut::register(&mut registry);
        let (_, schema) = registry.schemas.iter().find(|(name, _)| name.as_str() == "ExportOut").expect("ExportOut");
        let lists: Vec<&str> = schema
            .properties
            .iter()
            .filter(|(name, it)| *name != "counts" && matches!(it, MetaSchemaRef::Inline(it) if it.ty == "array"))
            .map(|(name, _)| *name)
            .collect();
        let sections: Vec<&str> = ExportSection::ALL.iter().map(|section| section.as_str()).collect();
        assert_eq!(lists, sections);
    }
}
