//! Sections `data`, `database` and `keys`: where things are kept.

use super::parse;
use super::reader::Reader;
use secrecy::{ExposeSecret, SecretString};
use std::path::{Path, PathBuf};
use std::time::Duration;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatabaseKind {
    Sqlite,
    Postgres,
}

/// Section `database`.
#[derive(Clone, Debug)]
pub struct Database {
    /// `sqlite://PATH` or `postgres://…`.
    pub url: SecretString,
    pub kind: DatabaseKind,
    /// Per process.
    pub max_connections: u32,
    pub acquire_timeout: Duration,
}

/// Section `keys`.
#[derive(Clone, Debug)]
pub struct Keys {
    /// 64 hexadecimal digits.
    pub master_key_file: PathBuf,
    /// True when nobody named the file, so that `up` may make it.
    pub master_key_is_ours: bool,
    pub wrapped_keys: WrappedKeys,
}

/// Where the wrapped data keys live, apart from the database.
#[derive(Clone, Debug)]
pub enum WrappedKeys {
    Sqlite(PathBuf),
    /// `postgres://…`
    Postgres(SecretString),
}

/// Sections `data`, `database` and `keys`.
#[derive(Clone, Debug)]
pub struct Store {
    pub data_dir: PathBuf,
    pub database: Database,
    pub keys: Keys,
}

impl Store {
    pub fn read(from: &mut Reader) -> Option<Self> {
        let data_dir = from.value("data.dir", parse::path);
        let database = Database::read(from, data_dir.as_deref());
        let keys = Keys::read(from, data_dir.as_deref(), database.as_ref());
        Some(Self { data_dir: data_dir?, database: database?, keys: keys? })
    }
}

impl Database {
    fn read(from: &mut Reader, data_dir: Option<&Path>) -> Option<Self> {
        let given = from.secret("database.url");
        let max_connections =
            from.value("database.max_connections", parse::number("a number of connections", 1..=1000));
        let acquire_timeout = from.value("database.acquire_timeout_seconds", parse::seconds(1..=60));
        let url = match given? {
            Some(url) => url,
            None => sqlite_url(&data_dir?.join("reconnect.db")).into(),
        };
        let kind = match url.expose_secret() {
            path if path.strip_prefix("sqlite://").is_some_and(|path| !path.is_empty() && !path.starts_with('?')) => {
                DatabaseKind::Sqlite
            }
            address if parse::is_postgres(address) => DatabaseKind::Postgres,
            _ => {
                from.problem(
                    "database.url",
                    "is not a database's address; give sqlite://PATH or postgres://USER:PASSWORD@HOST:PORT/NAME",
                );
                return None;
            }
        };
        Some(Self { url, kind, max_connections: max_connections?, acquire_timeout: acquire_timeout? })
    }
}

impl Database {
    /// The file of an SQLite database.
    pub fn sqlite_file(&self) -> Option<PathBuf> {
        let path = self.url.expose_secret().strip_prefix("sqlite://")?;
        let path = path.split_once('?').map_or(path, |(path, _)| path);
        Some(percent_encoding::percent_decode_str(path).decode_utf8_lossy().into_owned().into())
    }
}

impl Keys {
    fn read(from: &mut Reader, data_dir: Option<&Path>, database: Option<&Database>) -> Option<Self> {
        let master = from.optional("keys.master_key_file", parse::path);
        let wrapped = from.secret("keys.wrapped_keys");
        let (master, wrapped, data_dir, database) = (master?, wrapped?, data_dir?, database?);
        let wrapped_keys = match wrapped {
            Some(address) if parse::is_postgres(address.expose_secret()) => {
                if address.expose_secret() == database.url.expose_secret() {
                    from.problem("keys.wrapped_keys", "is the database itself; give another one, with its own backups");
                    return None;
                }
                WrappedKeys::Postgres(address)
            }
            Some(path) if !path.expose_secret().contains("://") => WrappedKeys::Sqlite(path.expose_secret().into()),
            Some(_) => {
                from.problem("keys.wrapped_keys", "is not a place for keys; give a path or a postgres:// address");
                return None;
            }
            None if database.kind == DatabaseKind::Postgres => {
                from.problem(
                    "keys.wrapped_keys",
                    "is not set; with PostgreSQL give the address of another database, or a path if all processes run on this machine",
                );
                return None;
            }
            None => WrappedKeys::Sqlite(data_dir.join("keys.db")),
        };
        Some(Self {
            master_key_is_ours: master.is_none(),
            master_key_file: master.unwrap_or_else(|| data_dir.join("master.key")),
            wrapped_keys,
        })
    }
}

/// The URL of an SQLite file, with what would end the path in a URL escaped.
pub fn sqlite_url(path: &Path) -> String {
    let path = path.display().to_string().replace('%', "%25").replace('?', "%3F").replace('#', "%23");
    format!("sqlite://{path}")
}
