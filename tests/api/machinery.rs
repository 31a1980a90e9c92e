//! The worker beside the API, on the fixture's clock: real rows, made by the real planner.

use super::fixture::{Fixture, Pair};
use crate::gateways::smtp::SmtpGateway;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::ids::{MessageId, RelationshipId, ReplyClockId, SeriesId};
use domain::words::{Job, MessageKind, SeriesState};
use std::sync::Arc;
use std::time::Duration;
use storage::clocks::{self, NewClock};
use storage::messages::{self, NewMessage};
use storage::sealed::{Place, Scope};
use storage::series::{self, NewSeries, Party};
use storage::{calendars, rows};
use worker::transport::Transports;
use worker::transport::settings::{MailFrom, SmtpSettings, SmtpTls, TransportSettings};
use worker::{Claimed, DispatchSettings, Dispatcher, Planner};

/// A planner and a dispatcher over the fixture's store.
pub struct Machinery {
    planner: Planner,
    dispatcher: Dispatcher,
    _directory: tempfile::TempDir,
}

impl Machinery {
    /// What is sent goes to files.
    pub fn over(fixture: &Fixture) -> Self {
        Self::with(fixture, None)
    }

    /// Mail goes to a mail server.
    pub fn mailing(fixture: &Fixture, server: &SmtpGateway) -> Self {
        let from = MailFrom { address: "post@reconnect.example".to_owned(), name: "Reconnect".to_owned() };
        let smtp = SmtpSettings {
            host: "localhost".to_owned(),
            port: server.port,
            tls: SmtpTls::Plain,
            sign_in: None,
            connections: 4,
            timeout: Duration::from_secs(5),
            from,
            dkim: None,
            extra_ca_pem: None,
        };
        Self::with(fixture, Some(smtp))
    }

    fn with(fixture: &Fixture, smtp: Option<SmtpSettings>) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let store = fixture.app.store.clone();
        let settings =
            TransportSettings { smtp, files: Some(directory.path().to_owned()), ..TransportSettings::default() };
        let transports = Transports::live(&settings, Arc::clone(&store.clock)).expect("transports");
        let settings = DispatchSettings { concurrency: 1, ..DispatchSettings::default() };
        Self {
            planner: Planner::new(store.clone()),
            dispatcher: Dispatcher::new(store, Arc::new(transports), settings),
            _directory: directory,
        }
    }

    /// Plans and sends everything that falls due up to `end`, where the clock then stands.
    pub async fn run_to(&self, fixture: &Fixture, end: &str) {
        let end: DateTime<Utc> = end.parse().expect("a time");
        loop {
            while self.turn().await > 0 {}
            match self.next_due().await.filter(|next| *next <= end) {
                Some(next) => fixture.clock.set(next.max(fixture.app.now())),
                None => break,
            }
        }
        fixture.clock.set(end);
    }

    /// Planner and dispatcher look once at what is due now; tells how much that was.
    pub async fn turn(&self) -> usize {
        self.planner.turn().await.expect("planned") + self.dispatcher.turn().await.expect("sent")
    }

    /// When there is something to look at next.
    pub async fn next_due(&self) -> Option<DateTime<Utc>> {
        let due = [self.planner.next_due().await.expect("due"), self.dispatcher.next_due().await.expect("due")];
        due.into_iter().flatten().min()
    }

    /// What is due now and nobody holds.
    pub async fn claim(&self) -> Vec<Claimed> {
        self.dispatcher.claim().await.expect("claimed")
    }

    /// Sends what was claimed.
    pub async fn send(&self, claimed: Vec<Claimed>) {
        for one in claimed {
            self.dispatcher.handle(one).await;
        }
    }

    /// The planner looks once at what is due now.
    pub async fn plan(&self) {
        self.planner.turn().await.expect("planned");
    }
}

/// What an owner writes.
pub struct Written<'a> {
    pub kind: MessageKind,
    pub body: &'a str,
    pub gist: Option<&'a str>,
    pub preview_allowed: bool,
}

impl<'a> Written<'a> {
    pub fn asking(body: &'a str) -> Self {
        Self { kind: MessageKind::ReplyWanted, body, gist: None, preview_allowed: false }
    }

    pub fn info(body: &'a str) -> Self {
        Self { kind: MessageKind::Info, ..Self::asking(body) }
    }
}

