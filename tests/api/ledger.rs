//! Why did I get this, why not.

use super::fixture::Fixture;
use super::machinery::{Machinery, Written, agree, check_ins, ensure_digest, write};
use crate::harness::on_both_databases;
use domain::gate::{Reason, Row};
use domain::words::{Channel, Job, Outcome};
use mobile_contract::ledger::{GateRow, LedgerChannel, LedgerJob, LedgerOutcome, LedgerReason};
use serde_json::{Value, json};

on_both_databases! {
    /// Story 3: a check-in falls due while the provider owes a reply; nothing is sent, and the owner
    /// sees why.
    async fn the_owner_reads_why_nothing_came_and_the_provider_only_his_own(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let machinery = Machinery::over(&fixture);
        agree(&fixture, &pair).await;
        ensure_digest(&fixture, &pair).await;
        check_ins(&fixture, &pair).await;
        machinery.run_to(&fixture, "2026-10-13T09:00:00Z").await;
        write(&fixture, &pair, Written::asking("Can we talk about the new medicine?")).await;
        machinery.run_to(&fixture, "2026-10-21T18:00:00Z").await;

        let ledger = fixture.get(&pair.owner, "/v1/ledger?job=check_in").await.expect(200);
        let rows = ledger["items"].as_array().expect("items");
        assert_eq!(rows.len(), 1, "{ledger}");
        let row = &rows[0];
        assert_eq!((&row["slot_on"], &row["recipient"]), (&json!("2026-10-20"), &json!("you")));
        assert_eq!((&row["outcome"], &row["reason"]), (&json!("skipped"), &json!("reply_owed")));
        assert_eq!(row["words"], "Check-in not sent: Kari owes you a reply.");
        assert_eq!((&row["policy_version"], &row["agreement_version"]), (&json!(1), &json!(1)));
        assert_eq!(row["concerns"]["display_name"], "Kari");
        assert!(row.get("settled_at").is_some() && row["channels"] == json!([]));
        let gates = row["gates"].as_array().expect("gates");
        let said = |name: &str| gates.iter().find(|gate| gate["row"] == name).map(|gate| gate["says"].clone());
        assert_eq!(said("reply_owed"), Some(json!("block")));
        assert_eq!(said("paused"), Some(json!("pass")));
        assert_eq!(said("not_shared"), None, "not asked of a check-in");

        let reminders = fixture.get(&pair.owner, "/v1/ledger?job=response_reminder").await.expect(200);
        let days: Vec<&Value> = reminders["items"].as_array().expect("items").iter().map(|row| &row["slot_on"]).collect();
        assert_eq!(days, ["2026-10-19", "2026-10-16"], "the morning it was due, and the morning after");
        assert_eq!(reminders["items"][0]["recipient"], "provider");
        assert_eq!(reminders["items"][0]["promised_on"], "2026-10-16");
        assert_eq!(
            reminders["items"][0]["words"],
            "Reminder to Kari put together with others: it was a line in the digest."
        );
        let passed = fixture.get(&pair.owner, "/v1/ledger?job=overdue_notice").await.expect(200);
        assert_eq!(passed["items"][0]["words"], "Notice that a date had passed sent: the promised date had passed.");

        let mine = fixture.get(&pair.provider, "/v1/ledger").await.expect(200);
        let jobs: Vec<&str> =
            mine["items"].as_array().expect("items").iter().filter_map(|row| row["job"].as_str()).collect();
        assert!(jobs.contains(&"digest") && jobs.contains(&"response_reminder"), "{jobs:?}");
        assert!(jobs.iter().all(|job| ["digest", "response_reminder"].contains(job)), "{jobs:?}");
        let reminder = mine["items"].as_array().expect("items").iter().find(|row| row["job"] == "response_reminder");
        assert_eq!(
            reminder.expect("a reminder")["words"],
            "Reminder to answer Bente put together with others: it was a line in the digest."
        );
        let hers = format!("/v1/ledger/{}", row["id"].as_str().expect("id"));
        assert_eq!(fixture.get(&pair.owner, &hers).await.expect(200), *row);
        assert_eq!(fixture.get(&pair.provider, &hers).await.problem(404), "not_found");
        let stranger = fixture.person(domain::words::Role::ServiceUser, "Ada").await;
        assert_eq!(fixture.get(&stranger, &hers).await.problem(404), "not_found");
        assert_eq!(fixture.get(&stranger, "/v1/ledger").await.expect(200), json!({ "items": [] }));
    }

    async fn the_ledger_is_paged_and_narrowed_down(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let machinery = Machinery::over(&fixture);
        ensure_digest(&fixture, &pair).await;
        for day in ["05", "06", "07"] {
            machinery.run_to(&fixture, &format!("2026-10-{day}T10:00:00Z")).await;
            write(&fixture, &pair, Written::asking("Hello")).await;
        }
        machinery.run_to(&fixture, "2026-10-15T18:00:00Z").await;
        let all = fixture.get(&pair.owner, "/v1/ledger").await.expect(200);
        let all = all["items"].as_array().expect("items").clone();
        assert!(all.len() > 4, "{}", all.len());
        let times: Vec<&str> = all.iter().filter_map(|row| row["planned_at"].as_str()).collect();
        assert!(times.windows(2).all(|pair| pair[0] >= pair[1]), "{times:?}");

        let (mut seen, mut next) = (Vec::new(), Some(String::new()));
        while let Some(cursor) = next {
            let page = fixture.get(&pair.owner, &format!("/v1/ledger?limit=2{cursor}")).await.expect(200);
            seen.extend(page["items"].as_array().expect("items").clone());
            next = page["next_cursor"].as_str().map(|cursor| format!("&cursor={cursor}"));
            if let Some(cursor) = &next {
                let other = format!("/v1/ledger?job=digest{cursor}");
                assert_eq!(fixture.get(&pair.owner, &other).await.problem(400), "bad_cursor");
                let theirs = format!("/v1/ledger?limit=2{cursor}");
                assert_eq!(fixture.get(&pair.provider, &theirs).await.problem(400), "bad_cursor");
            }
        }
        assert_eq!(seen, all);

        let within = async |range: &str| fixture.get(&pair.owner, &format!("/v1/ledger?{range}")).await;
        let some = within("from=2026-10-08&to=2026-10-09").await.expect(200);
        let days: Vec<&Value> = some["items"].as_array().expect("items").iter().map(|row| &row["slot_on"]).collect();
        assert!(!days.is_empty() && days.iter().all(|day| **day == "2026-10-08"), "{days:?}");
        for odd in ["from=%2B262142-12-31", "to=-262143-01-01", "from=2026-10-09&to=2026-10-08"] {
            assert_eq!(within(odd).await.expect(200), json!({ "items": [] }), "{odd}");
        }
        assert_eq!(within("from=yesterday").await.problem(400), "malformed");
        assert_eq!(within("job=nonsense").await.problem(400), "malformed");
        assert_eq!(within("limit=0").await.problem(422), "invalid");
        let nobodys = format!("relationship={}", uuid::Uuid::nil());
        assert_eq!(fixture.get(&pair.owner, &format!("/v1/ledger?{nobodys}")).await.expect(200), json!({ "items": [] }));
    }

    async fn after_the_end_the_providers_rows_name_nobody_he_has_not_met(database) {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let machinery = Machinery::over(&fixture);
        ensure_digest(&fixture, &pair).await;
        write(&fixture, &pair, Written::asking("Hello")).await;
        machinery.run_to(&fixture, "2026-10-09T18:00:00Z").await;
        let path = format!("/v1/relationships/{}", pair.relationship);
        fixture.delete(&pair.owner, &path).await.expect(204);
        // Who shared a relationship may still know with whom.
        let mine = fixture.get(&pair.provider, "/v1/ledger?job=response_reminder").await.expect(200);
        assert_eq!(mine["items"][0]["concerns"]["display_name"], "Bente");
        let theirs = fixture.get(&pair.owner, "/v1/ledger").await.expect(200);
        assert!(!theirs["items"].as_array().expect("items").is_empty(), "hers stay hers");
    }
}

#[test]
fn contract_and_domain_write_the_same_words() {
    fn same<A: Copy + std::fmt::Display>(domain: &[A], wire: Vec<&str>) {
        assert_eq!(domain.iter().map(ToString::to_string).collect::<Vec<_>>(), wire);
    }
    same(Reason::ALL, LedgerReason::ALL.iter().map(|word| word.as_str()).collect());
    same(Row::ALL, GateRow::ALL.iter().map(|word| word.as_str()).collect());
    same(Outcome::ALL, LedgerOutcome::ALL.iter().map(|word| word.as_str()).collect());
    same(Channel::ALL, LedgerChannel::ALL.iter().map(|word| word.as_str()).collect());
    same(Job::ALL, LedgerJob::ALL.iter().map(|word| word.as_str()).collect());
}
