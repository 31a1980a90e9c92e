use super::fixture::{Fixture, Who};
use super::machinery::Machinery;
use super::messages::{agree, id, join, later, notices, thread, write, writing_pair};
use crate::harness::on_both_databases;
use domain::words::{Job, Role, SeriesState};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use storage::whose::Whose;
use storage::{deliveries, series};

#[tokio::test]
async fn a_provider_who_leaves_hands_her_promises_to_the_colleague_who_stays() {
    let fixture = Fixture::new().await;
    let pair = writing_pair(&fixture).await;
    let colleague = fixture.person(Role::Provider, "Olav").await;
    agree(&fixture, &colleague).await;
    join(&fixture, pair.relationship, &colleague).await;
    let asked = write(&fixture, &pair, &pair.owner, "reply_wanted", "Who stays?").await;
    later(&fixture, 60);
    let path = format!("/v1/relationships/{}/leave", pair.relationship);
    assert_eq!(fixture.post(&pair.owner, &path, Value::Null).await.problem(403), "not_allowed");
    fixture.post(&pair.provider, &path, Value::Null).await.expect(204);

    let seen = fixture.get(&pair.owner, &format!("/v1/messages/{}", id(&asked))).await.expect(200);
    assert_eq!(seen["clock"]["provider_id"], colleague.id.to_string());
    assert_eq!(seen["clock"]["promised_on"], "2026-10-08", "on the date that was shown");
    assert_eq!(seen["receipt"], "Saved. Olav will answer by Thursday 8 October.");
    let relationship = fixture.get(&pair.owner, &format!("/v1/relationships/{}", pair.relationship)).await.expect(200);
    assert_eq!((&relationship["provider"]["display_name"], &relationship["state"]), (&json!("Olav"), &json!("active")));
    assert_eq!(fixture.get(&pair.provider, &thread(&pair)).await.problem(404), "not_found");
    assert_eq!(notices(&fixture, &pair.owner).await.len(), 1, "the owner is told");
    fixture.post(&colleague, &thread(&pair), json!({ "kind": "info", "body": "I do." })).await.expect(201);
}

#[tokio::test]
async fn where_nobody_stays_promises_are_released_and_the_relationship_ends() {
    let fixture = Fixture::new().await;
    let pair = writing_pair(&fixture).await;
    let asked = write(&fixture, &pair, &pair.owner, "reply_wanted", "Who stays?").await;
    later(&fixture, 60);
    let path = format!("/v1/relationships/{}/leave", pair.relationship);
    fixture.post(&pair.provider, &path, Value::Null).await.expect(204);
    let seen = fixture.get(&pair.owner, &format!("/v1/messages/{}", id(&asked))).await.expect(200);
    assert_eq!(seen["clock"]["closed_by"], "released");
    assert_eq!(seen["receipt"], "Kari has left, and nobody has taken over yet. Your message is safe.");
    let relationship = fixture.get(&pair.owner, &format!("/v1/relationships/{}", pair.relationship)).await.expect(200);
    assert_eq!(relationship["state"], "ended");
    assert_eq!(fixture.post(&pair.provider, &path, Value::Null).await.problem(403), "not_allowed");
}

const ENDED: &str =
    "Working together with Kari here has ended. Everything you have written is safe, and Help now is there as before.";

/// The notices in the owner's ledger.
async fn told_of_in_the_ledger(fixture: &Fixture, owner: &Who) -> Vec<Value> {
    let ledger = fixture.get(owner, "/v1/ledger?job=message_notice").await.expect(200);
    ledger["items"].as_array().expect("items").clone()
}

/// What is said of everything in the owner's list of notifications.
async fn told(fixture: &Fixture, owner: &Who) -> Vec<String> {
    let list = fixture.get(owner, "/v1/notifications").await.expect(200);
    let items = list["items"].as_array().expect("items");
    items.iter().map(|item| item["words"].as_str().unwrap_or_default().to_owned()).collect()
}

