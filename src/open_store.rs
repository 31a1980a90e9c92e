//! From the configuration to an open store.

use crate::config::Config;
use crate::config::store::{Database, DatabaseKind, WrappedKeys, sqlite_url};
use crate::master_key;
use crate::shell::Shell;
use migrations::Standing;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use secrecy::ExposeSecret;
use std::path::Path;
use std::sync::Arc;
use storage::sealed::{MasterKey, Sealer};
use storage::{Address, StorageError, Store};

/// Connects to the database; the schema is not touched. An SQLite database and its directory are made.
///
/// # Errors
/// It cannot be reached, or the directory cannot be made.
pub async fn database(config: &Config) -> Result<DatabaseConnection, StorageError> {
    let database = &config.store.database;
    make_directory_of(database)?;
    storage::connect::open(&address(database)).await
}

/// Opens the whole store with its keys; the schema is not touched.
///
/// # Errors
/// The database or the keys cannot be reached.
pub async fn store(shell: &Shell, master: MasterKey) -> Result<Store, StorageError> {
    let database = &shell.config.store.database;
    make_directory_of(database)?;
    let (clock, entropy) = (Arc::clone(&shell.clock), Arc::clone(&shell.entropy));
    let keys = wrapped_keys(&shell.config).await?;
    let sealer = Sealer::over(keys, master, Arc::clone(&clock), Arc::clone(&entropy)).await?;
    Store::connect(&address(database), Arc::new(sealer), clock, entropy).await
}

/// As [`store`], and makes sure that the schema is this version's or later, and that database and keys belong together.
///
/// # Errors
/// As [`store`], or the database has to be migrated first, or keys or master key are others'.
pub async fn migrated(shell: &Shell, master: MasterKey) -> Result<Store, Box<dyn std::error::Error + Send + Sync>> {
    let store = store(shell, master).await?;
    let Standing { behind, ahead } = migrations::standing(store.read()).await?;
    if behind > 0 {
        return Err("the database is not at this version yet: run `reconnect migrate` first".into());
    }
    storage::ties::tie(&store).await?;
    if ahead > 0 {
        tracing::info!(migrations.ahead = ahead, "the database is at a later version");
    }
    Ok(store)
}

/// The master key; true when it was made, since nothing was ever sealed here.
///
/// # Errors
/// It cannot be read; or it is missing and cannot be made, or texts are sealed with the one that was there.
pub async fn master_key(shell: &Shell) -> Result<(MasterKey, bool), Box<dyn std::error::Error + Send + Sync>> {
    let path = &shell.config.store.keys.master_key_file;
    if !path.exists() && anything_wrapped(&shell.config).await? {
        return Err(master_key::MasterKeyError::Lost(path.clone()).into());
    }
    Ok(master_key::read_or_make(path, &*shell.entropy)?)
}

/// Whether there is a wrapped key, and so a master key that wrapped it.
///
/// # Errors
/// The keys cannot be reached.
pub async fn anything_wrapped(config: &Config) -> Result<bool, StorageError> {
    if let WrappedKeys::Sqlite(path) = &config.store.keys.wrapped_keys
        && !path.exists()
    {
        return Ok(false);
    }
    let keys = wrapped_keys(config).await?;
    // Before anything was wrapped there is no table, and no other way to ask on both databases.
    let found = keys.query_one_raw(Statement::from_string(keys.get_database_backend(), "select 1 from data_key")).await;
    drop(keys.close().await);
    Ok(matches!(found, Ok(Some(_))))
}

/// Connects to where the wrapped data keys live.
///
/// # Errors
/// It cannot be reached, or the directory cannot be made.
pub async fn wrapped_keys(config: &Config) -> Result<DatabaseConnection, StorageError> {
    let database = &config.store.database;
    let url = match &config.store.keys.wrapped_keys {
        WrappedKeys::Sqlite(path) => {
            make_directory(path.parent())?;
            sqlite_url(path)
        }
        WrappedKeys::Postgres(url) => url.expose_secret().to_owned(),
    };
    // Keys are read once and kept: a few connections serve a whole process.
    let connections = database.max_connections.min(4);
    storage::connect::open(&Address { connections, patience: database.acquire_timeout, ..Address::new(url) }).await
}

fn address(database: &Database) -> Address {
    Address {
        connections: database.max_connections,
        patience: database.acquire_timeout,
        ..Address::new(database.url.expose_secret())
    }
}

fn make_directory_of(database: &Database) -> Result<(), StorageError> {
    match database.kind {
        DatabaseKind::Sqlite => make_directory(database.sqlite_file().as_deref().and_then(Path::parent)),
        DatabaseKind::Postgres => Ok(()),
    }
}

fn make_directory(directory: Option<&Path>) -> Result<(), StorageError> {
    match directory.filter(|directory| !directory.as_os_str().is_empty()) {
        Some(directory) => std::fs::create_dir_all(directory)
            .map_err(|error| StorageError::Unavailable(format!("{}: {error}", directory.display()))),
        None => Ok(()),
    }
}
