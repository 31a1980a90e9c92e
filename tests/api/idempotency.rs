//! A call that died with its process does not hold its key for ever.

use super::fixture::Fixture;
use chrono::TimeDelta;
use poem::http::Method;
use serde_json::{Value, json};
use storage::idempotency::{ABANDONED_AFTER, Claim, claim};

#[tokio::test]
async fn a_key_that_was_claimed_and_never_answered_can_be_claimed_again() {
    let fixture = Fixture::new().await;
    let owner = fixture.owner().await;
    let (store, key) = (&fixture.app.store, "once");
    let fingerprint = [7; 32];
    let claimed = async |print: &[u8]| claim(store, owner.id, key, print, fixture.app.now()).await.expect("claimed");
    assert_eq!(claimed(&fingerprint).await, Claim::Mine);
    assert_eq!(claimed(&fingerprint).await, Claim::InProgress);
    fixture.clock.set(fixture.app.now() + ABANDONED_AFTER - TimeDelta::seconds(1));
    assert_eq!(claimed(&fingerprint).await, Claim::InProgress);
    fixture.clock.set(fixture.app.now() + TimeDelta::seconds(1));
    assert_eq!(claimed(&[8; 32]).await, Claim::Mismatch, "another body is another call");
    assert_eq!(claimed(&fingerprint).await, Claim::Mine);
    assert_eq!(claimed(&fingerprint).await, Claim::InProgress, "for one caller");
}

#[tokio::test]
async fn a_refused_call_lets_go_of_its_key() {
    let fixture = Fixture::new().await;
    let owner = fixture.owner().await;
    let key = [("Idempotency-Key", "once")];
    let send = async |body: Value| fixture.call(Method::POST, Some(&owner), "/v1/consents", body, &key).await;
    let fine = json!({ "kind": "non_emergency", "text_version": "1" });
    assert_eq!(send(json!({ "kind": "non_emergency", "text_version": "" })).await.status, 422);
    let first = send(fine.clone()).await.expect(201);
    assert_eq!(send(fine).await.expect(201), first);
    assert_eq!(
        send(json!({ "kind": "non_emergency", "text_version": "2" })).await.problem(422),
        "idempotency_mismatch"
    );
}
