//! Mail: what is in a letter, and how it is handed over when all goes well.
use super::*;
use crate::gateways::smtp::{PASSWORD, Security, SmtpGateway, USER};
use futures::future::join_all;
use jsonwebtoken::DecodingKey;
use mail_parser::MessageParser;
use std::time::{Duration, Instant};
use worker::transport::Transports;
use worker::transport::settings::{
    DkimKey, DkimSettings, MailFrom, SmtpSettings, SmtpSignIn, SmtpTls, TransportSettings,
};

const DKIM_KEY: &str = include_str!("../gateways/keys/dkim_rsa.pem");
const DKIM_PUBLIC_KEY: &str = include_str!("../gateways/keys/dkim_rsa.pub.pem");

pub fn settings(gateway: &SmtpGateway, tls: SmtpTls) -> SmtpSettings {
    SmtpSettings {
        host: "localhost".to_owned(),
        port: gateway.port,
        tls,
        sign_in: None,
        connections: 4,
        timeout: Duration::from_secs(5),
        from: MailFrom { address: "post@reconnect.example".to_owned(), name: "Reconnect".to_owned() },
        dkim: None,
        extra_ca_pem: Some(gateway.ca_pem.clone()),
    }
}

pub fn transports(settings: SmtpSettings, clock: Arc<dyn Clock>) -> Transports {
    let settings = TransportSettings { smtp: Some(settings), ..TransportSettings::default() };
    Transports::live(&settings, clock).expect("settings")
}

fn sign_in(password: &str) -> Option<SmtpSignIn> {
    Some(SmtpSignIn { user: USER.to_owned(), password: SecretString::from(password) })
}

