//! The gate asked again, on freshly loaded state: after the claim, before the send, for all that are about to go
//! out at the same moment in one transaction.

use super::{Dispatcher, settled};
use crate::digests;
use crate::planner::decided;
use chrono::{DateTime, Utc};
use domain::digest::DigestCounts;
use domain::gate::{self, Decision, Reason, Verdict};
use domain::ids::{AccountId, MessageId, RelationshipId, SlotId};
use domain::organisation_policy::Rules;
use domain::words::{Channel, DeliveryState, Job, Outcome};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use storage::briefing::{Briefing, Subject};
use storage::deliveries::{self, Attempt, WITHDRAW};
use storage::facts::{self, Answered, Question};
use storage::{Result, StorageError, WriteTx, acts, clocks, notices, rows, series, slots};
use uuid::Uuid;

/// A delivery that may go out, with what was read to decide so.
#[derive(Debug)]
pub(super) struct Cleared {
    pub notification: rows::Notification,
    pub slot: rows::Slot,
    pub device: Option<rows::Device>,
    /// How much the slot's digest says.
    pub counts: Option<DigestCounts>,
    pub answered: Answered,
}

/// What to do about one delivery.
#[derive(Debug)]
pub(super) enum Way {
    Send(Box<Cleared>),
    /// Take back what the device was shown: that passes no gate.
    Withdraw(Box<rows::Notification>, Option<rows::Device>),
    /// Record this and be done.
    Settle(Attempt),
}

/// The rows behind a batch of deliveries.
struct Behind {
    notifications: BTreeMap<Uuid, rows::Notification>,
    slots: BTreeMap<Uuid, rows::Slot>,
    series: BTreeMap<Uuid, rows::Series>,
    devices: BTreeMap<Uuid, rows::Device>,
    /// What the notices among them stand for and is still news.
    news: BTreeSet<Uuid>,
    /// Reply clocks of the overdue notices among them that are open.
    overdue: BTreeSet<Uuid>,
}

impl Behind {
    async fn of(tx: &WriteTx, claimed: &[rows::Delivery]) -> Result<Self> {
        let ids: Vec<Uuid> = claimed.iter().map(|row| row.notification_id).collect();
        let notifications = deliveries::notifications(&**tx, &ids).await?;
        let ids: Vec<Uuid> = notifications.values().filter_map(|row| row.slot_id).collect();
        let slots = slots::by_ids(&**tx, &ids).await?;
        let ids: Vec<Uuid> = slots.values().filter_map(|row| row.series_id).collect();
        let series = if ids.is_empty() { BTreeMap::new() } else { series::by_ids(&**tx, &ids).await? };
        let ids: Vec<Uuid> = claimed.iter().filter_map(|row| row.device_id).collect();
        let devices = if ids.is_empty() { BTreeMap::new() } else { deliveries::devices(&**tx, &ids).await? };
        let of = |job: Job| slots.values().filter(move |row| row.job == job.as_str());
        let items: Vec<MessageId> = of(Job::MessageNotice).flat_map(notices::items_of).map(MessageId).collect();
        let news = if items.is_empty() { Vec::new() } else { notices::news(&**tx, &items).await? };
        let ids: Vec<Uuid> = of(Job::OverdueNotice).map(|row| row.subject).collect();
        let overdue = if ids.is_empty() { BTreeSet::new() } else { clocks::open_among(&**tx, &ids).await? };
        Ok(Self { notifications, slots, series, devices, news: news.into_iter().map(|id| id.0).collect(), overdue })
    }

    fn series_of(&self, slot: &rows::Slot) -> Option<&rows::Series> {
        self.series.get(&slot.series_id?)
    }

    fn question<'a>(&'a self, slot: &'a rows::Slot, now: DateTime<Utc>) -> Result<Question<'a>> {
        let job: Job = slot.job.parse()?;
        Ok(Question {
            job,
            now,
            recipient: AccountId(slot.recipient_id),
            owner: slot.owner_id.map(AccountId),
            provider: slot.provider_id.map(AccountId),
            relationship: slot.relationship_id.map(RelationshipId),
            series: self.series_of(slot),
            slot: Some(SlotId(slot.id)),
            on_date: slot.on_date,
            number: slot.number,
            something_to_say: match job {
                Job::MessageNotice => Some(notices::items_of(slot).iter().any(|id| self.news.contains(id))),
                Job::OverdueNotice => Some(self.overdue.contains(&slot.subject)),
                // Built once nothing else keeps it back: what is built counts as listed.
                Job::Digest => Some(true),
                Job::CheckIn | Job::PlanReview | Job::AgreementRound | Job::ResponseReminder => None,
            },
        })
    }
}

/// What the gate said of one slot.
struct Judged {
    answered: Answered,
    verdict: Verdict,
    /// How much its digest says.
    counts: Option<DigestCounts>,
}

