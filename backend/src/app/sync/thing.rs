//! One thing as it is told, and its place in the answer.

use mobile_contract::absences::AbsenceOut;
use mobile_contract::agreements::AgreementVersionOut;
use mobile_contract::check_ins::CheckInOut;
use mobile_contract::consents::ConsentOut;
use mobile_contract::consultations::ConsultationOut;
use mobile_contract::crisis_plan::{PlanOut, SharedPlanOut};
use mobile_contract::drafts::DraftOut;
use mobile_contract::grants::GrantOut;
use mobile_contract::help_now::HelpNowOut;
use mobile_contract::messages::MessageOut;
use mobile_contract::notification_settings::NotificationSettingsOut;
use mobile_contract::owners_life::{HospitalOut, PauseOut, QuietHoursOut};
use mobile_contract::profile::{MeOut, WorkingHoursOut};
use mobile_contract::prompts::{PromptOut, ReviewPromptsOut};
use mobile_contract::proposals::{CommentOut, ProposalOut};
use mobile_contract::relationships::RelationshipOut;
use mobile_contract::reply_clocks::ReplyClockOut;
use mobile_contract::sync::{SyncChangesOut, SyncedAbsencesOut, SyncedItemOut, SyncedNoteOut, SyncedSeriesOut};
use mobile_contract::toolbox::ItemOut;
use poem_openapi::types::ToJSON as _;

/// What is told, and how long it is.
pub struct Thing {
    pub told: Told,
    /// Of its JSON.
    pub bytes: usize,
}

impl Thing {
    pub fn of(told: impl Into<Told>) -> Self {
        let told = told.into();
        Self { bytes: told.json().len(), told }
    }
}

macro_rules! told {
    ($($variant:ident($out:ty) = $field:ident $many:tt),+ $(,)?) => {
        /// In the shape in which the API answers it.
        pub enum Told { $($variant(Box<$out>)),+ }

        impl Told {
            pub fn json(&self) -> String {
                match self { $(Self::$variant(it) => it.to_json_string()),+ }
            }

            /// Puts it where it belongs.
            pub fn put(self, into: &mut SyncChangesOut) {
                match self { $(Self::$variant(it) => told!(@put $many into.$field, *it)),+ }
            }
        }

        $(impl From<$out> for Told {
            fn from(it: $out) -> Self {
                Self::$variant(Box::new(it))
            }
        })+
    };
    (@put one $at:expr, $it:expr) => { $at = Some($it) };
    (@put many $at:expr, $it:expr) => { $at.get_or_insert_with(Vec::new).push($it) };
}

told! {
    Absence(AbsenceOut) = absences many,
    Agreement(AgreementVersionOut) = agreements many,
    CheckIn(CheckInOut) = check_ins many,
    Clock(ReplyClockOut) = reply_clocks many,
    Comment(CommentOut) = comments many,
    Consent(ConsentOut) = consents many,
    Consultation(ConsultationOut) = consultations many,
    Draft(DraftOut) = drafts many,
    Grant(GrantOut) = grants many,
    HelpNow(HelpNowOut) = help_now one,
    Hospital(HospitalOut) = hospital one,
    Item(ItemOut) = items many,
    Me(MeOut) = me one,
    Message(MessageOut) = messages many,
    Note(SyncedNoteOut) = joint_notes many,
    PairAbsences(SyncedAbsencesOut) = pair_absences many,
    Pause(PauseOut) = pause one,
    Plan(PlanOut) = crisis_plan one,
    Prompt(PromptOut) = prompts many,
    Proposal(ProposalOut) = proposals many,
    QuietHours(QuietHoursOut) = quiet_hours one,
    Relationship(RelationshipOut) = relationships many,
    ReviewPrompts(ReviewPromptsOut) = review_prompts one,
    Series(SyncedSeriesOut) = check_in_series many,
    Settings(NotificationSettingsOut) = notification_settings one,
    SharedItem(SyncedItemOut) = shared_items many,
    SharedPlan(SharedPlanOut) = shared_plans many,
    WorkingHours(WorkingHoursOut) = working_hours one,
}
