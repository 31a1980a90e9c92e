//! New goals and exercises begun make a pair look at its agreement again (R25), where the whole pair sees them: the cause
//! is told to both sides, and must not tell of a hidden thing.

use crate::app::Answer;
use chrono::{DateTime, Utc};
use domain::policy::Permit;
use domain::toolbox::{ItemKind, begins};
use domain::words::{RelationshipState, RoundCause};
use storage::toolbox::{self, Item, shared};
use storage::{WriteTx, agreement_rounds, relationships};

const EXERCISED: &[ItemKind] = &[ItemKind::ExerciseRun, ItemKind::Favourite];

/// What becoming `after` sets off. A draft is nothing yet.
pub(super) async fn wish(
    tx: &WriteTx,
    permit: Permit,
    before: Option<&Item>,
    after: &Item,
    now: DateTime<Utc>,
) -> Answer<()> {
    let before = before.filter(|item| !item.draft).map(|item| &item.content);
    let Some(cause) = begins(before, &after.content).filter(|_| !after.draft) else { return Ok(()) };
    if cause == RoundCause::ExercisesBegun && toolbox::kept_before(&**tx, permit, EXERCISED, after.id).await? {
        return Ok(());
    }
    for related in relationships::of_account(&**tx, permit.account(), now).await? {
        let active = related.view.state == RelationshipState::Active;
        if active && shared::is_seen_by_all(&**tx, &related, after.id, now).await? {
            agreement_rounds::wish(tx, related.view.id, related.view.owner, cause, now).await?;
        }
    }
    Ok(())
}
