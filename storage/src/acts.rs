//! Acts of people and sends about the same people take turns: what an act forbids has begun before the act is
//! committed, or it never begins.
//!
//! SQLite has one writer, and they do so anyway. On PostgreSQL the gate could have read what an act is about to change,
//! and let a send begin after the act was answered. So every call that writes keeps its maker's turn from its
//! beginning to its commit, and the gate waits for the turns of all whom its batch is about, and lets no new one begin
//! until it has committed what begins. A gate does not wait for a gate. Nobody waits for each other: an act takes its
//! turns before it locks any row, the gate too, and both in the order of their numbers.

use crate::connect::WriteTx;
use crate::deliveries::WAKE;
use crate::error::{Result, StorageError};
use crate::rows;
use domain::ids::AccountId;
use sea_orm::{ConnectionTrait, DbBackend, Statement, Value};
use uuid::Uuid;

/// The first of the two numbers of each of our advisory locks.
const TURNS: i32 = 0x5265_636f;

/// Accounts share this many turns, less one: a batch about thousands of people takes no more locks than these, of which a
/// server has room for a few thousand.
const OF_ACCOUNTS: i32 = 0xff;

/// The turn of what concerns everybody.
const OF_EVERYBODY: i32 = OF_ACCOUNTS + 1;

/// The rest of the transaction is this account's doing. To be said before any row is locked.
pub async fn of(tx: &impl ConnectionTrait, account: AccountId) -> Result<()> {
    let take = "select pg_advisory_xact_lock($1, hashtext($2) & $3)";
    take_turns(tx, take, vec![TURNS.into(), account.to_string().into(), OF_ACCOUNTS.into()]).await
}

/// The rest of the transaction concerns everybody. To be said before any row is locked.
pub(crate) async fn of_all(tx: &impl ConnectionTrait) -> Result<()> {
    take_turns(tx, "select pg_advisory_xact_lock($1, $2)", vec![TURNS.into(), OF_EVERYBODY.into()]).await
}

/// Waits for what is being done by anybody whom these deliveries are about: who gets them, whose they are, who takes
/// part in the relationship, and for a digest all of whom it could tell. What is read afterwards stays true of them
/// until the end of the transaction.
pub async fn awaited(tx: &WriteTx, about: &[rows::Delivery]) -> Result<()> {
    let ids: Vec<Uuid> = about.iter().filter(|row| row.action == WAKE).map(|row| row.id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    // The list as one value: it is the same statement for any number.
    let ids = serde_json::to_string(&ids).map_err(|error| StorageError::Corrupt(error.to_string()))?;
    take_turns(&**tx, AWAITED, vec![TURNS.into(), ids.into(), OF_ACCOUNTS.into(), OF_EVERYBODY.into()]).await
}

const AWAITED: &str = "\
    with told as (select distinct slot.owner_id, slot.provider_id, slot.recipient_id, slot.relationship_id, slot.job \
     from delivery join notification on notification.id = delivery.notification_id \
     join slot on slot.id = notification.slot_id \
     where delivery.id in (select value::uuid from json_array_elements_text($2::json))), \
    pairs as (select relationship_id as id from told where relationship_id is not null \
     union select relationship_member.relationship_id from told \
     join relationship_member on relationship_member.provider_id = told.recipient_id where told.job = 'digest' \
     union select absence_consent.relationship_id from told \
     join absence on absence.substitute_id = told.recipient_id \
     join absence_consent on absence_consent.absence_id = absence.id where told.job = 'digest'), \
    people as (select recipient_id as id from told union select owner_id from told union select provider_id from told \
     union select relationship.owner_id from pairs join relationship on relationship.id = pairs.id \
     union select relationship_member.provider_id from pairs \
     join relationship_member on relationship_member.relationship_id = pairs.id), \
    turns as (select hashtext(id::text) & $3 as turn from people where id is not null union select $4) \
    select pg_advisory_xact_lock_shared($1, turn) from (select turn from turns order by turn) as in_order";

async fn take_turns(tx: &impl ConnectionTrait, take: &str, values: Vec<Value>) -> Result<()> {
    if tx.get_database_backend() == DbBackend::Postgres {
        tx.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, take, values)).await?;
    }
    Ok(())
}
