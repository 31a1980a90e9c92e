//! The route table: the API with its surroundings, its document, and the machine's own doors.

use crate::api;
use crate::compressed::Compressed;
use crate::middleware::Surroundings;
use crate::state::App;
use mobile_contract::problem::ProblemCode;
use poem::endpoint::BoxEndpoint;
use poem::http::{StatusCode, header};
use poem::web::Data;
use poem::{EndpointExt, IntoResponse, Response, Route, handler};
use std::sync::Arc;

/// Everything that is served.
pub fn routes(app: Arc<App>) -> BoxEndpoint<'static, Response> {
    let service = api::service();
    let browser = service.swagger_ui();
    let document = api::document::text();
    let document = poem::endpoint::make_sync(move |_| written("application/json", &document));
    let schema = api::document::export_schema::text();
    let schema = poem::endpoint::make_sync(move |_| written("application/schema+json", &schema));
    let api = service.with(Surroundings(Arc::clone(&app))).with(Compressed);
    crate::app_links::add(Route::new())
        .at("/healthz", healthz)
        .at("/readyz", readyz)
        .nest("/docs", browser)
        .at("/openapi.json", document)
        .at("/export.schema.json", schema)
        .nest("/", api)
        .data(app)
        .map_to_response()
        .boxed()
}

/// A text that says what it is: `with_header` would leave `text/plain` beside it.
pub(crate) fn written(content_type: &'static str, text: &str) -> Response {
    Response::builder().header(header::CONTENT_TYPE, content_type).body(text.to_owned())
}

/// The process lives.
#[handler]
fn healthz() -> &'static str {
    "ok"
}

/// The process can serve: its database answers.
#[handler]
async fn readyz(app: Data<&Arc<App>>) -> Response {
    match app.store.ping().await {
        Ok(()) => "ready".into_response(),
        Err(error) => {
            tracing::warn!(error = %error, "ready.no_database");
            let mut response = crate::middleware::respond(ProblemCode::Unavailable, Vec::new());
            response.set_status(StatusCode::SERVICE_UNAVAILABLE);
            response.headers_mut().insert(header::RETRY_AFTER, poem::http::HeaderValue::from_static("5"));
            response
        }
    }
}
