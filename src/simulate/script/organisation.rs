//! Admins, and providers who leave.

use super::{Act, Stop, both, somebody};
use crate::simulate::fields::Label;
use crate::simulate::line::{Event, Happening};
use crate::simulate::stage::Stage;
use backend::app::{kill_switch, organisation_accounts, policies};

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
        // Leaving is the same act as being suspended: open clocks are handed over or released first.
        Happening::ProviderLeft {} => {
            let label: &Label = match (&event.provider, both(event)) {
                (Some(label), _) => label,
                (None, _) => return Err(Stop::Refused("provider must be named".into())),
            };
            let who = somebody(stage, label)?;
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
