//! Traces of what is under way, to an OpenTelemetry collector (OTLP over HTTP): from a call to the push that came of it.
//! A span's fields are ids, operations, states and times, as in the logs.

use crate::config::running::Telemetry;
use crate::shell::Done;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{Sampler, SdkTracer, SdkTracerProvider};
use rustls::{ClientConfig, RootCertStore};
use std::sync::OnceLock;
use std::time::Duration;
use tokio::runtime::Handle;
use tracing::Subscriber;
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::registry::LookupSpan;

/// A collector that takes longer is away: what it was to have is dropped, and nobody waits for it.
const PATIENCE: Duration = Duration::from_secs(5);

static PROVIDER: OnceLock<SdkTracerProvider> = OnceLock::new();

/// The layer that turns spans into traces; none without a collector. Must be called inside the runtime, once.
///
/// # Errors
/// When no client can be made.
pub fn open<S>(telemetry: &Telemetry) -> Done<Option<OpenTelemetryLayer<S, SdkTracer>>>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let Some(endpoint) = &telemetry.traces_endpoint else { return Ok(None) };
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(Client::new()?)
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(format!("{}/v1/traces", endpoint.as_str().trim_end_matches('/')))
        .with_timeout(PATIENCE)
        .build()?;
    let kept = Sampler::TraceIdRatioBased(f64::from(telemetry.traces_percent) / 100.0);
    let provider = SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        // Who goes on with a trace keeps to what its beginning decided.
        .with_sampler(Sampler::ParentBased(Box::new(kept)))
        .with_resource(
            // Not the machine's environment: it may name whose machine it is.
            Resource::builder_empty()
                .with_service_name("reconnect")
                .with_attribute(opentelemetry::KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
                .build(),
        )
        .build();
    let tracer = provider.tracer("reconnect");
    PROVIDER.get_or_init(|| provider);
    Ok(Some(
        OpenTelemetryLayer::new(tracer)
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            .with_context_activation(false),
    ))
}

/// Sends what is left, as long as [`PATIENCE`].
pub async fn end() {
    let Some(provider) = PROVIDER.get() else { return };
    // It waits for a thread of its own, which waits for this runtime.
    let ended = tokio::task::spawn_blocking(|| provider.shutdown_with_timeout(PATIENCE)).await;
    if !matches!(ended, Ok(Ok(()))) {
        tracing::warn!("telemetry.traces_lost");
    }
}

/// Posts from the exporter's own thread, which is outside of any runtime.
#[derive(Debug)]
struct Client {
    http: reqwest::Client,
    runtime: Handle,
}

impl Client {
    fn new() -> Done<Self> {
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let tls = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            .build()?;
        Ok(Self { http, runtime: Handle::current() })
    }
}

#[async_trait::async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let http = self.http.clone();
        let sent = self.runtime.spawn(async move {
            let answer = http.execute(request.try_into()?).await?;
            let status = answer.status();
            let body = answer.bytes().await?;
            Ok::<_, HttpError>(Response::builder().status(status).body(body)?)
        });
        sent.await?
    }
}
