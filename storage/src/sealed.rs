//! Text at rest. Every owner and every thread has a data key of its own; data keys are stored
//! wrapped by the master key, in a database apart from the ordinary one and its backups, so that
//! destroying a key reaches the backups too.
//!
//! Sealed bytes: version (1) ‖ data key id (16) ‖ nonce (24) ‖ XChaCha20-Poly1305 ciphertext. The
//! place the text belongs to is authenticated, so that bytes cannot be moved to another row.

use crate::error::{Result, StorageError};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use chrono::{DateTime, Utc};
use domain::clock::{Clock, Entropy, new_id};
use domain::ids::{AccountId, ThreadId};
use hkdf::Hkdf;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement, TransactionTrait, Value};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, RwLock};
use uuid::Uuid;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

const VERSION: u8 = 1;
const NONCE: usize = 24;
const HEADER: usize = 1 + 16 + NONCE;

/// Whose text a data key seals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// An owner's toolbox.
    Owner(AccountId),
    /// The messages and agreements of one relationship: one party's erasure leaves the other's copy.
    Thread(ThreadId),
    /// What belongs to the installation (kept first answers of idempotent calls).
    Instance,
}

impl Scope {
    fn parts(self) -> (&'static str, Uuid) {
        match self {
            Self::Owner(id) => ("owner", id.0),
            Self::Thread(id) => ("thread", id.0),
            Self::Instance => ("instance", Uuid::nil()),
        }
    }
}

/// The key that wraps all others. 32 bytes; known by the first bytes of its hash.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct MasterKey([u8; 32]);

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({})", self.id())
    }
}

impl MasterKey {
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// A fresh key.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut bytes = [0; 32];
        entropy.fill(&mut bytes);
        Self(bytes)
    }

    /// Reads 64 hexadecimal digits, white space around them allowed.
    pub fn from_hex(text: &str) -> Result<Self> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text.trim(), &mut bytes)
            .map_err(|_| StorageError::Sealed("the master key must be 64 hexadecimal digits"))?;
        Ok(Self(bytes))
    }

    pub fn to_hex(&self) -> Zeroizing<String> {
        Zeroizing::new(hex::encode(self.0))
    }

    /// Names the key without revealing it.
    pub fn id(&self) -> String {
        hex::encode(&Sha256::digest(self.0)[..6])
    }

    /// A key for one purpose (HKDF-SHA256), independent of all others.
    pub fn derive(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        let mut out = Zeroizing::new([0; 32]);
        // 32 bytes are always a valid HKDF-SHA256 output length.
        if Hkdf::<Sha256>::new(None, &self.0).expand(purpose.as_bytes(), out.as_mut()).is_err() {
            unreachable!("HKDF-SHA256 can always give 32 bytes");
        }
        out
    }
}

/// An open data key. Sealing and opening with it needs no database.
#[derive(Clone)]
pub struct DataKey {
    id: Uuid,
    key: Zeroizing<[u8; 32]>,
    entropy: Arc<dyn Entropy>,
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DataKey({})", self.id)
    }
}

impl DataKey {
    pub(crate) const fn id(&self) -> Uuid {
        self.id
    }

    /// Seals `text` for the place `at` (table, column and row).
    pub fn seal(&self, at: Place, text: &[u8]) -> Result<Vec<u8>> {
        let mut nonce = [0; NONCE];
        self.entropy.fill(&mut nonce);
        let sealed = cipher(&self.key)?
            .encrypt(&XNonce::from(nonce), Payload { msg: text, aad: &at.bytes() })
            .map_err(|_| StorageError::Sealed("could not seal"))?;
        let mut out = Vec::with_capacity(HEADER + sealed.len());
        out.push(VERSION);
        out.extend_from_slice(self.id.as_bytes());
        out.extend_from_slice(&nonce);
        out.extend_from_slice(&sealed);
        Ok(out)
    }

    /// Opens what [`DataKey::seal`] made for the same place.
    pub fn open(&self, at: Place, sealed: &[u8]) -> Result<Vec<u8>> {
        let (header, body) = sealed.split_at_checked(HEADER).ok_or(StorageError::Sealed("too short"))?;
        if header[0] != VERSION {
            return Err(StorageError::Sealed("unknown version"));
        }
        if header[1..17] != *self.id.as_bytes() {
            return Err(StorageError::Sealed("sealed with another key"));
        }
        let mut nonce = [0; NONCE];
        nonce.copy_from_slice(&header[17..]);
        cipher(&self.key)?
            .decrypt(&XNonce::from(nonce), Payload { msg: body, aad: &at.bytes() })
            .map_err(|_| StorageError::Sealed("altered, moved, or the key is another"))
    }

