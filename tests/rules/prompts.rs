//! Job D (§6): prompts to look at the plan again, and to take a new round of the agreement.

use super::output::{Decision, Event};
use super::past::Past;
use super::toolboxes::begins_for;
use chrono::{DateTime, Duration, Months, NaiveDate, Utc};

fn plan_prompt(decision: &Decision) -> Option<&str> {
    if decision.is("plan_review", "sent") { decision.owner.as_deref() } else { None }
}

fn round(decision: &Decision) -> Option<(&str, &str)> {
    if decision.is("agreement_round", "sent") { decision.pair() } else { None }
}

/// Prompts of the same series that were sent before, latest first.
fn earlier<'p>(past: &'p Past, decision: &'p Decision, owner: &str) -> Vec<&'p Decision> {
    past.decided_for(owner, decision.line)
        .rev()
        .filter(|other| other.is(&decision.job, "sent"))
        .filter(|other| decision.job == "plan_review" || other.provider == decision.provider)
        .collect()
}

pub fn there_is_a_plan_to_look_at(past: &Past, decision: &Decision) -> Option<String> {
    let owner = plan_prompt(decision)?;
    past.last(owner, "plan_written", decision.line).is_none().then(|| format!("{owner} has written no plan"))
}

pub fn not_soon_after_use_or_editing(past: &Past, decision: &Decision) -> Option<String> {
    let owner = plan_prompt(decision)?;
    let within = |kind: &str, days: i64| {
        past.last(owner, kind, decision.line).filter(|event| decision.at < event.at + Duration::days(days))
    };
    let recent = within("plan_used", 14).or_else(|| within("plan_edited", 60))?;
    Some(format!("{} on {}", recent.kind, recent.at.date_naive()))
}

/// What may bring a plan prompt before its regular date: the plan was used, she came home. The
/// prompt comes 14 days later, and can be asked about again for some weeks.
fn triggers<'p>(past: &'p Past, owner: &str, decision: &Decision) -> Vec<&'p Event> {
    past.of(owner, decision.line)
        .filter(|event| matches!(event.kind.as_str(), "plan_used" | "hospital_discharged"))
        .filter(|event| {
            let since = decision.at - event.at;
            Duration::days(13) <= since && since < Duration::days(14 + 14 + 14)
        })
        .collect()
}

/// 90 days after the plan was written, or for a reason of its own.
pub fn not_before_its_time(past: &Past, decision: &Decision) -> Option<String> {
    let owner = plan_prompt(decision)?;
    let written = past.last(owner, "plan_written", decision.line)?;
    let first = past.day_of(owner, written.at, decision.line) + Duration::days(90);
    let early = decision.slot < first && triggers(past, owner, decision).is_empty();
    early.then(|| format!("the first is due on {first}"))
}

fn apart(past: &Past, decision: &Decision, owner: &str) -> Option<String> {
    let previous = *earlier(past, decision, owner).first()?;
    let days = (decision.slot - previous.slot).num_days();
    (days < 14).then(|| format!("the one before was on {}", previous.slot))
}

pub fn plan_prompts_lie_fourteen_days_apart(past: &Past, decision: &Decision) -> Option<String> {
    apart(past, decision, plan_prompt(decision)?)
}

/// Two a cycle, then rest; a review ends the cycle. Cycles are at least 90 days apart unless
/// something else starts one.
pub fn two_plan_prompts_a_cycle(past: &Past, decision: &Decision) -> Option<String> {
    let owner = plan_prompt(decision)?;
    if !triggers(past, owner, decision).is_empty() {
        return None;
    }
    let earlier = earlier(past, decision, owner);
    let recent: Vec<&&Decision> =
        earlier.iter().filter(|other| decision.slot - other.slot < Duration::days(60)).collect();
    if recent.len() >= 2 {
        return Some(format!("{} and {} were in the same cycle", recent[1].slot, recent[0].slot));
    }
    let previous = recent.first()?;
    let reviewed = past.of(owner, decision.line).find(|event| {
        event.kind == "prompt_answered"
            && event.text("job").is_none_or(|job| job == "plan_review")
            && event.date("slot") == previous.slot
            && event.text("answer") == Some("fine_as_is")
    })?;
    Some(format!("she answered {} on {}", reviewed.required("answer"), reviewed.at.date_naive()))
}

/// Dates after the agreement came into force: six weeks, three months, then every six months.
fn round_dates(in_force: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    let months = move |n: u32| in_force.checked_add_months(Months::new(n)).expect("a date");
    [in_force + Duration::days(42), months(3)].into_iter().chain((1..40).map(move |n| months(3 + 6 * n)))
}

/// What may bring a round before its date: a share or provider changed, a goal or the exercises began, two replies were
/// overdue, check-ins came to rest. Nobody's asking is an event.
fn reasons_for_a_round(
    past: &Past,
    (owner, provider): (&str, &str),
    since: DateTime<Utc>,
    decision: &Decision,
) -> bool {
    let changed = past.of(owner, decision.line).filter(|event| event.at >= since).any(|event| {
        matches!(
            event.kind.as_str(),
            "grant" | "revoke" | "kept_private" | "relationship_started" | "relationship_ended" | "provider_left"
        )
    });
    let began = past
        .of(owner, decision.line)
        .filter(|event| event.at >= since)
        .any(|event| begins_for(past, owner, provider, event));
    let left = past.providers_of(owner, decision.line).into_iter().any(|provider| {
        past.of(provider, decision.line).any(|event| event.kind == "provider_left" && event.at >= since)
    });
    let recent: Vec<&Decision> = past.decided_for(owner, decision.line).filter(|other| other.at >= since).collect();
    let overdue = past
        .decided_for(owner, decision.line)
        .filter(|other| other.job == "overdue_notice" && other.outcome == "sent")
        .count();
    // A series can come to rest at a slot that an unread check-in stops first.
    let rests = |reason: &str| matches!(reason, "resting" | "prompt_unread");
    let rested = recent.iter().any(|other| other.job == "check_in" && rests(&other.reason));
    changed || began || left || overdue >= 2 || rested
}

/// A round can be asked about twice, each time for a week while it has to wait for a free day.
pub fn rounds_come_at_their_times(past: &Past, decision: &Decision) -> Option<String> {
    let (owner, provider) = round(decision)?;
    let accepted = past.between(owner, provider, decision.line).rfind(|event| event.kind == "agreement_accepted");
    let Some(in_force) = accepted else { return Some("no agreement is in force".to_owned()) };
    let day = past.day_of(owner, in_force.at, decision.line);
    let usual = round_dates(day).any(|due| due <= decision.slot && decision.slot <= due + Duration::days(14 + 14));
    let since = decision.at - Duration::days(35);
    let early = !usual && !reasons_for_a_round(past, (owner, provider), since, decision);
    early.then(|| format!("the agreement is in force since {day}"))
}

pub fn rounds_lie_fourteen_days_apart(past: &Past, decision: &Decision) -> Option<String> {
    apart(past, decision, round(decision)?.0)
}
