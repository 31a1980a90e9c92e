use super::fixture::{Fixture, Pair, Who};
use crate::harness::on_both_databases;
use domain::gate::Reason;
use domain::ids::{AccountId, ReplyClockId, SlotId};
use domain::words::{Job, Outcome, Role};
use domain::working_time::Promise;
use serde_json::{Value, json};
use storage::clocks::{self, NewClock};
use storage::slots::{Decided, NewSlot};
use storage::{accounts, instance, relationships, slots};

async fn open_clock(fixture: &Fixture, pair: &Pair) -> ReplyClockId {
    let now = fixture.app.now();
    let due_at = now + chrono::TimeDelta::days(3);
    let new = NewClock {
        id: ReplyClockId(fixture.app.store.new_id()),
        relationship: pair.relationship,
        owner: pair.owner.id,
        provider: pair.provider.id,
        message: None,
        slot: Some(SlotId(fixture.app.store.new_id())),
        window_days: 3,
        promise: Promise { due_on: due_at.date_naive(), due_at },
    };
    let id = new.id;
    let tx = fixture.app.store.write().await.expect("tx");
    clocks::open(&tx, new, now).await.expect("clock");
    tx.commit().await.expect("commit");
    id
}

async fn clock(fixture: &Fixture, id: ReplyClockId) -> storage::rows::ReplyClock {
    clocks::by_id(fixture.app.store.read(), id).await.expect("read").expect("clock")
}

async fn act(fixture: &Fixture, who: &Who, on: AccountId, act: &str) -> crate::api::fixture::Reply {
    fixture.post(who, &format!("/v1/accounts/{on}/{act}"), Value::Null).await
}

fn wall(text: &str) -> chrono::NaiveTime {
    domain::wall_time::parse(text).expect("a time")
}

/// One row of the ledger on 5 October.
async fn ledger(fixture: &Fixture, job: Job, recipient: &Who, owner: Option<&Who>, outcome: Outcome) {
    let (store, now) = (&fixture.app.store, fixture.app.now());
    let new = NewSlot {
        id: SlotId(store.new_id()),
        series: None,
        job,
        subject: store.new_id(),
        on_date: now.date_naive(),
        owner: owner.map(|owner| owner.id),
        provider: None,
        relationship: None,
        recipient: recipient.id,
        recipient_zone: "Europe/Oslo".into(),
        number: 0,
        position: None,
        items: None,
        promised_on: None,
        long_count: None,
        fires_at: now,
        next_at: None,
        closes_at: None,
        decided: Decided {
            outcome,
            reason: Reason::Due,
            gates: json!([]),
            channels: json!([]),
            policy_version: 1,
            agreement_version: None,
            counts_unanswered: false,
            sent_on: None,
        },
        trace: None,
    };
    let tx = store.write().await.expect("tx");
    assert!(slots::plan(&tx, new, now).await.expect("slot"));
    tx.commit().await.expect("commit");
}

fn invitation(role: &str, login: &str) -> Value {
    json!({ "role": role, "login": login, "display_name": "Nora" })
}

