//! A phone that only ever syncs ends with exactly what the lists say, whatever happens, to whomever, and in whatever
//! pieces it is told.

use super::check_ins::{answer, begin, run_until};
use super::export::rich;
use super::fixture::{Fixture, Pair, Who};
use super::messages::{id, join, later, write, writing_pair};
use super::phone::{Phone, is_the_same, lists};
use super::sharing::grant;
use super::toolbox::{goal, keep};
use crate::harness::on_both_databases;
use domain::words::Role;
use poem::http::Method;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};
use std::collections::BTreeSet;

async fn agrees(fixture: &Fixture, phone: &mut Phone, role: Role, when: &str) {
    phone.sync(fixture).await;
    is_the_same(&phone.have, &lists(fixture, &phone.who, role).await, when);
}

async fn post(fixture: &Fixture, who: &Who, path: &str, body: Value) -> Value {
    let reply = fixture.post(who, path, body).await;
    assert!(reply.status < 300, "{path}: {} {}", reply.status, reply.json);
    reply.json
}

async fn change(fixture: &Fixture, who: &Who, path: &str, body: Value) {
    fixture.call(Method::PUT, Some(who), path, body, &[("If-Match", "*")]).await.expect(200);
}

on_both_databases! {
    async fn a_phone_has_what_the_lists_say(database) {
        let rich = rich(database).await;
        let (fixture, pair) = (&rich.fixture, &rich.pair);
        let (mut hers, mut small) = (Phone::of(&pair.owner), Phone::of(&pair.owner));
        let mut his = Phone::of(&pair.provider);
        small.limit = 4;
        agrees(fixture, &mut hers, Role::ServiceUser, "after a full load").await;
        agrees(fixture, &mut small, Role::ServiceUser, "after a load in small pages").await;
        assert!(small.pages > 10 && hers.pages == 1, "{} and {}", small.pages, hers.pages);
        agrees(fixture, &mut his, Role::Provider, "of a provider").await;
    }

    async fn whatever_happens_each_phone_is_told_of_it(database) {
        let fixture = Fixture::on(database).await;
        let pair = writing_pair(&fixture).await;
        let (owner, provider) = (&pair.owner, &pair.provider);
        let colleague = fixture.person(Role::Provider, "Ola").await;
        join(&fixture, pair.relationship, &colleague).await;
        let phones = [(owner, Role::ServiceUser), (owner, Role::ServiceUser), (provider, Role::Provider), (&colleague, Role::Provider)];
        let mut phones: Vec<(Phone, Role)> = phones.map(|(who, role)| (Phone::of(who), role)).into();
        phones[1].0.limit = 3;
        let of = |list: &str| format!("/v1/relationships/{}/{list}", pair.relationship);
        let settled = async |phones: &mut Vec<(Phone, Role)>, when: &str| {
            for (phone, role) in phones {
                agrees(&fixture, phone, *role, when).await;
            }
        };
        settled(&mut phones, "at first").await;
        let question = id(&write(&fixture, &pair, owner, "reply_wanted", "Can I ask something?").await);
        settled(&mut phones, "a message that can be undone").await;
        later(&fixture, 31);
        settled(&mut phones, "one that cannot any more").await;
        post(&fixture, provider, &format!("/v1/messages/{question}/open"), Value::Null).await;
        settled(&mut phones, "one that was opened").await;
        let answer = id(&write(&fixture, &pair, provider, "info", "Of course").await);
        settled(&mut phones, "an answer that is held back for half a minute").await;
        later(&fixture, 31);
        settled(&mut phones, "an answer").await;
        post(&fixture, provider, &format!("/v1/messages/{answer}/recall"), Value::Null).await;
        settled(&mut phones, "an answer that was taken back").await;
        let undone = id(&write(&fixture, &pair, owner, "info", "Not so").await);
        settled(&mut phones, "another message").await;
        post(&fixture, owner, &format!("/v1/messages/{undone}/undo"), Value::Null).await;
        settled(&mut phones, "one that was undone").await;
        let draft = json!({ "relationship_id": pair.relationship, "kind": "info", "body": "Not yet" });
        post(&fixture, owner, "/v1/drafts", draft).await;
        settled(&mut phones, "a draft").await;
        change(&fixture, owner, "/v1/plan/sections/what_i_do", json!({ "text": "I walk" })).await;
        let table = keep(&fixture, owner, goal("A table")).await;
        settled(&mut phones, "a section and a goal").await;
        let section = grant(&fixture, owner, provider, "section", "what_i_do", "allow").await;
        grant(&fixture, owner, provider, "module", "goals", "allow").await;
        settled(&mut phones, "something shared").await;
        let comment = json!({ "item_id": table, "words": "I would come" });
        let refused = fixture.post(provider, &format!("/v1/owners/{}/comments", owner.id), comment.clone()).await;
        assert_eq!(refused.status, 403, "to see is not to comment");
        let until = json!({ "provider_id": colleague.id.0, "subject_kind": "item", "subject": table, "effect": "allow",
            "level": "propose", "to": fixture.app.now() + chrono::TimeDelta::hours(2) });
        post(&fixture, owner, "/v1/grants", until).await;
        let said = id(&post(&fixture, &colleague, &format!("/v1/owners/{}/comments", owner.id), comment).await);
        let proposed = json!({ "item_id": table, "base_version": 1, "content": goal("A table for six"), "reason": "Why not" });
        post(&fixture, &colleague, &format!("/v1/owners/{}/proposals", owner.id), proposed).await;
        settled(&mut phones, "a comment and a proposal").await;
        post(&fixture, owner, &format!("/v1/comments/{said}/hide"), Value::Null).await;
        settled(&mut phones, "a comment that is hidden").await;
        change(&fixture, owner, &format!("/v1/items/{table}"), json!({ "content": goal("A big table") })).await;
        settled(&mut phones, "a goal in other words, under a proposal").await;
        later(&fixture, 3 * 3600);
        settled(&mut phones, "a share that came to its end").await;
        fixture.delete(owner, &format!("/v1/grants/{section}")).await.expect(204);
        settled(&mut phones, "a section that is no longer shared").await;
        let hidden = json!({ "draft": true, "content": goal("A big table") });
        change(&fixture, owner, &format!("/v1/items/{table}"), hidden).await;
        settled(&mut phones, "a goal that is a draft again").await;
        post(&fixture, owner, &of("consultations"), json!({ "starts_at": "2026-10-20T09:00:00Z" })).await;
        let away = json!({ "from_on": "2026-10-12", "to_on": "2026-10-16", "substitute_login": colleague.login });
        let away = id(&post(&fixture, provider, "/v1/absences", away).await);
        settled(&mut phones, "a meeting and an absence").await;
        post(&fixture, &colleague, &format!("/v1/absences/{away}/accept"), Value::Null).await;
        settled(&mut phones, "a substitute").await;
        post(&fixture, owner, "/v1/pause", json!({})).await;
        settled(&mut phones, "a pause").await;
        fixture.delete(owner, "/v1/pause").await.expect(204);
        fixture.call(Method::DELETE, Some(owner), &format!("/v1/items/{table}"), Value::Null, &[("If-Match", "*")]).await.expect(204);
        settled(&mut phones, "a goal that is gone").await;
        let known = fixture.get(owner, "/v1/relationships").await.expect(200)["items"][0]["version"].as_i64();
        let tag = format!("\"v{}\"", known.expect("a version"));
        let path = format!("/v1/relationships/{}", pair.relationship);
        fixture.patch(owner, &path, json!({ "state": "paused" }), &tag).await.expect(200);
        settled(&mut phones, "a relationship that rests").await;
        fixture.delete(owner, &path).await.expect(204);
        settled(&mut phones, "a relationship that ended").await;
    }

    async fn what_is_taken_back_is_only_gone(database) {
        let fixture = Fixture::on(database).await;
        let pair = writing_pair(&fixture).await;
        let (owner, provider) = (&pair.owner, &pair.provider);
        let mut phone = Phone::of(provider);
        let gone = [keep(&fixture, owner, goal("One")).await, keep(&fixture, owner, goal("Two")).await];
        let shared = grant(&fixture, owner, provider, "item", &gone[0], "allow").await;
        grant(&fixture, owner, provider, "item", &gone[1], "allow").await;
        phone.sync(&fixture).await;
        assert_eq!(phone.of_kind("shared_item").len(), 2);
        fixture.delete(owner, &format!("/v1/grants/{shared}")).await.expect(204);
        let path = format!("/v1/items/{}", gone[1]);
        fixture.call(Method::DELETE, Some(owner), &path, Value::Null, &[("If-Match", "*")]).await.expect(204);
        let cursor = phone.cursor.clone();
        let page = phone.ask(&fixture, cursor.as_deref()).await.expect(200);
        let told: BTreeSet<String> = page["removed"].as_array().expect("a list").iter().map(Value::to_string).collect();
        let both = gone.map(|id| json!({ "kind": "shared_item", "id": id }).to_string());
        assert_eq!(told, both.into(), "one that is hidden and one that is deleted are told alike");
        assert_eq!(page["changed"], json!({}));
    }

    async fn an_answer_that_was_lost_is_had_again(database) {
        let fixture = Fixture::on(database).await;
        let owner = fixture.owner().await;
        let mut phone = Phone::of(&owner);
        phone.sync(&fixture).await;
        let first = phone.cursor.clone().expect("a cursor");
        let table = keep(&fixture, &owner, goal("A table")).await;
        let lost = phone.ask(&fixture, Some(&first)).await.expect(200);
        let chair = keep(&fixture, &owner, goal("A chair")).await;
        let again = phone.ask(&fixture, Some(&first)).await.expect(200);
        let told = |page: &Value| -> BTreeSet<String> {
            page["changed"]["items"].as_array().into_iter().flatten().map(id).collect()
        };
        assert_eq!(told(&lost), [table.clone()].into());
        assert_eq!(told(&again), [table, chair.clone()].into(), "nothing of the lost answer is taken for known");
        let next = phone.ask(&fixture, lost["cursor"].as_str()).await.expect(200);
        assert_eq!(told(&next), [chair].into(), "and whichever arrived, it goes on from there");
        phone.apply(&again);
        let gone = phone.ask(&fixture, again["cursor"].as_str()).await.problem(410);
        assert_eq!(gone, "resync_needed", "what the other answer led to is what this device went on with");
    }

    async fn a_cursor_leads_nowhere_but_for_its_own_phone(database) {
        let fixture = Fixture::on(database).await;
        let (owner, other) = (fixture.owner().await, fixture.person(Role::ServiceUser, "Other").await);
        let (mut mine, mut second, mut others) = (Phone::of(&owner), Phone::of(&owner), Phone::of(&other));
        for phone in [&mut mine, &mut second, &mut others] {
            phone.sync(&fixture).await;
        }
        let cursor = mine.cursor.clone().expect("a cursor");
        mine.ask(&fixture, Some(&cursor)).await.expect(200);
        let forged = format!("{}A", &cursor[..cursor.len() - 1]);
        for (phone, cursor) in [(&mut second, &cursor), (&mut others, &cursor), (&mut mine, &forged)] {
            assert_eq!(phone.ask(&fixture, Some(cursor)).await.problem(410), "resync_needed");
        }
        for nonsense in ["x", "%00", "%F0%9F%8C%8A", &"a".repeat(3000)] {
            let status = mine.ask(&fixture, Some(nonsense)).await.status;
            assert!(status == 410 || status == 404, "{nonsense:.20}: {status}");
        }
        fixture.clock.advance(chrono::TimeDelta::days(59));
        mine.ask(&fixture, Some(&cursor)).await.expect(200);
        fixture.clock.advance(chrono::TimeDelta::days(59));
        mine.ask(&fixture, Some(&cursor)).await.expect(200);
        fixture.clock.advance(chrono::TimeDelta::days(61));
        assert_eq!(mine.ask(&fixture, Some(&cursor)).await.problem(410), "resync_needed");
        mine.forget();
        mine.sync(&fixture).await;
        let cursor = mine.cursor.clone().expect("a cursor");
        let bearer = format!("Bearer {}", mine.token(&fixture).await);
        let sessions = fixture.call(Method::GET, None, "/v1/sessions", Value::Null, &[("Authorization", &bearer)]).await;
        let present = sessions.expect(200)["items"].as_array().expect("items").iter().find(|it| it["current"] == true).map(id);
        let path = format!("/v1/sessions/{}", present.expect("this session"));
        fixture.call(Method::DELETE, None, &path, Value::Null, &[("Authorization", &bearer)]).await.expect(204);
        let left = fixture.app.store.read().query_all_raw(sea_orm::Statement::from_string(
            fixture.app.store.backend(), format!("select 1 from sync_cursor where account_id <> '{}'", other.id)));
        drop(left.await.expect("an answer"));
        assert_eq!(mine.ask(&fixture, Some(&cursor)).await.status, 401, "signed out");
    }

    async fn without_news_there_is_nothing_to_tell_and_nothing_to_write(database) {
        let rich = rich(database).await;
        let (fixture, mut phone) = (&rich.fixture, Phone::of(&rich.pair.owner));
        phone.sync(fixture).await;
        let cursor = phone.cursor.clone();
        fixture.statements();
        let page = phone.ask(fixture, cursor.as_deref()).await;
        let asked = fixture.statements();
        assert!(asked.iter().all(|it| it.to_lowercase().starts_with("select")), "{asked:?}");
        let tag = page.etag();
        let page = page.expect(200);
        assert_eq!(page, json!({ "cursor": cursor, "full": false, "has_more": false, "changed": {}, "removed": [] }));
        let bearer = format!("Bearer {}", phone.token(fixture).await);
        let path = format!("/v1/sync?limit=500&cursor={}", cursor.expect("a cursor"));
        let headers = [("Authorization", bearer.as_str()), ("If-None-Match", tag.as_str())];
        fixture.call(Method::GET, None, &path, Value::Null, &headers).await.expect(304);
    }

    async fn it_asks_the_database_as_often_however_much_there_is(database) {
        let fixture = Fixture::on(database).await;
        let pair = writing_pair(&fixture).await;
        let mut phone = Phone::of(&pair.owner);
        let mut his = Phone::of(&pair.provider);
        grant(&fixture, &pair.owner, &pair.provider, "module", "goals", "allow").await;
        // A token that is used for the first time is written down.
        phone.sync(&fixture).await;
        his.sync(&fixture).await;
        let mut counts = BTreeSet::new();
        let mut of_his = BTreeSet::new();
        for round in [1, 5, 20] {
            for number in 0..round {
                keep(&fixture, &pair.owner, goal(&format!("Goal {number}"))).await;
                write(&fixture, &pair, &pair.owner, "info", &format!("Words {number}")).await;
            }
            later(&fixture, 31);
            for (phone, counts) in [(&mut phone, &mut counts), (&mut his, &mut of_his)] {
                phone.token(&fixture).await;
                phone.forget();
                fixture.statements();
                phone.sync(&fixture).await;
                counts.insert(fixture.statements().len());
            }
        }
        assert!(counts.len() == 1 && of_his.len() == 1, "{counts:?} and {of_his:?}");
    }

    async fn the_first_page_has_the_plan_and_help_now_whole(database) {
        let fixture = Fixture::on(database).await;
        let pair = writing_pair(&fixture).await;
        let owner = &pair.owner;
        for section in ["what_i_do", "early_signs_i_notice", "people_i_ask"] {
            let path = format!("/v1/plan/sections/{section}");
            let written = fixture.call(Method::PUT, Some(owner), &path, json!({ "text": "ord ".repeat(4_000) }), &[("If-Match", "*")]).await;
            assert!(written.status == 200 || written.status == 404, "{section}");
        }
        for number in 0..40 {
            keep(&fixture, owner, goal(&format!("Goal {number} {}", "ord ".repeat(400)))).await;
        }
        let mut phone = Phone::of(owner);
        phone.limit = 1;
        let page = phone.ask(&fixture, None).await.expect(200);
        assert_eq!(page["full"], true);
        assert_eq!(page["has_more"], true);
        assert_eq!(page["changed"]["crisis_plan"], fixture.get(owner, "/v1/plan").await.expect(200));
        assert!(page["changed"]["help_now"]["lines"].as_array().is_some_and(|lines| lines.len() >= 3));
        assert!(page["changed"]["items"].is_null());
        phone.limit = 500;
        agrees(&fixture, &mut phone, Role::ServiceUser, "in long pages").await;
    }

    async fn pages_are_right_when_things_change_between_them(database) {
        let fixture = Fixture::on(database).await;
        let pair = writing_pair(&fixture).await;
        let owner = &pair.owner;
        let mut goals = Vec::new();
        for number in 0..12 {
            goals.push(keep(&fixture, owner, goal(&format!("Goal {number}"))).await);
        }
        let mut phone = Phone::of(owner);
        phone.limit = 4;
        let mut cursor = None;
        for round in 0.. {
            let page = phone.ask(&fixture, cursor.as_deref()).await.expect(200);
            let more = phone.apply(&page);
            cursor = phone.cursor.clone();
            assert_eq!(page["full"], round == 0);
            if !more {
                break;
            }
            if let Some(changed) = goals.get(round) {
                change(&fixture, owner, &format!("/v1/items/{changed}"), json!({ "content": goal("In other words") })).await;
            }
            if let (0 | 2 | 4, Some(gone)) = (round, goals.pop()) {
                let path = format!("/v1/items/{gone}");
                fixture.call(Method::DELETE, Some(owner), &path, Value::Null, &[("If-Match", "*")]).await.expect(204);
            }
            if round == 3 {
                keep(&fixture, owner, goal("One more")).await;
            }
        }
        agrees(&fixture, &mut phone, Role::ServiceUser, "at the end of the load").await;
    }

    async fn a_database_that_was_put_back_knows_what_a_phone_has_or_says_that_it_does_not(database) {
        let fixture = Fixture::on(database).await;
        let owner = fixture.owner().await;
        keep(&fixture, &owner, goal("Before")).await;
        let (mut asleep, mut awake) = (Phone::of(&owner), Phone::of(&owner));
        asleep.sync(&fixture).await;
        awake.sync(&fixture).await;
        let backup = fixture.app.now();
        later(&fixture, 60);
        let after = keep(&fixture, &owner, goal("After")).await;
        awake.sync(&fixture).await;
        // The backup has neither the goal nor the cursor that was given with it.
        let db = fixture.app.store.read();
        let undo = |table: &str, column: &str| sea_orm::Statement::from_sql_and_values(
            fixture.app.store.backend(), format!("delete from {table} where {column} > $1"), [backup.into()]);
        db.execute_raw(undo("item", "created_at")).await.expect("undone");
        db.execute_raw(undo("sync_cursor", "given_at")).await.expect("undone");
        agrees(&fixture, &mut asleep, Role::ServiceUser, "one that had asked before the backup").await;
        assert_eq!(awake.of_kind("item").len(), 2);
        let cursor = awake.cursor.clone();
        assert_eq!(awake.ask(&fixture, cursor.as_deref()).await.problem(410), "resync_needed");
        awake.cursor = None;
        agrees(&fixture, &mut awake, Role::ServiceUser, "one that had asked after it").await;
        assert!(!awake.of_kind("item").contains_key(after.as_str()));
    }
}

