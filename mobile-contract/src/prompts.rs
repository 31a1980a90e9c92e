//! The prompts to look again, at the plan and at the agreement.

pub use crate::crisis_plan::PromptAnswer;
use crate::relationships::PartyOut;
use crate::words::wire_words;
use chrono::{DateTime, NaiveDate, Utc};
use poem_openapi::Object;
use uuid::Uuid;

wire_words! {
    /// What you can be asked after.
    ReviewTrigger {
        /// Two weeks after you used the plan.
        PlanUsed = "plan_used",
        /// Two weeks after you came home.
        Discharge = "discharge",
        /// Two months after you changed whom you ask.
        ContactChanged = "contact_changed",
        /// Two months after you changed your medicines.
        MedicineChanged = "medicine_changed",
        /// When you begin or end with a provider.
        HelperChanged = "helper_changed",
    }
    /// What a prompt is about.
    PromptJob {
        PlanReview = "plan_review",
        AgreementRound = "agreement_round",
    }
    ReviewPromptsState {
        Off = "off",
        Active = "active",
        /// Nothing more is asked in this round; the next begins by itself.
        Resting = "resting",
    }
}

#[derive(Clone, Debug, Object)]
pub struct ReviewPromptsIn {
    pub on: bool,
    /// Days between reviews; one of `every_days_menu`. Its first where nothing is said.
    #[oai(skip_serializing_if_is_none)]
    pub every_days: Option<i32>,
    /// What may bring a prompt besides the calendar; nothing where nothing is said.
    #[oai(skip_serializing_if_is_none)]
    pub triggers: Option<Vec<ReviewTrigger>>,
}

/// A provider suggests that you let yourself be asked. It changes nothing until you accept.
#[derive(Clone, Debug, Object)]
pub struct ReviewSuggestionOut {
    pub id: Uuid,
    pub from: PartyOut,
    pub suggested_at: DateTime<Utc>,
}

#[derive(Clone, Debug, Object)]
pub struct ReviewPromptsOut {
    pub on: bool,
    pub state: ReviewPromptsState,
    pub every_days: i32,
    /// What the organisation offers.
    pub every_days_menu: Vec<i32>,
    pub triggers: Vec<ReviewTrigger>,
    pub suggestions: Vec<ReviewSuggestionOut>,
}

#[derive(Clone, Debug, Object)]
pub struct PromptOut {
    pub slot_id: Uuid,
    pub job: PromptJob,
    pub on_date: NaiveDate,
    pub sent_at: DateTime<Utc>,
    #[oai(skip_serializing_if_is_none)]
    pub relationship_id: Option<Uuid>,
    #[oai(skip_serializing_if_is_none)]
    pub opened_at: Option<DateTime<Utc>>,
    #[oai(skip_serializing_if_is_none)]
    pub answer: Option<PromptAnswer>,
    #[oai(skip_serializing_if_is_none)]
    pub answered_at: Option<DateTime<Utc>>,
    /// What can be answered. Leaving it unanswered is fine too.
    pub choices: Vec<PromptAnswer>,
}

#[derive(Clone, Debug, Object)]
pub struct PromptsOut {
    /// Sent and not answered, newest first, at most 50.
    pub items: Vec<PromptOut>,
}

#[derive(Clone, Debug, Object)]
pub struct PromptAnswerIn {
    pub answer: PromptAnswer,
    /// With `together` about the plan: a provider with whom something of it is shared.
    #[oai(skip_serializing_if_is_none)]
    pub with_provider_id: Option<Uuid>,
}
