use super::agreements::{agree, terms};
use super::fixture::{Fixture, Pair, Reply, Who};
use super::sharing::grant;
use super::toolbox::{goal, keep};
use crate::harness::on_both_databases;
use chrono::{DateTime, Utc};
use domain::words::{Job, Role};
use serde_json::{Value, json};
use std::sync::Arc;
use storage::whose::Whose;
use storage::{clocks, concerns, series};
use worker::transport::Transports;
use worker::{DispatchSettings, Dispatcher, Planner};

/// Plans and sends everything due up to and including `until`.
pub async fn run_until(fixture: &Fixture, until: &str) {
    let until: DateTime<Utc> = until.parse().expect("a time");
    let store = fixture.app.store.clone();
    let planner = Planner::new(store.clone());
    let settings = DispatchSettings { concurrency: 1, ..DispatchSettings::default() };
    let dispatcher = Dispatcher::new(store, Arc::new(Transports::nowhere()), settings);
    loop {
        while planner.turn().await.expect("planned") + dispatcher.turn().await.expect("sent") > 0 {}
        let next = [planner.next_due().await.expect("read"), dispatcher.next_due().await.expect("read")];
        match next.into_iter().flatten().min().filter(|next| *next <= until) {
            Some(next) => fixture.clock.set(next.max(fixture.app.now())),
            None => break,
        }
    }
    fixture.clock.set(until);
}

async fn propose(fixture: &Fixture, who: &Who, pair: &Pair, every_days: i32) -> Reply {
    let path = format!("/v1/relationships/{}/check_ins", pair.relationship);
    fixture.post(who, &path, json!({ "every_days": every_days })).await
}

async fn act(fixture: &Fixture, who: &Who, series: &str, what: &str) -> Reply {
    fixture.post(who, &format!("/v1/check_ins/series/{series}/{what}"), Value::Null).await
}

fn id(value: &Value) -> String {
    value["id"].as_str().expect("an id").to_owned()
}

/// Agreed, asked for by the owner and accepted.
async fn running(fixture: &Fixture, every_days: i32) -> (Pair, String) {
    let pair = fixture.pair().await;
    let series = begin(fixture, &pair, every_days).await;
    (pair, series)
}

/// A pair agrees, its owner asks for check-ins and its provider accepts.
pub async fn begin(fixture: &Fixture, pair: &Pair, every_days: i32) -> String {
    agree(fixture, pair, terms()).await;
    let series = id(&propose(fixture, &pair.owner, pair, every_days).await.expect(201));
    act(fixture, &pair.provider, &series, "accept").await.expect(200);
    series
}

async fn cards(fixture: &Fixture, who: &Who, pair: &Pair) -> Vec<Value> {
    let path = format!("/v1/relationships/{}/check_in_cards", pair.relationship);
    fixture.get(who, &path).await.expect(200)["items"].as_array().expect("items").clone()
}

/// The owner's newest card.
pub async fn newest(fixture: &Fixture, pair: &Pair) -> String {
    id(cards(fixture, &pair.owner, pair).await.first().expect("a card"))
}

pub async fn answer(fixture: &Fixture, who: &Who, card: &str, body: Value) -> Reply {
    fixture.post(who, &format!("/v1/check_ins/{card}/answer"), body).await
}