async fn a_year(fixture: &Fixture, pair: &Pair) {
    let (owner, provider) = (&pair.owner, &pair.provider);
    let mut dice = ChaCha8Rng::seed_from_u64(7);
    // No two texts are alike, so that compressing them is no easier than compressing what people write.
    let mut words = |of: usize| -> String {
        const SYLLABLES: [&str; 40] = [
            "an", "be", "da", "de", "den", "en", "er", "et", "for", "fra", "ga", "ge", "ha", "hun", "i", "jeg", "ka",
            "ke", "la", "le", "lig", "man", "me", "ne", "ning", "og", "om", "på", "re", "ri", "sa", "se", "skj", "som",
            "sta", "te", "til", "under", "ve", "ør",
        ];
        let mut text = String::new();
        for _ in 0..of {
            for _ in 0..=dice.next_u32() % 3 {
                text += SYLLABLES[usize::try_from(dice.next_u32()).expect("small") % SYLLABLES.len()];
            }
            text.push(' ');
        }
        text
    };
    for section in ["what_i_do", "me_when_well", "what_matters", "triggers", "treatment_wishes", "afterwards"] {
        let path = format!("/v1/plan/sections/{section}");
        fixture.call(Method::PUT, Some(owner), &path, json!({ "text": words(90) }), &[("If-Match", "*")]).await;
    }
    let mut goals = Vec::new();
    for area in [
        "work_school",
        "social",
        "mental_health",
        "physical_health",
        "housing",
        "finances",
        "family",
        "leisure",
        "meaning",
        "rights",
    ] {
        let domain = keep(fixture, owner, json!({ "life_domain": { "area": area } })).await;
        super::toolbox::keep_under(
            fixture,
            owner,
            &domain,
            json!({ "status_entry": { "words": words(25), "helps": words(8) } }),
        )
        .await;
    }
    for number in 0..25 {
        goals.push(keep(fixture, owner, goal(&words(9 + number % 5))).await);
    }
    for number in 0..75 {
        super::toolbox::keep_under(
            fixture,
            owner,
            &goals[number % 25],
            super::toolbox::step(&words(7 + number % 6), "activity"),
        )
        .await;
    }
    super::agreements::agree(fixture, pair, super::agreements::terms()).await;
    begin(fixture, pair, 7).await;
    for week in 0..52_usize {
        let end = fixture.app.now() + chrono::TimeDelta::days(7);
        if week < 12 {
            // The twelve weeks of a series, as the planner sends it.
            run_until(fixture, &end.to_rfc3339()).await;
            let path = format!("/v1/relationships/{}/check_in_cards", pair.relationship);
            let cards = fixture.get(owner, &path).await.expect(200);
            if let Some(card) =
                cards["items"].as_array().and_then(|cards| cards.iter().find(|it| it["answer"].is_null()))
            {
                answer(fixture, owner, &id(card), json!({ "answer": "ok", "note": words(20) })).await.expect(200);
            }
        } else {
            fixture.clock.set(end);
        }
        keep(fixture, owner, json!({ "diary_entry": { "on": "2026-10-05", "words": words(60 + week % 40) } })).await;
        for number in 0..2 {
            write(
                fixture,
                pair,
                owner,
                if week % 4 == 0 { "reply_wanted" } else { "info" },
                &words(50 + week + number),
            )
            .await;
            let sent = write(fixture, pair, provider, "info", &words(40 + week + number)).await;
            later(fixture, 31);
            post(fixture, owner, &format!("/v1/messages/{}/open", id(&sent)), Value::Null).await;
        }
        for module in [week % 3, week % 5] {
            let module = ["goals", "strengths", "values", "exercises", "network"][module];
            grant(fixture, owner, provider, "module", module, "allow").await;
        }
    }
}

