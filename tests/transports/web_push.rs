//! Web Push, and UnifiedPush, which speaks the same.
use super::*;
use crate::gateways::web_push::{Answer, CONTACT, KEY_PEM, WebPushGateway};
use crate::harness::needed;
use domain::push_subscriptions::{Origin, TrustedServices};
use futures::future::join_all;
use serde_json::{Value, json};
use std::time::Duration;
use worker::transport::Transports;
use worker::transport::settings::{TransportSettings, WebPushSettings};

struct WebPush {
    clock: VirtualClock,
    gateway: WebPushGateway,
    transports: Transports,
}

fn settings(gateway: &WebPushGateway, trusted: bool) -> WebPushSettings {
    let own = trusted.then(|| Origin::parse(&gateway.origin).expect("an origin"));
    WebPushSettings {
        key_pem: SecretString::from(KEY_PEM),
        contact: CONTACT.to_owned(),
        trusted: TrustedServices::new(own),
        extra_ca_pem: Some(gateway.ca_pem.clone()),
    }
}

fn transports(settings: WebPushSettings, clock: Arc<dyn Clock>) -> Transports {
    let settings = TransportSettings { web_push: Some(settings), ..TransportSettings::default() };
    Transports::live(&settings, clock).expect("settings")
}

async fn web_push() -> WebPush {
    let (virtual_clock, clock) = clock();
    let gateway = WebPushGateway::start(Arc::clone(&clock)).await;
    let transports = transports(settings(&gateway, true), clock);
    WebPush { clock: virtual_clock, gateway, transports }
}

impl WebPush {
    fn order(&self, n: u128) -> PushOrder {
        PushOrder { token: SecretString::from(self.gateway.token("kari")), ..push(Platform::WebPush, n) }
    }

    async fn outcome(&self, answer: Answer) -> Outcome {
        self.gateway.script([answer]);
        self.transports.push(&self.order(1)).await
    }
}

#[tokio::test]
async fn only_the_device_reads_it_and_the_service_cannot_tell_a_wake_from_a_withdrawal() {
    let web_push = web_push().await;
    let order = web_push.order(7);
    assert!(is_sent(&web_push.transports.push(&order).await));
    assert!(is_sent(&web_push.transports.push(&PushOrder { action: PushAction::Withdraw, ..order.clone() }).await));
    let [wake, withdraw] = web_push.gateway.received().try_into().expect("two messages");
    for (message, action) in [(&wake, "wake"), (&withdraw, "withdraw")] {
        let text: Value = serde_json::from_str(&message.text).expect("JSON");
        assert_eq!(text, json!({ "version": "1", "id": order.opaque_id, "action": action }));
        assert_eq!((message.path.as_str(), message.ttl.as_str()), ("/wpush/kari", "86400"));
    }
    let seen = |message: &crate::gateways::web_push::Received| {
        (message.topic.clone(), message.urgency.clone(), message.sealed.len())
    };
    assert_eq!(seen(&wake), seen(&withdraw));
    assert_eq!(wake.topic.len(), 32);
    assert_ne!(wake.sealed, withdraw.sealed);
    let opaque = order.opaque_id.to_string();
    assert!(!wake.sealed.windows(opaque.len()).any(|part| part == opaque.as_bytes()));
    assert_eq!(web_push.gateway.refused(), 0);
}

