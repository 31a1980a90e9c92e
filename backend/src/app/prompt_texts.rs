//! What a prompt to the owner says, and what can be chosen.

use crate::app::Answer;
use crate::app::teller::Teller;
use crate::views;
use domain::replies::OverdueChoice;
use domain::schedule::agreement_round_due;
use domain::wording::{AgreementRound, Overdue, PlanReview, PromptChoice};
use domain::words::{Job, PromptAnswer};
use mobile_contract::notifications::{Choice, ChoiceOut};
use storage::rows;

/// The prompt of a slot about the plan or the agreement. `provider` is a first name.
pub fn prompt(teller: &Teller, slot: &rows::Slot, series: Option<&rows::Series>, provider: &str) -> String {
    if slot.job == Job::PlanReview.as_str() {
        teller.say(&about_plan(slot))
    } else {
        teller.say(&about_agreement(slot, series, provider))
    }
}

/// What prompted it out of turn, where something did.
fn trigger(slot: &rows::Slot) -> Option<&str> {
    slot.position.as_deref()?.strip_prefix("triggered:")
}

fn about_plan(slot: &rows::Slot) -> PlanReview {
    match (slot.position.as_deref(), trigger(slot)) {
        (_, Some("plan_used")) => PlanReview::AfterUse,
        (_, Some("discharge")) => PlanReview::AfterDischarge,
        (_, Some("contact_changed" | "medicine_changed" | "helper_changed")) => PlanReview::AfterChange,
        (Some("second"), _) => PlanReview::Second,
        _ => PlanReview::Prompt,
    }
}

fn about_agreement(slot: &rows::Slot, series: Option<&rows::Series>, provider: &str) -> AgreementRound {
    let provider = provider.to_owned();
    match trigger(slot) {
        Some("sharing_changed" | "provider_changed") => return AgreementRound::SharingChanged { provider },
        Some("two_replies_overdue") => return AgreementRound::RepliesOverdue { provider },
        Some("new_goal" | "exercises_begun") => return AgreementRound::NewGoals { provider },
        Some("check_ins_rest") => return AgreementRound::CheckInsResting { provider },
        Some(_) => return AgreementRound::Wished { provider },
        None => {}
    }
    let since = series.and_then(|series| series.accepted_on);
    match since.map(|since| (agreement_round_due(since, 2), agreement_round_due(since, 3))) {
        Some((second, _)) if slot.on_date < second => AgreementRound::SixWeeks { provider },
        Some((_, third)) if slot.on_date < third => AgreementRound::ThreeMonths { provider },
        _ => AgreementRound::HalfYear { provider },
    }
}

/// The four answers to a prompt; none once it is answered.
pub fn choices(teller: &Teller, slot: &rows::Slot) -> Answer<Vec<ChoiceOut>> {
    if slot.answered_at.is_some() {
        return Ok(Vec::new());
    }
    let about_plan = slot.job == Job::PlanReview.as_str();
    PromptAnswer::ALL
        .iter()
        .map(|answer| {
            let label =
                if about_plan { PromptChoice::about_plan(*answer) } else { PromptChoice::about_agreement(*answer) };
            choice(answer.as_str(), teller.say(&label))
        })
        .collect()
}

/// What can be chosen once a date has passed; nothing more once it was.
pub fn overdue_choices(teller: &Teller, clock: &rows::ReplyClock, provider: &str) -> Answer<Vec<ChoiceOut>> {
    if clock.choice.is_some() || clock.closed_at.is_some() {
        return Ok(Vec::new());
    }
    OverdueChoice::ALL
        .iter()
        .map(|answer| {
            let label = match answer {
                OverdueChoice::Wait => Overdue::Wait,
                OverdueChoice::Remind => Overdue::Remind { provider: provider.to_owned() },
                OverdueChoice::NextConsultation => Overdue::NextAppointment,
                OverdueChoice::AskTeam => Overdue::AskAnother,
            };
            choice(answer.as_str(), teller.say(&label))
        })
        .collect()
}

pub fn choice(word: &str, label: String) -> Answer<ChoiceOut> {
    let choice: Choice = views::word(word)?;
    Ok(ChoiceOut { choice, label })
}
