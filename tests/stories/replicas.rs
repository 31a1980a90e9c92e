//! Two `work` processes over one PostgreSQL, and the death of one.

use super::crowd::Crowd;
use super::{World, eventually, oslo};
use crate::gateways::apns::Answer;
use crate::harness::Database;
use chrono::TimeDelta;
use domain::clock::Clock;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

const SETTINGS: [(&str, &str); 3] =
    [("worker.batch", "20"), ("worker.concurrency", "8"), ("worker.lease_seconds", "10")];

/// What came to each phone and mailbox: under which identities, each as often as it came.
fn came(world: &World) -> BTreeMap<String, Vec<String>> {
    let mut came = BTreeMap::<String, Vec<String>>::new();
    for push in world.pushes() {
        assert_eq!(push.action, "wake", "{push:?}");
        came.entry(push.token).or_default().push(format!("{} {}", push.id, push.collapse_id));
    }
    for letter in world.letters() {
        came.entry(letter.to).or_default().push(letter.message_id);
    }
    came
}

/// Everybody of the crowd is to be told one thing, at nine on Tuesday, when the quiet hours end.
async fn evening_before(crowd_of: (usize, usize)) -> (World, usize) {
    let world = World::still(&SETTINGS, "2027-09-06 21:00", Database::Postgres).await;
    let (providers, owners_of_each) = crowd_of;
    let crowd = Crowd::of(&world, providers, owners_of_each).await;
    crowd.all_write(&world).await;
    // An owner has four phones; a provider has one, and a mailbox.
    (world, 4 * providers * owners_of_each + 2 * providers)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_share_the_work_and_everybody_is_told_once() {
    let (world, recipients) = evening_before((5, 10)).await;
    let replicas = [world.house.spawn(&["work"]), world.house.spawn(&["work"])];
    world.set("2027-09-06 21:01").await;
    assert_eq!(came(&world).len(), 0);
    // So slow that one alone is busy for seconds: the other has long looked by then, on the busiest machine too.
    world.apns.script(vec![Answer::Late(Duration::from_millis(120)); 200]);
    world.set("2027-09-07 09:00").await;

    let came = came(&world);
    assert_eq!(came.len(), recipients);
    assert!(came.values().all(|identities| identities.len() == 1), "{came:?}");
    let connections: BTreeSet<usize> = world.apns.received().iter().map(|push| push.connection).collect();
    assert_eq!(connections.len(), 2, "both took part");
    let mut logs = Vec::new();
    for replica in replicas {
        let log = replica.stop().await;
        assert!(!log.contains("ERROR") && !log.contains("WARN"), "{log}");
        logs.push(log);
    }
    world.assert_nothing_personal(&logs);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_finishes_what_the_other_died_over() {
    let (world, recipients) = evening_before((2, 10)).await;
    let [doomed, other] = [world.house.spawn(&["work"]), world.house.spawn(&["work"])];
    world.set("2027-09-06 21:01").await;
    world.apns.script(vec![Answer::Late(Duration::from_millis(150)); 40]);
    world.strike(oslo("2027-09-07 09:00")).await;
    eventually("the middle", async || (world.apns.received().len() >= 12).then_some(())).await;
    doomed.kill().await;
    let pending = "delivery where state = 'pending'";
    eventually("what the dead did not hold", async || (world.count(pending).await == 0).then_some(())).await;
    assert!(world.count("delivery where state = 'claimed'").await > 0, "the dead held nothing");
    world.strike(world.clock.now() + TimeDelta::seconds(11)).await;
    world.settled().await;

    assert!(world.count("delivery where crashes > 0").await > 0, "nothing was taken up again");
    assert_eq!(world.count("delivery where state <> 'sent'").await, 0);
    let came = came(&world);
    assert_eq!(came.len(), recipients, "nothing is lost");
    for (recipient, identities) in came {
        // Whatever came again folds on the phone, and in the mailbox.
        assert_eq!(identities.iter().collect::<BTreeSet<_>>().len(), 1, "{recipient}: {identities:?}");
    }
    world.assert_nothing_personal(&[other.stop().await]);
}
