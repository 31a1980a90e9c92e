//! The database is put back from a backup: what was sent since is not known to it, and is not sent again.

use super::crowd::Crowd;
use super::person::PASSWORD;
use super::{World, eventually, oslo};
use crate::harness::{Client, free_port, on_both_databases};
use serde_json::json;
use std::collections::BTreeSet;

on_both_databases! {
    async fn nothing_from_before_a_restore_is_sent_again(database) {
        let metrics = format!("127.0.0.1:{}", free_port());
        let mut world = World::still(&[("telemetry.metrics_listen", &metrics)], "2027-09-06 21:00", database).await;
        let crowd = Crowd::of(&world, 1, 5).await;
        crowd.all_write(&world).await;
        let evening = world.house.spawn(&["work"]);
        world.settled().await;
        evening.stop().await;
        world.house.database().back_up().await;
        world.reconnect().await;

        world.strike(oslo("2027-09-07 09:00")).await;
        let morning = world.house.spawn(&["work"]);
        world.settled().await;
        morning.kill().await;
        assert_eq!(told(&world), crowd.recipients());
        let before = world.sent_out();
        world.house.database().restore().await;
        world.reconnect().await;

        world.strike(oslo("2027-09-07 09:30")).await;
        let worker = world.house.spawn(&["work"]);
        let swept = async || worker.log().contains("restore.swept").then_some(());
        eventually("that the restore is noticed", swept).await;
        assert!(worker.log().contains("restore.noticed"));
        let doctor = world.house.run(&["doctor"]).await;
        let said = String::from_utf8_lossy(&doctor.stdout).into_owned();
        assert!(said.contains("WRONG  dispatch: is held since 2027-09-07"), "{said}");
        let held = async || page(&metrics).await.contains("reconnect_dispatch_held 1").then_some(());
        eventually("that the hold is told", held).await;

        // Life goes on: what is written now waits, and is told afterwards.
        let crowd = crowd.again(&world).await;
        crowd.providers_write(&world, 0..1).await;
        let planned = async || (world.count("delivery where state = 'pending'").await == 5).then_some(());
        eventually("that it is planned", planned).await;
        assert_eq!(world.sent_out(), before);
        let resumed = world.house.run(&["resume"]).await;
        assert_eq!(String::from_utf8_lossy(&resumed.stdout), "dispatch goes on\n");
        world.settled().await;

        let after = world.pushes();
        let first: BTreeSet<String> = crowd.recipients();
        assert_eq!(told(&world), first);
        assert_eq!(after.len() + world.letters().len(), first.len() + 4, "the four phones of one owner, and nobody else");
        assert_eq!(world.count("slot where settled_at is null").await, 0);
        assert_eq!(world.count("slot where outcome = 'sent'").await, 1);
        let doctor = world.house.run(&["doctor"]).await;
        let said = String::from_utf8_lossy(&doctor.stdout).into_owned();
        assert!(said.contains("well   dispatch: is not held"), "{said}");
        worker.stop().await;
    }

    async fn who_was_erased_stays_so_in_a_database_of_before(database) {
        let mut world = World::still(&[], "2027-09-06 10:00", database).await;
        world.house.begin("serve").await;
        let pair = world.pair().await;
        world.plan(&pair.owner, "what_i_do", "Lavendelen bak huset").await;
        world.house.stop().await;
        world.house.database().back_up().await;
        world.reconnect().await;
        world.house.restart().await;
        assert_eq!(pair.owner.post("/v1/me/erasure", json!({ "password": PASSWORD })).await.status, 204);
        assert_eq!(world.count("account where state = 'erased'").await, 1);
        assert_eq!(pair.owner.get("/v1/me").await.status, 401);
        world.house.stop().await;

        world.house.database().restore().await;
        world.reconnect().await;
        assert_eq!(world.count("account where state = 'erased'").await, 0, "it was put back to before");
        assert_eq!(world.count("plan_section").await, 1);
        let declared = world.house.run(&["hold"]).await;
        assert!(declared.status.success(), "{}", String::from_utf8_lossy(&declared.stderr));
        assert_eq!(world.count("account where state = 'erased' and display_name = '—'").await, 1);
        assert_eq!(world.count("plan_section").await, 0);
        world.house.restart().await;
        assert_eq!(pair.owner.get("/v1/me").await.status, 401);
        world.house.stop().await;
    }

    async fn a_restore_can_be_declared(database) {
        let world = World::still(&[], "2027-09-06 21:00", database).await;
        let crowd = Crowd::of(&world, 1, 2).await;
        crowd.all_write(&world).await;
        let evening = world.house.spawn(&["work"]);
        world.settled().await;
        evening.stop().await;
        world.strike(oslo("2027-09-07 09:00")).await;
        let declared = world.house.run(&["hold"]).await;
        let said = String::from_utf8_lossy(&declared.stdout).into_owned();
        assert!(said.starts_with("dispatch is held; "), "{said}{}", String::from_utf8_lossy(&declared.stderr));
        let worker = world.house.spawn(&["work"]);
        for said in ["dispatch goes on\n", "dispatch was not held\n"] {
            let resumed = world.house.run(&["resume"]).await;
            assert_eq!(String::from_utf8_lossy(&resumed.stdout), said);
        }
        world.settled().await;
        worker.stop().await;
        assert!(told(&world).is_empty());
        assert_eq!(world.count("slot where settled_at is null or outcome <> 'skipped'").await, 0);
    }
}

/// Whose phone or mailbox had something.
fn told(world: &World) -> BTreeSet<String> {
    let pushes = world.pushes().into_iter().map(|push| push.token);
    pushes.chain(world.letters().into_iter().map(|letter| letter.to)).collect()
}

/// What the worker counts; nothing until it offers it.
async fn page(address: &str) -> String {
    let answer = Client::new(format!("http://{address}")).try_get("/metrics").await;
    answer.map(|answer| answer.text()).unwrap_or_default()
}
