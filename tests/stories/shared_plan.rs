//! A shared plan with one private section: the provider finds no trace of it, in lists, counts, digests or pushes.

use super::{Person, World};
use crate::harness::on_both_databases;
use serde_json::{Value, json};

/// All that Kari can read that could have to do with Bente, with the version it is at.
async fn all_she_reads(kari: &Person, bente: &Person, pair: &str) -> Vec<(String, Option<String>, String)> {
    let mut all = Vec::new();
    for path in [
        format!("/v1/owners/{}/plan", bente.account),
        format!("/v1/relationships/{pair}"),
        format!("/v1/relationships/{pair}/agreement_versions"),
        format!("/v1/relationships/{pair}/check_ins"),
        format!("/v1/relationships/{pair}/consultations"),
        format!("/v1/relationships/{pair}/contacts"),
        format!("/v1/relationships/{pair}/messages"),
        format!("/v1/relationships/{pair}/plan_wishes"),
        "/v1/digests".to_owned(),
        "/v1/ledger".to_owned(),
        "/v1/notifications".to_owned(),
        "/v1/relationships".to_owned(),
        "/v1/reply_clocks".to_owned(),
        "/v1/slate".to_owned(),
        "/v1/unread".to_owned(),
        "/v1/upcoming".to_owned(),
    ] {
        let answer = kari.get(&path).await;
        answer.is(200);
        all.push((path, answer.header("etag").map(str::to_owned), answer.text()));
    }
    all
}

on_both_databases! {
    async fn the_provider_finds_no_trace_of_the_private_section(database) {
        let world = World::at("2027-09-06 10:00", database).await;
        let pair = world.pair().await;
        let (bente, kari) = (&pair.owner, &pair.provider);
        for (section, text) in [
            ("what_i_do", "Sjøbading og strikkepinnar"),
            ("what_matters", "Lillesøster på Askøy"),
            ("triggers", "Marsmånaden, brannalarmar"),
        ] {
            world.plan(bente, section, text).await;
        }
        for shared in ["what_i_do", "what_matters"] {
            let grant = json!({ "provider_id": kari.account, "subject_kind": "section", "subject": shared, "effect": "allow" });
            bente.post("/v1/grants", grant).await.is(201);
        }
        let plan = kari.read(&format!("/v1/owners/{}/plan", bente.account)).await;
        let sections: Vec<&Value> = plan["sections"].as_array().expect("sections").iter().map(|it| &it["section"]).collect();
        assert_eq!(sections, ["what_matters", "what_i_do"]);
        // What was shared is told on Tuesday; from then on nothing new is.
        world.set("2027-09-07 08:00").await;
        let told = world.sent_out();

        let before = all_she_reads(kari, bente, &pair.id).await;
        world.plan(bente, "triggers", "Sirener og brannalarmar").await;
        bente.post("/v1/plan/uses", json!({ "level": "crisis" })).await.is(201);
        world.settled().await;
        assert_eq!(all_she_reads(kari, bente, &pair.id).await, before, "whatever becomes of the private section");
        for (path, _, text) in &before {
            for trace in ["triggers", "Marsm", "Sirener", "brannalarm", "crisis\""] {
                assert!(!text.contains(trace), "{path} tells of {trace}: {text}");
            }
        }

        world.set("2027-09-08 08:00").await;
        let quiet = kari.ledger("digest").await.remove(0);
        assert_eq!((&quiet["slot_on"], &quiet["reason"]), (&json!("2027-09-08"), &json!("nothing_to_say")));
        assert_eq!(world.sent_out(), told);
        world.write(bente, &pair.id, "info", "Strikkegruppa møtest onsdag").await;
        world.set("2027-09-09 08:00").await;
        let digest = kari.read("/v1/digests/today").await;
        assert_eq!(digest["sections"].as_array().map(Vec::len), Some(1));
        assert_eq!(digest["sections"][0]["lines"].as_array().map(Vec::len), Some(1), "her message, and no more: {digest}");
        assert_eq!(world.wakes(&kari.push_token).last().map(String::as_str), Some("Today's digest is ready."));

        // Bente reads who saw what: two sections, and not a word of the third.
        let log = bente.items("/v1/access_log").await;
        assert!(!log.is_empty() && log.iter().all(|row| !row.to_string().contains("triggers")), "{log:?}");
        world.end().await;
    }
}