#[tokio::test]
async fn nothing_comes_before_both_said_yes_under_an_agreement() {
    let fixture = Fixture::new().await;
    let pair = fixture.pair().await;
    let asked = propose(&fixture, &pair.owner, &pair, 14).await.expect(201);
    assert_eq!(asked["state"], "proposed");
    assert_eq!(asked["proposed_by_me"], true);
    assert_eq!(asked["alternatives"], json!([]));
    let series = id(&asked);
    assert_eq!(propose(&fixture, &pair.provider, &pair, 28).await.problem(409), "conflict");
    assert_eq!(act(&fixture, &pair.owner, &series, "accept").await.problem(403), "not_allowed");
    assert_eq!(act(&fixture, &pair.provider, &series, "accept").await.problem(409), "no_agreement");
    agree(&fixture, &pair, terms()).await;
    let accepted = act(&fixture, &pair.provider, &series, "accept").await.expect(200);
    assert_eq!(accepted["state"], "active");
    assert_eq!(
        (accepted["accepted_on"].clone(), accepted["ends_on"].clone()),
        (json!("2026-10-05"), json!("2026-12-28"))
    );
    let upcoming: Vec<_> =
        accepted["upcoming"].as_array().expect("slots").iter().map(|slot| slot["on"].clone()).collect();
    // Anchors are Mondays; check-ins come Tuesday to Thursday.
    assert_eq!(upcoming, [json!("2026-10-20"), json!("2026-11-03"), json!("2026-11-17")]);
    assert_eq!(accepted["upcoming"][0]["position"], "first");
    assert_eq!(act(&fixture, &pair.provider, &series, "accept").await.problem(409), "already_answered");
    let stranger = fixture.person(Role::Provider, "Siri").await;
    for what in ["accept", "decline", "stop", "renew", "restart"] {
        assert_eq!(act(&fixture, &stranger, &series, what).await.problem(404), "not_found");
    }
}

#[tokio::test]
async fn a_cadence_is_one_of_the_menu_and_as_rare_as_agreed() {
    let fixture = Fixture::new().await;
    let pair = fixture.pair().await;
    for days in [0, -7, 3, 15, i32::MAX] {
        let faults = propose(&fixture, &pair.owner, &pair, days).await.faults();
        assert_eq!(faults, [("/every_days".to_owned(), "not_in_list".to_owned())]);
    }
    let mut rare = terms();
    rare["check_ins"]["every_days"] = json!(14);
    agree(&fixture, &pair, rare).await;
    let series = id(&propose(&fixture, &pair.provider, &pair, 7).await.expect(201));
    assert_eq!(act(&fixture, &pair.owner, &series, "accept").await.problem(409), "no_agreement");
    act(&fixture, &pair.owner, &series, "decline").await.expect(200);
    let series = id(&propose(&fixture, &pair.owner, &pair, 28).await.expect(201));
    act(&fixture, &pair.provider, &series, "accept").await.expect(200);
    let cadence = format!("/v1/check_ins/series/{series}/cadence");
    let refused = fixture.post(&pair.provider, &cadence, json!({ "every_days": 14 })).await;
    assert_eq!(refused.problem(403), "not_allowed");
    let often = fixture.post(&pair.owner, &cadence, json!({ "every_days": 7 })).await;
    assert_eq!(often.problem(409), "no_agreement");
    let changed = fixture.post(&pair.owner, &cadence, json!({ "every_days": 14 })).await.expect(200);
    assert_eq!((changed["every_days"].clone(), changed["state"].clone()), (json!(14), json!("active")));
}

/// Story 9.
#[tokio::test]
async fn a_full_provider_can_decline_and_the_owner_is_offered_alternatives() {
    let fixture = Fixture::new().await;
    let provider = fixture.provider().await;
    let mut last = None;
    for n in 0..11 {
        let owner = fixture.person(Role::ServiceUser, &format!("Owner{n}")).await;
        let pair = fixture.relate(owner, provider.clone()).await;
        agree(&fixture, &pair, terms()).await;
        let asked = propose(&fixture, &pair.owner, &pair, 14).await.expect(201);
        let reply = act(&fixture, &pair.provider, &id(&asked), "accept").await;
        if n < 10 {
            reply.expect(200);
            assert_eq!(asked["alternatives"], json!([]));
        } else {
            assert_eq!(reply.problem(409), "cap_reached");
            let offered = asked["alternatives"].as_array().expect("alternatives").clone();
            let words: Vec<_> = offered.iter().map(|one| one["alternative"].clone()).collect();
            assert_eq!(words, [json!("next_consultation"), json!("longer_interval"), json!("message_with_reply")]);
            last = Some((pair, id(&asked)));
        }
    }
    let (pair, series) = last.expect("the eleventh");
    act(&fixture, &pair.provider, &series, "decline").await.expect(200);
    let seen = fixture.get(&pair.owner, &format!("/v1/check_ins/series/{series}")).await.expect(200);
    assert_eq!(seen["state"], "stopped");
    assert_eq!(seen["alternatives"].as_array().expect("alternatives").len(), 3);
    assert!(seen["text"].as_str().expect("text").starts_with("Kari has no room"), "{}", seen["text"]);
}