impl Dispatcher {
    /// Asks about each of `claimed`, and writes down each no.
    pub(super) async fn ask_gate(&self, claimed: Vec<rows::Delivery>) -> Result<Vec<Way>> {
        let now = self.store.clock.now();
        let tx = self.store.write().await?;
        acts::awaited(&tx, &claimed).await?;
        let behind = Behind::of(&tx, &claimed).await?;
        let judged = self.judge(&tx, &behind, &claimed, now).await?;
        let mut ways = Vec::with_capacity(claimed.len());
        // A slot's first no stands for all its channels.
        let mut refused = BTreeMap::new();
        for row in &claimed {
            let (way, no) = self.way(row, &behind, &judged, now)?;
            if let Some((slot, decided)) = no {
                refused.entry(slot).or_insert(decided);
            }
            ways.push(way);
        }
        for (slot, decided) in refused {
            let settled = slots::decide(&tx, SlotId(slot), &decided, None, now).await?;
            if settled && decided.outcome != Outcome::Held {
                // Nobody was told: it does not lie unread, and nothing later folds into it.
                for told in behind.notifications.values().filter(|told| told.slot_id == Some(slot)) {
                    deliveries::withdraw(&tx, told.id, now).await?;
                }
            }
        }
        self.begin(&tx, &claimed, &mut ways, now).await?;
        tx.commit().await?;
        Ok(ways)
    }

    /// Notes that what passed begins; what was taken back since it was claimed has nothing to record.
    async fn begin(
        &self,
        tx: &WriteTx,
        claimed: &[rows::Delivery],
        ways: &mut [Way],
        now: DateTime<Utc>,
    ) -> Result<()> {
        let goes = |way: &Way| matches!(way, Way::Send(_));
        let begins: Vec<Uuid> =
            claimed.iter().zip(&*ways).filter(|(_, way)| goes(way)).map(|(row, _)| row.id).collect();
        let begun = deliveries::begin(tx, self.worker, &begins, now).await?;
        for (row, way) in claimed.iter().zip(ways) {
            if goes(way) && !begun.contains(&row.id) {
                *way = Way::Settle(settled(DeliveryState::Cancelled, "unknown", false));
            }
        }
        Ok(())
    }

    /// Every slot is judged once, for all its channels; the digests among them are built.
    async fn judge(
        &self,
        tx: &WriteTx,
        behind: &Behind,
        claimed: &[rows::Delivery],
        now: DateTime<Utc>,
    ) -> Result<BTreeMap<Uuid, Judged>> {
        let wanted: BTreeSet<Uuid> = claimed
            .iter()
            .filter(|row| row.action != WITHDRAW)
            .filter_map(|row| behind.notifications.get(&row.notification_id)?.slot_id)
            .collect();
        let mut questions = Vec::with_capacity(wanted.len());
        for slot in wanted.iter().filter_map(|id| behind.slots.get(id)) {
            questions.push((slot, behind.question(slot, now)?));
        }
        let subjects: Vec<Subject<'_>> = questions.iter().map(|(_, question)| question.subject()).collect();
        let briefing = Briefing::of(&**tx, &subjects, now).await?;
        let mut judged = BTreeMap::new();
        for (slot, question) in &questions {
            let mut answered = facts::answer(&briefing, *question)?;
            answered.facts.tells_of_end = notices::end_told(slot)?.is_some();
            let mut verdict = gate::evaluate(question.job, &answered.facts);
            // The table has no cell for a closed clock, which is simply not overdue.
            if question.job == Job::OverdueNotice && question.something_to_say == Some(false) {
                verdict.decision = Decision::Block(Reason::NothingToSay);
            }
            judged.insert(slot.id, Judged { answered, verdict, counts: None });
        }
        self.build_digests(tx, &briefing, behind, &mut judged).await?;
        Ok(judged)
    }

    /// Builds the digests that nothing else keeps back; only now one is found empty.
    async fn build_digests(
        &self,
        tx: &WriteTx,
        briefing: &Briefing,
        behind: &Behind,
        judged: &mut BTreeMap<Uuid, Judged>,
    ) -> Result<()> {
        let goes = |judged: &Judged| matches!(judged.verdict.decision, Decision::Send { .. });
        let digests = judged.iter().filter(|(_, judged)| goes(judged)).filter_map(|(id, judged)| {
            let slot = behind.slots.get(id).filter(|slot| slot.job == Job::Digest.as_str())?;
            Some((slot, Arc::clone(&judged.answered.rules)))
        });
        let digests: Vec<(&rows::Slot, Arc<Rules>)> = digests.collect();
        if digests.is_empty() {
            return Ok(());
        }
        let wanted: Vec<(&rows::Slot, &Rules)> = digests.iter().map(|(slot, rules)| (*slot, &**rules)).collect();
        for (slot, counts) in digests::build(&self.store, tx, briefing, &wanted).await? {
            let Some(judged) = judged.get_mut(&slot) else { continue };
            judged.counts = counts;
            if counts.is_none() {
                judged.verdict.decision = Decision::Block(Reason::NothingToSay);
            }
        }
        Ok(())
    }

