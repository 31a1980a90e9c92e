//! APNs: HTTP/2 over TLS, checking requests in Apple's order before it answers as scripted.

use super::tls::Authority;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use domain::clock::Clock;
use h2::server::SendResponse;
use h2::{Reason, RecvStream};
use hyper::header::HeaderMap;
use hyper::{Method, Request, Response, StatusCode};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

pub const TOPIC: &str = "example.reconnect";
pub const TEAM_ID: &str = "TEAM123456";
pub const KEY_ID: &str = "KEY1234567";

/// What the next request gets. Without a script every good request is taken.
#[derive(Clone, Debug)]
pub enum Answer {
    Take,
    Refuse(u16, &'static str),
    /// As `Refuse`, asking to be left alone for so many seconds.
    RefuseFor(u16, &'static str, u64),
    /// 410, dead since.
    Gone(DateTime<Utc>),
    /// 410 without a timestamp.
    GoneWithoutTime,
    /// Not JSON.
    Garbage(u16),
    /// Takes it, after a while.
    Late(Duration),
    /// REFUSED_STREAM: not processed.
    RefuseStream,
    /// Takes it, and says that the connection takes no more.
    TakeAndGoAway,
    /// Processes it, and the connection breaks with every answer that is under way on it.
    Disconnect,
    /// Processes it and falls silent; the connection breaks when `hang_up` is called.
    ProcessOnly,
}

/// One request that passed the checks.
#[derive(Clone, Debug)]
pub struct Received {
    pub device_token: String,
    pub headers: HeaderMap,
    pub body: Value,
    /// Whether it was processed, as an actual push would have been.
    pub taken: bool,
    /// Over which connection it came, counted from 1.
    pub connection: usize,
    pub at: DateTime<Utc>,
    /// What it got, unless its connection broke first.
    pub answer: Answer,
}

impl Received {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

pub struct ApnsGateway {
    pub url: String,
    pub ca_pem: String,
    shared: Arc<Shared>,
}

struct Shared {
    clock: Arc<dyn Clock>,
    key: DecodingKey,
    script: Mutex<VecDeque<Answer>>,
    otherwise: Mutex<Answer>,
    ledger: Mutex<Vec<Received>>,
    /// Those whose signature held, with their time of issue: checking one costs more than the rest
    /// of a request in an unoptimized build.
    provider_tokens: Mutex<BTreeMap<String, DateTime<Utc>>>,
    connections: AtomicUsize,
    /// Those that broke.
    broken: Mutex<BTreeSet<usize>>,
    hang_up: CancellationToken,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    iat: i64,
}

impl ApnsGateway {
    /// Listens on a free port. `public_key_pem` is the counterpart of the provider's key.
    pub async fn start(public_key_pem: &str, clock: Arc<dyn Clock>) -> Self {
        let authority = Authority::new();
        let acceptor = TlsAcceptor::from(authority.server(&["h2"]));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("bind");
        let url = format!("https://localhost:{}", listener.local_addr().expect("address").port());
        let shared = Arc::new(Shared {
            clock,
            key: DecodingKey::from_ec_pem(public_key_pem.as_bytes()).expect("public key"),
            script: Mutex::default(),
            otherwise: Mutex::new(Answer::Take),
            ledger: Mutex::default(),
            provider_tokens: Mutex::default(),
            connections: AtomicUsize::new(0),
            broken: Mutex::default(),
            hang_up: CancellationToken::new(),
        });
        let serving = Arc::clone(&shared);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(serve(socket, acceptor.clone(), Arc::clone(&serving)));
            }
        });
        Self { url, ca_pem: authority.pem, shared }
    }

    /// What the next requests get, in order.
    pub fn script(&self, answers: impl IntoIterator<Item = Answer>) {
        self.shared.script.lock().expect("script").extend(answers);
    }

    /// What every request gets that no script has an answer for.
    pub fn otherwise(&self, answer: Answer) {
        *self.shared.otherwise.lock().expect("otherwise") = answer;
    }

    pub fn received(&self) -> Vec<Received> {
        self.shared.ledger.lock().expect("ledger").clone()
    }

