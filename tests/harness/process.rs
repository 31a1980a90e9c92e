//! The real binary as a child process whose log is kept and shown when a test fails.

use super::wall_clock;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// The default drain is 20 seconds; a test that needs longer than this has found something.
const STOP: Duration = Duration::from_secs(40);

/// A running role. Dropped, it is killed; dropped by a failing test, it shows its log.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    log: Arc<Mutex<Vec<u8>>>,
    readers: Vec<JoinHandle<()>>,
}

impl Process {
    pub(super) fn spawn(
        binary: &Path,
        arguments: &[impl AsRef<str>],
        environment: Vec<(String, String)>,
        directory: &Path,
        largest_file: u64,
    ) -> Self {
        let arguments: Vec<&str> = arguments.iter().map(AsRef::as_ref).collect();
        let mut child = command(binary, &arguments, environment, directory, largest_file)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let log = Arc::default();
        let readers = vec![
            keep(child.stdout.take().expect("stdout"), Arc::clone(&log)),
            keep(child.stderr.take().expect("stderr"), Arc::clone(&log)),
        ];
        Self { name: format!("reconnect {}", arguments.join(" ")), child, log, readers }
    }

    /// How it was started.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it has written and we have read so far, standard output and error together; whole once it has ended.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&self.log.lock().unwrap_or_else(|poisoned| poisoned.into_inner())).into_owned()
    }

    /// Its status if it has ended.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("its status")
    }

    /// Sends a signal, such as "TERM". The shell's own `kill` is used, which is everywhere.
    pub fn signal(&self, signal: &str) {
        let kill = format!("kill -{signal} {}", self.child.id());
        let sent = Command::new("sh").args(["-c", &kill]).status().expect("sh");
        assert!(sent.success(), "{} could not be sent {signal}", self.name);
    }

    /// Waits for its end.
    pub async fn wait(&mut self) -> ExitStatus {
        let deadline = tokio::time::Instant::now() + STOP;
        loop {
            if let Some(status) = self.ended() {
                wall_clock::clear_away(self.child.id());
                self.readers.drain(..).for_each(|reader| reader.join().expect("its log"));
                return status;
            }
            assert!(tokio::time::Instant::now() < deadline, "{} has not ended after {STOP:?}", self.name);
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Asks it to stop; it must do so in time and with exit code 0. Gives its whole log.
    pub async fn stop(mut self) -> String {
        self.signal("TERM");
        let status = self.wait().await;
        assert!(status.success(), "{} ended with {status} after SIGTERM", self.name);
        self.log()
    }

    /// Ends it as a power cut would.
    pub async fn kill(mut self) {
        self.signal("KILL");
        self.wait().await;
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself, and then there is nothing to kill.
        drop(self.child.kill());
        drop(self.child.wait());
        wall_clock::clear_away(self.child.id());
        self.readers.drain(..).for_each(|reader| drop(reader.join()));
        if std::thread::panicking() {
            eprintln!("---- log of {} ----\n{}---- end of log ----", self.name, self.log());
        }
    }
}

/// Runs a role to its end.
pub(super) async fn output(
    binary: &Path,
    arguments: &[&str],
    environment: Vec<(String, String)>,
    directory: &Path,
) -> Output {
    let mut command = command(binary, arguments, environment, directory, u64::MAX);
    let run = move || command.stdin(Stdio::null()).output().expect("the binary starts");
    tokio::task::spawn_blocking(run).await.expect("its output")
}

/// A write beyond the limit fails, rather than end the process; the limit is in the shell's blocks of 512 bytes.
const LIMITED: &str = r#"trap '' XFSZ; ulimit -f "$0"; exec "$@""#;

/// With no setting but the given ones: what the developer has exported must not change a test.
fn command(
    binary: &Path,
    arguments: &[&str],
    environment: Vec<(String, String)>,
    directory: &Path,
    largest_file: u64,
) -> Command {
    let mut command = if largest_file == u64::MAX {
        Command::new(binary)
    } else {
        let mut shell = Command::new("sh");
        shell.args(["-c", LIMITED]).arg((largest_file / 512).to_string()).arg(binary);
        shell
    };
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("RECONNECT") {
            command.env_remove(name);
        }
    }
    command.args(arguments).envs(environment).env("RUST_BACKTRACE", "1").current_dir(directory);
    command
}

fn keep(mut from: impl Read + Send + 'static, log: Arc<Mutex<Vec<u8>>>) -> JoinHandle<()> {
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(read @ 1..) = from.read(&mut buffer) {
            log.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).extend_from_slice(&buffer[..read]);
        }
    })
}
