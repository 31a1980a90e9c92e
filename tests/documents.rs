//! Documents that are made by the program and committed, so that a change of them is seen and reviewed.

use crate::api::fixture::Fixture;
use crate::harness::{Database, Harness};
use chrono::{DateTime, TimeDelta};
use domain::clock::{Clock, VirtualClock};
use domain::words::{Platform, PushEnvironment};
use mobile_contract::push::PushAction;
use secrecy::SecretString;
use std::path::Path;
use std::sync::Arc;
use uuid::uuid;
use worker::transport::{LockScreenLine, Outcome, PushOrder, Transports};

const CONTRACT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/mobile-contract/openapi.json");

const PUSHES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/mobile-contract/examples/pushes");

const EXPORT_SCHEMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/mobile-contract/export.schema.json");

/// Holds a committed file against what the program makes; `scripts/test --bless` writes it anew.
pub fn is_as_committed(path: &str, made: &[u8]) {
    if std::env::var_os("RECONNECT_BLESS").is_some() {
        std::fs::write(path, made).expect("the file can be written");
    }
    let committed = std::fs::read(path).unwrap_or_default();
    if committed == made {
        return;
    }
    let (committed, made) = (String::from_utf8_lossy(&committed), String::from_utf8_lossy(made));
    let line = committed.lines().zip(made.lines()).take_while(|(was, is)| was == is).count();
    let name = Path::new(path).file_name().unwrap_or_default().display();
    panic!(
        "{name} differs from line {}: {:?} is committed, {:?} is made. If that is meant: scripts/test --bless documents",
        line + 1,
        committed.lines().nth(line).unwrap_or_default(),
        made.lines().nth(line).unwrap_or_default(),
    );
}

#[test]
fn the_schema_of_an_export_is_as_committed() {
    is_as_committed(EXPORT_SCHEMA, backend::api::document::export_schema::text().as_bytes());
}

#[tokio::test]
async fn what_is_served_says_once_what_it_is() {
    let fixture = Fixture::new().await;
    let client = &fixture.client;
    for (path, kind) in [("/openapi.json", "application/json"), ("/export.schema.json", "application/schema+json")] {
        let answer = client.get(path).send().await;
        let kinds: Vec<_> = answer.0.headers().get_all("content-type").iter().collect();
        assert_eq!(kinds, [kind], "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_contract_is_as_committed_and_the_same_every_time() {
    let house = Harness::on(Database::Sqlite).await;
    let first = house.run(&["openapi"]).await;
    assert!(first.status.success());
    let second = house.run(&["openapi"]).await;
    assert!(first.stdout == second.stdout, "two runs print two documents");
    is_as_committed(CONTRACT, &first.stdout);
}

/// What goes out on each platform, written by the transports themselves.
#[tokio::test]
async fn the_examples_of_pushes_are_what_is_sent() {
    let clock = VirtualClock::at(DateTime::from_timestamp(1_773_666_300, 0).expect("a time"));
    let folder = tempfile::TempDir::new().expect("a folder");
    let transports = Transports::files(folder.path(), Arc::new(clock.clone())).expect("settings");
    for platform in [Platform::Apns, Platform::Fcm, Platform::WebPush] {
        for action in [PushAction::Wake, PushAction::Withdraw] {
            let line = LockScreenLine { title: "Reconnect".into(), body: "You have something new.".into() };
            let order = PushOrder {
                delivery_id: uuid!("0195a0c4-0031-7003-8031-000000000031"),
                opaque_id: uuid!("0195a0c4-0032-7003-8032-000000000032"),
                collapse_id: "5b0c2f1e9a7d4c3b8f6e1d2c3b4a5968".into(),
                action,
                token: SecretString::from("a device of Bente's"),
                platform,
                environment: PushEnvironment::Production,
                line: Some(line),
                expires_at: clock.now() + TimeDelta::days(1),
                registered_at: clock.now() - TimeDelta::days(30),
            };
            assert!(matches!(transports.push(&order).await, Outcome::Sent { .. }));
            let written = folder.path().join(format!("push/{}.json", order.delivery_id));
            let name = format!("{}-{}.json", platform.as_str().replace('_', "-"), action.as_str());
            let committed = format!("{PUSHES}/{name}");
            is_as_committed(&committed, &std::fs::read(written).expect("a push"));
        }
    }
}
