use super::fixture::{Fixture, Pair, Reply, Who};
use super::machinery::Machinery;
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::{ConcernId, RelationshipId};
use domain::words::{ConcernKind, Job, Outcome, Role};
use serde_json::{Value, json};
use storage::concerns::{self, NewConcern};
use storage::{relationships, slots};

/// Both have said that they know this is not for emergencies.
pub async fn writing_pair(fixture: &Fixture) -> Pair {
    let pair = fixture.pair().await;
    for who in [&pair.owner, &pair.provider] {
        agree(fixture, who).await;
    }
    pair
}

pub async fn agree(fixture: &Fixture, who: &Who) {
    let body = json!({ "kind": "non_emergency", "text_version": "1" });
    fixture.post(who, "/v1/consents", body).await.expect(201);
}

pub fn thread(pair: &Pair) -> String {
    format!("/v1/relationships/{}/messages", pair.relationship)
}

pub async fn write(fixture: &Fixture, pair: &Pair, who: &Who, kind: &str, text: &str) -> Value {
    fixture.post(who, &thread(pair), json!({ "kind": kind, "body": text })).await.expect(201)
}

pub fn later(fixture: &Fixture, seconds: i64) {
    fixture.clock.advance(TimeDelta::seconds(seconds));
}

pub fn at(fixture: &Fixture, time: &str) {
    fixture.clock.set(time.parse::<DateTime<Utc>>().expect("a time"));
}

pub fn id(value: &Value) -> String {
    value["id"].as_str().expect("an id").to_owned()
}

async fn act(fixture: &Fixture, who: &Who, message: &Value, act: &str) -> Reply {
    fixture.post(who, &format!("/v1/messages/{}/{act}", id(message)), Value::Null).await
}

async fn items(fixture: &Fixture, who: &Who, pair: &Pair) -> Vec<Value> {
    fixture.get(who, &thread(pair)).await.expect(200)["items"].as_array().expect("items").clone()
}

/// The job, outcome and items of everything planned for an owner.
pub async fn notices(fixture: &Fixture, owner: &Who) -> Vec<(String, String)> {
    slots::decided_since(fixture.app.store.read(), chrono::DateTime::UNIX_EPOCH)
        .await
        .expect("ledger")
        .into_iter()
        .rev()
        .filter(|row| row.owner_id == Some(owner.id.0) && row.job == Job::MessageNotice.as_str())
        .map(|row| (row.outcome, row.reason))
        .collect()
}

#[tokio::test]
async fn nobody_writes_before_she_has_said_that_it_is_not_for_emergencies() {
    let fixture = Fixture::new().await;
    let pair = fixture.pair().await;
    let message = json!({ "kind": "info", "body": "Hello" });
    for who in [&pair.owner, &pair.provider] {
        assert_eq!(fixture.post(who, &thread(&pair), message.clone()).await.problem(403), "consent_needed");
    }
    agree(&fixture, &pair.owner).await;
    fixture.post(&pair.owner, &thread(&pair), message.clone()).await.expect(201);

    let listed = fixture.get(&pair.owner, "/v1/consents").await.expect(200);
    let consent = id(&listed["items"][0]);
    let path = format!("/v1/consents/{consent}/withdraw");
    assert_eq!(fixture.post(&pair.provider, &path, Value::Null).await.problem(404), "not_found");
    let withdrawn = fixture.post(&pair.owner, &path, Value::Null).await.expect(200);
    assert!(withdrawn["withdrawn_at"].is_string());
    assert_eq!(fixture.post(&pair.owner, &thread(&pair), message).await.problem(403), "consent_needed");

    let odd = json!({ "kind": "non_emergency", "text_version": "\u{0}" });
    assert_eq!(fixture.post(&pair.owner, "/v1/consents", odd).await.faults()[0].0, "/text_version");
}

