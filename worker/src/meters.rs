//! What the worker counts for whoever watches it: numbers by job and channel, never by person. What
//! happens on a scratch database is not counted: it happens to nobody.

use chrono::{DateTime, Utc};
use domain::words::{Job, Outcome};
use prometheus::{
    HistogramVec, IntCounterVec, IntGauge, IntGaugeVec, register_histogram_vec, register_int_counter_vec,
    register_int_gauge, register_int_gauge_vec,
};
use std::sync::LazyLock;
use storage::{Store, WriteTx};

/// A name that is registered twice is a mistake in this file, and found by whatever test runs first.
const REGISTERED_ONCE: &str = "each meter is registered once";

static SLOTS: LazyLock<IntCounterVec> = LazyLock::new(|| {
    register_int_counter_vec!("reconnect_slots_total", "Decisions written to the ledger.", &["job", "outcome"])
        .expect(REGISTERED_ONCE)
});

static ATTEMPTS: LazyLock<IntCounterVec> = LazyLock::new(|| {
    register_int_counter_vec!(
        "reconnect_delivery_attempts_total",
        "What deliveries came to, one by one; the reason is the outbox's code.",
        &["channel", "state", "reason"]
    )
    .expect(REGISTERED_ONCE)
});

static SENDING: LazyLock<HistogramVec> = LazyLock::new(|| {
    register_histogram_vec!(
        "reconnect_delivery_seconds",
        "From the claim to the recorded outcome of one delivery.",
        &["channel"],
        vec![0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0]
    )
    .expect(REGISTERED_ONCE)
});

static BEHIND: LazyLock<IntGaugeVec> = LazyLock::new(|| {
    register_int_gauge_vec!(
        "reconnect_behind_seconds",
        "How long the oldest due thing has waited, when its queue was looked at last.",
        &["queue"]
    )
    .expect(REGISTERED_ONCE)
});

static FAULTS: LazyLock<IntCounterVec> = LazyLock::new(|| {
    register_int_counter_vec!(
        "reconnect_worker_faults_total",
        "Turns that ended in an outage, and single rows that failed and wait.",
        &["queue"]
    )
    .expect(REGISTERED_ONCE)
});

static HELD: LazyLock<IntGauge> = LazyLock::new(|| {
    register_int_gauge!("reconnect_dispatch_held", "1 while nothing is sent after a restore, else 0.")
        .expect(REGISTERED_ONCE)
});

static DEAD: LazyLock<IntGauge> = LazyLock::new(|| {
    register_int_gauge!(
        "reconnect_dead_letters",
        "Deliveries that killed their process too often and wait for a person."
    )
    .expect(REGISTERED_ONCE)
});

/// The two things a worker looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Queue {
    Planner,
    Dispatch,
}

impl Queue {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Planner => "planner",
            Self::Dispatch => "dispatch",
        }
    }
}

/// Makes every meter known with its zero, so that an alert can tell "none" from "not there".
pub fn register() {
    for job in Job::ALL {
        for outcome in Outcome::ALL {
            SLOTS.with_label_values(&[job.as_str(), outcome.as_str()]).inc_by(0);
        }
    }
    for queue in [Queue::Planner, Queue::Dispatch] {
        BEHIND.with_label_values(&[queue.as_str()]).set(0);
        FAULTS.with_label_values(&[queue.as_str()]).inc_by(0);
    }
    HELD.set(0);
    DEAD.set(0);
    LazyLock::force(&ATTEMPTS);
    LazyLock::force(&SENDING);
}

pub(crate) fn decided(tx: &WriteTx, job: Job, outcome: Outcome) {
    if !tx.is_scratch() {
        SLOTS.with_label_values(&[job.as_str(), outcome.as_str()]).inc();
    }
}

pub(crate) fn attempted(tx: &WriteTx, channel: &str, state: &str, reason: &str) {
    if !tx.is_scratch() {
        ATTEMPTS.with_label_values(&[channel, state, reason]).inc();
    }
}

pub(crate) fn took(store: &Store, channel: &str, begun: DateTime<Utc>) {
    if !store.is_scratch() {
        let took = (store.clock.now() - begun).as_seconds_f64();
        SENDING.with_label_values(&[channel]).observe(took.max(0.0));
    }
}

/// `oldest`: since when the oldest due thing has been due; none where nothing is.
pub(crate) fn behind(store: &Store, queue: Queue, oldest: Option<DateTime<Utc>>) {
    if !store.is_scratch() {
        let seconds = oldest.map_or(0, |oldest| (store.clock.now() - oldest).num_seconds());
        BEHIND.with_label_values(&[queue.as_str()]).set(seconds.max(0));
    }
}

pub(crate) fn held(store: &Store, held: bool) {
    if !store.is_scratch() {
        HELD.set(held.into());
    }
}

pub(crate) fn dead(store: &Store, count: u64) {
    if !store.is_scratch() {
        DEAD.set(i64::try_from(count).unwrap_or(i64::MAX));
    }
}

pub(crate) fn failed(store: &Store, queue: Queue) {
    if !store.is_scratch() {
        FAULTS.with_label_values(&[queue.as_str()]).inc();
    }
}
