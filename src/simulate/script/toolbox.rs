//! What the owner keeps, whom she shows it, and what is proposed and said about it.

use super::{Act, Stop, both, owner, pair, somebody};
use crate::simulate::fields::{Label, ProposalAnswer, Side};
use crate::simulate::line::{Event, Happening};
use crate::simulate::stage::{Kept, Stage};
use backend::app::sessions::Caller;
use backend::app::toolbox::shared;
use backend::app::{comments, grants, proposals, shared_plan, toolbox};
use domain::ids::{AccountId, CommentId, GrantId, ProposalId};
use domain::toolbox::{GoalState, ItemKind};
use domain::words::{GrantEffect, GrantLevel, Module, PlanSection, SubjectKind};
use mobile_contract::grants::GrantIn;
use mobile_contract::proposals::{CommentIn, ProposalAcceptIn, ProposalDeclineIn, ProposalIn};
use mobile_contract::toolbox::{ItemContent, ItemIn, ItemPutIn};
use poem_openapi::types::{ParseFromJSON, ToJSON};
use serde_json::{Value, json};
use uuid::Uuid;

const ANY: Option<&str> = Some("*");

pub async fn act(stage: &mut Stage, event: &Event) -> Act<Vec<Event>> {
    let app = stage.app.clone();
    match &event.what {
        Happening::ItemChanged { item, item_kind, under, draft, state, proposal: None } => {
            let her = owner(stage, event).await?;
            let words = format!("{item}, {}", event.at.to_rfc3339());
            match stage.items.get(item) {
                Some(kept) => {
                    let present = toolbox::get(&app, her, kept.id).await?;
                    let content = said(*item_kind, present.content.to_json(), &words, *state)?;
                    let body = ItemPutIn { draft: draft.unwrap_or(present.draft), content };
                    toolbox::put(&app, her, kept.id, body, ANY).await?;
                }
                None => {
                    let parent = under.as_ref().map(|label| known(stage, label)).transpose()?;
                    let of = parent.map(|kept| kept.id.0);
                    let run = *item_kind == ItemKind::ExerciseRun;
                    let blank = json!({ item_kind.as_str(): blank(*item_kind, of, event) });
                    let content = said(*item_kind, Some(blank), &words, *state)?;
                    let parent_id = of.filter(|_| !run);
                    let body = ItemIn { id: None, parent_id, draft: draft.unwrap_or(false), content };
                    let made = toolbox::create(&app, her, body).await?;
                    let kept = Kept { id: made.id.into(), kind: *item_kind, under: under.clone() };
                    stage.items.insert(item.clone(), kept);
                }
            }
        }
        Happening::ItemDeleted { item } => {
            let her = owner(stage, event).await?;
            toolbox::delete(&app, her, known(stage, item)?.id, ANY).await?;
        }
        Happening::Grant { subject, level } => set(stage, event, subject, GrantEffect::Allow, *level).await?,
        Happening::KeptPrivate { subject } => set(stage, event, subject, GrantEffect::Deny, GrantLevel::See).await?,
        Happening::Revoke { subject } => {
            let (_, her, reader) = pair(stage, event)?;
            let (_, subject) = subject_of(stage, subject);
            let given = grants::list(&app, her, None, Some(100)).await?;
            for grant in given.items {
                let shares = grant.provider.as_ref().is_some_and(|party| party.id == reader.actor.account.0)
                    && grant.effect.as_str() == GrantEffect::Allow.as_str()
                    && grant.subject == subject;
                if shares && grant.revoked_at.is_none() {
                    grants::revoke(&app, her, GrantId(grant.id)).await?;
                }
            }
        }
        Happening::ProposalMade { proposal, item } => {
            let (_, her, author) = pair(stage, event)?;
            let words = format!("{proposal}, {}", event.at.to_rfc3339());
            let body = proposed(stage, her.actor.account, author, item, words).await?;
            let made = proposals::make(&app, author, her.actor.account, body).await?;
            stage.name(made.id, proposal);
            stage.proposals.insert(proposal.clone(), (ProposalId(made.id), item.clone()));
        }
        Happening::ProposalAnswered { proposal, answer } => return answered(stage, event, proposal, *answer).await,
        Happening::ProposalWithdrawn { proposal } => {
            let (id, _) = stage.proposals.get(proposal).ok_or_else(unknown)?;
            let (_, author) = both(event)?;
            proposals::withdraw(&app, somebody(stage, author)?, *id).await?;
        }
        Happening::CommentMade { comment, item, from } => {
            let (_, her, provider) = pair(stage, event)?;
            let author = if *from == Side::Owner { her } else { provider };
            let (item_id, section) = named(stage, item)?;
            let section = section.map(|section| super::life::word(section.as_str())).transpose()?;
            let body = CommentIn { id: None, item_id, section, words: format!("Jeg tenker på {item}.") };
            let made = comments::make(&app, author, her.actor.account, body).await?;
            stage.comments.insert(comment.clone(), CommentId(made.id));
        }
        Happening::CommentHidden { comment } => {
            let her = owner(stage, event).await?;
            let id = stage.comments.get(comment).ok_or_else(unknown)?;
            comments::hide(&app, her, *id, true).await?;
        }
        _ => {}
    }
    Ok(Vec::new())
}

