//! What the program says about itself, on standard error. Fields are dotted (`delivery.id`) and hold ids,
//! never names, texts, addresses or tokens. What happened on the way of a notification goes to a collector, too, where there
//! is one.

mod traces;

use crate::config::running::{LogFormat, Telemetry};
use crate::shell::Done;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Crates that at their finer levels write whom a mail goes to, what is said to a mail server, headers with
/// tokens, or the values of a statement. No configuration raises them above this.
const CEILINGS: &[(&str, LevelFilter)] = &[
    ("h2", LevelFilter::INFO),
    ("hyper", LevelFilter::INFO),
    ("hyper_util", LevelFilter::INFO),
    ("lettre", LevelFilter::WARN),
    ("reqwest", LevelFilter::INFO),
    ("sea_orm", LevelFilter::INFO),
    ("sqlx", LevelFilter::INFO),
];

/// Starts logging for the whole process; once.
///
/// # Errors
/// A filter that does not read, which [`crate::config::Config`] has ruled out; no client for traces.
pub fn start(telemetry: &Telemetry) -> Done {
    let mut wanted = EnvFilter::try_new(&telemetry.log)?;
    let traces = traces::open(telemetry)?;
    if traces.is_some() {
        // However little is logged, traces are made of these.
        wanted = wanted.add_directive(format!("{}=debug", storage::trace::TARGET).parse()?);
    }
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = match telemetry.format {
        LogFormat::Text => lines.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).with_span_list(false).boxed(),
    };
    // Filters for all layers, not `with_filter` on the one: a filter of a layer remembers on the thread that it
    // said no, and a crate that only asks whether it may log (sqlx does) makes it swallow the next event.
    tracing_subscriber::registry().with(wanted).with(ceilings()).with(traces).with(lines).init();
    std::panic::set_hook(Box::new(|panic| {
        // The message is left out: a failed slice quotes the text it was cut from.
        let location = panic.location().map(ToString::to_string).unwrap_or_default();
        let thread = std::thread::current();
        tracing::error!(panic.location = location, panic.thread = thread.name().unwrap_or_default(), "panicked");
    }));
    Ok(())
}

/// Sends what is left of the traces. For the end of the process.
pub async fn end() {
    traces::end().await;
}

fn ceilings() -> Targets {
    Targets::new().with_default(LevelFilter::TRACE).with_targets(CEILINGS.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracing::Level;

    #[test]
    fn crates_that_would_tell_too_much_stay_below_their_ceiling() {
        let ceilings = ceilings();
        assert!(ceilings.would_enable("worker::dispatch", &Level::TRACE));
        assert!(ceilings.would_enable("lettre::transport::smtp", &Level::WARN));
        assert!(!ceilings.would_enable("lettre::transport::smtp", &Level::DEBUG));
        assert!(!ceilings.would_enable("h2::proto", &Level::DEBUG));
        assert!(!ceilings.would_enable("sqlx::query", &Level::DEBUG));
    }
}
