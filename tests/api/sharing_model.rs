//! The real system held against sharing as it is written down: a small model is told the same acts, and what each of two
//! providers finds, in lists, pages, single things, the plan, proposals, comments, the digest and the counts that leave
//! the house with it by push and e-mail, and on a phone that only syncs, must be what the model says, byte for byte of
//! what is hers and nothing of anything else. The owner's export has all that is hers, and nothing she took away.
//!
//! `RECONNECT_SHARING_SEQUENCES=100000 cargo test --release --test all sharing_model` is the whole of it; without the
//! variable a short form runs.

mod beside;
mod model;
mod phones;
mod told;

use super::fixture::{Fixture, Pair, Who};
use super::phone::Phone;
use crate::harness::on_both_databases;
use backend::app::sessions::Caller;
use backend::app::toolbox::shared::{self, Asked};
use backend::app::{Refusal, access_log, crisis_plan, grants, relationships, shared_plan, toolbox};
use chrono::TimeDelta;
use domain::ids::{AccountId, DeviceId, GrantId, ItemId, SessionId};
use domain::ownership::Actor;
use domain::words::{GrantEffect, GrantLevel, Language, Module, PlanSection, RelationshipState, Role, SubjectKind};
use mobile_contract::grants as grants_wire;
use mobile_contract::problem::ProblemCode;
use mobile_contract::toolbox::{ItemContent, ItemIn, ItemPutIn, SharedItemOut};
use model::{Item, Model, Setting};
use poem_openapi::types::{ParseFromJSON, ToJSON};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use storage::toolbox::Filter;
use uuid::Uuid;

const SHORT: u32 = 120;
/// Acts in one sequence, at most.
const ACTS: u32 = 6;
/// Sequences in the life of one owner.
const A_LIFE: u32 = 20;

struct Dice(ChaCha8Rng);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.0.next_u32()).expect("wide enough") % n.max(1)
    }
    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }
    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

/// What one reader finds of one item.
type Found = (Uuid, &'static str, String, GrantLevel, Option<Uuid>, Option<Uuid>);

struct Life<'a> {
    fixture: &'a Fixture,
    owner: Caller,
    readers: [(Caller, Pair); 2],
    /// The owner's and the readers', which know nothing but what syncing told them.
    her_phone: Phone,
    phones: [Phone; 2],
    model: Model,
    dice: Dice,
    number: u32,
}

fn caller(fixture: &Fixture, who: &Who, role: Role) -> Caller {
    Caller {
        actor: Actor { account: who.id, role, organisation: fixture.organisation },
        session: SessionId(fixture.app.store.new_id()),
        device: DeviceId(fixture.app.store.new_id()),
        language: Language::En,
    }
}

fn hidden<T>(answer: Result<T, Refusal>) -> Option<T> {
    match answer {
        Ok(found) => Some(found),
        Err(Refusal { code: ProblemCode::NotFound, .. }) => None,
        Err(other) => panic!("{other:?}"),
    }
}

/// Where an item of a kind has its words.
fn field_of(kind: &str) -> &'static str {
    match kind {
        "network_person" => "alias",
        "medicine" | "life_domain" => "name",
        _ => "words",
    }
}

fn content(json: Value) -> ItemContent {
    ItemContent::parse_from_json(Some(json)).expect("content")
}

impl<'a> Life<'a> {
    async fn begun(fixture: &'a Fixture, readers: &[Who; 2], dice: Dice, number: u32) -> Self {
        let owner = fixture.person(Role::ServiceUser, &format!("Owner {number}")).await;
        let mut pairs = Vec::new();
        for reader in readers {
            let pair = fixture.relate(owner.clone(), reader.clone()).await;
            pairs.push((caller(fixture, reader, Role::Provider), pair));
        }
        let since = fixture.app.now();
        let mut phones = readers.each_ref().map(Phone::of);
        // In pages of different lengths.
        phones[0].limit = 3;
        let readers = pairs.try_into().unwrap_or_else(|_| panic!("two readers"));
        Self {
            fixture,
            her_phone: Phone::of(&owner),
            phones,
            owner: caller(fixture, &owner, Role::ServiceUser),
            readers,
            model: Model { since, ..Model::default() },
            dice,
            number: 0,
        }
    }

