//! Many owners with four series each, written in bulk: a check-in and an agreement round with one provider, another
//! agreement round with a second provider, and a plan review. Every provider has ten owners and a digest.
//!
//! As many series as wished are due on one minute, and as many on the minute before, whose work is done in plain SQL
//! for comparison. They are scattered over the owners, no owner has two, and nothing stands in their way: the gate
//! asks every row of its table and every row says yes.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use domain::clock::{Clock, SeededEntropy, VirtualClock};
use domain::ids::OrganisationId;
use domain::schedule::{Window, spread};
use domain::words::Level;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr};
use std::sync::Arc;
use storage::accounts::{self, NewOrganisation};
use storage::sealed::{MasterKey, Sealer};
use storage::{Address, Result, Store};
use uuid::Uuid;

/// Wednesday 16 September 2026, 10:59 in Oslo: nothing is due yet.
pub const BEFORE: &str = "2026-09-16T08:59:00Z";
/// What is done in plain SQL is due.
pub const FLOORS_MINUTE: &str = "2026-09-16T09:00:00Z";
/// What the planner does is due.
pub const PLANNERS_MINUTE: &str = "2026-09-16T09:01:00Z";

/// Series of one owner.
const SERIES: u64 = 4;
/// Owners of one provider.
const OWNERS: u64 = 10;
/// Which series of an owner is due: half of them check-ins, a quarter each plan reviews and agreement rounds.
const DUE: [u64; 4] = [0, 0, 1, 2];
/// What is not due is so within the days from tomorrow on that a cadence of two weeks spans.
const SPAN_MINUTES: u64 = 14 * 24 * 60;

/// First parts of the ids.
const PROVIDER: u32 = 1;
const OWNER: u32 = 2;
const PERSON_OF_PROVIDER: u32 = 3;
const PERSON_OF_OWNER: u32 = 4;
const RELATIONSHIP: u32 = 5;
const AGREEMENT: u32 = 6;
const PLAN: u32 = 7;
const OWNERS_SERIES: u32 = 8;
const DIGEST: u32 = 9;
const PAST_SLOT: u32 = 10;
const WAITING_SLOT: u32 = 11;
const NOTIFICATION: u32 = 12;
const DELIVERY: u32 = 13;
const CLOCK: u32 = 14;
const DEVICE: u32 = 15;

/// How many there are, and how many of their series are due on each of the two minutes.
#[derive(Clone, Copy, Debug)]
pub struct Crowd {
    pub owners: u64,
    pub due: u64,
}

/// An instant written in this file.
pub fn instant(written: &str) -> DateTime<Utc> {
    written.parse().expect("an instant in RFC 3339")
}

/// A store on an empty database with the crowd in it, and the clock that it goes by, at [`BEFORE`].
///
/// # Errors
/// The database.
pub async fn gather(crowd: Crowd, url: &str) -> Result<(Store, VirtualClock)> {
    let clock = VirtualClock::at(instant(BEFORE));
    let store = open(url, Arc::new(clock.clone())).await?;
    storage::migrate(&store).await?;
    let organisation = OrganisationId(store.new_id());
    let new = NewOrganisation {
        id: organisation,
        name: "Bench".into(),
        level: Level::Primary,
        zone: "Europe/Oslo".into(),
        calendar: "NO".into(),
    };
    let tx = store.write().await?;
    accounts::create_organisation(&tx, new, instant(BEFORE)).await?;
    tx.commit().await?;
    // What is not durable, and the foreign keys not looked up, is so on this one connection.
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    let loader = Loader { db: Database::connect(options).await?, crowd, organisation };
    loader.load().await?;
    loader.db.close().await?;
    Ok((store, clock))
}

/// A store on this database that goes by this clock. Nothing of the crowd is sealed, so that its keys may be new.
///
/// # Errors
/// The database.
pub async fn open(url: &str, clock: Arc<dyn Clock>) -> Result<Store> {
    let entropy = Arc::new(SeededEntropy::new(1));
    let keys = storage::connect::open(&Address::new("sqlite::memory:")).await?;
    let sealer = Sealer::over(keys, MasterKey::new([7; 32]), Arc::clone(&clock), entropy.clone()).await?;
    Store::connect(&Address::new(url), Arc::new(sealer), clock, entropy).await
}

struct Loader {
    db: DatabaseConnection,
    crowd: Crowd,
    organisation: OrganisationId,
}

