//! Job A (§3, §9 Slots): check-ins that were sent.

use super::output::Decision;
use super::past::{Past, Series};
use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveTime, Utc, Weekday};
use chrono_tz::Tz;
use std::collections::BTreeMap;

/// Owner and provider of a check-in that was sent.
fn sent(decision: &Decision) -> Option<(&str, &str)> {
    if decision.is("check_in", "sent") { decision.pair() } else { None }
}

fn at_the_provider(past: &Past, decision: &Decision, provider: &str) -> DateTime<Tz> {
    decision.at.with_timezone(&past.zone_of(provider, decision.line))
}

/// The series a check-in belongs to: the last that the two accepted.
fn series<'p>(past: &'p Past, decision: &Decision, owner: &str, provider: &str) -> Option<&'p Series> {
    let of_both = past.series.values().filter(|series| series.owner == owner && series.provider == provider);
    of_both.filter(|series| series.line < decision.line).max_by_key(|series| series.line)
}

fn stopped(past: &Past, series: &Series, line: usize) -> bool {
    past.of(&series.owner, line)
        .any(|event| event.kind == "series_stopped" && event.text("series") == Some(series.label.as_str()))
}

pub fn on_tuesday_to_thursday_between_ten_and_one(past: &Past, decision: &Decision) -> Option<String> {
    let (_, provider) = sent(decision)?;
    let local = at_the_provider(past, decision, provider);
    let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).expect("a time");
    let right = matches!(local.weekday(), Weekday::Tue | Weekday::Wed | Weekday::Thu)
        && (hour(10)..hour(13)).contains(&local.time());
    (!right).then(|| format!("{} where {provider} is", local.format("%a %H:%M")))
}

pub fn within_the_provider_s_hours(past: &Past, decision: &Decision) -> Option<String> {
    let (_, provider) = sent(decision)?;
    let local = at_the_provider(past, decision, provider);
    let hours = past.hours(provider, decision.line);
    let right =
        past.works_on(provider, local.date_naive(), decision.line) && (hours.from..hours.to).contains(&local.time());
    (!right).then(|| format!("{provider} does not work on {}", local.format("%a %Y-%m-%d at %H:%M")))
}

/// Never in the name of someone absent, but for an accepted substitute.
pub fn not_while_the_provider_is_away(past: &Past, decision: &Decision) -> Option<String> {
    let (owner, provider) = sent(decision)?;
    let today = at_the_provider(past, decision, provider).date_naive();
    let alone = past.is_away(provider, today, decision.line)
        && past.substitute(owner, provider, today, decision.line).is_none();
    alone.then(|| format!("{provider} is away on {today} and nobody stands in"))
}

pub fn of_a_series_that_runs(past: &Past, decision: &Decision) -> Option<String> {
    let (owner, provider) = sent(decision)?;
    match series(past, decision, owner, provider) {
        None => Some(format!("{owner} and {provider} have accepted no series")),
        Some(series) if stopped(past, series, decision.line) => Some(format!("{} was stopped", series.label)),
        Some(_) => None,
    }
}

pub fn not_when_the_provider_skipped_it(past: &Past, decision: &Decision) -> Option<String> {
    let (owner, provider) = sent(decision)?;
    let skipped = past.between(owner, provider, decision.line).any(|event| {
        matches!(event.kind.as_str(), "slot_skipped_by_provider" | "slot_postponed")
            && event.date("slot") == decision.slot
    });
    skipped.then(|| format!("{provider} skipped or moved the check-in of {}", decision.slot))
}

pub fn an_agreement_permits_it(past: &Past, decision: &Decision) -> Option<String> {
    let (owner, provider) = sent(decision)?;
    match past.terms(owner, provider, decision.line) {
        None => Some("no agreement is in force".to_owned()),
        Some(terms) if !terms.check_ins => Some(format!("version {} has no check-ins", terms.version)),
        Some(_) => None,
    }
}

pub fn not_while_a_reply_is_owed(past: &Past, decision: &Decision) -> Option<String> {
    let (owner, provider) = sent(decision)?;
    let open = past.open_clocks(owner, provider, decision.line);
    open.first().map(|message| format!("{provider} owes a reply to {message}"))
}

/// Within five days.
pub fn not_soon_after_contact(past: &Past, decision: &Decision) -> Option<String> {
    let (owner, provider) = sent(decision)?;
    let last = past.contacts(owner, provider, decision.line, false).into_iter().max()?;
    (decision.at < last + Duration::days(5)).then(|| format!("the last contact was at {last}"))
}

