//! The role: reads what is to be played, plays it, and writes lines or a timeline.

use super::actors::Actors;
use super::drive;
use super::line::{Line, Run};
use super::scenario::Scenario;
use super::span::Span;
use super::timeline;
use crate::cli::Simulate;
use domain::calendar::HolidayCalendar;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{BufWriter, IsTerminal, Write};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Plays the run that was asked for. Lines and timeline go to standard output, everything else to
/// standard error.
///
/// # Errors
/// The scenario has faults (all of them are named), or standard output is closed.
pub async fn run(asked: Simulate) -> Result<(), Failure> {
    let holidays = HolidayCalendar::named("NO").ok_or("the Norwegian calendar is missing")?;
    let mut span = Span { start: asked.start, days: asked.days, zone: asked.zone };
    let (mut seed, mut people) = (asked.seed, asked.people);
    let actors = match &asked.scenario {
        Some(file) => {
            let bytes = std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
            let scenario = Scenario::read(&bytes).map_err(|faults| {
                let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
                format!("{}:\n{}", file.display(), lines.join("\n"))
            })?;
            if let Some(run) = &scenario.run {
                span = Span { start: run.start, days: run.days, zone: run.zone };
                (seed, people) = (run.seed, run.people);
            }
            Actors::scripted(scenario)
        }
        None => Actors::generated(seed, people, span, holidays),
    };
    let header = Run { seed, people, days: span.days, start: span.start, zone: span.zone, policy_version: 1 };
    let bar = progress_bar(&span);
    let (start, _) = span.instants();
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut kept = Vec::new();
    let mut tell = |line: Line| -> Result<(), Failure> {
        if asked.json {
            serde_json::to_writer(&mut out, &line)?;
            out.write_all(b"\n")?;
        } else {
            kept.push(line);
        }
        Ok(())
    };
    let mut progress = |now: chrono::DateTime<chrono::Utc>| {
        bar.set_position(u64::try_from((now - start).num_days()).unwrap_or(0));
    };
    let mut refused = |why: String| bar.suspend(|| eprintln!("not done: {why}"));
    drive::play(seed, actors, span, header, &mut tell, &mut progress, &mut refused).await?;
    bar.finish_and_clear();
    if !asked.json {
        out.write_all(timeline::render(&kept, holidays).as_bytes())?;
    }
    out.flush()?;
    Ok(())
}

/// Days played, on a terminal only.
fn progress_bar(span: &Span) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(u64::from(span.days));
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} days {elapsed}") {
        bar.set_style(style);
    }
    bar
}