fn unknown() -> Stop {
    Stop::Refused("nothing is called that yet".into())
}

fn known<'s>(stage: &'s Stage, label: &Label) -> Act<&'s Kept> {
    stage.items.get(label).ok_or_else(|| Stop::Refused(format!("nothing is called {label} yet")))
}

/// An item by its name, a section of the plan, a module, or else the plan as a whole.
fn subject_of(stage: &Stage, subject: &Label) -> (SubjectKind, String) {
    if let Some(kept) = stage.items.get(subject) {
        return (SubjectKind::Item, kept.id.to_string());
    }
    let last = subject.as_str().rsplit(['/', '.', ':']).next().unwrap_or(subject.as_str());
    if let Ok(section) = last.parse::<PlanSection>() {
        return (SubjectKind::Section, section.to_string());
    }
    let module = last.parse::<Module>().unwrap_or(Module::CrisisPlan);
    (SubjectKind::Module, module.to_string())
}

async fn set(stage: &Stage, event: &Event, subject: &Label, effect: GrantEffect, level: GrantLevel) -> Act<()> {
    let (_, her, reader) = pair(stage, event)?;
    let (kind, subject) = subject_of(stage, subject);
    let wanted = GrantIn {
        id: None,
        provider_id: Some(reader.actor.account.0),
        team_id: None,
        subject_kind: super::life::word(kind.as_str())?,
        subject,
        effect: super::life::word(effect.as_str())?,
        level: Some(super::life::word(level.as_str())?),
        from: None,
        to: None,
    };
    grants::give(&stage.app, her, wanted).await?;
    Ok(())
}

/// An item's id, or a section.
fn named(stage: &Stage, target: &Label) -> Act<(Option<Uuid>, Option<PlanSection>)> {
    match target.as_str().parse::<PlanSection>() {
        Ok(section) => Ok((None, Some(section))),
        Err(_) => Ok((Some(known(stage, target)?.id.0), None)),
    }
}

