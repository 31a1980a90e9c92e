//! `/metrics`: what the process counts, in Prometheus's text format. Numbers say something about people too where
//! they are few, so only the networks of `telemetry.metrics_networks` are answered; for all others it is not there.

use crate::config::running::Telemetry;
use crate::shell::Shell;
use ipnet::IpNet;
use poem::endpoint::make_sync;
use poem::http::{StatusCode, header};
use poem::listener::TcpListener;
use poem::{Endpoint, Request, Response, Route};
use prometheus::{Encoder, TextEncoder};

/// Answers with everything registered in this process.
pub fn endpoint(telemetry: &Telemetry) -> impl Endpoint<Output = Response> + 'static {
    backend::meters::register();
    worker::meters::register();
    let networks = telemetry.metrics_networks.clone();
    make_sync(move |request: Request| if is_from(&request, &networks) { page() } else { nothing() })
}

/// The peer itself, with nobody between: a proxy on this machine speaks for the whole world.
fn is_from(request: &Request, networks: &[IpNet]) -> bool {
    let passed_on = ["x-forwarded-for", "forwarded", "via"].iter().any(|name| request.headers().contains_key(*name));
    let peer = request.remote_addr().as_socket_addr().map(|peer| peer.ip().to_canonical());
    !passed_on && peer.is_some_and(|peer| networks.iter().any(|network| network.contains(&peer)))
}

fn page() -> Response {
    let encoder = TextEncoder::new();
    let mut text = Vec::new();
    match encoder.encode(&prometheus::gather(), &mut text) {
        Ok(()) => Response::builder()
            .header(header::CONTENT_TYPE, encoder.format_type())
            .header(header::CACHE_CONTROL, "no-store")
            .body(text),
        Err(error) => {
            tracing::error!(error = %error, "metrics.failed");
            Response::builder().status(StatusCode::INTERNAL_SERVER_ERROR).finish()
        }
    }
}

fn nothing() -> Response {
    Response::builder().status(StatusCode::NOT_FOUND).finish()
}

/// Serves the page alone, for a worker that has no API beside it.
///
/// # Errors
/// When the address cannot be listened on.
pub async fn serve(shell: &Shell) -> crate::shell::Done {
    let telemetry = &shell.config.telemetry;
    let Some(address) = telemetry.metrics_listen else {
        shell.shutdown.cancelled().await;
        return Ok(());
    };
    let routes = Route::new().at("/metrics", endpoint(telemetry));
    tracing::info!(metrics.address = %address, "metrics");
    poem::Server::new(TcpListener::bind(address))
        .run_with_graceful_shutdown(routes, shell.shutdown.cancelled(), Some(shell.config.server.drain))
        .await
        .map_err(|error| format!("telemetry.metrics_listen: {address} cannot be listened on: {error}").into())
}
