use super::crisis_plan::write;
use super::fixture::{Fixture, Who};
use crate::harness::on_both_databases;
use chrono::TimeDelta;
use domain::gate::Reason;
use domain::ids::{SeriesId, SlotId};
use domain::words::{Job, Outcome, SeriesState};
use poem::http::Method;
use serde_json::{Value, json};
use storage::series::{self, NewSeries};
use storage::slots::{self, Decided, NewSlot};
use storage::whose::Whose;

/// A slot of `job` for the owner as the planner would have written it.
pub async fn slot(fixture: &Fixture, owner: &Who, job: Job, series: Option<SeriesId>, outcome: Outcome) -> SlotId {
    let now = fixture.app.now();
    let id = SlotId(fixture.app.store.new_id());
    let new = NewSlot {
        id,
        series,
        job,
        subject: id.0,
        on_date: now.date_naive(),
        owner: Some(owner.id),
        provider: None,
        relationship: None,
        recipient: owner.id,
        recipient_zone: "Europe/Oslo".into(),
        number: 1,
        position: None,
        items: None,
        promised_on: None,
        long_count: None,
        fires_at: now,
        next_at: None,
        closes_at: None,
        decided: Decided {
            outcome,
            reason: Reason::Due,
            gates: json!([]),
            channels: json!(["in_app"]),
            policy_version: 1,
            agreement_version: None,
            counts_unanswered: true,
            sent_on: None,
        },
        trace: None,
    };
    let tx = fixture.app.store.write().await.expect("tx");
    assert!(slots::plan(&tx, new, now).await.expect("slot"));
    tx.commit().await.expect("commit");
    id
}

async fn came_to(fixture: &Fixture, id: SlotId) -> (String, String) {
    let row = slots::by_id(fixture.app.store.read(), id).await.expect("read").expect("slot");
    (row.outcome, row.reason)
}

