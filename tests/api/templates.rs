use super::fixture::{Fixture, Reply, Who};
use crate::harness::on_both_databases;
use domain::words::Role;
use serde_json::{Value, json};
use storage::templates;

const TEXT: &str = "/v1/templates/check_in.ordinary/en";
const OURS: &str = "Hello { $owner }, this is what you and { $provider } agreed on.";

async fn hand_in(fixture: &Fixture, who: &Who, pattern: &str) -> Reply {
    fixture.post(who, TEXT, json!({ "pattern": pattern })).await
}

async fn act(fixture: &Fixture, who: &Who, version: i32, act: &str) -> Reply {
    fixture.post(who, &format!("{TEXT}/{version}/{act}"), Value::Null).await
}

async fn used(fixture: &Fixture) -> Vec<(String, i32)> {
    let rows = templates::approved(fixture.app.store.read(), fixture.organisation).await.expect("templates");
    rows.into_iter().map(|row| (row.pattern, row.version)).collect()
}

fn wording(catalogue: &Value, key: &str, language: &str) -> Value {
    let items = catalogue["items"].as_array().expect("items");
    let text = items.iter().find(|item| item["key"] == key).expect("the text");
    let wordings = text["wordings"].as_array().expect("wordings");
    wordings.iter().find(|item| item["language"] == language).expect("the language").clone()
}

on_both_databases! {
    async fn the_catalogue_says_what_may_be_reworded(database) {
        let fixture = Fixture::on(database).await;
        let owner = fixture.owner().await;
        let catalogue = fixture.get(&owner, "/v1/templates").await.expect(200);
        let items = catalogue["items"].as_array().expect("items");
        assert!(items.iter().all(|item| !item["key"].as_str().is_some_and(|key| key.starts_with("push."))));
        let text = items.iter().find(|item| item["key"] == "check_in.ordinary").expect("the check-in");
        let names: Vec<_> = text["arguments"].as_array().expect("arguments").iter().map(|it| &it["name"]).collect();
        assert_eq!(names, ["owner", "provider"]);
        assert!(wording(&catalogue, "check_in.ordinary", "nb")["shipped"].as_str().is_some_and(|it| it.contains("$owner")));
    }

    async fn four_eyes_see_a_wording_before_anybody_reads_it(database) {
        let fixture = Fixture::on(database).await;
        let (author, second) = (fixture.admin().await, fixture.person(Role::Admin, "Berit").await);
        assert_eq!(hand_in(&fixture, &author, OURS).await.expect(201)["state"], "draft");
        assert!(used(&fixture).await.is_empty());
        assert_eq!(act(&fixture, &author, 1, "approve").await.problem(403), "not_allowed");

        let approved = act(&fixture, &second, 1, "approve").await.expect(200);
        assert_eq!((&approved["state"], &approved["approved_by"]["display_name"]), (&json!("approved"), &json!("Berit")));
        assert_eq!(used(&fixture).await, [(OURS.to_owned(), 1)]);
        assert_eq!(act(&fixture, &second, 1, "approve").await.problem(409), "conflict");

        hand_in(&fixture, &second, &OURS.replace("Hello", "Hi")).await.expect(201);
        assert_eq!(used(&fixture).await, [(OURS.to_owned(), 1)], "a draft changes nothing");
        act(&fixture, &author, 2, "approve").await.expect(200);
        assert_eq!(used(&fixture).await, [(OURS.replace("Hello", "Hi"), 2)]);
        let catalogue = fixture.get(&author, "/v1/templates").await.expect(200);
        assert_eq!(wording(&catalogue, "check_in.ordinary", "en")["approved_version"], 2);

        assert_eq!(act(&fixture, &author, 2, "retire").await.expect(200)["state"], "retired");
        assert!(used(&fixture).await.is_empty());
        let states: Vec<_> = fixture.get(&author, TEXT).await.expect(200)["items"]
            .as_array()
            .expect("items")
            .iter()
            .map(|item| (item["version"].clone(), item["state"].clone()))
            .collect();
        assert_eq!(states, [(json!(2), json!("retired")), (json!(1), json!("retired"))]);
    }

    async fn the_policy_can_keep_to_what_is_shipped(database) {
        let fixture = Fixture::on(database).await;
        let (author, second) = (fixture.admin().await, fixture.person(Role::Admin, "Berit").await);
        hand_in(&fixture, &author, OURS).await.expect(201);
        act(&fixture, &second, 1, "approve").await.expect(200);
        let body = json!({ "changes": { "template_keys": [] }, "why": "While we review them" });
        let headers = [("If-Match", "\"v1\"")];
        fixture.call(poem::http::Method::POST, Some(&author), "/v1/policy", body, &headers).await.expect(201);
        assert!(used(&fixture).await.is_empty());
        let body = json!({ "changes": { "template_keys": null }, "why": "Reviewed" });
        let headers = [("If-Match", "\"v2\"")];
        fixture.call(poem::http::Method::POST, Some(&author), "/v1/policy", body, &headers).await.expect(201);
        assert_eq!(used(&fixture).await.len(), 1);
    }

    async fn a_wording_that_does_not_fit_is_refused(database) {
        let fixture = Fixture::on(database).await;
        let admin = fixture.admin().await;
        for (pattern, fault) in [
            ("", "required"),
            ("Hello { $owner }", "required"),
            ("Hello { $owner } { $provider } { $diagnosis }", "unknown_field"),
            ("Hello { $owner } { $provider } { -term }", "format"),
            ("Hello { $owner", "format"),
            ("Hello { $owner } { $provider }\u{0}", "format"),
        ] {
            let faults = hand_in(&fixture, &admin, pattern).await.faults();
            assert!(faults.contains(&("/pattern".into(), fault.into())), "{pattern:?}: {faults:?}");
        }
        assert_eq!(hand_in(&fixture, &admin, &"x".repeat(2_001)).await.faults(), [("/pattern".into(), "too_long".into())]);
        for path in
            ["/v1/templates/push.owner_something/en", "/v1/templates/nothing/en", "/v1/templates/check_in.ordinary/fi"]
        {
            let reply = fixture.post(&admin, path, json!({ "pattern": "x" })).await;
            assert_eq!(reply.problem(404), "not_found", "{path}");
        }
    }

    async fn only_this_organisations_admins_touch_its_wording(database) {
        let fixture = Fixture::on(database).await;
        let author = fixture.admin().await;
        hand_in(&fixture, &author, OURS).await.expect(201);
        for role in [Role::ServiceUser, Role::Provider, Role::Consultant, Role::Duty] {
            let who = fixture.person(role, role.as_str()).await;
            assert_eq!(hand_in(&fixture, &who, OURS).await.problem(403), "not_allowed");
            assert_eq!(fixture.get(&who, TEXT).await.problem(403), "not_allowed");
            assert_eq!(act(&fixture, &who, 1, "approve").await.problem(403), "not_allowed");
        }
        let elsewhere = fixture.elsewhere().await;
        let other = fixture.person_of(elsewhere, Role::Admin, "Other").await;
        assert_eq!(act(&fixture, &other, 1, "approve").await.problem(404), "not_found");
        assert_eq!(fixture.get(&other, TEXT).await.expect(200)["items"], json!([]));
    }
}
