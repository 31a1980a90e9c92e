//! Changes of what an owner shares of her plan (§5): told once, to those who see it. A run writes one section
//! of a plan, `what_i_do`.

use super::output::{Decision, Event};
use super::past::Past;

/// The plan behind an item: `plan/owner`. A wish to look at it together has a date after it.
fn changed_plan(item: &str) -> Option<&str> {
    item.strip_prefix("plan/").filter(|owner| !owner.contains('/'))
}

/// Of the whole plan, or of the section that is written.
fn covers(grant: &Event) -> bool {
    let subject = grant.required("subject");
    matches!(subject.rsplit(['/', '.', ':']).next(), Some("crisis_plan" | "what_i_do"))
}

/// The line of the share that holds above `line`, if one does.
fn shared_since(past: &Past, owner: &str, reader: &str, line: usize) -> Option<usize> {
    past.between(owner, reader, line).fold(None, |since, event| match event.kind.as_str() {
        "grant" if covers(event) => since.or(Some(event.line)),
        "revoke" if covers(event) => None,
        _ => since,
    })
}

/// The last time the plan was written above `line`.
fn written(past: &Past, owner: &str, line: usize) -> Option<usize> {
    let is_writing = |event: &&Event| matches!(event.kind.as_str(), "plan_written" | "plan_edited");
    past.of(owner, line).rfind(is_writing).map(|event| event.line)
}

/// Shared now and when it changed, changed since it was told last, between two who still meet.
pub fn a_change_is_told_to_whom_it_is_shared_with(past: &Past, decision: &Decision) -> Option<String> {
    if !decision.is("digest", "sent") {
        return None;
    }
    let (reader, line) = (decision.recipient.as_str(), decision.line);
    decision.items().find_map(|item| {
        let owner = changed_plan(item)?;
        if !past.is_active(owner, reader, line) {
            return Some(format!("{owner} and {reader} have no relationship"));
        }
        let Some(since) = shared_since(past, owner, reader, line) else {
            return Some(format!("{owner} does not share the section with {reader}"));
        };
        let changed = written(past, owner, line);
        if changed.is_none_or(|changed| changed < since) {
            return Some(format!("the section did not change since it was shared on line {since}"));
        }
        let before = past
            .decided_for(reader, line)
            .rfind(|earlier| earlier.is("digest", "sent") && earlier.items().any(|other| other == item))?;
        (changed < Some(before.line)).then(|| format!("nothing changed since it was told on line {}", before.line))
    })
}

/// The first digest after a change has it.
pub fn no_change_is_forgotten(past: &Past) -> Vec<(usize, String)> {
    let mut broken = Vec::new();
    for edit in past.events.iter().filter(|event| event.kind == "plan_edited") {
        let Some(owner) = edit.owner.as_deref() else { continue };
        let item = format!("plan/{owner}");
        for reader in past.providers_of(owner, edit.line) {
            if shared_since(past, owner, reader, edit.line).is_none() {
                continue;
            }
            // What is written in the same minute may or may not be in it.
            let told = |decision: &&Decision| {
                decision.is("digest", "sent") && decision.at > edit.at + chrono::Duration::minutes(2)
            };
            let Some(first) = past.decided_for(reader, usize::MAX).find(told) else { continue };
            let still = shared_since(past, owner, reader, first.line).is_some_and(|since| since < edit.line)
                && past.is_active(owner, reader, first.line)
                && !past.is_gone(owner, first.line);
            let listed = first.items().any(|listed| listed == item);
            if still && !listed && first.items().count() < 20 && !told_meanwhile(past, reader, &item, edit, first) {
                broken.push((first.line, format!("{reader} is not told of the change on line {}", edit.line)));
            }
        }
    }
    broken
}

/// A digest of the very minute of the change had it.
fn told_meanwhile(past: &Past, reader: &str, item: &str, edit: &Event, first: &Decision) -> bool {
    past.decided_for(reader, first.line)
        .filter(|decision| decision.line > edit.line)
        .any(|decision| decision.items().any(|listed| listed == item))
}
