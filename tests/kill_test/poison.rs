//! A delivery that kills every process that touches it.

use crate::harness::on_both_databases;
use crate::stories::crowd::Crowd;
use crate::stories::{World, eventually, oslo};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
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

        let listed = run(&world, &["list", "--json"], true).await;
        let letter: Value = serde_json::from_str(&listed).expect("one line of JSON");
        assert_eq!((&letter["id"], &letter["crashes"]), (&json!(poison), &json!(5)), "{listed}");
        let doctor = world.house.run(&["doctor"]).await;
        let said = String::from_utf8_lossy(&doctor.stdout).into_owned();
        assert!(said.contains("WRONG  dispatch: 1 dead letters wait"), "{said}");
        world.assert_nothing_personal(&[listed, said]);
        let nobody = Uuid::nil().to_string();
        assert_eq!(run(&world, &["retry", &nobody], false).await, "");

        let (id, again) = (poison.to_string(), world.house.spawn(&["work"]));
        assert_eq!(run(&world, &["retry", &id], true).await, format!("{id}  retried\n"));
        let all_sent = async || (world.count("delivery where state <> 'sent'").await == 0).then_some(());
        eventually("that it is sent after all", all_sent).await;
        again.stop().await;
        assert_eq!(run(&world, &["list"], true).await, "no dead letters\n");
        // As though all of one notification had died: whoever drops them settles it.
        let one = "(select notification_id from delivery order by notification_id limit 1)";
        for write in [
            format!("update delivery set state = 'dead' where notification_id = {one}"),
            format!(
                "update slot set outcome = 'planned', settled_at = null \
                 where id in (select slot_id from notification where id = {one})"
            ),
        ] {
            world.database.execute_unprepared(&write).await.expect("written");
        }
        assert_eq!(world.count("slot where outcome = 'planned'").await, 1);
        let dropped = run(&world, &["drop", "--all", "--json"], true).await;
        assert!(dropped.lines().all(|line| line.contains("\"dropped\"")) && !dropped.is_empty(), "{dropped}");
        assert_eq!(world.count("delivery where state = 'dead'").await, 0);
        assert_eq!(world.count("slot where outcome = 'failed' and reason = 'gave_up'").await, 1);
    }
}

/// What `reconnect dead-letters` says to this.
async fn run(world: &World, asked: &[&str], well: bool) -> String {
    let line: Vec<&str> = ["dead-letters"].into_iter().chain(asked.iter().copied()).collect();
    let output = world.house.run(&line).await;
    assert_eq!(output.status.success(), well, "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
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
