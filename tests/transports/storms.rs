//! Storms of answers, on a virtual clock: the dispatcher with its rows, and the gateways' ledgers afterwards. Short at
//! every run; at full length by `RECONNECT_STORM=10000 scripts/test --only transports::storms::…`.

use super::*;
use crate::api::fixture::Fixture;
use crate::gateways::apns::{self, ApnsGateway};
use crate::gateways::fcm::{self, FcmGateway};
use crate::gateways::smtp::{Fault, PASSWORD, Phase, Security, SmtpGateway, USER};
use domain::clock::{Entropy as _, SeededEntropy};
use futures::future::join_all;
use rcgen::KeyPair;
use sea_orm::{ConnectionTrait, Statement};
use std::collections::{BTreeMap, BTreeSet};
use storage::Store;
use worker::transport::settings::{SmtpSettings, SmtpSignIn, SmtpTls, TransportSettings};
use worker::transport::{REST, Transports};
use worker::{DispatchSettings, Dispatcher, Planner};

/// How long a storm is: so many answers, about.
fn length(short: usize) -> usize {
    std::env::var("RECONNECT_STORM").map_or(short, |written| written.parse().expect("a number of answers"))
}

/// One owner with many phones, who is told something, and the two gateways.
struct Storm {
    fixture: Fixture,
    apns: ApnsGateway,
    fcm: FcmGateway,
    dispatcher: Dispatcher,
}

impl Storm {
    /// So many phones on each platform.
    async fn over(phones: usize) -> Self {
        let fixture = Fixture::new().await;
        let pair = fixture.pair().await;
        let store = fixture.app.store.clone();
        for index in 0..phones {
            register(&store, pair.owner.id.0, "apns", index).await;
            register(&store, pair.owner.id.0, "fcm", index).await;
        }
        let key = KeyPair::generate().expect("key");
        let apns = ApnsGateway::start(&key.public_key_pem(), Arc::clone(&store.clock)).await;
        let fcm = FcmGateway::plain(Arc::clone(&store.clock)).await;
        let settings = TransportSettings {
            apns: Some(super::apns::settings(&apns, &key)),
            fcm: Some(super::fcm::settings(&fcm)),
            ..TransportSettings::default()
        };
        let transports = Transports::live(&settings, Arc::clone(&store.clock)).expect("settings");
        let path = format!("/v1/relationships/{}/contacts", pair.relationship);
        fixture.post(&pair.provider, &path, serde_json::json!({})).await.expect(201);
        assert!(Planner::new(store.clone()).turn().await.expect("planned") > 0);
        let dispatcher = Dispatcher::new(store, Arc::new(transports), DispatchSettings::default());
        Self { fixture, apns, fcm, dispatcher }
    }

    /// Sends what is due and moves the clock to what is due next, until nothing is.
    async fn pass(&self, until: DateTime<Utc>) {
        loop {
            while self.dispatcher.turn().await.expect("sent") > 0 {}
            match self.dispatcher.next_due().await.expect("due").filter(|next| *next <= until) {
                Some(next) => self.fixture.clock.set(next.max(self.fixture.app.now())),
                None => return,
            }
        }
    }

    /// What became of each phone's push, and whether the phone is still known, by its token.
    async fn phones(&self) -> BTreeMap<String, (String, bool)> {
        let db = self.fixture.app.store.read();
        // A token that is forgotten is gone from its column: the version of the app repeats it here.
        let ask = "select device.app_version, delivery.state, device.gone_at is null as known from delivery \
                   join device on device.id = delivery.device_id where delivery.channel = 'push'";
        let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), ask)).await.expect("rows");
        rows.iter()
            .map(|row| {
                let text = |column: &str| row.try_get::<String>("", column).expect("text");
                (text("app_version"), (text("state"), row.try_get::<bool>("", "known").expect("known")))
            })
            .collect()
    }
}

async fn register(store: &Store, owner: Uuid, platform: &str, index: usize) {
    let token = format!("{}{index:060}", if platform == "apns" { "a" } else { "f" });
    let write = "insert into device (id, account_id, platform, environment, token, token_hash, app_version, \
                 registered_at, last_seen_at, version) values ($1, $2, $3, 'production', $4, $4, $7, $5, $6, 1)";
    let now = store.clock.now();
    let values = [
        store.new_id().into(),
        owner.into(),
        platform.into(),
        token.clone().into_bytes().into(),
        (now - TimeDelta::days(30)).into(),
        now.into(),
        token.into(),
    ];
    let db = store.read();
    db.execute_raw(Statement::from_sql_and_values(db.get_database_backend(), write, values)).await.expect("a phone");
}

