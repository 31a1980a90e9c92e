//! After a restore: dispatch is held, what was due before is settled unsent, and a person lets dispatch go on.

use crate::meters;
use crate::planner::Planner;
use storage::restores::{self, Swept};
use storage::{Result, Store, dead_letters, erasure, instance};

/// Moves the mark by which a restore is noticed, and holds dispatch where there was one. Asked before a worker begins,
/// and now and then while it works.
pub async fn notice(store: &Store) -> Result<()> {
    if restores::mark(store).await? {
        tracing::error!("restore.noticed");
    }
    sweep(store).await?;
    erasure::settle(store).await?;
    // While nothing is due nobody claims, who would say so too.
    meters::held(store, instance::dispatch_hold(store.read()).await?.on);
    meters::dead(store, dead_letters::count(store.read()).await?);
    Ok(())
}

/// Holds dispatch and settles what is due by now.
pub async fn declare(store: &Store) -> Result<Swept> {
    let tx = store.write().await?;
    restores::declare(&tx, store.clock.now()).await?;
    tx.commit().await?;
    sweep(store).await
}

/// Lets dispatch go on. False: it was not held.
pub async fn resume(store: &Store) -> Result<bool> {
    if !instance::dispatch_hold(store.read()).await?.on {
        return Ok(false);
    }
    sweep(store).await?;
    let tx = store.write().await?;
    instance::set_dispatch_hold(&tx, false, store.clock.now()).await?;
    tx.commit().await?;
    Ok(true)
}

/// Catches up with the planner under the hold, so that everything due before the restore has its slot, and settles it.
/// Nothing to do where that was done. A process that dies meanwhile leaves it to the next.
async fn sweep(store: &Store) -> Result<Swept> {
    let Some(restore) = restores::last(store.read()).await?.filter(|restore| !restore.swept) else {
        return Ok(Swept::default());
    };
    let erased = erasure::replay(store).await?;
    let planner = Planner::new(store.clone());
    while planner.turn().await? > 0 {}
    let tx = store.write().await?;
    let swept = restores::sweep(&tx, restore, store.clock.now()).await?;
    tx.commit().await?;
    tracing::warn!(deliveries = swept.deliveries, slots = swept.slots, erased, "restore.swept");
    Ok(swept)
}
