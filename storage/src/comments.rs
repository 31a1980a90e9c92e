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
    type Header = (Uuid, Uuid, Option<Uuid>, Option<String>, DateTime<Utc>, Option<DateTime<Utc>>);
    let Seen { sight, relationship } = sight::of(db, actor, owner, Condition::all(), now).await?;
    let mut query = comment::Entity::find()
        .select_only()
        .columns([
            comment::Column::Id,
            comment::Column::AuthorId,
            comment::Column::ItemId,
            comment::Column::Section,
            comment::Column::CreatedAt,
            comment::Column::HiddenAt,
        ])
        .filter(comment::Column::OwnerId.eq(owner.0));
    match about.map(columns) {
        Some((Some(item), _)) => query = query.filter(comment::Column::ItemId.eq(item)),
        Some((_, Some(section))) => query = query.filter(comment::Column::Section.eq(section)),
        _ => {}
    }
    let headers: Vec<Header> =
        query.order_by_desc(comment::Column::CreatedAt).order_by_desc(comment::Column::Id).into_tuple().all(db).await?;
    let mine = policy::on_own(actor, policy::OnOwn::OwnersLife, owner);
    if relationship.is_none() && !matches!(mine, Decision::Permit(_)) {
        return Err(StorageError::Hidden);
    }
    let mut asked = Vec::new();
    for (id, author, item, section, at, hidden) in headers {
        let target = target(item, section.as_deref())?;
        let judged = policy::Comment { author: AccountId(author), target, hidden: hidden.is_some() };
        let after = page.after.is_none_or(|after| (at, id) < after);
        if after && matches!(sight.on_comment(OnComment::See, &judged), Decision::Permit(_)) {
            asked.push(id);
        }
    }
    asked.truncate(usize::try_from(page.limit).unwrap_or(usize::MAX));
    let mut comments = Vec::with_capacity(asked.len());
    if !asked.is_empty() {
        let rows = comment::Entity::find()
            .filter(comment::Column::Id.is_in(asked))
            .order_by_desc(comment::Column::CreatedAt)
            .order_by_desc(comment::Column::Id)
            .all(db)
            .await?;
        let key = store.sealer.key(Scope::Owner(owner)).await?;
        for row in rows {
            match authorized(&key, &sight, OnComment::See, row) {
                Ok(comment) => comments.push(comment),
                // Hidden since its place was read.
                Err(StorageError::Hidden) => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(Found { comments, relationship })
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
