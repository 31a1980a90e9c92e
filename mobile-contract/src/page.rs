//! Cursor pages. A cursor is opaque, tied to one list of one account, and grants nothing: it only
//! says where to go on in what the reader may see anyway.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use uuid::Uuid;

/// Largest `limit` of a list.
pub const MAX_LIMIT: u32 = 100;
/// `limit` where none is given.
pub const DEFAULT_LIMIT: u32 = 50;

const TAG: usize = 16;

/// A place in a list ordered by (time in microseconds, id).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    pub micros: i64,
    pub id: Uuid,
}

/// The cursor was not made by this list for this account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of this list")]
pub struct BadCursor;

/// Makes and reads cursors.
#[derive(Clone)]
pub struct Cursors {
    key: [u8; 32],
}

impl std::fmt::Debug for Cursors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cursors")
    }
}

impl Cursors {
    pub fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    /// The cursor after `position` in `list` (an operation id, with its filters) of `account`.
    pub fn write(&self, list: &str, account: Uuid, position: Position) -> String {
        let mut bytes = Vec::with_capacity(24 + TAG);
        bytes.extend_from_slice(&position.micros.to_be_bytes());
        bytes.extend_from_slice(position.id.as_bytes());
        let tag = self.tag(list, account, &bytes);
        bytes.extend_from_slice(&tag);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    pub fn read(&self, list: &str, account: Uuid, cursor: &str) -> Result<Position, BadCursor> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| BadCursor)?;
        if bytes.len() != 24 + TAG {
            return Err(BadCursor);
        }
        let (place, tag) = bytes.split_at(24);
        if !bool::from(self.tag(list, account, place).ct_eq(tag)) {
            return Err(BadCursor);
        }
        let micros = i64::from_be_bytes(place[..8].try_into().map_err(|_| BadCursor)?);
        let id = Uuid::from_slice(&place[8..]).map_err(|_| BadCursor)?;
        Ok(Position { micros, id })
    }

    fn tag(&self, list: &str, account: Uuid, place: &[u8]) -> [u8; TAG] {
        let mut tag = [0; TAG];
        // HMAC takes keys of any length.
        if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.key) {
            mac.update(list.as_bytes());
            mac.update(&[0]);
            mac.update(account.as_bytes());
            mac.update(place);
            tag.copy_from_slice(&mac.finalize().into_bytes()[..TAG]);
        }
        tag
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_serves_its_own_list_and_account_only() {
        let cursors = Cursors::new([1; 32]);
        let (mine, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let position = Position { micros: -5, id: Uuid::from_u128(3) };
        let cursor = cursors.write("list_messages", mine, position);
        assert_eq!(cursors.read("list_messages", mine, &cursor), Ok(position));
        assert_eq!(cursors.read("list_messages", other, &cursor), Err(BadCursor));
        assert_eq!(cursors.read("list_slots", mine, &cursor), Err(BadCursor));
        assert_eq!(Cursors::new([2; 32]).read("list_messages", mine, &cursor), Err(BadCursor));
        for forged in ["", "a", "////", "AAAA", &cursor[1..], &format!("{cursor}A")] {
            assert_eq!(cursors.read("list_messages", mine, forged), Err(BadCursor));
        }
    }
}
