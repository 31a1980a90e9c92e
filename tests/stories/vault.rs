//! A vault text at 02:00: receipt shown, nobody notified, no clock.

use super::World;
use crate::harness::on_both_databases;
use serde_json::{Value, json};

on_both_databases! {
    async fn a_text_in_the_vault_is_stored_and_nobody_is_told(database) {
        let world = World::at("2027-09-07 02:00", database).await;
        let pair = world.pair().await;
        let (bente, kari) = (&pair.owner, &pair.provider);
        let stored = world.write(bente, &pair.id, "vault", "Kvelden var lang, lampeskjermen flimrer").await;
        assert_eq!(stored["receipt"], "Stored. Kari can open it but is not told.");
        assert!(stored.get("clock").is_none(), "{stored}");
        assert_eq!(bente.items("/v1/reply_clocks").await, Vec::<Value>::new());

        // The morning comes, and there is nothing to say.
        world.set("2027-09-07 08:00").await;
        let [quiet] = kari.ledger("digest").await.try_into().expect("one line");
        assert_eq!((&quiet["outcome"], &quiet["reason"]), (&json!("skipped"), &json!("nothing_to_say")));
        assert_eq!(world.sent_out(), json!({ "apns": 0, "fcm": 0, "mail": 0 }));
        assert_eq!(kari.read("/v1/unread").await["total"], 0);

        // What is not for the vault is told the next morning, and is all that is told.
        world.set("2027-09-07 10:00").await;
        world.write(bente, &pair.id, "info", "Tirsdagen passer utmerket for meg").await;
        world.set("2027-09-08 08:00").await;
        assert_eq!(world.sent_out(), json!({ "apns": 0, "fcm": 1, "mail": 1 }));
        assert_eq!(world.wakes(&kari.push_token), ["Today's digest is ready."]);
        let letters = world.letters();
        assert_eq!((letters[0].to.as_str(), letters[0].subject.as_str()), (kari.login.as_str(), "Today's digest"));
        assert!(letters[0].text.contains("1 new message\r\n"), "{}", letters[0].text);
        let digest = kari.read("/v1/digests/today").await;
        assert_eq!(digest["sections"].as_array().map(Vec::len), Some(1), "{digest}");
        assert_eq!(digest["sections"][0]["lines"].as_array().map(Vec::len), Some(1), "{digest}");

        // In the thread it can be opened.
        let opened = kari.post(&format!("/v1/messages/{}/open", stored["id"].as_str().expect("an id")), Value::Null).await;
        assert!(opened.is(200)["body"].as_str().is_some_and(|body| body.starts_with("Kvelden")));
        world.end().await;
    }
}
