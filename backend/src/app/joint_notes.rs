//! The owner's notes of a joint session. They are hers: the provider reads those that are shown, while the session is
//! open, and writes none.

use crate::app::joint_sessions::{find, key_of};
use crate::app::sessions::Caller;
use crate::app::{Answer, Refusal, bounds};
use crate::state::App;
use crate::views::{self, Page};
use chrono::SubsecRound;
use domain::access::{AccessAction, AllowedBecause, Via};
use domain::ids::{JointNoteId, JointSessionId};
use domain::joint_sessions::MAX_NOTE;
use domain::policy::OnJointSession;
use domain::wording::{FieldFault, Unit};
use mobile_contract::export::ExportedJointNoteOut;
use mobile_contract::joint_sessions::{
    JointNoteIn, JointNoteOut, JointNotePutIn, JointNoteVersionOut, JointNoteVersionsOut, JointNotesOut,
};
use storage::audit::{self, Access};
use storage::joint_notes::versions::{self, Version};
use storage::joint_notes::{self, Note};
use storage::joint_sessions::{self, Joint, Side, side};
use storage::{Authorized, WriteTx};

/// Writes something down, as long as the session lasts.
pub async fn write(app: &App, caller: Caller, id: JointSessionId, body: JointNoteIn) -> Answer<JointNoteOut> {
    said(&body.text)?;
    let (key, now) = (key_of(app, caller, id).await?, app.now().trunc_subsecs(6));
    let tx = app.store.write().await?;
    let action = OnJointSession::WriteNote;
    let joint = joint_sessions::held(&app.store, &tx, caller.actor, action, id, now).await?;
    let note = JointNoteId(body.id.unwrap_or_else(|| app.store.new_id()));
    if joint_notes::is_taken(&*tx, note).await? {
        return match joint_notes::one(&*tx, &key, &joint, note).await {
            Ok(first) => Ok(present(&first)),
            Err(storage::StorageError::Hidden) => Err(Refusal::conflict()),
            Err(error) => Err(error.into()),
        };
    }
    joint_notes::write(&tx, &key, &joint, note, &body.text, body.shown, now).await?;
    let out = present(&*joint_notes::one(&*tx, &key, &joint, note).await?);
    tx.commit().await?;
    Ok(out)
}

/// The session's notes, newest first; to the provider those that are shown.
pub async fn list(
    app: &App,
    caller: Caller,
    id: JointSessionId,
    cursor: Option<&str>,
    limit: Option<u32>,
) -> Answer<JointNotesOut> {
    let limit = views::limit(limit)?;
    let list = format!("list_joint_notes {id}");
    let after = views::place(app, caller, &list, cursor)?;
    let (tx, key, joint) = reading(app, caller, id).await?;
    let mut notes = joint_notes::page(&*tx, &key, &joint, after, limit + 1).await?;
    let next_cursor =
        views::cut(&mut notes, limit).map(|last| views::cursor(app, caller, &list, (last.created_at, last.id.0)));
    log(app, &tx, &joint, &notes).await?;
    tx.commit().await?;
    Ok(JointNotesOut { items: notes.iter().map(present).collect(), next_cursor })
}

/// Everything the caller ever wrote down in a joint session, newest first.
pub async fn all(
    app: &App,
    caller: Caller,
    cursor: Option<&str>,
    limit: Option<u32>,
) -> Answer<Page<ExportedJointNoteOut>> {
    const LIST: &str = "joint_notes_of_all";
    let limit = views::limit(limit)?;
    let after = views::place(app, caller, LIST, cursor)?;
    let mut notes = joint_notes::of_all(&app.store, app.store.read(), caller.actor, after, limit + 1).await?;
    let next_cursor = views::cut(&mut notes, limit)
        .map(|last| views::cursor(app, caller, LIST, (last.note.created_at, last.note.id.0)));
    let items = notes
        .iter()
        .map(|written| ExportedJointNoteOut {
            session_id: written.session.0,
            note: present(&written.note),
            earlier: written.earlier.iter().map(shown).collect(),
        })
        .collect();
    Ok(Page { items, next_cursor })
}

pub async fn get(app: &App, caller: Caller, id: JointSessionId, note: JointNoteId) -> Answer<JointNoteOut> {
    let (tx, key, joint) = reading(app, caller, id).await?;
    let note = joint_notes::one(&*tx, &key, &joint, note).await?.into_inner();
    log(app, &tx, &joint, std::slice::from_ref(&note)).await?;
    tx.commit().await?;
    Ok(present(&note))
}

/// Says something else, or shows it or not, from now on; after the session too.
pub async fn put(
    app: &App,
    caller: Caller,
    id: JointSessionId,
    note: JointNoteId,
    body: JointNotePutIn,
    if_match: Option<&str>,
) -> Answer<JointNoteOut> {
    said(&body.text)?;
    let (key, now) = (key_of(app, caller, id).await?, app.now());
    let tx = app.store.write().await?;
    let joint = joint_sessions::held(&app.store, &tx, caller.actor, OnJointSession::TendNotes, id, now).await?;
    let before = joint_notes::one(&*tx, &key, &joint, note).await?;
    views::if_match(if_match, before.version)?;
    if before.text == body.text && before.shown == body.shown {
        return Ok(present(&before));
    }
    joint_notes::replace(&tx, &key, &before, &body.text, body.shown, now).await?;
    let out = present(&*joint_notes::one(&*tx, &key, &joint, note).await?);
    tx.commit().await?;
    Ok(out)
}

