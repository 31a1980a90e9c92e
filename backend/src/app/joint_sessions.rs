//! Joint sessions (R62): beginning, joining, going on, revealing and ending. Nobody is notified of any of it: the two
//! are in the same room or in a call. A hospital stay ends none, since that is where they may sit together.

pub mod opened;

use crate::app::sessions::Caller;
use crate::app::{Answer, Refusal, as_reader};
use crate::state::App;
use crate::views;
use chrono::{DateTime, SubsecRound, Utc};
use domain::ids::{AccountId, JointSessionId, RelationshipId};
use domain::joint_sessions::{HERE_FOR, JointEnd, JointSight, JointStage, JointState, Opened};
use domain::ownership::{Actor, Standing};
use domain::policy::{InRelationship, OnJointSession};
use domain::wording::FieldFault;
use mobile_contract::joint_sessions::{
    JointPresenceOut, JointSessionIn, JointSessionOut, JointSessionPatch, JointSessionsOut,
};
use poem_openapi::types::MaybeUndefined;
use std::collections::{BTreeMap, BTreeSet};
use storage::joint_sessions::opened::sights;
use storage::joint_sessions::{self, Change, Joint, New, Side, is_here, side};
use storage::sealed::{DataKey, Scope};
use storage::{Authorized, StorageError, accounts, relationships, rows};

/// One of the two begins; the other one joins when she will.
pub async fn begin(app: &App, caller: Caller, id: RelationshipId, body: JointSessionIn) -> Answer<JointSessionOut> {
    let now = app.now();
    let action = InRelationship::OpenTogether;
    let related = relationships::authorized(app.store.read(), caller.actor, action, id, now).await?;
    let session = body.id.map(JointSessionId);
    if let Some(repeated) = session {
        match find(app, caller, OnJointSession::See, repeated).await {
            Ok(first) if first.related.view.id == id && first.view.proposed_by == caller.actor.account => {
                return one(app, caller, first).await;
            }
            Ok(_) => return Err(Refusal::conflict()),
            Err(Refusal { code: mobile_contract::problem::ProblemCode::NotFound, .. }) => {}
            Err(other) => return Err(other),
        }
    }
    let provider = match (related.view.standing(caller.actor), body.provider_id.map(AccountId)) {
        (Standing::Owner, None) => related.view.responsible,
        (Standing::Owner, Some(provider)) => provider,
        (_, None) => caller.actor.account,
        (_, Some(provider)) => Some(provider).filter(|id| *id == caller.actor.account).ok_or_else(not_with_her)?,
    };
    if !related.view.members.contains(&provider) {
        return Err(not_with_her());
    }
    let opened = body.opens.as_ref().map(opened::told).transpose()?;
    let owner = related.view.owner;
    let key = app.store.sealer.key(Scope::Owner(owner)).await?;
    let new = New { id: session.unwrap_or_else(|| JointSessionId(app.store.new_id())), provider, opened };
    let tx = app.store.write().await?;
    let related = relationships::authorized(&*tx, caller.actor, action, id, now).await?;
    if let Some(opened) = &new.opened {
        opened::can_be_chosen(&tx, caller, (owner, provider), opened, now).await?;
    }
    joint_sessions::settle_lapsed(&tx, now).await?;
    // Both databases keep microseconds, and a cursor must name what they keep.
    joint_sessions::begin(&tx, &key, &related, &new, now.trunc_subsecs(6)).await?;
    tx.commit().await?;
    get(app, caller, new.id).await
}

fn not_with_her() -> Refusal {
    Refusal::field("/provider_id", FieldFault::NotInList)
}

pub async fn get(app: &App, caller: Caller, id: JointSessionId) -> Answer<JointSessionOut> {
    let joint = find(app, caller, OnJointSession::See, id).await?;
    one(app, caller, joint).await
}