#[tokio::test]
async fn a_pair_whose_hours_never_meet_is_told_when_accepting() {
    let fixture = Fixture::new().await;
    let pair = fixture.pair().await;
    agree(&fixture, &pair, terms()).await;
    let series = id(&propose(&fixture, &pair.owner, &pair, 14).await.expect(201));
    let mut changes = storage::profiles::Changes::default();
    let at = |hour| chrono::NaiveTime::from_hms_opt(hour, 0, 0).expect("a time");
    changes.quiet_hours = Some((at(9), at(15)));
    let actor = domain::ownership::Actor {
        account: pair.owner.id,
        role: Role::ServiceUser,
        organisation: fixture.organisation,
    };
    let leave = storage::relationships::leave(actor, domain::policy::OnOwn::Profile, pair.owner.id).expect("leave");
    let tx = fixture.app.store.write().await.expect("tx");
    storage::profiles::change(&tx, leave, 1, changes, fixture.app.now()).await.expect("changed");
    tx.commit().await.expect("commit");
    assert_eq!(act(&fixture, &pair.provider, &series, "accept").await.problem(409), "no_shared_hours");
}

#[tokio::test]
async fn a_check_in_comes_is_opened_and_answered_once() {
    let fixture = Fixture::new().await;
    let (pair, series) = running(&fixture, 14).await;
    run_until(&fixture, "2026-10-20T16:00:00Z").await;
    let card = newest(&fixture, &pair).await;
    assert_eq!(cards(&fixture, &pair.provider, &pair).await, Vec::<Value>::new());
    let path = format!("/v1/check_ins/{card}");
    assert_eq!(fixture.get(&pair.provider, &path).await.problem(404), "not_found", "not before it is answered");
    let seen = fixture.get(&pair.owner, &path).await.expect(200);
    assert_eq!((seen["on"].clone(), seen["position"].clone()), (json!("2026-10-20"), json!("first")));
    let text = seen["text"].as_str().expect("text");
    assert!(text.starts_with("Hi Bente.") && text.ends_with("Kari reads replies by Wednesday."), "{text}");
    assert_eq!(seen["reading"], json!({ "by": "2026-10-21" }));
    assert_eq!(seen["choices"].as_array().expect("choices").len(), 5);
    assert_eq!(fixture.post(&pair.provider, &format!("{path}/open"), Value::Null).await.problem(404), "not_found");
    let opened = fixture.post(&pair.owner, &format!("{path}/open"), Value::Null).await.expect(200);
    assert!(opened.get("opened_at").is_some());

    assert_eq!(answer(&fixture, &pair.owner, &card, json!({})).await.faults()[0].0, "/answer");
    assert_eq!(answer(&fixture, &pair.owner, &card, json!({ "note": " " })).await.faults()[0].0, "/answer");
    let long = json!({ "answer": "ok", "note": "x".repeat(20_001) });
    assert_eq!(answer(&fixture, &pair.owner, &card, long).await.faults()[0].0, "/note");
    let nul = json!({ "answer": "ok", "note": "a\u{0}" });
    assert_eq!(answer(&fixture, &pair.owner, &card, nul).await.faults()[0].1, "format");
    let done = answer(&fixture, &pair.owner, &card, json!({ "answer": "both", "note": "Kaffe ☕" })).await.expect(200);
    assert_eq!((done["answer"].clone(), done["note"].clone()), (json!("both"), json!("Kaffe ☕")));
    assert!(done["receipt"]["text"].as_str().expect("text").starts_with("Saved. Kari sees your answer by Wednesday."));
    assert!(done["receipt"].get("help_now").is_none() && done["receipt"].get("promised_on").is_none());
    let again = answer(&fixture, &pair.owner, &card, json!({ "answer": "heavy" })).await;
    assert_eq!(again.problem(409), "already_answered");

    let seen = fixture.get(&pair.provider, &path).await.expect(200);
    assert_eq!(seen["note"], "Kaffe ☕");
    assert_eq!(seen["checklist"], json!([]));
    assert!(seen.get("text").is_none() && seen.get("opened_at").is_none());
    let stranger = fixture.person(Role::Provider, "Siri").await;
    assert_eq!(fixture.get(&stranger, &path).await.problem(404), "not_found");
    let standing = fixture.get(&pair.owner, &format!("/v1/check_ins/series/{series}")).await.expect(200);
    assert_eq!(standing["upcoming"][0]["number"], 2);
}

