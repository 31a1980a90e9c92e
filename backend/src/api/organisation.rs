//! Running an organisation: accounts, the kill switch, counts, and what the duty role hears.

use crate::api::answer::{Created, Found, Versioned, created, found, versioned};
use crate::api::auth::SignedIn;
use crate::api::problem::Problem;
use crate::api::tags::ApiTags;
use crate::app::organisation_accounts::{self, Invitee};
use crate::app::{counts, kill_switch, uncertain_promises};
use crate::state::App;
use crate::views;
use chrono::NaiveDate;
use domain::ids::AccountId;
use mobile_contract::accounts::{
    AccountInvitationIn, AccountInvitationOut, AccountOut, AccountsOut, KillSwitchIn, KillSwitchOut,
    UncertainPromisesOut,
};
use mobile_contract::counts::CountsOut;
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use std::sync::Arc;
use uuid::Uuid;

pub struct OrganisationApi;

#[OpenApi(prefix_path = "/v1", tag = "ApiTags::Organisation")]
impl OrganisationApi {
    /// Invite a person to an account
    ///
    /// An admin invites anybody, a provider service users. Hand the code over in person; it opens
    /// the account once. Whether the login is taken is not told.
    #[oai(path = "/account_invitations", method = "post", operation_id = "create_account_invitation")]
    async fn create_account_invitation(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        body: Json<AccountInvitationIn>,
    ) -> Result<Created<AccountInvitationOut>, Problem> {
        let body = body.0;
        let invitee = Invitee {
            role: views::word(body.role.as_str())?,
            login: body.login,
            display_name: body.display_name,
            email: body.email,
            language: body.language.map(|language| views::word(language.as_str())).transpose()?,
            zone: body.zone,
        };
        Ok(created(organisation_accounts::invite(&app, caller.0, invitee).await?, 1))
    }

    /// List the organisation's accounts, newest first
    ///
    /// For admins. No names and no content.
    #[oai(path = "/accounts", method = "get", operation_id = "list_accounts")]
    async fn list_accounts(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        cursor: Query<Option<String>>,
        limit: Query<Option<u32>>,
    ) -> Result<Found<AccountsOut>, Problem> {
        Ok(found(organisation_accounts::list(&app, caller.0, cursor.as_deref(), limit.0).await?))
    }

    /// Suspend an account
    ///
    /// For admins. Signed out everywhere and reached by nothing; what a provider promised is handed
    /// over, or its owner sees that the date is uncertain.
    #[oai(path = "/accounts/:id/suspend", method = "post", operation_id = "suspend_account")]
    async fn suspend_account(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Versioned<AccountOut>, Problem> {
        let out = organisation_accounts::suspend(&app, caller.0, AccountId(id.0)).await?;
        let version = out.version;
        Ok(versioned(out, version))
    }

    /// Let a suspended account be used again
    ///
    /// For admins.
    #[oai(path = "/accounts/:id/resume", method = "post", operation_id = "resume_account")]
    async fn resume_account(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Versioned<AccountOut>, Problem> {
        let out = organisation_accounts::resume(&app, caller.0, AccountId(id.0)).await?;
        let version = out.version;
        Ok(versioned(out, version))
    }

    /// See whether everything is stopped
    ///
    /// For admins.
    #[oai(path = "/kill_switch", method = "get", operation_id = "get_kill_switch")]
    async fn get_kill_switch(&self, app: Data<&Arc<App>>, caller: SignedIn) -> Result<Found<KillSwitchOut>, Problem> {
        Ok(found(kill_switch::get(&app, caller.0).await?))
    }

    /// Stop everything, or let it go on
    ///
    /// For admins. While it is on, this installation sends nothing to anybody, and promised dates
    /// are shown as uncertain. What was not sent is not sent later.
    #[oai(path = "/kill_switch", method = "put", operation_id = "set_kill_switch")]
    async fn set_kill_switch(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        body: Json<KillSwitchIn>,
    ) -> Result<Found<KillSwitchOut>, Problem> {
        Ok(found(kill_switch::set(&app, caller.0, body.on).await?))
    }

    /// Count what was sent, held and skipped
    ///
    /// For admins. Whole calendar months; counts over fewer than five people are left out.
    #[oai(path = "/counts", method = "get", operation_id = "list_counts")]
    async fn list_counts(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        /// First date.
        from: Query<NaiveDate>,
        /// The date after the last.
        to: Query<NaiveDate>,
    ) -> Result<Found<CountsOut>, Problem> {
        Ok(found(counts::of_period(&app, caller.0, from.0, to.0).await?))
    }

    /// List promised replies whose date is uncertain, newest first
    ///
    /// For the duty role and admins: ids and dates, no names and no content.
    #[oai(path = "/duty/uncertain_promises", method = "get", operation_id = "list_uncertain_promises")]
    async fn list_uncertain_promises(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        cursor: Query<Option<String>>,
        limit: Query<Option<u32>>,
    ) -> Result<Found<UncertainPromisesOut>, Problem> {
        Ok(found(uncertain_promises::list(&app, caller.0, cursor.as_deref(), limit.0).await?))
    }
}
