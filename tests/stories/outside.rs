//! What has left the house, as those outside it see it.

use super::World;
use crate::gateways::apns::Received as ApplePush;
use crate::harness::mail_sink::Received as Mail;
use mail_parser::{HeaderValue, Message, MessageParser, MimeHeaders as _};
use serde_json::{Value, json};
use uuid::Uuid;

/// A push, whichever gateway it went through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Push {
    /// The phone it was for.
    pub token: String,
    /// `wake` or `withdraw`.
    pub action: String,
    /// The line on the lock screen.
    pub line: Option<String>,
    pub id: Uuid,
    pub collapse_id: String,
}

impl Push {
    fn from_apple(push: &ApplePush) -> Self {
        let mut body = push.body.clone();
        let aps = body.as_object_mut().expect("an object").remove("aps").expect("aps");
        let collapse_id = push.header("apns-collapse-id").to_owned();
        Self::of(&push.device_token, &body, &aps["alert"], &collapse_id)
    }

    fn from_google(message: &Value) -> Self {
        let android = &message["android"];
        let token = message["token"].as_str().expect("a token");
        let collapse_id = android["collapse_key"].as_str().expect("a collapse key");
        Self::of(token, &message["data"], &android["notification"], collapse_id)
    }

    /// `data` is the content-free payload of the contract, and nothing else.
    fn of(token: &str, data: &Value, shown: &Value, collapse_id: &str) -> Self {
        let payload: mobile_contract::push::Push =
            serde_json::from_value(data.clone()).expect("the contract's payload");
        let line = shown["body"].as_str().map(str::to_owned);
        assert!(line.is_none() || shown["title"] == "Reconnect", "{shown}");
        Self {
            token: token.to_owned(),
            action: payload.action.as_str().to_owned(),
            line,
            id: payload.id,
            collapse_id: collapse_id.to_owned(),
        }
    }
}

/// A mail as a person and her mail program read it.
#[derive(Clone, Debug)]
pub struct Letter {
    pub to: String,
    pub subject: String,
    pub text: String,
    pub message_id: String,
    /// Where its one-click unsubscription is posted to.
    pub unsubscribe: String,
}

impl Letter {
    /// Reads it as strictly as the standards want it written.
    fn read(mail: &Mail) -> Self {
        let message = parsed(mail);
        let header = |name: &str| match message.header(name) {
            Some(HeaderValue::Text(text)) => text.to_string(),
            // An address without angle brackets is read as one.
            Some(_) => message.header_raw(name).expect(name).trim().to_owned(),
            None => panic!("no {name}: {}", String::from_utf8_lossy(&mail.raw)),
        };
        assert_eq!(header("Auto-Submitted"), "auto-generated");
        assert_eq!(header("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
        let raw = header("List-Unsubscribe");
        let unsubscribe = raw.trim().trim_start_matches('<').trim_end_matches('>').to_owned();
        assert!(unsubscribe.starts_with("https://"), "{unsubscribe}");
        let kind = message.content_type().expect("a content type");
        assert_eq!((kind.ctype(), kind.subtype()), ("multipart", Some("alternative")));
        assert_eq!((message.text_body_count(), message.html_body_count()), (1, 1));
        let html = message.body_html(0).expect("HTML");
        assert!(!html.contains("<img") && !html.contains("src="), "{html}");
        let signature = header("DKIM-Signature").to_lowercase();
        assert!(signature.contains("list-unsubscribe:") && signature.contains("list-unsubscribe-post"), "{signature}");
        let [to] = mail.envelope.rcpt_tos.as_slice() else { panic!("{:?}", mail.envelope) };
        assert!(mail.envelope.tls && mail.envelope.user.is_some(), "{:?}", mail.envelope);
        Self {
            to: to.clone(),
            subject: message.subject().expect("a subject").to_owned(),
            text: message.body_text(0).expect("text").into_owned(),
            message_id: message.message_id().expect("a Message-ID").to_owned(),
            unsubscribe,
        }
    }
}

fn parsed(mail: &Mail) -> Message<'_> {
    MessageParser::default().parse(&mail.raw).expect("a mail")
}

impl World {
    /// What reached the gateways, each phone's in the order in which it came.
    pub fn pushes(&self) -> Vec<Push> {
        let apple = self.apns.received().iter().map(Push::from_apple).collect::<Vec<_>>();
        let google = self.fcm.received();
        apple.into_iter().chain(google.iter().map(Push::from_google)).collect()
    }

    pub fn letters(&self) -> Vec<Letter> {
        self.mail.received().iter().map(Letter::read).collect()
    }

    /// Nothing that left the house has a name, an address other than the recipient's own on the mail to her, or a
    /// word that somebody wrote; nor has what the processes logged.
    pub fn assert_nothing_personal(&self, logs: &[String]) {
        let private = self.private();
        let clean = |what: &str, text: &str| {
            for word in &private {
                assert!(!text.contains(word.as_str()), "{what} tells {word:?}: {text}");
            }
        };
        for push in self.apns.received() {
            clean("a push's headers", &format!("{:?}", push.headers));
            clean("a push", &push.body.to_string());
        }
        for push in self.fcm.received() {
            clean("a push", &push.to_string());
        }
        for mail in self.mail.received() {
            let source = String::from_utf8(mail.raw.clone()).expect("ASCII");
            let to = format!("To: {}\r\n", mail.envelope.rcpt_tos[0]);
            assert_eq!(source.matches(&to).count(), 1, "{source}");
            clean("a mail's source", &source.replacen(&to, "", 1));
            let message = parsed(&mail);
            clean("a mail's text", &message.body_text(0).expect("text"));
            clean("a mail's HTML", &message.body_html(0).expect("HTML"));
            clean("a mail's subject", message.subject().expect("a subject"));
        }
        for log in logs {
            clean("a log", log);
        }
    }

    /// The line on her lock screen: each of these pushes is a `wake` under one fixed line.
    pub fn wakes(&self, token: &str) -> Vec<String> {
        let hers = self.pushes().into_iter().filter(|push| push.token == token && push.action == "wake");
        hers.map(|push| push.line.unwrap_or_default()).collect()
    }

    /// What every gateway and the mail server has had so far.
    pub fn sent_out(&self) -> Value {
        json!({
            "apns": self.apns.received().len(),
            "fcm": self.fcm.received().len(),
            "mail": self.mail.received().len(),
        })
    }
}
