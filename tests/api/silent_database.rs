//! A worker whose database falls silent goes on by itself once it is reached again.

use super::fixture::{Fixture, Who};
use crate::harness::Database;
use crate::harness::cut::Wire;
use domain::words::Role;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use storage::{Address, StorageError, Store};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use worker::transport::Transports;
use worker::{DispatchSettings, Dispatcher, Planner};

/// What is under way when the wire falls silent is given up after ten seconds at most.
const OVER_WITHIN: Duration = Duration::from_secs(20);

/// States of the owner's pushes, oldest first, as another way to the database sees them, and the times their sending
/// killed somebody.
async fn pushes(fixture: &Fixture, owner: &Who) -> Vec<(String, i32)> {
    let db = fixture.app.store.read();
    let statement = format!(
        "select delivery.state, delivery.crashes from delivery join notification on notification.id = notification_id \
         where channel = 'push' and recipient_id = '{}' order by delivery.created_at, delivery.id",
        owner.id
    );
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), statement)).await.expect("rows");
    rows.iter()
        .map(|row| (row.try_get("", "state").expect("text"), row.try_get("", "crashes").expect("number")))
        .collect()
}

async fn is_sent(fixture: &Fixture, owner: &Who) {
    let asked = Instant::now();
    while pushes(fixture, owner).await != [("sent".to_owned(), 0)] {
        assert!(asked.elapsed() < OVER_WITHIN, "{:?}", pushes(fixture, owner).await);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_goes_on_after_its_database_was_silent() {
    let fixture = Fixture::on(Database::Postgres).await;
    let mut pairs = Vec::new();
    for (owner, provider) in [("Bente", "Kari"), ("Ola", "Anne"), ("Siri", "Jon")] {
        let pair = fixture
            .relate(fixture.person(Role::ServiceUser, owner).await, fixture.person(Role::Provider, provider).await)
            .await;
        let phone = json!({ "platform": "fcm", "push_token": owner, "app_version": "1.2.0" });
        fixture.post(&pair.owner, "/v1/devices", phone).await.expect(201);
        pairs.push(pair);
    }
    let calls = async |index: usize| {
        let pair = &pairs[index];
        fixture
            .post(&pair.provider, &format!("/v1/relationships/{}/contacts", pair.relationship), json!({}))
            .await
            .expect(201);
    };

    let direct = fixture.database_url().expect("an address");
    let mut url = url::Url::parse(direct).expect("an address");
    let wire = Wire::to(format!("{}:{}", url.host_str().expect("a host"), url.port().unwrap_or(5432))).await;
    url.set_port(Some(wire.port())).expect("a port");
    let shared = &fixture.app.store;
    let (sealer, clock, entropy) = (Arc::clone(&shared.sealer), Arc::clone(&shared.clock), Arc::clone(&shared.entropy));
    let store = Store::connect(&Address::new(url.as_str()), sealer, clock, entropy).await.expect("a store");
    let files = tempfile::tempdir().expect("a directory");
    let transports = Arc::new(Transports::files(files.path(), Arc::clone(&store.clock)).expect("file transports"));
    let dispatcher = Dispatcher::new(store.clone(), transports, DispatchSettings::default());
    let shutdown = CancellationToken::new();
    let poll = Duration::from_millis(500);
    let working = tokio::spawn(worker::run(store.clone(), Planner::new(store), dispatcher, poll, shutdown.clone()));

    calls(0).await;
    is_sent(&fixture, &pairs[0].owner).await;
    // The claim of the next one arrives, and nobody hears of it.
    wire.swallow_after_commit(2);
    calls(1).await;
    while !wire.swallows() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    calls(2).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    wire.mend().await;
    is_sent(&fixture, &pairs[1].owner).await;
    is_sent(&fixture, &pairs[2].owner).await;
    shutdown.cancel();
    working.await.expect("ended");
}

/// A process that stood still for so long finds its transaction ended by PostgreSQL: that is nobody's fault, and passes.
#[tokio::test]
async fn a_transaction_that_was_given_up_meanwhile_is_an_outage() {
    let fixture = Fixture::on(Database::Postgres).await;
    let tx = fixture.app.store.write().await.expect("a transaction");
    tx.execute_unprepared("set local idle_in_transaction_session_timeout = 20").await.expect("set");
    tokio::time::sleep(Duration::from_millis(500)).await;
    let error = StorageError::from(tx.execute_unprepared("select 1").await.expect_err("it is ended"));
    assert!(matches!(&error, StorageError::Unavailable(said) if said.contains("idle-in-transaction")), "{error:?}");
}
