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
}

pub type Answer<T> = Result<T, Refusal>;

impl Refusal {
    pub fn new(code: ProblemCode) -> Self {
        Self { code, fields: Vec::new(), retry_after: None }
    }

    /// 422 for one field, named by JSON Pointer (`/body`). `domain::wording::FieldFault` tells the bounds too.
    pub fn field(pointer: &str, fault: impl Into<Fault>) -> Self {
        Self { code: ProblemCode::Invalid, fields: vec![(pointer.to_owned(), fault.into())], retry_after: None }
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