on_both_databases! {
    async fn an_invitation_opens_one_account_once(database) {
        let fixture = Fixture::on(database).await;
        let (admin, provider) = (fixture.admin().await, fixture.provider().await);
        let body = json!({
            "changes": { "quiet_hours_default": { "from": "21:00", "to": "08:00" } }, "why": "Later evenings in summer",
        });
        let headers = [("If-Match", "\"v1\"")];
        fixture.call(poem::http::Method::POST, Some(&admin), "/v1/policy", body, &headers).await.expect(201);
        let mut body = invitation("service_user", " Nora@Example.org ");
        body["email"] = json!("nora@example.org");
        let made = fixture.post(&provider, "/v1/account_invitations", body).await;
        let code = made.expect(201)["code"].as_str().expect("a code").to_owned();
        let open = json!({ "code": code, "password": "a long enough password", "adult": true });
        let path = "/v1/invitations/accept";
        let opened = fixture.call(poem::http::Method::POST, None, path, open.clone(), &[]).await.expect(201);
        assert_eq!((&opened["login"], &opened["role"]), (&json!("nora@example.org"), &json!("service_user")));
        let again = fixture.call(poem::http::Method::POST, None, path, open, &[]).await;
        assert_eq!(again.problem(422), "expired");
        let row = accounts::by_login(fixture.app.store.read(), "nora@example.org").await.expect("read").expect("her");
        assert_eq!(row.email.as_deref(), Some("nora@example.org"));
        assert_eq!((row.quiet_from, row.quiet_to), (wall("21:00"), wall("08:00")), "as the policy proposes");
    }

    async fn whether_a_login_is_taken_is_not_told(database) {
        let fixture = Fixture::on(database).await;
        let (admin, owner) = (fixture.admin().await, fixture.owner().await);
        let shape = |reply: crate::api::fixture::Reply| {
            let json = reply.expect(201);
            let keys: Vec<String> = json.as_object().expect("an object").keys().cloned().collect();
            (keys, json["code"].as_str().expect("code").len(), json["expires_at"].clone(), json["code"].clone())
        };
        let free = shape(fixture.post(&admin, "/v1/account_invitations", invitation("provider", "nobody")).await);
        let taken = shape(fixture.post(&admin, "/v1/account_invitations", invitation("provider", &owner.login)).await);
        assert_eq!((&free.0, free.1, &free.2), (&taken.0, taken.1, &taken.2));
        let open = json!({ "code": taken.3, "password": "a long enough password", "adult": true });
        let reply = fixture.call(poem::http::Method::POST, None, "/v1/invitations/accept", open, &[]).await;
        assert_eq!(reply.problem(422), "expired");
    }

    async fn providers_invite_service_users_and_admins_anybody(database) {
        let fixture = Fixture::on(database).await;
        let (admin, provider) = (fixture.admin().await, fixture.provider().await);
        for (index, role) in Role::ALL.iter().enumerate() {
            let body = invitation(role.as_str(), &format!("person{index}"));
            fixture.post(&admin, "/v1/account_invitations", body.clone()).await.expect(201);
            let reply = fixture.post(&provider, "/v1/account_invitations", body.clone()).await;
            if *role == Role::ServiceUser {
                reply.expect(201);
            } else {
                assert_eq!(reply.problem(403), "not_allowed");
            }
            let who = fixture.person(*role, &format!("somebody{index}")).await;
            if !matches!(role, Role::Admin | Role::Provider) {
                assert_eq!(fixture.post(&who, "/v1/account_invitations", body).await.problem(403), "not_allowed");
            }
        }
    }

    async fn an_invitation_names_what_is_wrong(database) {
        let fixture = Fixture::on(database).await;
        let admin = fixture.admin().await;
        for (field, value, fault) in [
            ("login", json!("  "), "too_short"),
            ("login", json!("ab"), "too_short"),
            ("login", json!("a b c"), "format"),
            ("login", json!("abc\u{0}"), "format"),
            ("login", json!("x".repeat(201)), "too_long"),
            ("display_name", json!(""), "too_short"),
            ("display_name", json!("x".repeat(101)), "too_long"),
            ("zone", json!("Europe/Nowhere"), "unknown_time_zone"),
            ("email", json!("nobody"), "format"),
        ] {
            let mut body = invitation("provider", "nora");
            body[field] = value;
            let faults = fixture.post(&admin, "/v1/account_invitations", body).await.faults();
            assert_eq!(faults, [(format!("/{field}"), fault.to_owned())]);
        }
    }

    async fn the_list_of_accounts_holds_no_names_and_ends_at_the_organisation(database) {
        let fixture = Fixture::on(database).await;
        let (admin, owner) = (fixture.admin().await, fixture.owner().await);
        let elsewhere = fixture.elsewhere().await;
        fixture.person_of(elsewhere, Role::ServiceUser, "Stranger").await;
        let first = fixture.get(&admin, "/v1/accounts?limit=1").await.expect(200);
        let cursor = first["next_cursor"].as_str().expect("more");
        let second = fixture.get(&admin, &format!("/v1/accounts?limit=1&cursor={cursor}")).await.expect(200);
        assert!(second.get("next_cursor").is_none());
        let ids: Vec<_> = [&first, &second].map(|page| page["items"][0]["id"].as_str().expect("id").to_owned()).into();
        let mut expected = [admin.id.to_string(), owner.id.to_string()];
        expected.sort_by(|a, b| b.cmp(a));
        assert_eq!(ids, expected, "newest first");
        let keys: Vec<_> = first["items"][0].as_object().expect("an object").keys().cloned().collect();
        assert_eq!(keys, ["created_at", "id", "role", "state", "version"]);
        assert_eq!(fixture.get(&owner, "/v1/accounts").await.problem(403), "not_allowed");
        assert_eq!(fixture.get(&admin, "/v1/accounts?cursor=forged").await.problem(400), "bad_cursor");
    }

    async fn a_suspended_provider_is_out_at_once_and_her_promises_are_uncertain(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let (admin, duty) = (fixture.admin().await, fixture.duty().await);
        let id = open_clock(&fixture, &pair).await;
        fixture.get(&pair.provider, "/v1/sessions").await.expect(200);

        let out = act(&fixture, &admin, pair.provider.id, "suspend").await.expect(200);
        assert_eq!((&out["state"], &out["version"]), (&json!("suspended"), &json!(2)));
        assert_eq!(fixture.get(&pair.provider, "/v1/sessions").await.problem(401), "not_signed_in");
        assert_eq!(clock(&fixture, id).await.uncertain_since, Some(fixture.app.now()));
        assert_eq!(act(&fixture, &admin, pair.provider.id, "suspend").await.expect(200)["version"], 2, "once is enough");

        let heard = fixture.get(&duty, "/v1/duty/uncertain_promises").await.expect(200);
        let expected = json!({
            "id": id.to_string(), "provider_id": pair.provider.id.to_string(), "promised_on": "2026-10-08",
            "uncertain_since": heard["items"][0]["uncertain_since"], "why": "provider_gone",
        });
        assert_eq!((&heard["count"], &heard["items"]), (&json!(1), &json!([expected])));

        fixture.clock.advance(chrono::TimeDelta::minutes(5));
        assert_eq!(act(&fixture, &admin, pair.provider.id, "resume").await.expect(200)["state"], "active");
        assert_eq!(clock(&fixture, id).await.uncertain_since, None);
        assert_eq!(fixture.get(&duty, "/v1/duty/uncertain_promises").await.expect(200)["count"], 0);
        assert_eq!(fixture.get(&pair.provider, "/v1/sessions").await.problem(401), "not_signed_in", "she signs in again");
    }

    async fn promises_go_to_whoever_takes_part(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let admin = fixture.admin().await;
        let colleague = fixture.person(Role::Provider, "Lise").await;
        let tx = fixture.app.store.write().await.expect("tx");
        let now = fixture.app.now();
        relationships::add_member(&tx, pair.relationship, colleague.id, false, now).await.expect("member");
        tx.commit().await.expect("commit");
        let id = open_clock(&fixture, &pair).await;

        act(&fixture, &admin, pair.provider.id, "suspend").await.expect(200);
        let handed = clock(&fixture, id).await;
        assert_eq!((handed.handed_to, handed.uncertain_since), (Some(colleague.id.0), None));
        act(&fixture, &admin, colleague.id, "suspend").await.expect(200);
        assert!(clock(&fixture, id).await.uncertain_since.is_some(), "nobody is left");
    }

    async fn a_promise_that_was_handed_over_goes_back(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let admin = fixture.admin().await;
        let colleague = fixture.person(Role::Provider, "Lise").await;
        let id = open_clock(&fixture, &pair).await;
        let row = clock(&fixture, id).await;
        let tx = fixture.app.store.write().await.expect("tx");
        clocks::hand_over(&tx, &row, colleague.id).await.expect("handed over");
        tx.commit().await.expect("commit");
        act(&fixture, &admin, colleague.id, "suspend").await.expect(200);
        let back = clock(&fixture, id).await;
        assert_eq!((back.handed_to, back.uncertain_since), (None, None));
    }

    async fn only_an_admin_suspends_and_never_herself(database) {
        let fixture = Fixture::on(database).await;
        let (admin, owner) = (fixture.admin().await, fixture.owner().await);
        for role in [Role::ServiceUser, Role::Provider, Role::Consultant, Role::Duty] {
            let who = fixture.person(role, role.as_str()).await;
            assert_eq!(act(&fixture, &who, owner.id, "suspend").await.problem(403), "not_allowed");
            assert_eq!(act(&fixture, &who, owner.id, "resume").await.problem(403), "not_allowed");
            assert_eq!(fixture.get(&who, "/v1/kill_switch").await.problem(403), "not_allowed");
            assert_eq!(fixture.put(&who, "/v1/kill_switch", json!({ "on": true })).await.problem(403), "not_allowed");
            assert_eq!(fixture.get(&who, "/v1/counts?from=2026-10-01&to=2026-11-01").await.problem(403), "not_allowed");
            let duty = fixture.get(&who, "/v1/duty/uncertain_promises").await;
            assert_eq!(duty.status, if role == Role::Duty { 200 } else { 403 });
        }
        assert_eq!(act(&fixture, &admin, admin.id, "suspend").await.problem(403), "not_allowed");
        let elsewhere = fixture.elsewhere().await;
        let other = fixture.person_of(elsewhere, Role::Admin, "Other").await;
        assert_eq!(act(&fixture, &other, owner.id, "suspend").await.problem(404), "not_found");
        assert_eq!(act(&fixture, &admin, AccountId(uuid::Uuid::nil()), "suspend").await.problem(404), "not_found");
    }

    async fn the_kill_switch_makes_every_date_uncertain_until_it_is_off(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let (admin, duty) = (fixture.admin().await, fixture.duty().await);
        let id = open_clock(&fixture, &pair).await;
        assert_eq!(fixture.get(&admin, "/v1/kill_switch").await.expect(200), json!({ "on": false }));

        let on = fixture.put(&admin, "/v1/kill_switch", json!({ "on": true })).await.expect(200);
        assert_eq!(on["on"], true);
        assert!(instance::kill_switch(fixture.app.store.read()).await.expect("read").on);
        let heard = fixture.get(&duty, "/v1/duty/uncertain_promises").await.expect(200);
        assert_eq!((&heard["count"], &heard["items"][0]["why"]), (&json!(1), &json!("stopped")));

        fixture.clock.advance(chrono::TimeDelta::hours(2));
        let again = fixture.put(&admin, "/v1/kill_switch", json!({ "on": true })).await.expect(200);
        assert_eq!(again["since"], on["since"], "it was on already");
        let meanwhile = open_clock(&fixture, &pair).await;
        let since = instance::kill_switch(fixture.app.store.read()).await.expect("read").since;
        assert_eq!(clock(&fixture, meanwhile).await.uncertain_since, since, "promised while nobody is told");
        let off = fixture.put(&admin, "/v1/kill_switch", json!({ "on": false })).await.expect(200);
        assert_eq!(off["on"], false);
        assert_eq!(clock(&fixture, id).await.uncertain_since, None);
        assert_eq!(clock(&fixture, meanwhile).await.uncertain_since, None);
    }

    async fn counts_are_of_whole_months_and_of_nobody_alone(database) {
        let fixture = Fixture::on(database).await;
        let admin = fixture.admin().await;
        let elsewhere = fixture.elsewhere().await;
        for number in 0..6 {
            let owner = fixture.person(Role::ServiceUser, &format!("owner{number}")).await;
            ledger(&fixture, Job::CheckIn, &owner, Some(&owner), Outcome::Sent).await;
            ledger(&fixture, Job::CheckIn, &owner, Some(&owner), Outcome::Planned).await;
            let stranger = fixture.person_of(elsewhere, Role::ServiceUser, &format!("stranger{number}")).await;
            ledger(&fixture, Job::PlanReview, &stranger, Some(&stranger), Outcome::Sent).await;
            if number < 4 {
                ledger(&fixture, Job::CheckIn, &owner, Some(&owner), Outcome::Skipped).await;
                let provider = fixture.person(Role::Provider, &format!("provider{number}")).await;
                ledger(&fixture, Job::Digest, &provider, None, Outcome::Sent).await;
                ledger(&fixture, Job::Digest, &provider, None, Outcome::Sent).await;
            }
        }
        let counts = fixture.get(&admin, "/v1/counts?from=2026-10-12&to=2026-10-13").await.expect(200);
        assert_eq!(counts, json!({
            "from": "2026-10-01", "to": "2026-11-01", "items": [{ "job": "check_in", "outcome": "sent", "count": 6 }],
        }));
        let november = fixture.get(&admin, "/v1/counts?from=2026-11-01&to=2026-11-02").await.expect(200);
        assert_eq!(november["items"], json!([]));
        for (from, to) in [
            ("2026-10-02", "2026-10-02"),
            ("2026-10-02", "2026-10-01"),
            ("1999-01-01", "2026-10-01"),
            ("2026-10-01", "9999-12-31"),
        ] {
            let reply = fixture.get(&admin, &format!("/v1/counts?from={from}&to={to}")).await;
            assert_eq!(reply.faults(), [("to".to_owned(), "outside_bounds".to_owned())]);
        }
        assert_eq!(fixture.get(&admin, "/v1/counts?from=soon&to=2026-10-01").await.problem(400), "malformed");
    }
}
