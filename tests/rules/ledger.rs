//! The form of the ledger: order, identities, offsets, versions.

use super::output::Decision;
use super::past::Past;
use chrono::{Duration, NaiveDate, Offset};
use std::collections::BTreeMap;

pub fn ordered_by_time(past: &Past) -> Vec<(usize, String)> {
    past.times()
        .windows(2)
        .filter(|pair| pair[1].1 < pair[0].1)
        .map(|pair| (pair[1].0, format!("{} comes after {}", pair[1].1, pair[0].1)))
        .collect()
}

/// What the slot is about, as far as the line says.
fn subject(decision: &Decision) -> Option<String> {
    let pair = || Some(format!("{} {}", decision.owner.as_deref()?, decision.provider.as_deref()?));
    match decision.job.as_str() {
        "digest" => Some(decision.recipient.clone()),
        "plan_review" => decision.owner.clone(),
        "check_in" | "agreement_round" => pair(),
        "response_reminder" | "overdue_notice" => decision.message().map(str::to_owned),
        // Two unread stretches can begin on one day.
        _ => decision.subject.clone(),
    }
}

/// One final outcome for each job, subject, slot and recipient; `held` is settled later.
pub fn every_identity_ends_once(past: &Past) -> Vec<(usize, String)> {
    type Identity<'p> = (&'p str, String, NaiveDate, &'p str);
    let mut ended: BTreeMap<Identity<'_>, usize> = BTreeMap::new();
    let mut broken = Vec::new();
    for decision in past.decisions.iter().filter(|decision| decision.outcome != "held") {
        let Some(subject) = subject(decision) else { continue };
        let identity = (decision.job.as_str(), subject, decision.slot, decision.recipient.as_str());
        if let Some(before) = ended.insert(identity, decision.line) {
            broken.push((decision.line, format!("line {before} has settled {} of {}", decision.job, decision.slot)));
        }
    }
    broken
}

/// A check-in is sent on its day and within 24 hours; a digest and a reminder on the day itself; a
/// prompt within a week.
pub fn sent_on_the_slot_s_day_or_while_useful(past: &Past, decision: &Decision) -> Option<String> {
    if !decision.went_out() {
        return None;
    }
    let day = past.day_of(&decision.recipient, decision.at, decision.line);
    let late = (day - decision.slot).num_days();
    let useful = match decision.job.as_str() {
        "check_in" => late == 0,
        "digest" | "response_reminder" => late == 0,
        "plan_review" | "agreement_round" => (0..=7).contains(&late),
        // Held over a night, or over a row of quiet days.
        _ => (0..=7).contains(&late),
    };
    (!useful).then(|| format!("the slot is {}, and it was {day} for {}", decision.slot, decision.recipient))
}

pub fn the_offset_is_the_zone_s(_: &Past, decision: &Decision) -> Option<String> {
    let right = decision.at.with_timezone(&decision.zone).offset().fix();
    let written = *decision.written.offset();
    (written != right).then(|| format!("{written}, but {} has {right} then", decision.zone))
}

pub fn the_zone_is_the_recipient_s(past: &Past, decision: &Decision) -> Option<String> {
    let zone = past.zone_of(&decision.recipient, decision.line);
    (decision.zone != zone).then(|| format!("{}, but {} is in {zone}", decision.zone, decision.recipient))
}

pub fn channels_fit_the_outcome(_: &Past, decision: &Decision) -> Option<String> {
    let went = decision.channels.iter().map(String::as_str);
    if let Some(unknown) = went.clone().find(|channel| !matches!(*channel, "in_app" | "push" | "email")) {
        return Some(format!("{unknown} is no channel"));
    }
    if decision.outcome == "sent" && decision.channels.is_empty() {
        return Some("sent nowhere".to_owned());
    }
    let nowhere = matches!(decision.outcome.as_str(), "held" | "skipped" | "cancelled");
    if nowhere && !decision.channels.is_empty() {
        return Some(format!("{}, yet on {:?}", decision.outcome, decision.channels));
    }
    let mail = decision.job != "digest" && went.clone().any(|channel| channel == "email");
    mail.then(|| "only the digest goes by e-mail".to_owned())
}

/// Owners get everything but digests and reminders; a provider gets nothing else.
pub fn recipients_fit_the_job(past: &Past, decision: &Decision) -> Option<String> {
    let to_provider = matches!(decision.job.as_str(), "digest" | "response_reminder");
    let owner = decision.owner.as_deref();
    if !to_provider {
        return (owner != Some(decision.recipient.as_str()))
            .then(|| format!("{} is not the owner", decision.recipient));
    }
    if owner == Some(decision.recipient.as_str()) {
        return Some("an owner is not reminded".to_owned());
    }
    let (owner, provider) = decision.pair().filter(|(_, provider)| *provider != decision.recipient)?;
    // Somebody else than the provider only while she stands in.
    let day = past.day_of(&decision.recipient, decision.at, decision.line);
    let near = (-1..=1).any(|on| {
        past.substitute(owner, provider, day + Duration::days(on), decision.line).as_deref()
            == Some(&decision.recipient)
    });
    (!near).then(|| format!("{} does not stand in for {provider}", decision.recipient))
}

pub fn versions_are_those_in_force(past: &Past, decision: &Decision) -> Option<String> {
    let published = past.of_nobody(decision.line).rfind(|event| event.kind == "policy_published");
    let policy = published.map_or(past.run.policy_version, |event| event.number("version") as u64);
    if decision.policy_version != policy {
        return Some(format!("policy {} is in force, not {}", policy, decision.policy_version));
    }
    let (owner, provider) = decision.pair()?;
    let named = decision.agreement_version?;
    let agreed = past.terms(owner, provider, decision.line).map(|terms| terms.version);
    (agreed != Some(named)).then(|| format!("agreement {agreed:?} is in force, not {named}"))
}
