//! Ending and leaving: what is closed, cancelled and handed over.

use crate::app::Answer;
use crate::app::relationships::after;
use crate::app::sessions::Caller;
use crate::state::App;
use domain::gate::Reason;
use domain::ids::{AccountId, MessageId, RelationshipId};
use domain::ownership::Standing;
use domain::policy::InRelationship;
use domain::words::{AccountState, ClosedBy, Job, RelationshipEnd, RelationshipState, RoundCause, SeriesState};
use storage::relationships::Related;
use storage::whose::Whose;
use storage::{
    WriteTx, accounts, agreement_rounds, clocks, joint_sessions, notices, parting, relationships, series,
    uncertain_promises,
};

/// Either side ends it, at once and without a reason. Everything planned for the pair is cancelled in the same
/// commit. What the owner did not do herself she is told in her waking hours; an invitation that is
/// withdrawn is told to nobody.
pub async fn end(app: &App, caller: Caller, id: RelationshipId) -> Answer<()> {
    let now = app.now();
    let tx = app.store.write().await?;
    let related = relationships::authorized(&*tx, caller.actor, InRelationship::End, id, now).await?;
    relationships::transition(&tx, &related, RelationshipState::Ended, now).await?;
    // An invitation that comes to nothing leaves nothing to settle.
    if related.view.state != RelationshipState::Invited {
        after(app, &tx, &related, RelationshipState::Ended, ClosedBy::RelationshipEnded, now).await?;
        if related.view.standing(caller.actor) != Standing::Owner {
            // After what was planned is cancelled: this is about the end itself.
            notices::end_for_owner(&tx, &related, RelationshipEnd::Ended, &|| app.store.new_id(), now).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

/// A provider takes part no longer (R20). Where colleagues stay, the one who joined first becomes
/// responsible and keeps what was promised on the dates that were shown; check-ins in the leaver's
/// name stop. Where nobody stays, open promises are released and the relationship ends; the owner is told
/// in her waking hours either way.
pub async fn leave(app: &App, caller: Caller, id: RelationshipId) -> Answer<()> {
    let now = app.now();
    let tx = app.store.write().await?;
    let related = relationships::authorized(&*tx, caller.actor, InRelationship::Leave, id, now).await?;
    let leaver = caller.actor.account;
    let stays = heir(&tx, &related, leaver).await?;
    let responsible = related.view.standing(caller.actor) == Standing::Responsible;
    let Some(stays) = stays.or((!responsible).then_some(related.view.responsible)) else {
        relationships::transition(&tx, &related, RelationshipState::Ended, now).await?;
        after(app, &tx, &related, RelationshipState::Ended, ClosedBy::Released, now).await?;
        // After what was planned is cancelled: this is about the end itself.
        notices::end_for_owner(&tx, &related, RelationshipEnd::Left, &|| app.store.new_id(), now).await?;
        tx.commit().await?;
        return Ok(());
    };
    for clock in clocks::open_of(&*tx, id).await? {
        if responsible && clock.provider_id == leaver.0 {
            clocks::take_over(&tx, &clock, stays).await?;
        } else if clock.handed_to == Some(leaver.0) {
            uncertain_promises::hand_back(&tx, &clock).await?;
        }
    }
    for row in series::of(&*tx, Whose::Relationship(id), Some(Job::CheckIn)).await? {
        if row.provider_id == Some(leaver.0) && !parting::is_over(&row) {
            series::settle(&tx, &row, SeriesState::Stopped, Reason::RelationshipEnded, now).await?;
        }
    }
    joint_sessions::end_all(&tx, id, Some(leaver), now).await?;
    relationships::depart(&tx, &related, responsible.then_some(stays), now).await?;
    if responsible {
        let about = MessageId(related.row.id);
        notices::message_for_owner(&tx, &related, about, now, &|| app.store.new_id(), now).await?;
        agreement_rounds::wish(&tx, id, related.view.owner, RoundCause::ProviderChanged, now).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// The colleague who can take over: the first to have joined whose account is active.
async fn heir(tx: &WriteTx, related: &Related, leaver: AccountId) -> Answer<Option<AccountId>> {
    let colleagues = relationships::colleagues(&**tx, related.view.id, leaver).await?;
    let accounts = accounts::many(&**tx, &colleagues).await?;
    let active =
        |id: &AccountId| accounts.iter().any(|row| row.id == id.0 && row.state == AccountState::Active.as_str());
    Ok(colleagues.into_iter().find(active))
}
