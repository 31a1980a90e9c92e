//! The database goes away, or its disk is full: people are told to try again, and nothing they were promised is lost.

mod cuts;

use crate::harness::cut::Wire;
use crate::harness::{Client, Database, Harness};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::time::Instant;

/// Within which an outage is said, and after whose end it is over.
const SAID_WITHIN: Duration = Duration::from_secs(5);
const OVER_WITHIN: Duration = Duration::from_secs(10);

/// One of the demo people, signed in.
async fn signed_in(house: &Harness, login: &str) -> Client {
    let body = json!({ "login": format!("{login}@example.org"), "password": "reconnect-demo",
        "device": { "platform": "none", "app_version": "1.0.0" } });
    let tokens = house.client().post("/v1/sessions", body).await.is(201);
    house.client().with("accept-language", "nn").signed_in(tokens["access_token"].as_str().expect("a token"))
}

/// The same where nobody lives yet: an account made at the machine, and opened with its code.
async fn moved_in(house: &Harness, role: &str, name: &str) -> Client {
    let login = format!("{name}@example.org");
    let create = ["account", "create", "--role", role, "--name", name, "--email", &login, "--organisation", "Nordre"];
    let made = house.run(&create).await;
    let said = String::from_utf8_lossy(&made.stdout).into_owned();
    let code = said.lines().find_map(|line| line.strip_prefix("    ")).unwrap_or_else(|| panic!("no code: {said}"));
    let open = json!({ "code": code, "password": "reconnect-demo", "adult": true });
    house.client().post("/v1/invitations/accept", open).await.is(201);
    signed_in(house, name).await
}

async fn thread(client: &Client) -> String {
    let list = client.get("/v1/relationships").await.is(200);
    format!("/v1/relationships/{}/messages", list["items"][0]["id"].as_str().expect("a relationship"))
}

/// The `count`th message, under an id that its app made.
fn message(count: usize) -> Value {
    json!({ "id": uuid::Uuid::from_u128(0x7000_8000 << 64 | count as u128), "kind": "info",
        "body": format!("{count} {}", "words ".repeat(3000)) })
}

/// The ids of everything in a thread.
async fn stored(client: &Client, thread: &str) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    let mut next = format!("{thread}?limit=100");
    loop {
        let page = client.get(&next).await.is(200);
        let items = page["items"].as_array().expect("items");
        ids.extend(items.iter().map(|item| item["id"].as_str().expect("an id").to_owned()));
        match page["next_cursor"].as_str() {
            Some(cursor) => next = format!("{thread}?limit=100&cursor={cursor}"),
            None => return ids,
        }
    }
}

/// An installation that reaches its database over a wire, with an owner and a provider who work together.
struct Wired {
    house: Harness,
    wire: Wire,
    bente: Client,
    thread: String,
}

