//! The link of an e-mail, and what makes it open an app.
use super::fixture::Fixture;
use backend::state::Apps;
use backend::{App, Settings};
use mobile_contract::links::AndroidApp;
use poem::http::StatusCode;
use poem::test::TestClient;
use serde_json::{Value, json};

const ID: &str = "0195a0c4-0001-7025-9065-0000316edc57";

async fn with(apps: Apps) -> TestClient<impl poem::Endpoint> {
    let fixture = Fixture::new().await;
    let settings = Settings { apps, ..Settings::default() };
    TestClient::new(backend::routes::routes(App::new(fixture.app.store.clone(), settings)))
}

#[tokio::test]
async fn phones_learn_which_apps_open_our_links() {
    let fingerprint = vec!["AB"; 32].join(":");
    let android = vec![AndroidApp { package: "org.example.app".into(), fingerprints: vec![fingerprint.clone()] }];
    let client = with(Apps { apple: vec!["ABCDE12345.org.example.app".into()], android, web: None }).await;
    let json = async |path: &str| {
        let answer = client.get(path).send().await;
        answer.assert_status_is_ok();
        answer.assert_content_type("application/json");
        answer.0.into_body().into_json::<Value>().await.expect("JSON")
    };
    let apple = json("/.well-known/apple-app-site-association").await;
    assert_eq!(apple["applinks"]["details"][0]["appIDs"], json!(["ABCDE12345.org.example.app"]));
    assert_eq!(apple["applinks"]["details"][0]["components"], json!([{ "/": "/open/*" }]));
    let android = json("/.well-known/assetlinks.json").await;
    assert_eq!(android[0]["target"]["package_name"], "org.example.app");
    assert_eq!(android[0]["target"]["sha256_cert_fingerprints"], json!([fingerprint]));

    let none = with(Apps::default()).await;
    for path in ["/.well-known/apple-app-site-association", "/.well-known/assetlinks.json"] {
        none.get(path).send().await.assert_status(StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn without_an_app_the_link_says_where_to_look_and_tells_nothing() {
    let client = with(Apps::default()).await;
    let path = format!("/open/{ID}");
    let answer = client.get(&path).header("Accept-Language", "nn").send().await;
    answer.assert_status_is_ok();
    answer.assert_header("cache-control", "no-store");
    let page = answer.0.into_body().into_string().await.expect("text");
    assert!(page.contains(&format!("href=\"reconnect://open/{ID}\"")) && page.contains("Opne appen"), "{page}");
    for wrong in ["/open/1", "/open/%3Cscript%3E", "/open/"] {
        client.get(wrong).send().await.assert_status(StatusCode::NOT_FOUND);
    }
    client.post(&path).send().await.assert_status(StatusCode::METHOD_NOT_ALLOWED);

    let web = with(Apps { web: Some("https://app.reconnect.example/".into()), ..Apps::default() }).await;
    let answer = web.get(&path).send().await;
    answer.assert_status(StatusCode::SEE_OTHER);
    answer.assert_header("location", format!("https://app.reconnect.example/open/{ID}"));
}