    fn words(&mut self) -> String {
        self.number += 1;
        format!("words {} of {}", self.number, self.owner.actor.account)
    }

    async fn act(&mut self) {
        match self.dice.below(100) {
            0..27 => self.keep().await,
            27..38 => self.write_anew().await,
            38..42 => self.take_away().await,
            42..63 => self.give().await,
            63..72 => self.take_back().await,
            72..76 => self.write_plan().await,
            76..79 => self.part_or_meet().await,
            79..84 => self.propose().await,
            84..87 => self.answer().await,
            87..91 => self.say().await,
            91..93 => self.hide_or_show().await,
            _ => self.fixture.clock.advance(TimeDelta::minutes(i64::try_from(self.dice.below(90)).expect("few"))),
        }
    }

    /// An item of some kind, where what it needs is there.
    fn something(&mut self) -> Option<(Item, Value)> {
        let words = self.words();
        let changed = self.fixture.app.now();
        let item = |kind, module| Item {
            kind,
            module,
            parent: None,
            between: Vec::new(),
            names: None,
            words: words.clone(),
            draft: false,
            gone: false,
            changed,
        };
        let mut some = |kind: &str| {
            let living = self.model.living(kind);
            (!living.is_empty()).then(|| self.dice.of(&living))
        };
        let made = match self.number % 10 {
            0 | 1 => {
                let domain = some("life_domain");
                (
                    Item { names: domain, ..item("goal", Module::Goals) },
                    json!({ "goal": { "words": words, "state": "active", "life_domain_id": domain } }),
                )
            }
            2 | 3 => {
                let kind = if self.number.is_multiple_of(2) { "sub_goal" } else { "activity" };
                (
                    Item { parent: Some(some("goal")?), ..item("step", Module::Goals) },
                    json!({ "step": { "words": words, "kind": kind, "who": "me" } }),
                )
            }
            4 => (item("life_domain", Module::LifeDomains), json!({ "life_domain": { "area": "own", "name": words } })),
            5 => (
                Item { parent: Some(some("life_domain")?), ..item("status_entry", Module::LifeDomains) },
                json!({ "status_entry": { "words": words } }),
            ),
            6 => (
                item("network_person", Module::Network),
                json!({ "network_person": { "alias": words, "ring": "nearest", "sector": "peers", "crisis_contact": false } }),
            ),
            7 => {
                let (a, b) = (some("network_person")?, some("network_person")?);
                if a == b {
                    return None;
                }
                (
                    Item { between: vec![a, b], ..item("network_tie", Module::Network) },
                    json!({ "network_tie": { "person_a": a, "person_b": b, "words": words } }),
                )
            }
            8 => (item("diary_entry", Module::Diary), json!({ "diary_entry": { "on": "2026-10-05", "words": words } })),
            _ => (item("medicine", Module::Medication), json!({ "medicine": { "name": words } })),
        };
        Some(made)
    }

    async fn keep(&mut self) {
        let Some((item, json)) = self.something() else { return };
        let draft = self.dice.chance(15);
        let body = ItemIn { id: None, parent_id: item.parent, draft, content: content(json) };
        let made = toolbox::create(&self.fixture.app, self.owner, body).await.expect("kept");
        self.model.items.insert(made.id, Item { draft, ..item });
    }

