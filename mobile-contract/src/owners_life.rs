//! Pause, hospital stay and quiet hours: the owner's alone.

use chrono::{DateTime, Utc};
use poem_openapi::Object;

#[derive(Clone, Debug, Object)]
pub struct PauseIn {
    /// When it ends by itself. Until you end it, where nothing is said.
    #[oai(skip_serializing_if_is_none)]
    pub until: Option<DateTime<Utc>>,
}

/// While it runs nothing asks you anything, and nothing rings. What people write is in the app.
#[derive(Clone, Debug, Object)]
pub struct PauseOut {
    pub paused: bool,
    #[oai(skip_serializing_if_is_none)]
    pub since: Option<DateTime<Utc>>,
    #[oai(skip_serializing_if_is_none)]
    pub until: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, Object)]
pub struct HospitalIn {
    /// Whether new messages are pushed during the stay. They are not, where nothing is said.
    #[oai(skip_serializing_if_is_none)]
    pub message_notices: Option<bool>,
}

#[derive(Clone, Debug, Object)]
pub struct HospitalOut {
    pub in_hospital: bool,
    #[oai(skip_serializing_if_is_none)]
    pub since: Option<DateTime<Utc>>,
    /// Whether new messages are pushed during a stay.
    pub message_notices: bool,
}

/// On your own wall clock, from the first time up to, not including, the second. They pass midnight
/// when `from` is the later; when both are the same there are none.
#[derive(Clone, Debug, Object)]
pub struct QuietHoursIn {
    /// `HH:MM`
    pub from: String,
    /// `HH:MM`
    pub to: String,
}

#[derive(Clone, Debug, Object)]
pub struct QuietHoursOut {
    /// `HH:MM`
    pub from: String,
    /// `HH:MM`
    pub to: String,
    /// IANA zone they are meant in.
    pub time_zone: String,
    pub version: i32,
}