    /// What the verdict means for one delivery, and the ledger's no where it is one.
    fn way(
        &self,
        row: &rows::Delivery,
        behind: &Behind,
        judged: &BTreeMap<Uuid, Judged>,
        now: DateTime<Utc>,
    ) -> Result<(Way, Option<(Uuid, storage::slots::Decided)>)> {
        let notification = behind
            .notifications
            .get(&row.notification_id)
            .ok_or_else(|| StorageError::Corrupt("delivery of nothing".into()))?;
        let device = row.device_id.and_then(|id| behind.devices.get(&id)).cloned();
        if row.action == WITHDRAW {
            return Ok((Way::Withdraw(Box::new(notification.clone()), device), None));
        }
        let slot = notification.slot_id.and_then(|id| behind.slots.get(&id));
        let Some((slot, Judged { answered, verdict, counts })) =
            slot.and_then(|slot| Some((slot, judged.get(&slot.id)?)))
        else {
            return Ok((Way::Settle(settled(DeliveryState::Cancelled, "unknown", false)), None));
        };
        if now < slot.fires_at {
            // The clock was set back since it was planned: it waits for its time, and its slot stays as it is.
            let next_attempt_at = Some(slot.fires_at);
            let waits = Attempt { state: DeliveryState::Pending, reason: None, next_attempt_at, attempted: false };
            return Ok((Way::Settle(waits), None));
        }
        let vanished = if slot.job == Job::MessageNotice.as_str() { Reason::AlreadyRead } else { Reason::NothingToSay };
        let channel: Channel = row.channel.parse()?;
        let Some(attempt) = refusal(verdict, (slot, notification), channel, answered, vanished, now) else {
            let cleared = Cleared {
                notification: notification.clone(),
                slot: slot.clone(),
                device,
                counts: *counts,
                answered: answered.clone(),
            };
            return Ok((Way::Send(Box::new(cleared)), None));
        };
        let no = ledger_no(&attempt, verdict, answered).map(|decided| (slot.id, decided));
        Ok((Way::Settle(attempt), no))
    }
}

/// What the verdict means for a delivery that may not go out; `None`: it may.
fn refusal(
    verdict: &Verdict,
    (slot, notification): (&rows::Slot, &rows::Notification),
    channel: Channel,
    answered: &Answered,
    vanished: Reason,
    now: DateTime<Utc>,
) -> Option<Attempt> {
    let cancelled = |reason: Reason| settled(DeliveryState::Cancelled, reason.as_str(), false);
    if now >= notification.expires_at {
        return Some(cancelled(Reason::TooLate));
    }
    if notification.read_at.is_some() || notification.withdrawn_at.is_some() {
        return Some(cancelled(Reason::AlreadyRead));
    }
    match verdict.decision {
        Decision::Block(Reason::NothingToSay) => Some(cancelled(vanished)),
        Decision::Block(reason) => Some(cancelled(reason)),
        Decision::Hold { until, reason } => Some(Attempt {
            state: DeliveryState::Pending,
            reason: Some(reason.as_str().to_owned()),
            next_attempt_at: Some(until),
            attempted: false,
        }),
        // What a gateway has may still arrive until it expires; from here it goes out while its own day's window is open.
        Decision::Send { .. } if slot.closes_at.is_some_and(|closes| closes <= now) => Some(cancelled(Reason::TooLate)),
        Decision::Send { in_app_only: Some(reason) } if channel != Channel::InApp => Some(cancelled(reason)),
        Decision::Send { .. } => {
            let wanted = match channel {
                Channel::InApp => true,
                Channel::Push => answered.push,
                Channel::Email => answered.email,
            };
            (!wanted).then(|| cancelled(Reason::SwitchedOff))
        }
    }
}

/// The gate's no as the ledger keeps it, as long as nothing of the slot was sent.
fn ledger_no(attempt: &Attempt, verdict: &Verdict, answered: &Answered) -> Option<storage::slots::Decided> {
    let in_app_only = matches!(verdict.decision, Decision::Send { .. });
    let reason = attempt.reason.as_deref().and_then(|word| word.parse().ok()).unwrap_or(Reason::Unknown);
    if in_app_only && reason != Reason::TooLate {
        return None;
    }
    let outcome = if attempt.state == DeliveryState::Pending { Outcome::Held } else { Outcome::Skipped };
    Some(decided::decided(outcome, reason, verdict, answered))
}
