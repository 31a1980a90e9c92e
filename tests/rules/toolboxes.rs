//! What an owner keeps, whom she shows it, and what was proposed about it (§5): told once, to those who find it, and
//! never under its own name.

use super::output::{Decision, Event};
use super::past::Past;
use chrono::Duration;
use std::collections::{BTreeMap, BTreeSet};

/// The part of the toolbox in which things of a kind lie.
fn module_of(kind: &str) -> &str {
    match kind {
        "goal" | "step" => "goals",
        "life_domain" | "status_entry" => "life_domains",
        "exercise" | "exercise_run" => "exercises",
        "network_person" => "network",
        "medicine" => "medication",
        "strength" => "strengths",
        "value" => "values",
        "diary_entry" => "diary",
        "registration" => "registrations",
        other => panic!("{other} is no kind of item"),
    }
}

struct Item<'p> {
    module: &'p str,
    under: Option<&'p str>,
    draft: bool,
}

/// What stands above a line about one owner's toolbox and one reader.
struct Sharing<'p> {
    items: BTreeMap<&'p str, Item<'p>>,
    granted: BTreeSet<&'p str>,
    kept_private: BTreeSet<&'p str>,
}

impl<'p> Sharing<'p> {
    fn above(past: &'p Past, owner: &str, reader: &str, line: usize) -> Self {
        let mut it = Self { items: BTreeMap::new(), granted: BTreeSet::new(), kept_private: BTreeSet::new() };
        for event in past.of(owner, line).filter(|event| event.owner.as_deref() == Some(owner)) {
            let to_reader = event.provider.as_deref() == Some(reader);
            match event.kind.as_str() {
                "item_changed" => {
                    let kind = event.required("item_kind");
                    // A run stands beside its exercise.
                    let under = event.text("under").filter(|_| kind != "exercise_run");
                    let new = Item { module: module_of(kind), under, draft: false };
                    let item = it.items.entry(event.required("item")).or_insert(new);
                    item.draft = event.fields["draft"].as_bool().unwrap_or(item.draft);
                }
                "item_deleted" => it.forget(event.required("item")),
                "grant" if to_reader => {
                    it.granted.insert(event.required("subject"));
                }
                "revoke" if to_reader => {
                    it.granted.remove(event.required("subject"));
                }
                "kept_private" if to_reader => {
                    it.kept_private.insert(event.required("subject"));
                }
                _ => {}
            }
        }
        it
    }

    fn forget(&mut self, item: &str) {
        self.items.remove(item);
        let below: Vec<&str> =
            self.items.iter().filter(|(_, other)| other.under == Some(item)).map(|(label, _)| *label).collect();
        below.into_iter().for_each(|label| self.forget(label));
    }

    /// The nearest setting speaks, and no comes before yes; drafts are nobody's, a diary is shown page by page, and
    /// medicines are not shown.
    fn shows(&self, target: &str) -> bool {
        let Some(item) = self.items.get(target) else {
            // A section of the plan.
            return [target, "crisis_plan"].iter().any(|subject| self.granted.contains(subject));
        };
        if item.draft || item.module == "medication" || item.under.is_some_and(|under| !self.shows(under)) {
            return false;
        }
        let mut nearest = Some(target);
        while let Some(subject) = nearest {
            if self.kept_private.contains(subject) {
                return false;
            }
            if self.granted.contains(subject) {
                return true;
            }
            nearest = self.items.get(subject).and_then(|item| item.under);
        }
        item.module != "diary" && self.granted.contains(item.module) && !self.kept_private.contains(item.module)
    }
}

fn finds(past: &Past, owner: &str, reader: &str, target: &str, line: usize) -> bool {
    Sharing::above(past, owner, reader, line).shows(target)
}

/// Whether a reader found an item all the way from one line to another.
fn found_all_along(past: &Past, owner: &str, reader: &str, item: &str, from: usize, to: usize) -> bool {
    let turns = past.of(owner, to).filter(|event| event.line > from).filter(|event| {
        matches!(event.kind.as_str(), "grant" | "revoke" | "kept_private" | "item_deleted")
            || event.kind == "item_changed" && !event.fields["draft"].is_null()
    });
    turns.map(|event| event.line + 1).chain([from + 1, to]).all(|line| finds(past, owner, reader, item, line))
}

