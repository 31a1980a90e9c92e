//! What can go wrong below the API.

use domain::words::UnknownWord;
use sea_orm::{DbErr, RuntimeErr, SqlErr};

/// A failure of storage. None of the messages holds what a person wrote.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// Missing, or the policy hides it from this actor; the two are one (404).
    #[error("not there, or not hers")]
    Hidden,
    /// The policy says she may know of it, but not do this (403).
    #[error("not allowed")]
    Denied,
    /// The database cannot be reached, is busy past its time-out, or has no room left: try again later.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// A uniqueness rule was broken: somebody else was first.
    #[error("already there: {0}")]
    Duplicate(String),
    /// The row changed since it was read.
    #[error("changed meanwhile")]
    Stale,
    /// A stored word or value is not one this version knows.
    #[error("stored value not understood: {0}")]
    Corrupt(String),
    /// Sealed text could not be opened: wrong master key, destroyed data key, or altered bytes.
    #[error("sealed text cannot be opened: {0}")]
    Sealed(&'static str),
    #[error("database: {0}")]
    Database(DbErr),
}

pub type Result<T> = std::result::Result<T, StorageError>;

impl From<DbErr> for StorageError {
    fn from(error: DbErr) -> Self {
        if let Some(SqlErr::UniqueConstraintViolation(what)) = error.sql_err() {
            return Self::Duplicate(what);
        }
        match &error {
            DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => Self::Unavailable(error.to_string()),
            DbErr::Exec(RuntimeErr::SqlxError(inner)) | DbErr::Query(RuntimeErr::SqlxError(inner))
                if passes_with_time(inner) =>
            {
                Self::Unavailable(error.to_string())
            }
            _ => Self::Database(error),
        }
    }
}

/// Outages, locks, full disks and shutdowns: nothing the caller did, and worth another try.
fn passes_with_time(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(database) => {
            let code = database.code().unwrap_or_default();
            // PostgreSQL: 08 connection, 53 resources (disk full), 57P shutdown, 40 serialization and
            // deadlock, 25006 read-only, 25P03 too long between two statements of a transaction. SQLite (primary code in the low byte): busy 5, locked 6,
            // read-only 8, I/O 10, full 13, cannot open 14.
            let postgres = code.len() == 5
                && (code.starts_with("08")
                    || code.starts_with("53")
                    || code.starts_with("57P")
                    || code.starts_with("40")
                    || code == "25006"
                    || code == "25P03");
            let sqlite =
                code.len() < 5 && code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6 | 8 | 10 | 13 | 14));
            postgres || sqlite
        }
        _ => false,
    }
}

impl From<UnknownWord> for StorageError {
    fn from(error: UnknownWord) -> Self {
        Self::Corrupt(error.to_string())
    }
}

impl From<serde_json::Error> for StorageError {
    fn from(error: serde_json::Error) -> Self {
        Self::Corrupt(format!("{:?} at column {}", error.classify(), error.column()))
    }
}