    /// Opens sealed text that was UTF-8 when it was sealed.
    pub fn open_text(&self, at: Place, sealed: &[u8]) -> Result<String> {
        String::from_utf8(self.open(at, sealed)?).map_err(|_| StorageError::Sealed("not text"))
    }
}

fn cipher(key: &[u8; 32]) -> Result<XChaCha20Poly1305> {
    XChaCha20Poly1305::new_from_slice(key).map_err(|_| StorageError::Sealed("key length"))
}

/// Where a sealed text lives: authenticated with it.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// `table.column`
    pub column: &'static str,
    pub row: Uuid,
}

impl Place {
    pub const fn new(column: &'static str, row: Uuid) -> Self {
        Self { column, row }
    }

    fn bytes(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.column.len() + 17);
        bytes.extend_from_slice(self.column.as_bytes());
        bytes.push(0);
        bytes.extend_from_slice(self.row.as_bytes());
        bytes
    }
}

/// Key of the advisory lock around [`prepare`]: the letters "data_key" as a number.
const LOCK: i64 = 0x6461_7461_5f6b_6579;

/// Makes the table of wrapped keys. Replicas that start together take turns: PostgreSQL's `if not exists` lets two
/// see that it is missing, and fails the slower one.
async fn prepare(keys: &DatabaseConnection) -> Result<()> {
    let postgres = keys.get_database_backend() == DbBackend::Postgres;
    let (bytes, id) = if postgres { ("bytea", "uuid") } else { ("blob", "blob") };
    let txn = keys.begin().await?;
    if postgres {
        txn.execute_unprepared(&format!("select pg_advisory_xact_lock({LOCK})")).await?;
    }
    txn.execute_unprepared(&format!(
        "create table if not exists data_key (id {id} primary key, scope text not null, subject {id} not null, \
         wrapped {bytes} not null, master_id text not null, created_at text not null, unique (scope, subject))"
    ))
    .await?;
    txn.execute_unprepared(&format!(
        "create table if not exists erasure (subject {id} primary key, begun_at text not null, done integer not null)"
    ))
    .await?;
    txn.execute_unprepared("create table if not exists restore_mark (id integer primary key, number bigint not null)")
        .await?;
    Ok(txn.commit().await?)
}

/// How many data keys another master key wrapped.
///
/// # Errors
/// The database failed, or was never prepared for keys.
pub async fn wrapped_otherwise(keys: &DatabaseConnection, master: &MasterKey) -> Result<i64> {
    let question = "select count(*) as others from data_key where master_id <> $1";
    let question = Statement::from_sql_and_values(keys.get_database_backend(), question, [master.id().into()]);
    let row = keys.query_one_raw(question).await?;
    Ok(row.map(|row| row.try_get("", "others")).transpose()?.unwrap_or(0))
}

/// The id of the data key of `scope`, if there is one.
pub(crate) async fn stored_id(keys: &DatabaseConnection, scope: Scope) -> Result<Option<Uuid>> {
    let (name, subject) = scope.parts();
    let question = "select id from data_key where scope = $1 and subject = $2";
    let values = [name.into(), subject.into()];
    let row = keys.query_one_raw(Statement::from_sql_and_values(keys.get_database_backend(), question, values)).await?;
    Ok(row.map(|row| row.try_get("", "id")).transpose()?)
}

/// Finds, makes and destroys data keys.
#[derive(Debug)]
pub struct Sealer {
    keys: DatabaseConnection,
    master: MasterKey,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    /// Keys in use. An erasure empties it in this process; other replicas' copies last at most as
    /// long as their process, which is why erasure also removes the sealed rows.
    open: RwLock<HashMap<Scope, DataKey>>,
}

