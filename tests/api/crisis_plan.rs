use super::fixture::{Fixture, Reply, Who};
use super::sharing::grant;
use crate::harness::on_both_databases;
use poem::http::Method;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

pub async fn write(fixture: &Fixture, who: &Who, section: &str, text: &str) -> Reply {
    let path = format!("/v1/plan/sections/{section}");
    fixture.call(Method::PUT, Some(who), &path, json!({ "text": text }), &[("If-Match", "*")]).await
}

fn sections(plan: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    plan["sections"].as_array().expect("sections").iter().map(|s| (text(&s["section"]), text(&s["text"]))).collect()
}

on_both_databases! {
    async fn a_plan_grows_section_by_section_and_every_wording_is_kept(database) {
        let fixture = Fixture::on(database).await;
        let owner = fixture.owner().await;
        let empty = fixture.get(&owner, "/v1/plan").await;
        assert_eq!(empty.etag(), "\"v0\"");
        assert_eq!(sections(&empty.expect(200)), []);

        let put = |text: &'static str, tag: &'static str| {
            let headers = [("If-Match", tag)];
            let (fixture, owner) = (&fixture, &owner);
            async move {
                let body = json!({ "text": text });
                fixture.call(Method::PUT, Some(owner), "/v1/plan/sections/what_i_do", body, &headers).await
            }
        };
        let unmatched = fixture.put(&owner, "/v1/plan/sections/what_i_do", json!({ "text": "I walk" })).await;
        assert_eq!(unmatched.problem(428), "missing_if_match");
        let first = put("I walk", "\"v0\"").await;
        assert_eq!(first.etag(), "\"v1\"");
        let first = first.expect(200);
        assert_eq!(first["sections"][0]["levels"], json!(["early", "harder"]));
        assert_eq!(put("I run", "\"v0\"").await.problem(412), "stale");
        // Written twice alike is one wording.
        assert_eq!(put("I walk", "\"v1\"").await.etag(), "\"v1\"");
        fixture.clock.advance(chrono::TimeDelta::hours(1));
        let second = write(&fixture, &owner, "treatment_wishes", "No restraint: it frightens me").await.expect(200);
        assert_eq!(second["version"], 2);
        assert_eq!(second["sections"][1]["labels"], json!(["not_a_legal_document"]));
        assert_eq!(second["sections"][0]["updated_at"], first["sections"][0]["updated_at"], "only what changed is new");
        let removed = write(&fixture, &owner, "what_i_do", "  ").await.expect(200);
        assert_eq!(sections(&removed), [("treatment_wishes".into(), "No restraint: it frightens me".into())]);

        let page = fixture.get(&owner, "/v1/plan/versions?limit=2").await.expect(200);
        let numbers = |page: &Value| -> Vec<i64> {
            page["items"].as_array().expect("items").iter().filter_map(|item| item["number"].as_i64()).collect()
        };
        assert_eq!(numbers(&page), [3, 2]);
        let cursor = page["next_cursor"].as_str().expect("another page");
        let rest = fixture.get(&owner, &format!("/v1/plan/versions?limit=2&cursor={cursor}")).await.expect(200);
        assert_eq!(numbers(&rest), [1]);
        assert!(rest.get("next_cursor").is_none());
        let forged = fixture.get(&owner, &format!("/v1/plan/uses?cursor={cursor}")).await;
        assert_eq!(forged.problem(400), "bad_cursor");

        let once = fixture.get(&owner, "/v1/plan/versions/1").await.expect(200);
        assert_eq!(sections(&once), [("what_i_do".into(), "I walk".into())]);
        let path = "/v1/plan/versions/1/restore";
        let restored = fixture.call(Method::POST, Some(&owner), path, Value::Null, &[("If-Match", "\"v3\"")]).await;
        assert_eq!(restored.etag(), "\"v4\"");
        assert_eq!(sections(&restored.expect(200)), [("what_i_do".into(), "I walk".into())]);
        assert_eq!(fixture.get(&owner, "/v1/plan/versions/9").await.problem(404), "not_found");
    }

    async fn what_a_person_gets_wrong_is_named_and_what_is_not_hers_is_not_there(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let long = "æ".repeat(20_001);
        let too_long = write(&fixture, &pair.owner, "triggers", &long).await.faults();
        assert_eq!(too_long, [("/text".to_owned(), "too_long".to_owned())]);
        write(&fixture, &pair.owner, "triggers", &"æ".repeat(20_000)).await.expect(200);
        let nul = write(&fixture, &pair.owner, "triggers", "a\0b").await.faults();
        assert_eq!(nul, [("/text".to_owned(), "format".to_owned())]);
        assert_eq!(write(&fixture, &pair.owner, "horoscope", "x").await.problem(404), "not_found");
        for path in ["/v1/plan", "/v1/plan/versions", "/v1/plan/uses", "/v1/plan/reviews", "/v1/plan/review_prompts"] {
            assert_eq!(fixture.get(&pair.provider, path).await.problem(403), "not_allowed", "{path}");
        }
        assert_eq!(write(&fixture, &pair.provider, "triggers", "mine").await.problem(403), "not_allowed");
        for limit in ["0", "101", "-1", "4294967296"] {
            let reply = fixture.get(&pair.owner, &format!("/v1/plan/versions?limit={limit}")).await;
            assert!(matches!(reply.status, 400 | 422), "{limit}: {}", reply.json);
        }
    }

    async fn nothing_she_wrote_lies_open_in_the_database(database) {
        let fixture = Fixture::on(database).await;
        let owner = fixture.owner().await;
        write(&fixture, &owner, "what_i_do", "lavender").await.expect(200);
        let used = json!({ "level": "early", "note": "lavender" });
        fixture.post(&owner, "/v1/plan/uses", used).await.expect(201);
        let db = fixture.app.store.read();
        for (table, column) in [("plan_section", "body"), ("plan_version", "sections"), ("plan_use", "note")] {
            let statement = sea_orm::Statement::from_string(
                db.get_database_backend(),
                format!("select {column} as sealed from {table}"),
            );
            let rows = db.query_all_raw(statement).await.expect("rows");
            assert!(!rows.is_empty(), "{table}");
            for row in rows {
                let sealed: Vec<u8> = row.try_get("", "sealed").expect("bytes");
                assert!(!sealed.windows(8).any(|bytes| bytes == b"lavender"), "{table}.{column}");
            }
        }
    }

    async fn using_and_looking_again_are_written_down(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let owner = &pair.owner;
        let early = json!({ "level": "early" });
        assert_eq!(fixture.post(owner, "/v1/plan/uses", early.clone()).await.problem(409), "conflict");
        write(&fixture, owner, "what_i_do", "I walk").await.expect(200);
        let id = "0199aaaa-0000-7000-8000-000000000001";
        let noted = json!({ "id": id, "level": "crisis", "note": "It helped to call" });
        let used = fixture.post(owner, "/v1/plan/uses", noted.clone()).await.expect(201);
        assert_eq!((used["id"].as_str(), used["note"].as_str()), (Some(id), Some("It helped to call")));
        assert_eq!(fixture.post(owner, "/v1/plan/uses", noted).await.problem(409), "conflict");
        fixture.post(owner, "/v1/plan/uses", early).await.expect(201);
        let uses = fixture.get(owner, "/v1/plan/uses").await.expect(200);
        let levels: Vec<&str> =
            uses["items"].as_array().expect("items").iter().filter_map(|u| u["level"].as_str()).collect();
        assert_eq!(levels.len(), 2);
        assert!(levels.contains(&"crisis") && levels.contains(&"early"));

        let fine = json!({ "answer": "fine_as_is" });
        fixture.post(owner, "/v1/plan/reviews", fine).await.expect(201);
        let together = |with: Option<&Who>| {
            let mut body = json!({ "answer": "together" });
            if let Some(who) = with {
                body["with_provider_id"] = json!(who.id.0);
            }
            body
        };
        let path = "/v1/plan/reviews";
        let fault = |fault: &str| vec![("/with_provider_id".to_owned(), fault.to_owned())];
        assert_eq!(fixture.post(owner, path, together(None)).await.faults(), fault("required"));
        // Nothing is shared with her yet.
        assert_eq!(fixture.post(owner, path, together(Some(&pair.provider))).await.faults(), fault("not_in_list"));
        grant(&fixture, owner, &pair.provider, "section", "what_i_do", "allow").await;
        let wishes = format!("/v1/relationships/{}/plan_wishes", pair.relationship);
        assert_eq!(fixture.get(&pair.provider, &wishes).await.expect(200)["items"], json!([]));
        let review = fixture.post(owner, path, together(Some(&pair.provider))).await.expect(201);
        assert_eq!(review["with_provider"]["display_name"], "Kari");
        let seen = fixture.get(&pair.provider, &wishes).await.expect(200);
        assert_eq!(seen["items"].as_array().map(Vec::len), Some(1));
        assert_eq!(seen["items"][0].as_object().map(|wish| wish.len()), Some(1), "the wish, and nothing else");
        assert_eq!(fixture.get(owner, path).await.expect(200)["items"].as_array().map(Vec::len), Some(2));
    }
}
