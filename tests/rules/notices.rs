//! Ordinary notices (§6): one neutral push for what a provider wrote or did.

use super::output::Decision;
use super::past::Past;

/// The providers a notice can be about.
fn providers<'p>(past: &'p Past, decision: &'p Decision, owner: &str) -> Vec<&'p str> {
    match &decision.provider {
        Some(provider) => vec![provider.as_str()],
        None => past.providers_of(owner, decision.line),
    }
}

/// Provider's messages that the owner had not opened by a line, with the lines they were sent on.
fn unread<'p>(past: &'p Past, owner: &str, provider: &str, line: usize) -> Vec<(&'p str, usize)> {
    past.messages
        .iter()
        .filter(|(_, message)| !message.from_owner && message.owner == owner && message.provider == provider)
        .filter(|(label, message)| {
            message.line < line && !past.is_opened(label, line) && !past.is_recalled(label, line)
        })
        .map(|(label, message)| (label.as_str(), message.line))
        .collect()
}

/// A message nobody has read yet, or an act since the last notice.
pub fn there_is_something_to_tell(past: &Past, decision: &Decision) -> Option<String> {
    if !decision.is("message_notice", "sent") {
        return None;
    }
    let owner = decision.owner.as_deref().unwrap_or(&decision.recipient);
    let line = decision.line;
    let something = providers(past, decision, owner).into_iter().any(|provider| {
        let last = past
            .decided_for(owner, line)
            .filter(|other| other.is("message_notice", "sent"))
            .filter(|other| other.provider.is_none() || other.provider.as_deref() == Some(provider))
            .map(|other| other.line)
            .max()
            .unwrap_or(0);
        let acts = past.between(owner, provider, line).any(|event| {
            event.line > last
                && match event.kind.as_str() {
                    "lets_talk" | "promise_moved" | "call_logged" | "consultation" | "proposal_made" => true,
                    "read_thanks" => event.text("from") == Some("provider"),
                    "reply" => event.text("reply_message").is_none(),
                    _ => false,
                }
        });
        // An absence, or somebody leaving, can be news as well.
        let news = past.of(provider, line).any(|event| {
            event.line > last && matches!(event.kind.as_str(), "absence" | "substitute_accepted" | "provider_left")
        });
        acts || news || !unread(past, owner, provider, line).is_empty()
    });
    let read = decision.items().find(|item| past.messages.contains_key(*item) && past.is_opened(item, line));
    match read {
        Some(item) => Some(format!("{item} was read meanwhile")),
        None => (!something).then(|| format!("{owner} has read everything")),
    }
}

/// What comes while an earlier message of the same thread is still unread folds into its notice.
pub fn one_for_an_unread_stretch(past: &Past, decision: &Decision) -> Option<String> {
    if !decision.is("message_notice", "sent") {
        return None;
    }
    let owner = decision.owner.as_deref().unwrap_or(&decision.recipient);
    let provider = decision.provider.as_deref()?;
    let before = past
        .decided_for(owner, decision.line)
        .rfind(|other| other.is("message_notice", "sent") && other.provider.as_deref() == Some(provider))?;
    let still = unread(past, owner, provider, decision.line).into_iter().find(|(_, sent)| *sent < before.line)?;
    Some(format!("{} was told on line {} and is still unread", still.0, before.line))
}

/// In a pause nothing is pushed, and an overdue notice stays in the app in hospital too.
pub fn no_push_in_a_pause(past: &Past, decision: &Decision) -> Option<String> {
    if !matches!(decision.job.as_str(), "message_notice" | "overdue_notice") || decision.outcome != "sent" {
        return None;
    }
    let owner = decision.owner.as_deref().unwrap_or(&decision.recipient);
    let outside = decision.channels.iter().find(|channel| *channel != "in_app")?;
    if past.is_paused(owner, decision.line) {
        return Some(format!("{owner} has paused, and it went by {outside}"));
    }
    let in_hospital = decision.job == "overdue_notice" && past.in_hospital(owner, decision.line);
    in_hospital.then(|| format!("{owner} is in hospital, and it went by {outside}"))
}
