//! What reaches you, and how.

use crate::words::wire_words;
use poem_openapi::Object;

wire_words! {
    /// What notifications are about.
    NotificationJob {
        CheckIn = "check_in",
        PlanReview = "plan_review",
        AgreementRound = "agreement_round",
        MessageNotice = "message_notice",
        /// A promised date has passed. Always told in the app.
        OverdueNotice = "overdue_notice",
        /// A provider's only notification. Always there in the app.
        Digest = "digest",
    }
}

/// What is left out stays as it is.
#[derive(Clone, Debug, Object)]
pub struct NotificationSettingIn {
    pub job: NotificationJob,
    #[oai(skip_serializing_if_is_none)]
    pub on: Option<bool>,
    #[oai(skip_serializing_if_is_none)]
    pub push: Option<bool>,
    /// `digest` only.
    #[oai(skip_serializing_if_is_none)]
    pub email: Option<bool>,
}

#[derive(Clone, Debug, Object)]
pub struct NotificationSettingsIn {
    pub items: Vec<NotificationSettingIn>,
}

#[derive(Clone, Debug, Object)]
pub struct NotificationSettingOut {
    pub job: NotificationJob,
    pub on: bool,
    /// Whether `on` is yours to change.
    pub can_switch_off: bool,
    pub push: bool,
    #[oai(skip_serializing_if_is_none)]
    pub email: Option<bool>,
}

/// The settings of your role.
#[derive(Clone, Debug, Object)]
pub struct NotificationSettingsOut {
    pub items: Vec<NotificationSettingOut>,
}
