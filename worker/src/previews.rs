//! A change of policy, tried before it is published: the code that plans for real plays the next 30
//! days on a snapshot with a virtual clock, once as things are and once with the change. Nobody
//! writes meanwhile, and everybody opens and answers what she is sent.

use crate::transport::Transports;
use crate::{DispatchSettings, Dispatcher, Planner};
use chrono::{DateTime, TimeDelta, Utc};
use domain::clock::{Clock as _, SeededEntropy, VirtualClock};
use domain::ids::{OrganisationId, PreviewId};
use domain::organisation_policy::Rules;
use domain::organisation_policy::preview::{DAYS, PreviewResult};
use domain::organisation_policy::tally::{Tally, shown};
use std::sync::Arc;
use storage::sealed::{MasterKey, Sealer};
use storage::snapshot::{self, Snapshot};
use storage::{Address, Result, StorageError, Store, connect, previews, rows, tallies};

/// More turns than this within one instant are a planner that goes in circles.
const MOST_TURNS: usize = 10_000;
/// How often it says that it is still at it.
const SIGN_OF_LIFE: TimeDelta = TimeDelta::days(1);

/// Claims the oldest preview that waits.
///
/// # Errors
/// The database failed.
pub async fn claim(store: &Store) -> Result<Option<(rows::Preview, Rules)>> {
    let tx = store.write().await?;
    let claimed = previews::claim_next(&tx, store.clock.now()).await?;
    tx.commit().await?;
    Ok(claimed)
}

/// Plays a claimed preview and writes what it came to, or that it could not be played.
///
/// # Errors
/// The database failed; the claim then runs out, and another worker takes it up.
pub async fn play(store: &Store, row: &rows::Preview, rules: &Rules) -> Result<()> {
    let id = PreviewId(row.id);
    let result = match both_sides(store, id, OrganisationId(row.organisation_id), rules).await {
        Ok(result) => Some(result),
        Err(error @ StorageError::Unavailable(_)) => return Err(error),
        Err(error) => {
            tracing::error!(error = %error, preview.id = %row.id, "preview.failed");
            None
        }
    };
    let tx = store.write().await?;
    previews::finish(&tx, id, result.as_ref(), store.clock.now()).await?;
    tx.commit().await
}

async fn both_sides(
    store: &Store,
    id: PreviewId,
    organisation: OrganisationId,
    rules: &Rules,
) -> Result<PreviewResult> {
    let taken = snapshot::take(store, organisation).await?;
    let run = Run { store, id, organisation, taken: &taken };
    Ok(PreviewResult { today: run.side(None, 0).await?, changed: run.side(Some(rules), 50).await? })
}

/// One preview being played.
struct Run<'a> {
    store: &'a Store,
    id: PreviewId,
    organisation: OrganisationId,
    taken: &'a Snapshot,
}

impl Run<'_> {
    /// What the days come to under the rules in force, or under others. `before`: percent done
    /// when it begins; each side is half.
    async fn side(&self, rules: Option<&Rules>, before: u8) -> Result<Vec<Tally>> {
        let start = self.store.clock.now();
        let end = start + TimeDelta::days(i64::from(DAYS));
        let clock = VirtualClock::at(start);
        let scratch = scratch(&clock).await?;
        self.taken.put(&scratch, rules).await?;
        let settings = DispatchSettings { concurrency: 1, ..DispatchSettings::default() };
        let planner = Planner::new(scratch.clone());
        let dispatcher = Dispatcher::new(scratch.clone(), Arc::new(Transports::nowhere()), settings);
        let mut alive = start;
        loop {
            let due = [planner.next_due().await?, dispatcher.next_due().await?];
            let Some(next) = due.into_iter().flatten().min().filter(|next| *next < end) else { break };
            // What could not be settled at one instant is not looked at for ever at the same.
            let now = if next <= clock.now() && next != start { clock.now() + TimeDelta::seconds(1) } else { next };
            clock.set(now.max(clock.now()));
            let mut turns = 0;
            while planner.turn().await? + dispatcher.turn().await? > 0 {
                turns += 1;
                if turns > MOST_TURNS {
                    return Err(StorageError::Corrupt("the planner went in circles".into()));
                }
            }
            snapshot::everybody_answers(&scratch).await?;
            if now >= alive + SIGN_OF_LIFE {
                alive = now;
                self.say_how_far(start, now, end, before).await?;
            }
        }
        let today = start.date_naive();
        let raw =
            tallies::of_organisation(scratch.read(), self.organisation, today, (end + TimeDelta::days(1)).date_naive())
                .await?;
        scratch.close().await?;
        Ok(shown(raw))
    }

    async fn say_how_far(
        &self,
        start: DateTime<Utc>,
        now: DateTime<Utc>,
        end: DateTime<Utc>,
        before: u8,
    ) -> Result<()> {
        let done = (now - start).num_seconds() * 50 / (end - start).num_seconds().max(1);
        let percent = before.saturating_add(u8::try_from(done.clamp(0, 50)).unwrap_or(50));
        let tx = self.store.write().await?;
        previews::progress(&tx, self.id, percent, self.store.clock.now()).await?;
        tx.commit().await
    }
}

/// An empty database in memory, on `clock`.
///
/// # Errors
/// When it cannot be made.
pub async fn scratch(clock: &VirtualClock) -> Result<Store> {
    let address = Address { durable: false, ..Address::new("sqlite::memory:") };
    let ticking: Arc<VirtualClock> = Arc::new(clock.clone());
    let entropy = Arc::new(SeededEntropy::new(0));
    let keys = connect::open(&address).await?;
    let sealer = Sealer::over(keys, MasterKey::generate(&*entropy), ticking.clone(), entropy.clone()).await?;
    let store = Store::connect(&address, Arc::new(sealer), ticking, entropy).await?;
    storage::migrate(&store).await?;
    Ok(store)
}
