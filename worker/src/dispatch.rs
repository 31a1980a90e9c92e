//! Dispatch: claim a batch (short transaction) → reload and pass the gate again → send → record.
//! At least once: after a crash the same delivery comes back under the same collapse id or
//! Message-ID, and the receiver folds it.

mod gate;
mod record;

use self::gate::{Cleared, Way};
use self::record::Made;
use crate::hand::{Claimed, Hand};
use crate::kill_point::{self, Point};
use crate::meters::{self, Queue};
use crate::patience::Patience;
use crate::together::Together;
use crate::transport::{LockScreenLine, MailOrder, Outcome as Sending, PushOrder, Transports};
use chrono::{DateTime, TimeDelta, Utc};
use domain::backoff::{Attempts, Next, RetryPolicy, Setback};
use domain::ids::{AccountId, DeviceId};
use domain::wording::{DigestMail, Link, Push, Wording};
use domain::words::{Channel, DeliveryState, Job, Language, LockScreen, Platform};
use futures::StreamExt as _;
use mobile_contract::push::PushAction;
use secrecy::SecretString;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use storage::deliveries::{self, Attempt, MOST_CRASHES};
use storage::facts::Answered;
use storage::{Result, StorageError, Store, instance, rows, trace};
use tracing::field::Empty;
use tracing::{Instrument as _, Span};
use uuid::Uuid;

/// While a channel's breaker is open, its deliveries wait this long between looks.
const BREAKER_PAUSE: TimeDelta = TimeDelta::minutes(1);

/// So many deliveries are asked about, or recorded, in one transaction.
const TOGETHER: usize = 256;

/// Settings of one worker process.
#[derive(Clone, Debug)]
pub struct DispatchSettings {
    /// Deliveries claimed at once.
    pub batch: u64,
    /// Sends under way at once.
    pub concurrency: usize,
    /// How long a claim stands before another worker may take it up. A living worker renews it.
    pub lease: TimeDelta,
    /// How long what is under way may take to end once the worker is to stop.
    pub drain: Duration,
    /// Where people reach the server, for the link in the digest mail.
    pub public_url: String,
}

impl Default for DispatchSettings {
    fn default() -> Self {
        Self {
            batch: 256,
            concurrency: 128,
            lease: TimeDelta::seconds(20),
            drain: Duration::from_secs(20),
            public_url: "http://127.0.0.1:8080".into(),
        }
    }
}

/// Sends what is due.
#[derive(Debug)]
pub struct Dispatcher {
    store: Store,
    transports: Arc<Transports>,
    settings: DispatchSettings,
    wording: Wording,
    /// Fresh for every start: a name used again after a SIGKILL would strand what it held.
    worker: Uuid,
    hand: Hand,
    /// Set while nobody knows whether a claim went through: what it took is in nobody's hand.
    astray: AtomicBool,
    asking: Together<rows::Delivery, Way>,
    recording: Together<Made, ()>,
}

impl Dispatcher {
    pub fn new(store: Store, transports: Arc<Transports>, settings: DispatchSettings) -> Self {
        let worker = store.new_id();
        Self {
            asking: Together::new(TOGETHER),
            recording: Together::new(TOGETHER),
            store,
            transports,
            settings,
            wording: Wording::built_in(),
            worker,
            hand: Hand::default(),
            astray: AtomicBool::new(false),
        }
    }

    /// Claims and handles one batch; tells how many deliveries that was.
    pub async fn turn(&self) -> Result<usize> {
        let claimed = self.claim().await?;
        let count = claimed.len();
        if self.settings.concurrency == 1 {
            for claimed in claimed {
                self.handle(claimed).await;
            }
        } else {
            futures::stream::iter(claimed).for_each_concurrent(self.settings.concurrency, |one| self.handle(one)).await;
        }
        Ok(count)
    }

    /// Claims up to one batch of what is due; nothing while dispatch is held.
    ///
    /// What a process may have died of is claimed alone and handled alone, so that it takes no neighbour with it a
    /// second time: this waits until nothing else is in hand, and while it is in hand claims nothing.
    pub async fn claim(&self) -> Result<Vec<Claimed>> {
        let held = self.answered(async { Ok(instance::dispatch_hold(self.store.read()).await?.on) }).await?;
        meters::held(&self.store, held);
        if held {
            return Ok(Vec::new());
        }
        self.hand.without_suspect().await;
        let now = self.store.clock.now();
        let first = self.answered(deliveries::first_due(self.store.read(), now)).await?;
        let Some(first) = first else { return Ok(Vec::new()) };
        if self.hand.holds(first.id) {
            // The clock jumped over the lease; nobody died.
            self.renew().await?;
            return Ok(Vec::new());
        }
        let suspect = deliveries::is_suspect(&first);
        if suspect {
            self.hand.emptied().await;
        }
        let claimed = self.answered(self.take(suspect)).await;
        match &claimed {
            Ok(_) => self.astray.store(false, Ordering::Relaxed),
            Err(StorageError::Unavailable(_)) => self.astray.store(true, Ordering::Relaxed),
            Err(_) => {}
        }
        let claimed = self.hand.take(claimed?, suspect);
        if let Some(first) = claimed.first() {
            kill_point::pass(Point::Claimed, first.row.id);
        }
        Ok(claimed)
    }

