//! FCM HTTP v1.
use super::*;
use crate::gateways::fcm::{Answer, FcmGateway, Grant, PROJECT};
use futures::future::join_all;
use serde_json::json;
use std::time::Duration;
use worker::transport::Transports;
use worker::transport::settings::{FcmSettings, TransportSettings};

struct Fcm {
    clock: VirtualClock,
    gateway: FcmGateway,
    transports: Transports,
}

pub fn settings(gateway: &FcmGateway) -> FcmSettings {
    FcmSettings {
        url: gateway.url.clone(),
        service_account_json: SecretString::from(gateway.service_account()),
        extra_ca_pem: gateway.ca_pem.clone(),
    }
}

fn transports(gateway: &FcmGateway, clock: Arc<dyn Clock>) -> Transports {
    let settings = TransportSettings { fcm: Some(settings(gateway)), ..TransportSettings::default() };
    Transports::live(&settings, clock).expect("settings")
}

async fn fcm() -> Fcm {
    let (virtual_clock, clock) = clock();
    let gateway = FcmGateway::plain(Arc::clone(&clock)).await;
    let transports = transports(&gateway, clock);
    Fcm { clock: virtual_clock, gateway, transports }
}

impl Fcm {
    async fn send(&self, n: u128) -> Outcome {
        self.transports.push(&push(Platform::Fcm, n)).await
    }

    async fn outcome(&self, answer: Answer) -> Outcome {
        self.gateway.script([answer]);
        self.send(1).await
    }
}

#[tokio::test]
async fn a_wake_carries_the_neutral_line_and_a_withdrawal_nothing() {
    let fcm = fcm().await;
    let order = push(Platform::Fcm, 7);
    let receipt = Some(format!("projects/{PROJECT}/messages/1"));
    assert_eq!(fcm.transports.push(&order).await, Outcome::Sent { receipt });
    fcm.clock.advance(TimeDelta::hours(1));
    let withdrawal = PushOrder { action: PushAction::Withdraw, ..order.clone() };
    assert!(is_sent(&fcm.transports.push(&withdrawal).await));

    let wake = json!({
        "token": TOKEN,
        "data": { "version": "1", "id": order.opaque_id, "action": "wake" },
        "android": {
            "collapse_key": order.collapse_id,
            "priority": "HIGH",
            "ttl": "86400s",
            "notification": {
                "title": "Reconnect",
                "body": "Du har noe nytt.",
                "tag": order.collapse_id,
                "visibility": "PRIVATE",
            },
        },
    });
    let withdraw = json!({
        "token": TOKEN,
        "data": { "version": "1", "id": order.opaque_id, "action": "withdraw" },
        "android": { "collapse_key": order.collapse_id, "priority": "NORMAL", "ttl": "82800s" },
    });
    assert_eq!(fcm.gateway.received(), [wake, withdraw]);
}

#[tokio::test]
async fn over_tls_a_thousand_cold_sends_ask_for_one_access_token() {
    let (_, clock) = clock();
    let gateway = FcmGateway::over_tls(Arc::clone(&clock)).await;
    let transports = transports(&gateway, clock);
    let orders: Vec<_> = (0..1000).map(|n| push(Platform::Fcm, n)).collect();
    let outcomes = join_all(orders.iter().map(|order| transports.push(order))).await;
    assert!(outcomes.iter().all(is_sent));
    assert_eq!(gateway.asked(), 1);
    assert_eq!(gateway.received().len(), 1000);
}

#[tokio::test]
async fn the_access_token_is_kept_until_shortly_before_its_end() {
    let fcm = fcm().await;
    for (minutes, asked) in [(0, 1), (54, 1), (55, 2), (109, 2), (111, 3)] {
        fcm.clock.set(noon() + TimeDelta::minutes(minutes));
        assert!(is_sent(&fcm.send(1).await));
        assert_eq!(fcm.gateway.asked(), asked, "after {minutes} minutes");
    }
}

#[tokio::test]
async fn a_refused_access_token_is_renewed_once_and_by_all_together() {
    let fcm = fcm().await;
    assert!(is_sent(&fcm.send(0).await));
    fcm.gateway.revoke_tokens();
    let outcomes = join_all((1..=30).map(|n| fcm.send(n))).await;
    assert!(outcomes.iter().all(is_sent), "{outcomes:?}");
    assert_eq!(fcm.gateway.asked(), 2);

    fcm.gateway.script([Answer::RefuseBare(401), Answer::RefuseBare(401)]);
    assert_eq!(fcm.send(31).await, Outcome::Misconfigured { reason: Reason::ProviderTokenRefused });
    assert_eq!(fcm.gateway.asked(), 3);
}

#[tokio::test]
async fn without_an_access_token_nothing_is_sent_and_the_question_is_not_repeated_by_each() {
    let fcm = fcm().await;
    fcm.gateway.script_grants([Grant::Unavailable]);
    let outcomes = join_all((0..8).map(|n| fcm.send(n))).await;
    assert!(outcomes.iter().all(|it| *it == retry(Reason::ServerError)), "{outcomes:?}");
    assert_eq!(fcm.gateway.asked(), 1);

    fcm.gateway.script_grants([Grant::Refuse]);
    assert_eq!(fcm.send(9).await, Outcome::Misconfigured { reason: Reason::ProviderTokenRefused });
    assert!(is_sent(&fcm.send(10).await), "a failure is not kept");
    assert_eq!(fcm.gateway.received().len(), 1);
}

