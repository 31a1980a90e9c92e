//! What people agree to, and take back.

use crate::app::sessions::Caller;
use crate::app::{Answer, Refusal, bounds};
use crate::state::App;
use crate::views;
use domain::policy::OnOwn;
use domain::words::ConsentKind;
use mobile_contract::consents::{ConsentOut, ConsentsOut};
use mobile_contract::problem::ProblemCode;
use storage::{consents, relationships, rows};
use uuid::Uuid;

const LIST: &str = "list_consents";
/// Gives a consent. Given again while it stands to the same text, the first one is answered.
pub async fn give(app: &App, caller: Caller, kind: ConsentKind, text_version: &str) -> Answer<ConsentOut> {
    let text_version = bounds::line("/text_version", text_version, bounds::MAX_TEXT_VERSION)?;
    let permit = relationships::leave(caller.actor, OnOwn::Consents, caller.actor.account)?;
    let id = app.store.new_id();
    let tx = app.store.write().await?;
    let standing = consents::standing(&*tx, caller.actor.account, kind).await?;
    if let Some(row) = standing.filter(|row| row.text_version == text_version) {
        return present(&row);
    }
    consents::give(&tx, permit, id, kind, text_version.to_owned(), app.now()).await?;
    tx.commit().await?;
    get(app, caller, id).await
}

/// The caller's consents, newest first, withdrawn ones among them.
pub async fn list(app: &App, caller: Caller, cursor: Option<&str>, limit: Option<u32>) -> Answer<ConsentsOut> {
    let permit = relationships::leave(caller.actor, OnOwn::Consents, caller.actor.account)?;
    let limit = views::limit(limit)?;
    let after = views::place(app, caller, LIST, cursor)?;
    let mut rows = consents::page(app.store.read(), permit, after, limit + 1).await?;
    let last = views::cut(&mut rows, limit).map(|row| (row.given_at, row.id));
    let items = rows.iter().map(present).collect::<Answer<_>>()?;
    Ok(ConsentsOut { items, next_cursor: last.map(|last| views::cursor(app, caller, LIST, last)) })
}

/// Withdraws a consent from now on. Withdrawn before: nothing changes.
pub async fn withdraw(app: &App, caller: Caller, id: Uuid) -> Answer<ConsentOut> {
    let tx = app.store.write().await?;
    let row = consents::authorized(&*tx, caller.actor, id).await?;
    consents::withdraw(&tx, &row, app.now()).await?;
    tx.commit().await?;
    get(app, caller, id).await
}

/// Nobody writes before she has said that she knows this is not for emergencies (R22).
pub(crate) async fn needed_to_write(app: &App, caller: Caller) -> Answer<()> {
    let given = consents::standing(app.store.read(), caller.actor.account, ConsentKind::NonEmergency).await?;
    if given.is_some() { Ok(()) } else { Err(Refusal::new(ProblemCode::ConsentNeeded)) }
}

async fn get(app: &App, caller: Caller, id: Uuid) -> Answer<ConsentOut> {
    present(&*consents::authorized(app.store.read(), caller.actor, id).await?)
}

pub(crate) fn present(row: &rows::Consent) -> Answer<ConsentOut> {
    Ok(ConsentOut {
        id: row.id,
        kind: views::word(&row.kind)?,
        text_version: row.text_version.clone(),
        given_at: row.given_at,
        withdrawn_at: row.withdrawn_at,
    })
}
