//! A provider proposes, and the owner decides. What she keeps is untouched until she takes a proposal in, which makes a
//! version of hers like any other.

use crate::app::sessions::Caller;
use crate::app::{Answer, Refusal, as_reader, bounds, crisis_plan, toolbox};
use crate::state::App;
use crate::views;
use domain::access::{AccessAction, AllowedBecause, Via};
use domain::crisis_plan::MAX_SECTION_CHARS;
use domain::ids::{AccountId, ItemId, MessageId, ProposalId, RelationshipId};
use domain::ownership::Actor;
use domain::policy::{OnOwn, OnProposal, Permit};
use domain::proposals::{MAX_ANSWER_CHARS, MAX_REASON_CHARS, Patch, ProposalState, Target, Words, takes_proposals};
use domain::toolbox::ItemKind;
use domain::words::PlanSection;
use mobile_contract::problem::{FieldFault, ProblemCode};
use mobile_contract::proposals::{
    ProposalAcceptIn, ProposalDeclineIn, ProposalIn, ProposalOut, ProposalsOut, ProposedWords,
};
use mobile_contract::toolbox::ItemContent;
use std::collections::{BTreeMap, BTreeSet};
use storage::audit::{self, Access};
use storage::proposals::{self, Found, New, Proposal};
use storage::sealed::Scope;
use storage::toolbox::shared::{self, Page};
use storage::{Authorized, Connection, StorageError, WriteTx, accounts, notices, relationships};
use uuid::Uuid;

const LIST: &str = "list_proposals";
const AS_SEEN_BY: &str = "list_proposals_as_seen_by";

/// Proposes a change to what the caller was shown. The same id again answers with what has it.
pub async fn make(app: &App, caller: Caller, owner: AccountId, body: ProposalIn) -> Answer<ProposalOut> {
    let target = target(body.item_id, body.section.map(|it| it.as_str()))?;
    let proposed = words(target, body.content.as_ref(), body.text.as_deref())?
        .ok_or_else(|| Refusal::field(field_of(target), FieldFault::Required))?;
    let reason = body.reason.filter(|reason| !reason.trim().is_empty());
    if let Some(reason) = &reason {
        bounds::text("/reason", reason, MAX_REASON_CHARS)?;
    }
    if let Some(id) = body.id
        && let Some(first) = repeated(app, caller, ProposalId(id)).await?
    {
        return Ok(first);
    }
    // Nobody is given a key who may not write with it.
    proposals::leave(app.store.read(), caller.actor, owner, target, app.now()).await?;
    let key = app.store.sealer.key(Scope::Owner(owner)).await?;
    let now = app.now();
    let tx = app.store.write().await?;
    let Found { proposals: permit, items, relationship } =
        proposals::leave(&*tx, caller.actor, owner, target, now).await?;
    let relationship = relationship.ok_or_else(Refusal::not_found)?;
    proposals::hold(&tx, target).await?;
    let (base, version) = shown(app, &tx, caller, owner, target).await?;
    if version != body.base_version {
        return Err(Refusal::stale(version));
    }
    fits(&proposed, &base, &items)?;
    let new = New {
        id: ProposalId(body.id.unwrap_or_else(|| app.store.new_id())),
        owner,
        relationship,
        target,
        base_version: version,
        patch: Patch { base, proposed, reason },
    };
    proposals::make(&tx, &key, permit, &new, now).await?;
    let related = proposals::related(&*tx, relationship, now).await?;
    let new_id = || app.store.new_id();
    notices::proposal_for_owner(&tx, &related, new.id.0, &new_id, now).await?;
    let found = proposals::one(&app.store, &*tx, caller.actor, OnProposal::See, new.id, now).await?;
    let out = present(app, &*tx, caller.actor, owner, of_one(found)).await?;
    tx.commit().await?;
    out.into_iter().next().ok_or_else(Refusal::not_found)
}

/// Which page of a list is asked for, and in which state.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked<'a> {
    pub state: Option<ProposalState>,
    pub cursor: Option<&'a str>,
    pub limit: Option<u32>,
}

/// What the caller finds of the proposals to `owner`: the owner all, a provider his or her own.
pub async fn list(app: &App, caller: Caller, owner: AccountId, asked: Asked<'_>) -> Answer<ProposalsOut> {
    let (seen, out) = seen(app, caller, LIST, caller.actor, owner, asked).await?;
    log(app, owner, seen).await?;
    Ok(out)
}

