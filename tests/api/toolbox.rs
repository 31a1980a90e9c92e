use super::fixture::{Fixture, Reply, Who};
use super::sharing::grant;
use crate::harness::{Database, on_both_databases};
use chrono::TimeDelta;
use domain::words::Role;
use poem::http::Method;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

pub async fn keep(fixture: &Fixture, who: &Who, content: Value) -> String {
    let made = fixture.post(who, "/v1/items", json!({ "content": content })).await.expect(201);
    made["id"].as_str().expect("an id").to_owned()
}

pub async fn keep_under(fixture: &Fixture, who: &Who, parent: &str, content: Value) -> String {
    let body = json!({ "parent_id": parent, "content": content });
    let made = fixture.post(who, "/v1/items", body).await.expect(201);
    made["id"].as_str().expect("an id").to_owned()
}

pub fn goal(words: &str) -> Value {
    json!({ "goal": { "words": words, "state": "active" } })
}

pub fn step(words: &str, kind: &str) -> Value {
    json!({ "step": { "words": words, "kind": kind, "who": "me" } })
}

fn person(alias: &str) -> Value {
    json!({ "network_person": { "alias": alias, "ring": "nearest", "sector": "friends", "crisis_contact": false } })
}

async fn put(fixture: &Fixture, who: &Who, id: &str, content: Value, if_match: &str) -> Reply {
    let body = json!({ "content": content });
    fixture.call(Method::PUT, Some(who), &format!("/v1/items/{id}"), body, &[("If-Match", if_match)]).await
}

pub fn ids(list: &Value) -> Vec<String> {
    let items = list["items"].as_array().expect("items");
    items.iter().filter_map(|item| item["id"].as_str()).map(str::to_owned).collect()
}

/// One of each kind that can be kept by itself, and one of each that lies under another.
async fn one_of_each(fixture: &Fixture, who: &Who) -> Vec<String> {
    let mut all = Vec::new();
    let housing = keep(fixture, who, json!({ "life_domain": { "area": "housing" } })).await;
    let entry = json!({ "status_entry": { "words": "Cold floor", "helps": "Slippers", "wish": "A carpet" } });
    all.push(keep_under(fixture, who, &housing, entry).await);
    let table = keep(fixture, who, goal("A full table")).await;
    all.push(keep_under(fixture, who, &table, step("Buy the steak", "activity")).await);
    let (ann, bo) = (keep(fixture, who, person("Ann")).await, keep(fixture, who, person("Bo")).await);
    all.push(keep(fixture, who, json!({ "network_tie": { "person_a": ann, "person_b": bo } })).await);
    let swim = json!({ "exercise": { "title": "Swim", "kind": "coping", "minutes": 20 } });
    let swim = keep(fixture, who, swim).await;
    let mood = keep(fixture, who, json!({ "registration": { "name": "Sleep" } })).await;
    let at = "2026-10-05T06:00:00Z";
    all.push(
        keep_under(fixture, who, &mood, json!({ "registration_entry": { "at": at, "words": "Five hours" } })).await,
    );
    for content in [
        json!({ "medicine": { "name": "Lithium", "question": { "words": "How long?", "state": "open" } } }),
        json!({ "strength": { "words": "The sea" } }),
        json!({ "value": { "words": "Being asked" } }),
        json!({ "exercise_run": { "exercise_id": swim, "at": at, "words": "Quiet" } }),
        json!({ "favourite": { "exercise_id": swim } }),
        json!({ "diary_entry": { "on": "2026-10-05", "words": "Grey, and then not" } }),
    ] {
        all.push(keep(fixture, who, content).await);
    }
    all.extend([housing, table, ann, bo, swim, mood]);
    all
}

