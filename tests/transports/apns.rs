//! APNs.
use super::*;
use crate::gateways::apns::{Answer, ApnsGateway, KEY_ID, TEAM_ID, TOPIC};
use futures::future::join_all;
use rcgen::KeyPair;
use serde_json::json;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use worker::transport::Transports;
use worker::transport::settings::{ApnsSettings, TransportSettings};

struct Apns {
    clock: VirtualClock,
    gateway: ApnsGateway,
    transports: Transports,
}

pub fn settings(gateway: &ApnsGateway, key: &KeyPair) -> ApnsSettings {
    ApnsSettings {
        production_url: gateway.url.clone(),
        sandbox_url: gateway.url.clone(),
        key_pem: SecretString::from(key.serialize_pem()),
        key_id: KEY_ID.to_owned(),
        team_id: TEAM_ID.to_owned(),
        topic: TOPIC.to_owned(),
        extra_ca_pem: Some(gateway.ca_pem.clone()),
    }
}

fn transports(settings: ApnsSettings, clock: Arc<dyn Clock>) -> Transports {
    let settings = TransportSettings { apns: Some(settings), ..TransportSettings::default() };
    Transports::live(&settings, clock).expect("settings")
}

async fn apns() -> Apns {
    let (virtual_clock, clock) = clock();
    let key = KeyPair::generate().expect("key");
    let gateway = ApnsGateway::start(&key.public_key_pem(), Arc::clone(&clock)).await;
    let transports = transports(settings(&gateway, &key), clock);
    Apns { clock: virtual_clock, gateway, transports }
}

impl Apns {
    async fn send(&self, n: u128) -> Outcome {
        self.transports.push(&push(Platform::Apns, n)).await
    }

    /// What one order comes to when the gateway answers so.
    async fn outcome(&self, answer: Answer) -> Outcome {
        self.gateway.script([answer]);
        self.send(1).await
    }

    fn deliveries_taken(&self) -> Vec<String> {
        let received = self.gateway.received();
        let mut taken: Vec<_> =
            received.iter().filter(|it| it.taken).map(|it| it.header("apns-id").to_owned()).collect();
        taken.sort();
        taken
    }
}

#[tokio::test]
async fn a_wake_carries_the_neutral_line_and_nothing_else() {
    let apns = apns().await;
    let order = push(Platform::Apns, 7);
    let outcome = apns.transports.push(&order).await;
    assert_eq!(outcome, Outcome::Sent { receipt: Some(order.delivery_id.to_string()) });

    let received = apns.gateway.received();
    let [request] = received.as_slice() else { panic!("one request") };
    assert_eq!(request.device_token, TOKEN);
    assert_eq!(request.header("apns-topic"), TOPIC);
    assert_eq!(request.header("apns-push-type"), "alert");
    assert_eq!(request.header("apns-priority"), "10");
    assert_eq!(request.header("apns-expiration"), order.expires_at.timestamp().to_string());
    assert_eq!(request.header("apns-collapse-id"), order.collapse_id);
    assert_eq!(request.header("apns-id"), order.delivery_id.to_string());
    let expected = json!({
        "aps": {
            "alert": { "title": "Reconnect", "body": "Du har noe nytt." },
            "mutable-content": 1,
            "interruption-level": "active",
        },
        "version": "1",
        "id": order.opaque_id,
        "action": "wake",
    });
    assert_eq!(request.body, expected);
}

#[tokio::test]
async fn a_withdrawal_is_silent_under_the_same_collapse_id_even_when_a_line_is_given() {
    let apns = apns().await;
    let order = PushOrder { action: PushAction::Withdraw, ..push(Platform::Apns, 7) };
    assert!(is_sent(&apns.transports.push(&order).await));
    let silent_wake = PushOrder { line: None, ..push(Platform::Apns, 7) };
    assert!(is_sent(&apns.transports.push(&silent_wake).await));

    for (request, action) in apns.gateway.received().iter().zip(["withdraw", "wake"]) {
        assert_eq!(request.header("apns-push-type"), "background");
        assert_eq!(request.header("apns-priority"), "5");
        assert_eq!(request.header("apns-collapse-id"), order.collapse_id);
        let expected =
            json!({ "aps": { "content-available": 1 }, "version": "1", "id": order.opaque_id, "action": action });
        assert_eq!(request.body, expected);
    }
}

