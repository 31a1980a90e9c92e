use super::fixture::{Fixture, Pair, Reply, Who};
use domain::words::{Job, Role, SeriesState};
use poem::http::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use storage::series;
use storage::whose::Whose;

/// Terms that permit check-ins.
pub fn terms() -> Value {
    json!({
        "purposes": "Å skrive når det er \"tungt\".",
        "who_starts": "either",
        "content_welcome": "Everyday things",
        "content_not_welcome": "",
        "reply_window_days": 3,
        "reading_days": ["mon", "tue", "wed", "thu", "fri"],
        "absence_cover": { "how": "" },
        "length_wishes": "",
        "check_ins": { "permitted": true, "wishes": "" },
        "journal": "",
        "alarming_messages": "Phone me",
        "disagreement": "",
        "language": "nb",
        "use_in_sessions": "both"
    })
}

fn with(changes: Value) -> Value {
    let mut terms = terms();
    for (name, value) in changes.as_object().expect("an object") {
        terms[name] = value.clone();
    }
    terms
}

fn versions(pair: &Pair) -> String {
    format!("/v1/relationships/{}/agreement_versions", pair.relationship)
}

async fn draft(fixture: &Fixture, who: &Who, pair: &Pair, terms: Value) -> Reply {
    fixture.post(who, &versions(pair), json!({ "terms": terms })).await
}

async fn accept(fixture: &Fixture, who: &Who, pair: &Pair, version: &Value) -> Reply {
    let path = format!("{}/{}/accept", versions(pair), version["number"]);
    fixture.post(who, &path, json!({ "hash": version["hash"] })).await
}

/// Drafted by the owner and accepted by both.
pub async fn agree(fixture: &Fixture, pair: &Pair, terms: Value) -> Value {
    let version = draft(fixture, &pair.owner, pair, terms).await.expect(201);
    accept(fixture, &pair.owner, pair, &version).await.expect(200);
    accept(fixture, &pair.provider, pair, &version).await.expect(200)
}

async fn series_of(fixture: &Fixture, pair: &Pair, job: Job) -> Vec<storage::rows::Series> {
    series::of(fixture.app.store.read(), Whose::Relationship(pair.relationship), Some(job)).await.expect("read")
}

#[tokio::test]
async fn a_version_applies_once_both_accepted_its_text() {
    let fixture = Fixture::new().await;
    let pair = fixture.pair().await;
    let agreement = format!("/v1/relationships/{}/agreement", pair.relationship);
    fixture.get(&pair.owner, &agreement).await.expect(404);

    let first = draft(&fixture, &pair.owner, &pair, terms()).await.expect(201);
    assert_eq!((first["number"].clone(), first["state"].clone()), (json!(1), json!("draft")));
    assert_eq!(first["terms"], terms());
    let one_sided = accept(&fixture, &pair.owner, &pair, &first).await.expect(200);
    assert_eq!(one_sided["state"], "draft");
    assert!(one_sided.get("accepted_by_provider_at").is_none());
    assert_eq!(accept(&fixture, &pair.owner, &pair, &first).await.problem(409), "already_answered");

    let other = json!({ "number": 1, "hash": "0".repeat(64) });
    assert_eq!(accept(&fixture, &pair.provider, &pair, &other).await.problem(409), "other_text");
    assert_eq!(accept(&fixture, &pair.provider, &pair, &first).await.expect(200)["state"], "in_force");
    assert_eq!(fixture.get(&pair.provider, &agreement).await.expect(200)["number"], 1);

    let second = draft(&fixture, &pair.provider, &pair, with(json!({ "reply_window_days": 2 }))).await.expect(201);
    let third = draft(&fixture, &pair.owner, &pair, with(json!({ "reply_window_days": 5 }))).await.expect(201);
    assert_eq!(fixture.get(&pair.owner, &agreement).await.expect(200)["number"], 1, "the old one applies until then");
    accept(&fixture, &pair.owner, &pair, &second).await.expect(200);
    accept(&fixture, &pair.owner, &pair, &third).await.expect(200);
    accept(&fixture, &pair.provider, &pair, &third).await.expect(200);
    assert_eq!(accept(&fixture, &pair.provider, &pair, &second).await.problem(409), "conflict");

    let page = fixture.get(&pair.owner, &format!("{}?limit=2", versions(&pair))).await.expect(200);
    let states = |page: &Value| {
        let items = page["items"].as_array().expect("items").clone();
        items
            .iter()
            .map(|item| format!("{} {}", item["number"], item["state"].as_str().expect("state")))
            .collect::<Vec<_>>()
    };
    assert_eq!(states(&page), ["3 in_force", "2 lapsed"]);
    let cursor = page["next_cursor"].as_str().expect("a cursor");
    let rest = fixture.get(&pair.owner, &format!("{}?cursor={cursor}", versions(&pair))).await.expect(200);
    assert_eq!(states(&rest), ["1 superseded"]);
    assert!(rest.get("next_cursor").is_none());
    let forged = format!("{}?cursor=AAAA", versions(&pair));
    assert_eq!(fixture.get(&pair.owner, &forged).await.problem(400), "bad_cursor");
}