impl Loader {
    async fn load(&self) -> std::result::Result<(), DbErr> {
        let loose = match self.db.get_database_backend() {
            DbBackend::Postgres => "set session_replication_role = replica; set synchronous_commit = off",
            _ => "pragma foreign_keys = off; pragma synchronous = off; pragma cache_size = -200000",
        };
        self.db.execute_unprepared(loose).await?;
        self.people().await?;
        self.choose().await?;
        self.series().await?;
        self.past().await?;
        let counted = match self.db.get_database_backend() {
            DbBackend::Postgres => "vacuum (analyze)",
            _ => "pragma wal_checkpoint(truncate)",
        };
        self.db.execute_unprepared(counted).await?;
        Ok(())
    }

    async fn people(&self) -> std::result::Result<(), DbErr> {
        let (owners, providers) = (self.crowd.owners, self.providers());
        let since = self.time(instant(BEFORE) - TimeDelta::days(100));
        for (person, account, role, count) in
            [(PERSON_OF_PROVIDER, PROVIDER, "provider", providers), (PERSON_OF_OWNER, OWNER, "service_user", owners)]
        {
            let person = self.id(person, "i");
            self.fill("person", count, "", &[("id", &person), ("adult_confirmed_at", &since), ("created_at", &since)])
                .await?;
            self.fill(
                "account",
                count,
                "",
                &[
                    ("id", &self.id(account, "i")),
                    ("person_id", &person),
                    ("organisation_id", &self.uuid(self.organisation.0)),
                    ("role", &format!("'{role}'")),
                    ("state", "'active'"),
                    ("login", &format!("'{role}-' || i")),
                    ("display_name", "'Somebody'"),
                    ("languages", "'nb'"),
                    ("zone", "'Europe/Oslo'"),
                    ("lock_screen", "'neutral'"),
                    ("read_receipts", "true"),
                    ("quiet_from", "'21:00:00'"),
                    ("quiet_to", "'08:00:00'"),
                    ("working_days", &accounts::MONDAY_TO_FRIDAY.to_string()),
                    ("work_from", "'08:00:00'"),
                    ("work_to", "'15:30:00'"),
                    ("check_in_cap", &OWNERS.to_string()),
                    ("created_at", &since),
                    ("updated_at", &since),
                    ("version", "1"),
                ],
            )
            .await?;
        }
        self.fill(
            "device",
            owners,
            "",
            &[
                ("id", &self.id(DEVICE, "i")),
                ("account_id", &self.id(OWNER, "i")),
                ("platform", "'apns'"),
                ("environment", "'sandbox'"),
                ("token", &self.bytes()),
                ("app_version", "'1.0.0'"),
                ("registered_at", &since),
                ("last_seen_at", &since),
                ("version", "1"),
            ],
        )
        .await?;
        let (relationship, provider) = (self.id(RELATIONSHIP, "i"), self.provider_of("i"));
        self.fill(
            "relationship",
            owners * 2,
            "",
            &[
                ("id", &relationship),
                ("owner_id", &self.id(OWNER, "(i + 1) / 2")),
                ("provider_id", &provider),
                ("level", "'primary'"),
                ("state", "'active'"),
                ("invited_by", &provider),
                ("invited_at", &since),
                ("started_at", &since),
                ("version", "1"),
            ],
        )
        .await?;
        self.fill(
            "relationship_member",
            owners * 2,
            "",
            &[
                ("relationship_id", &relationship),
                ("provider_id", &provider),
                ("responsible", "true"),
                ("joined_at", &since),
            ],
        )
        .await?;
        self.fill(
            "agreement_version",
            owners,
            "",
            &[
                ("id", &self.id(AGREEMENT, "i")),
                ("relationship_id", &self.id(RELATIONSHIP, "2 * i - 1")),
                ("number", "1"),
                ("hash", "'none'"),
                ("terms", &self.bytes()),
                ("reply_window_days", "3"),
                ("check_ins", "true"),
                ("check_in_every_days", "14"),
                ("language", "'nb'"),
                ("drafted_by", &self.id(OWNER, "i")),
                ("created_at", &since),
                ("in_force_at", &since),
            ],
        )
        .await?;
        let written = self.time(instant(BEFORE) - TimeDelta::days(90));
        self.fill(
            "plan",
            owners,
            "",
            &[
                ("id", &self.id(PLAN, "i")),
                ("owner_id", &self.id(OWNER, "i")),
                ("written_at", &written),
                ("edited_at", &written),
                ("version", "1"),
            ],
        )
        .await?;
        // One with no section has nothing to look at.
        self.fill(
            "plan_section",
            owners,
            "",
            &[
                ("plan_id", &self.id(PLAN, "i")),
                ("section", "'what_i_do'"),
                ("body", &self.bytes()),
                ("updated_at", &written),
            ],
        )
        .await
    }