/// Numbers from 0 to 99, the same at every run.
fn dice(seed: u64) -> impl Iterator<Item = u8> {
    let entropy = SeededEntropy::new(seed);
    std::iter::repeat_with(move || {
        let mut bytes = [0; 2];
        entropy.fill(&mut bytes);
        u8::try_from(u16::from_le_bytes(bytes) % 100).expect("small")
    })
}

/// What an answer allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Allows {
    /// It was taken, or can never be.
    Nothing,
    /// Another attempt after so many seconds at the earliest.
    After(i64),
}

/// One attempt as a gateway saw it.
#[derive(Debug)]
struct Attempt {
    at: DateTime<Utc>,
    allows: Allows,
    taken: bool,
    dead: bool,
    what: String,
}

fn of_apns(gateway: &ApnsGateway) -> BTreeMap<String, Vec<Attempt>> {
    use apns::Answer;
    let (mut seen, broken) = (BTreeMap::<String, Vec<Attempt>>::new(), gateway.broken());
    for request in gateway.received() {
        // Nobody knows what became of the others on a connection that broke.
        let lost = broken.contains(&request.connection);
        let allows = match request.answer {
            _ if lost => Allows::After(10),
            Answer::Refuse(429, _) => Allows::After(60),
            Answer::RefuseFor(429, _, seconds) => Allows::After(i64::try_from(seconds).expect("short")),
            Answer::Refuse(500..=599, _) => Allows::After(10),
            Answer::RefuseFor(500..=599, _, seconds) => Allows::After(i64::try_from(seconds).expect("short").max(10)),
            _ => Allows::Nothing,
        };
        let attempt = Attempt {
            at: request.at,
            allows,
            taken: request.taken && !lost,
            dead: matches!(request.answer, Answer::Gone(_)),
            what: format!("{:?}", request.answer),
        };
        seen.entry(request.device_token).or_default().push(attempt);
    }
    seen
}

fn of_fcm(gateway: &FcmGateway) -> BTreeMap<String, Vec<Attempt>> {
    use fcm::Answer;
    let mut seen = BTreeMap::<String, Vec<Attempt>>::new();
    for request in gateway.answered() {
        let allows = match request.answer {
            Answer::Refuse(429, _) => Allows::After(60),
            Answer::RefuseFor(429, _, seconds) => Allows::After(seconds.parse().expect("seconds")),
            Answer::Refuse(500..=599, _) | Answer::RefuseBare(500..=599) => Allows::After(10),
            Answer::RefuseFor(500..=599, _, seconds) => Allows::After(seconds.parse::<i64>().expect("seconds").max(10)),
            _ => Allows::Nothing,
        };
        let attempt = Attempt {
            at: request.at,
            allows,
            taken: matches!(request.answer, Answer::Take),
            dead: matches!(request.answer, Answer::Refuse(404, "UNREGISTERED")),
            what: format!("{:?}", request.answer),
        };
        seen.entry(request.device_token).or_default().push(attempt);
    }
    seen
}

/// Each rule of waiting, of giving up and of forgetting, for one phone.
fn check(token: &str, attempts: &[Attempt], state: &str, known: bool) {
    for pair in attempts.windows(2) {
        let waited = pair[1].at - pair[0].at;
        match pair[0].allows {
            Allows::Nothing => panic!("{token}: sent again after {}", pair[0].what),
            Allows::After(least) => {
                assert!(waited >= TimeDelta::seconds(least), "{token}: {waited} after {}", pair[0].what);
            }
        }
    }
    // Apple sets no end; the useful life does.
    if let (true, Some(first), Some(last)) = (token.starts_with('f'), attempts.first(), attempts.last()) {
        assert!(last.at - first.at <= TimeDelta::minutes(60), "{token}: still sent after an hour");
    }
    let taken = attempts.iter().filter(|attempt| attempt.taken).count();
    assert!(taken <= 1, "{token}: taken {taken} times");
    assert!(["sent", "failed", "cancelled"].contains(&state), "{token}: {state}");
    assert!(taken == 0 || state == "sent", "{token}: taken, and {state}");
    assert!(known || attempts.iter().any(|attempt| attempt.dead), "{token}: forgotten for nothing");
}

