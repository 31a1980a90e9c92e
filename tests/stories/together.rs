//! Looking at something together (SMART): choose, reveal, explore, new perspective. What is shown is shown for the
//! session's length and to the one who joined it; the notes are the owner's, before and after.

use super::{Person, World};
use crate::harness::{Answer, on_both_databases};
use serde_json::{Value, json};

/// One stage on, from what was read.
async fn go(who: &Person, session: &str, stage: &str) -> Answer {
    let tag = who.get(session).await.etag();
    who.patch_if(session, &tag, json!({ "stage": stage })).await
}

async fn reveal(who: &Person, session: &str) -> Answer {
    who.put(&format!("{session}/reveal"), Value::Null).await
}

on_both_databases! {
    async fn what_the_two_open_together_is_shown_as_long_as_they_sit_together(database) {
        let world = World::at("2027-09-07 10:00", database).await;
        let pair = world.pair().await;
        let (bente, kari) = (&pair.owner, &pair.provider);
        for text in ["Eit fullt bord igjen", "Det er å bli spurd eg saknar", "Eg vil spørje sjølv"] {
            world.keep_private(text);
        }
        let goal = json!({ "content": { "goal": { "words": "Eit fullt bord igjen", "state": "active" } } });
        let goal = bente.post("/v1/items", goal).await.is(201)["id"].as_str().expect("an id").to_owned();
        let item = format!("/v1/owners/{}/items/{goal}", bente.account);
        kari.get(&item).await.problem(404);

        // Choose: Bente begins, and Kari is told no more than that.
        let begin = format!("/v1/relationships/{}/joint_sessions", pair.id);
        let begun = bente.post(&begin, json!({ "opens": { "item_id": goal } })).await.is(201);
        let session = format!("/v1/joint_sessions/{}", begun["id"].as_str().expect("an id"));
        let told = kari.read(&session).await;
        assert_eq!((&told["state"], &told["chosen"], told.get("opens")), (&json!("proposed"), &json!(false), None));
        kari.post(&format!("{session}/join"), Value::Null).await.is(200);
        let presence = format!("{session}/presence");
        bente.put(&presence, Value::Null).await.is(200);
        assert_eq!(kari.put(&presence, Value::Null).await.is(200)["other_is_here"], true);
        kari.get(&format!("{session}/opened")).await.problem(404);

        // Reveal: only Bente shows, and Kari sees it here and nowhere else.
        go(kari, &session, "reveal").await.is(200);
        assert_eq!(reveal(kari, &session).await.problem(403), "not_allowed");
        reveal(bente, &session).await.is(200);
        let opened = kari.read(&format!("{session}/opened")).await;
        assert_eq!(opened["item"]["content"]["goal"]["words"], "Eit fullt bord igjen");
        kari.get(&item).await.problem(404);

        // Explore and new perspective: the notes are Bente's, who shows one of them.
        go(bente, &session, "explore").await.is(200);
        let notes = format!("{session}/notes");
        bente.post(&notes, json!({ "text": "Det er å bli spurd eg saknar" })).await.is(201);
        assert_eq!(kari.post(&notes, json!({ "text": "Hennar" })).await.problem(403), "not_allowed");
        assert_eq!(kari.items(&notes).await, Vec::<Value>::new());
        go(kari, &session, "new_perspective").await.is(200);
        let first = bente.post(&notes, json!({ "text": "Eg vil spørje nokon", "shown": true })).await.is(201);
        let note = format!("{notes}/{}", first["id"].as_str().expect("an id"));
        bente.put(&note, json!({ "text": "Eg vil spørje sjølv", "shown": true })).await.is(200);
        let shown = kari.items(&notes).await;
        assert_eq!((shown.len(), &shown[0]["text"]), (1, &json!("Eg vil spørje sjølv")));

        // It is over, and with it all that was shown.
        bente.delete(&session).await.is(204);
        for path in [format!("{session}/opened"), notes.clone(), note.clone()] {
            let status = kari.get(&path).await.status;
            assert!(matches!(status, 403 | 404), "{path}: {status}");
        }
        kari.get(&item).await.problem(404);
        world.settled().await;
        world.set("2027-09-08 08:00").await;
        let quiet = kari.ledger("digest").await.remove(0);
        assert_eq!(quiet["reason"], "nothing_to_say", "what was looked at together is in no digest");

        // What was said stays with her: as it is, and as it was.
        assert_eq!(bente.items(&notes).await.len(), 2);
        let said = bente.items(&format!("{note}/versions")).await;
        let texts: Vec<&Value> = said.iter().map(|version| &version["text"]).collect();
        assert_eq!(texts, ["Eg vil spørje sjølv", "Eg vil spørje nokon"]);
        let tag = bente.get(&note).await.etag();
        let again = bente.post_if(&format!("{note}/versions/1/restore"), &tag, Value::Null).await.is(200);
        assert_eq!((&again["text"], &again["version"]), (&json!("Eg vil spørje nokon"), &json!(3)));
        let log = bente.items("/v1/access_log").await;
        let read: Vec<(&Value, &Value)> = log.iter().map(|row| (&row["action"], &row["because"])).collect();
        assert!(read.contains(&(&json!("read_items"), &json!("revealed"))), "{read:?}");
        assert!(read.contains(&(&json!("read_joint_notes"), &json!("revealed"))), "{read:?}");
        world.end().await;
    }
}
