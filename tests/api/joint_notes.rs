use super::fixture::{Fixture, Who};
use super::joint_sessions::{at, open};
use crate::harness::on_both_databases;
use poem::http::Method;
use serde_json::{Value, json};

async fn put(fixture: &Fixture, who: &Who, path: &str, body: Value, tag: &str) -> super::fixture::Reply {
    fixture.call(Method::PUT, Some(who), path, body, &[("If-Match", tag)]).await
}

on_both_databases! {
    async fn notes_are_the_owner_s_and_seen_while_she_shows_them(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let (owner, kari) = (&pair.owner, &pair.provider);
        let session = open(&fixture, &pair, json!({ "link": "https://example.org/film" })).await;
        let notes = at(&session, "/notes");
        let mine = fixture.post(owner, &notes, json!({ "text": "For myself" })).await.expect(201);
        let ours = json!({ "id": "0198c5a2-7b30-7c41-9e52-3f6a1b2c4d5e", "text": "For both", "shown": true });
        let shown = fixture.post(owner, &notes, ours.clone()).await.expect(201);
        assert_eq!(fixture.post(owner, &notes, ours.clone()).await.expect(201), shown);
        assert_eq!(fixture.post(kari, &notes, json!({ "text": "Hers" })).await.problem(403), "not_allowed");
        for (text, fault) in [(String::new(), "too_short"), ("  ".into(), "too_short"), ("x".repeat(20_001), "too_long")] {
            let reply = fixture.post(owner, &notes, json!({ "text": text })).await;
            assert_eq!(reply.faults(), [("/text".to_owned(), fault.to_owned())]);
        }

        let texts = async |who: &Who| -> Vec<String> {
            let list = fixture.get(who, &notes).await.expect(200);
            let items = list["items"].as_array().expect("items").clone();
            items.iter().filter_map(|note| note["text"].as_str()).map(str::to_owned).collect()
        };
        let all = texts(owner).await;
        assert_eq!(all.len(), 2);
        assert_eq!(texts(kari).await, ["For both"]);
        let of = |note: &Value| format!("{notes}/{}", note["id"].as_str().expect("an id"));
        assert_eq!(fixture.get(kari, &of(&mine)).await.problem(404), "not_found");
        assert_eq!(fixture.get(kari, &of(&shown)).await.expect(200)["text"], "For both");
        let log = fixture.get(owner, "/v1/access_log").await.expect(200);
        assert_eq!(log["items"].as_array().map(Vec::len), Some(2));
        assert_eq!(log["items"][0]["action"], "read_joint_notes");
        assert_eq!(log["items"][0]["because"], "revealed");
        assert_eq!(log["items"][0]["subjects"], json!([shown["id"]]));

        let tag = fixture.get(owner, &of(&shown)).await.etag();
        let other = json!({ "text": "For both of us", "shown": true });
        assert_eq!(put(&fixture, kari, &of(&shown), other.clone(), &tag).await.problem(403), "not_allowed");
        put(&fixture, owner, &of(&shown), other.clone(), &tag).await.expect(200);
        assert_eq!(put(&fixture, owner, &of(&shown), json!({ "text": "Late" }), &tag).await.problem(412), "stale");
        assert_eq!(texts(kari).await, ["For both of us"]);
        let stranger = fixture.person(domain::words::Role::ServiceUser, "Siri").await;
        assert_eq!(fixture.get(&stranger, &of(&shown)).await.problem(404), "not_found");

        fixture.delete(owner, &at(&session, "")).await.expect(204);
        assert_eq!(fixture.get(kari, &notes).await.problem(403), "not_allowed");
        assert_eq!(fixture.get(kari, &of(&shown)).await.problem(403), "not_allowed");
        assert_eq!(fixture.post(owner, &notes, json!({ "text": "Late" })).await.problem(403), "not_allowed");
        // They are hers for good.
        let page = fixture.get(owner, &format!("{notes}?limit=1")).await.expect(200);
        let cursor = page["next_cursor"].as_str().expect("another page");
        let rest = fixture.get(owner, &format!("{notes}?limit=1&cursor={cursor}")).await.expect(200);
        assert_eq!(rest["items"].as_array().map(Vec::len), Some(1));
        let tag = fixture.get(owner, &of(&mine)).await.etag();
        let gone = [("If-Match", tag.as_str())];
        let delete = |who, path: String| {
            let fixture = &fixture;
            async move { fixture.call(Method::DELETE, Some(who), &path, Value::Null, &gone).await }
        };
        assert_eq!(delete(kari, of(&mine)).await.problem(403), "not_allowed");
        delete(owner, of(&mine)).await.expect(204);
        assert_eq!(delete(owner, of(&mine)).await.problem(404), "not_found");
        assert_eq!(texts(owner).await, ["For both of us"]);
    }

    async fn what_a_note_said_is_hers_to_see_and_to_say_again(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let (owner, kari) = (&pair.owner, &pair.provider);
        let session = open(&fixture, &pair, json!({ "link": "https://example.org/film" })).await;
        let note = fixture.post(owner, &at(&session, "/notes"), json!({ "text": "First", "shown": true })).await.expect(201);
        let note = format!("{}/{}", at(&session, "/notes"), note["id"].as_str().expect("an id"));
        put(&fixture, owner, &note, json!({ "text": "Second", "shown": true }), "\"v1\"").await.expect(200);
        put(&fixture, owner, &note, json!({ "text": "Third", "shown": false }), "\"v2\"").await.expect(200);

        let versions = format!("{note}/versions");
        let said = |list: &Value| {
            let items = list["items"].as_array().expect("items").clone();
            items.iter().map(|it| (it["number"].as_i64(), it["text"].as_str().map(str::to_owned))).collect::<Vec<_>>()
        };
        let version = |number: i64, text: &str| (Some(number), Some(text.to_owned()));
        let page = fixture.get(owner, &format!("{versions}?limit=2")).await.expect(200);
        assert_eq!(said(&page), [version(3, "Third"), version(2, "Second")]);
        let cursor = page["next_cursor"].as_str().expect("another page");
        let rest = fixture.get(owner, &format!("{versions}?limit=2&cursor={cursor}")).await.expect(200);
        assert_eq!(said(&rest), [version(1, "First")]);
        assert_eq!(fixture.get(owner, &format!("{versions}/2")).await.expect(200)["text"], "Second");
        assert_eq!(fixture.get(owner, &format!("{versions}/4")).await.problem(404), "not_found");
        for path in [versions.clone(), format!("{versions}/1")] {
            assert_eq!(fixture.get(kari, &path).await.problem(403), "not_allowed", "she writes none, and looks back at none");
        }

        let again = async |tag: &str, number: i64| {
            let path = format!("{versions}/{number}/restore");
            fixture.call(Method::POST, Some(owner), &path, Value::Null, &[("If-Match", tag)]).await
        };
        assert_eq!(again("\"v2\"", 1).await.problem(412), "stale");
        let restored = again("\"v3\"", 1).await.expect(200);
        assert_eq!((&restored["text"], &restored["version"], &restored["shown"]), (&json!("First"), &json!(4), &json!(false)));
        assert_eq!(again("\"v4\"", 4).await.expect(200), restored, "it says so already");

        let export = fixture.get(owner, "/v1/export").await.expect(200);
        let earlier = json!({ "items": export["joint_notes"][0]["earlier"] });
        assert_eq!(said(&earlier), [version(3, "Third"), version(2, "Second"), version(1, "First")]);
        fixture.call(Method::DELETE, Some(owner), &note, Value::Null, &[("If-Match", "*")]).await.expect(204);
        assert_eq!(fixture.get(owner, &versions).await.problem(404), "not_found");
        let export = fixture.get(owner, "/v1/export").await.expect(200).to_string();
        assert!(!export.contains("Second"), "what it said is gone");
    }
}
