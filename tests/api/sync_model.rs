//! Twenty people write at once, commit late and in any order, or think better of it, while phones sync. Nothing that
//! was committed before a sync began is missing after it, nothing that was gone comes back, and in the end each phone
//! has what the lists say.
//!
//! `RECONNECT_SYNC_CHANGES=100000 cargo test --release --test all sync_model` is the whole of it; without the variable a
//! short form runs.

use super::fixture::{Fixture, Who};
use super::phone::{Phone, is_the_same, lists};
use super::sharing::grant;
use crate::harness::{Database, on_both_databases};
use backend::app::grants;
use backend::app::sessions::Caller;
use domain::ids::{DeviceId, GrantId, ItemId, SessionId};
use domain::ownership::Actor;
use domain::toolbox::Content;
use domain::words::{Language, Role};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use storage::sealed::Scope;
use storage::toolbox::{self, New};
use uuid::Uuid;

const SHORT: u64 = 2_000;
const WRITERS: usize = 20;
/// It is up to this many milliseconds from one transaction to the next.
const REST: u32 = 60;

/// What was committed of one item: its version, and whether anybody but its owner may find it. Gone: no version.
#[derive(Clone, Copy, Debug)]
struct Stands {
    version: i32,
    hidden: bool,
    gone: bool,
}

/// What is known to be committed.
type Known = Arc<Mutex<BTreeMap<Uuid, Stands>>>;

struct Writer {
    fixture: Arc<Fixture>,
    caller: Caller,
    provider: Who,
    known: Known,
    mine: BTreeMap<Uuid, Stands>,
    denied: Vec<(Uuid, GrantId)>,
    dice: ChaCha8Rng,
    number: u32,
    /// A transaction stays open for up to this many milliseconds after its last statement.
    late: u32,
}

impl Writer {
    fn below(&mut self, n: u32) -> u32 {
        self.dice.next_u32() % n
    }

    async fn wait(&mut self, at_most: u32) {
        tokio::time::sleep(Duration::from_millis(u64::from(self.below(at_most)))).await;
    }

    fn one_of_mine(&mut self) -> Option<Uuid> {
        let living: Vec<Uuid> = self.mine.iter().filter(|(_, it)| !it.gone).map(|(id, _)| *id).collect();
        let place = self.below(u32::try_from(living.len().max(1)).expect("few"));
        living.get(usize::try_from(place).expect("few")).copied()
    }

    fn content(&mut self) -> Content {
        self.number += 1;
        let words = format!("words {} of {}", self.number, self.caller.actor.account);
        serde_json::from_value(json!({ "goal": { "words": words, "state": "active" } })).expect("a goal")
    }

    /// One transaction. It may be taken back, or committed long after what began later.
    async fn write(&mut self) {
        let store = self.fixture.app.store.clone();
        let (actor, now) = (self.caller.actor, self.fixture.app.now());
        let permit = toolbox::leave(actor).expect("hers");
        let key = store.sealer.key(Scope::Owner(actor.account)).await.expect("a key");
        let (act, content, target) = (self.below(10), self.content(), self.one_of_mine());
        let draft = self.below(6) == 0;
        let tx = store.write().await.expect("a turn");
        let (id, stands) = match (act, target) {
            (0..4, _) | (_, None) => {
                let id = ItemId(store.new_id());
                toolbox::create(&tx, &key, permit, &New { id, parent: None, draft, content }, now).await.expect("kept");
                (id.0, Stands { version: 1, hidden: draft, gone: false })
            }
            (4..8, Some(id)) => {
                let before = toolbox::own(&store, &*tx, actor, ItemId(id)).await.expect("hers");
                let version = toolbox::replace(&tx, &key, &before, &content, draft, now).await.expect("written");
                (id, Stands { version, hidden: draft, ..self.mine[&id] })
            }
            (_, Some(id)) => {
                let item = toolbox::own(&store, &*tx, actor, ItemId(id)).await.expect("hers");
                toolbox::delete(&tx, &item, now).await.expect("gone");
                (id, Stands { gone: true, ..self.mine[&id] })
            }
        };
        self.wait(self.late).await;
        if self.below(8) == 0 {
            tx.rollback().await.expect("taken back");
            return;
        }
        tx.commit().await.expect("committed");
        self.mine.insert(id, stands);
        self.known.lock().expect("known").insert(id, stands);
    }

    /// Denies one item to the provider, or lets him see one again.
    async fn share(&mut self) {
        let app = &self.fixture.app.clone();
        if self.below(2) == 0
            && let Some((_, setting)) = self.denied.pop()
        {
            grants::revoke(app, self.caller, setting).await.expect("taken back");
        } else if let Some(id) = self.one_of_mine() {
            let owner = Who { id: self.caller.actor.account, login: String::new() };
            let setting = grant(&self.fixture, &owner, &self.provider, "item", &id.to_string(), "deny").await;
            self.denied.push((id, GrantId(setting)));
        }
    }
}

