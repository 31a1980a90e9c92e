//! What happens around every call: surroundings, limits, version check, body check, first answers,
//! conditional reads, and every error turned into a problem.

use crate::api::auth;
use crate::api::problem::{app_too_old, body as problem_body, field_error, problem, too_many, with_errors};
use crate::state::{App, Settings};
use crate::{call, meters, operations, retiring, shape};
use ipnet::IpNet;
use mobile_contract::problem::ProblemCode;
use poem::error::{MethodNotAllowedError, NotFoundError};
use poem::http::{HeaderValue, Method, StatusCode, Uri, header};
use poem::{Body, Endpoint, IntoResponse, Middleware, Request, Response};
use poem_openapi::OperationId;
use poem_openapi::error::{
    AuthorizationError, ContentTypeError, ParseParamError, ParsePathError, ParseRequestPayloadError,
};
use poem_openapi::payload::{Json, Payload as _};
use poem_openapi::types::ToJSON;
use sha2::{Digest, Sha256};
use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;
use storage::{changes, trace};
use tracing::field::Empty;
use tracing::{Instrument as _, Span};

/// Marks an answer that is written while it is read. Its body is not gathered for a validator, so that it has none, and
/// only its beginning has to be there within the deadline; what reads the rest holds itself to it page by page.
#[derive(Clone, Copy, Debug)]
pub struct Streamed;

/// All of it, in its order.
pub struct Surroundings(pub Arc<App>);

impl<E: Endpoint> Middleware<E> for Surroundings {
    type Output = Surrounded<Noted<E>>;
    fn transform(&self, inner: E) -> Self::Output {
        Surrounded { inner: Noted(inner), app: Arc::clone(&self.0) }
    }
}

/// Notes which operation was reached, before an error becomes an answer and forgets it.
pub struct Noted<E>(E);

impl<E: Endpoint> Endpoint for Noted<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let answer = self.0.call(request).await.map(IntoResponse::into_response);
        let operation = match &answer {
            Ok(response) => response.data::<OperationId>(),
            Err(error) => error.data::<OperationId>(),
        };
        if let Some(operation) = operation {
            call::reached(operation.0);
        }
        answer
    }
}

pub struct Surrounded<E> {
    inner: E,
    app: Arc<App>,
}

impl<E: Endpoint> Endpoint for Surrounded<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let asked = request.header(header::ACCEPT_LANGUAGE).and_then(crate::texts::negotiate);
        let clock = &self.app.store.clock;
        let begun = clock.now();
        // Neither the address nor a header of the call: both name things, and people. A trace that the caller names is not
        // gone on with: whoever calls would decide what is kept.
        let span = tracing::debug_span!(
            target: trace::TARGET, "call",
            otel.kind = "server",
            otel.name = operation(&request),
            http.request.method = request.method().as_str(),
            http.response.status_code = Empty,
        );
        let answer = call::within(asked, self.app.settings.default_language, async {
            let path = request.uri().path().to_owned();
            let response = match self.answer(request).await {
                Ok(response) => response,
                Err(error) => as_problem(error),
            };
            meters::answered(call::operation().unwrap_or("none"), response.status(), clock.now() - begun);
            Span::current().record("http.response.status_code", response.status().as_u16());
            let mut response = finished(response, &path);
            let Settings { public_url, retiring, .. } = &self.app.settings;
            retiring::announce(&mut response, retiring, call::operation(), &format!("{public_url}/docs"));
            Ok(response)
        });
        answer.instrument(span).await
    }
}

impl<E: Endpoint> Surrounded<E> {
    async fn answer(&self, mut request: Request) -> poem::Result<Response> {
        let app = &self.app;
        if let Err(wait) = app.limits.request(&address(&request, &app.settings)) {
            return Err(too_many(wait).into());
        }
        if too_old(&request, &app.settings) {
            return Err(app_too_old(app.settings.store_link.clone()).into());
        }
        let conditional = request.header(header::IF_NONE_MATCH).map(str::to_owned);
        let reads = matches!(*request.method(), Method::GET | Method::HEAD);
        if names_nul(request.uri()) {
            return Err(problem(ProblemCode::NotFound).into());
        }
        let (method, path) = (request.method().as_str(), request.uri().path());
        if !reads && operations::find(method, path).is_none() {
            // Before a key is claimed for what nobody can do.
            let code =
                if operations::allowed(path).is_some() { ProblemCode::MethodNotAllowed } else { ProblemCode::NotFound };
            return Ok(respond(code, Vec::new()));
        }
        if !reads {
            let bytes = checked_body(&mut request, app.settings.body_limit).await?;
            let answer = Box::pin(changes::told(async {
                well_shaped(&request, &bytes).await?;
                crate::idempotency::answer(app, request, bytes, &self.inner).await
            }));
            return in_time(app, answer).await;
        }
        let answer = Box::pin(self.inner.call(request));
        let response = in_time(app, async { Ok(answer.await?.into_response()) }).await?;
        not_modified(response, conditional.as_deref()).await
    }
}

