//! Errors on the wire: RFC 9457 problem details with a closed code.

use poem_openapi::{Enum, Object};

/// Why a call was not carried out. Closed: a new code is a change of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Enum)]
#[oai(rename_all = "snake_case")]
pub enum ProblemCode {
    /// 400: not JSON, not the documented shape, or a parameter that cannot be read.
    Malformed,
    /// 400: the body is not UTF-8.
    NotUtf8,
    /// 400: the cursor was not made by this list.
    BadCursor,
    /// 401: no valid access token.
    NotSignedIn,
    /// 401: login or password do not match.
    WrongCredentials,
    /// 403: seen, but not allowed.
    NotAllowed,
    /// 403: the non-emergency consent must be given first (R22).
    ConsentNeeded,
    /// 404: missing, or not yours; the two cannot be told apart.
    NotFound,
    /// 405: this address does not know this method.
    MethodNotAllowed,
    /// 409: contradicts the present state.
    Conflict,
    /// 409: the 30 seconds to undo are over.
    UndoOver,
    /// 409: answered or accepted before.
    AlreadyAnswered,
    /// 409: the provider's own cap is reached (R19).
    CapReached,
    /// 409: the pair's hours never overlap.
    NoSharedHours,
    /// 409: no agreement in force permits these check-ins.
    NoAgreement,
    /// 409: the accepted hash is of another text.
    OtherText,
    /// 409: a call with this Idempotency-Key is still being carried out.
    IdempotencyInProgress,
    /// 412: the thing changed since it was read.
    Stale,
    /// 413: the body is larger than allowed.
    TooLarge,
    /// 415: only application/json is understood.
    UnsupportedMediaType,
    /// 422: understood, but a value is out of bounds; see `errors`.
    Invalid,
    /// 422: this Idempotency-Key was used with another body.
    IdempotencyMismatch,
    /// 422: the code or invitation is used up or too old.
    Expired,
    /// 426: this app version is no longer served.
    AppTooOld,
    /// 428: the call needs If-Match.
    MissingIfMatch,
    /// 429: too many calls; see Retry-After.
    TooManyRequests,
    /// 500: our fault; nothing was changed.
    Internal,
    /// 503: an outage; see Retry-After.
    Unavailable,
}

impl ProblemCode {
    /// Each of them, by status.
    pub const ALL: &'static [Self] = &[
        Self::Malformed,
        Self::NotUtf8,
        Self::BadCursor,
        Self::NotSignedIn,
        Self::WrongCredentials,
        Self::NotAllowed,
        Self::ConsentNeeded,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::Conflict,
        Self::UndoOver,
        Self::AlreadyAnswered,
        Self::CapReached,
        Self::NoSharedHours,
        Self::NoAgreement,
        Self::OtherText,
        Self::IdempotencyInProgress,
        Self::Stale,
        Self::TooLarge,
        Self::UnsupportedMediaType,
        Self::Invalid,
        Self::IdempotencyMismatch,
        Self::Expired,
        Self::AppTooOld,
        Self::MissingIfMatch,
        Self::TooManyRequests,
        Self::Internal,
        Self::Unavailable,
    ];

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
            | Self::IdempotencyInProgress => 409,
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

    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::NotUtf8 => "not_utf8",
            Self::BadCursor => "bad_cursor",
            Self::NotSignedIn => "not_signed_in",
            Self::WrongCredentials => "wrong_credentials",
            Self::NotAllowed => "not_allowed",
            Self::ConsentNeeded => "consent_needed",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::Conflict => "conflict",
            Self::UndoOver => "undo_over",
            Self::AlreadyAnswered => "already_answered",
            Self::CapReached => "cap_reached",
            Self::NoSharedHours => "no_shared_hours",
            Self::NoAgreement => "no_agreement",
            Self::OtherText => "other_text",
            Self::IdempotencyInProgress => "idempotency_in_progress",
            Self::Stale => "stale",
            Self::TooLarge => "too_large",
            Self::UnsupportedMediaType => "unsupported_media_type",
            Self::Invalid => "invalid",
            Self::IdempotencyMismatch => "idempotency_mismatch",
            Self::Expired => "expired",
            Self::AppTooOld => "app_too_old",
            Self::MissingIfMatch => "missing_if_match",
            Self::TooManyRequests => "too_many_requests",
            Self::Internal => "internal",
            Self::Unavailable => "unavailable",
        }
    }
}

/// What is wrong with one field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Enum)]
#[oai(rename_all = "snake_case")]
pub enum FieldFault {
    Required,
    TooLong,
    TooShort,
    OutsideBounds,
    NotInList,
    UnknownTimeZone,
    DateInPast,
    NotADate,
    NotAWorkingDay,
    UnknownField,
    Duplicate,
    Format,
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
}
