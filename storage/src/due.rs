//! What the planner waits for, of all its kinds.

use crate::error::Result;
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, Statement};

/// The first of each kind that has a next look, by one statement: a worker that has nothing to do asks again and again.
const FIRST_OF_EACH: &str = "\
    select min(next_at) as next_at from series where next_at is not null \
    union all select min(next_at) from slot where next_at is not null \
    union all select min(next_at) from reply_clock where next_at is not null";

/// When the planner looks next at a series, a slot or a reply clock; `None`: at nothing that is planned.
pub async fn next(db: &impl ConnectionTrait) -> Result<Option<DateTime<Utc>>> {
    let first = db.query_all_raw(Statement::from_string(db.get_database_backend(), FIRST_OF_EACH)).await?;
    let times: Vec<Option<DateTime<Utc>>> =
        first.iter().map(|row| Ok(row.try_get("", "next_at")?)).collect::<Result<_>>()?;
    Ok(times.into_iter().flatten().min())
}
