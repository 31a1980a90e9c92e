//! `reconnect dead-letters`: deliveries that killed their process five times. Ids and codes only.

use crate::cli::{DeadLettersAction, Which};
use crate::shell::{Done, Shell};
use crate::{master_key, open_store};
use domain::ids::DeliveryId;
use serde_json::json;
use std::io::Write;
use storage::Store;
use storage::dead_letters::{self, DeadLetter};
use uuid::Uuid;

pub async fn run(shell: Shell, action: DeadLettersAction) -> Done {
    let master = master_key::read(&shell.config.store.keys.master_key_file)?;
    let store = open_store::migrated(&shell, master).await?;
    match action {
        DeadLettersAction::List { json } => list(&store, json).await?,
        DeadLettersAction::Retry(which) => each(&store, &which, Way::Retry).await?,
        DeadLettersAction::Drop(which) => each(&store, &which, Way::Drop).await?,
    }
    Ok(store.close().await?)
}

#[derive(Clone, Copy)]
enum Way {
    Retry,
    Drop,
}

impl Way {
    const fn done(self) -> &'static str {
        match self {
            Self::Retry => "retried",
            Self::Drop => "dropped",
        }
    }
}

async fn list(store: &Store, as_json: bool) -> Done {
    let letters = dead_letters::list(store.read()).await?;
    let mut out = std::io::stdout().lock();
    for DeadLetter { delivery, notification } in &letters {
        let died = delivery.settled_at.map(|at| at.to_rfc3339());
        if as_json {
            let line = json!({
                "id": delivery.id, "job": notification.job, "channel": delivery.channel, "action": delivery.action,
                "crashes": delivery.crashes, "attempts": delivery.attempts, "died_at": died,
                "expires_at": notification.expires_at.to_rfc3339(),
            });
            writeln!(out, "{line}")?;
        } else {
            let (id, job, channel, died) =
                (delivery.id, &notification.job, &delivery.channel, died.unwrap_or_default());
            let expires = notification.expires_at.to_rfc3339();
            writeln!(
                out,
                "{id}  {job} by {channel}, killed {} processes, died {died}, of use until {expires}",
                delivery.crashes
            )?;
        }
    }
    if letters.is_empty() && !as_json {
        writeln!(out, "no dead letters")?;
    }
    Ok(())
}

async fn each(store: &Store, which: &Which, way: Way) -> Done {
    let ids: Vec<Uuid> = if which.all {
        dead_letters::list(store.read()).await?.iter().map(|letter| letter.delivery.id).collect()
    } else {
        which.ids.clone()
    };
    let mut unknown = Vec::new();
    for id in ids {
        let (tx, now) = (store.write().await?, store.clock.now());
        let was_one = match way {
            Way::Retry => dead_letters::retry(&tx, DeliveryId(id), now).await?,
            Way::Drop => dead_letters::drop(&tx, DeliveryId(id), now).await?,
        };
        tx.commit().await?;
        let mut out = std::io::stdout().lock();
        match (was_one, which.json) {
            (true, true) => writeln!(out, "{}", json!({ "id": id, "done": way.done() }))?,
            (true, false) => writeln!(out, "{id}  {}", way.done())?,
            (false, _) => unknown.push(id.to_string()),
        }
    }
    if unknown.is_empty() { Ok(()) } else { Err(format!("no dead letter: {}", unknown.join(", ")).into()) }
}
