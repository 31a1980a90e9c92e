//! Building digests: at the moment of sending, many at once, with a constant number of queries. What was recalled
//! or is no longer shared has vanished; what was read is no longer new.

use crate::meters;
use chrono::{DateTime, NaiveDate, Utc};
use domain::digest::{Candidate, Digest, DigestCounts, Section, compose as order};
use domain::gate::{self, AbsenceFacts, Decision, Facts, Reason, Verdict};
use domain::ids::{AccountId, SlotId};
use domain::item_changes::ItemChanges;
use domain::organisation_policy::Rules;
use domain::plan_changes::PlanChanges;
use domain::words::{AccountState, Job, Module, Outcome, RelationshipState};
use sea_orm::ConnectionTrait;
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use storage::briefing::{Briefing, Subject};
use storage::digests::{self, Asked, Gathered, NewDigest};
use storage::slots::{Decided, Filled, NewSlot};
use storage::{Result, Store, WriteTx, rows, slots};
use uuid::Uuid;

/// A digest with what the gate said of each reminder in it.
#[derive(Debug)]
pub struct Composed {
    pub digest: Digest,
    pub clocks: Vec<rows::ReplyClock>,
    verdict: Option<Verdict>,
}

/// Gathers and orders what `provider` gets on her date `today`.
pub async fn compose(
    db: &impl ConnectionTrait,
    provider: AccountId,
    today: NaiveDate,
    rules: &Rules,
    now: DateTime<Utc>,
) -> Result<Composed> {
    let briefing = Briefing::of(db, &[subject(provider)], now).await?;
    let mut composed = compose_all(db, &briefing, &[Asked { provider, today, rules }]).await?;
    composed.pop().ok_or_else(|| storage::StorageError::Corrupt("a digest was not composed".into()))
}

/// What a briefing for a digest is about.
pub(crate) const fn subject<'a>(provider: AccountId) -> Subject<'a> {
    Subject {
        job: Job::Digest,
        recipient: Some(provider),
        owner: None,
        provider: Some(provider),
        relationship: None,
        series: None,
    }
}

