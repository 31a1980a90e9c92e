use super::crisis_plan::write;
use super::fixture::{Fixture, Who};
use crate::harness::on_both_databases;
use domain::ids::{AccountId, TeamId};
use domain::words::Role;
use sea_orm::{ConnectionTrait, DbBackend};
use serde_json::{Value, json};
use storage::audit::{self, Verified};
use storage::teams;
use uuid::Uuid;

pub async fn grant(fixture: &Fixture, owner: &Who, to: &Who, kind: &str, subject: &str, effect: &str) -> Uuid {
    let body = json!({ "provider_id": to.id.0, "subject_kind": kind, "subject": subject, "effect": effect });
    let made = fixture.post(owner, "/v1/grants", body).await.expect(201);
    made["id"].as_str().expect("id").parse().expect("uuid")
}

fn plan_of(owner: &Who) -> String {
    format!("/v1/owners/{}/plan", owner.id)
}

fn seen(plan: &Value) -> Vec<String> {
    let sections = plan["sections"].as_array().expect("sections");
    sections.iter().filter_map(|section| section["section"].as_str()).map(str::to_owned).collect()
}

on_both_databases! {
    /// Story 1, with sections in place of goals.
    async fn a_provider_finds_no_trace_of_the_private_section(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let (owner, kari) = (&pair.owner, &pair.provider);
        write(&fixture, owner, "what_i_do", "I walk to the sea").await.expect(200);
        write(&fixture, owner, "what_matters", "My sister").await.expect(200);
        write(&fixture, owner, "triggers", "The month of March").await.expect(200);
        grant(&fixture, owner, kari, "section", "what_i_do", "allow").await;
        grant(&fixture, owner, kari, "section", "what_matters", "allow").await;

        let before = fixture.get(kari, &plan_of(owner)).await;
        let tag = before.etag();
        let plan = before.expect(200);
        assert_eq!(seen(&plan), ["what_matters", "what_i_do"]);
        // The private section may change as it likes: nothing she is answered changes with it.
        fixture.clock.advance(chrono::TimeDelta::minutes(5));
        write(&fixture, owner, "triggers", "April too").await.expect(200);
        fixture.post(owner, "/v1/plan/uses", json!({ "level": "crisis", "note": "April" })).await.expect(201);
        let after = fixture.get(kari, &plan_of(owner)).await;
        assert_eq!(after.etag(), tag);
        assert_eq!(after.expect(200), plan);

        let relationship = pair.relationship;
        for path in [
            plan_of(owner),
            "/v1/relationships".to_owned(),
            format!("/v1/relationships/{relationship}"),
            format!("/v1/relationships/{relationship}/plan_wishes"),
            "/v1/notification_settings".to_owned(),
            "/v1/prompts".to_owned(),
        ] {
            let text = fixture.get(kari, &path).await.json.to_string();
            for trace in ["triggers", "March", "April"] {
                assert!(!text.contains(trace), "{path} tells of {trace}: {text}");
            }
        }
        let log = fixture.get(owner, "/v1/access_log").await.expect(200);
        assert!(!log.to_string().contains("triggers"), "she read two sections");
    }

    async fn nothing_shared_and_no_such_owner_are_one_answer(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        write(&fixture, &pair.owner, "what_i_do", "I walk").await.expect(200);
        let stranger = fixture.person(Role::ServiceUser, "Siri").await;
        let nobody = Who { id: AccountId(Uuid::from_u128(1)), login: String::new() };
        let other = fixture.person(Role::Provider, "Ola").await;
        grant(&fixture, &pair.owner, &pair.provider, "module", "crisis_plan", "allow").await;
        grant(&fixture, &pair.owner, &pair.provider, "module", "crisis_plan", "deny").await;
        let mut answers = Vec::new();
        for (who, owner) in [
            (&pair.provider, &pair.owner),
            (&pair.provider, &stranger),
            (&pair.provider, &nobody),
            (&other, &pair.owner),
            (&stranger, &pair.owner),
            (&fixture.admin().await, &pair.owner),
            (&fixture.duty().await, &pair.owner),
        ] {
            let reply = fixture.get(who, &plan_of(owner)).await;
            assert_eq!(reply.status, 404);
            answers.push(reply.json.to_string());
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{answers:?}");
        assert_eq!(fixture.get(&pair.owner, "/v1/access_log").await.expect(200)["items"], json!([]));
    }

    async fn the_owner_sees_what_kari_sees(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let (owner, kari) = (&pair.owner, &pair.provider);
        write(&fixture, owner, "what_i_do", "I walk").await.expect(200);
        write(&fixture, owner, "triggers", "March").await.expect(200);
        let path = format!("/v1/plan/as_seen_by/{}", kari.id);
        let nothing = fixture.get(owner, &path).await.expect(200);
        assert!(nothing.get("plan").is_none());
        assert_eq!(nothing["provider"]["display_name"], "Kari");

        let whole = grant(&fixture, owner, kari, "module", "crisis_plan", "allow").await;
        let deny = grant(&fixture, owner, kari, "section", "triggers", "deny").await;
        let check = async || {
            let hers = fixture.get(owner, &path).await.expect(200);
            let theirs = fixture.get(kari, &plan_of(owner)).await;
            match theirs.status {
                200 => assert_eq!(hers["plan"], theirs.json),
                404 => assert!(hers.get("plan").is_none()),
                status => panic!("{status}"),
            }
            hers
        };
        let shown = check().await;
        assert!(!seen(&shown["plan"]).contains(&"triggers".to_owned()));
        assert_eq!(seen(&shown["plan"]).len(), 20, "what is not written is shared all the same");
        fixture.delete(owner, &format!("/v1/grants/{deny}")).await.expect(204);
        assert!(seen(&check().await["plan"]).contains(&"triggers".to_owned()));
        fixture.delete(owner, &format!("/v1/grants/{whole}")).await.expect(204);
        assert!(check().await.get("plan").is_none(), "taken back is taken back at once");
        // Looking at it through her eyes is not her reading.
        let reads = fixture.get(owner, "/v1/access_log").await.expect(200);
        assert_eq!(reads["items"].as_array().map(Vec::len), Some(2));

        let elsewhere = fixture.person(Role::Provider, "Ola").await;
        let unknown = format!("/v1/plan/as_seen_by/{}", elsewhere.id);
        assert_eq!(fixture.get(owner, &unknown).await.problem(404), "not_found");
        assert_eq!(fixture.get(kari, &path).await.problem(403), "not_allowed");
    }

    async fn a_share_rests_on_an_active_relationship(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        write(&fixture, &pair.owner, "what_i_do", "I walk").await.expect(200);
        grant(&fixture, &pair.owner, &pair.provider, "section", "what_i_do", "allow").await;
        fixture.get(&pair.provider, &plan_of(&pair.owner)).await.expect(200);
        fixture.delete(&pair.provider, &format!("/v1/relationships/{}", pair.relationship)).await.expect(204);
        assert_eq!(fixture.get(&pair.provider, &plan_of(&pair.owner)).await.problem(404), "not_found");
    }

    /// What is shared with a team is shared with whoever is on it and works with the owner; a deny
    /// for the team or for the person wins.
    async fn a_team_s_grant_is_its_members(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let (owner, kari) = (&pair.owner, &pair.provider);
        let ola = fixture.person(Role::Provider, "Ola").await;
        let team = TeamId(fixture.app.store.new_id());
        let now = fixture.app.now();
        let tx = fixture.app.store.write().await.expect("tx");
        teams::create(&tx, team, fixture.organisation, "Day team", now).await.expect("team");
        for member in [kari, &ola] {
            teams::join(&tx, team, member.id, now).await.expect("member");
        }
        tx.commit().await.expect("commit");
        write(&fixture, owner, "what_i_do", "I walk").await.expect(200);
        write(&fixture, owner, "triggers", "March").await.expect(200);
        let give = async |kind: &str, subject: &str, effect: &str| {
            let body = json!({ "team_id": team.0, "subject_kind": kind, "subject": subject, "effect": effect });
            fixture.post(owner, "/v1/grants", body).await.expect(201)
        };
        let whole = give("module", "crisis_plan", "allow").await;
        assert_eq!(whole["team"]["display_name"], "Day team");
        assert_eq!(seen(&fixture.get(kari, &plan_of(owner)).await.expect(200)).len(), 21);
        // On the team, but not with her.
        assert_eq!(fixture.get(&ola, &plan_of(owner)).await.problem(404), "not_found");
        grant(&fixture, owner, kari, "section", "triggers", "allow").await;
        let deny = give("section", "triggers", "deny").await;
        let sections = seen(&fixture.get(kari, &plan_of(owner)).await.expect(200));
        assert!(!sections.contains(&"triggers".to_owned()), "the team's deny wins over her own allow");
        fixture.delete(owner, &format!("/v1/grants/{}", deny["id"].as_str().expect("id"))).await.expect(204);
        grant(&fixture, owner, kari, "module", "crisis_plan", "deny").await;
        let sections = seen(&fixture.get(kari, &plan_of(owner)).await.expect(200));
        assert_eq!(sections, ["triggers"], "her own deny wins over the team's allow of the same rank");
    }

    async fn grants_name_only_whom_she_works_with_and_hold_while_they_say(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let (owner, kari) = (&pair.owner, &pair.provider);
        let stranger = fixture.person(Role::Provider, "Ola").await;
        let now = fixture.app.now();
        let later = now + chrono::TimeDelta::days(2);
        let section = ("section", "triggers");
        let base =
            json!({ "provider_id": kari.id.0, "subject_kind": section.0, "subject": section.1, "effect": "allow" });
        let with = |change: Value| {
            let mut body = base.clone();
            for (key, value) in change.as_object().expect("changes") {
                body[key] = value.clone();
            }
            body
        };
        for (change, field, fault) in [
            (json!({ "provider_id": stranger.id.0 }), "/provider_id", "not_in_list"),
            (json!({ "provider_id": Uuid::from_u128(1) }), "/provider_id", "not_in_list"),
            (json!({ "provider_id": null }), "/provider_id", "required"),
            (json!({ "provider_id": null, "team_id": Uuid::from_u128(1) }), "/team_id", "not_in_list"),
            (json!({ "team_id": Uuid::from_u128(1) }), "/team_id", "unknown_field"),
            (json!({ "subject": "diary" }), "/subject", "not_in_list"),
            (json!({ "subject": "crisis_plan" }), "/subject", "not_in_list"),
            (json!({ "subject_kind": "module" }), "/subject", "not_in_list"),
            (json!({ "to": now - chrono::TimeDelta::days(1) }), "/to", "date_in_past"),
            (json!({ "from": later, "to": later }), "/to", "outside_bounds"),
            (json!({ "to": "+262142-01-01T00:00:00Z" }), "/to", "outside_bounds"),
        ] {
            let reply = fixture.post(owner, "/v1/grants", with(change.clone())).await;
            if reply.status == 400 {
                continue;
            }
            assert_eq!(reply.faults(), [(field.to_owned(), fault.to_owned())], "{change}");
        }
        assert_eq!(fixture.post(kari, "/v1/grants", base.clone()).await.problem(403), "not_allowed");

        write(&fixture, owner, "triggers", "March").await.expect(200);
        let to = later + chrono::TimeDelta::days(1);
        let made = fixture.post(owner, "/v1/grants", with(json!({ "from": later, "to": to }))).await.expect(201);
        assert_eq!(made["holds"], false);
        assert_eq!(fixture.get(kari, &plan_of(owner)).await.problem(404), "not_found");
        fixture.clock.set(later);
        fixture.get(kari, &plan_of(owner)).await.expect(200);
        fixture.clock.set(to);
        assert_eq!(fixture.get(kari, &plan_of(owner)).await.problem(404), "not_found");

        let other = fixture.person(Role::ServiceUser, "Siri").await;
        let path = format!("/v1/grants/{}", made["id"].as_str().expect("id"));
        assert_eq!(fixture.get(&other, &path).await.problem(404), "not_found");
        assert_eq!(fixture.delete(&other, &path).await.problem(404), "not_found");
        fixture.delete(owner, &path).await.expect(204);
        fixture.delete(owner, &path).await.expect(204);
        assert!(fixture.get(owner, &path).await.expect(200)["revoked_at"].is_string());
        for page in 1..=2 {
            let made = fixture.post(owner, "/v1/grants", base.clone()).await.expect(201);
            assert_eq!(made["holds"], true, "{page}");
        }
        let first = fixture.get(owner, "/v1/grants?limit=2").await.expect(200);
        let cursor = first["next_cursor"].as_str().expect("another page");
        let rest = fixture.get(owner, &format!("/v1/grants?limit=2&cursor={cursor}")).await.expect(200);
        assert_eq!(rest["items"].as_array().map(Vec::len), Some(1));
        assert_eq!(rest["items"][0]["id"], made["id"]);
    }

    async fn every_read_is_in_the_owners_chain_which_finds_what_was_changed_or_taken_out(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let (owner, kari) = (&pair.owner, &pair.provider);
        write(&fixture, owner, "what_i_do", "I walk").await.expect(200);
        grant(&fixture, owner, kari, "section", "what_i_do", "allow").await;
        for _ in 0..4 {
            fixture.clock.advance(chrono::TimeDelta::minutes(1));
            fixture.get(kari, &plan_of(owner)).await.expect(200);
        }
        let page = fixture.get(owner, "/v1/access_log?limit=3").await.expect(200);
        let newest = &page["items"][0];
        assert_eq!(newest["number"], 4);
        assert_eq!(newest["who"]["display_name"], "Kari");
        assert_eq!(newest["action"], "read_plan");
        assert_eq!(newest["subjects"], json!(["what_i_do"]));
        assert_eq!(newest["relationship_id"], json!(pair.relationship.0));
        assert_eq!(newest["because"], "granted");
        let cursor = page["next_cursor"].as_str().expect("another page");
        let rest = fixture.get(owner, &format!("/v1/access_log?cursor={cursor}")).await.expect(200);
        assert_eq!(rest["items"].as_array().map(Vec::len), Some(1));
        assert_eq!(fixture.get(kari, "/v1/access_log").await.problem(403), "not_allowed");

        let db = fixture.app.store.read();
        assert_eq!(audit::verify(db, owner.id).await.expect("verified"), Verified::Whole { rows: 4 });
        assert_eq!(audit::verify(db, kari.id).await.expect("verified"), Verified::Whole { rows: 0 });
        assert_eq!(audit::owners(db).await.expect("owners"), [owner.id]);
        for refused in ["update audit set subject = 'x'", "delete from audit"] {
            assert!(db.execute_unprepared(refused).await.is_err(), "{refused}");
        }
        // Whoever gets past the database's own refusal is still found out.
        let drop = match db.get_database_backend() {
            DbBackend::Postgres => "drop trigger audit_append_only on audit",
            _ => "drop trigger audit_no_update; drop trigger audit_no_delete",
        };
        db.execute_unprepared(drop).await.expect("dropped");
        let broken = async |sql: &str| {
            db.execute_unprepared(sql).await.expect("tampered");
            audit::verify(db, owner.id).await.expect("verified")
        };
        assert_eq!(broken("delete from audit where seq = 4").await, Verified::Broken { seq: 4 });
        assert_eq!(broken("update audit set subject = 'triggers' where seq = 3").await, Verified::Broken { seq: 3 });
        assert_eq!(broken("delete from audit where seq = 2").await, Verified::Broken { seq: 2 });
    }

    async fn reads_at_the_same_time_stand_in_one_chain(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        write(&fixture, &pair.owner, "what_i_do", "I walk").await.expect(200);
        grant(&fixture, &pair.owner, &pair.provider, "section", "what_i_do", "allow").await;
        fixture.token(&pair.provider).await;
        let path = plan_of(&pair.owner);
        let reads = (0..12).map(|_| fixture.get(&pair.provider, &path));
        for reply in futures::future::join_all(reads).await {
            reply.expect(200);
        }
        let verified = audit::verify(fixture.app.store.read(), pair.owner.id).await.expect("verified");
        assert_eq!(verified, Verified::Whole { rows: 12 });
    }

    /// Nobody reads what cannot be written down.
    async fn a_read_that_cannot_be_logged_is_refused(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        write(&fixture, &pair.owner, "what_i_do", "I walk").await.expect(200);
        grant(&fixture, &pair.owner, &pair.provider, "section", "what_i_do", "allow").await;
        let db = fixture.app.store.read();
        db.execute_unprepared("alter table audit rename to lost").await.expect("no log any more");
        let reply = fixture.get(&pair.provider, &plan_of(&pair.owner)).await;
        assert!(reply.status >= 500, "{}", reply.status);
        assert!(!reply.json.to_string().contains("walk"));
    }
}
