//! Check-ins that do not come, and why.

use super::{Pair, World};
use crate::harness::on_both_databases;
use serde_json::{Value, json};

on_both_databases! {
    /// Check-in due while the provider owes a reply: nothing sent, and the owner sees why.
    async fn nothing_is_asked_while_an_answer_is_owed(database) {
        let world = World::at("2027-09-06 10:00", database).await;
        let pair = world.pair().await;
        let (bente, kari) = (&pair.owner, &pair.provider);
        let series = world.check_ins(&pair, 14).await;
        let planned = bente.read(&series).await;
        assert_eq!(planned["upcoming"][0]["on"], "2027-09-21", "anchors are Mondays, check-ins come from Tuesday on");

        world.set("2027-09-14 11:00").await;
        let asked = world.write(bente, &pair.id, "reply_wanted", "Nedtrapping gjer meg uroleg, kva meiner psykiateren?").await;
        assert_eq!(asked["receipt"], "Saved. Kari will answer by Friday 17 September.");
        world.set("2027-09-15 08:00").await;
        world.set("2027-09-17 08:00").await;
        let [new, due] = world.letters().try_into().expect("two digests");
        assert!(new.text.contains("1 new message\r\n") && !new.text.contains("due"), "{}", new.text);
        assert!(due.text.contains("1 message waits for your reply\r\n- 1 is due today\r\n"), "{}", due.text);
        assert_ne!(new.message_id, due.message_id);
        assert_eq!(world.wakes(&kari.push_token), ["Today's digest is ready.", "Today's digest is ready."]);

        world.set("2027-09-17 15:31").await;
        assert_eq!(world.wakes(&bente.push_token), ["You have something new."], "the date has passed");
        let card = bente.items("/v1/cards").await.remove(0);
        let said = "The date has passed and we don't know why. Your message is safe. What would you like?";
        assert_eq!((&card["kind"], &card["text"]), (&json!("overdue"), &json!(said)));

        world.set("2027-09-20 08:00").await;
        world.set("2027-09-21 09:59").await;
        let out = world.sent_out();
        world.set("2027-09-21 10:00").await;
        world.set_to_next_before("2027-09-21 13:00").await;
        let held = bente.ledger("check_in").await.remove(0);
        assert_eq!((&held["outcome"], &held["reason"]), (&json!("held"), &json!("reply_owed")), "until the window closes");
        world.set("2027-09-21 13:01").await;
        let [row] = bente.ledger("check_in").await.try_into().expect("one row");
        assert_eq!((&row["slot_on"], &row["outcome"]), (&json!("2027-09-21"), &json!("skipped")));
        assert_eq!((&row["reason"], &row["agreement_version"]), (&json!("reply_owed"), &json!(1)));
        assert_eq!(row["words"], "Check-in not sent: Kari owes you a reply.");
        assert_eq!(world.sent_out(), out, "no gateway heard of it");
        assert_eq!(bente.items(&format!("/v1/relationships/{}/check_in_cards", pair.id)).await, Vec::<Value>::new());
        let reminders = bente.ledger("response_reminder").await;
        let days: Vec<&Value> = reminders.iter().map(|row| &row["slot_on"]).collect();
        assert_eq!(days, ["2027-09-20", "2027-09-17"], "the morning it was due, and the morning after");
        world.end().await;
    }

    /// Three unanswered: the next does not come, nobody is blamed, the provider gets no alert.
    async fn silence_lets_the_series_rest(database) {
        let world = World::at("2027-09-06 10:00", database).await;
        let pair = world.pair().await;
        let (bente, kari) = (&pair.owner, &pair.provider);
        let series = world.check_ins(&pair, 7).await;
        let mut days = Vec::new();
        while bente.read(&series).await["state"] == "active" {
            let Some(on) = bente.read(&series).await["upcoming"][0]["on"].as_str().map(str::to_owned) else {
                // None is announced after the third: where the next would have lain, the series rests.
                world.set("2027-10-14 10:00").await;
                break;
            };
            world.set(&format!("{on} 09:59")).await;
            world.set_to_next_before(&format!("{on} 13:00")).await;
            for card in bente.items(&format!("/v1/relationships/{}/check_in_cards", pair.id)).await {
                let open = format!("/v1/check_ins/{}/open", card["id"].as_str().expect("an id"));
                bente.post(&open, Value::Null).await.is(200);
            }
            days.push(on);
            assert!(days.len() < 6, "{days:?}");
        }
        let [last, sent @ ..] = &bente.ledger("check_in").await[..] else { panic!("nothing in the ledger") };
        let sent_on: Vec<&Value> = sent.iter().map(|row| &row["slot_on"]).collect();
        assert_eq!(sent_on, ["2027-10-05", "2027-09-21", "2027-09-14"], "after two in a row the interval has doubled");
        assert!(sent.iter().all(|row| row["words"] == "Check-in sent: the agreed day."), "{sent:?}");
        assert_eq!(world.wakes(&bente.push_token), vec!["You have something new."; 3]);
        assert_eq!((&last["outcome"], &last["reason"]), (&json!("skipped"), &json!("resting")));

        let resting = bente.read(&series).await;
        assert_eq!((&resting["state"], &resting["rest_reason"]), (&json!("resting"), &json!("unanswered")));
        let card = bente.items("/v1/cards").await.remove(0);
        assert_eq!((&card["kind"], &card["choices"][0]["choice"]), (&json!("check_ins_resting"), &json!("restart")));
        let text = card["text"].as_str().expect("text");
        assert!(text.contains("You have done nothing wrong. Kari has not been alerted."), "{text}");

        // Nor does a later morning tell Kari.
        let out = world.sent_out();
        world.set("2027-10-20 08:00").await;
        let told = kari.ledger("digest").await.remove(0);
        assert_eq!((&told["slot_on"], &told["reason"]), (&json!("2027-10-20"), &json!("nothing_to_say")));
        assert_eq!(world.sent_out(), out);
        assert_eq!(kari.read("/v1/unread").await["total"], 0);
        world.end().await;
    }

    /// Provider's cap is full: she can decline; the owner is offered alternatives.
    async fn a_provider_who_has_no_room_can_say_so(database) {
        let world = World::at("2027-09-06 10:00", database).await;
        let Pair { owner: bente, provider: kari, id: first } = world.pair().await;
        let hours = json!({ "days": ["mon", "tue", "wed", "thu", "fri"], "from": "08:00", "to": "15:30", "check_in_cap": 1 });
        assert_eq!(kari.put("/v1/working_hours", hours).await.is(200)["check_in_cap"], 1);
        world.agree(&bente, &kari, &first).await;
        let taken = world.propose(&bente, &first, 14).await;
        kari.post(&format!("{taken}/accept"), Value::Null).await.is(200);

        let ada = world.owner("Adelheid").await;
        let second = world.relate(&ada, &kari).await;
        world.agree(&ada, &kari, &second).await;
        let asked = world.propose(&ada, &second, 14).await;
        assert_eq!(kari.post(&format!("{asked}/accept"), Value::Null).await.problem(409), "cap_reached");
        kari.post(&format!("{asked}/decline"), Value::Null).await.is(200);
        let seen = ada.read(&asked).await;
        assert_eq!(seen["state"], "stopped");
        let text = seen["text"].as_str().expect("text");
        assert!(text.starts_with("Kari has no room"), "{text}");
        let offered: Vec<&Value> =
            seen["alternatives"].as_array().expect("alternatives").iter().map(|way| &way["alternative"]).collect();
        assert_eq!(offered.len(), 3, "{seen}");
        // Whoever had room keeps it, and nobody learns of the other.
        assert_eq!(bente.read(&taken).await["state"], "active");
        assert!(!seen.to_string().contains("Bente"), "{seen}");
        world.end().await;
    }

    /// Admin changes the default to 7 days: the owner's 28 stands.
    async fn an_admin_s_default_makes_nothing_more_frequent(database) {
        let world = World::at("2027-09-06 10:00", database).await;
        let admin = world.admin("Solveig").await;
        let Pair { owner: bente, provider: kari, id } = world.pair().await;
        world.agree(&bente, &kari, &id).await;
        let series = world.propose(&bente, &id, 28).await;
        kari.post(&format!("{series}/accept"), Value::Null).await.is(200);
        let before = bente.read(&series).await;
        assert_eq!(before["upcoming"][0]["on"], "2027-10-05");

        let changes = json!({ "changes": { "check_in_default_interval_days": 7 }, "why": "The users' council wished it" });
        let published = admin.post_if("/v1/policy", "\"v1\"", changes).await.is(201);
        assert_eq!((&published["version"], &published["rules"]["check_in_default_interval_days"]), (&json!(2), &json!(7)));
        for who in [&bente, &kari] {
            let version = who.read("/v1/policy/versions").await["items"][0].clone();
            assert_eq!(version["published_by"]["display_name"], "Solveig");
            assert_eq!(version["why"], "The users' council wished it");
        }
        world.settled().await;
        let after = bente.read(&series).await;
        assert_eq!((&after["every_days"], &after["upcoming"]), (&json!(28), &before["upcoming"]));

        world.set("2027-10-05 09:59").await;
        assert_eq!(bente.ledger("check_in").await, Vec::<Value>::new());
        assert_eq!(world.sent_out(), json!({ "apns": 0, "fcm": 0, "mail": 0 }));
        world.set_to_next_before("2027-10-05 13:00").await;
        let [row] = bente.ledger("check_in").await.try_into().expect("one row");
        assert_eq!((&row["slot_on"], &row["outcome"]), (&json!("2027-10-05"), &json!("sent")));
        assert_eq!(row["policy_version"], 2, "under the new policy");
        assert_eq!(world.wakes(&bente.push_token), ["You have something new."]);

        world.end().await;
    }
}
