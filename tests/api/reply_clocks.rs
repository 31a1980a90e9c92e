use super::fixture::{Fixture, Pair};
use super::messages::{at, id, join, later, notices, write, writing_pair};
use domain::words::Role;
use serde_json::{Value, json};

/// A question asked on Monday and seen; due on Thursday at 15:30.
async fn asked(fixture: &Fixture, pair: &Pair) -> (Value, String) {
    let sent = write(fixture, pair, &pair.owner, "reply_wanted", "May I?").await;
    later(fixture, 60);
    let path = format!("/v1/reply_clocks/{}", id(&sent["clock"]));
    (sent, path)
}

async fn choose(fixture: &Fixture, pair: &Pair, path: &str, choice: &str) -> super::fixture::Reply {
    fixture.post(&pair.owner, &format!("{path}/choice"), json!({ "choice": choice })).await
}

#[tokio::test]
async fn a_provider_promises_a_later_working_day_and_the_owner_is_told() {
    let fixture = Fixture::new().await;
    let pair = writing_pair(&fixture).await;
    let (sent, path) = asked(&fixture, &pair).await;
    for (day, fault) in [
        ("2026-10-08", "outside_bounds"),
        ("2026-10-07", "outside_bounds"),
        ("2026-10-01", "date_in_past"),
        ("2026-10-10", "not_a_working_day"),
        ("2027-05-17", "outside_bounds"),
    ] {
        let refused = fixture.patch(&pair.provider, &path, json!({ "promised_on": day }), "\"v1\"").await;
        assert_eq!(refused.faults(), [("/promised_on".to_owned(), fault.to_owned())], "{day}");
    }
    let refused = fixture.patch(&pair.owner, &path, json!({ "promised_on": "2026-10-09" }), "\"v1\"").await;
    assert_eq!(refused.problem(403), "not_allowed");
    let moved = fixture.patch(&pair.provider, &path, json!({ "promised_on": "2026-10-09" }), "\"v1\"").await;
    assert_eq!(moved.etag(), "\"v2\"");
    assert_eq!(moved.expect(200)["due_at"], "2026-10-09T13:30:00+00:00");
    let stale = fixture.patch(&pair.provider, &path, json!({ "promised_on": "2026-10-12" }), "\"v1\"").await;
    assert_eq!(stale.problem(412), "stale");
    let seen = fixture.get(&pair.owner, &format!("/v1/messages/{}", id(&sent))).await.expect(200);
    assert_eq!(seen["receipt"], "Kari needs more time and will answer by Friday 9 October.");
    assert_eq!(seen["clock"]["first_promised_on"], "2026-10-08");
    assert_eq!(notices(&fixture, &pair.owner).await.len(), 1);
}

#[tokio::test]
async fn the_owner_may_stop_waiting_at_any_time() {
    let fixture = Fixture::new().await;
    let pair = writing_pair(&fixture).await;
    let (sent, path) = asked(&fixture, &pair).await;
    assert_eq!(fixture.post(&pair.provider, &format!("{path}/close"), Value::Null).await.problem(403), "not_allowed");
    let closed = fixture.post(&pair.owner, &format!("{path}/close"), Value::Null).await.expect(200);
    assert_eq!(closed["closed_by"], "owner");
    fixture.post(&pair.owner, &format!("{path}/close"), Value::Null).await.expect(200);
    let moved = fixture.patch(&pair.provider, &path, json!({ "promised_on": "2026-10-09" }), "*").await;
    assert_eq!(moved.problem(409), "conflict");
    let seen = fixture.get(&pair.owner, &format!("/v1/messages/{}", id(&sent))).await.expect(200);
    assert_eq!(seen["receipt"], "You have said that you are not waiting for a reply.");
    for (filter, count) in [("", 0), ("?state=open", 0), ("?state=all", 1)] {
        let listed = fixture.get(&pair.owner, &format!("/v1/reply_clocks{filter}")).await.expect(200);
        assert_eq!(listed["items"].as_array().map(Vec::len), Some(count), "{filter}");
    }
}

#[tokio::test]
async fn once_the_date_has_passed_the_owner_chooses() {
    let fixture = Fixture::new().await;
    let pair = writing_pair(&fixture).await;
    let (sent, path) = asked(&fixture, &pair).await;
    assert_eq!(choose(&fixture, &pair, &path, "wait").await.problem(409), "conflict");
    at(&fixture, "2026-10-08T13:30:00Z");
    assert_eq!(fixture.get(&pair.provider, &path).await.expect(200)["state"], "overdue");
    let seen = fixture.get(&pair.owner, &format!("/v1/messages/{}", id(&sent))).await.expect(200);
    assert_eq!(
        seen["receipt"],
        "The date has passed and we don't know why. Your message is safe. What would you like?"
    );
    let waits = choose(&fixture, &pair, &path, "wait").await.expect(200);
    assert_eq!(waits["text"], "All right. Your message stays safe, and we do not ask again.");
    assert_eq!(waits["clock"]["state"], "overdue");
    let reminds = choose(&fixture, &pair, &path, "remind").await.expect(200);
    assert_eq!(reminds["text"], "Kari gets a reminder in the digest on Friday 9 October.");
    let nobody = choose(&fixture, &pair, &path, "ask_team").await.expect(200);
    assert!(nobody["text"].as_str().expect("text").starts_with("There is nobody else"));
    assert_eq!(nobody["clock"]["choice"], "remind", "nothing changed");

    let colleague = fixture.person(Role::Provider, "Olav").await;
    join(&fixture, pair.relationship, &colleague).await;
    let team = choose(&fixture, &pair, &path, "ask_team").await.expect(200);
    assert_eq!(team["text"], "Saved. Olav is told that you are waiting for a reply.");

    let met = choose(&fixture, &pair, &path, "next_consultation").await.expect(200);
    assert_eq!((&met["clock"]["state"], &met["clock"]["closed_by"]), (&json!("closed"), &json!("owner")));
    let seen = fixture.get(&pair.owner, &format!("/v1/messages/{}", id(&sent))).await.expect(200);
    assert_eq!(seen["kind"], "next_consultation");
}

