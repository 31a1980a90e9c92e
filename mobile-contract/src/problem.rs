//! Errors on the wire: RFC 9457 problem details with a closed code.

use crate::words::wire_words;
use poem_openapi::Object;

wire_words! {
    /// Why a call was not carried out. Closed: a new code is a change of the contract.
    ProblemCode {
        /// 400: not JSON, not the documented shape, or a parameter that cannot be read.
        Malformed = "malformed",
        /// 400: the body is not UTF-8.
        NotUtf8 = "not_utf8",
        /// 400: the cursor was not made by this list.
        BadCursor = "bad_cursor",
        /// 401: no valid access token.
        NotSignedIn = "not_signed_in",
        /// 401: login or password do not match.
        WrongCredentials = "wrong_credentials",
        /// 403: seen, but not allowed.
        NotAllowed = "not_allowed",
        /// 403: the non-emergency consent must be given first (R22).
        ConsentNeeded = "consent_needed",
        /// 404: missing, or not yours; the two cannot be told apart.
        NotFound = "not_found",
        /// 405: this address does not know this method.
        MethodNotAllowed = "method_not_allowed",
        /// 409: contradicts the present state.
        Conflict = "conflict",
        /// 409: the 30 seconds to undo are over.
        UndoOver = "undo_over",
        /// 409: answered or accepted before.
        AlreadyAnswered = "already_answered",
        /// 409: the provider's own cap is reached (R19).
        CapReached = "cap_reached",
        /// 409: the pair's hours never overlap.
        NoSharedHours = "no_shared_hours",
        /// 409: no agreement in force permits these check-ins.
        NoAgreement = "no_agreement",
        /// 409: the accepted hash is of another text.
        OtherText = "other_text",
        /// 409: a call with this Idempotency-Key is still being carried out.
        IdempotencyInProgress = "idempotency_in_progress",
        /// 409: what was called for with this Idempotency-Key is done, and the answer to it is lost.
        IdempotencyDone = "idempotency_done",
        /// 410: the cursor of a sync is not known here any more: begin a full one, without a cursor.
        ResyncNeeded = "resync_needed",
        /// 412: the thing changed since it was read.
        Stale = "stale",
        /// 413: the body is larger than allowed.
        TooLarge = "too_large",
        /// 415: only application/json is understood.
        UnsupportedMediaType = "unsupported_media_type",
        /// 422: understood, but a value is out of bounds; see `errors`.
        Invalid = "invalid",
        /// 422: this Idempotency-Key was used with another body.
        IdempotencyMismatch = "idempotency_mismatch",
        /// 422: the code or invitation is used up or too old.
        Expired = "expired",
        /// 426: this app version is no longer served.
        AppTooOld = "app_too_old",
        /// 428: the call needs If-Match.
        MissingIfMatch = "missing_if_match",
        /// 429: too many calls; see Retry-After.
        TooManyRequests = "too_many_requests",
        /// 500: our fault; nothing was changed.
        Internal = "internal",
        /// 503: an outage; see Retry-After.
        Unavailable = "unavailable",
    }
    /// What is wrong with one field.
    FieldFault {
        Required = "required",
        TooLong = "too_long",
        TooShort = "too_short",
        OutsideBounds = "outside_bounds",
        NotInList = "not_in_list",
        UnknownTimeZone = "unknown_time_zone",
        DateInPast = "date_in_past",
        NotADate = "not_a_date",
        NotAWorkingDay = "not_a_working_day",
        AddressNotAllowed = "address_not_allowed",
        UnknownField = "unknown_field",
        Duplicate = "duplicate",
        Format = "format",
    }
}

impl ProblemCode {
    /// HTTP status of this code.
    pub const fn status(self) -> u16 {
        match self {
            Self::Malformed | Self::NotUtf8 | Self::BadCursor => 400,
            Self::NotSignedIn | Self::WrongCredentials => 401,
            Self::NotAllowed | Self::ConsentNeeded => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::Conflict
            | Self::UndoOver
            | Self::AlreadyAnswered
            | Self::CapReached
            | Self::NoSharedHours
            | Self::NoAgreement
            | Self::OtherText
            | Self::IdempotencyInProgress
            | Self::IdempotencyDone => 409,
            Self::ResyncNeeded => 410,
            Self::Stale => 412,
            Self::TooLarge => 413,
            Self::UnsupportedMediaType => 415,
            Self::Invalid | Self::IdempotencyMismatch | Self::Expired => 422,
            Self::AppTooOld => 426,
            Self::MissingIfMatch => 428,
            Self::TooManyRequests => 429,
            Self::Internal => 500,
            Self::Unavailable => 503,
        }
    }
}

/// One field and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
pub struct FieldErrorOut {
    /// JSON Pointer (RFC 6901) into the request body, or the name of a parameter.
    pub field: String,
    pub fault: FieldFault,
    /// In the caller's language.
    pub detail: String,
}

/// `application/problem+json` (RFC 9457).
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[oai(rename = "Problem")]
pub struct ProblemOut {
    /// `urn:reconnect:problem:` and the code.
    #[oai(rename = "type")]
    pub kind: String,
    /// Short, in the caller's language.
    pub title: String,
    /// The HTTP status again.
    pub status: u16,
    /// What to do about it, in the caller's language.
    pub detail: String,
    pub code: ProblemCode,
    /// Empty unless single fields are at fault.
    pub errors: Vec<FieldErrorOut>,
    /// With `stale`: the version that is there now.
    #[oai(skip_serializing_if_is_none)]
    pub present_version: Option<i32>,
    /// With `app_too_old`: where the newest app is.
    #[oai(skip_serializing_if_is_none)]
    pub store_link: Option<String>,
}
