//! The event streams that are open in this process.

use domain::ids::AccountId;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tokio::sync::watch;

/// How many each account has open, and whether they are to end.
#[derive(Clone, Debug, Default)]
pub(crate) struct Streams {
    open: Arc<Mutex<BTreeMap<AccountId, usize>>>,
    ending: watch::Sender<bool>,
}

/// One of them, as long as it is kept.
#[derive(Debug)]
pub(crate) struct Place {
    streams: Streams,
    account: AccountId,
}

impl Streams {
    /// A place, if the account has fewer than `most`.
    pub fn take(&self, account: AccountId, most: usize) -> Option<Place> {
        let mut open = self.open.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let taken = open.entry(account).or_default();
        if *taken >= most {
            return None;
        }
        *taken += 1;
        Some(Place { streams: self.clone(), account })
    }

    /// Tells when they are to end.
    pub fn ending(&self) -> watch::Receiver<bool> {
        self.ending.subscribe()
    }

    pub fn end_all(&self) {
        self.ending.send_replace(true);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.streams.open.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(taken) = open.get_mut(&self.account) {
            *taken -= 1;
            if *taken == 0 {
                open.remove(&self.account);
            }
        }
    }
}
