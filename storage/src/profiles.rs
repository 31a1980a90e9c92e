//! What only the account's own person changes: how she is called and reached, and when.

use crate::connect::WriteTx;
use crate::entity::account;
use crate::error::{Result, StorageError};
use chrono::{DateTime, NaiveTime, Utc};
use domain::policy::Permit;
use domain::words::{Language, LockScreen};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter};

/// What is to be different; `None` leaves it.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    pub display_name: Option<String>,
    /// Preferred first; not empty.
    pub languages: Option<Vec<Language>>,
    /// IANA name.
    pub zone: Option<String>,
    pub lock_screen: Option<LockScreen>,
    pub read_receipts: Option<bool>,
    /// `Some(None)` removes it.
    pub email: Option<Option<String>>,
    /// Wall clock, [from, to).
    pub quiet_hours: Option<(NaiveTime, NaiveTime)>,
    pub working_hours: Option<WorkingHours>,
}

/// A provider's hours on her working days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkingHours {
    /// Monday is bit 0.
    pub days: i32,
    pub from: NaiveTime,
    pub to: NaiveTime,
    /// Most check-in series she takes.
    pub check_in_cap: i32,
}

/// Changes the permit holder's own account if it still is at `version`.
pub async fn change(tx: &WriteTx, permit: Permit, version: i32, changes: Changes, now: DateTime<Utc>) -> Result<()> {
    use account::Column;
    let mut update = account::Entity::update_many()
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::Id.eq(permit.account().0))
        .filter(Column::Version.eq(version));
    if let Some(name) = changes.display_name {
        update = update.col_expr(Column::DisplayName, Expr::value(name));
    }
    if let Some(languages) = changes.languages {
        let list = languages.iter().map(|language| language.as_str()).collect::<Vec<_>>().join(",");
        update = update.col_expr(Column::Languages, Expr::value(list));
    }
    if let Some(zone) = changes.zone {
        update = update.col_expr(Column::Zone, Expr::value(zone));
    }
    if let Some(lock_screen) = changes.lock_screen {
        update = update.col_expr(Column::LockScreen, Expr::value(lock_screen.as_str()));
    }
    if let Some(on) = changes.read_receipts {
        update = update.col_expr(Column::ReadReceipts, Expr::value(on));
    }
    if let Some(email) = changes.email {
        update = update.col_expr(Column::Email, Expr::value(email));
    }
    if let Some((from, to)) = changes.quiet_hours {
        update = update.col_expr(Column::QuietFrom, Expr::value(from)).col_expr(Column::QuietTo, Expr::value(to));
    }
    if let Some(hours) = changes.working_hours {
        update = update
            .col_expr(Column::WorkingDays, Expr::value(hours.days))
            .col_expr(Column::WorkFrom, Expr::value(hours.from))
            .col_expr(Column::WorkTo, Expr::value(hours.to))
            .col_expr(Column::CheckInCap, Expr::value(hours.check_in_cap));
    }
    let changed = update.exec(&**tx).await?;
    if changed.rows_affected == 1 { Ok(()) } else { Err(StorageError::Stale) }
}
