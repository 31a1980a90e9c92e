//! The provider's digest, as it reads in the app.

pub mod mails;

use super::crisis_plan::write as write_section;
use super::fixture::{Fixture, Pair};
use super::machinery::{Machinery, Written, agree, check_ins, ensure_digest, open_clocks, write};
use super::proposals::{accept, proposed, share};
use super::sharing::grant;
use super::toolbox::{goal, keep, keep_under, step};
use crate::harness::{Database, on_both_databases};
use chrono::{NaiveDate, TimeDelta};
use domain::ids::{AccountId, ReplyClockId};
use domain::words::{Job, MessageKind, Role};
use poem::http::Method;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use storage::{due_clocks, messages, policies};
use worker::transport::Transports;
use worker::{DispatchSettings, Dispatcher, Planner};

async fn opened_morning(database: Database) -> (Fixture, Pair, Machinery) {
    let fixture = Fixture::on(database).await;
    let pair = fixture.pair().await;
    let machinery = Machinery::over(&fixture);
    ensure_digest(&fixture, &pair).await;
    machinery.run_to(&fixture, "2026-10-05T08:30:00Z").await;
    (fixture, pair, machinery)
}

/// So many pairs, each with one unread message, an hour before their digests.
async fn providers_at_seven(database: Database, count: usize) -> (Fixture, Vec<Pair>) {
    let fixture = Fixture::on(database).await;
    let machinery = Machinery::over(&fixture);
    let mut pairs = Vec::new();
    for number in 0..count {
        let owner = fixture.person(Role::ServiceUser, &format!("Bente {number}")).await;
        let provider = fixture.person(Role::Provider, &format!("Kari {number}")).await;
        let pair = fixture.relate(owner, provider).await;
        ensure_digest(&fixture, &pair).await;
        pairs.push(pair);
    }
    machinery.run_to(&fixture, "2026-10-05T08:30:00Z").await;
    for pair in &pairs {
        write(&fixture, pair, Written::info("Hello")).await;
    }
    machinery.run_to(&fixture, "2026-10-06T05:00:00Z").await;
    (fixture, pairs)
}

fn sections(digest: &Value) -> Vec<(&str, Vec<Value>)> {
    let sections = digest["sections"].as_array().expect("sections");
    let lines = |section: &Value| section["lines"].as_array().expect("lines").clone();
    sections.iter().map(|section| (section["section"].as_str().expect("a section"), lines(section))).collect()
}

fn words(line: &Value) -> Vec<&str> {
    line["words"].as_array().expect("words").iter().filter_map(Value::as_str).collect()
}

