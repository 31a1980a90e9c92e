//! Documents that are made by the program and committed, so that a change of them is seen and reviewed.

use crate::harness::{Database, Harness};
use std::path::Path;

const CONTRACT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/mobile-contract/openapi.json");

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

#[tokio::test(flavor = "multi_thread")]
async fn the_contract_is_as_committed_and_the_same_every_time() {
    let house = Harness::on(Database::Sqlite).await;
    let first = house.run(&["openapi"]).await;
    assert!(first.status.success());
    let second = house.run(&["openapi"]).await;
    assert!(first.stdout == second.stdout, "two runs print two documents");
    is_as_committed(CONTRACT, &first.stdout);
}
