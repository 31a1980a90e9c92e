//! A database for one test.

use super::needed;
use sea_orm::ConnectionTrait;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

/// On which database a story runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    Sqlite,
    Postgres,
}

/// An empty database, and where its wrapped keys go; on PostgreSQL both go away with this value.
#[derive(Debug)]
pub struct TestDatabase {
    url: String,
    keys: String,
    /// Servers, and what was made on each: the database, and then its wrapped keys.
    made: Option<[(String, String); 2]>,
}

impl TestDatabase {
    pub async fn create(database: Database, data: &Path) -> Self {
        match database {
            Database::Sqlite => Self {
                url: format!("sqlite://{}", data.join("reconnect.db").display()),
                keys: data.join("keys.db").display().to_string(),
                made: None,
            },
            Database::Postgres => Self::over(&needed("RECONNECT_TEST_POSTGRES")).await,
        }
    }

    /// On this PostgreSQL; its keys are on the one that all tests share.
    pub async fn over(server: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        // Each bench that runs in the suite brings a counter of its own, told apart by where it lies.
        let counter = std::ptr::from_ref(&NEXT).addr();
        let name = format!("story_{}_{counter:x}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let made = [(server.to_owned(), name.clone()), (needed("RECONNECT_TEST_POSTGRES"), format!("{name}_keys"))];
        for (server, name) in &made {
            execute(server, vec![format!("create database {name} template template0")]).await;
        }
        let [url, keys] = [&made[0], &made[1]].map(|(server, name)| beside(server, name));
        Self { url, keys, made: Some(made) }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Puts a copy of the database as it now is beside it, as a backup does. Connections to it end.
    pub async fn back_up(&self) {
        match &self.made {
            None => {
                let _ = std::fs::remove_file(self.backup());
                execute(&self.url, vec![format!("vacuum into '{}'", self.backup())]).await;
            }
            Some([(server, name), _]) => copy(server, name, &self.backup()).await,
        }
    }

    /// Puts the copy in place of the database. The wrapped keys stay as they are.
    pub async fn restore(&self) {
        match &self.made {
            None => {
                let path = self.url.trim_start_matches("sqlite://");
                for of_the_old in ["-wal", "-shm"] {
                    // Gone already after an orderly end.
                    drop(std::fs::remove_file(format!("{path}{of_the_old}")));
                }
                std::fs::remove_file(path).expect("the database");
                std::fs::copy(self.backup(), path).expect("the backup");
            }
            Some([(server, name), _]) => copy(server, &self.backup(), name).await,
        }
    }

    fn backup(&self) -> String {
        match &self.made {
            None => format!("{}.backup", self.url.trim_start_matches("sqlite://")),
            Some([(_, name), _]) => format!("{name}_backup"),
        }
    }

    /// For `keys.wrapped_keys`.
    pub fn keys(&self) -> &str {
        &self.keys
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let Some([main, keys]) = self.made.take() else { return };
        let backup = (main.0.clone(), format!("{}_backup", main.1));
        // The test's runtime cannot be waited on from within it.
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("runtime");
            runtime.block_on(async {
                for (server, name) in [main, keys, backup] {
                    execute(&server, vec![format!("drop database if exists {name} with (force)")]).await;
                }
            });
        });
        if thread.join().is_err() && !std::thread::panicking() {
            panic!("the test's database could not be dropped");
        }
    }
}

/// Makes the database `to` a copy of `from`, whatever it was before.
async fn copy(server: &str, from: &str, to: &str) {
    let statements = [
        format!("select pg_terminate_backend(pid) from pg_stat_activity where datname = '{from}'"),
        format!("drop database if exists {to} with (force)"),
        format!("create database {to} template {from}"),
    ];
    execute(server, statements.into()).await;
}

async fn execute(server: &str, statements: Vec<String>) {
    let mut options = sea_orm::ConnectOptions::new(server);
    options.max_connections(1).sqlx_logging(false);
    let admin = sea_orm::Database::connect(options).await.expect("PostgreSQL of RECONNECT_TEST_POSTGRES");
    for statement in statements {
        admin.execute_unprepared(&statement).await.expect("a statement of the harness");
    }
    admin.close().await.expect("closing");
}

/// The address of another database on the same server.
fn beside(server: &str, name: &str) -> String {
    let mut url = url::Url::parse(server).expect("RECONNECT_TEST_POSTGRES is an address");
    url.set_path(name);
    url.into()
}