#[tokio::test]
async fn words_alone_are_an_answer() {
    let fixture = Fixture::new().await;
    let (pair, _) = running(&fixture, 14).await;
    run_until(&fixture, "2026-10-20T16:00:00Z").await;
    let card = newest(&fixture, &pair).await;
    let done = answer(&fixture, &pair.owner, &card, json!({ "note": "Jeg sover bedre." })).await.expect(200);
    assert!(done.get("answer").is_none() && done.get("answered_at").is_some());
    let seen = fixture.get(&pair.provider, &format!("/v1/check_ins/{card}")).await.expect(200);
    assert_eq!(seen["note"], "Jeg sover bedre.");
}

/// An answer is met with thanks or a day to talk, by the provider alone; the owner is told and sees it.
#[tokio::test]
async fn the_provider_thanks_for_an_answer_or_names_a_day() {
    let fixture = Fixture::new().await;
    let (pair, _) = running(&fixture, 14).await;
    run_until(&fixture, "2026-10-20T16:00:00Z").await;
    let card = newest(&fixture, &pair).await;
    let (thanks, talk) = (format!("/v1/check_ins/{card}/read_thanks"), format!("/v1/check_ins/{card}/lets_talk"));
    assert_eq!(fixture.post(&pair.provider, &thanks, Value::Null).await.problem(404), "not_found", "not answered yet");
    answer(&fixture, &pair.owner, &card, json!({ "answer": "heavy" })).await.expect(200);
    assert_eq!(fixture.post(&pair.owner, &thanks, Value::Null).await.problem(403), "not_allowed");
    let thanked = fixture.post(&pair.provider, &thanks, Value::Null).await.expect(200);
    assert!(thanked["thanked_at"].is_string() && thanked.get("promised_on").is_none(), "{thanked}");
    assert!(thanked["open_since"].is_string(), "what waits for personal contact goes on waiting");
    let again = fixture.post(&pair.provider, &thanks, Value::Null).await.expect(200);
    assert_eq!(again["thanked_at"], thanked["thanked_at"]);
    let faults = fixture.post(&pair.provider, &talk, json!({ "day": "2026-10-19" })).await.faults();
    assert_eq!(faults, [("/day".to_owned(), "date_in_past".to_owned())]);
    fixture.post(&pair.provider, &talk, json!({ "day": "2026-10-22" })).await.expect(200);
    let seen = fixture.get(&pair.owner, &format!("/v1/check_ins/{card}")).await.expect(200);
    assert_eq!((&seen["talk_on"], &seen["thanked_at"]), (&json!("2026-10-22"), &thanked["thanked_at"]));
    let told = fixture.get(&pair.owner, "/v1/ledger?job=message_notice").await.expect(200);
    assert_eq!(told["items"].as_array().map(Vec::len), Some(1), "one thing of one day: {told}");
    run_until(&fixture, "2026-10-21T10:00:00Z").await;
    let shown = fixture.get(&pair.owner, "/v1/notifications").await.expect(200);
    let notice = shown["items"].as_array().expect("items").iter().find(|item| item["job"] == "message_notice");
    let target = &notice.expect("a notice")["target"];
    assert_eq!(target["message_ids"], json!([]), "an answer to a check-in is no message: {target}");
}

