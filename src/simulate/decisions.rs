//! The ledger's rows as lines of a run.

use super::fields::Label;
use super::line::Decision;
use super::span::in_zone;
use super::stage::Stage;
use chrono::{DateTime, Utc};
use domain::ids::{AccountId, MessageId, SeriesId, SlotId};
use domain::words::{Channel, Job, Module, Outcome};
use std::collections::BTreeMap;
use storage::{Result, StorageError, accounts, digests, messages, notices, rows, slots};
use uuid::Uuid;
use worker::digests::part_of_toolbox;

/// Reads the ledger on from where it was read last.
#[derive(Debug)]
pub struct Ledger {
    since: DateTime<Utc>,
    /// What was told already of rows decided at `since` or later.
    told: BTreeMap<Uuid, String>,
}

impl Ledger {
    pub fn from(start: DateTime<Utc>) -> Self {
        Self { since: start, told: BTreeMap::new() }
    }

    /// What was decided since the last call, in order.
    pub async fn news(&mut self, stage: &Stage) -> Result<Vec<Decision>> {
        let now = stage.app.now();
        let mut lines = Vec::new();
        for row in slots::decided_since(stage.store().read(), self.since).await? {
            // Handed to dispatch: it comes to something within the same instant. Check-ins and prompts
            // are sent or skipped; that one is asked again while its window is open is no decision yet.
            let asked_again = row.outcome == Outcome::Held.as_str() && row.series_id.is_some();
            if row.outcome == Outcome::Planned.as_str() || asked_again || self.told.get(&row.id) == Some(&row.outcome) {
                continue;
            }
            self.told.insert(row.id, row.outcome.clone());
            lines.push(decision(stage, &row).await?);
        }
        if now > self.since {
            let ids: Vec<Uuid> = slots::decided_since(stage.store().read(), now).await?.iter().map(|r| r.id).collect();
            let held = |outcome: &String| outcome == Outcome::Held.as_str();
            self.told.retain(|id, outcome| ids.contains(id) || held(outcome));
            self.since = now;
        }
        Ok(lines)
    }
}

async fn decision(stage: &Stage, row: &rows::Slot) -> Result<Decision> {
    let job: Job = row.job.parse()?;
    let zone = row.recipient_zone.parse::<chrono_tz::Tz>().map_err(|_| StorageError::Corrupt("zone".into()))?;
    let channels: Vec<Channel> = serde_json::from_value::<Vec<String>>(row.channels.clone())?
        .iter()
        .filter_map(|word| word.parse().ok())
        .collect();
    let outcome: Outcome = row.outcome.parse()?;
    let told = matches!(outcome, Outcome::Sent | Outcome::Folded);
    let mut items = Vec::new();
    for id in notices::items_of(row) {
        // What the provider did about her own message is news, and the message itself is not.
        let hers = job == Job::MessageNotice
            && messages::for_machinery(stage.store().read(), MessageId(id)).await?.is_some_and(|row| row.from_owner);
        if !hers {
            items.push(item(stage, id).await?);
        }
    }
    Ok(Decision {
        at: in_zone(zone, row.decided_at),
        job,
        slot: row.on_date,
        owner: row.owner_id.map(|id| stage.label(id)),
        provider: row.provider_id.map(|id| stage.label(id)),
        recipient: stage.label(row.recipient_id),
        recipient_zone: zone,
        outcome,
        reason: row.reason.clone(),
        channels: if told { channels } else { Vec::new() },
        items: (!items.is_empty()).then_some(items),
        promised: row.promised_on,
        long: row.long_count.and_then(|count| u32::try_from(count).ok()),
        policy_version: u32::try_from(row.policy_version).unwrap_or(0),
        agreement_version: row.agreement_version.and_then(|version| u32::try_from(version).ok()),
        subject: Some(subject(stage, job, row).await?),
        sections: sections(stage, job, row).await?,
    })
}

/// What the slot is about, by its name in the run.
async fn subject(stage: &Stage, job: Job, row: &rows::Slot) -> Result<Label> {
    Ok(match job {
        Job::Digest => stage.label(row.recipient_id),
        Job::PlanReview => plan_of(stage, row.recipient_id),
        Job::AgreementRound => round(stage, row),
        Job::OverdueNotice | Job::ResponseReminder => match notices::items_of(row).first() {
            Some(id) => item(stage, *id).await?,
            None => stage.label(row.subject),
        },
        Job::CheckIn | Job::MessageNotice => stage.label(row.subject),
    })
}

/// A message or proposal by its name; a plan, or a part of a toolbox, by whose it is; a check-in as `series/slot`, another
/// prompt as what it is about and its slot.
async fn item(stage: &Stage, id: Uuid) -> Result<Label> {
    let db = stage.store().read();
    let Some(slot) = slots::by_id(db, SlotId(id)).await? else {
        // One that is to come is known by its series alone.
        let to_come = storage::series::by_id(db, SeriesId(id)).await?.and_then(|series| series.slot_on);
        let label = stage.label(id);
        if accounts::for_machinery(db, AccountId(id)).await?.is_some() {
            return Ok(plan_of(stage, id));
        }
        return Ok(to_come.map_or(label.clone(), |on| Label(format!("{}/{on}", label.as_str()))));
    };
    let about = match (slot.job.parse::<Job>()?, slot.series_id) {
        (Job::PlanReview, _) => plan_of(stage, slot.recipient_id),
        (Job::AgreementRound, _) => round(stage, &slot),
        (_, Some(series)) => stage.label(series),
        (_, None) => return Ok(stage.label(id)),
    };
    Ok(Label(format!("{}/{}", about.as_str(), slot.on_date)))
}

fn plan_of(stage: &Stage, owner: Uuid) -> Label {
    Label(format!("plan/{}", stage.label(owner).as_str()))
}

/// The agreement between the two of a slot.
fn round(stage: &Stage, slot: &rows::Slot) -> Label {
    let of = |id: Option<Uuid>| id.map(|id| stage.label(id).0).unwrap_or_default();
    Label(format!("agreement/{}/{}", of(slot.owner_id), of(slot.provider_id)))
}

async fn sections(stage: &Stage, job: Job, row: &rows::Slot) -> Result<Option<BTreeMap<String, Vec<Label>>>> {
    if job != Job::Digest || row.outcome != Outcome::Sent.as_str() {
        return Ok(None);
    }
    let db = stage.store().read();
    let Some(run) = digests::of_date(db, AccountId(row.recipient_id), row.on_date).await? else { return Ok(None) };
    let mut sections: BTreeMap<String, Vec<Label>> = BTreeMap::new();
    for line in digests::lines(db, run.id).await? {
        let part = line.module.as_deref().map(str::parse::<Module>).transpose()?;
        let part = part.map(|module| part_of_toolbox(AccountId(line.owner_id), module));
        let about = line.message_id.or(line.slot_id).or(line.series_id).or(line.clock_id);
        let label = match about.or(line.proposal_id).or(part) {
            Some(id) => item(stage, id).await?,
            None => plan_of(stage, line.owner_id),
        };
        sections.entry(line.section).or_default().push(label);
    }
    Ok(Some(sections))
}
