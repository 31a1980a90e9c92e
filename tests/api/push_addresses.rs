//! Where browsers and UnifiedPush apps are reached: subscriptions, and what is refused as one.
use super::fixture::Fixture;
use crate::harness::on_both_databases;
use domain::words::Role;
use serde_json::{Value, json};

const P256DH: &str = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";

/// `192.0.32.0` and its like are everybody's; nothing is sent there, and no name has to be resolved.
fn browser(endpoint: &str) -> Value {
    let subscription = json!({ "endpoint": endpoint, "keys": { "p256dh": P256DH, "auth": AUTH } });
    json!({ "platform": "web_push", "subscription": subscription, "app_version": "1.0.0" })
}

on_both_databases! {
    async fn a_browser_registers_its_subscription_and_the_newest_person_has_it(database) {
        let fixture = Fixture::on(database).await;
        let bente = fixture.owner().await;
        let siri = fixture.person(Role::ServiceUser, "Siri").await;
        assert_eq!(fixture.get(&bente, "/v1/push_settings").await.expect(200), json!({}));
        let endpoint = "https://192.0.32.8/push/1";
        let first = fixture.post(&bente, "/v1/devices", browser(endpoint)).await.expect(201);
        assert_eq!((&first["platform"], &first["has_push_token"]), (&json!("web_push"), &json!(true)));
        assert!(!first.to_string().contains("192.0.32.8"), "it is not shown again");

        // The same browser, the next person; the address is spelt otherwise.
        fixture.post(&siri, "/v1/devices", browser("https://192.0.32.8:443/push/1")).await.expect(201);
        let path = format!("/v1/devices/{}", first["id"].as_str().expect("an id"));
        let now = fixture.get(&bente, &path).await;
        assert!(now.status == 404 || now.json["has_push_token"] == false, "{}", now.json);

        let made = fixture.post(&bente, "/v1/devices", browser("https://192.0.32.8/push/2")).await.expect(201);
        let path = format!("/v1/devices/{}", made["id"].as_str().expect("an id"));
        let changed = json!({ "subscription": browser("https://192.0.32.9/push/3")["subscription"] });
        let changed = fixture.patch(&bente, &path, changed, "*").await.expect(200);
        assert_eq!(changed["has_push_token"], true);
        let taken = fixture.patch(&bente, &path, json!({ "subscription": null }), "*").await.expect(200);
        assert_eq!(taken["has_push_token"], false);
    }

    async fn what_leads_inside_or_is_no_subscription_is_refused_with_its_field(database) {
        let fixture = Fixture::on(database).await;
        let bente = fixture.owner().await;
        let faults = async |body: Value| fixture.post(&bente, "/v1/devices", body).await.faults();
        let at = |field: &str, fault: &str| vec![(field.to_owned(), fault.to_owned())];
        for inside in [
            "https://127.0.0.1/", "https://169.254.169.254/latest", "https://[::1]/", "https://localhost/",
            "https://10.0.0.7:8443/", "https://db.internal/", "https://192.0.32.8:22/",
        ] {
            assert_eq!(faults(browser(inside)).await, at("/subscription/endpoint", "address_not_allowed"), "{inside}");
        }
        for none in ["http://192.0.32.8/", "192.0.32.8", "", "https://u:p@192.0.32.8/"] {
            assert_eq!(faults(browser(none)).await, at("/subscription/endpoint", "format"), "{none}");
        }
        let long = format!("https://192.0.32.8/{}", "a".repeat(2_048));
        assert_eq!(faults(browser(&long)).await, at("/subscription/endpoint", "too_long"));
        let with_key = |name: &str, value: &str| {
            let mut body = browser("https://192.0.32.8/");
            body["subscription"]["keys"][name] = json!(value);
            body
        };
        // Too short, and a point that is not on the curve.
        for none in ["AAAA", "", "ø", &format!("BA{}", "A".repeat(85))] {
            assert_eq!(faults(with_key("p256dh", none)).await, at("/subscription/keys/p256dh", "format"), "{none}");
        }
        assert_eq!(faults(with_key("auth", "AAAA")).await, at("/subscription/keys/auth", "format"));

        let subscription = &browser("https://192.0.32.8/")["subscription"];
        let body = |platform: &str, field: &str, value: &Value| json!({ "platform": platform, field: value, "app_version": "1" });
        assert_eq!(faults(body("apns", "subscription", subscription)).await, at("/subscription", "unknown_field"));
        assert_eq!(faults(body("none", "subscription", subscription)).await, at("/subscription", "unknown_field"));
        assert_eq!(faults(body("web_push", "push_token", &json!("abc"))).await, at("/push_token", "unknown_field"));
        assert_eq!(faults(body("none", "push_token", &json!("abc"))).await, at("/push_token", "unknown_field"));
        assert_eq!(fixture.get(&bente, "/v1/devices").await.expect(200)["items"].as_array().map(Vec::len), Some(1));
    }
}