/// The same for several, in their order, with as many queries as for one. Each must be among the briefing's subjects.
pub async fn compose_all(db: &impl ConnectionTrait, briefing: &Briefing, asked: &[Asked<'_>]) -> Result<Vec<Composed>> {
    let gathered = digests::gather(db, briefing, asked).await?;
    let cap = |one: &Asked<'_>| one.rules.digest_lines;
    asked.iter().zip(gathered).map(|(one, gathered)| composed(briefing, one, gathered, cap(one))).collect()
}

fn composed(briefing: &Briefing, asked: &Asked<'_>, gathered: Gathered, cap: u32) -> Result<Composed> {
    let Gathered { mut candidates, clocks } = gathered;
    let mut verdict = None;
    if candidates.iter().any(|line| line.section == Section::Waiting) {
        let reminder = reminder(briefing, asked.provider)?;
        if !matches!(reminder.decision, Decision::Send { .. }) {
            candidates.retain(|line| line.section != Section::Waiting);
        }
        verdict = Some(reminder);
    }
    Ok(Composed { digest: order(candidates, cap), clocks, verdict })
}

/// The gate of job B, once for all lines: what differs between them (an active relationship, an
/// open clock, presence or an accepted hand-over) is what gathering selects by.
fn reminder(briefing: &Briefing, provider: AccountId) -> Result<Verdict> {
    let facts = Facts {
        kill_switch: Some(briefing.kill_switch),
        recipient: Some(briefing.account(provider)?.state.parse::<AccountState>()?),
        relationship: Some(RelationshipState::Active),
        shared: Some(true),
        absence: Some(AbsenceFacts::default()),
        something_to_say: Some(true),
        ..Facts::unknown(briefing.now)
    };
    Ok(gate::evaluate(Job::ResponseReminder, &facts))
}

/// Builds the digests of these slots that are not built yet, with the ledger's line for each reminder in them; tells of
/// each slot how much there is to say now, and `None` where there is nothing. The slots' channels ask at the same time,
/// and get the same digest. One that is tried again says of it what still holds, and nothing that came since.
pub async fn build(
    store: &Store,
    tx: &WriteTx,
    briefing: &Briefing,
    wanted: &[(&rows::Slot, &Rules)],
) -> Result<BTreeMap<Uuid, Option<DigestCounts>>> {
    let ids: Vec<Uuid> = wanted.iter().map(|(slot, _)| slot.id).collect();
    slots::lock_all(tx, &ids).await?;
    let key = |slot: &rows::Slot| (AccountId(slot.recipient_id), slot.on_date);
    let built = digests::of_dates(&**tx, &wanted.iter().map(|(slot, _)| key(slot)).collect::<Vec<_>>()).await?;
    let runs: Vec<Uuid> = built.values().map(|run| run.id).collect();
    let listed = digests::lines_of(&**tx, &runs).await?;
    let asked: Vec<Asked<'_>> = wanted
        .iter()
        .map(|(slot, rules)| Asked { provider: AccountId(slot.recipient_id), today: slot.on_date, rules })
        .collect();
    let gathered = digests::gather(&**tx, briefing, &asked).await?;
    let mut told = BTreeMap::new();
    let mut due = Vec::new();
    for (((slot, _), asked), gathered) in wanted.iter().zip(&asked).zip(gathered) {
        if let Some(run) = built.get(&key(slot)) {
            let now = composed(briefing, asked, gathered, u32::MAX)?.digest;
            let listed = listed.get(&run.id).map_or(&[][..], Vec::as_slice);
            told.insert(slot.id, counts(&still_there(now, listed)?));
        } else {
            let composed = composed(briefing, asked, gathered, asked.rules.digest_lines)?;
            told.insert(slot.id, counts(&composed.digest));
            due.push((*slot, composed));
        }
    }
    let (mut new, mut filled, mut reminded) = (Vec::new(), Vec::new(), Vec::new());
    for (slot, composed) in due.iter().filter(|(_, composed)| !composed.digest.lines.is_empty()) {
        let digest = &composed.digest;
        let (provider, on_date) = key(slot);
        new.push(NewDigest { id: store.new_id(), provider, on_date, slot: SlotId(slot.id), digest });
        let items: Vec<Uuid> = digest.lines.iter().filter_map(item).collect();
        let long = digest.lines.iter().filter(|line| line.long).count();
        filled.push(Filled { slot, items: json!(items), long_count: i32::try_from(long).ok() });
        let due = digest.lines.iter().filter(|line| line.due_today || line.overdue);
        reminded.extend(due.filter_map(|line| reminding(store, slot, line, composed, briefing.now)));
    }
    digests::record(tx, &new, briefing.now).await?;
    slots::fill_all(tx, &filled).await?;
    for slot in &reminded {
        meters::decided(tx, slot.job, slot.decided.outcome);
    }
    slots::plan_all(tx, reminded, briefing.now).await?;
    Ok(told)
}

fn counts(digest: &Digest) -> Option<DigestCounts> {
    (!digest.lines.is_empty()).then(|| DigestCounts::of(digest))
}

/// What `now` says of the lines that were `listed`.
fn still_there(mut now: Digest, listed: &[rows::DigestLine]) -> Result<Digest> {
    let mut left = Vec::with_capacity(listed.len());
    for line in now.lines {
        let mut of_line = false;
        for row in listed {
            of_line |= tells_of(&line, row)?;
        }
        if of_line {
            left.push(line);
        }
    }
    (now.lines, now.more) = (left, 0);
    Ok(now)
}

/// Whether a line is about what was listed in `row`; it may stand in another section by now.
fn tells_of(line: &Candidate, row: &rows::DigestLine) -> Result<bool> {
    let about = (line.message.map(Uuid::from), line.slot.map(Uuid::from), line.series.map(Uuid::from));
    let news = (line.review.map(Uuid::from), line.proposal.map(Uuid::from), line.module.map(|module| module.as_str()));
    if line.relationship.0 != row.relationship_id
        || about != (row.message_id, row.slot_id, row.series_id)
        || news != (row.review_id, row.proposal_id, row.module.as_deref())
    {
        return Ok(false);
    }
    let (plan, items) = (told::<PlanChanges>(&row.plan_changes)?, told::<ItemChanges>(&row.item_changes)?);
    let plan_holds = line.plan_changes.keys().any(|section| plan.contains_key(section));
    let items_hold = line.item_changes.keys().any(|item| items.contains_key(item));
    Ok(plan_holds || items_hold || (plan.is_empty() && items.is_empty()))
}

fn told<T: DeserializeOwned + Default>(changes: &Option<Json>) -> Result<T> {
    Ok(changes.clone().map(serde_json::from_value).transpose()?.unwrap_or_default())
}

/// What a line is about, as the ledger names it: a part of a toolbox by a name made of its owner's.
fn item(line: &Candidate) -> Option<Uuid> {
    line.message
        .map(Uuid::from)
        .or(line.slot.map(Uuid::from))
        .or(line.series.map(Uuid::from))
        .or(line.clock.map(Uuid::from))
        .or(line.review.map(Uuid::from))
        .or(line.proposal.map(Uuid::from))
        .or((!line.plan_changes.is_empty()).then_some(line.owner.into()))
        .or(line.module.map(|module| part_of_toolbox(line.owner, module)))
}

/// The ledger's name for a part of an owner's toolbox.
pub fn part_of_toolbox(owner: AccountId, module: Module) -> Uuid {
    Uuid::new_v5(&owner.0, module.as_str().as_bytes())
}

/// Job B's line in the owner's ledger: the provider was reminded, in her digest.
fn reminding(
    store: &Store,
    slot: &rows::Slot,
    line: &Candidate,
    composed: &Composed,
    now: DateTime<Utc>,
) -> Option<NewSlot> {
    let clock = composed.clocks.iter().find(|clock| Some(clock.id) == line.clock.map(Uuid::from))?;
    let gates = composed.verdict.as_ref().map(Verdict::asked).unwrap_or_default();
    Some(NewSlot {
        id: SlotId(store.new_id()),
        series: None,
        job: Job::ResponseReminder,
        subject: clock.id,
        on_date: slot.on_date,
        owner: Some(line.owner),
        // Whose promise it is; the reminder may go to whoever stands in.
        provider: Some(AccountId(clock.provider_id)),
        relationship: Some(line.relationship),
        recipient: AccountId(slot.recipient_id),
        recipient_zone: slot.recipient_zone.clone(),
        number: 0,
        position: None,
        items: Some(json!([clock.message_id.or(clock.slot_id)])),
        promised_on: Some(clock.promised_on),
        long_count: None,
        fires_at: now,
        next_at: None,
        closes_at: None,
        decided: Decided {
            outcome: Outcome::Folded,
            reason: Reason::Folded,
            gates: json!(gates),
            // A line of the digest: it has no channel of its own out of the house.
            channels: json!(["in_app"]),
            policy_version: slot.policy_version,
            agreement_version: None,
            counts_unanswered: false,
            sent_on: None,
        },
        trace: None,
    })
}
