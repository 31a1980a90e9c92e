//! Traces, as whoever looks for what became of a call finds them: one from the call to the push, through two processes,
//! with ids and nothing else.

use super::World;
use super::collector::{Collector, Span};
use crate::harness::{Database, Harness, free_port, on_both_databases};
use std::collections::BTreeSet;

/// All that a span can tell.
const FIELDS: &[&str] = &[
    "delivery.action",
    "delivery.attempt",
    "delivery.channel",
    "delivery.id",
    "delivery.reason",
    "delivery.state",
    "http.request.method",
    "http.response.status_code",
];

fn only<'a>(what: &str, found: impl Iterator<Item = &'a Span>) -> &'a Span {
    let found: Vec<&Span> = found.collect();
    let [one] = found[..] else { panic!("one {what}: {found:?}") };
    one
}

on_both_databases! {
    async fn a_trace_goes_from_the_call_to_the_push_that_came_of_it(database) {
        let collector = Collector::start().await;
        // However little is logged.
        let settings = [("telemetry.traces_endpoint", collector.endpoint.as_str()), ("telemetry.log", "warn")];
        let world = World::with(&settings, "2027-09-06 10:00", database).await;
        let pair = world.pair().await;
        world.write(&pair.provider, &pair.id, "info", "Fredagene kan vi snakke om sammen.").await;
        world.set("2027-09-06 10:05").await;
        assert_eq!(world.wakes(&pair.owner.push_token).len(), 1);
        let private = world.private();
        world.end().await;

        let spans = collector.spans();
        let call = only("message was written", spans.iter().filter(|span| span.name == "create_message"));
        assert!(call.parent.is_empty());
        assert_eq!(call.attributes.get("http.response.status_code").map(String::as_str), Some("201"));
        let pushed = |span: &&Span| span.name == "delivery" && span.attributes["delivery.channel"] == "push";
        let delivery = only("push", spans.iter().filter(pushed).filter(|span| span.parent == call.id));
        let step = |name: &str| only(name, spans.iter().filter(|it| it.name == name && it.parent == delivery.id));
        for span in [delivery, step("gate"), step("send"), step("record")] {
            assert_eq!(span.trace, call.trace, "{}", span.name);
        }
        assert_eq!(step("record").attributes["delivery.state"], "sent");

        let fields: BTreeSet<&str> = spans.iter().flat_map(|span| span.attributes.keys()).map(String::as_str).collect();
        assert!(fields.iter().all(|field| FIELDS.contains(field)), "{fields:?}");
        let told: Vec<&String> = spans.iter().flat_map(|span| span.attributes.values().chain(&span.events)).collect();
        let told = format!("{told:?}");
        for text in private.iter().chain([&pair.id, &pair.owner.push_token]) {
            assert!(!told.contains(text), "{text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_is_away_holds_nobody_up() {
    let nowhere = format!("http://127.0.0.1:{}", free_port());
    let mut house = Harness::on(Database::Sqlite).await.set("telemetry.traces_endpoint", nowhere).start("up").await;
    assert_eq!(house.client().get("/v1/help_now?country=NO").await.status, 200);
    house.stop().await;
}
