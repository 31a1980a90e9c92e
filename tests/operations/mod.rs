//! What a person does who keeps an installation running: she backs it up, puts it back, brings it to a new version,
//! and has lost a key.

mod backup;
mod keys;
mod versions;

use crate::harness::{Client, Harness};
use serde_json::json;

/// One of the demo people, signed in.
async fn signed_in(house: &Harness, login: &str) -> Client {
    let body = json!({ "login": format!("{login}@example.org"), "password": "reconnect-demo",
        "device": { "platform": "none", "app_version": "1.0.0" } });
    let tokens = house.client().post("/v1/sessions", body).await.is(201);
    house.client().signed_in(tokens["access_token"].as_str().expect("a token"))
}

/// Where her first relationship's messages are.
async fn thread(client: &Client) -> String {
    let list = client.get("/v1/relationships").await.is(200);
    format!("/v1/relationships/{}/messages", list["items"][0]["id"].as_str().expect("a relationship"))
}

/// Runs a role that must fail, and gives what it said.
async fn refused(house: &Harness, arguments: &[&str]) -> String {
    let ended = house.run(arguments).await;
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(ended.status.code(), Some(1), "{arguments:?}: {said}");
    said
}

async fn doctor(house: &Harness) -> String {
    String::from_utf8(house.run(&["doctor"]).await.stdout).expect("UTF-8")
}
