//! Erasing an owner. In one commit her account says nothing of her any more and what she kept is gone; then her data key is
//! destroyed, which no backup of this database holds. That it was done is noted beside the keys, so that a database
//! that is put back to before is made to forget her again.
//!
//! What she sent and somebody opened stays with that reader, and what was agreed on with both. Rows that tell what the
//! system did (ledger, access log, clocks) stay without a text and without her name.

use crate::connect::{Store, WriteTx};
use crate::entity::{account, message, relationship};
use crate::error::{Result, StorageError};
use crate::parting;
use crate::sealed::Scope;
use crate::whose::Whose;
use crate::{planned, series, sessions};
use chrono::{DateTime, TimeDelta, Utc};
use domain::gate::Reason;
use domain::ids::{AccountId, RelationshipId};
use domain::words::{AccountState, ClosedBy, LockScreen, RelationshipState, SeriesState};
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, Statement};

/// What others see in place of her name.
const NAME: &str = "—";

/// An erasure that was begun and of which this database knows nothing after so long did not come about.
const NEVER_COMMITTED: TimeDelta = TimeDelta::minutes(5);

/// What is hers alone, each after what refers to it. Answers kept for a call's key go too, but for those of calls under
/// way: this is one.
const HERS: &[&str] = &[
    "delete from joint_note_version where note_id in (select joint_note.id from joint_note \
     join joint_session on joint_session.id = joint_note.session_id \
     join relationship on relationship.id = joint_session.relationship_id where relationship.owner_id = $1)",
    "delete from joint_note where session_id in (select joint_session.id from joint_session \
     join relationship on relationship.id = joint_session.relationship_id where relationship.owner_id = $1)",
    "delete from joint_session where relationship_id in (select id from relationship where owner_id = $1)",
    "update slot set note = null, shared_item_id = null where owner_id = $1",
    "delete from comment where owner_id = $1",
    "delete from proposal where owner_id = $1",
    "delete from item_version where item_id in (select id from item where owner_id = $1)",
    "delete from item where owner_id = $1",
    "delete from panel where owner_id = $1",
    "delete from plan_change where plan_id in (select id from plan where owner_id = $1)",
    "delete from plan_section where plan_id in (select id from plan where owner_id = $1)",
    "delete from plan_version where plan_id in (select id from plan where owner_id = $1)",
    "delete from plan_use where plan_id in (select id from plan where owner_id = $1)",
    "delete from plan_review where plan_id in (select id from plan where owner_id = $1)",
    "delete from plan where owner_id = $1",
    "delete from plan_review_choice where owner_id = $1",
    "delete from share_grant where owner_id = $1",
    "delete from period where owner_id = $1",
    "delete from consent where account_id = $1",
    "delete from notification_setting where account_id = $1",
    "delete from draft where author_id = $1",
    "delete from sync_cursor where account_id = $1",
    "delete from idempotency where account_id = $1 and status is not null",
    "delete from session where account_id = $1",
    "update device set token_hash = null where account_id = $1",
];

/// Erases an owner for good. What is committed is finished by a worker if this process ends first.
///
/// # Errors
/// Nothing was erased.
pub async fn erase(store: &Store, owner: AccountId) -> Result<()> {
    let now = store.clock.now();
    store.sealer.begin_erasure(owner, now).await?;
    let tx = store.write().await?;
    forget(&tx, owner, now).await?;
    tx.commit().await?;
    if let Err(error) = finish(store, owner).await {
        tracing::warn!(error = %error, account.id = %owner, "erasure.unfinished");
    }
    Ok(())
}

/// Finishes what was begun, or lets go of what did not come about.
pub async fn settle(store: &Store) -> Result<()> {
    for (owner, begun) in store.sealer.erasures(false).await? {
        if is_erased(store.read(), owner).await? {
            finish(store, owner).await?;
        } else if begun + NEVER_COMMITTED < store.clock.now() {
            store.sealer.forgo_erasure(owner).await?;
        }
    }
    Ok(())
}

/// After a restore: whoever was erased before is erased again. Tells how many were.
pub async fn replay(store: &Store) -> Result<u64> {
    let mut again = 0;
    for (owner, _) in store.sealer.erasures(true).await? {
        if is_erased(store.read(), owner).await? {
            continue;
        }
        let tx = store.write().await?;
        again += u64::from(forget(&tx, owner, store.clock.now()).await?);
        tx.commit().await?;
        finish(store, owner).await?;
    }
    Ok(again)
}

