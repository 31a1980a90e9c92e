//! Which text says what: the API's door to the wording.

use domain::words::Language;
use mobile_contract::problem::{FieldFault, ProblemCode};

/// Title and detail of a problem.
pub fn problem(_language: Language, code: ProblemCode) -> (String, String) {
    (code.as_str().replace('_', " "), String::new())
}

/// What is wrong with one field.
pub fn field_fault(_language: Language, fault: FieldFault) -> String {
    format!("{fault:?}")
}

/// The language a caller asks for by `Accept-Language`.
pub fn negotiate(_header: &str) -> Option<Language> {
    None
}