impl Sealer {
    /// Prepares the key store over its own database.
    pub async fn over(
        keys: DatabaseConnection,
        master: MasterKey,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self> {
        prepare(&keys).await?;
        Ok(Self { keys, master, clock, entropy, open: RwLock::new(HashMap::new()) })
    }

    /// The mark of `restores`; 0 where none was set.
    pub(crate) async fn mark(&self) -> Result<i64> {
        let question = "select number from restore_mark where id = 1";
        let question = Statement::from_string(self.keys.get_database_backend(), question);
        let row = self.keys.query_one_raw(question).await?;
        Ok(row.map(|row| row.try_get("", "number")).transpose()?.unwrap_or(0))
    }

    /// Sets it; it never goes back.
    pub(crate) async fn set_mark(&self, number: i64) -> Result<()> {
        let write = "insert into restore_mark (id, number) values (1, $1) on conflict (id) do update \
                     set number = excluded.number where excluded.number > restore_mark.number";
        let write = Statement::from_sql_and_values(self.keys.get_database_backend(), write, [number.into()]);
        self.keys.execute_raw(write).await?;
        Ok(())
    }

    pub(crate) const fn keys(&self) -> &DatabaseConnection {
        &self.keys
    }

    pub fn master(&self) -> &MasterKey {
        &self.master
    }

    /// The data key of `scope`, made at its first use. Call it before a write begins: the key store
    /// is another database.
    pub async fn key(&self, scope: Scope) -> Result<DataKey> {
        if let Some(key) = self.cached(scope) {
            return Ok(key);
        }
        if let Some(key) = self.stored(scope).await? {
            return Ok(self.keep(scope, key));
        }
        let (name, subject) = scope.parts();
        let id = new_id(self.clock.now(), &*self.entropy);
        let mut fresh = Zeroizing::new([0; 32]);
        self.entropy.fill(fresh.as_mut());
        let wrapped = self.wrap(id, scope, &fresh)?;
        // Two processes may race to make the key: the first row stays, both read it back.
        self.keys
            .execute_raw(Statement::from_sql_and_values(
                self.keys.get_database_backend(),
                "insert into data_key (id, scope, subject, wrapped, master_id, created_at) \
                 values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
                [
                    id.into(),
                    name.into(),
                    subject.into(),
                    Value::from(wrapped),
                    self.master.id().into(),
                    self.clock.now().to_rfc3339().into(),
                ],
            ))
            .await?;
        let key = self.stored(scope).await?.ok_or(StorageError::Sealed("data key could not be kept"))?;
        Ok(self.keep(scope, key))
    }

    /// Destroys the data key of `scope`: what it sealed can never be read again, here or in a backup.
    pub async fn destroy(&self, scope: Scope) -> Result<()> {
        let (name, subject) = scope.parts();
        self.keys
            .execute_raw(Statement::from_sql_and_values(
                self.keys.get_database_backend(),
                "delete from data_key where scope = $1 and subject = $2",
                [name.into(), subject.into()],
            ))
            .await?;
        self.open.write().unwrap_or_else(|poisoned| poisoned.into_inner()).remove(&scope);
        Ok(())
    }

    /// Notes that an owner is about to be erased. It is noted here since this database is not put back with the other.
    pub(crate) async fn begin_erasure(&self, owner: AccountId, now: DateTime<Utc>) -> Result<()> {
        let begin = "insert into erasure (subject, begun_at, done) values ($1, $2, 0) \
                     on conflict (subject) do update set begun_at = excluded.begun_at where erasure.done = 0";
        self.write_down(begin, [owner.0.into(), now.to_rfc3339().into()]).await
    }

    /// It came about, and her key is gone.
    pub(crate) async fn end_erasure(&self, owner: AccountId) -> Result<()> {
        self.write_down("update erasure set done = 1 where subject = $1", [owner.0.into()]).await
    }

    /// It did not come about.
    pub(crate) async fn forgo_erasure(&self, owner: AccountId) -> Result<()> {
        self.write_down("delete from erasure where subject = $1 and done = 0", [owner.0.into()]).await
    }

    /// Erasures that came about, or those of which that is not known yet, and when each was begun.
    pub(crate) async fn erasures(&self, done: bool) -> Result<Vec<(AccountId, DateTime<Utc>)>> {
        let question = "select subject, begun_at from erasure where done = $1 order by subject";
        let values = [i32::from(done).into()];
        let question = Statement::from_sql_and_values(self.keys.get_database_backend(), question, values);
        let rows = self.keys.query_all_raw(question).await?;
        rows.iter()
            .map(|row| {
                let begun: String = row.try_get("", "begun_at")?;
                let begun = DateTime::parse_from_rfc3339(&begun)
                    .map_err(|_| StorageError::Corrupt("erasure.begun_at".into()))?;
                Ok((AccountId(row.try_get("", "subject")?), begun.to_utc()))
            })
            .collect()
    }

    async fn write_down(&self, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<()> {
        self.keys.execute_raw(Statement::from_sql_and_values(self.keys.get_database_backend(), sql, values)).await?;
        Ok(())
    }

    fn cached(&self, scope: Scope) -> Option<DataKey> {
        self.open.read().unwrap_or_else(|poisoned| poisoned.into_inner()).get(&scope).cloned()
    }

    fn keep(&self, scope: Scope, key: DataKey) -> DataKey {
        self.open.write().unwrap_or_else(|poisoned| poisoned.into_inner()).insert(scope, key.clone());
        key
    }

    async fn stored(&self, scope: Scope) -> Result<Option<DataKey>> {
        let (name, subject) = scope.parts();
        let row = self
            .keys
            .query_one_raw(Statement::from_sql_and_values(
                self.keys.get_database_backend(),
                "select id, wrapped, master_id from data_key where scope = $1 and subject = $2",
                [name.into(), subject.into()],
            ))
            .await?;
        let Some(row) = row else { return Ok(None) };
        let id: Uuid = row.try_get("", "id")?;
        let wrapped: Vec<u8> = row.try_get("", "wrapped")?;
        let master_id: String = row.try_get("", "master_id")?;
        if master_id != self.master.id() {
            return Err(StorageError::Sealed("wrapped by another master key"));
        }
        Ok(Some(DataKey { id, key: self.unwrap(id, scope, &wrapped)?, entropy: Arc::clone(&self.entropy) }))
    }

    fn wrap(&self, id: Uuid, scope: Scope, key: &[u8; 32]) -> Result<Vec<u8>> {
        self.wrapping(id).seal(Place::new(scope.parts().0, scope.parts().1), key)
    }

    fn unwrap(&self, id: Uuid, scope: Scope, wrapped: &[u8]) -> Result<Zeroizing<[u8; 32]>> {
        let bytes = Zeroizing::new(self.wrapping(id).open(Place::new(scope.parts().0, scope.parts().1), wrapped)?);
        let mut key = Zeroizing::new([0; 32]);
        if bytes.len() != key.len() {
            return Err(StorageError::Sealed("data key length"));
        }
        key.copy_from_slice(&bytes);
        Ok(key)
    }

    fn wrapping(&self, id: Uuid) -> DataKey {
        DataKey { id, key: self.master.derive("wrap data keys"), entropy: Arc::clone(&self.entropy) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use domain::clock::{SeededEntropy, VirtualClock};

    async fn sealer(master: [u8; 32], keys: &DatabaseConnection) -> Sealer {
        let clock = Arc::new(VirtualClock::at(DateTime::UNIX_EPOCH));
        Sealer::over(keys.clone(), MasterKey::new(master), clock, Arc::new(SeededEntropy::new(7)))
            .await
            .expect("sealer")
    }

    async fn keys() -> DatabaseConnection {
        crate::connect::open(&crate::Address::new("sqlite::memory:")).await.expect("memory database")
    }

    #[tokio::test]
    async fn text_opens_only_where_and_with_what_it_was_sealed() {
        let keys = keys().await;
        let first = sealer([1; 32], &keys).await;
        let scope = Scope::Thread(ThreadId(Uuid::from_u128(5)));
        let place = Place::new("message.body", Uuid::from_u128(6));
        let key = first.key(scope).await.expect("key");
        let sealed = key.seal(place, "hei".as_bytes()).expect("seal");
        assert!(!sealed.windows(3).any(|bytes| bytes == b"hei"));

        let again = sealer([1; 32], &keys).await.key(scope).await.expect("same key");
        assert_eq!(again.open_text(place, &sealed).expect("open"), "hei");
        assert!(again.open(Place::new("message.gist", place.row), &sealed).is_err());
        assert!(again.open(Place::new("message.body", Uuid::from_u128(7)), &sealed).is_err());
        let mut altered = sealed.clone();
        *altered.last_mut().expect("bytes") ^= 1;
        assert!(again.open(place, &altered).is_err());
        for cut in 0..HEADER + 1 {
            assert!(again.open(place, &sealed[..cut]).is_err());
        }
        let other = first.key(Scope::Instance).await.expect("other key");
        assert!(other.open(place, &sealed).is_err());
    }

    #[tokio::test]
    async fn another_master_key_opens_nothing_and_a_destroyed_key_is_gone() {
        let keys = keys().await;
        let first = sealer([1; 32], &keys).await;
        let scope = Scope::Owner(AccountId(Uuid::from_u128(1)));
        let place = Place::new("plan_section.body", Uuid::from_u128(2));
        let sealed = first.key(scope).await.expect("key").seal(place, b"mine").expect("seal");
        assert!(matches!(sealer([2; 32], &keys).await.key(scope).await, Err(StorageError::Sealed(_))));
        first.destroy(scope).await.expect("destroyed");
        assert!(first.key(scope).await.expect("a new key").open(place, &sealed).is_err());
    }
}
