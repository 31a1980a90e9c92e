//! What a message is before it is anybody's: its bounds, and what each kind asks for (R7–R11).

use crate::words::MessageKind;
use chrono::{DateTime, TimeDelta, Utc};

/// Longest text, in Unicode scalar values.
pub const MAX_CHARS: usize = 20_000;
/// Longest gist ("the main thing"), in Unicode scalar values.
pub const MAX_GIST_CHARS: usize = 200;
/// How much of an unopened text is shown where its author allows previews.
pub const PREVIEW_CHARS: usize = 200;
/// How long a sent message can be undone. Nobody but its author sees it before that.
pub const UNDO: TimeDelta = TimeDelta::seconds(30);

/// What is wrong with a text somebody wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextFault {
    /// Nothing but white space.
    Missing,
    TooLong {
        max: usize,
    },
    /// A character that text cannot hold: NUL; in a single line, any control character.
    Unprintable,
}

/// A whole text to be sent.
pub fn check_body(body: &str) -> Result<(), TextFault> {
    if body.trim().is_empty() {
        return Err(TextFault::Missing);
    }
    check_draft(body)
}

/// A text that may still be empty.
pub fn check_draft(body: &str) -> Result<(), TextFault> {
    if body.contains('\0') {
        return Err(TextFault::Unprintable);
    }
    within(body, MAX_CHARS)
}

/// One sentence, which here means one line: where a sentence ends cannot be told from its characters.
pub fn check_gist(gist: &str) -> Result<(), TextFault> {
    if gist.trim().is_empty() {
        return Err(TextFault::Missing);
    }
    if gist.chars().any(|character| character.is_control() || matches!(character, '\u{2028}' | '\u{2029}')) {
        return Err(TextFault::Unprintable);
    }
    within(gist, MAX_GIST_CHARS)
}

fn within(text: &str, max: usize) -> Result<(), TextFault> {
    if text.chars().count() > max { Err(TextFault::TooLong { max }) } else { Ok(()) }
}

/// When the other side sees a message sent at `sent_at`.
pub fn visible_at(sent_at: DateTime<Utc>) -> DateTime<Utc> {
    sent_at + UNDO
}

/// Whether a message sent at `sent_at` can still be undone.
pub fn can_be_undone(sent_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now < visible_at(sent_at)
}

/// Whether a message starts a reply clock. An owner is never reminded to answer, so a provider's
/// question starts none.
pub fn asks_for_reply(kind: MessageKind, from_owner: bool) -> bool {
    from_owner && kind == MessageKind::ReplyWanted
}

/// Whether a side may send messages of this kind: only an owner stores a text nobody is told of.
pub fn may_send(kind: MessageKind, from_owner: bool) -> bool {
    from_owner || kind != MessageKind::Vault
}

/// Whether an unread message is counted anywhere. Vault texts are in no count.
pub fn counts(kind: MessageKind) -> bool {
    kind != MessageKind::Vault
}

/// The beginning of a text, at most [`PREVIEW_CHARS`] of it.
pub fn preview(body: &str) -> String {
    body.chars().take(PREVIEW_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_counted_in_characters_and_the_last_one_fits() {
        assert_eq!(check_body(&"å".repeat(MAX_CHARS)), Ok(()));
        assert_eq!(check_body(&"å".repeat(MAX_CHARS + 1)), Err(TextFault::TooLong { max: MAX_CHARS }));
        assert_eq!(check_gist(&"ø".repeat(MAX_GIST_CHARS)), Ok(()));
        assert_eq!(check_gist(&"ø".repeat(MAX_GIST_CHARS + 1)), Err(TextFault::TooLong { max: MAX_GIST_CHARS }));
    }

    #[test]
    fn emptiness_is_for_drafts_and_nul_for_nobody() {
        assert_eq!(check_body(" \n\t"), Err(TextFault::Missing));
        assert_eq!(check_draft(""), Ok(()));
        assert_eq!(check_body("a\0b"), Err(TextFault::Unprintable));
        assert_eq!(check_draft("\0"), Err(TextFault::Unprintable));
        assert_eq!(check_body("two\nlines\tand a tab"), Ok(()));
    }

    #[test]
    fn a_gist_is_one_line() {
        assert_eq!(check_gist("I slept badly, e.g. last night."), Ok(()));
        for broken in ["one\ntwo", "one\r", "one\u{2028}two", "\u{7}"] {
            assert_eq!(check_gist(broken), Err(TextFault::Unprintable), "{broken:?}");
        }
        assert_eq!(check_gist(" "), Err(TextFault::Missing));
    }

    #[test]
    fn undo_ends_at_thirty_seconds_when_the_other_side_begins_to_see() {
        let sent = DateTime::UNIX_EPOCH;
        assert!(can_be_undone(sent, sent + TimeDelta::milliseconds(29_999)));
        assert!(!can_be_undone(sent, visible_at(sent)));
    }

    #[test]
    fn only_an_owners_wish_for_a_reply_starts_a_clock() {
        for kind in MessageKind::ALL {
            assert_eq!(asks_for_reply(*kind, true), *kind == MessageKind::ReplyWanted);
            assert!(!asks_for_reply(*kind, false));
            assert_eq!(may_send(*kind, false), counts(*kind));
            assert!(may_send(*kind, true));
        }
    }

    #[test]
    fn a_preview_breaks_no_character() {
        assert_eq!(preview("kort"), "kort");
        assert_eq!(preview(&"æ".repeat(300)).chars().count(), PREVIEW_CHARS);
    }
}
