//! What happened and what was decided, in words.

use super::super::fields::{Label, ProposalAnswer, Side};
use super::super::line::{Decision, Event, Happening};
use domain::words::{Channel, Job, MessageKind, Outcome};
use std::fmt::Write;

pub fn job(job: Job) -> &'static str {
    match job {
        Job::CheckIn => "check-in",
        Job::PlanReview => "plan prompt",
        Job::AgreementRound => "agreement round",
        Job::OverdueNotice => "overdue notice",
        Job::MessageNotice => "message notice",
        Job::ResponseReminder => "response reminder",
        Job::Digest => "digest",
    }
}

/// A reason's words; a code that is not known here is shown as it is.
pub fn reason(code: &str) -> String {
    let words = match code {
        "kill_switch" => "everything is stopped",
        "recipient_gone" => "the account is gone or suspended",
        "relationship_ended" => "the relationship has ended",
        "switched_off" => "she switched it off",
        "paused" => "she has paused",
        "hospital" => "she is or was just in hospital",
        "not_shared" => "it is not shared",
        "quiet_hours" => "it is her quiet time",
        "heavy_open" => "a heavy answer waits for personal contact",
        "plan_recent" => "the plan was used or edited lately",
        "no_plan" => "there is no plan",
        "prompt_unread" => "the one before is unread",
        "resting" => "it rests",
        "recent_contact" => "they were in contact lately",
        "near_consultation" => "a consultation is near",
        "no_agreement" => "no agreement permits it",
        "reply_owed" => "the provider owes a reply",
        "not_accepted" => "the provider has not accepted it",
        "over_cap" => "the provider's cap is full",
        "absent" => "the provider is away",
        "outside_hours" => "outside the provider's hours",
        "policy" => "the organisation's bounds",
        "budget" => "enough prompts that day or week",
        "nothing_to_say" => "there is nothing to say",
        "too_late" => "it is too late to be useful",
        "unknown" => "what it takes to decide could not be read",
        _ => return code.replace('_', " "),
    };
    words.to_owned()
}

/// Twenty columns of what, nine of what became of it, then why or where and about what.
pub fn decision(decision: &Decision) -> String {
    let mut words = format!("{:<18} {:<9}", job(decision.job), decision.outcome.as_str());
    if matches!(decision.outcome, Outcome::Sent | Outcome::Folded) {
        let places: Vec<&str> = decision.channels.iter().map(|channel| place(*channel)).collect();
        if places.is_empty() {
            words.push_str(" with the digest");
        } else {
            let _ = write!(words, " {}", places.join(", "));
        }
    } else {
        let _ = write!(words, " {}", reason(&decision.reason));
    }
    let other = [&decision.provider, &decision.owner].into_iter().flatten().find(|label| **label != decision.recipient);
    if let Some(other) = other {
        let _ = write!(words, " · {other}");
    }
    if let Some(items) = decision.items.as_ref().filter(|items| !items.is_empty()) {
        let shown: Vec<&str> = items.iter().take(3).map(Label::as_str).collect();
        let _ = write!(words, " · {}", shown.join(", "));
        if items.len() > 3 {
            let _ = write!(words, " and {} more", items.len() - 3);
        }
    } else if let Some(subject) = &decision.subject {
        let _ = write!(words, " · {subject}");
    }
    match decision.long {
        None | Some(0) => {}
        Some(1) => words.push_str(" · 1 long read"),
        Some(n) => {
            let _ = write!(words, " · {n} long reads");
        }
    }
    if let Some(promised) = decision.promised {
        let _ = write!(words, " · promised for {}", promised.format("%a %-d %b"));
    }
    words
}

fn place(channel: Channel) -> &'static str {
    match channel {
        Channel::InApp => "in the app",
        Channel::Push => "push",
        Channel::Email => "e-mail",
    }
}

