//! Either asks for a round of the agreement.

use super::fixture::{Fixture, Pair, Who};
use super::machinery::{Machinery, agree};
use super::sharing::grant;
use super::toolbox::{goal, keep};
use crate::harness::on_both_databases;
use domain::words::Role;
use poem::http::Method;
use serde_json::{Value, json};

fn path(pair: &Pair) -> String {
    format!("/v1/relationships/{}/agreement_round", pair.relationship)
}

async fn prompts(fixture: &Fixture, owner: &Who) -> Vec<Value> {
    fixture.get(owner, "/v1/prompts").await.expect(200)["items"].as_array().expect("items").clone()
}

on_both_databases! {
    /// "When the owner begins exercises or new goals": where everybody of the pair sees them, and nowhere else.
    async fn a_new_goal_or_exercises_begun_wish_for_a_round_where_they_are_seen(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let (owner, kari) = (&pair.owner, &pair.provider);
        let ola = fixture.person(Role::Provider, "Ola").await;
        let second = fixture.relate(owner.clone(), ola.clone()).await;
        let machinery = Machinery::over(&fixture);
        for pair in [&pair, &second] {
            agree(&fixture, pair).await;
        }
        let waits = async |who: &Who, pair: &Pair| fixture.get(who, &path(pair)).await.expect(200)["cause"].clone();
        for module in ["goals", "exercises"] {
            grant(&fixture, owner, kari, "module", module, "allow").await;
        }
        assert_eq!(waits(kari, &pair).await, "sharing_changed");
        machinery.run_to(&fixture, "2026-10-06T18:00:00Z").await;
        assert_eq!(waits(kari, &pair).await, Value::Null);
        for asked in prompts(&fixture, owner).await {
            let answer = format!("/v1/prompts/{}/answer", asked["slot_id"].as_str().expect("id"));
            fixture.post(owner, &answer, json!({ "answer": "fine_as_is" })).await.expect(200);
        }

        let hidden = json!({ "draft": true, "content": goal("Swim") });
        let made = fixture.post(owner, "/v1/items", hidden).await.expect(201);
        let address = format!("/v1/items/{}", made["id"].as_str().expect("id"));
        assert_eq!(waits(owner, &pair).await, Value::Null, "a draft is nothing yet");
        let idea = json!({ "content": { "goal": { "words": "Swim", "state": "idea" } } });
        fixture.call(Method::PUT, Some(owner), &address, idea, &[("If-Match", "*")]).await.expect(200);
        assert_eq!(waits(owner, &pair).await, Value::Null, "an idea is no goal yet");
        let active = json!({ "content": goal("Swim") });
        fixture.call(Method::PUT, Some(owner), &address, active, &[("If-Match", "*")]).await.expect(200);
        assert_eq!((waits(owner, &pair).await, waits(kari, &pair).await), (json!("new_goal"), json!("new_goal")));
        assert_eq!((waits(owner, &second).await, waits(&ola, &second).await), (Value::Null, Value::Null), "he sees none of it");
        machinery.run_to(&fixture, "2026-10-27T18:00:00Z").await;
        let cards = fixture.get(owner, "/v1/cards").await.expect(200).to_string();
        assert!(cards.contains("You have begun something new"), "{cards}");

        let private = keep(&fixture, owner, json!({ "exercise": { "title": "Breathe", "kind": "breathing" } })).await;
        let run = json!({ "exercise_run": { "exercise_id": private, "at": "2026-10-27T18:00:00Z" } });
        keep(&fixture, owner, run.clone()).await;
        assert_eq!(waits(owner, &pair).await, "exercises_begun");
        machinery.run_to(&fixture, "2026-12-01T18:00:00Z").await;
        keep(&fixture, owner, run).await;
        assert_eq!(waits(owner, &pair).await, Value::Null, "they began once");
    }

    async fn either_asks_for_a_round_and_both_see_that_it_waits(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let (owner, kari) = (&pair.owner, &pair.provider);
        let machinery = Machinery::over(&fixture);
        assert_eq!(fixture.post(owner, &path(&pair), Value::Null).await.problem(409), "conflict", "about what?");
        agree(&fixture, &pair).await;
        let none = json!({ "relationship_id": pair.relationship.0, "waits": false });
        assert_eq!(fixture.get(kari, &path(&pair)).await.expect(200), none);

        let asked = fixture.post(kari, &path(&pair), Value::Null).await.expect(200);
        assert_eq!((&asked["waits"], &asked["cause"]), (&json!(true), &json!("asked")));
        assert_eq!((&asked["asked_by"]["display_name"], &asked["from"]), (&json!("Kari"), &json!("2026-10-06")));
        assert_eq!(fixture.post(owner, &path(&pair), Value::Null).await.expect(200), asked, "it is the same round");
        for who in [owner, kari] {
            assert_eq!(fixture.get(who, &path(&pair)).await.expect(200), asked);
        }
        let stranger = fixture.person(Role::Provider, "Ola").await;
        assert_eq!(fixture.post(&stranger, &path(&pair), Value::Null).await.problem(404), "not_found");
        assert_eq!(fixture.get(&stranger, &path(&pair)).await.problem(404), "not_found");

        machinery.run_to(&fixture, "2026-10-06T18:00:00Z").await;
        let asked = prompts(&fixture, owner).await;
        assert_eq!(asked.len(), 1);
        assert_eq!((&asked[0]["job"], &asked[0]["on_date"]), (&json!("agreement_round"), &json!("2026-10-06")));
        assert_eq!(fixture.get(kari, &path(&pair)).await.expect(200), none);
        let cards = fixture.get(owner, "/v1/cards").await.expect(200).to_string();
        assert!(cards.contains("One of you has asked for a new round"), "{cards}");
    }

    async fn a_round_that_was_asked_for_passes_the_same_gate(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let machinery = Machinery::over(&fixture);
        agree(&fixture, &pair).await;
        fixture.post(&pair.owner, "/v1/pause", json!({})).await.expect(200);
        let asked = fixture.post(&pair.owner, &path(&pair), Value::Null).await.expect(200);
        assert_eq!(asked["asked_by"]["display_name"], "Bente");
        machinery.run_to(&fixture, "2026-10-20T18:00:00Z").await;
        assert_eq!(prompts(&fixture, &pair.owner).await, [] as [Value; 0]);
        let ledger = fixture.get(&pair.owner, "/v1/ledger?job=agreement_round").await.expect(200);
        let row = &ledger["items"][0];
        assert_eq!((&row["outcome"], &row["reason"]), (&json!("skipped"), &json!("paused")));
        assert_eq!(fixture.get(&pair.owner, &path(&pair)).await.expect(200)["waits"], false, "no burst after a pause");

        fixture.delete(&pair.owner, &format!("/v1/relationships/{}", pair.relationship)).await.expect(204);
        assert_eq!(fixture.post(&pair.provider, &path(&pair), Value::Null).await.problem(403), "not_allowed");
    }
}
