//! The control panel (R34): values, and per life domain status → process → goals. What it shows of each is bounded, so
//! that it opens at once however much she wrote; nothing in it counts or grades.

use super::content::{Content, StatusEntry, Step};
use super::{GoalState, ItemKind, LifeArea};
use crate::ids::ItemId;
use chrono::{DateTime, NaiveDate, Utc};
use std::collections::BTreeMap;

/// What a panel is made of.
pub const KINDS: &[ItemKind] = &[
    ItemKind::Value,
    ItemKind::LifeDomain,
    ItemKind::StatusEntry,
    ItemKind::Goal,
    ItemKind::Step,
    ItemKind::Exercise,
    ItemKind::ExerciseRun,
];
/// Steps still open, and steps done, shown of each goal; runs of exercises shown of each domain.
pub const MOST_OF_EACH: usize = 3;
/// Characters shown of a text; the item has all of it.
pub const MOST_CHARACTERS: usize = 500;

/// An item as the panel needs it.
#[derive(Clone, Copy, Debug)]
pub struct Kept<'a> {
    pub id: ItemId,
    pub parent: Option<ItemId>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub content: &'a Content,
}

#[derive(Debug, Default)]
pub struct Panel<'a> {
    pub values: Vec<Kept<'a>>,
    /// The life domains she chose, in their order; last, where there is any, what lies in none.
    pub domains: Vec<Domain<'a>>,
}

#[derive(Debug, Default)]
pub struct Domain<'a> {
    pub domain: Option<Kept<'a>>,
    /// How it stands: the last she wrote.
    pub status: Option<(Kept<'a>, &'a StatusEntry)>,
    /// Exercises done, the last first.
    pub exercises: Vec<Kept<'a>>,
    pub goals: Vec<Goal<'a>>,
}

#[derive(Debug)]
pub struct Goal<'a> {
    pub goal: Kept<'a>,
    /// Steps still open, sub-goals' activities among them: those with a date first, then as they were written.
    pub next: Vec<(Kept<'a>, &'a Step)>,
    /// Steps done, the last first.
    pub done: Vec<(Kept<'a>, &'a Step)>,
}

/// Makes the panel of all items of [`KINDS`], oldest first. Goals that were let go of are left to the goals' own list.
pub fn of<'a>(items: &[Kept<'a>]) -> Panel<'a> {
    let mut panel = Panel::default();
    let mut domains: BTreeMap<Option<ItemId>, Domain<'a>> = BTreeMap::new();
    let mut order: Vec<(LifeArea, ItemId)> = Vec::new();
    for item in items {
        match item.content {
            Content::Value(_) => panel.values.push(*item),
            Content::LifeDomain(it) => {
                order.push((it.area, item.id));
                domains.entry(Some(item.id)).or_default().domain = Some(*item);
            }
            _ => {}
        }
    }
    // What names a domain that is gone lies in none.
    let place = |id: Option<ItemId>| id.filter(|id| order.iter().any(|(_, known)| known == id));
    let above: BTreeMap<ItemId, ItemId> = items.iter().filter_map(|item| Some((item.id, item.parent?))).collect();
    let mut steps: BTreeMap<ItemId, Vec<(Kept<'a>, &'a Step)>> = BTreeMap::new();
    for item in items {
        match item.content {
            Content::StatusEntry(it) => {
                if let Some(domain) = place(item.parent).and_then(|id| domains.get_mut(&Some(id))) {
                    domain.status = Some((*item, it));
                }
            }
            Content::Goal(it) if it.state != GoalState::LetGo => {
                let goal = Goal { goal: *item, next: Vec::new(), done: Vec::new() };
                domains.entry(place(it.life_domain_id)).or_default().goals.push(goal);
            }
            Content::Step(it) => {
                let goal = std::iter::successors(item.parent, |id| above.get(id).copied()).last();
                steps.entry(goal.unwrap_or(item.id)).or_default().push((*item, it));
            }
            Content::ExerciseRun(it) => {
                domains.entry(place(it.life_domain_id)).or_default().exercises.push(*item);
            }
            _ => {}
        }
    }
    order.sort();
    let places = order.into_iter().map(|(_, id)| Some(id)).chain([None]);
    panel.domains = places.filter_map(|place| domains.remove(&place)).map(|domain| shown(domain, &mut steps)).collect();
    panel
}

fn shown<'a>(mut domain: Domain<'a>, steps: &mut BTreeMap<ItemId, Vec<(Kept<'a>, &'a Step)>>) -> Domain<'a> {
    let ran_at = |item: &Kept<'_>| match item.content {
        Content::ExerciseRun(run) => (run.at, item.id),
        _ => (item.created_at, item.id),
    };
    domain.exercises.sort_by_key(|item| std::cmp::Reverse(ran_at(item)));
    domain.exercises.truncate(MOST_OF_EACH);
    domain.goals.sort_by_key(|goal| (state(goal), goal.goal.created_at, goal.goal.id));
    for goal in &mut domain.goals {
        let (done, mut next): (Vec<_>, Vec<_>) =
            steps.remove(&goal.goal.id).unwrap_or_default().into_iter().partition(|(_, step)| step.done_on.is_some());
        next.sort_by_key(|(item, step)| (step.on.unwrap_or(NaiveDate::MAX), item.created_at, item.id));
        next.truncate(MOST_OF_EACH);
        goal.next = next;
        goal.done = done;
        goal.done.sort_by_key(|(item, step)| std::cmp::Reverse((step.done_on, item.updated_at, item.id)));
        goal.done.truncate(MOST_OF_EACH);
    }
    domain
}

