//! The wait for a database that does not answer.

use std::time::Duration;

/// Between two tries, at first and at most.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// Waits longer from time to time.
#[derive(Debug, Default)]
pub(crate) struct Patience {
    last: Option<Duration>,
}

impl Patience {
    pub(crate) async fn wait(&mut self, error: &str) {
        tracing::warn!(error, "dispatch.waits_for_the_database");
        let pause = self.last.map_or(FIRST_PAUSE, |last| (last * 2).min(LONGEST_PAUSE));
        tokio::time::sleep(pause).await;
        self.last = Some(pause);
    }
}