/// The answer, or that there is none in time: a database that says nothing at all is an outage too. What was begun
/// is rolled back; a commit that is on its way by then may yet go through, which the Idempotency-Key knows.
async fn in_time(app: &App, answer: impl Future<Output = poem::Result<Response>>) -> poem::Result<Response> {
    match tokio::time::timeout(app.settings.deadline, answer).await {
        Ok(answered) => answered,
        Err(_) => Err(problem(ProblemCode::Unavailable).into()),
    }
}

/// The name of what is called, for its trace.
fn operation(request: &Request) -> &'static str {
    operations::find(request.method().as_str(), request.uri().path()).map_or("none", |operation| operation.id)
}

/// The whole body, within the limit and UTF-8. `SizeLimit` is not used: it answers 411 to every GET.
async fn checked_body(request: &mut Request, limit: usize) -> poem::Result<Vec<u8>> {
    let body = request.take_body();
    let bytes = body.into_bytes_limit(limit).await.map_err(|error| match error {
        poem::error::ReadBodyError::PayloadTooLarge => poem::Error::from(problem(ProblemCode::TooLarge)),
        _ => poem::Error::from(problem(ProblemCode::Malformed)),
    })?;
    if std::str::from_utf8(&bytes).is_err() {
        return Err(problem(ProblemCode::NotUtf8).into());
    }
    Ok(bytes.to_vec())
}

/// U+0000 in an address: no database column holds it, so nothing can have that name.
fn names_nul(uri: &Uri) -> bool {
    uri.path_and_query().is_some_and(|it| it.as_str().contains("%00"))
}

/// The body against its schema. Who is not signed in learns that first, as from every other call.
async fn well_shaped(request: &Request, bytes: &[u8]) -> poem::Result<()> {
    let Some(operation) = operations::find(request.method().as_str(), request.uri().path()) else { return Ok(()) };
    let json = request.content_type().is_some_and(Json::<serde_json::Value>::check_content_type);
    let Some(schema) = operation.body.filter(|_| json) else { return Ok(()) };
    let Err(fault) = shape::check(schema, bytes) else { return Ok(()) };
    if operation.signed_in {
        auth::identify(request).await?;
    }
    let errors = fault.faults.into_iter().map(|(field, fault)| field_error(&field, fault)).collect();
    Err(with_errors(fault.code, errors).into())
}

/// The caller's address: the peer's, or what the trusted proxies in front of us say it is.
pub fn address(request: &Request, settings: &Settings) -> String {
    let Some(peer) = request.remote_addr().as_socket_addr().map(|peer| peer.ip().to_canonical()) else {
        return String::new();
    };
    let forwarded = request.headers().get_all("x-forwarded-for").into_iter();
    let forwarded: Vec<&str> = forwarded.filter_map(|value| value.to_str().ok()).flat_map(|v| v.split(',')).collect();
    caller_behind(peer, &forwarded, &settings.trusted_proxies).to_string()
}

/// Walks the chain from the nearest hop: each trusted proxy vouches for the one before it, and the first that is
/// not ours is the caller. What stands further left was written by the caller and is not believed.
fn caller_behind(peer: IpAddr, forwarded: &[&str], trusted: &[IpNet]) -> IpAddr {
    let mut caller = peer;
    for hop in forwarded.iter().rev() {
        if !trusted.iter().any(|network| network.contains(&caller)) {
            break;
        }
        match hop.trim().parse::<IpAddr>() {
            Ok(address) => caller = address.to_canonical(),
            Err(_) => break,
        }
    }
    caller
}

fn too_old(request: &Request, settings: &Settings) -> bool {
    match (&settings.min_app_version, request.header("x-app-version")) {
        (Some(least), Some(version)) => version_numbers(version) < *least,
        _ => false,
    }
}

/// `2`, `2.1` and `2.1.0` are 2, 2.1 and 2.1.0; what is left out or not a number counts as 0.
fn version_numbers(text: &str) -> [u32; 3] {
    let mut parts = text.split('.').map(|part| part.parse().unwrap_or(0));
    std::array::from_fn(|_| parts.next().unwrap_or(0))
}

