//! Problem details (RFC 9457) in the caller's language: a title and a detail per code, a sentence per faulty field.

use super::text::texts;
use super::{Language, Unit, Wording};

/// Declares the codes and, for each, its title and detail text.
macro_rules! problems {
    ($($(#[doc = $note:literal])+ $code:ident = $word:literal;)+) => {
        crate::words! {
            /// What went wrong with a call, by its machine-readable code.
            ProblemCode { $($(#[doc = $note])+ $code = $word),+ }
        }

        texts! {
            /// Titles of problems: the same for every occurrence of a code.
            ProblemTitle, overridable: false, keys: "problem." .. ".title" {
                $($(#[doc = $note])+ $code = $word;)+
            }
        }

        texts! {
            /// Details of problems: what to do now, and that nothing is lost where nothing is.
            ProblemDetail, overridable: false, keys: "problem." .. ".detail" {
                $($(#[doc = $note])+ $code = $word;)+
            }
        }

        impl ProblemCode {
            /// The short text of the code.
            pub const fn title(self) -> ProblemTitle {
                match self { $(Self::$code => ProblemTitle::$code),+ }
            }

            /// The longer text of the code.
            pub const fn detail(self) -> ProblemDetail {
                match self { $(Self::$code => ProblemDetail::$code),+ }
            }
        }
    };
}

problems! {
    /// Not JSON, or not the JSON that was asked for.
    Malformed = "malformed";
    /// Not UTF-8.
    NotUtf8 = "not_utf8";
    /// A cursor this server did not make.
    BadCursor = "bad_cursor";
    /// An unsafe call without `Idempotency-Key`.
    MissingIdempotencyKey = "missing_idempotency_key";
    /// No session, or one that has ended.
    NotSignedIn = "not_signed_in";
    /// The same for known and unknown accounts.
    WrongCredentials = "wrong_credentials";
    /// Seen, and not allowed.
    NotAllowed = "not_allowed";
    /// Consent comes first.
    ConsentNeeded = "consent_needed";
    /// Missing or not yours; nobody can tell which.
    NotFound = "not_found";
    /// The address does not take this method.
    MethodNotAllowed = "method_not_allowed";
    /// Does not go together with how things are.
    Conflict = "conflict";
    /// The thirty seconds are over.
    UndoOver = "undo_over";
    /// This was answered before.
    AlreadyAnswered = "already_answered";
    /// The provider has as many series as the provider wants.
    CapReached = "cap_reached";
    /// The hours of the two never overlap.
    NoSharedHours = "no_shared_hours";
    /// No agreement in force permits these check-ins.
    NoAgreement = "no_agreement";
    /// Accepting another text than the one that stands.
    OtherText = "other_text";
    /// The first call with this key has not answered yet.
    IdempotencyInProgress = "idempotency_in_progress";
    /// The first call with this key was carried out; its answer got lost.
    IdempotencyDone = "idempotency_done";
    /// A link, invitation or cursor whose time is over.
    Expired = "expired";
    /// The cursor of a sync is not known any more.
    ResyncNeeded = "resync_needed";
    /// Changed by someone since it was read.
    Stale = "stale";
    /// More than may be sent in one call.
    TooLarge = "too_large";
    /// Another media type than was asked for.
    UnsupportedMediaType = "unsupported_media_type";
    /// Fields that cannot be accepted; each has its own sentence.
    Invalid = "invalid";
    /// The key was used for another call.
    IdempotencyMismatch = "idempotency_mismatch";
    /// The app is older than the oldest that still works.
    AppTooOld = "app_too_old";
    /// A versioned thing was written without `If-Match`.
    MissingIfMatch = "missing_if_match";
    /// More calls than there is room for.
    TooManyRequests = "too_many_requests";
    /// Our fault.
    Internal = "internal";
    /// Out of order for a while.
    Unavailable = "unavailable";
}

texts! {
    /// What is wrong with one field.
    FieldFault, overridable: false {
        /// Must be given.
        Required = "fault.required";
        /// Longer than allowed.
        TooLong = "fault.too_long" { max: u32, unit: Unit };
        /// Shorter than allowed.
        TooShort = "fault.too_short" { min: u32, unit: Unit };
        /// Longer than allowed, where the bound is not at hand.
        LongerThanAllowed = "fault.longer_than_allowed";
        /// Shorter than allowed, where the bound is not at hand.
        ShorterThanAllowed = "fault.shorter_than_allowed";
        /// Not one of the allowed words.
        NotInList = "fault.not_in_list";
        /// No IANA time zone has this name.
        UnknownTimeZone = "fault.unknown_time_zone";
        /// Lies before today.
        DateInPast = "fault.date_in_past";
        /// Not a date of the calendar.
        NotADate = "fault.not_a_date";
        /// Outside what is allowed. Bounds as they are shown: numbers, or dates and times already in words.
        OutsideBounds = "fault.outside_bounds" { min: String, max: String };
        /// Outside what is allowed, where the bounds are not at hand.
        BeyondBounds = "fault.beyond_bounds";
        /// No such field.
        UnknownField = "fault.unknown_field";
        /// There already.
        Duplicate = "fault.duplicate";
        /// A weekend, a public holiday or the provider's day off.
        NotAWorkingDay = "fault.not_a_working_day";
        /// A web address that this server must not call.
        AddressNotAllowed = "fault.address_not_allowed";
        /// Not written as it should be.
        Format = "fault.format";
    }
}

impl Wording {
    /// Title and detail of a problem.
    pub fn problem(&self, language: Language, code: ProblemCode) -> (String, String) {
        (self.say(language, &code.title()), self.say(language, &code.detail()))
    }
}
