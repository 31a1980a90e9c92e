//! Which text says what: the API's door to the wording.

use domain::wording::{self, Wording};
use domain::words::Language;
use mobile_contract::problem::{FieldFault, ProblemCode};

pub use domain::wording::negotiate;

/// Title and detail of a problem.
pub fn problem(language: Language, code: ProblemCode) -> (String, String) {
    Wording::built_in().problem(language, worded(code))
}

/// What is wrong with one field.
pub fn field_fault(language: Language, fault: &wording::FieldFault) -> String {
    Wording::built_in().say(language, fault)
}

/// The code under which the wording knows it. Written out, so that a new code does not compile without words.
const fn worded(code: ProblemCode) -> wording::ProblemCode {
    use wording::ProblemCode as Words;
    match code {
        ProblemCode::Malformed => Words::Malformed,
        ProblemCode::NotUtf8 => Words::NotUtf8,
        ProblemCode::BadCursor => Words::BadCursor,
        ProblemCode::NotSignedIn => Words::NotSignedIn,
        ProblemCode::WrongCredentials => Words::WrongCredentials,
        ProblemCode::NotAllowed => Words::NotAllowed,
        ProblemCode::ConsentNeeded => Words::ConsentNeeded,
        ProblemCode::NotFound => Words::NotFound,
        ProblemCode::MethodNotAllowed => Words::MethodNotAllowed,
        ProblemCode::Conflict => Words::Conflict,
        ProblemCode::UndoOver => Words::UndoOver,
        ProblemCode::AlreadyAnswered => Words::AlreadyAnswered,
        ProblemCode::CapReached => Words::CapReached,
        ProblemCode::NoSharedHours => Words::NoSharedHours,
        ProblemCode::NoAgreement => Words::NoAgreement,
        ProblemCode::OtherText => Words::OtherText,
        ProblemCode::IdempotencyInProgress => Words::IdempotencyInProgress,
        ProblemCode::IdempotencyDone => Words::IdempotencyDone,
        ProblemCode::Expired => Words::Expired,
        ProblemCode::ResyncNeeded => Words::ResyncNeeded,
        ProblemCode::Stale => Words::Stale,
        ProblemCode::TooLarge => Words::TooLarge,
        ProblemCode::UnsupportedMediaType => Words::UnsupportedMediaType,
        ProblemCode::Invalid => Words::Invalid,
        ProblemCode::IdempotencyMismatch => Words::IdempotencyMismatch,
        ProblemCode::AppTooOld => Words::AppTooOld,
        ProblemCode::MissingIfMatch => Words::MissingIfMatch,
        ProblemCode::TooManyRequests => Words::TooManyRequests,
        ProblemCode::Internal => Words::Internal,
        ProblemCode::Unavailable => Words::Unavailable,
    }
}

/// A fault of one field: its code on the wire, and the words that say it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub code: FieldFault,
    pub words: wording::FieldFault,
}

/// With its bounds: `wording::FieldFault::TooLong { max, unit }`.
impl From<wording::FieldFault> for Fault {
    fn from(words: wording::FieldFault) -> Self {
        use wording::FieldFault as Words;
        let code = match words {
            Words::Required => FieldFault::Required,
            Words::TooLong { .. } | Words::LongerThanAllowed => FieldFault::TooLong,
            Words::TooShort { .. } | Words::ShorterThanAllowed => FieldFault::TooShort,
            Words::OutsideBounds { .. } | Words::BeyondBounds => FieldFault::OutsideBounds,
            Words::NotInList => FieldFault::NotInList,
            Words::UnknownTimeZone => FieldFault::UnknownTimeZone,
            Words::DateInPast => FieldFault::DateInPast,
            Words::NotADate => FieldFault::NotADate,
            Words::NotAWorkingDay => FieldFault::NotAWorkingDay,
            Words::AddressNotAllowed => FieldFault::AddressNotAllowed,
            Words::UnknownField => FieldFault::UnknownField,
            Words::Duplicate => FieldFault::Duplicate,
            Words::Format => FieldFault::Format,
        };
        Self { code, words }
    }
}

/// Where the bounds are not at hand.
impl From<FieldFault> for Fault {
    fn from(code: FieldFault) -> Self {
        use wording::FieldFault as Words;
        let words = match code {
            FieldFault::Required => Words::Required,
            FieldFault::TooLong => Words::LongerThanAllowed,
            FieldFault::TooShort => Words::ShorterThanAllowed,
            FieldFault::OutsideBounds => Words::BeyondBounds,
            FieldFault::NotInList => Words::NotInList,
            FieldFault::UnknownTimeZone => Words::UnknownTimeZone,
            FieldFault::DateInPast => Words::DateInPast,
            FieldFault::NotADate => Words::NotADate,
            FieldFault::NotAWorkingDay => Words::NotAWorkingDay,
            FieldFault::AddressNotAllowed => Words::AddressNotAllowed,
            FieldFault::UnknownField => Words::UnknownField,
            FieldFault::Duplicate => Words::Duplicate,
            FieldFault::Format => Words::Format,
        };
        Self { code, words }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_and_a_fault_speak_the_callers_language() {
        let (title, detail) = problem(Language::Nn, ProblemCode::NotFound);
        assert_eq!(
            (title.as_str(), detail.as_str()),
            ("Finst ikkje", "Det finst ikkje, eller det er ikkje delt med deg.")
        );
        let bounded = Fault::from(wording::FieldFault::TooLong { max: 20_000, unit: wording::Unit::Characters });
        assert_eq!(bounded.code, FieldFault::TooLong);
        assert_eq!(field_fault(Language::En, &bounded.words), "Can have at most 20000 characters.");
        assert_eq!(field_fault(Language::En, &Fault::from(FieldFault::TooLong).words), "Is too long.");
    }
}
