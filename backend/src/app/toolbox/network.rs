//! The network map (R35): as it is, kept as it is on a day, and compared.

use super::{hers, keep, told_with};
use crate::app::sessions::Caller;
use crate::app::{Answer, Refusal};
use crate::state::App;
use crate::views;
use domain::ids::ItemId;
use domain::toolbox::content::{NetworkSnapshot, SnapshotPerson, SnapshotTie};
use domain::toolbox::limits::{MOST_PEOPLE, MOST_TIES};
use domain::toolbox::network::{Network, compare};
use domain::toolbox::{Content, ItemKind};
use mobile_contract::toolbox as wire;
use mobile_contract::toolbox::{ItemOut, NetworkChangesOut, NetworkOut, NetworkSnapshotIn, PersonChangeOut};
use storage::sealed::Scope;
use storage::toolbox::{self, Item, New};
use storage::{Connection, calendars};

/// The caller's network as it is.
pub async fn get(app: &App, caller: Caller) -> Answer<NetworkOut> {
    let network = now(app, app.store.read(), caller).await?;
    Ok(NetworkOut { people: people(&network.people)?, ties: ties(&network.ties) })
}

/// Keeps the network as it is today. The same id again answers with what has it.
pub async fn keep_snapshot(app: &App, caller: Caller, body: NetworkSnapshotIn) -> Answer<ItemOut> {
    let permit = toolbox::leave(caller.actor)?;
    let noted =
        |on, people, ties| Content::NetworkSnapshot(NetworkSnapshot { on, note: body.note.clone(), people, ties });
    let in_body = |at: &str| at.strip_prefix("/network_snapshot").unwrap_or(at).to_owned();
    told_with(&noted(app.now().date_naive(), Vec::new(), Vec::new()), in_body)?;
    if let Some(id) = body.id
        && let Some(first) = super::repeated(app, caller, ItemId(id)).await?
    {
        return Ok(first);
    }
    let key = app.store.sealer.key(Scope::Owner(permit.account())).await?;
    let tx = app.store.write().await?;
    let Network { people, ties } = now(app, &*tx, caller).await?;
    if people.is_empty() || people.len() > MOST_PEOPLE || ties.len() > MOST_TIES {
        return Err(Refusal::conflict());
    }
    let on = calendars::today(&*tx, permit.account(), app.now()).await?;
    let content = noted(on, people, ties);
    told_with(&content, in_body)?;
    let id = ItemId(body.id.unwrap_or_else(|| app.store.new_id()));
    let out = keep(app, &tx, &key, caller, &New { id, parent: None, draft: false, content }).await?;
    tx.commit().await?;
    Ok(out)
}

/// What lies between a snapshot and a later one, or the network as it is.
pub async fn changes(app: &App, caller: Caller, from: ItemId, to: Option<ItemId>) -> Answer<NetworkChangesOut> {
    let db = app.store.read();
    let earlier = snapshot(app, db, caller, from).await?;
    let later = match to {
        Some(to) => snapshot(app, db, caller, to).await?,
        None => now(app, db, caller).await?,
    };
    let changes = compare(&earlier, &later);
    let changed = changes
        .changed
        .iter()
        .map(|(before, after)| Ok(PersonChangeOut { before: person(before)?, after: person(after)? }));
    Ok(NetworkChangesOut {
        joined: people(&changes.joined)?,
        left: people(&changes.left)?,
        changed: changed.collect::<Answer<_>>()?,
        ties_made: ties(&changes.ties_made),
        ties_gone: ties(&changes.ties_gone),
    })
}

async fn now(app: &App, db: &impl Connection, caller: Caller) -> Answer<Network> {
    let kinds = [ItemKind::NetworkPerson, ItemKind::NetworkTie];
    let items = toolbox::all(&app.store, db, caller.actor, &kinds).await?;
    let finished = || items.iter().filter(|item| !item.draft);
    let people = finished().filter_map(|item: &Item| match &item.content {
        Content::NetworkPerson(person) => Some((item.id, person)),
        _ => None,
    });
    let ties = finished().filter_map(|item| match &item.content {
        Content::NetworkTie(tie) => Some(tie),
        _ => None,
    });
    Ok(Network::now(people, ties))
}

async fn snapshot(app: &App, db: &impl Connection, caller: Caller, id: ItemId) -> Answer<Network> {
    match hers(app, db, caller, id).await?.map(|item| item.into_inner().content) {
        Some(Content::NetworkSnapshot(it)) => Ok(Network { people: it.people, ties: it.ties }),
        _ => Err(Refusal::not_found()),
    }
}

fn person(it: &SnapshotPerson) -> Answer<wire::SnapshotPerson> {
    Ok(wire::SnapshotPerson {
        id: it.id.0,
        alias: it.alias.clone(),
        ring: views::word(it.ring.as_str())?,
        sector: views::word(it.sector.as_str())?,
        contact: it.contact.map(|contact| views::word(contact.as_str())).transpose()?,
        crisis_contact: it.crisis_contact,
    })
}

fn people(all: &[SnapshotPerson]) -> Answer<Vec<wire::SnapshotPerson>> {
    all.iter().map(person).collect()
}

fn ties(all: &[SnapshotTie]) -> Vec<wire::SnapshotTie> {
    all.iter().map(|tie| wire::SnapshotTie { person_a: tie.person_a.0, person_b: tie.person_b.0 }).collect()
}
