//! One store over either database: connection, write turns, and the wake-up that follows a commit.

use crate::changes::Maker;
use crate::error::{Result, StorageError};
use crate::sealed::Sealer;
use crate::{acts, changes, silence};
use domain::clock::{Clock, Entropy};
use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, IsolationLevel,
    SqliteTransactionMode, SqlxPostgresConnector, SqlxSqliteConnector, Statement, TransactionOptions, TransactionTrait,
};
use sqlx::Connection as _;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use std::future::Future;
use std::ops::Deref;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast, watch};

/// Channel that PostgreSQL replicas listen on for work that just became due.
pub const WAKE_CHANNEL: &str = "reconnect_wake";

/// Changes that a slow listener can be behind before it is told of anybody.
const CHANGES_KEPT: usize = 256;

/// SQLite's code for "somebody else has the lock".
const SQLITE_BUSY: &str = "5";

/// Statements that a connection keeps prepared: about all that a worker has, in the lengths that [`crate::among`] gives
/// its lists.
const STATEMENTS_KEPT: usize = 512;

/// Between two tries to open a file that somebody else has locked.
const BUSY_PAUSE: Duration = Duration::from_millis(10);

/// Within which a connection of the pool answers, or is given up.
const ANSWERS_WITHIN: Duration = Duration::from_secs(1);

/// So long after its last use a connection is taken to be alive.
const FRESH: Duration = Duration::from_secs(1);

/// After so much silence in the middle of something it is given up; see [`Store::while_it_answers`].
const SILENCE: Duration = Duration::from_secs(5);

/// After so long without news it is asked whether the connection that listens is still one.
const LISTENS: Duration = Duration::from_secs(30);

/// Between two tries to listen.
const LISTENS_AGAIN: Duration = Duration::from_secs(1);

/// PostgreSQL ends what was left in the middle of a transaction after this: a client behind a dead wire holds its
/// locks no longer. Nothing of ours thinks for so long between two statements.
const ABANDONED_TRANSACTION: &str = "5s";

/// How to reach a database.
#[derive(Clone, Debug)]
pub struct Address {
    /// `sqlite://path`, `sqlite::memory:` or `postgres://…`.
    pub url: String,
    /// Most connections kept open.
    pub connections: u32,
    /// How long a caller waits for a connection or a write turn before it is an outage.
    pub patience: Duration,
    /// Whether an acknowledged SQLite commit survives a power cut. Only a scratch database may say no.
    pub durable: bool,
}

impl Address {
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), connections: 8, patience: Duration::from_secs(4), durable: true }
    }
}

/// The store: everything below the API and the worker that touches a database.
#[derive(Clone, Debug)]
pub struct Store {
    db: DatabaseConnection,
    /// SQLite has one writer: callers queue here in order, instead of polling its lock.
    write_turn: Option<Arc<Semaphore>>,
    wake: Arc<watch::Sender<u64>>,
    changes: broadcast::Sender<Maker>,
    patience: Duration,
    scratch: bool,
    pub sealer: Arc<Sealer>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
}

impl Store {
    /// Connects; the schema is not touched.
    pub async fn connect(
        address: &Address,
        sealer: Arc<Sealer>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self> {
        let mut db = open(address).await?;
        db.set_metric_callback(|_| silence::heard());
        let write_turn = (db.get_database_backend() == DbBackend::Sqlite).then(|| Arc::new(Semaphore::new(1)));
        Ok(Self {
            db,
            write_turn,
            wake: Arc::new(watch::Sender::new(0)),
            changes: broadcast::Sender::new(CHANGES_KEPT),
            patience: address.patience,
            scratch: !address.durable,
            sealer,
            clock,
            entropy,
        })
    }

    /// Whether nothing in it outlives the process: what happens there happens to nobody.
    pub const fn is_scratch(&self) -> bool {
        self.scratch
    }

    /// For reads outside a transaction.
    pub fn read(&self) -> &DatabaseConnection {
        &self.db
    }

    /// For reads that have to see one state: what is committed meanwhile is not in it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn one_state(&self) -> Result<DatabaseTransaction> {
        Ok(match self.backend() {
            // Its transactions see one state anyway, and know no other level.
            DbBackend::Sqlite => self.db.begin().await?,
            _ => self.db.begin_with_config(Some(IsolationLevel::RepeatableRead), Some(AccessMode::ReadOnly)).await?,
        })
    }