    async fn write_anew(&mut self) {
        let living: Vec<Uuid> = self.model.items.iter().filter(|(_, item)| !item.gone).map(|(id, _)| *id).collect();
        if living.is_empty() {
            return;
        }
        let (id, words, draft) = (self.dice.of(&living), self.words(), self.dice.chance(20));
        let now = toolbox::get(&self.fixture.app, self.owner, ItemId(id)).await.expect("hers");
        let mut json = now.content.to_json().expect("JSON");
        let item = self.model.items.get_mut(&id).expect("known");
        json[item.kind][field_of(item.kind)] = json!(words);
        (item.words, item.draft, item.changed) = (words, draft, self.fixture.app.now());
        let body = ItemPutIn { draft, content: content(json) };
        let tag = format!("\"v{}\"", now.version);
        toolbox::put(&self.fixture.app, self.owner, ItemId(id), body, Some(&tag)).await.expect("written");
    }

    async fn take_away(&mut self) {
        let living: Vec<Uuid> = self.model.items.iter().filter(|(_, item)| !item.gone).map(|(id, _)| *id).collect();
        if living.is_empty() {
            return;
        }
        let id = self.dice.of(&living);
        toolbox::delete(&self.fixture.app, self.owner, ItemId(id), Some("*")).await.expect("gone");
        let mut gone = vec![id];
        while let Some(id) = gone.pop() {
            self.model.items.get_mut(&id).expect("known").gone = true;
            let under = |item: &Item| !item.gone && (item.parent == Some(id) || item.between.contains(&id));
            gone.extend(self.model.items.iter().filter(|(_, item)| under(item)).map(|(id, _)| *id));
            self.model.proposals.retain(|_, it| it.item != id);
            self.model.comments.retain(|_, it| it.item != id);
        }
    }

    async fn give(&mut self) {
        let now = self.fixture.app.now();
        let reader = self.dice.below(2);
        let living: Vec<Uuid> = self.model.items.iter().filter(|(_, item)| !item.gone).map(|(id, _)| *id).collect();
        let (kind, subject) = match self.dice.below(10) {
            0..5 if !living.is_empty() => (SubjectKind::Item, self.dice.of(&living).to_string()),
            5..9 => (SubjectKind::Module, self.dice.of(Module::ALL).to_string()),
            _ => (SubjectKind::Section, self.dice.of(PlanSection::ALL).to_string()),
        };
        let effect = if self.dice.chance(65) { GrantEffect::Allow } else { GrantEffect::Deny };
        let level = self.dice.of(GrantLevel::ALL);
        let from = self.dice.chance(15).then(|| now + TimeDelta::minutes(30));
        let to = self.dice.chance(25).then(|| now + TimeDelta::minutes(60));
        let body = grants_wire::GrantIn {
            id: None,
            provider_id: Some(self.readers[reader].0.actor.account.0),
            team_id: None,
            subject_kind: kind.as_str().parse().expect("a word"),
            subject: subject.clone(),
            effect: effect.as_str().parse().expect("a word"),
            level: Some(level.as_str().parse().expect("a word")),
            from,
            to,
        };
        let given = grants::give(&self.fixture.app, self.owner, body).await;
        let never = kind == SubjectKind::Module && ["diary", "medication"].contains(&subject.as_str())
            || kind == SubjectKind::Item
                && self.model.items[&subject.parse().expect("an id")].module == Module::Medication;
        if never {
            assert!(
                matches!(given, Err(Refusal { code: ProblemCode::Invalid, .. })),
                "{subject} is not shared by settings"
            );
            return;
        }
        let reader = self.readers[reader].0.actor.account;
        let allow = effect == GrantEffect::Allow;
        let setting = Setting { reader, kind, subject, allow, level, from: from.unwrap_or(now), to, revoked: None };
        self.model.settings.insert(given.expect("given").id, setting);
    }

    async fn take_back(&mut self) {
        let left = self.model.settings_left();
        if left.is_empty() {
            return;
        }
        let id = self.dice.of(&left);
        grants::revoke(&self.fixture.app, self.owner, GrantId(id)).await.expect("taken back");
        self.model.settings.get_mut(&id).expect("known").revoked = Some(self.fixture.app.now());
    }