/// Another implementation of RFC 8188 and RFC 8291 opens it: what two of ours agree on could be wrong.
#[tokio::test]
async fn another_program_opens_it_too() {
    let web_push = web_push().await;
    assert!(is_sent(&web_push.transports.push(&web_push.order(3)).await));
    let message = web_push.gateway.received().remove(0);
    let (key, auth) = web_push.gateway.device_key();
    let program = "import sys, http_ece\n\
                   from cryptography.hazmat.primitives.asymmetric import ec\n\
                   sealed, key, auth = (bytes.fromhex(part) for part in sys.argv[1:])\n\
                   key = ec.derive_private_key(int.from_bytes(key, 'big'), ec.SECP256R1())\n\
                   sys.stdout.write(http_ece.decrypt(sealed, private_key=key, auth_secret=auth, version='aes128gcm').decode())";
    let arguments = [hex(&message.sealed), hex(&key), hex(&auth)];
    let python = tokio::process::Command::new(needed("RECONNECT_TEST_PYTHON"));
    let mut python = python;
    let opened = python.arg("-c").arg(program).args(arguments).output().await.expect("Python starts");
    assert!(opened.status.success(), "{}", String::from_utf8_lossy(&opened.stderr));
    assert_eq!(String::from_utf8_lossy(&opened.stdout), message.text);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn a_token_is_signed_once_for_each_service_and_renewed_before_its_end() {
    let web_push = web_push().await;
    let orders: Vec<_> = (0..40).map(|n| web_push.order(n)).collect();
    let outcomes = join_all(orders.iter().map(|order| web_push.transports.push(order))).await;
    assert!(outcomes.iter().all(is_sent), "{outcomes:?}");
    assert_eq!(web_push.gateway.tokens().len(), 1);
    for (hours, signed) in [(10, 1), (11, 2), (21, 2), (23, 3)] {
        web_push.clock.set(noon() + TimeDelta::hours(hours));
        assert!(is_sent(&web_push.transports.push(&web_push.order(90)).await));
        assert_eq!(web_push.gateway.tokens().len(), signed, "after {hours} hours");
    }
    assert_eq!(web_push.gateway.refused(), 0);
}

#[tokio::test]
async fn what_a_push_service_answers_is_understood() {
    let web_push = web_push().await;
    let give_up = |reason| Outcome::GiveUp { reason };
    let after = |seconds, reason| Outcome::Retry { after: Some(Duration::from_secs(seconds)), reason };
    let gone = Outcome::TokenGone { since: None, reason: Reason::Unregistered };
    for (answer, outcome) in [
        (Answer::Refuse(404), gone.clone()),
        (Answer::Refuse(410), gone),
        (Answer::Refuse(400), give_up(Reason::InvalidArgument)),
        (Answer::Refuse(401), give_up(Reason::Forbidden)),
        (Answer::Refuse(403), give_up(Reason::Forbidden)),
        (Answer::Refuse(413), give_up(Reason::PayloadTooLarge)),
        (Answer::Refuse(418), give_up(Reason::Rejected)),
        (Answer::Redirect, give_up(Reason::Rejected)),
        (Answer::Refuse(429), after(60, Reason::ThrottledByGateway)),
        (Answer::RefuseFor(429, "7"), after(7, Reason::ThrottledByGateway)),
        (Answer::RefuseFor(503, "120"), after(120, Reason::ServerError)),
        (Answer::Refuse(500), retry(Reason::ServerError)),
    ] {
        assert_eq!(web_push.outcome(answer).await, outcome, "{answer:?}");
    }
    // However often one of them refuses, the others hear of it nothing.
    for _ in 0..30 {
        web_push.outcome(Answer::Refuse(403)).await;
    }
    assert!(!web_push.transports.push_stopped(Platform::WebPush, PushEnvironment::Production));
    assert!(is_sent(&web_push.transports.push(&web_push.order(2)).await));
    assert_eq!(web_push.gateway.received().len(), 1, "no redirect was followed");
}

/// What the API refuses at registration is refused at sending as well: it may have been kept before, or
/// the operator trusts the service no longer.
#[tokio::test]
async fn nothing_inside_is_called() {
    let (_, clock) = clock();
    let gateway = WebPushGateway::start(Arc::clone(&clock)).await;
    let transports = transports(settings(&gateway, false), clock);
    let port = gateway.origin.rsplit(':').next().expect("a port").to_owned();
    let keys = gateway.keys();
    for host in ["localhost", "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "2130706433"] {
        let endpoint = format!("https://{host}:{port}/wpush/inside");
        let token = json!({ "endpoint": endpoint, "p256dh": keys["p256dh"], "auth": keys["auth"] }).to_string();
        let order = PushOrder { token: SecretString::from(token), ..push(Platform::WebPush, 1) };
        assert_eq!(transports.push(&order).await, Outcome::GiveUp { reason: Reason::AddressNotAllowed }, "{endpoint}");
    }
    assert_eq!(gateway.connections(), 0);
}

#[tokio::test]
async fn what_is_no_subscription_is_not_sent() {
    let web_push = web_push().await;
    let good: Value = serde_json::from_str(&web_push.gateway.token("kari")).expect("JSON");
    let with = |name: &str, value: &str| {
        let mut token = good.clone();
        token[name] = json!(value);
        SecretString::from(token.to_string())
    };
    for token in [SecretString::from(TOKEN), with("p256dh", "AAAA"), with("auth", "AAAA"), with("auth", "ø")] {
        let order = PushOrder { token, ..push(Platform::WebPush, 1) };
        assert_eq!(web_push.transports.push(&order).await, Outcome::GiveUp { reason: Reason::InvalidAddress });
    }
    let expired = PushOrder { expires_at: noon(), ..web_push.order(1) };
    assert_eq!(web_push.transports.push(&expired).await, Outcome::GiveUp { reason: Reason::Expired });
    assert_eq!(web_push.gateway.connections(), 0);
    let long_lived = PushOrder { expires_at: noon() + TimeDelta::weeks(9), ..web_push.order(1) };
    assert!(is_sent(&web_push.transports.push(&long_lived).await));
    assert_eq!(web_push.gateway.received()[0].ttl, "2419200", "four weeks");
}

#[tokio::test]
async fn doctor_says_whether_the_key_signs() {
    let web_push = web_push().await;
    let found = web_push.transports.check().await;
    assert_eq!((found[0].channel, found[0].well), ("web_push", true));
    let wrong = WebPushSettings { key_pem: SecretString::from("secret"), ..settings(&web_push.gateway, true) };
    let wrong = TransportSettings { web_push: Some(wrong), ..TransportSettings::default() };
    let error = Transports::live(&wrong, Arc::new(web_push.clock.clone())).expect_err("refused");
    assert_eq!(error.key, "web_push.key_pem");
    assert!(!error.to_string().contains("secret"));
}
