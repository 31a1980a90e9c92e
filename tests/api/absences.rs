use super::fixture::{Fixture, Pair, Who};
use super::messages::{agree, at, id, later, notices, thread, write, writing_pair};
use domain::words::Role;
use serde_json::{Value, json};

async fn away(fixture: &Fixture, who: &Who, from: &str, to: &str, substitute: Option<&Who>) -> Value {
    let mut body = json!({ "from_on": from, "to_on": to });
    if let Some(substitute) = substitute {
        body["substitute_login"] = json!(substitute.login);
    }
    fixture.post(who, "/v1/absences", body).await.expect(201)
}

async fn message(fixture: &Fixture, who: &Who, of: &Value) -> Value {
    fixture.get(who, &format!("/v1/messages/{}", id(of))).await.expect(200)
}

fn consent(pair: &Pair, absence: &Value) -> String {
    format!("/v1/relationships/{}/absences/{}/consent", pair.relationship, id(absence))
}

#[tokio::test]
async fn an_absence_moves_what_is_due_in_it_and_the_owner_is_told_once() {
    let fixture = Fixture::new().await;
    let pair = writing_pair(&fixture).await;
    let first = write(&fixture, &pair, &pair.owner, "reply_wanted", "One?").await;
    let second = write(&fixture, &pair, &pair.owner, "reply_wanted", "Two?").await;
    later(&fixture, 3600);
    let absence = away(&fixture, &pair.provider, "2026-10-07", "2026-10-10", None).await;
    for sent in [&first, &second] {
        let seen = message(&fixture, &pair.owner, sent).await;
        assert_eq!(
            seen["receipt"],
            "Kari is away. The new date for a reply is Tuesday 13 October. Your message is safe."
        );
        assert_eq!(seen["clock"]["first_promised_on"], "2026-10-08");
        assert_eq!(seen["clock"]["moved_by"], "absence");
    }
    assert_eq!(notices(&fixture, &pair.owner).await, [("planned".to_owned(), "due".to_owned())]);

    let promise = format!("/v1/relationships/{}/promise", pair.relationship);
    at(&fixture, "2026-10-07T08:00:00Z");
    let told = fixture.get(&pair.owner, &promise).await.expect(200);
    assert_eq!(told["nobody_reads_before"], "2026-10-12");
    assert_eq!(told["reply_by"], "2026-10-15", "Monday is the day it belongs to");
    assert_eq!(
        told["text"],
        "Kari is away from Wednesday 7 October and back on Monday 12 October. \
         If you send it now, Kari will answer by Thursday 15 October."
    );

    fixture.delete(&pair.provider, &format!("/v1/absences/{}", id(&absence))).await.expect(204);
    let seen = message(&fixture, &pair.owner, &first).await;
    assert_eq!(seen["clock"]["promised_on"], "2026-10-13", "a date that was shown is never drawn back");
}

