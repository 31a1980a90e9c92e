//! Copies of an SQLite database that is in use: the state of one moment, while others go on reading and writing.

use crate::error::Result;
use crate::restores;
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};

/// Copies all of `db` into the file `to`, which must be missing or empty. Nobody waits for it.
///
/// # Errors
/// It cannot be read, or there is no room.
pub async fn copy(db: &DatabaseConnection, to: &str) -> Result<()> {
    db.execute_raw(Statement::from_sql_and_values(db.get_database_backend(), "vacuum into $1", [to.into()])).await?;
    Ok(())
}

/// Makes a copy of the main database known for one: whenever it is put in place, that is noticed, however young it is.
///
/// # Errors
/// It cannot be written, or is no database of ours.
pub async fn mark(copy: &DatabaseConnection, now: DateTime<Utc>) -> Result<()> {
    restores::mark_copy(copy, now).await
}

/// The same for a copy of the wrapped keys: they count as having seen a worker.
///
/// # Errors
/// It cannot be written, or does not hold wrapped keys.
pub async fn mark_keys(copy: &DatabaseConnection) -> Result<()> {
    let write = "insert into restore_mark (id, number) values (1, 1) on conflict (id) do update \
                 set number = excluded.number where excluded.number > restore_mark.number";
    copy.execute_unprepared(write).await?;
    Ok(())
}

/// What is wrong with a copy, by SQLite's own checks of pages, indexes and references; none where it is whole.
///
/// # Errors
/// It cannot be read at all.
pub async fn fault(copy: &DatabaseConnection) -> Result<Option<String>> {
    let ask = |question: &str| Statement::from_string(copy.get_database_backend(), question);
    let found = copy.query_all_raw(ask("pragma integrity_check(1)")).await?;
    let found: Vec<String> = found.iter().map(|row| row.try_get_by_index(0)).collect::<std::result::Result<_, _>>()?;
    if found != ["ok"] {
        return Ok(Some(found.join("; ")));
    }
    let dangling = copy.query_all_raw(ask("pragma foreign_key_check")).await?;
    Ok((!dangling.is_empty()).then(|| format!("{} rows refer to what is not there", dangling.len())))
}
