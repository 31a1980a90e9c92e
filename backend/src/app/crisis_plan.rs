//! The owner's plan: writing it, looking back, using it, looking at it again. None of this is held
//! up by a pause or a hospital stay.

use crate::app::sessions::Caller;
use crate::app::{Answer, Refusal, bounds};
use crate::state::App;
use crate::views::{self, Page};
use domain::crisis_plan::{
    MAX_NOTE_CHARS, MAX_SECTION_CHARS, ReviewTrigger, Wording, differing, labels, levels, trigger_of, write,
};
use domain::ids::{AccountId, PlanId, SlotId};
use domain::policy::{OnOwn, Permit};
use domain::words::{PlanLevel, PlanSection, PromptAnswer};
use mobile_contract::crisis_plan::{
    PlanOut, PlanReviewOut, PlanReviewsOut, PlanSectionOut, PlanUseOut, PlanUsesOut, PlanVersionOut, PlanVersionsOut,
    PlanWordingOut, PlanWordingSectionOut,
};
use mobile_contract::problem::FieldFault;
use storage::crisis_plan::{Plan, Review, Use, Worded};
use storage::sealed::{DataKey, Scope};
use storage::{Authorized, StorageError, WriteTx, accounts, calendars, crisis_plan, plan_reviews, relationships};
use uuid::Uuid;

const VERSIONS: &str = "list_plan_versions";
const WORDINGS: &str = "plan_wordings";
const USES: &str = "list_plan_uses";
const REVIEWS: &str = "list_plan_reviews";

pub async fn get(app: &App, caller: Caller) -> Answer<PlanOut> {
    present(&*crisis_plan::own(&app.store, app.store.read(), caller.actor).await?)
}

/// Writes one section; text without anything in it removes the section.
pub async fn write_section(
    app: &App,
    caller: Caller,
    section: PlanSection,
    text: &str,
    if_match: Option<&str>,
) -> Answer<PlanOut> {
    bounds::text("/text", text, MAX_SECTION_CHARS)?;
    change(app, caller, if_match, |wording| {
        write(wording, section, text);
    })
    .await
}

/// Makes an earlier wording the present one, as a new version.
pub async fn restore(app: &App, caller: Caller, number: i32, if_match: Option<&str>) -> Answer<PlanOut> {
    let (earlier, _) = crisis_plan::version(&app.store, app.store.read(), leave(caller)?, number).await?;
    change(app, caller, if_match, |wording| *wording = earlier).await
}

async fn change(app: &App, caller: Caller, if_match: Option<&str>, edit: impl FnOnce(&mut Wording)) -> Answer<PlanOut> {
    let key = app.store.sealer.key(Scope::Owner(leave(caller)?.account())).await?;
    let tx = app.store.write().await?;
    let out = change_in(app, &tx, &key, caller, if_match, edit).await?;
    tx.commit().await?;
    Ok(out)
}

/// The one way a plan changes, as a part of something more.
pub(crate) async fn change_in(
    app: &App,
    tx: &WriteTx,
    key: &DataKey,
    caller: Caller,
    if_match: Option<&str>,
    edit: impl FnOnce(&mut Wording),
) -> Answer<PlanOut> {
    let owner = leave(caller)?.account();
    let now = app.now();
    let plan = crisis_plan::own(&app.store, &**tx, caller.actor).await?;
    views::if_match(if_match, plan.version)?;
    let before = plan.wording();
    let mut wording = before.clone();
    edit(&mut wording);
    let changed = differing(&before, &wording);
    if changed.is_empty() {
        return present(&plan);
    }
    crisis_plan::write(tx, key, &plan, &wording, PlanId(app.store.new_id()), now).await?;
    let today = calendars::today(&**tx, owner, now).await?;
    let mut happened: Vec<ReviewTrigger> = changed.into_iter().filter_map(trigger_of).collect();
    happened.sort();
    happened.dedup();
    for trigger in happened {
        plan_reviews::happened(tx, owner, trigger, today, now).await?;
    }
    present(&*crisis_plan::own(&app.store, &**tx, caller.actor).await?)
}

