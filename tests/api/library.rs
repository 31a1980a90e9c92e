use super::fixture::{Fixture, Reply, Who};
use crate::harness::on_both_databases;
use domain::ids::LibraryEntryId;
use domain::library::starter;
use domain::words::{Language, Role};
use poem::http::Method;
use serde_json::{Value, json};
use storage::library;

pub async fn editors(fixture: &Fixture) -> (Who, Who) {
    (fixture.person(Role::Consultant, "Ingrid").await, fixture.admin().await)
}

/// At the version it now has.
pub async fn act(fixture: &Fixture, who: &Who, method: Method, path: &str, body: Value) -> Reply {
    let entry: String = path.split('/').take(4).collect::<Vec<_>>().join("/");
    let tag = fixture.get(who, &format!("{entry}/draft")).await;
    let tag = tag.headers.get("etag").map_or("*".to_owned(), |tag| tag.to_str().expect("text").to_owned());
    fixture.call(method, Some(who), path, body, &[("If-Match", &tag)]).await
}

async fn post(fixture: &Fixture, who: &Who, path: &str) -> Reply {
    act(fixture, who, Method::POST, path, Value::Null).await
}

async fn put(fixture: &Fixture, who: &Who, path: &str, language: &str, text: Value) -> Reply {
    act(fixture, who, Method::PUT, &format!("{path}/draft/texts/{language}"), text).await
}

pub fn article() -> Value {
    json!({ "kind": "article", "source": "Written here", "licence": "CC BY 4.0" })
}

pub fn said(title: &str, body: &str) -> Value {
    json!({ "title": title, "summary": format!("About {title}."), "body": body })
}

/// A new draft with one text; its address.
pub async fn drafted(fixture: &Fixture, who: &Who, entry: Value, language: &str, text: Value) -> String {
    let made = fixture.post(who, "/v1/library", entry).await.expect(201);
    let path = format!("/v1/library/{}", made["id"].as_str().expect("an id"));
    put(fixture, who, &path, language, text).await.expect(200);
    path
}

pub async fn publish(fixture: &Fixture, (author, second): (&Who, &Who), path: &str) {
    post(fixture, author, &format!("{path}/submit")).await.expect(200);
    post(fixture, second, &format!("{path}/approve")).await.expect(200);
}

pub async fn titles(fixture: &Fixture, who: &Who, path: &str) -> Vec<String> {
    let found = fixture.get(who, path).await.expect(200);
    let title = |item: &Value| item["title"].as_str().or(item["entry"]["title"].as_str()).expect("a title").to_owned();
    found["items"].as_array().expect("items").iter().map(title).collect()
}

fn states(revisions: &Value) -> Vec<(i64, String)> {
    let items = revisions["items"].as_array().expect("items");
    let one = |it: &Value| (it["number"].as_i64().expect("a number"), it["state"].as_str().expect("a word").to_owned());
    items.iter().map(one).collect()
}

