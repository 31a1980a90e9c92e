//! Admins, and providers who leave.

use super::{Act, Stop, both, somebody};
use crate::simulate::fields::Label;
use crate::simulate::line::{Event, Happening};
use crate::simulate::stage::Stage;
use backend::app::{kill_switch, organisation_accounts, parting, policies};
use domain::words::RelationshipState;

pub async fn act(stage: &mut Stage, event: &Event) -> Act<Vec<Event>> {
    let app = stage.app.clone();
    let admin = stage.admin;
    match &event.what {
        Happening::KillSwitch { on } => {
            kill_switch::set(&app, admin, *on).await?;
        }
        Happening::AccountSuspended { .. } => {
            let who = event.suspended().ok_or_else(|| Stop::Refused("who must be named".into()))?;
            let who = somebody(stage, who)?;
            organisation_accounts::suspend(&app, admin, who.actor.account).await?;
        }
        // She leaves each relationship first, which hands over or releases her promises.
        Happening::ProviderLeft {} => {
            let label: &Label = match (&event.provider, both(event)) {
                (Some(label), _) => label,
                (None, _) => return Err(Stop::Refused("provider must be named".into())),
            };
            let who = somebody(stage, label)?;
            for related in storage::relationships::of_account(app.store.read(), who.actor.account, app.now()).await? {
                let active = related.view.state == RelationshipState::Active;
                if active && related.view.members.contains(&who.actor.account) {
                    parting::leave(&app, who, related.view.id).await?;
                }
            }
            organisation_accounts::suspend(&app, admin, who.actor.account).await?;
        }
        Happening::PolicyPublished { changes, .. } => {
            let present = policies::get(&app, admin).await?;
            let tag = backend::api::answer::etag(present.version);
            policies::publish(&app, admin, &changes.0, "simulation", Some(&tag)).await?;
        }
        _ => {}
    }
    Ok(Vec::new())
}
