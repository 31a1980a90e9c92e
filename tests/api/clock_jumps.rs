//! The machine's clock jumps two hours forward and back around everything that falls due, and stands dark for a day:
//! nothing is told twice, no date is left out of the ledger, and nothing is left lying.

mod in_hand;

use super::crisis_plan;
use super::fixture::{Fixture, Pair};
use super::machinery::{Machinery, Written, agree, check_ins, ensure_digest, write};
use crate::harness::{Database, on_both_databases};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::ids::SeriesId;
use domain::words::Role;
use sea_orm::{ConnectionTrait, QueryResult, Statement};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The season in which the clocks of Europe/Oslo turn back, and the one in which they turn forward: its first morning,
/// its last evening, and the night of the change.
const SEASONS: [[&str; 3]; 2] = [
    ["2026-10-12T08:00:00Z", "2026-11-12T20:00:00Z", "2026-10-25T01:00:00Z"],
    ["2027-03-08T08:00:00Z", "2027-04-08T20:00:00Z", "2027-03-28T01:00:00Z"],
];

/// Something that is told: the job and what it is about.
type Subject = (String, String);

/// One provider with two owners.
struct Life {
    fixture: Fixture,
    /// The owner who writes, and waits for answers.
    writing: Pair,
    /// The owner who is asked: check-ins each fortnight, and prompts about her plan and her agreement.
    asked: Pair,
    series: SeriesId,
    machinery: Machinery,
    /// Until when they lived their days.
    lived: NaiveDate,
}

fn items(page: &Value) -> Vec<Value> {
    page["items"].as_array().expect("items").clone()
}

fn time(text: &str) -> DateTime<Utc> {
    text.parse().expect("a time")
}

impl Life {
    async fn begin(database: Database, begun: &str) -> Self {
        let fixture = Fixture::on(database).await;
        fixture.clock.set(time(begun));
        let writing = fixture.pair().await;
        let siri = fixture.person(Role::ServiceUser, "Siri").await;
        let asked = fixture.relate(siri, writing.provider.clone()).await;
        let owner = &asked.owner;
        let phone = json!({ "platform": "fcm", "push_token": "token-1", "app_version": "1.2.0" });
        fixture.post(owner, "/v1/devices", phone).await.expect(201);
        agree(&fixture, &asked).await;
        let series = check_ins(&fixture, &asked).await;
        ensure_digest(&fixture, &asked).await;
        crisis_plan::write(&fixture, owner, "what_i_do", "I walk").await.expect(200);
        let on = json!({ "on": true, "triggers": ["plan_used"] });
        fixture.put(owner, "/v1/plan/review_prompts", on).await.expect(200);
        fixture.post(owner, "/v1/plan/uses", json!({ "level": "harder" })).await.expect(201);
        let round = format!("/v1/relationships/{}/agreement_round", asked.relationship);
        fixture.post(owner, &round, Value::Null).await.expect(200);
        let machinery = Machinery::over(&fixture);
        let lived = fixture.app.now().date_naive();
        Self { fixture, writing, asked, series, machinery, lived }
    }

    /// The clock shows this, and all is done that is due then.
    async fn show(&self, time: DateTime<Utc>) {
        self.fixture.clock.set(time);
        for _ in 0..50 {
            if self.machinery.turn().await == 0 {
                return;
            }
        }
        panic!("at {time} it does not come to rest");
    }

    /// Lives until `end`. The clock jumps by `jump` just before whatever falls due, between its planning and its
    /// dispatch, and after it; and in the night of `change`.
    async fn live(&mut self, end: DateTime<Utc>, change: DateTime<Utc>, jump: TimeDelta) {
        let mut night = Some(change);
        loop {
            let now = self.fixture.app.now();
            let due = self.machinery.next_due().await.map(|due| due.max(now));
            let Some(next) = due.into_iter().chain(night).min().filter(|next| *next <= end) else { break };
            night = night.filter(|night| *night > next);
            if !jump.is_zero() {
                for shown in [next - TimeDelta::minutes(1), next + jump, next] {
                    self.fixture.clock.set(shown);
                    self.machinery.plan().await;
                    self.show(shown + jump).await;
                }
            }
            self.show(next).await;
            self.live_the_day().await;
        }
        self.show(end).await;
    }

