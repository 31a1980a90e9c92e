//! Who opened and who was shown what in a thread, as the owner reads it.

use super::fixture::{Fixture, Who};
use super::messages::{id, later, thread, write, writing_pair};
use crate::harness::on_both_databases;
use poem::http::Method;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

/// Action, reader, subjects and reason of every line, oldest first.
pub async fn log(fixture: &Fixture, owner: &Who) -> Vec<(String, String, Vec<String>, String)> {
    let log = fixture.get(owner, "/v1/access_log").await.expect(200);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let items = log["items"].as_array().expect("items");
    items
        .iter()
        .rev()
        .map(|line| {
            let subjects = line["subjects"].as_array().expect("subjects").iter().map(text).collect();
            (text(&line["action"]), text(&line["who"]["display_name"]), subjects, text(&line["because"]))
        })
        .collect()
}

fn line(action: &str, who: &str, subjects: &[&str]) -> (String, String, Vec<String>, String) {
    (action.to_owned(), who.to_owned(), subjects.iter().map(ToString::to_string).collect(), "sent".to_owned())
}

on_both_databases! {
    async fn opening_is_in_the_owner_s_log_and_so_is_what_is_shown_again(database) {
        let fixture = Fixture::on(database).await;
        let pair = writing_pair(&fixture).await;
        let (owner, kari) = (&pair.owner, &pair.provider);
        let asked = write(&fixture, &pair, owner, "reply_wanted", "Who reads this?").await;
        let answered = write(&fixture, &pair, kari, "info", "I do.").await;
        later(&fixture, 31);
        let asked_id = id(&asked);
        let path = format!("/v1/messages/{asked_id}");
        // Without its text it is not read: neither in the thread nor by itself.
        fixture.get(kari, &thread(&pair)).await.expect(200);
        fixture.get(kari, &path).await.expect(200);
        assert_eq!(log(&fixture, owner).await, []);

        fixture.post(kari, &format!("{path}/open"), Value::Null).await.expect(200);
        fixture.post(owner, &format!("/v1/messages/{}/open", id(&answered)), Value::Null).await.expect(200);
        let mut expected = vec![
            line("open_message", "Kari", &[&asked_id]),
            line("open_message", "Bente", &[&id(&answered)]),
        ];
        assert_eq!(log(&fixture, owner).await, expected);
        let read = fixture.call(Method::GET, Some(owner), "/v1/access_log", Value::Null, &[("Accept-Language", "nb")]);
        let read = read.await.expect(200);
        let words = |row: usize| read["items"][row]["words"].as_str().expect("a sentence");
        assert_eq!([words(1), words(0)], ["Kari åpnet en melding fra deg: du hadde sendt det.", "Du åpnet en melding."]);
        fixture.get(kari, &thread(&pair)).await.expect(200);
        fixture.get(kari, &path).await.expect(200);
        // What is hers, and what she has, she may look at without a trace.
        fixture.get(owner, &thread(&pair)).await.expect(200);
        expected.extend([line("read_messages", "Kari", &[&asked_id]), line("read_messages", "Kari", &[&asked_id])]);
        assert_eq!(log(&fixture, owner).await, expected);

        let told = json!({ "kind": "info", "body": "A long story", "gist": "The main thing", "preview_allowed": true });
        fixture.post(owner, &thread(&pair), told).await.expect(201);
        later(&fixture, 31);
        fixture.get(kari, &thread(&pair)).await.expect(200);
        expected.push(line("read_messages", "Kari", &[&asked_id, "gist", "preview"]));
        assert_eq!(log(&fixture, owner).await, expected);
        assert_eq!(fixture.get(kari, "/v1/access_log").await.problem(403), "not_allowed");
    }

    async fn a_message_that_cannot_be_logged_stays_closed(database) {
        let fixture = Fixture::on(database).await;
        let pair = writing_pair(&fixture).await;
        let asked = write(&fixture, &pair, &pair.owner, "reply_wanted", "By the sea").await;
        later(&fixture, 31);
        let path = format!("/v1/messages/{}", id(&asked));
        let db = fixture.app.store.read();
        db.execute_unprepared("alter table audit rename to lost").await.expect("no log any more");
        for act in ["open", "read_thanks"] {
            let reply = fixture.post(&pair.provider, &format!("{path}/{act}"), Value::Null).await;
            assert!(reply.status >= 500, "{act}: {}", reply.status);
            assert!(!reply.json.to_string().contains("sea"), "{act}");
        }
        db.execute_unprepared("alter table lost rename to audit").await.expect("a log");
        let hers = fixture.get(&pair.owner, &path).await.expect(200);
        assert!(hers.get("opened_at").is_none(), "no receipt either");
        assert_eq!(hers["clock"]["state"], "open");
        fixture.post(&pair.provider, &format!("{path}/open"), Value::Null).await.expect(200);
        db.execute_unprepared("alter table audit rename to lost").await.expect("no log any more");
        for path in [path, thread(&pair)] {
            let reply = fixture.get(&pair.provider, &path).await;
            assert!(reply.status >= 500 && !reply.json.to_string().contains("sea"), "{path}: {}", reply.status);
        }
    }
}
