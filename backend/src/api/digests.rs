//! The provider's daily digest, in the app.

use crate::api::answer::{Done, Found, found};
use crate::api::auth::SignedIn;
use crate::api::problem::Problem;
use crate::api::tags::ApiTags;
use crate::app::digests;
use crate::state::App;
use chrono::NaiveDate;
use mobile_contract::digests::{DigestOut, DigestsOut};
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use std::sync::Arc;

pub struct DigestsApi;

#[OpenApi(prefix_path = "/v1", tag = "ApiTags::Digests")]
impl DigestsApi {
    /// List my digests, newest first
    ///
    /// For providers: what each held in numbers. The lines are in the digest itself.
    #[oai(path = "/digests", method = "get", operation_id = "list_digests")]
    async fn list_digests(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        cursor: Query<Option<String>>,
        limit: Query<Option<u32>>,
    ) -> Result<Found<DigestsOut>, Problem> {
        Ok(found(digests::list(&app, caller.0, cursor.as_deref(), limit.0).await?))
    }

    /// Get today's digest
    ///
    /// There is none before its time, on a day off, or when nothing is to be said.
    #[oai(path = "/digests/today", method = "get", operation_id = "get_todays_digest")]
    async fn get_todays_digest(&self, app: Data<&Arc<App>>, caller: SignedIn) -> Result<Found<DigestOut>, Problem> {
        Ok(found(digests::today(&app, caller.0).await?))
    }

    /// Get the digest of a date
    ///
    /// As it reads now: what was recalled, ended or withdrawn since has vanished. Reading it opens no
    /// message and closes no clock.
    #[oai(path = "/digests/:day", method = "get", operation_id = "get_digest")]
    async fn get_digest(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        day: Path<NaiveDate>,
    ) -> Result<Found<DigestOut>, Problem> {
        Ok(found(digests::get(&app, caller.0, day.0).await?))
    }

    /// Mark a digest as opened
    ///
    /// The promises it lists are certain again.
    #[oai(path = "/digests/:day/open", method = "post", operation_id = "open_digest")]
    async fn open_digest(&self, app: Data<&Arc<App>>, caller: SignedIn, day: Path<NaiveDate>) -> Result<Done, Problem> {
        digests::open(&app, caller.0, day.0).await?;
        Ok(Done::Empty)
    }
}
