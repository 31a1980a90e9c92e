//! The master key, or the wrapped keys, are lost or another's.

use super::{doctor, refused};
use crate::harness::{Harness, on_both_databases};
use crate::stories::World;
use sea_orm::ConnectionTrait;

const ROLES: [&str; 4] = ["serve", "work", "up", "resume"];

fn put_key(house: &Harness, text: &str) {
    let path = house.data().join("master.key");
    std::fs::write(&path, text).expect("the master key");
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("mode");
}

on_both_databases! {
    async fn without_the_right_master_key_nothing_starts_and_nothing_is_lost(database) {
        let mut world = World::at("2027-09-07 10:00", database).await;
        let pair = world.pair().await;
        let body = "Lampa i gangen lyser framleis";
        let sent = world.write(&pair.provider, &pair.id, "info", body).await;
        let message = format!("/v1/messages/{}", sent["id"].as_str().expect("an id"));
        world.settled().await;
        world.worker.take().expect("a worker").stop().await;
        world.house.stop().await;
        let right = std::fs::read_to_string(world.house.data().join("master.key")).expect("the master key");

        put_key(&world.house, &"a7".repeat(32));
        for role in ROLES {
            let said = refused(&world.house, &[role]).await;
            assert!(said.contains("belong to another master key; bring that one back"), "{role}: {said}");
        }
        let said = doctor(&world.house).await;
        assert!(said.contains("were wrapped by another master key, and what they seal cannot be read"), "{said}");

        // It is missing altogether: none is made in its place.
        std::fs::remove_file(world.house.data().join("master.key")).expect("removed");
        let said = refused(&world.house, &["up"]).await;
        assert!(said.contains("master.key is missing, and texts are sealed with it"), "{said}");
        assert!(!world.house.data().join("master.key").exists());
        let said = doctor(&world.house).await;
        assert!(said.contains("WRONG  master key: ") && said.contains("texts are sealed with it"), "{said}");

        put_key(&world.house, &right);
        world.house.restart().await;
        assert_eq!(pair.provider.read(&message).await["body"], body);
        let said = doctor(&world.house).await;
        assert!(said.contains("well   wrapped keys: all belong to the master key"), "{said}");
        world.house.stop().await;
    }

    async fn without_the_wrapped_keys_nothing_starts_and_no_others_take_their_place(database) {
        let mut world = World::at("2027-09-07 10:00", database).await;
        let pair = world.pair().await;
        let body = "Nøkkelen heng på kroken";
        let sent = world.write(&pair.provider, &pair.id, "info", body).await;
        world.settled().await;
        world.worker.take().expect("a worker").stop().await;
        world.house.stop().await;
        // An empty place for keys, as where theirs was lost.
        let keys = world.house.data().join("empty.db").display().to_string();
        let right = world.house.wrapped_keys().to_owned();
        world.house = world.house.set("keys.wrapped_keys", keys);
        for asked_twice in [ROLES, ROLES] {
            for role in asked_twice {
                let said = refused(&world.house, &[role]).await;
                assert!(said.contains("are not those that the database was written with"), "{role}: {said}");
            }
        }
        let said = doctor(&world.house).await;
        assert!(said.contains("WRONG  wrapped keys: are not those that the database was written with"), "{said}");

        world.house = world.house.set("keys.wrapped_keys", right);
        world.house.restart().await;
        let message = format!("/v1/messages/{}", sent["id"].as_str().expect("an id"));
        assert_eq!(pair.provider.read(&message).await["body"], body);
        world.house.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn replicas_with_a_key_each_do_not_begin_together() {
    let house = Harness::on(crate::harness::Database::Postgres).await;
    assert!(house.run(&["migrate"]).await.status.success());
    let mut house = house.start("serve").await;
    put_key(&house, &"a7".repeat(32));
    // There is no text yet, and it is refused all the same.
    assert!(refused(&house, &["work"]).await.contains("belong to another master key"));
    house.stop().await;
    let keys = sea_orm::Database::connect(house.wrapped_keys()).await.expect("the keys");
    assert_eq!(keys.execute_unprepared("update data_key set scope = scope").await.expect("rows").rows_affected(), 1);
    keys.close().await.expect("closed");
}
