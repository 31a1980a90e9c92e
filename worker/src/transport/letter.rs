//! Composes an e-mail: every header a mail server or a reader's program acts on, and no other.

use super::order::MailOrder;
use super::outcome::Reason;
use super::settings::{DkimKey, DkimSettings, MailFrom, SettingsError};
use chrono::{DateTime, Utc};
use domain::words::Language;
use lettre::message::dkim::{DkimCanonicalization, DkimCanonicalizationType};
use lettre::message::dkim::{DkimConfig, DkimSigningAlgorithm, DkimSigningKey};
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue, MIME_VERSION_1_0};
use lettre::message::{Body, Mailbox, SinglePart};
use lettre::{Address, Message};
use secrecy::ExposeSecret;
use std::time::{Duration, SystemTime};

/// Longer values are no subject and no link of ours. (lettre's relaxed canonicalization recurses per
/// character, so that an unbounded header would end the stack.)
const LONGEST_HEADER: usize = 500;

/// What DKIM covers. List-Unsubscribe and its Post twin must be, or no mail program shows the button
/// (RFC 8058 §4).
const SIGNED: [&str; 12] = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "MIME-Version",
    "Content-Type",
    "Auto-Submitted",
    "Content-Language",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Reply-To",
];

/// What every letter of one sender has in common.
#[derive(Debug)]
pub(super) struct Letterhead {
    from: Mailbox,
    dkim: Option<DkimConfig>,
}

/// A letter ready for the wire.
#[derive(Debug)]
pub(super) struct Letter {
    pub(super) from: Address,
    pub(super) to: Address,
    pub(super) message_id: String,
    /// Headers and body with CRLF line ends; ASCII, unless an address is not.
    pub(super) bytes: Vec<u8>,
}

impl Letterhead {
    pub(super) fn new(from: &MailFrom, dkim: Option<&DkimSettings>) -> Result<Self, SettingsError> {
        let address = from
            .address
            .parse::<Address>()
            .map_err(|_| SettingsError::new("smtp.from.address", "is not an e-mail address"))?;
        if from.name.chars().any(char::is_control) {
            return Err(SettingsError::new("smtp.from.name", "holds a control character"));
        }
        let name = Some(from.name.clone()).filter(|name| !name.is_empty());
        Ok(Self { from: Mailbox::new(name, address), dkim: dkim.map(dkim_config).transpose()? })
    }

    /// # Errors
    /// Why the letter cannot be written as ordered.
    pub(super) fn compose(&self, order: &MailOrder, now: DateTime<Utc>) -> Result<Letter, Reason> {
        for value in [&order.subject, &order.unsubscribe_url] {
            if value.len() > LONGEST_HEADER || value.chars().any(char::is_control) {
                return Err(Reason::UnsafeHeader);
            }
        }
        if !is_unsubscribe_url(&order.unsubscribe_url) {
            return Err(Reason::UnsafeHeader);
        }
        let recipient = order.to.expose_secret();
        if recipient.chars().any(char::is_control) {
            return Err(Reason::UnsafeHeader);
        }
        let to = recipient.parse::<Address>().map_err(|_| Reason::InvalidAddress)?;
        let message_id = format!("<{}@{}>", order.delivery_id, self.from.email.domain());
        let language = match order.language {
            Language::Nb => "nb",
            Language::Nn => "nn",
            Language::En => "en",
        };
        // From the delivery, so that the same order is the same bytes.
        let boundary = format!("=_{}", order.delivery_id.simple());
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to.clone()))
            .subject(order.subject.as_str())
            .date(system_time(now))
            .message_id(Some(message_id.clone()))
            .raw_header(header("Auto-Submitted", "auto-generated"))
            .raw_header(header("Content-Language", language))
            .raw_header(header("List-Unsubscribe", &format!("<{}>", order.unsubscribe_url)))
            .raw_header(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
            .header(MIME_VERSION_1_0)
            .raw_header(header("Content-Type", &format!("multipart/alternative; boundary=\"{boundary}\"")))
            .body(alternatives(&boundary, order))
            .map_err(|_| Reason::InvalidOrder)?;
        if let Some(dkim) = &self.dkim {
            message.sign(dkim);
        }
        Ok(Letter { from: self.from.email.clone(), to, message_id, bytes: message.formatted() })
    }
}

/// Text first: a program that shows the last part it can shows the HTML, one that reads aloud finds
/// the text. Written out here since lettre's `MultiPart` keeps its Content-Type out of the headers
/// that DKIM can cover.
fn alternatives(boundary: &str, order: &MailOrder) -> Body {
    let mut body = Vec::new();
    for part in [part(ContentType::TEXT_PLAIN, &order.text), part(ContentType::TEXT_HTML, &order.html)] {
        body.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
        body.extend_from_slice(&part.formatted());
    }
    body.extend_from_slice(format!("--{boundary}--").as_bytes());
    Body::dangerous_pre_encoded(body, ContentTransferEncoding::SevenBit)
}

/// Quoted-printable whatever the text: no relay on the way has cause to re-encode it, which would
/// break the signature, and no server needs 8BITMIME.
fn part(kind: ContentType, text: &str) -> SinglePart {
    SinglePart::builder().header(kind).header(ContentTransferEncoding::QuotedPrintable).body(text.to_owned())
}

/// A header whose value lettre does not encode: each is ASCII by construction, and a folded or
/// encoded URL is one that mail programs do not find.
fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::dangerous_new_pre_encoded(HeaderName::new_from_ascii_str(name), value.to_owned(), value.to_owned())
}

/// https, or this machine for the embedded mode; only characters a URI has (RFC 3986), so that
/// nothing ends the angle brackets early.
fn is_unsubscribe_url(url: &str) -> bool {
    let reachable = match reqwest::Url::parse(url) {
        Ok(parsed) => match parsed.scheme() {
            "https" => parsed.has_host(),
            "http" => parsed.host_str().is_some_and(super::http::is_loopback),
            _ => false,
        },
        Err(_) => false,
    };
    reachable && url.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&b))
}

fn system_time(now: DateTime<Utc>) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(now.timestamp()).unwrap_or(0))
}

fn dkim_config(settings: &DkimSettings) -> Result<DkimConfig, SettingsError> {
    let (pem, algorithm, problem) = match &settings.key {
        DkimKey::Rsa(pem) => {
            (pem, DkimSigningAlgorithm::Rsa, "is not an RSA key in PKCS#1 PEM (BEGIN RSA PRIVATE KEY)")
        }
        DkimKey::Ed25519(seed) => (seed, DkimSigningAlgorithm::Ed25519, "is not a 32-byte Ed25519 seed in base64"),
    };
    let key = DkimSigningKey::new(pem.expose_secret(), algorithm)
        .map_err(|_| SettingsError::new("smtp.dkim.key", problem))?;
    // Simple header canonicalization does not survive the relays that fold headers anew.
    let relaxed =
        DkimCanonicalization { header: DkimCanonicalizationType::Relaxed, body: DkimCanonicalizationType::Relaxed };
    let signed = SIGNED.map(HeaderName::new_from_ascii_str).to_vec();
    Ok(DkimConfig::new(settings.selector.clone(), settings.domain.clone(), key, signed, relaxed))
}
