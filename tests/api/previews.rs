//! A change of policy tried before it is published: the worker's part.

use crate::api::check_ins::begin;
use crate::api::fixture::Fixture;
use crate::harness::on_both_databases;
use domain::words::{Job, Outcome, Role};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use storage::slots;

/// Everything in the database that a preview could have touched by mistake.
async fn traces(fixture: &Fixture) -> Vec<i64> {
    let mut counts = Vec::new();
    for table in ["slot", "notification", "delivery", "digest_run", "message", "org_policy", "audit"] {
        let sql = format!("select count(*) as n from {table}");
        let rows =
            fixture.app.store.read().query_all_raw(sea_orm::Statement::from_string(fixture.app.store.backend(), sql));
        counts.push(rows.await.expect("count")[0].try_get::<i64>("", "n").expect("a number"));
    }
    counts
}

/// So many pairs with weekly check-ins.
async fn pairs(fixture: &Fixture, count: usize) {
    for n in 0..count {
        let owner = fixture.person(Role::ServiceUser, &format!("Owner {n}")).await;
        let provider = fixture.person(Role::Provider, &format!("Provider {n}")).await;
        let pair = fixture.relate(owner, provider).await;
        begin(fixture, &pair, 7).await;
    }
}

async fn tried(fixture: &Fixture, changes: Value) -> Value {
    let admin = fixture.admin().await;
    let made = fixture.post(&admin, "/v1/policy/previews", json!({ "changes": changes })).await.expect(202);
    let (row, rules) = worker::previews::claim(&fixture.app.store).await.expect("claim").expect("one");
    worker::previews::play(&fixture.app.store, &row, &rules).await.expect("played");
    let path = format!("/v1/policy/previews/{}", made["id"].as_str().expect("id"));
    fixture.get(&admin, &path).await.expect(200)
}

fn count(side: &Value, job: Job, outcome: Outcome) -> i64 {
    let rows = side.as_array().expect("tallies").iter();
    let mut fits = rows.filter(|row| row["job"] == job.as_str() && row["outcome"] == outcome.as_str());
    fits.next().map_or(0, |row| row["count"].as_i64().expect("a count"))
}

on_both_databases! {
    async fn what_a_longer_interval_would_do_is_played_on_a_copy(database) {
        let fixture = Fixture::on(database).await;
        pairs(&fixture, 6).await;
        let before = traces(&fixture).await;
        let seen = tried(&fixture, json!({ "check_in_min_interval_days": 14 })).await;
        assert_eq!((&seen["state"], &seen["progress"]), (&json!("finished"), &json!(100)));
        assert_eq!(traces(&fixture).await, before, "a preview happens to nobody");
        // Four anchors in thirty days for each of six owners; with fourteen days every other is too soon.
        let sent = |side: &str| count(&seen[side], Job::CheckIn, Outcome::Sent);
        assert_eq!((sent("today"), sent("changed")), (24, 12), "{seen}");
        assert_eq!(count(&seen["changed"], Job::CheckIn, Outcome::Skipped), 12, "{seen}");
        assert!(count(&seen["today"], Job::Digest, Outcome::Sent) >= 24, "the answers are read: {seen}");
    }

    async fn a_change_that_changes_nothing_shows_the_same_twice_and_too_few_people_show_nothing(database) {
        let fixture = Fixture::on(database).await;
        pairs(&fixture, 4).await;
        let seen = tried(&fixture, json!({})).await;
        assert_eq!(seen["state"], "finished");
        assert_eq!(seen["today"], seen["changed"]);
        assert_eq!(count(&seen["today"], Job::CheckIn, Outcome::Sent), 0, "four could be recognised: {seen}");
    }
}

#[tokio::test]
async fn no_text_no_name_and_no_address_comes_along() {
    let fixture = Fixture::new().await;
    let pair = crate::api::messages::writing_pair(&fixture).await;
    let message = json!({ "kind": "reply_wanted", "body": "Only for Kari", "gist": "main thing" });
    let thread = format!("/v1/relationships/{}/messages", pair.relationship);
    fixture.post(&pair.owner, &thread, message).await.expect(201);
    let taken = storage::snapshot::take(&fixture.app.store, fixture.organisation).await.expect("taken");
    let copy = worker::previews::scratch(&fixture.clock).await.expect("a scratch database");
    taken.put(&copy, None).await.expect("put");
    for column in ["account.display_name", "organisation.name"] {
        let (table, name) = column.split_once('.').expect("two");
        let sql = format!("select count(*) as n from {table} where {name} <> ''");
        let rows = copy.read().query_all_raw(sea_orm::Statement::from_string(copy.backend(), sql)).await;
        assert_eq!(rows.expect("rows")[0].try_get::<i64>("", "n").expect("n"), 0, "{column}");
    }
    let sql = "select max(length(body)) as n, count(*) as all_of_them, count(gist) as gists from message".to_owned();
    let row = copy.read().query_all_raw(sea_orm::Statement::from_string(copy.backend(), sql)).await.expect("rows");
    let number = |name: &str| row[0].try_get::<i64>("", name).expect("a number");
    assert_eq!((number("n"), number("all_of_them"), number("gists")), (0, 1, 0));
    assert!(slots::decided_since(copy.read(), fixture.app.now()).await.expect("slots").is_empty());
    let refused = taken.put(&fixture.app.store, None).await;
    assert!(refused.is_err() || fixture.app.store.is_scratch(), "a snapshot never goes into a real database");
}
