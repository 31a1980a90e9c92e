//! Listening: what `up` and `serve` share.

use crate::config::Config;
use crate::config::channels::Push;
use crate::shell::{Done, Shell};
use crate::{metrics, transports};
use backend::{App, Settings};
use domain::push_subscriptions::TrustedServices;
use poem::Route;
use poem::listener::{Acceptor, Listener, TcpListener};
use std::sync::Arc;
use std::time::Duration;
use storage::Store;

/// A connection on which nothing is said for this long is closed, so that clients that went away do not pile up.
const IDLE: Duration = Duration::from_secs(90);

/// Serves the API until the shell wants to stop, then finishes what is under way.
///
/// # Errors
/// When the address cannot be listened on.
pub async fn serve(shell: &Shell, store: Store) -> Done {
    let server = &shell.config.server;
    let listener = TcpListener::bind(server.listen).into_acceptor().await;
    let acceptor =
        listener.map_err(|error| format!("server.listen: {} cannot be listened on: {error}", server.listen))?;
    for address in acceptor.local_addr().iter().filter_map(|address| address.as_socket_addr()) {
        tracing::info!(server.address = %address, "listening");
    }
    let app = App::new(store, settings(&shell.config)?);
    let ending = Arc::clone(&app);
    let told_to_end = shell.shutdown.clone();
    tokio::spawn(async move {
        told_to_end.cancelled().await;
        // They would be waited for as for any other call, and never come to an end.
        ending.end_streams();
    });
    let routes =
        Route::new().at("/metrics", metrics::endpoint(&shell.config.telemetry)).nest("/", backend::routes::routes(app));
    poem::Server::new_with_acceptor(acceptor)
        .idle_timeout(IDLE)
        .run_with_graceful_shutdown(routes, shell.shutdown.cancelled(), Some(server.drain))
        .await?;
    Ok(())
}

fn settings(config: &Config) -> Done<Settings> {
    let oldest_app = config.server.oldest_app.as_ref();
    Ok(Settings {
        body_limit: config.server.body_limit,
        public_url: config.server.public_url.clone(),
        min_app_version: oldest_app.map(|app| app.version),
        store_link: oldest_app.map(|app| app.store_url.to_string()),
        default_language: config.defaults.language,
        trusted_proxies: config.server.trusted_proxies.clone(),
        apps: config.server.apps.clone(),
        sign_in_per_minute: config.limits.sign_in_per_minute,
        requests_per_minute: config.limits.requests_per_minute,
        invitations_per_hour: config.limits.invitations_per_hour,
        exports_per_hour: config.limits.exports_per_hour,
        web_push_key: transports::web_push_key(&config.push)?,
        trusted_push_services: match &config.push {
            Push::Live(gateways) => gateways.web_push.as_ref().map(|it| it.trusted.clone()).unwrap_or_default(),
            Push::Files => TrustedServices::default(),
        },
        ..Settings::default()
    })
}
