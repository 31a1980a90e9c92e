//! The owner's crisis plan (R36).

use crate::relationships::PartyOut;
use crate::words::wire_words;
use chrono::{DateTime, Utc};
use poem_openapi::Object;
use uuid::Uuid;

wire_words! {
    /// The sections of the plan. Each is shared by itself.
    PlanSection {
        MeWhenWell = "me_when_well",
        WhatMatters = "what_matters",
        Triggers = "triggers",
        EarlySignsSelf = "early_signs_self",
        EarlySignsOthers = "early_signs_others",
        WhatIDo = "what_i_do",
        /// People and places that distract.
        Distractions = "distractions",
        /// People I ask, and what they may know.
        PeopleIAsk = "people_i_ask",
        /// Professionals, with their hours.
        Professionals = "professionals",
        SaferSurroundings = "safer_surroundings",
        /// How to meet me, and what makes it worse.
        HowToMeetMe = "how_to_meet_me",
        /// Treatment wishes and refusals, with reasons.
        TreatmentWishes = "treatment_wishes",
        MedicinesAllergies = "medicines_allergies",
        /// Children, pets, home, work, bills.
        Responsibilities = "responsibilities",
        TellDontTell = "tell_dont_tell",
        AdmissionWishes = "admission_wishes",
        Afterwards = "afterwards",
        SilenceClause = "silence_clause",
        CopiesHeldBy = "copies_held_by",
        MadeWith = "made_with",
        LastLooked = "last_looked",
    }
    /// How it goes, in the plan's own five steps.
    PlanLevel {
        Well = "well",
        Early = "early",
        Harder = "harder",
        Crisis = "crisis",
        After = "after",
    }
    /// What is said beside a section wherever it is shown.
    SectionLabel {
        /// Wishes are listened to; they bind nobody by law.
        NotALegalDocument = "not_a_legal_document",
    }
    /// How far a share goes.
    GrantLevel {
        See = "see",
        Comment = "comment",
        Propose = "propose",
    }
    /// What the owner says when she is asked to look again.
    PromptAnswer {
        LookNow = "look_now",
        /// With the provider she names.
        Together = "together",
        Wait = "wait",
        FineAsIs = "fine_as_is",
    }
}

#[derive(Clone, Debug, Object)]
pub struct PlanSectionIn {
    /// At most 20,000 characters. Empty removes the section.
    pub text: String,
}

#[derive(Clone, Debug, Object)]
pub struct PlanSectionOut {
    pub section: PlanSection,
    pub text: String,
    /// The steps in which it serves.
    pub levels: Vec<PlanLevel>,
    pub labels: Vec<SectionLabel>,
    pub updated_at: DateTime<Utc>,
}

/// The whole plan, for its owner. Version 0 is the plan before its first word.
#[derive(Clone, Debug, Object)]
pub struct PlanOut {
    pub version: i32,
    /// The sections she wrote, in the plan's order.
    pub sections: Vec<PlanSectionOut>,
    #[oai(skip_serializing_if_is_none)]
    pub written_at: Option<DateTime<Utc>>,
    #[oai(skip_serializing_if_is_none)]
    pub edited_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, Object)]
pub struct PlanVersionOut {
    pub number: i32,
    pub created_at: DateTime<Utc>,
}

#[derive(Clone, Debug, Object)]
pub struct PlanVersionsOut {
    pub items: Vec<PlanVersionOut>,
    #[oai(skip_serializing_if_is_none)]
    pub next_cursor: Option<String>,
}

#[derive(Clone, Debug, Object)]
pub struct PlanWordingSectionOut {
    pub section: PlanSection,
    pub text: String,
    pub labels: Vec<SectionLabel>,
}

/// The whole plan as it was worded once.
#[derive(Clone, Debug, Object)]
pub struct PlanWordingOut {
    pub number: i32,
    pub created_at: DateTime<Utc>,
    pub sections: Vec<PlanWordingSectionOut>,
}

#[derive(Clone, Debug, Object)]
pub struct PlanUseIn {
    /// Made by the app, so that a lost answer does not count twice.
    #[oai(skip_serializing_if_is_none)]
    pub id: Option<Uuid>,
    pub level: PlanLevel,
    /// At most 2,000 characters.
    #[oai(skip_serializing_if_is_none)]
    pub note: Option<String>,
}

#[derive(Clone, Debug, Object)]
pub struct PlanUseOut {
    pub id: Uuid,
    pub used_at: DateTime<Utc>,
    pub level: PlanLevel,
    #[oai(skip_serializing_if_is_none)]
    pub note: Option<String>,
}

#[derive(Clone, Debug, Object)]
pub struct PlanUsesOut {
    pub items: Vec<PlanUseOut>,
    #[oai(skip_serializing_if_is_none)]
    pub next_cursor: Option<String>,
}

#[derive(Clone, Debug, Object)]
pub struct PlanReviewIn {
    /// Made by the app, so that a lost answer does not count twice.
    #[oai(skip_serializing_if_is_none)]
    pub id: Option<Uuid>,
    pub answer: PromptAnswer,
    /// With `together`: a provider with whom something of the plan is shared. She sees the wish to
    /// look together, and nothing else.
    #[oai(skip_serializing_if_is_none)]
    pub with_provider_id: Option<Uuid>,
}

#[derive(Clone, Debug, Object)]
pub struct PlanReviewOut {
    pub id: Uuid,
    pub at: DateTime<Utc>,
    pub answer: PromptAnswer,
    #[oai(skip_serializing_if_is_none)]
    pub with_provider: Option<PartyOut>,
    /// The prompt that was answered, if there was one.
    #[oai(skip_serializing_if_is_none)]
    pub slot_id: Option<Uuid>,
}

#[derive(Clone, Debug, Object)]
pub struct PlanReviewsOut {
    pub items: Vec<PlanReviewOut>,
    #[oai(skip_serializing_if_is_none)]
    pub next_cursor: Option<String>,
}

/// A shared section. `text` is missing while nothing is written there.
#[derive(Clone, Debug, Object)]
pub struct SharedSectionOut {
    pub section: PlanSection,
    pub level: GrantLevel,
    /// Of this section by itself: how often it was changed. 0: nothing was ever written here.
    pub version: i32,
    #[oai(skip_serializing_if_is_none)]
    pub text: Option<String>,
    pub levels: Vec<PlanLevel>,
    pub labels: Vec<SectionLabel>,
    #[oai(skip_serializing_if_is_none)]
    pub updated_at: Option<DateTime<Utc>>,
}

/// What a provider sees of a plan: the sections she was shown, and no sign of any other.
#[derive(Clone, Debug, Object)]
pub struct SharedPlanOut {
    pub owner: PartyOut,
    pub sections: Vec<SharedSectionOut>,
}

/// What one provider sees, made by what answers that provider.
#[derive(Clone, Debug, Object)]
pub struct PlanAsSeenOut {
    pub provider: PartyOut,
    /// Missing when she sees nothing at all: to her there is no plan.
    #[oai(skip_serializing_if_is_none)]
    pub plan: Option<SharedPlanOut>,
}

/// The owner wants to look at her plan together with this provider. Nothing more is told.
#[derive(Clone, Debug, Object)]
pub struct PlanWishOut {
    pub asked_at: DateTime<Utc>,
}

#[derive(Clone, Debug, Object)]
pub struct PlanWishesOut {
    /// Newest first, at most 20.
    pub items: Vec<PlanWishOut>,
}