    /// Which series are due, under ids that the schedule puts on just that minute.
    async fn choose(&self) -> std::result::Result<(), DbErr> {
        let Crowd { owners, due } = self.crowd;
        assert!(owners >= 2 * due, "{owners} owners are too few for twice {due} of whom each has one thing due");
        let (id, at) = match self.db.get_database_backend() {
            DbBackend::Postgres => ("uuid", "timestamptz"),
            _ => ("blob", "text"),
        };
        self.db
            .execute_unprepared(&format!(
                "create table chosen (j integer primary key, id {id} not null, at {at} not null)"
            ))
            .await?;
        let rows: Vec<String> = (0..2 * due)
            .map(|k| {
                let at = instant(if k % 2 == 0 { FLOORS_MINUTE } else { PLANNERS_MINUTE });
                let which = DUE[usize::try_from(k / 2 % 4).unwrap_or(0)];
                let j = k * (owners / (2 * due)) * SERIES + which + 1;
                format!("({j}, {}, {})", self.uuid(id_on(j, which, at)), self.time(at))
            })
            .collect();
        for rows in rows.chunks(500) {
            self.db.execute_unprepared(&format!("insert into chosen (j, id, at) values {}", rows.join(", "))).await?;
        }
        Ok(())
    }

    async fn series(&self) -> std::result::Result<(), DbErr> {
        let accepted = self.time(instant(BEFORE) - TimeDelta::days(42));
        let owner = "((i - 1) / 4 + 1)";
        let first = format!("(2 * {owner} - 1)");
        let round = format!("({first} + (i - 1) % 4 - 2)");
        let of = |check_in: &str, plan: &str, round: &str| {
            format!("case (i - 1) % 4 when 0 then {check_in} when 1 then {plan} else {round} end")
        };
        let later = self.later(1, "i", SPAN_MINUTES);
        self.fill(
            "series",
            self.crowd.owners * SERIES,
            "left join chosen on chosen.j = i",
            &[
                ("id", &format!("coalesce(chosen.id, {})", self.id(OWNERS_SERIES, "i"))),
                ("job", &of("'check_in'", "'plan_review'", "'agreement_round'")),
                ("owner_id", &self.id(OWNER, owner)),
                ("provider_id", &of(&self.provider_of(&first), "null", &self.provider_of(&round))),
                ("relationship_id", &of(&self.id(RELATIONSHIP, &first), "null", &self.id(RELATIONSHIP, &round))),
                ("state", "'active'"),
                ("every_days", &of("14", "180", "180")),
                ("zone", "'Europe/Oslo'"),
                ("owner_accepted_at", &accepted),
                ("provider_accepted_at", &accepted),
                ("accepted_on", &self.day(-42)),
                ("number", &of("3", "0", "0")),
                ("anchor_on", &self.day(0)),
                ("slot_on", &format!("case when chosen.j is null then {} else {} end", self.day(1), self.day(0))),
                ("next_at", &format!("coalesce(chosen.at, {later})")),
                ("last_anchor_on", &of(&self.day(-14), "null", "null")),
                ("cycle", "0"),
                ("prompts_in_cycle", "0"),
                ("created_at", &accepted),
                ("version", "1"),
            ],
        )
        .await?;
        self.fill(
            "series",
            self.providers(),
            "",
            &[
                ("id", &self.id(DIGEST, "i")),
                ("job", "'digest'"),
                ("provider_id", &self.id(PROVIDER, "i")),
                ("state", "'active'"),
                ("every_days", "1"),
                ("zone", "'Europe/Oslo'"),
                ("accepted_on", &self.day(-42)),
                ("number", "0"),
                ("slot_on", &self.day(1)),
                ("next_at", &self.time(instant("2026-09-17T06:00:00Z"))),
                ("cycle", "0"),
                ("prompts_in_cycle", "0"),
                ("created_at", &accepted),
                ("version", "1"),
            ],
        )
        .await
    }

