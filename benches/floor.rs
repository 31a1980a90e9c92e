//! The least that planning costs on a database: what is due is found, moved on by a fortnight, and written to ledger
//! and outbox, all in SQL, in one commit, without asking whether it may be sent.

use super::crowd::FLOORS_MINUTE;
use sea_orm::{ConnectionTrait, DbBackend};
use std::time::{Duration, Instant};
use storage::{Result, Store};

const SLOT: &str = "id, series_id, job, subject, on_date, owner_id, relationship_id, recipient_id, recipient_zone, \
                    number, position, outcome, reason, gates, channels, policy_version, counts_unanswered, fires_at, \
                    sent_on, planned_at, decided_at";
const NOTIFICATION: &str = "id, slot_id, job, recipient_id, owner_id, relationship_id, opaque_id, collapse_id, \
                            created_at, expires_at";
const DELIVERY: &str = "id, notification_id, channel, action, state, attempts, crashes, next_attempt_at, created_at";

/// Plans what is due on the floor's minute; tells how long that took, the commit included.
pub async fn plan(store: &Store) -> Result<Duration> {
    let begun = Instant::now();
    let tx = store.write().await?;
    for statement in statements(store.backend()) {
        tx.execute_unprepared(&statement).await?;
    }
    tx.commit().await?;
    Ok(begun.elapsed())
}

/// Makes the same due again, and removes what was written for it.
pub async fn undo(store: &Store) -> Result<()> {
    let at = time(store.backend());
    let tx = store.write().await?;
    for statement in [
        format!("delete from delivery where created_at = {at}"),
        format!("delete from notification where created_at = {at}"),
        format!("delete from slot where decided_at = {at}"),
        format!("update series set next_at = {at} where id in (select id from chosen where at = {at})"),
    ] {
        tx.execute_unprepared(&statement).await?;
    }
    tx.commit().await
}

fn time(backend: DbBackend) -> String {
    let written = FLOORS_MINUTE.replace('Z', "+00:00");
    if backend == DbBackend::Postgres { format!("timestamptz '{written}'") } else { format!("'{written}'") }
}

fn statements(backend: DbBackend) -> Vec<String> {
    let at = time(backend);
    let (id, json) = match backend {
        DbBackend::Postgres => ("gen_random_uuid()", "jsonb '[]'"),
        _ => ("randomblob(16)", "'[]'"),
    };
    let slot = |of: &str| {
        format!(
            "insert into slot ({SLOT}) select {id}, id, job, id, anchor_on, owner_id, relationship_id, owner_id, \
             zone, number, null, 'planned', 'due', {json}, {json}, 1, true, {at}, anchor_on, {at}, {at} from {of}"
        )
    };
    let notification = |of: &str| {
        format!(
            "insert into notification ({NOTIFICATION}) select {id}, id, job, recipient_id, owner_id, \
             relationship_id, {id}, '0123456789abcdef0123456789abcdef', {at}, {at} from {of}"
        )
    };
    let delivery = |of: &str| {
        format!(
            "insert into delivery ({DELIVERY}) select {id}, told.id, channel, 'wake', 'pending', 0, 0, {at}, {at} \
             from {of} as told cross join (select 'in_app' as channel union all select 'push') as channels"
        )
    };
    match backend {
        DbBackend::Postgres => vec![format!(
            "with due as materialized (select id from series where next_at <= {at} order by next_at, id \
             for no key update skip locked), \
             moved as (update series set next_at = next_at + interval '14 days', anchor_on = anchor_on + 14, \
             slot_on = slot_on + 14, last_anchor_on = anchor_on, number = number + 1, version = version + 1 \
             from due where series.id = due.id returning series.*), \
             slots as ({} returning id, job, recipient_id, owner_id, relationship_id), \
             sent as ({} returning id) {}",
            slot("moved"),
            notification("slots"),
            delivery("sent")
        )],
        _ => vec![
            slot(&format!("series where next_at <= {at}")),
            notification(&format!("slot where decided_at = {at}")),
            delivery(&format!(
                "(select notification.id from slot join notification on slot_id = slot.id where decided_at = {at})"
            )),
            format!(
                "update series set next_at = strftime('%Y-%m-%dT%H:%M:%S+00:00', next_at, '+14 days'), \
                 anchor_on = date(anchor_on, '+14 days'), slot_on = date(slot_on, '+14 days'), \
                 last_anchor_on = anchor_on, number = number + 1, version = version + 1 where next_at <= {at}"
            ),
        ],
    }
}
