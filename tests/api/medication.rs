use super::fixture::{Fixture, Who};
use super::messages::{id, later, thread, write, writing_pair};
use super::toolbox::keep;
use crate::harness::on_both_databases;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

async fn send(fixture: &Fixture, who: &Who, path: &str, medication: bool) -> super::fixture::Reply {
    let body = json!({ "kind": "info", "body": "This is what I take now.", "medication": medication });
    fixture.post(who, path, body).await
}

on_both_databases! {
    async fn it_reaches_a_provider_as_it_was_when_it_was_sent(database) {
        let fixture = Fixture::on(database).await;
        let pair = writing_pair(&fixture).await;
        let (owner, kari) = (&pair.owner, &pair.provider);
        let fault = |what: &str| vec![("/medication".to_owned(), what.to_owned())];
        assert_eq!(send(&fixture, owner, &thread(&pair), true).await.faults(), fault("not_in_list"), "there is none yet");
        assert_eq!(send(&fixture, kari, &thread(&pair), true).await.faults(), fault("unknown_field"));
        let lithium = json!({ "medicine": { "name": "Lithium", "how": "At night", "bothers": "Thirst", "question": { "words": "For how long?", "state": "open" } } });
        let medicine = keep(&fixture, owner, lithium).await;
        let draft = json!({ "draft": true, "content": { "medicine": { "name": "Not decided" } } });
        fixture.post(owner, "/v1/items", draft).await.expect(201);
        let sent = send(&fixture, owner, &thread(&pair), true).await.expect(201);
        assert_eq!(sent["medication"].as_array().map(Vec::len), Some(1));
        assert_eq!(sent["medication"][0]["question"]["words"], "For how long?");
        // What she changes afterwards is hers again.
        let path = format!("/v1/items/{medicine}");
        let changed = json!({ "content": { "medicine": { "name": "Lithium", "how": "Less" } } });
        fixture.call(poem::http::Method::PUT, Some(owner), &path, changed, &[("If-Match", "*")]).await.expect(200);
        later(&fixture, 31);
        let message = format!("/v1/messages/{}", id(&sent));
        let unopened = fixture.get(kari, &message).await.expect(200);
        assert!(!unopened.to_string().contains("Lithium"), "{unopened}");
        let opened = fixture.post(kari, &format!("{message}/open"), Value::Null).await.expect(200);
        assert_eq!(opened["medication"][0]["how"], "At night");
        assert_eq!(fixture.get(kari, &format!("/v1/owners/{}/items", owner.id)).await.expect(200)["items"], json!([]));
        // A message without it has none.
        let plain = write(&fixture, &pair, owner, "info", "Nothing else").await;
        assert!(plain.get("medication").is_none());
        let db = fixture.app.store.read();
        let all = sea_orm::Statement::from_string(db.get_database_backend(), "select medication from message where medication is not null");
        let row = db.query_one_raw(all).await.expect("a query").expect("a row");
        let sealed: Vec<u8> = row.try_get("", "medication").expect("bytes");
        assert!(!sealed.windows(7).any(|bytes| bytes == b"Lithium"));
    }

    async fn a_recalled_message_takes_it_back(database) {
        let fixture = Fixture::on(database).await;
        let pair = writing_pair(&fixture).await;
        keep(&fixture, &pair.owner, json!({ "medicine": { "name": "Lithium" } })).await;
        let sent = send(&fixture, &pair.owner, &thread(&pair), true).await.expect(201);
        later(&fixture, 31);
        fixture.post(&pair.owner, &format!("/v1/messages/{}/recall", id(&sent)), Value::Null).await.expect(200);
        assert_eq!(fixture.get(&pair.provider, &format!("/v1/messages/{}", id(&sent))).await.problem(404), "not_found");
        assert!(!fixture.get(&pair.provider, &thread(&pair)).await.expect(200).to_string().contains("Lithium"));
    }
}
