//! "Why did I get this, why not": the ledger as its owner, and as the provider who received it, reads it.

use crate::app::sessions::Caller;
use crate::app::{Answer, Refusal};
use crate::state::App;
use crate::{call, views};
use chrono::NaiveDate;
use domain::gate::Reason;
use domain::ids::{AccountId, SlotId};
use domain::policy::{InRelationship, OnOwn};
use domain::wording::{LedgerLine, ProviderLedgerLine, Wording};
use domain::words::{Job, Outcome, Role};
use mobile_contract::ledger::{GateResultOut, LedgerOut, LedgerRecipient, LedgerRowOut};
use std::collections::BTreeMap;
use storage::ledger::Filter;
use storage::{Authorized, StorageError, accounts, ledger, relationships, rows};
use uuid::Uuid;

/// Dates further out are nobody's slot, and not every database keeps them.
const DATES: (NaiveDate, NaiveDate) = match (NaiveDate::from_ymd_opt(1900, 1, 1), NaiveDate::from_ymd_opt(9999, 12, 31))
{
    (Some(first), Some(last)) => (first, last),
    _ => (NaiveDate::MIN, NaiveDate::MAX),
};

pub async fn list(
    app: &App,
    caller: Caller,
    filter: Filter,
    cursor: Option<&str>,
    limit: Option<u32>,
) -> Answer<LedgerOut> {
    let permit = relationships::leave(caller.actor, OnOwn::Ledger, caller.actor.account)?;
    let limit = views::limit(limit)?;
    let within = |date: NaiveDate| date.clamp(DATES.0, DATES.1);
    let filter = Filter { from: filter.from.map(within), to: filter.to.map(within), ..filter };
    let list = format!("list_ledger {filter:?}");
    let after = views::place(app, caller, &list, cursor)?;
    let mut found = ledger::page(app.store.read(), permit, filter, after, limit + 1).await?;
    let next_cursor =
        views::cut(&mut found, limit).map(|last| views::cursor(app, caller, &list, (last.planned_at, last.id)));
    Ok(LedgerOut { items: present(app, caller, found).await?, next_cursor })
}

pub async fn get(app: &App, caller: Caller, id: SlotId) -> Answer<LedgerRowOut> {
    let row = ledger::row(app.store.read(), caller.actor, id).await?;
    present(app, caller, vec![row]).await?.pop().ok_or_else(Refusal::not_found)
}

async fn present(app: &App, caller: Caller, found: Vec<Authorized<rows::Slot>>) -> Answer<Vec<LedgerRowOut>> {
    let now = app.now();
    // A provider keeps the record of what went to him, but no name from a relationship he is out of.
    let seen: BTreeMap<Uuid, storage::relationships::Related> =
        relationships::of_account(app.store.read(), caller.actor.account, now)
            .await?
            .into_iter()
            .filter_map(|related| relationships::authorize(caller.actor, InRelationship::See, related).ok())
            .map(|related| (related.row.id, related.into_inner()))
            .collect();
    let owner = caller.actor.role == Role::ServiceUser;
    let other = |row: &rows::Slot| {
        let visible = row.relationship_id.is_none_or(|id| seen.contains_key(&id));
        if owner { row.provider_id } else { row.owner_id.filter(|_| visible) }
    };
    let ids: Vec<AccountId> = found.iter().filter_map(|row| other(row)).map(AccountId).collect();
    let people = accounts::many(app.store.read(), &ids).await?;
    found
        .into_iter()
        .map(|row| {
            let concerns = other(&row).and_then(|id| people.iter().find(|person| person.id == id));
            let visible = owner || concerns.is_some();
            Ok(LedgerRowOut {
                id: row.id,
                job: views::word(&row.job)?,
                slot_on: row.on_date,
                recipient: if row.recipient_id == caller.actor.account.0 {
                    LedgerRecipient::You
                } else {
                    LedgerRecipient::Provider
                },
                concerns: concerns.map(views::party),
                relationship_id: row.relationship_id.filter(|_| visible),
                outcome: views::word(&row.outcome)?,
                reason: views::word(&row.reason)?,
                gates: gates(&row)?,
                policy_version: row.policy_version,
                agreement_version: row.agreement_version.filter(|_| visible),
                channels: list_of(&row.channels)?.iter().map(|word| views::word(word)).collect::<Answer<_>>()?,
                promised_on: row.promised_on.filter(|_| visible),
                planned_at: row.planned_at,
                decided_at: row.decided_at,
                settled_at: row.settled_at,
                words: words(&row, owner, concerns)?,
            })
        })
        .collect()
}

fn words(row: &rows::Slot, owner: bool, concerns: Option<&rows::Account>) -> Answer<String> {
    let job: Job = row.job.parse().map_err(StorageError::from)?;
    let outcome: Outcome = row.outcome.parse().map_err(StorageError::from)?;
    let reason: Reason = row.reason.parse().map_err(StorageError::from)?;
    let name = concerns.map(|person| views::first_name(&person.display_name));
    let wording = Wording::built_in();
    Ok(if owner {
        wording.ledger_line(call::language(), &LedgerLine { job, outcome, reason, provider: name })
    } else {
        wording.provider_ledger_line(call::language(), &ProviderLedgerLine { job, outcome, reason, owner: name })
    })
}

fn gates(row: &rows::Slot) -> Answer<Vec<GateResultOut>> {
    let asked: Vec<(String, String)> = serde_json::from_value(row.gates.clone()).map_err(StorageError::from)?;
    asked.iter().map(|(row, says)| Ok(GateResultOut { row: views::word(row)?, says: views::word(says)? })).collect()
}

fn list_of(json: &serde_json::Value) -> Answer<Vec<String>> {
    Ok(serde_json::from_value(json.clone()).map_err(StorageError::from)?)
}
