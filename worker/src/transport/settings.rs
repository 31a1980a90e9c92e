//! What the configuration gives the transports. A channel without settings writes to files or, without
//! those, is not configured.

use domain::push_subscriptions::TrustedServices;
use secrecy::SecretString;
use std::path::PathBuf;
use std::time::Duration;

/// Which channels are live, and where the others are written.
#[derive(Clone, Debug, Default)]
pub struct TransportSettings {
    pub apns: Option<ApnsSettings>,
    pub fcm: Option<FcmSettings>,
    pub web_push: Option<WebPushSettings>,
    pub smtp: Option<SmtpSettings>,
    /// Holds `push/` and `mail/`.
    pub files: Option<PathBuf>,
}

/// Apple's push service with a token key.
#[derive(Clone, Debug)]
pub struct ApnsSettings {
    /// `https://api.push.apple.com`, or a stand-in.
    pub production_url: String,
    /// `https://api.sandbox.push.apple.com`, or a stand-in.
    pub sandbox_url: String,
    /// The `.p8` file: a PKCS#8 P-256 key in PEM.
    pub key_pem: SecretString,
    /// Ten characters, from the key's name.
    pub key_id: String,
    /// Ten characters, the developer team.
    pub team_id: String,
    /// The app's bundle id.
    pub topic: String,
    /// Trusted beside the public roots.
    pub extra_ca_pem: Option<String>,
}

impl ApnsSettings {
    pub const PRODUCTION_URL: &str = "https://api.push.apple.com";
    pub const SANDBOX_URL: &str = "https://api.sandbox.push.apple.com";
}

/// Firebase Cloud Messaging, HTTP v1, with a service account.
#[derive(Clone, Debug)]
pub struct FcmSettings {
    /// `https://fcm.googleapis.com`, or a stand-in.
    pub url: String,
    /// The service account's key file, whole; its `token_uri` is where tokens are asked for.
    pub service_account_json: SecretString,
    /// Trusted beside the public roots.
    pub extra_ca_pem: Option<String>,
}

impl FcmSettings {
    pub const URL: &str = "https://fcm.googleapis.com";
}

/// Web Push and UnifiedPush.
#[derive(Clone, Debug)]
pub struct WebPushSettings {
    /// A PKCS#8 P-256 key in PEM; its public half is what apps subscribe with.
    pub key_pem: SecretString,
    /// Whom a push service turns to: `mailto:` or `https:` (RFC 8292 §2.1).
    pub contact: String,
    /// Services that may lie in a network of the operator's own.
    pub trusted: TrustedServices,
    /// Trusted beside the public roots.
    pub extra_ca_pem: Option<String>,
}

/// A mail server that takes our mail in.
#[derive(Clone, Debug)]
pub struct SmtpSettings {
    pub host: String,
    pub port: u16,
    pub tls: SmtpTls,
    pub sign_in: Option<SmtpSignIn>,
    /// Connections at most, and thus mails under way at once.
    pub connections: usize,
    /// What every answer of the server must come within. The answer to the last dot gets four times
    /// this: servers filter before they answer, and giving up then sends the mail twice.
    pub timeout: Duration,
    pub from: MailFrom,
    pub dkim: Option<DkimSettings>,
    /// Trusted beside the public roots.
    pub extra_ca_pem: Option<String>,
}

impl SmtpSettings {
    pub const CONNECTIONS: usize = 10;
    pub const TIMEOUT: Duration = Duration::from_secs(30);
}

/// How the connection to the mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmtpTls {
    /// Plain at first, then STARTTLS; a server that does not offer it is not used.
    StartTls,
    /// TLS from the first byte.
    Implicit,
    /// None. Only to this machine.
    Plain,
}

/// Name and password for AUTH.
#[derive(Clone, Debug)]
pub struct SmtpSignIn {
    pub user: String,
    pub password: SecretString,
}

/// The sender.
#[derive(Clone, Debug)]
pub struct MailFrom {
    pub address: String,
    /// The service's name, never a person's.
    pub name: String,
}

/// A DKIM key, published at `selector._domainkey.domain`.
#[derive(Clone, Debug)]
pub struct DkimSettings {
    pub selector: String,
    pub domain: String,
    pub key: DkimKey,
}

#[derive(Clone, Debug)]
pub enum DkimKey {
    /// PKCS#1 PEM (`BEGIN RSA PRIVATE KEY`).
    Rsa(SecretString),
    /// The 32-byte seed in base64.
    Ed25519(SecretString),
}

/// A setting that cannot work, named by its key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {problem}")]
pub struct SettingsError {
    /// Such as `apns.key_pem`.
    pub key: &'static str,
    /// What is wrong and what would be right, without the value.
    pub problem: &'static str,
}

impl SettingsError {
    pub(super) const fn new(key: &'static str, problem: &'static str) -> Self {
        Self { key, problem }
    }
}
