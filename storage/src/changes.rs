//! By whose call something was changed: what open event streams listen to. A commit does not know what it means to whom;
//! who listens looks for herself.

use domain::ids::AccountId;
use std::cell::Cell;
use std::future::Future;

/// Channel on which PostgreSQL replicas tell each other. It carries an account's id and nothing else.
pub const CHANNEL: &str = "reconnect_changed";

/// Who changed something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Maker {
    Account(AccountId),
    /// It is not known who, or whether anybody did.
    Anybody,
}

impl Maker {
    pub(crate) fn read(payload: &str) -> Self {
        payload.parse().map_or(Self::Anybody, |id| Self::Account(AccountId(id)))
    }
}

tokio::task_local! {
    static MAKER: Cell<Option<AccountId>>;
}

/// Runs a call whose commits are told of, once it is known [by whom](made_by).
pub async fn told<F: Future>(call: F) -> F::Output {
    MAKER.scope(Cell::new(None), call).await
}

/// What is committed in this call from now on is `account`'s doing.
pub fn made_by(account: AccountId) {
    // Nobody is told of what happens outside a call.
    let _ = MAKER.try_with(|maker| maker.set(Some(account)));
}

pub(crate) fn maker() -> Option<AccountId> {
    MAKER.try_with(Cell::get).ok().flatten()
}
