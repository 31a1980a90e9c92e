//! The account behind the session: how she is called and reached, and when.

pub use crate::policy::Weekday;
use crate::sessions::PushSubscriptionIn;
pub use crate::sessions::{Platform, PushEnvironment, Role};
pub use crate::words::Language;
use crate::words::wire_words;
use chrono::{DateTime, Utc};
use poem_openapi::Object;
use poem_openapi::types::MaybeUndefined;
use uuid::Uuid;

wire_words! {
    /// What stands on the lock screen. None of them tells what it is about.
    LockScreen {
        /// "You have something new."
        Something = "something",
        /// More neutral still.
        Neutral = "neutral",
        /// Nothing is shown.
        Silent = "silent",
    }
}

#[derive(Clone, Debug, Object)]
pub struct MeOut {
    pub id: Uuid,
    pub role: Role,
    pub login: String,
    pub display_name: String,
    /// Preferred first.
    pub languages: Vec<Language>,
    /// IANA name.
    pub time_zone: String,
    pub lock_screen: LockScreen,
    /// Whether the other side sees that you opened a message.
    pub read_receipts: bool,
    /// Where the digest mail goes.
    #[oai(skip_serializing_if_is_none)]
    pub email: Option<String>,
    pub organisation_id: Uuid,
    pub organisation_name: String,
    pub version: i32,
}

#[derive(Clone, Object)]
pub struct ErasureIn {
    /// Hers: that she holds the phone does not prove that it is she.
    #[oai(validator(min_length = 1, max_length = 200))]
    pub password: String,
}

/// What is left out stays as it is.
#[derive(Clone, Debug, Object)]
pub struct MePatch {
    /// 1 to 200 characters.
    #[oai(skip_serializing_if_is_none)]
    pub display_name: Option<String>,
    /// Preferred first, each once.
    #[oai(skip_serializing_if_is_none)]
    pub languages: Option<Vec<Language>>,
    /// IANA name. It counts from the next occurrence of everything planned.
    #[oai(skip_serializing_if_is_none)]
    pub time_zone: Option<String>,
    /// A service user's.
    #[oai(skip_serializing_if_is_none)]
    pub lock_screen: Option<LockScreen>,
    #[oai(skip_serializing_if_is_none)]
    pub read_receipts: Option<bool>,
    /// A provider's; null removes it.
    pub email: MaybeUndefined<String>,
}

/// A provider's hours, on her own wall clock.
#[derive(Clone, Debug, Object)]
pub struct WorkingHoursIn {
    /// At least one, each once.
    pub days: Vec<Weekday>,
    /// `HH:MM`
    pub from: String,
    /// `HH:MM`, later than `from`.
    pub to: String,
    /// Most check-in series you take. Nobody can raise it for you, and it is never above the
    /// organisation's.
    #[oai(skip_serializing_if_is_none)]
    pub check_in_cap: Option<u32>,
}

#[derive(Clone, Debug, Object)]
pub struct WorkingHoursOut {
    pub days: Vec<Weekday>,
    pub from: String,
    pub to: String,
    pub time_zone: String,
    pub check_in_cap: u32,
    /// The highest cap you can choose.
    pub check_in_cap_max: u32,
    pub version: i32,
}

#[derive(Clone, Debug, Object)]
pub struct DeviceRegisterIn {
    pub platform: Platform,
    /// `production` where nothing is said.
    #[oai(skip_serializing_if_is_none)]
    pub environment: Option<PushEnvironment>,
    /// The gateway's token. Whoever held it before no longer does.
    #[oai(skip_serializing_if_is_none)]
    pub push_token: Option<String>,
    /// In place of a token where the platform is `web_push`. Whoever held it before no longer does.
    #[oai(skip_serializing_if_is_none)]
    pub subscription: Option<PushSubscriptionIn>,
    /// 1 to 64 characters.
    pub app_version: String,
}

/// What is left out stays as it is.
#[derive(Clone, Debug, Object)]
pub struct DevicePatch {
    /// Null takes the token away: no pushes until there is another.
    pub push_token: MaybeUndefined<String>,
    /// Null takes it away, as with a token.
    pub subscription: MaybeUndefined<PushSubscriptionIn>,
    #[oai(skip_serializing_if_is_none)]
    pub environment: Option<PushEnvironment>,
    #[oai(skip_serializing_if_is_none)]
    pub app_version: Option<String>,
}

#[derive(Clone, Debug, Object)]
pub struct DeviceOut {
    pub id: Uuid,
    pub platform: Platform,
    pub environment: PushEnvironment,
    /// Whether pushes can reach it.
    pub has_push_token: bool,
    pub app_version: String,
    pub registered_at: DateTime<Utc>,
    pub last_seen_at: DateTime<Utc>,
    /// The device this call was made from.
    pub current: bool,
    pub version: i32,
}

#[derive(Clone, Debug, Object)]
pub struct DevicesOut {
    pub items: Vec<DeviceOut>,
}