#[tokio::test]
async fn the_promised_date_is_the_same_before_and_after_sending() {
    let fixture = Fixture::new().await;
    let pair = writing_pair(&fixture).await;
    let path = format!("/v1/relationships/{}/promise", pair.relationship);
    let before = fixture.get(&pair.owner, &path).await.expect(200);
    assert_eq!(before["reply_by"], "2026-10-08", "three working days from Monday");
    assert_eq!(before["next_reading_at"], "2026-10-06T06:00:00+00:00");
    assert_eq!(
        before["text"],
        "Kari reads in batches at 8. If you send it now, Kari will answer by Thursday 8 October."
    );

    let sent = write(&fixture, &pair, &pair.owner, "reply_wanted", "May I stop?").await;
    assert_eq!(sent["receipt"], "Saved. Kari will answer by Thursday 8 October.");
    assert_eq!(sent["clock"]["promised_on"], "2026-10-08");
    assert_eq!(sent["clock"]["due_at"], "2026-10-08T13:30:00+00:00");
    assert_eq!(sent["clock"]["state"], "open");

    later(&fixture, 30);
    let clocks = fixture.get(&pair.provider, "/v1/reply_clocks").await.expect(200);
    assert_eq!(clocks["items"][0]["promised_on"], "2026-10-08");
    let stranger = fixture.person(Role::Provider, "Olav").await;
    assert_eq!(fixture.get(&stranger, &path).await.problem(404), "not_found");
}

#[tokio::test]
async fn the_other_side_sees_a_message_half_a_minute_after_it_was_sent() {
    let fixture = Fixture::new().await;
    let pair = writing_pair(&fixture).await;
    let sent = write(&fixture, &pair, &pair.owner, "reply_wanted", "Are you there?").await;
    assert!(sent["undo_until"].is_string());
    let path = format!("/v1/messages/{}", id(&sent));
    for second in 0..2 {
        assert_eq!(items(&fixture, &pair.provider, &pair).await.len(), 0, "{second}");
        assert_eq!(fixture.get(&pair.provider, &path).await.problem(404), "not_found");
        let clocks = fixture.get(&pair.provider, "/v1/reply_clocks").await.expect(200);
        assert_eq!(clocks["items"], json!([]));
        let clock = format!("/v1/reply_clocks/{}", id(&sent["clock"]));
        assert_eq!(fixture.get(&pair.provider, &clock).await.problem(404), "not_found");
        assert_eq!(act(&fixture, &pair.provider, &sent, "read_thanks").await.problem(404), "not_found");
        assert_eq!(fixture.get(&pair.provider, "/v1/unread").await.expect(200)["total"], 0);
        later(&fixture, 29 * (1 - second));
    }
    later(&fixture, 1);
    assert_eq!(fixture.get(&pair.provider, "/v1/unread").await.expect(200)["total"], 1);
    let seen = fixture.get(&pair.provider, &path).await.expect(200);
    assert!(seen.get("body").is_none(), "not opened yet");
    let opened = act(&fixture, &pair.provider, &sent, "open").await.expect(200);
    assert_eq!(opened["body"], "Are you there?");
    assert_eq!(fixture.get(&pair.provider, "/v1/unread").await.expect(200)["total"], 0);
    let again = fixture.get(&pair.owner, &path).await.expect(200);
    assert!(again["opened_at"].is_string());
    assert_eq!(again["clock"]["state"], "open", "reading does not close a clock");
    assert!(again.get("undo_until").is_none());
}

