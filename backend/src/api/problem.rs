//! Every way an operation can fail, as the document knows it.

use crate::api::answer::etag;
use crate::app::Refusal;
use crate::call;
use crate::texts::{self, Fault};
use mobile_contract::problem::{FieldErrorOut, ProblemCode, ProblemOut};
use poem_openapi::ApiResponse;
use poem_openapi::payload::Json;
use storage::StorageError;

/// Problem details. Each status is here so that each is in the document.
#[derive(ApiResponse)]
pub enum Problem {
    /// Malformed.
    #[oai(status = 400, content_type = "application/problem+json")]
    BadRequest(Json<ProblemOut>),
    /// Not signed in.
    #[oai(status = 401, content_type = "application/problem+json")]
    Unauthorized(Json<ProblemOut>, #[oai(header = "WWW-Authenticate")] String),
    /// Seen, but not allowed.
    #[oai(status = 403, content_type = "application/problem+json")]
    Forbidden(Json<ProblemOut>),
    /// Missing, or not yours.
    #[oai(status = 404, content_type = "application/problem+json")]
    NotFound(Json<ProblemOut>),
    /// Contradicts the present state.
    #[oai(status = 409, content_type = "application/problem+json")]
    Conflict(Json<ProblemOut>),
    /// Not known any more.
    #[oai(status = 410, content_type = "application/problem+json")]
    Gone(Json<ProblemOut>),
    /// Changed since it was read.
    #[oai(status = 412, content_type = "application/problem+json")]
    Stale(
        Json<ProblemOut>,
        /// The version that is there now; absent where it changed while the call was carried out.
        #[oai(header = "ETag")]
        Option<String>,
    ),
    /// Body too large.
    #[oai(status = 413, content_type = "application/problem+json")]
    TooLarge(Json<ProblemOut>),
    /// Only application/json is understood.
    #[oai(status = 415, content_type = "application/problem+json")]
    UnsupportedMediaType(Json<ProblemOut>),
    /// A value is out of bounds.
    #[oai(status = 422, content_type = "application/problem+json")]
    Invalid(Json<ProblemOut>),
    /// App version no longer served.
    #[oai(status = 426, content_type = "application/problem+json")]
    AppTooOld(Json<ProblemOut>),
    /// If-Match is needed.
    #[oai(status = 428, content_type = "application/problem+json")]
    MissingIfMatch(Json<ProblemOut>),
    /// Too many calls.
    #[oai(status = 429, content_type = "application/problem+json")]
    TooMany(Json<ProblemOut>, #[oai(header = "Retry-After")] u64),
    /// Our fault; nothing was changed.
    #[oai(status = 500, content_type = "application/problem+json")]
    Internal(Json<ProblemOut>),
    /// An outage.
    #[oai(status = 503, content_type = "application/problem+json")]
    Unavailable(Json<ProblemOut>, #[oai(header = "Retry-After")] u64),
}

/// Seconds after which a caller may try again when we cannot know better.
const RETRY_AFTER: u64 = 5;

/// The problem of this code, in the caller's language.
pub fn problem(code: ProblemCode) -> Problem {
    with_errors(code, Vec::new())
}

/// 422 for one field.
pub fn invalid(field: &str, fault: impl Into<Fault>) -> Problem {
    with_errors(ProblemCode::Invalid, vec![field_error(field, fault)])
}

/// One line of `errors`.
pub fn field_error(field: &str, fault: impl Into<Fault>) -> FieldErrorOut {
    let Fault { code, words } = fault.into();
    FieldErrorOut { field: field.to_owned(), fault: code, detail: texts::field_fault(call::language(), &words) }
}

/// The problem of this code with its fields.
pub fn with_errors(code: ProblemCode, errors: Vec<FieldErrorOut>) -> Problem {
    shaped(body(code, errors), RETRY_AFTER)
}

/// 429 with the seconds to wait.
pub fn too_many(retry_after: u64) -> Problem {
    shaped(body(ProblemCode::TooManyRequests, Vec::new()), retry_after)
}

/// The body alone, for answers that are made outside an operation.
pub fn body(code: ProblemCode, errors: Vec<FieldErrorOut>) -> ProblemOut {
    let (title, detail) = texts::problem(call::language(), code);
    ProblemOut {
        kind: format!("urn:reconnect:problem:{}", code.as_str()),
        title,
        status: code.status(),
        detail,
        code,
        errors,
        present_version: None,
        store_link: None,
    }
}

/// 426 with the way to the newest app.
pub fn app_too_old(store_link: Option<String>) -> Problem {
    shaped(ProblemOut { store_link, ..body(ProblemCode::AppTooOld, Vec::new()) }, RETRY_AFTER)
}

fn shaped(out: ProblemOut, retry_after: u64) -> Problem {
    let body = Json(out);
    match body.status {
        400 => Problem::BadRequest(body),
        401 => Problem::Unauthorized(body, "Bearer".to_owned()),
        403 => Problem::Forbidden(body),
        404 | 405 => Problem::NotFound(body),
        409 => Problem::Conflict(body),
        410 => Problem::Gone(body),
        412 => {
            let tag = body.present_version.map(etag);
            Problem::Stale(body, tag)
        }
        413 => Problem::TooLarge(body),
        415 => Problem::UnsupportedMediaType(body),
        422 => Problem::Invalid(body),
        426 => Problem::AppTooOld(body),
        428 => Problem::MissingIfMatch(body),
        429 => Problem::TooMany(body, retry_after),
        503 => Problem::Unavailable(body, retry_after),
        _ => Problem::Internal(body),
    }
}

impl From<ProblemCode> for Problem {
    fn from(code: ProblemCode) -> Self {
        problem(code)
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let errors = refusal.fields.iter().map(|(field, fault)| field_error(field, fault.clone())).collect();
        let out = ProblemOut { present_version: refusal.present_version, ..body(refusal.code, errors) };
        shaped(out, refusal.retry_after.unwrap_or(RETRY_AFTER))
    }
}

impl From<StorageError> for Problem {
    fn from(error: StorageError) -> Self {
        Refusal::from(error).into()
    }
}
