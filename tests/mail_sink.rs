//! The mail server that the stories read from is itself to be relied on.

use crate::harness::MailSink;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

fn setting(sink: &MailSink, key: &str) -> String {
    sink.settings().into_iter().find(|(name, _)| *name == key).expect(key).1
}

fn sender(sink: &MailSink, password: &str) -> AsyncSmtpTransport<Tokio1Executor> {
    let authority = std::fs::read(setting(sink, "mail.ca_file")).expect("ca_file");
    let authority = Certificate::from_pem(&authority).expect("PEM");
    let tls = TlsParameters::builder("localhost".to_owned()).add_root_certificate(authority).build().expect("TLS");
    AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("localhost")
        .port(setting(sink, "mail.port").parse().expect("a port"))
        .tls(Tls::Required(tls))
        .credentials(Credentials::new(setting(sink, "mail.user"), password.to_owned()))
        .build()
}

fn letter() -> Message {
    let message = Message::builder().from("a@reconnect.example".parse().expect("from"));
    let message = message.to("Kari <kari@example.org>".parse().expect("to")).subject("Blåbær");
    message.body("Hei.\n.\nHa det.\n".to_owned()).expect("a message")
}

#[tokio::test(flavor = "multi_thread")]
async fn it_keeps_a_mail_as_it_came_with_its_envelope() {
    let sink = MailSink::start().await;
    sender(&sink, &setting(&sink, "mail.password")).send(letter()).await.expect("taken");
    let received = sink.wait_for(1).await;
    let [mail] = received.as_slice() else { panic!("{received:?}") };
    assert_eq!(mail.envelope.mail_from, "a@reconnect.example");
    assert_eq!(mail.envelope.rcpt_tos, ["kari@example.org"]);
    assert!(mail.envelope.tls);
    assert_eq!(mail.envelope.user.as_deref(), Some("reconnect"));
    let parsed = mail_parser::MessageParser::default().parse(&mail.raw).expect("a mail");
    assert_eq!(parsed.subject(), Some("Blåbær"));
    assert!(parsed.body_text(0).expect("a text").contains(".\r\nHa det."));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_takes_nothing_without_the_right_sign_in_and_fails_when_told_to() {
    let sink = MailSink::start().await;
    let refused = sender(&sink, "close sesame").send(letter()).await.expect_err("a wrong password");
    assert!(refused.is_permanent(), "{refused}");
    let password = setting(&sink, "mail.password");
    sink.answer_next("451 4.3.0 later");
    let later = sender(&sink, &password).send(letter()).await.expect_err("told to fail");
    assert!(later.is_transient(), "{later}");
    assert!(sink.received().is_empty());
    sink.answer_next("hang up");
    assert!(sender(&sink, &password).send(letter()).await.is_err());
    assert_eq!(sink.wait_for(1).await.len(), 1);
    sender(&sink, &password).send(letter()).await.expect("taken again");
    assert_eq!(sink.wait_for(2).await.len(), 2);
}