/// Other words than those that the author is shown.
async fn proposed(stage: &Stage, of: AccountId, author: Caller, target: &Label, words: String) -> Act<ProposalIn> {
    let body = ProposalIn {
        id: None,
        item_id: None,
        section: None,
        base_version: 0,
        content: None,
        text: None,
        reason: Some("Jeg tror det kan hjelpe.".into()),
    };
    if let (None, Some(section)) = named(stage, target)? {
        let plan = shared_plan::get(&stage.app, author, of).await?;
        let shown = plan.sections.into_iter().find(|shown| shown.section.as_str() == section.as_str());
        let shown = shown.ok_or_else(|| Stop::Refused(format!("{section} is not shared")))?;
        return Ok(ProposalIn { section: Some(shown.section), base_version: shown.version, text: Some(words), ..body });
    }
    let kept = known(stage, target)?;
    let shown = shared::get(&stage.app, author, of, kept.id).await?;
    let content = worded(kept.kind, shown.content.to_json(), &words)?;
    Ok(ProposalIn { item_id: Some(shown.id), base_version: shown.version, content: Some(content), ..body })
}

/// The owner's answer, and what it makes of the thing it is about.
async fn answered(stage: &Stage, event: &Event, proposal: &Label, answer: ProposalAnswer) -> Act<Vec<Event>> {
    let (id, target) = stage.proposals.get(proposal).ok_or_else(unknown)?;
    let (owner, _) = both(event)?;
    let her = somebody(stage, owner)?;
    let words = format!("{target}, {}", event.at.to_rfc3339());
    let mut taken = ProposalAcceptIn { content: None, text: None };
    if answer == ProposalAnswer::Declined {
        proposals::decline(&stage.app, her, *id, ProposalDeclineIn { words: None }).await?;
        return Ok(Vec::new());
    }
    let kept = stage.items.get(target);
    if answer == ProposalAnswer::Edited {
        match kept {
            Some(kept) => {
                let present = toolbox::get(&stage.app, her, kept.id).await?;
                taken.content = Some(worded(kept.kind, present.content.to_json(), &words)?);
            }
            None => taken.text = Some(words),
        }
    }
    proposals::accept(&stage.app, her, *id, taken, ANY).await?;
    let by = Some(proposal.clone());
    let what = match kept {
        Some(Kept { kind, under, .. }) => Happening::ItemChanged {
            item: target.clone(),
            item_kind: *kind,
            under: under.clone(),
            draft: None,
            state: None,
            proposal: by,
        },
        None => Happening::PlanEdited { proposal: by },
    };
    Ok(vec![Event::new(event.at, Some(owner), None, what)])
}

/// What an item says now: `words`, with what else was `present`.
fn said(kind: ItemKind, present: Option<Value>, words: &str, state: Option<GoalState>) -> Act<ItemContent> {
    let mut content = present.unwrap_or_default();
    if let (ItemKind::Goal, Some(state)) = (kind, state) {
        content[kind.as_str()]["state"] = json!(state.as_str());
    }
    worded(kind, Some(content), words)
}

fn worded(kind: ItemKind, content: Option<Value>, words: &str) -> Act<ItemContent> {
    let mut content = content.unwrap_or_default();
    let field = match kind {
        ItemKind::LifeDomain | ItemKind::Medicine | ItemKind::Registration => "name",
        ItemKind::NetworkPerson => "alias",
        ItemKind::Exercise => "title",
        _ => "words",
    };
    content[kind.as_str()][field] = json!(words);
    ItemContent::parse_from_json(Some(content)).map_err(|_| Stop::Refused(format!("{kind} cannot say this")))
}

/// What there is of an item beside its words.
fn blank(kind: ItemKind, exercise: Option<Uuid>, event: &Event) -> Value {
    match kind {
        ItemKind::LifeDomain => json!({ "area": "own" }),
        ItemKind::Goal => json!({ "state": "active" }),
        ItemKind::Step => json!({ "kind": "sub_goal", "who": "me" }),
        ItemKind::NetworkPerson => json!({ "ring": "important", "sector": "friends", "crisis_contact": false }),
        ItemKind::Exercise => json!({ "kind": "breathing" }),
        ItemKind::ExerciseRun => json!({ "at": event.at.to_rfc3339(), "exercise_id": exercise }),
        ItemKind::DiaryEntry => json!({ "on": event.at.date_naive().to_string() }),
        _ => json!({}),
    }
}
