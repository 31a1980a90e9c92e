//! What is handed to a transport: already past the gate, with an identity that stays over retries.

use chrono::{DateTime, Utc};
use domain::words::{Language, Platform, PushEnvironment};
use mobile_contract::push::PushAction;
use secrecy::SecretString;
use uuid::Uuid;

/// The fixed neutral line the owner chose for her lock screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockScreenLine {
    pub title: String,
    pub body: String,
}

/// One push to one device.
#[derive(Clone, Debug)]
pub struct PushOrder {
    pub delivery_id: Uuid,
    /// What the app exchanges for the notification.
    pub opaque_id: Uuid,
    /// At most 64 printable ASCII bytes, the same on every retry and for the withdrawal.
    pub collapse_id: String,
    pub action: PushAction,
    pub token: SecretString,
    pub platform: Platform,
    pub environment: PushEnvironment,
    /// What the lock screen shows. Without it, and for every withdrawal, the push is silent.
    pub line: Option<LockScreenLine>,
    /// The end of the notification's useful life.
    pub expires_at: DateTime<Utc>,
    /// When the device registered the token.
    pub registered_at: DateTime<Utc>,
}

impl PushOrder {
    /// What the lock screen shows, if anything: a withdrawal never shows.
    pub fn visible_line(&self) -> Option<&LockScreenLine> {
        match self.action {
            PushAction::Wake => self.line.as_ref(),
            PushAction::Withdraw => None,
        }
    }

    /// Refuses what no gateway would take.
    pub(super) fn check(&self, now: DateTime<Utc>) -> Result<(), super::Reason> {
        let collapse = &self.collapse_id;
        if collapse.is_empty() || collapse.len() > 64 || !collapse.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(super::Reason::InvalidOrder);
        }
        if self.expires_at <= now { Err(super::Reason::Expired) } else { Ok(()) }
    }
}

/// One e-mail to one address. Holds no field for content: counts and a link are in the text.
#[derive(Clone, Debug)]
pub struct MailOrder {
    pub delivery_id: Uuid,
    /// A bare address, without a display name.
    pub to: SecretString,
    pub subject: String,
    pub text: String,
    pub html: String,
    /// Takes the one-click POST of RFC 8058.
    pub unsubscribe_url: String,
    pub language: Language,
}