#[tokio::test]
async fn sending_can_be_undone_for_thirty_seconds_and_gives_back_a_draft() {
    let fixture = Fixture::new().await;
    let pair = writing_pair(&fixture).await;
    let body = json!({ "kind": "reply_wanted", "body": "Rather not", "gist": "No", "important": true });
    let sent = fixture.post(&pair.owner, &thread(&pair), body).await.expect(201);
    assert_eq!(act(&fixture, &pair.provider, &sent, "undo").await.problem(404), "not_found");
    later(&fixture, 29);
    let draft = act(&fixture, &pair.owner, &sent, "undo").await.expect(200);
    assert_eq!(
        (&draft["body"], &draft["gist"], &draft["important"]),
        (&json!("Rather not"), &json!("No"), &json!(true))
    );
    assert_eq!(items(&fixture, &pair.owner, &pair).await.len(), 0);
    assert_eq!(fixture.get(&pair.owner, "/v1/reply_clocks?state=all").await.expect(200)["items"], json!([]));
    assert_eq!(act(&fixture, &pair.owner, &sent, "undo").await.problem(404), "not_found");

    let sent = write(&fixture, &pair, &pair.owner, "info", "Now it counts").await;
    later(&fixture, 30);
    assert_eq!(act(&fixture, &pair.owner, &sent, "undo").await.problem(409), "undo_over");
}

#[tokio::test]
async fn a_vault_text_at_two_in_the_morning_reaches_nobody() {
    let fixture = Fixture::new().await;
    let pair = writing_pair(&fixture).await;
    at(&fixture, "2026-10-06T00:00:00Z");
    let sent = write(&fixture, &pair, &pair.owner, "vault", "It was a long night.").await;
    assert_eq!(sent["receipt"], "Stored. Kari can open it but is not told.");
    assert!(sent.get("clock").is_none());
    later(&fixture, 60);
    let unread = fixture.get(&pair.provider, "/v1/unread").await.expect(200);
    assert_eq!((&unread["total"], &unread["items"]), (&json!(0), &json!([])));
    assert_eq!(fixture.get(&pair.provider, &thread(&pair)).await.expect(200)["unread"], 0);
    let opened = act(&fixture, &pair.provider, &sent, "open").await.expect(200);
    assert_eq!(opened["body"], "It was a long night.", "it can be opened in the thread");
    let refused = fixture.post(&pair.provider, &thread(&pair), json!({ "kind": "vault", "body": "Mine" })).await;
    assert_eq!(refused.faults(), [("/kind".to_owned(), "not_in_list".to_owned())]);
}

#[tokio::test]
async fn an_unopened_message_can_be_recalled_and_an_opened_one_cannot() {
    let fixture = Fixture::new().await;
    let pair = writing_pair(&fixture).await;
    let sent = write(&fixture, &pair, &pair.owner, "reply_wanted", "Forget it").await;
    later(&fixture, 3600);
    assert_eq!(act(&fixture, &pair.provider, &sent, "recall").await.problem(403), "not_allowed");
    let recalled = act(&fixture, &pair.owner, &sent, "recall").await.expect(200);
    assert_eq!(recalled["receipt"], "Taken back. Kari has not opened it.");
    assert_eq!(recalled["clock"]["closed_by"], "recalled");
    act(&fixture, &pair.owner, &sent, "recall").await.expect(200);
    assert_eq!(items(&fixture, &pair.provider, &pair).await.len(), 0);
    assert_eq!(act(&fixture, &pair.provider, &sent, "open").await.problem(404), "not_found");

    let sent = write(&fixture, &pair, &pair.owner, "info", "Too late").await;
    later(&fixture, 60);
    act(&fixture, &pair.provider, &sent, "open").await.expect(200);
    assert_eq!(act(&fixture, &pair.owner, &sent, "recall").await.problem(409), "conflict");
}

