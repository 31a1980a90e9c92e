//! Sections `push` and `mail`: how notifications leave the house.

use super::parse;
use super::problem::Wrong;
use super::reader::Reader;
use domain::push_subscriptions::{Origin, TrustedServices};
use lettre::message::Mailbox;
use secrecy::SecretString;
use std::path::PathBuf;
use url::{Host, Url};

/// Section `push`.
#[derive(Clone, Debug)]
pub enum Push {
    /// Into the data directory.
    Files,
    Live(Box<Gateways>),
}

#[derive(Clone, Debug)]
pub struct Gateways {
    pub apns: Apns,
    pub fcm: Fcm,
    /// None: browsers and UnifiedPush apps hear nothing.
    pub web_push: Option<WebPush>,
}

/// Section `push.apns`.
#[derive(Clone, Debug)]
pub struct Apns {
    pub endpoint: Url,
    pub sandbox_endpoint: Url,
    /// PKCS#8 PEM with an ES256 key.
    pub key_file: PathBuf,
    pub key_id: String,
    pub team_id: String,
    /// Bundle id.
    pub topic: String,
    /// PEM, trusted besides the public authorities.
    pub ca_file: Option<PathBuf>,
}

/// Section `push.fcm`.
#[derive(Clone, Debug)]
pub struct Fcm {
    pub endpoint: Url,
    /// JSON with the project, the key and the token endpoint.
    pub service_account_file: PathBuf,
    /// PEM, trusted besides the public authorities.
    pub ca_file: Option<PathBuf>,
}

/// Section `push.web_push`.
#[derive(Clone, Debug)]
pub struct WebPush {
    /// PKCS#8 PEM with a P-256 key.
    pub key_file: PathBuf,
    /// `mailto:…` or `https://…`.
    pub contact: String,
    /// Services that may lie in a network of one's own.
    pub trusted: TrustedServices,
    /// PEM, trusted besides the public authorities.
    pub ca_file: Option<PathBuf>,
}

/// Section `mail`.
#[derive(Clone, Debug)]
pub struct Mail {
    pub from: Mailbox,
    pub transport: MailTransport,
    pub dkim: Option<Dkim>,
}

#[derive(Clone, Debug)]
pub enum MailTransport {
    /// Into the data directory.
    Files,
    Smtp(Box<Smtp>),
}

