//! The line on a lock screen. It tells that there is something, and never what.

use super::text::texts;
use crate::words::LockScreen;

texts! {
    /// Not overridable: whoever words these decides what a stranger may read over a shoulder.
    Push, overridable: false {
        /// To the owner, who chose to be told that there is something.
        OwnerSomething = "push.owner_something";
        /// To the owner, who chose a line that says less still.
        OwnerNeutral = "push.owner_neutral";
        /// To the provider, in the morning of a working day.
        ProviderDigest = "push.provider_digest";
    }
}

impl Push {
    /// The owner's line, as she chose it; `None` when she wants none.
    pub const fn to_owner(chosen: LockScreen) -> Option<Self> {
        match chosen {
            LockScreen::Something => Some(Self::OwnerSomething),
            LockScreen::Neutral => Some(Self::OwnerNeutral),
            LockScreen::Silent => None,
        }
    }
}