pub async fn versions(app: &App, caller: Caller, cursor: Option<&str>, limit: Option<u32>) -> Answer<PlanVersionsOut> {
    let permit = leave(caller)?;
    let limit = views::limit(limit)?;
    let before = views::place_by_number(app, caller, VERSIONS, cursor)?;
    let mut rows = crisis_plan::versions(app.store.read(), permit, before, limit + 1).await?;
    let next =
        views::cut(&mut rows, limit).map(|(number, _)| views::cursor_by_number(app, caller, VERSIONS, *number, None));
    let items = rows.into_iter().map(|(number, created_at)| PlanVersionOut { number, created_at }).collect();
    Ok(PlanVersionsOut { items, next_cursor: next })
}

pub async fn version(app: &App, caller: Caller, number: i32) -> Answer<PlanWordingOut> {
    let permit = leave(caller)?;
    let (wording, created_at) = crisis_plan::version(&app.store, app.store.read(), permit, number).await?;
    worded((number, wording, created_at))
}

/// Every wording with its words, newest first.
pub async fn wordings(
    app: &App,
    caller: Caller,
    cursor: Option<&str>,
    limit: Option<u32>,
) -> Answer<Page<PlanWordingOut>> {
    let permit = leave(caller)?;
    let limit = views::limit(limit)?;
    let before = views::place_by_number(app, caller, WORDINGS, cursor)?;
    let mut rows = crisis_plan::wordings(&app.store, permit, before, limit + 1).await?;
    let next_cursor =
        views::cut(&mut rows, limit).map(|(number, ..)| views::cursor_by_number(app, caller, WORDINGS, *number, None));
    Ok(Page { items: rows.into_iter().map(worded).collect::<Answer<_>>()?, next_cursor })
}

fn worded((number, wording, created_at): Worded) -> Answer<PlanWordingOut> {
    let sections = wording
        .into_iter()
        .map(|(section, text)| {
            Ok(PlanWordingSectionOut {
                section: views::word(section.as_str())?,
                text,
                labels: views::words(labels(section))?,
            })
        })
        .collect::<Answer<_>>()?;
    Ok(PlanWordingOut { number, created_at, sections })
}

/// She used her plan.
pub async fn record_use(
    app: &App,
    caller: Caller,
    id: Option<Uuid>,
    level: PlanLevel,
    note: Option<String>,
) -> Answer<PlanUseOut> {
    let note = note.filter(|note| !note.trim().is_empty());
    if let Some(note) = &note {
        bounds::text("/note", note, MAX_NOTE_CHARS)?;
    }
    let owner = leave(caller)?.account();
    let key = app.store.sealer.key(Scope::Owner(owner)).await?;
    let now = app.now();
    let used = Use { id: id.unwrap_or_else(|| app.store.new_id()), at: now, level, note };
    let tx = app.store.write().await?;
    let plan = written(app, &tx, caller).await?;
    crisis_plan::record_use(&tx, &key, &plan, used.clone()).await?;
    let today = calendars::today(&*tx, owner, now).await?;
    plan_reviews::happened(&tx, owner, ReviewTrigger::PlanUsed, today, now).await?;
    tx.commit().await?;
    present_use(used)
}

pub async fn uses(app: &App, caller: Caller, cursor: Option<&str>, limit: Option<u32>) -> Answer<PlanUsesOut> {
    let permit = leave(caller)?;
    let limit = views::limit(limit)?;
    let after = views::place(app, caller, USES, cursor)?;
    let mut rows = crisis_plan::uses(&app.store, permit, after, limit + 1).await?;
    let next = views::cut(&mut rows, limit).map(|last| views::cursor(app, caller, USES, (last.at, last.id)));
    Ok(PlanUsesOut { items: rows.into_iter().map(present_use).collect::<Answer<_>>()?, next_cursor: next })
}

/// She looked at her plan unasked, or wants to.
pub async fn record_review(
    app: &App,
    caller: Caller,
    id: Option<Uuid>,
    answer: PromptAnswer,
    with: Option<AccountId>,
) -> Answer<PlanReviewOut> {
    let now = app.now();
    let tx = app.store.write().await?;
    let review = Review { id: id.unwrap_or_else(|| app.store.new_id()), at: now, answer, with, slot: None };
    review_in(app, &tx, caller, review).await?;
    tx.commit().await?;
    present_reviews(app, vec![review]).await?.pop().ok_or_else(Refusal::not_found)
}

