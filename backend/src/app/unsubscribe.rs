//! One click turns the digest mail off (RFC 8058). The link is all the proof there is, so it can do
//! nothing else; the digest in the app stays.

use crate::app::{Answer, Refusal};
use crate::state::App;
use domain::ids::AccountId;
use domain::words::Language;
use storage::{accounts, acts, notification_settings, unsubscribe};

/// Turns the mail off. Doing it again changes nothing.
pub async fn turn_off(app: &App, token: &str) -> Answer<()> {
    let account = known(app, token).await?.0;
    let tx = app.store.write().await?;
    acts::of(&*tx, account).await?;
    notification_settings::unsubscribe(&tx, account, app.now()).await?;
    tx.commit().await?;
    Ok(())
}

/// The language of whoever the link was sent to.
pub async fn language(app: &App, token: &str) -> Answer<Language> {
    Ok(known(app, token).await?.1)
}

async fn known(app: &App, token: &str) -> Answer<(AccountId, Language)> {
    let account = unsubscribe::account(app.store.sealer.master(), token).ok_or_else(Refusal::not_found)?;
    let row = accounts::for_machinery(app.store.read(), account).await?.ok_or_else(Refusal::not_found)?;
    Ok((account, crate::app::sessions::first_language(&row)))
}
