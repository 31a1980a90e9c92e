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
        // Those who set out at the same moment come in before the first of them takes the turn.
        tokio::task::yield_now().await;
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
            if let Some(tell) = tell.into_iter().next() {
                let _ = tell.send(Err(error));
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::time::{Duration, sleep, timeout};

    const PATIENCE: Duration = Duration::from_secs(10);

    /// Doubles; `13` cannot be answered, and `99` never is.
    async fn double(calls: &AtomicUsize, questions: Vec<u32>) -> Result<Vec<u32>> {
        calls.fetch_add(1, Ordering::Relaxed);
        sleep(Duration::from_millis(5)).await;
        if questions.contains(&99) {
            std::future::pending::<()>().await;
        }
        if questions.contains(&7) {
            return Err(StorageError::Unavailable("away".into()));
        }
        if questions.contains(&13) {
            return Err(StorageError::Stale);
        }
        Ok(questions.into_iter().map(|question| question * 2).collect())
    }

    async fn ask_all(most: usize, questions: &[u32]) -> (Vec<Result<u32>>, usize) {
        let (together, calls) = (Together::new(most), AtomicUsize::new(0));
        let asked = questions.iter().map(|question| together.ask(*question, |some| double(&calls, some)));
        let told = timeout(PATIENCE, futures::future::join_all(asked)).await.expect("in time");
        (told, calls.into_inner())
    }

    #[tokio::test]
    async fn who_asks_meanwhile_is_answered_with_the_next_and_everyone_gets_her_own_answer() {
        let questions: Vec<u32> = (100..200).collect();
        let (told, calls) = ask_all(30, &questions).await;
        for (question, answer) in questions.iter().zip(told) {
            assert_eq!(answer.expect("answered"), question * 2);
        }
        assert_eq!(calls, 4, "thirty at once, and the ten that were left");
    }

    #[tokio::test]
    async fn one_that_cannot_be_answered_spoils_it_for_nobody() {
        let (told, _) = ask_all(30, &[1, 13, 2]).await;
        assert_eq!(
            told.iter().map(|answer| answer.as_ref().ok().copied()).collect::<Vec<_>>(),
            [Some(2), None, Some(4)]
        );
        assert!(matches!(told[1], Err(StorageError::Stale)));
    }

    #[tokio::test]
    async fn an_outage_is_everybodys_and_nothing_is_asked_again() {
        let (told, calls) = ask_all(30, &[1, 7, 2]).await;
        assert!(told.iter().all(|answer| matches!(answer, Err(StorageError::Unavailable(_)))));
        assert_eq!(calls, 1);
    }

    #[tokio::test]
    async fn when_those_who_ask_are_stopped_the_turn_goes_on() {
        let (together, calls) = (Together::new(2), AtomicUsize::new(0));
        let ask = |question: u32| together.ask(question, |some| double(&calls, some));
        let stopped = timeout(Duration::from_millis(50), futures::future::join_all([ask(99), ask(1), ask(2)])).await;
        assert!(stopped.is_err());
        let later = timeout(PATIENCE, ask(3)).await.expect("in time");
        assert_eq!(later.expect("answered"), 6);
        // With her, the one who was left over and whom nobody waits for any more.
        assert_eq!(calls.into_inner(), 2);
    }
}
