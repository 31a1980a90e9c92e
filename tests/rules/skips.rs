//! Reasons (§1): why something was not sent.

use super::output::Decision;
use super::past::Past;
use chrono::Duration;

/// Codes in the order in which they decide, with the jobs that can be stopped by them. A plan prompt
/// asks about a share only when it is to be looked at together.
const CODES: &[(&str, &[&str])] = &[
    ("kill_switch", ALL),
    ("recipient_gone", ALL),
    ("relationship_ended", ALL),
    ("switched_off", &["check_in", "plan_review", "agreement_round", "message_notice"]),
    ("paused", &["check_in", "plan_review", "agreement_round", "overdue_notice", "message_notice"]),
    (
        "hospital",
        &["check_in", "plan_review", "agreement_round", "overdue_notice", "message_notice", "response_reminder"],
    ),
    ("not_shared", &["plan_review", "response_reminder"]),
    ("quiet_hours", &["check_in", "plan_review", "agreement_round", "overdue_notice", "message_notice"]),
    ("heavy_open", PROMPTS),
    ("plan_recent", &["plan_review"]),
    ("no_plan", &["plan_review"]),
    ("prompt_unread", PROMPTS),
    ("resting", PROMPTS),
    ("recent_contact", &["check_in"]),
    ("near_consultation", &["check_in"]),
    ("no_agreement", &["check_in"]),
    ("reply_owed", &["check_in"]),
    ("not_accepted", &["check_in"]),
    ("over_cap", &["check_in"]),
    ("absent", &["check_in", "response_reminder", "digest"]),
    ("outside_hours", &["check_in", "digest"]),
    ("policy", &["check_in", "plan_review", "agreement_round", "digest"]),
    ("budget", PROMPTS),
    ("nothing_to_say", &["message_notice", "response_reminder", "digest", "overdue_notice"]),
];
const ALL: &[&str] =
    &["check_in", "plan_review", "agreement_round", "overdue_notice", "message_notice", "response_reminder", "digest"];
const PROMPTS: &[&str] = &["check_in", "plan_review", "agreement_round"];
/// What can stop a thing that no gate stopped: it was called off, came too late or could not be delivered.
const BESIDE_THE_GATE: &[&str] = &[
    "recalled",
    "already_read",
    "series_stopped",
    "revoked",
    "too_late",
    "folded",
    "token_gone",
    "gateway_refused",
    "gave_up",
    "unknown",
];

fn stopped(decision: &Decision) -> bool {
    matches!(decision.outcome.as_str(), "skipped" | "held" | "cancelled" | "failed")
}

pub fn the_reason_is_one_the_job_can_have(_: &Past, decision: &Decision) -> Option<String> {
    if !stopped(decision) {
        return None;
    }
    let reason = decision.reason.as_str();
    match CODES.iter().find(|(code, _)| *code == reason) {
        // What was planned and is called off may say so with any code.
        _ if decision.outcome == "cancelled" || BESIDE_THE_GATE.contains(&reason) => None,
        None => Some(format!("{reason} is no reason")),
        Some((_, jobs)) if !jobs.contains(&decision.job.as_str()) => {
            Some(format!("{reason} does not stop a {}", decision.job))
        }
        Some(_) if decision.outcome == "held" && !matches!(reason, "quiet_hours" | "kill_switch") => {
            Some(format!("{reason} holds nothing back until later"))
        }
        Some(_) => None,
    }
}

