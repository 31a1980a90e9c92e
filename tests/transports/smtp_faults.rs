//! Mail: what a fault means in each phase of the dialogue.
use super::smtp::{settings, transports};
use super::*;
use crate::gateways::smtp::{Fault, PASSWORD, Phase, Security, SmtpGateway, USER};
use futures::future::join_all;
use std::time::Duration;
use worker::transport::settings::{SmtpSettings, SmtpSignIn, SmtpTls};

fn give_up(reason: Reason) -> Outcome {
    Outcome::GiveUp { reason }
}

fn misconfigured(reason: Reason) -> Outcome {
    Outcome::Misconfigured { reason }
}

/// What one mail comes to on a fresh connection with this fault, and how often it was received.
async fn outcome(phase: Phase, fault: Fault) -> (Outcome, usize) {
    let gateway = SmtpGateway::start(Security::OffersStartTls).await;
    gateway.faults([(phase, fault)]);
    let sign_in = Some(SmtpSignIn { user: USER.to_owned(), password: SecretString::from(PASSWORD) });
    let settings = SmtpSettings { sign_in, ..settings(&gateway, SmtpTls::StartTls) };
    let outcome = transports(settings, clock().1).mail(&mail(1)).await;
    (outcome, gateway.count())
}

#[tokio::test]
async fn a_temporary_refusal_is_tried_later_in_every_phase() {
    for phase in [
        Phase::Greeting,
        Phase::Ehlo,
        Phase::StartTls,
        Phase::Auth,
        Phase::Mail,
        Phase::Rcpt,
        Phase::Data,
        Phase::AfterDot,
    ] {
        let (outcome, _) = outcome(phase, Fault::Say("451 4.3.0 later")).await;
        assert_eq!(outcome, retry(Reason::TryLater), "{phase:?}");
    }
}

#[tokio::test]
async fn a_lasting_refusal_means_what_it_was_said_to() {
    for (phase, expected) in [
        (Phase::Greeting, misconfigured(Reason::SenderRefused)),
        (Phase::Auth, misconfigured(Reason::SignInRefused)),
        (Phase::Mail, misconfigured(Reason::SenderRefused)),
        (Phase::Rcpt, give_up(Reason::MailboxRefused)),
        (Phase::Data, give_up(Reason::MessageRefused)),
        (Phase::AfterDot, give_up(Reason::MessageRefused)),
    ] {
        assert_eq!(outcome(phase, Fault::Say("550 5.7.1 no")).await.0, expected, "{phase:?}");
    }
    assert_eq!(
        outcome(Phase::Mail, Fault::Say("530 5.7.0 sign in first")).await.0,
        misconfigured(Reason::SignInRefused)
    );
}

#[tokio::test]
async fn a_lost_connection_is_a_retry_and_after_the_dot_an_unknown() {
    for (phase, reason) in [
        (Phase::Greeting, Reason::ConnectionFailed),
        (Phase::Ehlo, Reason::ConnectionFailed),
        (Phase::Auth, Reason::ConnectionLost),
        (Phase::Rcpt, Reason::ConnectionLost),
        (Phase::Data, Reason::ConnectionLost),
        (Phase::AfterDot, Reason::OutcomeUnknown),
    ] {
        let (outcome, received) = outcome(phase, Fault::HangUp).await;
        assert_eq!(outcome, retry(reason), "{phase:?}");
        assert_eq!(received, usize::from(phase == Phase::AfterDot), "{phase:?}: it is not sent again unasked");
    }
}

#[tokio::test]
async fn silence_ends_at_the_time_limit_and_after_the_dot_is_an_unknown() {
    let silent_in = |(phase, reason)| async move {
        let gateway = SmtpGateway::start(Security::Plain).await;
        gateway.faults([(phase, Fault::FallSilent)]);
        let impatient = SmtpSettings { timeout: Duration::from_millis(300), ..settings(&gateway, SmtpTls::Plain) };
        let outcome = transports(impatient, clock().1).mail(&mail(1)).await;
        assert_eq!(outcome, retry(reason), "{phase:?}");
    };
    let phases = [
        (Phase::Greeting, Reason::TimedOut),
        (Phase::Mail, Reason::TimedOut),
        (Phase::Data, Reason::TimedOut),
        (Phase::AfterDot, Reason::OutcomeUnknown),
    ];
    join_all(phases.map(silent_in)).await;
}

