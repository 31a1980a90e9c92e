//! "One of these ids" as a condition, in few shapes.

use sea_orm::sea_query::SimpleExpr;
use sea_orm::{ColumnTrait, Value};
use uuid::Uuid;

/// Each number of placeholders is a statement of its own, to be prepared and kept by every connection:
/// the list is filled up with its last id to the next power of two.
pub fn among(column: impl ColumnTrait, ids: &[Uuid]) -> SimpleExpr {
    let Some(last) = ids.last() else { return SimpleExpr::Value(Value::Bool(Some(false))) };
    let filling = std::iter::repeat_n(*last, ids.len().next_power_of_two() - ids.len());
    column.is_in(ids.iter().copied().chain(filling))
}
