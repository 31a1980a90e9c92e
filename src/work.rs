//! `reconnect work`: plans and sends what is due; as many replicas as wanted.

use crate::shell::{Done, Shell};
use crate::{master_key, metrics, open_store, transports};
use chrono::TimeDelta;
use std::sync::Arc;
use storage::Store;
use worker::transport::Transports;
use worker::{DispatchSettings, Dispatcher, Planner};

pub async fn run(shell: Shell) -> Done {
    let master = master_key::read(&shell.config.store.keys.master_key_file)?;
    let transports = Arc::new(transports::open(&shell.config, Arc::clone(&shell.clock))?);
    let store = open_store::migrated(&shell, master).await?;
    #[cfg(debug_assertions)]
    arm_kill_point()?;
    tracing::info!("working");
    let working = async {
        keep_working(&shell, store.clone(), transports).await;
        Ok(())
    };
    tokio::try_join!(working, metrics::serve(&shell))?;
    Ok(store.close().await?)
}

/// Plans and sends until the shell wants to stop; what is under way is finished.
pub async fn keep_working(shell: &Shell, store: Store, transports: Arc<Transports>) {
    let settings = &shell.config.worker;
    let dispatch = DispatchSettings {
        batch: settings.batch,
        concurrency: settings.concurrency,
        lease: TimeDelta::from_std(settings.lease).unwrap_or(TimeDelta::minutes(5)),
        drain: shell.config.server.drain,
        public_url: shell.config.server.public_url.clone(),
    };
    let planner = Planner::new(store.clone());
    let dispatcher = Dispatcher::new(store.clone(), transports, dispatch);
    worker::run(store, planner, dispatcher, settings.poll, shell.shutdown.clone()).await;
}

/// `RECONNECT_KILL_AT` is for the kill test, which runs a build with debug assertions; no other reads it.
#[cfg(debug_assertions)]
fn arm_kill_point() -> Done {
    if let Ok(at) = std::env::var("RECONNECT_KILL_AT") {
        let at = at.parse().map_err(|error| format!("RECONNECT_KILL_AT: {error}"))?;
        worker::kill_point::arm(at);
    }
    Ok(())
}
