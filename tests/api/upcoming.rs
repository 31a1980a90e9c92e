//! What is to come, and what stands against it.

use super::fixture::Fixture;
use super::machinery::{Machinery, Written, agree, check_ins, ensure_digest, open_clocks, write};
use crate::harness::on_both_databases;
use domain::words::Role;
use serde_json::{Value, json};

fn of<'a>(list: &'a Value, job: &str) -> Vec<&'a Value> {
    list["items"].as_array().expect("items").iter().filter(|item| item["job"] == job).collect()
}

on_both_databases! {
    async fn the_owner_sees_every_job_that_concerns_her(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let machinery = Machinery::over(&fixture);
        let nothing = fixture.person(Role::ServiceUser, "Ada").await;
        let empty = fixture.get(&nothing, "/v1/upcoming").await.expect(200);
        assert_eq!(empty, json!({ "items": [], "words": "Nothing is planned." }));

        agree(&fixture, &pair).await;
        ensure_digest(&fixture, &pair).await;
        check_ins(&fixture, &pair).await;
        write(&fixture, &pair, Written::asking("When is the next appointment?")).await;
        machinery.plan().await;
        let before = storage::slots::decided_since(fixture.app.store.read(), fixture.app.now()).await.expect("slots");
        let list = fixture.get(&pair.owner, "/v1/upcoming").await.expect(200);

        let check_in = of(&list, "check_in");
        assert_eq!(check_in.len(), 1, "{list}");
        assert_eq!((&check_in[0]["on"], &check_in[0]["about"]), (&json!("2026-10-20"), &json!(true)));
        assert_eq!(check_in[0]["words"], "The next check-in you and Kari agreed on comes about Tuesday 20 October.");
        assert_eq!(check_in[0]["against"]["reason"], "reply_owed");
        assert_eq!(check_in[0]["against"]["words"], "As things stand it will not be sent: Kari owes you a reply.");
        let reminder = of(&list, "response_reminder");
        assert_eq!((&reminder[0]["on"], &reminder[0]["recipient"]), (&json!("2026-10-08"), &json!("provider")));
        assert_eq!(reminder[0]["at"], "2026-10-08T06:00:00+00:00");
        assert_eq!(reminder[0]["words"], "Kari will be reminded on Thursday 8 October.");
        assert_eq!(reminder[0]["message_ids"].as_array().expect("ids").len(), 1);
        assert!(reminder[0].get("against").is_none(), "{}", reminder[0]);
        let overdue = of(&list, "overdue_notice");
        assert_eq!(overdue[0]["at"], "2026-10-08T13:30:00+00:00");
        assert_eq!(overdue[0]["words"], "If no reply has come, we ask you on Thursday 8 October what you would like.");
        let digest = of(&list, "digest");
        assert_eq!(digest[0]["words"], "Kari gets the next digest on Tuesday 6 October at 8.");

        let after = storage::slots::decided_since(fixture.app.store.read(), fixture.app.now()).await.expect("slots");
        assert_eq!(before, after, "looking ahead writes nothing");

        fixture.post(&pair.owner, "/v1/pause", json!({})).await;
        machinery.plan().await;
        let list = fixture.get(&pair.owner, "/v1/upcoming").await.expect(200);
        let check_in = of(&list, "check_in");
        assert_eq!(check_in[0]["against"]["reason"], "paused");
        assert_eq!(of(&list, "overdue_notice")[0]["against"]["effect"], "in_app_only");
    }

    async fn the_provider_sees_her_digest_and_tomorrows_check_ins_and_nothing_of_the_owners_life(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let machinery = Machinery::over(&fixture);
        agree(&fixture, &pair).await;
        ensure_digest(&fixture, &pair).await;
        check_ins(&fixture, &pair).await;
        machinery.run_to(&fixture, "2026-10-19T07:00:00Z").await;
        let list = fixture.get(&pair.provider, "/v1/upcoming").await.expect(200);
        let digest = of(&list, "digest");
        assert_eq!(digest[0]["words"], "Your next digest comes on Tuesday 20 October at 8.");
        assert_eq!(digest[0]["against"]["reason"], "nothing_to_say");
        let check_in = of(&list, "check_in");
        assert_eq!((check_in.len(), &check_in[0]["recipient"]), (1, &json!("owner")));
        let words = check_in[0]["words"].as_str().expect("words");
        assert!(words.starts_with("The check-in to Bente goes out on Tuesday 20 October at "), "{words}");

        fixture.post(&pair.owner, "/v1/pause", json!({})).await;
        machinery.plan().await;
        let paused = fixture.get(&pair.provider, "/v1/upcoming").await.expect(200);
        assert_eq!(of(&paused, "check_in"), check_in, "a pause is the owner's own");

        write(&fixture, &pair, Written::info("Hello")).await;
        let list = fixture.get(&pair.provider, "/v1/upcoming").await.expect(200);
        assert!(of(&list, "digest")[0].get("against").is_none());
        assert!(open_clocks(&fixture, pair.relationship).await.is_empty());
    }
}
