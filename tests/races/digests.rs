//! What a provider finds in the morning, and what is taken back just then.

use super::house::{House, Two, beside_dispatch, id_of};
use crate::api::fixture::{Fixture, Who};
use chrono::Datelike as _;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc, Weekday};
use domain::ids::RelationshipId;
use domain::schedule::instant_of;
use futures::future::join_all;
use poem::http::Method;
use serde_json::{Value, json};
use std::sync::Arc;
use storage::rows;
use uuid::Uuid;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Taken {
    /// The owner takes her second message back.
    Recalled,
    /// The provider has read it.
    Read,
    /// The relationship is over.
    Ended,
    /// A section of the plan is no longer shared.
    Unshared,
}

const ALL: [Taken; 4] = [Taken::Recalled, Taken::Read, Taken::Ended, Taken::Unshared];

/// What one provider's digest can tell of.
#[derive(Clone)]
struct News {
    owner: Who,
    provider: Who,
    relationship: RelationshipId,
    message: Uuid,
    grant: Uuid,
}

/// One morning. Tells for each pair whether its digest was built when the act was done.
pub async fn race(house: &mut House) -> Vec<bool> {
    let scene = Arc::clone(&house.scene);
    let fixture = &scene.fixture;
    let news = join_all(house.twos.iter().map(|two| written(fixture, two))).await;
    fixture.clock.advance(TimeDelta::minutes(1));
    scene.settle().await;
    let (date, at) = next_morning(fixture.app.now());
    fixture.clock.set(at);
    if house.dice.below(3) > 0 {
        while scene.planner.turn().await.expect("planned") > 0 {}
    }
    let acting = news
        .iter()
        .map(|news| {
            let (news, taken) = (news.clone(), ALL[house.dice.below(ALL.len())]);
            let (pause, scene) = (house.dice.short_pause(), Arc::clone(&scene));
            tokio::spawn(async move {
                tokio::time::sleep(pause).await;
                news.take_back(&scene.fixture, taken).await;
                (taken, scene.built(&news.provider, date).await.is_some())
            })
        })
        .collect();
    let seen = beside_dispatch(&scene, acting).await;
    scene.settle().await;
    let mut built = Vec::new();
    for (((taken, was_built), news), two) in seen.into_iter().zip(&news).zip(&mut house.twos) {
        let run = scene.built(&news.provider, date).await;
        if let Some(run) = run.filter(|_| !was_built) {
            let lines = storage::digests::lines(fixture.app.store.read(), run.id).await.expect("lines");
            news.check(taken, &run, &lines, house.seed);
        }
        let read = fixture.get(&news.provider, &format!("/v1/digests/{date}")).await;
        let gone = match taken {
            Taken::Recalled => Some(news.message.to_string()),
            Taken::Ended => Some(news.relationship.to_string()),
            Taken::Unshared => Some("what_i_do".to_owned()),
            Taken::Read => None,
        };
        if let Some(gone) = gone {
            assert!(!read.json.to_string().contains(&gone), "seed {}: {taken:?}: {}", house.seed, read.json);
        }
        if taken != Taken::Unshared {
            fixture.delete(&news.owner, &format!("/v1/grants/{}", news.grant)).await.expect(204);
        }
        if taken == Taken::Ended {
            two.pair = fixture.relate(news.owner.clone(), news.provider.clone()).await;
        }
        built.push(was_built);
    }
    drop(scene.fixture.statements());
    built
}

/// Two messages, and a section of the plan that is shared and has changed.
async fn written(fixture: &Fixture, two: &Two) -> News {
    let (owner, provider) = (&two.pair.owner, &two.pair.provider);
    let path = format!("/v1/relationships/{}/messages", two.pair.relationship);
    let write = async |body: &str| {
        let body = json!({ "kind": "info", "body": body });
        id_of(&fixture.post(owner, &path, body).await.expect(201))
    };
    write("I slept.").await;
    let message = write("I did not sleep.").await;
    let shared = json!({
        "provider_id": provider.id.0, "subject_kind": "section", "subject": "what_i_do", "effect": "allow",
    });
    let grant = id_of(&fixture.post(owner, "/v1/grants", shared).await.expect(201));
    let section = json!({ "text": format!("I walk at {}", fixture.app.now()) });
    let changed = ("/v1/plan/sections/what_i_do", [("If-Match", "*")]);
    fixture.call(Method::PUT, Some(owner), changed.0, section, &changed.1).await.expect(200);
    News { owner: owner.clone(), provider: provider.clone(), relationship: two.pair.relationship, message, grant }
}

impl News {
    async fn take_back(&self, fixture: &Fixture, taken: Taken) {
        let message = |act: &str| format!("/v1/messages/{}/{act}", self.message);
        match taken {
            Taken::Recalled => fixture.post(&self.owner, &message("recall"), Value::Null).await.expect(200),
            Taken::Read => fixture.post(&self.provider, &message("open"), Value::Null).await.expect(200),
            Taken::Ended => {
                fixture.delete(&self.owner, &format!("/v1/relationships/{}", self.relationship)).await.expect(204)
            }
            Taken::Unshared => fixture.delete(&self.owner, &format!("/v1/grants/{}", self.grant)).await.expect(204),
        };
    }

    /// A digest that was not built yet when it was taken back.
    fn check(&self, taken: Taken, run: &rows::DigestRun, lines: &[rows::DigestLine], seed: u64) {
        let tells = lines.iter().any(|line| match taken {
            Taken::Recalled | Taken::Read => line.message_id == Some(self.message),
            Taken::Ended => line.relationship_id == self.relationship.0,
            Taken::Unshared => line.plan_changes.is_some(),
        });
        assert!(!tells, "seed {seed}: {taken:?}, and then a digest was built that tells of it: {lines:?}");
        let new = lines.iter().filter(|line| line.section == "new").count();
        assert_eq!(run.counts["new"], new, "seed {seed}: what is counted is what is listed: {lines:?}");
    }
}

/// The next working day's 08:00 in Oslo.
fn next_morning(now: DateTime<Utc>) -> (NaiveDate, DateTime<Utc>) {
    let oslo = chrono_tz::Europe::Oslo;
    let works = |date: &NaiveDate| !matches!(date.weekday(), Weekday::Sat | Weekday::Sun);
    let mut days = now.with_timezone(&oslo).date_naive().iter_days().skip(1);
    let date = days.find(works).expect("a working day");
    (date, instant_of(oslo, date.and_hms_opt(8, 0, 0).expect("a time")))
}