/// The owner's own list.
pub async fn received(app: &App, caller: Caller, asked: Asked<'_>) -> Answer<ProposalsOut> {
    let permit = relationships::leave(caller.actor, OnOwn::OwnersLife, caller.actor.account)?;
    list(app, caller, permit.account(), asked).await
}

/// What `provider` would be answered now.
pub async fn as_seen_by(app: &App, caller: Caller, provider: AccountId, asked: Asked<'_>) -> Answer<ProposalsOut> {
    let reader = as_reader::of(app, caller, provider).await?;
    match seen(app, caller, &format!("{AS_SEEN_BY}:{provider}"), reader.actor, reader.owner, asked).await {
        Ok((_, out)) => Ok(out),
        Err(Refusal { code: ProblemCode::NotFound, .. }) => Ok(ProposalsOut { items: Vec::new(), next_cursor: None }),
        Err(other) => Err(other),
    }
}

/// What was read of a page, for the owner's log.
struct Seen {
    relationship: Option<RelationshipId>,
    permit: Option<Permit>,
    read: BTreeSet<Target>,
}

impl Seen {
    fn of(found: &Found<Vec<Authorized<Proposal>>>) -> Self {
        Self {
            relationship: found.relationship,
            permit: found.proposals.first().map(Authorized::permit),
            read: found.proposals.iter().map(|it| it.target).collect(),
        }
    }
}

async fn seen(
    app: &App,
    caller: Caller,
    list: &str,
    reader: Actor,
    owner: AccountId,
    Asked { state, cursor, limit }: Asked<'_>,
) -> Answer<(Seen, ProposalsOut)> {
    let limit = views::limit(limit)?;
    let list = format!("{list}:{owner}:{}", state.map_or("", |state| state.as_str()));
    let page = Page { after: views::place(app, caller, &list, cursor)?, limit: limit + 1 };
    let db = app.store.read();
    let mut found = proposals::page(&app.store, db, reader, owner, state, page, app.now()).await?;
    let next_cursor = views::cut(&mut found.proposals, limit)
        .map(|last| views::cursor(app, caller, &list, (last.created_at, last.id.0)));
    let seen = Seen::of(&found);
    Ok((seen, ProposalsOut { items: present(app, db, reader, owner, found).await?, next_cursor }))
}

pub async fn get(app: &App, caller: Caller, id: ProposalId) -> Answer<ProposalOut> {
    let db = app.store.read();
    let found = of_one(proposals::one(&app.store, db, caller.actor, OnProposal::See, id, app.now()).await?);
    let owner = found.proposals.first().map(|it| it.owner).ok_or_else(Refusal::not_found)?;
    log(app, owner, Seen::of(&found)).await?;
    present(app, db, caller.actor, owner, found).await?.pop().ok_or_else(Refusal::not_found)
}

/// Takes a proposal in, as it is or as the owner would rather have it. `if_match` is the version of what is there now.
pub async fn accept(
    app: &App,
    caller: Caller,
    id: ProposalId,
    body: ProposalAcceptIn,
    if_match: Option<&str>,
) -> Answer<ProposalOut> {
    let now = app.now();
    let (key, tx) = answering(app, caller, id).await?;
    let found = proposals::one(&app.store, &*tx, caller.actor, OnProposal::Answer, id, now).await?;
    let proposal = found.proposals;
    open(&proposal)?;
    let hers = words(proposal.target, body.content.as_ref(), body.text.as_deref())?;
    let mut edited = false;
    let mut decide = |present: &Words| {
        let proposed = proposal.patch.taken_in(present);
        edited = hers.as_ref().is_some_and(|hers| *hers != proposed);
        hers.clone().unwrap_or(proposed)
    };
    match proposal.target {
        Target::Item(item) => {
            let edit = |now: &storage::toolbox::Item| match decide(&Words::Content(Box::new(now.content.clone()))) {
                Words::Content(content) => Ok((*content, now.draft)),
                Words::Text(_) => Err(unlike()),
            };
            toolbox::change_in(app, &tx, &key, caller, item, if_match, edit).await?;
        }
        Target::Section(section) => {
            // The owner's tag is of the section: what she writes elsewhere in her plan is no reason to look again.
            let numbers = storage::crisis_plan::changes::numbers(&*tx, proposal.owner).await?;
            views::if_match(if_match, numbers.get(&section).copied().unwrap_or(0))?;
            let edit = |wording: &mut domain::crisis_plan::Wording| {
                let present = wording.get(&section).cloned().unwrap_or_default();
                if let Words::Text(text) = decide(&Words::Text(present)) {
                    domain::crisis_plan::write(wording, section, &text);
                }
            };
            crisis_plan::change_in(app, &tx, &key, caller, Some("*"), edit).await?;
        }
    }
    let state = if edited { ProposalState::Edited } else { ProposalState::Accepted };
    settle(app, &tx, &key, &proposal, state, None).await?;
    answered(app, tx, caller, id).await
}