async fn wired() -> Wired {
    let house = Harness::on(Database::Postgres).await;
    let mut url = url::Url::parse(house.database_url()).expect("an address");
    let target = format!("{}:{}", url.host_str().expect("a host"), url.port().unwrap_or(5432));
    let wire = Wire::to(target).await;
    url.set_port(Some(wire.port())).expect("a port");
    let house = house.set("database.url", url.as_str()).start("up").await;
    let bente = moved_in(&house, "service_user", "bente").await;
    let kari = moved_in(&house, "provider", "kari").await;
    let invitation = json!({ "invitee_login": "kari@example.org", "level": "primary" });
    let made = bente.post("/v1/relationships", invitation).await.is(201);
    let relationship = format!("/v1/relationships/{}", made["id"].as_str().expect("an id"));
    kari.post(&format!("{relationship}/accept"), Value::Null).await.is(200);
    bente.post("/v1/consents", json!({ "kind": "non_emergency", "text_version": "1" })).await.is(201);
    Wired { house, wire, bente, thread: format!("{relationship}/messages") }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_goes_away_is_said_and_missed_by_nobody() {
    let Wired { mut house, wire, bente, thread } = wired().await;
    let mut kept = BTreeSet::new();
    let sent_again = |count| bente.request_with_key(Method::POST, &thread, Some("once")).json(&message(count));
    for count in 0..3 {
        kept.insert(bente.post(&thread, message(count)).await.is(201)["id"].as_str().expect("an id").to_owned());
    }
    wire.cut();
    for count in 3..6 {
        let asked = Instant::now();
        let (read, written) = tokio::join!(bente.get("/v1/me"), bente.post(&thread, message(count)));
        assert!(asked.elapsed() < SAID_WITHIN, "{:?}", asked.elapsed());
        for answer in [read, written] {
            assert_eq!(answer.problem(503), "unavailable");
            assert!(answer.header("retry-after").is_some_and(|seconds| seconds.parse::<u32>().is_ok()));
            assert_eq!(answer.header("content-language"), Some("nn"));
        }
    }
    assert_eq!(bente.send(sent_again(6)).await.problem(503), "unavailable");
    assert_eq!(house.client().get("/readyz").await.problem(503), "unavailable");
    assert_eq!(house.client().get("/healthz").await.status, 200);
    let unknown = house.client().signed_in("made-up").get("/v1/me").await;
    assert_eq!(unknown.problem(503), "unavailable", "who she is cannot be known, so she is not signed out");

    wire.mend().await;
    let mended = Instant::now();
    while house.client().get("/readyz").await.status != 200 {
        assert!(mended.elapsed() < OVER_WITHIN, "{:?}", mended.elapsed());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    for count in 3..6 {
        kept.insert(bente.post(&thread, message(count)).await.is(201)["id"].as_str().expect("an id").to_owned());
    }
    for _ in 0..2 {
        kept.insert(bente.send(sent_again(6)).await.is(201)["id"].as_str().expect("an id").to_owned());
    }
    assert!(mended.elapsed() < OVER_WITHIN, "{:?}", mended.elapsed());
    let stored = stored(&bente, &thread).await;
    assert!(kept.len() == 7 && stored.is_superset(&kept), "{kept:?} of {stored:?}");
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_falls_silent_is_said_and_missed_by_nobody() {
    let Wired { mut house, wire, bente, thread } = wired().await;
    let mut kept = BTreeSet::new();
    let sent = |count| bente.request_with_key(Method::POST, &thread, Some("silent")).json(&message(count));
    kept.insert(bente.post(&thread, message(0)).await.is(201)["id"].as_str().expect("an id").to_owned());
    let anybody = house.client();
    wire.swallow();
    let asked = Instant::now();
    let (me, written, ready) = tokio::join!(bente.get("/v1/me"), bente.send(sent(1)), anybody.get("/readyz"));
    assert!(asked.elapsed() < SAID_WITHIN, "{:?}", asked.elapsed());
    for answer in [me, written, ready] {
        assert_eq!(answer.problem(503), "unavailable");
        assert!(answer.header("retry-after").is_some_and(|seconds| seconds.parse::<u32>().is_ok()));
    }
    assert_eq!(house.client().get("/healthz").await.status, 200);

    wire.mend().await;
    let mended = Instant::now();
    loop {
        let answer = bente.send(sent(1)).await;
        if answer.status == 201 {
            kept.insert(answer.json()["id"].as_str().expect("an id").to_owned());
            break;
        }
        assert!(mended.elapsed() < OVER_WITHIN, "{:?}: {}", mended.elapsed(), answer.status);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    for count in 2..10 {
        kept.insert(bente.post(&thread, message(count)).await.is(201)["id"].as_str().expect("an id").to_owned());
    }
    assert_eq!(house.client().get("/readyz").await.status, 200);
    assert!(mended.elapsed() < OVER_WITHIN, "{:?}", mended.elapsed());
    let stored = stored(&bente, &thread).await;
    assert!(kept.len() == 10 && stored == kept, "{kept:?} of {stored:?}");
    house.stop().await;
}

/// The commits of one call: that which claims its key, that which does it, that which keeps its answer. After each of
/// them nobody hears whether it went through.
#[tokio::test(flavor = "multi_thread")]
async fn a_commit_nobody_heard_of_is_not_done_again_by_its_key() {
    let Wired { mut house, wire, bente, thread } = wired().await;
    for commit in 1..=3 {
        let key = format!("unheard-{commit}");
        // The server makes the id: nothing but the key tells that it is the same message.
        let body = json!({ "kind": "info", "body": key });
        let send = || bente.send(bente.request_with_key(Method::POST, &thread, Some(&key)).json(&body));
        wire.swallow_after_commit(commit);
        let asked = Instant::now();
        let first = send().await;
        assert!(asked.elapsed() < SAID_WITHIN, "{:?}", asked.elapsed());
        assert!(wire.swallows(), "there is no commit {commit}: {}", first.status);
        assert_eq!(first.problem(503), "unavailable");
        wire.mend().await;
        let mended = Instant::now();
        let written = |items: &Value| {
            items["items"].as_array().map_or(0, |items| items.iter().filter(|item| item["body"] == *key).count())
        };
        loop {
            let again = send().await;
            // It is done, or was done and cannot be done again.
            if again.status == 201 || (again.status == 409 && written(&bente.get(&thread).await.json()) == 1) {
                break;
            }
            assert!(mended.elapsed() < OVER_WITHIN, "{:?}: {}", mended.elapsed(), again.status);
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        assert_eq!(written(&bente.get(&thread).await.is(200)), 1, "commit {commit}");
    }
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_said_and_what_was_answered_is_there() {
    let mut house = Harness::on(Database::Sqlite).await.start("up").await;
    house.stop().await;
    let size = std::fs::metadata(house.data().join("reconnect.db")).expect("the database").len();
    // Files may grow by as much again, and the next write fails as it does on a disk without room.
    let mut house = house.with_largest_file(size + 256 * 1024).start("serve").await;
    let bente = signed_in(&house, "bente").await;
    let thread = thread(&bente).await;
    let mut kept = BTreeSet::new();
    let full = loop {
        let answer = bente.post(&thread, message(kept.len())).await;
        if answer.status != 201 {
            break answer;
        }
        kept.insert(answer.json()["id"].as_str().expect("an id").to_owned());
        assert!(kept.len() < 400, "the disk is never full");
    };
    assert_eq!(full.problem(503), "unavailable");
    assert!(full.header("retry-after").is_some());
    assert!(!kept.is_empty());
    assert!(stored(&bente, &thread).await.is_superset(&kept), "reads go on");
    assert_eq!(bente.post(&thread, message(1000)).await.problem(503), "unavailable");
    house.kill().await;

    let house = house.with_largest_file(u64::MAX).start("serve").await;
    let bente = signed_in(&house, "bente").await;
    assert!(stored(&bente, &thread).await.is_superset(&kept));
    bente.post(&thread, message(1000)).await.is(201);
}