    /// One answered check-in and one reply clock each; every tenth has a notice and a delivery that wait, every
    /// fifth is owed a reply by her second provider.
    async fn past(&self) -> std::result::Result<(), DbErr> {
        let owners = self.crowd.owners;
        let then = self.time(instant(BEFORE) - TimeDelta::days(14));
        let much_later = self.later(20, "i", SPAN_MINUTES);
        let every = |n: u64, yes: &str, no: &str| format!("case when i % {n} = 0 then {yes} else {no} end");
        let (series, owner) =
            (format!("coalesce(chosen.id, {})", self.id(OWNERS_SERIES, "4 * i - 3")), self.id(OWNER, "i"));
        self.fill(
            "slot",
            owners,
            "left join chosen on chosen.j = 4 * i - 3",
            &[
                ("id", &self.id(PAST_SLOT, "i")),
                ("series_id", &series),
                ("job", "'check_in'"),
                ("subject", &series),
                ("on_date", &self.day(-14)),
                ("owner_id", &owner),
                ("recipient_id", &owner),
                ("recipient_zone", "'Europe/Oslo'"),
                ("number", "2"),
                ("position", "'ordinary'"),
                ("outcome", "'sent'"),
                ("reason", "'due'"),
                ("gates", "'[]'"),
                ("channels", "'[]'"),
                ("policy_version", "1"),
                ("agreement_version", "1"),
                ("counts_unanswered", "true"),
                ("fires_at", &then),
                ("sent_on", &self.day(-14)),
                ("planned_at", &then),
                ("decided_at", &then),
                ("settled_at", &then),
                ("opened_at", &then),
                ("answer", "'ok'"),
                ("answered_at", &then),
            ],
        )
        .await?;
        self.fill(
            "slot",
            owners / 10,
            "",
            &[
                ("id", &self.id(WAITING_SLOT, "i")),
                ("job", "'message_notice'"),
                ("subject", &self.id(WAITING_SLOT, "i")),
                ("on_date", &self.day(0)),
                ("owner_id", &owner),
                ("recipient_id", &owner),
                ("recipient_zone", "'Europe/Oslo'"),
                ("number", "0"),
                ("outcome", "'held'"),
                ("reason", "'quiet_hours'"),
                ("gates", "'[]'"),
                ("channels", "'[]'"),
                ("policy_version", "1"),
                ("counts_unanswered", "false"),
                ("fires_at", &then),
                ("next_at", &much_later),
                ("planned_at", &then),
                ("decided_at", &then),
            ],
        )
        .await?;
        self.fill(
            "notification",
            owners,
            "",
            &[
                ("id", &self.id(NOTIFICATION, "i")),
                ("slot_id", &self.id(PAST_SLOT, "i")),
                ("job", "'check_in'"),
                ("recipient_id", &owner),
                ("owner_id", &owner),
                ("opaque_id", &self.id(NOTIFICATION, "i")),
                ("collapse_id", "'0123456789abcdef0123456789abcdef'"),
                ("created_at", &then),
                ("expires_at", &then),
            ],
        )
        .await?;
        self.fill(
            "delivery",
            owners,
            "",
            &[
                ("id", &self.id(DELIVERY, "i")),
                ("notification_id", &self.id(NOTIFICATION, "i")),
                ("channel", "'push'"),
                ("device_id", &self.id(DEVICE, "i")),
                ("action", "'wake'"),
                ("state", &every(10, "'pending'", "'sent'")),
                ("attempts", "1"),
                ("crashes", "0"),
                ("next_attempt_at", &every(10, &much_later, "null")),
                ("created_at", &then),
            ],
        )
        .await?;
        self.fill(
            "reply_clock",
            owners,
            "",
            &[
                ("id", &self.id(CLOCK, "i")),
                ("relationship_id", &self.id(RELATIONSHIP, "2 * i")),
                ("owner_id", &owner),
                ("provider_id", &self.provider_of("(2 * i)")),
                ("window_days", "3"),
                ("opened_at", &then),
                ("first_promised_on", &self.day(20)),
                ("promised_on", &self.day(20)),
                ("due_at", &much_later),
                ("next_at", &every(5, &much_later, "null")),
                ("closed_at", &every(5, "null", &then)),
                ("version", "1"),
            ],
        )
        .await
    }

