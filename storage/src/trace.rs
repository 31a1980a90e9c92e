//! Traces across what waits in the database (W3C Trace Context): a row keeps the `traceparent` of what caused it, and
//! who takes it up later goes on with that. While no traces are taken nothing is kept.

use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// The target of the spans that traces are made of, whatever else is logged. Those that say where a line of the log
/// belongs are `info`, the others `debug`: they are made for traces only.
pub const TARGET: &str = "trace";

/// The `traceparent` of the span this runs in, sampled or not.
pub fn current() -> Option<String> {
    let context = Span::current().context();
    let (span, version) = (context.span().span_context().clone(), "00");
    let flags = span.trace_flags() & TraceFlags::SAMPLED;
    span.is_valid().then(|| format!("{version}-{}-{}-{flags:02x}", span.trace_id(), span.span_id()))
}

/// Lets `span` go on with what was kept; with a trace of its own where nothing was, or nothing that reads.
pub fn go_on(span: &Span, traceparent: Option<&str>) {
    let Some(parent) = traceparent.and_then(read) else { return };
    // A span that is not recorded has nothing to go on with.
    let _ = span.set_parent(opentelemetry::Context::new().with_remote_span_context(parent));
}

fn read(traceparent: &str) -> Option<SpanContext> {
    let mut parts = traceparent.split('-');
    let (_version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let flags = TraceFlags::new(u8::from_str_radix(flags, 16).ok()?);
    let (trace, span) = (TraceId::from_hex(trace).ok()?, SpanId::from_hex(span).ok()?);
    let context = SpanContext::new(trace, span, flags, true, TraceState::NONE);
    context.is_valid().then_some(context)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_read_is_a_trace_of_its_own() {
        let kept = read("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01").expect("one of the standard's");
        assert!(kept.is_sampled() && kept.is_remote());
        assert_eq!(kept.trace_id().to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
        for wrong in ["", "00", "00-x-y-01", "00-00000000000000000000000000000000-00f067aa0ba902b7-01"] {
            assert!(read(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn nothing_is_kept_while_no_traces_are_taken() {
        assert_eq!(current(), None);
    }
}
