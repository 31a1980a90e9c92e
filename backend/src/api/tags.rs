//! The chapters of the document.

use poem_openapi::Tags;

#[derive(Tags)]
pub enum ApiTags {
    /// Signing in, sessions and devices.
    Sessions,
    /// Who works with whom.
    Relationships,
    /// What an organisation tunes, words and counts.
    Organisation,
}