/// The pair's sessions, newest first; a provider finds her own.
pub async fn list(
    app: &App,
    caller: Caller,
    id: RelationshipId,
    cursor: Option<&str>,
    limit: Option<u32>,
) -> Answer<JointSessionsOut> {
    let (db, now) = (app.store.read(), app.now());
    let related = relationships::authorized(db, caller.actor, InRelationship::SeeJointSessions, id, now).await?;
    let limit = views::limit(limit)?;
    let list = format!("list_joint_sessions {id}");
    let after = views::place(app, caller, &list, cursor)?;
    let mut found = joint_sessions::page(&app.store, db, &related, after, limit + 1, now).await?;
    let last = views::cut(&mut found, limit).map(|last| (last.row.proposed_at, last.row.id));
    Ok(JointSessionsOut {
        items: present(app, caller, &found).await?,
        next_cursor: last.map(|last| views::cursor(app, caller, &list, last)),
    })
}

/// The other one joins. Joined before: nothing changes.
pub async fn join(app: &App, caller: Caller, id: JointSessionId) -> Answer<JointSessionOut> {
    let (_, now) = (key_of(app, caller, id).await?, app.now());
    let tx = app.store.write().await?;
    let joint = joint_sessions::held(&app.store, &tx, caller.actor, OnJointSession::Join, id, now).await?;
    if !joint.view.joined {
        joint_sessions::join(&tx, &joint, now).await?;
    }
    tx.commit().await?;
    get(app, caller, id).await
}

/// Goes on, back, or to something else.
pub async fn update(
    app: &App,
    caller: Caller,
    id: JointSessionId,
    patch: JointSessionPatch,
    if_match: Option<&str>,
) -> Answer<JointSessionOut> {
    let opens = match &patch.opens {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(opens) => Some(Some(opened::told(opens)?)),
    };
    let stage: Option<JointStage> = patch.stage.map(|stage| views::word(stage.as_str())).transpose()?;
    let (key, now) = (key_of(app, caller, id).await?, app.now());
    let tx = app.store.write().await?;
    let joint = joint_sessions::held(&app.store, &tx, caller.actor, OnJointSession::Move, id, now).await?;
    views::if_match(if_match, joint.row.version)?;
    if let Some(Some(opened)) = &opens {
        opened::can_be_chosen(&tx, caller, (joint.owner(), joint.view.provider), opened, now).await?;
    }
    let before = as_it_is(&joint);
    let to = moved(before.clone(), opens, stage)?;
    if to != before {
        joint_sessions::change(&tx, &key, &joint, &to, now).await?;
    }
    tx.commit().await?;
    get(app, caller, id).await
}

/// Where a session is after somebody opened something and went somewhere.
fn moved(mut to: Change, opens: Option<Option<Opened>>, stage: Option<JointStage>) -> Answer<Change> {
    if let Some(opened) = opens.filter(|opened| *opened != to.opened) {
        to = Change { stage: JointStage::Choose, opened, revealed_at: None };
    }
    if let Some(stage) = stage {
        if !to.stage.can_become(stage, to.opened.is_some()) {
            return Err(Refusal::conflict());
        }
        to.stage = stage;
    }
    to.revealed_at = to.revealed_at.filter(|_| to.stage.is_for_revealing());
    Ok(to)
}

/// The owner shows the provider what is open, until the session ends or she takes it back. A setting that denies it to
/// this provider stands, and so does a draft: then there is nothing that could be revealed.
pub async fn reveal(app: &App, caller: Caller, id: JointSessionId, if_match: Option<&str>) -> Answer<JointSessionOut> {
    let (key, now) = (key_of(app, caller, id).await?, app.now());
    let tx = app.store.write().await?;
    let joint = joint_sessions::held(&app.store, &tx, caller.actor, OnJointSession::Reveal, id, now).await?;
    views::if_match(if_match, joint.row.version)?;
    if !joint.stage.is_for_revealing() || !joint.opened.as_ref().is_some_and(Opened::is_the_owners) {
        return Err(Refusal::conflict());
    }
    let provider = accounts::for_machinery(&*tx, joint.view.provider).await?.ok_or_else(Refusal::not_found)?;
    let reader = as_reader::actor(&provider)?;
    if sights(&*tx, reader, &[&joint], now).await? != [Some(JointSight::Revealed)] {
        let mut shown = Joint::clone(&joint);
        shown.view.revealed_at = Some(now);
        if sights(&*tx, reader, &[&shown], now).await? == [Some(JointSight::Hidden)] {
            return Err(Refusal::conflict());
        }
        let to = Change { revealed_at: Some(now), ..as_it_is(&joint) };
        joint_sessions::change(&tx, &key, &joint, &to, now).await?;
    }
    tx.commit().await?;
    get(app, caller, id).await
}

