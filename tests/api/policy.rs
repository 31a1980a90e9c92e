use super::fixture::Fixture;
use crate::harness::on_both_databases;
use domain::ids::{AccountId, PreviewId, SeriesId};
use domain::organisation_policy::preview::{PreviewResult, PreviewState};
use domain::organisation_policy::tally::Tally;
use domain::words::{Job, Outcome, Role, SeriesState};
use poem::http::Method;
use serde_json::{Value, json};
use storage::series::{self, NewSeries};
use storage::{policies, previews};

async fn publish(
    fixture: &Fixture,
    who: &crate::api::fixture::Who,
    version: i32,
    changes: Value,
) -> crate::api::fixture::Reply {
    let body = json!({ "changes": changes, "why": "After talking with the users' council" });
    let tag = format!("\"v{version}\"");
    fixture.call(Method::POST, Some(who), "/v1/policy", body, &[("If-Match", &tag)]).await
}

async fn active_series(fixture: &Fixture, owner: AccountId) -> SeriesId {
    let id = SeriesId(fixture.app.store.new_id());
    let now = fixture.app.now();
    let new = NewSeries {
        id,
        job: Job::CheckIn,
        owner: Some(owner),
        provider: None,
        relationship: None,
        state: SeriesState::Active,
        every_days: 28,
        zone: "Europe/Oslo".into(),
        proposed_by: None,
        accepted_on: Some(now.date_naive()),
    };
    let tx = fixture.app.store.write().await.expect("tx");
    series::open(&tx, new, now).await.expect("series");
    tx.commit().await.expect("commit");
    id
}

/// What the planner does with a series it has looked at.
async fn look_away(fixture: &Fixture, id: SeriesId) {
    let row = series::by_id(fixture.app.store.read(), id).await.expect("read").expect("series");
    let later = series::Position { next_at: Some(fixture.app.now() + chrono::TimeDelta::days(9)), ..(&row).into() };
    let tx = fixture.app.store.write().await.expect("tx");
    series::advance(&tx, &row, later).await.expect("advanced");
    tx.commit().await.expect("commit");
}

