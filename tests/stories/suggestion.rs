//! Shared goals with one private goal, and a suggestion to the plan: the provider finds no trace of the first, and the
//! second changes nothing until the owner takes it in.

use super::{Person, World};
use crate::harness::on_both_databases;
use serde_json::{Value, json};

async fn keep(owner: &Person, words: &str) -> String {
    let goal = json!({ "content": { "goal": { "words": words, "state": "active" } } });
    let made = owner.post("/v1/items", goal).await.is(201);
    made["id"].as_str().expect("an id").to_owned()
}

async fn share(owner: &Person, with: &Person, kind: &str, subject: &str, effect: &str) {
    let grant = json!({
        "provider_id": with.account, "subject_kind": kind, "subject": subject, "effect": effect, "level": "propose"
    });
    owner.post("/v1/grants", grant).await.is(201);
}

/// All that a provider can read that could have to do with what an owner keeps.
async fn all_he_reads(kari: &Person, bente: &Person) -> String {
    let mut all = String::new();
    for path in [
        format!("/v1/owners/{}/items", bente.account),
        format!("/v1/owners/{}/items?kind=goal", bente.account),
        format!("/v1/owners/{}/proposals", bente.account),
        format!("/v1/owners/{}/comments", bente.account),
        "/v1/digests".to_owned(),
        "/v1/ledger".to_owned(),
        "/v1/notifications".to_owned(),
        "/v1/upcoming".to_owned(),
    ] {
        all.push_str(&kari.read(&path).await.to_string());
    }
    all
}

on_both_databases! {
    async fn a_suggestion_changes_nothing_until_the_owner_takes_it_in(database) {
        let world = World::at("2027-09-07 10:00", database).await;
        let pair = world.pair().await;
        let (bente, kari) = (&pair.owner, &pair.provider);
        world.plan(bente, "what_i_do", "Sjøbading og strikkepinnar").await;
        share(bente, kari, "section", "what_i_do", "allow").await;
        let before = bente.read("/v1/plan").await;

        let address = format!("/v1/owners/{}/proposals", bente.account);
        let suggestion = json!({
            "section": "what_i_do", "base_version": 1, "text": "Sjøbading, strikkepinnar og å ringe Anne",
            "reason": "Det hjalp i vår."
        });
        let made = kari.post(&address, suggestion).await.is(201);
        world.settled().await;
        assert_eq!(bente.read("/v1/plan").await, before);
        assert_eq!(world.wakes(&bente.push_token), ["You have something new."]);
        let waiting = bente.items("/v1/cards").await;
        assert_eq!((waiting.len(), &waiting[0]["kind"]), (1, &json!("proposal")));

        let path = format!("/v1/proposals/{}", made["id"].as_str().expect("an id"));
        let seen = bente.read(&path).await;
        assert_eq!((&seen["conflicts"], &seen["present"]["text"]), (&json!(false), &json!("Sjøbading og strikkepinnar")));
        let taken = bente.post_if(&format!("{path}/accept"), "\"v1\"", json!({})).await.is(200);
        assert_eq!(taken["state"], "accepted");
        let after = bente.read("/v1/plan").await;
        assert_eq!(after["sections"][0]["text"], "Sjøbading, strikkepinnar og å ringe Anne");
        assert_eq!(bente.items("/v1/cards").await, Vec::<Value>::new());

        world.set("2027-09-08 08:00").await;
        let digest = kari.read("/v1/digests/today").await;
        let line = &digest["sections"][0]["lines"][0];
        assert_eq!((&digest["sections"][0]["section"], &line["link"]["proposal_id"]), (&json!("proposals_answered"), &made["id"]));
        assert!(!digest.to_string().contains("Anne"), "{digest}");
        assert_eq!(world.wakes(&kari.push_token), ["Today's digest is ready."]);
        assert!(world.letters().iter().all(|letter| !letter.text.contains("Anne")));
        world.end().await;
    }

    async fn a_private_goal_among_shared_ones_leaves_no_trace(database) {
        let world = World::at("2027-09-07 10:00", database).await;
        let pair = world.pair().await;
        let (bente, kari) = (&pair.owner, &pair.provider);
        let shared = keep(bente, "Symje kvar tysdag").await;
        let private = keep(bente, "Flytte heimanfrå").await;
        share(bente, kari, "module", "goals", "allow").await;
        share(bente, kari, "item", &private, "deny").await;
        world.pass(1).await;
        for (id, words) in [(&shared, "Symje kvar onsdag"), (&private, "Flytte til Askøy")] {
            let content = json!({ "content": { "goal": { "words": words, "state": "active" } } });
            bente.put(&format!("/v1/items/{id}"), content).await.is(200);
            let said = json!({ "item_id": id, "words": format!("{words} om hausten") });
            bente.post(&format!("/v1/owners/{}/comments", bente.account), said).await.is(201);
        }
        let missing = "0198c5a2-7b30-7c41-9e52-3f6a1b2c4d5e";
        let asked: Vec<(u16, String)> = {
            let mut asked = Vec::new();
            for id in [private.as_str(), missing] {
                let content = json!({ "goal": { "words": "x", "state": "idea" } });
                let body = json!({ "item_id": id, "base_version": 2, "content": content });
                let answer = kari.post(&format!("/v1/owners/{}/proposals", bente.account), body).await;
                asked.push((answer.status, answer.text()));
            }
            asked
        };
        assert_eq!((asked[0].0, &asked[0]), (404, &asked[1]));

        world.set("2027-09-08 08:00").await;
        let digest = kari.read("/v1/digests/today").await;
        let line = &digest["sections"][0]["lines"][0];
        assert_eq!((&line["module"], &line["changed_items"]), (&json!("goals"), &json!(1)), "{digest}");
        let all = all_he_reads(kari, bente).await + &digest.to_string();
        for trace in [private.as_str(), "Flytte", "Askøy"] {
            assert!(!all.contains(trace), "{trace}: {all}");
        }
        assert!(all.contains("Symje kvar onsdag om hausten"));
        world.end().await;
    }
}
