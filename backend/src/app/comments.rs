//! What is said beside an owner's things. Everybody who sees a thing sees what is said beside it, and the owner can
//! keep any of it to herself.

use crate::app::proposals::{parts, target, write_down};
use crate::app::sessions::Caller;
use crate::app::{Answer, Refusal, as_reader, bounds};
use crate::state::App;
use crate::views;
use domain::access::AccessAction;
use domain::ids::{AccountId, CommentId, RelationshipId};
use domain::ownership::Actor;
use domain::policy::{OnComment, OnOwn};
use domain::proposals::{MAX_COMMENT_CHARS, Target};
use domain::wording::{FieldFault, Unit};
use mobile_contract::problem::{FieldFault as Wire, ProblemCode};
use mobile_contract::proposals::{CommentIn, CommentOut, CommentsOut};
use std::collections::BTreeSet;
use storage::comments::{self, Comment, Found, New};
use storage::sealed::Scope;
use storage::toolbox::shared::Page;
use storage::{Authorized, Connection, StorageError, accounts, proposals, relationships};
use uuid::Uuid;

const LIST: &str = "list_comments";
const AS_SEEN_BY: &str = "list_comments_as_seen_by";

/// Says something. The same id again answers with what has it.
pub async fn make(app: &App, caller: Caller, owner: AccountId, body: CommentIn) -> Answer<CommentOut> {
    let target = target(body.item_id, body.section.map(|it| it.as_str()))?;
    if body.words.trim().is_empty() {
        return Err(Refusal::field("/words", FieldFault::TooShort { min: 1, unit: Unit::Characters }));
    }
    bounds::text("/words", &body.words, MAX_COMMENT_CHARS)?;
    if let Some(id) = body.id
        && let Some(first) = repeated(app, caller, CommentId(id)).await?
    {
        return Ok(first);
    }
    // Nobody is given a key who may not write with it.
    comments::leave(app.store.read(), caller.actor, owner, target, app.now()).await?;
    let key = app.store.sealer.key(Scope::Owner(owner)).await?;
    let now = app.now();
    let tx = app.store.write().await?;
    let permit = comments::leave(&*tx, caller.actor, owner, target, now).await?;
    proposals::hold(&tx, target).await?;
    let id = CommentId(body.id.unwrap_or_else(|| app.store.new_id()));
    comments::make(&tx, &key, permit, &New { id, owner, target, words: body.words }, now).await?;
    let made = comments::one(&app.store, &*tx, caller.actor, OnComment::See, id, now).await?;
    let out = present(&*tx, caller.actor, &[made]).await?;
    tx.commit().await?;
    out.into_iter().next().ok_or_else(Refusal::not_found)
}

/// Which page of a list is asked for, and beside what: an item, a section or anything.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked<'a> {
    pub item: Option<Uuid>,
    pub section: Option<&'a str>,
    pub cursor: Option<&'a str>,
    pub limit: Option<u32>,
}

/// What the caller finds beside an owner's things, or beside one of them.
pub async fn list(app: &App, caller: Caller, owner: AccountId, asked: Asked<'_>) -> Answer<CommentsOut> {
    let (Found { comments, relationship }, out) = seen(app, caller, LIST, caller.actor, owner, asked).await?;
    if let (Some(relationship), Some(first)) = (relationship, comments.first()) {
        let read: BTreeSet<Target> = comments.iter().map(|it| it.target).collect();
        write_down(app, owner, first.permit(), relationship, AccessAction::ReadComments, &read).await?;
    }
    Ok(out)
}

/// What `provider` would be answered now.
pub async fn as_seen_by(app: &App, caller: Caller, provider: AccountId, asked: Asked<'_>) -> Answer<CommentsOut> {
    let reader = as_reader::of(app, caller, provider).await?;
    match seen(app, caller, &format!("{AS_SEEN_BY}:{provider}"), reader.actor, reader.owner, asked).await {
        Ok((_, out)) => Ok(out),
        Err(Refusal { code: ProblemCode::NotFound, .. }) => Ok(CommentsOut { items: Vec::new(), next_cursor: None }),
        Err(other) => Err(other),
    }
}