/// Leaves what is there as it is.
pub async fn decline(app: &App, caller: Caller, id: ProposalId, body: ProposalDeclineIn) -> Answer<ProposalOut> {
    let said = body.words.filter(|said| !said.trim().is_empty());
    if let Some(said) = &said {
        bounds::text("/words", said, MAX_ANSWER_CHARS)?;
    }
    let (key, tx) = answering(app, caller, id).await?;
    let found = proposals::one(&app.store, &*tx, caller.actor, OnProposal::Answer, id, app.now()).await?;
    open(&found.proposals)?;
    settle(app, &tx, &key, &found.proposals, ProposalState::Declined, said.as_deref()).await?;
    answered(app, tx, caller, id).await
}

/// Its author takes an open proposal back.
pub async fn withdraw(app: &App, caller: Caller, id: ProposalId) -> Answer<ProposalOut> {
    let now = app.now();
    let before = proposals::one(&app.store, app.store.read(), caller.actor, OnProposal::Withdraw, id, now).await?;
    let key = app.store.sealer.key(Scope::Owner(before.proposals.owner)).await?;
    let tx = app.store.write().await?;
    let found = proposals::one(&app.store, &*tx, caller.actor, OnProposal::Withdraw, id, now).await?;
    open(&found.proposals)?;
    if !proposals::settle(&tx, &key, &found.proposals, ProposalState::Withdrawn, None, now).await? {
        return Err(Refusal::new(ProblemCode::AlreadyAnswered));
    }
    notices::recalled(&tx, MessageId(id.0), now).await?;
    answered(app, tx, caller, id).await
}

/// The key of the owner who answers, and a turn to write.
async fn answering(app: &App, caller: Caller, id: ProposalId) -> Answer<(storage::sealed::DataKey, WriteTx)> {
    let db = app.store.read();
    let found = proposals::one(&app.store, db, caller.actor, OnProposal::Answer, id, app.now()).await?;
    let key = app.store.sealer.key(Scope::Owner(found.proposals.owner)).await?;
    Ok((key, app.store.write().await?))
}

fn open(proposal: &Proposal) -> Answer<()> {
    if proposal.state == ProposalState::Open { Ok(()) } else { Err(Refusal::new(ProblemCode::AlreadyAnswered)) }
}

/// The owner's answer: what waited to tell her of it has nothing to say any more.
async fn settle(
    app: &App,
    tx: &WriteTx,
    key: &storage::sealed::DataKey,
    proposal: &Authorized<Proposal>,
    state: ProposalState,
    said: Option<&str>,
) -> Answer<()> {
    let now = app.now();
    if !proposals::settle(tx, key, proposal, state, said, now).await? {
        return Err(Refusal::new(ProblemCode::AlreadyAnswered));
    }
    Ok(notices::read(tx, proposal.owner, proposal.relationship, now).await?)
}

async fn answered(app: &App, tx: WriteTx, caller: Caller, id: ProposalId) -> Answer<ProposalOut> {
    let found = of_one(proposals::one(&app.store, &*tx, caller.actor, OnProposal::See, id, app.now()).await?);
    let owner = found.proposals.first().map(|it| it.owner).ok_or_else(Refusal::not_found)?;
    let out = present(app, &*tx, caller.actor, owner, found).await?;
    tx.commit().await?;
    out.into_iter().next().ok_or_else(Refusal::not_found)
}

async fn repeated(app: &App, caller: Caller, id: ProposalId) -> Answer<Option<ProposalOut>> {
    match get(app, caller, id).await {
        Ok(first) => Ok(Some(first)),
        Err(refusal) if refusal.code == ProblemCode::NotFound => Ok(None),
        Err(refusal) => Err(refusal),
    }
}

/// What a body names: an item or a section, and not both.
pub(super) fn target(item: Option<Uuid>, section: Option<&str>) -> Answer<Target> {
    match (item, section) {
        (Some(id), None) => Ok(Target::Item(ItemId(id))),
        (None, Some(section)) => Ok(Target::Section(views::word::<PlanSection>(section)?)),
        (None, None) => Err(Refusal::field("/item_id", FieldFault::Required)),
        (Some(_), Some(_)) => Err(Refusal::field("/section", FieldFault::UnknownField)),
    }
}