#[tokio::test]
async fn thousands_of_scripted_answers_bring_no_early_and_no_forbidden_retry() {
    // Every phone takes a little more than two answers on the average.
    let answers = length(600);
    let storm = Storm::over(answers.div_ceil(4)).await;
    let dead = storm.fixture.app.now();
    storm.apns.script(dice(1).take(answers * 2).map(|roll| {
        use apns::Answer;
        match roll {
            0..40 => Answer::Take,
            40..54 => Answer::Refuse(503, "ServiceUnavailable"),
            54..60 => Answer::Refuse(500, "InternalServerError"),
            60..68 => Answer::RefuseFor(503, "Shutdown", 45),
            68..75 => Answer::Refuse(429, "TooManyRequests"),
            75..82 => Answer::RefuseFor(429, "TooManyRequests", 200),
            82..85 => Answer::RefuseStream,
            85..87 => Answer::TakeAndGoAway,
            87 => Answer::Disconnect,
            88..91 => Answer::Gone(dead),
            91..94 => Answer::Refuse(400, "BadDeviceToken"),
            94 => Answer::Refuse(400, "DeviceTokenNotForTopic"),
            95 => Answer::Refuse(403, "Forbidden"),
            96 => Answer::Refuse(413, "PayloadTooLarge"),
            97 => Answer::GoneWithoutTime,
            _ => Answer::Late(std::time::Duration::from_millis(2)),
        }
    }));
    storm.fcm.script(dice(2).take(answers * 2).map(|roll| {
        use fcm::Answer;
        match roll {
            0..45 => Answer::Take,
            45..60 => Answer::Refuse(503, "UNAVAILABLE"),
            60..68 => Answer::RefuseBare(500),
            68..76 => Answer::RefuseFor(503, "UNAVAILABLE", "90"),
            76..84 => Answer::Refuse(429, "QUOTA_EXCEEDED"),
            84..92 => Answer::RefuseFor(429, "QUOTA_EXCEEDED", "120"),
            92..95 => Answer::Refuse(404, "UNREGISTERED"),
            95..98 => Answer::Refuse(400, "INVALID_ARGUMENT"),
            _ => Answer::RefuseBare(400),
        }
    }));
    storm.pass(dead + TimeDelta::hours(6)).await;
    let phones = storm.phones().await;
    let seen: BTreeMap<_, _> = of_apns(&storm.apns).into_iter().chain(of_fcm(&storm.fcm)).collect();
    let attempts: usize = seen.values().map(Vec::len).sum();
    assert!(attempts >= answers * 4 / 5, "{attempts} attempts");
    assert_eq!(phones.len(), 2 * answers.div_ceil(4));
    for (token, (state, known)) in &phones {
        check(token, seen.get(token).map_or(&[], Vec::as_slice), state, *known);
    }
    let sent = phones.values().filter(|(state, _)| state == "sent").count();
    assert!(sent * 2 > phones.len(), "{sent} of {} arrived", phones.len());
    assert!(phones.values().any(|(_, known)| !known) && seen.values().flatten().any(|attempt| attempt.dead));
}

#[tokio::test]
async fn a_storm_of_bad_device_tokens_deletes_none_and_opens_the_breaker_within_twenty_sends() {
    let storm = Storm::over(60).await;
    storm.apns.script((0..10_000).map(|_| apns::Answer::Refuse(400, "BadDeviceToken")));
    let begun = storm.fixture.app.now();
    storm.pass(begun + REST - TimeDelta::seconds(1)).await;
    assert!(storm.apns.count() <= 20, "{}", storm.apns.count());
    storm.pass(begun + REST * 3).await;
    assert!(storm.apns.count() <= 20 + 3, "a probe after each rest: {}", storm.apns.count());
    let phones = storm.phones().await;
    assert!(phones.values().all(|(_, known)| *known));
    let waiting = phones.iter().filter(|(token, (state, _))| token.starts_with('a') && state == "pending").count();
    assert!(waiting >= 60 - 23, "{waiting}");
    assert_eq!(storm.fcm.count(), 60, "the other gateway goes on");
}