on_both_databases! {
    /// Story 7.
    async fn in_hospital_everything_that_asks_stops_at_once_and_the_plan_still_opens(database) {
        let fixture = Fixture::on(database).await;
        let owner = fixture.owner().await;
        write(&fixture, &owner, "what_i_do", "I walk").await.expect(200);
        let wanted = json!({ "on": true, "triggers": ["discharge", "plan_used"] });
        let prompts = fixture.put(&owner, "/v1/plan/review_prompts", wanted).await.expect(200);
        assert_eq!(prompts["state"], "active");
        let mut planned = Vec::new();
        for job in [Job::CheckIn, Job::PlanReview, Job::AgreementRound] {
            planned.push(slot(&fixture, &owner, job, None, Outcome::Planned).await);
        }
        let overdue = slot(&fixture, &owner, Job::OverdueNotice, None, Outcome::Held).await;
        let reply = fixture.post(&owner, "/v1/hospital", json!({ "message_notices": true })).await.expect(200);
        assert_eq!((&reply["in_hospital"], &reply["message_notices"]), (&json!(true), &json!(true)));
        for id in planned {
            assert_eq!(came_to(&fixture, id).await, ("cancelled".to_owned(), "hospital".to_owned()));
        }
        assert_eq!(came_to(&fixture, overdue).await.0, "held", "a date that passed is still told, in the app");
        assert_eq!(fixture.get(&owner, "/v1/plan").await.expect(200)["sections"][0]["text"], "I walk");
        write(&fixture, &owner, "admission_wishes", "A room with a window").await.expect(200);
        fixture.post(&owner, "/v1/plan/uses", json!({ "level": "crisis" })).await.expect(201);

        fixture.clock.advance(TimeDelta::days(10));
        fixture.delete(&owner, "/v1/hospital").await.expect(204);
        fixture.delete(&owner, "/v1/hospital").await.expect(204);
        assert_eq!(fixture.get(&owner, "/v1/hospital").await.expect(200)["in_hospital"], false);
        let asking =
            series::of(fixture.app.store.read(), Whose::Owner(owner.id), Some(Job::PlanReview)).await.expect("series");
        // Using the plan asked earlier: 14 days after that is before 14 days after coming home.
        assert_eq!(asking[0].trigger.as_deref(), Some("plan_used@2026-10-19"));
    }

    async fn coming_home_asks_after_two_weeks_if_she_chose_it(database) {
        for (triggers, expected) in [(json!(["discharge"]), Some("discharge@2026-10-21")), (json!([]), None)] {
            let fixture = Fixture::on(database).await;
            let owner = fixture.owner().await;
            write(&fixture, &owner, "what_i_do", "I walk").await.expect(200);
            let on = json!({ "on": true, "triggers": triggers });
            fixture.put(&owner, "/v1/plan/review_prompts", on).await.expect(200);
            fixture.post(&owner, "/v1/hospital", json!({})).await.expect(200);
            fixture.clock.advance(TimeDelta::days(2));
            fixture.delete(&owner, "/v1/hospital").await.expect(204);
            let db = fixture.app.store.read();
            let asking = series::of(db, Whose::Owner(owner.id), Some(Job::PlanReview)).await.expect("series");
            assert_eq!(asking[0].trigger.as_deref(), expected);
        }
    }

    async fn a_pause_cancels_in_its_own_commit_and_ends_by_itself(database) {
        let fixture = Fixture::on(database).await;
        let owner = fixture.owner().await;
        let planned = slot(&fixture, &owner, Job::CheckIn, None, Outcome::Planned).await;
        let until = fixture.app.now() + TimeDelta::days(3);
        let paused = fixture.post(&owner, "/v1/pause", json!({ "until": until })).await.expect(200);
        assert_eq!(paused["paused"], true);
        assert_eq!(came_to(&fixture, planned).await, ("cancelled".to_owned(), "paused".to_owned()));
        // Pausing again moves the end; there is still one pause.
        let longer = until + TimeDelta::days(1);
        let again = fixture.post(&owner, "/v1/pause", json!({ "until": longer })).await.expect(200);
        assert_eq!(again["since"], paused["since"]);
        fixture.clock.set(until);
        assert_eq!(fixture.get(&owner, "/v1/pause").await.expect(200)["paused"], true);
        fixture.clock.set(longer);
        assert_eq!(fixture.get(&owner, "/v1/pause").await.expect(200), json!({ "paused": false }));
        fixture.post(&owner, "/v1/pause", json!({})).await.expect(200);
        fixture.delete(&owner, "/v1/pause").await.expect(204);
        assert_eq!(fixture.get(&owner, "/v1/pause").await.expect(200)["paused"], false);

        let past = json!({ "until": "2026-10-01T00:00:00Z" });
        let faults = fixture.post(&owner, "/v1/pause", past).await.faults();
        assert_eq!(faults, [("/until".to_owned(), "date_in_past".to_owned())]);
        let provider = fixture.provider().await;
        for path in ["/v1/pause", "/v1/hospital", "/v1/quiet_hours"] {
            assert_eq!(fixture.get(&provider, path).await.problem(403), "not_allowed", "{path}");
        }
    }

    async fn quiet_hours_are_hers_on_her_own_clock(database) {
        let fixture = Fixture::on(database).await;
        let owner = fixture.owner().await;
        let present = fixture.get(&owner, "/v1/quiet_hours").await;
        let tag = present.etag();
        let present = present.expect(200);
        assert_eq!((&present["from"], &present["to"]), (&json!("20:00"), &json!("09:00")));
        let put = async |body: Value, tag: &str| {
            fixture.call(Method::PUT, Some(&owner), "/v1/quiet_hours", body, &[("If-Match", tag)]).await
        };
        let set = put(json!({ "from": "22:30", "to": "10:00" }), &tag).await.expect(200);
        assert_eq!((&set["from"], &set["to"]), (&json!("22:30"), &json!("10:00")));
        assert_eq!(put(json!({ "from": "21:00", "to": "08:00" }), &tag).await.problem(412), "stale");
        for (body, field) in
            [(json!({ "from": "25:00", "to": "09:00" }), "/from"), (json!({ "from": "20:00", "to": "9" }), "/to")]
        {
            assert_eq!(put(body, "*").await.faults(), [(field.to_owned(), "format".to_owned())]);
        }
    }

    /// Settings that bear on what is planned make the planner look again.
    async fn the_planner_looks_again_after_a_change_of_hours_or_zone(database) {
        let fixture = Fixture::on(database).await;
        let owner = fixture.owner().await;
        let id = SeriesId(fixture.app.store.new_id());
        let now = fixture.app.now();
        let new = NewSeries {
            id,
            job: Job::PlanReview,
            owner: Some(owner.id),
            provider: None,
            relationship: None,
            state: SeriesState::Active,
            every_days: 180,
            zone: "Europe/Oslo".into(),
            proposed_by: None,
            accepted_on: Some(now.date_naive()),
        };
        let tx = fixture.app.store.write().await.expect("tx");
        series::open(&tx, new, now).await.expect("series");
        tx.commit().await.expect("commit");
        let put = |path: &'static str, method: Method, body: Value| {
            let (fixture, owner) = (&fixture, &owner);
            async move {
                fixture.call(method, Some(owner), path, body, &[("If-Match", "*")]).await.expect(200);
            }
        };
        for (path, method, body) in [
            ("/v1/quiet_hours", Method::PUT, json!({ "from": "21:00", "to": "08:00" })),
            ("/v1/me", Method::PATCH, json!({ "time_zone": "America/New_York" })),
            ("/v1/notification_settings", Method::PUT, json!({ "items": [{ "job": "plan_review", "push": false }] })),
        ] {
            let row = series::by_id(fixture.app.store.read(), id).await.expect("read").expect("series");
            let tx = fixture.app.store.write().await.expect("tx");
            let later = series::Position { next_at: Some(now + TimeDelta::days(90)), ..(&row).into() };
            series::advance(&tx, &row, later).await.expect("advanced");
            tx.commit().await.expect("commit");
            put(path, method, body).await;
            let row = series::by_id(fixture.app.store.read(), id).await.expect("read").expect("series");
            assert_eq!(row.next_at, Some(fixture.app.now()), "{path}");
        }
    }
}