    /// One writes, so that every digest has something to say, and what asks for an answer waits for it in vain; the
    /// other answers whatever she was asked.
    async fn live_the_day(&mut self) {
        let today = self.fixture.app.now().date_naive();
        if today <= self.lived {
            return;
        }
        self.lived = today;
        write(&self.fixture, &self.writing, Written::info("Hello")).await;
        write(&self.fixture, &self.writing, Written::asking("When?")).await;
        let owner = &self.asked.owner;
        for prompt in items(&self.fixture.get(owner, "/v1/prompts").await.expect(200)) {
            let answer = format!("/v1/prompts/{}/answer", prompt["slot_id"].as_str().expect("an id"));
            self.fixture.post(owner, &answer, json!({ "answer": "fine_as_is" })).await.expect(200);
        }
        let cards = format!("/v1/relationships/{}/check_in_cards", self.asked.relationship);
        for card in items(&self.fixture.get(owner, &cards).await.expect(200)) {
            if card.get("answered_at").is_none() {
                let answer = format!("/v1/check_ins/{}/answer", card["id"].as_str().expect("an id"));
                self.fixture.post(owner, &answer, json!({ "answer": "ok" })).await.expect(200);
            }
        }
    }

    /// What came of each slot, by job, subject and date.
    async fn ledger(&self) -> BTreeMap<(Subject, String), Vec<String>> {
        let mut ledger: BTreeMap<_, Vec<String>> = BTreeMap::new();
        let ask = "select slot.job, cast(on_date as text) as on_date, slot.outcome, slot.reason, \
                   case when series_id is null then cast(reply_clock.opened_at as text) else '' end as of_clock \
                   from slot left join reply_clock on reply_clock.id = slot.subject order by slot.id";
        for row in self.rows(ask).await {
            let text = |column: &str| row.try_get::<Option<String>>("", column).expect("text").unwrap_or_default();
            let came_to = format!("{} {}", text("outcome"), text("reason"));
            ledger.entry(((text("job"), text("of_clock")), text("on_date"))).or_default().push(came_to);
        }
        ledger
    }

    /// How often somebody was told of each thing, as a notification or as a reminder in a digest.
    async fn told(&self) -> BTreeMap<Subject, i64> {
        let ask = "select slot.job, slot.subject, count(*) as it from slot \
                   where slot.outcome = 'sent' or slot.job = 'response_reminder' group by slot.job, slot.subject";
        let row = |row: &QueryResult| {
            let subject: uuid::Uuid = row.try_get("", "subject").expect("an id");
            ((row.try_get("", "job").expect("text"), subject.to_string()), row.try_get("", "it").expect("a count"))
        };
        self.rows(ask).await.iter().map(row).collect()
    }

    async fn count(&self, of: &str) -> i64 {
        let row = self.rows(&format!("select count(*) as it from {of}")).await;
        row[0].try_get("", "it").expect("a count")
    }

    async fn rows(&self, ask: &str) -> Vec<QueryResult> {
        let db = self.fixture.app.store.read();
        db.query_all_raw(Statement::from_string(db.get_database_backend(), ask)).await.expect("rows")
    }

    /// What holds whatever the clock did.
    async fn nothing_came_twice_or_lies_there(&self, life: &str) {
        let twice = [
            "(select slot_id from notification group by slot_id having count(*) > 1) as it",
            "(select collapse_id from notification group by collapse_id having count(*) > 1) as it",
            "(select subject from slot group by job, subject, on_date, recipient_id having count(*) > 1) as it",
            "(select series_id from slot where job = 'check_in' and outcome = 'sent' \
              group by series_id, number having count(*) > 1) as it",
            "(select recipient_id from slot where job in ('check_in', 'plan_review', 'agreement_round') \
              and outcome = 'sent' group by recipient_id, sent_on having count(*) > 1) as it",
            "delivery where attempts > 1 or crashes > 0",
        ];
        for told in twice {
            assert_eq!(self.count(told).await, 0, "{life}: {told}");
        }
        let lies = ["delivery where settled_at is null", "slot where outcome = 'planned'"];
        for lies in lies {
            assert_eq!(self.count(lies).await, 0, "{life}: {lies}");
        }
        let now = self.fixture.app.now();
        assert!(self.machinery.next_due().await.is_some_and(|due| due > now), "{life}: it goes on");
    }
}