    /// Calls `observe` with every statement that goes through this handle, or a later clone of it, and the time it
    /// took. Begin, commit and rollback are no statements.
    pub fn on_statement(&mut self, observe: impl Fn(&Statement, Duration) + Send + Sync + 'static) {
        self.db.set_metric_callback(move |info| {
            silence::heard();
            observe(info.statement, info.elapsed);
        });
    }

    pub fn backend(&self) -> DbBackend {
        self.db.get_database_backend()
    }

    /// Begins a write. SQLite transactions are IMMEDIATE: the lock is taken now, so a write never
    /// fails halfway for having read first. In a call it is [its maker's turn](acts).
    pub async fn write(&self) -> Result<WriteTx> {
        let turn = match &self.write_turn {
            Some(turn) => Some(
                tokio::time::timeout(self.patience, Arc::clone(turn).acquire_owned())
                    .await
                    .map_err(|_| StorageError::Unavailable("no write turn in time".into()))?
                    .map_err(|_| StorageError::Unavailable("shutting down".into()))?,
            ),
            None => None,
        };
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..Default::default()
        };
        let txn = self.db.begin_with_options(options).await?;
        if let Some(maker) = changes::maker() {
            acts::of(&txn, maker).await?;
        }
        Ok(WriteTx {
            txn,
            wakes: AtomicBool::new(false),
            wake: Arc::clone(&self.wake),
            changes: self.changes.clone(),
            scratch: self.scratch,
            _turn: turn,
        })
    }

    /// Changes whenever work became due by a commit of this process, or of another replica once
    /// [`Store::listen`] runs. A watch keeps the news for whoever is busy just then.
    pub fn wakes(&self) -> watch::Receiver<u64> {
        self.wake.subscribe()
    }

    /// Tells by whose call something was committed, in this process, or in another replica once [`Store::listen`] runs.
    /// It may tell of nothing twice, and after an interruption it tells of anybody.
    pub fn changes(&self) -> broadcast::Receiver<Maker> {
        self.changes.subscribe()
    }

    /// Wakes this process's workers.
    pub fn wake(&self) {
        self.wake.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// A fresh id of this instant.
    pub fn new_id(&self) -> uuid::Uuid {
        domain::clock::new_id(self.clock.now(), &*self.entropy)
    }

    /// Waits for PostgreSQL's NOTIFY and passes it on; returns when the connection breaks. On SQLite
    /// there is no other process to hear, and it never returns.
    pub async fn listen(&self) -> Result<()> {
        if self.backend() != DbBackend::Postgres {
            return std::future::pending().await;
        }
        let unavailable = |error: sqlx::Error| StorageError::Unavailable(error.to_string());
        let options = self.db.get_postgres_connection_pool().connect_options();
        // Of its own: whoever listens to a dead connection could not give it back, and it would be missing.
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(self.patience)
            .connect_with(options.as_ref().clone())
            .await
            .map_err(unavailable)?;
        let mut listener = sqlx::postgres::PgListener::connect_with(&pool).await.map_err(unavailable)?;
        listener.listen_all([WAKE_CHANNEL, changes::CHANNEL]).await.map_err(unavailable)?;
        // Nobody knows what was said before.
        self.wake();
        self.tell_of(Maker::Anybody);
        loop {
            match tokio::time::timeout(LISTENS, listener.recv()).await {
                Ok(heard) => {
                    let heard = heard.map_err(unavailable)?;
                    if heard.channel() == WAKE_CHANNEL {
                        self.wake();
                    } else {
                        self.tell_of(Maker::read(heard.payload()));
                    }
                }
                // Nothing to say, or nobody there any more.
                Err(_) => tokio::time::timeout(self.patience, sqlx::Executor::execute(&mut listener, "select 1"))
                    .await
                    .map_err(|_| StorageError::Unavailable("the connection that listens is silent".into()))?
                    .map(drop)
                    .map_err(unavailable)?,
            }
        }
    }

    /// Hears other replicas for ever: when the connection breaks, it is made again, and polling carries on meanwhile.
    pub async fn keep_listening(&self) {
        loop {
            if let Err(error) = self.listen().await {
                tracing::warn!(error = %error, "store.not_listening");
            }
            tokio::time::sleep(LISTENS_AGAIN).await;
        }
    }

    fn tell_of(&self, maker: Maker) {
        // Whether anybody hears it does not matter.
        drop(self.changes.send(maker));
    }

    /// Waits for `asked` as long as the database answers one statement after the other. On SQLite there is
    /// no wire that could fall silent.
    ///
    /// # Errors
    /// `Unavailable` once nothing was answered for 5 to 10 seconds; what `asked` had begun is rolled back, unless
    /// its commit is on its way. Whether that goes through, nobody knows.
    pub fn while_it_answers<T>(
        &self,
        asked: impl Future<Output = Result<T>> + Send,
    ) -> impl Future<Output = Result<T>> + Send {
        // Boxed at once: what a turn of a worker holds is large, and each layer would hold it anew.
        let asked = Box::pin(asked);
        let wired = self.backend() == DbBackend::Postgres;
        async move { if wired { silence::bounded(SILENCE, asked).await } else { asked.await } }
    }

    /// A cheap question that proves the database answers.
    pub async fn ping(&self) -> Result<()> {
        tokio::time::timeout(self.patience, self.db.execute_unprepared("select 1"))
            .await
            .map_err(|_| StorageError::Unavailable("the database is silent".into()))??;
        Ok(())
    }

    /// Closes every connection; one that is silent is left to the end of the process.
    pub async fn close(self) -> Result<()> {
        match tokio::time::timeout(self.patience, self.db.close()).await {
            Ok(closed) => Ok(closed?),
            Err(_) => Ok(()),
        }
    }
}