#[tokio::test]
async fn a_logged_call_answers_what_was_asked_before_it() {
    let fixture = Fixture::new().await;
    let pair = writing_pair(&fixture).await;
    let (_, first) = asked(&fixture, &pair).await;
    later(&fixture, 7200);
    let (_, second) = asked(&fixture, &pair).await;
    let path = format!("/v1/relationships/{}/contacts", pair.relationship);
    assert_eq!(fixture.post(&pair.owner, &path, json!({})).await.problem(403), "not_allowed");
    for wrong in ["2026-10-06T00:00:00Z", "2026-08-01T00:00:00Z", "+262142-01-01T00:00:00Z"] {
        assert!([400, 422].contains(&fixture.post(&pair.provider, &path, json!({ "at": wrong })).await.status));
    }
    let call = json!({ "id": "018f0000-0000-7000-8000-000000000002", "at": "2026-10-05T09:00:00Z" });
    fixture.post(&pair.provider, &path, call.clone()).await.expect(201);
    fixture.post(&pair.provider, &path, call.clone()).await.expect(201);
    let state = async |path: &str| fixture.get(&pair.owner, path).await.expect(200);
    assert_eq!(state(&first).await["closed_by"], "logged_call");
    assert_eq!(state(&second).await["state"], "open", "asked after they talked");
    fixture.post(&pair.provider, &path, json!({})).await.expect(201);
    assert_eq!(state(&second).await["closed_by"], "logged_call");
    let listed = fixture.get(&pair.owner, &path).await.expect(200);
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn the_agreed_window_counts_and_else_the_organisations() {
    let fixture = Fixture::new().await;
    let admin = fixture.admin().await;
    let pair = writing_pair(&fixture).await;
    let body = json!({ "changes": { "reply_window_default": 5 }, "why": "Autumn" });
    let tag = [("If-Match", "\"v1\"")];
    fixture.call(poem::http::Method::POST, Some(&admin), "/v1/policy", body, &tag).await.expect(201);
    let sent = write(&fixture, &pair, &pair.owner, "reply_wanted", "When?").await;
    assert_eq!(sent["clock"]["promised_on"], "2026-10-12");
    assert_eq!(sent["clock"]["window_working_days"], 5);
}

#[tokio::test]
async fn consultations_are_planned_moved_held_and_cancelled() {
    let fixture = Fixture::new().await;
    let pair = writing_pair(&fixture).await;
    let path = format!("/v1/relationships/{}/consultations", pair.relationship);
    for wrong in ["2026-10-05T07:59:00Z", "2030-01-01T10:00:00Z"] {
        assert_eq!(fixture.post(&pair.owner, &path, json!({ "starts_at": wrong })).await.faults()[0].0, "/starts_at");
    }
    let made = fixture.post(&pair.owner, &path, json!({ "starts_at": "2026-10-07T12:00:00+02:00" })).await.expect(201);
    assert_eq!((&made["starts_at"], &made["zone"]), (&json!("2026-10-07T10:00:00+00:00"), &json!("Europe/Oslo")));
    assert_eq!(notices(&fixture, &pair.owner).await.len(), 0, "her own doing");
    let one = format!("/v1/consultations/{}", id(&made));
    let moved = json!({ "starts_at": "2026-10-08T10:00:00Z" });
    assert_eq!(fixture.patch(&pair.provider, &one, moved.clone(), "\"v9\"").await.problem(412), "stale");
    fixture.patch(&pair.provider, &one, moved.clone(), "\"v1\"").await.expect(200);
    assert_eq!(notices(&fixture, &pair.owner).await.len(), 1);

    let tagged = write(&fixture, &pair, &pair.owner, "next_consultation", "The letter").await;
    assert_eq!(tagged["receipt"], "Saved. Kari gets it before the consultation on Thursday 8 October.");

    assert_eq!(fixture.post(&pair.provider, &format!("{one}/held"), Value::Null).await.problem(409), "conflict");
    at(&fixture, "2026-10-08T11:00:00Z");
    assert_eq!(fixture.post(&pair.owner, &format!("{one}/held"), Value::Null).await.problem(403), "not_allowed");
    let held = fixture.post(&pair.provider, &format!("{one}/held"), Value::Null).await.expect(200);
    assert_eq!(held["state"], "held");
    assert_eq!(fixture.delete(&pair.owner, &one).await.problem(409), "conflict");
    assert_eq!(fixture.patch(&pair.provider, &one, moved, "*").await.problem(409), "conflict");

    let other = fixture.post(&pair.provider, &path, json!({ "starts_at": "2026-10-20T10:00:00Z" })).await.expect(201);
    let other = format!("/v1/consultations/{}", id(&other));
    fixture.delete(&pair.owner, &other).await.expect(204);
    fixture.delete(&pair.owner, &other).await.expect(204);
    let listed = fixture.get(&pair.owner, &path).await.expect(200);
    let states: Vec<_> = listed["items"].as_array().expect("items").iter().map(|item| item["state"].clone()).collect();
    assert_eq!(states, [json!("cancelled"), json!("held")]);
    let stranger = fixture.person(Role::Provider, "Olav").await;
    assert_eq!(fixture.get(&stranger, &one).await.problem(404), "not_found");
}
