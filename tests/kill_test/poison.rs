//! A delivery that kills every process that touches it.

use crate::harness::on_both_databases;
use crate::stories::crowd::Crowd;
use crate::stories::{World, eventually, oslo};
use sea_orm::{ConnectionTrait, Statement};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use storage::deliveries::MOST_CRASHES;
use uuid::Uuid;

/// A neighbour may come later by less than this.
const SOON: Duration = Duration::from_secs(60);

on_both_databases! {
    async fn a_delivery_that_kills_its_process_is_dead_lettered_and_its_neighbours_come_soon(database) {
        // Everything else is as a person who sets nothing has it; only the leases are shorter, for the test's own sake.
        let world = World::still(&[("worker.lease_seconds", "10")], "2027-09-06 21:00", database).await;
        let crowd = Crowd::of(&world, 1, 5).await;
        crowd.all_write(&world).await;
        let evening = world.house.spawn(&["work"]);
        world.settled().await;
        evening.stop().await;
        // Planned, and not sent: the poison is chosen among what is there.
        hold(&world, true).await;
        world.strike(oslo("2027-09-07 09:00")).await;
        let planning = world.house.spawn(&["work"]);
        let all_planned = async || (world.count("slot where next_at is not null").await == 0).then_some(());
        eventually("that all is planned", all_planned).await;
        planning.stop().await;
        let poison = one_push(&world).await;
        hold(&world, false).await;

        let begun = Instant::now();
        let mut neighbours_came = None;
        for crash in 1..=MOST_CRASHES {
            let at = format!("before_send@{poison}");
            let mut doomed = world.house.spawn_with(&["work"], ("RECONNECT_KILL_AT", at.as_str()));
            while doomed.ended().is_none() {
                let open = world.count("delivery where state <> 'sent'").await;
                if open == 1 && neighbours_came.is_none() {
                    neighbours_came = Some((crash, begun.elapsed()));
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            doomed.wait().await;
            let log = doomed.log();
            assert!(log.contains("kill_point.reached"), "{log}");
        }
        let (crash, after) = neighbours_came.expect("the neighbours wait for a poison job");
        assert!(crash <= 3 && after < SOON, "the neighbours came after {after:?}, at crash {crash}");

        let last = world.house.spawn(&["work"]);
        world.settled().await;
        let log = last.stop().await;
        assert!(log.contains("dispatch.dead_letter") && log.contains(&poison.to_string()), "{log}");
        assert_eq!(world.count("delivery where state = 'dead' and crashes = 5").await, 1);
        assert_eq!(world.count("delivery where state not in ('sent', 'dead')").await, 0);
        let pushes = world.pushes().into_iter().map(|push| push.token);
        let came: BTreeSet<String> = pushes.chain(world.letters().into_iter().map(|letter| letter.to)).collect();
        assert_eq!(came.len(), crowd.recipients().len() - 1, "all of the neighbours, and nothing of the poison");
    }
}

/// What stops dispatch after a restore, and not planning.
async fn hold(world: &World, on: bool) {
    let backend = world.database.get_database_backend();
    let write = "insert into instance_setting (key, value, updated_at) values ('dispatch_hold', $1, $2) \
                 on conflict (key) do update set value = excluded.value, updated_at = excluded.updated_at";
    let value = serde_json::json!({ "on": on, "by": null });
    let values = [value.into(), oslo("2027-09-06 21:00").into()];
    world.database.execute_raw(Statement::from_sql_and_values(backend, write, values)).await.expect("held");
}

/// One of the pushes that wait, in the middle of the first batch.
async fn one_push(world: &World) -> Uuid {
    let question = "select id from delivery where channel = 'push' order by next_attempt_at, id limit 1 offset 8";
    let question = Statement::from_string(world.database.get_database_backend(), question);
    let row = world.database.query_one_raw(question).await.expect("an answer").expect("a push");
    row.try_get("", "id").expect("an id")
}