#[tokio::test]
async fn a_reply_closes_the_clock_it_answers_or_all_that_were_read() {
    let fixture = Fixture::new().await;
    let pair = writing_pair(&fixture).await;
    let first = write(&fixture, &pair, &pair.owner, "reply_wanted", "One?").await;
    let second = write(&fixture, &pair, &pair.owner, "reply_wanted", "Two?").await;
    later(&fixture, 60);
    let body = json!({ "kind": "info", "body": "One.", "in_reply_to": id(&first) });
    let reply = fixture.post(&pair.provider, &thread(&pair), body).await.expect(201);
    assert_eq!(reply["in_reply_to"].as_str(), Some(id(&first).as_str()));
    let open = |of: &Value| {
        let path = format!("/v1/messages/{}", id(of));
        async { fixture.get(&pair.owner, &{ path }).await.expect(200)["clock"]["state"].clone() }
    };
    assert_eq!((open(&first).await, open(&second).await), (json!("closed"), json!("open")));
    assert_eq!(notices(&fixture, &pair.owner).await, [("planned".to_owned(), "due".to_owned())]);

    let unread = write(&fixture, &pair, &pair.owner, "reply_wanted", "Three?").await;
    later(&fixture, 60);
    act(&fixture, &pair.provider, &second, "open").await.expect(200);
    write(&fixture, &pair, &pair.provider, "info", "All is well.").await;
    assert_eq!(open(&second).await, json!("closed"), "a word in the thread is a reply");
    assert_eq!(open(&unread).await, json!("open"), "nobody answers what she has not read");

    let elsewhere = fixture.relate(fixture.person(Role::ServiceUser, "Ola").await, pair.provider.clone()).await;
    let body = json!({ "kind": "info", "body": "Hm", "in_reply_to": id(&first) });
    let crossed = fixture.post(&pair.provider, &thread(&elsewhere), body).await;
    assert_eq!(crossed.faults(), [("/in_reply_to".to_owned(), "not_in_list".to_owned())]);
}

#[tokio::test]
async fn a_reply_taken_back_unread_is_no_reply() {
    let fixture = Fixture::new().await;
    let pair = writing_pair(&fixture).await;
    let asked = write(&fixture, &pair, &pair.owner, "reply_wanted", "Shall I come?").await;
    later(&fixture, 60);
    act(&fixture, &pair.provider, &asked, "open").await.expect(200);
    heavy(&fixture, &pair).await;
    let open = || async {
        let clock = fixture.get(&pair.owner, &format!("/v1/messages/{}", id(&asked))).await.expect(200);
        let concerns = concerns::open_of(fixture.app.store.read(), pair.relationship).await.expect("concerns").len();
        (clock["clock"]["state"].clone(), concerns)
    };
    let answer = write(&fixture, &pair, &pair.provider, "info", "Yes. No. Yes.").await;
    assert_eq!(open().await, (json!("closed"), 0), "a message is personal contact");
    act(&fixture, &pair.provider, &answer, "undo").await.expect(200);
    assert_eq!(open().await, (json!("open"), 1));
    assert_eq!(notices(&fixture, &pair.owner).await, [("cancelled".to_owned(), "recalled".to_owned())]);

    let answer = write(&fixture, &pair, &pair.provider, "info", "Yes.").await;
    later(&fixture, 600);
    act(&fixture, &pair.provider, &answer, "recall").await.expect(200);
    assert_eq!(open().await, (json!("open"), 1));
}

async fn heavy(fixture: &Fixture, pair: &Pair) {
    let tx = fixture.app.store.write().await.expect("tx");
    let new = NewConcern {
        id: ConcernId(fixture.app.store.new_id()),
        relationship: pair.relationship,
        owner: pair.owner.id,
        kind: ConcernKind::Heavy,
        slot: None,
    };
    concerns::open(&tx, new, fixture.app.now()).await.expect("concern");
    tx.commit().await.expect("commit");
}