/// A message or two a week each way, a diary, ten domains, a hundred goals and steps, and what was shared.
#[tokio::test]
async fn the_first_load_of_a_years_use_is_under_300_kib() {
    let fixture = Fixture::new().await;
    let pair = writing_pair(&fixture).await;
    a_year(&fixture, &pair).await;
    let mut phone = Phone::of(&pair.owner);
    let (mut sizes, mut cursor, mut whole) = (Vec::new(), String::new(), 0);
    loop {
        let token = phone.token(&fixture).await;
        let path = format!("/v1/sync?limit=250{cursor}");
        let (headers, bytes) = fixture.bytes(&token, &path, &[("Accept-Encoding", "gzip, br")]).await;
        assert_eq!(headers.get("content-encoding").map(|it| it.as_bytes()), Some(&b"br"[..]));
        assert!(headers.get_all("vary").iter().any(|it| it == "Accept-Encoding"));
        sizes.push(bytes.len());
        let (_, plain) = fixture.bytes(&token, &path, &[]).await;
        whole += plain.len();
        let page: Value = serde_json::from_slice(&plain).expect("JSON");
        let more = phone.apply(&page);
        cursor = format!("&cursor={}", phone.cursor.clone().expect("a cursor"));
        if !more {
            break;
        }
    }
    let total: usize = sizes.iter().sum();
    eprintln!("{} things, {whole} bytes, {total} compressed, in pages of {sizes:?}", phone.have.len());
    assert!(phone.have.len() > 450, "{}", phone.have.len());
    assert!(total < 300 * 1024, "{total}");
    is_the_same(&phone.have, &lists(&fixture, &pair.owner, Role::ServiceUser).await, "after a year");
}