    /// How many came so far, without a copy of each.
    pub fn count(&self) -> usize {
        self.shared.ledger.lock().expect("ledger").len()
    }

    /// Connections made so far.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// Provider tokens seen so far, each once.
    pub fn provider_tokens(&self) -> usize {
        self.shared.provider_tokens.lock().expect("tokens").len()
    }

    /// Connections that broke with answers under way.
    pub fn broken(&self) -> BTreeSet<usize> {
        self.shared.broken.lock().expect("broken").clone()
    }

    /// Breaks every connection.
    pub fn hang_up(&self) {
        self.shared.hang_up.cancel();
    }
}

async fn serve(socket: TcpStream, acceptor: TlsAcceptor, shared: Arc<Shared>) {
    let Ok(tls) = acceptor.accept(socket).await else { return };
    let number = shared.connections.fetch_add(1, Ordering::SeqCst) + 1;
    let Ok(mut connection) = h2::server::Builder::new().max_concurrent_streams(100).handshake(tls).await else {
        return;
    };
    loop {
        let accepted = tokio::select! {
            accepted = connection.accept() => accepted,
            () = shared.hang_up.cancelled() => {
                connection.abrupt_shutdown(Reason::NO_ERROR);
                // Flushes the GOAWAY, then drops the socket with its streams unanswered.
                let _ = tokio::time::timeout(Duration::from_millis(50), connection.accept()).await;
                return;
            }
        };
        let Some(Ok((request, mut respond))) = accepted else { return };
        let scripted = shared.script.lock().expect("script").pop_front();
        let answer = scripted.unwrap_or_else(|| shared.otherwise.lock().expect("otherwise").clone());
        match answer {
            Answer::RefuseStream => respond.send_reset(Reason::REFUSED_STREAM),
            answer => {
                if matches!(answer, Answer::TakeAndGoAway) {
                    connection.graceful_shutdown();
                }
                let breaks = matches!(answer, Answer::Disconnect);
                let handled = tokio::spawn(handle(request, respond, answer, number, Arc::clone(&shared)));
                if breaks {
                    shared.broken.lock().expect("broken").insert(number);
                    // What was sent is read to its end, so that it was processed.
                    tokio::select! {
                        _ = handled => {}
                        _ = std::future::poll_fn(|cx| connection.poll_closed(cx)) => {}
                    }
                    return;
                }
            }
        }
    }
}

async fn handle(
    request: Request<RecvStream>,
    mut respond: SendResponse<Bytes>,
    answer: Answer,
    connection: usize,
    shared: Arc<Shared>,
) {
    let (parts, mut stream) = request.into_parts();
    let mut body = Vec::new();
    while let Some(Ok(chunk)) = stream.data().await {
        let _ = stream.flow_control().release_capacity(chunk.len());
        body.extend_from_slice(&chunk);
    }
    let device_token = parts.uri.path().strip_prefix("/3/device/").unwrap_or_default().to_owned();
    let checked = match parts.method {
        Method::POST => shared.check(&device_token, &parts.headers, &body),
        _ => Err((405, "MethodNotAllowed")),
    };
    let parsed: Value = match checked {
        Ok(parsed) => parsed,
        Err((status, reason)) => return refuse(&mut respond, status, json!({ "reason": reason }), None),
    };
    let taken = matches!(
        answer,
        Answer::Take | Answer::Late(_) | Answer::TakeAndGoAway | Answer::Disconnect | Answer::ProcessOnly
    );
    let apns_id = parts.headers["apns-id"].clone();
    let received = Received {
        device_token,
        headers: parts.headers,
        body: parsed,
        taken,
        connection,
        at: shared.clock.now(),
        answer: answer.clone(),
    };
    shared.ledger.lock().expect("ledger").push(received);
    match answer {
        Answer::Refuse(status, reason) => refuse(&mut respond, status, json!({ "reason": reason }), None),
        Answer::RefuseFor(status, reason, after) => {
            refuse(&mut respond, status, json!({ "reason": reason }), Some(after));
        }
        Answer::Gone(since) => {
            let body = json!({ "reason": "Unregistered", "timestamp": since.timestamp_millis() });
            refuse(&mut respond, 410, body, None);
        }
        Answer::GoneWithoutTime => refuse(&mut respond, 410, json!({ "reason": "Unregistered" }), None),
        Answer::Garbage(status) => refuse(&mut respond, status, json!("<html>"), None),
        Answer::ProcessOnly => shared.hang_up.cancelled().await,
        Answer::Disconnect => {}
        Answer::Take | Answer::TakeAndGoAway | Answer::Late(_) | Answer::RefuseStream => {
            if let Answer::Late(wait) = answer {
                tokio::time::sleep(wait).await;
            }
            let mut response = Response::new(());
            response.headers_mut().insert("apns-id", apns_id);
            let _ = respond.send_response(response, true);
        }
    }
}

