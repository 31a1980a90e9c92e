use super::fixture::Fixture;
use poem::http::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn the_numbers_need_no_session_and_may_be_kept() {
    let fixture = Fixture::new().await;
    let reply = fixture.call(Method::GET, None, "/v1/help_now", Value::Null, &[("Accept-Language", "en")]).await;
    let kept = reply.headers.get("cache-control").expect("a header").to_str().expect("text").to_owned();
    assert!(kept.contains("max-age=86400") && kept.contains("stale-if-error"), "{kept}");
    let json = reply.expect(200);
    let numbers: Vec<_> = json["lines"].as_array().expect("lines").iter().map(|line| line["number"].clone()).collect();
    assert_eq!(numbers, [json!("113"), json!("116 117"), json!("116 123")]);
    assert_eq!(json["title"], "Help now");
    let nn =
        fixture.call(Method::GET, None, "/v1/help_now?country=no", Value::Null, &[("Accept-Language", "nn")]).await;
    assert_eq!(nn.expect(200)["title"], "Hjelp no");
}

#[tokio::test]
async fn they_are_the_organisations_own_per_country() {
    let fixture = Fixture::new().await;
    let admin = fixture.admin().await;
    let numbers = json!({ "NO": [{ "purpose": "urgent", "number": "73 00 00 00" }],
                          "SE": [{ "purpose": "life_in_danger", "number": "112" }] });
    let body = json!({ "changes": { "help_now": numbers }, "why": "Our own line" });
    fixture.call(Method::POST, Some(&admin), "/v1/policy", body, &[("If-Match", "\"v1\"")]).await.expect(201);
    let lines = |country: &'static str, of: String| {
        let path = format!("/v1/help_now?country={country}&organisation={of}");
        let fixture = &fixture;
        async move { fixture.call(Method::GET, None, &path, Value::Null, &[]).await }
    };
    let own = fixture.organisation.to_string();
    assert_eq!(lines("NO", own.clone()).await.expect(200)["lines"][0]["number"], "73 00 00 00");
    assert_eq!(lines("SE", own.clone()).await.expect(200)["lines"][0]["number"], "112");
    assert_eq!(lines("XX", own).await.problem(404), "not_found");
    let elsewhere = fixture.elsewhere().await.to_string();
    assert_eq!(lines("NO", elsewhere).await.expect(200)["lines"][0]["number"], "113");
    let nowhere = fixture.app.store.new_id().to_string();
    assert_eq!(lines("NO", nowhere).await.expect(200)["lines"][0]["number"], "113", "as if it had none of its own");
}
