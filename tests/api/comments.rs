//! Comments stand beside what is shared, for whoever sees it.

use super::crisis_plan::write;
use super::fixture::{Fixture, Who};
use super::proposals::{share, share_with};
use super::sharing::grant;
use super::toolbox::{goal, ids, keep};
use crate::harness::on_both_databases;
use chrono::TimeDelta;
use domain::words::Role;
use poem::http::Method;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use uuid::Uuid;

fn beside(owner: &Who) -> String {
    format!("/v1/owners/{}/comments", owner.id)
}

async fn say(fixture: &Fixture, who: &Who, owner: &Who, body: Value) -> String {
    let made = fixture.post(who, &beside(owner), body).await.expect(201);
    made["id"].as_str().expect("id").to_owned()
}

fn said(list: &Value) -> Vec<&str> {
    list["items"].as_array().expect("items").iter().filter_map(|item| item["words"].as_str()).collect()
}

on_both_databases! {
    async fn who_sees_a_thing_sees_what_is_said_beside_it(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let (owner, kari) = (&pair.owner, &pair.provider);
        let ola = fixture.person(Role::Provider, "Ola").await;
        fixture.relate(owner.clone(), ola.clone()).await;
        let swim = keep(&fixture, owner, goal("Swim")).await;
        write(&fixture, owner, "what_i_do", "I walk").await.expect(200);
        share(&fixture, &pair, "module", "goals", "comment").await;
        share(&fixture, &pair, "section", "what_i_do", "comment").await;
        let see = share_with(&fixture, owner, &ola, ("item", &swim), "see").await;

        say(&fixture, kari, owner, json!({ "item_id": swim, "words": "Which beach?" })).await;
        fixture.clock.advance(TimeDelta::seconds(1));
        say(&fixture, owner, owner, json!({ "item_id": swim, "words": "The near one" })).await;
        fixture.clock.advance(TimeDelta::seconds(1));
        say(&fixture, kari, owner, json!({ "section": "what_i_do", "words": "With whom?" })).await;
        let all = fixture.get(owner, &beside(owner)).await.expect(200);
        assert_eq!(said(&all), ["With whom?", "The near one", "Which beach?"]);
        assert_eq!(all["items"][2]["author"]["display_name"], "Kari");
        assert_eq!(said(&fixture.get(kari, &beside(owner)).await.expect(200)).len(), 3);
        let of_goal = format!("{}?item_id={swim}", beside(owner));
        assert_eq!(said(&fixture.get(&ola, &of_goal).await.expect(200)), ["The near one", "Which beach?"]);
        assert_eq!(said(&fixture.get(&ola, &beside(owner)).await.expect(200)).len(), 2, "not beside the plan");
        let page = fixture.get(kari, &format!("{}?limit=2", beside(owner))).await.expect(200);
        let cursor = page["next_cursor"].as_str().expect("another page");
        let rest = fixture.get(kari, &format!("{}?limit=2&cursor={cursor}", beside(owner))).await.expect(200);
        assert_eq!((said(&page).len(), said(&rest)), (2, vec!["Which beach?"]));
        let of_section = format!("{}?section=what_i_do", beside(owner));
        assert_eq!(said(&fixture.get(kari, &of_section).await.expect(200)), ["With whom?"]);
        assert_eq!(fixture.get(kari, &format!("{of_goal}&section=what_i_do")).await.status, 422);

        let as_seen_by = |who: &Who| format!("/v1/comments/as_seen_by/{}", who.id);
        for (who, also) in [(kari, String::new()), (kari, "?section=what_i_do".to_owned()), (&ola, format!("?item_id={swim}"))] {
            let hers = fixture.get(who, &format!("{}{also}", beside(owner))).await.expect(200);
            let borrowed = fixture.get(owner, &format!("{}{also}", as_seen_by(who))).await.expect(200);
            assert_eq!(hers, borrowed, "what she is told that the provider sees");
        }
        let stranger = fixture.person(Role::Provider, "Siri").await;
        assert_eq!(fixture.get(owner, &as_seen_by(&stranger)).await.problem(404), "not_found");
        assert_eq!(fixture.get(kari, &as_seen_by(kari)).await.problem(403), "not_allowed");

        let log = fixture.get(owner, "/v1/access_log").await.expect(200);
        assert!(log["items"].as_array().expect("items").iter().all(|row| row["action"] == "read_comments"), "{log}");
        assert_eq!(log["items"][0]["subjects"], json!([swim]), "her own question is not logged");
        assert_eq!(fixture.post(&ola, &beside(owner), json!({ "item_id": swim, "words": "x" })).await.problem(403), "not_allowed");
        fixture.delete(owner, &format!("/v1/grants/{see}")).await.expect(204);
        assert_eq!(said(&fixture.get(&ola, &beside(owner)).await.expect(200)), Vec::<&str>::new());
        assert_eq!(fixture.post(&ola, &beside(owner), json!({ "item_id": swim, "words": "x" })).await.problem(404), "not_found");
    }

    async fn the_owner_hides_a_comment_and_its_author_is_not_told(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let (owner, kari) = (&pair.owner, &pair.provider);
        let swim = keep(&fixture, owner, goal("Swim")).await;
        share(&fixture, &pair, "item", &swim, "comment").await;
        let id = say(&fixture, kari, owner, json!({ "item_id": swim, "words": "Again?" })).await;
        let path = format!("/v1/comments/{id}");
        assert_eq!(fixture.post(kari, &format!("{path}/hide"), Value::Null).await.problem(403), "not_allowed");
        let hidden = fixture.post(owner, &format!("{path}/hide"), Value::Null).await.expect(200);
        assert!(hidden.get("hidden_at").is_some());
        assert_eq!(fixture.post(owner, &format!("{path}/hide"), Value::Null).await.expect(200), hidden, "twice is once");
        assert_eq!(said(&fixture.get(kari, &beside(owner)).await.expect(200)), Vec::<&str>::new());
        assert_eq!(fixture.delete(kari, &path).await.problem(404), "not_found", "as if it were not there");
        assert_eq!(said(&fixture.get(owner, &beside(owner)).await.expect(200)), ["Again?"]);
        let shown = fixture.post(owner, &format!("{path}/unhide"), Value::Null).await.expect(200);
        assert!(shown.get("hidden_at").is_none());
        assert_eq!(said(&fixture.get(kari, &beside(owner)).await.expect(200)), ["Again?"]);
        assert_eq!(fixture.delete(owner, &path).await.problem(403), "not_allowed", "it is not hers to take back");
        fixture.delete(kari, &path).await.expect(204);
        assert_eq!(said(&fixture.get(owner, &beside(owner)).await.expect(200)), Vec::<&str>::new());
        for act in ["hide", "unhide"] {
            assert_eq!(fixture.post(owner, &format!("{path}/{act}"), Value::Null).await.problem(404), "not_found");
        }
    }

    async fn comments_are_words_beside_one_thing_and_go_with_it(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let (owner, kari) = (&pair.owner, &pair.provider);
        let swim = keep(&fixture, owner, goal("Swim")).await;
        let pill = keep(&fixture, owner, json!({ "medicine": { "name": "Lithium" } })).await;
        share(&fixture, &pair, "module", "goals", "comment").await;
        for (body, field, fault) in [
            (json!({ "words": "x" }), "/item_id", "required"),
            (json!({ "words": "x", "item_id": swim, "section": "triggers" }), "/section", "unknown_field"),
            (json!({ "words": " \n", "item_id": swim }), "/words", "too_short"),
            (json!({ "words": "x".repeat(2_001), "item_id": swim }), "/words", "too_long"),
        ] {
            let faults = fixture.post(kari, &beside(owner), body).await.faults();
            assert_eq!(faults, [(field.to_owned(), fault.to_owned())]);
        }
        let beside_pill = json!({ "words": "How long?", "item_id": pill });
        assert_eq!(fixture.post(kari, &beside(owner), beside_pill.clone()).await.problem(404), "not_found");
        say(&fixture, owner, owner, beside_pill).await;
        let id = Uuid::from_u128(5);
        let body = json!({ "id": id, "words": "lavender", "item_id": swim });
        let made = fixture.post(kari, &beside(owner), body.clone()).await.expect(201);
        assert_eq!(fixture.post(kari, &beside(owner), body.clone()).await.expect(201), made);
        assert_eq!(fixture.post(owner, &beside(owner), body).await.problem(409), "conflict");
        assert_eq!(said(&fixture.get(kari, &beside(owner)).await.expect(200)), ["lavender"]);
        let db = fixture.app.store.read();
        let all = || db.query_all_raw(sea_orm::Statement::from_string(db.get_database_backend(), "select body from comment"));
        for row in all().await.expect("rows") {
            let sealed: Vec<u8> = row.try_get("", "body").expect("bytes");
            assert!(!sealed.windows(8).any(|bytes| bytes == b"lavender"));
        }

        let other = fixture.person(Role::Provider, "Ola").await;
        assert_eq!(fixture.get(&other, &beside(owner)).await.problem(404), "not_found");
        let deny = grant(&fixture, owner, kari, "item", &swim, "deny").await;
        assert_eq!(said(&fixture.get(kari, &beside(owner)).await.expect(200)), Vec::<&str>::new());
        assert_eq!(fixture.delete(kari, &format!("/v1/comments/{id}")).await.problem(404), "not_found");
        fixture.delete(owner, &format!("/v1/grants/{deny}")).await.expect(204);
        fixture.clock.advance(TimeDelta::seconds(1));
        assert_eq!(ids(&fixture.get(kari, &beside(owner)).await.expect(200)).len(), 1);
        let address = format!("/v1/items/{swim}");
        fixture.call(Method::DELETE, Some(owner), &address, Value::Null, &[("If-Match", "*")]).await.expect(204);
        assert_eq!(said(&fixture.get(owner, &beside(owner)).await.expect(200)), ["How long?"]);
        assert_eq!(all().await.expect("rows").len(), 1);
    }
}