async fn finish(store: &Store, owner: AccountId) -> Result<()> {
    store.sealer.destroy(Scope::Owner(owner)).await?;
    store.sealer.end_erasure(owner).await
}

/// A row that is not there was put back to before the account was made: there is nothing to forget.
async fn is_erased(db: &impl ConnectionTrait, owner: AccountId) -> Result<bool> {
    let row = account::Entity::find_by_id(owner.0).one(db).await?;
    Ok(row.is_none_or(|row| row.state == AccountState::Erased.as_str()))
}

/// False: there was nobody to forget.
async fn forget(tx: &WriteTx, owner: AccountId, now: DateTime<Utc>) -> Result<bool> {
    let locked = account::Entity::find_by_id(owner.0).lock_exclusive().one(&**tx).await?;
    if locked.is_none_or(|row| row.state == AccountState::Erased.as_str()) {
        return Ok(false);
    }
    let pairs: Vec<uuid::Uuid> = relationship::Entity::find()
        .select_only()
        .column(relationship::Column::Id)
        .filter(relationship::Column::OwnerId.eq(owner.0))
        .filter(relationship::Column::State.ne(RelationshipState::Ended.as_str()))
        .order_by_asc(relationship::Column::Id)
        .into_tuple()
        .all(&**tx)
        .await?;
    for id in pairs.into_iter().map(RelationshipId) {
        relationship::Entity::update_many()
            .col_expr(relationship::Column::State, Expr::value(RelationshipState::Ended.as_str()))
            .col_expr(relationship::Column::EndedAt, Expr::value(now))
            .col_expr(relationship::Column::EndedBy, Expr::value(owner.0))
            .col_expr(relationship::Column::InviteeTag, Expr::value(None::<Vec<u8>>))
            .col_expr(relationship::Column::Version, Expr::col(relationship::Column::Version).add(1))
            .filter(relationship::Column::Id.eq(id.0))
            .exec(&**tx)
            .await?;
        parting::part(tx, id, owner, (ClosedBy::RelationshipEnded, owner), now).await?;
    }
    for row in series::of(&**tx, Whose::Owner(owner), None).await? {
        if !parting::is_over(&row) {
            series::settle(tx, &row, SeriesState::Stopped, Reason::RecipientGone, now).await?;
        }
    }
    planned::cancel(tx, Whose::Owner(owner), Reason::RecipientGone, now).await?;
    sessions::revoke_all(tx, owner, now).await?;
    // What nobody opened was never anybody else's.
    message::Entity::update_many()
        .col_expr(message::Column::Body, Expr::value(Vec::<u8>::new()))
        .col_expr(message::Column::Gist, Expr::value(None::<Vec<u8>>))
        .col_expr(message::Column::Medication, Expr::value(None::<Vec<u8>>))
        .col_expr(message::Column::RecalledAt, Expr::value(now))
        .col_expr(message::Column::Version, Expr::col(message::Column::Version).add(1))
        .filter(
            message::Column::RelationshipId.in_subquery(
                Query::select()
                    .column(relationship::Column::Id)
                    .from(relationship::Entity)
                    .and_where(relationship::Column::OwnerId.eq(owner.0))
                    .take(),
            ),
        )
        .filter(message::Column::AuthorId.eq(owner.0))
        .filter(message::Column::OpenedAt.is_null())
        .exec(&**tx)
        .await?;
    let backend = tx.get_database_backend();
    for hers in HERS {
        tx.execute_raw(Statement::from_sql_and_values(backend, *hers, [owner.0.into()])).await?;
    }
    let changed = account::Entity::update_many()
        .col_expr(account::Column::State, Expr::value(AccountState::Erased.as_str()))
        .col_expr(account::Column::Login, Expr::value(format!("erased-{owner}")))
        .col_expr(account::Column::PasswordHash, Expr::value(None::<String>))
        .col_expr(account::Column::DisplayName, Expr::value(NAME))
        .col_expr(account::Column::Email, Expr::value(None::<String>))
        .col_expr(account::Column::LockScreen, Expr::value(LockScreen::Silent.as_str()))
        .col_expr(account::Column::ReadReceipts, Expr::value(false))
        .col_expr(account::Column::UpdatedAt, Expr::value(now))
        .col_expr(account::Column::Version, Expr::col(account::Column::Version).add(1))
        .filter(account::Column::Id.eq(owner.0))
        .exec(&**tx)
        .await?;
    if changed.rows_affected == 1 { Ok(true) } else { Err(StorageError::Stale) }
}
