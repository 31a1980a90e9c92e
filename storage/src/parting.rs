//! What a pair leaves behind when it parts.

use crate::connect::WriteTx;
use crate::error::Result;
use crate::whose::Whose;
use crate::{clocks, concerns, consultations, joint_sessions, notices, planned, rows, series};
use chrono::{DateTime, Utc};
use domain::gate::Reason;
use domain::ids::{AccountId, RelationshipId};
use domain::words::{ClosedBy, SeriesState};

/// No promise, nothing planned, no series, no session, nothing on a device. Messages stay with those who opened them,
/// drafts with their authors.
pub async fn part(
    tx: &WriteTx,
    id: RelationshipId,
    owner: AccountId,
    (closed_by, by): (ClosedBy, AccountId),
    now: DateTime<Utc>,
) -> Result<()> {
    joint_sessions::end_all(tx, id, None, now).await?;
    clocks::close_all(tx, id, closed_by, by, now).await?;
    for row in series::of(&**tx, Whose::Relationship(id), None).await? {
        if !is_over(&row) {
            series::settle(tx, &row, SeriesState::Stopped, Reason::RelationshipEnded, now).await?;
        }
    }
    planned::cancel(tx, Whose::Relationship(id), Reason::RelationshipEnded, now).await?;
    consultations::cancel_all(tx, id, now).await?;
    // After the series are stopped: clearing lets resting ones go on.
    concerns::clear(tx, id, "relationship_ended", now).await?;
    notices::parted(tx, owner, id, now).await
}

/// Nothing of it comes any more.
pub fn is_over(row: &rows::Series) -> bool {
    [SeriesState::Stopped.as_str(), SeriesState::Completed.as_str()].contains(&row.state.as_str())
}
