//! Apps that are out there: which are too old, and what they are told of what will go.

use super::fixture::Fixture;
use crate::harness::Database;
use backend::Settings;
use backend::retiring::Retiring;
use poem::http::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn an_app_that_is_too_old_is_led_to_a_newer_one() {
    let store = "https://apps.example/reconnect";
    let settings = Settings { min_app_version: Some([2, 1, 0]), store_link: Some(store.into()), ..Settings::default() };
    let fixture = Fixture::with(Database::Sqlite, None, settings).await;
    let owner = fixture.owner().await;
    let ask = async |method: Method, path: &str, version: &str| {
        let body = if method == Method::GET { Value::Null } else { json!({}) };
        fixture.call(method, Some(&owner), path, body, &[("X-App-Version", version)]).await
    };
    for (method, path) in [(Method::GET, "/v1/me"), (Method::POST, "/v1/items"), (Method::POST, "/v1/sessions")] {
        let refused = ask(method, path, "2.0.9").await;
        assert_eq!(refused.json["store_link"], store, "{path}");
        assert_eq!(refused.problem(426), "app_too_old", "{path}");
    }
    for version in ["2.1.0", "2.1", "2.10.0", "3"] {
        ask(Method::GET, "/v1/me", version).await.expect(200);
    }
    fixture.get(&owner, "/v1/me").await.expect(200);
}

#[tokio::test]
async fn what_will_go_says_so_on_every_answer_and_nothing_else_does() {
    const GOING: &[Retiring] = &[Retiring {
        operation: "get_me",
        deprecated_at: 1_780_272_000,
        sunset_at: 1_798_761_599,
        instead: "Call `get_sync`.",
    }];
    let settings = Settings { retiring: GOING, public_url: "https://reconnect.example".into(), ..Settings::default() };
    let fixture = Fixture::with(Database::Sqlite, None, settings).await;
    let owner = fixture.owner().await;
    let answered = fixture.get(&owner, "/v1/me").await;
    let tag = answered.etag();
    let known = fixture.call(Method::GET, Some(&owner), "/v1/me", Value::Null, &[("If-None-Match", &tag)]).await;
    let refused = fixture.call(Method::GET, None, "/v1/me", Value::Null, &[]).await;
    for (answer, status) in [(&answered, 200), (&known, 304), (&refused, 401)] {
        assert_eq!(answer.status, status);
        // RFC 9745, and RFC 8594 with a date of RFC 9110.
        assert_eq!(answer.headers["deprecation"], "@1780272000");
        assert_eq!(answer.headers["sunset"], "Thu, 31 Dec 2026 23:59:59 GMT");
        assert_eq!(answer.headers["link"], "<https://reconnect.example/docs>; rel=\"deprecation\"; type=\"text/html\"");
    }
    let stays = fixture.patch(&owner, "/v1/me", json!({ "display_name": "B" }), &tag).await;
    assert_eq!(stays.status, 200);
    for name in ["deprecation", "sunset", "link"] {
        assert!(!stays.headers.contains_key(name), "{name}");
    }
}