fn field_of(target: Target) -> &'static str {
    match target {
        Target::Item(_) => "/content",
        Target::Section(_) => "/text",
    }
}

/// The words that were sent for a target, without a fault in them; `None`: none were.
fn words(target: Target, content: Option<&ItemContent>, text: Option<&str>) -> Answer<Option<Words>> {
    match (target, content, text) {
        (_, None, None) => Ok(None),
        (Target::Item(_), Some(content), None) => Ok(Some(Words::Content(Box::new(toolbox::told(content)?)))),
        (Target::Section(_), None, Some(text)) => {
            bounds::text("/text", text, MAX_SECTION_CHARS)?;
            Ok(Some(Words::Text(if text.trim().is_empty() { String::new() } else { text.to_owned() })))
        }
        (Target::Item(_), _, Some(_)) => Err(Refusal::field("/text", FieldFault::UnknownField)),
        (Target::Section(_), Some(_), _) => Err(unlike()),
    }
}

fn unlike() -> Refusal {
    Refusal::field("/content", FieldFault::UnknownField)
}

/// What the caller is shown of a target, and its version.
async fn shown(app: &App, tx: &WriteTx, caller: Caller, owner: AccountId, target: Target) -> Answer<(Words, i32)> {
    match target {
        Target::Item(id) => {
            let (_, seen) = shared::one(&app.store, &**tx, caller.actor, owner, id, app.now()).await?;
            if !takes_proposals(seen.item.content.kind()) {
                return Err(Refusal::field("/item_id", FieldFault::NotInList));
            }
            Ok(of_item(&seen.item))
        }
        Target::Section(section) => {
            let plan =
                storage::crisis_plan::shared(&app.store, &**tx, caller.actor, owner, app.now()).await?.into_inner();
            let held = plan.sections.get(&section).ok_or_else(Refusal::not_found)?;
            let text = held.section.as_ref().map(|written| written.text.clone()).unwrap_or_default();
            Ok((Words::Text(text), held.version))
        }
    }
}

/// It is of the same kind, says something else, and names nothing that its author does not find.
fn fits(proposed: &Words, base: &Words, items: &BTreeMap<ItemId, ItemKind>) -> Answer<()> {
    if let (Words::Content(proposed), Words::Content(base)) = (proposed, base) {
        if proposed.kind() != base.kind() {
            return Err(unlike());
        }
        let before = base.names();
        let found = |id: &ItemId, kind: ItemKind| items.get(id) == Some(&kind);
        let unknown = |name: &(&str, ItemId, ItemKind)| !before.contains(name) && !found(&name.1, name.2);
        if let Some((place, ..)) = proposed.names().into_iter().find(unknown) {
            return Err(Refusal::field(&format!("/content/{}{place}", proposed.kind()), FieldFault::NotInList));
        }
    }
    if proposed == base {
        let field = if matches!(proposed, Words::Text(_)) { "/text" } else { "/content" };
        return Err(Refusal::field(field, FieldFault::Duplicate));
    }
    Ok(())
}

fn of_one(found: Found<Authorized<Proposal>>) -> Found<Vec<Authorized<Proposal>>> {
    Found { proposals: vec![found.proposals], items: found.items, relationship: found.relationship }
}

/// A provider reads what she proposed, in which there is what the owner wrote: that stands in the owner's log.
async fn log(app: &App, owner: AccountId, seen: Seen) -> Answer<()> {
    let (Some(relationship), Some(permit)) = (seen.relationship, seen.permit) else { return Ok(()) };
    write_down(app, owner, permit, relationship, AccessAction::ReadProposals, &seen.read).await
}

/// The same of some that are told.
pub(crate) async fn log_told(app: &App, found: &Found<Vec<Authorized<Proposal>>>) -> Answer<()> {
    let (Some(relationship), Some(first)) = (found.relationship, found.proposals.first()) else { return Ok(()) };
    let read: BTreeSet<Target> = found.proposals.iter().map(|it| it.target).collect();
    write_down(app, first.owner, first.permit(), relationship, AccessAction::ReadProposals, &read).await
}

