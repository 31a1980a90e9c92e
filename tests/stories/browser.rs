//! A provider who works at a PC: her browser is told of the digest, and of nothing else.

use super::World;
use crate::gateways::web_push::Answer;
use crate::harness::on_both_databases;
use serde_json::{Value, json};

on_both_databases! {
    async fn a_browser_is_told_and_forgotten_when_it_is_gone(database) {
        let world = World::at("2027-09-06 12:00", database).await;
        let pair = world.pair().await;
        let (bente, kari) = (&pair.owner, &pair.provider);
        let settings = kari.read("/v1/push_settings").await;
        let key = settings["web_push_key"].as_str().expect("a key").to_owned();
        assert_eq!((key.len(), key.starts_with('B')), (87, true), "an uncompressed point");
        let browser = json!({
            "platform": "web_push", "subscription": world.web_push.subscription("kari"), "app_version": "1.0.0",
        });
        let browser = kari.post("/v1/devices", browser).await.is(201);
        assert_eq!((&browser["platform"], &browser["has_push_token"]), (&json!("web_push"), &json!(true)));
        world.write(bente, &pair.id, "reply_wanted", "Kan me flytte timen til torsdag?").await;
        assert!(world.web_push.received().is_empty());

        world.set("2027-09-07 08:00").await;
        assert_eq!(world.wakes(&kari.push_token), ["Today's digest is ready."]);
        let [wake] = world.web_push.received().try_into().expect("one push");
        let told: Value = serde_json::from_str(&wake.text).expect("JSON");
        assert_eq!((&told["version"], &told["action"]), (&json!("1"), &json!("wake")));
        // Beside the PC she finds what it is about, as the phone does.
        let notification = kari.read(&format!("/v1/notifications/{}", told["id"].as_str().expect("an id"))).await;
        assert_eq!(notification["job"], "digest");
        assert_eq!((world.web_push.refused(), wake.path.as_str()), (0, "/wpush/kari"));

        // The browser was cleaned out: its service says so, and it is tried no more.
        world.write(bente, &pair.id, "reply_wanted", "Eller fredag?").await;
        world.web_push.script([Answer::Refuse(410)]);
        world.set("2027-09-08 08:00").await;
        assert_eq!(world.wakes(&kari.push_token).len(), 2);
        let devices = kari.items("/v1/devices").await;
        assert!(devices.iter().all(|device| device["id"] != browser["id"]), "{devices:?}");
        world.write(bente, &pair.id, "reply_wanted", "Eller måndag?").await;
        world.set("2027-09-09 08:00").await;
        assert_eq!((world.wakes(&kari.push_token).len(), world.web_push.received().len()), (3, 1));
        world.end().await;
    }
}
