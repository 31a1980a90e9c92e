//! Noticing that a database has fallen silent, without a bound on how long an honest piece of work may take: as long
//! as one statement after the other is answered, it goes on.

use crate::error::{Result, StorageError};
use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

tokio::task_local! {
    /// Statements answered in what is [`bounded`] here.
    static ANSWERED: Cell<u64>;
}

/// A statement was answered.
pub(crate) fn heard() {
    // Where nobody counts there is nothing to count for.
    let _ = ANSWERED.try_with(|count| count.set(count.get().wrapping_add(1)));
}

/// Ends `asked` once `silence` has gone by without an answer: at the latest after twice as long.
pub(crate) async fn bounded<T, F>(silence: Duration, mut asked: Pin<Box<F>>) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    let counted = async {
        loop {
            let before = ANSWERED.with(Cell::get);
            match tokio::time::timeout(silence, asked.as_mut()).await {
                Ok(answer) => return answer,
                Err(_) if ANSWERED.with(Cell::get) == before => {
                    return Err(StorageError::Unavailable("the database has fallen silent".into()));
                }
                Err(_) => {}
            }
        }
    };
    ANSWERED.scope(Cell::new(0), counted).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::sleep;

    #[tokio::test]
    async fn long_work_goes_on_while_it_is_answered_and_silence_ends_it() {
        let silence = Duration::from_millis(500);
        let long = bounded(
            silence,
            Box::pin(async {
                for _ in 0..12 {
                    sleep(Duration::from_millis(100)).await;
                    heard();
                }
                Ok(7)
            }),
        );
        assert_eq!(long.await.expect("answered"), 7);
        let silent = bounded(
            silence,
            Box::pin(async {
                heard();
                std::future::pending::<Result<()>>().await
            }),
        );
        assert!(matches!(silent.await, Err(StorageError::Unavailable(_))));
    }
}