#[tokio::test]
async fn a_substitute_takes_over_once_she_accepted_and_the_owner_consented() {
    let fixture = Fixture::new().await;
    let pair = writing_pair(&fixture).await;
    let substitute = fixture.person(Role::Provider, "Olav").await;
    agree(&fixture, &substitute).await;
    let absence = away(&fixture, &pair.provider, "2026-10-06", "2026-10-20", Some(&substitute)).await;
    assert_eq!(absence["substitute_state"], "asked");
    let asked = write(&fixture, &pair, &pair.owner, "reply_wanted", "Who reads this?").await;
    let note = write(&fixture, &pair, &pair.owner, "info", "For Kari alone").await;
    assert_eq!(asked["clock"]["promised_on"], "2026-10-22", "nobody stands in yet");
    at(&fixture, "2026-10-06T08:00:00Z");

    let pairs = format!("/v1/relationships/{}/absences", pair.relationship);
    let told = fixture.get(&pair.owner, &pairs).await.expect(200);
    assert_eq!(told["items"][0]["owner_consents"], false);
    assert!(told["items"][0]["text"].as_str().expect("text").contains("May Olav see"));
    let path = format!("/v1/absences/{}", id(&absence));
    assert_eq!(fixture.post(&pair.provider, &format!("{path}/accept"), Value::Null).await.problem(403), "not_allowed");
    fixture.post(&substitute, &format!("{path}/accept"), Value::Null).await.expect(200);
    assert_eq!(fixture.get(&substitute, &thread(&pair)).await.problem(404), "not_found", "the owner was not asked yet");
    assert_eq!(fixture.put(&pair.provider, &consent(&pair, &absence), Value::Null).await.problem(403), "not_allowed");
    fixture.put(&pair.owner, &consent(&pair, &absence), Value::Null).await.expect(200);

    let seen = message(&fixture, &pair.owner, &asked).await;
    assert_eq!(seen["clock"]["handed_to"], substitute.id.to_string());
    assert_eq!(seen["receipt"], "Kari is away. Olav has taken over and will answer by Thursday 22 October.");
    let visible = fixture.get(&substitute, &thread(&pair)).await.expect(200);
    let visible: Vec<_> = visible["items"].as_array().expect("items").iter().map(id).collect();
    assert_eq!(visible, [id(&asked)], "only what waits for a reply");
    assert_eq!(fixture.get(&substitute, &format!("/v1/messages/{}", id(&note))).await.problem(404), "not_found");

    let open = format!("/v1/messages/{}/open", id(&asked));
    assert_eq!(fixture.post(&substitute, &open, Value::Null).await.expect(200)["body"], "Who reads this?");
    let promised = fixture.get(&pair.owner, &format!("/v1/relationships/{}/promise", pair.relationship)).await;
    let promised = promised.expect(200);
    assert_eq!(promised["reply_by"], "2026-10-09", "an absence with a substitute stops no promise");
    assert_eq!(promised["substitute"]["display_name"], "Olav");

    let thanks = format!("/v1/messages/{}/read_thanks", id(&asked));
    let closed = fixture.post(&substitute, &thanks, Value::Null).await.expect(200);
    assert_eq!(closed["clock"]["closed_by"], "read_thanks");
    assert_eq!(fixture.get(&substitute, &format!("/v1/messages/{}", id(&asked))).await.problem(404), "not_found");
    let seen = message(&fixture, &pair.owner, &asked).await;
    assert_eq!(seen["receipt"], "Olav has read it and says thank you.");
}

#[tokio::test]
async fn a_consent_taken_back_gives_the_clock_back_with_a_new_date() {
    let fixture = Fixture::new().await;
    let pair = writing_pair(&fixture).await;
    let substitute = fixture.person(Role::Provider, "Olav").await;
    let absence = away(&fixture, &pair.provider, "2026-10-07", "2026-10-14", Some(&substitute)).await;
    let path = format!("/v1/absences/{}/accept", id(&absence));
    fixture.post(&substitute, &path, Value::Null).await.expect(200);
    fixture.put(&pair.owner, &consent(&pair, &absence), Value::Null).await.expect(200);
    let asked = write(&fixture, &pair, &pair.owner, "reply_wanted", "Well?").await;
    assert_eq!(asked["clock"]["promised_on"], "2026-10-08");
    assert_eq!(asked["clock"]["handed_to"], substitute.id.to_string(), "due while she stands in");

    fixture.delete(&pair.owner, &consent(&pair, &absence)).await.expect(200);
    let seen = message(&fixture, &pair.owner, &asked).await;
    assert!(seen["clock"].get("handed_to").is_none());
    assert_eq!(seen["clock"]["promised_on"], "2026-10-15");

    fixture.put(&pair.owner, &consent(&pair, &absence), Value::Null).await.expect(200);
    let decline = format!("/v1/absences/{}/decline", id(&absence));
    fixture.post(&substitute, &decline, Value::Null).await.expect(200);
    let seen = message(&fixture, &pair.owner, &asked).await;
    assert!(seen["clock"].get("handed_to").is_none(), "she changed her mind");
    assert_eq!(seen["clock"]["promised_on"], "2026-10-15");
    assert_eq!(fixture.put(&pair.owner, &consent(&pair, &absence), Value::Null).await.problem(409), "conflict");
}

