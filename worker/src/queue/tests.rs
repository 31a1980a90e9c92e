use super::*;
use crate::transport::Transports;
use crate::{Claimed, DispatchSettings, Dispatcher, Planner};
use chrono::TimeDelta;
use domain::clock::{SeededEntropy, VirtualClock};
use domain::ids::{AccountId, OrganisationId, PersonId};
use domain::words::{Language, Level, Role};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use storage::accounts::{self, NewAccount, NewOrganisation};
use storage::sealed::{MasterKey, Sealer};
use storage::{Address, connect};
use tokio::sync::Semaphore;
use uuid::Uuid;

const SOON: Duration = Duration::from_secs(10);
const NEVER: Duration = Duration::from_secs(3600);

/// Pieces are numbers; each waits for a permit of `gate`.
struct Bench {
    due: Mutex<VecDeque<u32>>,
    gate: Semaphore,
    panics: BTreeSet<u32>,
    begun: AtomicUsize,
    under_way: AtomicUsize,
    most: AtomicUsize,
    done: Mutex<Vec<u32>>,
    returned: Mutex<Vec<u32>>,
    looks: AtomicUsize,
    batch: usize,
}

impl Bench {
    fn with(pieces: impl IntoIterator<Item = u32>, batch: usize) -> Self {
        Self {
            due: Mutex::new(pieces.into_iter().collect()),
            gate: Semaphore::new(0),
            panics: BTreeSet::new(),
            begun: AtomicUsize::new(0),
            under_way: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
            done: Mutex::new(Vec::new()),
            returned: Mutex::new(Vec::new()),
            looks: AtomicUsize::new(0),
            batch,
        }
    }

    fn done(&self) -> Vec<u32> {
        let mut done = self.done.lock().expect("done").clone();
        done.sort_unstable();
        done
    }
}

impl Work for Bench {
    type Piece = u32;

    async fn take(&self) -> Result<Vec<u32>> {
        self.looks.fetch_add(1, Ordering::SeqCst);
        let mut due = self.due.lock().expect("due");
        let count = self.batch.min(due.len());
        Ok(due.drain(..count).collect())
    }

    async fn next_due(&self) -> Result<Option<DateTime<Utc>>> {
        Ok(None)
    }

    async fn give_back(&self, pieces: Vec<u32>) -> Result<()> {
        self.returned.lock().expect("returned").extend(pieces);
        Ok(())
    }

    async fn handle(&self, piece: u32) {
        self.begun.fetch_add(1, Ordering::SeqCst);
        assert!(!self.panics.contains(&piece), "piece {piece}");
        let now = self.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        self.gate.acquire().await.expect("gate").forget();
        self.under_way.fetch_sub(1, Ordering::SeqCst);
        self.done.lock().expect("done").push(piece);
    }

    fn span(_: &u32) -> Span {
        Span::none()
    }
}

async fn store() -> (Store, VirtualClock) {
    let clock = VirtualClock::at(DateTime::UNIX_EPOCH + TimeDelta::days(20_000));
    let ticking: Arc<VirtualClock> = Arc::new(clock.clone());
    let entropy = Arc::new(SeededEntropy::new(1));
    let memory = Address { durable: false, ..Address::new("sqlite::memory:") };
    let keys = connect::open(&memory).await.expect("keys");
    let sealer = Sealer::over(keys, MasterKey::new([3; 32]), ticking.clone(), entropy.clone()).await.expect("sealer");
    let store = Store::connect(&memory, Arc::new(sealer), ticking, entropy).await.expect("store");
    storage::migrate(&store).await.expect("schema");
    (store, clock)
}

