//! Access revoked while a dispatch is running: no send starts after the revocation commits.

use super::{World, eventually};
use crate::gateways::apns::Answer;
use crate::harness::on_both_databases;
use chrono::TimeDelta;
use domain::clock::Clock;
use serde_json::json;
use std::collections::BTreeSet;
use std::time::Duration;

/// Phones of one person; more than anybody has.
const PHONES: usize = 30;
/// Sends that may be under way at one time.
const CONCURRENCY: usize = 2;

on_both_databases! {
    async fn nothing_begins_after_the_end(database) {
        let settings = [("worker.concurrency", "2")];
        let world = World::with(&settings, "2027-09-06 10:00", database).await;
        let pair = world.pair().await;
        let (bente, kari) = (&pair.owner, &pair.provider);
        for phone in 1..PHONES {
            let device = json!({ "platform": "apns", "push_token": format!("ab{phone:062x}"), "app_version": "1.0.0" });
            bente.post("/v1/devices", device).await.is(201);
        }
        world.apns.script(vec![Answer::Late(Duration::from_millis(60)); PHONES]);
        world.write(kari, &pair.id, "info", "Telefonen din ringjer no").await;
        world.settled().await;
        world.strike(world.clock.now() + TimeDelta::minutes(1)).await;
        eventually("the first pushes", async || (world.apns.received().len() > 4).then_some(())).await;
        bente.delete(&format!("/v1/relationships/{}", pair.id)).await.is(204);
        let at_the_answer = world.pushes().len();

        world.settled().await;
        let pushes = world.pushes();
        let woken: BTreeSet<&str> =
            pushes.iter().filter(|push| push.action == "wake").map(|push| push.token.as_str()).collect();
        // What had passed the gate before the commit was begun before it.
        assert!(woken.len() <= at_the_answer + CONCURRENCY, "{} after {at_the_answer}", woken.len());
        assert!(woken.len() < PHONES / 2, "{} of {PHONES} were woken", woken.len());
        let stopped = "delivery where channel = 'push' and action = 'wake' and state = 'cancelled'";
        assert_eq!(world.count(stopped).await, (PHONES - woken.len()) as i64);
        // What was with Apple already is taken off the phones again, under the same identity; a phone whose push was
        // on its way as the access ended may be asked in vain.
        let withdrawn: BTreeSet<&str> =
            pushes.iter().filter(|push| push.action == "withdraw").map(|push| push.token.as_str()).collect();
        assert!(woken.is_subset(&withdrawn), "{woken:?} {withdrawn:?}");
        let identities: BTreeSet<_> = pushes.iter().map(|push| (push.id, &push.collapse_id)).collect();
        assert_eq!(identities.len(), 1, "{identities:?}");

        world.set("2027-09-07 12:00").await;
        assert_eq!(world.pushes().len(), pushes.len(), "nor later");
        assert_eq!(world.sent_out()["mail"], 0);
        world.end().await;
    }
}
