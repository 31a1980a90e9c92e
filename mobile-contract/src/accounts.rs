//! Accounts as the organisation sees them: who there is, in which role, and whether she may sign in.

use crate::sessions::Role;
use crate::words::{Language, wire_words};
use chrono::{DateTime, Utc};
use poem_openapi::Object;
use uuid::Uuid;

wire_words! {
    AccountState {
        Active = "active",
        Suspended = "suspended",
        Erased = "erased",
        Deceased = "deceased",
    }
    /// Why the date of a promise is no longer certain.
    Uncertainty {
        /// The digest that named it failed on every channel, or lay unopened.
        Unheard = "unheard",
        /// Its provider may not sign in.
        ProviderGone = "provider_gone",
        /// Nothing is sent by this installation.
        Stopped = "stopped",
    }
}

/// Invites a person to an account.
#[derive(Clone, Debug, Object)]
pub struct AccountInvitationIn {
    /// A provider invites service users; an admin anybody.
    pub role: Role,
    /// What she will sign in with: 3 to 200 characters.
    pub login: String,
    /// Name that the other side sees: 1 to 100 characters.
    pub display_name: String,
    /// Where her mail will go; she can change it.
    #[oai(skip_serializing_if_is_none)]
    pub email: Option<String>,
    #[oai(skip_serializing_if_is_none)]
    pub language: Option<Language>,
    /// IANA time zone; the organisation's where none is given.
    #[oai(skip_serializing_if_is_none)]
    pub zone: Option<String>,
}

/// The answer is the same whether or not the login is taken.
#[derive(Clone, Debug, Object)]
pub struct AccountInvitationOut {
    pub id: Uuid,
    /// Opens the account once, by `POST /v1/invitations/accept`. Shown only here.
    pub code: String,
    pub expires_at: DateTime<Utc>,
}

#[derive(Clone, Debug, Object)]
pub struct AccountOut {
    pub id: Uuid,
    pub role: Role,
    pub state: AccountState,
    pub created_at: DateTime<Utc>,
    pub version: i32,
}

#[derive(Clone, Debug, Object)]
pub struct AccountsOut {
    pub items: Vec<AccountOut>,
    #[oai(skip_serializing_if_is_none)]
    pub next_cursor: Option<String>,
}

/// Whether anything at all is sent by this installation.
#[derive(Clone, Debug, Object)]
pub struct KillSwitchIn {
    pub on: bool,
}

#[derive(Clone, Debug, Object)]
pub struct KillSwitchOut {
    pub on: bool,
    /// When it was last moved.
    #[oai(skip_serializing_if_is_none)]
    pub since: Option<DateTime<Utc>>,
}

/// A promised reply whose channel failed. No names, no content.
#[derive(Clone, Debug, Object)]
pub struct UncertainPromiseOut {
    /// The reply clock.
    pub id: Uuid,
    pub provider_id: Uuid,
    pub promised_on: chrono::NaiveDate,
    pub uncertain_since: DateTime<Utc>,
    pub why: Uncertainty,
}

#[derive(Clone, Debug, Object)]
pub struct UncertainPromisesOut {
    /// How many there are in all.
    pub count: u64,
    pub items: Vec<UncertainPromiseOut>,
    #[oai(skip_serializing_if_is_none)]
    pub next_cursor: Option<String>,
}
