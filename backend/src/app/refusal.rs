//! Why something was not done.

use crate::texts::Fault;
use mobile_contract::problem::ProblemCode;
use storage::StorageError;

/// A call that was refused, or failed. Nothing was written.
#[derive(Debug)]
pub struct Refusal {
    pub code: ProblemCode,
    /// JSON Pointer and fault of each field, for `invalid`.
    pub fields: Vec<(String, Fault)>,
    /// Seconds to wait, where trying again helps.
    pub retry_after: Option<u64>,
    /// For `stale`: the version that is there now, where it was seen.
    pub present_version: Option<i32>,
}

pub type Answer<T> = Result<T, Refusal>;

impl Refusal {
    pub fn new(code: ProblemCode) -> Self {
        Self { code, fields: Vec::new(), retry_after: None, present_version: None }
    }

    /// 422 for one field, named by JSON Pointer (`/body`). `domain::wording::FieldFault` tells the bounds too.
    pub fn field(pointer: &str, fault: impl Into<Fault>) -> Self {
        Self { fields: vec![(pointer.to_owned(), fault.into())], ..Self::new(ProblemCode::Invalid) }
    }

    /// 412 for whoever read another version than this one, which is there now.
    pub fn stale(present: i32) -> Self {
        Self { present_version: Some(present), ..Self::new(ProblemCode::Stale) }
    }

    pub fn not_found() -> Self {
        Self::new(ProblemCode::NotFound)
    }

    pub fn not_allowed() -> Self {
        Self::new(ProblemCode::NotAllowed)
    }

    pub fn conflict() -> Self {
        Self::new(ProblemCode::Conflict)
    }
}

impl From<ProblemCode> for Refusal {
    fn from(code: ProblemCode) -> Self {
        Self::new(code)
    }
}

impl From<StorageError> for Refusal {
    fn from(error: StorageError) -> Self {
        let code = match &error {
            StorageError::Hidden => ProblemCode::NotFound,
            StorageError::Denied => ProblemCode::NotAllowed,
            StorageError::Stale => ProblemCode::Stale,
            StorageError::Duplicate(_) => ProblemCode::Conflict,
            StorageError::Unavailable(_) => {
                tracing::warn!(error = %error, "storage.unavailable");
                ProblemCode::Unavailable
            }
            StorageError::Corrupt(_) | StorageError::Sealed(_) | StorageError::Database(_) => {
                tracing::error!(error = %error, "storage.failed");
                ProblemCode::Internal
            }
        };
        Self::new(code)
    }
}
