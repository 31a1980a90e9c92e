//! Every text, in every language, with arguments that try its plurals and choices.

use super::*;
use crate::access::{AccessAction, AllowedBecause};
use crate::gate::Reason;
use crate::words::{CheckInAnswer, Job, LockScreen, Outcome, PromptAnswer};
use chrono::{NaiveDate, NaiveTime};
use fluent_syntax::{ast, parser};
use std::collections::{BTreeMap, BTreeSet};

fn every_text() -> Vec<Box<dyn Text>> {
    fn boxed<T: Text + 'static>(texts: Vec<T>) -> impl Iterator<Item = Box<dyn Text>> {
        texts.into_iter().map(|text| Box::new(text) as Box<dyn Text>)
    }
    boxed(Push::samples())
        .chain(boxed(mail::MailText::samples()))
        .chain(boxed(mail::OpenPage::samples()))
        .chain(boxed(DigestText::samples()))
        .chain(boxed(CheckIn::samples()))
        .chain(boxed(CheckInAnswered::samples()))
        .chain(boxed(CheckInCard::samples()))
        .chain(boxed(HeavyReply::samples()))
        .chain(boxed(Receipt::samples()))
        .chain(boxed(Closed::samples()))
        .chain(boxed(Overdue::samples()))
        .chain(boxed(PromptChoice::samples()))
        .chain(boxed(PlanReview::samples()))
        .chain(boxed(AgreementRound::samples()))
        .chain(boxed(Relationship::samples()))
        .chain(boxed(Consent::samples()))
        .chain(boxed(Duty::samples()))
        .chain(boxed(HelpNow::samples()))
        .chain(boxed(Upcoming::samples()))
        .chain(boxed(ledger::Sentence::samples()))
        .chain(boxed(ledger::Why::samples()))
        .chain(boxed(ledger::WhyNot::samples()))
        .chain(boxed(ledger::ForProvider::samples()))
        .chain(boxed(access::Read::samples()))
        .chain(boxed(access::What::samples()))
        .chain(boxed(access::WhyAllowed::samples()))
        .chain(boxed(ProblemTitle::samples()))
        .chain(boxed(ProblemDetail::samples()))
        .chain(boxed(FieldFault::samples()))
        .collect()
}

fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).expect("a date")
}

fn near() -> NearDay {
    NearDay { date: day(5, 21), today: day(5, 19) }
}

fn say(language: Language, text: &dyn Text) -> String {
    Wording::built_in().say(language, text)
}

#[test]
fn every_text_is_said_in_every_language_by_its_own_wording() {
    let keys: BTreeSet<Key> = every_text().iter().map(|text| text.key()).collect();
    assert_eq!(keys, catalogue().map(|entry| entry.key).collect());
    assert_eq!(catalogue().count(), keys.len(), "no key is given twice");
    for language in Language::ALL {
        for text in every_text() {
            let said = Wording::built_in().said(*language, text.as_ref());
            let said = said.unwrap_or_else(|| panic!("{} is missing in {language}", text.key()));
            assert!(!said.trim().is_empty() && said.trim() == said, "{}: {said:?}", text.key());
            assert!(!said.contains(['{', '}', '$', '\n', '\u{2068}', '\u{2069}']), "{}: {said:?}", text.key());
            assert!(!said.contains("  "), "{}: {said:?}", text.key());
            assert!(!said.contains(text.key().as_str()), "{}: {said:?}", text.key());
        }
    }
}

#[test]
fn the_files_hold_the_catalogue_and_nothing_else() {
    let entries: BTreeMap<String, &Entry> = catalogue().map(|entry| (entry.key.fluent_id(), entry)).collect();
    for (language, sources) in SOURCES {
        let mut found = BTreeSet::new();
        for source in sources {
            let resource = parser::parse(source).unwrap_or_else(|(_, faults)| panic!("{language}: {faults:?}"));
            for entry in &resource.body {
                let ast::Entry::Message(message) = entry else { continue };
                assert!(message.attributes.is_empty());
                let entry = entries.get(message.id.name).unwrap_or_else(|| panic!("{} is no text", message.id.name));
                let pattern = message.value.as_ref().expect("a pattern");
                assert_eq!(overrides::faults_of(entry, pattern), [], "{} in {language}", entry.key);
                assert!(found.insert(message.id.name), "{} twice in {language}", message.id.name);
            }
        }
        assert_eq!(found.len(), entries.len(), "{language}");
    }
}