#[tokio::test]
async fn a_providers_thanks_is_an_act_and_an_owners_is_silent() {
    let fixture = Fixture::new().await;
    let pair = writing_pair(&fixture).await;
    let asked = write(&fixture, &pair, &pair.owner, "reply_wanted", "I did it!").await;
    later(&fixture, 60);
    assert_eq!(act(&fixture, &pair.owner, &asked, "read_thanks").await.problem(403), "not_allowed");
    let thanked = act(&fixture, &pair.provider, &asked, "read_thanks").await.expect(200);
    assert_eq!(thanked["clock"]["closed_by"], "read_thanks");
    let seen = fixture.get(&pair.owner, &format!("/v1/messages/{}", id(&asked))).await.expect(200);
    assert_eq!(seen["receipt"], "Kari has read it and says thank you.");
    assert_eq!(notices(&fixture, &pair.owner).await.len(), 1);
    act(&fixture, &pair.provider, &asked, "read_thanks").await.expect(200);
    assert_eq!(notices(&fixture, &pair.owner).await.len(), 1, "told once");

    let reply = write(&fixture, &pair, &pair.provider, "info", "Well done.").await;
    later(&fixture, 60);
    act(&fixture, &pair.owner, &reply, "read_thanks").await.expect(200);
    let seen = fixture.get(&pair.provider, &format!("/v1/messages/{}", id(&reply))).await.expect(200);
    assert_eq!(seen["receipt"], "Bente says thank you.");
    let told: Vec<_> = slots::decided_since(fixture.app.store.read(), chrono::DateTime::UNIX_EPOCH)
        .await
        .expect("ledger")
        .into_iter()
        .filter(|row| row.recipient_id == pair.provider.id.0 && row.job != Job::Digest.as_str())
        .collect();
    assert!(told.is_empty(), "a provider is told nothing but the digest");
}

#[tokio::test]
async fn lets_talk_is_a_whole_answer_with_a_day_to_come() {
    let fixture = Fixture::new().await;
    let pair = writing_pair(&fixture).await;
    let asked = write(&fixture, &pair, &pair.owner, "reply_wanted", &"Three dense pages. ".repeat(600)).await;
    assert_eq!(asked["characters"], 11_400);
    later(&fixture, 60);
    let path = format!("/v1/messages/{}/lets_talk", id(&asked));
    for (day, fault) in [("2026-10-04", "date_in_past"), ("2029-01-01", "outside_bounds"), ("+200000-01-01", "")] {
        let refused = fixture.post(&pair.provider, &path, json!({ "day": day })).await;
        if fault.is_empty() {
            assert!([400, 422].contains(&refused.status), "{}", refused.status);
        } else {
            assert_eq!(refused.faults(), [("/day".to_owned(), fault.to_owned())], "{day}");
        }
    }
    assert_eq!(fixture.post(&pair.owner, &path, json!({ "day": "2026-10-06" })).await.problem(403), "not_allowed");
    let talk = fixture.post(&pair.provider, &path, json!({ "day": "2026-10-06" })).await.expect(200);
    assert_eq!((&talk["talk_on"], &talk["clock"]["closed_by"]), (&json!("2026-10-06"), &json!("lets_talk")));
    let seen = fixture.get(&pair.owner, &format!("/v1/messages/{}", id(&asked))).await.expect(200);
    assert_eq!(seen["receipt"], "Kari would rather talk about it on Tuesday 6 October.");
    let contacts = fixture.get(&pair.owner, &format!("/v1/relationships/{}/contacts", pair.relationship)).await;
    assert_eq!(contacts.expect(200)["items"][0]["kind"], "lets_talk");
}