on_both_databases! {
    async fn everything_she_keeps_is_there_again_word_for_word(database) {
        let fixture = Fixture::on(database).await;
        let owner = fixture.owner().await;
        let all = one_of_each(&fixture, &owner).await;
        let listed = fixture.get(&owner, "/v1/items?limit=100").await.expect(200);
        let mut found = ids(&listed);
        assert_eq!(found.len(), all.len());
        found.sort();
        let mut kept = all.clone();
        kept.sort();
        assert_eq!(found, kept);
        for item in listed["items"].as_array().expect("items") {
            let content = item["content"].as_object().expect("content");
            assert_eq!(content.len(), 1, "{item}");
            assert!(content.contains_key(item["kind"].as_str().expect("a kind")), "{item}");
            assert_eq!(&fixture.get(&owner, &format!("/v1/items/{}", item["id"].as_str().expect("id"))).await.expect(200), item);
        }
        let goals = fixture.get(&owner, "/v1/items?module=goals").await.expect(200);
        assert_eq!(goals["items"].as_array().map(Vec::len), Some(2));
        let steps = fixture.get(&owner, "/v1/items?kind=step").await.expect(200);
        assert_eq!(steps["items"][0]["content"]["step"]["words"], "Buy the steak");
        let parent = steps["items"][0]["parent_id"].as_str().expect("a parent");
        assert_eq!(ids(&fixture.get(&owner, &format!("/v1/items?parent_id={parent}")).await.expect(200)).len(), 1);

        // Page by page, nothing twice and nothing left out.
        let (mut pages, mut path) = (Vec::new(), "/v1/items?limit=5".to_owned());
        loop {
            let page = fixture.get(&owner, &path).await.expect(200);
            pages.extend(ids(&page));
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            path = format!("/v1/items?limit=5&cursor={cursor}");
        }
        assert_eq!(pages, ids(&listed));
    }

    async fn what_it_said_before_can_be_read_and_said_again(database) {
        let fixture = Fixture::on(database).await;
        let owner = fixture.owner().await;
        let id = keep(&fixture, &owner, goal("A full table")).await;
        let path = format!("/v1/items/{id}");
        let unmatched = fixture.put(&owner, &path, json!({ "content": goal("Two guests") })).await;
        assert_eq!(unmatched.problem(428), "missing_if_match");
        fixture.clock.advance(TimeDelta::hours(1));
        assert_eq!(put(&fixture, &owner, &id, goal("Two guests"), "\"v1\"").await.etag(), "\"v2\"");
        assert_eq!(put(&fixture, &owner, &id, goal("Three"), "\"v1\"").await.problem(412), "stale");
        assert_eq!(put(&fixture, &owner, &id, goal("Two guests"), "\"v2\"").await.etag(), "\"v2\"", "nothing new");
        put(&fixture, &owner, &id, goal("Three guests"), "\"v2\"").await.expect(200);
        let versions = fixture.get(&owner, &format!("{path}/versions")).await.expect(200);
        let numbers: Vec<i64> =
            versions["items"].as_array().expect("items").iter().filter_map(|it| it["number"].as_i64()).collect();
        assert_eq!(numbers, [3, 2, 1]);
        let first = fixture.get(&owner, &format!("{path}/versions?limit=2")).await.expect(200);
        let cursor = first["next_cursor"].as_str().expect("another page");
        let rest = fixture.get(&owner, &format!("{path}/versions?limit=2&cursor={cursor}")).await.expect(200);
        assert_eq!(rest["items"].as_array().map(Vec::len), Some(1));
        for (number, words) in [(1, "A full table"), (2, "Two guests"), (3, "Three guests")] {
            let version = fixture.get(&owner, &format!("{path}/versions/{number}")).await.expect(200);
            assert_eq!(version["content"]["goal"]["words"], words);
        }
        assert_eq!(fixture.get(&owner, &format!("{path}/versions/4")).await.problem(404), "not_found");
        let restore = format!("{path}/versions/1/restore");
        let back = fixture.call(Method::POST, Some(&owner), &restore, Value::Null, &[("If-Match", "\"v3\"")]).await;
        assert_eq!(back.etag(), "\"v4\"");
        assert_eq!(back.expect(200)["content"]["goal"]["words"], "A full table");
        assert_eq!(fixture.get(&owner, &format!("{path}/versions/3")).await.expect(200)["content"]["goal"]["words"], "Three guests");
    }

    async fn what_is_taken_away_leaves_no_word(database) {
        let fixture = Fixture::on(database).await;
        let owner = fixture.owner().await;
        let id = keep(&fixture, &owner, goal("lavender")).await;
        let sub = keep_under(&fixture, &owner, &id, step("lavender", "sub_goal")).await;
        let deep = keep_under(&fixture, &owner, &sub, step("lavender", "activity")).await;
        put(&fixture, &owner, &id, goal("lavender field"), "\"v1\"").await.expect(200);
        let (ann, bo) = (keep(&fixture, &owner, person("Ann")).await, keep(&fixture, &owner, person("Bo")).await);
        let tie = keep(&fixture, &owner, json!({ "network_tie": { "person_a": ann, "person_b": bo } })).await;

        let gone = fixture.call(Method::DELETE, Some(&owner), &format!("/v1/items/{id}"), Value::Null, &[("If-Match", "\"v1\"")]).await;
        assert_eq!(gone.problem(412), "stale");
        for (id, tag) in [(&id, "\"v2\""), (&bo, "\"v1\"")] {
            let path = format!("/v1/items/{id}");
            fixture.call(Method::DELETE, Some(&owner), &path, Value::Null, &[("If-Match", tag)]).await.expect(204);
        }
        for id in [&id, &sub, &deep, &bo, &tie] {
            for path in ["", "/versions", "/versions/1"] {
                assert_eq!(fixture.get(&owner, &format!("/v1/items/{id}{path}")).await.problem(404), "not_found");
            }
        }
        assert_eq!(ids(&fixture.get(&owner, "/v1/items").await.expect(200)), [ann]);
        let db = fixture.app.store.read();
        for (table, left) in [("item where body is not null", 1), ("item_version", 0), ("item where deleted_at is not null", 5)] {
            let count = sea_orm::Statement::from_string(db.get_database_backend(), format!("select count(*) as n from {table}"));
            let row = db.query_one_raw(count).await.expect("a count").expect("a row");
            assert_eq!(row.try_get::<i64>("", "n").expect("a number"), left, "{table}");
        }
    }

    async fn what_she_gets_wrong_is_named(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let owner = &pair.owner;
        let post = async |body: Value| fixture.post(owner, "/v1/items", body).await;
        let fault = |at: &str, what: &str| vec![(at.to_owned(), what.to_owned())];
        assert_eq!(post(json!({ "content": {} })).await.faults(), fault("/content", "required"));
        let both = json!({ "content": { "value": { "words": "x" }, "strength": { "words": "y" } } });
        assert_eq!(post(both).await.faults(), fault("/content", "unknown_field"));
        let id = keep(&fixture, owner, goal("A full table")).await;
        let activity = keep_under(&fixture, owner, &id, step("Buy the steak", "activity")).await;
        let sub = keep_under(&fixture, owner, &id, step("Invite", "sub_goal")).await;
        let sub_sub = keep_under(&fixture, owner, &sub, step("Write", "sub_goal")).await;
        for (parent, what) in [(None, "required"), (Some(&activity), "not_in_list"), (Some(&sub_sub), "not_in_list")] {
            let body = json!({ "parent_id": parent, "content": step("x", "activity") });
            assert_eq!(post(body).await.faults(), fault("/parent_id", what), "{parent:?}");
        }
        assert_eq!(post(json!({ "parent_id": id, "content": goal("x") })).await.faults(), fault("/parent_id", "unknown_field"));
        let stranger = fixture.person(Role::ServiceUser, "Siri").await;
        let hers = keep(&fixture, &stranger, json!({ "life_domain": { "area": "housing" } })).await;
        for body in [
            json!({ "content": { "goal": { "words": "x", "state": "idea", "life_domain_id": hers } } }),
            json!({ "content": { "goal": { "words": "x", "state": "idea", "life_domain_id": id } } }),
        ] {
            assert_eq!(post(body).await.faults(), fault("/content/goal/life_domain_id", "not_in_list"));
        }
        let body = json!({ "parent_id": hers, "content": { "status_entry": { "words": "x" } } });
        assert_eq!(post(body).await.faults(), fault("/parent_id", "not_in_list"), "another's item is not there");
        for (content, at, what) in [
            (json!({ "life_domain": { "area": "own" } }), "/content/life_domain/name", "required"),
            (json!({ "network_tie": { "person_a": id, "person_b": id } }), "/content/network_tie/person_b", "duplicate"),
            (json!({ "favourite": {} }), "/content/favourite/exercise_id", "required"),
            (json!({ "exercise": { "title": "x", "kind": "sleep", "media_link": "http://x.no" } }), "/content/exercise/media_link", "format"),
            (json!({ "medicine": { "name": "x", "from": "2026-02-02", "to": "2026-02-01" } }), "/content/medicine/to", "outside_bounds"),
            (json!({ "value": { "words": "" } }), "/content/value/words", "too_short"),
            (json!({ "value": { "words": "x".repeat(20_001) } }), "/content/value/words", "too_long"),
            (json!({ "value": { "words": "a\0" } }), "/content/value/words", "format"),
        ] {
            assert_eq!(post(json!({ "content": content })).await.faults(), fault(at, what));
        }
        keep(&fixture, owner, json!({ "life_domain": { "area": "housing" } })).await;
        let again = post(json!({ "content": { "life_domain": { "area": "housing" } } })).await;
        assert_eq!(again.faults(), fault("/content/life_domain/area", "duplicate"));
        assert_eq!(put(&fixture, owner, &id, json!({ "value": { "words": "x" } }), "*").await.faults(), fault("/content", "unknown_field"));
        // The same id again is the same thing; another's id is taken.
        let known = json!({ "id": id, "content": goal("Something else") });
        assert_eq!(post(known).await.expect(201)["content"]["goal"]["words"], "A full table");
        assert_eq!(post(json!({ "id": hers, "content": goal("x") })).await.problem(409), "conflict");
        for path in ["/v1/items".to_owned(), format!("/v1/items/{id}"), format!("/v1/items/as_seen_by/{}", pair.provider.id)] {
            assert_eq!(fixture.get(&pair.provider, &path).await.problem(403), "not_allowed", "{path}");
        }
        assert_eq!(fixture.get(&stranger, &format!("/v1/items/{id}")).await.problem(404), "not_found");
    }

    async fn an_exercise_of_the_library_can_be_done_and_kept_at_hand(database) {
        let fixture = Fixture::on(database).await;
        let owner = fixture.owner().await;
        let db = fixture.app.store.read();
        storage::library::starter::install(db, fixture.app.now()).await.expect("the starter set");
        let of = async |kind: &str| {
            let listed = fixture.get(&owner, &format!("/v1/library?kind={kind}&limit=1")).await.expect(200);
            ids(&listed).remove(0)
        };
        let (breathing, article) = (of("exercise").await, of("article").await);
        let run = |id: &str| json!({ "exercise_run": { "library_entry_id": id, "at": "2026-10-05T06:00:00Z" } });
        keep(&fixture, &owner, run(&breathing)).await;
        keep(&fixture, &owner, json!({ "favourite": { "library_entry_id": breathing } })).await;
        for id in [article.as_str(), "0199aaaa-0000-7000-8000-000000000009"] {
            let refused = fixture.post(&owner, "/v1/items", json!({ "content": run(id) })).await;
            let at = "/content/exercise_run/library_entry_id".to_owned();
            assert_eq!(refused.faults(), [(at, "not_in_list".to_owned())]);
        }
        let panel = fixture.get(&owner, "/v1/panel").await.expect(200);
        assert_eq!(panel["domains"][0]["exercises"][0]["library_entry_id"], breathing.as_str());
    }

    /// Story 1.
    async fn shared_goals_with_one_private_goal_leave_no_trace_of_it(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let (owner, kari) = (&pair.owner, &pair.provider);
        let shown = keep(&fixture, owner, goal("A full table")).await;
        keep_under(&fixture, owner, &shown, step("Buy the steak", "activity")).await;
        let private = keep(&fixture, owner, goal("lavender")).await;
        let under = keep_under(&fixture, owner, &private, step("lavender", "activity")).await;
        grant(&fixture, owner, kari, "module", "goals", "allow").await;
        grant(&fixture, owner, kari, "item", &private, "deny").await;
        let list = format!("/v1/owners/{}/items", owner.id);
        let before = fixture.get(kari, &list).await;
        let (tag, before) = (before.etag(), before.expect(200));
        assert_eq!(before["items"].as_array().map(Vec::len), Some(2));
        // The private goal may change as it likes.
        fixture.clock.advance(TimeDelta::minutes(5));
        put(&fixture, owner, &private, goal("lavender field"), "\"v1\"").await.expect(200);
        keep_under(&fixture, owner, &private, step("lavender too", "activity")).await;
        let after = fixture.get(kari, &list).await;
        assert_eq!(after.etag(), tag);
        assert_eq!(after.expect(200), before);
        for path in [list.clone(), format!("{list}?module=goals"), format!("{list}?limit=1"), format!("{list}?parent_id={private}"), format!("{list}/{shown}")] {
            let text = fixture.get(kari, &path).await.json.to_string();
            for trace in ["lavender", &private, &under] {
                assert!(!text.contains(trace), "{path} tells of {trace}");
            }
        }
        // Page by page too: no page is shorter for what is hidden in it.
        let first = fixture.get(kari, &format!("{list}?limit=1")).await.expect(200);
        let cursor = first["next_cursor"].as_str().expect("another page");
        let second = fixture.get(kari, &format!("{list}?limit=1&cursor={cursor}")).await.expect(200);
        assert_eq!((ids(&second).len(), second.get("next_cursor")), (1, None));
        for hidden in [&private, &under, &"0199aaaa-0000-7000-8000-000000000009".to_owned()] {
            let missing = fixture.get(kari, &format!("{list}/{hidden}")).await;
            assert_eq!(missing.problem(404), "not_found");
        }
        let log = fixture.get(owner, "/v1/access_log").await.expect(200).to_string();
        assert!(log.contains(&shown) && !log.contains(&private));
        let hers = fixture.get(owner, &format!("/v1/items/as_seen_by/{}", kari.id)).await.expect(200);
        assert_eq!(hers, before, "what the owner is told that Kari sees");
    }

    async fn a_draft_and_what_is_never_shared_stay_hers(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let (owner, kari) = (&pair.owner, &pair.provider);
        let list = format!("/v1/owners/{}/items", owner.id);
        one_of_each(&fixture, owner).await;
        let settings = |kind: &str, subject: &str| json!({ "provider_id": kari.id.0, "subject_kind": kind, "subject": subject, "effect": "allow" });
        for module in ["medication", "diary"] {
            let refused = fixture.post(owner, "/v1/grants", settings("module", module)).await;
            assert_eq!(refused.faults(), [("/subject".to_owned(), "not_in_list".to_owned())], "{module}");
        }
        let medicine = ids(&fixture.get(owner, "/v1/items?kind=medicine").await.expect(200)).remove(0);
        assert_eq!(fixture.post(owner, "/v1/grants", settings("item", &medicine)).await.faults().len(), 1);
        assert_eq!(ids(&fixture.get(kari, &list).await.expect(200)), Vec::<String>::new());
        for module in ["life_domains", "goals", "network", "strengths", "values", "exercises", "registrations"] {
            grant(&fixture, owner, kari, "module", module, "allow").await;
        }
        let seen = fixture.get(kari, &format!("{list}?limit=100")).await.expect(200);
        assert_eq!(ids(&seen).len(), 14, "all but the medicine and the diary");
        let diary = ids(&fixture.get(owner, "/v1/items?kind=diary_entry").await.expect(200)).remove(0);
        grant(&fixture, owner, kari, "item", &diary, "allow").await;
        assert_eq!(fixture.get(kari, &format!("{list}/{diary}")).await.expect(200)["content"]["diary_entry"]["words"], "Grey, and then not");
        let body = json!({ "draft": true, "content": { "diary_entry": { "on": "2026-10-05", "words": "Not yet" } } });
        let path = format!("/v1/items/{diary}");
        fixture.call(Method::PUT, Some(owner), &path, body, &[("If-Match", "\"v1\"")]).await.expect(200);
        assert_eq!(fixture.get(kari, &format!("{list}/{diary}")).await.problem(404), "not_found");
    }

    async fn what_names_a_hidden_thing_does_not_name_it(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let (owner, kari) = (&pair.owner, &pair.provider);
        let list = format!("/v1/owners/{}/items", owner.id);
        let domain = keep(&fixture, owner, json!({ "life_domain": { "area": "housing" } })).await;
        let content = json!({ "goal": { "words": "A carpet", "state": "idea", "life_domain_id": domain } });
        let carpet = keep(&fixture, owner, content).await;
        let (ann, bo) = (keep(&fixture, owner, person("Ann")).await, keep(&fixture, owner, person("Bo")).await);
        let tie = keep(&fixture, owner, json!({ "network_tie": { "person_a": ann, "person_b": bo } })).await;
        grant(&fixture, owner, kari, "item", &carpet, "allow").await;
        grant(&fixture, owner, kari, "module", "network", "allow").await;
        let sorted = |mut ids: Vec<String>| {
            ids.sort();
            ids
        };
        let network = fixture.get(kari, &format!("{list}?module=network")).await.expect(200);
        assert_eq!(sorted(ids(&network)), sorted(vec![tie.clone(), bo.clone(), ann.clone()]));
        let deny = grant(&fixture, owner, kari, "item", &bo, "deny").await;
        let seen = fixture.get(kari, &list).await.expect(200);
        assert_eq!(sorted(ids(&seen)), sorted(vec![ann, carpet.clone()]));
        assert!(!seen.to_string().contains(&domain), "{seen}");
        fixture.delete(owner, &format!("/v1/grants/{deny}")).await.expect(204);
        fixture.clock.advance(TimeDelta::seconds(1));
        assert!(ids(&fixture.get(kari, &list).await.expect(200)).contains(&tie));
        grant(&fixture, owner, kari, "module", "life_domains", "allow").await;
        let seen = fixture.get(kari, &format!("{list}/{carpet}")).await.expect(200);
        assert_eq!(seen["content"]["goal"]["life_domain_id"], domain.as_str());
    }

    async fn a_hidden_thing_and_a_missing_one_ask_the_same(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let (owner, kari) = (&pair.owner, &pair.provider);
        let shown = keep(&fixture, owner, goal("A full table")).await;
        let private = keep(&fixture, owner, goal("lavender")).await;
        grant(&fixture, owner, kari, "item", &shown, "allow").await;
        let missing = "0199aaaa-0000-7000-8000-000000000009";
        let asked = async |id: &str| {
            fixture.statements();
            let reply = fixture.get(kari, &format!("/v1/owners/{}/items/{id}", owner.id)).await;
            (reply.status, reply.json, fixture.statements())
        };
        asked(&shown).await;
        let (hidden, missing) = (asked(&private).await, asked(missing).await);
        assert_eq!(hidden, missing);
        assert_eq!(hidden.0, 404);
    }

    async fn the_panel_is_one_call_and_one_row_however_much_there_is(database) {
        let fixture = Fixture::on(database).await;
        let owner = fixture.owner().await;
        let empty = fixture.get(&owner, "/v1/panel").await.expect(200);
        assert_eq!(empty, json!({ "values": [], "domains": [] }));
        let housing = keep(&fixture, &owner, json!({ "life_domain": { "area": "housing" } })).await;
        keep_under(&fixture, &owner, &housing, json!({ "status_entry": { "words": "Cold" } })).await;
        keep(&fixture, &owner, json!({ "value": { "words": "Being asked" } })).await;
        let swim = keep(&fixture, &owner, json!({ "exercise": { "title": "Swim", "kind": "coping" } })).await;
        let at = "2026-10-05T06:00:00Z";
        let run = json!({ "exercise_run": { "exercise_id": swim, "at": at, "life_domain_id": housing } });
        keep(&fixture, &owner, run).await;
        let carpet = json!({ "goal": { "words": "A carpet", "state": "active", "life_domain_id": housing } });
        let carpet = keep(&fixture, &owner, carpet).await;
        let measure = keep_under(&fixture, &owner, &carpet, step("Measure the floor", "activity")).await;
        let draft = json!({ "draft": true, "content": goal("Not yet") });
        fixture.post(&owner, "/v1/items", draft).await.expect(201);
        let panel = fixture.get(&owner, "/v1/panel").await.expect(200);
        assert_eq!(panel["domains"].as_array().map(Vec::len), Some(1));
        let domain = &panel["domains"][0];
        assert_eq!(domain["status"]["words"], json!({ "text": "Cold", "more": false }));
        assert_eq!(domain["exercises"][0]["title"], "Swim");
        assert_eq!(domain["goals"][0]["next_steps"][0]["id"], measure.as_str());
        assert_eq!(panel["values"][0]["words"]["text"], "Being asked");

        for number in 0..30 {
            let id = keep(&fixture, &owner, goal(&format!("Goal {number}"))).await;
            keep_under(&fixture, &owner, &id, step("A step", "activity")).await;
        }
        let asked = async || {
            fixture.statements();
            let panel = fixture.get(&owner, "/v1/panel").await.expect(200);
            let about = |sql: &String| sql.contains("\"panel\"") || sql.contains("\"item\"");
            (panel, fixture.statements().into_iter().filter(about).count())
        };
        let (made, first) = asked().await;
        let (kept, second) = asked().await;
        assert_eq!(made, kept);
        assert_eq!((first, second), (3, 1), "made of one query, and kept");
        assert_eq!(made["domains"][1]["goals"].as_array().map(Vec::len), Some(30));
        let done = json!({ "step": { "words": "Measure the floor", "kind": "activity", "who": "me", "done_on": "2026-10-05" } });
        put(&fixture, &owner, &measure, done, "*").await.expect(200);
        let panel = fixture.get(&owner, "/v1/panel").await.expect(200);
        assert_eq!(panel["domains"][0]["goals"][0]["next_steps"], json!([]));
        assert_eq!(panel["domains"][0]["goals"][0]["done_steps"][0]["done_on"], "2026-10-05");
        fixture.call(Method::DELETE, Some(&owner), &format!("/v1/items/{carpet}"), Value::Null, &[("If-Match", "*")]).await.expect(204);
        assert!(!fixture.get(&owner, "/v1/panel").await.expect(200).to_string().contains("carpet"));
        let provider = fixture.provider().await;
        assert_eq!(fixture.get(&provider, "/v1/panel").await.problem(403), "not_allowed");
        let db = fixture.app.store.read();
        let bodies = sea_orm::Statement::from_string(db.get_database_backend(), "select body from panel where body is not null");
        let row = db.query_one_raw(bodies).await.expect("a query").expect("a row");
        let sealed: Vec<u8> = row.try_get("", "body").expect("bytes");
        assert!(!sealed.windows(5).any(|bytes| bytes == b"words"));
    }

    async fn a_network_is_kept_as_it_was_and_compared(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let (owner, kari) = (&pair.owner, &pair.provider);
        let nobody = fixture.post(owner, "/v1/network/snapshots", json!({})).await;
        assert_eq!(nobody.problem(409), "conflict");
        let (ann, bo) = (keep(&fixture, owner, person("Ann")).await, keep(&fixture, owner, person("Bo")).await);
        keep(&fixture, owner, json!({ "network_tie": { "person_a": ann, "person_b": bo } })).await;
        let long = fixture.post(owner, "/v1/network/snapshots", json!({ "note": "x".repeat(2_001) })).await;
        assert_eq!(long.faults(), [("/note".to_owned(), "too_long".to_owned())]);
        let spring = fixture.post(owner, "/v1/network/snapshots", json!({ "note": "Spring" })).await.expect(201);
        let id = spring["id"].as_str().expect("an id").to_owned();
        assert_eq!(spring["content"]["network_snapshot"]["people"].as_array().map(Vec::len), Some(2));
        assert_eq!(spring["content"]["network_snapshot"]["on"], "2026-10-05");
        let nearer = json!({ "network_person": { "alias": "Ann", "ring": "important", "sector": "friends", "crisis_contact": true } });
        put(&fixture, owner, &ann, nearer, "*").await.expect(200);
        fixture.call(Method::DELETE, Some(owner), &format!("/v1/items/{bo}"), Value::Null, &[("If-Match", "*")]).await.expect(204);
        let cy = keep(&fixture, owner, person("Cy")).await;
        let changes = fixture.get(owner, &format!("/v1/network/changes?from={id}")).await.expect(200);
        assert_eq!((&changes["joined"][0]["id"], &changes["left"][0]["alias"]), (&json!(cy), &json!("Bo")));
        assert_eq!(changes["changed"][0]["after"]["ring"], "important");
        assert_eq!(changes["ties_gone"].as_array().map(Vec::len), Some(1));
        let now = fixture.get(owner, "/v1/network").await.expect(200);
        assert_eq!((now["people"].as_array().map(Vec::len), &now["ties"]), (Some(2), &json!([])));
        let same = fixture.get(owner, &format!("/v1/network/changes?from={id}&to={id}")).await.expect(200);
        assert_eq!(same["joined"], json!([]));
        assert_eq!(fixture.get(owner, &format!("/v1/network/changes?from={ann}")).await.problem(404), "not_found");
        // Its note can be changed, and nothing else of it.
        let mut content = json!({ "network_snapshot": spring["content"]["network_snapshot"] });
        content["network_snapshot"]["note"] = json!("Early spring");
        put(&fixture, owner, &id, content.clone(), "\"v1\"").await.expect(200);
        content["network_snapshot"]["on"] = json!("2025-01-01");
        assert_eq!(put(&fixture, owner, &id, content, "*").await.faults().len(), 1);
        // Whoever sees the snapshot sees in it whom she sees now.
        grant(&fixture, owner, kari, "item", &id, "allow").await;
        grant(&fixture, owner, kari, "item", &ann, "allow").await;
        let seen = fixture.get(kari, &format!("/v1/owners/{}/items/{id}", owner.id)).await.expect(200);
        let people = &seen["content"]["network_snapshot"]["people"];
        assert_eq!((people.as_array().map(Vec::len), &people[0]["alias"]), (Some(1), &json!("Ann")));
        assert!(!seen.to_string().contains("Bo"));
    }

    async fn nothing_she_keeps_lies_open_in_the_database(database) {
        let fixture = Fixture::on(database).await;
        let owner = fixture.owner().await;
        let id = keep(&fixture, &owner, goal("lavender")).await;
        put(&fixture, &owner, &id, goal("lavender field"), "\"v1\"").await.expect(200);
        let db = fixture.app.store.read();
        for table in ["item", "item_version"] {
            let statement = sea_orm::Statement::from_string(db.get_database_backend(), format!("select body from {table}"));
            let rows = db.query_all_raw(statement).await.expect("rows");
            assert_eq!(rows.len(), 1, "{table}");
            let sealed: Vec<u8> = rows[0].try_get("", "body").expect("bytes");
            assert!(!sealed.windows(8).any(|bytes| bytes == b"lavender"), "{table}");
        }
    }
}