/// Syncs, and holds what the phone then has against what was known to be committed before it began.
async fn sync(fixture: &Fixture, phone: &mut Phone, kind: &str, known: &Known, whole: bool) {
    let before = known.lock().expect("known").clone();
    phone.sync(fixture).await;
    let have = phone.of_kind(kind);
    let version = |id: &Uuid| {
        let it = have.get(id.to_string().as_str())?;
        let item = if kind == "item" { it } else { &&it["item"] };
        Some(i32::try_from(item["version"].as_i64().expect("a version")).expect("small"))
    };
    for (id, stands) in before {
        match version(&id) {
            Some(_) if stands.gone => panic!("{kind} {id} came back"),
            Some(version) => assert!(version >= stands.version, "{kind} {id}: {version} and not {stands:?}"),
            // It may be hidden or gone by now.
            None if whole && !stands.gone && !stands.hidden => {
                let since = known.lock().expect("known")[&id];
                assert!(since.gone || since.version > stands.version, "{kind} {id} is missing");
            }
            None => {}
        }
    }
}

/// Syncs as long as there are changes to come; tells how often.
async fn keep_syncing(
    fixture: &Fixture,
    phone: &mut Phone,
    kind: &str,
    known: &Known,
    (done, changes): (&AtomicU64, u64),
) -> u32 {
    let mut syncs = 0;
    while done.load(Ordering::Relaxed) < changes {
        sync(fixture, phone, kind, known, kind == "item").await;
        syncs += 1;
    }
    syncs
}

on_both_databases! {
    async fn nothing_is_missed_and_nothing_comes_back_whoever_commits_when(database) {
        let changes: u64 = std::env::var("RECONNECT_SYNC_CHANGES").map_or(SHORT, |it| it.parse().expect("a number"));
        let directory = tempfile::tempdir().expect("a directory");
        let fixture = Arc::new(Fixture::for_many(database, directory.path()).await);
        let provider = fixture.provider().await;
        let done = Arc::new(AtomicU64::new(0));
        let all: Known = Known::default();
        let (mut writing, mut owners) = (Vec::new(), Vec::new());
        for number in 0..WRITERS {
            let owner = fixture.person(Role::ServiceUser, &format!("Owner {number}")).await;
            let pair = fixture.relate(owner, provider.clone()).await;
            grant(&fixture, &pair.owner, &provider, "module", "goals", "allow").await;
            let actor = Actor { account: pair.owner.id, role: Role::ServiceUser, organisation: fixture.organisation };
            let (session, device) = (SessionId(fixture.app.store.new_id()), DeviceId(fixture.app.store.new_id()));
            let known = if number == 0 { Known::default() } else { Arc::clone(&all) };
            let mut writer = Writer {
                fixture: Arc::clone(&fixture),
                caller: Caller { actor, session, device, language: Language::En },
                provider: provider.clone(),
                known: Arc::clone(&known),
                mine: BTreeMap::new(),
                denied: Vec::new(),
                dice: ChaCha8Rng::seed_from_u64(u64::try_from(number).expect("few")),
                number: 0,
                // SQLite has one writer: whoever holds it up holds up everybody.
                late: if database == Database::Postgres { 60 } else { 3 },
            };
            owners.push((pair.owner, known));
            let done = Arc::clone(&done);
            writing.push(tokio::spawn(async move {
                while done.fetch_add(1, Ordering::Relaxed) < changes {
                    if writer.below(12) == 0 { writer.share().await } else { writer.write().await }
                    writer.wait(REST).await;
                }
            }));
        }
        let (first, of_first) = owners[0].clone();
        let mut phones = [Phone::of(&provider), Phone::of(&provider), Phone::of(&first)];
        (phones[0].limit, phones[2].limit) = (50, 5);
        let [small, large, hers] = &mut phones;
        // What he may not see is among what is known: it is missing for him with reason.
        let syncs = futures::future::join3(
            keep_syncing(&fixture, small, "shared_item", &all, (&done, changes)),
            keep_syncing(&fixture, large, "shared_item", &all, (&done, changes)),
            keep_syncing(&fixture, hers, "item", &of_first, (&done, changes)),
        );
        let (small, large, hers) = syncs.await;
        for writer in writing {
            writer.await.expect("it wrote to the end");
        }
        // The one with small pages runs after the writers, and may never come to an end before they do.
        assert!(large.min(hers) > 1, "the phones had time for {small}, {large} and {hers} syncs only");
        for (phone, role) in phones.iter_mut().zip([Role::Provider, Role::Provider, Role::ServiceUser]) {
            phone.sync(&fixture).await;
            is_the_same(&phone.have, &lists(&fixture, &phone.who, role).await, "in the end");
        }
        eprintln!("{changes} changes, {small}, {large} and {hers} syncs meanwhile, {} things in the end", phones[1].have.len());
    }
}
