//! The real transports against stand-ins that speak the gateways' protocols.
mod apns;
mod fcm;
mod files;
mod mail_signature;
mod smtp;
mod smtp_faults;
mod storms;
mod web_push;

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use domain::clock::{Clock, VirtualClock};
use domain::words::{Language, Platform, PushEnvironment};
use mobile_contract::push::PushAction;
use secrecy::SecretString;
use std::sync::Arc;
use uuid::Uuid;
use worker::transport::{LockScreenLine, MailOrder, Outcome, PushOrder, Reason};

const TOKEN: &str = "80e4f1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e";

fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 10, 1, 12, 0, 0).single().expect("a time")
}

fn clock() -> (VirtualClock, Arc<dyn Clock>) {
    let clock = VirtualClock::at(noon());
    (clock.clone(), Arc::new(clock))
}

/// Order number `n`; equal numbers are the same order again.
fn push(platform: Platform, n: u128) -> PushOrder {
    PushOrder {
        delivery_id: Uuid::from_u128(n),
        opaque_id: Uuid::from_u128(n << 64),
        collapse_id: Uuid::from_u128(n << 64).simple().to_string(),
        action: PushAction::Wake,
        token: SecretString::from(TOKEN),
        platform,
        environment: PushEnvironment::Production,
        line: Some(LockScreenLine { title: "Reconnect".to_owned(), body: "Du har noe nytt.".to_owned() }),
        expires_at: noon() + TimeDelta::days(1),
        registered_at: noon() - TimeDelta::days(30),
    }
}

fn mail(n: u128) -> MailOrder {
    MailOrder {
        delivery_id: Uuid::from_u128(n),
        to: SecretString::from("kari@example.org"),
        subject: "Dagens samling på ett sted".to_owned(),
        text: "Hei.\n\nTo linjer venter på deg.\n.en linje som begynner med punktum\n".to_owned(),
        html: "<p>Hei.</p>\n<p>To linjer venter på deg.</p>\n".to_owned(),
        unsubscribe_url: "https://reconnect.example/v1/unsubscribe/6d1f2a3b4c5d6e7f?list=digest".to_owned(),
        language: Language::Nb,
    }
}

fn retry(reason: Reason) -> Outcome {
    Outcome::Retry { after: None, reason }
}

fn is_sent(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Sent { .. })
}
