//! The contract as those meet it who build an app on it: it passes the linter, clients come out of it without a
//! warning, and one of them does what an app does.

mod compatible;

use crate::harness::{Database, Harness, needed};
use crate::stories::oslo;
use compatible::{breaks, may_break};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Output;
use tokio::process::Command;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Runs a program from the top of the project; what it printed.
async fn run(program: impl AsRef<Path>, arguments: &[&str]) -> String {
    let program = program.as_ref();
    let Output { status, stdout, stderr } = Command::new(program)
        .args(arguments)
        .current_dir(ROOT)
        .kill_on_drop(true)
        .output()
        .await
        .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
    let (said, complained) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert!(status.success(), "{} {arguments:?}: {said}{complained}", program.display());
    said.into_owned()
}

/// A program that npm brought.
fn brought(name: &str) -> PathBuf {
    Path::new(&needed("RECONNECT_TEST_NODE_MODULES")).join(".bin").join(name)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_passes_the_linter() {
    let rules = ["--ruleset", "mobile-contract/spectral.yaml", "--fail-severity", "hint"];
    run(brought("spectral"), &[&["lint", "mobile-contract/openapi.json"], &rules[..]].concat()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn kotlin_and_swift_clients_come_out_without_a_warning_and_kotlins_compiles() {
    run("scripts/clients", &["--compile", "kotlin", "swift"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_typescript_client_is_all_an_app_needs() {
    run("scripts/clients", &["typescript"]).await;
    run(brought("tsc"), &["--project", "tests/contract/tsconfig.json"]).await;
    let story = "target/contract/built/tests/contract/story.js";

    let (house, clock) = Harness::on(Database::Sqlite).await.at(oslo("2026-10-05 09:00"));
    let mut house = house.set("worker.poll_seconds", "1").start("up").await;
    let address = format!("http://{}", house.address());
    run("node", &[story, "write", &address]).await;
    run("node", &[story, "offline", &address]).await;

    clock.set(oslo("2026-10-06 08:30"));
    let said = run("node", &[story, "reply", &address]).await;

    let day = said.trim();
    // The last minute of the hours in which it may come: whichever it was given, it is due.
    clock.set(oslo(&format!("{day} 12:59")));
    let pushes = house.data().join("push");
    run("node", &[story, "answer", &address, pushes.to_str().expect("UTF-8")]).await;
    house.stop().await;
}

/// The document of the last version that was published. Versions are tagged `v1.2.3`; before the first there is
/// nobody to break.
#[tokio::test]
async fn no_app_that_is_out_there_is_broken_unless_the_version_says_so() {
    let git = async |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).current_dir(ROOT).output().await.expect("git starts");
        output.status.success().then_some(output.stdout)
    };
    let tags =
        git(&["tag", "--list", "v[0-9]*", "--sort=-version:refname", "--merged", "HEAD"]).await.unwrap_or_default();
    let tags = String::from_utf8(tags).expect("UTF-8");
    let Some(tag) = tags.lines().next() else { return };
    let published = git(&["show", &format!("{tag}:mobile-contract/openapi.json")]).await;
    let published: Value = serde_json::from_slice(&published.expect("the tag has the document")).expect("JSON");
    let present = std::fs::read(Path::new(ROOT).join("mobile-contract/openapi.json")).expect("the document");
    let present: Value = serde_json::from_slice(&present).expect("JSON");
    let version = |document: &Value| document["info"]["version"].as_str().expect("a version").to_owned();
    if may_break(&version(&published), &version(&present)) {
        return;
    }
    let broken = breaks(&published, &present);
    assert!(
        broken.is_empty(),
        "an app made for {tag} breaks; mend it, or raise the version and say so in mobile-contract/CHANGELOG.md:\n{}",
        broken.join("\n")
    );
}
