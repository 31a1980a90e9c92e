//! Stops a channel that is answered as if its key, topic or environment were wrong, before it
//! reaches more devices. Nothing is deleted by it and nothing is lost: orders wait.

use super::outcome::{Outcome, Verdict};
use chrono::{DateTime, TimeDelta, Utc};
use domain::clock::Clock;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::Notify;

/// Suspect answers in a row that open the breaker.
pub const THRESHOLD: u32 = 10;
/// How long nothing is sent before one order is let through as a probe.
pub const REST: TimeDelta = TimeDelta::minutes(5);

/// One breaker per channel and topic.
#[derive(Debug)]
pub struct Breaker {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    settled: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// Suspect answers since the last healthy one.
    streak: u32,
    in_flight: u32,
    /// The last answer was healthy. Until there is one, and after each suspect answer, no more
    /// orders are under way than it takes to reach the threshold: a cold storm of a thousand sends
    /// with a wrong key reaches ten devices and not all of them.
    proven: bool,
    opened_at: Option<DateTime<Utc>>,
    probing: bool,
}

impl Breaker {
    /// A closed breaker.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, state: Mutex::default(), settled: Notify::new() }
    }

    /// Whether sending is stopped. Not so once the rest is over: a probe must get past the gate.
    pub fn is_open(&self) -> bool {
        self.rest_left(&mut self.state()).is_some()
    }

    /// Leave to send one order. Waits while the channel is unproven and enough orders are under
    /// way to settle the question.
    ///
    /// # Errors
    /// While open: how long to wait.
    pub(super) async fn admit(&self) -> Result<Admission<'_>, Duration> {
        loop {
            let settled = self.settled.notified();
            tokio::pin!(settled);
            // Registered before the state is read: an answer that arrives in between wakes us.
            settled.as_mut().enable();
            if let Some(answer) = self.try_admit() {
                return answer;
            }
            settled.await;
        }
    }

    fn try_admit(&self) -> Option<Result<Admission<'_>, Duration>> {
        let mut state = self.state();
        if let Some(rest) = self.rest_left(&mut state) {
            return Some(Err(rest));
        }
        if state.opened_at.is_some() {
            if state.probing {
                return Some(Err(Duration::from_secs(1)));
            }
            state.probing = true;
        } else if !state.proven && state.in_flight + state.streak >= THRESHOLD {
            return None;
        }
        state.in_flight += 1;
        Some(Ok(Admission { breaker: self, probe: state.probing, verdict: Verdict::Unrelated }))
    }

    /// The rest that is left; none when it is over or was never begun. When the clock was set back
    /// the rest begins anew, so that it never lasts longer than one.
    fn rest_left(&self, state: &mut State) -> Option<Duration> {
        let now = self.clock.now();
        let opened_at = state.opened_at?.min(now);
        state.opened_at = Some(opened_at);
        (opened_at + REST - now).to_std().ok().filter(|left| !left.is_zero())
    }

    fn settle(&self, verdict: Verdict, probe: bool) {
        let mut state = self.state();
        state.in_flight = state.in_flight.saturating_sub(1);
        match verdict {
            Verdict::Healthy => {
                state.streak = 0;
                state.proven = true;
                if probe {
                    state.opened_at = None;
                }
            }
            Verdict::Suspect => {
                state.streak = state.streak.saturating_add(1);
                state.proven = false;
                let just_opened = state.opened_at.is_none() && state.streak >= THRESHOLD;
                if probe || just_opened {
                    state.opened_at = Some(self.clock.now());
                }
            }
            Verdict::Unrelated => {}
        }
        if probe {
            state.probing = false;
        }
        drop(state);
        self.settled.notify_waiters();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// One order under way. Dropped without an outcome (the send was cancelled) it counts for nothing.
#[derive(Debug)]
pub(super) struct Admission<'a> {
    breaker: &'a Breaker,
    probe: bool,
    verdict: Verdict,
}

