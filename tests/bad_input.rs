//! What people and programs send wrongly: each gets the right problem, in its language, and loses nothing.

use crate::harness::client::Answer;
use crate::harness::{Client, Database, Harness};
use reqwest::Method;
use serde_json::{Value, json};

struct House {
    _house: Harness,
    bente: Client,
    kari: Client,
    thread: String,
}

async fn open() -> House {
    let house = Harness::on(Database::Sqlite).await.start("up").await;
    let [bente, kari] = [signed_in(&house, "bente").await, signed_in(&house, "kari").await];
    let list = bente.get("/v1/relationships").await.is(200);
    let thread = format!("/v1/relationships/{}/messages", list["items"][0]["id"].as_str().expect("an id"));
    House { _house: house, bente, kari, thread }
}

async fn signed_in(house: &Harness, login: &str) -> Client {
    let body = json!({ "login": format!("{login}@example.org"), "password": "reconnect-demo",
        "device": { "platform": "none", "app_version": "1.0.0" } });
    let tokens = house.client().post("/v1/sessions", body).await.is(201);
    house.client().signed_in(tokens["access_token"].as_str().expect("a token"))
}

async fn raw(client: &Client, path: &str, content_type: Option<&str>, body: impl Into<reqwest::Body>) -> Answer {
    let mut request = client.request(Method::POST, path).body(body);
    if let Some(content_type) = content_type {
        request = request.header("content-type", content_type);
    }
    client.send(request).await
}