#[test]
fn the_agreed_examples_are_said_word_for_word() {
    let greeting = Greeting {
        owner: "Bente".into(),
        provider: "Kari".into(),
        position: SeriesPosition::Ordinary,
        reading: Reading::By(near()),
    };
    let words = Wording::built_in();
    assert_eq!(
        words.check_in(Language::Nb, &greeting),
        "Hei Bente. Her er den faste hilsenen du og Kari har avtalt. Hvordan har du det? Du trenger ikke svare. Kari leser svar senest torsdag."
    );
    assert_eq!(
        words.check_in(Language::En, &greeting),
        "Hi Bente. Here is the regular check-in you and Kari agreed on. How are you doing? No need to reply. Kari reads replies by Thursday."
    );
    let receipt = Receipt::ReplyBy { provider: "Kari".into(), promised: day(5, 21).into() };
    let vault = Receipt::Vault { provider: "Kari".into() };
    let batches = Receipt::ReadsInBatches {
        provider: "Kari".into(),
        time: NaiveTime::from_hms_opt(8, 0, 0).expect("a time").into(),
    };
    for (text, nb, en) in [
        (&Push::OwnerSomething as &dyn Text, "Du har noe nytt.", "You have something new."),
        (&Push::ProviderDigest, "Dagens samling er klar.", "Today's digest is ready."),
        (&receipt, "Lagret. Kari svarer innen torsdag 21. mai.", "Saved. Kari will answer by Thursday 21 May."),
        (&vault, "Lagret. Kari kan åpne den, men får ikke beskjed.", "Stored. Kari can open it but is not told."),
        (&batches, "Kari leser samlet klokka 8.", "Kari reads in batches at 8."),
        (
            &Overdue::Notice,
            "Fristen er passert, og vi vet ikke hvorfor. Meldingen er trygt lagret. Hva vil du?",
            "The date has passed and we don't know why. Your message is safe. What would you like?",
        ),
        (
            &PlanReview::Prompt,
            "Det er en stund siden du sist så på planen din. Vil du: se på den nå · sammen med noen · vente · den er fin som den er.",
            "It's a while since you last looked at your plan. Would you like to: look now · look together with someone · wait · it's fine as it is.",
        ),
        (&DigestText::AndMore { count: 7 }, "og 7 til", "and 7 more"),
        (&mail::MailText::Subject, "Dagens samling", "Today's digest"),
    ] {
        assert_eq!(say(Language::Nb, text), nb);
        assert_eq!(say(Language::En, text), en);
    }
    let skipped = LedgerLine {
        job: Job::CheckIn,
        outcome: Outcome::Skipped,
        reason: Reason::ReplyOwed,
        provider: Some("Kari".into()),
    };
    assert_eq!(words.ledger_line(Language::En, &skipped), "Check-in not sent: Kari owes you a reply.");
    assert_eq!(words.ledger_line(Language::Nb, &skipped), "Fast hilsen ikke sendt: Kari skylder deg et svar.");
    assert_eq!(words.ledger_line(Language::Nn, &skipped), "Fast helsing ikkje sendt: Kari skuldar deg eit svar.");
}

#[test]
fn nynorsk_is_nynorsk() {
    let same: Vec<Key> = catalogue()
        .map(|entry| entry.key)
        .filter(|key| overrides::shipped_pattern(*key, Language::Nn) == overrides::shipped_pattern(*key, Language::Nb))
        .collect();
    assert!(same.len() * 5 < catalogue().count(), "too many are the same: {same:?}");
    // Forms that exist in Bokmål only, and in Nynorsk only.
    let bokmal = ["ikke", "noe", "hva", "hvordan", "hvorfor", "jeg", "fra", "ennå", "være", "lagret", "meldingen"];
    let nynorsk = ["ikkje", "noko", "kva", "korleis", "kvifor", "eg", "frå", "enno", "vere", "lagra", "meldinga"];
    for text in every_text() {
        for (language, foreign) in [(Language::Nn, bokmal), (Language::Nb, nynorsk)] {
            let said = say(language, text.as_ref()).to_lowercase();
            let found = said.split(|c: char| !c.is_alphabetic()).find(|word| foreign.contains(word));
            assert_eq!(found, None, "{} in {language}: {said}", text.key());
        }
    }
    assert_eq!(
        say(Language::Nn, &Overdue::Notice),
        "Fristen er passert, og vi veit ikkje kvifor. Meldinga er trygt lagra. Kva vil du?"
    );
}