/// What one of the owner's notes said, newest first, as it is now among it.
pub async fn versions(
    app: &App,
    caller: Caller,
    (id, note): (JointSessionId, JointNoteId),
    cursor: Option<&str>,
    limit: Option<u32>,
) -> Answer<JointNoteVersionsOut> {
    let limit = views::limit(limit)?;
    let list = format!("list_joint_note_versions {note}");
    let before = views::place_by_number(app, caller, &list, cursor)?;
    let (tx, key, note) = tending(app, caller, id, note).await?;
    let mut found = versions::page(&*tx, &key, &note, before, limit + 1).await?;
    let next_cursor =
        views::cut(&mut found, limit).map(|last| views::cursor_by_number(app, caller, &list, last.number, None));
    Ok(JointNoteVersionsOut { items: found.iter().map(shown).collect(), next_cursor })
}

/// One version of one of the owner's notes.
pub async fn version(
    app: &App,
    caller: Caller,
    (id, note): (JointSessionId, JointNoteId),
    number: i32,
) -> Answer<JointNoteVersionOut> {
    let (tx, key, note) = tending(app, caller, id, note).await?;
    Ok(shown(&versions::one(&*tx, &key, &note, number).await?))
}

/// Says again what an earlier version said, as a new version. Whether it is shown stays as it is: looking back shows
/// nothing to anybody.
pub async fn restore(
    app: &App,
    caller: Caller,
    (id, note): (JointSessionId, JointNoteId),
    number: i32,
    if_match: Option<&str>,
) -> Answer<JointNoteOut> {
    let (tx, key, before) = tending(app, caller, id, note).await?;
    views::if_match(if_match, before.version)?;
    let again = versions::one(&*tx, &key, &before, number).await?;
    if again.text == before.text {
        return Ok(present(&before));
    }
    joint_notes::replace(&tx, &key, &before, &again.text, before.shown, app.now()).await?;
    let joint = joint_sessions::held(&app.store, &tx, caller.actor, OnJointSession::TendNotes, id, app.now()).await?;
    let out = present(&*joint_notes::one(&*tx, &key, &joint, note).await?);
    tx.commit().await?;
    Ok(out)
}

/// One of the owner's notes, and a turn to write.
async fn tending(
    app: &App,
    caller: Caller,
    id: JointSessionId,
    note: JointNoteId,
) -> Answer<(WriteTx, storage::sealed::DataKey, Authorized<Note>)> {
    let key = key_of(app, caller, id).await?;
    let tx = app.store.write().await?;
    let joint = joint_sessions::held(&app.store, &tx, caller.actor, OnJointSession::TendNotes, id, app.now()).await?;
    let note = joint_notes::one(&*tx, &key, &joint, note).await?;
    Ok((tx, key, note))
}

fn shown(version: &Version) -> JointNoteVersionOut {
    JointNoteVersionOut { number: version.number, written_at: version.written_at, text: version.text.clone() }
}

pub async fn delete(
    app: &App,
    caller: Caller,
    id: JointSessionId,
    note: JointNoteId,
    if_match: Option<&str>,
) -> Answer<()> {
    let (key, now) = (key_of(app, caller, id).await?, app.now());
    let tx = app.store.write().await?;
    let joint = joint_sessions::held(&app.store, &tx, caller.actor, OnJointSession::TendNotes, id, now).await?;
    let note = joint_notes::one(&*tx, &key, &joint, note).await?;
    views::if_match(if_match, note.version)?;
    joint_notes::delete(&tx, &note).await?;
    tx.commit().await?;
    Ok(())
}

/// The session, held while its notes are read.
async fn reading(
    app: &App,
    caller: Caller,
    id: JointSessionId,
) -> Answer<(WriteTx, storage::sealed::DataKey, Authorized<Joint>)> {
    let seen = find(app, caller, OnJointSession::See, id).await?;
    let action = match side(seen.permit(), &seen) {
        Side::Owner => OnJointSession::TendNotes,
        Side::Provider => OnJointSession::ReadShownNotes,
    };
    let key = key_of(app, caller, id).await?;
    let tx = app.store.write().await?;
    let joint = joint_sessions::held(&app.store, &tx, caller.actor, action, id, app.now()).await?;
    Ok((tx, key, joint))
}

/// What the provider reads is in the owner's log before it is answered.
async fn log(app: &App, tx: &WriteTx, joint: &Authorized<Joint>, notes: &[Note]) -> Answer<()> {
    if side(joint.permit(), joint) == Side::Owner || notes.is_empty() {
        return Ok(());
    }
    let access = Access {
        owner: joint.owner(),
        action: AccessAction::ReadJointNotes,
        subject: notes.iter().map(|note| note.id.to_string()).collect::<Vec<_>>().join(","),
        via: Some(Via { relationship: joint.related.view.id, because: AllowedBecause::Revealed }),
    };
    Ok(audit::record(tx, joint.permit(), access, app.now()).await?)
}

fn said(text: &str) -> Answer<()> {
    bounds::text("/text", text, MAX_NOTE)?;
    if text.trim().is_empty() {
        return Err(Refusal::field("/text", FieldFault::TooShort { min: 1, unit: Unit::Characters }));
    }
    Ok(())
}

pub(crate) fn present(note: &Note) -> JointNoteOut {
    JointNoteOut {
        id: note.id.0,
        text: note.text.clone(),
        shown: note.shown,
        created_at: note.created_at,
        updated_at: note.updated_at,
        version: note.version,
    }
}
