//! An app in the foreground that listens to `GET /v1/events`, over real sockets: the process that serves it is told
//! to end, or the write is made at another replica.

use super::eventually;
use crate::harness::{Client, Database, Harness, PATIENCE, free_port, on_both_databases};
use reqwest::Method;
use serde_json::json;
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// Long before a stream looks by itself, which it does every 30 seconds.
const AT_ONCE: Duration = Duration::from_secs(15);

/// What a phone hears.
struct Ear {
    answer: reqwest::Response,
    text: String,
}

impl Ear {
    async fn on(client: &Client) -> Self {
        let request = client.request(Method::GET, "/v1/events").timeout(4 * PATIENCE);
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), 200);
        Self { answer, text: String::new() }
    }

    /// Waits for the next event; tells whether one came before the stream came to its end.
    async fn changed(&mut self) -> bool {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let event = block.lines().any(|line| line == "event: changed");
                self.text = rest.to_owned();
                if event {
                    return true;
                }
                continue;
            }
            match self.answer.chunk().await.expect("whole until its end") {
                Some(chunk) => self.text += std::str::from_utf8(&chunk).expect("UTF-8"),
                None => return false,
            }
        }
    }

    async fn hears(&mut self, what: &str) {
        let heard = timeout(AT_ONCE, self.changed()).await;
        assert!(heard.unwrap_or_else(|_| panic!("{what} was not heard")), "{what}: the stream ended");
    }
}

/// An installation where Bente has an account; nothing runs yet.
async fn house(database: Database) -> (Harness, String) {
    let house = Harness::on(database).await.set("server.drain_seconds", "120");
    assert!(house.run(&["migrate"]).await.status.success());
    let bente = ["--role", "service_user", "--name", "Bente", "--email", "bente@example.org"];
    let made = house.run(&[&["account", "create", "--organisation", "Nordre"], &bente[..]].concat()).await;
    let said = String::from_utf8(made.stdout).expect("UTF-8");
    let code = said.lines().find_map(|line| line.strip_prefix("    ")).unwrap_or_else(|| panic!("no code: {said}"));
    (house, code.to_owned())
}

/// Her access token, on a phone of her own.
async fn bente(client: &Client, code: &str) -> String {
    let password = "a long enough password";
    let open = json!({ "code": code, "password": password, "adult": true });
    client.post("/v1/invitations/accept", open).await.is(201);
    let device = json!({ "platform": "none", "app_version": "1.0.0" });
    let sign_in = json!({ "login": "bente@example.org", "password": password, "device": device });
    let tokens = client.post("/v1/sessions", sign_in).await.is(201);
    tokens["access_token"].as_str().expect("a token").to_owned()
}

async fn keep(client: &Client, words: &str) {
    let goal = json!({ "content": { "goal": { "words": words, "state": "active" } } });
    client.post("/v1/items", goal).await.is(201);
}

on_both_databases! {
    async fn a_process_that_is_told_to_end_does_not_wait_for_who_listens(database) {
        let (house, code) = house(database).await;
        let mut house = house.start("serve").await;
        let client = house.client();
        let bente = client.signed_in(&bente(&client, &code).await);
        let (mut one, mut other) = (Ear::on(&bente).await, Ear::on(&bente).await);
        for ear in [&mut one, &mut other] {
            ear.hears("that it may have missed something").await;
        }
        keep(&bente, "A table").await;
        one.hears("a table").await;

        let told = Instant::now();
        let (log, ended) = tokio::join!(house.stop(), async {
            let streams = async { tokio::join!(one.changed(), async { while other.changed().await {} }) };
            timeout(AT_ONCE, streams).await.expect("the streams end")
        });
        assert_eq!(ended, (false, ()), "no event, and a clean end");
        assert!(told.elapsed() < AT_ONCE, "it drained for {:?}", told.elapsed());
        assert!(log.contains("draining"), "{log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_at_one_replica_is_heard_at_the_other() {
    let (house, code) = house(Database::Postgres).await;
    let mut house = house.start("serve").await;
    let beside = format!("127.0.0.1:{}", free_port());
    let replica = house.spawn_with(&["serve"], ("RECONNECT__SERVER__LISTEN", &beside));
    let there = Client::new(format!("http://{beside}"));
    eventually("the second replica", async || there.try_get("/readyz").await.filter(|ready| ready.status == 200)).await;

    let here = house.client();
    let token = bente(&here, &code).await;
    let (here, there) = (here.signed_in(&token), there.signed_in(&token));
    let (mut at_here, mut at_there) = (Ear::on(&here).await, Ear::on(&there).await);
    for ear in [&mut at_here, &mut at_there] {
        ear.hears("that it may have missed something").await;
    }
    for (writer, words) in [(&here, "A table"), (&there, "A chair"), (&here, "A lamp")] {
        keep(writer, words).await;
        at_here.hears(words).await;
        at_there.hears(words).await;
    }

    // The one goes on as the other ends.
    replica.stop().await;
    assert!(!at_there.changed().await, "it ended with its replica");
    keep(&here, "A door").await;
    at_here.hears("a door").await;
    house.stop().await;
}
