//! A mail server that can fail at every phase of the dialogue.

use super::tls::Authority;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

pub const USER: &str = "reconnect";
pub const PASSWORD: &str = "correct horse";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Greeting,
    Ehlo,
    StartTls,
    Auth,
    Mail,
    Rcpt,
    Data,
    /// The whole mail was received.
    AfterDot,
    Noop,
}

/// What happens instead of a good answer, once.
#[derive(Clone, Copy, Debug)]
pub enum Fault {
    Say(&'static str),
    HangUp,
    FallSilent,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    Plain,
    OffersStartTls,
    Implicit,
}

/// One mail that was received to its last dot, whatever was answered.
#[derive(Clone, Debug)]
pub struct Received {
    pub from: String,
    pub to: String,
    /// With dot-stuffing undone.
    pub data: Vec<u8>,
    pub encrypted: bool,
    pub signed_in: bool,
}

pub struct SmtpGateway {
    pub port: u16,
    pub ca_pem: String,
    shared: Arc<Shared>,
}

struct Shared {
    security: Security,
    acceptor: TlsAcceptor,
    faults: Mutex<VecDeque<(Phase, Fault)>>,
    ledger: Mutex<Vec<Received>>,
    connections: AtomicUsize,
    open: AtomicUsize,
    most_open: AtomicUsize,
}

enum End {
    Closed,
    UpgradeToTls,
}

impl SmtpGateway {
    pub async fn start(security: Security) -> Self {
        let authority = Authority::new();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("bind");
        let port = listener.local_addr().expect("address").port();
        let shared = Arc::new(Shared {
            security,
            acceptor: TlsAcceptor::from(authority.server(&[])),
            faults: Mutex::default(),
            ledger: Mutex::default(),
            connections: AtomicUsize::new(0),
            open: AtomicUsize::new(0),
            most_open: AtomicUsize::new(0),
        });
        let serving = Arc::clone(&shared);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let shared = Arc::clone(&serving);
                tokio::spawn(async move {
                    shared.connections.fetch_add(1, Ordering::SeqCst);
                    let open = shared.open.fetch_add(1, Ordering::SeqCst) + 1;
                    shared.most_open.fetch_max(open, Ordering::SeqCst);
                    shared.connection(socket).await;
                    shared.open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self { port, ca_pem: authority.pem, shared }
    }

    /// Faults in the order they happen, each at the next time its phase is reached.
    pub fn faults(&self, faults: impl IntoIterator<Item = (Phase, Fault)>) {
        self.shared.faults.lock().expect("faults").extend(faults);
    }

    pub fn received(&self) -> Vec<Received> {
        self.shared.ledger.lock().expect("ledger").clone()
    }

    /// How many there are in [`Self::received`].
    pub fn count(&self) -> usize {
        self.shared.ledger.lock().expect("ledger").len()
    }

    /// Connections made so far.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// Connections open at once, at most.
    pub fn most_open(&self) -> usize {
        self.shared.most_open.load(Ordering::SeqCst)
    }
}

impl Shared {
    async fn connection(&self, socket: TcpStream) {
        let _ = socket.set_nodelay(true);
        if self.security == Security::Implicit {
            if let Ok(mut tls) = self.acceptor.accept(socket).await {
                self.dialogue(&mut tls, true, true).await;
            }
            return;
        }
        let mut socket = socket;
        if let End::UpgradeToTls = self.dialogue(&mut socket, true, false).await
            && let Ok(mut tls) = self.acceptor.accept(socket).await
        {
            self.dialogue(&mut tls, false, true).await;
        }
    }

    fn fault(&self, phase: Phase) -> Option<Fault> {
        let mut faults = self.faults.lock().expect("faults");
        if faults.front().is_some_and(|(at, _)| *at == phase) {
            faults.pop_front().map(|(_, fault)| fault)
        } else {
            None
        }
    }

    async fn dialogue(&self, io: &mut (impl AsyncRead + AsyncWrite + Unpin), greet: bool, encrypted: bool) -> End {
        let mut io = BufReader::new(io);
        let (mut from, mut to, mut signed_in) = (String::new(), String::new(), false);
        if greet && !self.say(&mut io, Phase::Greeting, "220 stand-in ESMTP").await {
            return End::Closed;
        }
        let mut line = String::new();
        loop {
            line.clear();
            if !io.read_line(&mut line).await.is_ok_and(|read| read > 0) {
                return End::Closed;
            }
            let command = line.trim_end();
            let verb = command.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            let going_on = match verb.as_str() {
                "EHLO" => {
                    let extension =
                        if self.security == Security::OffersStartTls && !encrypted { "STARTTLS" } else { "8BITMIME" };
                    let answer = format!("250-stand-in\r\n250-{extension}\r\n250 AUTH PLAIN LOGIN");
                    self.say(&mut io, Phase::Ehlo, &answer).await
                }
                "STARTTLS" => {
                    if !self.say(&mut io, Phase::StartTls, "220 go ahead").await {
                        return End::Closed;
                    }
                    return End::UpgradeToTls;
                }
                "AUTH" => {
                    let expected = STANDARD.encode(format!("\0{USER}\0{PASSWORD}"));
                    signed_in = command == format!("AUTH PLAIN {expected}");
                    let answer = if signed_in { "235 welcome" } else { "535 5.7.8 no" };
                    self.say(&mut io, Phase::Auth, answer).await
                }
                "MAIL" => {
                    from = command["MAIL FROM:<".len()..].split('>').next().unwrap_or_default().to_owned();
                    self.say(&mut io, Phase::Mail, "250 ok").await
                }
                "RCPT" => {
                    to = command["RCPT TO:<".len()..].split('>').next().unwrap_or_default().to_owned();
                    self.say(&mut io, Phase::Rcpt, "250 ok").await
                }
                "DATA" => {
                    if let Some(fault) = self.fault(Phase::Data) {
                        self.commit(&mut io, fault).await
                    } else if !write(&mut io, "354 go on").await {
                        false
                    } else {
                        let data = read_data(&mut io).await;
                        let Some(data) = data else { return End::Closed };
                        let received = Received { from: from.clone(), to: to.clone(), data, encrypted, signed_in };
                        self.ledger.lock().expect("ledger").push(received);
                        self.say(&mut io, Phase::AfterDot, "250 taken").await
                    }
                }
                "NOOP" => self.say(&mut io, Phase::Noop, "250 ok").await,
                "QUIT" => {
                    write(&mut io, "221 bye").await;
                    false
                }
                _ => write(&mut io, "500 what?").await,
            };
            if !going_on {
                return End::Closed;
            }
        }
    }

    /// The scripted fault of this phase, or the good answer. Whether the dialogue goes on.
    async fn say(&self, io: &mut (impl AsyncWrite + AsyncRead + Unpin), phase: Phase, answer: &str) -> bool {
        match self.fault(phase) {
            Some(fault) => self.commit(io, fault).await,
            None => write(io, answer).await,
        }
    }

    async fn commit(&self, io: &mut (impl AsyncWrite + AsyncRead + Unpin), fault: Fault) -> bool {
        match fault {
            Fault::Say(answer) => write(io, answer).await,
            Fault::HangUp => false,
            Fault::FallSilent => {
                // Until the client has had enough.
                let mut rest = Vec::new();
                let _ = tokio::io::AsyncReadExt::read_to_end(io, &mut rest).await;
                false
            }
        }
    }
}

async fn write(io: &mut (impl AsyncWrite + Unpin), answer: &str) -> bool {
    io.write_all(format!("{answer}\r\n").as_bytes()).await.is_ok() && io.flush().await.is_ok()
}

async fn read_data(io: &mut (impl AsyncBufReadExt + Unpin)) -> Option<Vec<u8>> {
    let mut data = Vec::new();
    let mut line = Vec::new();
    loop {
        line.clear();
        if io.read_until(b'\n', &mut line).await.ok()? == 0 {
            return None;
        }
        match line.as_slice() {
            b".\r\n" => return Some(data),
            [b'.', rest @ ..] => data.extend_from_slice(rest),
            whole => data.extend_from_slice(whole),
        }
    }
}