#[tokio::test]
async fn a_heavy_answer_rests_the_series_and_promises_an_answer() {
    let fixture = Fixture::new().await;
    let (pair, series) = running(&fixture, 14).await;
    run_until(&fixture, "2026-10-20T16:00:00Z").await;
    let card = newest(&fixture, &pair).await;
    let done = answer(&fixture, &pair.owner, &card, json!({ "answer": "heavy" })).await.expect(200);
    let receipt = &done["receipt"];
    // Tuesday 20 October after closing time belongs to Wednesday; three working days on is Monday.
    assert_eq!(receipt["promised_on"], "2026-10-26");
    assert_eq!(receipt["help_now"]["lines"][0]["number"], "113");
    assert!(receipt.get("own_plan").is_none(), "she has none");
    assert!(receipt["text"].as_str().expect("text").contains("rest until you and Kari have been in touch"));
    let standing = fixture.get(&pair.owner, &format!("/v1/check_ins/series/{series}")).await.expect(200);
    assert_eq!(
        (standing["state"].clone(), standing["rest_reason"].clone()),
        (json!("resting"), json!("until_contact"))
    );
    assert_eq!(act(&fixture, &pair.owner, &series, "restart").await.problem(409), "conflict");

    let db = fixture.app.store.read();
    let open = clocks::open_of(db, pair.relationship).await.expect("clocks");
    assert_eq!((open.len(), open[0].promised_on), (1, "2026-10-26".parse().expect("a date")));
    assert_eq!(concerns::open_of(db, pair.relationship).await.expect("concerns").len(), 1);
    let seen = fixture.get(&pair.provider, &format!("/v1/check_ins/{card}")).await.expect(200);
    assert_eq!((seen["promised_on"].clone(), seen["answer"].clone()), (json!("2026-10-26"), json!("heavy")));
    assert!(seen.get("open_since").is_some());
    let steps: Vec<_> = seen["checklist"].as_array().expect("steps").iter().map(|step| step["step"].clone()).collect();
    assert_eq!(steps, [json!("phone"), json!("local_procedure"), json!("document")]);

    run_until(&fixture, "2026-11-05T16:00:00Z").await;
    assert_eq!(cards(&fixture, &pair.owner, &pair).await.len(), 1, "nothing came meanwhile");
    let tx = fixture.app.store.write().await.expect("tx");
    concerns::clear(&tx, pair.relationship, "logged_call", fixture.app.now()).await.expect("cleared");
    tx.commit().await.expect("commit");
    let standing = fixture.get(&pair.owner, &format!("/v1/check_ins/series/{series}")).await.expect(200);
    assert_eq!(standing["state"], "active", "they have spoken");
    assert_eq!(standing["upcoming"][0]["on"], "2026-11-17", "on its old days");
}

#[tokio::test]
async fn either_side_stops_it_and_only_the_owner_renews() {
    let fixture = Fixture::new().await;
    let (pair, series) = running(&fixture, 28).await;
    run_until(&fixture, "2026-12-29T12:00:00Z").await;
    let over = fixture.get(&pair.owner, &format!("/v1/check_ins/series/{series}")).await.expect(200);
    run_until(&fixture, "2027-01-05T12:00:00Z").await;
    assert!(["active", "completed"].contains(&over["state"].as_str().expect("state")));
    let over = fixture.get(&pair.owner, &format!("/v1/check_ins/series/{series}")).await.expect(200);
    assert_eq!(over["state"], "completed");
    assert_eq!(act(&fixture, &pair.provider, &series, "renew").await.problem(403), "not_allowed");
    let renewed = act(&fixture, &pair.owner, &series, "renew").await.expect(200);
    assert_eq!((renewed["state"].clone(), renewed["accepted_on"].clone()), (json!("active"), json!("2027-01-05")));
    let stopped = act(&fixture, &pair.provider, &series, "stop").await.expect(200);
    assert_eq!(stopped["state"], "stopped");
    assert_eq!(act(&fixture, &pair.owner, &series, "stop").await.expect(200)["version"], stopped["version"]);
    assert_eq!(act(&fixture, &pair.owner, &series, "renew").await.problem(409), "conflict");
    let again = propose(&fixture, &pair.owner, &pair, 14).await.expect(201);
    let list =
        fixture.get(&pair.owner, &format!("/v1/relationships/{}/check_ins", pair.relationship)).await.expect(200);
    assert_eq!(list["items"][0]["id"], again["id"], "newest first");
}