#[tokio::test]
async fn values_a_person_can_get_wrong_are_named() {
    let fixture = Fixture::new().await;
    let pair = writing_pair(&fixture).await;
    let long = "å".repeat(20_001);
    for (body, field, fault) in [
        (json!({ "kind": "info", "body": long }), "/body", "too_long"),
        (json!({ "kind": "info", "body": "  \n" }), "/body", "required"),
        (json!({ "kind": "info", "body": "a\u{0}b" }), "/body", "format"),
        (json!({ "kind": "info", "body": "a", "gist": "x".repeat(201) }), "/gist", "too_long"),
        (json!({ "kind": "info", "body": "a", "gist": "one\ntwo" }), "/gist", "format"),
        (json!({ "kind": "info", "body": "a", "in_reply_to": uuid::Uuid::nil() }), "/in_reply_to", "not_in_list"),
        (json!({ "kind": "info", "body": "a", "draft_id": uuid::Uuid::nil() }), "/draft_id", "not_in_list"),
    ] {
        let refused = fixture.post(&pair.owner, &thread(&pair), body).await;
        assert_eq!(refused.faults(), [(field.to_owned(), fault.to_owned())]);
    }
    let whole = fixture.post(&pair.owner, &thread(&pair), json!({ "kind": "info", "body": "å".repeat(20_000) })).await;
    assert_eq!(whole.expect(201)["characters"], 20_000);
    let shape = fixture.post(&pair.owner, &thread(&pair), json!({ "kind": "letter", "body": "a" })).await;
    assert_eq!(shape.problem(400), "malformed");
    assert_eq!(items(&fixture, &pair.owner, &pair).await.len(), 1, "a refused message leaves nothing");
}

#[tokio::test]
async fn the_same_id_sends_once_and_never_overwrites() {
    let fixture = Fixture::new().await;
    let pair = writing_pair(&fixture).await;
    let body = json!({ "id": "018f0000-0000-7000-8000-000000000001", "kind": "info", "body": "Once" });
    let first = fixture.post(&pair.owner, &thread(&pair), body.clone()).await.expect(201);
    let second = fixture.post(&pair.owner, &thread(&pair), body.clone()).await.expect(201);
    assert_eq!(first["sent_at"], second["sent_at"]);
    let mut other = body.clone();
    other["body"] = json!("Twice");
    assert_eq!(fixture.post(&pair.owner, &thread(&pair), other).await.problem(409), "conflict");
    assert_eq!(fixture.post(&pair.provider, &thread(&pair), body).await.problem(409), "conflict");
    assert_eq!(items(&fixture, &pair.owner, &pair).await.len(), 1);
}

