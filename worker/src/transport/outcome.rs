//! What a gateway said, in one vocabulary for all of them.

use chrono::{DateTime, Utc};
use domain::words;
use std::time::Duration;

words! {
    /// Why an order was not sent. Stored with the attempt; never holds anything a gateway wrote.
    Reason {
        // Ours: the order, or what surrounds it.
        AddressNotAllowed = "address_not_allowed", BreakerOpen = "breaker_open", Expired = "expired", InvalidAddress = "invalid_address",
        InvalidOrder = "invalid_order", NotConfigured = "not_configured", PayloadTooLarge = "payload_too_large",
        UnsafeHeader = "unsafe_header",
        // The way there.
        CertificateUntrusted = "certificate_untrusted", ConnectionFailed = "connection_failed",
        ConnectionLost = "connection_lost", OutcomeUnknown = "outcome_unknown", TimedOut = "timed_out",
        // What the push gateways answer.
        BadDeviceToken = "bad_device_token", Forbidden = "forbidden", InvalidArgument = "invalid_argument",
        ProviderTokenExpired = "provider_token_expired", ProviderTokenRefused = "provider_token_refused",
        Rejected = "rejected", SenderMismatch = "sender_mismatch", ServerError = "server_error",
        ThrottledByGateway = "throttled_by_gateway", TopicMismatch = "topic_mismatch", TopicRefused = "topic_refused",
        Unregistered = "unregistered",
        // What a mail server answers.
        MailboxRefused = "mailbox_refused", MessageRefused = "message_refused", SenderRefused = "sender_refused",
        SignInRefused = "sign_in_refused", TlsNotOffered = "tls_not_offered", TryLater = "try_later",
        // The file transports.
        DiskFull = "disk_full", WriteFailed = "write_failed",
    }
}

/// What became of one order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The gateway took it. `receipt` is the gateway's own name for it, for support enquiries.
    Sent { receipt: Option<String> },
    /// Send the same order again, under the same identity. `after` is the wait the gateway asked
    /// for; without one the wait is the caller's backoff.
    Retry { after: Option<Duration>, reason: Reason },
    /// This order will never be taken; the address stays.
    GiveUp { reason: Reason },
    /// The gateway says the token is dead, since when if it tells. Ask [`Outcome::forgets`] before
    /// deleting anything.
    TokenGone { since: Option<DateTime<Utc>>, reason: Reason },
    /// Our own settings or keys are wrong. It says nothing about the recipient; the order may be
    /// sent again once a person has put it right.
    Misconfigured { reason: Reason },
}

/// What an outcome tells about the channel as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The gateway accepts us and our settings.
    Healthy,
    /// What a wrong key, topic or environment looks like when it is seen once.
    Suspect,
    /// The network or the gateway's load: tells nothing about our settings.
    Unrelated,
}

impl Outcome {
    /// Whether the token this was sent to, registered at `registered_at`, is to be deleted. An app
    /// that registered again after the gateway's timestamp has a living token. FCM gives no
    /// timestamp: its word is about the very token that was sent.
    pub fn forgets(&self, registered_at: DateTime<Utc>) -> bool {
        match self {
            Self::TokenGone { since: Some(since), .. } => *since > registered_at,
            Self::TokenGone { since: None, .. } => true,
            Self::Sent { .. } | Self::Retry { .. } | Self::GiveUp { .. } | Self::Misconfigured { .. } => false,
        }
    }

    /// Why it was not sent; nothing when it was.
    pub const fn reason(&self) -> Option<Reason> {
        match self {
            Self::Sent { .. } => None,
            Self::Retry { reason, .. }
            | Self::GiveUp { reason }
            | Self::TokenGone { reason, .. }
            | Self::Misconfigured { reason } => Some(*reason),
        }
    }

    /// A retry at a time of the caller's choosing.
    pub(super) const fn retry(reason: Reason) -> Self {
        Self::Retry { after: None, reason }
    }

    pub(super) const fn give_up(reason: Reason) -> Self {
        Self::GiveUp { reason }
    }

    pub(super) const fn misconfigured(reason: Reason) -> Self {
        Self::Misconfigured { reason }
    }

    pub(super) const fn verdict(&self) -> Verdict {
        match self {
            Self::Sent { .. } | Self::TokenGone { .. } => Verdict::Healthy,
            Self::Misconfigured { .. } => Verdict::Suspect,
            Self::GiveUp { reason } => match reason {
                Reason::BadDeviceToken | Reason::TopicMismatch | Reason::Forbidden | Reason::InvalidArgument => {
                    Verdict::Suspect
                }
                Reason::MailboxRefused => Verdict::Healthy,
                _ => Verdict::Unrelated,
            },
            Self::Retry { .. } => Verdict::Unrelated,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    #[test]
    fn only_a_token_that_died_after_its_registration_is_forgotten() {
        let registered = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let gone = |since| Outcome::TokenGone { since, reason: Reason::Unregistered };
        assert!(gone(Some(registered + TimeDelta::seconds(1))).forgets(registered));
        assert!(!gone(Some(registered)).forgets(registered));
        assert!(!gone(Some(registered - TimeDelta::seconds(1))).forgets(registered));
        assert!(gone(None).forgets(registered));
        assert!(!Outcome::give_up(Reason::BadDeviceToken).forgets(registered));
        assert!(!Outcome::misconfigured(Reason::SenderMismatch).forgets(registered));
    }
}
