//! What changed, for phones.

use crate::api::answer::{Found, found};
use crate::api::auth::SignedIn;
use crate::api::problem::Problem;
use crate::api::tags::ApiTags;
use crate::app::sync;
use crate::state::App;
use mobile_contract::sync::SyncOut;
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::Query;
use std::sync::Arc;

pub struct SyncApi;

#[OpenApi(prefix_path = "/v1", tag = "ApiTags::Sync")]
impl SyncApi {
    /// Get what changed since I last asked
    ///
    /// For everybody who is signed in. Without a cursor a full load begins, and its first page has Help now and the
    /// whole crisis plan. Each page says everything that was changed, whole, and what is not to be seen any more. Ask
    /// again with the cursor of a page that you kept; at once, while `has_more`. An answer that was lost is had again
    /// by asking with the cursor before. One device asks one sync at a time.
    ///
    /// A cursor is one account's on one device, until it signs out, and for 60 days after it was last used. Any other
    /// is answered 410 `resync_needed`: begin a full load.
    ///
    /// The answer is compressed as `Accept-Encoding` has it: `br`, `zstd` or `gzip`.
    #[oai(path = "/sync", method = "get", operation_id = "get_sync")]
    async fn get_sync(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        cursor: Query<Option<String>>,
        limit: Query<Option<u32>>,
    ) -> Result<Found<SyncOut>, Problem> {
        Ok(found(Box::pin(sync::changes(&app, caller.0, cursor.as_deref(), limit.0)).await?))
    }
}
