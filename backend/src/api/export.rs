//! Taking everything away that is mine.

use crate::api::answer::{Found, found};
use crate::api::auth::SignedIn;
use crate::api::problem::Problem;
use crate::api::tags::ApiTags;
use crate::app::export;
use crate::middleware::Streamed;
use crate::state::App;
use bytes::Bytes;
use futures::stream::BoxStream;
use mobile_contract::export::{ExportFormat, ExportOut, ExportSummaryOut, FhirBundle};
use poem::web::Data;
use poem::{Body, IntoResponse, Response};
use poem_openapi::payload::{Json, Payload};
use poem_openapi::registry::{MetaSchemaRef, Registry};
use poem_openapi::types::ToJSON;
use poem_openapi::{ApiResponse, OpenApi};
use std::io;
use std::marker::PhantomData;
use std::sync::Arc;

/// What is read as a `T`, and never built as one.
pub struct Stream<T> {
    bytes: BoxStream<'static, io::Result<Bytes>>,
    shape: PhantomData<fn() -> T>,
}

impl<T> Stream<T> {
    fn of(bytes: BoxStream<'static, io::Result<Bytes>>) -> Self {
        Self { bytes, shape: PhantomData }
    }
}

impl<T: Taken> Payload for Stream<T> {
    const CONTENT_TYPE: &'static str = T::CONTENT_TYPE;

    fn schema_ref() -> MetaSchemaRef {
        T::schema_ref()
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }
}

impl<T: Taken> IntoResponse for Stream<T> {
    fn into_response(self) -> Response {
        let mut response = Response::builder().content_type(T::CONTENT_TYPE).body(Body::from_bytes_stream(self.bytes));
        response.set_data(Streamed);
        response
    }
}

/// What an export can be read as. Each has an operation of its own: of one with two media types a generated client
/// reads whichever comes first in the alphabet.
pub trait Taken: ToJSON {
    const CONTENT_TYPE: &'static str;
}

impl Taken for ExportOut {
    const CONTENT_TYPE: &'static str = Json::<Self>::CONTENT_TYPE;
}

impl Taken for FhirBundle {
    const CONTENT_TYPE: &'static str = "application/fhir+json";
}

/// 200 with a stream.
#[derive(ApiResponse)]
pub enum Given<T: Taken> {
    /// Everything, as it is read.
    #[oai(status = 200)]
    Body(
        Stream<T>,
        /// How many records were counted beforehand. Each begins a line with a space.
        #[oai(header = "Export-Records")]
        u64,
    ),
}

async fn given<T: Taken>(app: &Arc<App>, caller: SignedIn, format: ExportFormat) -> Result<Given<T>, Problem> {
    let begun = export::begin(app, caller.0, format).await?;
    Ok(Given::Body(Stream::of(begun.stream), begun.records))
}

pub struct ExportApi;

#[OpenApi(prefix_path = "/v1", tag = "ApiTags::Export")]
impl ExportApi {
    /// Take everything that is mine away
    ///
    /// For owners, and complete, as `/export.schema.json` describes it. The answer is streamed while it is read, has no
    /// ETag, and ends early where it cannot be read to its end: then it is no JSON, and has to be asked for again. What
    /// changes while it is written may be there or not.
    ///
    /// For progress: each record begins a line with a space, and no other line does. `Export-Records` says how many
    /// were counted before the first.
    ///
    /// A message that you have not opened is there as it is listed, with `opened_by_me: false`, its gist and what may be
    /// shown of its beginning, and without its text. It stays unopened, and its author is told nothing. That you took an
    /// export stands in your access log.
    #[oai(path = "/export", method = "get", operation_id = "get_export")]
    async fn get_export(&self, app: Data<&Arc<App>>, caller: SignedIn) -> Result<Given<ExportOut>, Problem> {
        given(&app, caller, ExportFormat::Json).await
    }

    /// Take what FHIR can say of it away
    ///
    /// For owners: a FHIR R4 bundle, without earlier versions and what no resource of it can say. It is streamed and
    /// ends as `get_export` does, stands in your access log too, and a record that has no resource is an empty line.
    #[oai(path = "/export/fhir", method = "get", operation_id = "get_export_fhir")]
    async fn get_export_fhir(&self, app: Data<&Arc<App>>, caller: SignedIn) -> Result<Given<FhirBundle>, Problem> {
        given(&app, caller, ExportFormat::Fhir).await
    }

    /// See how much there is to take away
    ///
    /// For owners: how many records each list of an export would hold now.
    #[oai(path = "/export/summary", method = "get", operation_id = "get_export_summary")]
    async fn get_export_summary(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
    ) -> Result<Found<ExportSummaryOut>, Problem> {
        Ok(found(export::summary(&app, caller.0).await?))
    }
}
