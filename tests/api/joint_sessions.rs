use super::crisis_plan::write;
use super::fixture::{Fixture, MONDAY_MORNING, Pair, Reply, Who};
use super::sharing::grant;
use super::toolbox::{goal, keep, keep_under, step};
use crate::harness::on_both_databases;
use chrono::{DateTime, TimeDelta, Utc};
use domain::words::Role;
use poem::http::Method;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

pub fn at(session: &Value, rest: &str) -> String {
    format!("/v1/joint_sessions/{}{rest}", session["id"].as_str().expect("an id"))
}

pub async fn begin(fixture: &Fixture, pair: &Pair, who: &Who, body: Value) -> Reply {
    fixture.post(who, &format!("/v1/relationships/{}/joint_sessions", pair.relationship), body).await
}

/// Begun by the owner, and joined.
pub async fn open(fixture: &Fixture, pair: &Pair, opens: Value) -> Value {
    let begun = begin(fixture, pair, &pair.owner, json!({ "opens": opens })).await.expect(201);
    fixture.post(&pair.provider, &at(&begun, "/join"), Value::Null).await.expect(200)
}

/// From the version that it has now.
async fn go(fixture: &Fixture, who: &Who, session: &Value, body: Value) -> Reply {
    let tag = fixture.get(who, &at(session, "")).await.etag();
    fixture.patch(who, &at(session, ""), body, &tag).await
}

async fn reveal(fixture: &Fixture, who: &Who, session: &Value) -> Reply {
    let tag = fixture.get(who, &at(session, "")).await.etag();
    fixture.call(Method::PUT, Some(who), &at(session, "/reveal"), Value::Null, &[("If-Match", &tag)]).await
}

async fn here(fixture: &Fixture, who: &Who, session: &Value) -> Reply {
    fixture.put(who, &at(session, "/presence"), Value::Null).await
}

async fn log(fixture: &Fixture, owner: &Who) -> Vec<(String, String)> {
    let log = fixture.get(owner, "/v1/access_log").await.expect(200);
    let word = |row: &Value, field: &str| row[field].as_str().unwrap_or_default().to_owned();
    log["items"].as_array().expect("rows").iter().map(|row| (word(row, "action"), word(row, "because"))).collect()
}

