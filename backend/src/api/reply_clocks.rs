//! Promised replies.

use crate::api::answer::{Found, Versioned, found, versioned};
use crate::api::auth::SignedIn;
use crate::api::problem::Problem;
use crate::api::tags::ApiTags;
use crate::app::reply_clocks;
use crate::state::App;
use crate::views;
use domain::ids::ReplyClockId;
use mobile_contract::reply_clocks::{
    ClockFilter, OverdueChoiceIn, OverdueChoiceOut, ReplyClockOut, ReplyClockPatch, ReplyClocksOut,
};
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use std::sync::Arc;
use uuid::Uuid;

pub struct ReplyClocksApi;

#[OpenApi(prefix_path = "/v1/reply_clocks", tag = "ApiTags::Messages")]
impl ReplyClocksApi {
    /// List reply clocks, the last opened first
    ///
    /// For both sides; open and overdue ones unless `state=all`.
    #[oai(path = "/", method = "get", operation_id = "list_reply_clocks")]
    async fn list_reply_clocks(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        state: Query<Option<ClockFilter>>,
        cursor: Query<Option<String>>,
        limit: Query<Option<u32>>,
    ) -> Result<Found<ReplyClocksOut>, Problem> {
        let open_only = state.0 != Some(ClockFilter::All);
        Ok(found(reply_clocks::list(&app, caller.0, open_only, cursor.as_deref(), limit.0).await?))
    }

    /// Get one reply clock
    ///
    /// For both parties: what was promised, by when, and how it ended.
    #[oai(path = "/:id", method = "get", operation_id = "get_reply_clock")]
    async fn get_reply_clock(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Versioned<ReplyClockOut>, Problem> {
        let out = reply_clocks::get(&app, caller.0, ReplyClockId(id.0)).await?;
        let version = out.version;
        Ok(versioned(out, version))
    }

    /// Promise a later day
    ///
    /// For providers. The owner sees both dates and is told.
    #[oai(path = "/:id", method = "patch", operation_id = "update_reply_clock")]
    async fn update_reply_clock(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        body: Json<ReplyClockPatch>,
    ) -> Result<Versioned<ReplyClockOut>, Problem> {
        let id = ReplyClockId(id.0);
        let out = reply_clocks::promise(&app, caller.0, id, body.promised_on, if_match.as_deref()).await?;
        let version = out.version;
        Ok(versioned(out, version))
    }

    /// Wait no longer
    ///
    /// For the owner.
    #[oai(path = "/:id/close", method = "post", operation_id = "close_reply_clock")]
    async fn close_reply_clock(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
    ) -> Result<Versioned<ReplyClockOut>, Problem> {
        let out = reply_clocks::close(&app, caller.0, ReplyClockId(id.0)).await?;
        let version = out.version;
        Ok(versioned(out, version))
    }

    /// Choose what to do once the date has passed
    ///
    /// For the owner.
    #[oai(path = "/:id/choice", method = "post", operation_id = "choose_reply_clock")]
    async fn choose_reply_clock(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        id: Path<Uuid>,
        body: Json<OverdueChoiceIn>,
    ) -> Result<Found<OverdueChoiceOut>, Problem> {
        let choice = views::word(body.choice.as_str())?;
        Ok(found(reply_clocks::choose(&app, caller.0, ReplyClockId(id.0), choice).await?))
    }
}
