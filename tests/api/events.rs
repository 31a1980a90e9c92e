//! What an app in the foreground hears.

use super::fixture::{Fixture, Who};
use super::messages::{later, write, writing_pair};
use super::phone::Phone;
use super::toolbox::{goal, keep};
use crate::harness::{Database, on_both_databases};
use backend::{EventSettings, Settings, routes};
use domain::words::Role;
use futures::{Stream, StreamExt as _};
use poem::http::Method;
use poem::test::TestClient;
use serde_json::Value;
use std::pin::Pin;
use std::time::Duration;
use tempfile::TempDir;

const SOON: Duration = Duration::from_secs(20);
/// Long enough for an event that should not come.
const A_WHILE: Duration = Duration::from_millis(700);

/// Whoever hangs up may do so in the middle of a look. That costs its connection, and with its only connection a
/// memory database is gone: SQLite is in a file of the directory.
async fn house(database: Database, look_every: Duration) -> (Fixture, TempDir) {
    let directory = tempfile::tempdir().expect("a directory");
    (Fixture::with(database, Some(directory.path()), settings(look_every)).await, directory)
}

fn settings(look_every: Duration) -> Settings {
    let events = EventSettings {
        pause: Duration::from_millis(20),
        look_every,
        beat_every: Duration::from_millis(150),
        ..EventSettings::default()
    };
    Settings { events, ..Settings::default() }
}

/// A stream, read as a client reads it.
struct Ear {
    stream: Pin<Box<dyn Stream<Item = String>>>,
    /// What came and is not read yet.
    text: String,
    last: Option<String>,
}

impl Ear {
    fn on(stream: impl Stream<Item = String> + 'static) -> Self {
        Self { stream: Box::pin(stream), text: String::new(), last: None }
    }

    /// The next event; `None` once the stream has ended.
    async fn next(&mut self) -> Option<String> {
        loop {
            while let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                if block.lines().any(|line| line == "event: changed") {
                    self.last = block.lines().find_map(|line| line.strip_prefix("id: ")).map(str::to_owned);
                    assert!(block.lines().any(|line| line == "data: {}"), "{block}");
                    return self.last.clone();
                }
                assert!(block == ": here" || block == "retry: 5000", "{block:?}");
            }
            self.text += &self.stream.next().await?;
        }
    }

    async fn hears(&mut self, what: &str) -> String {
        let heard = tokio::time::timeout(SOON, self.next()).await;
        heard.unwrap_or_else(|_| panic!("{what} was not heard")).unwrap_or_else(|| panic!("{what}: it ended"))
    }

    async fn hears_nothing(&mut self, of: &str) {
        let heard = tokio::time::timeout(A_WHILE, self.next()).await;
        assert!(heard.is_err(), "{of}: {heard:?}");
    }

    async fn ends(&mut self, why: &str) {
        let ended = async { while self.next().await.is_some() {} };
        tokio::time::timeout(SOON, ended).await.unwrap_or_else(|_| panic!("it did not end: {why}"));
    }
}

async fn listen(fixture: &Fixture, phone: &mut Phone, last: Option<&str>) -> Ear {
    let token = phone.token(fixture).await;
    let headers: Vec<(&str, &str)> = last.map(|last| ("Last-Event-ID", last)).into_iter().collect();
    let (status, headers, stream) = fixture.stream(&token, "/v1/events", &headers).await;
    assert_eq!(status, 200);
    assert_eq!(headers.get("content-type").expect("a type"), "text/event-stream");
    assert_eq!(headers.get("cache-control").expect("not kept"), "no-store");
    Ear::on(stream)
}

async fn ear_of(fixture: &Fixture, who: &Who) -> Ear {
    let mut ear = listen(fixture, &mut Phone::of(who), None).await;
    ear.hears("that it may have missed something").await;
    ear
}

