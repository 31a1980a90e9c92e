//! A database that a later version has expanded.

use super::{doctor, refused};
use crate::harness::{Database, Harness, on_both_databases};
use crate::stories::World;
use sea_orm::ConnectionTrait;

/// What a later version's migration does: a column beside the others, which this version does not know.
const EXPANDED: [&str; 2] = [
    "alter table message add column read_aloud text null",
    "insert into seaql_migrations (version, applied_at) values ('m9999_of_a_later_version', 1)",
];

async fn execute(house: &Harness, statements: &[&str]) {
    let database = sea_orm::Database::connect(house.database_url()).await.expect("the database");
    for statement in statements {
        database.execute_unprepared(statement).await.expect(statement);
    }
    database.close().await.expect("closed");
}

on_both_databases! {
    async fn this_version_goes_on_and_starts_anew_on_what_a_later_one_expanded(database) {
        let mut world = World::at("2027-09-07 10:00", database).await;
        let pair = world.pair().await;
        execute(&world.house, &EXPANDED).await;
        // While it runs.
        world.write(&pair.owner, &pair.id, "vault", "Kvar ting har si tid").await;
        world.worker.take().expect("a worker").stop().await;
        world.house.stop().await;
        // And from the start, with the step before it that a supervisor repeats.
        let migrated = world.house.run(&["migrate"]).await;
        assert!(migrated.status.success(), "{}", String::from_utf8_lossy(&migrated.stderr));
        let said = doctor(&world.house).await;
        assert!(said.contains("well   database: answers, and is 1 migration ahead"), "{said}");
        world.house.restart().await;
        world.worker = Some(world.house.spawn(&["work"]));
        world.write(&pair.provider, &pair.id, "info", "Og kvar tid sine ting").await;
        world.pass(60).await;
        assert_eq!(world.wakes(&pair.owner.push_token).len(), 1);
        world.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_line_of_versions_is_refused() {
    let house = Harness::on(Database::Sqlite).await;
    assert!(house.run(&["migrate"]).await.status.success());
    execute(&house, &[EXPANDED[1], "delete from seaql_migrations where version = 'm0013_joint_note_versions'"]).await;
    let said = refused(&house, &["migrate"]).await;
    assert!(said.contains("the database is of another line of versions"), "{said}");
    assert!(refused(&house, &["serve"]).await.contains("run `reconnect migrate` first"));
}

/// The embedded installation, where nobody runs `migrate` by hand.
#[tokio::test(flavor = "multi_thread")]
async fn the_one_before_can_be_put_back_where_everything_is_one_process() {
    let mut house = Harness::on(Database::Sqlite).await.start("up").await;
    execute(&house, &EXPANDED).await;
    house.stop().await;
    house.restart().await;
    house.stop().await;
}