fn refuse(respond: &mut SendResponse<Bytes>, status: u16, body: Value, after: Option<u64>) {
    let mut response = Response::new(());
    *response.status_mut() = StatusCode::from_u16(status).expect("status");
    if let Some(seconds) = after {
        response.headers_mut().insert("retry-after", seconds.into());
    }
    if let Ok(mut stream) = respond.send_response(response, false) {
        let _ = stream.send_data(Bytes::from(body.to_string()), true);
    }
}

impl Shared {
    /// Apple's checks of a request by itself.
    fn check(&self, device_token: &str, headers: &HeaderMap, body: &[u8]) -> Result<Value, (u16, &'static str)> {
        let header = |name: &str| {
            let mut values = headers.get_all(name).iter();
            let first = values.next().and_then(|value| value.to_str().ok());
            if values.next().is_some() { Err((400, "DuplicateHeaders")) } else { Ok(first.unwrap_or_default()) }
        };
        self.check_provider_token(header("authorization")?)?;
        if device_token.is_empty() || !device_token.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err((400, "BadDeviceToken"));
        }
        if header("apns-topic")? != TOPIC {
            return Err((400, "BadTopic"));
        }
        if uuid::Uuid::parse_str(header("apns-id")?).is_err() {
            return Err((400, "BadMessageId"));
        }
        if !(1..=64).contains(&header("apns-collapse-id")?.len()) {
            return Err((400, "BadCollapseId"));
        }
        if header("apns-expiration")?.parse::<u32>().is_err() {
            return Err((400, "BadExpirationDate"));
        }
        if body.len() > 4096 {
            return Err((413, "PayloadTooLarge"));
        }
        let body: Value = serde_json::from_slice(body).map_err(|_| (400, "PayloadEmpty"))?;
        let visible = body["aps"].get("alert").is_some();
        match (header("apns-push-type")?, header("apns-priority")?) {
            ("alert", "10") if visible => Ok(body),
            ("background", "5") if !visible && body["aps"]["content-available"] == 1 => Ok(body),
            ("alert" | "background", _) => Err((400, "BadPriority")),
            _ => Err((400, "InvalidPushType")),
        }
    }

    fn check_provider_token(&self, authorization: &str) -> Result<(), (u16, &'static str)> {
        let token = authorization.strip_prefix("bearer ").ok_or((403, "MissingProviderToken"))?;
        let mut known = self.provider_tokens.lock().expect("tokens");
        let issued = match known.get(token) {
            Some(issued) => *issued,
            None => {
                let issued = self.issued(token).ok_or((403, "InvalidProviderToken"))?;
                known.insert(token.to_owned(), issued);
                issued
            }
        };
        if (self.clock.now() - issued).abs() > TimeDelta::hours(1) {
            return Err((403, "ExpiredProviderToken"));
        }
        Ok(())
    }

    /// When a token that is genuine was issued.
    fn issued(&self, token: &str) -> Option<DateTime<Utc>> {
        let mut validation = Validation::new(Algorithm::ES256);
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        let decoded = jsonwebtoken::decode::<Claims>(token, &self.key, &validation).ok()?;
        let ours = decoded.claims.iss == TEAM_ID && decoded.header.kid.as_deref() == Some(KEY_ID);
        DateTime::from_timestamp(decoded.claims.iat, 0).filter(|_| ours)
    }
}
