//! What providers find in their digests: thirty messages each that nobody has opened, three in each of ten relationships.

use super::crowd::{self, BEFORE, Crowd};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use storage::Store;

type Done<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// When the digests of the crowd are due: 08:00 in Oslo.
pub const DIGESTS_MINUTE: &str = "2026-09-17T06:00:00Z";
/// Unread messages of one provider.
pub const UNREAD: u64 = 30;
/// Owners of one provider in the crowd, each of whom wrote the same number of them.
const OWNERS: u64 = 10;

/// So many providers with a mailbox. Closes the database.
pub async fn gather(url: &str, providers: u64) -> Done {
    let (store, _) = crowd::gather(Crowd { owners: OWNERS * providers, due: 0 }, url).await?;
    // Of the two relationships of an owner the first has an odd number, with which its id ends.
    let (last_digit, random, sent_at) = match store.backend() {
        DbBackend::Postgres => ("right(id::text, 1)", "gen_random_uuid()", format!("timestamptz '{BEFORE}'")),
        _ => ("lower(substr(hex(id), -1))", "randomblob(16)", format!("'{}'", BEFORE.replace('Z', "+00:00"))),
    };
    let first = format!("{last_digit} in ('1', '3', '5', '7', '9', 'b', 'd', 'f')");
    let body = match store.backend() {
        DbBackend::Postgres => "convert_to(repeat('x', 400), 'UTF8')",
        _ => "zeroblob(400)",
    };
    let times: Vec<String> = (0..UNREAD / OWNERS).map(|_| "select 1 as one".to_owned()).collect();
    for sql in [
        "update delivery set next_attempt_at = null, state = 'cancelled' where next_attempt_at is not null".to_owned(),
        "update account set email = login || '@post.example' where role = 'provider'".to_owned(),
        format!("insert into thread (id, relationship_id, created_at) select id, id, {sent_at} from relationship"),
        format!(
            "insert into message (id, thread_id, relationship_id, author_id, from_owner, kind, body, chars, important, \
             preview_allowed, sent_at, visible_at, version) \
             select {random}, id, id, owner_id, true, 'info', {body}, 380, false, false, {sent_at}, {sent_at}, 1 \
             from relationship cross join ({}) as times where {first}",
            times.join(" union all ")
        ),
    ] {
        store.read().execute_unprepared(&sql).await?;
    }
    let vacuum =
        if store.backend() == DbBackend::Postgres { "vacuum (analyze)" } else { "pragma wal_checkpoint(truncate)" };
    store.read().execute_unprepared(vacuum).await?;
    let written = count(&store, "message").await?;
    store.close().await?;
    if written == providers * UNREAD { Ok(()) } else { Err(format!("{written} messages").into()) }
}

pub async fn count(store: &Store, of: &str) -> Done<u64> {
    let sql = format!("select count(*) as number from {of}");
    let row = store.read().query_one_raw(Statement::from_string(store.backend(), sql)).await?;
    Ok(u64::try_from(row.ok_or("no count")?.try_get::<i64>("", "number")?)?)
}
