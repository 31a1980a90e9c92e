//! What of an owner's messages another person was shown, in the owner's log. Opening one is written
//! down with its receipt; this is about what is shown without opening anything.

use crate::app::Answer;
use crate::state::App;
use domain::access::{self, AccessAction, AllowedBecause, Via};
use domain::ownership::{Relationship, Standing};
use domain::policy::Permit;
use mobile_contract::messages::MessageOut;
use storage::audit::{self, Access};

/// Writes down which texts of the owner's are about to be shown to a provider. It is part of the
/// reading: who cannot commit it may not answer. What the author sees of her own, and the owner of
/// what was written to her, is no reading by another person.
pub(crate) async fn shown(app: &App, permit: Permit, view: &Relationship, items: &[MessageOut]) -> Answer<()> {
    let standing = view.standing(permit.actor());
    if standing == Standing::Owner {
        return Ok(());
    }
    let mut subjects: Vec<String> = Vec::new();
    let hers = || items.iter().filter(|item| item.from_owner);
    subjects.extend(hers().filter(|item| item.body.is_some()).map(|item| item.id.to_string()));
    let unopened = || hers().filter(|item| item.body.is_none());
    if unopened().any(|item| item.gist.is_some()) {
        subjects.push(access::GIST.to_owned());
    }
    if unopened().any(|item| item.preview.is_some()) {
        subjects.push(access::PREVIEW.to_owned());
    }
    if subjects.is_empty() {
        return Ok(());
    }
    let because = if standing == Standing::Substitute { AllowedBecause::StandsIn } else { AllowedBecause::Sent };
    let access = Access {
        owner: view.owner,
        action: AccessAction::ReadMessages,
        subject: subjects.join(","),
        via: Some(Via { relationship: view.id, because }),
    };
    let tx = app.store.write().await?;
    audit::record(&tx, permit, access, app.now()).await?;
    tx.commit().await?;
    Ok(())
}