/// The owner takes back what she revealed, at once, whatever was changed meanwhile.
pub async fn take_back(app: &App, caller: Caller, id: JointSessionId) -> Answer<()> {
    let (key, now) = (key_of(app, caller, id).await?, app.now());
    let tx = app.store.write().await?;
    let joint = joint_sessions::held(&app.store, &tx, caller.actor, OnJointSession::TakeBack, id, now).await?;
    if joint.view.state != JointState::Ended && joint.view.revealed_at.is_some() {
        let to = Change { revealed_at: None, ..as_it_is(&joint) };
        joint_sessions::change(&tx, &key, &joint, &to, now).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// The owner stops, or the provider leaves: at once, without a reason. Over already: nothing changes.
pub async fn end(app: &App, caller: Caller, id: JointSessionId) -> Answer<()> {
    let (_, now) = (key_of(app, caller, id).await?, app.now());
    let tx = app.store.write().await?;
    let joint = joint_sessions::held(&app.store, &tx, caller.actor, OnJointSession::End, id, now).await?;
    if joint.view.state == JointState::Ended {
        joint_sessions::settle_lapsed(&tx, now).await?;
    } else {
        let how = match side(joint.permit(), &joint) {
            Side::Owner => JointEnd::Stopped,
            Side::Provider => JointEnd::Left,
        };
        joint_sessions::end(&tx, &joint, how, now).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// "I am here", for the next half minute; and whether the other one is. Whoever asks says so too.
pub async fn be_here(app: &App, caller: Caller, id: JointSessionId) -> Answer<JointPresenceOut> {
    let (_, now) = (key_of(app, caller, id).await?, app.now());
    let tx = app.store.write().await?;
    let joint = joint_sessions::held(&app.store, &tx, caller.actor, OnJointSession::BeHere, id, now).await?;
    let mine = side(joint.permit(), &joint);
    let other = if mine == Side::Owner { Side::Provider } else { Side::Owner };
    let here_until = now + HERE_FOR;
    joint_sessions::be_here(&tx, &joint, mine, here_until, now).await?;
    joint_sessions::settle_lapsed(&tx, now).await?;
    tx.commit().await?;
    Ok(JointPresenceOut { here_until, other_is_here: is_here(&joint, other, now), version: joint.row.version })
}

pub(crate) async fn find(
    app: &App,
    caller: Caller,
    action: OnJointSession,
    id: JointSessionId,
) -> Answer<Authorized<Joint>> {
    Ok(joint_sessions::authorized(&app.store, app.store.read(), caller.actor, action, id, app.now()).await?)
}

/// The owner's key, fetched before anything is written.
pub(crate) async fn key_of(app: &App, caller: Caller, id: JointSessionId) -> Answer<DataKey> {
    let owner = find(app, caller, OnJointSession::See, id).await?.owner();
    Ok(app.store.sealer.key(Scope::Owner(owner)).await?)
}

fn as_it_is(joint: &Joint) -> Change {
    Change { stage: joint.stage, opened: joint.opened.clone(), revealed_at: joint.view.revealed_at }
}

async fn one(app: &App, caller: Caller, joint: Authorized<Joint>) -> Answer<JointSessionOut> {
    present(app, caller, &[joint]).await?.pop().ok_or_else(Refusal::not_found)
}

/// Sessions of one owner, as the caller may see them.
async fn present(app: &App, caller: Caller, found: &[Authorized<Joint>]) -> Answer<Vec<JointSessionOut>> {
    let (db, now) = (app.store.read(), app.now());
    let ids: BTreeSet<AccountId> = found.iter().flat_map(|joint| [joint.owner(), joint.view.provider]).collect();
    let people = accounts::many(db, &ids.into_iter().collect::<Vec<_>>()).await?;
    let person = |id: AccountId| -> Answer<&rows::Account> {
        let lost = || Refusal::from(StorageError::Corrupt("joint session without its two".into()));
        people.iter().find(|row| row.id == id.0).ok_or_else(lost)
    };
    let mut seen: BTreeMap<JointSessionId, JointSight> = BTreeMap::new();
    for provider in found.iter().map(|joint| joint.view.provider).collect::<BTreeSet<_>>() {
        let with_her: Vec<&Joint> =
            found.iter().filter(|joint| joint.view.provider == provider).map(|joint| &**joint).collect();
        let sights = sights(db, as_reader::actor(person(provider)?)?, &with_her, now).await?;
        let sights = with_her.iter().map(|joint| joint.id()).zip(sights);
        seen.extend(sights.filter_map(|(id, sight)| Some((id, sight?))));
    }
    found
        .iter()
        .map(|joint| {
            let (owner, provider) = (person(joint.owner())?, person(joint.view.provider)?);
            out(caller.actor, joint, (owner, provider), seen.get(&joint.id()).copied(), now)
        })
        .collect()
}

fn out(
    actor: Actor,
    joint: &Authorized<Joint>,
    (owner, provider): (&rows::Account, &rows::Account),
    sight: Option<JointSight>,
    now: DateTime<Utc>,
) -> Answer<JointSessionOut> {
    let entered = joint.view.has_entered(actor);
    let mine = side(joint.permit(), joint) == Side::Owner;
    let told = entered && (mine || sight != Some(JointSight::Hidden));
    let opened = joint.opened.as_ref().filter(|_| told);
    let over = joint.view.state == JointState::Ended;
    let ended = joint.row.ended_how.as_deref().map(views::word).transpose()?;
    let lapsed = joint.row.lapses_at <= now;
    let by_itself = if lapsed { JointEnd::Lapsed } else { JointEnd::Apart };
    Ok(JointSessionOut {
        id: joint.row.id,
        relationship_id: joint.row.relationship_id,
        owner: views::party(owner),
        provider: views::party(provider),
        proposed_by_me: joint.view.proposed_by == actor.account,
        state: views::word(joint.view.state.as_str())?,
        stage: if entered { Some(views::word(joint.stage.as_str())?) } else { None },
        opens: opened.map(opened::shown).transpose()?,
        chosen: entered && joint.opened.is_some(),
        sight: match sight.filter(|_| opened.is_some()) {
            Some(sight) => Some(views::word(sight.as_str())?),
            None => None,
        },
        proposed_at: joint.row.proposed_at,
        joined_at: joint.row.joined_at,
        ended_at: joint.row.ended_at.or_else(|| lapsed.then_some(joint.row.lapses_at)),
        ended: match ended {
            None if over => Some(views::word(by_itself.as_str())?),
            ended => ended,
        },
        version: joint.row.version,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(stage: JointStage) -> Change {
        let link = Opened::Link("https://example.org".to_owned());
        Change { stage, opened: Some(link), revealed_at: Some(DateTime::UNIX_EPOCH) }
    }

    #[test]
    fn something_else_begins_anew_and_choosing_again_takes_back() {
        let same = Some(at(JointStage::Explore).opened);
        assert_eq!(moved(at(JointStage::Explore), same, None).expect("the same"), at(JointStage::Explore));
        let back = moved(at(JointStage::Explore), None, Some(JointStage::Choose)).expect("back");
        assert_eq!((back.stage, back.revealed_at), (JointStage::Choose, None));
        let other = Some(Some(Opened::Link("https://example.com".to_owned())));
        let other = moved(at(JointStage::NewPerspective), other, Some(JointStage::Reveal)).expect("something else");
        assert_eq!((other.stage, other.revealed_at), (JointStage::Reveal, None));
        assert!(moved(at(JointStage::Explore), Some(None), Some(JointStage::Reveal)).is_err());
        assert!(moved(at(JointStage::Choose), None, Some(JointStage::Explore)).is_err());
    }
}