#[test]
fn a_lock_screen_tells_nothing() {
    let telling = [
        "krise",
        "crisis",
        "plan",
        "message",
        "melding",
        "helse",
        "health",
        "reply",
        "svar",
        "kari",
        "bente",
        "check",
        "hilsen",
        "helsing",
        "agreement",
        "avtale",
        "help",
        "hjelp",
        "reconnect",
    ];
    for text in Push::samples() {
        for language in Language::ALL {
            let line = say(*language, &text).to_lowercase();
            assert!(line.chars().count() <= 40, "{line}");
            for word in telling {
                assert!(!line.contains(word), "{word} in {line}");
            }
        }
    }
    assert_eq!(Push::to_owner(LockScreen::Silent), None);
    assert_ne!(Push::to_owner(LockScreen::Something), Push::to_owner(LockScreen::Neutral));
    assert!(catalogue().filter(|entry| entry.key.as_str().starts_with("push.")).all(|entry| !entry.overridable));
}

#[test]
fn no_text_speaks_of_crisis_or_praises_or_scores() {
    let never = [
        "krise",
        "crisis",
        "bra jobba",
        "well done",
        "good job",
        "great",
        "congratulation",
        "gratulerer",
        "score",
        "poeng",
        "streak",
        "flink",
        "hope you",
        "håper",
        "håpar",
        "you should",
        "du bør",
        "remember to",
        "husk å",
    ];
    for text in every_text() {
        for language in Language::ALL {
            let said = say(*language, text.as_ref()).to_lowercase();
            for word in never {
                assert!(!said.contains(word), "{word} in {said}");
            }
        }
    }
}

#[test]
fn plurals_follow_the_language() {
    let waiting = |count| mail::MailText::WaitingForReply { count };
    for (language, one, other) in [
        (Language::Nb, "melding venter på svar fra deg", "meldinger venter på svar fra deg"),
        (Language::Nn, "melding ventar på svar frå deg", "meldingar ventar på svar frå deg"),
        (Language::En, "message waits for your reply", "messages wait for your reply"),
    ] {
        for count in [0, 2, 11, 21, 101, 1_000_000] {
            assert_eq!(say(language, &waiting(count)), format!("{count} {other}"));
        }
        assert_eq!(say(language, &waiting(1)), format!("1 {one}"));
    }
    let reading = |minutes| say(Language::En, &DigestText::ReadingTime { minutes });
    assert_eq!(
        [reading(0), reading(1), reading(21)],
        ["less than a minute to read", "about 1 minute to read", "about 21 minutes to read"]
    );
}

#[test]
fn days_and_times_are_said_in_the_readers_language() {
    let by = |language, promised: Day| say(language, &Receipt::ReplyBy { provider: "Kari".into(), promised });
    assert_eq!(by(Language::Nn, day(5, 19).into()), "Lagra. Kari svarar innan tysdag 19. mai.");
    assert_eq!(by(Language::En, Day::seen_from(day(5, 21), day(5, 1))), "Saved. Kari will answer by Thursday 21 May.");
    let next_year = Day::seen_from(NaiveDate::from_ymd_opt(2027, 1, 4).expect("a date"), day(12, 30));
    assert_eq!(by(Language::En, next_year), "Saved. Kari will answer by Monday 4 January 2027.");
    assert_eq!(by(Language::Nb, next_year), "Lagret. Kari svarer innen mandag 4. januar 2027.");

    let reads = |date, today| {
        say(Language::Nb, &CheckIn::ReadsBy { provider: "Kari".into(), read_by: NearDay { date, today } })
    };
    assert_eq!(reads(day(5, 21), day(5, 15)), "Kari leser svar senest torsdag.");
    assert_eq!(reads(day(5, 21), day(5, 14)), "Kari leser svar senest torsdag 21. mai.");
    assert_eq!(reads(day(5, 21), day(5, 21)), "Kari leser svar senest torsdag 21. mai.");
    assert_eq!(reads(day(5, 21), day(5, 22)), "Kari leser svar senest torsdag 21. mai.");

    for (hour, minute, nb, en) in [
        (8, 0, "8", "8"),
        (8, 30, "8.30", "8:30"),
        (0, 5, "00.05", "00:05"),
        (12, 0, "12.00", "12:00"),
        (20, 0, "20.00", "20:00"),
    ] {
        let time = NaiveTime::from_hms_opt(hour, minute, 0).expect("a time").into();
        let text = Receipt::ReadsInBatches { provider: "Kari".into(), time };
        assert_eq!(say(Language::Nb, &text), format!("Kari leser samlet klokka {nb}."));
        assert_eq!(say(Language::En, &text), format!("Kari reads in batches at {en}."));
    }
}

