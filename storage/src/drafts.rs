//! Unsent texts. Nobody but their author ever finds them.

use crate::authorized::Authorized;
use crate::connect::WriteTx;
use crate::entity::draft;
use crate::error::{Result, StorageError};
use crate::rows;
use chrono::{DateTime, Utc};
use domain::ids::{AccountId, DraftId, MessageId, RelationshipId};
use domain::ownership::Actor;
use domain::policy::{self, OnOwn};
use domain::words::MessageKind;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use uuid::Uuid;

/// Everything an author sets; the texts are sealed already.
#[derive(Clone, Debug)]
pub struct Content {
    pub kind: MessageKind,
    pub body: Vec<u8>,
    pub gist: Option<Vec<u8>>,
    pub important: bool,
    pub preview_allowed: bool,
    pub in_reply_to: Option<MessageId>,
}

pub async fn create(
    tx: &WriteTx,
    id: DraftId,
    relationship: RelationshipId,
    author: AccountId,
    content: Content,
    now: DateTime<Utc>,
) -> Result<()> {
    let row = draft::ActiveModel {
        id: Set(id.0),
        relationship_id: Set(relationship.0),
        author_id: Set(author.0),
        kind: Set(content.kind.to_string()),
        body: Set(content.body),
        gist: Set(content.gist),
        important: Set(content.important),
        preview_allowed: Set(content.preview_allowed),
        in_reply_to: Set(content.in_reply_to.map(Into::into)),
        created_at: Set(now),
        updated_at: Set(now),
        version: Set(1),
    };
    draft::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

pub async fn authorized(db: &impl ConnectionTrait, actor: Actor, id: DraftId) -> Result<Authorized<rows::Draft>> {
    let row = draft::Entity::find_by_id(id.0).one(db).await?.ok_or(StorageError::Hidden)?;
    Authorized::by(policy::on_own(actor, OnOwn::Drafts, AccountId(row.author_id)), row)
}

/// Those among some drafts that are the actor's own, the last begun first.
pub async fn among(db: &impl ConnectionTrait, actor: Actor, ids: &[Uuid]) -> Result<Vec<Authorized<rows::Draft>>> {
    draft::Entity::find()
        .filter(draft::Column::Id.is_in(ids.iter().copied()))
        .filter(draft::Column::AuthorId.eq(actor.account.0))
        .order_by_desc(draft::Column::CreatedAt)
        .order_by_desc(draft::Column::Id)
        .all(db)
        .await?
        .into_iter()
        .map(|row| Authorized::by(policy::on_own(actor, OnOwn::Drafts, AccountId(row.author_id)), row))
        .collect()
}

/// A page of the actor's drafts, the last begun first.
pub async fn page(
    db: &impl ConnectionTrait,
    actor: Actor,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: u64,
) -> Result<Vec<Authorized<rows::Draft>>> {
    let mut query = draft::Entity::find().filter(draft::Column::AuthorId.eq(actor.account.0));
    if let Some((at, id)) = after {
        query = query.filter(
            Condition::any()
                .add(draft::Column::CreatedAt.lt(at))
                .add(Condition::all().add(draft::Column::CreatedAt.eq(at)).add(draft::Column::Id.lt(id))),
        );
    }
    query
        .order_by_desc(draft::Column::CreatedAt)
        .order_by_desc(draft::Column::Id)
        .limit(limit)
        .all(db)
        .await?
        .into_iter()
        .map(|row| Authorized::by(policy::on_own(actor, OnOwn::Drafts, AccountId(row.author_id)), row))
        .collect()
}

/// Writes a later version; `Stale` if somebody was faster.
pub async fn update(tx: &WriteTx, draft: &Authorized<rows::Draft>, content: Content, now: DateTime<Utc>) -> Result<()> {
    let changed = draft::Entity::update_many()
        .col_expr(draft::Column::Kind, Expr::value(content.kind.as_str()))
        .col_expr(draft::Column::Body, Expr::value(content.body))
        .col_expr(draft::Column::Gist, Expr::value(content.gist))
        .col_expr(draft::Column::Important, Expr::value(content.important))
        .col_expr(draft::Column::PreviewAllowed, Expr::value(content.preview_allowed))
        .col_expr(draft::Column::InReplyTo, Expr::value(content.in_reply_to.map(|id| id.0)))
        .col_expr(draft::Column::UpdatedAt, Expr::value(now))
        .col_expr(draft::Column::Version, Expr::col(draft::Column::Version).add(1))
        .filter(draft::Column::Id.eq(draft.id))
        .filter(draft::Column::Version.eq(draft.version))
        .exec(&**tx)
        .await?;
    if changed.rows_affected == 1 { Ok(()) } else { Err(StorageError::Stale) }
}

pub async fn delete(tx: &WriteTx, draft: &Authorized<rows::Draft>) -> Result<()> {
    draft::Entity::delete_by_id(draft.id).exec(&**tx).await?;
    Ok(())
}