on_both_databases! {
    async fn a_line_carries_the_gist_or_what_may_be_shown_or_nothing(database) {
        let (fixture, pair, machinery) = opened_morning(database).await;
        let dense = "word ".repeat(1_000);
        let info = |body, gist, preview_allowed| Written { kind: MessageKind::Info, body, gist, preview_allowed };
        write(&fixture, &pair, info(&dense, Some("It is about the move."), true)).await;
        fixture.clock.advance(TimeDelta::seconds(1));
        write(&fixture, &pair, info(&dense, None, false)).await;
        fixture.clock.advance(TimeDelta::seconds(1));
        let allowed = write(&fixture, &pair, info(&dense, None, true)).await;
        let vault = Written { kind: MessageKind::Vault, ..Written::info("For nobody") };
        write(&fixture, &pair, vault).await;
        machinery.run_to(&fixture, "2026-10-06T07:00:00Z").await;

        let digest = fixture.get(&pair.provider, "/v1/digests/today").await.expect(200);
        assert_eq!((&digest["on"], &digest["title"]), (&json!("2026-10-06"), &json!("Today's digest")));
        let found = sections(&digest);
        assert_eq!(found.len(), 1);
        let (name, lines) = &found[0];
        assert_eq!((*name, lines.len()), ("new", 3));
        assert_eq!(digest["sections"][0]["title"], "New");
        assert_eq!(lines[0]["gist"], "It is about the move.");
        assert!(lines[0].get("preview").is_none(), "her own sentence is enough");
        assert!(lines[1].get("gist").is_none() && lines[1].get("preview").is_none());
        assert_eq!(words(&lines[1]), ["Since Monday 5 October", "Long, about 5 minutes"]);
        assert_eq!(lines[2]["preview"], dense[..200]);
        assert_eq!(lines[2]["link"]["message_id"], json!(allowed.0));
        assert_eq!((&lines[0]["owner"]["display_name"], &lines[0]["long"]), (&json!("Bente"), &json!(true)));
        assert!(lines.iter().all(|line| line["done"] == false));

        let log = fixture.get(&pair.owner, "/v1/access_log").await.expect(200);
        let last = &log["items"][0];
        assert_eq!((&last["action"], &last["subjects"]), (&json!("read_digest"), &json!(["gist", "preview"])));
        assert_eq!(last["who"]["display_name"], "Kari");

        let list = fixture.get(&pair.provider, "/v1/digests").await.expect(200);
        assert_eq!(list["items"][0]["counts"]["new"], 3);
        assert_eq!(list["items"][0]["counts"]["long"], 3);
        assert_eq!(fixture.get(&pair.owner, "/v1/digests").await.problem(403), "not_allowed");
        let other = fixture.person(Role::Provider, "Ola").await;
        assert_eq!(fixture.get(&other, "/v1/digests/2026-10-06").await.problem(404), "not_found");
        assert_eq!(fixture.get(&pair.provider, "/v1/digests/2026-10-07").await.problem(404), "not_found");
        assert_eq!(fixture.get(&pair.provider, "/v1/digests/2026-13-45").await.problem(404), "not_found");
        for odd in ["+262142-12-31", "-262143-01-01", "0000-01-01"] {
            let path = format!("/v1/digests/{odd}");
            assert_eq!(fixture.get(&pair.provider, &path).await.problem(404), "not_found", "{odd}");
        }
    }

    async fn what_was_recalled_or_ended_since_has_vanished(database) {
        let (fixture, pair, machinery) = opened_morning(database).await;
        let first = write(&fixture, &pair, Written::info("One")).await;
        write(&fixture, &pair, Written::info("Two")).await;
        machinery.run_to(&fixture, "2026-10-06T07:00:00Z").await;
        let count = |digest: &Value| sections(digest).iter().map(|(_, lines)| lines.len()).sum::<usize>();
        let path = "/v1/digests/2026-10-06";
        assert_eq!(count(&fixture.get(&pair.provider, path).await.expect(200)), 2);

        let actor = domain::ownership::Actor {
            account: pair.owner.id,
            role: Role::ServiceUser,
            organisation: fixture.organisation,
        };
        let now = fixture.app.now();
        let tx = fixture.app.store.write().await.expect("tx");
        let action = domain::policy::OnMessage::Recall;
        let message = messages::authorized(&*tx, actor, action, first, now).await.expect("hers");
        messages::recall(&tx, &message, now).await.expect("recalled");
        tx.commit().await.expect("commit");
        let digest = fixture.get(&pair.provider, path).await.expect(200);
        assert_eq!(count(&digest), 1);
        assert!(!digest.to_string().contains(&first.to_string()));

        fixture.delete(&pair.owner, &format!("/v1/relationships/{}", pair.relationship)).await.expect(204);
        let digest = fixture.get(&pair.provider, path).await.expect(200);
        assert_eq!(digest["sections"], json!([]));
        assert_eq!(digest["note"], "Nothing is waiting for you now.");
        assert!(!digest.to_string().contains("Bente"));
    }

    async fn opening_makes_promises_certain_and_closes_no_clock(database) {
        let (fixture, pair, machinery) = opened_morning(database).await;
        write(&fixture, &pair, Written::asking("When?")).await;
        machinery.run_to(&fixture, "2026-10-08T07:00:00Z").await;
        let clock = open_clocks(&fixture, pair.relationship).await.remove(0);
        assert_eq!(clock.promised_on, "2026-10-08".parse::<NaiveDate>().expect("a date"));
        let digest = fixture.get(&pair.provider, "/v1/digests/2026-10-08").await.expect(200);
        let found = sections(&digest);
        assert_eq!(found[0].0, "waiting");
        let line = &found[0].1[0];
        assert_eq!(
            (&line["due_today"], &line["overdue"], &line["promised_on"]),
            (&json!(true), &json!(false), &json!("2026-10-08"))
        );
        assert_eq!(words(line)[..2], ["Due today", "Since Monday 5 October"]);

        let tx = fixture.app.store.write().await.expect("tx");
        due_clocks::mark_uncertain(&tx, vec![clock.id], fixture.app.now()).await.expect("marked");
        tx.commit().await.expect("commit");
        let cards = fixture.get(&pair.owner, "/v1/cards").await.expect(200);
        assert_eq!(cards["items"][0]["kind"], "promise_uncertain");

        fixture.post(&pair.provider, "/v1/digests/2026-10-08/open", Value::Null).await.expect(204);
        let after = open_clocks(&fixture, pair.relationship).await.remove(0);
        assert_eq!((after.uncertain_since, after.closed_at), (None, None));
        assert_eq!(ReplyClockId(after.id), ReplyClockId(clock.id));
        let digest = fixture.get(&pair.provider, "/v1/digests/2026-10-08").await.expect(200);
        assert!(digest.get("opened_at").is_some());
        assert_eq!(fixture.get(&pair.owner, "/v1/cards").await.expect(200), json!({ "items": [] }));
        let message =
            messages::unread(fixture.app.store.read(), actor(&fixture, pair.provider.id), fixture.app.now()).await;
        assert_eq!(message.expect("counted").len(), 1, "reading a digest opens no message");
        assert_eq!(
            fixture.post(&pair.provider, "/v1/digests/2026-10-01/open", Value::Null).await.problem(404),
            "not_found"
        );
    }
}

