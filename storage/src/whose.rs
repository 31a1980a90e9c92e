//! Whose schedule is meant.

use domain::ids::{AccountId, RelationshipId, SeriesId};

/// One party's, one pair's, or one series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    Owner(AccountId),
    Provider(AccountId),
    Relationship(RelationshipId),
    Series(SeriesId),
}