on_both_databases! {
    async fn the_owner_is_told_of_the_end_in_her_waking_hours(database) {
        let fixture = Fixture::on(database).await;
        let pair = writing_pair(&fixture).await;
        let machinery = Machinery::over(&fixture);
        phone(&fixture, &pair.owner).await;
        machinery.run_to(&fixture, "2026-10-05T18:30:00Z").await;
        // What she had not been told of yet says nothing any more.
        write(&fixture, &pair, &pair.provider, "info", "I am leaving.").await;
        let path = format!("/v1/relationships/{}/leave", pair.relationship);
        fixture.post(&pair.provider, &path, Value::Null).await.expect(204);
        machinery.run_to(&fixture, "2026-10-05T20:00:00Z").await;
        let waiting = notices(&fixture, &pair.owner).await;
        assert!(waiting.contains(&("held".to_owned(), "quiet_hours".to_owned())), "{waiting:?}");
        assert_eq!(told(&fixture, &pair.owner).await, [] as [&str; 0]);
        machinery.run_to(&fixture, "2026-10-06T10:00:00Z").await;
        let of_end: Vec<_> = notices(&fixture, &pair.owner).await;
        assert!(of_end.contains(&("sent".to_owned(), "due".to_owned())), "{of_end:?}");
        assert!(of_end.contains(&("cancelled".to_owned(), "relationship_ended".to_owned())), "{of_end:?}");
        assert_eq!(of_end.len(), 2);
        assert_eq!(told(&fixture, &pair.owner).await, ["Kari has left. Nobody has taken over yet. Everything you have written is safe."]);
        let pushed = pushes(&fixture).await;
        assert_eq!(pushed, [("wake".to_owned(), "sent".to_owned())]);
    }

    async fn an_ending_that_is_not_hers_is_told_her_in_her_waking_hours(database) {
        let fixture = Fixture::on(database).await;
        let pair = writing_pair(&fixture).await;
        let machinery = Machinery::over(&fixture);
        phone(&fixture, &pair.owner).await;
        machinery.run_to(&fixture, "2026-10-05T18:30:00Z").await;
        write(&fixture, &pair, &pair.provider, "info", "I have to stop.").await;
        fixture.delete(&pair.provider, &format!("/v1/relationships/{}", pair.relationship)).await.expect(204);
        machinery.run_to(&fixture, "2026-10-05T20:00:00Z").await;
        let waiting = notices(&fixture, &pair.owner).await;
        assert!(waiting.contains(&("held".to_owned(), "quiet_hours".to_owned())), "{waiting:?}");
        assert_eq!(told(&fixture, &pair.owner).await, [] as [&str; 0]);
        assert_eq!(pushes(&fixture).await, []);
        machinery.run_to(&fixture, "2026-10-06T10:00:00Z").await;
        assert_eq!(told(&fixture, &pair.owner).await, [ENDED]);
        assert_eq!(pushes(&fixture).await, [("wake".to_owned(), "sent".to_owned())]);
        let of_end = told_of_in_the_ledger(&fixture, &pair.owner).await;
        let [sent] = of_end.iter().filter(|row| row["outcome"] == "sent").collect::<Vec<_>>()[..] else {
            panic!("one that was sent: {of_end:?}")
        };
        assert_eq!((&sent["recipient"], &sent["channels"]), (&json!("you"), &json!(["in_app", "push"])));
        assert_eq!(sent["relationship_id"], pair.relationship.to_string());
        assert!(sent.get("concerns").is_none(), "nobody is at the other end: {sent}");
        let cancelled = of_end.iter().filter(|row| row["reason"] == "relationship_ended").count();
        assert_eq!((cancelled, of_end.len()), (1, 2), "what he wrote before is not told any more");
    }

    async fn by_day_an_ending_is_in_the_app_at_once_and_only_once(database) {
        let fixture = Fixture::on(database).await;
        let pair = writing_pair(&fixture).await;
        let machinery = Machinery::over(&fixture);
        let path = format!("/v1/relationships/{}", pair.relationship);
        fixture.delete(&pair.provider, &path).await.expect(204);
        assert_eq!(fixture.delete(&pair.provider, &path).await.problem(403), "not_allowed");
        machinery.run_to(&fixture, "2026-10-05T09:01:00Z").await;
        assert_eq!(told(&fixture, &pair.owner).await, [ENDED]);
        assert_eq!(pushes(&fixture).await, [], "she has no phone");
        machinery.run_to(&fixture, "2026-10-07T10:00:00Z").await;
        assert_eq!(told(&fixture, &pair.owner).await, [ENDED]);
    }

    async fn what_she_ends_herself_and_an_invitation_taken_back_are_no_news_to_her(database) {
        let fixture = Fixture::on(database).await;
        let pair = writing_pair(&fixture).await;
        let olav = fixture.person(Role::Provider, "Olav").await;
        let invitation = json!({ "invitee_login": pair.owner.login, "level": "primary" });
        let invited = fixture.post(&olav, "/v1/relationships", invitation).await.expect(201);
        fixture.delete(&olav, &format!("/v1/relationships/{}", id(&invited))).await.expect(204);
        fixture.delete(&pair.owner, &format!("/v1/relationships/{}", pair.relationship)).await.expect(204);
        Machinery::over(&fixture).run_to(&fixture, "2026-10-07T10:00:00Z").await;
        assert_eq!(notices(&fixture, &pair.owner).await, []);
        assert_eq!(told(&fixture, &pair.owner).await, [] as [&str; 0]);
    }

    async fn a_phone_that_never_woke_is_not_told_to_forget(database) {
        let fixture = Fixture::on(database).await;
        let pair = writing_pair(&fixture).await;
        let machinery = Machinery::over(&fixture);
        phone(&fixture, &pair.owner).await;
        write(&fixture, &pair, &pair.provider, "info", "Hello").await;
        later(&fixture, 31);
        machinery.plan().await;
        // Claimed by a worker that got no further.
        let now = fixture.app.now();
        let tx = fixture.app.store.write().await.expect("tx");
        let lease = chrono::TimeDelta::minutes(5);
        let claimed = deliveries::claim(&tx, uuid::Uuid::from_u128(7), lease, 10, now).await.expect("claimed");
        assert!(claimed.iter().any(|row| row.channel == "push"));
        tx.commit().await.expect("commit");
        fixture.delete(&pair.owner, &format!("/v1/relationships/{}", pair.relationship)).await.expect(204);
        assert_eq!(pushes(&fixture).await, [("wake".to_owned(), "cancelled".to_owned())]);
        // What was taken back since its claim does not begin any more.
        let ids: Vec<uuid::Uuid> = claimed.iter().map(|row| row.id).collect();
        let tx = fixture.app.store.write().await.expect("tx");
        let begun = deliveries::begin(&tx, uuid::Uuid::from_u128(7), &ids, now).await.expect("asked");
        assert!(begun.is_empty(), "{begun:?}");
    }
}

