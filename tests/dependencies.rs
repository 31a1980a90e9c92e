//! What may come into the house: `deny.toml`, held without `cargo deny`, and one version of what we name.

use cargo_metadata::{Metadata, MetadataCommand, Package};
use spdx::{Expression, Licensee, ParseMode};
use std::collections::{BTreeMap, BTreeSet};

/// Crates that we name and that others hold at an older version too, with who does. An entry that is no
/// longer needed fails the test, so the list only shrinks by itself.
const HELD_BACK: &[(&str, &str)] = &[
    ("base64", "hyper-util and email-encoding are ahead of the rest"),
    ("hkdf", "elliptic-curve 0.13, under jsonwebtoken"),
    ("hmac", "jsonwebtoken"),
    ("rand", "jsonwebtoken, num-bigint-dig"),
    ("rand_chacha", "rand 0.8"),
    ("sha2", "jsonwebtoken, ed25519-dalek"),
];

/// The whole tree as it is built on a server.
fn tree() -> Metadata {
    let platform = ["--locked", "--filter-platform", "x86_64-unknown-linux-gnu"].map(str::to_owned).to_vec();
    MetadataCommand::new().other_options(platform).exec().expect("cargo metadata")
}

fn built(tree: &Metadata) -> Vec<&Package> {
    let resolved = tree.resolve.as_ref().expect("resolved");
    resolved.nodes.iter().map(|node| &tree[&node.id]).collect()
}

fn deny() -> toml::Table {
    std::fs::read_to_string("deny.toml").expect("deny.toml").parse().expect("TOML")
}

fn texts(value: &toml::Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(toml::Value::as_str).collect()
}

#[test]
fn nothing_banned_has_come_in() {
    let (tree, deny) = (tree(), deny());
    let banned: BTreeSet<&str> = deny["bans"]["deny"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.get("crate").and_then(toml::Value::as_str))
        .collect();
    assert!(banned.contains("openssl") && banned.contains("native-tls"), "{banned:?}");
    let found: Vec<_> = built(&tree).into_iter().filter(|package| banned.contains(package.name.as_str())).collect();
    assert!(found.is_empty(), "{:?}", found.iter().map(|package| &package.name).collect::<Vec<_>>());
}

#[test]
fn every_licence_is_one_we_accept() {
    let (tree, deny) = (tree(), deny());
    let licensees = |names: Vec<&str>| -> Vec<Licensee> {
        names.into_iter().map(|name| Licensee::parse(name).expect("a licence in deny.toml")).collect()
    };
    let accepted = licensees(texts(&deny["licenses"]["allow"]));
    let exceptions: BTreeMap<&str, Vec<Licensee>> = deny["licenses"]["exceptions"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|entry| (entry["crate"].as_str().expect("crate"), licensees(texts(&entry["allow"]))))
        .collect();
    let mut refused = Vec::new();
    for package in built(&tree) {
        let licence = package.license.as_deref().unwrap_or_default();
        let fits = |allowed: &[Licensee]| {
            Expression::parse_mode(licence, ParseMode::LAX)
                .is_ok_and(|licence| licence.evaluate(|wanted| allowed.iter().any(|ours| ours.satisfies(wanted))))
        };
        let exceptional = exceptions.get(package.name.as_str()).is_some_and(|allowed| fits(allowed));
        if !fits(&accepted) && !exceptional {
            refused.push(format!("{} {}: {licence:?}", package.name, package.version));
        }
    }
    assert!(refused.is_empty(), "not accepted by deny.toml: {refused:#?}");
}

#[test]
fn what_we_name_is_built_in_one_version() {
    let tree = tree();
    let manifest: toml::Table = std::fs::read_to_string("Cargo.toml").expect("Cargo.toml").parse().expect("TOML");
    let named = manifest["workspace"]["dependencies"].as_table().expect("dependencies");
    let mut versions: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for package in built(&tree) {
        versions.entry(package.name.as_str()).or_default().insert(package.version.to_string());
    }
    let several: BTreeSet<&str> =
        named.keys().map(String::as_str).filter(|name| versions.get(name).is_some_and(|v| v.len() > 1)).collect();
    let held_back: BTreeSet<&str> = HELD_BACK.iter().map(|(name, _)| *name).collect();
    assert_eq!(several, held_back, "{versions:#?}");
}
