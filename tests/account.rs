//! Letting people in from the machine itself.

use crate::harness::{Harness, on_both_databases};
use serde_json::json;
use std::process::Output;

fn said(output: &Output) -> String {
    let (said, log) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}{log}");
    said.into_owned()
}

on_both_databases! {
    async fn the_first_admin_opens_her_account_with_a_code(database) {
        let house = Harness::on(database).await;
        let nora = ["account", "create", "--role", "admin", "--name", "Nora", "--email", "nora@example.org"];
        let early = house.run(&[&nora[..], &["--organisation", "Nordre"]].concat()).await;
        assert!(!early.status.success() && String::from_utf8_lossy(&early.stderr).contains("reconnect migrate"));
        assert!(house.run(&["migrate"]).await.status.success());

        let made = said(&house.run(&[&nora[..], &["--organisation", "Nordre"]].concat()).await);
        assert!(made.contains("made the organisation Nordre") && made.contains("Nora (admin)"), "{made}");
        let code = made.lines().find_map(|line| line.strip_prefix("    ")).expect("a code").to_owned();

        let mut house = house.start("serve").await;
        let client = house.client();
        let open = json!({ "code": code, "password": "a long enough password", "adult": true });
        let opened = client.post("/v1/invitations/accept", open).await.is(201);
        assert_eq!((&opened["login"], &opened["role"]), (&json!("nora@example.org"), &json!("admin")));
        let device = json!({ "platform": "none", "app_version": "1.0.0" });
        let sign_in = json!({ "login": "nora@example.org", "password": "a long enough password", "device": device });
        let tokens = client.post("/v1/sessions", sign_in).await.is(201);
        let admin = client.signed_in(tokens["access_token"].as_str().expect("a token"));
        assert_eq!(admin.get("/v1/accounts").await.is(200)["items"].as_array().map(Vec::len), Some(1));
        house.stop().await;

        let again = house.run(&[&nora[..], &["--organisation", "Nordre"]].concat()).await;
        assert!(!again.status.success() && String::from_utf8_lossy(&again.stderr).contains("has an account already"));
        let owner = ["account", "create", "--role", "service_user", "--name", "Bente", "--email", "b@example.org"];
        assert!(!said(&house.run(&owner).await).contains("made the organisation"), "hers is there already");
    }
}