#[tokio::test]
async fn a_goaway_every_fifty_loses_nothing_and_repeats_nothing_that_was_processed() {
    let (virtual_clock, clock) = clock();
    let key = KeyPair::generate().expect("key");
    let gateway = ApnsGateway::start(&key.public_key_pem(), Arc::clone(&clock)).await;
    let settings = TransportSettings { apns: Some(super::apns::settings(&gateway, &key)), ..Default::default() };
    let transports = Transports::live(&settings, clock).expect("settings");
    let count = length(1_000);
    let answer = |n: usize| if n % 50 == 49 { apns::Answer::TakeAndGoAway } else { apns::Answer::Take };
    gateway.script((0..count * 2).map(answer));
    let mut left: Vec<u128> = (0..count as u128).collect();
    let mut rounds = 0;
    while !left.is_empty() {
        let mut again = Vec::new();
        for some in left.chunks(100) {
            let orders: Vec<_> = some.iter().map(|n| push(Platform::Apns, *n)).collect();
            let outcomes = join_all(orders.iter().map(|order| transports.push(order))).await;
            let lost = some.iter().zip(&outcomes).filter(|(_, outcome)| !is_sent(outcome));
            again.extend(lost.map(|(n, outcome)| {
                assert!(matches!(outcome, Outcome::Retry { .. }), "{outcome:?}");
                *n
            }));
        }
        left = again;
        virtual_clock.advance(TimeDelta::seconds(30));
        rounds += 1;
        assert!(rounds < 10, "{} are still not sent", left.len());
    }
    let taken: Vec<String> = gateway.received().iter().map(|it| it.header("apns-id").to_owned()).collect();
    assert_eq!(taken.len(), count, "nothing went twice");
    assert_eq!(taken.iter().collect::<BTreeSet<_>>().len(), count, "nothing is missing");
    assert!(gateway.connections() >= count / 100, "{}", gateway.connections());
}

#[tokio::test]
async fn mail_cut_at_eight_phases_is_never_lost_and_comes_twice_only_where_it_was_accepted() {
    let gateway = SmtpGateway::start(Security::OffersStartTls).await;
    let sign_in = Some(SmtpSignIn { user: USER.to_owned(), password: SecretString::from(PASSWORD) });
    let settings = SmtpSettings { sign_in, ..super::smtp::settings(&gateway, SmtpTls::StartTls) };
    let (virtual_clock, clock) = clock();
    let transports = super::smtp::transports(settings, clock);
    let phases = [
        Phase::Greeting,
        Phase::Ehlo,
        Phase::StartTls,
        Phase::Auth,
        Phase::Mail,
        Phase::Rcpt,
        Phase::Data,
        Phase::AfterDot,
    ];
    let times = length(80).div_ceil(80).min(10) * 10;
    let mut accepted = BTreeSet::new();
    for (index, phase) in phases.into_iter().enumerate() {
        for time in 0..times {
            let n = (index * times + time) as u128;
            // A connection kept from before would be past the phase.
            virtual_clock.advance(TimeDelta::minutes(2));
            gateway.faults([(phase, Fault::HangUp)]);
            assert!(matches!(transports.mail(&mail(n)).await, Outcome::Retry { .. }), "{phase:?}");
            if phase == Phase::AfterDot {
                accepted.insert(mail(n).delivery_id.to_string());
            }
            virtual_clock.advance(TimeDelta::minutes(2));
            assert!(is_sent(&transports.mail(&mail(n)).await), "{phase:?}");
        }
    }
    let mut received = BTreeMap::<String, usize>::new();
    for letter in gateway.received() {
        let parsed = mail_parser::MessageParser::default().parse(&letter.data).expect("a mail");
        *received.entry(parsed.message_id().expect("a Message-ID").to_owned()).or_default() += 1;
    }
    assert_eq!(received.len(), phases.len() * times, "nothing is lost, and a retry has the same Message-ID");
    for (message_id, count) in received {
        let twice = accepted.contains(message_id.split('@').next().expect("an id"));
        assert_eq!(count, if twice { 2 } else { 1 }, "{message_id}");
    }
}