#[test]
fn each_place_in_a_series_and_each_reader_has_its_own_words() {
    let readings = [
        Reading::By(near()),
        Reading::NoDay,
        Reading::NobodyBefore(day(5, 21).into()),
        Reading::Substitute { name: "Siri".into(), by: near() },
    ];
    for language in Language::ALL {
        let mut said = BTreeSet::new();
        for position in SeriesPosition::ALL {
            for reading in &readings {
                let greeting = Greeting {
                    owner: "Bente".into(),
                    provider: "Kari".into(),
                    position: *position,
                    reading: reading.clone(),
                };
                said.insert(Wording::built_in().check_in(*language, &greeting));
            }
        }
        assert_eq!(said.len(), 16);
    }
}

#[test]
fn a_heavy_answer_is_told_who_reads_it_and_where_help_is() {
    let receipt = |answer, reading| AnswerReceipt { answer, provider: "Kari".into(), reading, has_plan: true };
    let words = Wording::built_in();
    for answer in [CheckInAnswer::Heavy, CheckInAnswer::WantToTalk] {
        assert_eq!(
            words.check_in_answered(Language::Nb, &receipt(answer, Reading::By(near()))),
            "Lagret. Kari ser svaret senest torsdag. Ingen maskin leser svar for å se etter fare, og det vet Kari også. \
             Planen din og Hjelp nå finner du rett under, når som helst. \
             De faste hilsenene hviler til du og Kari har vært i kontakt."
        );
        let no_plan = AnswerReceipt { has_plan: false, ..receipt(answer, Reading::NoDay) };
        assert!(!words.check_in_answered(Language::En, &no_plan).to_lowercase().contains("your plan"));
        let absent = receipt(answer, Reading::NobodyBefore(day(5, 21).into()));
        assert!(
            words
                .check_in_answered(Language::En, &absent)
                .starts_with("Saved. Nobody sees your answer before Thursday 21 May. ")
        );
    }
    let not_now = words.check_in_answered(Language::En, &receipt(CheckInAnswer::NotNow, Reading::NoDay));
    assert_eq!(not_now, "Saved. You are not asked anything more now.");
    let ok = words.check_in_answered(Language::En, &receipt(CheckInAnswer::Ok, Reading::By(near())));
    assert_eq!(ok, "Saved. Kari sees your answer by Thursday. There is nothing more you need to do.");
    let labels: BTreeSet<String> = CheckInAnswer::ALL.iter().map(|a| say(Language::Nb, &CheckIn::label(*a))).collect();
    assert_eq!(labels.len(), CheckInAnswer::ALL.len());
    let buttons: BTreeSet<String> =
        PromptAnswer::ALL.iter().map(|a| say(Language::En, &PromptChoice::about_plan(*a))).collect();
    assert_eq!(buttons.len(), PromptAnswer::ALL.len());
}

#[test]
fn every_row_of_the_ledger_makes_one_sentence() {
    for language in Language::ALL {
        for job in Job::ALL {
            for outcome in Outcome::ALL {
                for reason in Reason::ALL {
                    let row = |provider: Option<&str>| LedgerLine {
                        job: *job,
                        outcome: *outcome,
                        reason: *reason,
                        provider: provider.map(str::to_owned),
                    };
                    for provider in [Some("Kari"), None] {
                        let line = Wording::built_in().ledger_line(*language, &row(provider));
                        assert!(line.ends_with('.') && line.matches(": ").count() == 1, "{line}");
                        assert!(line.starts_with(char::is_uppercase), "{line}");
                        assert!(!line.contains(['{', '_']), "{line}");
                    }
                }
            }
        }
    }
    let unnamed = LedgerLine { job: Job::CheckIn, outcome: Outcome::Skipped, reason: Reason::Absent, provider: None };
    assert_eq!(
        Wording::built_in().ledger_line(Language::Nb, &unnamed),
        "Fast hilsen ikke sendt: behandleren din var borte."
    );
}

