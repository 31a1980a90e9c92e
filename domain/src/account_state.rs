//! What may become of an account.

use crate::words::AccountState;

impl AccountState {
    /// Whether an admin may bring it from this state to `to`. Erasure and death are not hers to
    /// declare here, and nobody comes back from them.
    pub const fn may_become(self, to: Self) -> bool {
        matches!((self, to), (Self::Active, Self::Suspended) | (Self::Suspended, Self::Active))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn admins_suspend_and_resume_and_nothing_else() {
        let allowed: Vec<_> = AccountState::ALL
            .iter()
            .flat_map(|from| AccountState::ALL.iter().map(move |to| (*from, *to)))
            .filter(|(from, to)| from.may_become(*to))
            .collect();
        let back_and_forth =
            [(AccountState::Active, AccountState::Suspended), (AccountState::Suspended, AccountState::Active)];
        assert_eq!(allowed, back_and_forth);
    }
}
