//! When a delivery that did not go through is tried again, per channel. The outcome is a value for
//! the delivery's own row: no queue's backoff has a say.

use chrono::{DateTime, TimeDelta, Utc};
use std::time::Duration;

/// Why the attempt did not go through, as far as it decides when to try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setback {
    /// We send too much (HTTP 429).
    Throttled { retry_after: Option<Duration> },
    /// The other side or the way to it failed, or nobody knows whether it arrived: HTTP 5xx, SMTP
    /// 4xx, a connection that broke, a timeout after DATA.
    Unavailable { retry_after: Option<Duration> },
}

/// What a delivery has behind it and how long it is of use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempts {
    /// Attempts made, the one that just failed among them (from 1).
    pub made: u32,
    pub first_at: DateTime<Utc>,
    /// The end of its useful life; nothing is sent at or after it.
    pub expires_at: DateTime<Utc>,
}

/// What becomes of the delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    At(DateTime<Utc>),
    GiveUp,
}

/// How long a channel rests when it was throttled without being told for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Throttled {
    For(TimeDelta),
    /// Longer with each attempt.
    AtLeast(TimeDelta),
    AsUnavailable,
}

/// How one channel is retried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    first_wait: TimeDelta,
    longest_wait: TimeDelta,
    throttled: Throttled,
    stop_after: Option<TimeDelta>,
    jittered: bool,
}

/// Being told to come back at once must not become a loop.
const SHORTEST_WAIT: TimeDelta = TimeDelta::seconds(1);

const A_MINUTE: TimeDelta = TimeDelta::minutes(1);

const PUSH: RetryPolicy = RetryPolicy {
    first_wait: TimeDelta::seconds(10),
    longest_wait: TimeDelta::minutes(15),
    throttled: Throttled::For(A_MINUTE),
    stop_after: Some(TimeDelta::minutes(60)),
    jittered: true,
};

impl RetryPolicy {
    /// 429: `Retry-After`, else 60 s. 5xx: exponential from at least 10 s, with jitter. Nothing
    /// later than 60 minutes after the first attempt.
    pub const fn fcm() -> Self {
        PUSH
    }

    /// As FCM, until the end of the useful life: Apple asks for backing off and gives no figures. A day without Apple is
    /// caught up with where it still matters.
    pub const fn apns() -> Self {
        RetryPolicy { stop_after: None, throttled: Throttled::AtLeast(A_MINUTE), ..PUSH }
    }

    /// As FCM, which is also the push service of most browsers.
    pub const fn web_push() -> Self {
        PUSH
    }

    /// 1 minute, doubling to at most 30, until the end of the useful life. Without jitter: the
    /// pool bounds how many mails meet the server at once.
    pub const fn smtp() -> Self {
        RetryPolicy {
            first_wait: TimeDelta::minutes(1),
            longest_wait: TimeDelta::minutes(30),
            throttled: Throttled::AsUnavailable,
            stop_after: None,
            jittered: false,
        }
    }

    /// When to try again. `jitter` is drawn by the caller from [0, 1); what lies outside is taken
    /// as the nearest inside.
    pub fn next_attempt(&self, now: DateTime<Utc>, attempts: Attempts, setback: Setback, jitter: f64) -> Next {
        let backoff = self.backoff(attempts.made, jitter);
        let wait = match setback {
            Setback::Throttled { retry_after: Some(told) } => asked_for(told),
            Setback::Throttled { retry_after: None } => Some(match self.throttled {
                Throttled::For(wait) => wait,
                Throttled::AtLeast(wait) => wait.max(backoff),
                Throttled::AsUnavailable => backoff,
            }),
            Setback::Unavailable { retry_after } => {
                retry_after.map_or(Some(backoff), |told| asked_for(told).map(|told| told.max(backoff)))
            }
        };
        let last = self.stop_after.and_then(|stop| attempts.first_at.checked_add_signed(stop));
        match wait.and_then(|wait| now.checked_add_signed(wait.max(SHORTEST_WAIT))) {
            Some(at) if at < attempts.expires_at && last.is_none_or(|last| at <= last) => Next::At(at),
            _ => Next::GiveUp,
        }
    }

    /// The first wait doubled with each attempt, at most the longest. Jitter only ever lengthens
    /// it, up to double, so that the floor holds.
    fn backoff(&self, made: u32, jitter: f64) -> TimeDelta {
        let doublings = made.saturating_sub(1).min(30);
        let wait = self.first_wait.checked_mul(1 << doublings).unwrap_or(self.longest_wait).min(self.longest_wait);
        let share = if self.jittered && jitter.is_finite() { jitter.clamp(0.0, 1.0) } else { 0.0 };
        let extra = Duration::from_secs(wait.num_seconds().unsigned_abs()).mul_f64(share);
        wait + TimeDelta::from_std(extra).unwrap_or_default()
    }
}

