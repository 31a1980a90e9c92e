//! An installation and the people who live with it.

use super::eventually;
use super::person::{Person, Phone};
use crate::gateways::apns::{ApnsGateway, KEY_ID, TEAM_ID, TOPIC};
use crate::gateways::fcm::FcmGateway;
use crate::gateways::web_push::{CONTACT, KEY_PEM, WebPushGateway};
use crate::harness::{Database, Harness, MailSink, Process, WallClock};
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use domain::clock::Clock;
use domain::schedule::instant_of;
use rcgen::KeyPair;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, QueryResult, Statement};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use storage::connect::WAKE_CHANNEL;

/// Where the installation says that it is reached. A proxy that ends TLS would stand there.
pub const PUBLIC_URL: &str = "https://reconnect.example";
const ORGANISATION: &str = "Nordre";

pub struct World {
    pub clock: WallClock,
    pub apns: ApnsGateway,
    pub fcm: FcmGateway,
    pub web_push: WebPushGateway,
    pub mail: MailSink,
    pub house: Harness,
    pub worker: Option<Process>,
    pub database: DatabaseConnection,
    phones: AtomicU32,
    /// What must not be read outside.
    private: Mutex<Vec<String>>,
}

/// An owner and her provider, who began with each other.
pub struct Pair {
    pub owner: Person,
    pub provider: Person,
    pub id: String,
}

/// What the clock on a wall in Oslo shows, such as `2027-09-06 10:00`.
pub fn oslo(time: &str) -> DateTime<Utc> {
    let local = NaiveDateTime::parse_from_str(time, "%Y-%m-%d %H:%M").expect("a time");
    instant_of(chrono_tz::Europe::Oslo, local)
}

impl World {
    /// Everything runs, it is `time` in Oslo, and nobody has an account.
    pub async fn at(time: &str, database: Database) -> Self {
        Self::with(&[], time, database).await
    }