/// Three days before and two after, by the clock and by the owner's calendar.
pub fn not_around_a_consultation(past: &Past, decision: &Decision) -> Option<String> {
    let (owner, provider) = sent(decision)?;
    let today = past.day_of(owner, decision.at, decision.line);
    let near = past.consultations(owner, provider, decision.line).into_iter().find(|consultation| {
        let by_clock =
            *consultation - Duration::days(3) <= decision.at && decision.at < *consultation + Duration::days(2);
        let day = past.day_of(owner, *consultation, decision.line);
        by_clock || (day - Duration::days(3) <= today && today < day + Duration::days(2))
    })?;
    Some(format!("a consultation is at {near}"))
}

/// Days that a slot may lie on: the four after an anchor, and those after a day the provider moved
/// it to. Twelve weeks of anchors, on the owner's calendar.
fn anchor_of(past: &Past, series: &Series, slot: NaiveDate, line: usize) -> Option<NaiveDate> {
    let near = |anchor: NaiveDate| anchor <= slot && slot <= anchor + Duration::days(4);
    let accepted = past.day_of(&series.owner, series.at, series.line);
    let anchors = (1..=84 / series.every).map(|n| accepted + Duration::days(n * series.every));
    let moved = past
        .between(&series.owner, &series.provider, line)
        .filter(|event| event.kind == "slot_postponed")
        .map(|event| event.date("to"));
    let (mut anchors, mut moved) = (anchors, moved);
    anchors.find(|anchor| near(*anchor)).or_else(|| moved.find(|to| near(*to)))
}

pub fn within_four_days_of_an_anchor(past: &Past, decision: &Decision) -> Option<String> {
    let (owner, provider) = sent(decision)?;
    let series = series(past, decision, owner, provider)?;
    let anchored = anchor_of(past, series, decision.slot, decision.line);
    anchored.is_none().then(|| {
        let accepted = past.day_of(owner, series.at, series.line);
        format!("{} is not within four days of {accepted} and a multiple of {} days", decision.slot, series.every)
    })
}

/// The check-ins of a series that were sent without any answer since, latest first.
fn unanswered<'p>(past: &'p Past, series: &Series, line: usize) -> Vec<&'p Decision> {
    let sent = past.check_ins_sent(&series.owner, &series.provider, line);
    let answered = past
        .between(&series.owner, &series.provider, line)
        .filter(|event| event.kind == "check_in_answered")
        .map(|event| event.line)
        .max()
        .unwrap_or(0);
    sent.into_iter().filter(|other| other.line > answered.max(series.line)).rev().collect()
}

/// After two in a row the interval doubles, at most to 56 days.
pub fn half_as_often_after_two_unanswered(past: &Past, decision: &Decision) -> Option<String> {
    let (owner, provider) = sent(decision)?;
    let series = series(past, decision, owner, provider)?;
    let unanswered = unanswered(past, series, decision.line);
    if unanswered.len() < 2 {
        return None;
    }
    let previous = anchor_of(past, series, unanswered[0].slot, unanswered[0].line)?;
    let present = anchor_of(past, series, decision.slot, decision.line)?;
    let apart = (present - previous).num_days();
    // A check-in that the provider moved is a few days from where it belongs.
    let moved = past.between(owner, provider, decision.line).any(|event| event.kind == "slot_postponed");
    let least = (2 * series.every).min(56) - if moved { 6 } else { 0 };
    (apart < least)
        .then(|| format!("{apart} days after the second unanswered one, with an interval of {}", series.every))
}

pub fn at_rest_after_three_unanswered(past: &Past, decision: &Decision) -> Option<String> {
    let (owner, provider) = sent(decision)?;
    let series = series(past, decision, owner, provider)?;
    let unanswered = unanswered(past, series, decision.line).len();
    (unanswered >= 3).then(|| format!("{unanswered} in a row are unanswered"))
}

/// The provider's own cap (§2), of which ten is the most.
pub fn no_provider_has_more_than_ten_series(past: &Past) -> Vec<(usize, String)> {
    let mut sent_in: BTreeMap<&str, BTreeMap<&str, (usize, DateTime<Utc>)>> = BTreeMap::new();
    let mut broken = Vec::new();
    for decision in &past.decisions {
        let Some((owner, provider)) = sent(decision) else { continue };
        let Some(own) = series(past, decision, owner, provider) else { continue };
        let running = sent_in.entry(provider).or_default();
        running.insert(&own.label, (decision.line, decision.at));
        running.retain(|label, _| {
            let series = &past.series[*label];
            let ended = series.at + Duration::days(84 + 5) < decision.at
                || !past.is_active(&series.owner, &series.provider, decision.line);
            !ended && !stopped(past, series, decision.line)
        });
        if running.len() > 10 {
            broken.push((decision.line, format!("{provider} has {} running series", running.len())));
        }
    }
    broken
}
