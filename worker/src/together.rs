//! What many ask at the same time is answered at once: one transaction for all who wait, with nobody waiting for
//! others to come. Whoever finds the turn free takes it and answers for everyone who asked by then.

use std::future::Future;
use std::sync::{Mutex, PoisonError};
use storage::{Result, StorageError};
use tokio::sync::{Mutex as Turn, oneshot};

type Waiting<Q, A> = (Q, oneshot::Sender<Result<A>>);

/// Questions that are answered together.
#[derive(Debug)]
pub(crate) struct Together<Q, A> {
    most: usize,
    waiting: Mutex<Vec<Waiting<Q, A>>>,
    turn: Turn<()>,
}

impl<Q, A> Together<Q, A> {
    /// `most` are answered at once.
    pub(crate) fn new(most: usize) -> Self {
        Self { most, waiting: Mutex::new(Vec::new()), turn: Turn::new(()) }
    }

    /// Answers `question` by `answer`, alone or with others; it gives one answer for each, in order. Where several
    /// could not be answered together, each is asked by itself, unless the database is away.
    pub(crate) async fn ask<F>(&self, question: Q, answer: impl Fn(Vec<Q>) -> F) -> Result<A>
    where
        Q: Clone,
        F: Future<Output = Result<Vec<A>>>,
    {
        let (tell, mut told) = oneshot::channel();
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push((question, tell));
        loop {
            tokio::select! {
                biased;
                answered = &mut told => {
                    // Whoever answered for this one was stopped meanwhile.
                    return answered.unwrap_or_else(|_| Err(StorageError::Unavailable("stopped".into())));
                }
                _turn = self.turn.lock() => {
                    let some = self.take();
                    settle(some, &answer).await;
                }
            }
        }
    }

    fn take(&self) -> Vec<Waiting<Q, A>> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let most = self.most.min(waiting.len());
        waiting.drain(..most).collect()
    }
}

async fn settle<Q: Clone, A, F>(some: Vec<Waiting<Q, A>>, answer: &impl Fn(Vec<Q>) -> F)
where
    F: Future<Output = Result<Vec<A>>>,
{
    let (questions, tell): (Vec<Q>, Vec<_>) = some.into_iter().unzip();
    if questions.is_empty() {
        return;
    }
    // Nobody who stopped waiting is told, and nobody misses it.
    match answer(questions.clone()).await {
        Ok(answers) => {
            for (tell, answer) in tell.into_iter().zip(answers) {
                let _ = tell.send(Ok(answer));
            }
        }
        Err(StorageError::Unavailable(why)) => {
            for tell in tell {
                let _ = tell.send(Err(StorageError::Unavailable(why.clone())));
            }
        }
        Err(error) if questions.len() == 1 => {
            for tell in tell.into_iter().take(1) {
                let _ = tell.send(Err(error));
                return;
            }
        }
        Err(_) => {
            for (question, tell) in questions.into_iter().zip(tell) {
                let alone = answer(vec![question]).await.map(|answers| answers.into_iter().next());
                let _ = tell.send(alone.and_then(|one| one.ok_or(StorageError::Stale)));
            }
        }
    }
}
