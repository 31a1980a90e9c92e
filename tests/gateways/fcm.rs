//! FCM HTTP v1 and the OAuth token endpoint beside it.

use super::tls::Authority;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use domain::clock::Clock;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{BTreeSet, VecDeque};
use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

pub const PROJECT: &str = "reconnect-test";
pub const CLIENT_EMAIL: &str = "sender@reconnect-test.example";
const SERVICE_ACCOUNT_KEY: &str = include_str!("keys/service_account_rsa.pem");
const SERVICE_ACCOUNT_PUBLIC_KEY: &str = include_str!("keys/service_account_rsa.pub.pem");

/// What the next message gets. Without a script every good one is taken.
#[derive(Clone, Debug)]
pub enum Answer {
    Take,
    /// Status and FCM's own error code.
    Refuse(u16, &'static str),
    /// A Google error without FCM's detail.
    RefuseBare(u16),
    RefuseFor(u16, &'static str, &'static str),
}

/// What the next question for an access token gets.
#[derive(Clone, Copy, Debug)]
pub enum Grant {
    /// `invalid_grant`: the key was deleted, or the clocks disagree.
    Refuse,
    Unavailable,
}

pub struct FcmGateway {
    pub url: String,
    /// Set when it speaks TLS.
    pub ca_pem: Option<String>,
    shared: Arc<Shared>,
}

struct Shared {
    clock: Arc<dyn Clock>,
    token_url: String,
    key: DecodingKey,
    script: Mutex<VecDeque<Answer>>,
    grants: Mutex<VecDeque<Grant>>,
    granted: Mutex<BTreeSet<String>>,
    asked: AtomicUsize,
    ledger: Mutex<Vec<Value>>,
    answered: Mutex<Vec<Answered>>,
}

/// One message that passed the checks, when it came, and what it got.
#[derive(Clone, Debug)]
pub struct Answered {
    pub device_token: String,
    pub at: DateTime<Utc>,
    pub answer: Answer,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    scope: String,
    iat: i64,
    exp: i64,
}

impl FcmGateway {
    pub async fn plain(clock: Arc<dyn Clock>) -> Self {
        Self::start(clock, None).await
    }

    pub async fn over_tls(clock: Arc<dyn Clock>) -> Self {
        Self::start(clock, Some(Authority::new())).await
    }

    async fn start(clock: Arc<dyn Clock>, authority: Option<Authority>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("bind");
        let scheme = if authority.is_some() { "https" } else { "http" };
        let url = format!("{scheme}://localhost:{}", listener.local_addr().expect("address").port());
        let shared = Arc::new(Shared {
            clock,
            token_url: format!("{url}/token"),
            key: DecodingKey::from_rsa_pem(SERVICE_ACCOUNT_PUBLIC_KEY.as_bytes()).expect("public key"),
            script: Mutex::default(),
            grants: Mutex::default(),
            granted: Mutex::default(),
            asked: AtomicUsize::new(0),
            ledger: Mutex::default(),
            answered: Mutex::default(),
        });
        let acceptor = authority.as_ref().map(|it| TlsAcceptor::from(it.server(&["h2"])));
        let serving = Arc::clone(&shared);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (acceptor, shared) = (acceptor.clone(), Arc::clone(&serving));
                tokio::spawn(async move {
                    match acceptor {
                        None => serve(socket, false, shared).await,
                        Some(acceptor) => {
                            if let Ok(tls) = acceptor.accept(socket).await {
                                serve(tls, true, shared).await;
                            }
                        }
                    }
                });
            }
        });
        Self { url, ca_pem: authority.map(|it| it.pem), shared }
    }

    /// A service account's key file that asks for its tokens here.
    pub fn service_account(&self) -> String {
        json!({
            "type": "service_account",
            "project_id": PROJECT,
            "private_key_id": "1",
            "private_key": SERVICE_ACCOUNT_KEY,
            "client_email": CLIENT_EMAIL,
            "token_uri": self.shared.token_url,
        })
        .to_string()
    }

    pub fn script(&self, answers: impl IntoIterator<Item = Answer>) {
        self.shared.script.lock().expect("script").extend(answers);
    }

    /// Takes everything again.
    pub fn forget_script(&self) {
        self.shared.script.lock().expect("script").clear();
    }

    pub fn script_grants(&self, grants: impl IntoIterator<Item = Grant>) {
        self.shared.grants.lock().expect("grants").extend(grants);
    }

    /// The `message` of every request that passed the checks.
    pub fn received(&self) -> Vec<Value> {
        self.shared.ledger.lock().expect("ledger").clone()
    }

    /// Every message of [`FcmGateway::received`] with what it got.
    pub fn answered(&self) -> Vec<Answered> {
        self.shared.answered.lock().expect("answered").clone()
    }

    /// How many came so far, without a copy of each.
    pub fn count(&self) -> usize {
        self.shared.ledger.lock().expect("ledger").len()
    }

    /// How often an access token was asked for.
    pub fn asked(&self) -> usize {
        self.shared.asked.load(Ordering::SeqCst)
    }

    /// Forgets every access token, as when a key is rotated.
    pub fn revoke_tokens(&self) {
        self.shared.granted.lock().expect("granted").clear();
    }
}

