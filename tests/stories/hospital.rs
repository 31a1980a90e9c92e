//! Hospital status set: check-ins and prompts stop at once; the plan still opens.

use super::World;
use crate::harness::on_both_databases;
use serde_json::{Value, json};

on_both_databases! {
    async fn in_hospital_nothing_asks_and_the_plan_opens(database) {
        let world = World::at("2027-09-06 10:00", database).await;
        let pair = world.pair().await;
        let (bente, kari) = (&pair.owner, &pair.provider);
        world.plan(bente, "what_i_do", "Bogstadvannet, kveldsturar, tante Guri").await;
        let prompts = bente.put("/v1/plan/review_prompts", json!({ "on": true })).await.is(200);
        assert_eq!(prompts["state"], "active");
        world.set("2027-11-15 10:00").await;
        let series = world.check_ins(&pair, 14).await;
        world.settled().await;
        assert_eq!(bente.read(&series).await["upcoming"][0]["on"], "2027-11-30");

        world.set("2027-11-29 20:00").await;
        let against = async |job: &str| {
            let list = bente.items("/v1/upcoming").await;
            let item = list.into_iter().find(|item| item["job"] == job);
            item.unwrap_or_else(|| panic!("no {job} is to come"))["against"]["reason"].clone()
        };
        assert_eq!(against("check_in").await, Value::Null);
        bente.post("/v1/hospital", json!({ "message_notices": true })).await.is(200);
        assert_eq!(against("check_in").await, "hospital");
        assert_eq!(against("plan_review").await, "hospital");

        world.set("2027-11-30 09:59").await;
        world.set_to_next_before("2027-11-30 13:00").await;
        world.set("2027-11-30 13:01").await;
        let [check_in] = bente.ledger("check_in").await.try_into().expect("one row");
        assert_eq!((&check_in["outcome"], &check_in["reason"]), (&json!("skipped"), &json!("hospital")));
        assert_eq!(check_in["words"], "Check-in not sent: you were in hospital.");
        // Ninety days after the plan was written it is Sunday the 5th.
        world.set("2027-12-06 18:00").await;
        let prompt = bente.ledger("plan_review").await.remove(0);
        assert_eq!((&prompt["outcome"], &prompt["reason"]), (&json!("skipped"), &json!("hospital")));
        assert_eq!(bente.items("/v1/prompts").await, Vec::<Value>::new());
        assert_eq!(world.wakes(&bente.push_token), Vec::<String>::new());

        let plan = bente.read("/v1/plan").await;
        assert_eq!(plan["sections"][0]["text"], "Bogstadvannet, kveldsturar, tante Guri");
        bente.post("/v1/plan/uses", json!({ "level": "crisis" })).await.is(201);
        // Messages are hers to choose: she chose to be told.
        world.write(kari, &pair.id, "info", "Ynskjer deg god betring").await;
        world.set("2027-12-07 09:30").await;
        assert_eq!(world.wakes(&bente.push_token), ["You have something new."]);

        // Home again, the check-ins go on; the plan is left in peace for two weeks more.
        bente.delete("/v1/hospital").await.is(204);
        world.set("2027-12-14 09:59").await;
        world.set_to_next_before("2027-12-14 13:00").await;
        let newest = bente.ledger("check_in").await.remove(0);
        assert_eq!((&newest["slot_on"], &newest["outcome"]), (&json!("2027-12-14"), &json!("sent")));
        assert_eq!(world.wakes(&bente.push_token).len(), 2);
        world.end().await;
    }
}