/// A reader can check what she accepts: the hash is of the terms as they were shown.
#[tokio::test]
async fn the_hash_is_of_the_terms_on_the_wire() {
    fn canonical(value: &Value) -> String {
        match value {
            Value::Object(map) => {
                let mut keys: Vec<_> = map.keys().collect();
                keys.sort();
                let entries: Vec<_> =
                    keys.iter().map(|key| format!("{}:{}", json!(key), canonical(&map[*key]))).collect();
                format!("{{{}}}", entries.join(","))
            }
            Value::Array(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
            plain => plain.to_string(),
        }
    }
    let fixture = Fixture::new().await;
    let pair = fixture.pair().await;
    let substitute = fixture.person(Role::Provider, "Siri").await;
    let full = with(json!({
        "absence_cover": { "how": "Siri", "substitute": substitute.id.to_string() },
        "check_ins": { "permitted": true, "every_days": 14, "wishes": "☕" },
        "silence_clause": { "after": 2, "wish": "phone me" },
        "next_review_on": "2027-01-05",
    }));
    let version = draft(&fixture, &pair.owner, &pair, full.clone()).await.expect(201);
    assert_eq!(version["terms"], full);
    let digest = Sha256::digest(canonical(&version["terms"]));
    assert_eq!(version["hash"], digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
}

#[tokio::test]
async fn two_versions_are_compared_term_by_term() {
    let fixture = Fixture::new().await;
    let pair = fixture.pair().await;
    draft(&fixture, &pair.owner, &pair, terms()).await.expect(201);
    let later = with(json!({ "reply_window_days": 5, "silence_clause": { "after": 2, "wish": "phone me" } }));
    draft(&fixture, &pair.provider, &pair, later).await.expect(201);
    let diff = |path: &str| format!("{}/{path}", versions(&pair));
    let found = fixture.get(&pair.owner, &diff("2/diff?against=1")).await.expect(200);
    let expected = json!([
        { "term": "reply_window_days", "before": { "reply_window_days": 3 }, "after": { "reply_window_days": 5 } },
        { "term": "silence_clause", "after": { "silence_clause": { "after": 2, "wish": "phone me" } } },
    ]);
    assert_eq!(found["changes"], expected);
    assert_eq!(fixture.get(&pair.owner, &diff("2/diff?against=2")).await.expect(200)["changes"], json!([]));
    fixture.get(&pair.owner, &diff("2/diff?against=9")).await.expect(404);
    fixture.get(&pair.owner, &diff("2/diff")).await.expect(400);
}

#[tokio::test]
async fn terms_outside_the_menus_are_named_field_by_field() {
    let fixture = Fixture::new().await;
    let pair = fixture.pair().await;
    let elsewhere = fixture.elsewhere().await;
    let stranger = fixture.person_of(elsewhere, Role::Provider, "Siri").await;
    let wrong = with(json!({
        "purposes": "x".repeat(4_001),
        "journal": "x".repeat(4_001),
        "reply_window_days": 6,
        "reading_days": [],
        "absence_cover": { "how": "", "substitute": stranger.id.to_string() },
        "check_ins": { "permitted": true, "every_days": 70_000, "wishes": "" },
        "silence_clause": { "after": 4, "wish": "" },
        "next_review_on": "2026-10-04",
    }));
    let expected = [
        ("/terms/purposes", "too_long"),
        ("/terms/journal", "too_long"),
        ("/terms/reply_window_days", "not_in_list"),
        ("/terms/reading_days", "required"),
        ("/terms/check_ins/every_days", "not_in_list"),
        ("/terms/silence_clause/after", "outside_bounds"),
        ("/terms/next_review_on", "date_in_past"),
        ("/terms/absence_cover/substitute", "not_in_list"),
    ];
    let faults = draft(&fixture, &pair.owner, &pair, wrong).await.faults();
    assert_eq!(faults, expected.map(|(field, fault)| (field.to_owned(), fault.to_owned())));
    for on in ["+262142-12-31", "-0001-01-01", "9999-12-31"] {
        let reply = draft(&fixture, &pair.owner, &pair, with(json!({ "next_review_on": on }))).await;
        assert!(matches!(reply.status, 400 | 422), "{on}: {}", reply.json);
    }
    let own = with(json!({ "absence_cover": { "how": "", "substitute": pair.provider.id.to_string() } }));
    let faults = draft(&fixture, &pair.owner, &pair, own).await.faults();
    assert_eq!(faults, [("/terms/absence_cover/substitute".to_owned(), "not_in_list".to_owned())]);
}

#[tokio::test]
async fn nobody_else_sees_an_agreement_and_a_repeated_id_makes_one_version() {
    let fixture = Fixture::new().await;
    let pair = fixture.pair().await;
    let stranger = fixture.person(Role::Provider, "Siri").await;
    let id = fixture.app.store.new_id().to_string();
    let body = json!({ "id": id, "terms": terms() });
    let made = fixture.post(&pair.owner, &versions(&pair), body.clone()).await.expect(201);
    assert_eq!(made["id"], id.as_str());
    let again = fixture.post(&pair.owner, &versions(&pair), body.clone()).await.expect(201);
    assert_eq!(again["number"], 1);
    assert_eq!(fixture.post(&pair.provider, &versions(&pair), body.clone()).await.problem(409), "conflict");
    let other = json!({ "id": id, "terms": with(json!({ "reply_window_days": 1 })) });
    assert_eq!(fixture.post(&pair.owner, &versions(&pair), other).await.problem(409), "conflict");
    for path in [versions(&pair), format!("{}/1", versions(&pair)), format!("{}/1/diff?against=1", versions(&pair))] {
        assert_eq!(fixture.get(&stranger, &path).await.problem(404), "not_found");
        assert_eq!(fixture.call(Method::GET, None, &path, Value::Null, &[]).await.problem(401), "not_signed_in");
    }
    assert_eq!(fixture.post(&stranger, &versions(&pair), body).await.problem(404), "not_found");
    assert_eq!(accept(&fixture, &stranger, &pair, &made).await.problem(404), "not_found");
    fixture.delete(&pair.owner, &format!("/v1/relationships/{}", pair.relationship)).await;
    assert_eq!(accept(&fixture, &pair.provider, &pair, &made).await.problem(403), "not_allowed");
}

#[tokio::test]
async fn a_version_in_force_carries_its_consequences() {
    let fixture = Fixture::new().await;
    let pair = fixture.pair().await;
    agree(&fixture, &pair, terms()).await;
    let rounds = series_of(&fixture, &pair, Job::AgreementRound).await;
    assert_eq!(rounds.len(), 1);
    assert_eq!(rounds[0].accepted_on, "2026-10-05".parse().ok());

    let path = format!("/v1/relationships/{}/check_ins", pair.relationship);
    let asked = fixture.post(&pair.owner, &path, json!({ "every_days": 7 })).await.expect(201);
    let series = format!("/v1/check_ins/series/{}", asked["id"].as_str().expect("id"));
    fixture.post(&pair.provider, &format!("{series}/accept"), Value::Null).await.expect(200);

    fixture.clock.set("2026-11-02T09:00:00Z".parse().expect("a time"));
    let rarer = with(json!({ "check_ins": { "permitted": true, "every_days": 28, "wishes": "" } }));
    agree(&fixture, &pair, rarer).await;
    let rows = series_of(&fixture, &pair, Job::CheckIn).await;
    assert_eq!((rows[0].every_days, rows[0].accepted_on), (28, "2026-11-02".parse().ok()));
    let rounds = series_of(&fixture, &pair, Job::AgreementRound).await;
    assert_eq!((rounds.len(), rounds[0].accepted_on), (1, "2026-11-02".parse().ok()), "rounds count anew");

    agree(&fixture, &pair, with(json!({ "check_ins": { "permitted": false, "wishes": "" } }))).await;
    let rows = series_of(&fixture, &pair, Job::CheckIn).await;
    assert_eq!(rows[0].state, SeriesState::Stopped.as_str());
    assert_eq!(rows[0].next_at, None);
}