#[tokio::test]
async fn a_thousand_cold_sends_share_one_connection_and_one_token() {
    let apns = apns().await;
    let outcomes = join_all((0..1000).map(|n| apns.send(n))).await;
    assert!(outcomes.iter().all(is_sent));
    assert_eq!(apns.gateway.provider_tokens(), 1);
    assert_eq!(apns.gateway.connections(), 1);
    let taken: BTreeSet<_> = apns.deliveries_taken().into_iter().collect();
    assert_eq!(taken.len(), 1000);
}

#[tokio::test]
async fn the_token_is_renewed_between_20_and_60_minutes() {
    let apns = apns().await;
    for (minutes, tokens) in [(0, 1), (20, 1), (39, 1), (59, 2), (79, 2), (98, 2), (118, 3)] {
        apns.clock.set(noon() + TimeDelta::minutes(minutes));
        assert!(is_sent(&apns.send(1).await), "after {minutes} minutes");
        assert_eq!(apns.gateway.provider_tokens(), tokens, "after {minutes} minutes");
    }
    apns.clock.set(noon() - TimeDelta::hours(3));
    assert!(is_sent(&apns.send(1).await), "a clock set back needs a token of its own time");
    assert_eq!(apns.gateway.provider_tokens(), 4);
}

#[tokio::test]
async fn an_expired_token_is_renewed_once() {
    let apns = apns().await;
    assert!(is_sent(&apns.send(0).await));
    apns.clock.advance(TimeDelta::minutes(5));
    apns.gateway.script([Answer::Refuse(403, "ExpiredProviderToken")]);
    assert!(is_sent(&apns.send(1).await));
    assert_eq!(apns.gateway.provider_tokens(), 2);

    // Again within 20 minutes: the clocks disagree, and a stream of new tokens would be throttled.
    apns.clock.advance(TimeDelta::minutes(5));
    let outcome = apns.outcome(Answer::Refuse(403, "ExpiredProviderToken")).await;
    assert_eq!(outcome, Outcome::Misconfigured { reason: Reason::ProviderTokenExpired });
    assert_eq!(apns.gateway.provider_tokens(), 2);
}

#[tokio::test]
async fn many_streams_with_an_expired_token_renew_it_together() {
    let apns = apns().await;
    assert!(is_sent(&apns.send(0).await));
    apns.clock.advance(TimeDelta::minutes(5));
    apns.gateway.script((0..50).map(|_| Answer::Refuse(403, "ExpiredProviderToken")));
    let outcomes = join_all((1..=50).map(|n| apns.send(n))).await;
    assert!(outcomes.iter().all(is_sent), "{outcomes:?}");
    assert_eq!(apns.gateway.provider_tokens(), 2);
}

#[tokio::test]
async fn gone_forgets_a_token_only_when_it_died_after_its_registration() {
    let apns = apns().await;
    let registered = push(Platform::Apns, 1).registered_at;
    let died = registered + TimeDelta::milliseconds(1);
    let outcome = apns.outcome(Answer::Gone(died)).await;
    assert_eq!(outcome, Outcome::TokenGone { since: Some(died), reason: Reason::Unregistered });
    assert!(outcome.forgets(registered));

    let outcome = apns.outcome(Answer::Gone(registered - TimeDelta::days(1))).await;
    assert!(matches!(outcome, Outcome::TokenGone { .. }));
    assert!(!outcome.forgets(registered), "the app has registered again since");

    let outcome = apns.outcome(Answer::GoneWithoutTime).await;
    assert_eq!(outcome, Outcome::GiveUp { reason: Reason::Unregistered });
    assert!(!outcome.forgets(registered));
}

