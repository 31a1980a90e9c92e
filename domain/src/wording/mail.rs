//! The digest e-mail: counts, reading time, one link. [`DigestMail`] has no field that could hold a
//! name or a word anybody wrote.

use super::text::{Text, texts};
use super::{Language, Wording};

/// What may leave the system in a digest e-mail. Counts are of messages or check-ins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DigestMail {
    /// Open reply clocks, those due today and overdue among them.
    pub waiting_for_reply: u32,
    pub due_today: u32,
    pub overdue: u32,
    pub new: u32,
    /// Long reads among all that is listed.
    pub long_reads: u32,
    pub next_consultation: u32,
    pub check_in_answers: u32,
    pub tomorrows_check_ins: u32,
    /// Lines about what is shared, whatever it is.
    pub shared_changes: u32,
    /// Minutes of reading in all.
    pub reading_minutes: u32,
    /// Opens the digest in the app, after sign-in.
    pub link: Link,
    /// Turns these e-mails off (RFC 8058); the digest in the app stays.
    pub unsubscribe: Link,
}

/// A digest e-mail in words. The subject is one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    pub subject: String,
    pub text: String,
    /// A whole document in UTF-8, without images, scripts or anything fetched from elsewhere.
    pub html: String,
}

/// An absolute http or https address in printable ASCII, without spaces, quotes or angle brackets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link(String);

/// Not an address that can stand in a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an absolute http or https address")]
pub struct NotALink;

impl Link {
    /// # Errors
    /// When `address` has another scheme or none, no host, or characters that would have to be encoded.
    pub fn new(address: impl Into<String>) -> Result<Self, NotALink> {
        let address = address.into();
        let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://")).ok_or(NotALink)?;
        let plain = rest.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b'\'' | b'<' | b'>' | b'\\'));
        let host = rest.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric() || b == b'[');
        if plain && host { Ok(Self(address)) } else { Err(NotALink) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

texts! {
    /// Lines of the digest e-mail. Not overridable: what may leave the system is settled.
    MailText, overridable: false {
        /// Subject of the digest e-mail, and its heading.
        Subject = "mail.subject";
        /// Line: messages whose reply clock is open.
        WaitingForReply = "mail.waiting_for_reply" { count: u32 };
        /// Line: replies due today.
        DueToday = "mail.due_today" { count: u32 };
        /// Line: replies whose promised date has passed.
        Overdue = "mail.overdue" { count: u32 };
        /// Line: messages not listed before.
        New = "mail.new" { count: u32 };
        /// Line: long messages.
        LongReads = "mail.long_reads" { count: u32 };
        /// Line: messages kept for the next consultation.
        NextConsultation = "mail.next_consultation" { count: u32 };
        /// Line: answers to check-ins.
        CheckInAnswers = "mail.check_in_answers" { count: u32 };
        /// Line: check-ins that go out tomorrow.
        TomorrowsCheckIns = "mail.tomorrows_check_ins" { count: u32 };
        /// Line: news about what is shared, without saying what that is.
        SharedChanges = "mail.shared_changes" { count: u32 };
        /// Line: how long it all takes to read.
        Reading = "mail.reading" { minutes: u32 };
        /// In place of the lines, when every count is nought.
        Nothing = "mail.nothing";
        /// The one link into the app.
        Open = "mail.open";
        /// Footer: why there are only numbers.
        Footer = "mail.footer";
        /// Footer: the link that ends these e-mails.
        Unsubscribe = "mail.unsubscribe";
    }
}

texts! {
    /// The page behind the link of a mail, where no app opened it.
    OpenPage, overridable: false {
        /// Heading.
        Title = "open.title";
        /// Where to find what the mail was about.
        Where = "open.where";
        /// The link that asks the app to open.
        Button = "open.button";
    }
}

impl Wording {
    /// The digest e-mail in `language`. Lines that would say nought are left out.
    pub fn digest_mail(&self, language: Language, mail: &DigestMail) -> Mail {
        let say = |text: &dyn Text| self.say(language, text);
        let lines: Vec<String> = [
            (mail.waiting_for_reply, MailText::WaitingForReply { count: mail.waiting_for_reply }),
            (mail.due_today, MailText::DueToday { count: mail.due_today }),
            (mail.overdue, MailText::Overdue { count: mail.overdue }),
            (mail.new, MailText::New { count: mail.new }),
            (mail.long_reads, MailText::LongReads { count: mail.long_reads }),
            (mail.next_consultation, MailText::NextConsultation { count: mail.next_consultation }),
            (mail.check_in_answers, MailText::CheckInAnswers { count: mail.check_in_answers }),
            (mail.tomorrows_check_ins, MailText::TomorrowsCheckIns { count: mail.tomorrows_check_ins }),
            (mail.shared_changes, MailText::SharedChanges { count: mail.shared_changes }),
            (mail.reading_minutes, MailText::Reading { minutes: mail.reading_minutes }),
        ]
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(_, line)| say(line))
        .collect();
        let lines = if lines.is_empty() { vec![say(&MailText::Nothing)] } else { lines };
        let subject = say(&MailText::Subject);
        let (open, footer, unsubscribe) = (say(&MailText::Open), say(&MailText::Footer), say(&MailText::Unsubscribe));

        let list: String = lines.iter().map(|line| format!("- {line}\n")).collect();
        let text = format!(
            "{subject}\n\n{list}\n{open}:\n{}\n\n-- \n{footer}\n\n{unsubscribe}:\n{}\n",
            mail.link.as_str(),
            mail.unsubscribe.as_str(),
        );
        let items: String = lines.iter().map(|line| format!("<li>{}</li>\n", escape(line))).collect();
        let html = format!(
            include_str!("mail.html"),
            language = language.as_str(),
            subject = escape(&subject),
            items = items,
            link = escape(mail.link.as_str()),
            open = escape(&open),
            footer = escape(&footer),
            unsubscribe_link = escape(mail.unsubscribe.as_str()),
            unsubscribe = escape(&unsubscribe),
        );
        Mail { subject, text, html }
    }
}

