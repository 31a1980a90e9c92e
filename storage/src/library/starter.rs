//! Putting what is shipped into the library: at every migration and first start, and again without effect.

use super::{editing, fill};
use crate::entity::{library_entry, library_revision};
use crate::error::Result;
use chrono::{DateTime, TimeDelta, Utc};
use domain::library::RevisionState;
use domain::library::starter::{ENTRIES, Shipped};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};

/// Key of the advisory lock: the letters "library" as a number.
const LOCK: i64 = 0x006c_6962_7261_7279;

/// Publishes every shipped entry that is missing or of an earlier version, and touches nothing else: what an
/// organisation wrote in place of one is an entry of its own. A version later than ours is left alone, since two
/// versions run side by side during an update. Gives how many were published.
pub async fn install(db: &DatabaseConnection, now: DateTime<Utc>) -> Result<usize> {
    let options =
        TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate), ..Default::default() };
    let txn = db.begin_with_options(options).await?;
    if db.get_database_backend() == DbBackend::Postgres {
        txn.execute_unprepared(&format!("select pg_advisory_xact_lock({LOCK})")).await?;
    }
    let mut published = 0;
    // A microsecond apart: lists show the last published first, and the set in its own order.
    for (shipped, before) in ENTRIES.iter().zip(0..) {
        published += usize::from(install_one(&txn, shipped, now - TimeDelta::microseconds(before)).await?);
    }
    txn.commit().await?;
    Ok(published)
}

async fn install_one(db: &impl ConnectionTrait, shipped: &Shipped, now: DateTime<Utc>) -> Result<bool> {
    let id = shipped.id().0;
    let newest = library_revision::Entity::find()
        .filter(library_revision::Column::EntryId.eq(id))
        .order_by_desc(library_revision::Column::Number)
        .limit(1)
        .one(db)
        .await?;
    if newest.as_ref().is_some_and(|row| row.starter_version >= Some(shipped.version)) {
        return Ok(false);
    }
    if newest.is_none() {
        library_entry::Entity::insert(entry(shipped, now)).exec_without_returning(db).await?;
    }
    let (details, texts) = (shipped.details(), shipped.texts());
    let number = newest.map_or(1, |row| row.number.saturating_add(1));
    let mut row = editing::row(shipped.revision_id(), id, number, &details, now);
    row.state = Set(RevisionState::Published.to_string());
    row.starter_version = Set(Some(shipped.version));
    library_revision::Entity::insert(row).exec_without_returning(db).await?;
    fill(db, shipped.revision_id().0, &details, &texts).await?;
    let Some(entry) = library_entry::Entity::find_by_id(id).one(db).await? else { return Ok(false) };
    editing::publish(db, &entry, shipped.revision_id().0, &texts, now).await?;
    Ok(true)
}

fn entry(shipped: &Shipped, now: DateTime<Utc>) -> library_entry::ActiveModel {
    library_entry::ActiveModel {
        id: Set(shipped.id().0),
        organisation_id: Set(None),
        starter_key: Set(Some(shipped.key.to_owned())),
        replaces: Set(None),
        kind: Set(shipped.kind.to_string()),
        published_id: Set(None),
        published_at: Set(None),
        retired_at: Set(None),
        created_by: Set(None),
        created_at: Set(now),
        version: Set(1),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{exercise, reading};
    use super::*;
    use crate::connect::{self, Address};
    use domain::words::Language;

    #[tokio::test]
    async fn a_later_version_takes_the_place_of_an_earlier_one_and_never_the_other_way() {
        let db = connect::open(&Address::new("sqlite::memory:")).await.expect("a database");
        migrations::run(&db).await.expect("the schema");
        let now = DateTime::UNIX_EPOCH;
        assert_eq!(install(&db, now).await.expect("the first time"), ENTRIES.len());
        let first = ENTRIES.iter().find(|it| it.details().minutes.is_some()).expect("an exercise");
        let mut later = *first;
        later.version += 1;
        assert!(install_one(&db, &later, now + TimeDelta::days(1)).await.expect("an update"));
        assert!(!install_one(&db, &later, now + TimeDelta::days(2)).await.expect("the same again"));
        assert_eq!(install(&db, now + TimeDelta::days(3)).await.expect("an older binary"), 0);

        let revisions = library_revision::Entity::find()
            .filter(library_revision::Column::EntryId.eq(first.id().0))
            .order_by_asc(library_revision::Column::Number)
            .all(&db)
            .await
            .expect("revisions");
        let states: Vec<_> = revisions.iter().map(|row| (row.number, row.state.as_str())).collect();
        assert_eq!(states, [(1, "superseded"), (2, "published")]);
        let found = exercise(&db, first.id()).await.expect("a read").expect("the exercise");
        assert_eq!((found.organisation, found.retired, found.titles.len()), (None, false, 3));
        let headings = reading::headings(&db, &[later.revision_id().0]).await.expect("headings");
        let english = headings.values().flatten().find(|it| it.language == Language::En).expect("English");
        assert_eq!(found.titles.get(&Language::En), Some(&english.title));
    }
}
