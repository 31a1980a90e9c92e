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
