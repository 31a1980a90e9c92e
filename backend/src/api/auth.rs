//! The extractor that is the sign-in check: no handler can be reached without it, and every handler
//! that takes it knows who calls.

use crate::api::problem::{Problem, problem};
use crate::app::sessions::{self, Caller};
use crate::call;
use crate::state::App;
use mobile_contract::problem::ProblemCode;
use poem::Request;
use poem_openapi::SecurityScheme;
use poem_openapi::auth::Bearer;
use std::sync::Arc;

/// A short-lived access token from signing in or refreshing.
#[derive(SecurityScheme)]
#[oai(ty = "bearer", rename = "access_token", checker = "check")]
pub struct SignedIn(pub Caller);

/// The caller of a request that needs somebody signed in, where no handler has asked yet.
pub async fn identify(request: &Request) -> poem::Result<Caller> {
    let token = crate::idempotency::bearer(request).ok_or_else(|| problem(ProblemCode::NotSignedIn))?;
    check(request, Bearer { token: token.to_owned() }).await
}

async fn check(request: &Request, bearer: Bearer) -> poem::Result<Caller> {
    let Some(app) = request.data::<Arc<App>>() else { return Err(problem(ProblemCode::Internal).into()) };
    let known = match request.data::<Caller>() {
        Some(caller) => Some(*caller),
        None => sessions::caller(app, &bearer.token).await.map_err(Problem::from)?,
    };
    let caller = known.ok_or_else(|| poem::Error::from(problem(ProblemCode::NotSignedIn)))?;
    call::signed_in(caller.actor, caller.language);
    if let Err(wait) = app.limits.request(&caller.actor.account.to_string()) {
        return Err(super::problem::too_many(wait).into());
    }
    Ok(caller)
}