#[tokio::test]
async fn a_longer_absence_is_asked_for_anew_and_a_shorter_one_is_not() {
    let fixture = Fixture::new().await;
    let pair = writing_pair(&fixture).await;
    let substitute = fixture.person(Role::Provider, "Olav").await;
    let absence = away(&fixture, &pair.provider, "2026-10-07", "2026-10-14", Some(&substitute)).await;
    let path = format!("/v1/absences/{}", id(&absence));
    fixture.post(&substitute, &format!("{path}/accept"), Value::Null).await.expect(200);
    fixture.put(&pair.owner, &consent(&pair, &absence), Value::Null).await.expect(200);
    let change = async |body: Value| {
        let tag = fixture.get(&pair.provider, &path).await.etag();
        fixture.patch(&pair.provider, &path, body, &tag).await
    };
    let consents = async || {
        let pairs = format!("/v1/relationships/{}/absences", pair.relationship);
        fixture.get(&pair.owner, &pairs).await.expect(200)["items"][0]["owner_consents"].clone()
    };
    assert_eq!(change(json!({ "to_on": "2026-10-13" })).await.expect(200)["substitute_state"], "accepted");
    assert_eq!(consents().await, true);
    assert_eq!(change(json!({ "to_on": "2026-10-16" })).await.expect(200)["substitute_state"], "asked");
    assert_eq!(consents().await, false);
    assert_eq!(change(json!({ "substitute_login": null })).await.expect(200)["substitute_state"], "none");
    assert_eq!(change(json!({ "to_on": "2026-10-01" })).await.faults()[0].0, "/to_on");
    assert_eq!(fixture.patch(&pair.provider, &path, json!({}), "\"v1\"").await.problem(412), "stale");
    assert_eq!(fixture.patch(&substitute, &path, json!({}), "*").await.problem(404), "not_found", "not asked any more");
}

#[tokio::test]
async fn absences_that_cannot_be_are_refused() {
    let fixture = Fixture::new().await;
    let pair = writing_pair(&fixture).await;
    let elsewhere = fixture.elsewhere().await;
    let foreign = fixture.person_of(elsewhere, Role::Provider, "Foreign").await;
    away(&fixture, &pair.provider, "2026-10-07", "2026-10-10", None).await;
    for (from, to, login, field) in [
        ("2026-10-04", "2026-10-06", None, "/from_on"),
        ("2026-10-12", "2026-10-12", None, "/to_on"),
        ("2026-10-12", "2029-10-12", None, "/to_on"),
        ("2026-10-09", "2026-10-12", None, "/from_on"),
        ("2026-10-20", "2026-10-22", Some(pair.owner.login.as_str()), "/substitute_login"),
        ("2026-10-20", "2026-10-22", Some(pair.provider.login.as_str()), "/substitute_login"),
        ("2026-10-20", "2026-10-22", Some(foreign.login.as_str()), "/substitute_login"),
        ("2026-10-20", "2026-10-22", Some("nobody"), "/substitute_login"),
    ] {
        let mut body = json!({ "from_on": from, "to_on": to });
        if let Some(login) = login {
            body["substitute_login"] = json!(login);
        }
        assert_eq!(fixture.post(&pair.provider, "/v1/absences", body).await.faults()[0].0, field, "{from} {to}");
    }
    let body = json!({ "from_on": "2026-10-20", "to_on": "2026-10-22" });
    assert_eq!(fixture.post(&pair.owner, "/v1/absences", body).await.problem(403), "not_allowed");
    let odd = json!({ "from_on": "-0001-01-01", "to_on": "+262142-12-31" });
    assert!([400, 422].contains(&fixture.post(&pair.provider, "/v1/absences", odd).await.status));
}

#[tokio::test]
async fn a_change_of_hours_moves_no_promise_that_was_shown() {
    let fixture = Fixture::new().await;
    let pair = writing_pair(&fixture).await;
    let asked = write(&fixture, &pair, &pair.owner, "reply_wanted", "Still Thursday?").await;
    let hours = fixture.get(&pair.provider, "/v1/working_hours").await;
    let tag = hours.etag();
    let mut body = hours.expect(200);
    body.as_object_mut().expect("object").retain(|key, _| ["days", "from", "to"].contains(&key.as_str()));
    body["days"] = json!(["mon"]);
    let path = "/v1/working_hours";
    let put = fixture.call(poem::http::Method::PUT, Some(&pair.provider), path, body, &[("If-Match", &tag)]).await;
    put.expect(200);
    assert_eq!(message(&fixture, &pair.owner, &asked).await["clock"]["promised_on"], "2026-10-08");
    let promise = format!("/v1/relationships/{}/promise", pair.relationship);
    assert_eq!(fixture.get(&pair.owner, &promise).await.expect(200)["reply_by"], "2026-10-26");
}