/// One write transaction. Dropped without [`WriteTx::commit`], it is rolled back.
#[derive(Debug)]
pub struct WriteTx {
    txn: DatabaseTransaction,
    wakes: AtomicBool,
    wake: Arc<watch::Sender<u64>>,
    changes: broadcast::Sender<Maker>,
    scratch: bool,
    _turn: Option<OwnedSemaphorePermit>,
}

impl WriteTx {
    /// See [`Store::is_scratch`].
    pub const fn is_scratch(&self) -> bool {
        self.scratch
    }

    /// Says that this commit makes work due now.
    pub fn wakes_worker(&self) {
        self.wakes.store(true, Ordering::Relaxed);
    }

    pub async fn commit(self) -> Result<()> {
        crate::idempotency::note(&self.txn).await?;
        let wakes = self.wakes.load(Ordering::Relaxed);
        let maker = changes::maker();
        if self.txn.get_database_backend() == DbBackend::Postgres {
            let wake = wakes.then(|| format!("notify {WAKE_CHANNEL};"));
            let news = maker.map(|account| format!("notify {}, '{account}';", changes::CHANNEL));
            let both: String = wake.into_iter().chain(news).collect();
            if !both.is_empty() {
                self.txn.execute_unprepared(&both).await?;
            }
        }
        self.txn.commit().await?;
        if wakes {
            self.wake.send_modify(|count| *count = count.wrapping_add(1));
        }
        if let Some(account) = maker {
            // Whether anybody hears it does not matter.
            drop(self.changes.send(Maker::Account(account)));
        }
        Ok(())
    }

    pub async fn rollback(self) -> Result<()> {
        self.txn.rollback().await?;
        Ok(())
    }
}

