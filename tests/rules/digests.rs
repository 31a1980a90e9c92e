//! Job C (§5, §9 Digest sections): the provider's one notification.

use super::output::Decision;
use super::past::Past;
use super::promises::{dates, is_due_on};
use chrono::{NaiveDate, NaiveTime};
use std::collections::{BTreeMap, BTreeSet};

fn is_sent(decision: &Decision) -> bool {
    decision.is("digest", "sent")
}

pub fn one_a_day(past: &Past) -> Vec<(usize, String)> {
    let mut first: BTreeMap<(&str, NaiveDate), usize> = BTreeMap::new();
    let mut broken = Vec::new();
    for decision in past.decisions.iter().filter(|decision| is_sent(decision)) {
        let day = past.day_of(&decision.recipient, decision.at, decision.line);
        if let Some(before) = first.insert((&decision.recipient, day), decision.line) {
            broken.push((decision.line, format!("{} had one on line {before}", decision.recipient)));
        }
    }
    broken
}

/// At the later of 08:00 and the start of her hours, on her own working days.
pub fn on_a_working_day_at_its_time(past: &Past, decision: &Decision) -> Option<String> {
    if !is_sent(decision) {
        return None;
    }
    let provider = decision.recipient.as_str();
    let local = decision.at.with_timezone(&past.zone_of(provider, decision.line));
    if !past.works_on(provider, local.date_naive(), decision.line) {
        return Some(format!("{provider} does not work on {}", local.format("%a %Y-%m-%d")));
    }
    let eight = NaiveTime::from_hms_opt(8, 0, 0).expect("a time");
    let hours = past.hours(provider, decision.line);
    let early = local.time() < hours.from.max(eight);
    let late = local.time() >= hours.to.max(eight);
    (early || late).then(|| format!("{} and she works from {} to {}", local.format("%H:%M"), hours.from, hours.to))
}

pub fn not_while_away(past: &Past, decision: &Decision) -> Option<String> {
    let provider = decision.recipient.as_str();
    let today = past.day_of(provider, decision.at, decision.line);
    (is_sent(decision) && past.is_away(provider, today, decision.line))
        .then(|| format!("{provider} is away on {today}"))
}

pub fn none_when_empty(_: &Past, decision: &Decision) -> Option<String> {
    (is_sent(decision) && decision.items().next().is_none()).then(|| "it has no items".to_owned())
}

/// The pair and answer behind an item `series/slot`.
fn check_in_of<'p>(past: &'p Past, item: &str, line: usize) -> Option<(&'p str, NaiveDate, bool)> {
    let (series, slot) = item.rsplit_once('/')?;
    let series = past.series.get(series)?;
    let slot: NaiveDate = slot.parse().ok()?;
    let heavy = past
        .between(&series.owner, &series.provider, line)
        .filter(|event| event.kind == "check_in_answered" && event.date("slot") == slot)
        .any(|event| matches!(event.text("answer"), Some("heavy" | "want_to_talk")));
    Some((&series.provider, slot, heavy))
}

/// Heavy replies are never delayed by the cap.
pub fn twenty_lines_but_for_heavy_replies(past: &Past, decision: &Decision) -> Option<String> {
    if decision.job != "digest" {
        return None;
    }
    let heavy: BTreeSet<&str> = decision
        .sections
        .iter()
        .flatten()
        .filter(|(name, _)| name.as_str() == "concerns")
        .flat_map(|(_, ids)| ids.iter().map(String::as_str))
        .collect();
    let is_heavy =
        |item: &str| heavy.contains(item) || check_in_of(past, item, decision.line).is_some_and(|(_, _, heavy)| heavy);
    let others = decision.items().filter(|item| !is_heavy(item)).count();
    let all = decision.items().count();
    (all > 20 && others > 0).then(|| format!("{all} lines, {others} of them no heavy replies"))
}

/// A message is in one section only.
pub fn each_item_once(_: &Past, decision: &Decision) -> Option<String> {
    if decision.job != "digest" {
        return None;
    }
    let mut seen = BTreeSet::new();
    if let Some(twice) = decision.items().find(|item| !seen.insert(*item)) {
        return Some(format!("{twice} is listed twice"));
    }
    let mut sections = BTreeSet::new();
    let ids = || decision.sections.iter().flatten().flat_map(|(_, ids)| ids);
    if let Some(twice) = ids().find(|item| !sections.insert(item.as_str())) {
        return Some(format!("{twice} is in two sections"));
    }
    let unlisted = ids().find(|item| !seen.contains(item.as_str()))?;
    Some(format!("{unlisted} is in a section, but not among the items"))
}

/// A vault text is in no digest; what was recalled, or lies in an ended relationship, has vanished.
pub fn nothing_stored_recalled_or_ended(past: &Past, decision: &Decision) -> Option<String> {
    if !is_sent(decision) {
        return None;
    }
    decision.items().find_map(|item| {
        let message = past.messages.get(item)?;
        if message.kind == "vault" {
            Some(format!("{item} is stored only"))
        } else if past.is_recalled(item, decision.line) {
            Some(format!("{item} was taken back"))
        } else if !past.is_active(&message.owner, &message.provider, decision.line) {
            Some(format!("{item} lies in an ended relationship"))
        } else if message.line > decision.line {
            Some(format!("{item} was not written yet"))
        } else {
            None
        }
    })
}

/// Digests sent to a provider above a line.
fn earlier<'p>(past: &'p Past, recipient: &'p str, line: usize) -> impl Iterator<Item = &'p Decision> {
    past.decided_for(recipient, line).filter(|decision| is_sent(decision))
}

