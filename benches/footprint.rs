//! The binary as it is deployed: how soon it is ready, what it keeps in memory, how large it is.

use super::callers::{Callers, Saying};
use super::median::median;
use super::pairs::MASTER_KEY;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

type Done<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Later than this it does not start at all.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks whether it is ready.
const LOOK: Duration = Duration::from_millis(1);
/// What was needed for a moment only is given back by then.
const CALM: Duration = Duration::from_secs(2);

/// Where a process finds its database, its keys and its files.
pub struct Installation<'a> {
    pub binary: PathBuf,
    pub data: &'a Path,
    pub database: &'a str,
    pub keys: &'a str,
}

/// A running role. Dropped, it is killed.
pub struct Role {
    child: Child,
    address: SocketAddr,
    /// From its start until it said that it is ready.
    pub ready_after: Duration,
}

impl Installation<'_> {
    /// # Errors
    /// The file cannot be written.
    pub fn write_key(&self) -> Done {
        let file = self.data.join("master.key");
        std::fs::write(&file, MASTER_KEY)?;
        Ok(std::fs::set_permissions(&file, PermissionsExt::from_mode(0o600))?)
    }

    /// In bytes.
    ///
    /// # Errors
    /// There is no binary.
    pub fn size(&self) -> Done<u64> {
        Ok(std::fs::metadata(&self.binary)?.len())
    }

    /// A role that ends by itself.
    ///
    /// # Errors
    /// It failed.
    pub fn run(&self, role: &str) -> Done {
        let ended = self.command(role, free_port()?)?.output()?;
        match ended.status.success() {
            true => Ok(()),
            false => Err(format!("{role}: {}", String::from_utf8_lossy(&ended.stderr)).into()),
        }
    }

    /// Starts a role and waits until its address says that it is there.
    ///
    /// # Errors
    /// It ended, or is not ready in time.
    pub fn start(&self, role: &str) -> Done<Role> {
        let port = free_port()?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        // A worker has its page of metrics alone.
        let page = if role == "work" { "/metrics" } else { "/readyz" };
        let mut command = self.command(role, port)?;
        let begun = Instant::now();
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let mut role = Role { child, address, ready_after: Duration::ZERO };
        while !answers(address, page) {
            if let Some(status) = role.child.try_wait()? {
                return Err(format!("it ended with {status} before it was ready").into());
            }
            if begun.elapsed() > PATIENCE {
                return Err("it is not ready".into());
            }
            std::thread::sleep(LOOK);
        }
        role.ready_after = begun.elapsed();
        Ok(role)
    }

    /// The median of so many starts.
    ///
    /// # Errors
    /// One of them failed.
    pub fn starts(&self, role: &str, rounds: usize) -> Done<Duration> {
        let mut took = Vec::new();
        for _ in 0..rounds {
            took.push(self.start(role)?.ready_after);
        }
        Ok(median(&mut took))
    }

    fn command(&self, role: &str, port: u16) -> Done<Command> {
        let mut command = Command::new(&self.binary);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("RECONNECT") {
                command.env_remove(name);
            }
        }
        let listen = if role == "work" { "TELEMETRY__METRICS_LISTEN" } else { "SERVER__LISTEN" };
        for (key, value) in [
            ("DATA__DIR", self.data.display().to_string()),
            ("DATABASE__URL", self.database.to_owned()),
            ("KEYS__WRAPPED_KEYS", self.keys.to_owned()),
            (listen, format!("127.0.0.1:{port}")),
            ("LIMITS__REQUESTS_PER_MINUTE", "100000".to_owned()),
            ("TELEMETRY__LOG", "warn".to_owned()),
        ] {
            command.env(format!("RECONNECT__{key}"), value);
        }
        command.arg(role).current_dir(self.data).stdin(Stdio::null());
        Ok(command)
    }
}

impl Role {
    /// What it keeps in memory once nothing happens, in MB.
    ///
    /// # Errors
    /// It ended.
    pub async fn resident(&self) -> Done<f64> {
        tokio::time::sleep(CALM).await;
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no resident set")?;
        let kib: f64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kib * 1_024.0 / 1_000_000.0)
    }

    /// Is asked for so long.
    ///
    /// # Errors
    /// It did not answer, or not as expected.
    pub async fn load(&self, callers: usize, status: u16, saying: Saying, duration: Duration) -> Done<usize> {
        let mut callers = Callers::connect(self.address, callers, status, saying).await?;
        Ok(callers.ask(duration).await?.answered())
    }
}

impl Drop for Role {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn answers(address: SocketAddr, page: &str) -> bool {
    let asked = || -> std::io::Result<bool> {
        let mut socket = TcpStream::connect(address)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        socket.write_all(format!("GET {page} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n").as_bytes())?;
        let mut answer = [0; 12];
        socket.read_exact(&mut answer)?;
        Ok(answer.ends_with(b"200"))
    };
    asked().unwrap_or(false)
}

fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
