//! That there is something to sync, told to an app in the foreground: never what, or whose.
//!
//! A commit says by whose call it was made, here or in another replica. If that is somebody with whom the listener has
//! to do, it is looked whether what she sees has changed, and only then is she told: what others do that she may not
//! see makes no event. What comes with time, or by the system itself, is found by looking now and then. Between two
//! looks nothing is held, no connection either.

use crate::app::sessions::{self, Caller};
use crate::app::{Answer, Refusal, sync};
use crate::call;
use crate::state::App;
use crate::streams::Place;
use bytes::Bytes;
use domain::ids::AccountId;
use domain::words::Language;
use futures::stream::{self, BoxStream, StreamExt as _};
use mobile_contract::problem::ProblemCode;
use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;
use storage::changes::Maker;
use tokio::sync::{broadcast, watch};
use tokio::time::{Interval, MissedTickBehavior};

/// Seconds after which an account with too many streams may try again.
const AGAIN_AFTER: u64 = 30;
/// How long a client waits before it comes back.
const RETRY: &str = "retry: 5000\n\n";
const BEAT: &str = ": here\n\n";

/// Opens a stream. `last` is the id of the last event that the client heard: without one it is told at once that there
/// may be something, with one only if there is.
///
/// # Errors
/// `too_many_requests` for an account that has as many open as it may, and when the process is about to end.
pub async fn open(
    app: &Arc<App>,
    caller: Caller,
    last: Option<String>,
) -> Answer<BoxStream<'static, io::Result<Bytes>>> {
    let settings = app.settings.events;
    let ending = app.streams.ending();
    let place = app
        .streams
        .take(caller.actor.account, settings.most_streams)
        .filter(|_| !*ending.borrow())
        .ok_or_else(|| Refusal { retry_after: Some(AGAIN_AFTER), ..Refusal::new(ProblemCode::TooManyRequests) })?;
    // Before the first look, so that nothing is missed between the two.
    let changes = app.store.changes();
    let every = |period| {
        let mut interval = tokio::time::interval(period);
        interval.reset();
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        interval
    };
    let listening = Listening {
        app: Arc::clone(app),
        caller,
        language: call::language(),
        changes,
        ending,
        looks: every(settings.look_every),
        beats: every(settings.beat_every),
        told: last,
        circle: BTreeSet::new(),
        looked: false,
        _place: place,
    };
    let opened = stream::once(async { Ok(Bytes::from_static(RETRY.as_bytes())) });
    let rest = stream::unfold(listening, |mut listening| async move {
        let bytes = listening.next().await?;
        Some((Ok(bytes), listening))
    });
    Ok(opened.chain(rest).boxed())
}

struct Listening {
    app: Arc<App>,
    caller: Caller,
    language: Language,
    changes: broadcast::Receiver<Maker>,
    ending: watch::Receiver<bool>,
    looks: Interval,
    beats: Interval,
    /// The id of the last event.
    told: Option<String>,
    circle: BTreeSet<AccountId>,
    looked: bool,
    _place: Place,
}

/// What it is time for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Due {
    Look,
    Beat,
    End,
}

impl Listening {
    /// The next bytes; none once it is over.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            let due = if self.looked { self.wait().await } else { Due::Look };
            if due == Due::End || !self.is_signed_in().await {
                return None;
            }
            if due == Due::Beat {
                return Some(Bytes::from_static(BEAT.as_bytes()));
            }
            self.looked = true;
            if let Some(event) = self.look().await {
                return Some(event);
            }
        }
    }

    async fn wait(&mut self) -> Due {
        loop {
            let heard = tokio::select! {
                _ = self.ending.wait_for(|ending| *ending) => return Due::End,
                heard = self.changes.recv() => heard,
                _ = self.looks.tick() => return Due::Look,
                _ = self.beats.tick() => return Due::Beat,
            };
            match heard {
                Ok(Maker::Account(account)) if !self.circle.contains(&account) => {}
                Err(broadcast::error::RecvError::Closed) => return Due::End,
                _ => return self.after_a_pause().await,
            }
        }
    }

    /// What else is done in the same go is looked at together.
    async fn after_a_pause(&mut self) -> Due {
        tokio::select! {
            _ = self.ending.wait_for(|ending| *ending) => return Due::End,
            () = tokio::time::sleep(self.app.settings.events.pause) => {}
        }
        self.changes = self.changes.resubscribe();
        self.looks.reset();
        Due::Look
    }

    /// An event, if what she sees is not what she was last told of. An outage is no news.
    async fn look(&mut self) -> Option<Bytes> {
        let looking = call::within(Some(self.language), self.language, sync::state(&self.app, self.caller));
        let (state, circle) = match tokio::time::timeout(self.app.settings.deadline, Box::pin(looking)).await {
            Ok(Ok(seen)) => seen,
            Ok(Err(refusal)) => {
                tracing::warn!(code = refusal.code.as_str(), "events.not_looked");
                return None;
            }
            Err(_) => return None,
        };
        self.circle = circle;
        let state = state.to_string();
        if self.told.as_ref() == Some(&state) {
            return None;
        }
        let event = format!("id: {state}\nevent: changed\ndata: {{}}\n\n");
        self.told = Some(state);
        Some(Bytes::from(event))
    }

    /// Whether the session still stands, as far as the database says.
    async fn is_signed_in(&self) -> bool {
        let asked = sessions::stands(&self.app, self.caller);
        match tokio::time::timeout(self.app.settings.deadline, asked).await {
            Ok(Ok(stands)) => stands,
            Ok(Err(_)) | Err(_) => true,
        }
    }
}
