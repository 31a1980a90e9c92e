//! Pause, hospital stay and quiet hours.

use crate::api::answer::{Done, Found, Versioned, found, versioned};
use crate::api::auth::SignedIn;
use crate::api::problem::Problem;
use crate::api::tags::ApiTags;
use crate::app::owners_life;
use crate::state::App;
use mobile_contract::owners_life::{HospitalIn, HospitalOut, PauseIn, PauseOut, QuietHoursIn, QuietHoursOut};
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::Header;
use poem_openapi::payload::Json;
use std::sync::Arc;

pub struct OwnersLifeApi;

#[OpenApi(prefix_path = "/v1", tag = "ApiTags::OwnersLife")]
impl OwnersLifeApi {
    /// See whether I paused
    ///
    /// For owners. While you pause, nothing is sent to you by itself.
    #[oai(path = "/pause", method = "get", operation_id = "get_pause")]
    async fn get_pause(&self, app: Data<&Arc<App>>, caller: SignedIn) -> Result<Found<PauseOut>, Problem> {
        Ok(found(owners_life::get_pause(&app, caller.0).await?))
    }

    /// Pause
    ///
    /// At once: what was planned to ask me something is cancelled in the same commit. A pause that
    /// runs already goes on to the new end.
    #[oai(path = "/pause", method = "post", operation_id = "create_pause")]
    async fn create_pause(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        body: Json<PauseIn>,
    ) -> Result<Found<PauseOut>, Problem> {
        Ok(found(owners_life::pause(&app, caller.0, body.0.until).await?))
    }

    /// End the pause
    ///
    /// Nothing is sent for the time of it.
    #[oai(path = "/pause", method = "delete", operation_id = "delete_pause")]
    async fn delete_pause(&self, app: Data<&Arc<App>>, caller: SignedIn) -> Result<Done, Problem> {
        owners_life::end_pause(&app, caller.0).await?;
        Ok(Done::Empty)
    }

    /// See my hospital status
    ///
    /// For owners. Nobody else reads it here.
    #[oai(path = "/hospital", method = "get", operation_id = "get_hospital")]
    async fn get_hospital(&self, app: Data<&Arc<App>>, caller: SignedIn) -> Result<Found<HospitalOut>, Problem> {
        Ok(found(owners_life::get_hospital(&app, caller.0).await?))
    }

    /// Say that I am in hospital
    ///
    /// Check-ins and prompts stop at once. The plan and Help now still open.
    #[oai(path = "/hospital", method = "post", operation_id = "create_hospital")]
    async fn create_hospital(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        body: Json<HospitalIn>,
    ) -> Result<Found<HospitalOut>, Problem> {
        Ok(found(owners_life::admitted(&app, caller.0, body.0.message_notices).await?))
    }

    /// Say that I am home again
    ///
    /// If I chose it, I am asked about my plan once two weeks have passed.
    #[oai(path = "/hospital", method = "delete", operation_id = "delete_hospital")]
    async fn delete_hospital(&self, app: Data<&Arc<App>>, caller: SignedIn) -> Result<Done, Problem> {
        owners_life::discharged(&app, caller.0).await?;
        Ok(Done::Empty)
    }

    /// See my quiet hours
    ///
    /// For owners, on your own clock. They hold in the time zone of your account.
    #[oai(path = "/quiet_hours", method = "get", operation_id = "get_quiet_hours")]
    async fn get_quiet_hours(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
    ) -> Result<Versioned<QuietHoursOut>, Problem> {
        let out = owners_life::get_quiet_hours(&app, caller.0).await?;
        let version = out.version;
        Ok(versioned(out, version))
    }

    /// Set my quiet hours
    ///
    /// For owners. Nothing makes a sound between `from` and `to`; they may span midnight, and equal times
    /// mean none.
    #[oai(path = "/quiet_hours", method = "put", operation_id = "put_quiet_hours")]
    async fn put_quiet_hours(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        body: Json<QuietHoursIn>,
    ) -> Result<Versioned<QuietHoursOut>, Problem> {
        let out = owners_life::set_quiet_hours(&app, caller.0, &body.0, if_match.as_deref()).await?;
        let version = out.version;
        Ok(versioned(out, version))
    }
}
