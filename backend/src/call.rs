//! What is known of the call being answered: its language, who makes it, and which operation it reached. Kept beside the task,
//! because an error can arise before any handler has run.

use domain::ownership::Actor;
use domain::words::Language;
use std::cell::Cell;
use std::future::Future;

/// One call's surroundings.
#[derive(Debug)]
pub struct Call {
    language: Cell<Language>,
    /// The caller asked for a language by header; it stands against the account's.
    chosen: bool,
    actor: Cell<Option<Actor>>,
    operation: Cell<Option<&'static str>>,
}

tokio::task_local! {
    static CALL: Call;
}

/// Runs `answer` with these surroundings.
pub async fn within<F: Future>(asked: Option<Language>, default: Language, answer: F) -> F::Output {
    let call = Call {
        language: Cell::new(asked.unwrap_or(default)),
        chosen: asked.is_some(),
        actor: Cell::new(None),
        operation: Cell::new(None),
    };
    CALL.scope(call, answer).await
}

/// The caller's language; Bokmål outside any call.
pub fn language() -> Language {
    CALL.try_with(|call| call.language.get()).unwrap_or(Language::Nb)
}

/// Who makes this call, once that is known.
pub fn actor() -> Option<Actor> {
    CALL.try_with(|call| call.actor.get()).ok().flatten()
}

/// The operation that answers, as the document names it; none before one is reached.
pub fn operation() -> Option<&'static str> {
    CALL.try_with(|call| call.operation.get()).ok().flatten()
}

/// The call was routed to this operation.
pub fn reached(operation: &'static str) {
    // Outside a call there is nobody to remember it for.
    let _ = CALL.try_with(|call| call.operation.set(Some(operation)));
}

/// The caller proved to be `actor`, whose account prefers `language`.
pub fn signed_in(actor: Actor, language: Language) {
    storage::changes::made_by(actor.account);
    // Outside a call there is nobody to remember it for.
    let _ = CALL.try_with(|call| {
        call.actor.set(Some(actor));
        if !call.chosen {
            call.language.set(language);
        }
    });
}
