//! Comments, sealed with the key of the owner beside whose things they stand. They are found where these are.

use crate::authorized::{Authorized, permitted};
use crate::connect::{Store, WriteTx};
use crate::entity::comment;
use crate::error::{Result, StorageError};
use crate::proposals::{columns, target};
use crate::rows;
use crate::sealed::{DataKey, Place, Scope};
use crate::sight::{self, Seen};
use crate::toolbox::shared::Page;
use chrono::{DateTime, Utc};
use domain::ids::{AccountId, CommentId, ItemId, RelationshipId};
use domain::ownership::Actor;
use domain::policy::{self, Decision, OnComment, OnTarget, Permit, Sight};
use domain::proposals::Target;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// A comment, opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    pub id: CommentId,
    pub owner: AccountId,
    pub author: AccountId,
    pub target: Target,
    pub words: String,
    pub created_at: DateTime<Utc>,
    /// Since when the owner keeps it to herself.
    pub hidden_at: Option<DateTime<Utc>>,
}

/// A comment as it is made.
#[derive(Clone, Debug)]
pub struct New {
    pub id: CommentId,
    pub owner: AccountId,
    pub target: Target,
    pub words: String,
}

/// What one actor finds, newest first, and the relationship through which a provider does.
#[derive(Clone, Debug)]
pub struct Found {
    pub comments: Vec<Authorized<Comment>>,
    pub relationship: Option<RelationshipId>,
}

/// Leave to say something beside `target`.
pub async fn leave(
    db: &impl ConnectionTrait,
    actor: Actor,
    owner: AccountId,
    target: Target,
    now: DateTime<Utc>,
) -> Result<Permit> {
    let seen = sight::of(db, actor, owner, Condition::all(), now).await?;
    permitted(seen.sight.on_target(OnTarget::Comment, target))
}