#[tokio::test]
async fn what_never_heals_is_not_retried_and_never_deletes() {
    let apns = apns().await;
    for (status, word, reason) in [
        (400, "BadDeviceToken", Reason::BadDeviceToken),
        (400, "DeviceTokenNotForTopic", Reason::TopicMismatch),
        (403, "Forbidden", Reason::Forbidden),
        (413, "PayloadTooLarge", Reason::PayloadTooLarge),
        (400, "SomethingNew", Reason::Rejected),
    ] {
        let outcome = apns.outcome(Answer::Refuse(status, word)).await;
        assert_eq!(outcome, Outcome::GiveUp { reason }, "{word}");
        assert!(!outcome.forgets(noon() - TimeDelta::days(365)));
    }
    assert_eq!(apns.gateway.received().len(), 5, "each was sent once");
}

#[tokio::test]
async fn wrong_keys_and_topics_are_ours_to_mend() {
    let apns = apns().await;
    for (status, word, reason) in [
        (403, "InvalidProviderToken", Reason::ProviderTokenRefused),
        (403, "UnrelatedKeyIdInToken", Reason::ProviderTokenRefused),
        (403, "SomethingNew", Reason::ProviderTokenRefused),
        (400, "TopicDisallowed", Reason::TopicRefused),
    ] {
        assert_eq!(apns.outcome(Answer::Refuse(status, word)).await, Outcome::Misconfigured { reason }, "{word}");
    }
}

#[tokio::test]
async fn a_key_apple_does_not_know_is_refused_by_its_signature() {
    let (_, clock) = clock();
    let gateway = ApnsGateway::start(&KeyPair::generate().expect("key").public_key_pem(), Arc::clone(&clock)).await;
    let transports = transports(settings(&gateway, &KeyPair::generate().expect("another key")), clock);
    let outcome = transports.push(&push(Platform::Apns, 1)).await;
    assert_eq!(outcome, Outcome::Misconfigured { reason: Reason::ProviderTokenRefused });
}

#[tokio::test]
async fn load_and_outages_wait_as_long_as_apple_asks() {
    let apns = apns().await;
    for (answer, after, reason) in [
        (Answer::Refuse(429, "TooManyRequests"), None, Reason::ThrottledByGateway),
        (Answer::RefuseFor(429, "TooManyProviderTokenUpdates", 120), Some(120), Reason::ThrottledByGateway),
        (Answer::Refuse(500, "InternalServerError"), None, Reason::ServerError),
        (Answer::RefuseFor(503, "Shutdown", 7), Some(7), Reason::ServerError),
        (Answer::Garbage(502), None, Reason::ServerError),
        (Answer::Refuse(400, "IdleTimeout"), None, Reason::TimedOut),
    ] {
        let expected = Outcome::Retry { after: after.map(Duration::from_secs), reason };
        assert_eq!(apns.outcome(answer.clone()).await, expected, "{answer:?}");
    }
    assert!(is_sent(&apns.send(1).await));
}

#[tokio::test]
async fn a_storm_of_bad_tokens_opens_the_breaker_and_nothing_more_is_sent() {
    let apns = apns().await;
    apns.gateway.script((0..200).map(|_| Answer::Refuse(400, "BadDeviceToken")));
    let outcomes = join_all((0..200).map(|n| apns.send(n))).await;
    assert_eq!(apns.gateway.received().len(), 10);
    assert!(apns.transports.push_stopped(Platform::Apns, PushEnvironment::Production));
    let held = outcomes.iter().filter(|it| it.reason() == Some(Reason::BreakerOpen)).count();
    assert_eq!(held, 190);
    assert!(outcomes.iter().all(|it| !it.forgets(DateTime::UNIX_EPOCH)));

    let sandbox = PushOrder { environment: PushEnvironment::Sandbox, ..push(Platform::Apns, 900) };
    assert!(!apns.transports.push_stopped(Platform::Apns, PushEnvironment::Sandbox));
    apns.transports.push(&sandbox).await;
    assert_eq!(apns.gateway.received().len(), 11, "the other environment has a breaker of its own");

    apns.clock.advance(worker::transport::REST);
    apns.gateway.script([]);
    assert!(!apns.transports.push_stopped(Platform::Apns, PushEnvironment::Production));
}

