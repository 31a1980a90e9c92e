//! The binary's outer shell: settings that are wrong, starting, stopping, falling over and getting up.

use crate::harness::{Database, Harness, MailSink, Process, on_both_databases};
use sea_orm::{ConnectionTrait, TransactionTrait};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const MOMENT: Duration = Duration::from_millis(10);

async fn migrated(database: Database) -> Harness {
    let house = Harness::on(database).await;
    let migrate = house.run(&["migrate"]).await;
    assert!(migrate.status.success(), "{}", String::from_utf8_lossy(&migrate.stderr));
    house
}

on_both_databases! {
    async fn it_stops_with_success_and_starts_again_where_it_was(database) {
        let mut house = migrated(database).await.start("serve").await;
        let client = house.client();
        assert_eq!(client.get("/healthz").await.text(), "ok");
        house.stop().await;
        assert!(client.try_get("/healthz").await.is_none());
        house.restart().await;
        assert_eq!(client.get("/readyz").await.status, 200);
        house.kill().await;
        house.restart().await;
        assert_eq!(client.get("/readyz").await.status, 200);
        let log = house.stop().await;
        assert!(log.contains(&house.address().to_string()) && log.contains("draining"), "{log}");
    }

    async fn it_counts_for_who_may_look_and_for_nobody_else(database) {
        let mut house = migrated(database).await.start("serve").await;
        let client = house.client();
        assert_eq!(client.get("/v1/me").await.status, 401);
        let page = client.get("/metrics").await;
        assert_eq!(page.status, 200);
        let text = page.text();
        assert!(text.contains("reconnect_calls_total{operation=\"get_me\",status=\"401\"} 1"), "{text}");
        assert!(text.contains("reconnect_slots_total{job=\"check_in\",outcome=\"sent\"} 0"), "{text}");
        assert!(text.contains("process_resident_memory_bytes"), "{text}");
        // A proxy on this machine speaks for the whole world.
        assert_eq!(client.with("x-forwarded-for", "203.0.113.7").get("/metrics").await.status, 404);
        house.stop().await;
    }

    async fn migrating_twice_at_once_is_safe(database) {
        let house = Harness::on(database).await;
        let (one, other) = tokio::join!(house.run(&["migrate"]), house.run(&["migrate"]));
        for output in [one, other] {
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        let store = sea_orm::Database::connect(house.database_url()).await.expect("the database");
        let accounts = store.execute_unprepared("select id from account").await;
        assert!(accounts.is_ok(), "{accounts:?}");
        store.close().await.expect("closed");
    }

    async fn replicas_can_start_together(database) {
        let house = migrated(database).await;
        // The second replica of a test has no port of its own: that it comes as far as asking for one is enough.
        let (one, other) = (house.spawn(&["serve"]), house.spawn(&["serve"]));
        while house.client().try_get("/readyz").await.is_none() {
            tokio::time::sleep(MOMENT).await;
        }
        let mut replicas = [one, other];
        let mut ended = 0;
        while ended == 0 {
            tokio::time::sleep(MOMENT).await;
            ended = replicas.iter_mut().filter_map(Process::ended).count();
        }
        for mut replica in replicas {
            if replica.ended().is_some() {
                replica.wait().await;
                assert!(replica.log().contains("server.listen"), "{}", replica.log());
            }
        }
        assert_eq!(ended, 1);
    }

    async fn doctor_says_what_is_well_and_what_is_wrong(database) {
        let house = Harness::on(database).await;
        if database == Database::Postgres {
            let behind = house.run(&["doctor"]).await;
            let told = String::from_utf8(behind.stdout).expect("UTF-8");
            assert_eq!(behind.status.code(), Some(1), "{told}");
            assert!(told.contains("WRONG  database: answers, and is") && told.contains("reconnect migrate"), "{told}");
        }
        assert!(house.run(&["migrate"]).await.status.success());
        let well = house.run(&["doctor"]).await;
        let told = String::from_utf8(well.stdout).expect("UTF-8");
        assert_eq!(well.status.code(), Some(0), "{told}");
        for about in ["settings", "data.dir", "master key", "wrapped keys", "database", "clock", "mail and pushes"] {
            assert!(told.contains(&format!("well   {about}: ")), "{told}");
        }
        let key = house.data().join("master.key");
        std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o644)).expect("mode");
        let open = house.run(&["doctor"]).await;
        let told = String::from_utf8(open.stdout).expect("UTF-8");
        assert_eq!(open.status.code(), Some(1), "{told}");
        assert!(told.contains("WRONG  master key: ") && told.contains("chmod 600"), "{told}");
    }

    async fn serving_an_unmigrated_database_is_refused(database) {
        let house = Harness::on(database).await;
        let serve = house.run(&["serve"]).await;
        assert_eq!(serve.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&serve.stderr).contains("run `reconnect migrate` first"));
    }
}