async fn seen(
    app: &App,
    caller: Caller,
    list: &str,
    reader: Actor,
    owner: AccountId,
    Asked { item, section, cursor, limit }: Asked<'_>,
) -> Answer<(Found, CommentsOut)> {
    let limit = views::limit(limit)?;
    let about: Option<Target> = match (item, section) {
        (None, None) => None,
        (Some(_), Some(_)) => return Err(Refusal::field("section", Wire::UnknownField)),
        (item, section) => Some(target(item, section)?),
    };
    let list = format!("{list}:{owner}:{}", about.map(|target| target.to_string()).unwrap_or_default());
    let page = Page { after: views::place(app, caller, &list, cursor)?, limit: limit + 1 };
    let db = app.store.read();
    let mut found = comments::page(&app.store, db, reader, owner, about, page, app.now()).await?;
    let next_cursor = views::cut(&mut found.comments, limit)
        .map(|last| views::cursor(app, caller, &list, (last.created_at, last.id.0)));
    let items = present(db, reader, &found.comments).await?;
    Ok((found, CommentsOut { items, next_cursor }))
}

/// A provider reads what was said beside an owner's things: that stands in the owner's log.
pub(crate) async fn log(
    app: &App,
    owner: AccountId,
    comments: &[Authorized<Comment>],
    relationship: Option<RelationshipId>,
) -> Answer<()> {
    let (Some(relationship), Some(first)) = (relationship, comments.first()) else { return Ok(()) };
    let read: BTreeSet<Target> = comments.iter().map(|it| it.target).collect();
    write_down(app, owner, first.permit(), relationship, AccessAction::ReadComments, &read).await
}

/// The owner keeps a comment to herself, or shows it again.
pub async fn hide(app: &App, caller: Caller, id: CommentId, hidden: bool) -> Answer<CommentOut> {
    let now = app.now();
    let tx = app.store.write().await?;
    let comment = comments::one(&app.store, &*tx, caller.actor, OnComment::Hide, id, now).await?;
    if comment.hidden_at.is_some() != hidden {
        comments::hide(&tx, &comment, hidden.then_some(now)).await?;
    }
    let after = comments::one(&app.store, &*tx, caller.actor, OnComment::See, id, now).await?;
    let out = present(&*tx, caller.actor, &[after]).await?;
    tx.commit().await?;
    out.into_iter().next().ok_or_else(Refusal::not_found)
}

/// Its author takes a comment back, for good.
pub async fn take_back(app: &App, caller: Caller, id: CommentId) -> Answer<()> {
    let tx = app.store.write().await?;
    let comment = comments::one(&app.store, &*tx, caller.actor, OnComment::TakeBack, id, app.now()).await?;
    comments::take_back(&tx, &comment).await?;
    tx.commit().await?;
    Ok(())
}

async fn repeated(app: &App, caller: Caller, id: CommentId) -> Answer<Option<CommentOut>> {
    let db = app.store.read();
    match comments::one(&app.store, db, caller.actor, OnComment::TakeBack, id, app.now()).await {
        Ok(first) => Ok(present(db, caller.actor, &[first]).await?.pop()),
        Err(StorageError::Hidden) => Ok(None),
        // Somebody else's.
        Err(StorageError::Denied) => Err(ProblemCode::Conflict.into()),
        Err(error) => Err(error.into()),
    }
}

pub(crate) async fn present(
    db: &impl Connection,
    reader: Actor,
    comments: &[Authorized<Comment>],
) -> Answer<Vec<CommentOut>> {
    let ids: Vec<AccountId> = comments.iter().flat_map(|it| [it.author, it.owner]).collect();
    let people = accounts::many(db, &ids).await?;
    let person = |id: AccountId| {
        let row = people.iter().find(|row| row.id == id.0).map(views::party);
        row.ok_or_else(|| Refusal::from(StorageError::Corrupt("a comment of nobody".into())))
    };
    comments
        .iter()
        .map(|comment| {
            let (item_id, section) = parts(comment.target)?;
            let hers = relationships::leave(reader, OnOwn::OwnersLife, comment.owner).is_ok();
            Ok(CommentOut {
                id: comment.id.0,
                owner: person(comment.owner)?,
                author: person(comment.author)?,
                item_id,
                section,
                words: comment.words.clone(),
                created_at: comment.created_at,
                hidden_at: comment.hidden_at.filter(|_| hers),
            })
        })
        .collect()
}