/// Gives every 200 but a stream a validator and answers 304 where the caller has it already.
async fn not_modified(response: Response, asked: Option<&str>) -> poem::Result<Response> {
    if response.status() != StatusCode::OK || response.data::<Streamed>().is_some() {
        return Ok(response);
    }
    let (mut parts, body) = response.into_parts();
    let bytes = body.into_bytes().await.map_err(|_| poem::Error::from(problem(ProblemCode::Internal)))?;
    if !parts.headers.contains_key(header::ETAG) {
        let tag = format!("W/\"{}\"", hex::encode(&Sha256::digest(&bytes)[..12]));
        if let Ok(value) = HeaderValue::from_str(&tag) {
            parts.headers.insert(header::ETAG, value);
        }
    }
    let tag = parts.headers.get(header::ETAG).and_then(|tag| tag.to_str().ok()).unwrap_or_default();
    let same = |a: &str| a == "*" || a.trim_start_matches("W/") == tag.trim_start_matches("W/");
    if asked.is_some_and(|asked| asked.split(',').map(str::trim).any(same)) {
        parts.status = StatusCode::NOT_MODIFIED;
        parts.headers.remove(header::CONTENT_TYPE);
        return Ok(Response::from_parts(parts, Body::empty()));
    }
    Ok(Response::from_parts(parts, Body::from_bytes(bytes)))
}

/// Any error as the problem it is; what is not known is ours (500).
pub fn as_problem(error: poem::Error) -> Response {
    if error.is_from_response() {
        return error.into_response();
    }
    let code = if error.is::<AuthorizationError>() {
        ProblemCode::NotSignedIn
    } else if error.is::<ContentTypeError>() {
        ProblemCode::UnsupportedMediaType
    } else if error.is::<NotFoundError>() {
        ProblemCode::NotFound
    } else if error.is::<MethodNotAllowedError>() {
        ProblemCode::MethodNotAllowed
    } else if error.is::<ParsePathError>() {
        // A path that cannot name anything names nothing.
        ProblemCode::NotFound
    } else if error.is::<ParseParamError>() || error.is::<ParseRequestPayloadError>() {
        ProblemCode::Malformed
    } else {
        match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => ProblemCode::TooLarge,
            StatusCode::NOT_FOUND => ProblemCode::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => ProblemCode::MethodNotAllowed,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => ProblemCode::UnsupportedMediaType,
            StatusCode::UNAUTHORIZED => ProblemCode::NotSignedIn,
            status if status.is_client_error() => ProblemCode::Malformed,
            _ => {
                tracing::error!(error = %error, "call.failed");
                ProblemCode::Internal
            }
        }
    };
    let mut errors = Vec::new();
    if let Some(parameter) = error.downcast_ref::<ParseParamError>() {
        errors.push(field_error(parameter.name, mobile_contract::problem::FieldFault::Format));
    }
    respond(code, errors)
}

/// A problem as a whole response, for places without an operation.
pub fn respond(code: ProblemCode, errors: Vec<mobile_contract::problem::FieldErrorOut>) -> Response {
    let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, "application/problem+json")
        .body(problem_body(code, errors).to_json_string());
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

/// Headers that every answer carries.
fn finished(mut response: Response, path: &str) -> Response {
    let not_allowed = response.status() == StatusCode::METHOD_NOT_ALLOWED;
    let headers = response.headers_mut();
    // Only what is no one's own says otherwise.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Language, Authorization"));
    if let Some(methods) = operations::allowed(path).filter(|_| not_allowed)
        && let Ok(methods) = HeaderValue::from_str(&methods)
    {
        headers.insert(header::ALLOW, methods);
    }
    if let Ok(language) = HeaderValue::from_str(call::language().as_str()) {
        headers.insert(header::CONTENT_LANGUAGE, language);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn behind(peer: &str, forwarded: &[&str]) -> String {
        let trusted = ["10.0.0.0/8".parse().expect("a network")];
        caller_behind(peer.parse().expect("an address"), forwarded, &trusted).to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed_about_the_caller() {
        assert_eq!(behind("203.0.113.7", &["198.51.100.1"]), "203.0.113.7");
        assert_eq!(behind("10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(behind("10.0.0.1", &["1.2.3.4", " 198.51.100.1", "10.0.0.2"]), "198.51.100.1");
        assert_eq!(behind("10.0.0.1", &["198.51.100.1", "unknown"]), "10.0.0.1");
        assert_eq!(behind("10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn versions_compare_by_their_numbers() {
        assert!(version_numbers("2.10") > version_numbers("2.9.9"));
        assert_eq!(version_numbers("2"), [2, 0, 0]);
        assert_eq!(version_numbers("two"), [0, 0, 0]);
    }
}
