//! The embedded default: what would have gone out, as files a person can open.

use super::letter::Letterhead;
use super::order::{MailOrder, PushOrder};
use super::outcome::{Outcome, Reason};
use super::settings::{MailFrom, SettingsError};
use super::{apns_wire, fcm_message, web_push_message};
use chrono::{DateTime, Utc};
use domain::clock::Clock;
use domain::words::Platform;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The bundle id the files are written for.
const TOPIC: &str = "local.reconnect";

/// Writes `push/<delivery id>.json` and `mail/<delivery id>.eml`. The same order again is the same
/// file again.
#[derive(Debug)]
pub(super) struct Files {
    clock: Arc<dyn Clock>,
    dir: PathBuf,
    letterhead: Letterhead,
}

impl Files {
    pub(super) fn new(dir: &Path, from: &MailFrom, clock: Arc<dyn Clock>) -> Result<Self, SettingsError> {
        Ok(Self { clock, dir: dir.to_owned(), letterhead: Letterhead::new(from, None)? })
    }

    pub(super) async fn push(&self, order: &PushOrder) -> Outcome {
        match written_push(order, self.clock.now()) {
            Ok(content) => self.write("push", format!("{}.json", order.delivery_id), content).await,
            Err(reason) => Outcome::give_up(reason),
        }
    }

    pub(super) async fn mail(&self, order: &MailOrder) -> Outcome {
        match self.letterhead.compose(order, self.clock.now()) {
            Ok(letter) => self.write("mail", format!("{}.eml", order.delivery_id), letter.bytes).await,
            Err(reason) => Outcome::give_up(reason),
        }
    }

    async fn write(&self, folder: &'static str, name: String, content: Vec<u8>) -> Outcome {
        let receipt = format!("{folder}/{name}");
        let folder = self.dir.join(folder);
        let written = tokio::task::spawn_blocking(move || put(&folder, &name, &content)).await;
        match written.unwrap_or_else(|_| Err(io::Error::other("the writer stopped"))) {
            Ok(()) => Outcome::Sent { receipt: Some(receipt) },
            Err(error) => {
                tracing::warn!(kind = %error.kind(), "a file could not be written");
                match error.kind() {
                    io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Outcome::retry(Reason::DiskFull),
                    _ => Outcome::retry(Reason::WriteFailed),
                }
            }
        }
    }
}

/// The exact wire body and headers, with a digest where the token would be.
fn written_push(order: &PushOrder, now: DateTime<Utc>) -> Result<Vec<u8>, Reason> {
    let digest = hex::encode(Sha256::digest(order.token.expose_secret().as_bytes()));
    let token = format!("sha256:{}", &digest[..16]);
    let (headers, body) = match order.platform {
        Platform::Apns => {
            let wire = apns_wire::compose(order, TOPIC, now)?;
            (wire.headers.into_iter().collect::<BTreeMap<_, _>>(), wire.body)
        }
        Platform::Fcm => (BTreeMap::new(), fcm_message::compose(order, &token, now)?),
        Platform::WebPush => {
            let wire = web_push_message::compose(order, now)?;
            (wire.headers.into_iter().collect(), wire.body)
        }
        Platform::None => return Err(Reason::InvalidAddress),
    };
    let body: Value = serde_json::from_slice(&body).map_err(|_| Reason::InvalidOrder)?;
    let file = json!({
        "at": now.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        "platform": order.platform,
        "environment": order.environment,
        "token": token,
        "headers": headers,
        "body": body,
    });
    let mut text = serde_json::to_vec_pretty(&file).map_err(|_| Reason::InvalidOrder)?;
    text.push(b'\n');
    Ok(text)
}

/// Either the whole file is there, and stays there through a power cut, or none of it.
fn put(folder: &Path, name: &str, content: &[u8]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let unfinished = folder.join(format!(".{name}.unfinished"));
    let written = write_through(&unfinished, content).and_then(|()| fs::rename(&unfinished, folder.join(name)));
    if written.is_err() {
        // What is left of it helps nobody, least of all on a full disk.
        let _ = fs::remove_file(&unfinished);
    }
    written?;
    File::open(folder)?.sync_all()
}

fn write_through(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    // They name addresses.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(content)?;
    file.sync_all()
}