#[tokio::test]
async fn half_open_one_probe_decides() {
    let apns = apns().await;
    apns.gateway.script((0..10).map(|_| Answer::Refuse(403, "InvalidProviderToken")));
    for n in 0..10 {
        apns.send(n).await;
    }
    assert_eq!(apns.send(10).await.reason(), Some(Reason::BreakerOpen));
    apns.clock.advance(worker::transport::REST);
    apns.gateway.script([Answer::Late(Duration::from_millis(50))]);
    let outcomes = join_all((11..20).map(|n| apns.send(n))).await;
    assert_eq!(outcomes.iter().filter(|it| is_sent(it)).count(), 1);
    assert!(outcomes.iter().filter(|it| !is_sent(it)).all(|it| it.reason() == Some(Reason::BreakerOpen)));
    let outcomes = join_all((20..60).map(|n| apns.send(n))).await;
    assert!(outcomes.iter().all(is_sent));
}

#[tokio::test]
async fn a_healthy_channel_is_not_slowed_by_one_bad_token() {
    let apns = apns().await;
    assert!(is_sent(&apns.send(0).await));
    apns.gateway.script((0..100).map(|_| Answer::Late(Duration::from_millis(100))));
    let started = Instant::now();
    assert!(join_all((1..=100).map(|n| apns.send(n))).await.iter().all(is_sent));
    assert!(started.elapsed() < Duration::from_secs(2), "a hundred streams wait side by side");
    assert_eq!(apns.gateway.connections(), 1);
}

#[tokio::test]
async fn a_refused_stream_is_sent_again_and_processed_once() {
    let apns = apns().await;
    assert!(is_sent(&apns.send(0).await));
    apns.gateway.script((0..20).map(|_| Answer::RefuseStream));
    let outcomes = join_all((1..=100).map(|n| apns.send(n))).await;
    assert!(outcomes.iter().all(|it| is_sent(it) || *it == retry(Reason::ConnectionLost)), "{outcomes:?}");
    let taken = apns.deliveries_taken();
    assert_eq!(taken.len(), taken.iter().collect::<BTreeSet<_>>().len(), "none was processed twice");
    assert_eq!(taken.len(), 1 + outcomes.iter().filter(|it| is_sent(it)).count());
}

#[tokio::test]
async fn after_goaway_only_what_was_not_processed_goes_over_a_new_connection() {
    let apns = apns().await;
    assert!(is_sent(&apns.send(0).await));
    apns.gateway.script((0..30).map(|_| Answer::Take).chain([Answer::TakeAndGoAway]));
    let outcomes = join_all((1..=300).map(|n| apns.send(n))).await;
    let lost = (1..=300).zip(&outcomes).filter(|(_, it)| **it == retry(Reason::ConnectionLost));
    let lost: Vec<u128> = lost.map(|(n, _)| n).collect();
    assert_eq!(outcomes.iter().filter(|it| is_sent(it)).count() + lost.len(), 300, "{outcomes:?}");
    // Handed to the connection as it closed, one or two come back as lost: hyper cannot tell.
    assert!(lost.len() < 10, "{lost:?}");
    for n in lost {
        assert!(is_sent(&apns.send(n).await));
    }
    assert_eq!(apns.gateway.connections(), 2);
    let taken = apns.deliveries_taken();
    assert_eq!(taken.len(), 301, "nothing is missing and nothing went twice");
    assert_eq!(taken.iter().collect::<BTreeSet<_>>().len(), 301);
}

#[tokio::test]
async fn a_processed_stream_whose_answer_is_lost_is_left_to_the_backoff() {
    let apns = apns().await;
    assert!(is_sent(&apns.send(0).await));
    apns.gateway.script((0..5).map(|_| Answer::ProcessOnly));
    let sending = join_all((1..=5).map(|n| apns.send(n)));
    let breaking = async {
        while apns.gateway.received().len() < 6 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        apns.gateway.hang_up();
    };
    let (outcomes, ()) = tokio::join!(sending, breaking);
    assert_eq!(outcomes, vec![retry(Reason::ConnectionLost); 5]);
    assert_eq!(apns.deliveries_taken().len(), 6, "the transport did not send them again by itself");
}