#[test]
fn a_providers_ledger_speaks_to_him_and_keeps_the_owners_reasons_to_her() {
    for language in Language::ALL {
        for job in [Job::Digest, Job::ResponseReminder] {
            for outcome in Outcome::ALL {
                for reason in Reason::ALL {
                    for owner in [Some("Bente".to_owned()), None] {
                        let row = ProviderLedgerLine { job, outcome: *outcome, reason: *reason, owner };
                        let line = Wording::built_in().provider_ledger_line(*language, &row);
                        assert!(line.ends_with('.') && line.matches(": ").count() == 1, "{line}");
                        assert!(line.starts_with(char::is_uppercase) && !line.contains("  "), "{line}");
                    }
                }
            }
        }
        let private = [Reason::Paused, Reason::Hospital, Reason::QuietHours, Reason::HeavyOpen, Reason::PlanRecent];
        let lines: BTreeSet<String> = private
            .map(|reason| {
                let row =
                    ProviderLedgerLine { job: Job::ResponseReminder, outcome: Outcome::Skipped, reason, owner: None };
                Wording::built_in().provider_ledger_line(*language, &row)
            })
            .into();
        assert_eq!(lines.len(), 1, "{lines:?}");
    }
    let reminder = ProviderLedgerLine {
        job: Job::ResponseReminder,
        outcome: Outcome::Folded,
        reason: Reason::Folded,
        owner: Some("Bente".into()),
    };
    let words = Wording::built_in();
    assert_eq!(
        words.provider_ledger_line(Language::En, &reminder),
        "Reminder to answer Bente put together with others: it was a line in the digest."
    );
    let empty = ProviderLedgerLine { job: Job::Digest, outcome: Outcome::Skipped, reason: Reason::Absent, owner: None };
    assert_eq!(words.provider_ledger_line(Language::Nb, &empty), "Dagens samling ikke sendt: du var borte.");
}

#[test]
fn who_read_what_is_said_with_why_they_could() {
    let words = Wording::built_in();
    let kari =
        |action, things, because| AccessLine { action, who: Some("Kari".into()), things, because: Some(because) };
    let items = kari(AccessAction::ReadItems, 4, AllowedBecause::Granted);
    assert_eq!(words.access_line(Language::En, &items), "Kari read 4 things you keep here: you had shared it.");
    assert_eq!(words.access_line(Language::Nb, &items), "Kari leste 4 ting du har lagt her: du hadde delt det.");
    assert_eq!(words.access_line(Language::Nn, &items), "Kari las 4 ting du har lagt her: du hadde delt det.");
    let opened = kari(AccessAction::OpenMessage, 1, AllowedBecause::StandsIn);
    assert_eq!(
        words.access_line(Language::En, &opened),
        "Kari opened a message from you: Kari stood in for somebody who was away, and you were waiting for an answer."
    );
    let own = AccessLine { who: None, ..opened };
    assert_eq!(words.access_line(Language::Nb, &own), "Du åpnet en melding.");
    for language in Language::ALL {
        let said: BTreeSet<String> = AccessAction::ALL
            .iter()
            .filter(|action| **action != AccessAction::Export)
            .map(|action| words.access_line(*language, &kari(*action, 1, AllowedBecause::Granted)))
            .collect();
        assert_eq!(said.len(), AccessAction::ALL.len() - 1, "{language}");
        let said: BTreeSet<String> = AllowedBecause::ALL
            .iter()
            .map(|because| words.access_line(*language, &kari(AccessAction::ReadItems, 1, *because)))
            .collect();
        assert_eq!(said.len(), AllowedBecause::ALL.len(), "{language}");
    }
}

#[test]
fn what_is_to_come_is_said_in_the_present() {
    let against = |reason| Against { job: Job::CheckIn, reason, provider: Some("Kari".into()) };
    let words = Wording::built_in();
    assert_eq!(words.why_not(Language::En, &against(Reason::Absent)), "Kari is away then");
    assert_eq!(words.why_not(Language::En, &against(Reason::ReplyOwed)), "Kari owes you a reply");
    for language in Language::ALL {
        let said: BTreeSet<String> =
            Reason::ALL.iter().map(|reason| words.why_not(*language, &against(*reason))).collect();
        assert_eq!(said.len(), Reason::ALL.len(), "{language}");
    }
}

