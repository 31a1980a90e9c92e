//! What became of deliveries: all outcomes that are known at one moment are written in one commit.

use super::Dispatcher;
use crate::kill_point::{self, Point};
use crate::meters;
use domain::gate::Reason;
use domain::ids::{NotificationId, SlotId};
use domain::words::{DeliveryState, Outcome};
use std::collections::BTreeSet;
use storage::deliveries::{self, Attempt};
use storage::{Result, WriteTx, rows, slots};

/// A delivery and what came of it. Only what was sent, or tried for the last time, settles its slot.
#[derive(Clone, Debug)]
pub(super) struct Made {
    pub row: rows::Delivery,
    pub slot: Option<rows::Slot>,
    pub attempt: Attempt,
}

impl Dispatcher {
    /// Records attempts and settles each slot at its first success or last failure.
    pub(super) async fn write_down(&self, made: Vec<Made>) -> Result<Vec<()>> {
        let now = self.store.clock.now();
        let tx = self.store.write().await?;
        let sent: BTreeSet<SlotId> = of(&made, DeliveryState::Sent).map(|(_, slot)| SlotId(slot.id)).collect();
        let arrived = slots::sent_all(&tx, &sent, now).await?;
        let pairs: Vec<(&rows::Delivery, &Attempt)> = made.iter().map(|one| (&one.row, &one.attempt)).collect();
        deliveries::record(&tx, self.worker, &pairs, now).await?;
        for (row, slot) in of(&made, DeliveryState::Failed) {
            let siblings = deliveries::of_notification(&*tx, NotificationId(row.notification_id)).await?;
            // A dead letter may still be sent: whether it is, a person decides.
            let open = |state: &str| matches!(state, "pending" | "claimed" | "sent" | "dead");
            if !siblings.iter().any(|sibling| open(&sibling.state))
                && slots::failed(&tx, SlotId(slot.id), Reason::GaveUp, now).await?
            {
                meters::decided(&tx, slot.job.parse()?, Outcome::Failed);
            }
        }
        for one in &made {
            kill_point::pass(Point::BeforeRecord, one.row.id);
        }
        tell(&tx, &made, arrived)?;
        tx.commit().await?;
        Ok(vec![(); made.len()])
    }
}

fn of(made: &[Made], state: DeliveryState) -> impl Iterator<Item = (&rows::Delivery, &rows::Slot)> {
    made.iter().filter(move |one| one.attempt.state == state).filter_map(|one| Some((&one.row, one.slot.as_ref()?)))
}

fn tell(tx: &WriteTx, made: &[Made], mut arrived: BTreeSet<SlotId>) -> Result<()> {
    for Made { row, slot, attempt } in made {
        meters::attempted(tx, &row.channel, attempt.state.as_str(), attempt.reason.as_deref().unwrap_or_default());
        if let Some(slot) = slot.as_ref().filter(|slot| arrived.remove(&SlotId(slot.id))) {
            meters::decided(tx, slot.job.parse()?, Outcome::Sent);
        }
    }
    Ok(())
}