/// Story 4, up to the owner's own restart.
#[tokio::test]
async fn three_unanswered_rest_until_the_owner_restarts() {
    let fixture = Fixture::new().await;
    let (pair, series) = running(&fixture, 7).await;
    let path = format!("/v1/check_ins/series/{series}");
    let mut day: DateTime<Utc> = fixture.app.now();
    loop {
        day += chrono::TimeDelta::days(1);
        assert!(day < "2026-12-28T00:00:00Z".parse::<DateTime<Utc>>().expect("a time"), "it never rested");
        run_until(&fixture, &day.to_rfc3339()).await;
        for card in cards(&fixture, &pair.owner, &pair).await {
            fixture.post(&pair.owner, &format!("/v1/check_ins/{}/open", id(&card)), Value::Null).await.expect(200);
        }
        if fixture.get(&pair.owner, &path).await.expect(200)["state"] == "resting" {
            break;
        }
    }
    assert_eq!(cards(&fixture, &pair.owner, &pair).await.len(), 3);
    let resting = fixture.get(&pair.owner, &path).await.expect(200);
    assert_eq!(resting["rest_reason"], "unanswered");
    assert!(resting["text"].as_str().expect("text").contains("You have done nothing wrong"));
    assert_eq!(act(&fixture, &pair.provider, &series, "restart").await.problem(403), "not_allowed");
    assert_eq!(act(&fixture, &pair.owner, &series, "restart").await.expect(200)["state"], "active");
}

#[tokio::test]
async fn the_slate_is_tomorrows_and_may_be_skipped_or_moved() {
    let fixture = Fixture::new().await;
    let (pair, series) = running(&fixture, 14).await;
    run_until(&fixture, "2026-10-19T10:00:00Z").await;
    assert_eq!(fixture.get(&pair.owner, "/v1/slate").await.problem(403), "not_allowed");
    let slate = fixture.get(&pair.provider, "/v1/slate").await.expect(200);
    assert_eq!(slate["date"], "2026-10-20");
    assert_eq!(slate["items"].as_array().expect("items").len(), 1);
    let item = &slate["items"][0];
    assert_eq!((item["series_id"].clone(), item["skipped"].clone()), (json!(series), json!(false)));
    assert_eq!(item["can_move_to"], json!(["2026-10-21", "2026-10-22", "2026-10-27"]));
    let postpone = |date: &'static str, to: &'static str| {
        let (fixture, provider, path) = (&fixture, &pair.provider, format!("/v1/check_ins/series/{series}/postpone"));
        async move { fixture.post(provider, &path, json!({ "date": date, "to": to })).await }
    };
    assert_eq!(postpone("2026-10-21", "2026-10-22").await.faults(), [("/date".into(), "not_in_list".into())]);
    assert_eq!(postpone("2026-10-20", "2026-10-28").await.faults(), [("/to".into(), "outside_bounds".into())]);
    assert_eq!(postpone("2026-10-20", "2026-10-23").await.faults(), [("/to".into(), "not_a_working_day".into())]);
    assert_eq!(postpone("2026-10-20", "2026-10-20").await.faults(), [("/to".into(), "outside_bounds".into())]);
    let moved = postpone("2026-10-20", "2026-10-22").await.expect(200);
    assert_eq!((moved["on"].clone(), moved["postponed_from"].clone()), (json!("2026-10-22"), json!("2026-10-20")));
    run_until(&fixture, "2026-10-20T16:00:00Z").await;
    assert_eq!(cards(&fixture, &pair.owner, &pair).await, Vec::<Value>::new());
    assert_eq!(
        fixture.get(&pair.provider, "/v1/slate?day=2026-10-22").await.expect(200)["items"][0]["on"],
        "2026-10-22"
    );
    run_until(&fixture, "2026-10-22T16:00:00Z").await;
    assert_eq!(cards(&fixture, &pair.owner, &pair).await[0]["on"], "2026-10-22");

    let skip = format!("/v1/check_ins/series/{series}/skip");
    let foreign = fixture.post(&pair.owner, &skip, json!({ "date": "2026-11-03" })).await;
    assert_eq!(foreign.problem(403), "not_allowed");
    let skipped = fixture.post(&pair.provider, &skip, json!({ "date": "2026-11-03" })).await.expect(200);
    assert_eq!(skipped["skipped"], true);
    answer(&fixture, &pair.owner, &newest(&fixture, &pair).await, json!({ "answer": "ok" })).await.expect(200);
    run_until(&fixture, "2026-11-05T16:00:00Z").await;
    assert_eq!(cards(&fixture, &pair.owner, &pair).await.len(), 1);
    let row = series::of(fixture.app.store.read(), Whose::Relationship(pair.relationship), Some(Job::CheckIn)).await;
    let row = row.expect("read").remove(0);
    assert_eq!(row.slot_on, "2026-11-17".parse().ok());
    for odd in ["0000-00-00", "x", "+262143-01-01", "-0001-01-01"] {
        let reply = fixture.get(&pair.provider, &format!("/v1/slate?day={odd}")).await;
        assert!(matches!(reply.status, 200 | 400 | 422), "{odd}: {}", reply.json);
    }
}