#[tokio::test]
async fn a_letter_has_every_header_that_is_acted_on_and_its_text_first() {
    let gateway = SmtpGateway::start(Security::Plain).await;
    let transports = transports(settings(&gateway, SmtpTls::Plain), clock().1);
    let order = mail(7);
    let message_id = format!("{}@reconnect.example", order.delivery_id);
    assert_eq!(transports.mail(&order).await, Outcome::Sent { receipt: Some(format!("<{message_id}>")) });

    let received = gateway.received();
    assert_eq!((received[0].from.as_str(), received[0].to.as_str()), ("post@reconnect.example", "kari@example.org"));
    let parsed = MessageParser::default().parse(&received[0].data).expect("a mail");
    let raw = |name: &str| parsed.header_raw(name).expect("header").trim().to_owned();
    assert_eq!(parsed.message_id(), Some(message_id.as_str()));
    assert_eq!(parsed.subject(), Some("Dagens samling på ett sted"));
    assert_eq!(parsed.date().expect("date").to_timestamp(), noon().timestamp());
    assert_eq!(raw("Auto-Submitted"), "auto-generated");
    assert_eq!(raw("Content-Language"), "nb");
    assert_eq!(raw("List-Unsubscribe"), format!("<{}>", order.unsubscribe_url));
    assert_eq!(raw("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    assert_eq!(raw("To"), "kari@example.org");
    assert_eq!(raw("From"), "Reconnect <post@reconnect.example>");
    assert!(raw("Content-Type").starts_with("multipart/alternative"));

    let parts: Vec<_> = parsed.parts.iter().skip(1).map(|part| part.text_contents().expect("text")).collect();
    assert_eq!(parts.len(), 2);
    assert_eq!(parts[0].replace("\r\n", "\n"), order.text);
    assert_eq!(parts[1].replace("\r\n", "\n"), order.html);
    assert!(received[0].data.is_ascii(), "no relay has cause to encode it anew");
}

#[tokio::test]
async fn the_same_order_is_the_same_bytes_and_another_is_not() {
    let gateway = SmtpGateway::start(Security::Plain).await;
    let transports = transports(settings(&gateway, SmtpTls::Plain), clock().1);
    for n in [1, 1, 2] {
        assert!(is_sent(&transports.mail(&mail(n)).await));
    }
    let received = gateway.received();
    assert_eq!(received[0].data, received[1].data);
    assert_ne!(received[0].data, received[2].data);
    assert_eq!(gateway.connections(), 1, "the connection is kept");
}

#[tokio::test]
async fn an_rsa_signature_holds_and_covers_the_unsubscribe_headers() {
    let key = DecodingKey::from_rsa_pem(DKIM_PUBLIC_KEY.as_bytes()).expect("public key");
    let signed = signed_mail(DkimKey::Rsa(SecretString::from(DKIM_KEY))).await;
    signature_holds(&signed, &key);
}

#[tokio::test]
async fn an_ed25519_signature_holds_and_covers_the_unsubscribe_headers() {
    // RFC 8463, appendix A.2.
    let seed = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
    let key = DecodingKey::from_ed_components("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").expect("public key");
    let signed = signed_mail(DkimKey::Ed25519(SecretString::from(seed))).await;
    signature_holds(&signed, &key);
}

async fn signed_mail(key: DkimKey) -> Vec<u8> {
    let gateway = SmtpGateway::start(Security::Plain).await;
    let dkim = DkimSettings { selector: "2026".to_owned(), domain: "reconnect.example".to_owned(), key };
    let settings = SmtpSettings { dkim: Some(dkim), ..settings(&gateway, SmtpTls::Plain) };
    assert!(is_sent(&transports(settings, clock().1).mail(&mail(1)).await));
    gateway.received().remove(0).data
}

fn signature_holds(mail: &[u8], key: &DecodingKey) {
    assert!(mail_signature::holds(mail, key));
    let tags = mail_signature::tags(mail);
    assert_eq!((tags["d"].as_str(), tags["s"].as_str()), ("reconnect.example", "2026"));
    let covered: Vec<_> = tags["h"].split(':').collect();
    let (fields, _) = mail_signature::split(mail);
    for field in
        fields.iter().filter(|field| !field.starts_with("DKIM-Signature") && !field.starts_with("Content-Transfer"))
    {
        let name = field.split(':').next().expect("name").to_lowercase();
        assert!(covered.contains(&name.as_str()), "{name} is not covered");
    }
    let text = String::from_utf8(mail.to_vec()).expect("ASCII");
    for (from, to) in [
        ("One-Click", "Two-Clicks"),
        ("unsubscribe/6d1f", "unsubscribe/0000"),
        ("multipart/alternative", "multipart/mixed"),
        ("linjer", "sider"),
    ] {
        assert!(!mail_signature::holds(text.replacen(from, to, 1).as_bytes(), key), "{from} can be changed unseen");
    }
}

#[tokio::test]
async fn starttls_and_implicit_tls_protect_the_sign_in() {
    for (security, tls) in [(Security::OffersStartTls, SmtpTls::StartTls), (Security::Implicit, SmtpTls::Implicit)] {
        let gateway = SmtpGateway::start(security).await;
        let with = SmtpSettings { sign_in: sign_in(PASSWORD), ..settings(&gateway, tls) };
        let transports = transports(with, clock().1);
        assert!(is_sent(&transports.mail(&mail(1)).await), "{security:?}");
        assert!(is_sent(&transports.mail(&mail(2)).await), "{security:?}");
        assert!(gateway.received().iter().all(|it| it.encrypted && it.signed_in));
        assert_eq!(gateway.connections(), 1);
        let findings = transports.check().await;
        assert!(findings[0].well, "{findings:?}");
    }
}

#[tokio::test]
async fn no_more_mails_are_under_way_than_connections_allowed() {
    let gateway = SmtpGateway::start(Security::Plain).await;
    let transports = transports(settings(&gateway, SmtpTls::Plain), clock().1);
    let orders: Vec<_> = (0..200).map(mail).collect();
    let outcomes = join_all(orders.iter().map(|order| transports.mail(order))).await;
    assert!(outcomes.iter().all(is_sent));
    assert_eq!(gateway.received().len(), 200);
    assert_eq!((gateway.connections(), gateway.most_open()), (4, 4));
}

#[tokio::test]
async fn the_last_dot_does_not_wait_for_an_acknowledgement() {
    let gateway = SmtpGateway::start(Security::Plain).await;
    let transports = transports(settings(&gateway, SmtpTls::Plain), clock().1);
    let mut fastest = Duration::MAX;
    for n in 0..60 {
        let started = Instant::now();
        assert!(is_sent(&transports.mail(&mail(n)).await));
        // A young connection is acknowledged at once; later each mail would wait some 40 ms.
        if n >= 30 {
            fastest = fastest.min(started.elapsed());
        }
    }
    assert!(fastest < Duration::from_millis(35), "the fastest took {fastest:?}");
}

#[tokio::test]
async fn a_line_break_in_a_header_is_refused() {
    let gateway = SmtpGateway::start(Security::Plain).await;
    let transports = transports(settings(&gateway, SmtpTls::Plain), clock().1);
    let url = |url: &str| MailOrder { unsubscribe_url: url.to_owned(), ..mail(1) };
    let to = |to: &str| MailOrder { to: SecretString::from(to), ..mail(1) };
    let subject = |subject: &str| MailOrder { subject: subject.to_owned(), ..mail(1) };
    for (order, reason) in [
        (subject("Dagens samling\r\nBcc: all@example.org"), Reason::UnsafeHeader),
        (subject("Dagens samling\nBcc: all@example.org"), Reason::UnsafeHeader),
        (subject("Dagens samling\rBcc: all@example.org"), Reason::UnsafeHeader),
        (subject(&"lang ".repeat(200)), Reason::UnsafeHeader),
        (to("kari@example.org\r\nBcc: all@example.org"), Reason::UnsafeHeader),
        (to("kari@example.org>\nRCPT TO:<all@example.org"), Reason::UnsafeHeader),
        (to("kari at example.org"), Reason::InvalidAddress),
        (url("https://reconnect.example/u\r\nBcc: all@example.org"), Reason::UnsafeHeader),
        (url("https://reconnect.example/u>, <mailto:all@example.org"), Reason::UnsafeHeader),
        (url("https://reconnect.example/u "), Reason::UnsafeHeader),
        (url("http://reconnect.example/u"), Reason::UnsafeHeader),
        (url("mailto:stop@reconnect.example"), Reason::UnsafeHeader),
    ] {
        assert_eq!(transports.mail(&order).await, Outcome::GiveUp { reason });
    }
    assert_eq!(gateway.connections(), 0);
}

#[tokio::test]
async fn an_address_outside_ascii_needs_a_server_that_takes_it() {
    let gateway = SmtpGateway::start(Security::Plain).await;
    let transports = transports(settings(&gateway, SmtpTls::Plain), clock().1);
    let order = MailOrder { to: SecretString::from("blåbær@example.org"), ..mail(1) };
    assert_eq!(transports.mail(&order).await, Outcome::GiveUp { reason: Reason::MailboxRefused });
    assert!(gateway.received().is_empty());
}

#[tokio::test]
async fn wrong_settings_are_named() {
    let gateway = SmtpGateway::start(Security::Plain).await;
    let good = || settings(&gateway, SmtpTls::Plain);
    let from = |address: &str, name: &str| MailFrom { address: address.to_owned(), name: name.to_owned() };
    let dkim = |key| Some(DkimSettings { selector: "2026".to_owned(), domain: "reconnect.example".to_owned(), key });
    let secret = || SecretString::from("a-secret-that-is-no-key");
    for (settings, named) in [
        (SmtpSettings { host: "mail.example".to_owned(), ..good() }, "smtp.tls"),
        (SmtpSettings { connections: 0, ..good() }, "smtp.connections"),
        (SmtpSettings { from: from("nobody", "Reconnect"), ..good() }, "smtp.from.address"),
        (SmtpSettings { from: from("post@reconnect.example", "A\r\nBcc: b"), ..good() }, "smtp.from.name"),
        (SmtpSettings { dkim: dkim(DkimKey::Rsa(secret())), ..good() }, "smtp.dkim.key"),
        (SmtpSettings { dkim: dkim(DkimKey::Ed25519(secret())), ..good() }, "smtp.dkim.key"),
        (SmtpSettings { tls: SmtpTls::StartTls, extra_ca_pem: Some(String::new()), ..good() }, "smtp.extra_ca_pem"),
        (SmtpSettings { tls: SmtpTls::Implicit, host: "no host".to_owned(), ..good() }, "smtp.host"),
    ] {
        let settings = TransportSettings { smtp: Some(settings), ..TransportSettings::default() };
        let error = Transports::live(&settings, clock().1).expect_err(named);
        assert_eq!(error.key, named);
        assert!(!format!("{error} {settings:?}").contains("a-secret-that-is-no-key"));
    }
}

#[tokio::test]
async fn doctor_says_what_is_wrong_with_the_mail_server() {
    let gateway = SmtpGateway::start(Security::OffersStartTls).await;
    let good = || SmtpSettings { sign_in: sign_in(PASSWORD), ..settings(&gateway, SmtpTls::StartTls) };
    let plain = SmtpGateway::start(Security::Plain).await;
    for (settings, words) in [
        (SmtpSettings { sign_in: sign_in("wrong"), ..good() }, "user name and password"),
        (SmtpSettings { extra_ca_pem: None, ..good() }, "not trusted"),
        (SmtpSettings { port: 1, ..good() }, "no connection"),
        (settings(&plain, SmtpTls::StartTls), "does not offer STARTTLS"),
    ] {
        let findings = transports(settings, clock().1).check().await;
        assert!(!findings[0].well && findings[0].sentence.contains(words), "{findings:?}");
    }
    assert!(gateway.received().is_empty());
}
