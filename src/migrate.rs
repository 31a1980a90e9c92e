//! `reconnect migrate`: brings the database to this version, and the library's starter set with it. Safe to run from
//! several machines at once.

use crate::open_store;
use crate::shell::{Done, Shell};

pub async fn run(shell: Shell) -> Done {
    let database = open_store::database(&shell.config).await?;
    match migrations::run(&database).await? {
        0 => tracing::info!("the database is at this version already, or at a later one"),
        run => tracing::info!(migrations.run = run, "the database is at this version now"),
    }
    match storage::library::starter::install(&database, shell.clock.now()).await? {
        0 => {}
        published => tracing::info!(entries = published, "the library's starter set is at this version now"),
    }
    Ok(database.close().await?)
}
