//! What a provider sees of an owner's plan. The owner's "what does she see?" is answered by the
//! same function.

use crate::app::sessions::Caller;
use crate::app::{Answer, Refusal, as_reader};
use crate::state::App;
use crate::views;
use domain::access::{AccessAction, AllowedBecause, Via};
use domain::crisis_plan::{labels, levels};
use domain::ids::{AccountId, RelationshipId};
use domain::ownership::Actor;
use domain::policy::InRelationship;
use domain::words::{Module, PlanSection};
use mobile_contract::crisis_plan::{PlanAsSeenOut, PlanWishOut, PlanWishesOut, SharedPlanOut, SharedSectionOut};
use storage::audit::{self, Access};
use storage::crisis_plan::{SharedPlan, SharedSection};
use storage::{Authorized, StorageError, WriteTx, accounts, crisis_plan, relationships};

const MOST_WISHES: u64 = 20;

/// The plan of `owner` as the caller may see it; the reading is in the owner's log before it is
/// answered.
pub async fn get(app: &App, caller: Caller, owner: AccountId) -> Answer<SharedPlanOut> {
    let (shared, out) = seen(app, caller.actor, owner).await?;
    let access = Access {
        owner,
        action: AccessAction::ReadPlan,
        subject: shared.sections.keys().map(|section| section.as_str()).collect::<Vec<_>>().join(","),
        via: Some(Via { relationship: shared.relationship, because: AllowedBecause::Granted }),
    };
    let now = app.now();
    let tx = app.store.write().await?;
    audit::record(&tx, shared.permit(), access, now).await?;
    tx.commit().await?;
    Ok(out)
}

/// What `provider` would be answered now.
pub async fn as_seen_by(app: &App, caller: Caller, provider: AccountId) -> Answer<PlanAsSeenOut> {
    let reader = as_reader::of(app, caller, provider).await?;
    let plan = match seen(app, reader.actor, reader.owner).await {
        Ok((_, out)) => Some(out),
        Err(Refusal { code: mobile_contract::problem::ProblemCode::NotFound, .. }) => None,
        Err(other) => return Err(other),
    };
    Ok(PlanAsSeenOut { provider: views::party(&reader.row), plan })
}

async fn seen(app: &App, reader: Actor, owner: AccountId) -> Answer<(Authorized<SharedPlan>, SharedPlanOut)> {
    let shared = crisis_plan::shared(&app.store, app.store.read(), reader, owner, app.now()).await?;
    let row = accounts::for_machinery(app.store.read(), owner).await?.ok_or_else(Refusal::not_found)?;
    let sections = shared.sections.iter().map(|(section, held)| section_out(*section, held)).collect::<Answer<_>>()?;
    let out = SharedPlanOut { owner: views::party(&row), sections };
    Ok((shared, out))
}

/// One section on the wire.
pub(crate) fn section_out(section: PlanSection, held: &SharedSection) -> Answer<SharedSectionOut> {
    Ok(SharedSectionOut {
        section: views::word(section.as_str())?,
        level: views::word(held.level.as_str())?,
        version: held.version,
        text: held.section.as_ref().map(|written| written.text.clone()),
        levels: views::words(levels(section))?,
        labels: views::words(labels(section))?,
        updated_at: held.section.as_ref().map(|written| written.updated_at),
    })
}

/// When the owner of this relationship asked the caller to look at the plan together. The wish is
/// all that is told, and only as long as something of the plan is shared.
pub async fn wishes(app: &App, caller: Caller, id: RelationshipId) -> Answer<PlanWishesOut> {
    let now = app.now();
    let tx = app.store.write().await?;
    let related = relationships::authorized(&*tx, caller.actor, InRelationship::SeePlanWishes, id, now).await?;
    let owner = related.view.owner;
    let mut items = Vec::new();
    if crisis_plan::is_shared(&*tx, owner, related.permit().account(), now).await? {
        items = crisis_plan::wishes(&*tx, related.permit(), owner, MOST_WISHES).await?;
    }
    if !items.is_empty() {
        log_wishes(&tx, &related, now).await?;
    }
    tx.commit().await?;
    Ok(PlanWishesOut { items: items.into_iter().map(|asked_at| PlanWishOut { asked_at }).collect() })
}

async fn log_wishes(
    tx: &WriteTx,
    related: &Authorized<relationships::Related>,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<(), StorageError> {
    let access = Access {
        owner: related.view.owner,
        action: AccessAction::ReadPlanWishes,
        subject: Module::CrisisPlan.to_string(),
        via: Some(Via { relationship: related.view.id, because: AllowedBecause::Asked }),
    };
    audit::record(tx, related.permit(), access, now).await
}