/// `None` when it lies beyond any time that can be written.
fn asked_for(retry_after: Duration) -> Option<TimeDelta> {
    TimeDelta::from_std(retry_after).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;
    const UNAVAILABLE: Setback = Setback::Unavailable { retry_after: None };
    const THROTTLED: Setback = Setback::Throttled { retry_after: None };

    fn attempts(made: u32) -> Attempts {
        Attempts { made, first_at: NOW, expires_at: NOW + TimeDelta::hours(24) }
    }

    fn wait(policy: RetryPolicy, made: u32, setback: Setback, jitter: f64) -> i64 {
        match policy.next_attempt(NOW, attempts(made), setback, jitter) {
            Next::At(at) => (at - NOW).num_seconds(),
            Next::GiveUp => -1,
        }
    }

    #[test]
    fn pushes_back_off_from_ten_seconds() {
        for policy in [RetryPolicy::fcm(), RetryPolicy::apns()] {
            let plain: Vec<_> = (1..=9).map(|made| wait(policy, made, UNAVAILABLE, 0.0)).collect();
            assert_eq!(plain, [10, 20, 40, 80, 160, 320, 640, 900, 900]);
            assert_eq!(wait(policy, 1, UNAVAILABLE, 0.5), 15);
            assert_eq!(wait(policy, u32::MAX, UNAVAILABLE, 0.0), 900);
        }
    }

    #[test]
    fn throttling_is_taken_at_its_word() {
        let told = |seconds| Some(Duration::from_secs(seconds));
        for policy in [RetryPolicy::fcm(), RetryPolicy::apns()] {
            assert_eq!(wait(policy, 1, THROTTLED, 0.9), 60);
            assert_eq!(wait(policy, 4, Setback::Throttled { retry_after: told(7) }, 0.9), 7);
            assert_eq!(wait(policy, 1, Setback::Throttled { retry_after: told(0) }, 0.0), 1);
            assert_eq!(wait(policy, 1, Setback::Throttled { retry_after: told(3_600) }, 0.0), 3_600);
            assert_eq!(wait(policy, 1, Setback::Throttled { retry_after: told(u64::MAX) }, 0.0), -1);
            assert_eq!(wait(policy, 1, Setback::Unavailable { retry_after: told(3) }, 0.0), 10);
            assert_eq!(wait(policy, 1, Setback::Unavailable { retry_after: told(120) }, 0.0), 120);
        }
        let later = |policy| wait(policy, 6, THROTTLED, 0.0);
        assert_eq!(
            (later(RetryPolicy::fcm()), later(RetryPolicy::web_push()), later(RetryPolicy::apns())),
            (60, 60, 320)
        );
        let told = Setback::Throttled { retry_after: told(3_601) };
        assert_eq!((wait(RetryPolicy::fcm(), 1, told, 0.0), wait(RetryPolicy::apns(), 1, told, 0.0)), (-1, 3_601));
    }

    #[test]
    fn mail_waits_a_minute_then_twice_as_long_up_to_half_an_hour() {
        let minutes: Vec<_> = (1..=8).map(|made| wait(RetryPolicy::smtp(), made, UNAVAILABLE, 0.7) / 60).collect();
        assert_eq!(minutes, [1, 2, 4, 8, 16, 30, 30, 30]);
        assert_eq!(wait(RetryPolicy::smtp(), 2, THROTTLED, 0.0), 120);
    }

    #[test]
    fn nothing_is_tried_at_or_after_its_end() {
        let until = |seconds| Attempts { expires_at: NOW + TimeDelta::seconds(seconds), ..attempts(1) };
        let smtp = RetryPolicy::smtp();
        assert_eq!(smtp.next_attempt(NOW, until(60), UNAVAILABLE, 0.0), Next::GiveUp);
        assert_eq!(smtp.next_attempt(NOW, until(61), UNAVAILABLE, 0.0), Next::At(NOW + TimeDelta::seconds(60)));
        assert_eq!(smtp.next_attempt(DateTime::<Utc>::MAX_UTC, attempts(1), UNAVAILABLE, 0.0), Next::GiveUp);
    }

    proptest! {
        #[test]
        fn waits_have_a_floor_and_an_end(made in 1u32..200, jitter in proptest::num::f64::ANY, spent in 0i64..4_000, life in 0i64..90_000) {
            let now = NOW + TimeDelta::seconds(spent);
            let attempts = Attempts { made, first_at: NOW, expires_at: NOW + TimeDelta::seconds(life) };
            for (policy, floor, stop) in [(RetryPolicy::fcm(), 10, 3_600), (RetryPolicy::apns(), 10, i64::MAX), (RetryPolicy::smtp(), 60, i64::MAX)] {
                if let Next::At(at) = policy.next_attempt(now, attempts, UNAVAILABLE, jitter) {
                    prop_assert!((at - now).num_seconds() >= floor);
                    prop_assert!(at < attempts.expires_at);
                    prop_assert!((at - NOW).num_seconds() <= stop);
                }
            }
        }

        /// Left to themselves, retries end: a push by FCM within the hour, others with their useful life.
        #[test]
        fn every_chain_ends(jitter in 0.0f64..1.0, throttled in any::<bool>()) {
            let setback = if throttled { THROTTLED } else { UNAVAILABLE };
            for policy in [RetryPolicy::fcm(), RetryPolicy::apns(), RetryPolicy::smtp()] {
                let mut now = NOW;
                let mut made = 1;
                while let Next::At(at) = policy.next_attempt(now, attempts(made), setback, jitter) {
                    prop_assert!(at > now);
                    now = at;
                    made += 1;
                    prop_assert!(made < 150);
                }
                prop_assert!(made > 1);
            }
        }
    }
}
