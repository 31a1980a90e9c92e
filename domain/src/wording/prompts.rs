//! Prompts that ask the owner something: a passed date, her plan, the agreement. Each may be left unanswered.

use super::Day;
use super::text::texts;
use crate::words::PromptAnswer;

texts! {
    /// The promised date has passed: told once, with four choices.
    Overdue, overridable: true {
        /// The notice itself.
        Notice = "overdue.notice";
        /// Choice: wait.
        Wait = "overdue.wait";
        /// Choice: remind the provider.
        Remind = "overdue.remind" { provider: String };
        /// Choice: take it at the next appointment.
        NextAppointment = "overdue.next_appointment";
        /// Choice: ask someone else on the team.
        AskAnother = "overdue.ask_another";
        /// After choosing to wait.
        Waiting = "overdue.waiting";
        /// After choosing to remind: in which digest it will stand.
        Reminded = "overdue.reminded" { provider: String, on: Day };
        /// After choosing the next appointment.
        AtAppointment = "overdue.at_appointment" { provider: String };
        /// After asking someone else on the team.
        AskedAnother = "overdue.asked_another" { other: String };
        /// After asking, when nobody else on the team can be asked.
        NobodyToAsk = "overdue.nobody_to_ask";
    }
}

texts! {
    /// The four choices of a review prompt, as buttons.
    PromptChoice, overridable: true {
        /// `look_now`
        LookNow = "prompt.look_now";
        /// `together`
        Together = "prompt.together";
        /// `wait`
        Wait = "prompt.wait";
        /// `fine_as_is`, about the plan.
        FineAsIs = "prompt.fine_as_is";
        /// `fine_as_is`, about the agreement.
        AgreementFineAsIs = "prompt.agreement_fine_as_is";
    }
}

texts! {
    /// Review prompts about the owner's plan. The word "crisis" is never in them.
    PlanReview, overridable: true {
        /// The ordinary prompt, with its four choices.
        Prompt = "plan_review.prompt";
        /// The second prompt of a cycle, which is its last.
        Second = "plan_review.second";
        /// She used the plan a while ago.
        AfterUse = "plan_review.after_use";
        /// She came home from hospital a while ago.
        AfterDischarge = "plan_review.after_discharge";
        /// A contact person, medicine or helper changed.
        AfterChange = "plan_review.after_change";
        /// A provider with whom the plan is shared suggests a look, once.
        Suggested = "plan_review.suggested" { provider: String };
        /// After `look_now`.
        LookingNow = "plan_review.looking_now";
        /// After `together`.
        Together = "plan_review.together" { provider: String };
        /// After `wait`, when one more prompt remains in this cycle.
        Waiting = "plan_review.waiting" { again: Day };
        /// After `wait`, when none remains.
        WaitingLong = "plan_review.waiting_long";
        /// After `fine_as_is`.
        Fine = "plan_review.fine" { again: Day };
        /// To the chosen provider after `together`: this and no more.
        WantsTogether = "plan_review.wants_together" { owner: String };
    }
}

texts! {
    /// The agreement: "take a new round", and what became of a proposed version.
    AgreementRound, overridable: true {
        /// Six weeks after it came into force.
        SixWeeks = "agreement.six_weeks" { provider: String };
        /// Three months after it came into force.
        ThreeMonths = "agreement.three_months" { provider: String };
        /// Every half year from then on.
        HalfYear = "agreement.half_year" { provider: String };
        /// New goals, or exercises begun.
        NewGoals = "agreement.new_goals" { provider: String };
        /// A share or a provider changed.
        SharingChanged = "agreement.sharing_changed" { provider: String };
        /// Two replies were overdue.
        RepliesOverdue = "agreement.replies_overdue" { provider: String };
        /// Check-ins came to rest.
        CheckInsResting = "agreement.check_ins_resting" { provider: String };
        /// The other side asks for it.
        Asked = "agreement.asked" { other: String };
        /// One of the two asks for it.
        Wished = "agreement.wished" { provider: String };
        /// After `look_now`.
        LookingNow = "agreement.looking_now";
        /// After `together`.
        Together = "agreement.together" { provider: String };
        /// After `wait`.
        Waiting = "agreement.waiting";
        /// After `fine_as_is`.
        Fine = "agreement.fine";
        /// To the provider after `together`.
        WantsTogether = "agreement.wants_together" { owner: String };
        /// To one side: the other proposes a version.
        Proposed = "agreement.proposed" { by: String };
        /// To the one who proposed: waiting for the other.
        WaitsForOther = "agreement.waits_for_other" { other: String };
        /// To the one who proposed: the other accepted.
        Accepted = "agreement.accepted" { by: String };
        /// To the one who proposed: the other would rather change something.
        NotAccepted = "agreement.not_accepted" { by: String };
        /// Both accepted the same version.
        InForce = "agreement.in_force" { other: String, from: Day };
        /// Instead of an agreement: none yet, and what that means.
        None = "agreement.none" { provider: String };
    }
}

impl PromptChoice {
    /// The button of an answer to a prompt about the plan.
    pub const fn about_plan(answer: PromptAnswer) -> Self {
        match answer {
            PromptAnswer::LookNow => Self::LookNow,
            PromptAnswer::Together => Self::Together,
            PromptAnswer::Wait => Self::Wait,
            PromptAnswer::FineAsIs => Self::FineAsIs,
        }
    }

    /// The button of an answer to a prompt about the agreement.
    pub const fn about_agreement(answer: PromptAnswer) -> Self {
        match answer {
            PromptAnswer::FineAsIs => Self::AgreementFineAsIs,
            answer => Self::about_plan(answer),
        }
    }
}