/// Whether what a code says is so; `None` where the events cannot tell.
fn holds(past: &Past, decision: &Decision, code: &str) -> Option<bool> {
    let line = decision.line;
    let owner = decision.owner.as_deref();
    match code {
        "kill_switch" => return Some(past.kill_switch_is_on(line)),
        "recipient_gone" => return Some(past.is_gone(&decision.recipient, line)),
        "absent" if decision.job == "digest" => {
            return Some(past.is_away(&decision.recipient, decision.slot, line));
        }
        _ => {}
    }
    let owner = owner?;
    match code {
        "switched_off" => return Some(past.is_switched_off(owner, &decision.job, line)),
        "paused" => return Some(past.is_paused(owner, line)),
        "hospital" => {
            let discharged = past.last(owner, "hospital_discharged", line);
            let soon = discharged.is_some_and(|event| decision.at < event.at + Duration::days(14));
            return Some(past.in_hospital(owner, line) || decision.job == "plan_review" && soon);
        }
        "no_plan" => return Some(past.last(owner, "plan_written", line).is_none()),
        "plan_recent" => {
            let within = |kind: &str, days: i64| {
                past.last(owner, kind, line).is_some_and(|event| decision.at < event.at + Duration::days(days))
            };
            return Some(within("plan_used", 14) || within("plan_edited", 60));
        }
        "heavy_open" => {
            let heavy = past.providers_of(owner, line).into_iter().any(|provider| {
                let answers = past.heavy_answers(owner, provider, decision.at, line);
                let recent = |at| decision.job == "plan_review" && decision.at < at + Duration::days(14);
                answers.iter().any(|(answer, followed)| !followed || recent(answer.at))
            });
            return Some(heavy);
        }
        "quiet_hours" if decision.outcome == "held" => return Some(past.is_quiet(owner, decision.at, line)),
        _ => {}
    }
    let (owner, provider) = decision.pair()?;
    match code {
        "relationship_ended" => Some(!past.is_active(owner, provider, line)),
        "no_agreement" => Some(past.terms(owner, provider, line).is_none_or(|terms| !terms.check_ins)),
        "reply_owed" => {
            // A heavy answer opens a clock of its own.
            let heavy = past.heavy_answers(owner, provider, decision.at, line);
            Some(!past.open_clocks(owner, provider, line).is_empty() || !heavy.is_empty())
        }
        "recent_contact" => {
            let contacts = past.contacts(owner, provider, line, true);
            let meetings = past.consultations(owner, provider, line);
            let recent =
                |at: &chrono::DateTime<chrono::Utc>| *at <= decision.at && decision.at < *at + Duration::days(6);
            Some(contacts.iter().any(recent) || meetings.iter().any(recent))
        }
        "near_consultation" => {
            let near = |at: &chrono::DateTime<chrono::Utc>| {
                *at - Duration::days(4) <= decision.at && decision.at < *at + Duration::days(3)
            };
            Some(past.consultations(owner, provider, line).iter().any(near))
        }
        "absent" => {
            let away = |on: i64| past.is_away(provider, decision.slot + Duration::days(on), line);
            // Whoever is suspended is not there either.
            Some(past.is_gone(provider, line) || (-1..=4).any(away))
        }
        "prompt_unread" if decision.job == "check_in" => {
            let sent = past.check_ins_sent(owner, provider, line);
            Some(sent.iter().any(|other| !past.check_in_opened(owner, provider, other.slot, line)))
        }
        "resting" if decision.job == "check_in" => {
            let unopened = past.decided_for(owner, line).filter(|other| {
                other.is("check_in", "skipped")
                    && other.reason == "prompt_unread"
                    && other.provider.as_deref() == Some(provider)
            });
            Some(past.check_ins_sent(owner, provider, line).len() + unopened.count() >= 3)
        }
        _ => None,
    }
}

pub fn the_reason_is_true(past: &Past, decision: &Decision) -> Option<String> {
    // Something that is called off later was stopped by what came to pass in between.
    if !matches!(decision.outcome.as_str(), "skipped" | "held") {
        return None;
    }
    let true_then = holds(past, decision, &decision.reason)?;
    (!true_then).then(|| format!("{} is the reason, and is not so", decision.reason))
}

/// Where several say no, the first in the order of the table is the reason (§9).
pub fn the_first_gate_gives_the_reason(past: &Past, decision: &Decision) -> Option<String> {
    let certain = [
        "kill_switch",
        "recipient_gone",
        "relationship_ended",
        "switched_off",
        "paused",
        "no_plan",
        "plan_recent",
        "no_agreement",
    ];
    if decision.outcome != "skipped" {
        return None;
    }
    let place = CODES.iter().position(|(code, _)| *code == decision.reason)?;
    let asked = |code: &str, jobs: &[&str]| {
        let per_line = code == "relationship_ended" && matches!(decision.job.as_str(), "digest" | "plan_review");
        let in_the_app = code == "paused" && !decision.is_prompt();
        certain.contains(&code) && jobs.contains(&decision.job.as_str()) && !per_line && !in_the_app
    };
    let earlier = CODES[..place]
        .iter()
        .filter(|(code, jobs)| asked(code, jobs))
        .find(|(code, _)| holds(past, decision, code) == Some(true))?;
    Some(format!("{} stood before {}", earlier.0, decision.reason))
}
