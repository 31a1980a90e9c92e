//! Who sees what: the owner's settings, what comes of them, and the log of what was read.

use crate::api::answer::{Created, Done, Found, created, found};
use crate::api::auth::SignedIn;
use crate::api::problem::Problem;
use crate::api::tags::ApiTags;
use crate::app::{access_log, grants, shared_plan};
use crate::state::App;
use domain::ids::{AccountId, GrantId, RelationshipId};
use mobile_contract::access_log::AccessLogOut;
use mobile_contract::crisis_plan::{PlanAsSeenOut, PlanWishesOut, SharedPlanOut};
use mobile_contract::grants::{GrantIn, GrantOut, GrantsOut};
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use std::sync::Arc;
use uuid::Uuid;

pub struct SharingApi;

#[OpenApi(prefix_path = "/v1", tag = "ApiTags::Sharing")]
impl SharingApi {
    /// Share, or keep from someone
    ///
    /// Everything is private until shared. A setting for a section stands before one for the whole
    /// plan; a deny, for the provider or her team, before an allow of the same rank.
    #[oai(path = "/grants", method = "post", operation_id = "create_grant")]
    async fn create_grant(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        body: Json<GrantIn>,
    ) -> Result<Created<GrantOut>, Problem> {
        Ok(created(grants::give(&app, caller.0, body.0).await?, 1))
    }

    /// List my sharing settings, newest first
    ///
    /// For owners: what you show to whom, and what you keep from whom, with what you took back.
    #[oai(path = "/grants", method = "get", operation_id = "list_grants")]
    async fn list_grants(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        cursor: Query<Option<String>>,
        limit: Query<Option<u32>>,
    ) -> Result<Found<GrantsOut>, Problem> {
        Ok(found(grants::list(&app, caller.0, cursor.as_deref(), limit.0).await?))
    }

    /// Get one of my sharing settings
    ///
    /// For owners.
    #[oai(path = "/grants/:id", method = "get", operation_id = "get_grant")]
    async fn get_grant(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Found<GrantOut>, Problem> {
        Ok(found(grants::get(&app, caller.0, GrantId(id.0)).await?))
    }

    /// Take a sharing setting back
    ///
    /// At once. What was planned on it is cancelled in the same commit.
    #[oai(path = "/grants/:id", method = "delete", operation_id = "delete_grant")]
    async fn delete_grant(&self, app: Data<&Arc<App>>, caller: SignedIn, id: Path<Uuid>) -> Result<Done, Problem> {
        grants::revoke(&app, caller.0, GrantId(id.0)).await?;
        Ok(Done::Empty)
    }

    /// See my plan as one provider sees it
    ///
    /// Made by exactly what answers that provider.
    #[oai(path = "/plan/as_seen_by/:provider", method = "get", operation_id = "get_plan_as_seen_by")]
    async fn get_plan_as_seen_by(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        provider: Path<Uuid>,
    ) -> Result<Found<PlanAsSeenOut>, Problem> {
        Ok(found(shared_plan::as_seen_by(&app, caller.0, AccountId(provider.0)).await?))
    }

    /// Read what an owner shares of her plan with me
    ///
    /// The reading stands in her access log. Nothing shared and no such owner answer alike.
    #[oai(path = "/owners/:owner/plan", method = "get", operation_id = "get_shared_plan")]
    async fn get_shared_plan(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        owner: Path<Uuid>,
    ) -> Result<Found<SharedPlanOut>, Problem> {
        Ok(found(shared_plan::get(&app, caller.0, AccountId(owner.0)).await?))
    }

    /// See whether the owner wants to look at her plan together with me
    ///
    /// Empty unless she asked this provider and still shares something of the plan.
    #[oai(path = "/relationships/:id/plan_wishes", method = "get", operation_id = "list_plan_wishes")]
    async fn list_plan_wishes(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Found<PlanWishesOut>, Problem> {
        Ok(found(shared_plan::wishes(&app, caller.0, RelationshipId(id.0)).await?))
    }

    /// Read who read what is mine, newest first
    ///
    /// Who, what, when, through which relationship, and why it was allowed.
    #[oai(path = "/access_log", method = "get", operation_id = "list_access_log")]
    async fn list_access_log(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        cursor: Query<Option<String>>,
        limit: Query<Option<u32>>,
    ) -> Result<Found<AccessLogOut>, Problem> {
        Ok(found(access_log::list(&app, caller.0, cursor.as_deref(), limit.0).await?))
    }
}
