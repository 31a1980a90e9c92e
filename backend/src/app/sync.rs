//! What changed since a device last asked.
//!
//! Everything its account sees now is held against what this cursor says it was told; the difference is the answer,
//! cut into pages. A page's own cursor says exactly what was told by then, so that the next one goes on from there
//! whatever happened in between, and asking with an old one again is asking from what was known then.
//!
//! What is answered is read after the manifest, by the functions that answer the API. It may therefore be newer than
//! its stamp: then it is told once more. It is never older. What can come to look again as its stamp has it is looked at
//! once more after it was read, and told again unless it stood still.

mod plain;
mod sealed;
mod thing;

use crate::app::sessions::{Caller, random_token, token_hash};
use crate::app::{Answer, Refusal};
use crate::state::App;
use crate::{call, views};
use chrono::{DateTime, Utc};
use domain::ids::AccountId;
use domain::sync::{Difference, Manifest, Named, Stamp, SyncKind};
use domain::wording::FieldFault;
use mobile_contract::problem::ProblemCode;
use mobile_contract::sync::{DEFAULT_LIMIT, MAX_LIMIT, SyncOut, SyncRemovedOut};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use storage::sync::Seen;
use storage::sync::cursors::{self, Holder};
use thing::Thing;

/// Bytes of JSON after which a page ends.
const ENOUGH: usize = 512 * 1024;
/// Names of what is gone, on one page.
const MOST_REMOVED: usize = 2_000;
/// What a first page has whatever its limit: it must be there when nothing else is.
const FIRST: [SyncKind; 3] = [SyncKind::Me, SyncKind::HelpNow, SyncKind::CrisisPlan];

/// A page of what changed since `cursor`; the first of a full load without one.
///
/// # Errors
/// `resync_needed` for a cursor that is not known here as the caller's, on this device.
pub async fn changes(app: &App, caller: Caller, cursor: Option<&str>, limit: Option<u32>) -> Answer<SyncOut> {
    let limit = within(limit)?;
    let (holder, now) = (Holder { account: caller.actor.account, device: caller.device }, app.now());
    let asked = cursor.map(token_hash);
    let before = match &asked {
        Some(hash) => cursors::told(app.store.read(), holder, hash, now).await?.ok_or(ProblemCode::ResyncNeeded)?,
        None => (Manifest::default(), now),
    };
    let (mut told, used_at) = before;
    let Present { seen, mut plain, manifest: present } = Box::pin(look(app, caller, now)).await?;
    let Difference { changed, mut removed } = told.difference(&present);
    if let (Some(cursor), Some(hash)) = (cursor, &asked)
        && changed.is_empty()
        && removed.is_empty()
    {
        if cursors::is_news(used_at, now) {
            let tx = app.store.write().await?;
            cursors::used(&tx, hash, now).await?;
            tx.commit().await?;
        }
        return page(cursor.to_owned(), false, false, Vec::new(), Vec::new());
    }
    told.forget_withheld(&present);
    let mut more = removed.len() > MOST_REMOVED;
    removed.truncate(MOST_REMOVED);
    let chosen = chosen(changed, &seen, &plain, if more { 0 } else { limit });
    more |= chosen.left;
    let mut read = Box::pin(sealed::read(app, caller, &seen, &chosen.names)).await?;
    let mut still: BTreeMap<Named, Stamp> = seen.sealed.iter().map(|glimpse| (glimpse.name, glimpse.stamp)).collect();
    let returning = |name: &Named| name.0.may_return() && !plain.contains_key(name);
    if chosen.names.iter().any(|name| returning(name) || !(plain.contains_key(name) || read.contains_key(name))) {
        let again = storage::sync::look(&app.store, caller.actor, call::language(), now).await?;
        still = again.sealed.iter().map(|glimpse| (glimpse.name, glimpse.stamp)).collect();
    }
    let (mut things, mut bytes) = (Vec::new(), 0);
    for name in chosen.names {
        if bytes > ENOUGH && !FIRST.contains(&name.0) {
            more = true;
            break;
        }
        let stamp = present.get(name).ok_or_else(Refusal::not_found)?;
        if let Some(thing) = plain.remove(&name) {
            bytes += thing.bytes;
            things.push(thing.into());
            told.insert(name, stamp);
            continue;
        }
        let stood_still = still.get(&name) == Some(&stamp);
        match read.remove(&name) {
            Some(thing) => {
                bytes += thing.bytes;
                things.push(thing);
                told.insert(name, if stood_still { stamp } else { Stamp::UNSURE });
            }
            // Nothing of it can be shown as it is: what it is about is not shared.
            None if stood_still && name.0 == SyncKind::SharedItem => {
                removed.extend(told.withhold(name, stamp).then_some(name));
            }
            // Hidden when it was read, for good or for as long as that took: what the device has of it may be older than
            // what was committed before it asked. If it is back, it is told anew next time; to ask for it again on
            // this page could go on for as long as somebody changes her mind.
            None if told.tells_of(name) => {
                told.remove(name);
                removed.push(name);
            }
            None => {}
        }
    }
    removed.iter().filter(|name| !still.contains_key(*name) || present.get(**name).is_none()).for_each(|name| {
        told.remove(*name);
    });

    let next = random_token(&*app.store.entropy);
    let tx = app.store.write().await?;
    cursors::give(&tx, holder, token_hash(&next), asked.as_deref(), &told, now).await?;
    tx.commit().await?;
    page(next, cursor.is_none(), more, things, removed)
}