/// Writes a review down, and with whom she wants to look. The whole of an answer to a prompt about
/// the plan, too.
pub async fn review_in(app: &App, tx: &WriteTx, caller: Caller, review: Review) -> Answer<()> {
    let plan = crisis_plan::own(&app.store, &**tx, caller.actor).await?;
    if plan.id.is_none() {
        return Err(Refusal::conflict());
    }
    let owner = plan.permit().account();
    match (review.answer, review.with) {
        (PromptAnswer::Together, None) => return Err(Refusal::field("/with_provider_id", FieldFault::Required)),
        (PromptAnswer::Together, Some(provider)) => {
            if !crisis_plan::is_shared(&**tx, owner, provider, review.at).await? {
                return Err(Refusal::field("/with_provider_id", FieldFault::NotInList));
            }
        }
        (_, Some(_)) => return Err(Refusal::field("/with_provider_id", FieldFault::UnknownField)),
        (_, None) => {}
    }
    crisis_plan::record_review(tx, &plan, review).await?;
    if let Some(asking) = plan_reviews::series_of(&**tx, owner).await? {
        plan_reviews::together_with(tx, &asking, review.with).await?;
    }
    Ok(())
}

pub async fn reviews(app: &App, caller: Caller, cursor: Option<&str>, limit: Option<u32>) -> Answer<PlanReviewsOut> {
    let permit = leave(caller)?;
    let limit = views::limit(limit)?;
    let after = views::place(app, caller, REVIEWS, cursor)?;
    let mut rows = crisis_plan::reviews(app.store.read(), permit, after, limit + 1).await?;
    let next = views::cut(&mut rows, limit).map(|last| views::cursor(app, caller, REVIEWS, (last.at, last.id)));
    Ok(PlanReviewsOut { items: present_reviews(app, rows).await?, next_cursor: next })
}

/// The plan, which must have words in it: there is nothing to use otherwise.
async fn written(app: &App, tx: &WriteTx, caller: Caller) -> Answer<Authorized<Plan>> {
    let plan = crisis_plan::own(&app.store, &**tx, caller.actor).await?;
    if plan.sections.is_empty() { Err(Refusal::conflict()) } else { Ok(plan) }
}

fn leave(caller: Caller) -> Result<Permit, StorageError> {
    relationships::leave(caller.actor, OnOwn::OwnersLife, caller.actor.account)
}

fn present(plan: &Plan) -> Answer<PlanOut> {
    let sections = plan
        .sections
        .iter()
        .map(|(section, held)| {
            Ok(PlanSectionOut {
                section: views::word(section.as_str())?,
                text: held.text.clone(),
                levels: views::words(levels(*section))?,
                labels: views::words(labels(*section))?,
                updated_at: held.updated_at,
            })
        })
        .collect::<Answer<_>>()?;
    Ok(PlanOut { version: plan.version, sections, written_at: plan.written_at, edited_at: plan.edited_at })
}

fn present_use(used: Use) -> Answer<PlanUseOut> {
    Ok(PlanUseOut { id: used.id, used_at: used.at, level: views::word(used.level.as_str())?, note: used.note })
}

async fn present_reviews(app: &App, reviews: Vec<Review>) -> Answer<Vec<PlanReviewOut>> {
    let ids: Vec<AccountId> = reviews.iter().filter_map(|review| review.with).collect();
    let people = accounts::many(app.store.read(), &ids).await?;
    reviews
        .into_iter()
        .map(|review| {
            let with = review.with.and_then(|id| people.iter().find(|row| row.id == id.0));
            Ok(PlanReviewOut {
                id: review.id,
                at: review.at,
                answer: views::word(review.answer.as_str())?,
                with_provider: with.map(views::party),
                slot_id: review.slot.map(|SlotId(id)| id),
            })
        })
        .collect()
}