    async fn take(&self, suspect: bool) -> Result<Vec<rows::Delivery>> {
        let tx = self.store.write().await?;
        let (now, lease) = (self.store.clock.now(), self.settings.lease);
        if self.astray.load(Ordering::Relaxed) {
            deliveries::give_back_all_but(&tx, self.worker, &self.hand.ids(), now).await?;
        }
        let claimed = if suspect {
            deliveries::claim_suspect(&tx, self.worker, lease, now).await?
        } else {
            deliveries::claim(&tx, self.worker, lease, self.settings.batch, now).await?
        };
        tx.commit().await?;
        Ok(claimed)
    }

    /// See [`Store::while_it_answers`].
    fn answered<T>(&self, asked: impl Future<Output = Result<T>> + Send) -> impl Future<Output = Result<T>> + Send {
        self.store.while_it_answers(asked)
    }

    /// Lets the leases of what is in hand run on.
    pub async fn renew(&self) -> Result<()> {
        let ids = self.hand.ids();
        if ids.is_empty() {
            return Ok(());
        }
        self.answered(async {
            let tx = self.store.write().await?;
            deliveries::renew(&tx, self.worker, &ids, self.store.clock.now() + self.settings.lease).await?;
            tx.commit().await
        })
        .await
    }

    /// Gives back claimed deliveries that were not begun: they are due again at once.
    pub async fn give_back(&self, claimed: Vec<Claimed>) -> Result<()> {
        let ids: Vec<Uuid> = claimed.iter().map(|claimed| claimed.row.id).collect();
        self.give_back_these(&ids).await
    }

    async fn give_back_these(&self, ids: &[Uuid]) -> Result<()> {
        self.answered(async {
            let tx = self.store.write().await?;
            deliveries::give_back(&tx, self.worker, ids, self.store.clock.now()).await?;
            tx.commit().await
        })
        .await
    }

    /// So often leases are renewed: a look that fails is made up for before they run out.
    pub(crate) fn renewal(&self) -> Duration {
        (self.settings.lease / 4).to_std().unwrap_or(Duration::from_secs(1))
    }

    pub(crate) const fn drain(&self) -> Duration {
        self.settings.drain
    }

    /// At least one, or nothing would ever be sent.
    pub(crate) const fn concurrency(&self) -> usize {
        if self.settings.concurrency == 0 { 1 } else { self.settings.concurrency }
    }

    pub(crate) const fn worker(&self) -> Uuid {
        self.worker
    }

    /// When the next delivery becomes due.
    pub async fn next_due(&self) -> Result<Option<DateTime<Utc>>> {
        let next = self.answered(deliveries::next_due(self.store.read())).await?;
        meters::behind(&self.store, Queue::Dispatch, next);
        Ok(next)
    }

    /// One claimed delivery. An outage of the database gives it back; another failure leaves the claim to run out, and
    /// the delivery comes back.
    pub async fn handle(&self, claimed: Claimed) {
        let row = &claimed.row;
        let (id, channel, begun) = (row.id, row.channel.clone(), self.store.clock.now());
        let delivered = self.deliver(row).await;
        meters::took(&self.store, &channel, begun);
        if let Err(StorageError::Unavailable(error)) = &delivered {
            // Nobody died of it, and nothing was sent that is not recorded.
            meters::failed(&self.store, Queue::Dispatch);
            tracing::warn!(error, delivery.id = %id, "dispatch.outage");
            if let Err(error) = self.give_back_one(id).await {
                tracing::error!(error = %error, delivery.id = %id, "dispatch.failed");
            }
        } else if let Err(error) = delivered {
            meters::failed(&self.store, Queue::Dispatch);
            tracing::error!(error = %error, delivery.id = %id, "dispatch.failed");
        }
    }

    async fn deliver(&self, row: &rows::Delivery) -> Result<()> {
        if row.crashes >= MOST_CRASHES {
            tracing::error!(delivery.id = %row.id, "dispatch.dead_letter");
            return self.record(row, None, settled(DeliveryState::Dead, "gave_up", false)).await;
        }
        let asked = self.asking.ask(row.clone(), |rows| self.answered(self.ask_gate(rows)));
        match asked.instrument(step("gate")).await? {
            Way::Settle(attempt) => self.record(row, None, attempt).await,
            Way::Withdraw(notification, device) => {
                let withdrawn = self.push(row, &notification, device, PushAction::Withdraw, None);
                let attempt = withdrawn.instrument(step("send")).await?;
                self.record(row, None, attempt).await
            }
            Way::Send(cleared) => {
                kill_point::pass(Point::BeforeSend, row.id);
                let attempt = self.send(row, &cleared).instrument(step("send")).await?;
                kill_point::pass(Point::AfterSend, row.id);
                self.record(row, Some(&cleared.slot), attempt).await
            }
        }
    }

