//! `Idempotency-Key`: the same key and body get the first answer again.

use crate::api::problem::{Problem, problem};
use crate::app::sessions;
use crate::state::App;
use mobile_contract::problem::ProblemCode;
use poem::http::{HeaderValue, StatusCode, header};
use poem::{Body, Endpoint, IntoResponse, Request, Response};
use sha2::{Digest, Sha256};
use std::time::Duration;
use storage::Store;
use storage::idempotency::{
    ABANDONED_AFTER, Claim, FirstAnswer, Held, claim, finish, release, release_unless_done, within,
};

const HEADER: &str = "idempotency-key";
const AGAIN_AFTER: Duration = Duration::from_millis(500);
/// In bytes.
pub const LONGEST_KEY: usize = 200;

/// Carries out an unsafe call once per key. Calls of nobody signed in are not kept: their answers
/// are tokens.
pub async fn answer<E: Endpoint>(app: &App, mut request: Request, body: Vec<u8>, inner: &E) -> poem::Result<Response> {
    let key = request.header(HEADER).map(str::to_owned);
    let caller = match (&key, bearer(&request)) {
        (Some(_), Some(token)) => sessions::caller(app, token).await.map_err(Problem::from)?,
        _ => None,
    };
    if let Some(caller) = caller {
        // Whom the sign-in check finds is asked for once in a call.
        request.set_data(caller);
    }
    let account = caller.map(|caller| caller.actor.account);
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
    let mut holding = Holding::of(&app.store, Held::new(account, &key, app.now()));
    let claimed = claim(&app.store, &holding.held, &fingerprint).await.map_err(Problem::from)?;
    if claimed != Claim::Mine {
        holding.ended();
    }
    match claimed {
        Claim::Mine => carry_out(holding, request, inner).await,
        Claim::Answered(first) => Ok(again(first)),
        Claim::Done => Err(problem(ProblemCode::IdempotencyDone).into()),
        Claim::Mismatch => Err(problem(ProblemCode::IdempotencyMismatch).into()),
        Claim::InProgress => Err(problem(ProblemCode::IdempotencyInProgress).into()),
    }
}

async fn carry_out<E: Endpoint>(mut holding: Holding, request: Request, inner: &E) -> poem::Result<Response> {
    let response = match within(holding.held.clone(), Box::pin(inner.call(request))).await {
        Ok(response) => response.into_response(),
        Err(error) => crate::middleware::as_problem(error),
    };
    // A refusal changed nothing: the same key may try again once the cause is gone.
    if response.status().is_client_error() {
        if release(&holding.store, &holding.held).await.is_ok() {
            holding.ended();
        }
        return Ok(response);
    }
    if !response.status().is_success() {
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let bytes = body.into_vec().await.map_err(|_| poem::Error::from(problem(ProblemCode::Internal)))?;
    let etag = parts.headers.get(header::ETAG).and_then(|tag| tag.to_str().ok()).map(str::to_owned);
    let first = FirstAnswer { status: parts.status.as_u16(), etag, body: bytes.clone() };
    // It is done, and she is told so, whether or not the answer can be kept at once.
    holding.first = Some(first.clone());
    if finish(&holding.store, &holding.held, &first).await.is_ok() {
        holding.ended();
    }
    Ok(Response::from_parts(parts, Body::from_vec(bytes)))
}

/// A key while its call is carried out. However that ends (an outage, the deadline, a caller who hung up), what is
/// left to do about the key is done as soon as the database allows.
struct Holding {
    store: Store,
    held: Held,
    /// What was answered.
    first: Option<FirstAnswer>,
    ended: bool,
}

impl Holding {
    fn of(store: &Store, held: Held) -> Self {
        Self { store: store.clone(), held, first: None, ended: false }
    }

    /// Nothing is left to do about the key.
    fn ended(&mut self) {
        self.ended = true;
    }
}

impl Drop for Holding {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        let (store, held, first) = (self.store.clone(), self.held.clone(), self.first.take());
        // Without a runtime the process is ending, and the key counts as abandoned.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(once_possible(store, held, first));
        }
    }
}

/// Keeps the answer, or lets go of a key under which nothing was done. Gives up well before the key counts as
/// abandoned, so that nobody else can hold it by then.
async fn once_possible(store: Store, held: Held, first: Option<FirstAnswer>) {
    let give_up = store.clock.now() + ABANDONED_AFTER / 2;
    loop {
        let tried = store.while_it_answers(async {
            match &first {
                Some(first) => finish(&store, &held, first).await,
                None => release_unless_done(&store, &held).await,
            }
        });
        if tried.await.is_ok() || store.clock.now() >= give_up {
            return;
        }
        tokio::time::sleep(AGAIN_AFTER).await;
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
