//! Trying a change of policy before it is published. A worker plays it; here it is asked for and
//! looked at.

use crate::app::sessions::Caller;
use crate::app::{Answer, Refusal, counts, policies};
use crate::state::App;
use crate::views;
use domain::ids::PreviewId;
use domain::organisation_policy::preview::WAITING_AT_MOST;
use domain::policy::OnOrganisation;
use mobile_contract::policy::PolicyPreviewOut;
use serde_json::{Map, Value};
use storage::{for_organisation, previews};

/// Asks for a preview of the present rules with `changes`.
pub async fn ask(app: &App, caller: Caller, changes: &Map<String, Value>) -> Answer<PolicyPreviewOut> {
    let permit = for_organisation(caller.actor, OnOrganisation::PreviewPolicy)?;
    let (_, present) = storage::policies::in_force(app.store.read(), caller.actor.organisation).await?;
    let rules = policies::changed(&present, changes)?;
    let id = PreviewId(app.store.new_id());
    let tx = app.store.write().await?;
    if previews::unfinished(&*tx, caller.actor.organisation).await? >= WAITING_AT_MOST {
        return Err(Refusal::conflict());
    }
    previews::create(&tx, permit, id, &rules, app.now()).await?;
    tx.commit().await?;
    get(app, caller, id).await
}

/// How far it is, and what it came to.
pub async fn get(app: &App, caller: Caller, id: PreviewId) -> Answer<PolicyPreviewOut> {
    let row = previews::get(app.store.read(), caller.actor, id).await?;
    let result = previews::result_of(&row)?;
    let tallies =
        result.map(|result| Ok::<_, Refusal>((counts::present(result.today)?, counts::present(result.changed)?)));
    let (today, changed) = tallies.transpose()?.unzip();
    Ok(PolicyPreviewOut {
        id: row.id,
        state: views::word(&row.state)?,
        progress: row.progress,
        created_at: row.created_at,
        finished_at: row.finished_at,
        today,
        changed,
    })
}
