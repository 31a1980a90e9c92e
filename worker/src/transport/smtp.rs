//! Mail over kept connections. lettre's pool bounds only what is idle; here a permit is a connection.

use super::breaker::Breaker;
use super::letter::{Letter, Letterhead};
use super::order::MailOrder;
use super::outcome::{Outcome, Reason};
use super::settings::{SettingsError, SmtpSettings};
use super::smtp_connection::{Connection, Dialler};
use chrono::{DateTime, TimeDelta, Utc};
use domain::clock::Clock;
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::sync::Semaphore;

/// Idle longer than this, a connection is asked whether it still lives before a mail is entrusted to it.
const TRUSTED_FOR: TimeDelta = TimeDelta::seconds(10);
/// Idle longer than this, it is closed: servers hang up after a minute or five.
const KEPT_FOR: TimeDelta = TimeDelta::seconds(50);

pub(super) struct Smtp {
    clock: Arc<dyn Clock>,
    dialler: Dialler,
    letterhead: Letterhead,
    permits: Semaphore,
    kept: Mutex<Vec<Kept>>,
    breaker: Breaker,
}

struct Kept {
    connection: Connection,
    since: DateTime<Utc>,
}

impl Kept {
    /// How long it has been idle, as far as a clock that may be set back can tell.
    fn idle(&self, now: DateTime<Utc>) -> TimeDelta {
        (now - self.since).abs()
    }
}

impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Smtp").field("dialler", &self.dialler).finish_non_exhaustive()
    }
}

impl Smtp {
    pub(super) fn new(settings: &SmtpSettings, clock: Arc<dyn Clock>) -> Result<Self, SettingsError> {
        if settings.connections == 0 {
            return Err(SettingsError::new("smtp.connections", "expected 1 or more"));
        }
        Ok(Self {
            dialler: Dialler::new(settings)?,
            letterhead: Letterhead::new(&settings.from, settings.dkim.as_ref())?,
            permits: Semaphore::new(settings.connections),
            kept: Mutex::default(),
            breaker: Breaker::new(Arc::clone(&clock)),
            clock,
        })
    }

    pub(super) const fn breaker(&self) -> &Breaker {
        &self.breaker
    }

    /// Signs in, asks for a NOOP and says goodbye.
    pub(super) async fn check(&self) -> Result<(), Outcome> {
        let mut connection = self.dialler.open().await?;
        let alive = connection.is_alive().await;
        connection.close().await;
        if alive { Ok(()) } else { Err(Outcome::retry(Reason::ConnectionLost)) }
    }

    pub(super) async fn send(&self, order: &MailOrder) -> Outcome {
        let letter = match self.letterhead.compose(order, self.clock.now()) {
            Ok(letter) => letter,
            Err(reason) => return Outcome::give_up(reason),
        };
        match self.breaker.admit().await {
            Ok(admission) => admission.settle(self.deliver(letter).await),
            Err(rest) => Outcome::Retry { after: Some(rest), reason: Reason::BreakerOpen },
        }
    }

    async fn deliver(&self, letter: Letter) -> Outcome {
        let Ok(_permit) = self.permits.acquire().await else {
            return Outcome::retry(Reason::ConnectionFailed);
        };
        if let Some(mut connection) = self.take_kept().await {
            match connection.deliver(&letter).await {
                Ok(()) => return self.sent(connection, letter),
                Err(refusal) if !refusal.stale => return self.not_sent(connection, refusal.outcome).await,
                // It died while it was kept; the mail had not begun.
                Err(_) => {}
            }
        }
        let mut connection = match self.dialler.open().await {
            Ok(connection) => connection,
            Err(outcome) => return outcome,
        };
        match connection.deliver(&letter).await {
            Ok(()) => self.sent(connection, letter),
            Err(refusal) => self.not_sent(connection, refusal.outcome).await,
        }
    }

    fn sent(&self, connection: Connection, letter: Letter) -> Outcome {
        self.kept().push(Kept { connection, since: self.clock.now() });
        Outcome::Sent { receipt: Some(letter.message_id) }
    }

    /// A dialogue that went wrong is not resumed.
    async fn not_sent(&self, connection: Connection, outcome: Outcome) -> Outcome {
        if !matches!(outcome.reason(), Some(Reason::TimedOut | Reason::ConnectionLost | Reason::OutcomeUnknown)) {
            connection.close().await;
        }
        outcome
    }

    /// The connection used last, if it still lives; those kept too long are let go.
    async fn take_kept(&self) -> Option<Connection> {
        loop {
            let now = self.clock.now();
            let (taken, outdated) = {
                let mut kept = self.kept();
                let outdated: Vec<Kept> = kept.extract_if(.., |it| it.idle(now) >= KEPT_FOR).collect();
                (kept.pop(), outdated)
            };
            for it in outdated {
                it.connection.close().await;
            }
            let mut taken = taken?;
            if taken.idle(now) < TRUSTED_FOR || taken.connection.is_alive().await {
                return Some(taken.connection);
            }
        }
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Kept>> {
        self.kept.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
