//! The schema, one file per room. Files are frozen once tagged: a change is a new file, expanding
//! first and contracting a version later, so that two versions can run side by side.

mod m0001_people;
mod m0002_relationships;
mod m0003_messages;
mod m0004_schedule;
mod m0005_notifications;
mod m0006_crisis_plan;
mod m0007_organisation;

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};

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
        ]
    }
}

/// Brings the schema up to date. The whole run is one transaction under one lock: replicas that
/// start together wait for the first, and a failed run leaves the schema as it was.
pub async fn run(db: &DatabaseConnection) -> Result<(), DbErr> {
    let options =
        TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate), ..Default::default() };
    let txn = db.begin_with_options(options).await?;
    if db.get_database_backend() == DbBackend::Postgres {
        txn.execute_unprepared(&format!("select pg_advisory_xact_lock({LOCK})")).await?;
    }
    Migrator::up(&txn, None).await?;
    txn.commit().await
}

/// How many migrations are still to be run.
pub async fn pending(db: &DatabaseConnection) -> Result<usize, DbErr> {
    Ok(Migrator::get_pending_migrations(db).await?.len())
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