/// SQLite refuses the change of a new file to WAL at once while somebody else writes it, whatever its busy timeout.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_file_that_another_process_writes_is_waited_for() {
    let house = Harness::on(Database::Sqlite).await;
    std::fs::create_dir_all(house.data()).expect("a folder");
    let url = format!("{}?mode=rwc", house.database_url());
    let other = sea_orm::Database::connect(url).await.expect("the file");
    other.execute_unprepared("create table theirs (id integer)").await.expect("a table");
    let writing = other.begin().await.expect("begun");
    writing.execute_unprepared("insert into theirs values (1)").await.expect("a row");
    let migrate = house.run(&["migrate"]);
    let (migrated, written) = tokio::join!(migrate, async {
        tokio::time::sleep(30 * MOMENT).await;
        writing.commit().await
    });
    written.expect("committed");
    assert!(migrated.status.success(), "{}", String::from_utf8_lossy(&migrated.stderr));
    other.close().await.expect("closed");
}

/// A serving process, and a connection on which half a call has been said.
async fn serving_half_a_call(house: &Harness) -> (Process, TcpStream) {
    let process = house.spawn(&["serve"]);
    while house.client().try_get("/readyz").await.is_none() {
        tokio::time::sleep(MOMENT).await;
    }
    let mut half = TcpStream::connect(house.address()).await.expect("connected");
    let head = "POST /v1/sessions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n";
    half.write_all(head.as_bytes()).await.expect("sent");
    half.write_all(b"content-length: 2\r\nconnection: close\r\n\r\n{").await.expect("sent");
    // Another call answered after it: the first has been taken on.
    assert_eq!(house.client().get("/healthz").await.status, 200);
    (process, half)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_under_way_is_finished_before_it_stops() {
    let house = migrated(Database::Sqlite).await;
    let (mut process, mut half) = serving_half_a_call(&house).await;
    process.signal("TERM");
    while house.client().try_get("/healthz").await.is_some() {
        tokio::time::sleep(MOMENT).await;
    }
    assert!(process.ended().is_none(), "{}", process.log());
    half.write_all(b"}").await.expect("sent");
    let mut answer = String::new();
    half.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
    assert_eq!(process.wait().await.code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_it_at_once() {
    let house = migrated(Database::Sqlite).await;
    let (mut process, _half) = serving_half_a_call(&house).await;
    process.signal("INT");
    while !process.log().contains("draining") {
        tokio::time::sleep(MOMENT).await;
    }
    assert!(process.ended().is_none(), "{}", process.log());
    process.signal("TERM");
    assert_eq!(process.wait().await.code(), Some(143));
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_settings_are_told_all_at_once_and_nothing_starts() {
    let house = Harness::on(Database::Sqlite).await;
    let house = house.set("mail.port", "abc").set("defaults.zone", "Oslo").set("server.lissten", "x");
    let serve = house.run(&["serve"]).await;
    assert_eq!(serve.status.code(), Some(1));
    let told = String::from_utf8(serve.stderr).expect("UTF-8");
    for line in [
        "reconnect: 3 settings are wrong:",
        "defaults.zone: \"Oslo\" is not an IANA time zone; give a name such as Europe/Oslo (set in the environment)",
        "mail.port: \"abc\" is not a port; give a number from 1 to 65535 (set in the environment)",
        "server.lissten: there is no such key; the nearest is server.listen (set in the environment)",
    ] {
        assert!(told.contains(line), "{told}");
    }
    assert!(!house.data().join("reconnect.db").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn serving_without_a_master_key_is_refused_and_makes_none() {
    let house = migrated(Database::Sqlite).await;
    std::fs::remove_file(house.data().join("master.key")).expect("removed");
    let serve = house.run(&["serve"]).await;
    assert_eq!(serve.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&serve.stderr).contains("keys.master_key_file"));
    assert!(!house.data().join("master.key").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_taken_is_named() {
    let house = migrated(Database::Sqlite).await.start("serve").await;
    let second = house.run(&["serve"]).await;
    assert_eq!(second.status.code(), Some(1));
    let told = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(told.contains(&format!("server.listen: {} cannot be listened on", house.address())), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_needs_no_settings_and_no_database() {
    let house = Harness::on(Database::Sqlite).await.set("mail.port", "abc");
    let printed = house.run(&["openapi"]).await;
    assert!(printed.status.success());
    let document: serde_json::Value = serde_json::from_slice(&printed.stdout).expect("JSON");
    assert!(document["paths"].as_object().is_some_and(|paths| !paths.is_empty()));
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_get_problems_in_their_language() {
    let house = migrated(Database::Sqlite).await.start("serve").await;
    let stranger = house.client().with("accept-language", "nn");
    assert_eq!(stranger.get("/v1/relationships").await.problem(401), "not_signed_in");
    assert_eq!(stranger.signed_in("made-up").get("/v1/relationships").await.problem(401), "not_signed_in");
    assert_eq!(stranger.post("/v1/nowhere", serde_json::json!({})).await.problem(404), "not_found");
    let sealed = stranger.get("/v1/relationships").await;
    assert_eq!(sealed.header("cache-control"), Some("no-store"));
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_notices_keys_of_another_master_and_makes_nothing() {
    let house = Harness::on(Database::Sqlite).await;
    assert!(house.run(&["doctor"]).await.status.success());
    let mut left: Vec<_> =
        std::fs::read_dir(house.data()).expect("data").map(|entry| entry.expect("entry").file_name()).collect();
    left.sort();
    assert_eq!(left, ["master.key"]);
    let keys = format!("sqlite://{}?mode=rwc", house.data().join("keys.db").display());
    let keys = sea_orm::Database::connect(keys).await.expect("keys");
    for statement in ["create table data_key (master_id text)", "insert into data_key values ('somebody else')"] {
        keys.execute_unprepared(statement).await.expect(statement);
    }
    keys.close().await.expect("closed");
    let told = String::from_utf8(house.run(&["doctor"]).await.stdout).expect("UTF-8");
    assert!(told.contains("WRONG  wrapped keys: 1 were wrapped by another master key"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_signs_in_at_the_mail_server_and_sends_nothing() {
    let sink = MailSink::start().await;
    let house = Harness::on(Database::Sqlite).await.set_all(sink.settings());
    let told = String::from_utf8(house.run(&["doctor"]).await.stdout).expect("UTF-8");
    assert!(told.contains("well   smtp: "), "{told}");
    let house = house.set("mail.password", "close sesame");
    let refused = house.run(&["doctor"]).await;
    let told = String::from_utf8(refused.stdout).expect("UTF-8");
    assert_eq!(refused.status.code(), Some(1), "{told}");
    assert!(told.contains("WRONG  smtp: ") && told.contains("user name and password"), "{told}");
    assert!(!told.contains("sesame") && !String::from_utf8_lossy(&refused.stderr).contains("sesame"));
    assert!(sink.received().is_empty());
}
