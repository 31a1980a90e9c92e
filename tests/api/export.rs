use super::agreements::{agree as agreed, terms};
use super::check_ins::{answer, begin, run_until};
use super::fixture::{Fixture, Pair, Who};
use super::messages::{agree, id, later, thread, write};
use super::sharing::grant;
use super::toolbox::{goal, keep, keep_under, step};
use crate::harness::{Database, on_both_databases};
use backend::App;
use backend::Settings;
use backend::app::{export, sessions};
use domain::ids::ItemId;
use domain::policy::OnOwn;
use domain::toolbox::Content;
use futures::StreamExt as _;
use mobile_contract::export::{ExportFormat, ExportSection};
use poem::http::Method;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use storage::sealed::Scope;
use storage::toolbox::New;
use storage::{relationships, toolbox};

const EXPORT: &str = "/v1/export";
const FHIR: &str = "/v1/export/fhir";

/// An owner who has something of everything.
pub struct Rich {
    pub fixture: Fixture,
    pub pair: Pair,
    /// What she opened, what she did not, what she took back, and her reply to what she did not open.
    pub opened: String,
    pub unopened: String,
    pub recalled: String,
    pub reply_to_unopened: String,
    pub reply_to_opened: String,
    pub goal: String,
    pub sub_goal: String,
}

async fn put_item(fixture: &Fixture, who: &Who, id: &str, content: Value, version: i32) {
    let tag = format!("\"v{version}\"");
    let body = json!({ "content": content });
    fixture.call(Method::PUT, Some(who), &format!("/v1/items/{id}"), body, &[("If-Match", &tag)]).await.expect(200);
}

async fn write_section(fixture: &Fixture, who: &Who, section: &str, text: &str, version: i32) {
    let tag = format!("\"v{version}\"");
    let path = format!("/v1/plan/sections/{section}");
    fixture.call(Method::PUT, Some(who), &path, json!({ "text": text }), &[("If-Match", &tag)]).await.expect(200);
}