/// Field and fault of each of a problem's errors.
fn errors(body: &Value) -> Vec<(&str, &str)> {
    body["errors"]
        .as_array()
        .expect("errors")
        .iter()
        .map(|error| (error["field"].as_str().expect("a field"), error["fault"].as_str().expect("a fault")))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_cannot_be_read_is_refused_as_what_it_is() {
    let House { bente, thread, _house, .. } = open().await;
    let json = Some("application/json");
    let long = format!(r#"{{"kind": "info", "body": "{}"}}"#, "a".repeat(300_000));
    let deep = format!(r#"{{"kind": "info", "body": {}1{}}}"#, "[".repeat(5_000), "]".repeat(5_000));
    let utf16: Vec<u8> = r#"{"kind": "info"}"#.encode_utf16().flat_map(u16::to_le_bytes).collect();
    type Case<'a> = (&'a str, Option<&'a str>, Vec<u8>, u16, &'a str);
    let cases: Vec<Case<'_>> = vec![
        ("no JSON", json, b"{\"kind\": ".to_vec(), 400, "malformed"),
        ("nothing", json, Vec::new(), 400, "malformed"),
        ("two values", json, b"{} {}".to_vec(), 400, "malformed"),
        ("a list", json, b"[]".to_vec(), 400, "malformed"),
        ("not UTF-8", json, b"{\"kind\": \"info\", \"body\": \"\xff\xfe\"}".to_vec(), 400, "not_utf8"),
        ("UTF-16", json, utf16, 400, "malformed"),
        ("half a surrogate pair", json, br#"{"kind": "info", "body": "\ud800"}"#.to_vec(), 400, "malformed"),
        (
            "a form",
            Some("application/x-www-form-urlencoded"),
            b"kind=info&body=a".to_vec(),
            415,
            "unsupported_media_type",
        ),
        ("no type", None, br#"{"kind": "info", "body": "a"}"#.to_vec(), 415, "unsupported_media_type"),
        ("too large", json, long.into_bytes(), 413, "too_large"),
        ("too deep", json, deep.into_bytes(), 400, "malformed"),
        ("a number beyond all numbers", json, br#"{"kind": "info", "body": 1e999}"#.to_vec(), 400, "malformed"),
    ];
    for (what, content_type, body, status, code) in cases {
        let mut titles = Vec::new();
        for language in ["nb", "nn", "en"] {
            let answer = raw(&bente.with("accept-language", language), &thread, content_type, body.clone()).await;
            assert_eq!(answer.problem(status), code, "{what}");
            assert_eq!(answer.header("content-language"), Some(language), "{what}");
            titles.push(answer.json()["title"].clone());
        }
        titles.dedup();
        assert!(titles.len() > 1, "{what} is said in one language: {titles:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_cannot_be_is_named_with_its_place() {
    let House { bente, thread, _house, .. } = open().await;
    let bente = bente.with("accept-language", "en");
    let before = bente.get("/v1/me").await;
    let me = before.etag();
    for (answer, status, code, wrong) in [
        (
            bente.post(&thread, json!({ "kind": "info", "body": "å".repeat(21_000) })).await,
            422,
            "invalid",
            ("/body", "too_long"),
        ),
        (
            bente.patch("/v1/me", &me, json!({ "time_zone": "Oslo" })).await,
            422,
            "invalid",
            ("/time_zone", "unknown_time_zone"),
        ),
        (bente.post(&thread, json!({ "kind": "info", "body": "a\u{0}b" })).await, 422, "invalid", ("/body", "format")),
        (bente.post(&thread, json!({ "kind": "info", "body": true })).await, 400, "malformed", ("/body", "format")),
        (
            bente.post(&thread, json!({ "kind": "shout", "body": "a" })).await,
            400,
            "malformed",
            ("/kind", "not_in_list"),
        ),
        (bente.post(&thread, json!({ "kind": "info" })).await, 400, "malformed", ("/body", "required")),
        (
            raw(&bente, &thread, Some("application/json"), r#"{"kind": "info", "body": "a", "body": "b"}"#).await,
            400,
            "malformed",
            ("/body", "duplicate"),
        ),
    ] {
        let body = answer.is(status);
        assert_eq!((body["code"].as_str(), errors(&body)), (Some(code), vec![wrong]), "{body}");
        let detail = body["errors"][0]["detail"].as_str().expect("words");
        assert!(!detail.is_empty() && answer.header("content-language") == Some("en"), "{body}");
    }
    let after = bente.get("/v1/me").await;
    assert_eq!((after.etag(), after.json()), (me, before.json()), "nothing was changed");
    bente.post(&thread, json!({ "kind": "info", "body": "å".repeat(20_000) })).await.is(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_date_in_the_past_a_forged_cursor_and_somebody_elses_thing() {
    let House { bente, kari, thread, _house } = open().await;
    let relationship = thread.trim_end_matches("/messages");
    let past = json!({ "from_on": "2020-01-01", "to_on": "2020-02-01" });
    let body = kari.with("accept-language", "nn").post("/v1/absences", past).await.is(422);
    assert_eq!(errors(&body), [("/from_on", "date_in_past")]);
    assert_eq!(
        kari.post("/v1/absences", json!({ "from_on": "-9999-01-01", "to_on": "+262142-12-31" })).await.status,
        400
    );

    for cursor in ["forged", "AAAA", "%00", "%FF", "%F0%9F%A6%8A"] {
        let answer = bente.get(&format!("{thread}?cursor={cursor}")).await;
        assert!(["bad_cursor", "malformed", "not_found"].contains(&answer.problem(answer.status).as_str()), "{cursor}");
        assert!([400, 404].contains(&answer.status), "{cursor}");
    }
    for limit in ["0", "101", "-1", "many", "99999999999999999999"] {
        let answer = bente.get(&format!("{thread}?limit={limit}")).await;
        assert!([400, 422].contains(&answer.status), "{limit}: {}", answer.text());
    }

    let draft = json!({ "relationship_id": relationship.rsplit('/').next(), "kind": "info", "body": "mine" });
    let mine = bente.post("/v1/drafts", draft).await.is(201);
    let path = format!("/v1/drafts/{}", mine["id"].as_str().expect("an id"));
    let missing = kari.get("/v1/drafts/01a20229-0000-7000-8000-000000000000").await;
    let hidden = kari.get(&path).await;
    assert_eq!((hidden.problem(404), hidden.body), (missing.problem(404), missing.body));
    assert_eq!(kari.get("/v1/drafts/not-an-id").await.problem(404), "not_found");
    assert_eq!(bente.get("/v1/templates/%00/nb").await.problem(404), "not_found");
    assert_eq!(kari.delete(&path).await.problem(404), "not_found");
    assert_eq!(bente.get(&path).await.is(200)["body"], "mine");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_method_that_an_address_does_not_take_is_told_which_it_takes() {
    let House { bente, _house, .. } = open().await;
    for (method, path, takes) in [
        (Method::PUT, "/v1/relationships", "GET, HEAD, POST"),
        (Method::TRACE, "/v1/me", "GET, HEAD, PATCH"),
        (Method::DELETE, "/v1/digests/today", "GET, HEAD"),
    ] {
        let answer = bente.send(bente.request(method, path)).await;
        assert_eq!(answer.problem(405), "method_not_allowed");
        assert_eq!(answer.header("allow"), Some(takes), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_learns_about_a_body_before_signing_in() {
    let house = Harness::on(Database::Sqlite).await;
    assert!(house.run(&["migrate"]).await.status.success());
    let house = house.start("serve").await;
    let stranger = house.client();
    for client in [stranger.clone(), stranger.signed_in("made-up")] {
        let answer = raw(&client, "/v1/relationships", Some("application/json"), r#"{"level": 1}"#).await;
        assert_eq!(answer.problem(401), "not_signed_in");
        assert!(answer.header("www-authenticate").is_some());
    }
}
