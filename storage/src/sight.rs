//! How far one actor sees into one owner's things, read from the database.

use crate::among::among;
use crate::error::Result;
use crate::grants;
use crate::toolbox::shared::headers;
use chrono::{DateTime, Utc};
use domain::ids::{AccountId, RelationshipId};
use domain::ownership::Actor;
use domain::policy::Sight;
use domain::proposals::Target;
use domain::toolbox::Placed;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait};

/// What the policy is to be asked, and the relationship through which the actor sees; the owner has none with herself.
pub struct Seen {
    pub sight: Sight,
    pub relationship: Option<RelationshipId>,
}

impl Seen {
    /// Rows about what the actor finds, by their columns for an item and a section. The policy is asked of each row
    /// besides: this only keeps what it would refuse from being read. What is not found changes neither the number nor
    /// the form of the statements.
    pub fn about_found(&self, item: impl ColumnTrait, section: impl ColumnTrait) -> Condition {
        let Some(found) = self.sight.found() else { return Condition::all() };
        let (mut items, mut sections) = (Vec::new(), Vec::new());
        for target in found {
            match target {
                Target::Item(id) => items.push(id.0),
                Target::Section(at) => sections.push(at.as_str()),
            }
        }
        Condition::any().add(among(item, &items)).add(section.is_in(sections))
    }
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
