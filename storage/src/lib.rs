//! Both databases, and the only way to what is stored: fetching is authorising.

pub mod absences;
pub mod accounts;
pub mod acts;
pub mod agreement_rounds;
pub mod agreements;
mod among;
pub mod audit;
pub mod authorized;
pub mod backup;
pub mod briefing;
pub mod calendars;
pub mod changes;
pub mod check_ins;
pub mod clocks;
pub mod comments;
pub mod concerns;
pub mod connect;
pub mod consents;
pub mod consultations;
pub mod contacts;
pub mod crisis_plan;
pub mod dead_letters;
pub mod deliveries;
pub mod digest_reading;
pub mod digests;
pub mod drafts;
pub mod due;
pub mod due_clocks;
mod entity;
pub mod erasure;
pub mod error;
pub mod export;
pub mod facts;
pub mod grants;
pub mod idempotency;
pub mod instance;
pub mod joint_notes;
pub mod joint_sessions;
pub mod ledger;
pub mod library;
pub mod messages;
pub mod notices;
pub mod notification_settings;
pub mod notifications;
pub mod parting;
pub mod periods;
pub mod plan_reviews;
pub mod planned;
pub mod policies;
pub mod previews;
pub mod profiles;
pub mod promises;
pub mod prompts;
pub mod proposals;
pub mod relationships;
pub mod restores;
pub mod rows;
pub mod sealed;
pub mod series;
pub mod sessions;
mod sight;
mod silence;
pub mod slots;
pub mod snapshot;
pub mod sync;
pub mod tallies;
pub mod teams;
pub mod templates;
pub mod ties;
pub mod toolbox;
pub mod trace;
pub mod uncertain_promises;
pub mod unsubscribe;
pub mod upcoming;
pub mod whose;

pub use authorized::{Authorized, for_organisation, permitted};
pub use connect::{Address, Store, WriteTx};
pub use error::{Result, StorageError};
/// What a read goes through: the pool, or a transaction.
pub use sea_orm::ConnectionTrait as Connection;

/// Brings the schema of `store` up to date; gives how many migrations were run.
pub async fn migrate(store: &Store) -> Result<usize> {
    Ok(migrations::run(store.read()).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::clock::{SeededEntropy, VirtualClock};
    use sea_orm::ConnectionTrait;
    use std::sync::Arc;

    #[tokio::test]
    async fn the_schema_stands_twice_over_and_the_audit_refuses_changes() {
        let clock = Arc::new(VirtualClock::at(chrono::DateTime::UNIX_EPOCH));
        let entropy = Arc::new(SeededEntropy::new(1));
        let keys = connect::open(&Address::new("sqlite::memory:")).await.expect("keys");
        let master = sealed::MasterKey::new([3; 32]);
        let sealer = sealed::Sealer::over(keys, master, clock.clone(), entropy.clone()).await.expect("sealer");
        let store =
            Store::connect(&Address::new("sqlite::memory:"), Arc::new(sealer), clock, entropy).await.expect("store");
        migrate(&store).await.expect("first run");
        migrate(&store).await.expect("second run finds nothing to do");
        let db = store.read();
        db.execute_unprepared(
            "insert into audit (owner_id, seq, at, actor_id, action, subject, previous_hash, hash) \
             values (x'00', 1, '2026-01-01', x'00', 'read', 'plan', x'00', x'00')",
        )
        .await
        .expect("insert");
        assert!(db.execute_unprepared("update audit set action = 'x'").await.is_err());
        assert!(db.execute_unprepared("delete from audit").await.is_err());
    }
}