/// What she works on lies on top.
fn state(goal: &Goal<'_>) -> usize {
    use GoalState::{Active, Idea, LetGo, Reached, Resting};
    let Content::Goal(it) = goal.goal.content else { return usize::MAX };
    [Active, Idea, Resting, Reached, LetGo].iter().position(|state| *state == it.state).unwrap_or(usize::MAX)
}

/// The beginning of a text, and whether there is more.
pub fn beginning(text: &str) -> (String, bool) {
    match text.char_indices().nth(MOST_CHARACTERS) {
        Some((end, _)) => (text.get(..end).unwrap_or(text).to_owned(), true),
        None => (text.to_owned(), false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use uuid::Uuid;

    fn id(n: u128) -> ItemId {
        ItemId(Uuid::from_u128(n))
    }

    fn items(all: &[(u128, Option<u128>, Value)]) -> Vec<(ItemId, Option<ItemId>, Content)> {
        let content = |json: &Value| serde_json::from_value(json.clone()).expect("content");
        all.iter().map(|(n, parent, json)| (id(*n), parent.map(id), content(json))).collect()
    }

    fn kept(all: &[(ItemId, Option<ItemId>, Content)]) -> Vec<Kept<'_>> {
        let at = |n: usize| DateTime::UNIX_EPOCH + chrono::TimeDelta::minutes(i64::try_from(n).expect("few"));
        all.iter()
            .enumerate()
            .map(|(n, (id, parent, content))| Kept {
                id: *id,
                parent: *parent,
                created_at: at(n),
                updated_at: at(n),
                content,
            })
            .collect()
    }

    #[test]
    fn status_process_and_goals_lie_in_their_domain() {
        let goal = |words: &str, state: &str, domain: Option<u128>| json!({ "goal": { "words": words, "state": state, "life_domain_id": domain.map(id) } });
        let step = |words: &str, on: Option<&str>, done: Option<&str>| json!({ "step": { "words": words, "kind": "sub_goal", "who": "me", "on": on, "done_on": done } });
        let all = items(&[
            (1, None, json!({ "life_domain": { "area": "own", "name": "The boat" } })),
            (2, None, json!({ "life_domain": { "area": "housing" } })),
            (3, Some(2), json!({ "status_entry": { "words": "Cold" } })),
            (4, Some(2), json!({ "status_entry": { "words": "Warmer" } })),
            (5, None, goal("Carpet", "idea", Some(2))),
            (6, None, goal("Window", "active", Some(2))),
            (7, None, goal("Let go", "let_go", Some(2))),
            (8, None, goal("Of a domain that is gone", "active", Some(99))),
            (10, Some(6), step("undated", None, None)),
            (11, Some(10), step("under a step, dated", Some("2026-10-05"), None)),
            (12, Some(6), step("done long ago", None, Some("2026-01-01"))),
            (13, Some(6), step("done", None, Some("2026-09-01"))),
            (14, Some(6), step("third", None, None)),
            (15, Some(6), step("one too many", None, None)),
            (16, None, json!({ "value": { "words": "Being asked" } })),
        ]);
        let kept = kept(&all);
        let panel = of(&kept);
        let names: Vec<Option<ItemId>> = panel.domains.iter().map(|it| it.domain.map(|kept| kept.id)).collect();
        assert_eq!(names, [Some(id(2)), Some(id(1)), None]);
        assert_eq!(panel.values.len(), 1);
        let housing = &panel.domains[0];
        assert_eq!(housing.status.map(|(_, it)| it.words.as_str()), Some("Warmer"));
        assert_eq!(housing.goals.iter().map(|it| it.goal.id).collect::<Vec<_>>(), [id(6), id(5)]);
        let words = |steps: &[(Kept<'_>, &Step)]| steps.iter().map(|(_, it)| it.words.clone()).collect::<Vec<_>>();
        assert_eq!(words(&housing.goals[0].next), ["under a step, dated", "undated", "third"]);
        assert_eq!(words(&housing.goals[0].done), ["done", "done long ago"]);
        assert_eq!(panel.domains[2].goals[0].goal.id, id(8));
    }

    #[test]
    fn a_long_text_is_begun() {
        assert_eq!(beginning("æøå"), ("æøå".to_owned(), false));
        let (start, more) = beginning(&"æ".repeat(501));
        assert_eq!((start.chars().count(), more), (500, true));
    }
}
