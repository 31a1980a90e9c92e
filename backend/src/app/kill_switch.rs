//! Stopping everything this installation sends.

use crate::app::Answer;
use crate::app::sessions::Caller;
use crate::state::App;
use domain::policy::OnOrganisation;
use mobile_contract::accounts::KillSwitchOut;
use storage::{for_organisation, instance, uncertain_promises};

pub async fn get(app: &App, caller: Caller) -> Answer<KillSwitchOut> {
    for_organisation(caller.actor, OnOrganisation::KillSwitch)?;
    let switch = instance::kill_switch(app.store.read()).await?;
    Ok(KillSwitchOut { on: switch.on, since: switch.since })
}

/// While it is on, no send begins, and no promised date is certain: nobody is reminded of it.
/// Nothing is sent afterwards for the time it was on.
pub async fn set(app: &App, caller: Caller, on: bool) -> Answer<KillSwitchOut> {
    let permit = for_organisation(caller.actor, OnOrganisation::KillSwitch)?;
    let now = app.now();
    let tx = app.store.write().await?;
    let before = instance::kill_switch(&*tx).await?;
    if before.on != on {
        instance::set_kill_switch(&tx, permit, on, now).await?;
        match before.since {
            _ if on => uncertain_promises::mark_all(&tx, now).await?,
            Some(since) => uncertain_promises::lift(&tx, since).await?,
            None => {}
        }
        tracing::warn!(on, by = %permit.account(), "kill_switch.moved");
    }
    tx.commit().await?;
    get(app, caller).await
}
