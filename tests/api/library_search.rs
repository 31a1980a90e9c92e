//! Search, on both databases by the same expectations.

use super::fixture::{Fixture, Who};
use super::library::{article, drafted, editors, publish, said, titles};
use crate::harness::on_both_databases;
use serde_json::{Value, json};
use storage::library;

fn searching(query: &str) -> String {
    let query: String = url::form_urlencoded::byte_serialize(query.as_bytes()).collect();
    format!("/v1/library/search?q={query}")
}

/// Publishes a text of this kind, theme and place.
async fn published(fixture: &Fixture, people: (&Who, &Who), entry: Value, language: &str, title: &str, body: &str) {
    let path = drafted(fixture, people.0, entry, language, said(title, body)).await;
    publish(fixture, people, &path).await;
}

on_both_databases! {
    async fn words_are_found_in_all_their_forms(database) {
        let fixture = Fixture::on(database).await;
        let (author, second) = editors(&fixture).await;
        let people = (&author, &second);
        let reader = fixture.owner().await;
        published(
            &fixture,
            people,
            article(),
            "nb",
            "Når tankene går i ring",
            "Legg bekymringene på vent til i morgen. Søvnvansker kommer og går.",
        )
        .await;
        published(
            &fixture,
            people,
            article(),
            "nn",
            "Ei avtale om svar",
            "De avtalar kor lenge ein ventar. Øvingane tek fem minutt.",
        )
        .await;
        published(
            &fixture,
            people,
            article(),
            "en",
            "Resting",
            "You can rest without sleeping. Naïve plans are plans too.",
        )
        .await;
        for (query, expected) in [
            ("tanke", "Når tankene går i ring"),
            ("TANKER", "Når tankene går i ring"),
            ("bekymring", "Når tankene går i ring"),
            ("søvn", "Når tankene går i ring"),
            ("SØVNVANSKE", "Når tankene går i ring"),
            ("hva er det med tankene?", "Når tankene går i ring"),
            ("øving", "Ei avtale om svar"),
            ("avtaler", "Ei avtale om svar"),
            ("korleis ventar ein på svar", "Ei avtale om svar"),
            ("sleep", "Resting"),
            ("how to rest", "Resting"),
            ("naïve", "Resting"),
        ] {
            assert_eq!(titles(&fixture, &reader, &searching(query)).await, [expected], "{query}");
        }
        for query in ["sovn", "oving", "naive", "tankeløs", "søvn rest", "pingvin", "ø"] {
            assert_eq!(titles(&fixture, &reader, &searching(query)).await, Vec::<String>::new(), "{query}");
        }
        let decomposed = searching("ga\u{30a}r tanker");
        assert_eq!(titles(&fixture, &reader, &decomposed).await, ["Når tankene går i ring"]);
        let found = fixture.get(&reader, &searching("søvn")).await.expect(200);
        let excerpt = found["items"][0]["excerpt"].as_str().expect("an excerpt");
        assert!(excerpt.contains("Søvnvansker kommer og går."), "{excerpt}");
    }

    async fn the_best_comes_first_and_the_order_is_the_same_every_time(database) {
        let fixture = Fixture::on(database).await;
        let (author, second) = editors(&fixture).await;
        let people = (&author, &second);
        let reader = fixture.owner().await;
        published(
            &fixture,
            people,
            article(),
            "en",
            "Evenings",
            "In the evening, breathing out slowly can help some people to settle down.",
        )
        .await;
        published(&fixture, people, article(), "en", "Breathing", "In and out.").await;
        for copy in ["Same", "Same"] {
            published(&fixture, people, article(), "en", copy, "One lantern.").await;
        }
        assert_eq!(titles(&fixture, &reader, &searching("breathing")).await, ["Breathing", "Evenings"]);
        let order = |found: Value| -> Vec<String> {
            let items = found["items"].as_array().expect("items").iter();
            items.map(|hit| hit["entry"]["id"].as_str().expect("an id").to_owned()).collect()
        };
        let first = order(fixture.get(&reader, &searching("lantern")).await.expect(200));
        let mut sorted = first.clone();
        sorted.sort();
        assert_eq!((first.len(), &first), (2, &sorted), "equals by id");
        assert_eq!(titles(&fixture, &reader, &format!("{}&limit=1", searching("lantern"))).await.len(), 1);
    }

    async fn an_entry_is_found_once_in_the_language_that_fits(database) {
        let fixture = Fixture::on(database).await;
        library::starter::install(fixture.app.store.read(), fixture.app.now()).await.expect("the starter set");
        let reader = fixture.owner().await;
        let found = fixture.get(&reader, &searching("reconnect")).await.expect(200);
        let items = found["items"].as_array().expect("items");
        assert!(items.iter().all(|hit| hit["entry"]["language"] == "en"), "it is there in all of them");
        let mut ids: Vec<_> = items.iter().map(|hit| hit["entry"]["id"].as_str().expect("an id")).collect();
        ids.sort_unstable();
        let count = ids.len();
        ids.dedup();
        assert_eq!((ids.len(), count > 1), (count, true));
        for (query, language) in [("søvn", "nb"), ("søvn", "nn"), ("sleep", "en")] {
            let only = format!("{}&language={language}", searching(query));
            let found = fixture.get(&reader, &only).await.expect(200);
            let items = found["items"].as_array().expect("items");
            assert!(!items.is_empty() && items.iter().all(|hit| hit["entry"]["language"] == language), "{query}");
        }
        let norwegian = format!("{}&language=nb", searching("sleep"));
        assert_eq!(titles(&fixture, &reader, &norwegian).await, Vec::<String>::new());
    }

    async fn a_search_keeps_to_its_filters(database) {
        let fixture = Fixture::on(database).await;
        let (author, second) = editors(&fixture).await;
        let people = (&author, &second);
        let reader = fixture.owner().await;
        let exercise = json!({ "kind": "exercise", "exercise": "breathing", "themes": ["hope"], "source": "Ours",
            "licence": "CC0" });
        let link = json!({ "kind": "link", "url": "https://example.org", "place": "Ås",
            "topics": ["organisations"], "source": "Ours", "licence": "CC0" });
        published(&fixture, people, exercise, "en", "Lantern exercise", "Breathe.").await;
        published(&fixture, people, link, "en", "Lantern club", "Come.").await;
        let found = |filter: &'static str| {
            let (fixture, reader) = (&fixture, &reader);
            async move { titles(fixture, reader, &format!("{}&{filter}", searching("lantern"))).await }
        };
        assert_eq!(found("kind=link").await, ["Lantern club"]);
        assert_eq!(found("theme=hope").await, ["Lantern exercise"]);
        assert_eq!(found("topic=organisations").await, ["Lantern club"]);
        assert_eq!(found("exercise=breathing").await, ["Lantern exercise"]);
        assert_eq!(found("place=%C3%85S").await, ["Lantern club"]);
        assert_eq!(found("place=%C3%85s&theme=hope").await, Vec::<String>::new());
    }

    async fn whatever_is_asked_has_a_clear_answer(database) {
        let fixture = Fixture::on(database).await;
        library::starter::install(fixture.app.store.read(), fixture.app.now()).await.expect("the starter set");
        let reader = fixture.owner().await;
        let many =
            (0..100).map(|n| char::from_u32(0x4e00 + n).expect("a letter").to_string()).collect::<Vec<_>>().join(" ");
        for query in [
            "\"",
            "*",
            "søvn*",
            "NEAR(",
            "NEAR(søvn pust, 3)",
            "title:søvn",
            "-søvn",
            "søvn OR",
            "AND",
            "(((",
            "'; drop table library_entry; --",
            "søvn & | ! <-> :*",
            "^",
            "{}",
            "+",
            "\\",
            "%",
            "_",
            "\u{202e}",
            "😀",
            "\u{300}",
            "\u{1}",
            "²",
            "٣",
            "a\u{300}\u{301}",
            "hva er det",
            "what is it",
            "?",
            "søvn\n\tpust",
            &many,
            &"å".repeat(200),
            "x'00'",
            "$1",
            "?1",
            ":a",
        ] {
            fixture.get(&reader, &searching(query)).await.expect(200);
        }
        assert_eq!(fixture.get(&reader, &searching("?!")).await.expect(200)["items"], json!([]));
        for (query, fault) in [("", "too_short"), (" \t ", "too_short"), (&"a ".repeat(5_000), "too_long")] {
            assert_eq!(
                fixture.get(&reader, &searching(query)).await.faults(),
                [("q".to_owned(), fault.to_owned())],
                "{query:?}"
            );
        }
        assert_eq!(fixture.get(&reader, &searching("søvn\0")).await.problem(404), "not_found", "no address has a NUL");
        assert_eq!(fixture.get(&reader, "/v1/library/search").await.problem(400), "malformed");
        assert_eq!(fixture.get(&reader, &format!("{}&kind=poem", searching("x"))).await.problem(400), "malformed");
        assert_eq!(
            fixture.get(&reader, &format!("{}&limit=101", searching("x"))).await.faults(),
            [("limit".to_owned(), "outside_bounds".to_owned())]
        );
    }
}