/// Fills the outbox with `count` deliveries of nothing: claimed, reloaded, found to belong to no
/// slot, and recorded as cancelled.
async fn fill(store: &Store, count: usize) -> Vec<Uuid> {
    let now = store.clock.now();
    let (organisation, account) = (OrganisationId(store.new_id()), AccountId(store.new_id()));
    let tx = store.write().await.expect("tx");
    let new = NewOrganisation {
        id: organisation,
        name: "Clinic".into(),
        level: Level::Primary,
        zone: "Europe/Oslo".into(),
        calendar: "NO".into(),
    };
    accounts::create_organisation(&tx, new, now).await.expect("organisation");
    let new = NewAccount {
        id: account,
        person: PersonId(store.new_id()),
        organisation,
        role: Role::ServiceUser,
        login: account.0.to_string(),
        password_hash: None,
        display_name: "A".into(),
        email: None,
        language: Language::Nb,
        zone: "Europe/Oslo".into(),
    };
    accounts::create_account(&tx, new, now).await.expect("account");
    let notification = store.new_id();
    let write = "insert into notification (id, job, recipient_id, opaque_id, collapse_id, created_at, expires_at) \
                 values ($1, 'check_in', $2, $1, 'c', $3, $4)";
    let values = [notification.into(), account.0.into(), now.into(), (now + TimeDelta::days(1)).into()];
    tx.execute_raw(Statement::from_sql_and_values(DbBackend::Sqlite, write, values)).await.expect("notification");
    let mut ids = Vec::new();
    for _ in 0..count {
        let id = store.new_id();
        let write = "insert into delivery (id, notification_id, channel, action, state, attempts, crashes, \
                     next_attempt_at, created_at) values ($1, $2, 'in_app', 'wake', 'pending', 0, 0, $3, $3)";
        let values = [id.into(), notification.into(), now.into()];
        tx.execute_raw(Statement::from_sql_and_values(DbBackend::Sqlite, write, values)).await.expect("delivery");
        ids.push(id);
    }
    tx.commit().await.expect("commit");
    // In the order in which they are claimed.
    ids.sort_unstable();
    ids
}

async fn open(store: &Store) -> i64 {
    let ask = "select count(*) as open from delivery where state <> 'cancelled'";
    let row = store.read().query_one_raw(Statement::from_string(DbBackend::Sqlite, ask)).await.expect("asked");
    row.expect("a row").try_get("", "open").expect("a number")
}

fn dispatcher(store: &Store) -> Dispatcher {
    Dispatcher::new(store.clone(), Arc::new(Transports::nowhere()), DispatchSettings::default())
}

/// Waits until `holds`; fails after [`SOON`].
async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let waited = tokio::time::timeout(SOON, async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    });
    assert!(waited.await.is_ok(), "{what}");
}

fn start<W: Work>(store: &Store, work: &Arc<W>, concurrency: usize, drain: Duration) -> Running {
    let shutdown = CancellationToken::new();
    let watch = Watch { store: store.clone(), poll: NEVER, shutdown: shutdown.clone() };
    let monitor = register(Monitor::new(), "bench".into(), Arc::clone(work), watch, concurrency);
    let stop = shutdown.clone();
    Running { shutdown, ended: tokio::spawn(async move { supervise(monitor, drain, &stop).await }) }
}

struct Running {
    shutdown: CancellationToken,
    ended: tokio::task::JoinHandle<()>,
}

impl Running {
    async fn stop(self) {
        self.shutdown.cancel();
        tokio::time::timeout(SOON, self.ended).await.expect("ended in time").expect("no panic");
    }
}

