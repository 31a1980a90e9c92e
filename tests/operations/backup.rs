//! `reconnect backup`.

use super::{doctor, refused, signed_in, thread};
use crate::harness::{Database, Harness};
use serde_json::json;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

fn names(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).expect("a directory");
    let mut names: Vec<_> = entries.map(|it| it.expect("an entry").file_name().display().to_string()).collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_made_while_it_runs_is_whole_and_overwrites_nothing() {
    let mut house = Harness::on(Database::Sqlite).await.start("up").await;
    let bente = signed_in(&house, "bente").await;
    let thread = thread(&bente).await;
    let text = "Epla er modne";
    let before = bente.post(&thread, json!({ "kind": "info", "body": text })).await.is(201);
    let directory = house.data().join("copies").join("monday");
    let place = directory.to_str().expect("UTF-8");
    let made = house.run(&["backup", place]).await;
    let said = String::from_utf8_lossy(&made.stdout).into_owned();
    assert!(made.status.success(), "{said}{}", String::from_utf8_lossy(&made.stderr));
    assert!(said.contains("keep keys.db in another place") && said.contains("the master key is not in it"), "{said}");
    assert_eq!(names(&directory), ["keys.db", "reconnect.db"]);
    for name in ["keys.db", "reconnect.db"] {
        let mode = std::fs::metadata(directory.join(name)).expect("a copy").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    assert!(refused(&house, &["backup", place]).await.contains("is there already"));
    let after = bente.post(&thread, json!({ "kind": "info", "body": "Dei fell i natt" })).await.is(201);

    // Disk and all are gone, but for the master key and the copies.
    house.kill().await;
    for name in names(&house.data()).iter().filter(|name| name.contains(".db")) {
        std::fs::remove_file(house.data().join(name)).expect("removed");
    }
    for name in ["keys.db", "reconnect.db"] {
        std::fs::copy(directory.join(name), house.data().join(name)).expect("put back");
    }
    house.restart().await;
    let found = bente.get(&format!("/v1/messages/{}", before["id"].as_str().expect("an id"))).await.is(200);
    assert_eq!(found["body"], text);
    let lost = bente.get(&format!("/v1/messages/{}", after["id"].as_str().expect("an id"))).await;
    assert_eq!(lost.status, 404);
    let library = bente.get("/v1/library/search?q=breath").await;
    assert!(library.status == 200 && !library.json()["items"].as_array().expect("items").is_empty());
    // However young the copy is, that it was put back is noticed.
    let said = doctor(&house).await;
    assert!(said.contains("WRONG  dispatch: is held since"), "{said}");
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_can_be_kept_apart_and_what_fails_leaves_nothing() {
    let mut house = Harness::on(Database::Sqlite).await;
    let (here, apart) = (house.data().join("here"), house.data().join("apart"));
    let [place, keys] = [&here, &apart].map(|path| path.to_str().expect("UTF-8").to_owned());
    assert!(refused(&house, &["backup", &place]).await.contains("there is nothing to back up"));
    house = house.start("up").await;
    // Something stands where the keys are to go, and the database is not left alone.
    std::fs::write(&apart, "a file").expect("written");
    assert!(refused(&house, &["backup", &place, "--keys", &keys]).await.contains("apart"));
    assert_eq!(names(&here), [""; 0]);
    std::fs::remove_file(&apart).expect("removed");
    let made = house.run(&["backup", &place, "--keys", &keys]).await;
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    assert_eq!((names(&here), names(&apart)), (vec!["reconnect.db".to_owned()], vec!["keys.db".to_owned()]));
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_is_left_to_its_own_tools() {
    let house = Harness::on(Database::Postgres).await;
    let said = refused(&house, &["backup", "anywhere"]).await;
    assert!(said.contains("backed up with its own tools") && said.contains("docs/production.md"), "{said}");
}
