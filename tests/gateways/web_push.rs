//! A push service (RFC 8030) and the device that subscribed with it: it takes messages over TLS,
//! checks who signed them (RFC 8292), and opens them as the device would (RFC 8291).

use super::tls::Authority;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use domain::clock::Clock;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::HeaderMap;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use web_push_native::p256::SecretKey;
use web_push_native::p256::elliptic_curve::sec1::ToEncodedPoint;

pub const CONTACT: &str = "mailto:operations@reconnect.example";
/// The sender's key, made for these tests.
pub const KEY_PEM: &str = include_str!("keys/web_push.pem");

/// What the next message gets. Without a script every good one is taken.
#[derive(Clone, Copy, Debug)]
pub enum Answer {
    Refuse(u16),
    /// With `Retry-After`.
    RefuseFor(u16, &'static str),
    /// To another address.
    Redirect,
}

/// A message that was taken, as the device reads it.
#[derive(Clone, Debug)]
pub struct Received {
    pub path: String,
    pub ttl: String,
    pub urgency: String,
    pub topic: String,
    /// As it came, still sealed.
    pub sealed: Vec<u8>,
    /// The JSON and what pads it.
    pub text: String,
}

pub struct WebPushGateway {
    /// `https://localhost:PORT`.
    pub origin: String,
    pub ca_pem: String,
    shared: Arc<Shared>,
}

struct Shared {
    origin: String,
    clock: Arc<dyn Clock>,
    device: SecretKey,
    auth: [u8; 16],
    script: Mutex<VecDeque<Answer>>,
    ledger: Mutex<Vec<Received>>,
    tokens: Mutex<Vec<String>>,
    connections: AtomicUsize,
    refused: AtomicUsize,
}

#[derive(Deserialize)]
struct Claims {
    aud: String,
    exp: i64,
    sub: String,
}

impl WebPushGateway {
    pub async fn start(clock: Arc<dyn Clock>) -> Self {
        let authority = Authority::new();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("bind");
        let origin = format!("https://localhost:{}", listener.local_addr().expect("address").port());
        let shared = Arc::new(Shared {
            origin: origin.clone(),
            clock,
            device: SecretKey::from_slice(&[7; 32]).expect("a key"),
            auth: [9; 16],
            script: Mutex::default(),
            ledger: Mutex::default(),
            tokens: Mutex::default(),
            connections: AtomicUsize::new(0),
            refused: AtomicUsize::new(0),
        });
        let acceptor = TlsAcceptor::from(authority.server(&["h2", "http/1.1"]));
        let serving = Arc::clone(&shared);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                serving.connections.fetch_add(1, Ordering::SeqCst);
                let (acceptor, shared) = (acceptor.clone(), Arc::clone(&serving));
                tokio::spawn(async move {
                    let Ok(tls) = acceptor.accept(socket).await else { return };
                    let service = service_fn(move |request| {
                        let shared = Arc::clone(&shared);
                        async move { Ok::<_, Infallible>(shared.handle(request).await) }
                    });
                    let _ = auto::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(tls), service).await;
                });
            }
        });
        Self { origin, ca_pem: authority.pem, shared }
    }

    /// What a device that subscribed hands to the API.
    pub fn subscription(&self, name: &str) -> Value {
        json!({ "endpoint": format!("{}/wpush/{name}", self.origin), "keys": self.keys() })
    }

    /// The same as it is kept.
    pub fn token(&self, name: &str) -> String {
        let keys = self.keys();
        let endpoint = format!("{}/wpush/{name}", self.origin);
        json!({ "endpoint": endpoint, "p256dh": keys["p256dh"], "auth": keys["auth"] }).to_string()
    }

    pub fn keys(&self) -> Value {
        let public = self.shared.device.public_key().to_encoded_point(false);
        json!({ "p256dh": URL_SAFE_NO_PAD.encode(public.as_bytes()), "auth": URL_SAFE_NO_PAD.encode(self.shared.auth) })
    }

    /// The device's own key, for another program that opens what came.
    pub fn device_key(&self) -> ([u8; 32], [u8; 16]) {
        (self.shared.device.to_bytes().into(), self.shared.auth)
    }

    pub fn script(&self, answers: impl IntoIterator<Item = Answer>) {
        self.shared.script.lock().expect("script").extend(answers);
    }

    pub fn received(&self) -> Vec<Received> {
        self.shared.ledger.lock().expect("ledger").clone()
    }

    /// Every sender's token that was seen, in its order and once.
    pub fn tokens(&self) -> Vec<String> {
        self.shared.tokens.lock().expect("tokens").clone()
    }

    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// How many came that no push service would have taken.
    pub fn refused(&self) -> usize {
        self.shared.refused.load(Ordering::SeqCst)
    }
}