    async fn write_plan(&mut self) {
        let (section, words) = (self.dice.of(PlanSection::ALL), self.words());
        crisis_plan::write_section(&self.fixture.app, self.owner, section, &words, Some("*")).await.expect("written");
        self.model.plan.insert(section, (words, self.fixture.app.now()));
    }

    /// The owner pauses a relationship, or goes on with it.
    async fn part_or_meet(&mut self) {
        let (reader, pair) = &self.readers[self.dice.below(2)];
        let reader = reader.actor.account;
        let state = if self.model.apart.remove(&reader) {
            RelationshipState::Active
        } else {
            self.model.apart.insert(reader);
            RelationshipState::Paused
        };
        let app = &self.fixture.app;
        let row = relationships::get(app, self.owner, pair.relationship).await.expect("hers");
        let tag = format!("\"v{}\"", row.version);
        relationships::set_state(app, self.owner, pair.relationship, state, Some(&tag)).await.expect("set");
    }

    fn found(item: &SharedItemOut) -> (Uuid, String, Option<Uuid>, Option<Uuid>) {
        let json = item.content.to_json().expect("JSON");
        let content = &json[item.kind.as_str()];
        let words = ["words", "alias", "name"].iter().find_map(|field| content[field].as_str()).expect("words");
        let names = content["life_domain_id"].as_str().map(|id| id.parse().expect("an id"));
        (item.id, words.to_owned(), item.parent_id, names)
    }

    /// What `reader` should find, by id.
    fn expected(&self, reader: AccountId) -> BTreeMap<Uuid, Found> {
        let now = self.fixture.app.now();
        let sees = |id: Uuid| self.model.sees(reader, id, now);
        let all = self.model.items.iter().filter_map(|(id, item)| {
            let names = item.names.filter(|name| sees(*name).is_some());
            Some((*id, (*id, item.kind, item.words.clone(), sees(*id)?, item.parent, names)))
        });
        all.collect()
    }

    async fn everybody_finds_what_is_hers_to_find(&mut self) {
        for reader in 0..2 {
            self.lists_agree(reader).await;
            self.single_things_agree(reader).await;
            self.the_plan_agrees(reader).await;
            self.what_stands_beside_agrees(reader).await;
            self.the_digest_agrees(reader).await;
        }
        self.the_phones_agree().await;
    }

