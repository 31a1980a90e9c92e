//! Job B (§4, §9 Reply window): promised dates, reminders of them, and what is told when they pass.

use super::calendar::is_weekend;
use super::output::Decision;
use super::past::{Message, Past};
use chrono::{Duration, NaiveDate};
use std::collections::{BTreeMap, BTreeSet};

/// The date promised for a message, counted with the absences that `counts` lets count. The hours
/// and the window are those at the time of writing; a shown promise does not move with them.
fn reckon(past: &Past, message: &Message, known_at: usize, with_absences: bool) -> Option<NaiveDate> {
    let (owner, provider) = (message.owner.as_str(), message.provider.as_str());
    let window = past.terms(owner, provider, message.line).map_or(3, |terms| terms.window);
    let absences = past.absences(provider, Some(owner), known_at);
    let counts = |day: NaiveDate| {
        let away = absences.iter().any(|away| away.substitute.is_none() && away.from <= day && day < away.to);
        past.works_on(provider, day, message.line) && !is_weekend(day) && !(with_absences && away)
    };
    let days = |from: NaiveDate| (0..400).map(move |on| from + Duration::days(on));

    let written = message.at.with_timezone(&past.zone_of(provider, message.line));
    let today = written.date_naive();
    let in_time = counts(today) && written.time() <= past.hours(provider, message.line).to;
    let belongs_to = if in_time { today } else { days(today + Duration::days(1)).find(|day| counts(*day))? };
    days(belongs_to + Duration::days(1)).filter(|day| counts(*day)).nth(usize::try_from(window).ok()? - 1)
}

/// Every date that may have been promised for a message by a line: the first; those that an absence
/// entered later, or somebody's standing in, may have made of it; and those set by hand.
///
/// With no absence about there is one, and it has to be right to the day.
pub fn dates(past: &Past, label: &str, line: usize) -> BTreeSet<NaiveDate> {
    let Some(message) = past.messages.get(label) else { return BTreeSet::new() };
    let mut dates = BTreeSet::new();
    dates.extend(reckon(past, message, message.line, true));
    let absences = past.absences(&message.provider, Some(&message.owner), line);
    let about = |date: &NaiveDate| {
        let written = past.day_of(&message.provider, message.at, line);
        absences.iter().any(|away| away.from <= *date && away.to >= written)
    };
    if dates.iter().any(about) {
        // When exactly a substitute's acceptance is taken into account is nobody's to say.
        dates.extend(reckon(past, message, line, false));
        for away in &absences {
            dates.extend(reckon(past, message, away.line + 1, true));
        }
        dates.extend(reckon(past, message, line, true));
    }
    let moved = past.about(label, line).filter(|event| event.kind == "promise_moved");
    dates.extend(moved.map(|event| event.date("to")));
    dates
}

/// Only the last date set by hand counts, if one was.
fn current(past: &Past, label: &str, line: usize) -> BTreeSet<NaiveDate> {
    let by_hand = past.about(label, line).rev().find(|event| event.kind == "promise_moved");
    match by_hand {
        Some(event)
            if past.absences(&past.messages[label].provider, None, line).iter().all(|away| away.line < event.line) =>
        {
            BTreeSet::from([event.date("to")])
        }
        _ => dates(past, label, line),
    }
}

fn is_about_a_promise(decision: &Decision) -> bool {
    matches!(decision.job.as_str(), "response_reminder" | "overdue_notice")
}

pub fn the_promised_date_is_right(past: &Past, decision: &Decision) -> Option<String> {
    let promised = decision.promised.filter(|_| is_about_a_promise(decision))?;
    let message = decision.message().filter(|label| past.messages.contains_key(*label))?;
    let dates = current(past, message, decision.line);
    (!dates.contains(&promised)).then(|| format!("{promised} was promised for {message}, reckoned {dates:?}"))
}

