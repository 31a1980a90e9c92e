//! An owner has her account erased, and all that is hers.

use crate::app::sessions::{self, Caller};
use crate::app::{Answer, Refusal};
use crate::state::App;
use domain::policy::OnOwn;
use mobile_contract::problem::ProblemCode;
use storage::{accounts, erasure, relationships};

/// Erases the caller, who proves with her password that it is she who holds the phone. It cannot be undone.
pub async fn erase(app: &App, caller: Caller, password: String) -> Answer<()> {
    let me = relationships::leave(caller.actor, OnOwn::Erasure, caller.actor.account)?.account();
    if let Err(wait) = app.limits.sign_in(&me.to_string(), &me.to_string()) {
        return Err(Refusal { retry_after: Some(wait), ..Refusal::new(ProblemCode::TooManyRequests) });
    }
    let row = accounts::for_machinery(app.store.read(), me).await?.ok_or_else(Refusal::not_found)?;
    if !sessions::password_matches(app, row.password_hash, password).await? {
        return Err(Refusal::new(ProblemCode::WrongCredentials));
    }
    Ok(erasure::erase(&app.store, me).await?)
}
