//! What a reader of a plan is told when sections of it change: which ones, and nothing of what they say.

use crate::ids::AccountId;
use crate::ownership::Sharing;
use crate::words::PlanSection;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// The latest change of one section; taking everything out of it is one too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LatestChange {
    /// The version of the plan that it made. Two changes are told apart by this and not by their times.
    pub version: i32,
    pub at: DateTime<Utc>,
}

/// By section, in the plan's order.
pub type PlanChanges = BTreeMap<PlanSection, LatestChange>;

/// Of the `latest` changes those that `reader` is to be told of: not `told` of before, and of sections
/// that she has been allowed to see without a break since before the change.
pub fn to_tell(
    latest: &PlanChanges,
    told: &BTreeMap<PlanSection, i32>,
    sharing: &Sharing,
    reader: AccountId,
    now: DateTime<Utc>,
) -> PlanChanges {
    let is_news = |(section, change): &(&PlanSection, &LatestChange)| {
        told.get(section).is_none_or(|version| *version < change.version)
            && sharing.section_since(reader, **section, now).is_some_and(|since| since < change.at)
    };
    latest.iter().filter(is_news).map(|(section, change)| (*section, *change)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ownership::Grant;
    use crate::words::{GrantEffect, GrantLevel, SubjectKind};
    use chrono::TimeDelta;
    use uuid::Uuid;

    const READER: AccountId = AccountId(Uuid::from_u128(2));

    fn at(hour: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::hours(hour)
    }

    fn grant(from: i64, revoked: Option<i64>) -> Grant {
        Grant {
            reader: READER,
            kind: SubjectKind::Section,
            subject: PlanSection::WhatIDo.to_string(),
            effect: GrantEffect::Allow,
            level: GrantLevel::See,
            from: at(from),
            to: None,
            revoked_at: revoked.map(at),
        }
    }

    fn told_of(grants: Vec<Grant>, changed: i64) -> bool {
        let sharing = Sharing { grants, related: true };
        let latest = BTreeMap::from([(PlanSection::WhatIDo, LatestChange { version: 3, at: at(changed) })]);
        !to_tell(&latest, &BTreeMap::new(), &sharing, READER, at(100)).is_empty()
    }

    #[test]
    fn a_change_is_told_if_it_was_shared_from_before_it_until_now() {
        assert!(told_of(vec![grant(10, None)], 11));
        assert!(!told_of(vec![grant(10, None)], 10), "what was there when she shared it");
        assert!(!told_of(vec![grant(10, None)], 9));
        assert!(!told_of(vec![grant(10, Some(20))], 11), "taken back since");
        assert!(!told_of(vec![grant(10, Some(20)), grant(30, None)], 11), "taken back, and shared anew");
        assert!(told_of(vec![grant(10, Some(20)), grant(30, None)], 31));
        assert!(told_of(vec![grant(10, Some(20)), grant(15, None)], 11), "one share took over from another");
        assert!(!told_of(vec![], 11));
        assert!(!told_of(vec![grant(200, None)], 11), "from later on");
    }

    #[test]
    fn nobody_is_told_of_a_change_twice_or_of_another_section() {
        let sharing = Sharing { grants: vec![grant(10, None)], related: true };
        let change = |version| LatestChange { version, at: at(20) };
        let latest = BTreeMap::from([(PlanSection::WhatIDo, change(3)), (PlanSection::Triggers, change(4))]);
        let tell = |told: Option<i32>| {
            let told = told.map(|version| (PlanSection::WhatIDo, version)).into_iter().collect();
            to_tell(&latest, &told, &sharing, READER, at(100))
        };
        let only = BTreeMap::from([(PlanSection::WhatIDo, change(3))]);
        assert_eq!([tell(None), tell(Some(2)), tell(Some(3))], [only.clone(), only, BTreeMap::new()]);
    }
}
