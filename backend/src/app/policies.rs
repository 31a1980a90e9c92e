//! The organisation's policy: read by everybody in it, changed by its admins.

use crate::app::sessions::Caller;
use crate::app::{Answer, Refusal, bounds};
use crate::state::App;
use crate::texts::Fault;
use crate::views;
use domain::ids::{AccountId, OrgPolicyId};
use domain::organisation_policy::{FIRST_VERSION, Rules};
use domain::policy::OnOrganisation;
use domain::wording::FieldFault;
use mobile_contract::policy::{PoliciesOut, PolicyOut, RulesOut, RulesPatch};
use mobile_contract::problem::ProblemCode;
use poem_openapi::types::{ParseFromJSON, ToJSON};
use serde_json::{Map, Value};
use storage::policies::{self, NewPolicy};
use storage::{StorageError, accounts, for_organisation, rows};

const LIST: &str = "list_policy_versions";
/// A version, whether it was written down or is the default.
struct Version {
    number: i32,
    rules: Rules,
    row: Option<rows::OrgPolicy>,
}

/// The policy in force.
pub async fn get(app: &App, caller: Caller) -> Answer<PolicyOut> {
    for_organisation(caller.actor, OnOrganisation::ReadPolicy)?;
    let newest = page(app, caller, None, 1).await?;
    newest.items.into_iter().next().ok_or_else(Refusal::not_found)
}

/// Every version, newest first.
pub async fn versions(app: &App, caller: Caller, cursor: Option<&str>, limit: Option<u32>) -> Answer<PoliciesOut> {
    let limit = views::limit(limit)?;
    let before = views::place_by_number(app, caller, LIST, cursor)?;
    page(app, caller, before, limit).await
}

async fn page(app: &App, caller: Caller, before: Option<i32>, limit: u64) -> Answer<PoliciesOut> {
    let permit = for_organisation(caller.actor, OnOrganisation::ReadPolicy)?;
    let db = app.store.read();
    let of = caller.actor.organisation;
    let mut versions = Vec::new();
    for row in policies::versions(db, permit, before, limit + 1).await? {
        versions.push(Version { number: row.version, rules: policies::rules_of(&row)?, row: Some(row) });
    }
    // An organisation that never published has nothing written down.
    if versions.is_empty() && before.is_none() {
        versions.push(Version { number: FIRST_VERSION, rules: policies::first_rules(db, of).await?, row: None });
    }
    let shown = usize::try_from(limit).unwrap_or(usize::MAX).min(versions.len());
    let publishers: Vec<AccountId> =
        versions.iter().filter_map(|version| version.row.as_ref()?.created_by.map(AccountId)).collect();
    let publishers = accounts::many(db, &publishers).await?;
    let items = (0..shown)
        .map(|index| present(&versions[index], versions.get(index + 1), &publishers))
        .collect::<Answer<Vec<_>>>()?;
    let last = items.last().filter(|_| versions.len() > shown);
    let next_cursor = last.map(|last| views::cursor_by_number(app, caller, LIST, last.version, None));
    Ok(PoliciesOut { items, next_cursor })
}

/// Publishes the present rules with `changes`. It holds from the commit on: the planner looks again
/// at everything of the organisation.
pub async fn publish(
    app: &App,
    caller: Caller,
    changes: &Map<String, Value>,
    why: &str,
    if_match: Option<&str>,
) -> Answer<PolicyOut> {
    let permit = for_organisation(caller.actor, OnOrganisation::PublishPolicy)?;
    let (version, present) = policies::in_force(app.store.read(), caller.actor.organisation).await?;
    views::if_match(if_match, version)?;
    let why = why.trim();
    if why.is_empty() {
        return Err(Refusal::field("/why", FieldFault::Required));
    }
    bounds::text("/why", why, bounds::MAX_WHY)?;
    let new = NewPolicy {
        id: OrgPolicyId(app.store.new_id()),
        first_id: OrgPolicyId(app.store.new_id()),
        from_version: version,
        rules: changed(&present, changes)?,
        why: why.to_owned(),
    };
    let tx = app.store.write().await?;
    policies::publish(&tx, permit, new, app.now()).await?;
    tx.commit().await?;
    get(app, caller).await
}

/// `present` with `changes`, or the faults by their place in the body.
pub(super) fn changed(present: &Rules, changes: &Map<String, Value>) -> Answer<Rules> {
    present.with_changes(changes).map_err(|faults| Refusal {
        fields: faults.into_iter().map(|(at, fault)| (format!("/changes{at}"), Fault::from(fault))).collect(),
        ..Refusal::new(ProblemCode::Invalid)
    })
}

/// The changes as named values.
pub fn named(changes: &RulesPatch) -> Map<String, Value> {
    match changes.to_json() {
        Some(Value::Object(named)) => named,
        _ => Map::new(),
    }
}

fn present(version: &Version, before: Option<&Version>, publishers: &[rows::Account]) -> Answer<PolicyOut> {
    let published = version.row.as_ref().filter(|row| row.created_by.is_some());
    let by = published.and_then(|row| row.created_by);
    Ok(PolicyOut {
        version: version.number,
        rules: rules(&version.rules)?,
        published_at: published.map(|row| row.created_at),
        published_by: by.and_then(|id| publishers.iter().find(|account| account.id == id)).map(views::party),
        why: published.map(|row| row.why.clone()),
        changed: before.map(|before| version.rules.changed_since(&before.rules)).unwrap_or_default(),
    })
}

/// Document and contract name and write every rule alike.
fn rules(rules: &Rules) -> Answer<RulesOut> {
    let corrupt = |what: String| Refusal::from(StorageError::Corrupt(what));
    let document = serde_json::to_value(rules).map_err(|error| corrupt(error.to_string()))?;
    RulesOut::parse_from_json(Some(document)).map_err(|error| corrupt(error.into_message()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_crosses_the_wire_and_back() {
        let out = rules(&Rules::default()).map_err(|refusal| refusal.code).expect("the defaults");
        let written = match out.to_json() {
            Some(Value::Object(mut written)) => {
                written.entry("template_keys").or_insert(Value::Null);
                Value::Object(written)
            }
            other => panic!("{other:?}"),
        };
        assert_eq!(written, serde_json::to_value(Rules::default()).expect("written"));
        let patch = RulesPatch::parse_from_json(Some(written.clone())).map_err(|error| error.into_message());
        assert_eq!(Value::Object(named(&patch.expect("a patch"))), written);
        assert!(named(&RulesPatch::default()).is_empty());
    }
}
