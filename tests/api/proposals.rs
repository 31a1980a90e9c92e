//! Proposals: a provider's words beside the owner's, which stay as they are until she takes them in.

use super::crisis_plan::write;
use super::fixture::{Fixture, Pair, Reply, Who};
use super::machinery::Machinery;
use super::sharing::grant;
use super::toolbox::{goal, ids, keep, keep_under, step};
use crate::harness::on_both_databases;
use chrono::TimeDelta;
use domain::words::Role;
use poem::http::Method;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use uuid::Uuid;

/// Shares up to `level`.
pub async fn share(fixture: &Fixture, pair: &Pair, kind: &str, subject: &str, level: &str) -> Uuid {
    share_with(fixture, &pair.owner, &pair.provider, (kind, subject), level).await
}

pub async fn share_with(fixture: &Fixture, owner: &Who, to: &Who, about: (&str, &str), level: &str) -> Uuid {
    let body = json!({
        "provider_id": to.id.0, "subject_kind": about.0, "subject": about.1, "effect": "allow", "level": level
    });
    let made = fixture.post(owner, "/v1/grants", body).await.expect(201);
    made["id"].as_str().expect("id").parse().expect("uuid")
}

pub fn to(owner: &Who) -> String {
    format!("/v1/owners/{}/proposals", owner.id)
}

pub async fn propose(fixture: &Fixture, pair: &Pair, body: Value) -> Reply {
    fixture.post(&pair.provider, &to(&pair.owner), body).await
}

/// A proposal that is made, by its address.
pub async fn proposed(fixture: &Fixture, pair: &Pair, body: Value) -> String {
    let made = propose(fixture, pair, body).await.expect(201);
    format!("/v1/proposals/{}", made["id"].as_str().expect("id"))
}

pub async fn accept(fixture: &Fixture, owner: &Who, path: &str, body: Value, if_match: &str) -> Reply {
    fixture.call(Method::POST, Some(owner), &format!("{path}/accept"), body, &[("If-Match", if_match)]).await
}

async fn put(fixture: &Fixture, owner: &Who, id: &str, content: Value) -> Reply {
    let body = json!({ "content": content });
    fixture.call(Method::PUT, Some(owner), &format!("/v1/items/{id}"), body, &[("If-Match", "*")]).await
}

