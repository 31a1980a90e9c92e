//! An owner is erased: what is hers goes, what others hold stays with them, and a restore does not bring her back.

use super::fixture::{Fixture, Pair};
use super::messages::{id, later, thread, write, writing_pair};
use crate::harness::on_both_databases;
use backend::app::sessions;
use poem::http::Method;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use storage::erasure;
use storage::sealed::{Place, Scope};

const ERASURE: &str = "/v1/me/erasure";
const PASSWORD: &str = "three green kayaks";

/// Where something of hers could be left, and how it is asked for.
const HERS: &[&str] = &[
    "select count(*) as left_over from item where owner_id = $1",
    "select count(*) as left_over from item_version",
    "select count(*) as left_over from plan where owner_id = $1",
    "select count(*) as left_over from plan_section",
    "select count(*) as left_over from plan_version",
    "select count(*) as left_over from share_grant where owner_id = $1",
    "select count(*) as left_over from proposal where owner_id = $1",
    "select count(*) as left_over from comment where owner_id = $1",
    "select count(*) as left_over from draft where author_id = $1",
    "select count(*) as left_over from joint_note",
    "select count(*) as left_over from panel where owner_id = $1",
    "select count(*) as left_over from idempotency where account_id = $1 and body is not null",
    "select count(*) as left_over from session where account_id = $1",
    "select count(*) as left_over from device where account_id = $1 and (token is not null or token_hash is not null)",
    "select count(*) as left_over from delivery join notification on notification.id = delivery.notification_id \
     where notification.owner_id = $1 and delivery.next_attempt_at is not null and delivery.action = 'wake'",
    "select count(*) as left_over from slot where owner_id = $1 and next_at is not null",
    "select count(*) as left_over from series where owner_id = $1 and next_at is not null",
    "select count(*) as left_over from account where id = $1 and (email is not null or password_hash is not null)",
];

async fn left_over(fixture: &Fixture, pair: &Pair) -> Vec<&'static str> {
    let db = fixture.app.store.read();
    let mut found = Vec::new();
    for question in HERS {
        let question_of_hers = Statement::from_sql_and_values(
            db.get_database_backend(),
            *question,
            question.contains("$1").then_some(pair.owner.id.0.into()),
        );
        let row = db.query_one_raw(question_of_hers).await.expect("asked").expect("a count");
        if row.try_get::<i64>("", "left_over").expect("a number") > 0 {
            found.push(*question);
        }
    }
    found
}

/// A pair with a life: things kept and shared, a plan, a note, messages opened and not, something planned.
async fn lived(fixture: &Fixture) -> (Pair, String, String) {
    let pair = writing_pair(fixture).await;
    let (owner, kari) = (&pair.owner, &pair.provider);
    let db = fixture.app.store.read();
    let hash = sessions::hash_password(&fixture.app, PASSWORD.to_owned()).await.expect("a hash");
    let set = "update account set password_hash = $1 where id = $2";
    db.execute_raw(Statement::from_sql_and_values(db.get_database_backend(), set, [hash.into(), owner.id.0.into()]))
        .await
        .expect("set");
    let goal = json!({ "content": { "goal": { "words": "By the sea", "state": "active" } } });
    let kept = fixture.post(owner, "/v1/items", goal).await.expect(201);
    let tag = [("If-Match", "*")];
    let plan = json!({ "text": "Lavender." });
    fixture.call(Method::PUT, Some(owner), "/v1/plan/sections/what_i_do", plan, &tag).await.expect(200);
    let shared = json!({ "provider_id": kari.id.0, "subject_kind": "module", "subject": "goals", "effect": "allow", "level": "propose" });
    fixture.post(owner, "/v1/grants", shared).await.expect(201);
    let words = json!({ "item_id": kept["id"], "words": "Mine" });
    fixture.post(owner, &format!("/v1/owners/{}/comments", owner.id), words).await.expect(201);
    fixture
        .post(owner, "/v1/drafts", json!({ "relationship_id": pair.relationship, "kind": "info", "body": "Half" }))
        .await
        .expect(201);
    let opened = write(fixture, &pair, owner, "reply_wanted", "You may keep this").await;
    later(fixture, 31);
    fixture.post(kari, &format!("/v1/messages/{}/open", id(&opened)), Value::Null).await.expect(200);
    let unopened = write(fixture, &pair, owner, "reply_wanted", "Nobody saw this").await;
    write(fixture, &pair, kari, "info", "For you").await;
    later(fixture, 31);
    (pair, id(&opened), id(&unopened))
}