    async fn lists_agree(&mut self, reader: usize) {
        let (caller, owner) = (self.readers[reader].0, self.owner.actor.account);
        let expected = self.expected(caller.actor.account);
        let apart = self.model.apart.contains(&caller.actor.account);
        let app = &self.fixture.app;
        let limit = u32::try_from(1 + self.dice.below(7)).expect("few");
        let module = self.dice.chance(40).then(|| self.dice.of(Module::ALL));
        let filter = Filter { module, ..Filter::default() };
        let wanted: Vec<&Found> = expected
            .values()
            .filter(|found| module.is_none_or(|module| self.model.items[&found.0].module == module))
            .collect();
        let (mut seen, mut cursor, mut pages) = (Vec::new(), None::<String>, 0);
        loop {
            let asked = Asked { filter, cursor: cursor.as_deref(), limit: Some(limit) };
            let Some(page) = hidden(shared::list(app, caller, owner, asked).await) else {
                assert!(apart, "an active relationship has a list");
                break;
            };
            assert!(!apart, "a paused relationship has none");
            let full = page.items.len() == usize::try_from(limit).expect("few");
            assert!(full || page.next_cursor.is_none(), "a page is shorter only at the end");
            seen.extend(page.items);
            pages += 1;
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert!(apart || pages == wanted.len().div_ceil(usize::try_from(limit).expect("few")).max(1));
        let mut by_id: Vec<_> = seen.iter().map(|item| (Self::found(item), item.level)).collect();
        by_id.sort_by_key(|(found, _)| found.0);
        assert_eq!(by_id.len(), wanted.len(), "{:?}", self.model.settings);
        for (((id, words, parent, names), level), expected) in by_id.into_iter().zip(wanted) {
            assert_eq!((id, &words, parent, names), (expected.0, &expected.2, expected.4, expected.5));
            assert_eq!(level.as_str(), expected.3.as_str());
        }
        let asked = Asked { filter, cursor: None, limit: Some(100) };
        let borrowed =
            shared::as_seen_by(app, self.owner, caller.actor.account, asked).await.expect("her own question");
        let ids = |items: &[SharedItemOut]| items.iter().map(|item| item.id).collect::<Vec<_>>();
        assert_eq!(ids(&borrowed.items), ids(&seen), "what she is told that the provider sees");
    }

    async fn single_things_agree(&mut self, reader: usize) {
        let (caller, owner) = (self.readers[reader].0, self.owner.actor.account);
        let expected = self.expected(caller.actor.account);
        let all: Vec<Uuid> = self.model.items.keys().copied().collect();
        for _ in 0..3.min(all.len()) {
            let id = self.dice.of(&all);
            let found = hidden(shared::get(&self.fixture.app, caller, owner, ItemId(id)).await);
            assert_eq!(found.map(|item| Self::found(&item).1), expected.get(&id).map(|found| found.2.clone()));
        }
    }

    async fn the_plan_agrees(&mut self, reader: usize) {
        let (caller, owner) = (self.readers[reader].0, self.owner.actor.account);
        let now = self.fixture.app.now();
        let expected: BTreeMap<&str, Option<String>> = PlanSection::ALL
            .iter()
            .filter(|section| self.model.section(caller.actor.account, **section, now).is_some())
            .map(|section| (section.as_str(), self.model.plan.get(section).map(|(words, _)| words.clone())))
            .collect();
        let found = hidden(shared_plan::get(&self.fixture.app, caller, owner).await);
        let found: Option<BTreeMap<_, _>> =
            found.map(|plan| plan.sections.iter().map(|it| (it.section.as_str(), it.text.clone())).collect());
        assert_eq!(found, (!expected.is_empty()).then_some(expected));
    }

    /// Everything that was read of hers is in her log, and nothing that could not be.
    async fn the_log_names_nothing_that_was_never_shown(&self) {
        let log = access_log::list(&self.fixture.app, self.owner, None, Some(100)).await.expect("her log");
        let medicines = self.model.items.iter().filter(|(_, item)| item.module == Module::Medication);
        for (id, _) in medicines {
            assert!(log.items.iter().all(|line| !line.subjects.contains(&id.to_string())));
        }
        let readers = self.readers.iter().map(|(caller, _)| caller.actor.account.0).collect::<BTreeSet<_>>();
        assert!(log.items.iter().all(|line| readers.contains(&line.who.id)));
    }
}

on_both_databases! {
    async fn what_each_reader_finds_is_what_the_model_says(database) {
        let sequences = std::env::var("RECONNECT_SHARING_SEQUENCES").map_or(SHORT, |it| it.parse().expect("a number"));
        let fixture = Fixture::on(database).await;
        for life in 0..sequences.div_ceil(A_LIFE) {
            let dice = Dice(ChaCha8Rng::seed_from_u64(u64::from(life)));
            let kari = fixture.person(Role::Provider, &format!("Kari {life}")).await;
            let readers = [kari, fixture.person(Role::Provider, &format!("Ola {life}")).await];
            let mut life = Life::begun(&fixture, &readers, dice, life).await;
            for _ in 0..A_LIFE {
                for _ in 0..=life.dice.below(usize::try_from(ACTS).expect("few") - 1) {
                    life.act().await;
                }
                life.everybody_finds_what_is_hers_to_find().await;
            }
            life.the_log_names_nothing_that_was_never_shown().await;
            life.the_export_has_what_is_hers().await;
            // Forgotten, or a long run would keep them all.
            fixture.statements();
        }
    }
}