fn actor(fixture: &Fixture, provider: AccountId) -> domain::ownership::Actor {
    domain::ownership::Actor { account: provider, role: Role::Provider, organisation: fixture.organisation }
}

on_both_databases! {
    async fn a_heavy_reply_heads_the_digest_with_since_when_and_what_to_think_of(database) {
        let (fixture, pair, machinery) = opened_morning(database).await;
        agree(&fixture, &pair).await;
        check_ins(&fixture, &pair).await;
        machinery.run_to(&fixture, "2026-10-20T11:30:00Z").await;
        let cards = fixture.get(&pair.owner, "/v1/cards").await.expect(200);
        let card = &cards["items"][0];
        assert_eq!(card["kind"], "check_in");
        let text = card["text"].as_str().expect("text");
        assert!(text.starts_with("Hi Bente. This is the first of the regular check-ins"), "{text}");
        assert!(text.ends_with("Kari reads replies by Wednesday."), "{text}");
        assert_eq!(card["choices"].as_array().expect("choices").len(), 5);
        assert_eq!(card["reading"]["by"], "2026-10-21");
        let answer = format!("/v1/check_ins/{}/answer", card["target"]["check_in_id"].as_str().expect("id"));
        fixture.post(&pair.owner, &answer, json!({ "answer": "heavy" })).await.expect(200);
        let cards = fixture.get(&pair.owner, "/v1/cards").await.expect(200);
        assert_eq!(cards["items"][0]["kind"], "check_ins_resting");
        assert_eq!(cards["items"][0]["choices"], json!([]), "it goes on once the two have spoken");

        write(&fixture, &pair, Written::info("Something else")).await;
        machinery.run_to(&fixture, "2026-10-21T07:00:00Z").await;
        let digest = fixture.get(&pair.provider, "/v1/digests/today").await.expect(200);
        let found = sections(&digest);
        let names: Vec<&str> = found.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["concerns", "new"]);
        let line = &found[0].1[0];
        assert_eq!((&line["concern"], &line["done"]), (&json!("heavy"), &json!(false)));
        assert_eq!(words(line)[0], "It's heavy. Answered Tuesday 20 October at 13:30.");
        let steps: Vec<&Value> =
            digest["sections"][0]["checklist"].as_array().expect("steps").iter().map(|step| &step["step"]).collect();
        assert_eq!(steps, ["phone", "local_procedure", "document"]);
        assert!(digest["sections"][1]["checklist"].as_array().expect("steps").is_empty());
    }

    async fn changes_of_shared_sections_are_one_line_that_tells_which_and_no_more(database) {
        let (fixture, pair, machinery) = opened_morning(database).await;
        let (owner, kari) = (&pair.owner, &pair.provider);
        let later = || fixture.clock.advance(TimeDelta::minutes(1));
        write_section(&fixture, owner, "triggers", "The month of March").await.expect(200);
        write_section(&fixture, owner, "what_matters", "My sister").await.expect(200);
        later();
        grant(&fixture, owner, kari, "section", "what_matters", "allow").await;
        let walks = grant(&fixture, owner, kari, "section", "what_i_do", "allow").await;
        machinery.run_to(&fixture, "2026-10-06T07:00:00Z").await;
        assert_eq!(fixture.get(kari, "/v1/digests/today").await.problem(404), "not_found", "all was there before");

        for text in ["I walk", "I walk to the sea", "I walk to the sea and back"] {
            write_section(&fixture, owner, "what_i_do", text).await.expect(200);
            later();
        }
        write_section(&fixture, owner, "triggers", "April too").await.expect(200);
        later();
        // Taking everything out is a change as well.
        write_section(&fixture, owner, "what_matters", "").await.expect(200);
        machinery.run_to(&fixture, "2026-10-07T07:00:00Z").await;
        let digest = fixture.get(kari, "/v1/digests/today").await.expect(200);
        let found = sections(&digest);
        let [(name, lines)] = found.as_slice() else { panic!("one section: {digest}") };
        let [line] = lines.as_slice() else { panic!("one line: {digest}") };
        assert_eq!(*name, "shared_changes");
        assert_eq!(line["plan_sections"], json!(["what_matters", "what_i_do"]), "in the plan's order");
        assert_eq!(line["owner"]["display_name"], "Bente");
        let said = ["Changed something in the plan that is shared with you", "Changed Tuesday 6 October"];
        assert_eq!(words(line), said);
        for trace in ["triggers", "sea", "April", "sister"] {
            assert!(!digest.to_string().contains(trace), "{digest}");
        }

        // Listed once; what is not shared any longer has vanished, from this one too.
        fixture.delete(owner, &format!("/v1/grants/{walks}")).await.expect(204);
        let digest = fixture.get(kari, "/v1/digests/today").await.expect(200);
        assert_eq!(sections(&digest)[0].1[0]["plan_sections"], json!(["what_matters"]));
        write_section(&fixture, owner, "what_i_do", "I swim").await.expect(200);
        machinery.run_to(&fixture, "2026-10-08T07:00:00Z").await;
        assert_eq!(fixture.get(kari, "/v1/digests/today").await.problem(404), "not_found");
        later();
        grant(&fixture, owner, kari, "module", "crisis_plan", "allow").await;
        grant(&fixture, owner, kari, "section", "triggers", "deny").await;
        machinery.run_to(&fixture, "2026-10-09T07:00:00Z").await;
        assert_eq!(fixture.get(kari, "/v1/digests/today").await.problem(404), "not_found", "it changed before");
        write_section(&fixture, owner, "what_i_do", "I swim far").await.expect(200);
        write_section(&fixture, owner, "triggers", "May").await.expect(200);
        machinery.run_to(&fixture, "2026-10-12T07:00:00Z").await;
        let digest = fixture.get(kari, "/v1/digests/today").await.expect(200);
        assert_eq!(sections(&digest)[0].1[0]["plan_sections"], json!(["what_i_do"]));

        let list = fixture.get(kari, "/v1/digests").await.expect(200);
        assert_eq!((&list["items"][0]["counts"]["shared_changes"], &list["items"][0]["counts"]["new"]), (&json!(1), &json!(0)));
        assert!(!list.to_string().contains("what_i_do"), "{list}");
        let ledger = fixture.get(kari, "/v1/ledger").await.expect(200).to_string();
        assert!(!ledger.contains("what_i_do"), "{ledger}");
    }

    async fn changes_in_the_toolbox_are_one_line_for_each_part_with_how_many(database) {
        let (fixture, pair, machinery) = opened_morning(database).await;
        let (owner, kari) = (&pair.owner, &pair.provider);
        let later = || fixture.clock.advance(TimeDelta::minutes(1));
        let table = keep(&fixture, owner, goal("A full table")).await;
        let private = keep(&fixture, owner, goal("A private one")).await;
        later();
        grant(&fixture, owner, kari, "module", "goals", "allow").await;
        grant(&fixture, owner, kari, "module", "strengths", "allow").await;
        grant(&fixture, owner, kari, "item", &private, "deny").await;
        machinery.run_to(&fixture, "2026-10-06T07:00:00Z").await;
        assert_eq!(fixture.get(kari, "/v1/digests/today").await.problem(404), "not_found", "all was there before");

        let put = async |id: &str, words: &str, draft: bool| {
            let body = json!({ "content": goal(words), "draft": draft });
            fixture.call(Method::PUT, Some(owner), &format!("/v1/items/{id}"), body, &[("If-Match", "*")]).await.expect(200)
        };
        put(&table, "Two at my table", false).await;
        later();
        put(&table, "Three at my table", false).await;
        put(&private, "Quite private", false).await;
        let steak = keep_under(&fixture, owner, &table, step("Buy the steak", "activity")).await;
        keep_under(&fixture, owner, &private, step("Hide it", "activity")).await;
        keep(&fixture, owner, json!({ "strength": { "words": "The sea" } })).await;
        keep(&fixture, owner, json!({ "value": { "words": "Being asked" } })).await;
        fixture.post(owner, "/v1/items", json!({ "content": goal("Not yet"), "draft": true })).await.expect(201);
        machinery.run_to(&fixture, "2026-10-07T07:00:00Z").await;
        let digest = fixture.get(kari, "/v1/digests/today").await.expect(200);
        let found = sections(&digest);
        let [("shared_changes", lines)] = found.as_slice() else { panic!("one section: {digest}") };
        let told: Vec<(&Value, &Value)> = lines.iter().map(|line| (&line["module"], &line["changed_items"])).collect();
        assert_eq!(told, [(&json!("goals"), &json!(2)), (&json!("strengths"), &json!(1))]);
        let said = ["2 things changed in what is shared with you: goals and steps", "Changed Tuesday 6 October"];
        assert_eq!(words(&lines[0]), said);
        for trace in ["table", "steak", "sea", "rivate", table.as_str(), steak.as_str(), private.as_str()] {
            assert!(!digest.to_string().contains(trace), "{trace}: {digest}");
        }
        let list = fixture.get(kari, "/v1/digests").await.expect(200);
        assert_eq!(list["items"][0]["counts"]["shared_changes"], 2);

        // Read anew: what became a draft, was deleted, or is not shared any longer has vanished.
        put(&table, "Three at my table", true).await;
        let digest = fixture.get(kari, "/v1/digests/today").await.expect(200);
        assert_eq!(sections(&digest)[0].1.len(), 1, "with what lies under it: {digest}");
        put(&table, "Three at my table", false).await;
        let path = format!("/v1/items/{steak}");
        fixture.call(Method::DELETE, Some(owner), &path, Value::Null, &[("If-Match", "*")]).await.expect(204);
        let digest = fixture.get(kari, "/v1/digests/today").await.expect(200);
        assert_eq!(sections(&digest)[0].1[0]["changed_items"], 1);
        // She took it into a draft and out again: that is a change like any other, and it is told once.
        machinery.run_to(&fixture, "2026-10-08T07:00:00Z").await;
        let digest = fixture.get(kari, "/v1/digests/today").await.expect(200);
        assert_eq!(sections(&digest)[0].1[0]["changed_items"], 1);
        machinery.run_to(&fixture, "2026-10-09T07:00:00Z").await;
        assert_eq!(fixture.get(kari, "/v1/digests/today").await.problem(404), "not_found", "told once");
        put(&table, "Four at my table", false).await;
        grant(&fixture, owner, kari, "item", &table, "deny").await;
        machinery.run_to(&fixture, "2026-10-12T07:00:00Z").await;
        assert_eq!(fixture.get(kari, "/v1/digests/today").await.problem(404), "not_found", "not shared any longer");
        let digest = fixture.get(kari, "/v1/digests/2026-10-08").await.expect(200);
        assert_eq!(digest["sections"], json!([]));
    }

    async fn an_answered_proposal_is_a_line_for_its_author(database) {
        let (fixture, pair, machinery) = opened_morning(database).await;
        let (owner, kari) = (&pair.owner, &pair.provider);
        let mut paths = Vec::new();
        let mut shares = Vec::new();
        for words in ["Swim", "Row", "Sing", "Knit"] {
            let id = keep(&fixture, owner, goal(words)).await;
            shares.push(share(&fixture, &pair, "item", &id, "propose").await);
            let body = json!({ "item_id": id, "base_version": 1, "content": goal(&format!("{words} daily")) });
            paths.push(proposed(&fixture, &pair, body).await);
            fixture.clock.advance(TimeDelta::seconds(1));
        }
        // Shared by item and not as a whole: her own answers are what is told, and not her changes.
        accept(&fixture, owner, &paths[0], json!({}), "\"v1\"").await.expect(200);
        fixture.clock.advance(TimeDelta::seconds(1));
        accept(&fixture, owner, &paths[1], json!({ "content": goal("Row at dawn") }), "\"v1\"").await.expect(200);
        fixture.clock.advance(TimeDelta::seconds(1));
        fixture.post(owner, &format!("{}/decline", paths[2]), json!({ "words": "Not singing" })).await.expect(200);
        machinery.run_to(&fixture, "2026-10-06T07:00:00Z").await;
        let digest = fixture.get(kari, "/v1/digests/today").await.expect(200);
        let found = sections(&digest);
        assert_eq!(found[0].0, "proposals_answered");
        let said: Vec<Vec<&str>> = found[0].1.iter().map(words).collect();
        let (taken, edited) = ("The proposal was taken in", "The proposal was taken in with changes");
        assert_eq!(said, [[taken], [edited], ["The proposal was not taken in"]]);
        let linked = found[0].1[0]["link"]["proposal_id"].as_str().expect("a link");
        assert_eq!(format!("/v1/proposals/{linked}"), paths[0]);
        assert!(!digest.to_string().contains("daily") && !digest.to_string().contains("singing"), "{digest}");
        assert_eq!(found[1].1[0]["changed_items"], 2, "and what she took in has changed");

        // Not shared any longer, it has vanished; answered while it was not, it is told when it is again.
        fixture.delete(owner, &format!("/v1/grants/{}", shares[0])).await.expect(204);
        fixture.delete(owner, &format!("/v1/grants/{}", shares[3])).await.expect(204);
        fixture.post(owner, &format!("{}/decline", paths[3]), json!({})).await.expect(200);
        let digest = fixture.get(kari, "/v1/digests/today").await.expect(200);
        assert_eq!(sections(&digest)[0].1.len(), 2);
        machinery.run_to(&fixture, "2026-10-07T07:00:00Z").await;
        assert_eq!(fixture.get(kari, "/v1/digests/today").await.problem(404), "not_found", "told once, or not shared");
        grant(&fixture, owner, kari, "module", "goals", "allow").await;
        machinery.run_to(&fixture, "2026-10-08T07:00:00Z").await;
        let digest = fixture.get(kari, "/v1/digests/today").await.expect(200);
        assert_eq!((sections(&digest)[0].0, sections(&digest)[0].1.len()), ("proposals_answered", 1), "{digest}");
        let ledger = fixture.get(owner, "/v1/ledger").await.expect(200).to_string();
        assert!(!ledger.contains("Swim"), "{ledger}");
    }

    async fn a_wish_to_look_together_comes_unasked_too(database) {
        let (fixture, pair, machinery) = opened_morning(database).await;
        let (owner, kari) = (&pair.owner, &pair.provider);
        write_section(&fixture, owner, "what_i_do", "I walk").await.expect(200);
        let shared = grant(&fixture, owner, kari, "section", "what_i_do", "allow").await;
        let together = json!({ "answer": "together", "with_provider_id": kari.id.0 });
        fixture.post(owner, "/v1/plan/reviews", together.clone()).await.expect(201);
        machinery.run_to(&fixture, "2026-10-06T07:00:00Z").await;
        let digest = fixture.get(kari, "/v1/digests/today").await.expect(200);
        let found = sections(&digest);
        let [("shared_changes", lines)] = found.as_slice() else { panic!("one section: {digest}") };
        let [line] = lines.as_slice() else { panic!("one line: {digest}") };
        assert_eq!(words(line), ["Bente would like to look at the plan together with you."]);
        assert_eq!((&line["plan_sections"], &line["since"]), (&json!([]), &json!("2026-10-05T08:30:00+00:00")));
        machinery.run_to(&fixture, "2026-10-07T07:00:00Z").await;
        assert_eq!(fixture.get(kari, "/v1/digests/today").await.problem(404), "not_found", "said once");

        fixture.post(owner, "/v1/plan/reviews", together).await.expect(201);
        fixture.delete(owner, &format!("/v1/grants/{shared}")).await.expect(204);
        machinery.run_to(&fixture, "2026-10-08T07:00:00Z").await;
        assert_eq!(fixture.get(kari, "/v1/digests/today").await.problem(404), "not_found", "not shared any longer");
        let digest = fixture.get(kari, "/v1/digests/2026-10-06").await.expect(200);
        assert_eq!(digest["sections"], json!([]));
    }

    async fn after_an_outage_of_days_the_digest_of_the_day_is_made_and_no_other(database) {
        let (fixture, pair, machinery) = opened_morning(database).await;
        write(&fixture, &pair, Written::info("Hello")).await;
        fixture.clock.set("2026-10-08T07:30:00Z".parse().expect("a time"));
        machinery.run_to(&fixture, "2026-10-08T08:00:00Z").await;
        let digests = fixture.get(&pair.provider, "/v1/digests").await.expect(200);
        let days: Vec<&Value> = digests["items"].as_array().expect("items").iter().map(|item| &item["on"]).collect();
        assert_eq!(days, ["2026-10-08"]);
        let told = fixture.get(&pair.provider, "/v1/ledger?job=digest").await.expect(200);
        let told: Vec<(&Value, &Value)> =
            told["items"].as_array().expect("items").iter().map(|row| (&row["slot_on"], &row["reason"])).collect();
        assert_eq!(told, [(&json!("2026-10-08"), &json!("due")), (&json!("2026-10-06"), &json!("too_late"))]);
    }

    /// "A thousand messages to a provider make one digest of at most 20 lines, built with a constant
    /// number of queries."
    async fn a_thousand_messages_make_one_digest_with_as_many_queries_as_ten(database) {
        let mut asked = Vec::new();
        for count in [10, 1_000] {
            let (fixture, pair, machinery) = opened_morning(database).await;
            for _ in 0..count {
                write(&fixture, &pair, Written::info("Hello")).await;
            }
            let statements = Arc::new(AtomicUsize::new(0));
            let mut counted = fixture.app.store.clone();
            let counter = Arc::clone(&statements);
            counted.on_statement(move |_, _| {
                counter.fetch_add(1, Ordering::Relaxed);
            });
            let (_, rules) = policies::in_force(counted.read(), fixture.organisation).await.expect("rules");
            let tomorrow: NaiveDate = "2026-10-06".parse().expect("a date");
            let at = "2026-10-06T06:00:00Z".parse().expect("a time");
            statements.store(0, Ordering::Relaxed);
            let composed =
                worker::digests::compose(counted.read(), pair.provider.id, tomorrow, &rules, at).await.expect("composed");
            let built = statements.swap(0, Ordering::Relaxed);
            assert_eq!(composed.digest.lines.len(), usize::min(count, 20));
            assert!(built > 0);

            machinery.run_to(&fixture, "2026-10-06T07:00:00Z").await;
            let run = storage::digests::of_date(counted.read(), pair.provider.id, tomorrow).await.expect("read");
            let permit = storage::relationships::leave(
                actor(&fixture, pair.provider.id),
                domain::policy::OnOwn::ProvidersWork,
                pair.provider.id,
            );
            statements.store(0, Ordering::Relaxed);
            let (run, permit) = (run.expect("a digest"), permit.expect("hers"));
            let lines = storage::digest_reading::lines(counted.read(), permit, &run, at).await.expect("lines");
            let read = statements.load(Ordering::Relaxed);
            assert_eq!(lines.len(), usize::min(count, 20));
            asked.push((built, read));

            let digest = fixture.get(&pair.provider, "/v1/digests/today").await.expect(200);
            let shown: usize = sections(&digest).iter().map(|(_, lines)| lines.len()).sum();
            assert_eq!(shown, usize::min(count, 20));
            assert_eq!(digest["more"], count - shown);
            if count == 1_000 {
                assert_eq!(digest["more_words"], "and 980 more");
            }
            let digests = fixture.get(&pair.provider, "/v1/digests").await.expect(200);
            assert_eq!(digests["items"].as_array().expect("items").len(), 1);
        }
        assert_eq!(asked[0], asked[1], "queries to build and to read: with ten, and with a thousand");
    }

    async fn the_digests_of_a_morning_cost_as_many_queries_as_two(database) {
        let mut asked = Vec::new();
        for count in [2, 12] {
            let (fixture, pairs) = providers_at_seven(database, count).await;
            let statements: Arc<Mutex<Vec<String>>> = Arc::default();
            let mut counted = fixture.app.store.clone();
            let seen = Arc::clone(&statements);
            counted.on_statement(move |statement, _| seen.lock().expect("a list").push(statement.sql.clone()));
            let take = || std::mem::take(&mut *statements.lock().expect("a list"));
            fixture.clock.set("2026-10-06T06:00:00Z".parse().expect("a time"));
            take();
            assert_eq!(Planner::new(counted.clone()).turn().await.expect("planned"), count);
            let planned = take().len();
            let directory = tempfile::tempdir().expect("a directory");
            let transports = Transports::files(directory.path(), Arc::clone(&counted.clock)).expect("file transports");
            let dispatcher = Dispatcher::new(counted, Arc::new(transports), DispatchSettings::default());
            assert_eq!(dispatcher.turn().await.expect("sent"), count);
            // Which of them begin at the same moment, to be asked about together, is not the test's to say.
            let built = take().into_iter().filter(|statement| statement.contains("digest_line")).count();
            asked.push((planned, built));
            for (number, pair) in pairs.iter().enumerate() {
                let digest = fixture.get(&pair.provider, "/v1/digests/today").await.expect(200);
                let [(section, lines)] = sections(&digest).try_into().expect("one section");
                let owner = lines[0]["owner"]["display_name"].as_str();
                assert_eq!((section, lines.len(), owner), ("new", 1, Some(&*format!("Bente {number}"))));
            }
        }
        assert_eq!(asked[0], asked[1], "statements to plan, and to read and keep lines");
    }
}