on_both_databases! {
    /// Story 10, with a section of the plan.
    async fn a_suggestion_to_the_plan_changes_nothing_until_the_owner_takes_it_in(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let (owner, kari) = (&pair.owner, &pair.provider);
        write(&fixture, owner, "what_i_do", "I walk").await.expect(200);
        write(&fixture, owner, "triggers", "March").await.expect(200);
        write(&fixture, owner, "triggers", "March and April").await.expect(200);
        share(&fixture, &pair, "section", "what_i_do", "propose").await;
        let plan = fixture.get(kari, &format!("/v1/owners/{}/plan", owner.id)).await.expect(200);
        assert_eq!(plan["sections"][0]["version"], 1, "of this section: nothing tells of the others");

        let before = fixture.get(owner, "/v1/plan").await.expect(200);
        let body = json!({
            "section": "what_i_do", "base_version": 1, "text": "I walk, or call Anne", "reason": "You said it helps."
        });
        let made = propose(&fixture, &pair, body).await.expect(201);
        assert_eq!((&made["state"], &made["proposed"]["text"]), (&json!("open"), &json!("I walk, or call Anne")));
        for hers in ["base", "present", "present_version", "conflicts"] {
            assert!(made.get(hers).is_none(), "{hers} is for the owner");
        }
        assert_eq!(fixture.get(owner, "/v1/plan").await.expect(200), before);
        assert_eq!(fixture.get(kari, &format!("/v1/owners/{}/plan", owner.id)).await.expect(200), plan);

        let path = format!("/v1/proposals/{}", made["id"].as_str().expect("id"));
        let seen = fixture.get(owner, &path).await.expect(200);
        assert_eq!((&seen["base"]["text"], &seen["present"]["text"]), (&json!("I walk"), &json!("I walk")));
        assert_eq!((&seen["present_version"], &seen["conflicts"]), (&json!(1), &json!(false)));
        assert_eq!(fixture.get(owner, "/v1/proposals").await.expect(200)["items"], json!([seen]));
        let no_tag = fixture.post(owner, &format!("{path}/accept"), json!({})).await;
        assert_eq!(no_tag.problem(428), "missing_if_match");
        assert_eq!(accept(&fixture, kari, &path, json!({}), "\"v1\"").await.problem(403), "not_allowed");

        let taken = accept(&fixture, owner, &path, json!({}), "\"v1\"").await.expect(200);
        assert_eq!(taken["state"], "accepted");
        let after = fixture.get(owner, "/v1/plan").await.expect(200);
        assert_eq!((&before["version"], &after["version"]), (&json!(3), &json!(4)));
        assert!(after.to_string().contains("I walk, or call Anne"));
        assert_eq!(accept(&fixture, owner, &path, json!({}), "*").await.problem(409), "already_answered");
        let decline = fixture.post(owner, &format!("{path}/decline"), json!({})).await;
        assert_eq!(decline.problem(409), "already_answered");
        let plan = fixture.get(kari, &format!("/v1/owners/{}/plan", owner.id)).await.expect(200);
        assert_eq!((&plan["sections"][0]["version"], &plan["sections"][0]["text"]), (&json!(2), &json!("I walk, or call Anne")));
    }

    async fn newer_words_are_shown_beside_a_proposal_and_never_merged_away(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let (owner, kari) = (&pair.owner, &pair.provider);
        let swim = keep(&fixture, owner, goal("Swim")).await;
        share(&fixture, &pair, "module", "goals", "propose").await;
        let body = json!({ "item_id": swim, "base_version": 1, "content": goal("Swim on Tuesdays") });
        let path = proposed(&fixture, &pair, body).await;
        put(&fixture, owner, &swim, goal("Swim at dawn")).await.expect(200);

        let seen = fixture.get(owner, &path).await.expect(200);
        assert_eq!((&seen["conflicts"], &seen["base_version"], &seen["present_version"]), (&json!(true), &json!(1), &json!(2)));
        for (which, words) in [("base", "Swim"), ("present", "Swim at dawn"), ("proposed", "Swim on Tuesdays")] {
            assert_eq!(seen[which]["content"]["goal"]["words"], words, "{which}");
        }
        assert_eq!(accept(&fixture, owner, &path, json!({}), "\"v1\"").await.problem(412), "stale");
        assert_eq!(fixture.get(owner, &path).await.expect(200), seen);
        let hers = json!({ "content": goal("Swim at dawn on Tuesdays") });
        let taken = accept(&fixture, owner, &path, hers, "\"v2\"").await.expect(200);
        assert_eq!(taken["state"], "edited");
        let now = fixture.get(owner, &format!("/v1/items/{swim}")).await.expect(200);
        assert_eq!((&now["version"], &now["content"]["goal"]["words"]), (&json!(3), &json!("Swim at dawn on Tuesdays")));
        let told = fixture.get(kari, &path).await.expect(200);
        assert_eq!((&told["state"], &told["proposed"]["content"]["goal"]["words"]), (&json!("edited"), &json!("Swim on Tuesdays")));
        assert!(told.get("conflicts").is_none() && told.get("present").is_none());

        // Written anew since it was read: she is to read it again first.
        let stale = json!({ "item_id": swim, "base_version": 1, "content": goal("Swim daily") });
        let refused = propose(&fixture, &pair, stale).await;
        assert_eq!((refused.json["present_version"].as_i64(), refused.etag()), (Some(3), "\"v3\"".to_owned()));
        assert_eq!(refused.problem(412), "stale");
        // What she makes of it may be what was proposed, word for word.
        let again = json!({ "item_id": swim, "base_version": 3, "content": goal("Swim daily") });
        let path = proposed(&fixture, &pair, again).await;
        let taken = accept(&fixture, owner, &path, json!({ "content": goal("Swim daily") }), "\"v3\"").await;
        assert_eq!(taken.expect(200)["state"], "accepted");
    }

    async fn only_who_may_propose_proposes_and_nobody_finds_what_is_hidden(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let (owner, kari) = (&pair.owner, &pair.provider);
        let table = keep(&fixture, owner, goal("A full table")).await;
        let private = keep(&fixture, owner, goal("A private one")).await;
        let missing = Uuid::from_u128(7).to_string();
        let body = |id: &str| json!({ "item_id": id, "base_version": 1, "content": goal("Something else") });
        let mut answers = Vec::new();
        for id in [&table, &private, &missing] {
            let reply = propose(&fixture, &pair, body(id)).await;
            assert_eq!(reply.status, 404);
            answers.push(reply.json.to_string());
        }
        let section = json!({ "section": "triggers", "base_version": 0, "text": "March" });
        answers.push(propose(&fixture, &pair, section.clone()).await.json.to_string());
        let nobody = format!("/v1/owners/{}/proposals", Uuid::from_u128(8));
        answers.push(fixture.post(kari, &nobody, body(&table)).await.json.to_string());
        answers.dedup();
        assert_eq!(answers.len(), 1, "{answers:?}");

        share(&fixture, &pair, "item", &table, "comment").await;
        assert_eq!(propose(&fixture, &pair, body(&table)).await.problem(403), "not_allowed");
        share(&fixture, &pair, "item", &table, "propose").await;
        assert_eq!(fixture.post(owner, &to(owner), body(&table)).await.problem(403), "not_allowed", "she just writes");
        for (change, field, fault) in [
            (json!({ "item_id": null }), "/item_id", "required"),
            (json!({ "section": "triggers" }), "/section", "unknown_field"),
            (json!({ "content": null }), "/content", "required"),
            (json!({ "text": "x" }), "/text", "unknown_field"),
            (json!({ "content": step("Not a goal", "activity") }), "/content", "unknown_field"),
            (json!({ "content": goal("A full table") }), "/content", "duplicate"),
            (json!({ "content": goal(" ") }), "/content/goal/words", "too_short"),
            (json!({ "reason": "x".repeat(2_001) }), "/reason", "too_long"),
            (json!({ "content": { "goal": { "words": "x", "state": "idea", "life_domain_id": missing } } }),
             "/content/goal/life_domain_id", "not_in_list"),
        ] {
            let mut with = body(&table);
            for (key, value) in change.as_object().expect("changes") {
                with[key] = value.clone();
            }
            assert_eq!(propose(&fixture, &pair, with).await.faults(), [(field.to_owned(), fault.to_owned())]);
        }
        let swim = keep(&fixture, owner, json!({ "strength": { "words": "The sea" } })).await;
        share(&fixture, &pair, "module", "strengths", "propose").await;
        let strength = json!({ "item_id": swim, "base_version": 1, "content": { "strength": { "words": "Lakes" } } });
        assert_eq!(propose(&fixture, &pair, strength).await.problem(404), "not_found", "goals, steps and the plan alone");

        let id = Uuid::from_u128(99);
        let mut mine = body(&table);
        mine["id"] = json!(id);
        let made = propose(&fixture, &pair, mine.clone()).await.expect(201);
        assert_eq!(propose(&fixture, &pair, mine).await.expect(201), made, "the same id again");
        assert_eq!(propose(&fixture, &pair, body(&table)).await.problem(409), "conflict", "one waits at a time");
        let stranger = fixture.person(Role::Provider, "Ola").await;
        let path = format!("/v1/proposals/{id}");
        for other in [&stranger, &fixture.person(Role::ServiceUser, "Siri").await, &fixture.admin().await] {
            assert_eq!(fixture.get(other, &path).await.problem(404), "not_found");
            assert_eq!(fixture.post(other, &format!("{path}/withdraw"), Value::Null).await.problem(404), "not_found");
        }
        assert_eq!(fixture.get(&stranger, &to(owner)).await.problem(404), "not_found");
        assert_eq!(fixture.get(kari, "/v1/proposals").await.problem(403), "not_allowed");
        assert_eq!(fixture.post(kari, &format!("{path}/decline"), json!({})).await.problem(403), "not_allowed");
        assert_eq!(fixture.post(owner, &format!("{path}/withdraw"), Value::Null).await.problem(403), "not_allowed");
        assert_eq!(fixture.post(kari, &format!("{path}/withdraw"), Value::Null).await.expect(200)["state"], "withdrawn");
        assert_eq!(accept(&fixture, owner, &path, json!({}), "*").await.problem(409), "already_answered");
        propose(&fixture, &pair, body(&table)).await.expect(201);
    }

    async fn a_share_taken_back_hides_the_proposal_from_its_author_alone(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let (owner, kari) = (&pair.owner, &pair.provider);
        let table = keep(&fixture, owner, goal("A full table")).await;
        let steak = keep_under(&fixture, owner, &table, step("Buy the steak", "activity")).await;
        let share_it = async || share(&fixture, &pair, "item", &table, "propose").await;
        let first = share_it().await;
        let body = json!({ "item_id": steak, "base_version": 1, "content": step("Buy the fish", "activity") });
        let path = proposed(&fixture, &pair, body).await;
        let made = fixture.get(kari, &path).await.expect(200);
        let hers = fixture.get(owner, &path).await.expect(200);

        let missing = fixture.get(kari, &format!("/v1/proposals/{}", Uuid::from_u128(3))).await;
        fixture.delete(owner, &format!("/v1/grants/{first}")).await.expect(204);
        let gone = fixture.get(kari, &path).await;
        assert_eq!((gone.status, &gone.json), (404, &missing.json));
        assert_eq!(fixture.get(kari, &to(owner)).await.expect(200)["items"], json!([]));
        assert_eq!(fixture.post(kari, &format!("{path}/withdraw"), Value::Null).await.problem(404), "not_found");
        assert_eq!(fixture.get(owner, &path).await.expect(200), hers, "it stays with the owner");
        fixture.clock.advance(TimeDelta::seconds(1));
        let second = share_it().await;
        assert_eq!(fixture.get(kari, &path).await.expect(200), made);
        assert_eq!(ids(&fixture.get(kari, &to(owner)).await.expect(200)).len(), 1);

        // Accepted while it is hidden from her: she hears of it once it is shared again.
        fixture.delete(owner, &format!("/v1/grants/{second}")).await.expect(204);
        accept(&fixture, owner, &path, json!({}), "\"v1\"").await.expect(200);
        assert_eq!(fixture.get(kari, &path).await.problem(404), "not_found");
        fixture.clock.advance(TimeDelta::seconds(1));
        share_it().await;
        assert_eq!(fixture.get(kari, &path).await.expect(200)["state"], "accepted");

        fixture.delete(owner, &format!("/v1/relationships/{}", pair.relationship)).await.expect(204);
        assert_eq!(fixture.get(kari, &path).await.problem(404), "not_found");
        assert_eq!(fixture.get(kari, &to(owner)).await.problem(404), "not_found");
        assert_eq!(fixture.get(owner, &path).await.expect(200)["state"], "accepted");
        fixture.call(Method::DELETE, Some(owner), &format!("/v1/items/{table}"), Value::Null, &[("If-Match", "*")]).await.expect(204);
        assert_eq!(fixture.get(owner, &path).await.problem(404), "not_found", "gone with what it was about");
        let db = fixture.app.store.read();
        let left = db.query_all_raw(sea_orm::Statement::from_string(db.get_database_backend(), "select id from proposal"));
        assert_eq!(left.await.expect("rows").len(), 0);
    }

    async fn two_providers_find_their_own_and_not_each_others(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let (owner, kari) = (&pair.owner, &pair.provider);
        let ola = fixture.person(Role::Provider, "Ola").await;
        let second = fixture.relate(owner.clone(), ola.clone()).await;
        let swim = keep(&fixture, owner, goal("Swim")).await;
        share(&fixture, &pair, "module", "goals", "propose").await;
        share(&fixture, &second, "item", &swim, "propose").await;
        let body = |words: &str| json!({ "item_id": swim, "base_version": 1, "content": goal(words) });
        let (one, other) = (proposed(&fixture, &pair, body("Swim daily")).await, proposed(&fixture, &second, body("Row")).await);
        assert_eq!(fixture.get(kari, &other).await.problem(404), "not_found");
        assert_eq!(fixture.get(&ola, &one).await.problem(404), "not_found");
        for who in [kari, &ola] {
            let list = fixture.get(who, &to(owner)).await.expect(200);
            assert_eq!(ids(&list).len(), 1);
        }
        let page = fixture.get(owner, "/v1/proposals?limit=1&state=open").await.expect(200);
        let cursor = page["next_cursor"].as_str().expect("another page");
        let rest = fixture.get(owner, &format!("/v1/proposals?limit=1&state=open&cursor={cursor}")).await.expect(200);
        assert_eq!((ids(&page).len(), ids(&rest).len()), (1, 1));
        accept(&fixture, owner, &one, json!({}), "\"v1\"").await.expect(200);
        let seen = fixture.get(owner, &other).await.expect(200);
        assert_eq!((&seen["conflicts"], &seen["present"]["content"]["goal"]["words"]), (&json!(true), &json!("Swim daily")));
        let said = json!({ "words": "Not rowing." });
        fixture.post(owner, &format!("{other}/decline"), said).await.expect(200);
        assert_eq!(fixture.get(&ola, &other).await.expect(200)["words"], "Not rowing.");
        assert_eq!(fixture.get(owner, "/v1/proposals?state=open").await.expect(200)["items"], json!([]));
    }

    /// What the author was not shown is not hers to take away, and is not told to her either.
    async fn a_life_domain_she_does_not_see_stays_with_the_goal(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let (owner, kari) = (&pair.owner, &pair.provider);
        let domain = keep(&fixture, owner, json!({ "life_domain": { "area": "housing" } })).await;
        let content = |words: &str| json!({ "goal": { "words": words, "state": "idea", "life_domain_id": domain } });
        let carpet = keep(&fixture, owner, content("A carpet")).await;
        share(&fixture, &pair, "module", "goals", "propose").await;
        let naming = json!({ "item_id": carpet, "base_version": 1, "content": content("A red carpet") });
        let hidden = ("/content/goal/life_domain_id".to_owned(), "not_in_list".to_owned());
        assert_eq!(propose(&fixture, &pair, naming).await.faults(), [hidden]);
        let words = json!({ "goal": { "words": "A red carpet", "state": "idea" } });
        let path = proposed(&fixture, &pair, json!({ "item_id": carpet, "base_version": 1, "content": words })).await;
        let seen = fixture.get(owner, &path).await.expect(200);
        assert_eq!((&seen["conflicts"], &seen["proposed"]["content"]), (&json!(false), &content("A red carpet")));
        assert_eq!(accept(&fixture, owner, &path, json!({}), "\"v1\"").await.expect(200)["state"], "accepted");
        let now = fixture.get(owner, &format!("/v1/items/{carpet}")).await.expect(200);
        assert_eq!(now["content"], content("A red carpet"));
        for answer in [fixture.get(kari, &path).await, fixture.get(kari, &to(owner)).await] {
            assert!(!answer.expect(200).to_string().contains(&domain));
        }
    }

    async fn her_reading_of_proposals_stands_in_the_log_and_the_words_are_sealed(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let (owner, kari) = (&pair.owner, &pair.provider);
        let swim = keep(&fixture, owner, goal("Swim")).await;
        share(&fixture, &pair, "module", "goals", "propose").await;
        let body = json!({ "item_id": swim, "base_version": 1, "content": goal("lavender"), "reason": "lavender" });
        let path = proposed(&fixture, &pair, body).await;
        assert_eq!(fixture.get(owner, "/v1/access_log").await.expect(200)["items"], json!([]));
        fixture.get(kari, &path).await.expect(200);
        fixture.get(kari, &to(owner)).await.expect(200);
        fixture.get(owner, &path).await.expect(200);
        let log = fixture.get(owner, "/v1/access_log").await.expect(200);
        let rows = log["items"].as_array().expect("items");
        assert_eq!(rows.len(), 2);
        for row in rows {
            assert_eq!((&row["action"], &row["subjects"]), (&json!("read_proposals"), &json!([swim])));
        }
        fixture.post(owner, &format!("{path}/decline"), json!({ "words": "lavender" })).await.expect(200);
        let db = fixture.app.store.read();
        for column in ["body", "answer"] {
            let statement = sea_orm::Statement::from_string(db.get_database_backend(), format!("select {column} from proposal"));
            let rows = db.query_all_raw(statement).await.expect("rows");
            let sealed: Vec<u8> = rows[0].try_get("", column).expect("bytes");
            assert!(!sealed.windows(8).any(|bytes| bytes == b"lavender"), "{column}");
        }
    }

    /// Whatever comes first, nothing is half done: the acceptance is the owner's, and the author finds what she may.
    async fn accepted_while_the_share_is_taken_back(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let (owner, kari) = (&pair.owner, &pair.provider);
        for round in 0..4 {
            let id = keep(&fixture, owner, goal("Swim")).await;
            let shared = share(&fixture, &pair, "item", &id, "propose").await;
            let body = json!({ "item_id": id, "base_version": 1, "content": goal(&format!("Swim {round}")) });
            let path = proposed(&fixture, &pair, body).await;
            let (grant, decline) = (format!("/v1/grants/{shared}"), format!("{path}/decline"));
            let (accepted, revoked, declined, read) = tokio::join!(
                accept(&fixture, owner, &path, json!({}), "\"v1\""),
                fixture.delete(owner, &grant),
                fixture.post(owner, &decline, json!({})),
                fixture.get(kari, &path),
            );
            revoked.expect(204);
            assert!(matches!(read.status, 200 | 404), "{}", read.json);
            let mut both = [accepted.status, declined.status];
            both.sort_unstable();
            assert_eq!(both, [200, 409], "one answer, and one that came too late");
            let now = fixture.get(owner, &format!("/v1/items/{id}")).await.expect(200);
            assert_eq!(now["version"], if accepted.status == 200 { 2 } else { 1 });
            assert_eq!(fixture.get(kari, &path).await.problem(404), "not_found");
        }
    }

    async fn a_thing_deleted_while_somebody_proposes_leaves_no_proposal(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        share(&fixture, &pair, "module", "goals", "propose").await;
        for _ in 0..4 {
            let id = keep(&fixture, &pair.owner, goal("Swim")).await;
            let body = json!({ "item_id": id, "base_version": 1, "content": goal("Row") });
            let address = format!("/v1/items/{id}");
            let (made, gone) = tokio::join!(
                propose(&fixture, &pair, body),
                fixture.call(Method::DELETE, Some(&pair.owner), &address, Value::Null, &[("If-Match", "*")]),
            );
            gone.expect(204);
            assert!(matches!(made.status, 201 | 404), "{}", made.json);
            assert_eq!(fixture.get(&pair.owner, "/v1/proposals").await.expect(200)["items"], json!([]));
        }
    }

    async fn a_proposal_is_told_once_without_a_word_of_it(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let machinery = Machinery::over(&fixture);
        let (owner, kari) = (&pair.owner, &pair.provider);
        let swim = keep(&fixture, owner, goal("Swim")).await;
        let row = keep(&fixture, owner, goal("Row")).await;
        share(&fixture, &pair, "module", "goals", "propose").await;
        // At ten in the evening, which is quiet: held until nine in the morning, and both are one.
        machinery.run_to(&fixture, "2026-10-05T20:00:00Z").await;
        let body = |id: &str| json!({ "item_id": id, "base_version": 1, "content": goal("Sing in the choir") });
        let first = proposed(&fixture, &pair, body(&swim)).await;
        let other = proposed(&fixture, &pair, body(&row)).await;
        machinery.run_to(&fixture, "2026-10-05T20:30:00Z").await;
        assert_eq!(fixture.get(owner, "/v1/notifications").await.expect(200)["items"], json!([]));
        let cards = fixture.get(owner, "/v1/cards").await.expect(200);
        let kinds: Vec<&Value> = cards["items"].as_array().expect("items").iter().map(|card| &card["kind"]).collect();
        assert_eq!(kinds, ["proposal", "proposal"]);
        let card = &cards["items"][0];
        assert_eq!(card["text"], "Kari suggests a change to something you share. Nothing changes until you say yes.");
        assert!(!cards.to_string().contains("choir"));
        machinery.run_to(&fixture, "2026-10-06T08:00:00Z").await;
        let told = fixture.get(owner, "/v1/notifications").await.expect(200);
        assert_eq!(told["items"].as_array().map(Vec::len), Some(1), "{told}");
        assert_eq!(told["items"][0]["words"], "You have something new.");
        assert_eq!(told["items"][0]["target"]["proposal_ids"].as_array().map(Vec::len), Some(2), "{told}");
        let ledger = fixture.get(owner, "/v1/ledger?job=message_notice").await.expect(200);
        let outcomes: Vec<&Value> = ledger["items"].as_array().expect("items").iter().map(|row| &row["outcome"]).collect();
        assert!(outcomes.contains(&&json!("sent")) && outcomes.contains(&&json!("folded")), "{ledger}");
        assert!(!ledger.to_string().contains("choir"));

        accept(&fixture, owner, &first, json!({}), "\"v1\"").await.expect(200);
        fixture.post(owner, &format!("{other}/decline"), json!({})).await.expect(200);
        assert_eq!(fixture.get(owner, "/v1/cards").await.expect(200)["items"], json!([]));
        let left = fixture.get(owner, "/v1/notifications").await.expect(200);
        assert!(left["items"].as_array().expect("items").iter().all(|told| told.get("read_at").is_some()), "{left}");

        // One that was answered, or taken back, before she could be told has nothing to say.
        machinery.run_to(&fixture, "2026-10-06T20:00:00Z").await;
        let again = json!({ "item_id": swim, "base_version": 2, "content": goal("Sing") });
        let path = proposed(&fixture, &pair, again).await;
        fixture.post(kari, &format!("{path}/withdraw"), Value::Null).await.expect(200);
        machinery.run_to(&fixture, "2026-10-07T08:00:00Z").await;
        let ledger = fixture.get(owner, "/v1/ledger?job=message_notice").await.expect(200);
        let last = &ledger["items"][0];
        assert_eq!((&last["outcome"], &last["reason"]), (&json!("cancelled"), &json!("recalled")));
    }

    /// Story 1: a private goal among shared ones leaves no trace where proposals and comments are.
    async fn a_private_goal_leaves_no_trace_beside_the_shared_ones(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let (owner, kari) = (&pair.owner, &pair.provider);
        let shared = keep(&fixture, owner, goal("Shared")).await;
        let private = keep(&fixture, owner, goal("Private")).await;
        share(&fixture, &pair, "module", "goals", "propose").await;
        // Shared once, talked of, and kept to herself since.
        let body = json!({ "item_id": private, "base_version": 1, "content": goal("Privately") });
        let path = proposed(&fixture, &pair, body).await;
        let comments = format!("/v1/owners/{}/comments", owner.id);
        fixture.post(kari, &comments, json!({ "item_id": private, "words": "Private words" })).await.expect(201);
        fixture.post(kari, &comments, json!({ "item_id": shared, "words": "Shared words" })).await.expect(201);
        grant(&fixture, owner, kari, "item", &private, "deny").await;
        fixture.clock.advance(TimeDelta::seconds(1));
        let all = async || {
            let mut all = Vec::new();
            for list in [to(owner), comments.clone(), format!("{comments}?item_id={private}"), format!("/v1/owners/{}/items", owner.id)] {
                all.push(fixture.get(kari, &list).await.expect(200));
            }
            all
        };
        let before = all().await;
        assert!(!json!(before).to_string().contains(&private) && !json!(before).to_string().contains("Private"), "{before:?}");
        accept(&fixture, owner, &path, json!({}), "\"v1\"").await.expect(200);
        fixture.post(owner, &comments, json!({ "item_id": private, "words": "Mine" })).await.expect(201);
        assert_eq!(all().await, before, "whatever becomes of the private goal");
    }
}
