//! Three dense A4 pages: one line at 08:00; "let's talk Tuesday" stops the clock.

use super::World;
use crate::harness::on_both_databases;
use serde_json::{Value, json};

on_both_databases! {
    async fn three_pages_are_one_line_and_a_talk_is_an_answer(database) {
        let world = World::at("2027-09-06 21:30", database).await;
        let pair = world.pair().await;
        let (bente, kari) = (&pair.owner, &pair.provider);
        let pages = "Samlivsbrotet tappar meg, og barnevernet ringjer att. ".repeat(200);
        let message = json!({ "kind": "reply_wanted", "body": pages.trim(), "gist": "Det gjeld barnefordelinga." });
        let asked = world.write_with(bente, &pair.id, message).await;
        assert_eq!(asked["receipt"], "Saved. Kari will answer by Friday 10 September.");
        world.set("2027-09-07 07:59").await;
        assert_eq!(world.sent_out(), json!({ "apns": 0, "fcm": 0, "mail": 0 }));
        world.set("2027-09-07 08:00").await;
        assert_eq!(world.wakes(&kari.push_token), ["Today's digest is ready."]);
        let [letter] = world.letters().try_into().expect("one digest");
        assert_eq!((letter.to.as_str(), letter.subject.as_str()), (kari.login.as_str(), "Today's digest"));
        let counts = "Today's digest\r\n\r\n- 1 new message\r\n- 1 long read\r\n- About ";
        assert!(letter.text.starts_with(counts), "{}", letter.text);

        let digest = kari.read("/v1/digests/today").await;
        let [section] = digest["sections"].as_array().expect("sections").as_slice() else { panic!("{digest}") };
        let [line] = section["lines"].as_array().expect("lines").as_slice() else { panic!("{digest}") };
        assert_eq!((&line["long"], &line["gist"]), (&json!(true), &json!("Det gjeld barnefordelinga.")));
        assert!(line.get("preview").is_none() && line["owner"]["display_name"] == "Bente", "{line}");
        let path = format!("/v1/messages/{}", asked["id"].as_str().expect("an id"));
        let opened = kari.post(&format!("{path}/open"), Value::Null).await.is(200);
        assert_eq!(opened["body"], pages.trim(), "the original is whole");
        assert_eq!(opened["clock"]["state"], "open", "reading closes nothing");

        world.set("2027-09-07 10:00").await;
        let talk = kari.post(&format!("{path}/lets_talk"), json!({ "day": "2027-09-14" })).await.is(200);
        assert_eq!(talk["clock"]["closed_by"], "lets_talk");
        world.settled().await;
        assert_eq!(world.wakes(&bente.push_token), ["You have something new."]);
        let seen = bente.read(&path).await;
        assert_eq!(seen["receipt"], "Kari would rather talk about it on Tuesday 14 September.");

        // Her mail program unsubscribes with one click; looking at the page changes nothing.
        let link = World::local(&letter.unsubscribe);
        let mail_program = world.house.client();
        let page = mail_program.get(link).await;
        assert_eq!((page.status, page.header("set-cookie")), (200, None));
        let email = async || kari.read("/v1/notification_settings").await["items"][0]["email"].clone();
        assert_eq!(email().await, true);
        let one_click = mail_program.request_with_key(reqwest::Method::POST, link, None);
        let one_click = one_click.header("content-type", "application/x-www-form-urlencoded");
        let one_click = one_click.body("List-Unsubscribe=One-Click");
        assert_eq!(mail_program.send(one_click).await.status, 204);
        assert_eq!(email().await, false);
        world.write(bente, &pair.id, "info", "Takk, tysdagen passar").await;
        world.set("2027-09-08 08:00").await;
        assert_eq!(world.wakes(&kari.push_token).len(), 2, "the digest and its push stay");
        assert_eq!(world.letters().len(), 1);

        // The promised day comes, and nobody is late.
        world.set("2027-09-10 08:00").await;
        world.set("2027-09-10 15:31").await;
        assert_eq!(bente.ledger("overdue_notice").await, Vec::<Value>::new());
        assert_eq!(bente.ledger("response_reminder").await, Vec::<Value>::new());
        assert_eq!(world.wakes(&kari.push_token).len(), 2);
        world.end().await;
    }
}
