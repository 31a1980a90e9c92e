//! `reconnect doctor`: looks at everything the settings name and says in a sentence each what is well and what is
//! wrong. Sends nothing, makes nothing, changes nothing.

use crate::config::Config;
use crate::config::store::{DatabaseKind, WrappedKeys};
use crate::master_key::{self, MasterKeyError};
use crate::shell::{Done, Shell};
use crate::{open_store, transports};
use chrono::{DateTime, TimeDelta, Utc};
use migrations::Standing;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use storage::sealed::{MasterKey, wrapped_otherwise};
use storage::{dead_letters, instance, ties};

/// More than this apart, and a promise is kept on the wrong side of a midnight.
const CLOCK_TOLERANCE: TimeDelta = TimeDelta::seconds(2);

/// This program is younger than this, so a clock that shows less stands still or was never set.
const OLDEST_TIME: &str = "2026-01-01T00:00:00Z";

/// One sentence about one thing.
struct Finding {
    about: &'static str,
    /// Err: what is wrong and what to do.
    said: Result<String, String>,
}

impl Finding {
    fn well(about: &'static str, said: impl Into<String>) -> Self {
        Self { about, said: Ok(said.into()) }
    }

    fn wrong(about: &'static str, said: impl Into<String>) -> Self {
        Self { about, said: Err(said.into()) }
    }
}

pub async fn run(shell: Shell) -> Done {
    let config = &shell.config;
    let mut findings = vec![Finding::well("settings", "every value is right in itself"), data_directory(config)];
    let (master, finding) = master_key(config).await;
    findings.push(finding);
    findings.extend(keys(config, master.as_ref()).await);
    findings.extend(database(&shell).await);
    findings.extend(channels(&shell).await);
    let wrong = findings.iter().filter(|finding| finding.said.is_err()).count();
    let mut out = std::io::stdout().lock();
    for Finding { about, said } in &findings {
        match said {
            Ok(said) => writeln!(out, "well   {about}: {said}")?,
            Err(said) => writeln!(out, "WRONG  {about}: {said}")?,
        }
    }
    match wrong {
        0 => Ok(()),
        1 => Err("one thing is wrong".into()),
        wrong => Err(format!("{wrong} things are wrong").into()),
    }
}

fn data_directory(config: &Config) -> Finding {
    let directory = &config.store.data_dir;
    let shown = directory.display();
    match std::fs::metadata(directory) {
        Ok(metadata) if !metadata.is_dir() => {
            Finding::wrong("data.dir", format!("{shown} is not a directory; name one, or move the file away"))
        }
        Ok(metadata) if metadata.permissions().readonly() => {
            Finding::wrong("data.dir", format!("{shown} cannot be written to; give its user the right to"))
        }
        Ok(_) => Finding::well("data.dir", format!("{shown} is there")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Finding::well("data.dir", format!("{shown} is not there yet; `reconnect up` makes it"))
        }
        Err(error) => Finding::wrong("data.dir", format!("{shown} cannot be looked at: {error}")),
    }
}

async fn master_key(config: &Config) -> (Option<MasterKey>, Finding) {
    let about = "master key";
    match master_key::read(&config.store.keys.master_key_file) {
        Ok(key) => {
            let said = format!("key {} can be read, by its user only", key.id());
            (Some(key), Finding::well(about, said))
        }
        Err(MasterKeyError::Missing(path)) if open_store::anything_wrapped(config).await.unwrap_or(false) => {
            (None, Finding::wrong(about, MasterKeyError::Lost(path).to_string()))
        }
        Err(MasterKeyError::Missing(path)) if config.store.keys.master_key_is_ours => {
            let path = path.display();
            (
                None,
                Finding::well(
                    about,
                    format!("{path} is not there yet; `reconnect up` makes it, `serve` and `work` do not"),
                ),
            )
        }
        Err(error) => (None, Finding::wrong(about, error.to_string())),
    }
}

async fn keys(config: &Config, master: Option<&MasterKey>) -> Vec<Finding> {
    let about = "wrapped keys";
    if let WrappedKeys::Sqlite(path) = &config.store.keys.wrapped_keys
        && !path.exists()
    {
        return vec![Finding::well(
            about,
            format!("{} is not there yet; it is made when it is needed", path.display()),
        )];
    }
    let keys = match open_store::wrapped_keys(config).await {
        Ok(keys) => keys,
        Err(error) => return vec![Finding::wrong(about, format!("keys.wrapped_keys cannot be opened: {error}"))],
    };
    let finding = match master {
        None => Finding::well(about, "can be opened"),
        Some(master) => match wrapped_otherwise(&keys, master).await {
            Ok(0) => Finding::well(about, "all belong to the master key"),
            Ok(count) => Finding::wrong(
                about,
                format!(
                    "{count} were wrapped by another master key, and what they seal cannot be read; bring that key back"
                ),
            ),
            // The table is made with the first store that opens.
            Err(_) => Finding::well(about, "can be opened, and hold nothing yet"),
        },
    };
    drop(keys.close().await);
    vec![finding]
}

