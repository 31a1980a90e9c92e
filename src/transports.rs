//! From the configuration to the channels out of the house.

use crate::config::Config;
use crate::config::channels::{Mail, MailTls, MailTransport, Push};
use domain::clock::Clock;
use secrecy::SecretString;
use std::path::Path;
use std::sync::Arc;
use worker::transport::settings::{
    ApnsSettings, DkimKey, DkimSettings, FcmSettings, MailFrom, SmtpSettings, SmtpSignIn, SmtpTls, TransportSettings,
    WebPushSettings,
};
use worker::transport::{Transports, application_server_key};

const WEB_PUSH_KEY: &str = "push.web_push.key_file";

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Opens every channel as it is configured; no connection is made yet.
///
/// # Errors
/// A key file cannot be read, or a key cannot work.
pub fn open(config: &Config, clock: Arc<dyn Clock>) -> Result<Transports, Failure> {
    let mut settings = TransportSettings { files: Some(config.store.data_dir.clone()), ..TransportSettings::default() };
    if let Push::Live(gateways) = &config.push {
        let apns = &gateways.apns;
        settings.apns = Some(ApnsSettings {
            production_url: apns.endpoint.to_string(),
            sandbox_url: apns.sandbox_endpoint.to_string(),
            key_pem: secret("push.apns.key_file", &apns.key_file)?,
            key_id: apns.key_id.clone(),
            team_id: apns.team_id.clone(),
            topic: apns.topic.clone(),
            extra_ca_pem: text("push.apns.ca_file", apns.ca_file.as_deref())?,
        });
        let fcm = &gateways.fcm;
        settings.fcm = Some(FcmSettings {
            url: fcm.endpoint.to_string(),
            service_account_json: secret("push.fcm.service_account_file", &fcm.service_account_file)?,
            extra_ca_pem: text("push.fcm.ca_file", fcm.ca_file.as_deref())?,
        });
        if let Some(web_push) = &gateways.web_push {
            settings.web_push = Some(WebPushSettings {
                key_pem: secret(WEB_PUSH_KEY, &web_push.key_file)?,
                contact: web_push.contact.clone(),
                trusted: web_push.trusted.clone(),
                extra_ca_pem: text("push.web_push.ca_file", web_push.ca_file.as_deref())?,
            });
        }
    }
    settings.smtp = smtp(&config.mail)?;
    Ok(Transports::live(&settings, clock)?)
}

/// What apps make Web Push subscriptions for, if this installation sends such pushes.
///
/// # Errors
/// The key file cannot be read, or is no key.
pub fn web_push_key(push: &Push) -> Result<Option<String>, Failure> {
    match push {
        Push::Live(gateways) => match &gateways.web_push {
            Some(it) => Ok(Some(application_server_key(&read(WEB_PUSH_KEY, &it.key_file)?)?)),
            None => Ok(None),
        },
        Push::Files => Ok(None),
    }
}

fn smtp(mail: &Mail) -> Result<Option<SmtpSettings>, Failure> {
    let MailTransport::Smtp(server) = &mail.transport else { return Ok(None) };
    Ok(Some(SmtpSettings {
        host: server.host.to_string(),
        port: server.port,
        tls: match server.tls {
            MailTls::None => SmtpTls::Plain,
            MailTls::StartTls => SmtpTls::StartTls,
            MailTls::Tls => SmtpTls::Implicit,
        },
        sign_in: server.sign_in.as_ref().map(|it| SmtpSignIn { user: it.user.clone(), password: it.password.clone() }),
        connections: usize::try_from(server.pool).unwrap_or(SmtpSettings::CONNECTIONS),
        timeout: SmtpSettings::TIMEOUT,
        from: MailFrom {
            address: mail.from.email.to_string(),
            name: mail.from.name.clone().unwrap_or_else(|| "Reconnect".to_owned()),
        },
        dkim: match &mail.dkim {
            Some(dkim) => Some(DkimSettings {
                selector: dkim.selector.clone(),
                domain: dkim.domain.clone(),
                key: dkim_key(&dkim.key_file)?,
            }),
            None => None,
        },
        extra_ca_pem: text("mail.ca_file", server.ca_file.as_deref())?,
    }))
}

/// A PEM file holds an RSA key; a bare line of base64 is an Ed25519 seed.
fn dkim_key(file: &Path) -> Result<DkimKey, Failure> {
    let key = read("mail.dkim.key_file", file)?;
    let secret = SecretString::from(key.clone());
    Ok(if key.contains("-----BEGIN") { DkimKey::Rsa(secret) } else { DkimKey::Ed25519(secret) })
}

fn secret(key: &str, file: &Path) -> Result<SecretString, Failure> {
    read(key, file).map(SecretString::from)
}

fn text(key: &str, file: Option<&Path>) -> Result<Option<String>, Failure> {
    file.map(|file| read(key, file)).transpose()
}

fn read(key: &str, file: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(file).map_err(|error| format!("{key}: {}: {error}", file.display()).into())
}
