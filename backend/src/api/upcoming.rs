//! What is to come.

use crate::api::answer::{Found, found};
use crate::api::auth::SignedIn;
use crate::api::problem::Problem;
use crate::api::tags::ApiTags;
use crate::app::upcoming;
use crate::state::App;
use mobile_contract::upcoming::UpcomingListOut;
use poem::web::Data;
use poem_openapi::OpenApi;
use std::sync::Arc;

pub struct UpcomingApi;

#[OpenApi(prefix_path = "/v1", tag = "ApiTags::Ledger")]
impl UpcomingApi {
    /// See what is coming, the soonest first
    ///
    /// For a service user every job that concerns her, her provider's reminders among them; for a
    /// provider the next digest and the check-ins in his name. Each with what stands against it now:
    /// the gate is asked again when the time comes.
    #[oai(path = "/upcoming", method = "get", operation_id = "list_upcoming")]
    async fn list_upcoming(&self, app: Data<&Arc<App>>, caller: SignedIn) -> Result<Found<UpcomingListOut>, Problem> {
        Ok(found(upcoming::list(&app, caller.0).await?))
    }
}