#[tokio::test]
async fn the_retry_after_an_unknown_has_the_same_message_id() {
    let gateway = SmtpGateway::start(Security::Plain).await;
    gateway.faults([(Phase::AfterDot, Fault::HangUp)]);
    let (virtual_clock, clock) = clock();
    let transports = transports(settings(&gateway, SmtpTls::Plain), clock);
    assert_eq!(transports.mail(&mail(1)).await, retry(Reason::OutcomeUnknown));
    virtual_clock.advance(TimeDelta::minutes(2));
    assert!(is_sent(&transports.mail(&mail(1)).await));
    let message_ids: Vec<_> = gateway
        .received()
        .iter()
        .map(|it| mail_parser::MessageParser::default().parse(&it.data).expect("mail").message_id().map(str::to_owned))
        .collect();
    assert_eq!(message_ids.len(), 2);
    assert!(message_ids[0].is_some() && message_ids[0] == message_ids[1]);
}

#[tokio::test]
async fn a_connection_that_died_while_it_was_kept_costs_nothing() {
    for fault in [Fault::HangUp, Fault::Say("421 4.4.2 idle too long")] {
        let gateway = SmtpGateway::start(Security::Plain).await;
        let transports = transports(settings(&gateway, SmtpTls::Plain), clock().1);
        assert!(is_sent(&transports.mail(&mail(1)).await));
        gateway.faults([(Phase::Mail, fault)]);
        assert!(is_sent(&transports.mail(&mail(2)).await), "{fault:?}");
        assert_eq!((gateway.connections(), gateway.count()), (2, 2));
    }
}

#[tokio::test]
async fn an_idle_connection_is_asked_first_and_a_long_idle_one_is_let_go() {
    let gateway = SmtpGateway::start(Security::Plain).await;
    let (virtual_clock, clock) = clock();
    let transports = transports(settings(&gateway, SmtpTls::Plain), clock);
    for (seconds, connections) in [(0, 1), (9, 1), (20, 1), (49, 1), (51, 2), (-3600, 3)] {
        virtual_clock.advance(TimeDelta::seconds(seconds));
        assert!(is_sent(&transports.mail(&mail(1)).await));
        assert_eq!(gateway.connections(), connections, "idle for {seconds} s");
    }
    gateway.faults([(Phase::Noop, Fault::HangUp)]);
    virtual_clock.advance(TimeDelta::seconds(20));
    assert!(is_sent(&transports.mail(&mail(1)).await));
    assert_eq!(gateway.connections(), 4);
}

#[tokio::test]
async fn a_refused_mailbox_does_not_stop_the_next_mail() {
    let gateway = SmtpGateway::start(Security::Plain).await;
    let transports = transports(settings(&gateway, SmtpTls::Plain), clock().1);
    gateway.faults((0..30).map(|_| (Phase::Rcpt, Fault::Say("550 5.1.1 no such mailbox"))));
    for n in 0..30 {
        assert_eq!(transports.mail(&mail(n)).await, give_up(Reason::MailboxRefused));
    }
    assert!(!transports.mail_stopped(), "recipients are no verdict on the server");
    assert!(is_sent(&transports.mail(&mail(31)).await));
}

#[tokio::test]
async fn a_refused_sign_in_opens_the_breaker() {
    let gateway = SmtpGateway::start(Security::Plain).await;
    let sign_in = Some(SmtpSignIn { user: USER.to_owned(), password: SecretString::from("wrong") });
    let (virtual_clock, clock) = clock();
    let transports = transports(SmtpSettings { sign_in, ..settings(&gateway, SmtpTls::Plain) }, clock);
    for n in 0..10 {
        assert_eq!(transports.mail(&mail(n)).await, misconfigured(Reason::SignInRefused));
    }
    assert!(transports.mail_stopped());
    assert_eq!(transports.mail(&mail(10)).await.reason(), Some(Reason::BreakerOpen));
    assert_eq!(gateway.connections(), 10);
    virtual_clock.advance(worker::transport::REST);
    assert!(!transports.mail_stopped());
}
