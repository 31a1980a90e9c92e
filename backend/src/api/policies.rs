//! The organisation's policy.

use crate::api::answer::{Accepted, Created, Found, Versioned, accepted, created, found, versioned};
use crate::api::auth::SignedIn;
use crate::api::problem::Problem;
use crate::api::tags::ApiTags;
use crate::app::{policies, policy_previews};
use crate::state::App;
use domain::ids::PreviewId;
use mobile_contract::policy::{PoliciesOut, PolicyIn, PolicyOut, PolicyPreviewIn, PolicyPreviewOut};
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use std::sync::Arc;
use uuid::Uuid;

pub struct PoliciesApi;

#[OpenApi(prefix_path = "/v1", tag = "ApiTags::Organisation")]
impl PoliciesApi {
    /// Read my organisation's policy
    ///
    /// Bounds and defaults. They can only make things quieter or rarer than owner and provider chose.
    #[oai(path = "/policy", method = "get", operation_id = "get_policy")]
    async fn get_policy(&self, app: Data<&Arc<App>>, caller: SignedIn) -> Result<Versioned<PolicyOut>, Problem> {
        let out = policies::get(&app, caller.0).await?;
        let version = out.version;
        Ok(versioned(out, version))
    }

    /// Read who changed the policy, when and why, newest first
    ///
    /// For everybody of the organisation, each version with its reason.
    #[oai(path = "/policy/versions", method = "get", operation_id = "list_policy_versions")]
    async fn list_policy_versions(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        cursor: Query<Option<String>>,
        limit: Query<Option<u32>>,
    ) -> Result<Found<PoliciesOut>, Problem> {
        Ok(found(policies::versions(&app, caller.0, cursor.as_deref(), limit.0).await?))
    }

    /// Publish the next version of the policy
    ///
    /// For admins. Holds at once, for everything that is still to come.
    #[oai(path = "/policy", method = "post", operation_id = "create_policy")]
    async fn create_policy(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        body: Json<PolicyIn>,
    ) -> Result<Created<PolicyOut>, Problem> {
        let changes = policies::named(&body.changes);
        let out = policies::publish(&app, caller.0, &changes, &body.why, if_match.as_deref()).await?;
        let version = out.version;
        Ok(created(out, version))
    }

    /// Try a change of the policy
    ///
    /// For admins. What the next 30 days would be like; look at the answer's id until it is finished.
    #[oai(path = "/policy/previews", method = "post", operation_id = "create_policy_preview")]
    async fn create_policy_preview(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        body: Json<PolicyPreviewIn>,
    ) -> Result<Accepted<PolicyPreviewOut>, Problem> {
        Ok(accepted(policy_previews::ask(&app, caller.0, &policies::named(&body.changes)).await?))
    }

    /// See what a change would do
    ///
    /// The worker plays the coming days on a copy: `progress` counts up until `state` says that it is
    /// finished. Look again after a few seconds.
    #[oai(path = "/policy/previews/:id", method = "get", operation_id = "get_policy_preview")]
    async fn get_policy_preview(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Found<PolicyPreviewOut>, Problem> {
        Ok(found(policy_previews::get(&app, caller.0, PreviewId(id.0)).await?))
    }
}
