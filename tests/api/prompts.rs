use super::crisis_plan::write;
use super::fixture::Fixture;
use super::owners_life::slot;
use super::sharing::grant;
use crate::harness::on_both_databases;
use domain::ids::SeriesId;
use domain::words::{Job, Outcome, Role};
use serde_json::json;
use storage::series;
use storage::whose::Whose;

on_both_databases! {
    async fn the_owner_turns_them_on_and_off(database) {
        let fixture = Fixture::on(database).await;
        let owner = fixture.owner().await;
        let path = "/v1/plan/review_prompts";
        let off = fixture.get(&owner, path).await.expect(200);
        assert_eq!((&off["on"], &off["state"], &off["every_days"]), (&json!(false), &json!("off"), &json!(180)));
        let faults = fixture.put(&owner, path, json!({ "on": true, "every_days": 1 })).await.faults();
        assert_eq!(faults, [("/every_days".to_owned(), "not_in_list".to_owned())]);
        let twice = json!({ "on": true, "triggers": ["plan_used", "plan_used"] });
        let faults = fixture.put(&owner, path, twice).await.faults();
        assert_eq!(faults, [("/triggers".to_owned(), "duplicate".to_owned())]);
        let body = json!({ "on": true, "every_days": 365, "triggers": ["discharge", "plan_used"] });
        let on = fixture.put(&owner, path, body.clone()).await.expect(200);
        assert_eq!((&on["state"], &on["every_days"]), (&json!("active"), &json!(365)));
        assert_eq!(on["triggers"], json!(["plan_used", "discharge"]));
        fixture.put(&owner, path, body).await.expect(200);
        let db = fixture.app.store.read();
        let asking = series::of(db, Whose::Owner(owner.id), Some(Job::PlanReview)).await.expect("series");
        assert_eq!(asking.len(), 1, "on is on");
        let planned = slot(&fixture, &owner, Job::PlanReview, Some(SeriesId(asking[0].id)), Outcome::Planned).await;
        let off = fixture.put(&owner, path, json!({ "on": false })).await.expect(200);
        assert_eq!(off["state"], "off");
        let row = storage::slots::by_id(db, planned).await.expect("read").expect("slot");
        assert_eq!((row.outcome.as_str(), row.reason.as_str()), ("cancelled", "switched_off"));
        fixture.put(&owner, path, json!({ "on": true })).await.expect(200);
        assert_eq!(series::of(db, Whose::Owner(owner.id), Some(Job::PlanReview)).await.expect("series").len(), 1);
    }

    async fn a_provider_may_suggest_once_and_only_what_she_may_see(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let (owner, kari) = (&pair.owner, &pair.provider);
        let suggest = format!("/v1/relationships/{}/suggest_plan_review", pair.relationship);
        write(&fixture, owner, "what_i_do", "I walk").await.expect(200);
        assert_eq!(fixture.post(kari, &suggest, json!(null)).await.problem(404), "not_found");
        let share = grant(&fixture, owner, kari, "section", "what_i_do", "allow").await;
        fixture.post(kari, &suggest, json!(null)).await.expect(204);
        assert_eq!(fixture.post(kari, &suggest, json!(null)).await.problem(409), "conflict");
        let shown = fixture.get(owner, "/v1/plan/review_prompts").await.expect(200);
        assert_eq!((&shown["on"], &shown["suggestions"][0]["from"]["display_name"]), (&json!(false), &json!("Kari")));
        let id = shown["suggestions"][0]["id"].as_str().expect("id").to_owned();
        let accepted =
            fixture.post(owner, &format!("/v1/plan/review_suggestions/{id}/accept"), json!(null)).await.expect(200);
        assert_eq!((&accepted["on"], &accepted["suggestions"]), (&json!(true), &json!([])));

        // A suggestion that rests on a share goes with it.
        let ola = fixture.person(Role::Provider, "Ola").await;
        let second = fixture.relate(owner.clone(), ola.clone()).await;
        let other = grant(&fixture, owner, &ola, "section", "what_i_do", "allow").await;
        let suggest = format!("/v1/relationships/{}/suggest_plan_review", second.relationship);
        fixture.post(&ola, &suggest, json!(null)).await.expect(204);
        fixture.delete(owner, &format!("/v1/grants/{other}")).await.expect(204);
        let shown = fixture.get(owner, "/v1/plan/review_prompts").await.expect(200);
        assert_eq!((&shown["on"], &shown["suggestions"]), (&json!(true), &json!([])));
        fixture.delete(owner, &format!("/v1/grants/{share}")).await.expect(204);
        assert_eq!(fixture.get(owner, "/v1/plan/review_prompts").await.expect(200)["on"], true, "hers by now");
        assert_eq!(fixture.delete(owner, &format!("/v1/plan/review_suggestions/{id}")).await.problem(404), "not_found");
    }

    async fn a_prompt_is_answered_once_and_together_tells_one_provider_one_thing(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let (owner, kari) = (&pair.owner, &pair.provider);
        write(&fixture, owner, "what_i_do", "I walk").await.expect(200);
        fixture.put(owner, "/v1/plan/review_prompts", json!({ "on": true })).await.expect(200);
        let db = fixture.app.store.read();
        let asking = series::of(db, Whose::Owner(owner.id), Some(Job::PlanReview)).await.expect("series");
        let asking = SeriesId(asking[0].id);
        let planned = slot(&fixture, owner, Job::PlanReview, Some(asking), Outcome::Planned).await;
        let not_yet = fixture.post(owner, &format!("/v1/prompts/{planned}/open"), json!(null)).await;
        assert_eq!(not_yet.problem(404), "not_found");
        let sent = slot(&fixture, owner, Job::PlanReview, Some(asking), Outcome::Sent).await;
        let (open, answer) = (format!("/v1/prompts/{sent}/open"), format!("/v1/prompts/{sent}/answer"));
        for who in [kari, &fixture.person(Role::ServiceUser, "Siri").await] {
            assert_eq!(fixture.post(who, &open, json!(null)).await.problem(404), "not_found");
            assert_eq!(fixture.post(who, &answer, json!({ "answer": "wait" })).await.problem(404), "not_found");
        }
        let listed = fixture.get(owner, "/v1/prompts").await.expect(200);
        assert_eq!(listed["items"][0]["slot_id"], json!(sent.0));
        assert_eq!(listed["items"][0]["choices"], json!(["look_now", "together", "wait", "fine_as_is"]));
        assert!(fixture.post(owner, &open, json!(null)).await.expect(200)["opened_at"].is_string());

        let with_kari = json!({ "answer": "together", "with_provider_id": kari.id.0 });
        let faults = fixture.post(owner, &answer, with_kari.clone()).await.faults();
        assert_eq!(faults, [("/with_provider_id".to_owned(), "not_in_list".to_owned())]);
        let share = grant(&fixture, owner, kari, "section", "what_i_do", "allow").await;
        let answered = fixture.post(owner, &answer, with_kari.clone()).await.expect(200);
        assert_eq!(answered["answer"], "together");
        fixture.post(owner, &answer, with_kari).await.expect(200);
        let late = fixture.post(owner, &answer, json!({ "answer": "wait" })).await;
        assert_eq!(late.problem(409), "already_answered");
        assert_eq!(fixture.get(owner, "/v1/prompts").await.expect(200)["items"], json!([]));
        let review = fixture.get(owner, "/v1/plan/reviews").await.expect(200);
        assert_eq!(review["items"][0]["slot_id"], json!(sent.0));
        let row = series::by_id(db, asking).await.expect("read").expect("series");
        assert_eq!(row.with_provider_id, Some(kari.id.0));

        let wishes = format!("/v1/relationships/{}/plan_wishes", pair.relationship);
        assert_eq!(fixture.get(kari, &wishes).await.expect(200)["items"].as_array().map(Vec::len), Some(1));
        let waiting = slot(&fixture, owner, Job::PlanReview, Some(asking), Outcome::Planned).await;
        fixture.delete(owner, &format!("/v1/grants/{share}")).await.expect(204);
        let row = storage::slots::by_id(db, waiting).await.expect("read").expect("slot");
        assert_eq!((row.outcome.as_str(), row.reason.as_str()), ("cancelled", "revoked"));
        assert_eq!(fixture.get(kari, &wishes).await.expect(200)["items"], json!([]));
    }

    async fn a_round_about_the_agreement_takes_the_same_answers(database) {
        let fixture = Fixture::on(database).await;
        let owner = fixture.owner().await;
        for answer in ["look_now", "together", "wait", "fine_as_is"] {
            let sent = slot(&fixture, &owner, Job::AgreementRound, None, Outcome::Sent).await;
            let path = format!("/v1/prompts/{sent}/answer");
            let named = json!({ "answer": answer, "with_provider_id": owner.id.0 });
            let faults = fixture.post(&owner, &path, named).await.faults();
            assert_eq!(faults, [("/with_provider_id".to_owned(), "unknown_field".to_owned())]);
            let answered = fixture.post(&owner, &path, json!({ "answer": answer })).await.expect(200);
            assert_eq!((&answered["job"], &answered["answer"]), (&json!("agreement_round"), &json!(answer)));
        }
        let check_in = slot(&fixture, &owner, Job::CheckIn, None, Outcome::Sent).await;
        let elsewhere = fixture.post(&owner, &format!("/v1/prompts/{check_in}/open"), json!(null)).await;
        assert_eq!(elsewhere.problem(404), "not_found");
    }

    async fn changed_sharing_asks_the_pair_for_a_round_and_changed_helpers_for_a_look(database) {
        let fixture = Fixture::on(database).await;
        let owner = fixture.owner().await;
        write(&fixture, &owner, "what_i_do", "I walk").await.expect(200);
        let on = json!({ "on": true, "triggers": ["helper_changed"] });
        fixture.put(&owner, "/v1/plan/review_prompts", on).await.expect(200);
        let kari = fixture.provider().await;
        fixture.relate(owner.clone(), kari).await;
        let db = fixture.app.store.read();
        let asking = series::of(db, Whose::Owner(owner.id), Some(Job::PlanReview)).await.expect("series");
        assert_eq!(asking[0].trigger.as_deref(), Some("helper_changed@2026-10-05"));
    }
}
