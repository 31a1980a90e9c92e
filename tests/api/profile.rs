use super::fixture::{Fixture, Reply, Who};
use super::owners_life::slot;
use crate::harness::on_both_databases;
use domain::words::{Channel, Job, Outcome, Role};
use poem::http::Method;
use serde_json::{Value, json};
use storage::{accounts, notification_settings, unsubscribe};

async fn change(fixture: &Fixture, who: &Who, body: Value) -> Reply {
    fixture.patch(who, "/v1/me", body, "*").await
}

on_both_databases! {
    async fn each_changes_her_own_account_within_her_role(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let me = fixture.get(&pair.owner, "/v1/me").await;
        let tag = me.etag();
        let me = me.expect(200);
        assert_eq!((&me["role"], &me["languages"]), (&json!("service_user"), &json!(["en"])));
        assert!(me.get("email").is_none());
        let body = json!({
            "display_name": "  Bente B ", "languages": ["nn", "nb"], "time_zone": "Europe/Helsinki",
            "lock_screen": "silent", "read_receipts": false,
        });
        let changed = fixture.patch(&pair.owner, "/v1/me", body, &tag).await.expect(200);
        assert_eq!(changed["display_name"], "Bente B");
        assert_eq!(changed["languages"], json!(["nn", "nb"]));
        assert_eq!(changed["time_zone"], "Europe/Helsinki");
        assert_eq!((&changed["lock_screen"], &changed["read_receipts"]), (&json!("silent"), &json!(false)));
        assert_eq!(fixture.patch(&pair.owner, "/v1/me", json!({}), &tag).await.problem(412), "stale");
        assert_eq!(
            fixture.call(Method::PATCH, Some(&pair.owner), "/v1/me", json!({}), &[]).await.problem(428),
            "missing_if_match"
        );
        for (body, field, fault) in [
            (json!({ "time_zone": "Oslo" }), "/time_zone", "unknown_time_zone"),
            (json!({ "languages": [] }), "/languages", "required"),
            (json!({ "languages": ["nb", "nb"] }), "/languages/1", "duplicate"),
            (json!({ "display_name": " " }), "/display_name", "too_short"),
            (json!({ "display_name": "a\u{7}" }), "/display_name", "format"),
            (json!({ "display_name": "å".repeat(201) }), "/display_name", "too_long"),
        ] {
            let faults = change(&fixture, &pair.owner, body.clone()).await.faults();
            assert_eq!(faults, [(field.to_owned(), fault.to_owned())], "{body}");
        }
        assert_eq!(change(&fixture, &pair.owner, json!({ "email": "b@x.no" })).await.problem(403), "not_allowed");
        let silent = json!({ "lock_screen": "silent" });
        assert_eq!(change(&fixture, &pair.provider, silent).await.problem(403), "not_allowed");
        let mail = change(&fixture, &pair.provider, json!({ "email": "kari@nordre.example" })).await.expect(200);
        assert_eq!(mail["email"], "kari@nordre.example");
        let kept = change(&fixture, &pair.provider, json!({ "display_name": "Kari N" })).await.expect(200);
        assert_eq!(kept["email"], "kari@nordre.example", "left out is not null");
        let faults = change(&fixture, &pair.provider, json!({ "email": "a@x.no\r\nBcc: b@y.no" })).await.faults();
        assert_eq!(faults, [("/email".to_owned(), "format".to_owned())]);
        assert!(change(&fixture, &pair.provider, json!({ "email": null })).await.expect(200).get("email").is_none());
    }

    async fn working_hours_are_the_providers_and_her_cap_is_never_above_the_organisations(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let put = async |body: Value| {
            fixture.call(Method::PUT, Some(&pair.provider), "/v1/working_hours", body, &[("If-Match", "*")]).await
        };
        let first = fixture.get(&pair.provider, "/v1/working_hours").await.expect(200);
        assert_eq!(first["days"], json!(["mon", "tue", "wed", "thu", "fri"]));
        assert_eq!((&first["from"], &first["to"]), (&json!("08:00"), &json!("15:30")));
        assert_eq!((&first["check_in_cap"], &first["check_in_cap_max"]), (&json!(10), &json!(10)));
        let hours = json!({ "days": ["thu", "mon"], "from": "09:00", "to": "14:00", "check_in_cap": 0 });
        let set = put(hours.clone()).await.expect(200);
        assert_eq!((&set["days"], &set["check_in_cap"]), (&json!(["mon", "thu"]), &json!(0)));
        for (name, value, field, fault) in [
            ("days", json!([]), "/days", "required"),
            ("days", json!(["mon", "mon"]), "/days/1", "duplicate"),
            ("from", json!("14:00"), "/to", "outside_bounds"),
            ("to", json!("24:00"), "/to", "format"),
            ("check_in_cap", json!(11), "/check_in_cap", "outside_bounds"),
            ("check_in_cap", json!(4_294_967_295_u32), "/check_in_cap", "outside_bounds"),
        ] {
            let mut body = hours.clone();
            body[name] = value;
            assert_eq!(put(body.clone()).await.faults(), [(field.to_owned(), fault.to_owned())], "{body}");
        }
        assert_eq!(fixture.get(&pair.owner, "/v1/working_hours").await.problem(403), "not_allowed");
    }

    async fn what_must_be_told_cannot_be_switched_off_but_its_push_can(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let path = "/v1/notification_settings";
        let jobs = |settings: &Value| -> Vec<String> {
            let items = settings["items"].as_array().expect("items");
            items.iter().filter_map(|item| item["job"].as_str()).map(str::to_owned).collect()
        };
        let hers = fixture.get(&pair.owner, path).await.expect(200);
        assert_eq!(jobs(&hers), ["check_in", "plan_review", "agreement_round", "message_notice", "overdue_notice"]);
        let theirs = fixture.get(&pair.provider, path).await.expect(200);
        assert_eq!(
            theirs["items"],
            json!([
                { "job": "digest", "on": true, "can_switch_off": false, "push": true, "email": true }
            ])
        );
        assert_eq!(fixture.get(&fixture.admin().await, path).await.expect(200)["items"], json!([]));

        let planned =
            slot(&fixture, &pair.owner, Job::CheckIn, None, Outcome::Planned).await;
        let set = json!({ "items": [{ "job": "check_in", "on": false }, { "job": "overdue_notice", "push": false }] });
        let changed = fixture.put(&pair.owner, path, set).await.expect(200);
        assert_eq!(changed["items"][0]["on"], false);
        assert_eq!((&changed["items"][4]["on"], &changed["items"][4]["push"]), (&json!(true), &json!(false)));
        let row = storage::slots::by_id(fixture.app.store.read(), planned).await.expect("read").expect("slot");
        assert_eq!((row.outcome.as_str(), row.reason.as_str()), ("cancelled", "switched_off"));
        for (who, item, field, fault) in [
            (&pair.owner, json!({ "job": "overdue_notice", "on": false }), "/items/0/on", "not_in_list"),
            (&pair.owner, json!({ "job": "check_in", "email": true }), "/items/0/email", "unknown_field"),
            (&pair.owner, json!({ "job": "digest", "push": false }), "/items/0/job", "not_in_list"),
            (&pair.provider, json!({ "job": "digest", "on": false }), "/items/0/on", "not_in_list"),
            (&pair.provider, json!({ "job": "check_in", "on": false }), "/items/0/job", "not_in_list"),
        ] {
            let faults = fixture.put(who, path, json!({ "items": [item] })).await.faults();
            assert_eq!(faults, [(field.to_owned(), fault.to_owned())], "{item}");
        }
        let twice = json!({ "items": [{ "job": "check_in", "on": true }, { "job": "check_in", "on": false }] });
        let faults = fixture.put(&pair.owner, path, twice).await.faults();
        assert_eq!(faults, [("/items/1/job".to_owned(), "duplicate".to_owned())]);
    }

    async fn one_click_turns_the_mail_off_and_following_the_link_does_not(database) {
        let fixture = Fixture::on(database).await;
        let provider = fixture.provider().await;
        let token = unsubscribe::token(fixture.app.store.sealer.master(), provider.id);
        let path = format!("/v1/unsubscribe/{token}");
        let on = async || {
            let settings = notification_settings::of(fixture.app.store.read(), provider.id).await.expect("settings");
            settings.is_on(Job::Digest, Channel::Email)
        };
        let (status, page) = fixture.page(Method::GET, &path).await;
        assert_eq!(status, 200);
        assert!(page.contains("<form method=\"post\">") && !page.contains("Kari"), "{page}");
        let (status, page) = fixture.page(Method::HEAD, &path).await;
        assert_eq!((status, page.as_str()), (200, ""));
        assert!(on().await, "a scanner that follows links changes nothing");
        for _ in 0..2 {
            let reply = fixture.call(Method::POST, None, &path, Value::Null, &[]).await;
            assert_eq!(reply.status, 204);
            assert!(reply.headers.get("set-cookie").is_none() && reply.headers.get("location").is_none());
        }
        assert!(!on().await);
        let settings = notification_settings::of(fixture.app.store.read(), provider.id).await.expect("settings");
        assert!(settings.is_on(Job::Digest, Channel::InApp) && settings.is_on(Job::Digest, Channel::Push));
        for forged in ["x".to_owned(), format!("{token}A"), token[1..].to_owned()] {
            let reply = fixture.call(Method::POST, None, &format!("/v1/unsubscribe/{forged}"), Value::Null, &[]).await;
            assert_eq!(reply.problem(404), "not_found");
        }
    }

    async fn the_newest_person_on_a_device_owns_its_token(database) {
        let fixture = Fixture::on(database).await;
        let (bente, siri) = (fixture.owner().await, fixture.person(Role::ServiceUser, "Siri").await);
        let phone = json!({ "platform": "fcm", "push_token": "token-1", "app_version": "1.2.0" });
        let first = fixture.post(&bente, "/v1/devices", phone.clone()).await.expect(201);
        assert_eq!(first["has_push_token"], true);
        assert!(!first.to_string().contains("token-1"), "a token is not told again");
        let listed = async |who: &Who| {
            let page = fixture.get(who, "/v1/devices").await.expect(200);
            page["items"].as_array().expect("items").iter().filter(|d| d["has_push_token"] == true).count()
        };
        assert_eq!(listed(&bente).await, 1);
        fixture.post(&siri, "/v1/devices", phone).await.expect(201);
        assert_eq!((listed(&bente).await, listed(&siri).await), (0, 1));
        let path = format!("/v1/devices/{}", first["id"].as_str().expect("id"));
        assert_eq!(fixture.get(&bente, &path).await.problem(404), "not_found", "it is Siri's now");

        let second = json!({ "platform": "apns", "environment": "sandbox", "app_version": "1.2.0" });
        let second = fixture.post(&bente, "/v1/devices", second).await.expect(201);
        let path = format!("/v1/devices/{}", second["id"].as_str().expect("id"));
        assert_eq!(fixture.get(&siri, &path).await.problem(404), "not_found");
        let got = fixture.get(&bente, &path).await;
        let tag = got.etag();
        let moved = fixture.patch(&bente, &path, json!({ "push_token": "token-1" }), &tag).await.expect(200);
        assert_eq!(moved["has_push_token"], true);
        assert_eq!((listed(&bente).await, listed(&siri).await), (1, 0));
        assert_eq!(fixture.patch(&bente, &path, json!({}), &tag).await.problem(412), "stale");
        let without = fixture.patch(&bente, &path, json!({ "push_token": null }), "*").await.expect(200);
        assert_eq!(without["has_push_token"], false);
        for (body, field, fault) in [
            (json!({ "push_token": "with space" }), "/push_token", "format"),
            (json!({ "push_token": "x".repeat(4_097) }), "/push_token", "too_long"),
            (json!({ "app_version": "" }), "/app_version", "too_short"),
        ] {
            let faults = fixture.patch(&bente, &path, body, "*").await.faults();
            assert_eq!(faults, [(field.to_owned(), fault.to_owned())]);
        }
        let none = json!({ "platform": "none", "push_token": "t", "app_version": "1" });
        let faults = fixture.post(&bente, "/v1/devices", none).await.faults();
        assert_eq!(faults, [("/push_token".to_owned(), "unknown_field".to_owned())]);
        fixture.delete(&bente, &path).await.expect(204);
        assert_eq!(fixture.delete(&bente, &path).await.problem(404), "not_found");
    }

    /// Letting go of the device one is signed in on signs out there.
    async fn a_lost_phone_is_signed_out(database) {
        let fixture = Fixture::on(database).await;
        let owner = fixture.owner().await;
        let devices = fixture.get(&owner, "/v1/devices").await.expect(200);
        let devices = devices["items"].as_array().expect("items");
        let current = devices.iter().find(|device| device["current"] == true).expect("this one");
        let token = fixture.token(&owner).await;
        fixture.delete(&owner, &format!("/v1/devices/{}", current["id"].as_str().expect("id"))).await.expect(204);
        let bearer = format!("Bearer {token}");
        let reply = fixture.call(Method::GET, None, "/v1/me", Value::Null, &[("Authorization", &bearer)]).await;
        assert_eq!(reply.problem(401), "not_signed_in");
        let row = accounts::for_machinery(fixture.app.store.read(), owner.id).await.expect("read").expect("account");
        assert_eq!(row.version, 1, "her account is as it was");
    }
}
