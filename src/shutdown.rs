//! SIGTERM and Ctrl-C: the first asks to drain, the second ends at once.

use std::io;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// A token that is cancelled by the first SIGTERM or SIGINT. Listening starts before this returns.
///
/// # Errors
/// When the handlers cannot be installed.
pub fn listen() -> io::Result<CancellationToken> {
    let mut signals = [
        (signal(SignalKind::terminate())?, SignalKind::terminate()),
        (signal(SignalKind::interrupt())?, SignalKind::interrupt()),
    ];
    let token = CancellationToken::new();
    let draining = token.clone();
    tokio::spawn(async move {
        next(&mut signals).await;
        tracing::info!("draining; a second signal ends at once");
        draining.cancel();
        let second = next(&mut signals).await;
        tracing::warn!("ended before draining was done");
        std::process::exit(128 + second.as_raw_value());
    });
    Ok(token)
}

async fn next([(one, kind), (other, other_kind)]: &mut [(Signal, SignalKind); 2]) -> SignalKind {
    tokio::select! {
        _ = one.recv() => *kind,
        _ = other.recv() => *other_kind,
    }
}
