//! "Take a new round": what makes a pair look at its agreement out of turn (R25).

use crate::calendars;
use crate::connect::WriteTx;
use crate::error::Result;
use crate::series;
use crate::whose::Whose;
use chrono::{DateTime, NaiveDate, Utc};
use domain::ids::{AccountId, RelationshipId};
use domain::words::{Job, RoundCause, SeriesState};

/// From the owner's next day on the pair is asked, if its series of rounds runs.
pub async fn wish(
    tx: &WriteTx,
    relationship: RelationshipId,
    owner: AccountId,
    cause: RoundCause,
    now: DateTime<Utc>,
) -> Result<()> {
    let today = calendars::today(&**tx, owner, now).await?;
    let tomorrow = today.succ_opt().unwrap_or(NaiveDate::MAX);
    for row in series::of(&**tx, Whose::Relationship(relationship), Some(Job::AgreementRound)).await? {
        if row.state == SeriesState::Active.as_str() {
            series::trigger(tx, &row, cause.as_str(), tomorrow, now).await?;
        }
    }
    Ok(())
}
