//! The ways out: Apple, Google, browsers' push services, a mail server, or files in their stead. They carry an order that has
//! passed the gate and tell what became of it; when to try again is decided elsewhere
//! (`domain::backoff`), and nothing here reads the database.

mod apns;
mod apns_token;
mod apns_wire;
mod breaker;
mod fcm;
mod fcm_message;
mod fcm_token;
mod files;
mod http;
mod letter;
mod order;
mod outcome;
pub mod settings;
mod smtp;
mod smtp_connection;
mod tls;
mod vapid;
mod web_push;
mod web_push_message;

pub use breaker::{Breaker, REST, THRESHOLD};
pub use order::{LockScreenLine, MailOrder, PushOrder};
pub use outcome::{Outcome, Reason};
pub use vapid::application_server_key;

use apns::Apns;
use domain::clock::Clock;
use domain::words::{Platform, PushEnvironment};
use fcm::Fcm;
use files::Files;
use settings::{MailFrom, SettingsError, TransportSettings};
use smtp::Smtp;
use std::path::Path;
use std::sync::Arc;
use web_push::WebPush;

/// Every channel out of the house.
#[derive(Debug)]
pub struct Transports {
    apns: Option<Apns>,
    fcm: Option<Fcm>,
    web_push: Option<WebPush>,
    smtp: Option<Smtp>,
    /// Takes what has no live channel.
    files: Option<Files>,
    /// Everything arrives, nowhere: the simulator's.
    nowhere: bool,
}

/// What `doctor` says about one channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// `apns`, `fcm`, `web_push` or `smtp`.
    pub channel: &'static str,
    pub well: bool,
    /// One sentence for the person who runs the service.
    pub sentence: String,
}

impl Transports {
    /// Everything to files under `dir`.
    ///
    /// # Errors
    /// None that the built-in sender could cause; the signature is that of [`Transports::live`].
    pub fn files(dir: &Path, clock: Arc<dyn Clock>) -> Result<Self, SettingsError> {
        Self::live(&TransportSettings { files: Some(dir.to_owned()), ..TransportSettings::default() }, clock)
    }

    /// The channels that have settings, live; the others to files if `files` is set. No connection
    /// is made yet.
    ///
    /// # Errors
    /// The first setting that cannot work.
    pub fn live(settings: &TransportSettings, clock: Arc<dyn Clock>) -> Result<Self, SettingsError> {
        let from = MailFrom { address: "reconnect@localhost".to_owned(), name: "Reconnect".to_owned() };
        let files = settings.files.as_deref().map(|dir| Files::new(dir, &from, Arc::clone(&clock)));
        Ok(Self {
            apns: settings.apns.as_ref().map(|it| Apns::new(it, Arc::clone(&clock))).transpose()?,
            fcm: settings.fcm.as_ref().map(|it| Fcm::new(it, Arc::clone(&clock))).transpose()?,
            web_push: settings.web_push.as_ref().map(|it| WebPush::new(it, Arc::clone(&clock))).transpose()?,
            smtp: settings.smtp.as_ref().map(|it| Smtp::new(it, Arc::clone(&clock))).transpose()?,
            files: files.transpose()?,
            nowhere: false,
        })
    }

    /// Takes everything and sends it nowhere: a run of the simulator is about what is decided.
    pub const fn nowhere() -> Self {
        Self { apns: None, fcm: None, web_push: None, smtp: None, files: None, nowhere: true }
    }

    /// Whether anything can leave this machine: the clock may not be forced then.
    pub const fn is_live(&self) -> bool {
        self.apns.is_some() || self.fcm.is_some() || self.web_push.is_some() || self.smtp.is_some()
    }

    /// Sends one push. Safe to call again with the same order: the device folds on its collapse id.
    pub async fn push(&self, order: &PushOrder) -> Outcome {
        if self.nowhere {
            return Outcome::Sent { receipt: None };
        }
        match order.platform {
            Platform::Apns if let Some(apns) = &self.apns => apns.send(order).await,
            Platform::Fcm if let Some(fcm) = &self.fcm => fcm.send(order).await,
            Platform::WebPush if let Some(web_push) = &self.web_push => web_push.send(order).await,
            Platform::None => Outcome::give_up(Reason::InvalidAddress),
            Platform::Apns | Platform::Fcm | Platform::WebPush => match &self.files {
                Some(files) => files.push(order).await,
                None => Outcome::misconfigured(Reason::NotConfigured),
            },
        }
    }