/// Of whatever is versioned: who changes what she has not read is told the version that is there.
#[tokio::test]
async fn a_stale_write_is_told_what_is_there_now() {
    let fixture = Fixture::new().await;
    let pair = writing_pair(&fixture).await;
    let owner = &pair.owner;
    let table = keep(&fixture, owner, goal("A table")).await;
    let draft = json!({ "relationship_id": pair.relationship, "kind": "info", "body": "Not yet" });
    let draft = id(&post(&fixture, owner, "/v1/drafts", draft).await);
    let relationship = format!("/v1/relationships/{}", pair.relationship);
    for (method, path, read_at, body) in [
        (
            Method::PUT,
            format!("/v1/items/{table}"),
            format!("/v1/items/{table}"),
            json!({ "content": goal("A chair") }),
        ),
        (Method::PATCH, format!("/v1/drafts/{draft}"), format!("/v1/drafts/{draft}"), json!({ "body": "Now" })),
        (Method::PUT, "/v1/plan/sections/what_i_do".into(), "/v1/plan".into(), json!({ "text": "I walk" })),
        (Method::PATCH, "/v1/me".into(), "/v1/me".into(), json!({ "display_name": "B" })),
        (Method::PUT, "/v1/quiet_hours".into(), "/v1/quiet_hours".into(), json!({ "from": "21:00", "to": "07:00" })),
        (Method::PATCH, relationship.clone(), relationship, json!({ "state": "paused" })),
    ] {
        let there = fixture.get(owner, &read_at).await;
        let stale = fixture.call(method, Some(owner), &path, body, &[("If-Match", "\"v999\"")]).await;
        assert_eq!(stale.status, 412, "{path}: {}", stale.json);
        assert_eq!(stale.etag(), there.etag(), "{path}");
        let version = stale.json["present_version"].as_i64().expect("a version");
        assert_eq!(format!("\"v{version}\""), stale.etag(), "{path}");
    }
}
