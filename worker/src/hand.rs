//! What a worker has in hand: claimed, and not yet recorded or given back. Its leases are renewed while it is there,
//! so that a lease can be short and a dead worker's share soon comes back.

use std::collections::BTreeSet;
use std::sync::Arc;
use storage::rows;
use tokio::sync::watch;
use uuid::Uuid;

#[derive(Clone, Debug, Default)]
pub(crate) struct Hand(Arc<watch::Sender<Held>>);

#[derive(Debug, Default)]
struct Held {
    ids: BTreeSet<Uuid>,
    /// Whether it is one that a process may have died of, which is handled alone.
    suspect: bool,
}

/// A claimed delivery. It leaves the hand when this is dropped, whatever became of it.
#[derive(Debug)]
pub struct Claimed {
    pub row: rows::Delivery,
    hand: Hand,
}

impl Hand {
    /// Takes up what was claimed; a suspect is claimed alone.
    pub(crate) fn take(&self, rows: Vec<rows::Delivery>, suspect: bool) -> Vec<Claimed> {
        self.0.send_modify(|held| {
            held.ids.extend(rows.iter().map(|row| row.id));
            held.suspect |= suspect && !rows.is_empty();
        });
        rows.into_iter().map(|row| Claimed { row, hand: self.clone() }).collect()
    }

    pub(crate) fn ids(&self) -> Vec<Uuid> {
        self.0.borrow().ids.iter().copied().collect()
    }

    pub(crate) fn holds(&self, id: Uuid) -> bool {
        self.0.borrow().ids.contains(&id)
    }

    /// Waits until nothing is in it.
    pub(crate) async fn emptied(&self) {
        self.wait(|held| held.ids.is_empty()).await;
    }

    /// Waits until no suspect is in it.
    pub(crate) async fn without_suspect(&self) {
        self.wait(|held| !held.suspect).await;
    }

    async fn wait(&self, until: impl FnMut(&Held) -> bool) {
        // The sender is this hand's own, so that there is always an answer.
        drop(self.0.subscribe().wait_for(until).await);
    }
}

impl Drop for Claimed {
    fn drop(&mut self) {
        self.hand.0.send_modify(|held| {
            held.ids.remove(&self.row.id);
            held.suspect &= !held.ids.is_empty();
        });
    }
}
