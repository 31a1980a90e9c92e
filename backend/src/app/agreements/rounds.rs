//! Either asks for a round of the agreement (R25). When the owner is asked to take it is for the same
//! gate to say as for every round.

use crate::app::sessions::Caller;
use crate::app::{Answer, Refusal};
use crate::state::App;
use crate::views;
use domain::ids::RelationshipId;
use domain::policy::InRelationship;
use mobile_contract::agreements::AgreementRoundOut;
use storage::agreement_rounds::{self, Waiting};
use storage::{accounts, relationships};

/// The round that waits, as both see it.
pub async fn get(app: &App, caller: Caller, id: RelationshipId) -> Answer<AgreementRoundOut> {
    super::find(app, caller, InRelationship::SeeAgreement, id).await?;
    let waiting = agreement_rounds::waiting(app.store.read(), id).await?;
    present(app, id, waiting).await
}

/// Asks for one; while one waits, it is that one.
pub async fn ask(app: &App, caller: Caller, id: RelationshipId) -> Answer<AgreementRoundOut> {
    let now = app.now();
    let tx = app.store.write().await?;
    let related = relationships::authorized(&*tx, caller.actor, InRelationship::AskForRound, id, now).await?;
    let by = related.permit().account();
    let waiting = agreement_rounds::ask(&tx, id, related.view.owner, by, now).await?;
    let waiting = waiting.ok_or_else(Refusal::conflict)?;
    tx.commit().await?;
    present(app, id, Some(waiting)).await
}

async fn present(app: &App, id: RelationshipId, waiting: Option<Waiting>) -> Answer<AgreementRoundOut> {
    let asked_by = match waiting.and_then(|waiting| waiting.asked_by) {
        Some(id) => accounts::for_machinery(app.store.read(), id).await?,
        None => None,
    };
    Ok(AgreementRoundOut {
        relationship_id: id.0,
        waits: waiting.is_some(),
        cause: waiting.map(|waiting| views::word(waiting.cause.as_str())).transpose()?,
        asked_by: asked_by.as_ref().map(views::party),
        from: waiting.map(|waiting| waiting.from),
    })
}