async fn serve(io: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, http2: bool, shared: Arc<Shared>) {
    let service = service_fn(move |request| {
        let shared = Arc::clone(&shared);
        async move { Ok::<_, Infallible>(shared.handle(request).await) }
    });
    let io = TokioIo::new(io);
    if http2 {
        let _ = hyper::server::conn::http2::Builder::new(TokioExecutor::new()).serve_connection(io, service).await;
    } else {
        let _ = hyper::server::conn::http1::Builder::new().serve_connection(io, service).await;
    }
}

fn answer(status: u16, body: Value) -> Response<Full<Bytes>> {
    let response = Response::builder().status(status).header("content-type", "application/json");
    response.body(Full::from(body.to_string())).expect("response")
}

fn refusal(status: u16, code: Option<&str>) -> Value {
    let details: Vec<Value> = code
        .iter()
        .map(|code| json!({ "@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": code }))
        .collect();
    json!({ "error": { "code": status, "message": "no", "status": "ERROR", "details": details } })
}

impl Shared {
    async fn handle(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
        if parts.method != Method::POST {
            return answer(405, json!({}));
        }
        match parts.uri.path() {
            "/token" => self.grant(&body),
            path if path == format!("/v1/projects/{PROJECT}/messages:send") => {
                let bearer = parts.headers.get("authorization").and_then(|value| value.to_str().ok());
                self.take(bearer.unwrap_or_default(), &body)
            }
            _ => answer(404, refusal(404, None)),
        }
    }

    /// RFC 7523 as Google applies it.
    fn grant(&self, form: &[u8]) -> Response<Full<Bytes>> {
        let number = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
        match self.grants.lock().expect("grants").pop_front() {
            Some(Grant::Refuse) => return answer(400, json!({ "error": "invalid_grant" })),
            Some(Grant::Unavailable) => return answer(503, json!({})),
            None => {}
        }
        let form = std::str::from_utf8(form).unwrap_or_default();
        let Some(assertion) =
            form.strip_prefix("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=")
        else {
            return answer(400, json!({ "error": "unsupported_grant_type" }));
        };
        if !self.is_valid(assertion) {
            return answer(400, json!({ "error": "invalid_grant" }));
        }
        let token = format!("ya29.{number}");
        self.granted.lock().expect("granted").insert(format!("Bearer {token}"));
        answer(200, json!({ "access_token": token, "expires_in": 3599, "token_type": "Bearer" }))
    }

    fn is_valid(&self, assertion: &str) -> bool {
        let mut validation = Validation::new(Algorithm::RS256);
        validation.validate_exp = false;
        validation.validate_aud = false;
        let Ok(decoded) = jsonwebtoken::decode::<Claims>(assertion, &self.key, &validation) else { return false };
        let claims = decoded.claims;
        let issued = DateTime::<Utc>::from_timestamp(claims.iat, 0).unwrap_or_default();
        claims.iss == CLIENT_EMAIL
            && claims.aud == self.token_url
            && claims.scope == "https://www.googleapis.com/auth/firebase.messaging"
            && (1..=3600).contains(&(claims.exp - claims.iat))
            && (self.clock.now() - issued).abs() < TimeDelta::minutes(10)
    }

    fn take(&self, bearer: &str, body: &[u8]) -> Response<Full<Bytes>> {
        if !self.granted.lock().expect("granted").contains(bearer) {
            return answer(401, refusal(401, None));
        }
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let message = &body["message"];
        let strings = |value: &Value| value.as_object().is_some_and(|map| map.values().all(Value::is_string));
        if !message["token"].is_string() || !strings(&message["data"]) {
            return answer(400, refusal(400, Some("INVALID_ARGUMENT")));
        }
        let count = {
            let mut ledger = self.ledger.lock().expect("ledger");
            ledger.push(message.clone());
            ledger.len()
        };
        let scripted = self.script.lock().expect("script").pop_front().unwrap_or(Answer::Take);
        let device_token = message["token"].as_str().unwrap_or_default().to_owned();
        let answered = Answered { device_token, at: self.clock.now(), answer: scripted.clone() };
        self.answered.lock().expect("answered").push(answered);
        match scripted {
            Answer::Refuse(status, code) => answer(status, refusal(status, Some(code))),
            Answer::RefuseBare(status) => answer(status, refusal(status, None)),
            Answer::RefuseFor(status, code, after) => {
                let mut response = answer(status, refusal(status, Some(code)));
                response.headers_mut().insert("retry-after", after.parse().expect("header"));
                response
            }
            Answer::Take => answer(200, json!({ "name": format!("projects/{PROJECT}/messages/{count}") })),
        }
    }
}
