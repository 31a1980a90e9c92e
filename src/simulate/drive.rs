//! Drives a run: the next event or the next thing that is due, whichever comes first; then plans and
//! sends until nothing is due, with the production planner, gate and dispatch.

use super::actors::Actors;
use super::decisions::Ledger;
use super::line::{Line, Run};
use super::script;
use super::span::Span;
use super::stage::Stage;
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::Arc;
use worker::transport::Transports;
use worker::{DispatchSettings, Dispatcher, Planner};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// More turns than this within one instant are a planner that goes in circles.
const MOST_TURNS: usize = 10_000;

/// Plays `actors` over `span`, telling each line as it comes and how far the clock is.
///
/// # Errors
/// The scratch database failed, or the planner went in circles.
pub async fn play(
    seed: u64,
    mut actors: Actors,
    span: Span,
    run: Run,
    tell: &mut dyn FnMut(Line) -> Result<(), Failure>,
    progress: &mut dyn FnMut(DateTime<Utc>),
    refused: &mut dyn FnMut(String),
) -> Result<(), Failure> {
    let (start, end) = span.instants();
    let mut stage = Stage::set(seed, start, span.zone).await?;
    let transports = Arc::new(Transports::nowhere());
    let settings = DispatchSettings { concurrency: 1, ..DispatchSettings::default() };
    let planner = Planner::new(stage.store().clone());
    let dispatcher = Dispatcher::new(stage.store().clone(), transports, settings);
    let mut ledger = Ledger::from(start);
    tell(Line::Run(run))?;
    let mut work_due = None;
    loop {
        let due = [actors.next_at(), work_due];
        let Some(next) = due.into_iter().flatten().min().filter(|next| *next < end) else { return Ok(()) };
        let now = next.max(stage.app.now());
        stage.clock.set(now);
        progress(now);
        while let Some(mut event) = actors.pop(now) {
            let happens = if actors.decide_as_they_go() {
                script::as_offered(&mut stage, &mut event).await?
            } else {
                !script::follows(&event)
            };
            if !happens {
                continue;
            }
            match script::perform(&mut stage, &event).await? {
                Ok(consequences) => {
                    tell(Line::Event(event))?;
                    for consequence in consequences {
                        actors.note(&consequence);
                        tell(Line::Event(consequence))?;
                    }
                }
                Err(why) => refused(format!("{} at {}: {why}", event.what.kind(), event.at.to_rfc3339())),
            }
            for decision in ledger.news(&stage).await? {
                actors.on_decision(&decision);
                tell(Line::Decision(decision))?;
            }
        }
        work_due = work(&planner, &dispatcher, now).await?;
        for decision in ledger.news(&stage).await? {
            actors.on_decision(&decision);
            tell(Line::Decision(decision))?;
        }
        // What could not be settled now must not be looked at for ever at the same instant.
        if work_due.is_some_and(|at| at <= now) {
            stage.clock.set(now + TimeDelta::seconds(1));
        }
    }
}

/// Plans and sends what is due now, and asks each for a turn only where it has something to do. Tells
/// when there is something next; at `now` only what could not be settled yet.
async fn work(
    planner: &Planner,
    dispatcher: &Dispatcher,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, Failure> {
    for _ in 0..MOST_TURNS {
        let due = [planner.next_due().await?, dispatcher.next_due().await?];
        let [plans, sends] = due.map(|at| at.is_some_and(|at| at <= now));
        let planned = if plans { planner.turn().await? } else { 0 };
        let sent = if sends || planned > 0 { dispatcher.turn().await? } else { 0 };
        if planned + sent == 0 {
            return Ok(due.into_iter().flatten().min());
        }
    }
    Err(format!("the planner went in circles at {now}").into())
}