async fn phone(fixture: &Fixture, owner: &Who) {
    let phone = json!({ "platform": "fcm", "push_token": "token-1", "app_version": "1.2.0" });
    fixture.post(owner, "/v1/devices", phone).await.expect(201);
}

/// Action and state of every push, oldest first.
async fn pushes(fixture: &Fixture) -> Vec<(String, String)> {
    let db = fixture.app.store.read();
    let statement = "select action, state from delivery where channel = 'push' order by created_at, id";
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), statement)).await.expect("rows");
    let text = |row: &sea_orm::QueryResult, column: &str| row.try_get::<String>("", column).expect("text");
    rows.iter().map(|row| (text(row, "action"), text(row, "state"))).collect()
}

#[tokio::test]
async fn a_provider_has_one_digest_from_her_first_relationship_on() {
    let fixture = Fixture::new().await;
    let pair = writing_pair(&fixture).await;
    let ola = fixture.person(Role::ServiceUser, "Ola").await;
    fixture.relate(ola, pair.provider.clone()).await;
    let digests = series::of(fixture.app.store.read(), Whose::Provider(pair.provider.id), Some(Job::Digest)).await;
    let states: Vec<_> = digests.expect("series").into_iter().map(|row| row.state).collect();
    assert_eq!(states, [SeriesState::Active.to_string()]);
}