/// The part and the owner behind an item `goals/owner`.
fn part_of(item: &str) -> Option<(&str, &str)> {
    let (module, owner) = item.split_once('/')?;
    let known = [
        "goals",
        "life_domains",
        "exercises",
        "network",
        "medication",
        "strengths",
        "values",
        "diary",
        "registrations",
    ];
    (known.contains(&module) && !owner.contains('/')).then_some((module, owner))
}

fn is_sent(decision: &Decision) -> bool {
    decision.is("digest", "sent")
}

fn listed_before<'p>(past: &'p Past, reader: &'p str, item: &str, line: usize) -> Option<&'p Decision> {
    past.decided_for(reader, line).rfind(|earlier| is_sent(earlier) && earlier.items().any(|other| other == item))
}

/// Changes of a part of an owner's toolbox above a line.
fn changes<'p>(past: &'p Past, owner: &'p str, module: &'p str, line: usize) -> impl Iterator<Item = &'p Event> {
    past.of(owner, line)
        .filter(move |event| event.kind == "item_changed" && module_of(event.required("item_kind")) == module)
}

/// A line tells of a change since the last one, of something that the reader found from then until now.
pub fn a_change_is_told_to_whoever_finds_it(past: &Past, decision: &Decision) -> Option<String> {
    if !is_sent(decision) {
        return None;
    }
    let (reader, line) = (decision.recipient.as_str(), decision.line);
    decision.items().find_map(|item| {
        let (module, owner) = part_of(item)?;
        if !past.is_active(owner, reader, line) {
            return Some(format!("{owner} and {reader} have no relationship"));
        }
        let last = listed_before(past, reader, item, line).map_or(0, |before| before.line);
        let told = changes(past, owner, module, line)
            .filter(|change| change.line > last)
            .any(|change| found_all_along(past, owner, reader, change.required("item"), change.line, line));
        (!told).then(|| format!("nothing that {reader} finds of {item} changed since line {last}"))
    })
}

/// The first digest after a change has it.
pub fn no_change_of_a_toolbox_is_forgotten(past: &Past) -> Vec<(usize, String)> {
    let mut broken = Vec::new();
    for change in past.events.iter().filter(|event| event.kind == "item_changed") {
        let Some(owner) = change.owner.as_deref() else { continue };
        let part = format!("{}/{owner}", module_of(change.required("item_kind")));
        for reader in past.providers_of(owner, change.line) {
            let Some(first) = next_digest(past, reader, change) else { continue };
            let item = change.required("item");
            let news = first.at - change.at < Duration::days(90)
                && past.is_active(owner, reader, change.line)
                && past.is_active(owner, reader, first.line)
                && !past.is_gone(owner, first.line)
                && found_all_along(past, owner, reader, item, change.line, first.line);
            if news && !has_room_or_says(past, reader, &part, change, first) {
                broken.push((first.line, format!("{reader} is not told of {item} on line {}", change.line)));
            }
        }
    }
    broken
}

/// The first digest after an event. What happens in the same minute may or may not be in it.
fn next_digest<'p>(past: &'p Past, reader: &str, event: &Event) -> Option<&'p Decision> {
    let since = event.at + Duration::minutes(2);
    past.decided_for(reader, usize::MAX).find(|decision| is_sent(decision) && decision.at > since)
}

/// Whether a thing is listed, was listed in the very minute of the event, or had no room.
fn has_room_or_says(past: &Past, reader: &str, item: &str, event: &Event, first: &Decision) -> bool {
    let lists = |decision: &Decision| decision.items().any(|listed| listed == item);
    first.items().count() >= 20
        || lists(first)
        || past.decided_for(reader, first.line).filter(|decision| decision.line > event.line).any(lists)
}