#[tokio::test]
async fn only_unregistered_is_about_the_token() {
    let fcm = fcm().await;
    let registered = push(Platform::Fcm, 1).registered_at;
    let outcome = fcm.outcome(Answer::Refuse(404, "UNREGISTERED")).await;
    assert_eq!(outcome, Outcome::TokenGone { since: None, reason: Reason::Unregistered });
    assert!(outcome.forgets(registered));

    for (answer, expected) in [
        (Answer::Refuse(400, "INVALID_ARGUMENT"), Outcome::GiveUp { reason: Reason::InvalidArgument }),
        (Answer::RefuseBare(400), Outcome::GiveUp { reason: Reason::InvalidArgument }),
        (Answer::Refuse(403, "SENDER_ID_MISMATCH"), Outcome::Misconfigured { reason: Reason::SenderMismatch }),
        (
            Answer::Refuse(401, "THIRD_PARTY_AUTH_ERROR"),
            Outcome::Misconfigured { reason: Reason::ProviderTokenRefused },
        ),
        (Answer::RefuseBare(403), Outcome::Misconfigured { reason: Reason::Forbidden }),
        (Answer::RefuseBare(404), Outcome::Misconfigured { reason: Reason::Forbidden }),
    ] {
        let outcome = fcm.outcome(answer.clone()).await;
        assert_eq!(outcome, expected, "{answer:?}");
        assert!(!outcome.forgets(registered), "{answer:?}");
    }
}

#[tokio::test]
async fn load_and_outages_wait_as_long_as_google_asks() {
    let fcm = fcm().await;
    let throttled =
        |seconds| Outcome::Retry { after: Some(Duration::from_secs(seconds)), reason: Reason::ThrottledByGateway };
    let in_two_minutes = "Thu, 01 Oct 2026 12:02:00 GMT";
    for (answer, expected) in [
        (Answer::RefuseFor(429, "QUOTA_EXCEEDED", "17"), throttled(17)),
        (Answer::RefuseFor(429, "QUOTA_EXCEEDED", in_two_minutes), throttled(120)),
        (Answer::Refuse(429, "QUOTA_EXCEEDED"), throttled(60)),
        (Answer::Refuse(500, "INTERNAL"), retry(Reason::ServerError)),
        (Answer::Refuse(503, "UNAVAILABLE"), retry(Reason::ServerError)),
        (
            Answer::RefuseFor(503, "UNAVAILABLE", "30"),
            Outcome::Retry { after: Some(Duration::from_secs(30)), reason: Reason::ServerError },
        ),
    ] {
        assert_eq!(fcm.outcome(answer.clone()).await, expected, "{answer:?}");
    }
}

#[tokio::test]
async fn the_wrong_project_opens_the_breaker() {
    let fcm = fcm().await;
    fcm.gateway.script((0..100).map(|_| Answer::Refuse(403, "SENDER_ID_MISMATCH")));
    let outcomes = join_all((0..100).map(|n| fcm.send(n))).await;
    assert_eq!(fcm.gateway.received().len(), 10);
    assert!(fcm.transports.push_stopped(Platform::Fcm, PushEnvironment::Production));
    assert_eq!(outcomes.iter().filter(|it| it.reason() == Some(Reason::BreakerOpen)).count(), 90);
}

#[tokio::test]
async fn what_fcm_would_refuse_is_not_sent() {
    let fcm = fcm().await;
    let order = || push(Platform::Fcm, 1);
    let long_line = LockScreenLine { title: "Reconnect".to_owned(), body: "x".repeat(4096) };
    for (order, reason) in [
        (PushOrder { line: Some(long_line), ..order() }, Reason::PayloadTooLarge),
        (PushOrder { expires_at: noon() - TimeDelta::seconds(1), ..order() }, Reason::Expired),
        (PushOrder { token: SecretString::from("a token"), ..order() }, Reason::InvalidAddress),
    ] {
        assert_eq!(fcm.transports.push(&order).await, Outcome::GiveUp { reason });
    }
    assert_eq!(fcm.gateway.asked(), 0);
    let long_lived = PushOrder { expires_at: noon() + TimeDelta::weeks(5), ..order() };
    assert!(is_sent(&fcm.transports.push(&long_lived).await));
    assert_eq!(fcm.gateway.received()[0]["android"]["ttl"], "2419200s", "FCM's four weeks");
}

#[tokio::test]
async fn doctor_says_whether_a_token_can_be_had() {
    let fcm = fcm().await;
    fcm.gateway.script_grants([Grant::Refuse]);
    let ill = fcm.transports.check().await;
    assert!(!ill[0].well && ill[0].sentence.contains("service account was refused"), "{ill:?}");
    assert!(fcm.transports.check().await[0].well);

    let settings = FcmSettings {
        url: fcm.gateway.url.clone(),
        service_account_json: SecretString::from(r#"{"private_key":"secret"}"#),
        extra_ca_pem: None,
    };
    let settings = TransportSettings { fcm: Some(settings), ..TransportSettings::default() };
    let error = Transports::live(&settings, Arc::new(VirtualClock::at(noon()))).expect_err("refused");
    assert_eq!(error.key, "fcm.service_account_json");
}
