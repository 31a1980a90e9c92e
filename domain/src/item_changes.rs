//! What a reader is told when items of a toolbox change: how many of which part, and nothing of what they say.

use crate::ids::{AccountId, ItemId};
use crate::ownership::{Actor, Sharing};
use crate::plan_changes::LatestChange;
use crate::policy;
use crate::toolbox::Placed;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::{BTreeMap, BTreeSet};

/// A change that no digest had room for in so long is no news, and digests further back need not be looked through.
pub const NEWS_FOR: TimeDelta = TimeDelta::days(90);

/// By item.
pub type ItemChanges = BTreeMap<ItemId, LatestChange>;

/// Of the `latest` changes those that `reader` is to be told of: not `told` of before, and of items that she found
/// without a break since before the change. `items` must hold whatever these rest on.
pub fn to_tell(
    latest: &ItemChanges,
    told: &BTreeMap<ItemId, i32>,
    (reader, owner): (Actor, AccountId),
    sharing: &Sharing,
    items: &[Placed],
    now: DateTime<Utc>,
) -> ItemChanges {
    let news: ItemChanges = latest
        .iter()
        .filter(|(id, change)| told.get(id).is_none_or(|version| *version < change.version))
        .filter(|(_, change)| now - change.at < NEWS_FOR)
        .map(|(id, change)| (*id, *change))
        .collect();
    if news.is_empty() {
        return news;
    }
    let found = |at| -> BTreeSet<ItemId> { policy::on_items(reader, owner, sharing, items, at).into_keys().collect() };
    let mut left: BTreeSet<ItemId> = found(now).into_iter().filter(|id| news.contains_key(id)).collect();
    let mut since: BTreeMap<ItemId, DateTime<Utc>> = BTreeMap::new();
    for turn in sharing.turns(now).into_iter().rev() {
        let seen = found(turn);
        left.retain(|id| seen.contains(id));
        if left.is_empty() {
            break;
        }
        since.extend(left.iter().map(|id| (*id, turn)));
    }
    news.into_iter().filter(|(id, change)| since.get(id).is_some_and(|since| *since < change.at)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::OrganisationId;
    use crate::ownership::Grant;
    use crate::toolbox::ItemKind;
    use crate::words::{GrantEffect, GrantLevel, Role, SubjectKind};
    use uuid::Uuid;

    const OWNER: AccountId = AccountId(Uuid::from_u128(1));
    const READER: AccountId = AccountId(Uuid::from_u128(2));

    fn at(hour: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::hours(hour)
    }

    fn id(n: u128) -> ItemId {
        ItemId(Uuid::from_u128(n))
    }

    fn grant(subject: Option<ItemId>, effect: GrantEffect, from: i64, revoked: Option<i64>) -> Grant {
        Grant {
            reader: READER,
            kind: if subject.is_some() { SubjectKind::Item } else { SubjectKind::Module },
            subject: subject.map_or("goals".into(), |id| id.to_string()),
            effect,
            level: GrantLevel::See,
            from: at(from),
            to: None,
            revoked_at: revoked.map(at),
        }
    }

    /// A goal (1) and a step (2) under it, both changed at an hour.
    fn told(grants: Vec<Grant>, changed: i64, told: Option<i32>) -> Vec<ItemId> {
        let sharing = Sharing { grants, related: true };
        let placed = |n, kind, parent| Placed { id: id(n), kind, parent, other: None, draft: false };
        let items = [placed(1, ItemKind::Goal, None), placed(2, ItemKind::Step, Some(id(1)))];
        let latest = [1, 2].map(|n| (id(n), LatestChange { version: 3, at: at(changed) })).into();
        let told = told.map(|version| (id(1), version)).into_iter().collect();
        let reader = Actor { account: READER, role: Role::Provider, organisation: OrganisationId(Uuid::nil()) };
        to_tell(&latest, &told, (reader, OWNER), &sharing, &items, at(100)).into_keys().collect()
    }

    #[test]
    fn a_change_is_told_if_the_item_was_found_from_before_it_until_now() {
        use GrantEffect::{Allow, Deny};
        let whole = |from, revoked| grant(None, Allow, from, revoked);
        let both = [id(1), id(2)];
        assert_eq!(told(vec![whole(10, None)], 11, None), both);
        assert_eq!(told(vec![whole(10, None)], 10, None), [], "what was there when she shared it");
        assert_eq!(told(vec![whole(10, Some(20))], 11, None), [], "taken back since");
        assert_eq!(told(vec![whole(10, Some(20)), whole(30, None)], 11, None), [], "taken back, and shared anew");
        assert_eq!(told(vec![whole(10, Some(20)), whole(15, None)], 11, None), both, "one took over from the other");
        assert_eq!(told(vec![whole(200, None)], 11, None), [], "from later on");
        let denied = grant(Some(id(2)), Deny, 5, None);
        assert_eq!(told(vec![whole(10, None), denied], 11, None), [id(1)]);
        let denied = grant(Some(id(1)), Deny, 12, Some(13));
        assert_eq!(told(vec![whole(10, None), denied], 11, None), [], "what it lies under was hidden for a while");
    }

    #[test]
    fn nobody_is_told_twice_or_of_what_is_long_ago() {
        let whole = || vec![grant(None, GrantEffect::Allow, -3_000, None)];
        assert_eq!(told(whole(), 11, Some(2)), [id(1), id(2)]);
        assert_eq!(told(whole(), 11, Some(3)), [id(2)]);
        assert_eq!(told(whole(), 100 - 24 * 90, None), []);
    }
}