on_both_databases! {
    async fn everybody_reads_the_policy_and_only_admins_change_it(database) {
        let fixture = Fixture::on(database).await;
        let admin = fixture.admin().await;
        for role in [Role::ServiceUser, Role::Provider, Role::Consultant, Role::Duty] {
            let who = fixture.person(role, role.as_str()).await;
            let reply = fixture.get(&who, "/v1/policy").await;
            assert_eq!(reply.etag(), "\"v1\"");
            let policy = reply.expect(200);
            assert_eq!(policy["rules"]["check_in_hours"], json!({ "from": "10:00", "to": "13:00" }));
            assert_eq!(policy["rules"]["check_in_days"], json!(["tue", "wed", "thu"]));
            assert!(policy.get("published_by").is_none(), "nobody published the defaults");
            assert_eq!(publish(&fixture, &who, 1, json!({ "digest_lines": 10 })).await.problem(403), "not_allowed");
            let body = json!({ "changes": {} });
            assert_eq!(fixture.post(&who, "/v1/policy/previews", body).await.problem(403), "not_allowed");
        }
        assert_eq!(publish(&fixture, &admin, 1, json!({ "digest_lines": 10 })).await.expect(201)["version"], 2);
        assert_eq!(fixture.call(Method::GET, None, "/v1/policy", Value::Null, &[]).await.problem(401), "not_signed_in");
    }

    /// Story 11.
    async fn the_default_becomes_7_days_and_the_owners_28_stand(database) {
        let fixture = Fixture::on(database).await;
        let (admin, owner) = (fixture.admin().await, fixture.owner().await);
        let id = active_series(&fixture, owner.id).await;
        look_away(&fixture, id).await;

        let published = publish(&fixture, &admin, 1, json!({ "check_in_default_interval_days": 7 })).await.expect(201);
        assert_eq!(published["rules"]["check_in_default_interval_days"], 7);

        let row = series::by_id(fixture.app.store.read(), id).await.expect("read").expect("series");
        assert_eq!(row.every_days, 28, "hers to choose");
        assert_eq!(row.next_at, Some(fixture.app.now()), "the planner looks again");
        let (version, rules) = policies::in_force(fixture.app.store.read(), fixture.organisation).await.expect("rules");
        assert_eq!((version, rules.effective_interval(28), rules.default_interval()), (2, 28, 7));
    }

    async fn another_organisation_notices_nothing(database) {
        let fixture = Fixture::on(database).await;
        let admin = fixture.admin().await;
        let elsewhere = fixture.elsewhere().await;
        let other = fixture.person_of(elsewhere, Role::Admin, "Other").await;
        let stranger = fixture.person_of(elsewhere, Role::ServiceUser, "Stranger").await;
        let id = active_series(&fixture, stranger.id).await;
        look_away(&fixture, id).await;
        publish(&fixture, &admin, 1, json!({ "digest_lines": 10, "holiday_calendar": "SE" })).await.expect(201);

        let policy = fixture.get(&other, "/v1/policy").await.expect(200);
        assert_eq!((&policy["version"], &policy["rules"]["holiday_calendar"]), (&json!(1), &json!("NO")));
        let row = series::by_id(fixture.app.store.read(), id).await.expect("read").expect("series");
        assert!(row.next_at > Some(fixture.app.now()));

        let made = fixture.post(&admin, "/v1/policy/previews", json!({ "changes": {} })).await.expect(202);
        let path = format!("/v1/policy/previews/{}", made["id"].as_str().expect("id"));
        assert_eq!(fixture.get(&other, &path).await.problem(404), "not_found");
    }

    async fn who_when_and_why_are_kept(database) {
        let fixture = Fixture::on(database).await;
        let (admin, owner) = (fixture.admin().await, fixture.owner().await);
        publish(&fixture, &admin, 1, json!({ "digest_time": "07:30" })).await.expect(201);
        publish(&fixture, &admin, 2, json!({ "digest_time": "08:30", "check_in_cap": 4 })).await.expect(201);
        assert_eq!(publish(&fixture, &admin, 2, json!({})).await.problem(412), "stale");
        let without = json!({ "changes": {}, "why": "because" });
        assert_eq!(fixture.post(&admin, "/v1/policy", without).await.problem(428), "missing_if_match");

        let mut pages = Vec::new();
        let mut path = "/v1/policy/versions?limit=2".to_owned();
        loop {
            let page = fixture.get(&owner, &path).await.expect(200);
            pages.push(page["items"].as_array().expect("items").clone());
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            path = format!("/v1/policy/versions?limit=2&cursor={cursor}");
        }
        assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
        let all: Vec<Value> = pages.into_iter().flatten().collect();
        let versions: Vec<_> = all.iter().map(|item| item["version"].as_i64().expect("number")).collect();
        assert_eq!(versions, [3, 2, 1]);
        assert_eq!(all[0]["changed"], json!(["check_in_cap", "digest_time"]));
        assert_eq!(all[1]["changed"], json!(["digest_time"]));
        assert_eq!(all[1]["published_by"], json!({ "id": admin.id.to_string(), "display_name": "Anne" }));
        assert_eq!(all[1]["why"], "After talking with the users' council");
        assert!(all[1]["published_at"].as_str().is_some_and(|at| at.starts_with("2026-10-05T08:00:00")));
        assert_eq!((all[2].get("why"), &all[2]["rules"]["digest_time"]), (None, &json!("08:00")));
    }

    async fn what_is_out_of_bounds_is_named_and_changes_nothing(database) {
        let fixture = Fixture::on(database).await;
        let admin = fixture.admin().await;
        let faults = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(at, fault)| ((*at).to_owned(), (*fault).to_owned())).collect()
        };
        for (changes, expected) in [
            (json!({ "prompts_per_week": 4 }), faults(&[("/changes/prompts_per_week", "outside_bounds")])),
            (json!({ "digest_lines": 99_999_999_999_i64 }), faults(&[("/changes/digest_lines", "format")])),
            (
                json!({ "check_in_hours": { "from": "02:00", "to": "13:00" } }),
                faults(&[("/changes/check_in_hours/from", "outside_bounds")]),
            ),
            (
                json!({ "check_in_hours": { "from": "ten:0", "to": "13:00" } }),
                faults(&[("/changes/check_in_hours", "format")]),
            ),
            (
                json!({ "help_now": { "NO": [{ "purpose": "urgent", "number": "113\u{0}" }] } }),
                faults(&[("/changes/help_now/NO/0/number", "format")]),
            ),
            (json!({ "template_keys": ["push.owner_something"] }), faults(&[("/changes/template_keys/0", "not_in_list")])),
        ] {
            assert_eq!(publish(&fixture, &admin, 1, changes).await.faults(), expected);
        }
        for (why, fault) in
            [(" ".to_owned(), "required"), ("x".repeat(1_001), "too_long"), ("a\u{0}b".to_owned(), "format")]
        {
            let body = json!({ "changes": {}, "why": why });
            let reply = fixture.call(Method::POST, Some(&admin), "/v1/policy", body, &[("If-Match", "\"v1\"")]).await;
            assert_eq!(reply.faults(), faults(&[("/why", fault)]));
        }
        assert_eq!(fixture.get(&admin, "/v1/policy").await.expect(200)["version"], 1);
    }

    async fn a_preview_is_played_by_one_worker_and_shows_counts_alone(database) {
        let fixture = Fixture::on(database).await;
        let admin = fixture.admin().await;
        let body = json!({ "changes": { "check_in_min_interval_days": 21 } });
        let made = fixture.post(&admin, "/v1/policy/previews", body).await.expect(202);
        assert_eq!((&made["state"], &made["progress"]), (&json!("waiting"), &json!(0)));
        let id: uuid::Uuid = made["id"].as_str().expect("id").parse().expect("uuid");
        let path = format!("/v1/policy/previews/{id}");

        let store = &fixture.app.store;
        let tx = store.write().await.expect("tx");
        let (row, rules) = previews::claim_next(&tx, fixture.app.now()).await.expect("claim").expect("the one");
        assert_eq!((row.id, rules.check_in_min_interval_days), (id, 21));
        assert!(previews::claim_next(&tx, fixture.app.now()).await.expect("claim").is_none(), "it is taken");
        previews::progress(&tx, PreviewId(id), 40, fixture.app.now()).await.expect("progress");
        tx.commit().await.expect("commit");
        let seen = fixture.get(&admin, &path).await.expect(200);
        assert_eq!((&seen["state"], &seen["progress"]), (&json!("running"), &json!(40)));

        // Its worker dies; another takes it up and finishes.
        fixture.clock.advance(chrono::TimeDelta::minutes(6));
        let tally = |count| Tally { job: Job::CheckIn, outcome: Outcome::Sent, count };
        let result = PreviewResult { today: vec![tally(40)], changed: vec![tally(25)] };
        let tx = store.write().await.expect("tx");
        assert!(previews::claim_next(&tx, fixture.app.now()).await.expect("claim").is_some());
        previews::finish(&tx, PreviewId(id), Some(&result), fixture.app.now()).await.expect("finish");
        tx.commit().await.expect("commit");
        let seen = fixture.get(&admin, &path).await.expect(200);
        assert_eq!(seen["state"], PreviewState::Finished.as_str());
        assert_eq!(seen["changed"], json!([{ "job": "check_in", "outcome": "sent", "count": 25 }]));
        assert_eq!(seen["today"][0]["count"], 40);
        let policy = fixture.get(&admin, "/v1/policy").await.expect(200);
        assert_eq!(policy["version"], 1, "a preview publishes nothing");
    }

    async fn previews_do_not_pile_up(database) {
        let fixture = Fixture::on(database).await;
        let admin = fixture.admin().await;
        for _ in 0..5 {
            fixture.post(&admin, "/v1/policy/previews", json!({ "changes": {} })).await.expect(202);
        }
        let sixth = fixture.post(&admin, "/v1/policy/previews", json!({ "changes": {} })).await;
        assert_eq!(sixth.problem(409), "conflict");
    }
}
