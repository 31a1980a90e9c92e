//! The doors of the house: who may know whom.

use cargo_metadata::{DependencyKind, MetadataCommand};
use std::collections::{BTreeMap, BTreeSet};

const DOORS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("mobile-contract", &[]),
    ("migrations", &[]),
    ("storage", &["domain", "migrations"]),
    ("backend", &["domain", "mobile-contract", "storage"]),
    ("worker", &["domain", "mobile-contract", "storage"]),
    ("reconnect", &["backend", "domain", "migrations", "mobile-contract", "storage", "worker"]),
];

/// Crates that would let time, randomness, a database or a network into `domain`.
const NOT_IN_DOMAIN: &[&str] = &["tokio", "poem", "sea-orm", "sqlx", "reqwest", "rand", "async-trait"];

#[test]
fn every_room_has_only_its_doors() {
    let metadata = MetadataCommand::new().no_deps().exec().expect("cargo metadata");
    let rooms: BTreeSet<String> = metadata.packages.iter().map(|p| p.name.to_string()).collect();
    let found: BTreeMap<String, BTreeSet<String>> = metadata
        .packages
        .iter()
        .map(|package| {
            let doors = package
                .dependencies
                .iter()
                .filter(|d| d.kind != DependencyKind::Development && rooms.contains(&d.name))
                .map(|d| d.name.clone())
                .collect();
            (package.name.to_string(), doors)
        })
        .collect();
    let planned: BTreeMap<String, BTreeSet<String>> = DOORS
        .iter()
        .map(|(room, doors)| ((*room).to_owned(), doors.iter().map(|d| (*d).to_owned()).collect()))
        .collect();
    assert_eq!(found, planned);
}

#[test]
fn domain_is_pure() {
    let metadata = MetadataCommand::new().no_deps().exec().expect("cargo metadata");
    let domain = metadata.packages.iter().find(|p| p.name.as_str() == "domain").expect("domain");
    for dependency in domain.dependencies.iter().filter(|d| d.kind == DependencyKind::Normal) {
        assert!(!NOT_IN_DOMAIN.contains(&dependency.name.as_str()), "domain must not depend on {}", dependency.name);
    }
}

/// Files that are the clock, relative to the workspace.
const CLOCK: &str = "src/system/";

/// Ways to ask the machine for the time. `clippy.toml` bans the types that `Clock` replaces; this also finds
/// them behind aliases of their crates (`tokio::time::Instant`), which measure a time no test can move.
const WALL_CLOCK: &[&str] = &["Utc::now(", "Local::now(", "SystemTime::now(", "Instant::now("];

#[test]
fn only_the_clock_asks_for_the_time() {
    let metadata = MetadataCommand::new().no_deps().exec().expect("cargo metadata");
    let mut found = Vec::new();
    let mut files = 0;
    for package in &metadata.packages {
        let sources = package.manifest_path.parent().expect("a directory").join("src");
        for file in rust_files(sources.as_std_path()) {
            files += 1;
            let name = file.strip_prefix(&metadata.workspace_root).expect("inside").display().to_string();
            let text = std::fs::read_to_string(&file).expect("readable");
            let asks = |line: &&str| WALL_CLOCK.iter().any(|way| line.contains(way));
            if !name.starts_with(CLOCK) && text.lines().any(|line| asks(&line)) {
                found.push(name);
            }
        }
    }
    assert!(files > metadata.packages.len(), "the sources were not found");
    assert!(found.is_empty(), "use domain::clock::Clock in {found:?}");
}

#[test]
fn the_clock_and_its_like_are_banned_by_lint_with_a_reason() {
    let bans: toml::Table = std::fs::read_to_string("clippy.toml").expect("clippy.toml").parse().expect("TOML");
    let bans: BTreeMap<&str, &str> = bans["disallowed-methods"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|ban| (ban["path"].as_str().expect("path"), ban["reason"].as_str().expect("reason")))
        .collect();
    for needed in ["chrono::Utc::now", "std::time::SystemTime::now", "rand::rng", "uuid::Uuid::new_v4"] {
        assert!(bans.get(needed).is_some_and(|reason| !reason.is_empty()), "{needed} is not banned");
    }
}

/// Every `.rs` below `directory`.
pub fn rust_files(directory: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}
