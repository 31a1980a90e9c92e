//! What the stories stand on: the real binary, on a database of its own, spoken to over HTTP.
//!
//! ```ignore
//! on_both_databases! {
//!     async fn a_phone_asks_whether_the_service_is_ready(database) {
//!         let house = Harness::on(database).await.start("up").await;
//!         assert_eq!(house.client().get("/readyz").await.status, 200);
//!         house.stop().await;
//!     }
//! }
//! ```
//!
//! Run by `scripts/test`, which brings what is needed. A part that is missing fails the test and says so.

pub mod authority;
pub mod client;
pub mod cut;
mod database;
pub mod mail_sink;
mod process;
mod wall_clock;

pub use client::{Answer, Client};
pub use database::{Database, TestDatabase};
pub use mail_sink::MailSink;
pub use process::Process;
pub use wall_clock::WallClock;

use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

/// Makes one test per database of each `async fn name(database) { … }`.
macro_rules! on_both_databases {
    ($($(#[$meta:meta])* async fn $name:ident($database:ident) $body:block)+) => {$(
        $(#[$meta])*
        mod $name {
            use super::*;

            async fn story($database: $crate::harness::Database) $body

            #[tokio::test(flavor = "multi_thread")]
            async fn on_sqlite() {
                story($crate::harness::Database::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn on_postgres() {
                story($crate::harness::Database::Postgres).await;
            }
        }
    )+};
}
pub(crate) use on_both_databases;

/// How long a debug build on a busy machine may take to answer for the first time.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// One installation: a directory, a database, settings, and the process that is playing it, if any.
#[derive(Debug)]
pub struct Harness {
    // Declared before the database and the directory: the process ends before they go.
    process: Option<Process>,
    settings: BTreeMap<String, String>,
    clock: Option<WallClock>,
    arguments: Vec<String>,
    binary: PathBuf,
    /// In bytes: no file of a process grows beyond.
    largest_file: u64,
    address: SocketAddr,
    database: TestDatabase,
    directory: tempfile::TempDir,
}

impl Harness {
    /// A fresh installation with an empty database and a master key. Nothing runs yet.
    pub async fn on(database: Database) -> Self {
        Self::with(async |data| TestDatabase::create(database, data).await).await
    }

    /// The same on this PostgreSQL.
    pub async fn over(server: &str) -> Self {
        Self::with(async |_| TestDatabase::over(server).await).await
    }

    async fn with(database: impl AsyncFnOnce(&Path) -> TestDatabase) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let data = directory.path().join("data");
        std::fs::create_dir(&data).expect("data directory");
        let key = data.join("master.key");
        std::fs::write(&key, "5e".repeat(32)).expect("master key");
        std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("mode");
        let database = database(&data).await;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
        let mut house = Self {
            process: None,
            settings: BTreeMap::new(),
            clock: None,
            arguments: Vec::new(),
            binary: this_version(),
            largest_file: u64::MAX,
            address,
            database,
            directory,
        };
        for (key, value) in [
            ("data.dir", data.display().to_string()),
            ("database.url", house.database.url().to_owned()),
            ("database.max_connections", "8".to_owned()),
            ("keys.wrapped_keys", house.database.keys().to_owned()),
            ("server.listen", address.to_string()),
            ("telemetry.log", "info,poem=warn,sqlx=warn".to_owned()),
        ] {
            house = house.set(key, value);
        }
        house
    }

    /// Sets a key of `reconnect.default.toml` for every process of this installation that starts from now on.
    pub fn set(mut self, key: &str, value: impl Into<String>) -> Self {
        self.settings.insert(key.to_owned(), value.into());
        self
    }

    /// No file of a process that starts from now on grows beyond so many bytes: a disk without room, as far as
    /// writing is concerned.
    pub fn with_largest_file(mut self, bytes: u64) -> Self {
        self.largest_file = bytes;
        self
    }

    /// Sets several.
    pub fn set_all(self, settings: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        settings.into_iter().fold(self, |house, (key, value)| house.set(key, value))
    }

    /// Shows every process that starts from now on this time, and what the clock is put to later. Without it they
    /// see the machine's own.
    pub fn at(mut self, time: DateTime<Utc>) -> (Self, WallClock) {
        let clock = WallClock::showing(time, self.directory.path());
        self.clock = Some(clock.clone());
        (self, clock)
    }

    /// Starts the role (`up`, or `serve --…` in parts divided by spaces) and waits until it says that it is ready.
    pub async fn start(mut self, role: &str) -> Self {
        self.begin(role).await;
        self
    }

    /// The same, in place.
    pub async fn begin(&mut self, role: &str) {
        self.arguments = role.split_whitespace().map(str::to_owned).collect();
        self.restart().await;
    }

    /// Every process that starts from now on is of this binary.
    pub fn play(&mut self, binary: &Path) {
        self.binary = binary.to_owned();
    }

    /// Starts the same role again, on the same address and the same data, after a stop or a kill.
    pub async fn restart(&mut self) {
        assert!(self.process.is_none(), "it is running: stop or kill it first");
        let mut process = self.spawn(&self.arguments.clone());
        let client = self.client();
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            if let Some(status) = process.ended() {
                panic!("{} ended with {status} before it was ready:\n{}", process.name(), process.log());
            }
            if client.try_get("/readyz").await.is_some_and(|answer| answer.status == 200) {
                break;
            }
            assert!(tokio::time::Instant::now() < deadline, "{} is not ready:\n{}", process.name(), process.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.process = Some(process);
    }

    /// Starts one more process of this installation, such as a second `work`; not waited for.
    pub fn spawn(&self, arguments: &[impl AsRef<str>]) -> Process {
        self.spawn_in(arguments, self.environment())
    }

    /// The same with one more variable in its environment, which is no setting.
    pub fn spawn_with(&self, arguments: &[impl AsRef<str>], variable: (&str, &str)) -> Process {
        let (name, value) = variable;
        let environment = self.environment().into_iter().chain([(name.to_owned(), value.to_owned())]).collect();
        self.spawn_in(arguments, environment)
    }

    fn spawn_in(&self, arguments: &[impl AsRef<str>], environment: Vec<(String, String)>) -> Process {
        Process::spawn(&self.binary, arguments, environment, self.directory.path(), self.largest_file)
    }

    /// Runs a role that ends by itself and gives its output, whatever its exit code.
    pub async fn run(&self, arguments: &[&str]) -> Output {
        process::output(&self.binary, arguments, self.environment(), self.directory.path()).await
    }

    /// Asks the running process to stop; it must do so in time and with exit code 0. Gives its log.
    pub async fn stop(&mut self) -> String {
        self.process.take().expect("nothing is running").stop().await
    }

    /// Ends the running process as a power cut would.
    pub async fn kill(&mut self) {
        self.process.take().expect("nothing is running").kill().await;
    }

    /// Speaks to the installation, not signed in.
    pub fn client(&self) -> Client {
        Client::new(format!("http://{}", self.address))
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where the installation keeps its files (`mail/`, `push/` with the file transports).
    pub fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    /// The database's address, to look at what is stored.
    pub fn database_url(&self) -> &str {
        self.database.url()
    }

    /// The database itself, to be backed up and put back.
    pub fn database(&self) -> &TestDatabase {
        &self.database
    }

    /// Where its wrapped data keys are.
    pub fn wrapped_keys(&self) -> &str {
        self.database.keys()
    }

    fn environment(&self) -> Vec<(String, String)> {
        let variable = |key: &str| format!("RECONNECT__{}", key.replace('.', "__").to_uppercase());
        let settings = self.settings.iter().map(|(key, value)| (variable(key), value.clone()));
        settings.chain(self.clock.iter().flat_map(WallClock::environment)).collect()
    }
}

/// A port nobody listens on, below those that the system gives to outgoing connections, so that none of these
/// takes it before the process does, and across a restart.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = (std::process::id() % 5000) as u16;
    for _ in 0..5000 {
        let port = 15_000 + (first + NEXT.fetch_add(1, Ordering::Relaxed)) % 5000;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
    panic!("no free port");
}

/// The binary that is tested: this build's, unless another is given, such as the one that is to be deployed.
pub fn this_version() -> PathBuf {
    std::env::var_os("RECONNECT_TEST_BINARY").unwrap_or_else(|| env!("CARGO_BIN_EXE_reconnect").into()).into()
}

/// What a test needs from its surroundings.
pub fn needed(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| panic!("{variable} is not set: run the tests with scripts/test"))
}

/// The directory of the harness's own files.
fn harness_directory() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/harness"))
}
