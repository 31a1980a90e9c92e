//! A gateway is down for a day: whoever is reached otherwise notices nothing; afterwards nobody is told what is over,
//! and what still matters comes once.

use super::person::Phone;
use super::{World, oslo};
use crate::gateways::apns::Answer;
use crate::gateways::fcm;
use crate::harness::cut::Wire;
use crate::harness::{Client, Database, free_port};
use chrono::TimeDelta;
use domain::clock::Clock;
use serde_json::json;

/// What reached an Apple phone.
fn arrived(world: &World) -> usize {
    world.apns.received().iter().filter(|push| push.taken).count()
}

/// What FCM took.
fn taken(world: &World) -> usize {
    world.fcm.answered().iter().filter(|message| matches!(message.answer, fcm::Answer::Take)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_without_apple_disturbs_nobody_else_and_is_caught_up_with_once() {
    let metrics = format!("127.0.0.1:{}", free_port());
    let settings = [("telemetry.metrics_listen", metrics.as_str())];
    let mut world = World::still(&settings, "2027-09-06 10:00", Database::Sqlite).await;
    let port = world.apns.url.rsplit(':').next().expect("a port").to_owned();
    let wire = Wire::to(format!("localhost:{port}")).await;
    let endpoint = format!("https://localhost:{}", wire.port());
    world.house = world.house.set("push.apns.endpoint", endpoint).start("serve").await;
    world.worker = Some(world.house.spawn(&["work"]));
    let pair = world.pair().await;
    let (bente, kari) = (&pair.owner, &pair.provider);
    let olav = world.person("service_user", "Olav", "en", Phone::Android).await;
    let other = world.relate(&olav, kari).await;
    world.check_ins(&pair, 14).await;
    world.set("2027-09-21 09:00").await;
    assert_eq!(arrived(&world), 0);

    // Nobody answers; later somebody does, and takes nothing.
    wire.cut();
    world.set_to_next_before("2027-09-21 13:00").await;
    assert!(world.count("delivery where channel = 'push' and state = 'pending'").await > 0, "the check-in was due");
    world.set("2027-09-21 13:00").await;
    for (who, text) in [(&pair.id, "Det er frost i graset"), (&other, "Haugen ligg i sola")] {
        world.write(kari, who, "info", text).await;
    }
    world.write(&olav, &other, "info", "Eg kjem på torsdag").await;
    world.pass(1).await;
    assert_eq!(world.wakes(&olav.push_token), ["You have something new."], "at once");
    let end = oslo("2027-09-22 13:00");
    while world.clock.now() < end {
        world.pass(60).await;
        if world.clock.now() > end - TimeDelta::hours(6) && world.apns.count() == 0 {
            world.apns.otherwise(Answer::Refuse(503, "ServiceUnavailable"));
            wire.mend().await;
        }
    }
    assert!(arrived(&world) == 0 && world.apns.count() > 0);
    assert_eq!(world.letters().len(), 1, "the digest of the morning came by mail");
    assert_eq!(world.wakes(&kari.push_token), ["Today's digest is ready."], "and on her phone");
    let page = Client::new(format!("http://{metrics}")).get("/metrics").await.text();
    let says = |what: &str| assert!(page.contains(what), "{what}: {page}");
    says("reconnect_behind_seconds{queue=\"dispatch\"} 0\n");
    for reason in ["connection_failed", "server_error"] {
        says(&format!("reconnect_delivery_attempts_total{{channel=\"push\",reason=\"{reason}\",state=\"pending\"}}"));
    }

    world.apns.otherwise(Answer::Take);
    world.pass(40).await;
    assert_eq!(arrived(&world), 1, "the message; the check-in is over");
    let over = "delivery where channel = 'push' and state = 'cancelled' and reason = 'outside_hours'";
    assert_eq!(world.count(over).await, 1, "its window closed while it was tried");
    let [notice] = bente.ledger("message_notice").await.try_into().expect("one row");
    assert_eq!(notice["outcome"], json!("sent"), "{notice}");
    world.set("2027-09-23 12:00").await;
    assert_eq!(arrived(&world), 1, "and nothing comes after it");
    world.end().await;
}

/// FCM asks not to be tried for longer than an hour: what was given up stands in the app, and does not keep what comes
/// next from being told.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_given_up_does_not_silence_what_comes_next() {
    let world = World::at("2027-09-07 10:00", Database::Sqlite).await;
    let kari = world.person("provider", "Kari", "en", Phone::Android).await;
    let olav = world.person("service_user", "Olav", "en", Phone::Android).await;
    let pair = world.relate(&olav, &kari).await;
    world.settled().await;
    world.fcm.script((0..50).map(|_| fcm::Answer::Refuse(503, "UNAVAILABLE")));
    world.write(&kari, &pair, "info", "Det er frost i graset").await;
    while world.count("delivery where channel = 'push' and state = 'failed'").await == 0 {
        world.pass(10).await;
    }
    let before = taken(&world);
    world.fcm.forget_script();
    world.write(&kari, &pair, "info", "Haugen ligg i sola").await;
    world.pass(2).await;
    assert_eq!(taken(&world), before + 1, "{:?}", olav.ledger("message_notice").await);
    // Now she was told, and it lies unread.
    world.write(&kari, &pair, "info", "Og bekken er open").await;
    world.pass(2).await;
    assert_eq!(taken(&world), before + 1);
    world.end().await;
}