/// Whoever proposed something is told what came of it, once, while she finds what it was about.
pub fn an_answer_is_told_once_to_its_author(past: &Past, decision: &Decision) -> Option<String> {
    if !is_sent(decision) {
        return None;
    }
    let (reader, line) = (decision.recipient.as_str(), decision.line);
    decision.items().find_map(|item| {
        let proposal = past.proposals.get(item)?;
        if proposal.provider != reader {
            return Some(format!("{item} is {}'s", proposal.provider));
        }
        let about = |kind: &str| {
            past.of(&proposal.owner, line).any(|event| event.kind == kind && event.text("proposal") == Some(item))
        };
        if !about("proposal_answered") || about("proposal_withdrawn") {
            return Some(format!("{item} was not answered"));
        }
        if !finds(past, &proposal.owner, reader, &proposal.item, line) {
            return Some(format!("{reader} does not find {}", proposal.item));
        }
        let elsewhere = |(name, ids): (&String, &Vec<String>)| {
            name != "proposals_answered" && ids.iter().any(|listed| listed == item)
        };
        if decision.sections.iter().flatten().any(elsewhere) {
            return Some(format!("{item} is no proposal that was answered where it stands"));
        }
        listed_before(past, reader, item, line).map(|before| format!("{item} was told on line {}", before.line))
    })
}

/// The first digest after an answer has it.
pub fn no_answer_is_forgotten(past: &Past) -> Vec<(usize, String)> {
    let mut broken = Vec::new();
    for answer in past.events.iter().filter(|event| event.kind == "proposal_answered") {
        let label = answer.required("proposal");
        let Some(proposal) = past.proposals.get(label) else { continue };
        let (owner, reader) = (proposal.owner.as_str(), proposal.provider.as_str());
        let Some(first) = next_digest(past, reader, answer) else { continue };
        let news = past.is_active(owner, reader, first.line)
            && !past.is_gone(owner, first.line)
            && finds(past, owner, reader, &proposal.item, first.line);
        if news && !has_room_or_says(past, reader, label, answer, first) {
            broken.push((first.line, format!("{reader} is not told of the answer on line {}", answer.line)));
        }
    }
    broken
}

/// Parts of a toolbox are told of, never a thing in it or what is said beside it.
pub fn nothing_kept_is_named(past: &Past, decision: &Decision) -> Option<String> {
    let mut named = decision.items().chain(decision.subject.as_deref());
    named.find(|label| past.kept.contains(*label)).map(|label| format!("it names {label}"))
}

/// A notice is of a proposal that waits for its owner.
pub fn a_proposal_is_told_of_while_it_waits(past: &Past, decision: &Decision) -> Option<String> {
    if !decision.is("message_notice", "sent") {
        return None;
    }
    let owner = decision.owner.as_deref().unwrap_or(&decision.recipient);
    let proposals = decision.items().filter_map(|item| Some((item, past.proposals.get(item)?)));
    let settled = |label: &str| {
        past.of(owner, decision.line).any(|event| {
            matches!(event.kind.as_str(), "proposal_answered" | "proposal_withdrawn")
                && event.text("proposal") == Some(label)
        })
    };
    let mut wrong = proposals.filter(|(label, it)| it.owner != owner || it.line > decision.line || settled(label));
    wrong.next().map(|(label, _)| format!("{label} does not wait for {owner}"))
}

/// A goal that became active, or the first exercise, where a provider finds it: reasons to look at the agreement again.
pub fn begins_for(past: &Past, owner: &str, provider: &str, event: &Event) -> bool {
    if event.kind != "item_changed" {
        return false;
    }
    let earlier = |kind: &str| past.of(owner, event.line).any(|other| other.text("item_kind") == Some(kind));
    let new = || !past.of(owner, event.line).any(|other| other.text("item") == event.text("item"));
    let begins = match event.required("item_kind") {
        "goal" => event.text("state") == Some("active") || event.text("state").is_none() && new(),
        "exercise_run" => !earlier("exercise_run"),
        _ => false,
    };
    begins && finds(past, owner, provider, event.required("item"), event.line + 1)
}
