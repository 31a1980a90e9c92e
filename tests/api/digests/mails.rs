//! The digest's mail over a mail server that does not take the first of them.

use crate::api::crisis_plan;
use crate::api::fixture::{Fixture, Pair};
use crate::api::machinery::{Machinery, Written, ensure_digest, write};
use crate::api::sharing::grant;
use crate::gateways::smtp::{Fault, Phase, Received, Security, SmtpGateway};
use crate::harness::{Database, on_both_databases};
use chrono::TimeDelta;
use domain::ids::MessageId;
use mail_parser::MessageParser;
use sea_orm::{ConnectionTrait, QueryResult, Statement};
use serde_json::{Value, json};

/// A provider with a mail address, on the morning of 6 October an hour before her digest.
pub struct Mailed {
    pub fixture: Fixture,
    pub pair: Pair,
    pub server: SmtpGateway,
    pub machinery: Machinery,
}

impl Mailed {
    pub async fn at_seven(database: Database) -> Self {
        let fixture = Fixture::on(database).await;
        let pair = fixture.pair().await;
        let address = json!({ "email": "kari@nordre.example" });
        fixture.patch(&pair.provider, "/v1/me", address, "*").await.expect(200);
        let server = SmtpGateway::start(Security::Plain).await;
        let machinery = Machinery::mailing(&fixture, &server);
        ensure_digest(&fixture, &pair).await;
        machinery.run_to(&fixture, "2026-10-06T05:00:00Z").await;
        Self { fixture, pair, server, machinery }
    }

    /// What the mails that were sent say.
    pub fn texts(&self) -> Vec<String> {
        let text = |mail: &Received| {
            let parsed = MessageParser::default().parse(&mail.data).expect("a mail");
            parsed.body_text(0).expect("text").into_owned()
        };
        self.server.received().iter().map(text).collect()
    }

    /// What the ledger says of each digest, and of each mail how it ended, why, and after how many attempts. The newest
    /// digest first, the newest mail last.
    pub async fn came_to(&self) -> (Vec<(Value, Value)>, Vec<(String, String, i32)>) {
        let told = self.fixture.get(&self.pair.provider, "/v1/ledger?job=digest").await.expect(200);
        let told = told["items"].as_array().expect("items").iter();
        let told = told.map(|row| (row["outcome"].clone(), row["reason"].clone())).collect();
        let db = self.fixture.app.store.read();
        let ask = "select state, reason, attempts from delivery where channel = 'email' order by id";
        let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), ask)).await.expect("rows");
        let mail = |row: &QueryResult| {
            let text = |column: &str| row.try_get::<String>("", column).expect("text");
            (text("state"), text("reason"), row.try_get("", "attempts").expect("a number"))
        };
        (told, rows.iter().map(mail).collect())
    }
}

/// The server says "later" to the first mail, which is tried again a minute after.
const LATER: (Phase, Fault) = (Phase::Rcpt, Fault::Say("451 4.3.0 later"));

impl Mailed {
    /// At eight the first attempt is made, and fails.
    async fn fail_at_eight(&self) {
        self.server.faults([LATER]);
        self.machinery.run_to(&self.fixture, "2026-10-06T06:00:30Z").await;
        assert_eq!(self.server.count(), 0);
        assert_eq!(self.came_to().await.1.first().map(|(state, ..)| state.as_str()), Some("pending"));
    }

    async fn recall(&self, message: MessageId) {
        let path = format!("/v1/messages/{message}/recall");
        self.fixture.post(&self.pair.owner, &path, Value::Null).await.expect(200);
    }

    /// The lines of the one mail that went out.
    fn only_mail_says(&self) -> Vec<String> {
        let [mail] = self.texts().try_into().expect("one mail");
        mail.lines().filter_map(|line| line.strip_prefix("- ")).map(str::to_owned).collect()
    }

    async fn retry(&self) {
        self.machinery.run_to(&self.fixture, "2026-10-06T07:00:00Z").await;
    }
}

fn sent_and_due() -> Vec<(Value, Value)> {
    vec![(json!("sent"), json!("due"))]
}

on_both_databases! {
    async fn a_mail_that_is_tried_again_does_not_count_what_was_recalled_or_read_since(database) {
        let mailed = Mailed::at_seven(database).await;
        let (fixture, pair) = (&mailed.fixture, &mailed.pair);
        let mut written = Vec::new();
        for _ in 0..3 {
            written.push(write(fixture, pair, Written::info("Hello")).await);
        }
        mailed.fail_at_eight().await;
        mailed.recall(written[0]).await;
        fixture.post(&pair.provider, &format!("/v1/messages/{}/open", written[1]), Value::Null).await.expect(200);
        write(fixture, pair, Written::info("Too late for today")).await;
        mailed.retry().await;
        assert_eq!(mailed.only_mail_says(), ["1 new message", "About 1 minute of reading in all"]);
        assert_eq!(mailed.came_to().await, (sent_and_due(), vec![("sent".into(), "due".into(), 2)]));
        let listed = fixture.get(&pair.provider, "/v1/digests/today").await.expect(200).to_string();
        assert!(listed.contains(&written[2].to_string()) && !listed.contains(&written[0].to_string()), "{listed}");
    }

    async fn what_found_no_room_does_not_fill_the_place_of_what_was_recalled(database) {
        let mailed = Mailed::at_seven(database).await;
        let mut written = Vec::new();
        for _ in 0..25 {
            mailed.fixture.clock.advance(TimeDelta::seconds(1));
            written.push(write(&mailed.fixture, &mailed.pair, Written::info("Hello")).await);
        }
        mailed.fail_at_eight().await;
        for message in &written[..5] {
            mailed.recall(*message).await;
        }
        mailed.retry().await;
        assert_eq!(mailed.only_mail_says()[0], "15 new messages");
    }

    async fn a_mail_does_not_go_where_nothing_of_it_is_left(database) {
        for what in ["recalled", "not shared", "ended"] {
            let mailed = Mailed::at_seven(database).await;
            let (fixture, owner) = (&mailed.fixture, &mailed.pair.owner);
            let share = grant(fixture, owner, &mailed.pair.provider, "section", "what_i_do", "allow").await;
            fixture.clock.advance(TimeDelta::minutes(1));
            let message = match what {
                "not shared" => {
                    crisis_plan::write(fixture, owner, "what_i_do", "I walk").await.expect(200);
                    None
                }
                _ => Some(write(fixture, &mailed.pair, Written::info("Hello")).await),
            };
            mailed.fail_at_eight().await;
            match (what, message) {
                ("recalled", Some(message)) => mailed.recall(message).await,
                ("ended", _) => {
                    let path = format!("/v1/relationships/{}", mailed.pair.relationship);
                    fixture.delete(owner, &path).await.expect(204);
                }
                _ => {
                    fixture.delete(owner, &format!("/v1/grants/{share}")).await.expect(204);
                }
            }
            mailed.retry().await;
            assert_eq!(mailed.texts(), [] as [String; 0], "{what}");
            // Her card in the app was there before.
            let mail = ("cancelled".to_owned(), "nothing_to_say".to_owned(), 1);
            assert_eq!(mailed.came_to().await, (sent_and_due(), vec![mail]), "{what}");
        }
    }
}
