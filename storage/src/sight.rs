//! How far one actor sees into one owner's things, read from the database.

use crate::error::Result;
use crate::grants;
use crate::toolbox::shared::headers;
use chrono::{DateTime, Utc};
use domain::ids::{AccountId, RelationshipId};
use domain::ownership::Actor;
use domain::policy::Sight;
use domain::toolbox::Placed;
use sea_orm::{Condition, ConnectionTrait};

/// What the policy is to be asked, and the relationship through which the actor sees; the owner has none with herself.
pub struct Seen {
    pub sight: Sight,
    pub relationship: Option<RelationshipId>,
}

/// The same questions to the database whoever asks, and whether or not there is such an owner. Only items in `modules`
/// are found.
pub async fn of(
    db: &impl ConnectionTrait,
    actor: Actor,
    owner: AccountId,
    modules: Condition,
    now: DateTime<Utc>,
) -> Result<Seen> {
    let shared = grants::shared(db, owner, actor.account).await?;
    let placed: Vec<Placed> = headers(db, owner, modules).await?.into_iter().map(|(placed, _)| placed).collect();
    Ok(Seen { sight: Sight::of(actor, owner, &shared.sharing, &placed, now), relationship: shared.relationship })
}