pub async fn rich(database: Database) -> Rich {
    let fixture = Fixture::on(database).await;
    let pair = fixture.pair().await;
    let (owner, provider) = (&pair.owner, &pair.provider);
    for who in [owner, provider] {
        agree(&fixture, who).await;
    }
    let mut other_terms = terms();
    other_terms["purposes"] = json!("Earlier purposes");
    agreed(&fixture, &pair, other_terms).await;
    begin(&fixture, &pair, 14).await;
    run_until(&fixture, "2026-10-20T16:00:00Z").await;
    let cards =
        fixture.get(owner, &format!("/v1/relationships/{}/check_in_cards", pair.relationship)).await.expect(200);
    let card = id(&cards["items"][0]);
    answer(&fixture, owner, &card, json!({ "answer": "ok", "note": "Words with an answer" })).await.expect(200);

    let question = write(&fixture, &pair, owner, "reply_wanted", "May I ask something?").await;
    write(&fixture, &pair, owner, "vault", "Kept in the vault").await;
    let recalled = write(&fixture, &pair, owner, "info", "Taken back").await;
    let opened = write(&fixture, &pair, provider, "info", "You may").await;
    let unopened = json!({ "kind": "info", "body": "Still closed", "gist": "A gist", "preview_allowed": false });
    let unopened = fixture.post(provider, &thread(&pair), unopened).await.expect(201);
    later(&fixture, 31);
    fixture.post(owner, &format!("/v1/messages/{}/recall", id(&recalled)), Value::Null).await.expect(200);
    fixture.post(owner, &format!("/v1/messages/{}/open", id(&opened)), Value::Null).await.expect(200);
    fixture.post(provider, &format!("/v1/messages/{}/open", id(&question)), Value::Null).await.expect(200);
    let mut replies = Vec::new();
    for to in [&opened, &unopened] {
        let body = json!({ "kind": "info", "body": "An answer", "in_reply_to": id(to) });
        replies.push(id(&fixture.post(owner, &thread(&pair), body).await.expect(201)));
    }
    let draft = json!({
        "relationship_id": pair.relationship, "kind": "info", "body": "Not sent yet", "in_reply_to": id(&opened)
    });
    fixture.post(owner, "/v1/drafts", draft).await.expect(201);
    let meeting = json!({ "starts_at": "2026-11-20T09:00:00Z" });
    fixture.post(owner, &format!("/v1/relationships/{}/consultations", pair.relationship), meeting).await.expect(201);

    let ola = fixture.person(domain::words::Role::Provider, "Ola").await;
    let away = json!({ "from_on": "2026-12-07", "to_on": "2026-12-09", "substitute_login": ola.login });
    let away = id(&fixture.post(provider, "/v1/absences", away).await.expect(201));
    let consent = format!("/v1/relationships/{}/absences/{away}/consent", pair.relationship);
    fixture.put(owner, &consent, Value::Null).await.expect(200);

    write_section(&fixture, owner, "what_i_do", "I walk", 0).await;
    write_section(&fixture, owner, "what_i_do", "I walk by the sea\u{1}", 1).await;
    fixture.post(owner, "/v1/plan/uses", json!({ "level": "harder", "note": "It rained" })).await.expect(201);
    fixture.post(owner, "/v1/plan/reviews", json!({ "answer": "fine_as_is" })).await.expect(201);

    let housing = keep(&fixture, owner, json!({ "life_domain": { "area": "housing" } })).await;
    keep_under(&fixture, owner, &housing, json!({ "status_entry": { "words": "Cold floor", "helps": " " } })).await;
    let table = keep(&fixture, owner, goal("A table")).await;
    put_item(&fixture, owner, &table, goal("A full table"), 1).await;
    put_item(&fixture, owner, &table, goal("A full table again"), 2).await;
    let sub_goal = keep_under(&fixture, owner, &table, step("Guests", "sub_goal")).await;
    keep_under(&fixture, owner, &sub_goal, step("Call Ann", "activity")).await;
    keep_under(
        &fixture,
        owner,
        &table,
        json!({ "step": { "words": "Buy plates", "kind": "activity", "who": "other", "who_name": "Ann",
            "when": "On a Saturday", "on": "2026-10-10", "obstacle": "The bus", "done_on": "2026-10-03" } }),
    )
    .await;
    let hidden = json!({ "draft": true, "content": goal("A goal not yet said aloud") });
    fixture.post(owner, "/v1/items", hidden).await.expect(201);
    let person = |alias: &str| json!({ "network_person": { "alias": alias, "ring": "nearest", "sector": "friends", "crisis_contact": true } });
    let (ann, bo) = (keep(&fixture, owner, person("Ann")).await, keep(&fixture, owner, person("Bo")).await);
    keep(&fixture, owner, json!({ "network_tie": { "person_a": ann, "person_b": bo } })).await;
    let swim = json!({ "exercise": { "title": "Swim", "kind": "coping", "minutes": 20 } });
    let swim = keep(&fixture, owner, swim).await;
    let sleep = keep(&fixture, owner, json!({ "registration": { "name": "Sleep" } })).await;
    let at = "2026-10-05T06:00:00Z";
    keep_under(&fixture, owner, &sleep, json!({ "registration_entry": { "at": at, "words": "Five hours" } })).await;
    for content in [
        json!({ "medicine": { "name": "Lithium", "reason": "To sleep", "how": "In the evening", "from": "2026-01-01",
            "to": "2026-06-01", "question": { "words": "How long?", "state": "open" } } }),
        json!({ "medicine": { "name": "Nothing else" } }),
        json!({ "strength": { "words": "The sea" } }),
        json!({ "value": { "words": "Being asked" } }),
        json!({ "exercise_run": { "exercise_id": swim, "at": at, "words": "Quiet" } }),
        json!({ "favourite": { "exercise_id": swim } }),
        json!({ "diary_entry": { "on": "2026-10-05", "words": "Grey, and then not" } }),
    ] {
        keep(&fixture, owner, content).await;
    }
    fixture
        .post(owner, "/v1/items", json!({ "draft": true, "content": { "medicine": { "name": "Perhaps" } } }))
        .await
        .expect(201);
    let gone = keep(&fixture, owner, json!({ "value": { "words": "Deleted words" } })).await;
    fixture
        .call(Method::DELETE, Some(owner), &format!("/v1/items/{gone}"), Value::Null, &[("If-Match", "\"v1\"")])
        .await
        .expect(204);

    let open = json!({ "provider_id": provider.id.0, "subject_kind": "module", "subject": "goals", "effect": "allow",
        "level": "propose" });
    fixture.post(owner, "/v1/grants", open).await.expect(201);
    let proposal =
        json!({ "item_id": table, "base_version": 3, "content": goal("A table for six"), "reason": "Why not" });
    fixture.post(provider, &format!("/v1/owners/{}/proposals", owner.id), proposal).await.expect(201);
    let comment = json!({ "item_id": table, "words": "I would come" });
    fixture.post(provider, &format!("/v1/owners/{}/comments", owner.id), comment).await.expect(201);
    let together = format!("/v1/relationships/{}/joint_sessions", pair.relationship);
    let session = fixture.post(owner, &together, json!({ "opens": { "item_id": table } })).await.expect(201);
    let session = format!("/v1/joint_sessions/{}", session["id"].as_str().expect("an id"));
    fixture.post(provider, &format!("{session}/join"), Value::Null).await.expect(200);
    let note = json!({ "text": "It is being asked that I miss" });
    fixture.post(owner, &format!("{session}/notes"), note).await.expect(201);
    fixture.delete(owner, &session).await.expect(204);
    let overview = json!({ "kind": "info", "body": "What I take", "medication": true });
    fixture.post(owner, &thread(&pair), overview).await.expect(201);
    grant(&fixture, owner, provider, "item", &table, "deny").await;
    grant(&fixture, owner, provider, "item", &sub_goal, "allow").await;
    let section = grant(&fixture, owner, provider, "section", "what_i_do", "allow").await;
    fixture.get(provider, &format!("/v1/owners/{}/plan", owner.id)).await.expect(200);
    fixture.delete(owner, &format!("/v1/grants/{section}")).await.expect(204);
    fixture.post(owner, "/v1/pause", json!({})).await.expect(200);
    fixture.delete(owner, "/v1/pause").await.expect(204);

    Rich {
        opened: id(&opened),
        unopened: id(&unopened),
        recalled: id(&recalled),
        reply_to_opened: replies.remove(0),
        reply_to_unopened: replies.remove(0),
        goal: table,
        sub_goal,
        fixture,
        pair,
    }
}