/// Safe in HTML text and in quoted attributes.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(counts: [u32; 10]) -> DigestMail {
        let [
            waiting_for_reply,
            due_today,
            overdue,
            new,
            long_reads,
            next_consultation,
            check_in_answers,
            tomorrows_check_ins,
            shared_changes,
            reading_minutes,
        ] = counts;
        DigestMail {
            waiting_for_reply,
            due_today,
            overdue,
            new,
            long_reads,
            next_consultation,
            check_in_answers,
            tomorrows_check_ins,
            shared_changes,
            reading_minutes,
            link: Link::new("https://app.example.org/digest?a=1&b=2").expect("a link"),
            unsubscribe: Link::new("https://app.example.org/unsubscribe/0192").expect("a link"),
        }
    }

    #[test]
    fn a_mail_says_each_count_and_leaves_out_nought() {
        let said = Wording::built_in().digest_mail(Language::En, &mail([3, 1, 0, 2, 1, 0, 0, 21, 2, 14]));
        assert_eq!(said.subject, "Today's digest");
        assert_eq!(
            said.text,
            "Today's digest\n\n\
             - 3 messages wait for your reply\n\
             - 1 is due today\n\
             - 2 new messages\n\
             - 1 long read\n\
             - 21 check-ins go out tomorrow\n\
             - 2 updates on what is shared\n\
             - About 14 minutes of reading in all\n\n\
             Open today's digest:\nhttps://app.example.org/digest?a=1&b=2\n\n\
             -- \n\
             This e-mail has only numbers in it. Everything else is in the app.\n\n\
             Stop these e-mails (the digest in the app stays):\nhttps://app.example.org/unsubscribe/0192\n"
        );
        assert!(said.html.contains("<html lang=\"en\">"));
        assert!(said.html.contains("<li>1 is due today</li>"));
        assert!(said.html.contains("href=\"https://app.example.org/digest?a=1&amp;b=2\""));
    }

    #[test]
    fn extreme_counts_are_written_out_whole() {
        for language in Language::ALL {
            let said = Wording::built_in().digest_mail(*language, &mail([u32::MAX; 10]));
            assert_eq!(said.text.matches("4294967295").count(), 10, "{}", said.text);
            assert_eq!(said.html.matches("4294967295").count(), 10);
            let said = Wording::built_in().digest_mail(*language, &mail([0; 10]));
            assert_eq!(said.text.lines().filter(|line| line.starts_with("- ")).count(), 1, "{}", said.text);
            assert!(!said.text.contains('0') || said.text.matches('0').count() == 1, "only in the link: {}", said.text);
        }
    }

    #[test]
    fn the_html_fetches_nothing_and_runs_nothing() {
        for language in Language::ALL {
            let html = Wording::built_in().digest_mail(*language, &mail([1; 10])).html;
            for forbidden in ["<img", "<script", "src=", "url(", "<link", "@import", "<iframe"] {
                assert!(!html.contains(forbidden), "{forbidden} in {html}");
            }
            assert_eq!(html.matches("href=").count(), 2);
            assert!(html.contains(&format!("<html lang=\"{language}\">")));
        }
    }

    #[test]
    fn only_plain_addresses_are_links() {
        for good in ["https://a", "http://localhost:8080/x?y=z#w", "https://[::1]/", "https://ex.org/%C3%A5"] {
            assert!(Link::new(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "https://",
            "javascript:alert(1)",
            "//ex.org",
            "https:///x",
            "https://ex.org/\r\nBcc: x",
            "https://ex.org/a b",
            "https://ex.org/\"><img>",
            "https://bjørn.no",
        ] {
            assert_eq!(Link::new(bad), Err(NotALink), "{bad}");
        }
    }

    #[test]
    fn html_is_escaped() {
        assert_eq!(escape("<a b='c\"&"), "&lt;a b=&#39;c&quot;&amp;");
    }
}