#[tokio::test]
async fn no_gateway_and_no_trust_are_told_apart() {
    let (_, clock) = clock();
    let key = KeyPair::generate().expect("key");
    let gateway = ApnsGateway::start(&key.public_key_pem(), Arc::clone(&clock)).await;
    let nobody = ApnsSettings { production_url: "https://localhost:1".to_owned(), ..settings(&gateway, &key) };
    let outcome = transports(nobody, Arc::clone(&clock)).push(&push(Platform::Apns, 1)).await;
    assert_eq!(outcome, retry(Reason::ConnectionFailed));

    let stranger = ApnsSettings { extra_ca_pem: None, ..settings(&gateway, &key) };
    let outcome = transports(stranger, clock).push(&push(Platform::Apns, 1)).await;
    assert_eq!(outcome, Outcome::Misconfigured { reason: Reason::CertificateUntrusted });
    assert!(gateway.received().is_empty());
}

#[tokio::test]
async fn what_apns_would_refuse_is_not_sent() {
    let apns = apns().await;
    let order = || push(Platform::Apns, 1);
    let long_line = LockScreenLine { title: "Reconnect".to_owned(), body: "x".repeat(4096) };
    for (order, reason) in [
        (PushOrder { line: Some(long_line), ..order() }, Reason::PayloadTooLarge),
        (PushOrder { collapse_id: "c".repeat(65), ..order() }, Reason::InvalidOrder),
        (PushOrder { collapse_id: String::new(), ..order() }, Reason::InvalidOrder),
        (PushOrder { collapse_id: "a\r\nb".to_owned(), ..order() }, Reason::InvalidOrder),
        (PushOrder { expires_at: noon(), ..order() }, Reason::Expired),
        (PushOrder { token: SecretString::from("../../secret"), ..order() }, Reason::InvalidAddress),
        (PushOrder { token: SecretString::from(""), ..order() }, Reason::InvalidAddress),
    ] {
        assert_eq!(apns.transports.push(&order).await, Outcome::GiveUp { reason });
    }
    assert!(apns.gateway.received().is_empty());
    let longest = PushOrder { collapse_id: "c".repeat(64), ..order() };
    assert!(is_sent(&apns.transports.push(&longest).await));
}

#[tokio::test]
async fn a_retry_is_the_same_request() {
    let apns = apns().await;
    assert!(!is_sent(&apns.outcome(Answer::Refuse(503, "ServiceUnavailable")).await));
    apns.clock.advance(TimeDelta::minutes(1));
    assert!(is_sent(&apns.send(1).await));
    let received = apns.gateway.received();
    for name in ["apns-id", "apns-collapse-id", "apns-expiration", "apns-push-type", "apns-priority"] {
        assert_eq!(received[0].header(name), received[1].header(name), "{name}");
    }
    assert_eq!(received[0].body, received[1].body);
}

#[tokio::test]
async fn wrong_settings_are_named() {
    let (_, clock) = clock();
    let key = KeyPair::generate().expect("key");
    let gateway = ApnsGateway::start(&key.public_key_pem(), Arc::clone(&clock)).await;
    let good = || settings(&gateway, &key);
    for (settings, named) in [
        (ApnsSettings { key_pem: SecretString::from("secret-key-text"), ..good() }, "apns.key_pem"),
        (ApnsSettings { production_url: "http://gateway.example".to_owned(), ..good() }, "apns.production_url"),
        (ApnsSettings { sandbox_url: "sandbox".to_owned(), ..good() }, "apns.sandbox_url"),
        (ApnsSettings { extra_ca_pem: Some("no certificate".to_owned()), ..good() }, "apns.extra_ca_pem"),
    ] {
        let settings = TransportSettings { apns: Some(settings), ..TransportSettings::default() };
        let error = Transports::live(&settings, Arc::clone(&clock)).expect_err("refused");
        assert_eq!(error.key, named);
        assert!(!error.to_string().contains("secret-key-text"));
        assert!(!format!("{settings:?}").contains("secret-key-text"), "settings print no secret");
    }
    let findings = transports(good(), clock).check().await;
    assert!(findings.iter().all(|it| it.well) && findings.len() == 1, "{findings:?}");
}