fn list<'a>(export: &'a Value, section: &str) -> &'a [Value] {
    export[section].as_array().unwrap_or_else(|| panic!("no {section}"))
}

fn by_id<'a>(export: &'a Value, section: &str, id: &str) -> &'a Value {
    list(export, section).iter().find(|it| it["id"] == id).unwrap_or_else(|| panic!("{id} is not among {section}"))
}

fn published_schema() -> String {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/mobile-contract/export.schema.json");
    std::fs::read_to_string(file).expect("the schema")
}

fn is_of_the_published_schema(export: &Value) {
    let schema = serde_json::from_str(&published_schema()).expect("JSON");
    let (mut compiler, mut schemas) = (boon::Compiler::new(), boon::Schemas::new());
    compiler.enable_format_assertions();
    compiler.add_resource("export.schema.json", schema).expect("a schema");
    let id = compiler.compile("export.schema.json", &mut schemas).expect("it compiles");
    schemas.validate(export, id).unwrap_or_else(|error| panic!("{error:#}"));
    let mut cut = export.clone();
    cut.as_object_mut().expect("an object").remove("complete");
    assert!(schemas.validate(&cut, id).is_err(), "what was cut off is not whole");
}

on_both_databases! {
    async fn everything_that_is_hers_is_in_it_as_the_api_answers_it(database) {
        let rich = rich(database).await;
        let (fixture, owner) = (&rich.fixture, &rich.pair.owner);
        let announced = fixture.get(owner, "/v1/export/summary").await.expect(200);
        let reply = fixture.get(owner, EXPORT).await;
        assert!(!reply.headers.contains_key("etag"));
        let records = reply.headers["export-records"].to_str().expect("text").to_owned();
        let export = reply.expect(200);

        is_of_the_published_schema(&export);
        assert_eq!(export["records"].to_string(), records);
        let mut written = 0;
        for count in list(&export, "counts") {
            let section = count["section"].as_str().expect("a word");
            let found = list(&export, section).len();
            assert_eq!(count["records"], found, "{section}");
            assert!(found > 0 || ["prompts", "contacts"].contains(&section), "there is none of {section}");
            written += found;
        }
        assert_eq!(export["records"], written);
        // Between the two, the export was written down in her log.
        assert_eq!(announced["records"], written - 1);

        for (section, path) in [
            ("relationships", "/v1/relationships"), ("items", "/v1/items"), ("drafts", "/v1/drafts"),
            ("grants", "/v1/grants"), ("consents", "/v1/consents"), ("access_log", "/v1/access_log"),
            ("reply_clocks", "/v1/reply_clocks?state=all"), ("ledger", "/v1/ledger"), ("devices", "/v1/devices"),
            ("proposals", "/v1/proposals"), ("plan_uses", "/v1/plan/uses"), ("plan_reviews", "/v1/plan/reviews"),
        ] {
            let separator = if path.contains('?') { '&' } else { '?' };
            let path = if section == "devices" { path.to_owned() } else { format!("{path}{separator}limit=100") };
            assert_eq!(list(&export, section), list(&fixture.get(owner, &path).await.expect(200), "items"), "{section}");
        }
        for (section, path) in [("messages", "messages"), ("agreements", "agreement_versions"),
            ("check_in_series", "check_ins"), ("consultations", "consultations"), ("contacts", "contacts"), ("joint_sessions", "joint_sessions")] {
            let path = format!("/v1/relationships/{}/{path}?limit=100", rich.pair.relationship);
            assert_eq!(list(&export, section), list(&fixture.get(owner, &path).await.expect(200), "items"), "{section}");
        }
        let told = fixture.get(owner, "/v1/notifications?limit=100").await.expect(200);
        assert_eq!(list(&export, "notifications"), list(&told, "items"));
        let round = fixture.get(owner, &format!("/v1/relationships/{}/agreement_round", rich.pair.relationship)).await;
        assert_eq!(list(&export, "agreement_rounds"), [round.expect(200)]);
        assert_eq!(list(&export, "absence_consents")[0]["relationship_id"], rich.pair.relationship.to_string());
        let signed_in = &list(&export, "sessions")[0];
        assert_eq!(signed_in["device_id"], list(&export, "devices")[0]["id"]);
        let known: Vec<&String> = signed_in.as_object().expect("an object").keys().collect();
        let told = ["app_version", "created_at", "device_id", "expires_at", "id", "last_seen_at", "platform"];
        assert_eq!(known, told, "nothing that a session is kept open by");
        let beside = fixture.get(owner, &format!("/v1/owners/{}/comments", owner.id)).await.expect(200);
        assert_eq!(list(&export, "comments"), list(&beside, "items"));
        assert_eq!(list(&export, "joint_notes")[0]["note"]["text"], "It is being asked that I miss");
        assert_eq!(export["account"]["me"], fixture.get(owner, "/v1/me").await.expect(200));
        assert_eq!(export["plan"], fixture.get(owner, "/v1/plan").await.expect(200));

        let versions: Vec<_> =
            list(&export, "item_versions").iter().filter(|it| it["item_id"] == rich.goal.as_str()).collect();
        assert_eq!(versions.iter().map(|it| it["number"].as_i64()).collect::<Vec<_>>(), [Some(2), Some(1)]);
        assert_eq!(versions[1]["content"], goal("A table"));
        assert_eq!(list(&export, "plan_versions").len(), 2);
        assert_eq!(list(&export, "plan_versions")[1]["sections"][0]["text"], "I walk");
        assert_eq!(list(&export, "agreements").len(), 2);
        let check_in = list(&export, "check_ins").iter().find(|it| it["answer"] == "ok").expect("an answer");
        assert_eq!(check_in["note"], "Words with an answer");
        let text = export.to_string();
        for kept in ["Kept in the vault", "Not sent yet", "Grey, and then not", "Perhaps", "Taken back"] {
            assert!(text.contains(kept), "{kept}");
        }
        assert!(!text.contains("Deleted words"));
        let mine = &list(&export, "access_log")[0];
        assert_eq!((&mine["action"], &mine["subjects"]), (&json!("export"), &json!(["json"])));
        assert_eq!(mine["who"]["id"], owner.id.to_string());
    }

    async fn what_she_has_not_opened_stays_unopened_and_without_its_text(database) {
        let rich = rich(database).await;
        let (fixture, owner) = (&rich.fixture, &rich.pair.owner);
        for path in [EXPORT, FHIR] {
            let export = fixture.get(owner, path).await.expect(200);
            assert!(!export.to_string().contains("Still closed"), "{path}");
        }
        let export = fixture.get(owner, EXPORT).await.expect(200);
        let message = by_id(&export, "messages", &rich.unopened);
        assert_eq!((&message["opened_by_me"], &message["gist"]), (&json!(false), &json!("A gist")));
        assert!(message.get("body").is_none());
        assert_eq!(by_id(&export, "messages", &rich.opened)["body"], "You may");
        assert!(by_id(&export, "messages", &rich.recalled)["recalled_at"].is_string());
        let seen = fixture.get(&rich.pair.provider, &format!("/v1/messages/{}", rich.unopened)).await.expect(200);
        assert!(seen.get("opened_at").is_none());
    }

    async fn it_is_the_owners_alone(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let (admin, other) = (fixture.admin().await, fixture.person(domain::words::Role::ServiceUser, "Turid").await);
        let second = fixture.relate(other, pair.provider.clone()).await;
        for who in [&pair.owner, &pair.provider, &second.owner] {
            agree(&fixture, who).await;
        }
        write(&fixture, &pair, &pair.owner, "info", "Only Bente's").await;
        write(&fixture, &second, &second.owner, "info", "Only Turid's").await;
        keep(&fixture, &pair.owner, goal("Bente's goal")).await;
        keep(&fixture, &second.owner, goal("Turid's goal")).await;
        let note = json!({ "relationship_id": pair.relationship, "kind": "info", "body": "Kari's own draft" });
        fixture.post(&pair.provider, "/v1/drafts", note).await.expect(201);
        write(&fixture, &pair, &pair.provider, "info", "Not visible yet").await;
        for (format, path) in [("json", EXPORT), ("fhir", FHIR)] {
            let (hers, others) =
                (fixture.get(&pair.owner, path).await.expect(200), fixture.get(&second.owner, path).await.expect(200));
            let (hers, others) = (hers.to_string(), others.to_string());
            assert!(hers.contains("Only Bente's") && hers.contains("Bente's goal"), "{format}");
            assert!(others.contains("Only Turid's") && others.contains("Turid's goal"), "{format}");
            for foreign in ["Turid", "own draft", "Not visible yet", &second.owner.id.to_string()] {
                assert!(!hers.contains(foreign), "{format}: {foreign}");
            }
            for foreign in ["Bente", "own draft", &pair.owner.id.to_string()] {
                assert!(!others.contains(foreign), "{format}: {foreign}");
            }
            for who in [&pair.provider, &admin] {
                assert_eq!(fixture.get(who, path).await.problem(403), "not_allowed");
            }
            assert_eq!(fixture.call(Method::GET, None, path, Value::Null, &[]).await.problem(401), "not_signed_in");
        }
        assert_eq!(fixture.get(&pair.provider, "/v1/export/summary").await.problem(403), "not_allowed");
        let log = fixture.get(&second.owner, "/v1/access_log").await.expect(200);
        assert_eq!(list(&log, "items").len(), 2, "her own two, and nobody's refused ones: {log}");
    }

    /// Longer than any page, so that it would show if it were gathered first: while it is read it asks the database
    /// once for every page and holds no more than one.
    async fn a_long_one_is_read_page_by_page_and_no_further_than_its_reader(database) {
        let fixture = Fixture::on(database).await;
        let owner = fixture.owner().await;
        let items = if database == Database::Sqlite { 20_000 } else { 2_000 };
        let asked = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&asked);
        let mut counted = fixture.app.store.clone();
        counted.on_statement(move |_, _| {
            counter.fetch_add(1, Ordering::Relaxed);
        });
        let app = App::new(counted, Settings { exports_per_hour: 1_000, ..Settings::default() });
        let token = fixture.token(&owner).await;
        let caller = sessions::caller(&app, &token).await.expect("read").expect("signed in");
        let spent = |before: usize| asked.load(Ordering::Relaxed) - before;

        let before = asked.load(Ordering::Relaxed);
        let mut empty = export::begin(&app, caller, ExportFormat::Json).await.expect("begun").stream;
        while let Some(chunk) = empty.next().await {
            chunk.expect("read");
        }
        let without = spent(before);

        let permit = relationships::leave(caller.actor, OnOwn::OwnersLife, owner.id).expect("hers");
        let key = app.store.sealer.key(Scope::Owner(owner.id)).await.expect("key");
        let tx = app.store.write().await.expect("tx");
        for number in 0..items {
            let content: Content =
                serde_json::from_value(json!({ "value": { "words": format!("Value {number}") } })).expect("content");
            let new = New { id: ItemId(app.store.new_id()), parent: None, draft: false, content };
            toolbox::create(&tx, &key, permit, &new, app.now()).await.expect("kept");
        }
        tx.commit().await.expect("commit");

        for format in [ExportFormat::Json, ExportFormat::Fhir] {
            let before = asked.load(Ordering::Relaxed);
            let begun = export::begin(&app, caller, format).await.expect("begun");
            assert!(begun.records >= items, "{}", begun.records);
            let opening = spent(before);
            assert!(opening < 60, "{opening} statements before the first byte");
            let (mut chunks, mut lines, mut longest) = (0, 0, 0);
            let mut stream = begun.stream;
            while let Some(chunk) = stream.next().await {
                let chunk = chunk.expect("read");
                chunks += 1;
                let text = std::str::from_utf8(&chunk).expect("text");
                lines += text.matches("\n ").count() as u64;
                longest = longest.max(chunk.len());
                if chunks == 40 {
                    assert!(spent(before) < opening + 200, "it reads ahead of its reader");
                }
            }
            assert_eq!(lines, begun.records, "each record begins a line with a space");
            assert!(longest < 100_000, "{longest} bytes at once");
            let pages = usize::try_from(items / 50).expect("few");
            assert!(chunks > pages, "{chunks} chunks");
            let all = spent(before);
            assert!(all <= without + pages + 1, "{all} statements for {pages} pages, {without} for none");
        }
    }
}

