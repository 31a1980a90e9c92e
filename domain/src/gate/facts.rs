//! What the gate asks about: freshly loaded state, as values. `None` means that it could not be
//! known, and then the row that needs it says no.

use crate::schedule::Waking;
use crate::words::{AccountState, RelationshipState};
use chrono::{DateTime, Utc};

/// Everything that any row may ask. A job fills what its rows ask and leaves the rest unknown.
#[derive(Clone, Debug)]
pub struct Facts {
    pub now: DateTime<Utc>,
    /// The instance's kill switch is on.
    pub kill_switch: Option<bool>,
    pub recipient: Option<AccountState>,
    pub relationship: Option<RelationshipState>,
    /// It tells the owner that the relationship has ended, and nothing else.
    pub tells_of_end: bool,
    /// The owner left this job on.
    pub switched_on: Option<bool>,
    pub paused: Option<bool>,
    pub hospital: Option<HospitalFacts>,
    /// The plan prompt asks for looking together with a provider.
    pub together: bool,
    /// The share, or for a message the active relationship, is still live.
    pub shared: Option<bool>,
    /// The owner's quiet hours and zone.
    pub waking: Option<Waking>,
    pub heavy: Option<HeavyFacts>,
    pub plan: Option<PlanFacts>,
    /// The previous prompt of the same series was not opened.
    pub previous_unread: Option<bool>,
    /// Three unanswered in a row; for plan prompts, two in this cycle.
    pub resting: Option<bool>,
    /// The latest personal contact in the relationship, if there was one.
    pub last_contact: Option<Option<DateTime<Utc>>>,
    /// Consultations of the relationship around now.
    pub consultations: Option<Vec<DateTime<Utc>>>,
    pub agreement: Option<AgreementFacts>,
    /// The provider owes this owner a reply.
    pub reply_owed: Option<bool>,
    /// The provider accepted the series, and did not skip this slot.
    pub accepted: Option<bool>,
    /// The provider's own cap is exceeded.
    pub over_cap: Option<bool>,
    pub absence: Option<AbsenceFacts>,
    /// Now lies within the job's window of working hours.
    pub within_hours: Option<bool>,
    /// The organisation's bounds allow it.
    pub policy: Option<bool>,
    pub budget: Option<BudgetFacts>,
    /// There is something to say: unread, still open, not empty.
    pub something_to_say: Option<bool>,
}

impl Facts {
    /// Nothing is known yet, so that every asked row says no.
    pub fn unknown(now: DateTime<Utc>) -> Self {
        Self {
            now,
            kill_switch: None,
            recipient: None,
            relationship: None,
            tells_of_end: false,
            switched_on: None,
            paused: None,
            hospital: None,
            together: false,
            shared: None,
            waking: None,
            heavy: None,
            plan: None,
            previous_unread: None,
            resting: None,
            last_contact: None,
            consultations: None,
            agreement: None,
            reply_owed: None,
            accepted: None,
            over_cap: None,
            absence: None,
            within_hours: None,
            policy: None,
            budget: None,
            something_to_say: None,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HospitalFacts {
    pub admitted: bool,
    pub discharged_at: Option<DateTime<Utc>>,
    /// She wants ordinary notices pushed while she is in hospital.
    pub wants_notices: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeavyFacts {
    /// A heavy reply waits for personal contact.
    pub open: bool,
    /// The latest heavy reply, whether contact followed or not.
    pub latest: Option<DateTime<Utc>>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlanFacts {
    pub exists: bool,
    pub used_at: Option<DateTime<Utc>>,
    pub edited_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AgreementFacts {
    /// The version in force permits check-ins; `None`: no version is in force.
    pub check_ins: Option<bool>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AbsenceFacts {
    pub away: bool,
    /// A substitute accepted and the owner consented.
    pub substitute: bool,
}

/// Prompts over all relationships, on the owner's local day and ISO week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BudgetFacts {
    pub today: u32,
    pub this_week: u32,
    /// A prompt that goes before this one wants the same day.
    pub day_is_wanted: bool,
    pub per_day: u32,
    pub per_week: u32,
}