impl Deref for WriteTx {
    type Target = DatabaseTransaction;
    fn deref(&self) -> &DatabaseTransaction {
        &self.txn
    }
}

/// SQLite refuses the change of a new file to WAL at once while another process has it open, without the wait of
/// `busy_timeout` (sqlite.org/pragma.html#pragma_journal_mode): processes that start together ask again.
async fn opened(
    pool: SqlitePoolOptions,
    options: SqliteConnectOptions,
    patience: Duration,
) -> std::result::Result<sqlx::SqlitePool, sqlx::Error> {
    let asking = async {
        loop {
            match pool.clone().connect_with(options.clone()).await {
                Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(SQLITE_BUSY) => {
                    tokio::time::sleep(BUSY_PAUSE).await;
                }
                ended => return ended,
            }
        }
    };
    tokio::time::timeout(patience, asking).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
}

/// An error, when there is no answer in time: such a connection is closed without another word.
async fn answers(connection: &mut PgConnection) -> std::result::Result<bool, sqlx::Error> {
    match tokio::time::timeout(ANSWERS_WITHIN, connection.ping()).await {
        Ok(answered) => answered.map(|()| true),
        Err(_) => Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into())),
    }
}

/// Opens a pool. Kept apart from [`Store::connect`] because wrapped keys live in a database of their own.
pub async fn open(address: &Address) -> Result<DatabaseConnection> {
    let unavailable = |error: sqlx::Error| StorageError::Unavailable(error.to_string());
    if address.url.starts_with("sqlite:") {
        let memory = address.url.contains(":memory:");
        let synchronous = if address.durable { SqliteSynchronous::Full } else { SqliteSynchronous::Off };
        let options = SqliteConnectOptions::from_str(&address.url)
            .map_err(unavailable)?
            .create_if_missing(true)
            .foreign_keys(true)
            .busy_timeout(address.patience)
            .journal_mode(if memory { SqliteJournalMode::Memory } else { SqliteJournalMode::Wal })
            .synchronous(synchronous)
            .statement_cache_capacity(STATEMENTS_KEPT);
        let wanted: i64 = if address.durable { 2 } else { 0 };
        let pool = SqlitePoolOptions::new()
            // A memory database lives and dies with its one connection.
            .max_connections(if memory { 1 } else { address.connections })
            .min_connections(u32::from(memory))
            .idle_timeout(None)
            .max_lifetime(None)
            .acquire_timeout(address.patience)
            .after_connect(move |connection, _| {
                Box::pin(async move {
                    let found: i64 = sqlx::query_scalar("pragma synchronous").fetch_one(&mut *connection).await?;
                    if found == wanted { Ok(()) } else { Err(sqlx::Error::Protocol(format!("synchronous is {found}"))) }
                })
            });
        let pool = opened(pool, options, address.patience).await.map_err(unavailable)?;
        Ok(SqlxSqliteConnector::from_sqlx_sqlite_pool(pool))
    } else {
        let options = PgConnectOptions::from_str(&address.url)
            .map_err(unavailable)?
            .application_name("reconnect")
            .statement_cache_capacity(STATEMENTS_KEPT)
            .options([("idle_in_transaction_session_timeout", ABANDONED_TRANSACTION)]);
        let pool = PgPoolOptions::new()
            .max_connections(address.connections)
            .acquire_timeout(address.patience)
            // sqlx asks without a time-out, and a dead connection's place in the pool would then be lost until the
            // kernel gives it up. On release it asks once more after us: what falls silent between the two
            // questions is still lost for so long. What answered a moment ago is not asked again.
            .test_before_acquire(false)
            .before_acquire(|connection, met| {
                Box::pin(async move { if met.idle_for < FRESH { Ok(true) } else { answers(connection).await } })
            })
            .after_release(|connection, _| Box::pin(answers(connection)))
            .connect_with(options)
            .await
            .map_err(unavailable)?;
        Ok(SqlxPostgresConnector::from_sqlx_postgres_pool(pool))
    }
}