/// The owner of a pair writes; one who asks is promised an answer after three working days.
pub async fn write(fixture: &Fixture, pair: &Pair, text: Written<'_>) -> MessageId {
    let (store, now) = (&fixture.app.store, fixture.app.now());
    let thread = messages::thread_of(store.read(), pair.relationship).await.expect("thread");
    let key = store.sealer.key(Scope::Thread(thread)).await.expect("key");
    let id = MessageId(store.new_id());
    let seal = |column, text: &str| key.seal(Place::new(column, id.0), text.as_bytes()).expect("sealed");
    let new = NewMessage {
        id,
        thread,
        relationship: pair.relationship,
        author: pair.owner.id,
        from_owner: true,
        kind: text.kind,
        body: seal("message.body", text.body),
        gist: text.gist.map(|gist| seal("message.gist", gist)),
        medication: None,
        chars: i32::try_from(text.body.chars().count()).expect("short"),
        important: false,
        preview_allowed: text.preview_allowed,
        in_reply_to: None,
        sent_at: now,
        visible_at: now + TimeDelta::seconds(30),
    };
    let calendar = calendars::provider(store.read(), pair.provider.id, now).await.expect("calendar");
    let tx = store.write().await.expect("tx");
    messages::store(&tx, new).await.expect("stored");
    if text.kind == MessageKind::ReplyWanted {
        let clock = NewClock {
            id: ReplyClockId(store.new_id()),
            relationship: pair.relationship,
            owner: pair.owner.id,
            provider: pair.provider.id,
            message: Some(id),
            slot: None,
            window_days: 3,
            promise: calendar.promise(now, 3).expect("a promise"),
        };
        clocks::open(&tx, clock, now).await.expect("clock");
    }
    tx.commit().await.expect("commit");
    id
}

pub async fn open_clocks(fixture: &Fixture, relationship: RelationshipId) -> Vec<rows::ReplyClock> {
    clocks::open_of(fixture.app.store.read(), relationship).await.expect("clocks")
}

/// The provider has a digest on every working day.
pub async fn ensure_digest(fixture: &Fixture, pair: &Pair) {
    let (store, now) = (&fixture.app.store, fixture.app.now());
    let new = NewSeries {
        id: SeriesId(store.new_id()),
        job: Job::Digest,
        owner: None,
        provider: Some(pair.provider.id),
        relationship: None,
        state: SeriesState::Active,
        every_days: 1,
        zone: "Europe/Oslo".into(),
        proposed_by: None,
        accepted_on: Some(now.date_naive()),
    };
    let tx = store.write().await.expect("tx");
    series::ensure(&tx, new, now).await.expect("series");
    tx.commit().await.expect("commit");
}

/// Fortnightly check-ins both said yes to, counted from today.
pub async fn check_ins(fixture: &Fixture, pair: &Pair) -> SeriesId {
    let (store, now) = (&fixture.app.store, fixture.app.now());
    let id = SeriesId(store.new_id());
    let today: NaiveDate = now.with_timezone(&chrono_tz::Europe::Oslo).date_naive();
    let new = NewSeries {
        id,
        job: Job::CheckIn,
        owner: Some(pair.owner.id),
        provider: Some(pair.provider.id),
        relationship: Some(pair.relationship),
        state: SeriesState::Active,
        every_days: 14,
        zone: "Europe/Oslo".into(),
        proposed_by: Some(pair.owner.id),
        accepted_on: Some(today),
    };
    let tx = store.write().await.expect("tx");
    series::open(&tx, new, now).await.expect("series");
    let row = series::by_id(&*tx, id).await.expect("read").expect("series");
    for party in [Party::Owner, Party::Provider] {
        series::accept(&tx, &row, party, now).await.expect("accepted");
    }
    tx.commit().await.expect("commit");
    id
}

/// Both accept an agreement that permits check-ins.
pub async fn agree(fixture: &Fixture, pair: &Pair) {
    let terms = serde_json::json!({
        "purposes": "Somebody to write to between appointments.", "who_starts": "either",
        "content_welcome": "", "content_not_welcome": "", "reply_window_days": 3,
        "reading_days": ["mon", "tue", "wed", "thu", "fri"], "absence_cover": { "how": "" }, "length_wishes": "",
        "check_ins": { "permitted": true, "wishes": "" }, "journal": "", "alarming_messages": "",
        "disagreement": "", "language": "en", "use_in_sessions": "between",
    });
    let path = format!("/v1/relationships/{}/agreement_versions", pair.relationship);
    let body = serde_json::json!({ "terms": terms });
    let draft = fixture.post(&pair.owner, &path, body).await.expect(201);
    let accept = format!("{path}/{}/accept", draft["number"]);
    for who in [&pair.owner, &pair.provider] {
        fixture.post(who, &accept, serde_json::json!({ "hash": draft["hash"] })).await.expect(200);
    }
}
