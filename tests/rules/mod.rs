//! The rules of check-ins, promises, digests, notices and prompts, written a second time: what a
//! simulation's event lines alone say must have been allowed is compared with what was decided.
//!
//! Nothing here calls the code that plans, judges or counts; calendar, working days and states are
//! written anew and plainly, so that the same mistake would have to be made twice. Where a rule can
//! be read in two ways, only what breaks both readings is reported, unless the quieter reading costs
//! nobody anything.

mod calendar;
mod check_ins;
mod digests;
mod gates;
mod ledger;
mod notices;
mod output;
mod past;
mod people;
mod promises;
mod prompts;
mod shared_plans;
mod skips;
mod tests;
mod toolboxes;

use output::Decision;
use past::Past;
use std::fmt;

/// A decision, or a missing one, that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// Line of the output, counted from 1.
    pub line: usize,
    pub rule: &'static str,
    /// Where the rule is written: a paragraph of the design's chapter on reminders.
    pub paragraph: &'static str,
    pub why: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {} ({}): {}", self.line, self.rule, self.paragraph, self.why)
    }
}

/// A rule about one decision, given everything that came before it, or about the output as a whole.
enum Check {
    Each(fn(&Past, &Decision) -> Option<String>),
    Whole(fn(&Past) -> Vec<(usize, String)>),
}

struct Rule {
    name: &'static str,
    paragraph: &'static str,
    check: Check,
}

macro_rules! rules {
    ($($paragraph:literal { $($kind:ident $room:ident::$name:ident),* $(,)? })*) => {
        const RULES: &[Rule] = &[$($(Rule {
            name: stringify!($name),
            paragraph: $paragraph,
            check: Check::$kind($room::$name),
        }),*),*];
    };
}

rules! {
    "§1 The gate" {
        Each gates::nothing_while_the_kill_switch_is_on,
        Each gates::nothing_to_somebody_gone,
        Each gates::nothing_in_an_ended_relationship,
        Each gates::nothing_that_is_switched_off,
        Each gates::a_pause_is_silent,
        Each gates::hospital_is_silent,
        Each gates::quiet_hours_are_kept,
        Each gates::a_heavy_answer_waits_for_contact,
        Each gates::the_previous_prompt_was_opened,
        Whole gates::one_prompt_a_day_and_three_a_week,
        Whole ledger::every_identity_ends_once,
        Each ledger::sent_on_the_slot_s_day_or_while_useful,
        Each skips::the_reason_is_one_the_job_can_have,
        Each skips::the_reason_is_true,
        Each skips::the_first_gate_gives_the_reason,
    }
    "§3 Job A: check-ins" {
        Each check_ins::on_tuesday_to_thursday_between_ten_and_one,
        Each check_ins::within_the_provider_s_hours,
        Each check_ins::not_while_the_provider_is_away,
        Each check_ins::of_a_series_that_runs,
        Each check_ins::not_when_the_provider_skipped_it,
        Each check_ins::an_agreement_permits_it,
        Each check_ins::not_while_a_reply_is_owed,
        Each check_ins::not_soon_after_contact,
        Each check_ins::not_around_a_consultation,
        Each check_ins::half_as_often_after_two_unanswered,
        Each check_ins::at_rest_after_three_unanswered,
        Whole check_ins::no_provider_has_more_than_ten_series,
    }
    "§9 Slots" {
        Each check_ins::within_four_days_of_an_anchor,
    }
    "§4 Job B: response reminders, §9 Reply window" {
        Each promises::the_promised_date_is_right,
        Each promises::reminders_come_on_the_due_morning_or_the_next,
        Each promises::reminders_are_of_open_clocks,
        Each promises::reminders_are_folded_into_the_digest,
        Each promises::overdue_only_when_the_date_has_passed,
        Each promises::overdue_never_of_a_closed_clock,
        Whole promises::overdue_is_told_once,
    }
    "§5 Job C: the daily digest, §9 Digest sections" {
        Whole digests::one_a_day,
        Each digests::on_a_working_day_at_its_time,
        Each digests::not_while_away,
        Each digests::none_when_empty,
        Each digests::twenty_lines_but_for_heavy_replies,
        Each digests::each_item_once,
        Each digests::nothing_stored_recalled_or_ended,
        Each digests::every_message_has_a_reason_to_be_there,
        Whole digests::new_only_once,
        Each digests::long_reads_are_marked,
        Whole digests::what_waits_is_not_forgotten,
        Each shared_plans::a_change_is_told_to_whom_it_is_shared_with,
        Whole shared_plans::no_change_is_forgotten,
        Each toolboxes::a_change_is_told_to_whoever_finds_it,
        Whole toolboxes::no_change_of_a_toolbox_is_forgotten,
        Each toolboxes::an_answer_is_told_once_to_its_author,
        Whole toolboxes::no_answer_is_forgotten,
        Each toolboxes::nothing_kept_is_named,
        Each toolboxes::a_proposal_is_told_of_while_it_waits,
    }
    "§6 Job D: crisis-plan review prompts" {
        Each prompts::there_is_a_plan_to_look_at,
        Each prompts::not_soon_after_use_or_editing,
        Each prompts::not_before_its_time,
        Each prompts::plan_prompts_lie_fourteen_days_apart,
        Each prompts::two_plan_prompts_a_cycle,
        Each prompts::rounds_come_at_their_times,
        Each prompts::rounds_lie_fourteen_days_apart,
    }
    "§6 Ordinary notices" {
        Each notices::there_is_something_to_tell,
        Each notices::one_for_an_unread_stretch,
        Each notices::no_push_in_a_pause,
    }
    "The output" {
        Whole ledger::ordered_by_time,
        Each ledger::the_offset_is_the_zone_s,
        Each ledger::the_zone_is_the_recipient_s,
        Each ledger::channels_fit_the_outcome,
        Each ledger::recipients_fit_the_job,
        Each ledger::versions_are_those_in_force,
    }
}

/// Every rule that the output of a simulation breaks, in the order of its lines.
///
/// # Panics
/// On lines that are not what `docs/simulation.schema.json` describes.
pub fn check(output: &str) -> Vec<Violation> {
    let past = Past::read(output);
    let mut found = Vec::new();
    for rule in RULES {
        let mut report = |line, why| {
            found.push(Violation { line, rule: rule.name, paragraph: rule.paragraph, why });
        };
        match rule.check {
            Check::Each(broken) => {
                for decision in &past.decisions {
                    if let Some(why) = broken(&past, decision) {
                        report(decision.line, why);
                    }
                }
            }
            Check::Whole(broken) => broken(&past).into_iter().for_each(|(line, why)| report(line, why)),
        }
    }
    found.sort();
    found
}
