//! What had begun when somebody set the clock: mails in hand or to be tried again, sessions, and calls that are repeated.

use crate::api::digests::mails::Mailed;
use crate::api::fixture::Fixture;
use crate::api::machinery::{Machinery, Written, write};
use crate::gateways::smtp::{Fault, Phase};
use crate::harness::on_both_databases;
use backend::app::sessions;
use chrono::{DateTime, TimeDelta, Utc};
use poem::http::Method;
use serde_json::json;

const JUMPS: [TimeDelta; 3] = [TimeDelta::hours(2), TimeDelta::hours(-2), TimeDelta::hours(25)];

/// When the digest is due.
fn eight() -> DateTime<Utc> {
    "2026-10-06T06:00:00Z".parse().expect("a time")
}

/// Everything that falls due until noon, by the clock as it is now set.
async fn run_to_noon(mailed: &Mailed, machinery: &Machinery) {
    let noon = (eight() + TimeDelta::hours(4)).max(mailed.fixture.app.now());
    machinery.run_to(&mailed.fixture, &noon.to_rfc3339()).await;
}

/// The digest's own, or after its day the next one's.
async fn it_came_to_one_mail(mailed: &Mailed, jump: TimeDelta) {
    assert_eq!(mailed.server.count(), 1, "by {jump}");
    let (sent, late) = ((json!("sent"), json!("due")), (json!("skipped"), json!("too_late")));
    let mail = |state: &str, reason: &str, attempts| (state.to_owned(), reason.to_owned(), attempts);
    let (digests, mails) = mailed.came_to().await;
    if jump < TimeDelta::hours(24) {
        assert_eq!((digests, mails), (vec![sent], vec![mail("sent", "due", 1)]), "by {jump}");
    } else {
        assert_eq!(digests, [sent, late], "by {jump}");
        assert_eq!(mails, [mail("cancelled", "too_late", 0), mail("sent", "due", 1)], "by {jump}");
    }
}

on_both_databases! {
    async fn what_is_in_hand_goes_out_once(database) {
        for jump in JUMPS {
            let mailed = Mailed::at_seven(database).await;
            write(&mailed.fixture, &mailed.pair, Written::info("Hello")).await;
            mailed.fixture.clock.set(eight());
            mailed.machinery.plan().await;
            let in_hand = mailed.machinery.claim().await;
            assert_eq!(in_hand.len(), 2, "the app and the mail");
            mailed.fixture.clock.advance(jump);
            assert!(mailed.machinery.claim().await.is_empty(), "by {jump}: it is held");
            mailed.machinery.send(in_hand).await;
            assert_eq!(mailed.server.count(), usize::from(jump == TimeDelta::hours(2)), "by {jump}");
            let another = Machinery::mailing(&mailed.fixture, &mailed.server);
            run_to_noon(&mailed, &another).await;
            it_came_to_one_mail(&mailed, jump).await;
            mailed.fixture.clock.set(eight());
            run_to_noon(&mailed, &another).await;
            it_came_to_one_mail(&mailed, jump).await;
        }
    }

    async fn what_a_dead_worker_held_comes_back_once_its_lease_has_run_out(database) {
        for jump in JUMPS {
            let mailed = Mailed::at_seven(database).await;
            write(&mailed.fixture, &mailed.pair, Written::info("Hello")).await;
            mailed.fixture.clock.set(eight());
            mailed.machinery.plan().await;
            std::mem::forget(mailed.machinery.claim().await);
            mailed.fixture.clock.advance(jump);
            let another = Machinery::mailing(&mailed.fixture, &mailed.server);
            run_to_noon(&mailed, &another).await;
            it_came_to_one_mail(&mailed, jump).await;
        }
    }

    async fn what_is_to_be_tried_again_is_tried_again_by_the_new_time(database) {
        for jump in [TimeDelta::hours(2), TimeDelta::hours(-2)] {
            let mailed = Mailed::at_seven(database).await;
            write(&mailed.fixture, &mailed.pair, Written::info("Hello")).await;
            mailed.server.faults([(Phase::Rcpt, Fault::Say("451 4.3.0 later")); 3]);
            mailed.fixture.clock.set(eight());
            while mailed.machinery.turn().await > 0 {}
            assert_eq!(mailed.server.count(), 0);
            mailed.fixture.clock.advance(jump);
            run_to_noon(&mailed, &mailed.machinery).await;
            assert_eq!(mailed.server.count(), 1, "by {jump}");
            let (_, mails) = mailed.came_to().await;
            assert_eq!(mails, [("sent".to_owned(), "due".to_owned(), 4)], "by {jump}");
        }
    }

    async fn sessions_and_first_answers_outlive_a_clock_that_is_set(database) {
        for jump in [TimeDelta::hours(2), TimeDelta::hours(-2)] {
            let fixture = Fixture::on(database).await;
            let owner = fixture.owner().await;
            let row = storage::accounts::for_machinery(fixture.app.store.read(), owner.id).await.expect("read");
            let device = sessions::DeviceClaim {
                existing: None,
                platform: domain::words::Platform::None,
                environment: domain::words::PushEnvironment::Production,
                token: None,
                subscription: None,
                app_version: "1.0.0".into(),
            };
            let tokens = sessions::open(&fixture.app, &row.expect("an account"), device).await.expect("a session");
            let key = [("Idempotency-Key", "once")];
            let body = json!({ "kind": "non_emergency", "text_version": "1" });
            let send = async || fixture.call(Method::POST, Some(&owner), "/v1/consents", body.clone(), &key).await;
            let first = send().await.expect(201);
            let before = fixture.app.now();
            for shown in [before + jump, before] {
                fixture.clock.set(shown);
                assert_eq!(send().await.expect(201), first, "by {jump}");
            }
            fixture.clock.set(before + jump);
            let next = sessions::refresh(&fixture.app, &tokens.refresh).await.expect("a successor");
            fixture.clock.set(before);
            let again = sessions::refresh(&fixture.app, &tokens.refresh).await.expect("the answer was lost");
            let consents = async |access: &str| fixture.stream(access, "/v1/consents", &[]).await.0;
            assert_eq!(consents(&again.access).await, 200, "by {jump}");
            assert_eq!(consents(&next.access).await, 401, "by {jump}: its successor took its place");
            assert!(sessions::refresh(&fixture.app, &again.refresh).await.is_ok(), "by {jump}");
        }
    }
}