impl Shared {
    async fn handle(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
        let received = match self.read(&parts.method, parts.uri.path(), &parts.headers, &body) {
            Ok(received) => received,
            Err(status) => {
                self.refused.fetch_add(1, Ordering::SeqCst);
                return answer(status);
            }
        };
        let scripted = self.script.lock().expect("script").pop_front();
        match scripted {
            Some(Answer::Refuse(status)) => answer(status),
            Some(Answer::RefuseFor(status, after)) => with(answer(status), "retry-after", after),
            Some(Answer::Redirect) => with(answer(307), "location", &format!("{}/wpush/elsewhere", self.origin)),
            None => {
                self.ledger.lock().expect("ledger").push(received);
                with(answer(201), "location", &format!("{}/message/1", self.origin))
            }
        }
    }

    fn read(&self, method: &Method, path: &str, headers: &HeaderMap, body: &[u8]) -> Result<Received, u16> {
        let header = |name: &str| {
            let value = headers.get(name).and_then(|value| value.to_str().ok());
            value.map(str::to_owned).ok_or(400_u16)
        };
        if method != Method::POST || !path.starts_with("/wpush/") {
            return Err(404);
        }
        self.is_signed(&header("authorization")?)?;
        let (ttl, topic) = (header("ttl")?, header("topic")?);
        let of_base64url = topic.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        if header("content-encoding")? != "aes128gcm"
            || ttl.parse::<u32>().is_err()
            || topic.len() > 32
            || !of_base64url
        {
            return Err(400);
        }
        if body.len() > 4096 {
            return Err(413);
        }
        let opened = web_push_native::decrypt(body.to_vec(), &self.device, &self.auth.into()).map_err(|_| 400_u16)?;
        Ok(Received {
            path: path.to_owned(),
            ttl,
            urgency: header("urgency")?,
            topic,
            sealed: body.to_vec(),
            text: String::from_utf8(opened).map_err(|_| 400_u16)?,
        })
    }

    /// `vapid t=…, k=…` of the key that the subscription was made for, for this service, for a day at most.
    fn is_signed(&self, authorization: &str) -> Result<(), u16> {
        let parts = authorization.strip_prefix("vapid t=").and_then(|rest| rest.split_once(", k="));
        let (token, key) = parts.ok_or(401_u16)?;
        let expected = worker::transport::application_server_key(KEY_PEM).expect("a key");
        if key != expected {
            return Err(403);
        }
        let point = URL_SAFE_NO_PAD.decode(key).map_err(|_| 401_u16)?;
        let coordinate = |part: &[u8]| URL_SAFE_NO_PAD.encode(part);
        let key = DecodingKey::from_ec_components(&coordinate(&point[1..33]), &coordinate(&point[33..]));
        let mut validation = Validation::new(Algorithm::ES256);
        validation.validate_exp = false;
        validation.validate_aud = false;
        let claims =
            jsonwebtoken::decode::<Claims>(token, &key.expect("a key"), &validation).map_err(|_| 403_u16)?.claims;
        let left = DateTime::<Utc>::from_timestamp(claims.exp, 0).unwrap_or_default() - self.clock.now();
        let timely = left > TimeDelta::zero() && left <= TimeDelta::hours(24);
        if claims.aud != self.origin || claims.sub != CONTACT || !timely {
            return Err(403);
        }
        let mut tokens = self.tokens.lock().expect("tokens");
        if !tokens.iter().any(|seen| seen == token) {
            tokens.push(token.to_owned());
        }
        Ok(())
    }
}

fn answer(status: u16) -> Response<Full<Bytes>> {
    Response::builder().status(status).body(Full::default()).expect("response")
}

fn with(mut response: Response<Full<Bytes>>, name: &'static str, value: &str) -> Response<Full<Bytes>> {
    response.headers_mut().insert(name, value.parse().expect("header"));
    response
}