#[tokio::test]
async fn every_record_stands_on_a_line_of_its_own() {
    let rich = rich(Database::Sqlite).await;
    for (path, kind) in [(EXPORT, "application/json; charset=utf-8"), (FHIR, "application/fhir+json")] {
        let (headers, chunks) = rich.fixture.chunks(&rich.pair.owner, path).await;
        let whole = chunks.concat();
        let lines = whole.matches("\n ").count();
        assert_eq!(headers["export-records"], lines.to_string().as_str(), "{path}");
        assert!(chunks.len() > 10, "{path}: {} chunks", chunks.len());
        assert_eq!(headers["content-type"], kind);
        assert_eq!(headers["cache-control"], "no-store");
        serde_json::from_str::<Value>(&whole).expect("JSON");
    }
}

#[tokio::test]
async fn an_owner_takes_so_many_an_hour_and_an_etag_changes_nothing() {
    let fixture = Fixture::new().await;
    let (owner, other) = (fixture.owner().await, fixture.person(domain::words::Role::ServiceUser, "Turid").await);
    let most = Settings::default().exports_per_hour;
    let app = App::new(fixture.app.store.clone(), Settings::default());
    for who in [&owner, &other] {
        let caller = sessions::caller(&app, &fixture.token(who).await).await.expect("read").expect("signed in");
        for _ in 0..most {
            assert!(export::begin(&app, caller, ExportFormat::Json).await.is_ok());
        }
        let refused = export::begin(&app, caller, ExportFormat::Json).await.err().expect("too many");
        assert_eq!(refused.code.as_str(), "too_many_requests");
        assert!(refused.retry_after.is_some_and(|seconds| (1..=3600).contains(&seconds)));
    }
    let again = fixture.call(Method::GET, Some(&owner), EXPORT, Value::Null, &[("If-None-Match", "*")]).await;
    assert_eq!(again.expect(200)["complete"], true);
}

#[tokio::test]
async fn the_lists_of_an_export_are_its_sections_in_their_order() {
    let fixture = Fixture::new().await;
    let owner = fixture.owner().await;
    let (_, chunks) = fixture.chunks(&owner, EXPORT).await;
    let whole = chunks.concat();
    let places: Vec<_> = ExportSection::ALL
        .iter()
        .map(|section| whole.find(&format!("\n\"{}\":[", section.as_str())).expect("a list"))
        .collect();
    assert!(places.is_sorted());
    let export: Value = serde_json::from_str(&whole).expect("JSON");
    is_of_the_published_schema(&export);
    assert!(list(&export, "items").is_empty());
}

#[tokio::test]
async fn the_schema_is_served() {
    let fixture = Fixture::new().await;
    let (status, text) = fixture.page(Method::GET, "/export.schema.json").await;
    assert_eq!(status, 200);
    assert!(text == published_schema());
}