async fn database(shell: &Shell) -> Vec<Finding> {
    let (about, config) = ("database", &shell.config.store.database);
    let not_yet = |path: &Path| format!("{} is not there yet; `reconnect migrate` and `up` make it", path.display());
    if let Some(path) = config.sqlite_file().filter(|path| config.kind == DatabaseKind::Sqlite && !path.exists()) {
        return vec![Finding::well(about, not_yet(&path)), plausible_clock(shell.clock.now())];
    }
    let database = match open_store::database(&shell.config).await {
        Ok(database) => database,
        Err(error) => {
            let said = format!("database.url cannot be reached: {error}");
            return vec![Finding::wrong(about, said), plausible_clock(shell.clock.now())];
        }
    };
    let schema = match migrations::standing(&database).await {
        Ok(Standing { behind: 0, ahead: 0 }) => Finding::well(about, "answers, and is at this version"),
        Ok(Standing { behind: 0, ahead }) => {
            let said = format!("answers, and is {} ahead, as while a later version takes over", counted(ahead));
            Finding::well(about, said)
        }
        Ok(Standing { behind, .. }) => {
            Finding::wrong(about, format!("answers, and is {} behind: run `reconnect migrate`", counted(behind)))
        }
        Err(error) => Finding::wrong(about, format!("does not answer: {error}")),
    };
    let clock = match database.get_database_backend() {
        DbBackend::Postgres => compared_clock(&database, shell).await,
        _ => plausible_clock(shell.clock.now()),
    };
    let mut findings = vec![schema, clock];
    if findings[0].said.is_ok() {
        findings.push(dispatch(&database).await);
        findings.extend(strangers(&shell.config, &database).await);
    }
    drop(database.close().await);
    findings
}

fn counted(migrations: usize) -> String {
    if migrations == 1 { "1 migration".to_owned() } else { format!("{migrations} migrations") }
}

/// Keys that the database was not written with.
async fn strangers(config: &Config, database: &DatabaseConnection) -> Option<Finding> {
    // Whether they can be opened is said by itself.
    let fits = match &config.store.keys.wrapped_keys {
        WrappedKeys::Sqlite(path) if !path.exists() => ties::knows_keys(database).await.map(|knows| !knows),
        _ => {
            let keys = open_store::wrapped_keys(config).await.ok()?;
            let fits = ties::fits(database, &keys).await;
            drop(keys.close().await);
            fits
        }
    };
    let said = "are not those that the database was written with, and none of its texts can be read; bring them back";
    matches!(fits, Ok(false)).then(|| Finding::wrong("wrapped keys", said))
}

/// Whether anything is sent, and whether something waits for a person.
async fn dispatch(database: &DatabaseConnection) -> Finding {
    let about = "dispatch";
    let (hold, dead) = match tokio::try_join!(instance::dispatch_hold(database), dead_letters::count(database)) {
        Ok(found) => found,
        Err(error) => return Finding::wrong(about, format!("cannot be asked about: {error}")),
    };
    if hold.on {
        let since = hold.since.map(|since| format!(" since {}", since.format("%F %T UTC"))).unwrap_or_default();
        let said = format!("is held{since}, as after a restore, and nothing is sent; `reconnect resume` lets it go on");
        return Finding::wrong(about, said);
    }
    match dead {
        0 => Finding::well(about, "is not held, and nothing has died"),
        dead => Finding::wrong(about, format!("{dead} dead letters wait for a person: `reconnect dead-letters list`")),
    }
}

/// Against the database's clock: replicas that disagree about now send twice or late.
async fn compared_clock(database: &DatabaseConnection, shell: &Shell) -> Finding {
    let asked = shell.clock.now();
    let question = Statement::from_string(DbBackend::Postgres, "select clock_timestamp() as now");
    let answer = match database.query_one_raw(question).await {
        Ok(Some(row)) => row.try_get::<DateTime<Utc>>("", "now"),
        Ok(None) => return plausible_clock(asked),
        Err(error) => Err(error),
    };
    let heard = shell.clock.now();
    match answer {
        // The database looked at its clock between the question and the answer.
        Ok(theirs) if theirs >= asked - CLOCK_TOLERANCE && theirs <= heard + CLOCK_TOLERANCE => {
            Finding::well("clock", "agrees with the database's")
        }
        Ok(theirs) => {
            let apart = (theirs - asked).num_seconds().abs();
            let said = format!("is {apart} seconds from the database's; set both by the same time server (NTP)");
            Finding::wrong("clock", said)
        }
        Err(error) => Finding::wrong("clock", format!("cannot be compared with the database's: {error}")),
    }
}

fn plausible_clock(now: DateTime<Utc>) -> Finding {
    let plausible = OLDEST_TIME.parse::<DateTime<Utc>>().is_ok_and(|oldest| now > oldest);
    if plausible {
        Finding::well("clock", format!("shows {}", now.format("%F %T UTC")))
    } else {
        Finding::wrong("clock", format!("shows {}, which has long passed; set it (NTP)", now.format("%F %T UTC")))
    }
}

async fn channels(shell: &Shell) -> Vec<Finding> {
    let transports = match transports::open(&shell.config, Arc::clone(&shell.clock)) {
        Ok(transports) => transports,
        Err(error) => return vec![Finding::wrong("mail and pushes", error.to_string())],
    };
    if !transports.is_live() {
        let data = shell.config.store.data_dir.display();
        return vec![Finding::well("mail and pushes", format!("go to files in {data}; nothing leaves this machine"))];
    }
    let found = transports.check().await.into_iter();
    found
        .map(|found| Finding {
            about: found.channel,
            said: if found.well { Ok(found.sentence) } else { Err(found.sentence) },
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_was_never_set_is_noticed() {
        assert!(plausible_clock(DateTime::UNIX_EPOCH).said.is_err());
        assert!(plausible_clock("2026-10-01T08:00:00Z".parse().unwrap()).said.is_ok());
    }
}
