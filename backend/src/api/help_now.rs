//! Where acute needs are met (R23). Served without a session.

use crate::api::problem::Problem;
use crate::api::tags::ApiTags;
use crate::app::help_now;
use crate::state::App;
use domain::ids::OrganisationId;
use mobile_contract::help_now::HelpNowOut;
use poem::web::Data;
use poem_openapi::param::Query;
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, OpenApi};
use std::sync::Arc;
use uuid::Uuid;

/// A day fresh; a month where the server cannot be reached.
const KEEP: &str = "public, max-age=86400, stale-while-revalidate=604800, stale-if-error=2592000";

pub struct HelpNowApi;

/// 200 that may be kept on the phone.
#[derive(ApiResponse)]
enum Kept {
    /// As asked; keep it for when there is no network.
    #[oai(status = 200)]
    Body(Json<HelpNowOut>, #[oai(header = "Cache-Control")] String),
}

#[OpenApi(prefix_path = "/v1", tag = "ApiTags::HelpNow")]
impl HelpNowApi {
    /// Get the numbers to call
    ///
    /// Needs no session. The app keeps the answer, so that it opens offline.
    #[oai(path = "/help_now", method = "get", operation_id = "get_help_now")]
    async fn get_help_now(
        &self,
        app: Data<&Arc<App>>,
        /// ISO 3166 code; NO where none is given.
        country: Query<Option<String>>,
        /// Whose numbers; the installation's own where none is given.
        organisation: Query<Option<Uuid>>,
    ) -> Result<Kept, Problem> {
        let found = help_now::get(&app, country.as_deref(), organisation.0.map(OrganisationId)).await?;
        Ok(Kept::Body(Json(found), KEEP.to_owned()))
    }
}