/// One reading of what stands beside these things.
pub(super) async fn write_down(
    app: &App,
    owner: AccountId,
    permit: Permit,
    relationship: RelationshipId,
    action: AccessAction,
    read: &BTreeSet<Target>,
) -> Answer<()> {
    let subject = read.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    let via = Some(Via { relationship, because: AllowedBecause::Granted });
    let tx = app.store.write().await?;
    audit::record(&tx, permit, Access { owner, action, subject, via }, app.now()).await?;
    tx.commit().await?;
    Ok(())
}

fn of_item(item: &storage::toolbox::Item) -> (Words, i32) {
    (Words::Content(Box::new(item.content.clone())), item.version)
}

/// What the owner's things say now, and their versions; for her alone.
async fn present_words(
    app: &App,
    db: &impl Connection,
    owner: Actor,
    permit: Permit,
    proposals: &[Authorized<Proposal>],
) -> Answer<BTreeMap<Target, (Words, i32)>> {
    let items: Vec<ItemId> = proposals
        .iter()
        .filter_map(|it| match it.target {
            Target::Item(id) => Some(id),
            Target::Section(_) => None,
        })
        .collect();
    let mut found = BTreeMap::new();
    for item in storage::toolbox::many(&app.store, db, permit, &items).await? {
        found.insert(Target::Item(item.id), of_item(&item));
    }
    if items.len() < proposals.len() {
        let wording = storage::crisis_plan::own(&app.store, db, owner).await?.wording();
        let numbers = storage::crisis_plan::changes::numbers(db, permit.account()).await?;
        for section in PlanSection::ALL {
            let text = wording.get(section).cloned().unwrap_or_default();
            let number = numbers.get(section).copied().unwrap_or(0);
            found.insert(Target::Section(*section), (Words::Text(text), number));
        }
    }
    Ok(found)
}

pub(crate) async fn present(
    app: &App,
    db: &impl Connection,
    reader: Actor,
    owner: AccountId,
    found: Found<Vec<Authorized<Proposal>>>,
) -> Answer<Vec<ProposalOut>> {
    let hers = relationships::leave(reader, OnOwn::OwnersLife, owner).ok();
    let now = match hers {
        Some(permit) => present_words(app, db, reader, permit, &found.proposals).await?,
        None => BTreeMap::new(),
    };
    let mut ids: Vec<AccountId> = found.proposals.iter().map(|it| it.author).collect();
    ids.push(owner);
    let people = accounts::many(db, &ids).await?;
    let person = |id: AccountId| {
        let row = people.iter().find(|row| row.id == id.0).map(views::party);
        row.ok_or_else(|| Refusal::from(StorageError::Corrupt("a proposal of nobody".into())))
    };
    let visible: BTreeSet<ItemId> = found.items.keys().copied().collect();
    found
        .proposals
        .iter()
        .map(|proposal| {
            let patch = &proposal.patch;
            let open = proposal.state == ProposalState::Open;
            let present = now.get(&proposal.target);
            let proposed = match present {
                Some((present, _)) if open => patch.taken_in(present),
                _ => patch.proposed.clone(),
            };
            let (item_id, section) = parts(proposal.target)?;
            Ok(ProposalOut {
                id: proposal.id.0,
                owner: person(owner)?,
                author: person(proposal.author)?,
                item_id,
                section,
                state: views::word(proposal.state.as_str())?,
                base_version: proposal.base_version,
                proposed: words_out(proposed, &visible)?,
                reason: patch.reason.clone(),
                base: hers.map(|_| words_out(patch.base.clone(), &visible)).transpose()?,
                present: present.map(|(words, _)| words_out(words.clone(), &visible)).transpose()?,
                present_version: present.map(|(_, version)| *version),
                conflicts: present.filter(|_| open).map(|(words, _)| patch.conflicts(words)),
                words: proposal.answer.clone(),
                created_at: proposal.created_at,
                answered_at: proposal.answered_at,
            })
        })
        .collect()
}

/// A target as it is named on the wire.
pub(super) fn parts<S: std::str::FromStr>(target: Target) -> Answer<(Option<Uuid>, Option<S>)> {
    Ok(match target {
        Target::Item(id) => (Some(id.0), None),
        Target::Section(section) => (None, Some(views::word(section.as_str())?)),
    })
}

/// Without anything that would tell of items other than `visible`.
fn words_out(words: Words, visible: &BTreeSet<ItemId>) -> Answer<ProposedWords> {
    Ok(match words {
        Words::Content(content) => {
            let content = content.seen_among(visible).map(|content| toolbox::shown(&content)).transpose()?;
            ProposedWords { content, text: None }
        }
        Words::Text(text) => ProposedWords { content: None, text: Some(text) },
    })
}