    /// Sends one e-mail. Safe to call again with the same order: its Message-ID stays.
    pub async fn mail(&self, order: &MailOrder) -> Outcome {
        if self.nowhere {
            return Outcome::Sent { receipt: None };
        }
        match (&self.smtp, &self.files) {
            (Some(smtp), _) => smtp.send(order).await,
            (None, Some(files)) => files.mail(order).await,
            (None, None) => Outcome::misconfigured(Reason::NotConfigured),
        }
    }

    /// Whether pushes of this kind are stopped (`channel_breaker_open` in the gate).
    pub fn push_stopped(&self, platform: Platform, environment: PushEnvironment) -> bool {
        match platform {
            Platform::Apns => self.apns.as_ref().is_some_and(|it| it.breaker(environment).is_open()),
            Platform::Fcm => self.fcm.as_ref().is_some_and(|it| it.breaker().is_open()),
            Platform::WebPush | Platform::None => false,
        }
    }

    /// Whether e-mail is stopped.
    pub fn mail_stopped(&self) -> bool {
        self.smtp.as_ref().is_some_and(|it| it.breaker().is_open())
    }

    /// Tries every live channel without sending anything to anyone.
    pub async fn check(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        if let Some(apns) = &self.apns {
            findings.push(match apns.check() {
                Ok(()) => Finding::well("apns", "The APNs key signs provider tokens."),
                Err(error) => Finding::ill("apns", format!("The APNs key does not work: {error}.")),
            });
        }
        if let Some(fcm) = &self.fcm {
            findings.push(match fcm.check().await {
                Ok(()) => Finding::well("fcm", "The FCM service account gets access tokens."),
                Err(outcome) => Finding::ill("fcm", format!("No FCM access token was given: {}.", saying(&outcome))),
            });
        }
        if let Some(web_push) = &self.web_push {
            findings.push(match web_push.check() {
                Ok(()) => Finding::well("web_push", "The Web Push key signs tokens."),
                Err(error) => Finding::ill("web_push", format!("The Web Push key does not work: {error}.")),
            });
        }
        if let Some(smtp) = &self.smtp {
            findings.push(match smtp.check().await {
                Ok(()) => Finding::well("smtp", "The mail server answers and the sign-in works."),
                Err(outcome) => Finding::ill("smtp", format!("The mail server cannot be used: {}.", saying(&outcome))),
            });
        }
        findings
    }
}

impl Finding {
    fn well(channel: &'static str, sentence: &str) -> Self {
        Self { channel, well: true, sentence: sentence.to_owned() }
    }

    fn ill(channel: &'static str, sentence: String) -> Self {
        Self { channel, well: false, sentence }
    }
}

/// A failed check in words, with what to look at.
fn saying(outcome: &Outcome) -> &'static str {
    match outcome.reason() {
        Some(Reason::CertificateUntrusted) => {
            "its certificate is not trusted (give ca_file the authority, if it is one of your own)"
        }
        Some(Reason::ConnectionFailed) => "no connection (look at host, port and firewall)",
        Some(Reason::ConnectionLost) => "the connection was closed before it answered",
        Some(Reason::ProviderTokenRefused) => "the service account was refused (look at its key and at this clock)",
        Some(Reason::SenderRefused) => "it refuses to talk to this machine or sender",
        Some(Reason::SignInRefused) => "it refuses the user name and password",
        Some(Reason::TimedOut) => "it did not answer in time",
        Some(Reason::TlsNotOffered) => "it does not offer STARTTLS (set mail.tls to tls, or use another port)",
        Some(Reason::TryLater | Reason::ThrottledByGateway | Reason::ServerError) => "it asks to be tried later",
        _ => "it gave an answer that is not understood",
    }
}