/// Fifty writers on one goal: each reads a number, and writes the next if nobody was faster. `RECONNECT_EDITS` tells how
/// many writes are tried; 10,000 is the whole of it.
#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_writers_none_loses_what_another_wrote() {
    let tries: usize = std::env::var("RECONNECT_EDITS").map_or(1_000, |it| it.parse().expect("a number"));
    for database in [Database::Sqlite, Database::Postgres] {
        let fixture = Fixture::on(database).await;
        let owner = fixture.owner().await;
        let id = keep(&fixture, &owner, goal("0")).await;
        let path = format!("/v1/items/{id}");
        fixture.token(&owner).await;
        let (fixture, owner, path, id) = (&fixture, &owner, path.as_str(), id.as_str());
        let writer = |_| async move {
            let mut written = 0_usize;
            for _ in 0..tries / 50 {
                let mut now = fixture.get(owner, path).await;
                // A busy database says so, and when to come again; nothing was written by then.
                while now.status == 503 && now.headers.contains_key("retry-after") {
                    now = fixture.get(owner, path).await;
                }
                let (tag, json) = (now.etag(), now.expect(200));
                let number: u64 = json["content"]["goal"]["words"].as_str().expect("words").parse().expect("a number");
                let reply = put(fixture, owner, id, goal(&(number + 1).to_string()), &tag).await;
                match reply.status {
                    200 => written += 1,
                    412 => {}
                    status => panic!("{status}: {}", reply.json),
                }
            }
            written
        };
        let written: usize = futures::future::join_all((0..50).map(writer)).await.into_iter().sum();
        let last = fixture.get(owner, path).await.expect(200);
        assert_eq!(last["content"]["goal"]["words"], written.to_string(), "each write that was answered is there");
        assert_eq!(last["version"], written + 1);
        assert!(written > 0);
    }
}