#[tokio::test]
async fn the_thread_comes_in_pages_newest_first() {
    let fixture = Fixture::new().await;
    let pair = writing_pair(&fixture).await;
    for number in 0..5 {
        write(&fixture, &pair, &pair.owner, "info", &format!("{number}")).await;
        if number % 2 == 0 {
            later(&fixture, 1);
        }
    }
    let (mut path, mut seen) = (format!("{}?limit=2", thread(&pair)), Vec::new());
    loop {
        let page = fixture.get(&pair.owner, &path).await.expect(200);
        seen.extend(page["items"].as_array().expect("items").iter().map(|item| item["body"].clone()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        assert_eq!(fixture.get(&pair.provider, &format!("{}?cursor={cursor}", thread(&pair))).await.status, 400);
        path = format!("{}?limit=2&cursor={cursor}", thread(&pair));
    }
    assert_eq!(seen.len(), 5);
    assert_eq!((&seen[0], &seen[4]), (&json!("4"), &json!("0")));
    assert_eq!(fixture.get(&pair.owner, &format!("{}?limit=101", thread(&pair))).await.status, 422);
}

#[tokio::test]
async fn what_is_unopened_shows_its_gist_and_only_an_allowed_preview() {
    let fixture = Fixture::new().await;
    let pair = writing_pair(&fixture).await;
    let text = "é".repeat(300);
    for allowed in [false, true] {
        let body = json!({ "kind": "info", "body": text, "gist": "The main thing", "preview_allowed": allowed });
        fixture.post(&pair.owner, &thread(&pair), body).await.expect(201);
    }
    later(&fixture, 60);
    let seen = items(&fixture, &pair.provider, &pair).await;
    for item in &seen {
        assert_eq!(item["gist"], "The main thing");
        assert!(item.get("body").is_none());
    }
    let previews: Vec<usize> =
        seen.iter().filter_map(|item| item["preview"].as_str()).map(|text| text.chars().count()).collect();
    assert_eq!(previews, [200]);
}

#[tokio::test]
async fn an_opening_is_shown_only_by_those_who_let_it_be_seen() {
    let fixture = Fixture::new().await;
    let pair = writing_pair(&fixture).await;
    let tag = fixture.get(&pair.provider, "/v1/me").await.etag();
    fixture.patch(&pair.provider, "/v1/me", json!({ "read_receipts": false }), &tag).await.expect(200);
    let sent = write(&fixture, &pair, &pair.owner, "info", "Seen?").await;
    later(&fixture, 60);
    act(&fixture, &pair.provider, &sent, "open").await.expect(200);
    let path = format!("/v1/messages/{}", id(&sent));
    assert!(fixture.get(&pair.owner, &path).await.expect(200).get("opened_at").is_none());
}

#[tokio::test]
async fn drafts_are_their_authors_alone_and_have_versions() {
    let fixture = Fixture::new().await;
    let pair = writing_pair(&fixture).await;
    let body = json!({ "relationship_id": pair.relationship, "kind": "info", "body": "", "gist": "Maybe" });
    let made = fixture.post(&pair.owner, "/v1/drafts", body.clone()).await.expect(201);
    let path = format!("/v1/drafts/{}", id(&made));
    assert_eq!(fixture.get(&pair.provider, &path).await.problem(404), "not_found");
    assert_eq!(fixture.delete(&pair.provider, &path).await.problem(404), "not_found");
    assert_eq!(fixture.get(&pair.provider, "/v1/drafts").await.expect(200)["items"], json!([]));

    let changed = fixture.patch(&pair.owner, &path, json!({ "body": "Dear Kari" }), "\"v1\"").await.expect(200);
    assert_eq!((&changed["body"], &changed["gist"]), (&json!("Dear Kari"), &json!("Maybe")), "absent stays");
    let changed = fixture.patch(&pair.owner, &path, json!({ "gist": null }), "\"v2\"").await.expect(200);
    assert!(changed.get("gist").is_none(), "null takes away");
    assert_eq!(fixture.patch(&pair.owner, &path, json!({ "body": "x" }), "\"v1\"").await.problem(412), "stale");
    let unversioned = fixture.call(poem::http::Method::PATCH, Some(&pair.owner), &path, json!({ "body": "x" }), &[]);
    assert_eq!(unversioned.await.problem(428), "missing_if_match");

    let sent = json!({ "kind": "info", "body": "Dear Kari", "draft_id": id(&made) });
    fixture.post(&pair.owner, &thread(&pair), sent).await.expect(201);
    assert_eq!(fixture.get(&pair.owner, &path).await.problem(404), "not_found");

    let stranger = fixture.person(Role::ServiceUser, "Ola").await;
    let refused = fixture.post(&stranger, "/v1/drafts", body).await;
    assert_eq!(refused.faults(), [("/relationship_id".to_owned(), "not_in_list".to_owned())]);
}

#[tokio::test]
async fn ending_closes_promises_and_leaves_only_what_was_opened() {
    let fixture = Fixture::new().await;
    let pair = writing_pair(&fixture).await;
    let draft = json!({ "relationship_id": pair.relationship, "kind": "info", "body": "Unsent" });
    fixture.post(&pair.owner, "/v1/drafts", draft).await.expect(201);
    let opened = write(&fixture, &pair, &pair.owner, "reply_wanted", "Opened").await;
    later(&fixture, 1);
    write(&fixture, &pair, &pair.owner, "reply_wanted", "Unopened").await;
    later(&fixture, 1);
    write(&fixture, &pair, &pair.provider, "info", "Waiting").await;
    later(&fixture, 60);
    act(&fixture, &pair.provider, &opened, "open").await.expect(200);
    heavy(&fixture, &pair).await;
    fixture.delete(&pair.owner, &format!("/v1/relationships/{}", pair.relationship)).await.expect(204);

    let clocks = fixture.get(&pair.owner, "/v1/reply_clocks?state=all").await.expect(200);
    let closed: Vec<_> = clocks["items"].as_array().expect("items").iter().map(|c| c["closed_by"].clone()).collect();
    assert_eq!(closed, [json!("relationship_ended"), json!("relationship_ended")]);
    let left = items(&fixture, &pair.provider, &pair).await;
    let texts: Vec<_> = left.iter().map(|item| item["body"].clone()).collect();
    assert_eq!(texts, [json!("Waiting"), json!("Opened")]);
    assert_eq!(items(&fixture, &pair.owner, &pair).await.len(), 2, "her own two");
    assert_eq!(fixture.get(&pair.owner, "/v1/unread").await.expect(200)["total"], 0);
    assert_eq!(fixture.get(&pair.owner, "/v1/drafts").await.expect(200)["items"][0]["body"], "Unsent");
    let refused = fixture.post(&pair.owner, &thread(&pair), json!({ "kind": "info", "body": "More" })).await;
    assert_eq!(refused.problem(403), "not_allowed");
    let open = notices(&fixture, &pair.owner).await;
    assert!(open.iter().all(|(outcome, _)| outcome == Outcome::Cancelled.as_str()), "{open:?}");
    assert!(concerns::open_of(fixture.app.store.read(), pair.relationship).await.expect("concerns").is_empty());
}

/// Both have found a held notice due: the second to look leaves it alone.
#[tokio::test]
async fn two_planners_tell_of_a_message_once() {
    let fixture = Fixture::new().await;
    let pair = writing_pair(&fixture).await;
    at(&fixture, "2026-10-05T19:00:00Z");
    write(&fixture, &pair, &pair.provider, "info", "Good night.").await;
    let machinery = Machinery::over(&fixture);
    machinery.run_to(&fixture, "2026-10-05T19:01:00Z").await;
    at(&fixture, "2026-10-06T07:00:00Z");
    let store = &fixture.app.store;
    let found = slots::due(store.read(), fixture.app.now(), 10).await.expect("due").remove(0);
    assert_eq!((found.job.as_str(), found.outcome.as_str()), ("message_notice", "held"));
    let tx = store.write().await.expect("tx");
    assert_eq!(slots::take(&tx, &found).await.expect("the first").id, found.id);
    drop(tx);
    machinery.plan().await;
    let tx = store.write().await.expect("tx");
    let second = slots::take(&tx, &found).await;
    assert!(matches!(second, Err(storage::StorageError::Stale)), "{second:?}");
}

#[tokio::test]
async fn every_members_reading_is_her_own() {
    let fixture = Fixture::new().await;
    let pair = writing_pair(&fixture).await;
    let colleague = fixture.person(Role::Provider, "Olav").await;
    join(&fixture, pair.relationship, &colleague).await;
    let asked = write(&fixture, &pair, &pair.owner, "reply_wanted", "Anybody?").await;
    later(&fixture, 60);
    act(&fixture, &pair.provider, &asked, "open").await.expect(200);
    assert_eq!(fixture.get(&colleague, "/v1/unread").await.expect(200)["total"], 1);
    let thanked = act(&fixture, &colleague, &asked, "read_thanks").await.expect(200);
    assert_eq!(thanked["clock"]["state"], "closed", "any member's act closes a clock");
    let seen = fixture.get(&pair.owner, &format!("/v1/messages/{}", id(&asked))).await.expect(200);
    assert_eq!(seen["receipt"], "Olav has read it and says thank you.");
}

pub async fn join(fixture: &Fixture, relationship: RelationshipId, provider: &Who) {
    let tx = fixture.app.store.write().await.expect("tx");
    relationships::add_member(&tx, relationship, provider.id, false, fixture.app.now()).await.expect("member");
    tx.commit().await.expect("commit");
}