/// New (unread and not yet listed), due, for tomorrow's consultation, or taken over from someone away.
pub fn every_message_has_a_reason_to_be_there(past: &Past, decision: &Decision) -> Option<String> {
    if !is_sent(decision) {
        return None;
    }
    let (reader, line, today) = (decision.recipient.as_str(), decision.line, decision.slot);
    let listed: BTreeSet<&str> = earlier(past, reader, line).flat_map(Decision::items).collect();
    decision.items().find_map(|item| {
        let message = past.messages.get(item)?;
        let (owner, provider) = (message.owner.as_str(), message.provider.as_str());
        if !message.from_owner {
            return Some(format!("{item} is {provider}'s own"));
        }
        let open = message.kind == "reply_wanted" && past.clock_closed(item, line).is_none();
        if provider != reader {
            let stands_in = past.substitute(owner, provider, today, line).as_deref() == Some(reader);
            return (!stands_in || !open).then(|| format!("{item} is not for {reader}"));
        }
        let new = !past.is_opened(item, line) && !listed.contains(item);
        let due = open && dates(past, item, line).iter().any(|date| is_due_on(past, reader, *date, today, line));
        let tomorrow = past.next_working_day_after(reader, today, line);
        let before_meeting = message.kind == "next_consultation"
            && past.consultations(owner, provider, line).into_iter().any(|at| {
                let day = past.day_of(reader, at, line);
                day == today && at > decision.at || today < day && tomorrow.is_none_or(|tomorrow| day <= tomorrow)
            });
        // Listed for a consultation, or as new: nothing else brings a message into a digest.
        let fits = if message.kind == "next_consultation" { before_meeting } else { new || due };
        (!fits).then(|| {
            let opened = if past.is_opened(item, line) { "opened" } else { "unread" };
            let state = if open { "open" } else { "not awaited" };
            format!("{item} ({}) is {opened}, {state}, listed before: {}", message.kind, listed.contains(item))
        })
    })
}

/// Whoever has seen a message in a digest does not see it as new again.
pub fn new_only_once(past: &Past) -> Vec<(usize, String)> {
    let mut listed: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut broken = Vec::new();
    for decision in past.decisions.iter().filter(|decision| is_sent(decision)) {
        let new = decision.sections.iter().flat_map(|sections| sections.get("new")).flatten();
        for item in new.filter(|item| past.messages.contains_key(*item)) {
            if let Some(before) = listed.get(&(decision.recipient.as_str(), item.as_str())) {
                broken.push((decision.line, format!("{item} was listed on line {before}")));
            }
            if past.is_opened(item, decision.line) {
                broken.push((decision.line, format!("{item} is new, but was opened")));
            }
        }
        for item in decision.items() {
            listed.entry((&decision.recipient, item)).or_insert(decision.line);
        }
    }
    broken
}

/// Over 1,200 characters, unless a later policy says otherwise.
pub fn long_reads_are_marked(past: &Past, decision: &Decision) -> Option<String> {
    if !is_sent(decision) {
        return None;
    }
    let long = decision.long?;
    let items = decision.items().count() as u64;
    if long > items {
        return Some(format!("{long} long reads in {items} items"));
    }
    let changed = past.of_nobody(decision.line).any(|event| event.kind == "policy_published");
    let unread_and_long = |item: &&str| {
        past.messages.get(*item).is_some_and(|message| message.chars > 1_200) && !past.is_opened(item, decision.line)
    };
    let least = decision.items().filter(unread_and_long).count() as u64;
    (!changed && long < least).then(|| format!("{long} long reads, but {least} unread texts are over 1,200 characters"))
}

/// What an owner wrote is in a digest on the provider's first working morning after, or a decision
/// says why there was none that day.
pub fn what_waits_is_not_forgotten(past: &Past) -> Vec<(usize, String)> {
    let last = past.times().last().map(|(_, at)| *at);
    let mut broken = Vec::new();
    for (label, message) in &past.messages {
        if !message.from_owner || !matches!(message.kind.as_str(), "info" | "reply_wanted") {
            continue;
        }
        let provider = message.provider.as_str();
        // The morning is the first after the message; only events up to it are known.
        let written = past.day_of(provider, message.at, message.line);
        let eight = NaiveTime::from_hms_opt(8, 0, 0).expect("a time");
        let morning = (0..60).map(|on| written + chrono::Duration::days(on)).find_map(|day| {
            let begins = past.hours(provider, message.line).from.max(eight);
            let at = past.at_clock(provider, day, begins, message.line);
            let line = past.times().partition_point(|(_, time)| *time < at);
            let line = past.times().get(line).map_or(usize::MAX, |(line, _)| *line);
            let works = past.works_on(provider, day, line) && !past.is_away(provider, day, line);
            (at > message.at && works).then_some((day, at, line))
        });
        let Some((day, at, line)) = morning.filter(|(_, at, _)| last.is_some_and(|last| *at < last)) else { continue };
        let moot = past.is_opened(label, line)
            || past.is_recalled(label, line)
            || past.clock_closed(label, line).is_some()
            || past.is_gone(provider, line)
            || past.is_gone(&message.owner, line)
            || !past.is_active(&message.owner, provider, line)
            || past.hours(provider, line).from != past.hours(provider, message.line).from;
        let decided = past
            .decisions
            .iter()
            .find(|decision| decision.job == "digest" && decision.recipient == provider && decision.slot == day);
        let told = match decided {
            None => false,
            Some(decision) if is_sent(decision) => {
                decision.items().count() >= 20 || decision.items().any(|item| item == label)
            }
            Some(_) => true,
        };
        // What comes or goes in the same minute may or may not be in it.
        if !moot && !told && at > message.at + chrono::Duration::minutes(2) {
            let line = decided.map_or(message.line, |decision| decision.line);
            broken.push((line, format!("{label} for {provider} is not in the digest of {day}")));
        }
    }
    broken
}