/// SQLite has one writer: there they come one after the other anyway.
#[tokio::test]
async fn channels_that_ask_at_the_same_time_get_one_digest() {
    let (fixture, pair, machinery) = opened_morning(Database::Postgres).await;
    write(&fixture, &pair, Written::info("Hello")).await;
    fixture.clock.set("2026-10-06T06:00:00Z".parse().expect("a time"));
    machinery.plan().await;
    let (store, now) = (&fixture.app.store, fixture.app.now());
    let planned = storage::slots::decided_since(store.read(), now).await.expect("slots");
    let slot = planned.iter().find(|slot| slot.job == Job::Digest.as_str()).expect("a digest");
    let (_, rules) = policies::in_force(store.read(), fixture.organisation).await.expect("rules");
    let all_have_begun = tokio::sync::Barrier::new(3);
    let ask = async || {
        let tx = store.write().await.expect("tx");
        all_have_begun.wait().await;
        let subject = storage::briefing::Subject {
            job: Job::Digest,
            recipient: Some(pair.provider.id),
            owner: None,
            provider: Some(pair.provider.id),
            relationship: None,
            series: None,
        };
        let briefing = storage::briefing::Briefing::of(&*tx, &[subject], now).await.expect("read");
        let told = worker::digests::build(store, &tx, &briefing, &[(slot, &rules)]).await.expect("built");
        tx.commit().await.expect("commit");
        told[&slot.id].map(|counts| counts.new)
    };
    assert_eq!(tokio::join!(ask(), ask(), ask()), (Some(1), Some(1), Some(1)));
    let digests = fixture.get(&pair.provider, "/v1/digests").await.expect(200);
    assert_eq!(digests["items"].as_array().map(Vec::len), Some(1));
}