    /// The same with other settings.
    pub async fn with(settings: &[(&'static str, &str)], time: &str, database: Database) -> Self {
        let mut world = Self::still(settings, time, database).await;
        world.house = world.house.start("serve").await;
        world.worker = Some(world.house.spawn(&["work"]));
        world
    }

    /// Migrated, and nothing runs yet.
    pub async fn still(others: &[(&'static str, &str)], time: &str, database: Database) -> Self {
        Self::within(Harness::on(database).await, others, time).await
    }

    /// The same in this house.
    pub async fn within(house: Harness, others: &[(&'static str, &str)], time: &str) -> Self {
        let (house, clock) = house.at(oslo(time));
        let key = KeyPair::generate().expect("a key");
        let shared = Arc::new(clock.clone());
        let apns = ApnsGateway::start(&key.public_key_pem(), shared.clone()).await;
        let fcm = FcmGateway::over_tls(shared.clone()).await;
        let web_push = WebPushGateway::start(shared).await;
        let mail = MailSink::start().await;
        let keep = |name: &str, text: &str| {
            let file = house.data().join(name);
            std::fs::write(&file, text).expect("a file");
            file.display().to_string()
        };
        let settings = [
            ("push.transport", "live".to_owned()),
            ("push.apns.endpoint", apns.url.clone()),
            ("push.apns.sandbox_endpoint", apns.url.clone()),
            ("push.apns.key_file", keep("apns.p8", &key.serialize_pem())),
            ("push.apns.key_id", KEY_ID.to_owned()),
            ("push.apns.team_id", TEAM_ID.to_owned()),
            ("push.apns.topic", TOPIC.to_owned()),
            ("push.apns.ca_file", keep("apns.pem", &apns.ca_pem)),
            ("push.fcm.endpoint", fcm.url.clone()),
            ("push.fcm.service_account_file", keep("fcm.json", &fcm.service_account())),
            ("push.fcm.ca_file", keep("fcm.pem", fcm.ca_pem.as_deref().expect("it speaks TLS"))),
            ("push.web_push.key_file", keep("web_push.pem", KEY_PEM)),
            ("push.web_push.contact", CONTACT.to_owned()),
            ("push.web_push.trusted_services", web_push.origin.clone()),
            ("push.web_push.ca_file", keep("web_push_ca.pem", &web_push.ca_pem)),
            ("mail.dkim.domain", "reconnect.example".to_owned()),
            ("mail.dkim.selector", "s2027".to_owned()),
            ("mail.dkim.key_file", keep("dkim.pem", include_str!("../gateways/keys/dkim_rsa.pem"))),
            ("server.public_url", PUBLIC_URL.to_owned()),
            ("worker.poll_seconds", "1".to_owned()),
        ];
        let others = others.iter().map(|(key, value)| (*key, (*value).to_owned()));
        let house = house.set_all(settings).set_all(mail.settings()).set_all(others);
        let migrated = house.run(&["migrate"]).await;
        assert!(migrated.status.success(), "{}", String::from_utf8_lossy(&migrated.stderr));
        let database = sea_orm::Database::connect(house.database_url()).await.expect("the database");
        let (phones, private) = (AtomicU32::new(1), Mutex::default());
        Self { clock, apns, fcm, web_push, mail, house, worker: None, database, phones, private }
    }

    /// Looks at the database anew, after it was put back.
    pub async fn reconnect(&mut self) {
        self.database = sea_orm::Database::connect(self.house.database_url()).await.expect("the database");
    }

    /// Puts the clock forward to this time in Oslo and waits until all has been done that is due by then.
    pub async fn set(&self, time: &str) {
        self.put_to(oslo(time)).await;
    }

    /// Lets a few minutes pass.
    pub async fn pass(&self, minutes: i64) {
        self.put_to(self.clock.now() + TimeDelta::minutes(minutes)).await;
    }

    /// Goes on to when something falls due next, which must be before `end` in Oslo.
    pub async fn set_to_next_before(&self, end: &str) {
        self.settled().await;
        let due = self.next_due().await.expect("something to come");
        assert!(due < oslo(end), "nothing falls due before {due}");
        self.put_to(due).await;
    }

    async fn put_to(&self, time: DateTime<Utc>) {
        // A clock on a wall passes through every time: what was begun before is not begun after.
        self.settled().await;
        self.strike(time).await;
        self.settled().await;
    }

    /// Puts the clock forward and waits for nothing.
    pub async fn strike(&self, time: DateTime<Utc>) {
        assert!(time >= self.clock.now(), "time goes forward: {time}");
        self.clock.set(time);
        if self.database.get_database_backend() == DbBackend::Postgres {
            // As a commit of another process would: no need to wait until a worker looks by itself.
            self.database.execute_unprepared(&format!("notify {WAKE_CHANNEL}")).await.expect("announced");
        }
    }

    /// Waits until nothing is due or under way.
    pub async fn settled(&self) {
        let nothing_due = async || {
            let due = self.next_due().await;
            let claimed = self.row("select 1 as it from delivery where state = 'claimed' limit 1").await;
            (due.is_none_or(|due| due > self.clock.now()) && claimed.is_none()).then_some(())
        };
        eventually("that nothing is due any more", nothing_due).await;
    }

    /// When planner or dispatch has something to do next.
    pub async fn next_due(&self) -> Option<DateTime<Utc>> {
        let wait = [
            "select next_at as it from series",
            "select next_at as it from slot",
            "select next_at as it from reply_clock",
            "select next_attempt_at as it from delivery",
        ];
        let first = format!("select min(it) as it from ({}) as due", wait.join(" union all "));
        self.row(&first).await?.try_get("", "it").expect("a time")
    }

    /// How many rows there are of this.
    pub async fn count(&self, of: &str) -> i64 {
        let row = self.row(&format!("select count(*) as it from {of}")).await.expect("a row");
        row.try_get("", "it").expect("a count")
    }

    async fn row(&self, question: &str) -> Option<QueryResult> {
        let question = Statement::from_string(self.database.get_database_backend(), question);
        self.database.query_one_raw(question).await.expect("an answer")
    }

    /// Lets somebody in from the machine itself; she opens her account with the code on her own phone.
    pub async fn person(&self, role: &str, name: &str, language: &str, phone: Phone) -> Person {
        let login = format!("{}@post.example", name.to_lowercase());
        let mut line = vec!["account", "create", "--role", role, "--name", name, "--email", &login];
        line.extend(["--language", language, "--organisation", ORGANISATION]);
        let made = self.house.run(&line).await;
        let said = String::from_utf8(made.stdout).expect("UTF-8");
        let code = said.lines().find_map(|line| line.strip_prefix("    "));
        let code = code.unwrap_or_else(|| panic!("{said}{}", String::from_utf8_lossy(&made.stderr)));
        self.keep_names([name, &login, ORGANISATION]);
        let number = self.phones.fetch_add(1, Ordering::Relaxed);
        Person::open(self.house.client(), self.clock.clone(), code, phone, number).await
    }

    pub async fn owner(&self, name: &str) -> Person {
        self.person("service_user", name, "en", Phone::Apple).await
    }

    pub async fn admin(&self, name: &str) -> Person {
        self.person("admin", name, "en", Phone::Android).await
    }

    /// Bente and Kari, who have agreed on nothing but to write to each other.
    pub async fn pair(&self) -> Pair {
        self.pair_reading("en", "en").await
    }

    pub async fn pair_reading(&self, owners: &str, providers: &str) -> Pair {
        let provider = self.person("provider", "Kari", providers, Phone::Android).await;
        let owner = self.person("service_user", "Bente", owners, Phone::Apple).await;
        let id = self.relate(&owner, &provider).await;
        Pair { owner, provider, id }
    }

    /// The owner invites, the provider accepts; both know that it is not for emergencies.
    pub async fn relate(&self, owner: &Person, provider: &Person) -> String {
        for person in [owner, provider] {
            let consents = person.items("/v1/consents").await;
            if consents.is_empty() {
                person.post("/v1/consents", json!({ "kind": "non_emergency", "text_version": "1" })).await.is(201);
            }
        }
        let body = json!({ "invitee_login": provider.login, "level": "primary" });
        let made = owner.post("/v1/relationships", body).await.is(201);
        let id = made["id"].as_str().expect("an id").to_owned();
        provider.post(&format!("/v1/relationships/{id}/accept"), Value::Null).await.is(200);
        id
    }

    /// An agreement that permits check-ins, drafted by the owner and accepted by both.
    pub async fn agree(&self, owner: &Person, provider: &Person, pair: &str) {
        let terms = json!({
            "purposes": "Holdepunkt mellom timane", "who_starts": "either", "content_welcome": "",
            "content_not_welcome": "", "reply_window_days": 3, "reading_days": ["mon", "tue", "wed", "thu", "fri"],
            "absence_cover": { "how": "" }, "length_wishes": "", "check_ins": { "permitted": true, "wishes": "" },
            "journal": "", "alarming_messages": "", "disagreement": "", "language": "nn", "use_in_sessions": "between",
        });
        self.keep_private(terms["purposes"].as_str().expect("text"));
        let path = format!("/v1/relationships/{pair}/agreement_versions");
        let draft = owner.post(&path, json!({ "terms": terms })).await.is(201);
        for person in [owner, provider] {
            let accept = format!("{path}/{}/accept", draft["number"]);
            person.post(&accept, json!({ "hash": draft["hash"] })).await.is(200);
        }
    }

    /// Asked for by the owner; gives where the series is read.
    pub async fn propose(&self, owner: &Person, pair: &str, every_days: u32) -> String {
        let asked = json!({ "every_days": every_days });
        let asked = owner.post(&format!("/v1/relationships/{pair}/check_ins"), asked).await.is(201);
        format!("/v1/check_ins/series/{}", asked["id"].as_str().expect("an id"))
    }

    /// Agreed, asked for and accepted; gives where the series is read.
    pub async fn check_ins(&self, pair: &Pair, every_days: u32) -> String {
        self.agree(&pair.owner, &pair.provider, &pair.id).await;
        let series = self.propose(&pair.owner, &pair.id, every_days).await;
        pair.provider.post(&format!("{series}/accept"), Value::Null).await.is(200);
        series
    }

    /// Writes in the pair's thread; what is written is never to be read outside.
    pub async fn write(&self, from: &Person, pair: &str, kind: &str, body: &str) -> Value {
        self.write_with(from, pair, json!({ "kind": kind, "body": body })).await
    }

    /// The same, with whatever else a message can have.
    pub async fn write_with(&self, from: &Person, pair: &str, message: Value) -> Value {
        for field in ["body", "gist"] {
            self.keep_private(message[field].as_str().unwrap_or_default());
        }
        from.post(&format!("/v1/relationships/{pair}/messages"), message).await.is(201)
    }

    /// Writes a section of her crisis plan.
    pub async fn plan(&self, owner: &Person, section: &str, text: &str) {
        self.keep_private(text);
        owner.put(&format!("/v1/plan/sections/{section}"), json!({ "text": text })).await.is(200);
    }

    /// Keeps what people and places are called.
    pub fn keep_names<'a>(&self, names: impl IntoIterator<Item = &'a str>) {
        self.private.lock().expect("what is private").extend(names.into_iter().map(str::to_owned));
    }

    /// Keeps the words of it that are too long to be in a fixed text, or a token, by chance.
    pub fn keep_private(&self, text: &str) {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() > 5);
        let mut private = self.private.lock().expect("what is private");
        for word in words.map(str::to_owned) {
            if !private.contains(&word) {
                private.push(word);
            }
        }
    }

    pub fn private(&self) -> Vec<String> {
        self.private.lock().expect("what is private").clone()
    }

    /// Where a link of a mail leads on this machine.
    pub fn local(link: &str) -> &str {
        link.strip_prefix(PUBLIC_URL).unwrap_or_else(|| panic!("{link} leads elsewhere"))
    }

    /// Stops the processes, which must end well, and looks through all that left the house.
    pub async fn end(mut self) {
        let worker = match self.worker.take() {
            Some(worker) => worker.stop().await,
            None => String::new(),
        };
        let served = self.house.stop().await;
        for log in [&worker, &served] {
            assert!(!log.contains("ERROR") && !log.contains("WARN"), "{log}");
        }
        self.assert_nothing_personal(&[worker, served]);
    }
}
