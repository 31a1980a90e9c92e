//! A call that died with its process does not hold its key for ever.

use super::fixture::Fixture;
use super::library::article;
use super::messages::writing_pair;
use super::toolbox::goal;
use chrono::TimeDelta;
use domain::words::Role;
use poem::http::Method;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use storage::StorageError;
use storage::idempotency::{ABANDONED_AFTER, Claim, Held, claim, release_unless_done, within};

#[tokio::test]
async fn a_key_that_was_claimed_and_never_answered_can_be_claimed_again() {
    let fixture = Fixture::new().await;
    let owner = fixture.owner().await;
    let (store, key) = (&fixture.app.store, "once");
    let fingerprint = [7; 32];
    let held = || Held::new(owner.id, key, fixture.app.now());
    let claimed = async |print: &[u8]| claim(store, &held(), print).await.expect("claimed");
    assert_eq!(claimed(&fingerprint).await, Claim::Mine);
    assert_eq!(claimed(&fingerprint).await, Claim::InProgress);
    fixture.clock.set(fixture.app.now() + ABANDONED_AFTER - TimeDelta::seconds(1));
    assert_eq!(claimed(&fingerprint).await, Claim::InProgress);
    fixture.clock.set(fixture.app.now() + TimeDelta::seconds(1));
    assert_eq!(claimed(&[8; 32]).await, Claim::Mismatch, "another body is another call");
    assert_eq!(claimed(&fingerprint).await, Claim::Mine);
    assert_eq!(claimed(&fingerprint).await, Claim::InProgress, "for one caller");
}

/// A name that is taken by a thing of hers answers with that thing, but does not make a body right that never was.
#[tokio::test]
async fn what_the_document_does_not_allow_is_refused_under_a_name_that_is_taken_too() {
    let fixture = Fixture::new().await;
    let pair = writing_pair(&fixture).await;
    let editor = fixture.person(Role::Consultant, "Ingrid").await;
    let friend = json!({ "network_person": { "alias": "A friend", "ring": "nearest", "sector": "friends", "crisis_contact": false } });
    fixture.post(&pair.owner, "/v1/items", json!({ "content": friend })).await.expect(201);
    let draft = |body: &str| json!({ "relationship_id": pair.relationship, "kind": "info", "body": body });
    let long = "å".repeat(20_001);
    let mut without_url = article();
    without_url["url"] = json!("");
    for (name, (who, path, body, wrong, field)) in (1..).zip([
        (
            &pair.owner,
            "/v1/items",
            json!({ "content": goal("A table") }),
            json!({ "content": goal("") }),
            "/content/goal/words",
        ),
        (&pair.owner, "/v1/network/snapshots", json!({}), json!({ "note": long }), "/note"),
        (&pair.owner, "/v1/drafts", draft("Not yet"), draft(&long), "/body"),
        (&editor, "/v1/library", article(), without_url, "/url"),
    ]) {
        let named = |mut body: Value| {
            body["id"] = json!(format!("0195a0c4-0001-7000-8000-00000000000{name}"));
            body
        };
        let first = fixture.post(who, path, named(body.clone())).await.expect(201);
        assert_eq!(fixture.post(who, path, named(body)).await.expect(201)["id"], first["id"], "{path}");
        let refused = fixture.post(who, path, named(wrong)).await;
        assert_eq!((refused.status, &refused.json["errors"][0]["field"]), (422, &json!(field)), "{path}");
    }
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

#[tokio::test]
async fn what_was_committed_under_a_key_is_never_done_again() {
    let fixture = Fixture::new().await;
    let owner = fixture.owner().await;
    let (store, print) = (&fixture.app.store, [7; 32]);
    let held = Held::new(owner.id, "once", fixture.app.now());
    assert_eq!(claim(store, &held, &print).await.expect("claimed"), Claim::Mine);
    let done = within(held.clone(), async { store.write().await.expect("tx").commit().await });
    done.await.expect("committed");
    // Whoever carried it out heard nothing of the commit, and lets go of what is not done.
    release_unless_done(store, &held).await.expect("asked");
    let again = async || claim(store, &Held::new(owner.id, "once", fixture.app.now()), &print).await.expect("asked");
    assert_eq!(again().await, Claim::InProgress);
    fixture.clock.set(fixture.app.now() + ABANDONED_AFTER);
    assert_eq!(again().await, Claim::Done);

    // One that was let go of meanwhile cannot commit any more: another may be at it.
    let held = Held::new(owner.id, "twice", fixture.app.now());
    assert_eq!(claim(store, &held, &print).await.expect("claimed"), Claim::Mine);
    release_unless_done(store, &held).await.expect("let go of");
    let late = within(held, async { store.write().await.expect("tx").commit().await });
    assert!(matches!(late.await, Err(StorageError::Stale)));
}

#[tokio::test]
async fn a_call_that_was_done_and_has_no_answer_says_so() {
    let fixture = Fixture::new().await;
    let owner = fixture.owner().await;
    let store = fixture.app.store.clone();
    let key = [("Idempotency-Key", "once")];
    let body = json!({ "kind": "non_emergency", "text_version": "1" });
    let send = async || fixture.call(Method::POST, Some(&owner), "/v1/consents", body.clone(), &key).await;
    send().await.expect(201);
    store.read().execute_unprepared("update idempotency set status = 0, body = null").await.expect("forgotten");
    assert_eq!(send().await.problem(409), "idempotency_in_progress");
    fixture.clock.set(fixture.app.now() + ABANDONED_AFTER);
    assert_eq!(send().await.problem(409), "idempotency_done");
}