#[tokio::test]
async fn an_absent_provider_is_said_to_be_absent_before_the_answer() {
    let fixture = Fixture::new().await;
    let (pair, _) = running(&fixture, 14).await;
    run_until(&fixture, "2026-10-20T16:00:00Z").await;
    let card = newest(&fixture, &pair).await;
    let provider = domain::ownership::Actor {
        account: pair.provider.id,
        role: Role::Provider,
        organisation: fixture.organisation,
    };
    let leave = storage::relationships::leave(provider, domain::policy::OnOwn::ProvidersWork, pair.provider.id);
    let day = |text: &str| text.parse::<chrono::NaiveDate>().expect("a date");
    let away = storage::absences::Away { from_on: day("2026-10-20"), to_on: day("2026-11-02"), substitute: None };
    let id = domain::ids::AbsenceId(fixture.app.store.new_id());
    let tx = fixture.app.store.write().await.expect("tx");
    storage::absences::create(&tx, leave.expect("leave"), id, away, fixture.app.now()).await.expect("absence");
    tx.commit().await.expect("commit");
    let seen = fixture.get(&pair.owner, &format!("/v1/check_ins/{card}")).await.expect(200);
    assert_eq!(seen["reading"], json!({ "nobody_before": "2026-11-02" }));
    let done = answer(&fixture, &pair.owner, &card, json!({ "answer": "want_to_talk" })).await.expect(200);
    let text = done["receipt"]["text"].as_str().expect("text");
    assert!(text.starts_with("Saved. Nobody sees your answer before Monday 2 November."), "{text}");
    assert_eq!(done["receipt"]["promised_on"], "2026-11-05");
}

on_both_databases! {
    async fn an_answer_can_be_something_she_shares_already(database) {
        let fixture = Fixture::on(database).await;
        let (pair, _) = running(&fixture, 14).await;
        let (owner, kari) = (&pair.owner, &pair.provider);
        let goal = keep(&fixture, owner, goal("A full table")).await;
        run_until(&fixture, "2026-10-20T16:00:00Z").await;
        let card = newest(&fixture, &pair).await;
        let body = json!({ "item_id": goal });
        assert_eq!(
            answer(&fixture, owner, &card, body.clone()).await.faults(),
            [("/item_id".to_owned(), "not_in_list".to_owned())],
            "answering shares nothing"
        );
        let setting = grant(&fixture, owner, kari, "item", &goal, "allow").await;
        let answered = answer(&fixture, owner, &card, body).await.expect(200);
        assert_eq!(answered["item"], json!({ "id": goal, "kind": "goal" }));
        assert!(answered.get("answer").is_none() && answered.get("answered_at").is_some());
        let seen = || async { cards(&fixture, kari, &pair).await.remove(0) };
        assert_eq!(seen().await["item"]["id"], goal.as_str());
        // Taken back, it is not there any more, and the answer stands.
        fixture.delete(owner, &format!("/v1/grants/{setting}")).await.expect(204);
        let after = seen().await;
        assert!(!after.to_string().contains(&goal) && after.get("answered_at").is_some(), "{after}");
        let hers = fixture.get(owner, &format!("/v1/check_ins/{card}")).await.expect(200);
        assert_eq!(hers["item"]["id"], goal.as_str());
        let path = format!("/v1/items/{goal}");
        fixture
            .call(poem::http::Method::DELETE, Some(owner), &path, Value::Null, &[("If-Match", "*")])
            .await
            .expect(204);
        assert!(fixture.get(owner, &format!("/v1/check_ins/{card}")).await.expect(200).get("item").is_none());
    }
}
