//! Messages: what the screen says before and after sending, and what became of a reply clock.

use super::text::texts;
use super::{Day, TimeOfDay};

texts! {
    /// Receipts and cards about the owner's messages. "Saved" is said only when it is.
    Receipt, overridable: true {
        /// `reply_wanted`, after sending: the promised date.
        ReplyBy = "receipt.reply_by" { provider: String, promised: Day };
        /// `reply_wanted`, after sending, when nobody can promise a date.
        NoDate = "receipt.no_date" { provider: String };
        /// `info`, after sending.
        Info = "receipt.info" { provider: String };
        /// `next_consultation`, after sending, when the consultation has a date.
        NextConsultation = "receipt.next_consultation" { provider: String, on: Day };
        /// `next_consultation`, after sending, when it has none.
        NextConsultationNoDate = "receipt.next_consultation_no_date" { provider: String };
        /// `vault`, after storing.
        Vault = "receipt.vault" { provider: String };
        /// Before sending: when the provider reads.
        ReadsInBatches = "receipt.reads_in_batches" { provider: String, time: TimeOfDay };
        /// Before sending: the date that would be promised.
        WouldReplyBy = "receipt.would_reply_by" { provider: String, promised: Day };
        /// Right after sending: it can be undone for so many seconds.
        Undo = "receipt.undo" { seconds: u32 };
        /// Undone in time.
        Undone = "receipt.undone";
        /// Recalled before it was opened.
        Recalled = "receipt.recalled" { provider: String };
        /// Recalled after it was opened.
        RecalledAfterOpening = "receipt.recalled_after_opening" { provider: String };
        /// An absence entered later moved the promised date.
        MovedByAbsence = "receipt.moved_by_absence" { provider: String, promised: Day };
        /// The provider promised a later date.
        MovedByProvider = "receipt.moved_by_provider" { provider: String, promised: Day };
        /// The accepted substitute has taken over.
        HandedOver = "receipt.handed_over" { provider: String, substitute: String, promised: Day };
        /// The channel that carried the promise has failed.
        Uncertain = "receipt.uncertain" { provider: String, promised: Day };
        /// To the owner: the provider opened it.
        Opened = "receipt.opened" { provider: String };
        /// To the owner: her silent thanks is given.
        ThanksGiven = "receipt.thanks_given" { provider: String };
        /// To the provider: the owner's silent thanks, seen when the message is next opened.
        ThanksSeen = "receipt.thanks_seen" { owner: String };
    }
}

texts! {
    /// What closed a reply clock, in words for the owner.
    Closed, overridable: true {
        /// The provider replied.
        Reply = "closed.reply" { provider: String };
        /// The provider read it and says thanks.
        ReadThanks = "closed.read_thanks" { provider: String };
        /// The provider would rather talk, on this day.
        LetsTalk = "closed.lets_talk" { provider: String, on: Day };
        /// The provider has logged a call.
        LoggedCall = "closed.logged_call" { provider: String };
        /// The owner no longer waits.
        Owner = "closed.owner";
        /// The owner took the message back.
        Recalled = "closed.recalled";
        /// The relationship ended.
        RelationshipEnded = "closed.relationship_ended" { provider: String };
        /// The provider left and nobody took over.
        Released = "closed.released" { provider: String };
    }
}