#[derive(Clone, Debug)]
pub struct Smtp {
    pub host: Host,
    pub port: u16,
    pub tls: MailTls,
    pub sign_in: Option<MailSignIn>,
    /// Connections kept.
    pub pool: u32,
    /// PEM, trusted besides the public authorities.
    pub ca_file: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailTls {
    /// Only ever to this machine.
    None,
    StartTls,
    Tls,
}

#[derive(Clone, Debug)]
pub struct MailSignIn {
    pub user: String,
    pub password: SecretString,
}

/// Section `mail.dkim`.
#[derive(Clone, Debug)]
pub struct Dkim {
    pub domain: String,
    pub selector: String,
    /// PEM with an RSA key.
    pub key_file: PathBuf,
}

impl Push {
    pub fn read(from: &mut Reader) -> Option<Self> {
        let live = from.value("push.transport", parse::word(&[("files", false), ("live", true)]));
        let (apns, fcm) = (Apns::read(from, live == Some(true)), Fcm::read(from, live == Some(true)));
        let web_push = WebPush::read(from);
        if !live? {
            return web_push.map(|_| Self::Files);
        }
        Some(Self::Live(Box::new(Gateways { apns: apns??, fcm: fcm??, web_push: web_push? })))
    }
}

impl Apns {
    /// Some(None) when pushes go to files: what is there is checked all the same, and not used.
    fn read(from: &mut Reader, live: bool) -> Option<Option<Self>> {
        let ten = || {
            parse::made_of("an id from Apple", "the ten letters and digits that Apple shows", |c| {
                c.is_ascii_uppercase() || c.is_ascii_digit()
            })
        };
        let endpoint = from.value("push.apns.endpoint", parse::web_address);
        let sandbox_endpoint = from.value("push.apns.sandbox_endpoint", parse::web_address);
        let key_file = from.optional("push.apns.key_file", parse::readable_file);
        let key_id = from.optional("push.apns.key_id", ten());
        let team_id = from.optional("push.apns.team_id", ten());
        let topic = from.optional(
            "push.apns.topic",
            parse::made_of("a bundle id", "the app's bundle id, such as org.example.app", |c| {
                c.is_ascii_alphanumeric() || c == '.' || c == '-'
            }),
        );
        let ca_file = from.optional("push.apns.ca_file", parse::readable_file);
        if !live {
            return Some(None);
        }
        let key_file = from.needed("push.apns.key_file", key_file, "live pushes need Apple's token key (.p8)");
        let key_id = from.needed("push.apns.key_id", key_id, "live pushes need the id of Apple's token key");
        let team_id = from.needed("push.apns.team_id", team_id, "live pushes need the id of the team at Apple");
        let topic = from.needed("push.apns.topic", topic, "live pushes need the app's bundle id");
        Some(Some(Self {
            endpoint: endpoint?,
            sandbox_endpoint: sandbox_endpoint?,
            key_file: key_file?,
            key_id: key_id?,
            team_id: team_id?,
            topic: topic?,
            ca_file: ca_file?,
        }))
    }
}

impl Fcm {
    fn read(from: &mut Reader, live: bool) -> Option<Option<Self>> {
        let key = "push.fcm.service_account_file";
        let endpoint = from.value("push.fcm.endpoint", parse::web_address);
        let service_account_file = from.optional(key, parse::readable_file);
        let ca_file = from.optional("push.fcm.ca_file", parse::readable_file);
        if !live {
            return Some(None);
        }
        let service_account_file =
            from.needed(key, service_account_file, "live pushes need the service account's key from Firebase (JSON)");
        Some(Some(Self { endpoint: endpoint?, service_account_file: service_account_file?, ca_file: ca_file? }))
    }
}

impl WebPush {
    /// Some(None) without a key: this installation sends no such pushes.
    fn read(from: &mut Reader) -> Option<Option<Self>> {
        let key_file = from.optional("push.web_push.key_file", parse::readable_file);
        let contact = from.optional("push.web_push.contact", parse::contact);
        let trusted = from.list("push.web_push.trusted_services", |text| {
            Origin::parse(text).ok_or_else(|| Wrong::new("a push service", "origins such as https://ntfy.example.org"))
        });
        let ca_file = from.optional("push.web_push.ca_file", parse::readable_file);
        let Some(key_file) = key_file? else { return contact.and(trusted).and(ca_file).map(|_| None) };
        let why = "push services want somebody to turn to (RFC 8292), such as mailto:operations@example.org";
        let contact = from.needed("push.web_push.contact", contact, why);
        Some(Some(Self { key_file, contact: contact?, trusted: TrustedServices::new(trusted?), ca_file: ca_file? }))
    }
}

impl Mail {
    pub fn read(from: &mut Reader) -> Option<Self> {
        let smtp = from.value("mail.transport", parse::word(&[("files", false), ("smtp", true)]));
        let sender: Option<Mailbox> = from.value(
            "mail.from",
            parse::from_str("an e-mail address", "an address such as Reconnect <no-reply@example.org>"),
        );
        if let (Some(true), Some(sender)) = (smtp, &sender)
            && sender.email.domain().ends_with(".invalid")
        {
            from.problem("mail.from", "is not an address that mail can come from; give the sender's own");
        }
        let server = Smtp::read(from, smtp == Some(true));
        let dkim = Dkim::read(from);
        let transport = if smtp? { MailTransport::Smtp(Box::new(server??)) } else { MailTransport::Files };
        Some(Self { from: sender?, transport, dkim: dkim? })
    }
}

impl Smtp {
    fn read(from: &mut Reader, smtp: bool) -> Option<Option<Self>> {
        let host = from.optional("mail.host", parse::host);
        let port = from.value("mail.port", parse::number("a port", 1..=65_535));
        let tls = from.value(
            "mail.tls",
            parse::word(&[("none", MailTls::None), ("starttls", MailTls::StartTls), ("tls", MailTls::Tls)]),
        );
        let user = from.optional("mail.user", parse::text);
        let password = from.secret("mail.password");
        let pool = from.value("mail.pool", parse::number("a number of connections", 1..=100));
        let ca_file = from.optional("mail.ca_file", parse::readable_file);
        let sign_in = match (user, password) {
            (Some(Some(user)), Some(Some(password))) => Some(Some(MailSignIn { user, password })),
            (Some(None), Some(None)) => Some(None),
            (Some(Some(_)), Some(None)) => {
                from.problem("mail.password", "is not set; mail.user is, so give its password");
                None
            }
            (Some(None), Some(Some(_))) => {
                from.problem("mail.user", "is not set; mail.password is, so give its user");
                None
            }
            _ => None,
        };
        if let (Some(Some(host)), Some(MailTls::None)) = (&host, tls)
            && !parse::is_this_machine(host)
        {
            from.problem("mail.tls", format!("\"none\" would send mail in the clear to {host}; give starttls or tls"));
        }
        if !smtp {
            return Some(None);
        }
        let host = from.needed("mail.host", host, "mail.transport is smtp, so give the mail server's name");
        Some(Some(Self { host: host?, port: port?, tls: tls?, sign_in: sign_in?, pool: pool?, ca_file: ca_file? }))
    }
}

impl Dkim {
    fn read(from: &mut Reader) -> Option<Option<Self>> {
        let name = |a, give| parse::made_of(a, give, |c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
        let domain = from.optional("mail.dkim.domain", name("a domain", "a domain such as example.org"));
        let selector = from.optional("mail.dkim.selector", name("a selector", "the selector, such as s2026"));
        let key_file = from.optional("mail.dkim.key_file", parse::readable_file);
        if let (Some(None), Some(None), Some(None)) = (&domain, &selector, &key_file) {
            return Some(None);
        }
        let why = "signing needs domain, selector and key_file together";
        let domain = from.needed("mail.dkim.domain", domain, why);
        let selector = from.needed("mail.dkim.selector", selector, why);
        let key_file = from.needed("mail.dkim.key_file", key_file, why);
        Some(Some(Self { domain: domain?, selector: selector?, key_file: key_file? }))
    }
}
