//! What the push gateways share: an HTTP client that can be pointed anywhere, bounded answers,
//! and the reading of `Retry-After`.

use super::outcome::{Outcome, Reason};
use super::settings::SettingsError;
use super::tls;
use chrono::{DateTime, Utc};
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Response, Url};
use std::time::Duration;

/// From the request's first byte to the answer's last.
pub(super) const TIMEOUT: Duration = Duration::from_secs(20);
const PING: Duration = Duration::from_secs(60);
/// The longest answer either gateway gives is a few hundred bytes.
const LONGEST_ANSWER: usize = 64 * 1024;

/// Which HTTP versions are offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Versions {
    /// HTTP/2 from the first byte: concurrent sends on a cold client share one connection instead
    /// of opening one each until ALPN has answered.
    Http2Only,
    Negotiated,
}

/// A client that keeps its connections, follows no redirect and sends a request again by itself only
/// when HTTP/2 says that the stream was never processed (REFUSED_STREAM, or above the last id of a
/// graceful GOAWAY), which is reqwest's default policy.
pub(super) fn client(
    versions: Versions,
    extra_ca_pem: Option<&str>,
    key: &'static str,
) -> Result<Client, SettingsError> {
    let builder = builder(versions, extra_ca_pem, key)?;
    builder.build().map_err(|_| SettingsError::new(key, "no HTTP client can be made from these TLS settings"))
}

/// The same, before it is built.
pub(super) fn builder(
    versions: Versions,
    extra_ca_pem: Option<&str>,
    key: &'static str,
) -> Result<ClientBuilder, SettingsError> {
    let mut tls = tls::client_config(extra_ca_pem, key)?;
    tls.alpn_protocols = match versions {
        Versions::Http2Only => vec![b"h2".to_vec()],
        Versions::Negotiated => vec![b"h2".to_vec(), b"http/1.1".to_vec()],
    };
    let builder = ClientBuilder::new()
        .tls_backend_preconfigured(tls)
        .redirect(Policy::none())
        .timeout(TIMEOUT)
        .connect_timeout(Duration::from_secs(10))
        .pool_idle_timeout(None)
        .http2_keep_alive_interval(PING)
        .http2_keep_alive_timeout(TIMEOUT)
        .http2_keep_alive_while_idle(true);
    Ok(match versions {
        Versions::Http2Only => builder.http2_prior_knowledge(),
        Versions::Negotiated => builder,
    })
}

/// A gateway's address. Plain HTTP only to this machine: the requests carry bearer tokens.
pub(super) fn gateway_url(url: &str, key: &'static str) -> Result<Url, SettingsError> {
    let url = Url::parse(url).map_err(|_| SettingsError::new(key, "is not a URL; expected https://host"))?;
    let safe = match url.scheme() {
        "https" => url.has_host(),
        "http" => url.host_str().is_some_and(is_loopback),
        _ => false,
    };
    if safe { Ok(url) } else { Err(SettingsError::new(key, "expected https://; http:// only to this machine")) }
}

/// Whether a host name or address is this machine.
pub(super) fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// A request that got no answer.
pub(super) fn unanswered(error: &reqwest::Error) -> Outcome {
    if tls::is_untrusted(error) {
        Outcome::misconfigured(Reason::CertificateUntrusted)
    } else if error.is_connect() {
        Outcome::retry(Reason::ConnectionFailed)
    } else if error.is_timeout() {
        Outcome::retry(Reason::TimedOut)
    } else {
        // The stream may have been processed: the retry goes out under the same identity.
        Outcome::retry(Reason::ConnectionLost)
    }
}

/// The answer's body, cut at a length no honest answer reaches.
pub(super) async fn body(mut response: Response) -> Result<Vec<u8>, reqwest::Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        let room = LONGEST_ANSWER.saturating_sub(body.len());
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if chunk.len() > room {
            break;
        }
    }
    Ok(body)
}

/// `Retry-After` in either of its forms (RFC 9110 §10.2.3); a date that has passed is no wait.
pub(super) fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    match value.parse::<u64>() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => {
            let at = DateTime::parse_from_rfc2822(value).ok()?;
            Some((at.with_timezone(&Utc) - now).to_std().unwrap_or(Duration::ZERO))
        }
    }
}

/// A gateway's own word for an error, fit for a log: letters, digits and underscores only.
pub(super) fn word(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(48).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = Utc.with_ymd_and_hms(2026, 10, 21, 7, 27, 30).single().expect("a time");
        let read = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, value.parse().expect("header"));
            retry_after(&headers, now)
        };
        assert_eq!(read("120"), Some(Duration::from_secs(120)));
        assert_eq!(read("Wed, 21 Oct 2026 07:28:00 GMT"), Some(Duration::from_secs(30)));
        assert_eq!(read("Wed, 21 Oct 2026 07:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(read("soon"), None);
        assert_eq!(read("-5"), None);
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for good in ["https://api.push.apple.com", "http://127.0.0.1:9000", "http://[::1]:1", "http://localhost:80"] {
            assert!(gateway_url(good, "key").is_ok(), "{good}");
        }
        for bad in ["http://gateway.example", "ftp://127.0.0.1", "gateway", "", "http://127.0.0.1.example"] {
            assert!(gateway_url(bad, "key").is_err(), "{bad}");
        }
    }

    #[test]
    fn a_strangers_word_cannot_break_a_log_line() {
        assert_eq!(word("Bad\r\nToken: \u{1b}[31m<abc>"), "BadToken31mabc");
    }
}