on_both_databases! {
    async fn two_people_stand_behind_what_is_read(database) {
        let fixture = Fixture::on(database).await;
        let (author, second) = editors(&fixture).await;
        let reader = fixture.owner().await;
        let path = drafted(&fixture, &author, article(), "en", said("Walks", "Go out.")).await;
        assert_eq!(fixture.get(&reader, &path).await.problem(404), "not_found");
        assert_eq!(fixture.get(&author, &path).await.problem(404), "not_found", "nothing is published");
        assert_eq!(post(&fixture, &second, &format!("{path}/approve")).await.problem(409), "conflict");

        post(&fixture, &author, &format!("{path}/submit")).await.expect(200);
        let approve = format!("{path}/approve");
        assert_eq!(post(&fixture, &author, &approve).await.problem(403), "not_allowed");
        let waiting = fixture.get(&second, "/v1/library/drafts?state=submitted").await.expect(200);
        assert_eq!(
            (&waiting["items"][0]["title"], &waiting["items"][0]["state"]),
            (&json!("Walks"), &json!("submitted"))
        );

        let note = json!({ "note": "Say where." });
        let back = act(&fixture, &second, Method::POST, &format!("{path}/return"), note).await.expect(200);
        assert_eq!(back["revision"]["about"]["review_note"], "Say where.");
        put(&fixture, &author, &path, "en", said("Walks", "By the sea.")).await.expect(200);
        post(&fixture, &author, &format!("{path}/submit")).await.expect(200);
        let changed = said("Walks", "By the sea or in the woods.");
        let edited = put(&fixture, &second, &path, "en", changed).await.expect(200);
        assert_eq!(edited["revision"]["about"]["state"], "draft", "what was submitted was another text");
        post(&fixture, &author, &format!("{path}/submit")).await.expect(200);
        assert_eq!(post(&fixture, &second, &approve).await.problem(403), "not_allowed");
        let third = fixture.person(Role::Admin, "Berit").await;
        post(&fixture, &third, &approve).await.expect(200);

        let read = fixture.get(&reader, &path).await.expect(200);
        assert_eq!(read["texts"][0]["body"], "By the sea or in the woods.");
        assert_eq!(
            (&read["source"], &read["licence"], &read["shipped"]),
            (&json!("Written here"), &json!("CC BY 4.0"), &json!(false))
        );
        for role in [Role::Provider, Role::Duty, Role::Consultant] {
            let who = fixture.person(role, &format!("Reads {role}")).await;
            assert_eq!(titles(&fixture, &who, "/v1/library").await, ["Walks"]);
        }
    }

    async fn what_is_published_stays_until_the_next_is(database) {
        let fixture = Fixture::on(database).await;
        let (author, second) = editors(&fixture).await;
        let reader = fixture.owner().await;
        let path = drafted(&fixture, &author, article(), "en", said("Walks", "Go out.")).await;
        publish(&fixture, (&author, &second), &path).await;
        put(&fixture, &author, &path, "en", said("Strolls", "Slowly.")).await.expect(200);
        put(&fixture, &author, &path, "nn", said("Turar", "Roleg.")).await.expect(200);
        assert_eq!(titles(&fixture, &reader, "/v1/library").await, ["Walks"]);
        assert_eq!(titles(&fixture, &reader, "/v1/library/search?q=slowly").await, Vec::<String>::new());

        let gone = post(&fixture, &author, &format!("{path}/discard")).await.expect(200);
        assert_eq!(gone["revision"]["texts"][0]["title"], "Walks");
        put(&fixture, &author, &path, "en", said("Tours", "Slowly.")).await.expect(200);
        put(&fixture, &author, &path, "nn", said("Turar", "Roleg.")).await.expect(200);
        publish(&fixture, (&author, &second), &path).await;
        assert_eq!(titles(&fixture, &reader, "/v1/library").await, ["Tours"]);
        assert_eq!(titles(&fixture, &reader, "/v1/library?language=nn").await, ["Turar"]);
        assert_eq!(titles(&fixture, &reader, "/v1/library/search?q=slow").await, ["Tours"]);
        assert_eq!(titles(&fixture, &reader, "/v1/library/search?q=walks").await, Vec::<String>::new());

        let revisions = fixture.get(&second, &format!("{path}/revisions")).await.expect(200);
        let expected = [(3, "published"), (2, "discarded"), (1, "superseded")];
        assert_eq!(states(&revisions), expected.map(|(number, state)| (number, state.to_owned())));
        let page = fixture.get(&second, &format!("{path}/revisions?limit=2")).await.expect(200);
        let next = page["next_cursor"].as_str().expect("more");
        let rest = fixture.get(&second, &format!("{path}/revisions?limit=2&cursor={next}")).await.expect(200);
        assert_eq!(states(&rest), [(1, "superseded".to_owned())]);
        let first = fixture.get(&second, &format!("{path}/revisions/1")).await.expect(200);
        assert_eq!(first["texts"][0]["body"], "Go out.");

        let without =
            act(&fixture, &author, Method::DELETE, &format!("{path}/draft/texts/nn"), Value::Null).await.expect(200);
        assert_eq!(without["revision"]["texts"].as_array().map(Vec::len), Some(1));
        assert_eq!(
            act(&fixture, &author, Method::DELETE, &format!("{path}/draft/texts/nn"), Value::Null).await.problem(404),
            "not_found"
        );

        let retired = post(&fixture, &second, &format!("{path}/retire")).await.expect(200);
        assert!(retired["retired_at"].is_string());
        assert_eq!(fixture.get(&reader, &path).await.problem(404), "not_found");
        assert_eq!(titles(&fixture, &reader, "/v1/library").await, Vec::<String>::new());
        assert_eq!(titles(&fixture, &reader, "/v1/library/search?q=slow").await, Vec::<String>::new());
        assert_eq!(put(&fixture, &author, &path, "en", said("T", "T")).await.problem(409), "conflict");
        post(&fixture, &second, &format!("{path}/retire")).await.expect(200);
    }

    async fn of_two_writers_the_second_is_told(database) {
        let fixture = Fixture::on(database).await;
        let (author, second) = editors(&fixture).await;
        let path = drafted(&fixture, &author, article(), "en", said("Walks", "Go out.")).await;
        let tag = fixture.get(&second, &format!("{path}/draft")).await.etag();
        let text = format!("{path}/draft/texts/en");
        let put = |who: Who, tag: String| {
            let (fixture, text) = (&fixture, text.clone());
            async move { fixture.call(Method::PUT, Some(&who), &text, said("W", "W"), &[("If-Match", &tag)]).await }
        };
        put(author.clone(), tag.clone()).await.expect(200);
        assert_eq!(put(second, tag.clone()).await.problem(412), "stale");
        assert_eq!(fixture.put(&author, &text, said("W", "W")).await.problem(428), "missing_if_match");
        assert_eq!(fixture.patch(&author, &format!("{path}/draft"), json!({}), &tag).await.problem(412), "stale");
        for act in ["submit", "discard", "retire"] {
            let reply = fixture
                .call(Method::POST, Some(&author), &format!("{path}/{act}"), Value::Null, &[("If-Match", &tag)])
                .await;
            assert_eq!(reply.problem(412), "stale", "{act}");
        }
        let discard = post(&fixture, &author, &format!("{path}/discard")).await;
        assert_eq!(discard.problem(409), "conflict", "there is nothing to go back to");
    }

    async fn only_this_organisations_editors_write(database) {
        let fixture = Fixture::on(database).await;
        library::starter::install(fixture.app.store.read(), fixture.app.now()).await.expect("the starter set");
        let (author, second) = editors(&fixture).await;
        let path = drafted(&fixture, &author, article(), "en", said("Walks", "Go out.")).await;
        for role in [Role::ServiceUser, Role::Provider, Role::Duty] {
            let who = fixture.person(role, &format!("Other {role}")).await;
            assert_eq!(fixture.post(&who, "/v1/library", article()).await.problem(403), "not_allowed");
            assert_eq!(fixture.get(&who, "/v1/library/drafts").await.problem(403), "not_allowed");
            assert_eq!(fixture.get(&who, &format!("{path}/draft")).await.problem(404), "not_found");
            assert_eq!(post(&fixture, &who, &format!("{path}/submit")).await.problem(404), "not_found");
        }
        publish(&fixture, (&author, &second), &path).await;
        let reader = fixture.owner().await;
        assert_eq!(fixture.get(&reader, &format!("{path}/revisions")).await.problem(403), "not_allowed");
        assert_eq!(post(&fixture, &reader, &format!("{path}/retire")).await.problem(403), "not_allowed");

        let elsewhere = fixture.elsewhere().await;
        let other = fixture.person_of(elsewhere, Role::Admin, "Other").await;
        for path in [path.clone(), format!("{path}/draft"), format!("{path}/revisions"), format!("{path}/revisions/1")]
        {
            assert_eq!(fixture.get(&other, &path).await.problem(404), "not_found", "{path}");
        }
        assert_eq!(fixture.get(&other, "/v1/library/drafts").await.expect(200)["items"], json!([]));
        assert!(!titles(&fixture, &other, "/v1/library").await.contains(&"Walks".to_owned()));
        assert_eq!(
            titles(&fixture, &other, "/v1/library/search?q=walks&language=en&kind=article").await,
            Vec::<String>::new()
        );

        let shipped = format!("/v1/library/{}", starter::ENTRIES[0].id());
        fixture.get(&other, &shipped).await.expect(200);
        assert_eq!(fixture.get(&other, &format!("{shipped}/draft")).await.problem(403), "not_allowed");
        assert_eq!(post(&fixture, &other, &format!("{shipped}/retire")).await.problem(403), "not_allowed");
    }

    async fn an_id_made_by_the_app_creates_one_entry(database) {
        let fixture = Fixture::on(database).await;
        library::starter::install(fixture.app.store.read(), fixture.app.now()).await.expect("the starter set");
        let (author, _) = editors(&fixture).await;
        let id = fixture.app.store.new_id();
        let mut body = article();
        body["id"] = json!(id);
        let first = fixture.post(&author, "/v1/library", body.clone()).await.expect(201);
        assert_eq!(fixture.post(&author, "/v1/library", body.clone()).await.expect(201), first);
        let elsewhere = fixture.elsewhere().await;
        let other = fixture.person_of(elsewhere, Role::Admin, "Other").await;
        assert_eq!(fixture.post(&other, "/v1/library", body.clone()).await.problem(409), "conflict");
        body["id"] = json!(starter::ENTRIES[0].id().0);
        assert_eq!(fixture.post(&author, "/v1/library", body).await.problem(409), "conflict");
    }

    async fn what_does_not_fit_is_named(database) {
        let fixture = Fixture::on(database).await;
        let (author, _) = editors(&fixture).await;
        let with = |changes: Value| {
            let mut body = article();
            body.as_object_mut().expect("an object").extend(changes.as_object().cloned().expect("an object"));
            body
        };
        for (changes, field, fault) in [
            (json!({ "source": " " }), "/source", "too_short"),
            (json!({ "licence": "" }), "/licence", "too_short"),
            (json!({ "licence": "x".repeat(101) }), "/licence", "too_long"),
            (json!({ "kind": "exercise" }), "/exercise", "required"),
            (json!({ "kind": "exercise", "exercise": "sleep", "minutes": 181 }), "/minutes", "outside_bounds"),
            (json!({ "exercise": "sleep" }), "/exercise", "unknown_field"),
            (json!({ "minutes": 5 }), "/minutes", "unknown_field"),
            (json!({ "place": "Tromsø" }), "/place", "unknown_field"),
            (json!({ "kind": "link" }), "/url", "required"),
            (json!({ "url": "http://example.org" }), "/url", "format"),
            (json!({ "url": "javascript:alert(1)" }), "/url", "format"),
            (json!({ "url": "https://me:secret@example.org" }), "/url", "format"),
            (json!({ "url": "https://" }), "/url", "format"),
            (json!({ "kind": "link", "url": "https://example.org", "place": " kommune" }), "/place", ""),
            (json!({ "kind": "link", "url": "https://example.org", "place": "a\u{7}" }), "/place", "format"),
            (json!({ "replaces": fixture.app.store.new_id() }), "/replaces", "not_in_list"),
        ] {
            let reply = fixture.post(&author, "/v1/library", with(changes.clone())).await;
            if fault.is_empty() {
                reply.expect(201);
            } else {
                assert!(reply.faults().contains(&(field.into(), fault.into())), "{changes}");
            }
        }
        let path = drafted(&fixture, &author, article(), "en", said("Walks", "Go out.")).await;
        let text = format!("{path}/draft/texts/en");
        for (body, field, fault) in [
            (said(" ", "x"), "/title", "too_short"),
            (said("Two\nlines", "x"), "/title", "format"),
            (said("Walks", "  "), "/body", "too_short"),
            (said("Walks", "a\0"), "/body", "format"),
            (said("Walks", &"å".repeat(20_001)), "/body", "too_long"),
        ] {
            let faults = act(&fixture, &author, Method::PUT, &text, body).await.faults();
            assert!(faults.contains(&(field.into(), fault.into())), "{faults:?}");
        }
        act(&fixture, &author, Method::PUT, &text, said("Walks", &"å".repeat(20_000))).await.expect(200);
        let empty = fixture.post(&author, "/v1/library", article()).await.expect(201);
        let submit = format!("/v1/library/{}/submit", empty["id"].as_str().expect("an id"));
        assert_eq!(post(&fixture, &author, &submit).await.problem(409), "conflict", "no text");
    }

    async fn details_are_changed_one_by_one(database) {
        let fixture = Fixture::on(database).await;
        let (author, second) = editors(&fixture).await;
        let entry = json!({ "kind": "exercise", "exercise": "breathing", "minutes": 3, "themes": ["hope", "hope"],
            "topics": ["everyday_life"], "url": "https://example.org/film", "source": "Ours", "licence": "CC0" });
        let path = drafted(&fixture, &author, entry, "nb", said("Pust", "Rolig.")).await;
        let patch = json!({ "minutes": null, "themes": ["identity", "connectedness"], "exercise": "grounding" });
        let draft = act(&fixture, &second, Method::PATCH, &format!("{path}/draft"), patch).await.expect(200);
        let revision = &draft["revision"];
        assert_eq!(revision["themes"], json!(["connectedness", "identity"]));
        assert!(revision.get("minutes").is_none() && revision["url"] == "https://example.org/film");
        assert_eq!(
            (&revision["exercise"], &revision["about"]["edited_by"]["display_name"]),
            (&json!("grounding"), &json!("Anne"))
        );
        let faults =
            act(&fixture, &author, Method::PATCH, &format!("{path}/draft"), json!({ "exercise": null })).await.faults();
        assert_eq!(faults, [("/exercise".to_owned(), "required".to_owned())]);
        post(&fixture, &author, &format!("{path}/submit")).await.expect(200);
        let third = fixture.person(Role::Admin, "Berit").await;
        post(&fixture, &third, &format!("{path}/approve")).await.expect(200);
        let id = LibraryEntryId(draft["id"].as_str().expect("an id").parse().expect("an id"));
        let exercise = library::exercise(fixture.app.store.read(), id).await.expect("read").expect("an exercise");
        assert_eq!(exercise.titles.get(&Language::Nb).map(String::as_str), Some("Pust"));
        assert_eq!((exercise.organisation, exercise.retired), (Some(fixture.organisation), false));
    }

    async fn links_are_found_by_their_place(database) {
        let fixture = Fixture::on(database).await;
        let (author, second) = editors(&fixture).await;
        let reader = fixture.owner().await;
        for (title, place) in [("Walks", "Tromsø"), ("Café", "tromsø  KOMMUNE"), ("Choir", "Asker")] {
            let link = json!({ "kind": "link", "url": "https://example.org", "place": place, "source": "Ours",
                "licence": "CC0" });
            let text = json!({ "title": title, "summary": "Come along." });
            let path = drafted(&fixture, &author, link, "en", text).await;
            publish(&fixture, (&author, &second), &path).await;
            fixture.clock.advance(chrono::TimeDelta::seconds(1));
        }
        let places = fixture.get(&reader, "/v1/library/places").await.expect(200);
        assert_eq!(places["items"], json!([{ "place": "Asker", "entries": 1 }, { "place": "Tromsø", "entries": 2 }]));
        assert_eq!(titles(&fixture, &reader, "/v1/library?place=Troms%C3%B8").await, ["Café", "Walks"]);
        assert_eq!(titles(&fixture, &reader, "/v1/library?place=asker%20kommune&kind=link").await, ["Choir"]);
        assert_eq!(titles(&fixture, &reader, "/v1/library?place=Bod%C3%B8").await, Vec::<String>::new());
        assert_eq!(
            fixture.get(&reader, "/v1/library?place=%20").await.faults(),
            [("place".to_owned(), "too_short".to_owned())]
        );
    }

    async fn pages_show_everything_once(database) {
        let fixture = Fixture::on(database).await;
        library::starter::install(fixture.app.store.read(), fixture.app.now()).await.expect("the starter set");
        let reader = fixture.owner().await;
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = fixture.get(&reader, &format!("/v1/library?limit=4{cursor}")).await.expect(200);
            let items = page["items"].as_array().expect("items");
            assert!(items.len() <= 4);
            seen.extend(items.iter().map(|item| item["id"].as_str().expect("an id").to_owned()));
            let Some(next) = page["next_cursor"].as_str() else { break };
            let other = format!("/v1/library?limit=4&kind=article&cursor={next}");
            assert_eq!(fixture.get(&reader, &other).await.problem(400), "bad_cursor");
            cursor = format!("&cursor={next}");
        }
        let mut different = seen.clone();
        different.sort();
        different.dedup();
        assert_eq!((different.len(), seen.len()), (starter::ENTRIES.len(), starter::ENTRIES.len()));
        let whole = fixture.get(&reader, "/v1/library").await;
        let tag = whole.etag();
        let again =
            fixture.call(Method::GET, Some(&reader), "/v1/library", Value::Null, &[("If-None-Match", &tag)]).await;
        assert_eq!(again.status, 304);
    }

    async fn a_call_in_another_language_is_answered_in_it(database) {
        let fixture = Fixture::on(database).await;
        library::starter::install(fixture.app.store.read(), fixture.app.now()).await.expect("the starter set");
        let reader = fixture.owner().await;
        let said = [
            ("nb", "Bli enige før det gjelder", "forventning"),
            ("nn", "Bli samde før det gjeld", "forventningar"),
            ("en", "Agree before it matters", "expectation"),
        ];
        for (language, title, word) in said {
            let header = [("Accept-Language", language)];
            for path in ["/v1/library?kind=article", &format!("/v1/library/search?q={word}")] {
                let found = fixture.call(Method::GET, Some(&reader), path, Value::Null, &header).await.expect(200);
                assert!(found.to_string().contains(title), "{language} {path}: {found}");
            }
        }
    }

    async fn the_starter_set_is_put_in_once_and_never_over_ones_own_words(database) {
        let fixture = Fixture::on(database).await;
        let db = fixture.app.store.read();
        let count = library::starter::install(db, fixture.app.now()).await.expect("the starter set");
        assert_eq!(count, starter::ENTRIES.len());
        assert_eq!(library::starter::install(db, fixture.app.now()).await.expect("again"), 0);
        let (author, second) = editors(&fixture).await;
        let reader = fixture.owner().await;
        let shipped =
            starter::ENTRIES.iter().find(|it| it.kind == domain::library::LibraryKind::Article).expect("an article");
        let english = shipped.texts().into_iter().find(|text| text.language == Language::En).expect("English").title;
        assert!(titles(&fixture, &reader, "/v1/library").await.contains(&english));

        let mut ours = article();
        ours["replaces"] = json!(shipped.id().0);
        let path = drafted(&fixture, &author, ours.clone(), "en", said("In our words", "Ours.")).await;
        assert!(titles(&fixture, &reader, "/v1/library").await.contains(&english), "a draft replaces nothing");
        assert_eq!(fixture.post(&second, "/v1/library", ours).await.problem(409), "conflict", "one at a time");
        publish(&fixture, (&author, &second), &path).await;
        assert_eq!(library::starter::install(db, fixture.app.now()).await.expect("again"), 0);
        let now = titles(&fixture, &reader, "/v1/library").await;
        assert!(!now.contains(&english) && now.contains(&"In our words".to_owned()));
        let elsewhere = fixture.elsewhere().await;
        let other = fixture.person_of(elsewhere, Role::ServiceUser, "Other").await;
        assert!(titles(&fixture, &other, "/v1/library").await.contains(&english));
        fixture.get(&reader, &format!("/v1/library/{}", shipped.id())).await.expect(200);

        post(&fixture, &second, &format!("{path}/retire")).await.expect(200);
        assert!(titles(&fixture, &reader, "/v1/library").await.contains(&english));
    }
}
