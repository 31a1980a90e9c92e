//! The statements by which due work is found, caught as they leave the production code, and how the database
//! carries them out.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::Value;
use std::sync::{Arc, Mutex, PoisonError};
use storage::{Result, Store, deliveries, due, due_clocks, series, slots};
use uuid::Uuid;

/// Rows asked for at once.
const LIMIT: u64 = 500;

/// A statement, and the partial index that has to carry it.
#[derive(Clone, Debug)]
pub struct Lookup {
    pub name: &'static str,
    pub index: &'static str,
    pub statement: Statement,
}

/// How a database carries out a lookup.
#[derive(Clone, Debug)]
pub struct Carried {
    /// As the database says it.
    pub plan: String,
    /// Over the partial index, and no table is read from end to end.
    pub indexed: bool,
    /// Pages touched, where the database counts them.
    pub pages: Option<u64>,
}

/// The lookups of a turn at `now`, each run once.
pub async fn lookups(store: &Store, now: DateTime<Utc>) -> Result<Vec<Lookup>> {
    let last = Arc::new(Mutex::new(None));
    let mut heard = store.clone();
    let hears = Arc::clone(&last);
    heard.on_statement(move |statement, _| {
        *hears.lock().unwrap_or_else(PoisonError::into_inner) = Some(statement.clone());
    });
    let caught = |name, index| Lookup {
        name,
        index,
        statement: last.lock().unwrap_or_else(PoisonError::into_inner).take().expect("a statement was run"),
    };
    let mut found = Vec::new();
    series::due(heard.read(), now, LIMIT).await?;
    found.push(caught("series::due", "series_next"));
    let tx = heard.write().await?;
    series::take(&tx, now, LIMIT).await?;
    found.push(caught("series::take", "series_next"));
    tx.rollback().await?;
    slots::due(heard.read(), now, LIMIT).await?;
    found.push(caught("slots::due", "slot_next"));
    due_clocks::due(heard.read(), now, LIMIT).await?;
    found.push(caught("due_clocks::due", "reply_clock_next"));
    for index in ["series_next", "slot_next", "reply_clock_next"] {
        due::next(heard.read()).await?;
        found.push(caught("due::next", index));
    }
    let tx = heard.write().await?;
    deliveries::claim(&tx, Uuid::nil(), TimeDelta::minutes(5), 100, now).await?;
    found.push(caught("deliveries::claim", "delivery_due"));
    tx.rollback().await?;
    deliveries::next_due(heard.read()).await?;
    found.push(caught("deliveries::next_due", "delivery_due"));
    Ok(found)
}

/// Runs a lookup under EXPLAIN and takes back what it changed. On PostgreSQL it is also planned for any parameters,
/// as a statement prepared once may be from its sixth run on.
pub async fn carried(store: &Store, lookup: &Lookup) -> Result<Vec<Carried>> {
    match store.backend() {
        DbBackend::Postgres => {
            let tx = store.write().await?;
            let explain = "explain (analyze, buffers, format json)";
            let once = Statement { sql: format!("{explain} {}", lookup.statement.sql), ..lookup.statement.clone() };
            let mut plans = tx.query_all_raw(once).await?;
            tx.execute_unprepared(&format!(
                "set local plan_cache_mode = force_generic_plan; prepare lookup as {}",
                lookup.statement.sql
            ))
            .await?;
            let count = lookup.statement.values.as_ref().map_or(0, |values| values.0.len());
            let places: Vec<String> = (1..=count).map(|place| format!("${place}")).collect();
            let arguments = if places.is_empty() { String::new() } else { format!("({})", places.join(", ")) };
            let prepared =
                Statement { sql: format!("{explain} execute lookup{arguments}"), ..lookup.statement.clone() };
            // EXECUTE takes no parameters: they are written out.
            let written = Statement::from_string(DbBackend::Postgres, prepared.to_string());
            plans.extend(tx.query_all_raw(written).await?);
            tx.execute_unprepared("deallocate lookup").await?;
            tx.rollback().await?;
            plans
                .into_iter()
                .map(|row| {
                    let plan: Value = row.try_get_by_index(0)?;
                    Ok(judged(&plan[0]["Plan"], lookup.index))
                })
                .collect()
        }
        _ => {
            let explained =
                Statement { sql: format!("explain query plan {}", lookup.statement.sql), ..lookup.statement.clone() };
            let steps: Vec<String> = store
                .read()
                .query_all_raw(explained)
                .await?
                .into_iter()
                .map(|row| row.try_get("", "detail"))
                .collect::<std::result::Result<_, _>>()?;
            let over = |step: &String| step.ends_with(lookup.index) || step.contains(&format!("{} (", lookup.index));
            let whole = |step: &String| step.starts_with("SCAN") && !step.contains(" INDEX ");
            let indexed = steps.iter().any(over) && !steps.iter().any(whole);
            Ok(vec![Carried { plan: steps.join("; "), indexed, pages: None }])
        }
    }
}

fn judged(plan: &Value, index: &str) -> Carried {
    let mut nodes = Vec::new();
    let mut open = vec![plan];
    while let Some(node) = open.pop() {
        open.extend(node["Plans"].as_array().into_iter().flatten().rev());
        let kind = node["Node Type"].as_str().unwrap_or_default();
        let over = node["Index Name"].as_str().or(node["Relation Name"].as_str());
        nodes.push((kind, over));
    }
    let count = |name: &str| plan[name].as_u64().unwrap_or(0);
    Carried {
        plan: nodes
            .iter()
            .map(|(kind, over)| over.map_or_else(|| (*kind).to_owned(), |over| format!("{kind} {over}")))
            .collect::<Vec<_>>()
            .join(" > "),
        indexed: nodes.iter().any(|(_, over)| *over == Some(index))
            && nodes.iter().all(|(kind, _)| *kind != "Seq Scan"),
        pages: Some(count("Shared Hit Blocks") + count("Shared Read Blocks")),
    }
}