#[tokio::test]
async fn no_more_are_under_way_than_the_bound() {
    let (store, _) = store().await;
    let bench = Arc::new(Bench::with(0..20, 7));
    let running = start(&store, &bench, 3, SOON);
    until("three begun", || bench.begun.load(Ordering::SeqCst) == 3).await;
    bench.gate.add_permits(20);
    until("all done", || bench.done().len() == 20).await;
    running.stop().await;
    assert_eq!(bench.most.load(Ordering::SeqCst), 3);
    assert_eq!(bench.done(), (0..20).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_stop_ends_what_is_under_way_begins_nothing_and_gives_the_rest_back() {
    let (store, _) = store().await;
    let bench = Arc::new(Bench::with(0..10, 6));
    let running = start(&store, &bench, 2, SOON);
    until("two begun", || bench.begun.load(Ordering::SeqCst) == 2).await;
    running.shutdown.cancel();
    tokio::time::sleep(Duration::from_millis(30)).await;
    assert!(!running.ended.is_finished(), "what is under way is waited for");
    bench.gate.add_permits(10);
    running.stop().await;
    assert_eq!(bench.done(), [0, 1]);
    assert_eq!(*bench.returned.lock().expect("returned"), [2, 3, 4, 5]);
    assert_eq!(bench.looks.load(Ordering::SeqCst), 1, "nothing was claimed after the stop");
}

#[tokio::test]
async fn what_outlasts_the_drain_does_not_hold_the_process() {
    let (store, _) = store().await;
    let bench = Arc::new(Bench::with([1], 1));
    let running = start(&store, &bench, 1, Duration::from_millis(50));
    until("begun", || bench.begun.load(Ordering::SeqCst) == 1).await;
    running.stop().await;
    assert!(bench.done().is_empty());
}

#[tokio::test]
async fn a_panic_costs_neither_the_worker_nor_its_place_nor_a_neighbour() {
    let (store, _) = store().await;
    let bench = Arc::new(Bench { panics: [0, 1, 2, 5].into(), ..Bench::with(0..8, 4) });
    bench.gate.add_permits(8);
    let running = start(&store, &bench, 1, SOON);
    until("the neighbours are done", || bench.done() == [3, 4, 6, 7]).await;
    running.stop().await;
    assert_eq!(bench.begun.load(Ordering::SeqCst), 8);
}

#[tokio::test]
async fn a_wake_up_does_not_wait_for_the_poll() {
    let (store, _) = store().await;
    let bench = Arc::new(Bench::with([], 1));
    bench.gate.add_permits(1);
    let running = start(&store, &bench, 1, SOON);
    until("looked once", || bench.looks.load(Ordering::SeqCst) == 1).await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    bench.due.lock().expect("due").push_back(7);
    assert!(bench.done().is_empty(), "the poll is an hour away");
    let tx = store.write().await.expect("tx");
    tx.wakes_worker();
    tx.commit().await.expect("commit");
    until("done", || bench.done() == [7]).await;
    running.stop().await;
}

#[tokio::test]
async fn deliveries_given_back_are_due_at_once_and_have_not_crashed() {
    let (store, _) = store().await;
    fill(&store, 3).await;
    let (ours, theirs) = (dispatcher(&store), dispatcher(&store));
    let mut claimed = ours.claim().await.expect("claimed");
    assert_eq!(claimed.len(), 3);
    assert!(theirs.claim().await.expect("asked").is_empty());
    let rest = claimed.split_off(1);
    let ids = ids_of(&rest);
    theirs.give_back(claimed).await.expect("not theirs to give");
    assert!(theirs.claim().await.expect("asked").is_empty());
    ours.give_back(rest).await.expect("given back");
    let again = theirs.claim().await.expect("claimed");
    assert_eq!(ids_of(&again), ids);
    assert!(again.iter().all(|claimed| claimed.row.crashes == 0));
}

fn ids_of(claimed: &[Claimed]) -> Vec<Uuid> {
    claimed.iter().map(|claimed| claimed.row.id).collect()
}

#[tokio::test]
async fn what_a_process_may_have_died_of_is_claimed_alone_and_once_recorded_is_beyond_suspicion() {
    let (store, clock) = store().await;
    let ids = fill(&store, 3).await;
    let lease = DispatchSettings::default().lease;
    // Of the first process nothing is heard again.
    std::mem::forget(dispatcher(&store).claim().await.expect("claimed"));
    clock.advance(lease);
    let next = dispatcher(&store);
    for id in &ids {
        let suspect = next.claim().await.expect("claimed");
        assert_eq!(ids_of(&suspect), [*id]);
        assert_eq!(suspect[0].row.crashes, 1);
        let neighbour = tokio::time::timeout(Duration::from_millis(50), next.claim()).await;
        assert!(neighbour.is_err(), "nothing is claimed beside a suspect");
        for one in suspect {
            next.handle(one).await;
        }
    }
    assert_eq!(open(&store).await, 0);
}

#[tokio::test]
async fn a_suspect_waits_for_what_is_in_hand() {
    let (store, clock) = store().await;
    let ids = fill(&store, 2).await;
    let first = DispatchSettings { batch: 1, ..DispatchSettings::default() };
    let doomed = Dispatcher::new(store.clone(), Arc::new(Transports::nowhere()), first);
    std::mem::forget(doomed.claim().await.expect("claimed"));
    let next = dispatcher(&store);
    let in_hand = next.claim().await.expect("claimed");
    assert_eq!(ids_of(&in_hand), [ids[1]]);
    clock.advance(DispatchSettings::default().lease / 2);
    next.renew().await.expect("renewed");
    clock.advance(DispatchSettings::default().lease / 2);
    assert!(tokio::time::timeout(Duration::from_millis(50), next.claim()).await.is_err(), "something is in hand");
    drop(in_hand);
    assert_eq!(ids_of(&next.claim().await.expect("claimed")), [ids[0]]);
}

#[tokio::test]
async fn a_lease_that_the_clock_jumped_over_is_renewed_and_nobody_died() {
    let (store, clock) = store().await;
    let ids = fill(&store, 2).await;
    let working = dispatcher(&store);
    let in_hand = working.claim().await.expect("claimed");
    clock.advance(TimeDelta::hours(2));
    assert!(working.claim().await.expect("asked").is_empty());
    assert!(dispatcher(&store).claim().await.expect("asked").is_empty(), "the leases run again");
    assert_eq!(ids_of(&in_hand), ids);
    for one in in_hand {
        working.handle(one).await;
    }
    assert_eq!(open(&store).await, 0);
}

/// A dispatcher that stumbles over one delivery.
struct Stumbling {
    dispatcher: Dispatcher,
    over: Uuid,
}

impl Work for Stumbling {
    type Piece = Claimed;

    async fn take(&self) -> Result<Vec<Claimed>> {
        self.dispatcher.claim().await
    }

    async fn next_due(&self) -> Result<Option<DateTime<Utc>>> {
        self.dispatcher.next_due().await
    }

    async fn give_back(&self, pieces: Vec<Claimed>) -> Result<()> {
        self.dispatcher.give_back(pieces).await
    }

    async fn handle(&self, piece: Claimed) {
        assert_ne!(piece.row.id, self.over);
        self.dispatcher.handle(piece).await;
    }

    fn span(piece: &Claimed) -> Span {
        <Dispatcher as Work>::span(piece)
    }
}

#[tokio::test]
async fn a_delivery_that_panicked_comes_back_when_its_lease_ran_out_and_counts_a_crash() {
    let (store, clock) = store().await;
    let ids = fill(&store, 5).await;
    let stumbling = Arc::new(Stumbling { dispatcher: dispatcher(&store), over: ids[1] });
    let running = start(&store, &stumbling, 2, SOON);
    let neighbours = async {
        while open(&store).await != 1 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(SOON, neighbours).await.expect("the neighbours are settled");
    running.stop().await;
    let next = dispatcher(&store);
    assert!(next.claim().await.expect("asked").is_empty(), "the lease runs");
    clock.advance(DispatchSettings::default().lease);
    let claimed = next.claim().await.expect("claimed");
    assert_eq!(claimed.iter().map(|claimed| (claimed.row.id, claimed.row.crashes)).collect::<Vec<_>>(), [(ids[1], 1)]);
}

/// More than one batch, by plain turns and by the apalis workers.
#[tokio::test]
async fn turns_and_workers_both_empty_the_outbox() {
    let count = 120;
    let (plain, _) = store().await;
    fill(&plain, count).await;
    let turning = dispatcher(&plain);
    while turning.turn().await.expect("a turn") > 0 {}
    assert_eq!(open(&plain).await, 0);

    let (store, _) = store().await;
    fill(&store, count).await;
    let shutdown = CancellationToken::new();
    let running = tokio::spawn(crate::run(
        store.clone(),
        Planner::new(store.clone()),
        dispatcher(&store),
        NEVER,
        shutdown.clone(),
    ));
    let asking = dispatcher(&store);
    // By the index: counting rows would keep the one connection from those who work.
    let emptied = async {
        while asking.next_due().await.expect("asked").is_some() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(SOON * 6, emptied).await.expect("emptied");
    assert_eq!(open(&store).await, 0);
    shutdown.cancel();
    tokio::time::timeout(SOON, running).await.expect("ended in time").expect("no panic");
}
