//! "One of these ids" as a condition, in few shapes.

use sea_orm::sea_query::SimpleExpr;
use sea_orm::{ColumnTrait, Value};
use uuid::Uuid;

/// So many ids go into one statement where there may be any number: below what either database takes.
pub const AT_ONCE: usize = 4_096;

/// Each number of placeholders is a statement of its own, to be prepared and kept by every connection:
/// the list is filled up with its last id to the next power of four.
pub fn among(column: impl ColumnTrait, ids: &[Uuid]) -> SimpleExpr {
    let Some(last) = ids.last() else { return SimpleExpr::Value(Value::Bool(Some(false))) };
    column.is_in(ids.iter().copied().chain(std::iter::repeat_n(*last, shape(ids.len()) - ids.len())))
}

/// How many there are once `count` are filled up.
pub fn shape(count: usize) -> usize {
    let power = count.next_power_of_two();
    if power.trailing_zeros().is_multiple_of(2) { power } else { power * 2 }
}

#[cfg(test)]
mod tests {
    use super::{AT_ONCE, shape};

    #[test]
    fn lists_come_in_few_lengths() {
        let lengths = [1, 2, 4, 5, 16, 17, 64, 65, 256, 257, 1_024].map(shape);
        assert_eq!(lengths, [1, 4, 4, 16, 16, 64, 64, 256, 256, 1_024, 1_024]);
        assert_eq!(shape(AT_ONCE), AT_ONCE);
    }
}
