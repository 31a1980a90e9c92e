//! The owner's own plan.

use crate::api::answer::{Created, Found, Versioned, created, found, versioned};
use crate::api::auth::SignedIn;
use crate::api::problem::Problem;
use crate::api::tags::ApiTags;
use crate::app::crisis_plan;
use crate::state::App;
use crate::views;
use domain::ids::AccountId;
use mobile_contract::crisis_plan::{
    PlanOut, PlanReviewIn, PlanReviewOut, PlanReviewsOut, PlanSection, PlanSectionIn, PlanUseIn, PlanUseOut,
    PlanUsesOut, PlanVersionsOut, PlanWordingOut,
};
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use std::sync::Arc;

pub struct CrisisPlanApi;

#[OpenApi(prefix_path = "/v1", tag = "ApiTags::Plan")]
impl CrisisPlanApi {
    /// Get my plan, whole
    ///
    /// It opens at any time: during a pause and a hospital stay too. Version 0 is the plan before
    /// its first word.
    #[oai(path = "/plan", method = "get", operation_id = "get_plan")]
    async fn get_plan(&self, app: Data<&Arc<App>>, caller: SignedIn) -> Result<Versioned<PlanOut>, Problem> {
        let out = crisis_plan::get(&app, caller.0).await?;
        let version = out.version;
        Ok(versioned(out, version))
    }

    /// Write one section
    ///
    /// Each change is a new version of the whole plan. Empty text removes the section.
    #[oai(path = "/plan/sections/:section", method = "put", operation_id = "put_plan_section")]
    async fn put_plan_section(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        section: Path<PlanSection>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        body: Json<PlanSectionIn>,
    ) -> Result<Versioned<PlanOut>, Problem> {
        let section = views::word(section.as_str())?;
        let out = crisis_plan::write_section(&app, caller.0, section, &body.text, if_match.as_deref()).await?;
        let version = out.version;
        Ok(versioned(out, version))
    }

    /// List the versions of my plan, newest first
    ///
    /// For owners. Each change of a section made one.
    #[oai(path = "/plan/versions", method = "get", operation_id = "list_plan_versions")]
    async fn list_plan_versions(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        cursor: Query<Option<String>>,
        limit: Query<Option<u32>>,
    ) -> Result<Found<PlanVersionsOut>, Problem> {
        Ok(found(crisis_plan::versions(&app, caller.0, cursor.as_deref(), limit.0).await?))
    }

    /// Get my plan as it was worded once
    ///
    /// For owners. Restoring it makes a new version; nothing is ever overwritten.
    #[oai(path = "/plan/versions/:number", method = "get", operation_id = "get_plan_version")]
    async fn get_plan_version(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        number: Path<i32>,
    ) -> Result<Found<PlanWordingOut>, Problem> {
        Ok(found(crisis_plan::version(&app, caller.0, number.0).await?))
    }

    /// Make an earlier wording the present one
    ///
    /// As a new version: nothing in between is lost.
    #[oai(path = "/plan/versions/:number/restore", method = "post", operation_id = "restore_plan_version")]
    async fn restore_plan_version(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        number: Path<i32>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
    ) -> Result<Versioned<PlanOut>, Problem> {
        let out = crisis_plan::restore(&app, caller.0, number.0, if_match.as_deref()).await?;
        let version = out.version;
        Ok(versioned(out, version))
    }

    /// Say that I used my plan
    ///
    /// For owners. Two weeks later you may be asked to look at the plan, if you wanted that.
    #[oai(path = "/plan/uses", method = "post", operation_id = "create_plan_use")]
    async fn create_plan_use(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        body: Json<PlanUseIn>,
    ) -> Result<Created<PlanUseOut>, Problem> {
        let body = body.0;
        let level = views::word(body.level.as_str())?;
        Ok(created(crisis_plan::record_use(&app, caller.0, body.id, level, body.note).await?, 1))
    }

    /// List the uses of my plan, newest first
    ///
    /// For owners: when it served, at which step, in your own words.
    #[oai(path = "/plan/uses", method = "get", operation_id = "list_plan_uses")]
    async fn list_plan_uses(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        cursor: Query<Option<String>>,
        limit: Query<Option<u32>>,
    ) -> Result<Found<PlanUsesOut>, Problem> {
        Ok(found(crisis_plan::uses(&app, caller.0, cursor.as_deref(), limit.0).await?))
    }

    /// Say that I looked at my plan, or want to
    ///
    /// Needs no prompt. A prompt is answered where it came from: `answer_prompt`.
    #[oai(path = "/plan/reviews", method = "post", operation_id = "create_plan_review")]
    async fn create_plan_review(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        body: Json<PlanReviewIn>,
    ) -> Result<Created<PlanReviewOut>, Problem> {
        let body = body.0;
        let answer = views::word(body.answer.as_str())?;
        let with = body.with_provider_id.map(AccountId);
        Ok(created(crisis_plan::record_review(&app, caller.0, body.id, answer, with).await?, 1))
    }

    /// List the reviews of my plan, newest first
    ///
    /// For owners: when you looked at the plan, and what you said.
    #[oai(path = "/plan/reviews", method = "get", operation_id = "list_plan_reviews")]
    async fn list_plan_reviews(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        cursor: Query<Option<String>>,
        limit: Query<Option<u32>>,
    ) -> Result<Found<PlanReviewsOut>, Problem> {
        Ok(found(crisis_plan::reviews(&app, caller.0, cursor.as_deref(), limit.0).await?))
    }
}