pub async fn make(tx: &WriteTx, key: &DataKey, permit: Permit, new: &New, now: DateTime<Utc>) -> Result<()> {
    let (item, section) = columns(new.target);
    let row = comment::ActiveModel {
        id: Set(new.id.0),
        owner_id: Set(new.owner.0),
        author_id: Set(permit.account().0),
        item_id: Set(item),
        section: Set(section),
        body: Set(key.seal(body(new.id.0), new.words.as_bytes())?),
        created_at: Set(now),
        hidden_at: Set(None),
    };
    comment::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// A page of the comments beside an owner's things, or beside one of them, that `actor` finds, newest first. An owner
/// who does not exist and one with whom the actor does not work are one: hidden, after the same questions to the
/// database.
pub async fn page(
    store: &Store,
    db: &impl ConnectionTrait,
    actor: Actor,
    owner: AccountId,
    about: Option<Target>,
    page: Page,
    now: DateTime<Utc>,
) -> Result<Found> {
    let which = page.older(comment::Column::CreatedAt, comment::Column::Id);
    those(store, db, actor, owner, about, which, page.limit, now).await
}

/// Those among some comments that `actor` finds.
pub async fn among(
    store: &Store,
    db: &impl ConnectionTrait,
    actor: Actor,
    owner: AccountId,
    ids: &BTreeSet<Uuid>,
    now: DateTime<Utc>,
) -> Result<Found> {
    let which = Condition::all().add(comment::Column::Id.is_in(ids.iter().copied()));
    those(store, db, actor, owner, None, which, u64::from(u32::MAX), now).await
}

#[expect(clippy::too_many_arguments, reason = "what both questions have in common, and nothing else")]
async fn those(
    store: &Store,
    db: &impl ConnectionTrait,
    actor: Actor,
    owner: AccountId,
    about: Option<Target>,
    which: Condition,
    limit: u64,
    now: DateTime<Utc>,
) -> Result<Found> {
    let seen = sight::of(db, actor, owner, Condition::all(), now).await?;
    let mut query = comment::Entity::find()
        .filter(comment::Column::OwnerId.eq(owner.0))
        .filter(seen.about_found(comment::Column::ItemId, comment::Column::Section));
    match about.map(columns) {
        Some((Some(item), _)) => query = query.filter(comment::Column::ItemId.eq(item)),
        Some((_, Some(section))) => query = query.filter(comment::Column::Section.eq(section)),
        _ => {}
    }
    let mine = matches!(policy::on_own(actor, policy::OnOwn::OwnersLife, owner), Decision::Permit(_));
    if !mine {
        query = query.filter(comment::Column::HiddenAt.is_null());
    }
    let rows = query
        .filter(which)
        .order_by_desc(comment::Column::CreatedAt)
        .order_by_desc(comment::Column::Id)
        .limit(limit)
        .all(db)
        .await?;
    if seen.relationship.is_none() && !mine {
        return Err(StorageError::Hidden);
    }
    let mut comments = Vec::with_capacity(rows.len());
    if !rows.is_empty() {
        let key = store.sealer.key(Scope::Owner(owner)).await?;
        for row in rows {
            comments.push(authorized(&key, &seen.sight, OnComment::See, row)?);
        }
    }
    Ok(Found { comments, relationship: seen.relationship })
}

/// One comment for this actor and action; one that is hidden and one that was never made are the same.
pub async fn one(
    store: &Store,
    db: &impl ConnectionTrait,
    actor: Actor,
    action: OnComment,
    id: CommentId,
    now: DateTime<Utc>,
) -> Result<Authorized<Comment>> {
    let row = comment::Entity::find_by_id(id.0).one(db).await?;
    let owner = AccountId(row.as_ref().map_or(Uuid::nil(), |row| row.owner_id));
    let Seen { sight, .. } = sight::of(db, actor, owner, Condition::all(), now).await?;
    let row = row.ok_or(StorageError::Hidden)?;
    // Whoever may not have it costs no key.
    permitted(sight.on_comment(action, &judged(&row)?))?;
    let key = store.sealer.key(Scope::Owner(owner)).await?;
    authorized(&key, &sight, action, row)
}

/// Keeps a comment from everybody but the owner, or shows it again.
pub async fn hide(tx: &WriteTx, comment: &Authorized<Comment>, since: Option<DateTime<Utc>>) -> Result<()> {
    comment::Entity::update_many()
        .col_expr(comment::Column::HiddenAt, Expr::value(since))
        .filter(comment::Column::Id.eq(comment.id.0))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Its author takes it back, for good.
pub async fn take_back(tx: &WriteTx, comment: &Authorized<Comment>) -> Result<()> {
    comment::Entity::delete_by_id(comment.id.0).exec(&**tx).await?;
    Ok(())
}

/// Items are gone, and so is what was said beside them.
pub async fn forget(tx: &WriteTx, items: &[ItemId]) -> Result<()> {
    comment::Entity::delete_many()
        .filter(comment::Column::ItemId.is_in(items.iter().map(|id| id.0)))
        .exec(&**tx)
        .await?;
    Ok(())
}

fn judged(row: &rows::Comment) -> Result<policy::Comment> {
    Ok(policy::Comment {
        author: AccountId(row.author_id),
        target: target(row.item_id, row.section.as_deref())?,
        hidden: row.hidden_at.is_some(),
    })
}

fn authorized(key: &DataKey, sight: &Sight, action: OnComment, row: rows::Comment) -> Result<Authorized<Comment>> {
    let judged = judged(&row)?;
    let opened = Comment {
        id: CommentId(row.id),
        owner: AccountId(row.owner_id),
        author: judged.author,
        target: judged.target,
        words: key.open_text(body(row.id), &row.body)?,
        created_at: row.created_at,
        hidden_at: row.hidden_at,
    };
    Authorized::by(sight.on_comment(action, &judged), opened)
}

fn body(id: Uuid) -> Place {
    Place::new("comment.body", id)
}
