//! `Idempotency-Key`: the same key and body get the first answer again.

use crate::api::problem::{Problem, problem};
use crate::app::sessions;
use crate::state::App;
use domain::ids::AccountId;
use mobile_contract::problem::ProblemCode;
use poem::http::{HeaderValue, StatusCode, header};
use poem::{Body, Endpoint, IntoResponse, Request, Response};
use sha2::{Digest, Sha256};
use std::time::Duration;
use storage::Store;
use storage::idempotency::{ABANDONED_AFTER, Claim, FirstAnswer, claim, finish, release};

const HEADER: &str = "idempotency-key";
const RELEASE_AGAIN_AFTER: Duration = Duration::from_millis(500);
/// In bytes.
pub const LONGEST_KEY: usize = 200;

/// Carries out an unsafe call once per key. Calls of nobody signed in are not kept: their answers
/// are tokens.
pub async fn answer<E: Endpoint>(app: &App, mut request: Request, body: Vec<u8>, inner: &E) -> poem::Result<Response> {
    let key = request.header(HEADER).map(str::to_owned);
    let account = match (&key, bearer(&request)) {
        (Some(_), Some(token)) => {
            sessions::caller(app, token).await.map_err(Problem::from)?.map(|caller| caller.actor.account)
        }
        _ => None,
    };
    let fingerprint = {
        let mut hash = Sha256::new();
        hash.update(request.method().as_str());
        hash.update([0]);
        hash.update(request.uri().path().as_bytes());
        hash.update([0]);
        hash.update(request.header(header::IF_MATCH).unwrap_or_default().as_bytes());
        hash.update([0]);
        hash.update(&body);
        hash.finalize()
    };
    request.set_body(Body::from_vec(body));
    let (Some(key), Some(account)) = (key, account) else {
        return Ok(inner.call(request).await?.into_response());
    };
    if key.is_empty() || key.len() > LONGEST_KEY {
        return Err(problem(ProblemCode::Malformed).into());
    }
    match claim(&app.store, account, &key, &fingerprint, app.now()).await.map_err(Problem::from)? {
        Claim::Answered(first) => Ok(again(first)),
        Claim::Mismatch => Err(problem(ProblemCode::IdempotencyMismatch).into()),
        Claim::InProgress => Err(problem(ProblemCode::IdempotencyInProgress).into()),
        Claim::Mine => carry_out(app, account, &key, request, inner).await,
    }
}

async fn carry_out<E: Endpoint>(
    app: &App,
    account: AccountId,
    key: &str,
    request: Request,
    inner: &E,
) -> poem::Result<Response> {
    let response = match inner.call(request).await {
        Ok(response) => response.into_response(),
        Err(error) => crate::middleware::as_problem(error),
    };
    // A refusal changed nothing: the same key may try again once the cause is gone.
    if !response.status().is_success() {
        // In an outage there is nothing to let go of it with yet, and the caller has waited once already.
        let outage = response.status() == StatusCode::SERVICE_UNAVAILABLE;
        if outage || release(&app.store, account, key).await.is_err() {
            tokio::spawn(release_once_possible(app.store.clone(), account, key.to_owned()));
        }
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let bytes = body.into_vec().await.map_err(|_| poem::Error::from(problem(ProblemCode::Internal)))?;
    let etag = parts.headers.get(header::ETAG).and_then(|tag| tag.to_str().ok()).map(str::to_owned);
    let first = FirstAnswer { status: parts.status.as_u16(), etag, body: bytes.clone() };
    finish(&app.store, account, key, &first).await.map_err(Problem::from)?;
    Ok(Response::from_parts(parts, Body::from_vec(bytes)))
}

/// Lets go of a key as soon as the database is back. Gives up well before the key counts as abandoned, so that nobody
/// else can hold it by then.
async fn release_once_possible(store: Store, account: AccountId, key: String) {
    let give_up = store.clock.now() + ABANDONED_AFTER / 2;
    while release(&store, account, &key).await.is_err() && store.clock.now() < give_up {
        tokio::time::sleep(RELEASE_AGAIN_AFTER).await;
    }
}

fn again(first: FirstAnswer) -> Response {
    let status = StatusCode::from_u16(first.status).unwrap_or(StatusCode::OK);
    let mut response = Response::builder().status(status);
    if !first.body.is_empty() {
        response = response.content_type("application/json; charset=utf-8");
    }
    let mut response = response.body(first.body);
    if let Some(Ok(tag)) = first.etag.map(|tag| HeaderValue::from_str(&tag)) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// The access token as it was sent.
pub fn bearer(request: &Request) -> Option<&str> {
    let (scheme, token) = request.header(header::AUTHORIZATION)?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
