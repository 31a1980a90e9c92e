//! Inviting tells nobody who has an account.

use super::fixture::{Fixture, Pair, Who};
use domain::words::Role;
use poem::http::Method;
use serde_json::{Value, json};

/// The status, the body without what differs between any two invitations, and the headers.
async fn answered(fixture: &Fixture, method: Method, who: &Who, path: &str, body: Value) -> (u16, Value, Vec<String>) {
    let reply = fixture.call(method, Some(who), path, body, &[]).await;
    let mut json = reply.json;
    if let Some(body) = json.as_object_mut() {
        for key in ["id", "invited_at", "ended_at"] {
            body.entry(key).and_modify(|value| *value = json!("there"));
        }
    }
    let headers = reply.headers.iter().filter(|(name, _)| *name != "content-length");
    (reply.status, json, headers.map(|(name, value)| format!("{name}: {value:?}")).collect())
}

/// Everything an inviter can do about one invitation, and what each is answered.
async fn tried(fixture: &Fixture, inviter: &Who, login: &str) -> Vec<(u16, Value, Vec<String>)> {
    let body = json!({ "invitee_login": login, "level": "primary" });
    let mut seen = vec![answered(fixture, Method::POST, inviter, "/v1/relationships", body.clone()).await];
    let list = fixture.get(inviter, "/v1/relationships").await.expect(200);
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1), "{login}: {list}");
    let id = list["items"][0]["id"].as_str().expect("an id").to_owned();
    seen.push(answered(fixture, Method::POST, inviter, "/v1/relationships", body).await);
    for (method, path) in [
        (Method::GET, ""),
        (Method::POST, "/accept"),
        (Method::POST, "/leave"),
        (Method::GET, "/agreement"),
        (Method::GET, "/messages"),
        (Method::GET, "/promise"),
        (Method::GET, "/absences"),
        (Method::DELETE, ""),
        (Method::GET, ""),
        (Method::DELETE, ""),
        (Method::GET, "/agreement"),
        (Method::GET, "/messages"),
        (Method::GET, "/check_ins"),
        (Method::GET, "/check_in_cards"),
        (Method::GET, "/consultations"),
        (Method::GET, "/contacts"),
        (Method::GET, "/absences"),
        (Method::GET, "/plan_wishes"),
        (Method::GET, "/promise"),
    ] {
        seen.push(answered(fixture, method, inviter, &format!("/v1/relationships/{id}{path}"), Value::Null).await);
    }
    seen
}

#[tokio::test]
async fn a_login_is_answered_alike_whether_or_not_it_leads_to_anybody() {
    for (role, other) in [(Role::ServiceUser, Role::Provider), (Role::Provider, Role::ServiceUser)] {
        let fixture = Fixture::new().await;
        fixture.person(other, "Known").await;
        let first = fixture.person(role, "First").await;
        let known = tried(&fixture, &first, "known").await;
        assert_eq!((known[0].0, known[1].0, known[9].0), (201, 409, 204), "{known:?}");
        for (name, login) in
            [("Second", "nobody@example.org"), ("Third", "first"), ("Fourth", "fourth"), ("Fifth", " KNOWN  ")]
        {
            let inviter = fixture.person(role, name).await;
            let mut expected = known.clone();
            for (_, json, _) in &mut expected {
                rename(json, &first, &inviter, name);
            }
            let seen = tried(&fixture, &inviter, login).await;
            for (step, (seen, expected)) in seen.iter().zip(&expected).enumerate() {
                assert_eq!(seen, expected, "{login}, step {step}");
            }
        }
    }
}

/// What is expected of the first inviter, expected of another.
fn rename(json: &mut Value, first: &Who, other: &Who, name: &str) {
    let text = json.to_string().replace(&first.id.to_string(), &other.id.to_string()).replace("First", name);
    *json = serde_json::from_str(&text).expect("JSON");
}

#[tokio::test]
async fn who_was_invited_is_told_once_she_accepted() {
    let fixture = Fixture::new().await;
    let (owner, provider) = (fixture.owner().await, fixture.provider().await);
    let body = json!({ "invitee_login": provider.login, "level": "primary" });
    let made = fixture.post(&owner, "/v1/relationships", body).await.expect(201);
    assert_eq!(made["owner"]["display_name"], "Bente");
    assert_eq!((&made["provider"], &made["members"]), (&Value::Null, &json!([])));
    let path = format!("/v1/relationships/{}", made["id"].as_str().expect("id"));
    let asked = fixture.get(&provider, &path).await.expect(200);
    assert_eq!(asked["owner"]["display_name"], "Bente", "she sees who asks");
    fixture.post(&provider, &format!("{path}/accept"), Value::Null).await.expect(200);
    assert_eq!(fixture.get(&owner, &path).await.expect(200)["provider"]["display_name"], "Kari");
}

#[tokio::test]
async fn an_invitation_gives_nothing_to_share_with() {
    let fixture = Fixture::new().await;
    let owner = fixture.owner().await;
    let body = json!({ "invitee_login": "nobody", "level": "primary" });
    fixture.post(&owner, "/v1/relationships", body).await.expect(201);
    let grant = json!({ "provider_id": owner.id, "subject_kind": "module", "subject": "crisis_plan", "level": "see" });
    let refused = fixture.post(&owner, "/v1/grants", grant).await;
    assert!([400, 422].contains(&refused.status), "{}", refused.json);
    let seen = fixture.get(&owner, &format!("/v1/plan/as_seen_by/{}", owner.id)).await;
    assert_eq!(seen.problem(404), "not_found");
}

#[tokio::test]
async fn only_the_two_sides_invite() {
    let fixture = Fixture::new().await;
    let provider = fixture.provider().await;
    for who in [fixture.admin().await, fixture.duty().await] {
        let body = json!({ "invitee_login": provider.login, "level": "primary" });
        assert_eq!(fixture.post(&who, "/v1/relationships", body).await.problem(403), "not_allowed");
    }
}

#[tokio::test]
async fn a_pair_stands_once_and_can_begin_again() {
    let fixture = Fixture::new().await;
    let Pair { owner, provider, relationship } = fixture.pair().await;
    let invite = |login: &str| json!({ "invitee_login": login, "level": "primary" });
    assert_eq!(fixture.post(&owner, "/v1/relationships", invite("kari")).await.problem(409), "conflict");
    assert_eq!(fixture.post(&provider, "/v1/relationships", invite("bente")).await.problem(409), "conflict");
    fixture.post(&owner, "/v1/relationships", invite("nobody")).await.expect(201);
    fixture.post(&owner, "/v1/relationships", invite("nobody else")).await.expect(201);
    fixture.delete(&owner, &format!("/v1/relationships/{relationship}")).await.expect(204);
    fixture.post(&provider, "/v1/relationships", invite("bente")).await.expect(201);
}
