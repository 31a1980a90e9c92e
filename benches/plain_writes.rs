//! Rows that the database alone writes, as durably as ours: the ceiling of whatever commits.

use sea_orm::sqlx;
use sea_orm::sqlx::pool::PoolConnection;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sea_orm::sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sea_orm::sqlx::{Postgres, Sqlite};
use std::str::FromStr;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use uuid::Uuid;

type Done<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// As many write at once on PostgreSQL. SQLite has one writer.
const WRITERS: usize = 16;

/// The database without us.
#[derive(Clone, Debug)]
pub enum Plain {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// How many rows were written in commits of their own, and in what time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rows {
    written: usize,
    took: Duration,
}

impl Rows {
    pub fn per_second(self) -> f64 {
        self.written as f64 / self.took.as_secs_f64()
    }

    pub fn add(&mut self, other: Self) {
        self.written += other.written;
        self.took += other.took;
    }
}

impl Plain {
    /// With an empty table for the rows.
    pub async fn connect(url: &str) -> Done<Self> {
        let connections = u32::try_from(WRITERS)?;
        let create = |id: &str, bytes: &str| {
            sqlx::AssertSqlSafe(format!(
                "create table if not exists plain (id {id} primary key, body {bytes} not null)"
            ))
        };
        if url.starts_with("sqlite:") {
            let options = SqliteConnectOptions::from_str(url)?
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(Duration::from_secs(5));
            let pool = SqlitePoolOptions::new().max_connections(connections).connect_with(options).await?;
            sqlx::query(create("blob", "blob")).execute(&pool).await?;
            Ok(Self::Sqlite(pool))
        } else {
            // No question whether a connection still answers: the fastest there is.
            let pool = PgPoolOptions::new().max_connections(connections).test_before_acquire(false);
            let pool = pool.connect_with(PgConnectOptions::from_str(url)?).await?;
            sqlx::query(create("uuid", "bytea")).execute(&pool).await?;
            Ok(Self::Postgres(pool))
        }
    }

    pub async fn close(self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }

    /// Writes for so long, so many rows of so many bytes in every commit.
    pub async fn write(&self, duration: Duration, rows: usize, bytes: usize) -> Done<Rows> {
        let begun = Instant::now();
        let writers = match self {
            Self::Sqlite(_) => 1,
            Self::Postgres(_) => WRITERS,
        };
        let mut writing = JoinSet::new();
        for _ in 0..writers {
            let plain = self.clone();
            writing.spawn(async move {
                let (mut connection, body) = (plain.connection().await?, vec![7_u8; bytes]);
                let mut written = 0;
                while begun.elapsed() < duration {
                    connection.commit(rows, &body).await?;
                    written += rows;
                }
                Done::Ok(written)
            });
        }
        let mut written = 0;
        while let Some(ended) = writing.join_next().await {
            written += ended??;
        }
        Ok(Rows { written, took: begun.elapsed() })
    }

    async fn connection(&self) -> Result<Connection, sqlx::Error> {
        Ok(match self {
            Self::Sqlite(pool) => Connection::Sqlite(pool.acquire().await?),
            Self::Postgres(pool) => Connection::Postgres(pool.acquire().await?),
        })
    }
}

/// Kept while somebody writes: giving it back and taking it costs a round trip.
enum Connection {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

impl Connection {
    async fn commit(&mut self, rows: usize, body: &[u8]) -> Result<(), sqlx::Error> {
        let places: Vec<String> = (0..rows).map(|row| format!("(${}, ${})", 2 * row + 1, 2 * row + 2)).collect();
        let insert = sqlx::AssertSqlSafe(format!("insert into plain (id, body) values {}", places.join(", ")));
        match self {
            Self::Sqlite(connection) => {
                let insert = (0..rows).fold(sqlx::query(insert), |insert, _| insert.bind(new_id()).bind(body));
                insert.execute(&mut **connection).await?;
            }
            Self::Postgres(connection) => {
                let insert = (0..rows).fold(sqlx::query(insert), |insert, _| insert.bind(new_id()).bind(body));
                insert.execute(&mut **connection).await?;
            }
        }
        Ok(())
    }
}

/// In the order of time, as ours are.
fn new_id() -> Uuid {
    use super::wall::Wall;
    use domain::clock::{Clock as _, SeededEntropy, new_id};
    static ENTROPY: std::sync::LazyLock<SeededEntropy> = std::sync::LazyLock::new(|| SeededEntropy::new(2));
    new_id(Wall.now(), &*ENTROPY)
}