#[test]
fn reasons_of_a_skip_can_be_told_apart() {
    for language in Language::ALL {
        let lines: BTreeSet<String> = Reason::ALL
            .iter()
            .map(|reason| {
                let line = LedgerLine {
                    job: Job::CheckIn,
                    outcome: Outcome::Skipped,
                    reason: *reason,
                    provider: Some("Kari".into()),
                };
                Wording::built_in().ledger_line(*language, &line)
            })
            .collect();
        assert_eq!(lines.len(), Reason::ALL.len());
    }
}

#[test]
fn every_problem_has_title_and_detail() {
    for language in Language::ALL {
        for code in ProblemCode::ALL {
            let (title, detail) = Wording::built_in().problem(*language, *code);
            assert!(!title.ends_with('.') && detail.ends_with('.'), "{title} / {detail}");
        }
    }
    let fault = FieldFault::TooLong { max: 20_000, unit: Unit::Characters };
    assert_eq!(say(Language::Nb, &fault), "Kan ha høyst 20000 tegn.");
    assert_eq!(say(Language::En, &FieldFault::TooLong { max: 1, unit: Unit::Days }), "Can be at most 1 day.");
}

#[test]
fn a_name_cannot_rewrite_the_sentence_around_it() {
    let closed = Closed::Reply { provider: "{ $x }\u{202E}Ka\nri\u{0}\u{2066}".into() };
    assert_eq!(say(Language::En, &closed), "{ $x }Kari has replied.");
}

const OK: &str = "Hei { $owner }, fast hilsen avtalt med { $provider }. Svar er ikke nødvendig.";

#[test]
fn an_organisations_wording_takes_the_place_of_the_built_in_one() {
    assert_eq!(Wording::check_override("check_in.ordinary", Language::Nb, OK), Ok(()));
    let (words, passed_over) = Wording::with_overrides([
        ("check_in.ordinary", Language::Nb, "Hei { $owner } { $provider }."),
        ("check_in.ordinary", Language::Nb, OK),
        ("check_in.first", Language::Nb, "Hei { $owner }."),
        ("check_in.gone", Language::En, "Hi."),
    ]);
    let text = CheckIn::Ordinary { owner: "Bente".into(), provider: "Kari".into() };
    assert_eq!(words.say(Language::Nb, &text), "Hei Bente, fast hilsen avtalt med Kari. Svar er ikke nødvendig.");
    assert_eq!(words.say(Language::Nn, &text), say(Language::Nn, &text));
    let first = CheckIn::First { owner: "Bente".into(), provider: "Kari".into() };
    assert_eq!(words.say(Language::Nb, &first), say(Language::Nb, &first));
    assert_eq!(
        passed_over,
        [
            PassedOver {
                key: "check_in.first".into(),
                language: Language::Nb,
                faults: vec![TemplateFault::MissingArgument("provider")],
            },
            PassedOver { key: "check_in.gone".into(), language: Language::En, faults: vec![TemplateFault::UnknownKey] },
        ]
    );
}

#[test]
fn what_does_not_fit_is_refused_when_it_is_saved() {
    let deep = "{".repeat(1_900);
    let long = "a".repeat(MAX_OVERRIDE_CHARS + 1);
    for (key, source, fault) in [
        ("check_in.none", OK, TemplateFault::UnknownKey),
        ("push.owner_something", "Melding fra Kari", TemplateFault::NotOverridable),
        ("mail.subject", "Hei", TemplateFault::NotOverridable),
        ("check_in.ordinary", " \r\n ", TemplateFault::Empty),
        ("check_in.ordinary", &long, TemplateFault::TooLong),
        ("check_in.ordinary", &deep, TemplateFault::TooDeep),
        ("check_in.ordinary", "{ $owner } { $provider }\u{202E}", TemplateFault::Unshowable),
        ("check_in.ordinary", "{ $owner } { $provider }\u{0}", TemplateFault::Unshowable),
        ("check_in.ordinary", "{ $owner } { $provider", TemplateFault::Syntax),
        ("check_in.ordinary", "{ $owner } { $provider }\n.x = y", TemplateFault::Syntax),
        ("check_in.ordinary", "{ $owner } { $provider }\n}", TemplateFault::Syntax),
        ("check_in.ordinary", "{ $owner }", TemplateFault::MissingArgument("provider")),
        (
            "check_in.ordinary",
            "{ $owner } { $provider } { $diagnosis }",
            TemplateFault::UnknownArgument("diagnosis".into()),
        ),
        ("check_in.ordinary", "{ $owner } { $provider } { check_in-last }", TemplateFault::OnlyArguments),
        ("check_in.ordinary", "{ $owner } { $provider } { -term }", TemplateFault::OnlyArguments),
        ("check_in.ordinary", "{ $owner } { $provider } { NUMBER(1) }", TemplateFault::OnlyArguments),
        ("check_in.ordinary", "{ $owner } { $provider } { \"x\" }", TemplateFault::OnlyArguments),
        (
            "check_in.ordinary",
            "{ $provider } { $owner ->\n [Bente] Hei\n*[other] Hallo\n}",
            TemplateFault::NotASelector("owner".into()),
        ),
        (
            "check_in_card.asked_by_owner",
            "{ $days ->\n [one] { $owner }\n*[other] x\n}",
            TemplateFault::MissingArgument("owner"),
        ),
    ] {
        let faults = Wording::check_override(key, Language::Nb, source).expect_err(source);
        assert_eq!(faults, [fault], "{source}");
    }
}

