//! Signing in, staying signed in, and seeing from where.

use crate::words::wire_words;
use chrono::{DateTime, Utc};
use poem_openapi::Object;
use uuid::Uuid;

wire_words! {
    /// One role per account and session.
    Role {
        ServiceUser = "service_user",
        Provider = "provider",
        Consultant = "consultant",
        Admin = "admin",
        Duty = "duty",
    }
    /// Where pushes for this device go.
    Platform {
        Apns = "apns",
        Fcm = "fcm",
        /// A browser, or an app that uses UnifiedPush.
        WebPush = "web_push",
        /// A browser or PC without push.
        None = "none",
    }
    /// Which of Apple's two worlds a token belongs to. Always `production` for other platforms.
    PushEnvironment {
        Production = "production",
        Sandbox = "sandbox",
    }
}

#[derive(Clone, Debug, Object)]
pub struct SignInIn {
    #[oai(validator(min_length = 1, max_length = 200))]
    pub login: String,
    #[oai(validator(min_length = 1, max_length = 200))]
    pub password: String,
    /// The device this session is bound to, made anew unless `device_id` names one of yours.
    pub device: DeviceIn,
    #[oai(skip_serializing_if_is_none)]
    pub device_id: Option<Uuid>,
}

/// Where a browser or a UnifiedPush app is reached: what `PushSubscription.toJSON()` gives in a browser.
#[derive(Clone, Debug, Object)]
pub struct PushSubscriptionIn {
    /// The push service's address for this subscription: https, and open to everybody.
    pub endpoint: String,
    pub keys: PushKeysIn,
}

/// What a push is sealed with (RFC 8291), in base64url.
#[derive(Clone, Debug, Object)]
pub struct PushKeysIn {
    /// The device's public key: an uncompressed point of P-256, 65 bytes.
    pub p256dh: String,
    /// The device's secret: 16 bytes.
    pub auth: String,
}

/// What an app needs before it can register for pushes.
#[derive(Clone, Debug, Object)]
pub struct PushSettingsOut {
    /// `applicationServerKey` for Web Push and UnifiedPush, in base64url. Left out where this installation
    /// has none: browsers then hear nothing.
    #[oai(skip_serializing_if_is_none)]
    pub web_push_key: Option<String>,
}

#[derive(Clone, Debug, Object)]
pub struct DeviceIn {
    pub platform: Platform,
    #[oai(skip_serializing_if_is_none)]
    pub environment: Option<PushEnvironment>,
    /// The gateway's token. May be left out and registered later.
    #[oai(skip_serializing_if_is_none, validator(min_length = 1, max_length = 4096))]
    pub push_token: Option<String>,
    /// In place of a token where the platform is `web_push`. May be left out and registered later.
    #[oai(skip_serializing_if_is_none)]
    pub subscription: Option<PushSubscriptionIn>,
    #[oai(validator(min_length = 1, max_length = 64))]
    pub app_version: String,
}

#[derive(Clone, Debug, Object)]
pub struct RefreshIn {
    #[oai(validator(min_length = 1, max_length = 200))]
    pub refresh_token: String,
}

/// Both tokens are opaque. The refresh token is good once.
#[derive(Clone, Debug, Object)]
pub struct TokensOut {
    pub access_token: String,
    pub access_expires_at: DateTime<Utc>,
    pub refresh_token: String,
    pub refresh_expires_at: DateTime<Utc>,
    pub session_id: Uuid,
    pub device_id: Uuid,
    pub account_id: Uuid,
    pub role: Role,
}

#[derive(Clone, Debug, Object)]
pub struct SessionOut {
    pub id: Uuid,
    pub device_id: Uuid,
    pub platform: Platform,
    pub app_version: String,
    pub created_at: DateTime<Utc>,
    pub last_seen_at: DateTime<Utc>,
    /// The session this call was made in.
    pub current: bool,
}

#[derive(Clone, Debug, Object)]
pub struct SessionsOut {
    pub items: Vec<SessionOut>,
}

/// Opens the account an invitation was made for.
#[derive(Clone, Debug, Object)]
pub struct AcceptInvitationIn {
    #[oai(validator(min_length = 1, max_length = 200))]
    pub code: String,
    /// 12 to 200 characters.
    #[oai(validator(min_length = 12, max_length = 200))]
    pub password: String,
    /// The person states that she is 18 or older (R56).
    pub adult: bool,
}

#[derive(Clone, Debug, Object)]
pub struct AccountOpenedOut {
    pub account_id: Uuid,
    pub login: String,
    pub role: Role,
}
