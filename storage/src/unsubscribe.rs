//! The token in a digest mail's unsubscribe link (RFC 8058): whoever holds it may turn that mail
//! off, and nothing else.

use crate::sealed::MasterKey;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::AccountId;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use uuid::Uuid;

const ID: usize = 16;

/// The token of `account`: the same in every mail, so that an old one still works.
pub fn token(master: &MasterKey, account: AccountId) -> String {
    let mut bytes = account.0.as_bytes().to_vec();
    // HMAC takes keys of any length.
    if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&*master.derive("unsubscribe")) {
        mac.update(account.0.as_bytes());
        bytes.extend_from_slice(&mac.finalize().into_bytes());
    }
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Whose token it is; `None` for one that we did not make.
pub fn account(master: &MasterKey, presented: &str) -> Option<AccountId> {
    let bytes = URL_SAFE_NO_PAD.decode(presented).ok()?;
    let account = AccountId(Uuid::from_slice(bytes.get(..ID)?).ok()?);
    let genuine = token(master, account);
    bool::from(genuine.as_bytes().ct_eq(presented.as_bytes())).then_some(account)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_tokens_name_anyone() {
        let (master, other) = (MasterKey::new([1; 32]), MasterKey::new([2; 32]));
        let me = AccountId(Uuid::from_u128(5));
        let made = token(&master, me);
        assert_eq!(account(&master, &made), Some(me));
        assert_eq!(account(&other, &made), None);
        let mut forged = made.clone();
        forged.replace_range(..1, if made.starts_with('A') { "B" } else { "A" });
        for wrong in [forged.as_str(), "", "AAAA", &made[1..], &format!("{made}A"), &made[..22]] {
            assert_eq!(account(&master, wrong), None);
        }
    }
}
