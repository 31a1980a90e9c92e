//! An OpenTelemetry collector (OTLP over HTTP): it keeps the spans that it is sent.

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use prost::Message as _;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

/// A span as it came.
#[derive(Clone, Debug)]
pub struct Span {
    pub name: String,
    /// 16 bytes, in hex; of its beginning, however many processes it went through.
    pub trace: String,
    pub id: String,
    /// Empty: the beginning of its trace.
    pub parent: String,
    pub attributes: BTreeMap<String, String>,
    pub events: Vec<String>,
}

pub struct Collector {
    /// What `telemetry.traces_endpoint` takes.
    pub endpoint: String,
    spans: Arc<Mutex<Vec<Span>>>,
}

impl Collector {
    pub async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let spans = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&spans);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let kept = Arc::clone(&kept);
                tokio::spawn(async move {
                    let service = service_fn(|request| take(request, &kept));
                    let io = TokioIo::new(stream);
                    // A connection that breaks off has said what it had to say.
                    let _ = hyper::server::conn::http1::Builder::new().serve_connection(io, service).await;
                });
            }
        });
        Self { endpoint, spans }
    }

    /// Everything that has come so far.
    pub fn spans(&self) -> Vec<Span> {
        self.spans.lock().expect("not poisoned").clone()
    }
}

async fn take(request: Request<Incoming>, kept: &Mutex<Vec<Span>>) -> Result<Response<Full<Bytes>>, Infallible> {
    assert_eq!(request.uri().path(), "/v1/traces");
    assert_eq!(request.headers().get("content-type").map(|it| it.as_bytes()), Some(&b"application/x-protobuf"[..]));
    let body = request.into_body().collect().await.expect("a body").to_bytes();
    let sent = ExportTraceServiceRequest::decode(body).expect("spans");
    let spans = sent.resource_spans.into_iter().flat_map(|it| it.scope_spans).flat_map(|it| it.spans);
    kept.lock().expect("not poisoned").extend(spans.map(|span| Span {
        name: span.name,
        trace: hex::encode(span.trace_id),
        id: hex::encode(span.span_id),
        parent: hex::encode(span.parent_span_id),
        attributes: span.attributes.into_iter().map(|it| (it.key, said(it.value.and_then(|it| it.value)))).collect(),
        events: span.events.iter().map(|event| format!("{event:?}")).collect(),
    }));
    Ok(Response::new(Full::default()))
}

fn said(value: Option<Value>) -> String {
    match value {
        Some(Value::StringValue(text)) => text,
        Some(Value::IntValue(number)) => number.to_string(),
        Some(Value::BoolValue(yes)) => yes.to_string(),
        other => format!("{other:?}"),
    }
}