    /// `count` rows, i from 1.
    async fn fill(
        &self,
        table: &str,
        count: u64,
        join: &str,
        columns: &[(&str, &str)],
    ) -> std::result::Result<(), DbErr> {
        let (names, values): (Vec<&str>, Vec<&str>) = columns.iter().copied().unzip();
        let (names, values) = (names.join(", "), values.join(", "));
        let sql = match self.db.get_database_backend() {
            DbBackend::Postgres => format!(
                "insert into {table} ({names}) select {values} from generate_series(1, {count}) as numbers(i) {join}"
            ),
            _ => format!(
                "with recursive numbers(i) as (select 1 union all select i + 1 from numbers where i < {count}) \
                 insert into {table} ({names}) select {values} from numbers {join}"
            ),
        };
        self.db.execute_unprepared(&sql).await?;
        Ok(())
    }

    fn providers(&self) -> u64 {
        self.crowd.owners.div_ceil(OWNERS)
    }

    /// Of the relationship of that number: an owner's first is with one provider, her second with another.
    fn provider_of(&self, relationship: &str) -> String {
        let (providers, half) = (self.providers(), self.providers() / 2);
        let owner = format!("(({relationship} + 1) / 2)");
        let shifted = format!("(({owner} - 1) / {OWNERS} + ({relationship} + 1) % 2 * {half}) % {providers} + 1");
        self.id(PROVIDER, &shifted)
    }

    /// The id of a kind with the number that an expression gives.
    fn id(&self, kind: u32, number: &str) -> String {
        match self.db.get_database_backend() {
            DbBackend::Postgres => {
                format!("('{kind:08x}-0000-7000-8000-' || lpad(to_hex({number}), 12, '0'))::uuid")
            }
            _ => format!("unhex('{kind:08x}000070008000' || printf('%012x', {number}))"),
        }
    }

    fn uuid(&self, id: Uuid) -> String {
        match self.db.get_database_backend() {
            DbBackend::Postgres => format!("'{id}'::uuid"),
            _ => format!("x'{}'", id.simple()),
        }
    }

    /// As long as a sealed text or a push token is.
    fn bytes(&self) -> String {
        let hex = "5e".repeat(64);
        match self.db.get_database_backend() {
            DbBackend::Postgres => format!("'\\x{hex}'::bytea"),
            _ => format!("x'{hex}'"),
        }
    }

    fn time(&self, at: DateTime<Utc>) -> String {
        let written = at.format("%Y-%m-%dT%H:%M:%S+00:00");
        match self.db.get_database_backend() {
            DbBackend::Postgres => format!("timestamptz '{written}'"),
            _ => format!("'{written}'"),
        }
    }

    /// So many days from [`BEFORE`] on, scattered over `minutes` by the number an expression gives.
    fn later(&self, days: i64, number: &str, minutes: u64) -> String {
        let from = instant(BEFORE) + TimeDelta::days(days);
        // A prime that divides no number of minutes here: neighbours lie far apart.
        let seconds = format!("({number} % {minutes} * 7919 % {minutes} * 60)");
        match self.db.get_database_backend() {
            DbBackend::Postgres => format!("{} + {seconds} * interval '1 second'", self.time(from)),
            _ => format!("strftime('%Y-%m-%dT%H:%M:%S+00:00', {} + {seconds}, 'unixepoch')", from.timestamp()),
        }
    }

    fn day(&self, days: i64) -> String {
        let today: NaiveDate = instant(BEFORE).date_naive();
        let by = Days::new(days.unsigned_abs());
        let day = if days < 0 { today - by } else { today + by };
        match self.db.get_database_backend() {
            DbBackend::Postgres => format!("date '{day}'"),
            _ => format!("'{day}'"),
        }
    }
}

/// An id for the series of that number which the schedule spreads to just that minute of the day.
fn id_on(j: u64, which: u64, at: DateTime<Utc>) -> Uuid {
    // 10:00 in Oslo to 13:00 for check-ins, to 18:00 for prompts.
    let closes = if which == 0 { "2026-09-16T11:00:00Z" } else { "2026-09-16T16:00:00Z" };
    let window = Window { opens: instant("2026-09-16T08:00:00Z"), closes: instant(closes) };
    (1..0x3fff_u16)
        .map(|nonce| {
            let [_, _, number @ ..] = j.to_be_bytes();
            let mut id = [0; 16];
            id[..4].copy_from_slice(&OWNERS_SERIES.to_be_bytes());
            id[6] = 0x70;
            id[8..10].copy_from_slice(&(0x8000 | nonce).to_be_bytes());
            id[10..].copy_from_slice(&number);
            Uuid::from_bytes(id)
        })
        .find(|id| spread(&window, *id, at.date_naive()) == at)
        .expect("one of many ids falls on the minute")
}