    /// What was sent is recorded however long the database is away, or it would be sent again.
    async fn record(&self, row: &rows::Delivery, slot: Option<&rows::Slot>, attempt: Attempt) -> Result<()> {
        let span = step("record");
        span.record("delivery.state", attempt.state.as_str());
        span.record("delivery.reason", attempt.reason.as_deref());
        let made = Made { row: row.clone(), slot: slot.cloned(), attempt };
        self.write_until_answered(&made).instrument(span).await
    }

    async fn write_until_answered(&self, made: &Made) -> Result<()> {
        let mut patience = Patience::default();
        loop {
            match self.recording.ask(made.clone(), |made| self.answered(self.write_down(made))).await {
                Err(StorageError::Unavailable(error)) => patience.wait(&error).await,
                ended => return ended,
            }
        }
    }

    async fn give_back_one(&self, id: Uuid) -> Result<()> {
        let mut patience = Patience::default();
        loop {
            match self.give_back_these(&[id]).await {
                Err(StorageError::Unavailable(error)) => patience.wait(&error).await,
                ended => return ended,
            }
        }
    }

    async fn send(&self, row: &rows::Delivery, cleared: &Cleared) -> Result<Attempt> {
        match row.channel.parse()? {
            // The card is there once the slot is settled; there is no gateway to ask.
            Channel::InApp => Ok(settled(DeliveryState::Sent, "due", true)),
            Channel::Push => {
                let line = self.line(&cleared.slot, &cleared.answered);
                self.push(row, &cleared.notification, cleared.device.clone(), PushAction::Wake, line).await
            }
            Channel::Email => self.mail(row, cleared).await,
        }
    }

    /// The lock-screen line, or none.
    fn line(&self, slot: &rows::Slot, answered: &Answered) -> Option<LockScreenLine> {
        let text = if slot.job == Job::Digest.as_str() {
            Some(Push::ProviderDigest)
        } else {
            Push::to_owner(answered.recipient.lock_screen.parse().unwrap_or(LockScreen::Neutral))
        }?;
        let body = self.wording.say(language(&answered.recipient), &text);
        Some(LockScreenLine { title: "Reconnect".to_owned(), body })
    }

    async fn push(
        &self,
        row: &rows::Delivery,
        notification: &rows::Notification,
        device: Option<rows::Device>,
        action: PushAction,
        line: Option<LockScreenLine>,
    ) -> Result<Attempt> {
        let Some(device) = device.filter(|device| device.gone_at.is_none()) else {
            return Ok(settled(DeliveryState::Cancelled, "token_gone", false));
        };
        // The newest person on a device owns it: a token that changed hands is not hers any more.
        if device.account_id != notification.recipient_id {
            return Ok(settled(DeliveryState::Cancelled, "token_gone", false));
        }
        let Some(token) = device.token.clone().and_then(|bytes| String::from_utf8(bytes).ok()) else {
            return Ok(settled(DeliveryState::Cancelled, "token_gone", false));
        };
        let platform: Platform = device.platform.parse()?;
        let environment = device.environment.parse()?;
        if self.transports.push_stopped(platform, environment) {
            return Ok(self.wait_for_breaker());
        }
        let order = PushOrder {
            delivery_id: row.id,
            opaque_id: notification.opaque_id,
            collapse_id: notification.collapse_id.clone(),
            action,
            token: SecretString::from(token),
            platform,
            environment,
            line,
            expires_at: notification.expires_at.max(self.store.clock.now() + TimeDelta::minutes(5)),
            registered_at: device.registered_at,
        };
        let outcome = self.transports.push(&order).await;
        if outcome.forgets(device.registered_at) {
            self.answered(async {
                let tx = self.store.write().await?;
                storage::sessions::forget_device(&tx, DeviceId(device.id), self.store.clock.now()).await?;
                tx.commit().await
            })
            .await?;
        }
        let policy = match platform {
            Platform::Fcm => RetryPolicy::fcm(),
            Platform::WebPush => RetryPolicy::web_push(),
            Platform::Apns | Platform::None => RetryPolicy::apns(),
        };
        Ok(self.attempt(row, notification, &outcome, policy))
    }