on_both_databases! {
    async fn whoever_sees_something_new_hears_that_there_is_something(database) {
        let (fixture, _directory) = house(database, Duration::from_millis(300)).await;
        let pair = writing_pair(&fixture).await;
        let stranger = fixture.person(Role::Provider, "Ola").await;
        let mut hers = ear_of(&fixture, &pair.owner).await;
        let mut his = ear_of(&fixture, &pair.provider).await;
        let mut other = ear_of(&fixture, &stranger).await;
        write(&fixture, &pair, &pair.owner, "info", "Hello").await;
        hers.hears("her own message, on her other phone").await;
        his.hears_nothing("a message that can still be undone").await;
        later(&fixture, 31);
        his.hears("a message").await;
        keep(&fixture, &pair.owner, goal("Hers alone")).await;
        hers.hears("a goal").await;
        his.hears_nothing("what is not shared with him").await;
        other.hears_nothing("what others do").await;
    }

    async fn whoever_comes_back_hears_only_what_is_new(database) {
        let (fixture, _directory) = house(database, Duration::from_secs(3600)).await;
        let owner = fixture.owner().await;
        let mut phone = Phone::of(&owner);
        let mut ear = listen(&fixture, &mut phone, None).await;
        let last = ear.hears("that it may have missed something").await;
        drop(ear);
        let mut back = listen(&fixture, &mut phone, Some(&last)).await;
        back.hears_nothing("nothing happened").await;
        drop(back);
        keep(&fixture, &owner, goal("Meanwhile")).await;
        let mut back = listen(&fixture, &mut phone, Some(&last)).await;
        assert_ne!(back.hears("what happened meanwhile").await, last);
        phone.sync(&fixture).await;
        back.hears_nothing("that it synced").await;
        let mut confused = listen(&fixture, &mut phone, Some("\u{e6} nonsense")).await;
        confused.hears("something, when it says nonsense").await;
    }

    async fn a_stream_ends_with_its_session_and_with_the_process(database) {
        let (fixture, _directory) = house(database, Duration::from_secs(3600)).await;
        let (owner, other) = (fixture.owner().await, fixture.provider().await);
        let (mut first, mut second) = (Phone::of(&owner), Phone::of(&owner));
        let mut gone = listen(&fixture, &mut first, None).await;
        let mut expired = listen(&fixture, &mut second, None).await;
        let bearer = format!("Bearer {}", first.token(&fixture).await);
        let header = [("Authorization", bearer.as_str())];
        let sessions = fixture.call(Method::GET, None, "/v1/sessions", Value::Null, &header).await.expect(200);
        let mine = sessions["items"].as_array().expect("items").iter().find(|it| it["current"] == true).expect("it");
        let path = format!("/v1/sessions/{}", mine["id"].as_str().expect("an id"));
        fixture.call(Method::DELETE, None, &path, Value::Null, &header).await.expect(204);
        gone.ends("signed out").await;
        later(&fixture, 16 * 60);
        expired.ends("its access token expired").await;

        let mut phone = Phone::of(&other);
        let mut ears = Vec::new();
        for _ in 0..5 {
            ears.push(listen(&fixture, &mut phone, None).await);
        }
        let refused = phone.call(&fixture, "/v1/events").await;
        assert!(refused.headers.contains_key("retry-after"));
        assert_eq!(refused.problem(429), "too_many_requests");
        ears.pop();
        ears.push(listen(&fixture, &mut phone, None).await);
        fixture.app.end_streams();
        for ear in &mut ears {
            ear.ends("the process is about to end").await;
        }
        phone.call(&fixture, "/v1/events").await.problem(429);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_replica_writes_the_other_tells_of() {
    let never = Duration::from_secs(3600);
    let (fixture, _directory) = house(Database::Postgres, never).await;
    let owner = fixture.owner().await;
    let beside = fixture.beside(settings(never)).await;
    let store = beside.store.clone();
    let listening = tokio::spawn(async move { store.keep_listening().await });
    let client = TestClient::new(routes::routes(beside));
    let token = Phone::of(&owner).token(&fixture).await;
    let answer = client.get("/v1/events").header("Authorization", format!("Bearer {token}")).send().await;
    let stream = answer.0.into_body().into_bytes_stream();
    let text = |chunk: std::io::Result<bytes::Bytes>| String::from_utf8(chunk.expect("bytes").to_vec()).expect("text");
    let mut ear = Ear::on(stream.map(text));
    ear.hears("that it may have missed something").await;
    // Listening begins with a look.
    let _ = tokio::time::timeout(A_WHILE, ear.next()).await;
    for words in ["One", "Another"] {
        keep(&fixture, &owner, goal(words)).await;
        ear.hears(words).await;
    }
    listening.abort();
}