on_both_databases! {
    async fn the_two_go_through_the_stages_and_nothing_is_shown_until_the_owner_shows_it(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let (owner, kari) = (&pair.owner, &pair.provider);
        let table = keep(&fixture, owner, goal("A full table")).await;
        let steak = keep_under(&fixture, owner, &table, step("Buy the steak", "activity")).await;

        let begun = begin(&fixture, &pair, owner, json!({ "opens": { "item_id": table } })).await.expect(201);
        assert_eq!(begun["state"], "proposed");
        assert_eq!(begun["stage"], "choose");
        assert_eq!(begun["sight"], "hidden");
        let told = fixture.get(kari, &at(&begun, "")).await.expect(200);
        assert_eq!(told["state"], "proposed");
        for field in ["stage", "opens", "sight"] {
            assert!(told.get(field).is_none(), "{field} before she joined");
        }
        assert_eq!(told["chosen"], false);
        for early in ["/opened", "/notes"] {
            assert_eq!(fixture.get(kari, &at(&begun, early)).await.problem(403), "not_allowed");
        }
        assert_eq!(go(&fixture, kari, &begun, json!({ "stage": "choose" })).await.problem(403), "not_allowed");
        assert_eq!(here(&fixture, kari, &begun).await.problem(403), "not_allowed");
        assert_eq!(fixture.post(owner, &at(&begun, "/join"), Value::Null).await.problem(403), "not_allowed");

        let joined = fixture.post(kari, &at(&begun, "/join"), Value::Null).await.expect(200);
        assert_eq!((&joined["state"], &joined["stage"], &joined["chosen"]), (&json!("open"), &json!("choose"), &json!(true)));
        assert!(joined.get("opens").is_none(), "chosen, and not shown");
        assert_eq!(fixture.post(kari, &at(&begun, "/join"), Value::Null).await.expect(200), joined);
        assert_eq!(fixture.get(kari, &at(&begun, "/opened")).await.problem(404), "not_found");
        assert_eq!(reveal(&fixture, owner, &begun).await.problem(409), "conflict");
        assert_eq!(go(&fixture, owner, &begun, json!({ "stage": "explore" })).await.problem(409), "conflict");
        go(&fixture, kari, &begun, json!({ "stage": "reveal" })).await.expect(200);
        assert_eq!(fixture.get(kari, &at(&begun, "/opened")).await.problem(404), "not_found");
        assert_eq!(reveal(&fixture, kari, &begun).await.problem(403), "not_allowed");
        assert_eq!(log(&fixture, owner).await, []);

        let shown = reveal(&fixture, owner, &begun).await.expect(200);
        assert_eq!(shown["sight"], "revealed");
        let seen = fixture.get(kari, &at(&begun, "/opened")).await.expect(200);
        assert_eq!(seen["item"]["content"]["goal"]["words"], "A full table");
        assert_eq!(seen["item"]["level"], "see");
        assert_eq!(log(&fixture, owner).await, [("read_items".to_owned(), "revealed".to_owned())]);
        // One thing, and nothing that lies under it; and nowhere but here.
        for path in [format!("/v1/owners/{}/items/{table}", owner.id), format!("/v1/owners/{}/items/{steak}", owner.id)] {
            assert_eq!(fixture.get(kari, &path).await.problem(404), "not_found");
        }
        let faults = go(&fixture, kari, &begun, json!({ "opens": { "item_id": steak } })).await.faults();
        assert_eq!(faults, [("/opens/item_id".to_owned(), "not_in_list".to_owned())]);

        go(&fixture, kari, &begun, json!({ "stage": "explore" })).await.expect(200);
        go(&fixture, owner, &begun, json!({ "stage": "new_perspective" })).await.expect(200);
        fixture.get(kari, &at(&begun, "/opened")).await.expect(200);
        fixture.delete(owner, &at(&begun, "/reveal")).await.expect(204);
        fixture.delete(owner, &at(&begun, "/reveal")).await.expect(204);
        assert_eq!(fixture.get(kari, &at(&begun, "/opened")).await.problem(404), "not_found");
        reveal(&fixture, owner, &begun).await.expect(200);
        let back = go(&fixture, kari, &begun, json!({ "stage": "choose" })).await.expect(200);
        assert!(back.get("opens").is_none(), "back at choosing, what was revealed is taken back");
        go(&fixture, owner, &begun, json!({ "stage": "reveal" })).await.expect(200);
        reveal(&fixture, owner, &begun).await.expect(200);
        // What lies under a goal that is hidden tells nothing of it.
        go(&fixture, owner, &begun, json!({ "opens": { "item_id": steak }, "stage": "reveal" })).await.expect(200);
        assert_eq!(fixture.get(kari, &at(&begun, "/opened")).await.problem(404), "not_found");
        reveal(&fixture, owner, &begun).await.expect(200);
        let under = fixture.get(kari, &at(&begun, "/opened")).await.expect(200);
        assert!(!under.to_string().contains(&table), "{under}");

        fixture.delete(owner, &at(&begun, "")).await.expect(204);
        fixture.delete(kari, &at(&begun, "")).await.expect(204);
        let over = fixture.get(kari, &at(&begun, "")).await.expect(200);
        assert_eq!((&over["state"], &over["ended"]), (&json!("ended"), &json!("stopped")));
        assert!(over.get("opens").is_none());
        for late in ["/opened", "/notes"] {
            assert_eq!(fixture.get(kari, &at(&begun, late)).await.problem(403), "not_allowed");
        }
        assert_eq!(here(&fixture, owner, &begun).await.problem(403), "not_allowed");
        let list = format!("/v1/relationships/{}/joint_sessions", pair.relationship);
        let hers = fixture.get(owner, &list).await.expect(200);
        assert_eq!(hers["items"][0]["opens"]["item_id"], json!(steak));
        let theirs = fixture.get(kari, &list).await.expect(200);
        assert!(theirs["items"][0].get("opens").is_none());
        // Nobody is told of any of it.
        assert_eq!(fixture.get(owner, "/v1/notifications").await.expect(200)["items"], json!([]));
    }

    async fn what_is_shared_anyway_is_seen_without_revealing_and_as_long_as_it_is_shared(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let (owner, kari) = (&pair.owner, &pair.provider);
        write(&fixture, owner, "what_i_do", "I walk to the sea").await.expect(200);
        write(&fixture, owner, "triggers", "March").await.expect(200);
        let shared = grant(&fixture, owner, kari, "section", "what_i_do", "allow").await;
        let hidden = begin(&fixture, &pair, kari, json!({ "opens": { "section": "triggers" } })).await;
        assert_eq!(hidden.faults(), [("/opens/section".to_owned(), "not_in_list".to_owned())]);
        let begun = begin(&fixture, &pair, kari, json!({ "opens": { "section": "what_i_do" } })).await.expect(201);
        assert!(fixture.get(owner, &at(&begun, "")).await.expect(200).get("opens").is_none(), "before she joined");
        fixture.post(owner, &at(&begun, "/join"), Value::Null).await.expect(200);
        let seen = fixture.get(kari, &at(&begun, "/opened")).await.expect(200);
        assert_eq!(seen["section"]["text"], "I walk to the sea");
        assert_eq!(log(&fixture, owner).await, [("read_plan".to_owned(), "granted".to_owned())]);
        fixture.clock.advance(TimeDelta::seconds(10));
        fixture.delete(owner, &format!("/v1/grants/{shared}")).await.expect(204);
        assert_eq!(fixture.get(kari, &at(&begun, "/opened")).await.problem(404), "not_found");

        go(&fixture, kari, &begun, json!({ "stage": "reveal" })).await.expect(200);
        fixture.clock.advance(TimeDelta::seconds(10));
        reveal(&fixture, owner, &begun).await.expect(200);
        assert_eq!(fixture.get(kari, &at(&begun, "")).await.expect(200)["sight"], "revealed");
        fixture.get(kari, &at(&begun, "/opened")).await.expect(200);
        // A no of hers ends it at once, and stands as long as it stands.
        let deny = grant(&fixture, owner, kari, "section", "what_i_do", "deny").await;
        assert_eq!(fixture.get(kari, &at(&begun, "/opened")).await.problem(404), "not_found");
        assert_eq!(reveal(&fixture, owner, &begun).await.problem(409), "conflict");
        fixture.clock.advance(TimeDelta::seconds(10));
        fixture.delete(owner, &format!("/v1/grants/{deny}")).await.expect(204);
        assert_eq!(fixture.get(kari, &at(&begun, "/opened")).await.problem(404), "not_found");
        fixture.clock.advance(TimeDelta::seconds(10));
        reveal(&fixture, owner, &begun).await.expect(200);
        fixture.get(kari, &at(&begun, "/opened")).await.expect(200);
        // Revoked while it is open.
        fixture.delete(owner, &format!("/v1/relationships/{}", pair.relationship)).await.expect(204);
        assert_eq!(fixture.get(kari, &at(&begun, "/opened")).await.problem(403), "not_allowed");
        let over = fixture.get(kari, &at(&begun, "")).await.expect(200);
        assert_eq!((&over["ended"], over.get("opens")), (&json!("apart"), None));
    }

    async fn drafts_and_medicines_are_never_opened_together(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let (owner, kari) = (&pair.owner, &pair.provider);
        let medicine = keep(&fixture, owner, json!({ "medicine": { "name": "Sertraline" } })).await;
        let draft = json!({ "draft": true, "content": goal("Perhaps") });
        let draft = fixture.post(owner, "/v1/items", draft).await.expect(201)["id"].as_str().expect("id").to_owned();
        let nothing = "00000000-0000-0000-0000-000000000001";
        for id in [medicine.as_str(), draft.as_str(), nothing] {
            let reply = begin(&fixture, &pair, owner, json!({ "opens": { "item_id": id } })).await;
            assert_eq!(reply.faults(), [("/opens/item_id".to_owned(), "not_in_list".to_owned())], "{id}");
        }
        for (opens, field, fault) in [
            (json!({}), "/opens", "required"),
            (json!({ "link": "https://example.org/film", "section": "triggers" }), "/opens", "unknown_field"),
            (json!({ "link": "http://example.org/film" }), "/opens/link", "format"),
            (json!({ "link": "https://me:you@example.org/film" }), "/opens/link", "format"),
            (json!({ "link": "javascript:alert(1)" }), "/opens/link", "format"),
            (json!({ "library_entry_id": nothing }), "/opens/library_entry_id", "not_in_list"),
        ] {
            let reply = begin(&fixture, &pair, owner, json!({ "opens": opens })).await;
            assert_eq!(reply.faults(), [(field.to_owned(), fault.to_owned())], "{opens}");
        }
        // A goal that becomes a draft is hers alone again, revealed or not.
        let table = keep(&fixture, owner, goal("A full table")).await;
        let session = open(&fixture, &pair, json!({ "item_id": table })).await;
        go(&fixture, owner, &session, json!({ "stage": "reveal" })).await.expect(200);
        reveal(&fixture, owner, &session).await.expect(200);
        fixture.get(kari, &at(&session, "/opened")).await.expect(200);
        let path = format!("/v1/items/{table}");
        let body = json!({ "draft": true, "content": goal("A full table") });
        fixture.call(Method::PUT, Some(owner), &path, body, &[("If-Match", "*")]).await.expect(200);
        assert_eq!(fixture.get(kari, &at(&session, "/opened")).await.problem(404), "not_found");
        assert_eq!(reveal(&fixture, owner, &session).await.problem(409), "conflict");
    }

    async fn a_link_is_sealed_and_of_a_session_that_is_over_the_owner_s_alone(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let (owner, kari) = (&pair.owner, &pair.provider);
        let film = "https://example.org/how-it-was-for-me";
        let session = open(&fixture, &pair, json!({ "link": film })).await;
        assert_eq!((&session["opens"]["link"], &session["sight"]), (&json!(film), &json!("common")));
        assert_eq!(fixture.get(kari, &at(&session, "/opened")).await.expect(200), json!({ "link": film }));
        assert_eq!(log(&fixture, owner).await, []);
        go(&fixture, kari, &session, json!({ "stage": "reveal" })).await.expect(200);
        assert_eq!(reveal(&fixture, owner, &session).await.problem(409), "conflict", "nothing of hers is open");
        let db = fixture.app.store.read();
        let plain = format!("select count(*) as n from joint_session where cast(link as text) like '%{}%'", "how-it-was");
        if db.get_database_backend() == sea_orm::DbBackend::Sqlite {
            let row = db.query_one_raw(sea_orm::Statement::from_string(db.get_database_backend(), plain)).await;
            let found: i64 = row.expect("asked").expect("a row").try_get("", "n").expect("a number");
            assert_eq!(found, 0);
        }
        fixture.delete(kari, &at(&session, "")).await.expect(204);
        let hers = fixture.get(owner, &at(&session, "")).await.expect(200);
        assert_eq!((&hers["ended"], &hers["opens"]["link"]), (&json!("left"), &json!(film)));
        assert!(fixture.get(kari, &at(&session, "")).await.expect(200).get("opens").is_none());
        let library = fixture.get(owner, "/v1/library?limit=1").await.expect(200);
        if let Some(entry) = library["items"][0]["id"].as_str() {
            let again = open(&fixture, &pair, json!({ "library_entry_id": entry })).await;
            assert_eq!(again["opens"]["library_entry_id"], json!(entry));
        }
    }

    async fn a_stranger_finds_no_session_and_a_colleague_no_other_s(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let session = open(&fixture, &pair, json!({ "section": "triggers" })).await;
        let siri = fixture.person(Role::ServiceUser, "Siri").await;
        let ola = fixture.person(Role::Provider, "Ola").await;
        let now = fixture.app.now();
        let list = format!("/v1/relationships/{}/joint_sessions", pair.relationship);
        for stranger in [&siri, &ola, &fixture.admin().await] {
            for path in [at(&session, ""), at(&session, "/opened"), at(&session, "/notes"), list.clone()] {
                assert_eq!(fixture.get(stranger, &path).await.problem(404), "not_found");
            }
            assert_eq!(here(&fixture, stranger, &session).await.problem(404), "not_found");
            assert_eq!(fixture.delete(stranger, &at(&session, "")).await.problem(404), "not_found");
            assert_eq!(begin(&fixture, &pair, stranger, json!({})).await.problem(404), "not_found");
        }
        let tx = fixture.app.store.write().await.expect("tx");
        storage::relationships::add_member(&tx, pair.relationship, ola.id, false, now).await.expect("a member");
        tx.commit().await.expect("commit");
        assert_eq!(fixture.get(&ola, &at(&session, "")).await.problem(404), "not_found");
        assert_eq!(fixture.get(&ola, &list).await.expect(200)["items"], json!([]));
        // With her the owner can have one of her own.
        let body = json!({ "provider_id": ola.id.0 });
        let with_ola = begin(&fixture, &pair, &pair.owner, body).await.expect(201);
        assert_eq!(with_ola["provider"]["display_name"], "Ola");
        assert_eq!(fixture.get(&pair.provider, &at(&with_ola, "")).await.problem(404), "not_found");
        for (who, provider) in [(&pair.owner, &siri), (&pair.provider, &ola)] {
            let reply = begin(&fixture, &pair, who, json!({ "provider_id": provider.id.0 })).await;
            assert_eq!(reply.faults(), [("/provider_id".to_owned(), "not_in_list".to_owned())]);
        }
    }

    async fn one_at_a_time_and_the_same_call_twice_begins_one(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let id = "0198c5a2-7b30-7c41-9e52-3f6a1b2c4d5e";
        let first = begin(&fixture, &pair, &pair.owner, json!({ "id": id })).await.expect(201);
        assert_eq!(begin(&fixture, &pair, &pair.owner, json!({ "id": id })).await.expect(201), first);
        assert_eq!(begin(&fixture, &pair, &pair.provider, json!({ "id": id })).await.problem(409), "conflict");
        assert_eq!(begin(&fixture, &pair, &pair.provider, json!({})).await.problem(409), "conflict");
        fixture.delete(&pair.provider, &at(&first, "")).await.expect(204);
        assert_eq!(fixture.get(&pair.owner, &at(&first, "")).await.expect(200)["ended"], "left");
        let second = begin(&fixture, &pair, &pair.provider, json!({})).await.expect(201);
        let list = format!("/v1/relationships/{}/joint_sessions", pair.relationship);
        let page = fixture.get(&pair.owner, &format!("{list}?limit=1")).await.expect(200);
        assert_eq!(page["items"][0]["id"], second["id"]);
        let cursor = page["next_cursor"].as_str().expect("another page");
        let rest = fixture.get(&pair.owner, &format!("{list}?limit=1&cursor={cursor}")).await.expect(200);
        assert_eq!(rest["items"][0]["id"], first["id"]);
    }

    async fn two_phones_do_not_fight_and_a_stop_goes_before_everything(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let (owner, kari) = (&pair.owner, &pair.provider);
        let session = open(&fixture, &pair, json!({ "link": "https://example.org/film" })).await;
        let path = at(&session, "");
        let tag = fixture.get(owner, &path).await.etag();
        let unversioned = fixture.call(Method::PATCH, Some(owner), &path, json!({ "stage": "reveal" }), &[]).await;
        assert_eq!(unversioned.problem(428), "missing_if_match");
        fixture.patch(owner, &path, json!({ "stage": "reveal" }), &tag).await.expect(200);
        assert_eq!(fixture.patch(kari, &path, json!({ "stage": "reveal" }), &tag).await.problem(412), "stale");

        let tag = fixture.get(owner, &path).await.etag();
        let (hers, theirs) = tokio::join!(
            fixture.patch(owner, &path, json!({ "stage": "explore" }), &tag),
            fixture.patch(kari, &path, json!({ "stage": "choose" }), &tag),
        );
        let mut both = [hers.status, theirs.status];
        both.sort_unstable();
        assert_eq!(both, [200, 412]);

        let tag = fixture.get(owner, &path).await.etag();
        let (stopped, moved) = tokio::join!(
            fixture.delete(owner, &path),
            fixture.patch(kari, &path, json!({ "stage": "choose" }), &tag),
        );
        assert_eq!(stopped.status, 204);
        assert!([200, 403, 412].contains(&moved.status), "{}", moved.json);
        let over = fixture.get(kari, &path).await.expect(200);
        assert_eq!((&over["state"], &over["ended"]), (&json!("ended"), &json!("stopped")));
    }

    async fn presence_holds_half_a_minute_and_leaves_nothing_behind(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let (owner, kari) = (&pair.owner, &pair.provider);
        let session = open(&fixture, &pair, json!({ "section": "triggers" })).await;
        let before = fixture.get(owner, &at(&session, "")).await;
        assert_eq!(here(&fixture, owner, &session).await.expect(200)["other_is_here"], false);
        fixture.clock.advance(TimeDelta::seconds(29));
        let beat = here(&fixture, kari, &session).await.expect(200);
        assert_eq!((&beat["other_is_here"], &beat["version"]), (&json!(true), &session["version"]));
        fixture.clock.advance(TimeDelta::seconds(1));
        assert_eq!(here(&fixture, kari, &session).await.expect(200)["other_is_here"], false);
        let after = fixture.get(owner, &at(&session, "")).await;
        assert_eq!(after.etag(), before.etag(), "being there is no change");
        assert_eq!(after.json, before.json);
        assert!(left(&fixture).await);
        fixture.delete(owner, &at(&session, "")).await.expect(204);
        assert!(!left(&fixture).await, "nothing is kept of who was there");
    }

    async fn where_nobody_is_it_ends_by_itself_on_the_half_hour(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let (owner, kari) = (&pair.owner, &pair.provider);
        let table = keep(&fixture, owner, goal("A full table")).await;
        let session = open(&fixture, &pair, json!({ "item_id": table })).await;
        go(&fixture, owner, &session, json!({ "stage": "reveal" })).await.expect(200);
        reveal(&fixture, owner, &session).await.expect(200);
        fixture.clock.advance(TimeDelta::minutes(170));
        here(&fixture, owner, &session).await.expect(200);
        fixture.clock.advance(TimeDelta::minutes(180));
        assert_eq!(fixture.get(kari, &at(&session, "")).await.expect(200)["state"], "open");
        fixture.clock.advance(TimeDelta::minutes(30));
        assert_eq!(fixture.get(kari, &at(&session, "/opened")).await.problem(403), "not_allowed");
        assert_eq!(here(&fixture, owner, &session).await.problem(403), "not_allowed");
        let over = fixture.get(kari, &at(&session, "")).await.expect(200);
        assert_eq!((&over["state"], &over["ended"]), (&json!("ended"), &json!("lapsed")));
        let start: DateTime<Utc> = MONDAY_MORNING.parse().expect("a time");
        let ended: DateTime<Utc> = over["ended_at"].as_str().expect("a time").parse().expect("a time");
        assert_eq!(ended, start + TimeDelta::minutes(360), "170 minutes are in the step from 150 to 180");
        fixture.delete(owner, &at(&session, "/reveal")).await.expect(204);
        assert_eq!(fixture.get(kari, &at(&session, "")).await.expect(200)["state"], "ended");
        // Somebody else begins one, and what was left of this is wiped.
        let other = fixture.person(Role::ServiceUser, "Siri").await;
        let other = fixture.relate(other, pair.provider.clone()).await;
        assert!(left(&fixture).await);
        begin(&fixture, &other, &other.owner, json!({})).await.expect(201);
        assert!(!left(&fixture).await);
        let settled = fixture.get(kari, &at(&session, "")).await.expect(200);
        assert_eq!((&settled["ended"], &settled["ended_at"]), (&over["ended"], &over["ended_at"]));
        begin(&fixture, &pair, owner, json!({})).await.expect(201);
    }

    async fn a_pause_ends_it_and_a_hospital_stay_does_not(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let (owner, kari) = (&pair.owner, &pair.provider);
        let session = open(&fixture, &pair, json!({ "section": "triggers" })).await;
        fixture.post(owner, "/v1/hospital", json!({})).await.expect(200);
        assert_eq!(fixture.get(kari, &at(&session, "")).await.expect(200)["state"], "open");
        let path = format!("/v1/relationships/{}", pair.relationship);
        let tag = fixture.get(owner, &path).await.expect(200)["version"].as_i64().expect("a version");
        let tag = format!("\"v{tag}\"");
        fixture.patch(owner, &path, json!({ "state": "paused" }), &tag).await.expect(200);
        assert_eq!(here(&fixture, kari, &session).await.problem(403), "not_allowed");
        assert_eq!(begin(&fixture, &pair, owner, json!({})).await.problem(403), "not_allowed");
        let tag = fixture.get(owner, &path).await.expect(200)["version"].as_i64().expect("a version");
        let tag = format!("\"v{tag}\"");
        fixture.patch(owner, &path, json!({ "state": "active" }), &tag).await.expect(200);
        let over = fixture.get(kari, &at(&session, "")).await.expect(200);
        assert_eq!((&over["state"], &over["ended"]), (&json!("ended"), &json!("apart")));
    }
}

/// Whether anything is kept of who was there.
async fn left(fixture: &Fixture) -> bool {
    let db = fixture.app.store.read();
    let sql = "select count(*) as n from joint_session \
               where owner_here_until is not null or provider_here_until is not null";
    let row = db.query_one_raw(sea_orm::Statement::from_string(db.get_database_backend(), sql)).await;
    row.expect("asked").expect("a row").try_get::<i64>("", "n").expect("a number") > 0
}