    async fn mail(&self, row: &rows::Delivery, cleared: &Cleared) -> Result<Attempt> {
        let Cleared { notification, slot, answered, counts, .. } = cleared;
        let Some(address) = answered.recipient.email.clone() else {
            return Ok(settled(DeliveryState::Cancelled, "switched_off", false));
        };
        if self.transports.mail_stopped() {
            return Ok(self.wait_for_breaker());
        }
        let recipient = AccountId(slot.recipient_id);
        let Some(counts) = counts else {
            return Ok(settled(DeliveryState::Cancelled, "nothing_to_say", false));
        };
        let base = self.settings.public_url.trim_end_matches('/');
        let link = |path: String| {
            Link::new(format!("{base}{path}")).map_err(|_| StorageError::Corrupt("server.public_url".into()))
        };
        let unsubscribe =
            link(format!("/v1/unsubscribe/{}", storage::unsubscribe::token(self.store.sealer.master(), recipient)))?;
        let words = self.wording.digest_mail(
            language(&answered.recipient),
            &DigestMail {
                waiting_for_reply: counts.waiting,
                due_today: counts.due_today,
                overdue: counts.overdue,
                new: counts.new,
                long_reads: counts.long,
                next_consultation: counts.next_consultation,
                check_in_answers: counts.check_in_replies,
                tomorrows_check_ins: counts.tomorrows_check_ins,
                shared_changes: counts.shared_changes,
                reading_minutes: counts.minutes,
                link: link(mobile_contract::links::open_path(notification.opaque_id))?,
                unsubscribe: unsubscribe.clone(),
            },
        );
        let order = MailOrder {
            delivery_id: row.id,
            to: SecretString::from(address),
            subject: words.subject,
            text: words.text,
            html: words.html,
            unsubscribe_url: unsubscribe.as_str().to_owned(),
            language: language(&answered.recipient),
        };
        let outcome = self.transports.mail(&order).await;
        Ok(self.attempt(row, notification, &outcome, RetryPolicy::smtp()))
    }

    fn wait_for_breaker(&self) -> Attempt {
        Attempt {
            state: DeliveryState::Pending,
            reason: Some("breaker_open".to_owned()),
            next_attempt_at: Some(self.store.clock.now() + BREAKER_PAUSE),
            attempted: false,
        }
    }

    /// A transport's outcome as the outbox keeps it.
    fn attempt(
        &self,
        row: &rows::Delivery,
        notification: &rows::Notification,
        outcome: &Sending,
        policy: RetryPolicy,
    ) -> Attempt {
        let now = self.store.clock.now();
        let reason = outcome.reason().map(|reason| reason.as_str().to_owned());
        match outcome {
            Sending::Sent { .. } => settled(DeliveryState::Sent, "due", true),
            Sending::Retry { after, .. } => {
                let made = u32::try_from(row.attempts).unwrap_or(0) + 1;
                let attempts = Attempts {
                    made,
                    first_at: row.first_attempt_at.unwrap_or(now),
                    expires_at: notification.expires_at,
                };
                let throttled = outcome.reason().is_some_and(|reason| reason.as_str() == "throttled_by_gateway");
                let retry_after = *after;
                let setback =
                    if throttled { Setback::Throttled { retry_after } } else { Setback::Unavailable { retry_after } };
                match policy.next_attempt(now, attempts, setback, self.jitter()) {
                    Next::At(at) => {
                        Attempt { state: DeliveryState::Pending, reason, next_attempt_at: Some(at), attempted: true }
                    }
                    Next::GiveUp => settled(DeliveryState::Failed, "gave_up", true),
                }
            }
            // A person must put it right first; until then it waits, and the breaker opens.
            Sending::Misconfigured { .. } => Attempt {
                state: DeliveryState::Pending,
                reason,
                next_attempt_at: Some(now + BREAKER_PAUSE),
                attempted: true,
            },
            Sending::GiveUp { .. } | Sending::TokenGone { .. } => {
                Attempt { state: DeliveryState::Failed, reason, next_attempt_at: None, attempted: true }
            }
        }
    }

    fn jitter(&self) -> f64 {
        let mut bytes = [0; 4];
        self.store.entropy.fill(&mut bytes);
        f64::from(u32::from_le_bytes(bytes)) / (f64::from(u32::MAX) + 1.0)
    }
}

/// One step of a delivery, in its trace. What the step ends with is told by the last.
fn step(name: &'static str) -> Span {
    tracing::debug_span!(target: trace::TARGET, "step", otel.name = name, delivery.state = Empty, delivery.reason = Empty)
}

/// The language an account prefers most.
fn language(account: &rows::Account) -> Language {
    account.languages.split(',').find_map(|word| word.trim().parse().ok()).unwrap_or(Language::Nb)
}

fn settled(state: DeliveryState, reason: &str, attempted: bool) -> Attempt {
    Attempt { state, reason: Some(reason.to_owned()), next_attempt_at: None, attempted }
}
