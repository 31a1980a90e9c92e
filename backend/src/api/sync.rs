//! What changed, for phones.

use crate::api::answer::{Found, found};
use crate::api::auth::SignedIn;
use crate::api::problem::Problem;
use crate::api::tags::ApiTags;
use crate::app::{events, sync};
use crate::middleware::Streamed;
use crate::state::App;
use bytes::Bytes;
use futures::stream::BoxStream;
use mobile_contract::sync::SyncOut;
use poem::http::{HeaderValue, header};
use poem::web::Data;
use poem::{Body, IntoResponse, Response};
use poem_openapi::param::{Header, Query};
use poem_openapi::payload::Payload;
use poem_openapi::registry::{MetaSchemaRef, Registry};
use poem_openapi::types::Type as _;
use poem_openapi::{ApiResponse, OpenApi};
use std::io;
use std::sync::Arc;

/// Server-sent events.
pub struct Events(BoxStream<'static, io::Result<Bytes>>);

impl Payload for Events {
    const CONTENT_TYPE: &'static str = "text/event-stream";

    fn schema_ref() -> MetaSchemaRef {
        String::schema_ref()
    }

    fn register(_: &mut Registry) {}
}

impl IntoResponse for Events {
    fn into_response(self) -> Response {
        let mut response = Response::builder().content_type(Self::CONTENT_TYPE).body(Body::from_bytes_stream(self.0));
        // A proxy in front of us would keep it until there is much of it.
        response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response.set_data(Streamed);
        response
    }
}

/// 200 with a stream of events.
#[derive(ApiResponse)]
pub enum Listened {
    /// Events, as they come.
    #[oai(status = 200)]
    Body(Events),
}

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
    /// Hear when there is something to sync
    ///
    /// For an app in the foreground. An event `changed` says that something is otherwise than when the last one came,
    /// and nothing else: sync then. Its `data` is an empty object. The first one comes at once, unless `Last-Event-ID` says
    /// that the last one heard is still the last. Comments are signs of life. The stream ends with the session and its
    /// access token, and when the server restarts: come back after `retry`, with a fresh token. An account has five
    /// streams at most. Where no stream can be had, sync when the app comes to the foreground.
    #[oai(path = "/events", method = "get", operation_id = "get_events")]
    async fn get_events(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        /// The `id` of the last event that was heard.
        #[oai(name = "Last-Event-ID")]
        last: Header<Option<String>>,
    ) -> Result<Listened, Problem> {
        Ok(Listened::Body(Events(events::open(&app, caller.0, last.0).await?)))
    }
}