on_both_databases! {
    async fn no_jump_of_the_clock_tells_anything_twice_or_leaves_it_out(database) {
        for [begun, end, change] in SEASONS {
            let mut straight = Life::begin(database, begun).await;
            straight.live(time(end), time(change), TimeDelta::zero()).await;
            straight.nothing_came_twice_or_lies_there(begun).await;
            let expected = straight.ledger().await;
            let of = |wanted: &str| expected.keys().filter(|((job, _), _)| job == wanted).count();
            let jobs = ["digest", "check_in", "plan_review", "agreement_round", "response_reminder", "overdue_notice"];
            assert!(jobs.into_iter().zip([18, 2, 1, 1, 10, 10]).all(|(job, least)| of(job) >= least), "{expected:?}");
            for jump in [TimeDelta::hours(2), TimeDelta::hours(-2)] {
                let life = format!("from {begun}, by {jump}");
                let mut jumping = Life::begin(database, begun).await;
                jumping.live(time(end), time(change), jump).await;
                jumping.nothing_came_twice_or_lies_there(&life).await;
                let ledger = jumping.ledger().await;
                // What a jump put after its window is skipped; nothing else differs.
                let mut skipped = 0;
                for (slot, came_to) in &expected {
                    let [also] = ledger.get(slot).map(Vec::as_slice).unwrap_or_default() else {
                        panic!("{life}: {slot:?} {:?}", ledger.get(slot));
                    };
                    if *also != came_to[0] {
                        let late = ["skipped outside_hours", "skipped too_late", "skipped policy"];
                        assert!(jump > TimeDelta::zero() && late.contains(&also.as_str()), "{life}: {slot:?} {also}");
                        skipped += 1;
                    }
                }
                assert_eq!(ledger.len(), expected.len(), "{life}: {ledger:?}");
                assert!(skipped <= 3, "{life}: {ledger:?}");
            }
        }
    }

    async fn an_outage_of_twenty_five_hours_makes_one_catch_up_at_most_of_each_thing(database) {
        let [begun, _, change] = SEASONS[0];
        let mut life = Life::begin(database, begun).await;
        let mut caught_up: BTreeMap<String, i64> = BTreeMap::new();
        // Some outages begin just before what is due, and some just after.
        for hour in 0..20 {
            let now = life.fixture.app.now();
            life.live(now + TimeDelta::hours(hour), time(change), TimeDelta::zero()).await;
            life.live_the_day().await;
            let before = life.told().await;
            life.show(life.fixture.app.now() + TimeDelta::hours(25)).await;
            for ((job, subject), told) in life.told().await {
                let more = told - before.get(&(job.clone(), subject.clone())).copied().unwrap_or(0);
                assert!(more <= 1, "after {hour} hours: {more} of {job} {subject} at once");
                *caught_up.entry(job).or_default() += more;
            }
        }
        for job in ["digest", "agreement_round", "response_reminder", "overdue_notice"] {
            assert!(caught_up.get(job).is_some_and(|count| *count > 0), "{job}: {caught_up:?}");
        }
        life.nothing_came_twice_or_lies_there("in the dark").await;
    }

    /// "While the window is open the gates are asked again, then the slot is skipped."
    async fn a_check_in_whose_day_was_dark_is_not_made_up_for(database) {
        for (planned, dark) in [(false, TimeDelta::hours(24)), (true, TimeDelta::hours(23)), (false, TimeDelta::days(7))] {
            let mut life = Life::begin(database, SEASONS[0][0]).await;
            life.live(time("2026-10-26T20:00:00Z"), time(SEASONS[0][2]), TimeDelta::zero()).await;
            let row = storage::series::by_id(life.fixture.app.store.read(), life.series).await.expect("read");
            let row = row.expect("series");
            let at = row.next_at.expect("placed");
            assert_eq!(row.slot_on, "2026-10-27".parse().ok(), "a Tuesday");
            life.fixture.clock.set(at);
            if planned {
                life.machinery.plan().await;
            }
            life.show(at + dark).await;
            let came_to = life.ledger().await;
            let of = ("check_in".to_owned(), String::new());
            assert_eq!(came_to[&(of, "2026-10-27".to_owned())], ["skipped too_late"], "{planned}, dark for {dark}");
            assert!(life.told().await.keys().all(|(job, _)| job != "check_in"));
        }
    }
}
