//! What finds due work costs by what is due. The short form of `benches/planning.rs`.

#[path = "../benches/crowd.rs"]
mod crowd;
#[path = "../benches/query_plans.rs"]
mod query_plans;

use crate::harness::{TestDatabase, on_both_databases};
use crowd::{BEFORE, Crowd, PLANNERS_MINUTE, instant};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use worker::Planner;

on_both_databases! {
    /// At two thousand owners every lookup goes over its partial index, and a turn without work asks as many
    /// questions as at two hundred.
    async fn what_is_due_is_found_by_an_index_and_not_by_looking_at_everybody(database) {
        for owners in [200, 2_000] {
            let directory = tempfile::tempdir().expect("a temporary directory");
            let made = TestDatabase::create(database, directory.path()).await;
            let (mut store, clock) = crowd::gather(Crowd { owners, due: 20 }, made.url()).await.expect("a crowd");
            let statements = Arc::new(AtomicUsize::new(0));
            let counter = Arc::clone(&statements);
            store.on_statement(move |_, _| {
                counter.fetch_add(1, Ordering::Relaxed);
            });
            let planner = Planner::new(store.clone());
            assert_eq!(planner.turn().await.expect("a turn"), 0);
            assert_eq!(statements.load(Ordering::Relaxed), 3, "one for each kind of thing that can be due");
            assert!(planner.next_due().await.expect("a time") > Some(instant(BEFORE)));
            if owners == 2_000 {
                for now in [BEFORE, PLANNERS_MINUTE] {
                    for lookup in query_plans::lookups(&store, instant(now)).await.expect("lookups") {
                        for carried in query_plans::carried(&store, &lookup).await.expect("a plan") {
                            assert!(carried.indexed, "{} at {now}: {}", lookup.name, carried.plan);
                            let pages = carried.pages.unwrap_or(0);
                            assert!(now != BEFORE || pages < 20, "{} without work: {pages} pages", lookup.name);
                        }
                    }
                }
            }
            clock.set(instant(PLANNERS_MINUTE));
            assert_eq!(planner.turn().await.expect("a turn"), 40, "what is due on both minutes");
            store.close().await.expect("closed");
        }
    }
}
