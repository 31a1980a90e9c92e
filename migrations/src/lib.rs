//! The schema, one file per room. Files are frozen once tagged: a change is a new file, expanding
//! first and contracting a version later, so that two versions can run side by side.

mod m0001_people;
mod m0002_relationships;
mod m0003_messages;
mod m0004_schedule;
mod m0005_notifications;
mod m0006_crisis_plan;
mod m0007_organisation;
mod m0008_toolbox;
mod m0009_library;
mod m0010_proposals;
mod m0011_joint_sessions;
mod m0012_sync;
mod m0013_joint_note_versions;
mod m0014_lookups;
mod m0015_trace;

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, SqliteTransactionMode, Statement, TransactionOptions,
    TransactionTrait,
};
use std::collections::BTreeSet;

/// Key of the advisory lock: the letters "reconnec" as a number.
const LOCK: i64 = 0x7265_636f_6e6e_6563;

struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_people::Migration),
            Box::new(m0002_relationships::Migration),
            Box::new(m0003_messages::Migration),
            Box::new(m0004_schedule::Migration),
            Box::new(m0005_notifications::Migration),
            Box::new(m0006_crisis_plan::Migration),
            Box::new(m0007_organisation::Migration),
            Box::new(m0008_toolbox::Migration),
            Box::new(m0009_library::Migration),
            Box::new(m0010_proposals::Migration),
            Box::new(m0011_joint_sessions::Migration),
            Box::new(m0012_sync::Migration),
            Box::new(m0013_joint_note_versions::Migration),
            Box::new(m0014_lookups::Migration),
            Box::new(m0015_trace::Migration),
        ]
    }
}

/// How the schema of a database compares with this version's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Migrations that are still to be run.
    pub behind: usize,
    /// Migrations of a later version. They are no fault: they only expand, so that two versions run side by side.
    pub ahead: usize,
}

/// Brings the schema up to date. The whole run is one transaction under one lock: replicas that
/// start together wait for the first, and a failed run leaves the schema as it was. Gives how many were run.
///
/// # Errors
/// The database failed, or lacks migrations of this version while it has some that this version does not know.
pub async fn run(db: &DatabaseConnection) -> Result<usize, DbErr> {
    let options =
        TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate), ..Default::default() };
    let txn = db.begin_with_options(options).await?;
    if db.get_database_backend() == DbBackend::Postgres {
        txn.execute_unprepared(&format!("select pg_advisory_xact_lock({LOCK})")).await?;
    }
    let Standing { behind, ahead } = standing(&txn).await?;
    if behind > 0 && ahead > 0 {
        return Err(DbErr::Migration(format!(
            "{behind} migrations of this version were never run, and {ahead} that it does not know were: the database \
             is of another line of versions"
        )));
    }
    // Asked to run nothing, the migrator would still refuse what it does not know.
    if behind > 0 {
        Migrator::up(&txn, None).await?;
    }
    txn.commit().await?;
    Ok(behind)
}

/// Only reads: `get_pending_migrations` makes its table, outside the lock.
///
/// # Errors
/// The database failed.
pub async fn standing(db: &impl ConnectionTrait) -> Result<Standing, DbErr> {
    let run: BTreeSet<String> = if has_table(db, "seaql_migrations").await? {
        let rows = db.query_all(Query::select().column("version").from("seaql_migrations")).await?;
        rows.iter().map(|row| row.try_get("", "version")).collect::<Result<_, _>>()?
    } else {
        BTreeSet::new()
    };
    let known: BTreeSet<String> = Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect();
    Ok(Standing { behind: known.difference(&run).count(), ahead: run.difference(&known).count() })
}

async fn has_table(db: &impl ConnectionTrait, table: &str) -> Result<bool, DbErr> {
    let backend = db.get_database_backend();
    let question = match backend {
        DbBackend::Postgres => {
            "select 1 from pg_catalog.pg_tables where schemaname = current_schema() and tablename = $1"
        }
        _ => "select 1 from sqlite_master where type = 'table' and name = $1",
    };
    let found = db.query_one_raw(Statement::from_sql_and_values(backend, question, [table.into()])).await?;
    Ok(found.is_some())
}

/// Makes `table` refuse UPDATE and DELETE, whoever asks.
async fn append_only(manager: &SchemaManager<'_>, table: &str) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    if manager.get_database_backend() == DbBackend::Postgres {
        connection
            .execute_unprepared(&format!(
                "create function {table}_append_only() returns trigger language plpgsql as \
                 $$ begin raise exception '{table} is append-only'; end $$; \
                 create trigger {table}_append_only before update or delete on {table} \
                 for each row execute function {table}_append_only();"
            ))
            .await?;
    } else {
        for event in ["update", "delete"] {
            connection
                .execute_unprepared(&format!(
                    "create trigger {table}_no_{event} before {event} on {table} \
                     begin select raise(abort, '{table} is append-only'); end"
                ))
                .await?;
        }
    }
    Ok(())
}