/// What somebody did, to whom.
pub fn event(event: &Event) -> String {
    let owner = event.owner.as_ref().map_or("her", Label::as_str);
    let provider = event.provider.as_ref().map_or("her provider", Label::as_str);
    match &event.what {
        Happening::RelationshipStarted { .. } => format!("begins with {provider}"),
        Happening::RelationshipEnded {} => format!("ends with {provider}"),
        Happening::AgreementAccepted { reply_window_days, check_ins, .. } => {
            let check_ins = if *check_ins { "with check-ins" } else { "without check-ins" };
            format!("agrees with {provider}: replies within {}, {check_ins}", count(reply_window_days.0, "working day"))
        }
        Happening::MessageSent { message, from, message_kind, chars, .. } => {
            let to = if *from == Side::Owner { provider } else { owner };
            let kind = match message_kind {
                MessageKind::Info => "for information",
                MessageKind::ReplyWanted => "asks for a reply",
                MessageKind::NextConsultation => "for the next consultation",
                MessageKind::Vault => "only to be stored",
            };
            format!("writes {message} to {to}, {kind}, {}", count(chars.0, "character"))
        }
        Happening::MessageOpened { message } => format!("{message} is opened"),
        Happening::MessageRecalled { message } => format!("takes back {message}"),
        Happening::Reply { message, .. } => format!("answers {message}"),
        Happening::ReadThanks { message, .. } => format!("gives thanks for {message}"),
        Happening::LetsTalk { message, day, .. } => {
            format!("would rather talk about {message}, on {}", day.format("%a %-d %b"))
        }
        Happening::CallLogged { .. } => format!("talks with {owner} on the phone"),
        Happening::ClockClosed { message, by } => format!("no reply is awaited to {message} (by {by})"),
        Happening::PromiseMoved { message, to } => format!("promises {} for {message}", to.format("%a %-d %b")),
        Happening::ProviderLeft {} => "leaves".to_owned(),
        Happening::SeriesAccepted { series, every_days } => {
            format!("check-ins with {provider} every {} days ({series})", every_days.0)
        }
        Happening::SeriesStopped { series } => format!("stops {series}"),
        Happening::CheckInAnswered { answer, slot } => {
            format!("answers the check-in of {}: {}", slot.format("%a %-d %b"), answer.as_str().replace('_', " "))
        }
        Happening::CheckInOpened { slot } => format!("opens the check-in of {}", slot.format("%a %-d %b")),
        Happening::SlotPostponed { slot, to } => {
            format!("moves {owner}'s check-in from {} to {}", slot.format("%a %-d %b"), to.format("%a %-d %b"))
        }
        Happening::SlotSkippedByProvider { slot } => {
            format!("skips {owner}'s check-in of {}", slot.format("%a %-d %b"))
        }
        Happening::Absence { from, to, substitute } => {
            let stand_in = substitute.as_ref().map_or(String::new(), |label| format!(", asks {label} to stand in"));
            format!("away from {}, back {}{stand_in}", from.format("%a %-d %b"), to.format("%a %-d %b"))
        }
        Happening::SubstituteAccepted { .. } => format!("stands in for {provider}"),
        Happening::SettingChanged { job: of, on } => format!("turns {}s {}", job(*of), if *on { "on" } else { "off" }),
        Happening::KillSwitch { on: true } => "everything is stopped".to_owned(),
        Happening::KillSwitch { on: false } => "everything goes on".to_owned(),
        Happening::AccountSuspended { .. } => "is suspended".to_owned(),
        Happening::SilenceClauseSet { n } => format!("{provider} is told after {}", count(n.0, "unanswered check-in")),
        Happening::PauseStarted {} => "pauses".to_owned(),
        Happening::PauseEnded {} => "goes on after the pause".to_owned(),
        Happening::HospitalAdmitted {} => "comes into hospital".to_owned(),
        Happening::HospitalDischarged {} => "comes home from hospital".to_owned(),
        Happening::Consultation { at_time } => {
            format!("agrees to meet {provider} on {}", at_time.format("%a %-d %b at %H:%M"))
        }
        Happening::Grant { subject, level } => format!("shares {subject} with {provider} ({level})"),
        Happening::Revoke { subject } => format!("no longer shares {subject} with {provider}"),
        Happening::PlanWritten { .. } => "writes her plan".to_owned(),
        Happening::PlanEdited { .. } => "edits her plan".to_owned(),
        Happening::PlanUsed {} => "uses her plan".to_owned(),
        Happening::PromptOpened { slot, .. } => format!("opens the prompt of {}", slot.format("%a %-d %b")),
        Happening::PromptAnswered { slot, answer, .. } => {
            format!("answers the prompt of {}: {}", slot.format("%a %-d %b"), answer.as_str().replace('_', " "))
        }
        Happening::QuietHoursSet { from, to } => {
            format!("wants quiet from {} to {}", from.0.format("%H:%M"), to.0.format("%H:%M"))
        }
        Happening::ZoneChanged { zone } => format!("is now in {zone}"),
        Happening::ProviderHoursSet { days, from, to } => {
            format!("works {days} from {} to {}", from.0.format("%H:%M"), to.0.format("%H:%M"))
        }
        Happening::PolicyPublished { version, .. } => format!("policy version {} is in force", version.0),
        Happening::ItemChanged { item, state: Some(state), .. } => {
            format!("writes down {item}, {}", state.as_str().replace('_', " "))
        }
        Happening::ItemChanged { item, draft: Some(true), .. } => format!("drafts {item}"),
        Happening::ItemChanged { item, .. } => format!("writes down {item}"),
        Happening::ItemDeleted { item } => format!("takes {item} away"),
        Happening::KeptPrivate { subject } => format!("keeps {subject} from {provider}"),
        Happening::ProposalMade { proposal, item } => format!("proposes a change of {item} to {owner} ({proposal})"),
        Happening::ProposalAnswered { proposal, answer } => match answer {
            ProposalAnswer::Accepted => format!("takes in {proposal}"),
            ProposalAnswer::Edited => format!("takes in {proposal} in her own words"),
            ProposalAnswer::Declined => format!("says no to {proposal}"),
        },
        Happening::ProposalWithdrawn { proposal } => format!("takes back {proposal}"),
        Happening::CommentMade { comment, item, .. } => format!("says something beside {item} ({comment})"),
        Happening::CommentHidden { comment } => format!("keeps {comment} to herself"),
    }
}

fn count(n: u32, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}
