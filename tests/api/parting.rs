use super::fixture::Fixture;
use super::messages::{agree, id, join, later, notices, thread, write, writing_pair};
use domain::words::{Job, Role, SeriesState};
use serde_json::{Value, json};
use storage::series;
use storage::whose::Whose;

#[tokio::test]
async fn a_provider_who_leaves_hands_her_promises_to_the_colleague_who_stays() {
    let fixture = Fixture::new().await;
    let pair = writing_pair(&fixture).await;
    let colleague = fixture.person(Role::Provider, "Olav").await;
    agree(&fixture, &colleague).await;
    join(&fixture, pair.relationship, &colleague).await;
    let asked = write(&fixture, &pair, &pair.owner, "reply_wanted", "Who stays?").await;
    later(&fixture, 60);
    let path = format!("/v1/relationships/{}/leave", pair.relationship);
    assert_eq!(fixture.post(&pair.owner, &path, Value::Null).await.problem(403), "not_allowed");
    fixture.post(&pair.provider, &path, Value::Null).await.expect(204);

    let seen = fixture.get(&pair.owner, &format!("/v1/messages/{}", id(&asked))).await.expect(200);
    assert_eq!(seen["clock"]["provider_id"], colleague.id.to_string());
    assert_eq!(seen["clock"]["promised_on"], "2026-10-08", "on the date that was shown");
    assert_eq!(seen["receipt"], "Saved. Olav will answer by Thursday 8 October.");
    let relationship = fixture.get(&pair.owner, &format!("/v1/relationships/{}", pair.relationship)).await.expect(200);
    assert_eq!((&relationship["provider"]["display_name"], &relationship["state"]), (&json!("Olav"), &json!("active")));
    assert_eq!(fixture.get(&pair.provider, &thread(&pair)).await.problem(404), "not_found");
    assert_eq!(notices(&fixture, &pair.owner).await.len(), 1, "the owner is told");
    fixture.post(&colleague, &thread(&pair), json!({ "kind": "info", "body": "I do." })).await.expect(201);
}

#[tokio::test]
async fn where_nobody_stays_promises_are_released_and_the_relationship_ends() {
    let fixture = Fixture::new().await;
    let pair = writing_pair(&fixture).await;
    let asked = write(&fixture, &pair, &pair.owner, "reply_wanted", "Who stays?").await;
    later(&fixture, 60);
    let path = format!("/v1/relationships/{}/leave", pair.relationship);
    fixture.post(&pair.provider, &path, Value::Null).await.expect(204);
    let seen = fixture.get(&pair.owner, &format!("/v1/messages/{}", id(&asked))).await.expect(200);
    assert_eq!(seen["clock"]["closed_by"], "released");
    assert_eq!(seen["receipt"], "Kari has left, and nobody has taken over yet. Your message is safe.");
    let relationship = fixture.get(&pair.owner, &format!("/v1/relationships/{}", pair.relationship)).await.expect(200);
    assert_eq!(relationship["state"], "ended");
    assert_eq!(fixture.post(&pair.provider, &path, Value::Null).await.problem(403), "not_allowed");
}

#[tokio::test]
async fn a_provider_has_one_digest_from_her_first_relationship_on() {
    let fixture = Fixture::new().await;
    let pair = writing_pair(&fixture).await;
    let ola = fixture.person(Role::ServiceUser, "Ola").await;
    fixture.relate(ola, pair.provider.clone()).await;
    let digests = series::of(fixture.app.store.read(), Whose::Provider(pair.provider.id), Some(Job::Digest)).await;
    let states: Vec<_> = digests.expect("series").into_iter().map(|row| row.state).collect();
    assert_eq!(states, [SeriesState::Active.to_string()]);
}
