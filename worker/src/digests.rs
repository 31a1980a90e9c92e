//! Building a digest: at the moment of sending, with a constant number of queries. What was recalled
//! or is no longer shared has vanished; what was read is no longer new.

use crate::planner::decided;
use chrono::{DateTime, NaiveDate, Utc};
use domain::digest::{Candidate, Digest, Section, compose as order};
use domain::gate::{self, AbsenceFacts, Decision, Facts, Reason, Verdict};
use domain::ids::{AccountId, SlotId};
use domain::organisation_policy::Rules;
use domain::words::{AccountState, Job, Module, Outcome, RelationshipState};
use sea_orm::ConnectionTrait;
use serde_json::json;
use storage::digests::{self, Gathered};
use storage::slots::{Decided, NewSlot};
use storage::{Result, Store, WriteTx, accounts, instance, rows, slots};
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
    let Gathered { mut candidates, clocks } = digests::gather(db, provider, today, rules, now).await?;
    let mut verdict = None;
    if candidates.iter().any(|line| line.section == Section::Waiting) {
        let asked = reminder(db, provider, now).await?;
        if !matches!(asked.decision, Decision::Send { .. }) {
            candidates.retain(|line| line.section != Section::Waiting);
        }
        verdict = Some(asked);
    }
    Ok(Composed { digest: order(candidates, rules.digest_lines), clocks, verdict })
}

/// The gate of job B, once for all lines: what differs between them (an active relationship, an
/// open clock, presence or an accepted hand-over) is what gathering selects by.
async fn reminder(db: &impl ConnectionTrait, provider: AccountId, now: DateTime<Utc>) -> Result<Verdict> {
    let recipient = accounts::for_machinery(db, provider).await?;
    let state = recipient.map(|account| account.state.parse::<AccountState>()).transpose()?;
    let facts = Facts {
        kill_switch: Some(instance::kill_switch(db).await?.on),
        recipient: state,
        relationship: Some(RelationshipState::Active),
        shared: Some(true),
        absence: Some(AbsenceFacts::default()),
        something_to_say: Some(true),
        ..Facts::unknown(now)
    };
    Ok(gate::evaluate(Job::ResponseReminder, &facts))
}

/// Builds the digest of a slot if it is not built yet, with the ledger's line for each reminder in
/// it. `false`: there is nothing to say any more. The slot's channels ask at the same time, and get the same one.
pub async fn build(store: &Store, tx: &WriteTx, slot: &rows::Slot, rules: &Rules, now: DateTime<Utc>) -> Result<bool> {
    let provider = AccountId(slot.recipient_id);
    slots::lock(tx, SlotId(slot.id)).await?;
    if digests::of_date(&**tx, provider, slot.on_date).await?.is_some() {
        return Ok(true);
    }
    let composed = compose(&**tx, provider, slot.on_date, rules, now).await?;
    let digest = &composed.digest;
    if digest.lines.is_empty() {
        return Ok(false);
    }
    digests::record(tx, store.new_id(), provider, slot.on_date, SlotId(slot.id), digest, now).await?;
    let items: Vec<Uuid> = digest.lines.iter().filter_map(item).collect();
    let long = digest.lines.iter().filter(|line| line.long).count();
    slots::fill(tx, SlotId(slot.id), json!(items), i32::try_from(long).ok(), slot.closes_at).await?;
    for line in digest.lines.iter().filter(|line| line.due_today || line.overdue) {
        remind(store, tx, slot, line, &composed, now).await?;
    }
    Ok(true)
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
async fn remind(
    store: &Store,
    tx: &WriteTx,
    slot: &rows::Slot,
    line: &Candidate,
    composed: &Composed,
    now: DateTime<Utc>,
) -> Result<()> {
    let Some(clock) = composed.clocks.iter().find(|clock| Some(clock.id) == line.clock.map(Uuid::from)) else {
        return Ok(());
    };
    let gates = composed.verdict.as_ref().map(Verdict::asked).unwrap_or_default();
    let new = NewSlot {
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
    };
    decided::write(tx, None, new, now).await?;
    Ok(())
}
