//! A throw-away PostgreSQL of its own, with an archive, that can be lost and recovered.

use crate::harness::{free_port, needed};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(60);
const MOMENT: Duration = Duration::from_millis(50);

pub struct Cluster {
    /// Where everything of it is: `data`, `base` and `archive`.
    place: PathBuf,
    port: u16,
    archive_seconds: u32,
    server: Mutex<Option<Child>>,
}

impl Cluster {
    /// An empty cluster that archives its log as soon as a part of it is full, or so many seconds old.
    pub fn archiving(archive_seconds: u32) -> Self {
        let made = program("mktemp").args(["-d", "/tmp/reconnect-rehearsal.XXXXXX"]).output().expect("mktemp");
        let place = PathBuf::from(String::from_utf8(made.stdout).expect("UTF-8").trim());
        let cluster = Self { place, port: free_port(), archive_seconds, server: Mutex::default() };
        done(program("mkdir").arg(cluster.place.join("archive")));
        let data = cluster.place.join("data");
        let options = ["-U", "reconnect", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"];
        done(program("initdb").arg("-D").arg(data).args(options).stdout(Stdio::null()));
        cluster.boot(&[]);
        cluster
    }

    /// Of the server.
    pub fn url(&self) -> String {
        format!("postgres://reconnect@127.0.0.1:{}/postgres", self.port)
    }

    /// The command that makes a copy of all files, while everything goes on.
    pub fn base_backup(&self) -> Command {
        let mut backup = program("pg_basebackup");
        backup.args(["-h", "127.0.0.1", "-U", "reconnect", "-c", "fast", "-p", &self.port.to_string()]);
        backup.arg("-D").arg(self.place.join("base"));
        backup
    }

    /// Its own time.
    pub async fn now(&self) -> String {
        self.asked("select clock_timestamp()::text").await
    }

    /// Waits until the log up to now is archived, as it is by itself.
    pub async fn archives(&self) {
        let ask = "select pg_walfile_name(pg_current_wal_lsn())";
        let file = self.asked(ask).await;
        let begun = Instant::now();
        let question = format!("select coalesce(last_archived_wal >= '{file}', false)::text from pg_stat_archiver");
        while self.asked(&question).await != "true" {
            assert!(begun.elapsed() < PATIENCE, "{file} is not archived");
            tokio::time::sleep(MOMENT).await;
        }
    }

    /// The machine is gone, with its disk.
    pub fn lose(&self) {
        self.kill();
        done(program("rm").arg("-rf").arg(self.place.join("data")));
    }

    /// The base backup, with the archived log up to `moment`, or all of it.
    pub async fn recover(&self, moment: Option<&str>) {
        let data = self.place.join("data");
        done(program("cp").arg("-a").arg(self.place.join("base")).arg(&data));
        done(program("touch").arg(data.join("recovery.signal")));
        let restore = format!("restore_command=cp {}/%f %p", self.place.join("archive").display());
        let mut settings = vec![restore, "recovery_target_action=promote".to_owned()];
        match moment {
            Some(moment) => settings.push(format!("recovery_target_time={moment}")),
            None => settings.push("recovery_target_timeline=current".to_owned()),
        }
        self.boot(&settings);
        let begun = Instant::now();
        while self.asked("select pg_is_in_recovery()::text").await != "false" {
            assert!(begun.elapsed() < PATIENCE, "it is not recovered: {}", self.log());
            tokio::time::sleep(MOMENT).await;
        }
    }

    fn boot(&self, settings: &[String]) {
        let archive = self.place.join("archive");
        let archive = archive.display();
        // Nothing is overwritten, and nothing has its name before it is whole.
        let command = format!(
            "archive_command=test ! -f {archive}/%f && cp %p {archive}/%f.part && mv {archive}/%f.part {archive}/%f"
        );
        let log = std::fs::File::create(self.log_file()).expect("its log");
        let mut server = program("postgres");
        server.arg("-D").arg(self.place.join("data")).arg("-k").arg(&self.place);
        server.args(["-p", &self.port.to_string()]);
        let fixed = ["listen_addresses=127.0.0.1", "archive_mode=on", "wal_level=replica", &command].map(str::to_owned);
        let age = format!("archive_timeout={}", self.archive_seconds);
        for setting in fixed.iter().chain([&age]).chain(settings) {
            server.args(["-c", setting]);
        }
        let child = server.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().expect("postgres starts");
        *self.server.lock().expect("the server") = Some(child);
        let begun = Instant::now();
        let port = self.port.to_string();
        let ready = ["-q", "-h", "127.0.0.1", "-U", "reconnect", "-p", &port];
        while !program("pg_isready").args(ready).status().expect("pg_isready").success() {
            assert!(begun.elapsed() < PATIENCE, "PostgreSQL does not start: {}", self.log());
            std::thread::sleep(MOMENT);
        }
    }

    /// Outside its directory, which belongs to another user.
    fn log_file(&self) -> PathBuf {
        self.place.with_extension("log")
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    fn kill(&self) {
        let Some(mut server) = self.server.lock().expect("the server").take() else { return };
        // The postmaster's death ends all others; none of them waits for a checkpoint.
        drop(server.kill());
        drop(server.wait());
    }

    async fn asked(&self, question: &str) -> String {
        let database = self.connected().await;
        let row = database.query_one_raw(Statement::from_string(database.get_database_backend(), question)).await;
        let answer = row.expect("an answer").expect("a row").try_get_by_index(0).expect("text");
        database.close().await.expect("closed");
        answer
    }

    async fn connected(&self) -> DatabaseConnection {
        let begun = Instant::now();
        loop {
            match sea_orm::Database::connect(self.url()).await {
                Ok(database) => return database,
                // It is reached before it lets anybody in.
                Err(error) => assert!(begun.elapsed() < PATIENCE, "{error}: {}", self.log()),
            }
            tokio::time::sleep(MOMENT).await;
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.kill();
        // What is left of it is in the way of nobody.
        drop(program("rm").arg("-rf").arg(&self.place).status());
        drop(std::fs::remove_file(self.log_file()));
    }
}

/// One of PostgreSQL's own programs, or of the system's, as the user that it runs as: it refuses to be root.
fn program(name: &str) -> Command {
    let beside = PathBuf::from(needed("RECONNECT_TEST_POSTGRES_PROGRAMS")).join(name);
    let name = if beside.exists() { beside.display().to_string() } else { name.to_owned() };
    let user = std::env::var("RECONNECT_TEST_POSTGRES_AS").unwrap_or_default();
    let words: Vec<&str> = user.split_whitespace().chain([name.as_str()]).collect();
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).env("LC_ALL", "C").env("TZ", "UTC").current_dir("/tmp");
    command
}

/// Runs it to its end, which must be good.
pub fn done(command: &mut Command) {
    let ended = command.stderr(Stdio::piped()).output().expect("it starts");
    assert!(ended.status.success(), "{command:?}: {}", String::from_utf8_lossy(&ended.stderr));
}
