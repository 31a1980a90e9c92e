//! What the API counts for whoever watches it: by operation, never by person or path.

use chrono::TimeDelta;
use poem::http::StatusCode;
use prometheus::{HistogramVec, IntCounterVec, register_histogram_vec, register_int_counter_vec};
use std::sync::LazyLock;

/// A name that is registered twice is a mistake in this file, and found by whatever test runs first.
const REGISTERED_ONCE: &str = "each meter is registered once";

static CALLS: LazyLock<IntCounterVec> = LazyLock::new(|| {
    register_int_counter_vec!(
        "reconnect_calls_total",
        "Answered calls; the operation as the document names it, `none` where no operation was reached.",
        &["operation", "status"]
    )
    .expect(REGISTERED_ONCE)
});

static SECONDS: LazyLock<HistogramVec> = LazyLock::new(|| {
    register_histogram_vec!(
        "reconnect_call_seconds",
        "From the first byte of a call to its whole answer.",
        &["operation"],
        vec![0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0]
    )
    .expect(REGISTERED_ONCE)
});

/// Makes the meters known before the first call.
pub fn register() {
    LazyLock::force(&CALLS);
    LazyLock::force(&SECONDS);
}

pub(crate) fn answered(operation: &str, status: StatusCode, took: TimeDelta) {
    CALLS.with_label_values(&[operation, status.as_str()]).inc();
    SECONDS.with_label_values(&[operation]).observe(took.as_seconds_f64().max(0.0));
}
