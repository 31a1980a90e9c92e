//! Help now (R23): where acute needs are met. Data, so that it can be kept on the phone.

use crate::policy::HelpPurpose;
use poem_openapi::Object;

#[derive(Clone, Debug, PartialEq, Eq, Object)]
pub struct HelpLineOut {
    pub purpose: HelpPurpose,
    /// As it is dialled.
    pub number: String,
    /// What it is for, in the caller's language.
    pub label: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Object)]
pub struct HelpNowOut {
    /// ISO 3166 code.
    pub country: String,
    pub title: String,
    /// That nobody watches this system.
    pub notice: String,
    /// In the order they are shown.
    pub lines: Vec<HelpLineOut>,
}
