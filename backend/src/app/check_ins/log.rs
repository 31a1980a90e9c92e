//! Which answers to check-ins a provider was shown the words of, in the owner's log.

use crate::app::Answer;
use crate::state::App;
use domain::access::{AccessAction, AllowedBecause, Via};
use domain::ownership::Standing;
use mobile_contract::check_ins::CheckInOut;
use storage::Authorized;
use storage::audit::{self, Access};
use storage::relationships::Related;

/// Writes down whose own words are about to be shown to a provider: one line for a reading, which names each
/// check-in once. It is part of the reading: who cannot commit it may not answer. A tap, a date or a
/// receipt is no text of hers.
pub(super) async fn words_shown(app: &App, related: &Authorized<Related>, items: &[CheckInOut]) -> Answer<()> {
    let permit = related.permit();
    let subjects: Vec<String> =
        items.iter().filter(|item| item.note.is_some()).map(|item| item.id.to_string()).collect();
    if related.view.standing(permit.actor()) == Standing::Owner || subjects.is_empty() {
        return Ok(());
    }
    let access = Access {
        owner: related.view.owner,
        action: AccessAction::ReadAnswer,
        subject: subjects.join(","),
        via: Some(Via { relationship: related.view.id, because: AllowedBecause::Sent }),
    };
    let tx = app.store.write().await?;
    audit::record(&tx, permit, access, app.now()).await?;
    tx.commit().await?;
    Ok(())
}
