//! What no job gets past (§1), whatever it is about.

use super::output::Decision;
use super::past::Past;
use chrono::{Datelike, Duration};
use std::collections::BTreeMap;

pub fn nothing_while_the_kill_switch_is_on(past: &Past, decision: &Decision) -> Option<String> {
    (decision.went_out() && past.kill_switch_is_on(decision.line)).then(|| "everything is stopped".to_owned())
}

pub fn nothing_to_somebody_gone(past: &Past, decision: &Decision) -> Option<String> {
    let gone = decision.went_out() && past.is_gone(&decision.recipient, decision.line);
    gone.then(|| format!("{} is suspended or has left", decision.recipient))
}

/// Digests are asked line by line.
pub fn nothing_in_an_ended_relationship(past: &Past, decision: &Decision) -> Option<String> {
    if !decision.went_out() || matches!(decision.job.as_str(), "digest" | "plan_review") {
        return None;
    }
    let (owner, provider) = decision.pair()?;
    let ended = !past.is_active(owner, provider, decision.line);
    ended.then(|| format!("{owner} and {provider} have no active relationship"))
}

pub fn nothing_that_is_switched_off(past: &Past, decision: &Decision) -> Option<String> {
    let asked = decision.is_prompt() || decision.job == "message_notice";
    if !asked || decision.outcome != "sent" {
        return None;
    }
    let owner = decision.owner.as_deref()?;
    past.is_switched_off(owner, &decision.job, decision.line).then(|| format!("{owner} switched it off"))
}

/// In-app notices go on; see [`super::notices::no_push_in_a_pause`].
pub fn a_pause_is_silent(past: &Past, decision: &Decision) -> Option<String> {
    let owner = decision.owner.as_deref()?;
    let broken = decision.is_prompt() && decision.outcome == "sent" && past.is_paused(owner, decision.line);
    broken.then(|| format!("{owner} has paused"))
}

/// Plan prompts stay silent for 14 days after.
pub fn hospital_is_silent(past: &Past, decision: &Decision) -> Option<String> {
    let owner = decision.owner.as_deref()?;
    if !decision.is_prompt() || decision.outcome != "sent" {
        return None;
    }
    if past.in_hospital(owner, decision.line) {
        return Some(format!("{owner} is in hospital"));
    }
    let discharged = past.last(owner, "hospital_discharged", decision.line)?;
    let soon = decision.job == "plan_review" && decision.at < discharged.at + Duration::days(14);
    soon.then(|| format!("{owner} came home on {} only", discharged.at.date_naive()))
}

/// Check-ins and prompts are skipped in them, notices held until they end.
pub fn quiet_hours_are_kept(past: &Past, decision: &Decision) -> Option<String> {
    let asked = decision.is_prompt() || matches!(decision.job.as_str(), "overdue_notice" | "message_notice");
    if !asked || decision.outcome != "sent" {
        return None;
    }
    let owner = decision.owner.as_deref()?;
    let quiet = past.is_quiet(owner, decision.at, decision.line);
    quiet.then(|| {
        let local = decision.at.with_timezone(&past.zone_of(owner, decision.line));
        format!("{} is {owner}'s quiet time", local.format("%a %Y-%m-%d %H:%M"))
    })
}

/// Check-ins and rounds of the relationship wait for personal contact, plan prompts for 14 days.
pub fn a_heavy_answer_waits_for_contact(past: &Past, decision: &Decision) -> Option<String> {
    if !decision.is_prompt() || decision.outcome != "sent" {
        return None;
    }
    let owner = decision.owner.as_deref()?;
    let heavy = |provider: &str| past.heavy_answers(owner, provider, decision.at, decision.line);
    if decision.job == "plan_review" {
        let recent = past
            .providers_of(owner, decision.line)
            .into_iter()
            .flat_map(heavy)
            .find(|(answer, _)| decision.at < answer.at + Duration::days(14))?;
        return Some(format!("{owner} had it heavy on {}", recent.0.at.date_naive()));
    }
    let open = heavy(decision.provider.as_deref()?).into_iter().find(|(_, followed)| !followed)?;
    Some(format!("no contact has followed the answer of {}", open.0.at.date_naive()))
}

/// The previous of the same series; for rounds, of the same relationship.
pub fn the_previous_prompt_was_opened(past: &Past, decision: &Decision) -> Option<String> {
    if !decision.is_prompt() || decision.outcome != "sent" {
        return None;
    }
    let owner = decision.owner.as_deref()?;
    let same = |other: &&Decision| {
        other.is(&decision.job, "sent") && (decision.job == "plan_review" || other.provider == decision.provider)
    };
    let previous = past.decided_for(owner, decision.line).rev().find(same)?;
    let opened = if decision.job == "check_in" {
        // A new series has no previous.
        let provider = decision.provider.as_deref()?;
        let renewed = past.series.values().any(|series| {
            (previous.line..decision.line).contains(&series.line)
                && series.owner == owner
                && series.provider == provider
        });
        renewed || past.check_in_opened(owner, provider, previous.slot, decision.line)
    } else {
        past.prompt_opened(&decision.job, owner, previous.slot, decision.line)
    };
    (!opened).then(|| format!("the one of {} is unread", previous.slot))
}

/// Over all relationships, on the owner's day and ISO week (§9 Budget).
pub fn one_prompt_a_day_and_three_a_week(past: &Past) -> Vec<(usize, String)> {
    let mut broken = Vec::new();
    let (mut days, mut weeks) = (BTreeMap::new(), BTreeMap::new());
    for decision in past.decisions.iter().filter(|decision| decision.is_prompt() && decision.outcome == "sent") {
        let owner = decision.owner.as_deref().unwrap_or(&decision.recipient);
        let day = past.day_of(owner, decision.at, decision.line);
        let in_day = days.entry((owner, day)).and_modify(|n| *n += 1).or_insert(1);
        if *in_day > 1 {
            broken.push((decision.line, format!("it is {owner}'s prompt number {in_day} on {day}")));
        }
        let week = day.iso_week();
        let in_week = weeks.entry((owner, week)).and_modify(|n| *n += 1).or_insert(1);
        if *in_week > 3 {
            broken.push((decision.line, format!("it is {owner}'s prompt number {in_week} in {week:?}")));
        }
    }
    broken
}
