//! Workers that die one after the other, and what each had in hand when it did.

use super::asked::Asked;
use super::fate::Fate;
use crate::harness::Process;
use crate::stories::World;
use sea_orm::{ConnectionTrait, Statement};
use std::collections::VecDeque;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// A worker that does not come to its point in this time, since nothing is left that would bring it there, is killed
/// where it is.
const POINT_PATIENCE: Duration = Duration::from_secs(4);

/// The end of one worker.
#[derive(Clone, Debug)]
pub struct Death {
    /// The named point, or `random`.
    pub at: &'static str,
    /// What it had claimed and not recorded.
    pub in_flight: Vec<Uuid>,
}

pub struct Workers {
    fates: VecDeque<Fate>,
    running: Vec<Worker>,
    deaths: Vec<Death>,
    asked: Asked,
}

struct Worker {
    process: Process,
    fate: Option<Fate>,
    born: Instant,
    sent_at_birth: usize,
    struck: Option<Instant>,
}

impl Workers {
    pub fn start(world: &World, asked: &Asked, fates: Vec<Fate>) -> Self {
        let mut workers = Self { fates: fates.into(), running: Vec::new(), deaths: Vec::new(), asked: asked.clone() };
        for _ in 0..asked.workers {
            let born = workers.born(world);
            workers.running.push(born);
        }
        workers
    }

    fn born(&mut self, world: &World) -> Worker {
        let fate = self.fates.pop_front();
        let process = match fate {
            Some(Fate::At(point, time)) => {
                let at = format!("{}:{time}", point.as_str());
                world.house.spawn_with(&["work"], ("RECONNECT_KILL_AT", at.as_str()))
            }
            _ => world.house.spawn(&["work"]),
        };
        Worker { process, fate, born: Instant::now(), sent_at_birth: sent(world), struck: None }
    }

    /// Lets workers die, each followed by another, until there were so many deaths.
    pub async fn die_until(&mut self, world: &World, deaths: usize) {
        while self.deaths.len() < deaths {
            for number in 0..self.running.len() {
                if self.running[number].dies(world) {
                    let next = self.born(world);
                    let dead = std::mem::replace(&mut self.running[number], next);
                    self.bury(world, dead).await;
                }
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    async fn bury(&mut self, world: &World, mut dead: Worker) {
        dead.process.wait().await;
        let log = dead.process.log();
        assert!(!log.contains("panicked"), "{log}");
        let at = match dead.fate {
            Some(Fate::At(point, _)) if log.contains("kill_point.reached") => point.as_str(),
            Some(_) => "random",
            None => panic!("a worker ended that was to live:\n{log}"),
        };
        // None if it died before it had begun.
        let in_flight = match id_of(&log) {
            Some(id) => in_hand(world, id).await,
            None => Vec::new(),
        };
        self.deaths.push(Death { at, in_flight });
        let (count, all) = (self.deaths.len(), self.asked.kills);
        self.asked.say(format!("kill {count} of {all}: {at}, {} of {} sent", sent(world), self.asked.notifications));
    }

    /// Those who live end well. Gives how the others ended.
    pub async fn stop(self) -> Vec<Death> {
        for worker in self.running {
            let log = worker.process.stop().await;
            assert!(!log.contains("ERROR"), "{log}");
        }
        self.deaths
    }

    pub fn logs(&self) -> String {
        self.running.iter().map(|worker| worker.process.log()).collect()
    }
}

impl Worker {
    /// Whether it is dead, or is killed now.
    fn dies(&mut self, world: &World) -> bool {
        if self.process.ended().is_some() {
            return true;
        }
        let strike = match self.fate {
            None => false,
            Some(Fate::At(..)) => self.born.elapsed() > POINT_PATIENCE,
            Some(Fate::Random { sends, moment }) => {
                let time = sent(world) >= self.sent_at_birth + sends || self.born.elapsed() > POINT_PATIENCE;
                if time && self.struck.is_none() {
                    self.struck = Some(Instant::now() + moment);
                }
                self.struck.is_some_and(|at| Instant::now() >= at)
            }
        };
        if strike {
            self.process.signal("KILL");
        }
        strike
    }
}

/// What the gateways for pushes have had so far.
fn sent(world: &World) -> usize {
    world.apns.count() + world.fcm.count()
}

/// Under which id it claims.
fn id_of(log: &str) -> Option<Uuid> {
    let after = log.split("worker.started").nth(1)?.split("worker.id=").nth(1)?;
    after.split_whitespace().next()?.parse().ok()
}

async fn in_hand(world: &World, worker: Uuid) -> Vec<Uuid> {
    let backend = world.database.get_database_backend();
    let question = "select id from delivery where state = 'claimed' and claimed_by = $1 order by id";
    let question = Statement::from_sql_and_values(backend, question, [worker.into()]);
    let rows = world.database.query_all_raw(question).await.expect("an answer");
    rows.iter().map(|row| row.try_get("", "id").expect("an id")).collect()
}
