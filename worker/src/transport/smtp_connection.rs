//! One connection to the mail server: lettre's dialogue over a socket of ours, command by command, so
//! that the phase in which something failed is known.

use super::http::is_loopback;
use super::letter::Letter;
use super::outcome::{Outcome, Reason};
use super::settings::{SettingsError, SmtpSettings, SmtpTls};
use super::tls;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Noop, Quit, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::transport::smtp::response::Severity;
use rustls::pki_types::ServerName;
use secrecy::{ExposeSecret, SecretString};
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// How to reach the server, checked once.
pub(super) struct Dialler {
    host: String,
    port: u16,
    security: Security,
    sign_in: Option<(String, SecretString)>,
    hello: ClientId,
    timeout: Duration,
}

enum Security {
    Plain,
    StartTls(TlsParameters),
    Implicit(TlsConnector, ServerName<'static>),
}

/// Where in the dialogue a mail is: what a refusal means depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Greeting, EHLO and STARTTLS.
    Opening,
    SignIn,
    Sender,
    Recipient,
    Data,
    /// After the last dot: without an answer nobody knows whether the mail was taken.
    AfterDot,
}

pub(super) struct Connection {
    smtp: AsyncSmtpConnection,
    timeout: Duration,
}

/// A mail that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) outcome: Outcome,
    /// The connection was found dead before the mail had begun: another may do.
    pub(super) stale: bool,
}

impl std::fmt::Debug for Dialler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dialler").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}

impl Dialler {
    pub(super) fn new(settings: &SmtpSettings) -> Result<Self, SettingsError> {
        const HOST: &str = "smtp.host";
        const CA: &str = "smtp.extra_ca_pem";
        let extra_ca = settings.extra_ca_pem.as_deref();
        let security = match settings.tls {
            SmtpTls::Plain if is_loopback(&settings.host) => Security::Plain,
            SmtpTls::Plain => {
                return Err(SettingsError::new(
                    "smtp.tls",
                    "none is for this machine only; expected starttls or implicit",
                ));
            }
            SmtpTls::Implicit => {
                let name = ServerName::try_from(settings.host.clone())
                    .map_err(|_| SettingsError::new(HOST, "is neither a host name nor an address"))?;
                Security::Implicit(TlsConnector::from(Arc::new(tls::client_config(extra_ca, CA)?)), name)
            }
            SmtpTls::StartTls => {
                // Reads the CA as the others do, so that a bad one is named the same way.
                tls::client_config(extra_ca, CA)?;
                let mut builder = TlsParameters::builder(settings.host.clone());
                if let Some(pem) = extra_ca {
                    let certificate = Certificate::from_pem(pem.as_bytes())
                        .map_err(|_| SettingsError::new(CA, "holds something that is not a CA certificate in PEM"))?;
                    builder = builder.add_root_certificate(certificate);
                }
                let parameters = builder.build_rustls();
                Security::StartTls(parameters.map_err(|_| SettingsError::new(HOST, "TLS cannot be set up for it"))?)
            }
        };
        let domain = settings.from.address.rsplit('@').next().unwrap_or_default().to_owned();
        Ok(Self {
            host: settings.host.clone(),
            port: settings.port,
            security,
            sign_in: settings.sign_in.as_ref().map(|it| (it.user.clone(), it.password.clone())),
            hello: ClientId::Domain(domain),
            timeout: settings.timeout,
        })
    }

    /// Connects, greets, protects and signs in.
    pub(super) async fn open(&self) -> Result<Connection, Outcome> {
        let smtp = within(self.timeout, Phase::Opening, self.greet()).await?;
        let mut connection = Connection { smtp, timeout: self.timeout };
        if let Some((user, password)) = &self.sign_in {
            let credentials = Credentials::new(user.clone(), password.expose_secret().to_owned());
            let signing_in = async {
                let answer = connection.smtp.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await;
                answer.map(|_| ()).map_err(|error| refused(Phase::SignIn, &error))
            };
            within(self.timeout, Phase::SignIn, signing_in).await?;
        }
        Ok(connection)
    }

    async fn greet(&self) -> Result<AsyncSmtpConnection, Outcome> {
        let unreachable = |error: io::Error| match tls::is_untrusted(&error) {
            true => Outcome::misconfigured(Reason::CertificateUntrusted),
            false => Outcome::retry(Reason::ConnectionFailed),
        };
        let socket = TcpStream::connect((self.host.as_str(), self.port)).await.map_err(unreachable)?;
        // The last dot is a write of its own: without this it waits for the ACK of the one before.
        socket.set_nodelay(true).map_err(unreachable)?;
        let opened =
            |answer: Result<_, lettre::transport::smtp::Error>| answer.map_err(|error| refused(Phase::Opening, &error));
        match &self.security {
            Security::Plain => opened(AsyncSmtpConnection::connect_with_transport(Box::new(socket), &self.hello).await),
            Security::Implicit(connector, name) => {
                let stream = connector.connect(name.clone(), socket).await.map_err(unreachable)?;
                let stream = Box::new(Protected(stream));
                opened(AsyncSmtpConnection::connect_with_transport(stream, &self.hello).await)
            }
            Security::StartTls(parameters) => {
                let mut smtp =
                    opened(AsyncSmtpConnection::connect_with_transport(Box::new(socket), &self.hello).await)?;
                if !smtp.can_starttls() {
                    return Err(Outcome::misconfigured(Reason::TlsNotOffered));
                }
                smtp.starttls(parameters.clone(), &self.hello)
                    .await
                    .map_err(|error| refused(Phase::Opening, &error))?;
                Ok(smtp)
            }
        }
    }
}