/// Whether a digest on `day` reminds of a date: on it, or when the last working day before did not
/// lie after it.
pub fn is_due_on(past: &Past, provider: &str, promised: NaiveDate, day: NaiveDate, line: usize) -> bool {
    let since = past.last_working_day_before(provider, day, line);
    promised <= day && since.is_none_or(|since| since <= promised)
}

pub fn reminders_come_on_the_due_morning_or_the_next(past: &Past, decision: &Decision) -> Option<String> {
    if !decision.is("response_reminder", "folded") {
        return None;
    }
    let message = decision.message()?;
    let provider = past.messages.get(message).map(|message| message.provider.clone())?;
    // A substitute is reminded on her own mornings.
    let provider = if decision.recipient == provider { provider } else { decision.recipient.clone() };
    let dates = current(past, message, decision.line);
    let right = dates.iter().any(|date| is_due_on(past, &provider, *date, decision.slot, decision.line));
    (!right).then(|| format!("reminded of {message} on {}, promised for {dates:?}", decision.slot))
}

pub fn reminders_are_of_open_clocks(past: &Past, decision: &Decision) -> Option<String> {
    if !decision.is("response_reminder", "folded") {
        return None;
    }
    let label = decision.message()?;
    let message = past.messages.get(label)?;
    if message.kind != "reply_wanted" || !message.from_owner {
        return Some(format!("{label} asks for no reply"));
    }
    let closed = past.clock_closed(label, decision.line)?;
    Some(format!("{label} was closed on line {closed}"))
}

/// Never by a separate push.
pub fn reminders_are_folded_into_the_digest(past: &Past, decision: &Decision) -> Option<String> {
    if decision.job != "response_reminder" {
        return None;
    }
    if decision.outcome == "sent" || decision.channels.iter().any(|channel| channel != "in_app") {
        return Some(format!("{} on {:?}", decision.outcome, decision.channels));
    }
    let with_digest = past.decisions.iter().any(|other| {
        other.is("digest", "sent") && other.recipient == decision.recipient && other.slot == decision.slot
    });
    (decision.outcome == "folded" && !with_digest)
        .then(|| format!("{} has no digest on {}", decision.recipient, decision.slot))
}

pub fn overdue_only_when_the_date_has_passed(past: &Past, decision: &Decision) -> Option<String> {
    if !decision.is("overdue_notice", "sent") {
        return None;
    }
    let label = decision.message()?;
    let message = past.messages.get(label)?;
    let dates = current(past, label, decision.line);
    let closing = past.hours(&message.provider, message.line).to;
    let passed =
        dates.iter().any(|date| past.at_clock(&message.provider, *date, closing, decision.line) <= decision.at);
    (!passed).then(|| format!("{label} is promised for {dates:?}"))
}

pub fn overdue_never_of_a_closed_clock(past: &Past, decision: &Decision) -> Option<String> {
    if !decision.is("overdue_notice", "sent") {
        return None;
    }
    let label = decision.message()?;
    let message = past.messages.get(label)?;
    if message.kind != "reply_wanted" || !message.from_owner {
        return Some(format!("{label} asks for no reply"));
    }
    let closed = past.clock_closed(label, decision.line)?;
    Some(format!("{label} was closed on line {closed}"))
}

/// Once for each date that was promised.
pub fn overdue_is_told_once(past: &Past) -> Vec<(usize, String)> {
    let mut told: BTreeMap<(&str, Option<NaiveDate>), usize> = BTreeMap::new();
    let mut broken = Vec::new();
    for decision in past.decisions.iter().filter(|decision| decision.is("overdue_notice", "sent")) {
        let Some(message) = decision.message() else { continue };
        // Another date is another promise only if somebody set it.
        let moved = past.about(message, decision.line).rfind(|event| event.kind == "promise_moved");
        let key = (message, moved.map(|event| event.date("to")));
        if let Some(before) = told.insert(key, decision.line) {
            broken.push((decision.line, format!("{message} was told on line {before} already")));
        }
    }
    broken
}