on_both_databases! {
    async fn what_is_hers_goes_and_what_others_hold_stays(database) {
        let fixture = Fixture::on(database).await;
        let (pair, opened, unopened) = lived(&fixture).await;
        let (owner, kari) = (&pair.owner, &pair.provider);
        assert!(!left_over(&fixture, &pair).await.is_empty(), "there is something to erase");
        let key = fixture.app.store.sealer.key(Scope::Owner(owner.id)).await.expect("her key");
        let place = Place::new("item.body", owner.id.0);
        let copy = key.seal(place, b"in a backup").expect("sealed");

        assert_eq!(fixture.post(owner, ERASURE, json!({ "password": "not hers" })).await.problem(401), "wrong_credentials");
        fixture.get(owner, "/v1/me").await.expect(200);
        assert_eq!(fixture.post(kari, ERASURE, json!({ "password": PASSWORD })).await.problem(403), "not_allowed");
        assert_eq!(fixture.post(owner, ERASURE, json!({ "password": PASSWORD })).await.status, 204);

        assert_eq!(left_over(&fixture, &pair).await, Vec::<&str>::new());
        assert_eq!(fixture.get(owner, "/v1/me").await.problem(401), "not_signed_in");
        let anew = fixture.app.store.sealer.key(Scope::Owner(owner.id)).await.expect("another key");
        assert!(anew.open(place, &copy).is_err(), "what a backup holds opens no more");

        let theirs = fixture.get(kari, &format!("/v1/relationships/{}", pair.relationship)).await.expect(200);
        assert_eq!((&theirs["state"], &theirs["owner"]["display_name"]), (&json!("ended"), &json!("—")));
        let kept = fixture.get(kari, &format!("/v1/messages/{opened}")).await.expect(200);
        assert_eq!((&kept["body"], &kept["author"]["display_name"]), (&json!("You may keep this"), &json!("—")));
        let list = fixture.get(kari, &thread(&pair)).await.expect(200).to_string();
        assert!(list.contains("You may keep this") && !list.contains("Nobody saw this"), "{list}");
        assert_eq!(fixture.get(kari, &format!("/v1/messages/{unopened}")).await.problem(404), "not_found");
        assert_eq!(fixture.get(kari, &format!("/v1/owners/{}/items", owner.id)).await.problem(404), "not_found");
        for path in ["/v1/digests/today", "/v1/sync", "/v1/reply_clocks", "/v1/ledger"] {
            let answer = fixture.get(kari, path).await;
            assert!(answer.status < 500, "{path}: {}", answer.status);
            assert!(!answer.json.to_string().contains("Bente"), "{path} names her");
        }
    }

    async fn a_restore_does_not_bring_her_back(database) {
        let fixture = Fixture::on(database).await;
        let (pair, ..) = lived(&fixture).await;
        let store = &fixture.app.store;
        fixture.post(&pair.owner, ERASURE, json!({ "password": PASSWORD })).await;
        // As a copy of before would have it.
        let db = store.read();
        db.execute_unprepared("update account set state = 'active', display_name = 'Bente' where state = 'erased'").await.expect("put back");
        db.execute_unprepared("update relationship set state = 'active'").await.expect("put back");
        assert_eq!(erasure::replay(store).await.expect("forgotten again"), 1);
        let row = storage::accounts::for_machinery(db, pair.owner.id).await.expect("read").expect("there");
        assert_eq!((row.state.as_str(), row.display_name.as_str()), ("erased", "—"));
        assert_eq!(left_over(&fixture, &pair).await, Vec::<&str>::new());
        assert_eq!(erasure::replay(store).await.expect("asked"), 0, "once");
    }

    async fn what_was_begun_and_not_committed_is_let_go(database) {
        let fixture = Fixture::on(database).await;
        let (pair, ..) = lived(&fixture).await;
        let store = &fixture.app.store;
        let db = store.read();
        db.execute_unprepared("alter table panel rename to lost").await.expect("a database that fails");
        assert!(erasure::erase(store, pair.owner.id).await.is_err());
        db.execute_unprepared("alter table lost rename to panel").await.expect("mended");
        later(&fixture, 600);
        erasure::settle(store).await.expect("settled");
        assert_eq!(erasure::replay(store).await.expect("asked"), 0);
        let row = storage::accounts::for_machinery(db, pair.owner.id).await.expect("read").expect("there");
        assert_eq!(row.state, "active", "she is as she was");
        let goals = fixture.get(&pair.owner, "/v1/items").await;
        assert!(goals.status == 401 || goals.json.to_string().contains("By the sea"), "{}", goals.json);
    }
}