/// Everything that the caller sees now.
struct Present {
    seen: Seen,
    plain: BTreeMap<Named, plain::Plain>,
    manifest: Manifest,
}

async fn look(app: &App, caller: Caller, now: DateTime<Utc>) -> Answer<Present> {
    let seen = storage::sync::look(&app.store, caller.actor, call::language(), now).await?;
    let plain = Box::pin(plain::all(app, caller, &seen)).await?;
    let mut manifest = Manifest::default();
    plain.iter().for_each(|(name, thing)| manifest.insert(*name, thing.stamp));
    seen.sealed.iter().for_each(|glimpse| manifest.insert(glimpse.name, glimpse.stamp));
    Ok(Present { seen, plain, manifest })
}

/// Changes whenever the caller is to be told of anything, and by whose doings that can be: hers, and those of the
/// people she has to do with.
pub(crate) async fn state(app: &App, caller: Caller) -> Answer<(Stamp, BTreeSet<AccountId>)> {
    let Present { seen, manifest, .. } = Box::pin(look(app, caller, app.now())).await?;
    let mut circle = BTreeSet::from([caller.actor.account]);
    for view in seen.related.iter().map(|related| &related.view) {
        circle.extend([view.owner, view.responsible].iter().chain(&view.members).chain(&view.substitutes));
    }
    Ok((Stamp::of(&manifest.encode()), circle))
}

fn within(asked: Option<u32>) -> Answer<usize> {
    let limit = asked.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        let bounds = FieldFault::OutsideBounds { min: "1".to_owned(), max: MAX_LIMIT.to_string() };
        return Err(Refusal::field("limit", bounds));
    }
    Ok(usize::try_from(limit).unwrap_or(usize::MAX))
}

fn page(cursor: String, full: bool, has_more: bool, things: Vec<Thing>, removed: Vec<Named>) -> Answer<SyncOut> {
    let removed = removed
        .into_iter()
        .map(|(kind, id)| Ok(SyncRemovedOut { kind: views::word(kind.as_str())?, id }))
        .collect::<Answer<_>>()?;
    let mut changed = mobile_contract::sync::SyncChangesOut::default();
    things.into_iter().for_each(|thing| thing.told.put(&mut changed));
    Ok(SyncOut { cursor, full, has_more, changed, removed })
}

/// What comes on this page.
struct Chosen {
    names: Vec<Named>,
    left: bool,
}

/// By kind, in the order of the kinds, and of each the newest first.
fn chosen(changed: Vec<Named>, seen: &Seen, plain: &BTreeMap<Named, plain::Plain>, limit: usize) -> Chosen {
    let mut when: BTreeMap<Named, DateTime<Utc>> =
        seen.sealed.iter().map(|glimpse| (glimpse.name, glimpse.at)).collect();
    when.extend(plain.iter().map(|(name, thing)| (*name, thing.at)));
    let (first, mut rest): (Vec<Named>, Vec<Named>) = changed.into_iter().partition(|name| FIRST.contains(&name.0));
    rest.sort_by_key(|name| (name.0, Reverse((when.get(name).copied(), name.1))));
    let room = limit.saturating_sub(first.len());
    let left = rest.len() > room;
    rest.truncate(room);
    Chosen { names: first.into_iter().chain(rest).collect(), left }
}
