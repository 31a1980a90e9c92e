//! Who was shown what an owner wrote with her answers to check-ins, as she reads it.

use super::check_ins::{answer, begin, newest, run_until};
use super::fixture::Fixture;
use super::message_log::log;
use crate::harness::on_both_databases;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

on_both_databases! {
    async fn each_reading_of_her_words_is_in_the_owner_s_log(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        begin(&fixture, &pair, 14).await;
        let (owner, kari) = (&pair.owner, &pair.provider);
        let cards = format!("/v1/relationships/{}/check_in_cards", pair.relationship);
        run_until(&fixture, "2026-10-20T12:00:00Z").await;
        let tapped = newest(&fixture, &pair).await;
        answer(&fixture, owner, &tapped, json!({ "answer": "both" })).await.expect(200);
        run_until(&fixture, "2026-11-03T12:00:00Z").await;
        let worded = newest(&fixture, &pair).await;
        assert_ne!(tapped, worded);
        answer(&fixture, owner, &worded, json!({ "answer": "ok", "note": "The sea was calm" })).await.expect(200);

        // What is hers she reads without a trace, and a tap is no text.
        fixture.get(owner, &cards).await.expect(200);
        fixture.get(owner, &format!("/v1/check_ins/{worded}")).await.expect(200);
        fixture.get(kari, &format!("/v1/check_ins/{tapped}")).await.expect(200);
        assert_eq!(log(&fixture, owner).await, []);

        let list = fixture.get(kari, &cards).await.expect(200);
        assert_eq!(list["items"][0]["note"], "The sea was calm");
        let line = ("read_answer".to_owned(), "Kari".to_owned(), vec![worded.clone()], "sent".to_owned());
        assert_eq!(log(&fixture, owner).await, std::slice::from_ref(&line));
        fixture.get(kari, &format!("/v1/check_ins/{worded}")).await.expect(200);
        fixture.post(kari, &format!("/v1/check_ins/{worded}/read_thanks"), Value::Null).await.expect(200);
        assert_eq!(log(&fixture, owner).await, [line.clone(), line.clone(), line]);
    }

    async fn an_answer_that_cannot_be_logged_is_not_shown(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        begin(&fixture, &pair, 14).await;
        run_until(&fixture, "2026-10-20T12:00:00Z").await;
        let card = newest(&fixture, &pair).await;
        answer(&fixture, &pair.owner, &card, json!({ "note": "By the sea" })).await.expect(200);
        let db = fixture.app.store.read();
        db.execute_unprepared("alter table audit rename to lost").await.expect("no log any more");
        let list = format!("/v1/relationships/{}/check_in_cards", pair.relationship);
        for path in [format!("/v1/check_ins/{card}"), list] {
            let reply = fixture.get(&pair.provider, &path).await;
            assert!(reply.status >= 500 && !reply.json.to_string().contains("sea"), "{path}: {}", reply.status);
        }
        let thanks = format!("/v1/check_ins/{card}/read_thanks");
        let reply = fixture.post(&pair.provider, &thanks, Value::Null).await;
        assert!(reply.status >= 500 && !reply.json.to_string().contains("sea"), "{}", reply.status);
    }
}
