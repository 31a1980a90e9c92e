//! `reconnect backup`: copies an installation on SQLite while it runs.

use crate::cli::Backup;
use crate::config::store::{DatabaseKind, WrappedKeys, sqlite_url};
use crate::open_store;
use crate::shell::{Done, Shell};
use sea_orm::DatabaseConnection;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use storage::{Address, backup};

pub async fn run(shell: Shell, asked: Backup) -> Done {
    let store = &shell.config.store;
    let Some(database) = store.database.sqlite_file().filter(|_| store.database.kind == DatabaseKind::Sqlite) else {
        return Err(
            "database.url is PostgreSQL, which is backed up with its own tools: see \"Backup and restore\" in \
                    docs/production.md"
                .into(),
        );
    };
    let keys = match &store.keys.wrapped_keys {
        WrappedKeys::Sqlite(path) => Some(path.as_path()),
        WrappedKeys::Postgres(_) => None,
    };
    for (key, source) in [("database.url", Some(database.as_path())), ("keys.wrapped_keys", keys)] {
        if let Some(missing) = source.filter(|path| !path.exists()) {
            return Err(format!("{key}: {} is not there: there is nothing to back up", missing.display()).into());
        }
    }
    let mut copies = Copies::default();
    // The database first: whatever key it needs by now is among the keys copied after it.
    let copy = copies.begin(&asked.directory, "reconnect.db")?;
    let source = open_store::database(&shell.config).await?;
    backup::copy(&source, utf8(&copy)?).await?;
    drop(source.close().await);
    let opened = open(&copy).await?;
    backup::mark(&opened, shell.clock.now()).await?;
    whole(opened, "the database").await?;
    if keys.is_some() {
        let copy = copies.begin(asked.keys.as_deref().unwrap_or(&asked.directory), "keys.db")?;
        let source = open_store::wrapped_keys(&shell.config).await?;
        backup::copy(&source, utf8(&copy)?).await?;
        drop(source.close().await);
        let opened = open(&copy).await?;
        backup::mark_keys(&opened).await?;
        whole(opened, "the wrapped keys").await?;
    }
    let mut out = std::io::stdout().lock();
    for (path, bytes) in copies.finish()? {
        writeln!(out, "{}  {bytes} bytes, whole and on the disk", path.display())?;
    }
    if keys.is_none() {
        writeln!(out, "the wrapped keys are on PostgreSQL and not in it: back them up now, with its own tools")?;
    } else if asked.keys.is_none() {
        writeln!(out, "keep keys.db in another place, and for a short time: erasures reach old backups when it goes")?;
    }
    let master = store.keys.master_key_file.display();
    writeln!(out, "the master key is not in it, and without it no text can be read: keep a copy of {master} apart")?;
    Ok(())
}

async fn open(copy: &Path) -> Result<DatabaseConnection, storage::StorageError> {
    storage::connect::open(&Address { connections: 1, ..Address::new(sqlite_url(copy)) }).await
}

/// Closes the copy, and with it what SQLite kept beside it.
async fn whole(copy: DatabaseConnection, what: &str) -> Done {
    let fault = backup::fault(&copy).await?;
    copy.close().await?;
    match fault {
        None => Ok(()),
        Some(fault) => Err(format!("{what} could be copied, but is damaged, here or in the copy: {fault}").into()),
    }
}

/// Files that are only called by their names once all of them are whole; until then, and if one is not, nothing is left.
#[derive(Default)]
struct Copies(Vec<Copy>);

struct Copy {
    part: PathBuf,
    path: PathBuf,
}

impl Copies {
    /// An empty file for its user alone, in a directory that is made if it is missing. Nothing is overwritten.
    fn begin(&mut self, directory: &Path, name: &str) -> Done<PathBuf> {
        let failed = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
        let made = DirBuilder::new().recursive(true).mode(0o700).create(directory);
        made.map_err(|error| failed(directory, error))?;
        let (path, part) = (directory.join(name), directory.join(format!("{name}.part")));
        if path.exists() {
            return Err(format!("{} is there already; name a new directory", path.display()).into());
        }
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part) {
            Ok(_) => self.0.push(Copy { part: part.clone(), path }),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                let part = part.display();
                return Err(format!("{part} is left of a backup that is under way or was cut off; remove it").into());
            }
            Err(error) => return Err(failed(&part, error).into()),
        }
        Ok(part)
    }

    /// Paths and sizes.
    fn finish(mut self) -> std::io::Result<Vec<(PathBuf, u64)>> {
        for copy in &self.0 {
            File::open(&copy.part)?.sync_all()?;
        }
        let mut finished = Vec::new();
        for copy in std::mem::take(&mut self.0) {
            fs::rename(&copy.part, &copy.path)?;
            // A bare name is in the directory in which the program was started.
            let directory = copy.path.parent().filter(|path| !path.as_os_str().is_empty()).unwrap_or(Path::new("."));
            File::open(directory)?.sync_all()?;
            finished.push((copy.path.clone(), fs::metadata(&copy.path)?.len()));
        }
        Ok(finished)
    }
}

impl Drop for Copies {
    fn drop(&mut self) {
        for copy in &self.0 {
            for beside in ["", "-journal", "-wal", "-shm"] {
                let mut path = copy.part.clone().into_os_string();
                path.push(beside);
                // Most of them were never there.
                drop(fs::remove_file(path));
            }
        }
    }
}

fn utf8(path: &Path) -> Result<&str, String> {
    path.to_str().ok_or_else(|| format!("{}: give a path in UTF-8", path.display()))
}