#[test]
fn a_wording_cannot_smuggle_in_another_text() {
    for source in
        ["{ $owner } { $provider }\ncheck_in-last = x", "{ $owner } { $provider }\r\n\r\npush-owner_something = Kari"]
    {
        let (words, _) = Wording::with_overrides([("check_in.ordinary", Language::Nb, source)]);
        assert_eq!(words.say(Language::Nb, &Push::OwnerSomething), "Du har noe nytt.");
        let last = CheckIn::Last { owner: "Bente".into(), provider: "Kari".into() };
        assert_eq!(words.say(Language::Nb, &last), say(Language::Nb, &last));
    }
}

#[test]
fn what_is_shipped_may_be_saved_again() {
    for entry in catalogue().filter(|entry| entry.overridable) {
        for language in Language::ALL {
            let pattern = Wording::built_in_pattern(entry.key, *language).expect("a pattern");
            assert_eq!(Wording::check_override(entry.key.as_str(), *language, &pattern), Ok(()), "{pattern}");
        }
    }
}

#[test]
fn the_first_language_with_a_wording_is_used() {
    let words = Wording::built_in();
    assert_eq!(words.say_first(&[Language::En, Language::Nn], &Push::OwnerSomething), "You have something new.");
    assert_eq!(words.say_first(&[], &Push::OwnerSomething), "Du har noe nytt.");
    assert_eq!(stand_ins(Language::Nn), [Language::Nn, Language::Nb, Language::En]);
}

#[test]
fn keys_are_read_back() {
    for entry in catalogue() {
        assert_eq!(entry.key.as_str().parse(), Ok(entry.key));
        assert!(!entry.note.is_empty());
    }
    assert!("check_in-ordinary".parse::<Key>().is_err());
}

/// All texts at once, for a reader. `RECONNECT_GOLDEN=write cargo test -p domain wording` writes it anew.
#[test]
fn the_golden_catalogue_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/wording/catalogue.golden.txt");
    let mut said: BTreeMap<Key, BTreeMap<Language, Vec<String>>> = BTreeMap::new();
    for text in every_text() {
        for language in Language::ALL {
            let lines = said.entry(text.key()).or_default().entry(*language).or_default();
            let line = say(*language, text.as_ref());
            // One line per plural form is enough to review it.
            let form = |line: &str| line.split(|c: char| c.is_ascii_digit()).collect::<String>();
            if !lines.iter().any(|known| form(known) == form(&line)) {
                lines.push(line);
            }
        }
    }
    let mut golden = String::from("Every text in every language, with example arguments. Written by a test.\n");
    for entry in catalogue() {
        let own = if entry.overridable { " (own wording possible)" } else { "" };
        golden.push_str(&format!("\n{}{own}\n  {}\n", entry.key, entry.note));
        for (language, lines) in &said[&entry.key] {
            for line in lines {
                golden.push_str(&format!("  {language}  {line}\n"));
            }
        }
    }
    if std::env::var_os("RECONNECT_GOLDEN").is_some_and(|wish| wish == "write") {
        std::fs::write(path, &golden).expect("the catalogue can be written");
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == golden, "texts have changed: review them with RECONNECT_GOLDEN=write and git diff");
}
