//! `reconnect up`: everything in one process, with demo people on the first start. No other step, no
//! network, no key.

use crate::cli::Up;
use crate::shell::{Done, Shell};
use crate::system::ShiftedClock;
use crate::{demo, http, open_store, transports, work};
use std::sync::Arc;

pub async fn run(mut shell: Shell, options: Up) -> Done {
    if let Some(start) = options.clock {
        shell.clock = Arc::new(ShiftedClock::starting_at(start));
    }
    let transports = Arc::new(transports::open(&shell.config, Arc::clone(&shell.clock))?);
    if options.clock.is_some() && transports.is_live() {
        return Err("--clock is refused while mail or pushes are live: people would be told things at the wrong \
                    time; set push.transport and mail.transport to files"
            .into());
    }
    let store_settings = &shell.config.store;
    std::fs::create_dir_all(&store_settings.data_dir)
        .map_err(|error| format!("data.dir: {}: {error}", store_settings.data_dir.display()))?;
    let key_file = &store_settings.keys.master_key_file;
    let (master, made) = open_store::master_key(&shell).await?;
    if made {
        say(&format!(
            "made the master key {} (mode 0600): without it no text can be read again, so keep a copy of it apart \
             from the database",
            key_file.display()
        ));
    }
    let store = open_store::store(&shell, master).await?;
    storage::migrate(&store).await?;
    storage::ties::tie(&store).await?;
    storage::library::starter::install(store.read(), store.clock.now()).await?;
    for line in demo::settle_in(&shell, &store).await? {
        say(&line);
    }
    let data = store_settings.data_dir.display();
    if transports.is_live() {
        say("mail or pushes are live: they leave this machine");
    } else {
        say(&format!("mail goes to {data}/mail/*.eml and pushes to {data}/push/*.json; nothing leaves this machine"));
    }
    let address = shell.config.server.listen;
    say(&format!("API browser http://{address}/docs, document http://{address}/openapi.json"));
    let (served, ()) = tokio::join!(
        async {
            let served = http::serve(&shell, store.clone()).await;
            // Without the API there is nothing to work for.
            shell.shutdown.cancel();
            served
        },
        work::keep_working(&shell, store.clone(), transports)
    );
    served?;
    Ok(store.close().await?)
}

/// To the person at the terminal. Not the log: it is for her, and may name demo passwords.
#[expect(clippy::print_stdout, reason = "the first start speaks to a person")]
fn say(line: &str) {
    println!("{line}");
}