impl Admission<'_> {
    /// Records what came of it.
    pub(super) fn settle(mut self, outcome: Outcome) -> Outcome {
        self.verdict = outcome.verdict();
        outcome
    }
}

impl Drop for Admission<'_> {
    fn drop(&mut self) {
        self.breaker.settle(self.verdict, self.probe);
    }
}

#[cfg(test)]
mod tests {
    use super::super::outcome::Reason;
    use super::*;
    use domain::clock::VirtualClock;

    fn breaker() -> (VirtualClock, Breaker) {
        let clock = VirtualClock::at(DateTime::UNIX_EPOCH + TimeDelta::days(20_000));
        (clock.clone(), Breaker::new(Arc::new(clock)))
    }

    fn sent() -> Outcome {
        Outcome::Sent { receipt: None }
    }

    async fn send(breaker: &Breaker, outcome: Outcome) -> bool {
        match breaker.admit().await {
            Ok(admission) => {
                admission.settle(outcome);
                true
            }
            Err(_) => false,
        }
    }

    #[tokio::test]
    async fn ten_suspect_answers_in_a_row_open_it_and_a_healthy_one_starts_the_count_anew() {
        let (_, breaker) = breaker();
        let bad = || Outcome::give_up(Reason::BadDeviceToken);
        for _ in 0..9 {
            assert!(send(&breaker, bad()).await);
        }
        assert!(send(&breaker, sent()).await);
        for _ in 0..9 {
            assert!(send(&breaker, bad()).await);
        }
        assert!(!breaker.is_open());
        assert!(send(&breaker, Outcome::retry(Reason::ServerError)).await, "the gateway's load is no verdict");
        assert!(send(&breaker, bad()).await);
        assert!(breaker.is_open());
        assert!(!send(&breaker, sent()).await);
    }

    #[tokio::test]
    async fn after_the_rest_one_probe_decides() {
        let (clock, breaker) = breaker();
        for _ in 0..THRESHOLD {
            send(&breaker, Outcome::misconfigured(Reason::ProviderTokenRefused)).await;
        }
        clock.advance(REST - TimeDelta::seconds(1));
        assert_eq!(breaker.admit().await.expect_err("open"), Duration::from_secs(1));
        clock.advance(TimeDelta::seconds(1));
        assert!(!breaker.is_open());

        let probe = breaker.admit().await.expect("half-open");
        assert!(breaker.admit().await.is_err(), "one probe at a time");
        probe.settle(Outcome::misconfigured(Reason::ProviderTokenRefused));
        assert!(breaker.is_open());

        clock.advance(REST);
        drop(breaker.admit().await.expect("half-open"));
        assert!(send(&breaker, sent()).await, "a cancelled probe leaves room for the next");
        assert!(send(&breaker, sent()).await);
        assert!(!breaker.is_open());
    }

    #[tokio::test]
    async fn a_cold_storm_has_only_ten_under_way() {
        let (_, breaker) = breaker();
        let mut under_way = Vec::new();
        for _ in 0..THRESHOLD {
            under_way.push(breaker.admit().await.expect("closed"));
        }
        assert!(tokio::time::timeout(Duration::from_millis(20), breaker.admit()).await.is_err());
        under_way.pop().expect("one").settle(sent());
        for _ in 0..100 {
            under_way.push(breaker.admit().await.expect("proven"));
        }
    }

    #[tokio::test]
    async fn a_clock_set_back_does_not_keep_it_open_for_long() {
        let (clock, breaker) = breaker();
        for _ in 0..THRESHOLD {
            send(&breaker, Outcome::misconfigured(Reason::SenderMismatch)).await;
        }
        clock.advance(-TimeDelta::days(1));
        assert_eq!(breaker.admit().await.expect_err("open"), Duration::from_secs(300));
        clock.advance(REST);
        assert!(send(&breaker, sent()).await);
    }
}
