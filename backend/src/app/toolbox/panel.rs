//! The control panel in one call (R34).

use crate::app::Answer;
use crate::app::sessions::Caller;
use crate::state::App;
use crate::views;
use domain::toolbox::content::{Content, Step};
use domain::toolbox::panel::{self as rules, Domain, Goal, KINDS, Kept as Item, Panel, beginning};
use mobile_contract::toolbox::{
    BeginningOut, PanelDomainOut, PanelExerciseOut, PanelGoalOut, PanelOut, PanelStatusOut, PanelStepOut, PanelValueOut,
};
use poem_openapi::types::ToJSON;
use std::collections::BTreeMap;
use storage::StorageError;
use storage::toolbox::panel::{self, Kept};
use storage::toolbox::{self};
use zeroize::Zeroizing;

/// Goes up whenever [`PanelOut`] or what is put into it changes, so that no panel of an earlier version is shown.
const SHAPE: i32 = 2;

/// The JSON of the caller's [`PanelOut`]: kept ready, or made anew where something changed.
pub async fn get(app: &App, caller: Caller) -> Answer<Zeroizing<Vec<u8>>> {
    let db = app.store.read();
    let changes = match panel::kept(&app.store, db, caller.actor, SHAPE).await? {
        Kept::Fresh(json) => return Ok(json),
        Kept::Stale { changes } => changes,
    };
    let items = toolbox::all(&app.store, db, caller.actor, KINDS).await?;
    let kept: Vec<Item<'_>> = items
        .iter()
        .filter(|item| !item.draft)
        .map(|item| Item {
            id: item.id,
            parent: item.parent,
            created_at: item.created_at,
            updated_at: item.updated_at,
            content: &item.content,
        })
        .collect();
    let json = Zeroizing::new(present(&rules::of(&kept), &kept)?.to_json_string().into_bytes());
    // A panel that cannot be kept is shown all the same, and made again the next time.
    match panel::keep(&app.store, caller.actor, SHAPE, changes, &json).await {
        Ok(()) | Err(StorageError::Unavailable(_)) => Ok(json),
        Err(error) => Err(error.into()),
    }
}

fn present(panel: &Panel<'_>, items: &[Item<'_>]) -> Answer<PanelOut> {
    let titles: BTreeMap<_, &str> = items
        .iter()
        .filter_map(|item| match item.content {
            Content::Exercise(exercise) => Some((item.id, exercise.title.as_str())),
            _ => None,
        })
        .collect();
    let exercise = |item: &Item<'_>| match item.content {
        Content::ExerciseRun(run) => Some(PanelExerciseOut {
            id: item.id.0,
            title: run.exercise_id.and_then(|id| titles.get(&id)).map(|title| (*title).to_owned()),
            library_entry_id: run.library_entry_id,
            at: run.at,
        }),
        _ => None,
    };
    let value = |item: &Item<'_>| match item.content {
        Content::Value(value) => Some(PanelValueOut { id: item.id.0, words: begun(&value.words) }),
        _ => None,
    };
    let domain = |it: &Domain<'_>| {
        let (area, name) = match it.domain.map(|item| item.content) {
            Some(Content::LifeDomain(domain)) => (Some(views::word(domain.area.as_str())?), domain.name.clone()),
            _ => (None, None),
        };
        let status = it.status.map(|(item, status)| PanelStatusOut {
            id: item.id.0,
            words: begun(&status.words),
            helps: status.helps.as_deref().map(begun),
            hinders: status.hinders.as_deref().map(begun),
            wish: status.wish.as_deref().map(begun),
            written_at: item.created_at,
        });
        Ok(PanelDomainOut {
            id: it.domain.map(|item| item.id.0),
            area,
            name,
            status,
            exercises: it.exercises.iter().filter_map(exercise).collect(),
            goals: it.goals.iter().map(goal).collect::<Answer<_>>()?,
        })
    };
    Ok(PanelOut {
        values: panel.values.iter().filter_map(value).collect(),
        domains: panel.domains.iter().map(domain).collect::<Answer<_>>()?,
    })
}

fn goal(it: &Goal<'_>) -> Answer<PanelGoalOut> {
    let Content::Goal(goal) = it.goal.content else {
        return Err(StorageError::Corrupt("a goal that is none".into()).into());
    };
    let steps = |steps: &[(Item<'_>, &Step)]| -> Answer<_> {
        steps.iter().map(|(item, step)| present_step(item, step)).collect()
    };
    Ok(PanelGoalOut {
        id: it.goal.id.0,
        words: begun(&goal.words),
        state: views::word(goal.state.as_str())?,
        next_steps: steps(&it.next)?,
        done_steps: steps(&it.done)?,
    })
}

fn present_step(item: &Item<'_>, step: &Step) -> Answer<PanelStepOut> {
    Ok(PanelStepOut {
        id: item.id.0,
        words: begun(&step.words),
        kind: views::word(step.kind.as_str())?,
        who: views::word(step.who.as_str())?,
        who_name: step.who_name.clone(),
        when: step.when.as_deref().map(begun),
        on: step.on,
        done_on: step.done_on,
    })
}

fn begun(text: &str) -> BeginningOut {
    let (text, more) = beginning(text);
    BeginningOut { text, more }
}