impl Connection {
    /// Hands one letter over.
    pub(super) async fn deliver(&mut self, letter: &Letter) -> Result<(), Refusal> {
        let mut parameters = Vec::new();
        let addresses: [&str; 2] = [letter.to.as_ref(), letter.from.as_ref()];
        if !addresses.iter().all(|address| address.is_ascii()) {
            if !self.smtp.server_info().supports_feature(Extension::SmtpUtfEight) {
                return Err(Refusal { outcome: Outcome::give_up(Reason::MailboxRefused), stale: false });
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        self.say(Phase::Sender, Mail::new(Some(letter.from.clone()), parameters)).await?;
        self.say(Phase::Recipient, Rcpt::new(letter.to.clone(), Vec::new())).await?;
        self.say(Phase::Data, Data).await?;
        let patience = self.timeout * 4;
        let handing_over = async {
            let answer = self.smtp.message(&letter.bytes).await;
            answer.map(|_| ()).map_err(|error| refused(Phase::AfterDot, &error))
        };
        within(patience, Phase::AfterDot, handing_over).await.map_err(|outcome| Refusal { outcome, stale: false })
    }

    async fn say(&mut self, phase: Phase, command: impl std::fmt::Display) -> Result<(), Refusal> {
        let mut stale = false;
        let saying = async {
            let answer = self.smtp.command(command).await;
            answer.map(|_| ()).map_err(|error| {
                // Closed since the last mail, or 421 ("closing") in answer to the first command.
                let closing = error.status().is_none_or(|code| u16::from(code) == 421);
                stale = phase == Phase::Sender && closing;
                refused(phase, &error)
            })
        };
        let said = within(self.timeout, phase, saying).await;
        said.map_err(|outcome| Refusal { outcome, stale })
    }

    /// Whether the server still answers.
    pub(super) async fn is_alive(&mut self) -> bool {
        matches!(tokio::time::timeout(self.timeout, self.smtp.command(Noop)).await, Ok(Ok(_)))
    }

    /// Says goodbye; the answer does not matter.
    pub(super) async fn close(mut self) {
        let _ = tokio::time::timeout(Duration::from_secs(2), self.smtp.command(Quit)).await;
    }
}

/// Bounds a step of the dialogue.
async fn within<T>(
    limit: Duration,
    phase: Phase,
    step: impl Future<Output = Result<T, Outcome>>,
) -> Result<T, Outcome> {
    match tokio::time::timeout(limit, step).await {
        Ok(done) => done,
        Err(_) if phase == Phase::AfterDot => Err(Outcome::retry(Reason::OutcomeUnknown)),
        Err(_) => Err(Outcome::retry(Reason::TimedOut)),
    }
}

fn refused(phase: Phase, error: &lettre::transport::smtp::Error) -> Outcome {
    let Some(code) = error.status() else {
        return match phase {
            _ if tls::is_untrusted(error) => Outcome::misconfigured(Reason::CertificateUntrusted),
            // lettre's own refusal, before anything was said: no sign-in method in common.
            Phase::SignIn if error.is_client() => Outcome::misconfigured(Reason::SignInRefused),
            Phase::Opening => Outcome::retry(Reason::ConnectionFailed),
            Phase::AfterDot => Outcome::retry(Reason::OutcomeUnknown),
            Phase::SignIn | Phase::Sender | Phase::Recipient | Phase::Data => Outcome::retry(Reason::ConnectionLost),
        };
    };
    if code.severity == Severity::TransientNegativeCompletion {
        return Outcome::retry(Reason::TryLater);
    }
    match (u16::from(code), phase) {
        // Authentication required, or too weak, whenever it is said (RFC 4954 §6).
        (530 | 534 | 535 | 538, _) | (_, Phase::SignIn) => Outcome::misconfigured(Reason::SignInRefused),
        (_, Phase::Opening | Phase::Sender) => Outcome::misconfigured(Reason::SenderRefused),
        (_, Phase::Recipient) => Outcome::give_up(Reason::MailboxRefused),
        (_, Phase::Data | Phase::AfterDot) => Outcome::give_up(Reason::MessageRefused),
    }
}

/// A TLS stream as lettre takes it.
#[derive(Debug)]
struct Protected(TlsStream<TcpStream>);

impl AsyncTokioStream for Protected {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.get_ref().0.peer_addr()
    }
}

impl AsyncRead for Protected {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for Protected {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
