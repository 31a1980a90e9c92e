//! What a push stands for, and the owner's start page.

use super::fixture::Fixture;
use super::machinery::{Machinery, Written, agree, check_ins, ensure_digest, write};
use super::messages::writing_pair;
use crate::harness::on_both_databases;
use chrono::TimeDelta;
use domain::words::Role;
use serde_json::{Value, json};

fn items(list: &Value) -> &Vec<Value> {
    list["items"].as_array().expect("items")
}

on_both_databases! {
    async fn an_opaque_id_tells_its_recipient_alone_what_it_is_about(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let machinery = Machinery::over(&fixture);
        agree(&fixture, &pair).await;
        ensure_digest(&fixture, &pair).await;
        check_ins(&fixture, &pair).await;
        machinery.run_to(&fixture, "2026-10-20T11:30:00Z").await;
        let list = fixture.get(&pair.owner, "/v1/notifications").await.expect(200);
        let told = items(&list).iter().find(|item| item["job"] == "check_in").expect("a check-in").clone();
        assert_eq!(told["category"], "check_in");
        let actions: Vec<&Value> = told["actions"].as_array().expect("actions").iter().map(|a| &a["choice"]).collect();
        assert_eq!(actions, ["ok", "both", "heavy", "want_to_talk", "not_now"]);
        assert!(told["words"].as_str().expect("words").starts_with("Hi Bente."));
        assert!(told.get("read_at").is_none());

        let path = format!("/v1/notifications/{}", told["id"].as_str().expect("id"));
        assert_eq!(fixture.get(&pair.owner, &path).await.expect(200), told);
        let stranger = fixture.person(Role::ServiceUser, "Ada").await;
        for other in [&pair.provider, &stranger] {
            assert_eq!(fixture.get(other, &path).await.problem(404), "not_found");
            assert_eq!(fixture.post(other, &format!("{path}/read"), Value::Null).await.problem(404), "not_found");
        }
        let nothing = format!("/v1/notifications/{}", uuid::Uuid::nil());
        assert_eq!(fixture.get(&pair.owner, &nothing).await.problem(404), "not_found");

        let why = format!("/v1/ledger/{}", told["target"]["ledger_id"].as_str().expect("id"));
        assert_eq!(fixture.get(&pair.owner, &why).await.expect(200)["words"], "Check-in sent: the agreed day.");

        fixture.post(&pair.owner, &format!("{path}/read"), Value::Null).await.expect(204);
        fixture.post(&pair.owner, &format!("{path}/read"), Value::Null).await.expect(204);
        let read = fixture.get(&pair.owner, &path).await.expect(200);
        assert!(read.get("read_at").is_some());
        let card = format!("/v1/check_ins/{}", told["target"]["check_in_id"].as_str().expect("id"));
        assert!(fixture.get(&pair.owner, &card).await.expect(200).get("opened_at").is_some());
    }

    /// What the gate stopped on its way out told nobody anything.
    async fn a_notice_that_was_stopped_stands_for_none_that_comes_after_it(database) {
        let fixture = Fixture::on(database).await;
        let (pair, admin) = (writing_pair(&fixture).await, fixture.admin().await);
        let machinery = Machinery::over(&fixture);
        let thread = format!("/v1/relationships/{}/messages", pair.relationship);
        let write = async || {
            fixture.post(&pair.provider, &thread, json!({ "kind": "info", "body": "Hello" })).await.expect(201);
            fixture.clock.advance(TimeDelta::minutes(1));
        };
        let in_a_minute = || (fixture.app.now() + TimeDelta::minutes(1)).to_rfc3339();
        write().await;
        machinery.plan().await;
        fixture.put(&admin, "/v1/kill_switch", json!({ "on": true })).await.expect(200);
        machinery.run_to(&fixture, &in_a_minute()).await;
        fixture.put(&admin, "/v1/kill_switch", json!({ "on": false })).await.expect(200);
        let list = fixture.get(&pair.owner, "/v1/notifications").await.expect(200);
        assert_eq!(items(&list).len(), 0, "{list}");
        write().await;
        machinery.run_to(&fixture, &in_a_minute()).await;
        let list = fixture.get(&pair.owner, "/v1/notifications").await.expect(200);
        assert_eq!(items(&list).len(), 1, "{list}");
        assert_eq!(items(&list)[0]["job"], "message_notice");
    }

    async fn the_unread_come_first_page_by_page(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let machinery = Machinery::over(&fixture);
        ensure_digest(&fixture, &pair).await;
        for day in ["06", "07", "08", "09"] {
            write(&fixture, &pair, Written::info("Hello")).await;
            machinery.run_to(&fixture, &format!("2026-10-{day}T08:00:00Z")).await;
        }
        let list = fixture.get(&pair.provider, "/v1/notifications").await.expect(200);
        let ids: Vec<Value> = items(&list).iter().map(|item| item["id"].clone()).collect();
        assert_eq!(ids.len(), 4, "{list}");
        assert_eq!(items(&list)[0]["target"]["digest_on"], "2026-10-09");
        assert_eq!(items(&list)[0]["words"], "Today's digest is ready.");
        let newest = format!("/v1/notifications/{}/read", ids[0].as_str().expect("id"));
        fixture.post(&pair.provider, &newest, Value::Null).await.expect(204);
        fixture.post(&pair.provider, "/v1/digests/2026-10-06/open", Value::Null).await.expect(204);

        let (mut seen, mut next) = (Vec::new(), Some(String::new()));
        while let Some(cursor) = next {
            let page = fixture.get(&pair.provider, &format!("/v1/notifications?limit=1{cursor}")).await.expect(200);
            seen.extend(items(&page).iter().map(|item| item["id"].clone()));
            next = page["next_cursor"].as_str().map(|cursor| format!("&cursor={cursor}"));
        }
        let expected = [&ids[1], &ids[2], &ids[0], &ids[3]];
        assert_eq!(seen.iter().collect::<Vec<_>>(), expected, "unread, then read");
        let forged = fixture.get(&pair.provider, "/v1/notifications?cursor=AAAA").await;
        assert_eq!(forged.problem(400), "bad_cursor");
    }

    async fn the_start_page_asks_what_she_would_like_and_blames_nobody(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let machinery = Machinery::over(&fixture);
        agree(&fixture, &pair).await;
        check_ins(&fixture, &pair).await;
        write(&fixture, &pair, Written::asking("When?")).await;
        machinery.run_to(&fixture, "2026-10-09T08:00:00Z").await;
        let cards = fixture.get(&pair.owner, "/v1/cards").await.expect(200);
        let card = &items(&cards)[0];
        assert_eq!((&card["kind"], &card["promised_on"]), (&json!("overdue"), &json!("2026-10-08")));
        assert_eq!(card["text"], "The date has passed and we don't know why. Your message is safe. What would you like?");
        let choices: Vec<&Value> = card["choices"].as_array().expect("choices").iter().map(|c| &c["choice"]).collect();
        assert_eq!(choices, ["wait", "remind", "next_consultation", "ask_team"]);
        assert_eq!(card["choices"][1]["label"], "Remind Kari");
        assert_eq!(fixture.get(&pair.provider, "/v1/cards").await.problem(403), "not_allowed");

        // Three that wait unanswered: the series rests.
        let clock = storage::clocks::open_of(fixture.app.store.read(), pair.relationship).await.expect("read").remove(0);
        let tx = fixture.app.store.write().await.expect("tx");
        let by = domain::words::ClosedBy::Owner;
        storage::clocks::close(&tx, &clock, by, pair.owner.id, fixture.app.now()).await.expect("closed");
        tx.commit().await.expect("commit");
        machinery.run_to(&fixture, "2027-02-01T12:00:00Z").await;
        let cards = fixture.get(&pair.owner, "/v1/cards").await.expect(200);
        let resting = items(&cards).iter().find(|card| card["kind"] == "check_ins_resting").expect("a card");
        let text = resting["text"].as_str().expect("text");
        assert!(text.contains("You have done nothing wrong. Kari has not been alerted."), "{text}");
        assert_eq!(resting["choices"][0]["choice"], "restart");
    }
}
