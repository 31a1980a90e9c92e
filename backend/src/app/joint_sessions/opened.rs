//! What the two look at: choosing it, and reading it. What the provider reads of the owner's is in the owner's log.

use super::key_of;
use crate::app::sessions::Caller;
use crate::app::toolbox::shared::present;
use crate::app::{Answer, Refusal, as_reader, bounds, shared_plan};
use crate::state::App;
use crate::views;
use chrono::{DateTime, Utc};
use domain::access::{AccessAction, AllowedBecause, Via};
use domain::ids::{AccountId, ItemId, JointSessionId, LibraryEntryId};
use domain::joint_sessions::{JointSight, MAX_LINK, Opened};
use domain::policy::{OnJointSession, Permit};
use domain::toolbox::content::is_web_link;
use mobile_contract::joint_sessions::{JointOpened, JointOpenedOut};
use mobile_contract::problem::FieldFault;
use storage::audit::{self, Access};
use storage::joint_sessions::opened::{can_choose, item, section};
use storage::joint_sessions::{self, Joint, Side, side};
use storage::{StorageError, WriteTx, accounts, library};

/// What was asked for: exactly one thing.
pub(crate) fn told(opens: &JointOpened) -> Answer<Opened> {
    const AT: &str = "/opens";
    let JointOpened { item_id, section, library_entry_id, link } = opens;
    let section = section.map(|section| views::word(section.as_str())).transpose()?;
    let all = [
        item_id.map(|id| Opened::Item(ItemId(id))),
        section.map(Opened::Section),
        library_entry_id.map(|id| Opened::LibraryEntry(LibraryEntryId(id))),
        link.clone().map(Opened::Link),
    ];
    let mut all = all.into_iter().flatten();
    let opened = all.next().ok_or_else(|| Refusal::field(AT, FieldFault::Required))?;
    if all.next().is_some() {
        return Err(Refusal::field(AT, FieldFault::UnknownField));
    }
    if let Opened::Link(link) = &opened {
        bounds::text("/opens/link", link, MAX_LINK)?;
        if !is_web_link(link) {
            return Err(Refusal::field("/opens/link", FieldFault::Format));
        }
    }
    Ok(opened)
}

/// The same on the wire.
pub(crate) fn shown(opened: &Opened) -> Answer<JointOpened> {
    let nothing = JointOpened { item_id: None, section: None, library_entry_id: None, link: None };
    Ok(match opened {
        Opened::Item(id) => JointOpened { item_id: Some(id.0), ..nothing },
        Opened::Section(section) => JointOpened { section: Some(views::word(section.as_str())?), ..nothing },
        Opened::LibraryEntry(id) => JointOpened { library_entry_id: Some(id.0), ..nothing },
        Opened::Link(link) => JointOpened { link: Some(link.clone()), ..nothing },
    })
}

/// The owner chooses among what she keeps, the provider among what she finds anyway, and either among what both can
/// read in the library.
pub(crate) async fn can_be_chosen(
    tx: &WriteTx,
    caller: Caller,
    (owner, provider): (AccountId, AccountId),
    opened: &Opened,
    now: DateTime<Utc>,
) -> Answer<()> {
    let (at, can) = match opened {
        Opened::Item(_) => ("/opens/item_id", can_choose(&**tx, caller.actor, owner, opened, now).await?),
        Opened::Section(_) => ("/opens/section", can_choose(&**tx, caller.actor, owner, opened, now).await?),
        Opened::LibraryEntry(id) => {
            let mut can = true;
            for reader in accounts::many(&**tx, &[owner, provider]).await? {
                can &= match library::reading::published(&**tx, as_reader::actor(&reader)?, *id).await {
                    Ok(_) => true,
                    Err(StorageError::Hidden) => false,
                    Err(error) => return Err(error.into()),
                };
            }
            ("/opens/library_entry_id", can)
        }
        Opened::Link(_) => ("/opens/link", true),
    };
    if can { Ok(()) } else { Err(Refusal::field(at, FieldFault::NotInList)) }
}

/// What is open, with what it says, to whoever of the two may find it now.
pub async fn get(app: &App, caller: Caller, id: JointSessionId) -> Answer<JointOpenedOut> {
    let (_, now) = (key_of(app, caller, id).await?, app.now());
    let tx = app.store.write().await?;
    let joint = joint_sessions::held(&app.store, &tx, caller.actor, OnJointSession::Look, id, now).await?;
    let nothing = JointOpenedOut { item: None, section: None, library_entry_id: None, link: None };
    let out = match joint.opened.clone().ok_or_else(Refusal::not_found)? {
        Opened::Item(id) => {
            let seen = item(&app.store, &*tx, caller.actor, &joint, id, now).await?;
            let read = (AccessAction::ReadItems, id.to_string());
            log(&tx, &joint, seen.permit(), seen.sight, read, now).await?;
            JointOpenedOut { item: Some(present(&seen.it)?), ..nothing }
        }
        Opened::Section(name) => {
            let seen = section(&app.store, &*tx, caller.actor, &joint, name, now).await?;
            let read = (AccessAction::ReadPlan, name.to_string());
            log(&tx, &joint, seen.permit(), seen.sight, read, now).await?;
            JointOpenedOut { section: Some(shared_plan::section_out(name, &seen.it)?), ..nothing }
        }
        Opened::LibraryEntry(id) => JointOpenedOut { library_entry_id: Some(id.0), ..nothing },
        Opened::Link(link) => JointOpenedOut { link: Some(link), ..nothing },
    };
    tx.commit().await?;
    Ok(out)
}

/// In the owner's log, where it is the provider who reads.
async fn log(
    tx: &WriteTx,
    joint: &Joint,
    permit: Permit,
    sight: JointSight,
    (action, subject): (AccessAction, String),
    now: DateTime<Utc>,
) -> Answer<()> {
    if side(permit, joint) == Side::Owner {
        return Ok(());
    }
    let because = if sight == JointSight::Shared { AllowedBecause::Granted } else { AllowedBecause::Revealed };
    let via = Some(Via { relationship: joint.related.view.id, because });
    Ok(audit::record(tx, permit, Access { owner: joint.owner(), action, subject, via }, now).await?)
}
