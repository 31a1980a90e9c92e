//! A real mail server (aiosmtpd) that keeps what it takes in.

use super::authority::Authority;
use super::{PATIENCE, harness_directory, needed};
use serde::Deserialize;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const USER: &str = "reconnect";
const PASSWORD: &str = "open sesame";

/// Offers STARTTLS and wants it, and a sign-in, before it takes mail.
#[derive(Debug)]
pub struct MailSink {
    child: Child,
    port: u16,
    ca_file: PathBuf,
    directory: tempfile::TempDir,
}

/// One mail as it came.
#[derive(Clone, Debug)]
pub struct Received {
    pub envelope: Envelope,
    /// RFC 5322, byte for byte; read it with `mail_parser`.
    pub raw: Vec<u8>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Envelope {
    pub mail_from: String,
    pub rcpt_tos: Vec<String>,
    /// Whether it came over TLS.
    pub tls: bool,
    /// Who had signed in.
    pub user: Option<String>,
}

impl MailSink {
    pub async fn start() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let authority = Authority::new();
        let issued = authority.issue();
        let (certificate, key) = (directory.path().join("server.pem"), directory.path().join("server.key"));
        std::fs::write(&certificate, issued.certificate).expect("certificate");
        std::fs::write(&key, issued.key).expect("key");
        let mut child = Command::new(needed("RECONNECT_TEST_PYTHON"))
            .arg(harness_directory().join("mail_sink.py"))
            .args([directory.path(), &certificate, &key])
            .args([USER, PASSWORD])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the Python of RECONNECT_TEST_PYTHON starts");
        let mut lines = BufReader::new(child.stdout.take().expect("stdout"));
        let mut line = String::new();
        let read = move || lines.read_line(&mut line).map(|_| line);
        let line = tokio::task::spawn_blocking(read).await.expect("a line").expect("a line");
        let port = line.trim().parse().expect("the mail server says its port: its error stands above");
        Self { child, port, ca_file: authority.write(directory.path()), directory }
    }

    /// The settings that send an installation's mail here.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        vec![
            ("mail.transport", "smtp".to_owned()),
            ("mail.from", "Reconnect <no-reply@reconnect.example>".to_owned()),
            ("mail.host", "localhost".to_owned()),
            ("mail.port", self.port.to_string()),
            ("mail.tls", "starttls".to_owned()),
            ("mail.user", USER.to_owned()),
            ("mail.password", PASSWORD.to_owned()),
            ("mail.ca_file", self.ca_file.display().to_string()),
        ]
    }

    /// The answer to the next mail in place of taking it, such as `451 4.3.0 later`; `hang up` takes it and
    /// closes the connection before the answer.
    pub fn answer_next(&self, answer: &str) {
        let part = self.directory.path().join("answer.part");
        std::fs::write(&part, answer).expect("the answer");
        std::fs::rename(part, self.directory.path().join("answer")).expect("the answer");
    }

    /// What has come so far, in the order in which it came.
    pub fn received(&self) -> Vec<Received> {
        let entries = std::fs::read_dir(self.directory.path().join("new")).expect("the mail server's directory");
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
        paths.sort();
        let read = |path: PathBuf| Received {
            envelope: serde_json::from_slice(&std::fs::read(&path).expect("envelope")).expect("envelope"),
            raw: std::fs::read(path.with_extension("eml")).expect("mail"),
        };
        paths.into_iter().map(read).collect()
    }

    /// Waits until `count` mails have come.
    pub async fn wait_for(&self, count: usize) -> Vec<Received> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let received = self.received();
            if received.len() >= count {
                return received;
            }
            let here = received.len();
            assert!(tokio::time::Instant::now() < deadline, "{here} of {count} mails have come");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for MailSink {
    fn drop(&mut self) {
        // It may have ended by itself, and then there is nothing to kill.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
