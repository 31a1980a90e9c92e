//! What people do beside a running dispatch, in ever other interleavings: what an act forbids does not begin once the act
//! is committed, and a digest that is built later does not tell of it.
//!
//! An attempt begins with the commit that notes it; the call to the gateway follows it. Whoever acted looks, right
//! after the answer, which attempts have begun: no other ever begins, and a gateway hears of none that did not.
//!
//! `RECONNECT_RACES=10000 scripts/test --quick races::` is the whole of it; without the variable a short form runs.
//! `RECONNECT_RACES_SEED` plays other acts at other times; how threads interleave is not repeatable.

mod acts;
mod digests;
mod house;

use crate::harness::on_both_databases;
use acts::Act;
use house::House;
use std::collections::BTreeMap;

/// Interleavings at every run, on each database.
const SHORT: usize = 60;
/// Interleavings in one house.
const A_HOUSE: usize = 240;

fn interleavings() -> usize {
    std::env::var("RECONNECT_RACES").map_or(SHORT, |written| written.parse().expect("a number of interleavings"))
}

fn first_seed() -> u64 {
    std::env::var("RECONNECT_RACES_SEED").map_or(1, |written| written.parse().expect("a number"))
}

/// How often an act came before anything had begun, in the middle, and when everything had.
#[derive(Clone, Copy, Debug, Default)]
struct Met {
    before: usize,
    between: usize,
    after: usize,
}

impl Met {
    fn count(&mut self, begun: usize, of: usize) {
        *match begun {
            0 => &mut self.before,
            begun if begun < of => &mut self.between,
            _ => &mut self.after,
        } += 1;
    }

    const fn all(self) -> usize {
        self.before + self.between + self.after
    }
}

on_both_databases! {
    async fn no_send_begins_once_what_forbids_it_is_committed(database) {
        let (wanted, first) = (interleavings(), first_seed());
        let mut met: BTreeMap<Act, Met> = BTreeMap::new();
        for seed in first.. {
            let played: usize = met.values().map(|met| met.all()).sum();
            if played >= wanted {
                break;
            }
            let mut house = House::open(database, seed).await;
            for _ in 0..(wanted - played).min(A_HOUSE).div_ceil(house.pairs()) {
                for (act, begun, of) in house.race().await {
                    met.entry(act).or_default().count(begun, of);
                }
            }
            house.close().await;
        }
        eprintln!("{database:?}: {met:#?}");
        let before: usize = met.values().map(|met| met.before).sum();
        let played: usize = met.values().map(|met| met.all()).sum();
        assert!(0 < before && before < played, "nobody was in time, or everybody: {met:?}");
        assert_eq!(met.len(), Act::ALL.len());
    }

    async fn a_digest_tells_of_nothing_that_was_taken_back_before_it_was_built(database) {
        let (wanted, first) = (interleavings() / 2, first_seed());
        let mut met = Met::default();
        for seed in first.. {
            if met.all() >= wanted {
                break;
            }
            let mut house = House::open(database, seed).await;
            for _ in 0..(wanted - met.all()).min(A_HOUSE).div_ceil(house.pairs()) {
                for built in digests::race(&mut house).await {
                    met.count(usize::from(built), 1);
                }
            }
            house.close().await;
        }
        eprintln!("{database:?}: {met:?}");
        assert!(0 < met.before && met.before < met.all(), "nobody was in time, or everybody: {met:?}");
    }
}
