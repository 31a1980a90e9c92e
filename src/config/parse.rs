//! What a text must look like to be a port, a zone, an address …, and what to say when it does not.

use super::problem::Wrong;
use ipnet::IpNet;
use std::fmt::Display;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;
use url::{Host, Url};

/// A whole number in `range`; `what` is a noun such as "a port".
pub fn number<T>(what: &'static str, range: RangeInclusive<T>) -> impl Fn(&str) -> Result<T, Wrong>
where
    T: FromStr + PartialOrd + Display,
{
    move |text| {
        let wrong = || Wrong::new(what, format!("a number from {} to {}", range.start(), range.end()));
        text.parse().ok().filter(|number| range.contains(number)).ok_or_else(wrong)
    }
}

/// A number of seconds in `range`.
pub fn seconds(range: RangeInclusive<u64>) -> impl Fn(&str) -> Result<Duration, Wrong> {
    move |text| {
        let a = Wrong::new("a number of seconds", format!("a number from {} to {}", range.start(), range.end()));
        number("a number of seconds", range.clone())(text).map(Duration::from_secs).map_err(|_| a)
    }
}

/// One of a few words.
pub fn word<T: Copy>(words: &'static [(&'static str, T)]) -> impl Fn(&str) -> Result<T, Wrong> {
    move |text| {
        let choice = || words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
        let found = words.iter().find(|(word, _)| *word == text);
        found.map(|(_, value)| *value).ok_or_else(|| Wrong::new("one of the choices", format!("one of {}", choice())))
    }
}

/// Anything that reads itself from text.
pub fn from_str<T: FromStr>(a: &'static str, give: &'static str) -> impl Fn(&str) -> Result<T, Wrong> {
    move |text| text.parse().map_err(|_| Wrong::new(a, give))
}

/// Any text that is not empty.
pub fn text(text: &str) -> Result<String, Wrong> {
    match text {
        "" => Err(Wrong::new("a text", "some text")),
        text => Ok(text.to_owned()),
    }
}

/// A text of the characters that `allowed` admits.
pub fn made_of(
    a: &'static str,
    give: &'static str,
    allowed: impl Fn(char) -> bool,
) -> impl Fn(&str) -> Result<String, Wrong> {
    move |text| {
        let fits = !text.is_empty() && text.chars().all(&allowed);
        if fits { Ok(text.to_owned()) } else { Err(Wrong::new(a, give)) }
    }
}

/// A path; whether it exists is its user's concern.
pub fn path(text: &str) -> Result<PathBuf, Wrong> {
    self::text(text).map(PathBuf::from).map_err(|_| Wrong::new("a path", "a path"))
}

/// A file that can be read now.
pub fn readable_file(text: &str) -> Result<PathBuf, Wrong> {
    let open = std::fs::File::open(text).and_then(|file| file.metadata());
    match open {
        Ok(metadata) if metadata.is_file() => Ok(PathBuf::from(text)),
        Ok(_) => Err(Wrong::new("a file", "the path of a file")),
        Err(error) => Err(Wrong::new(format!("a readable file ({error})"), "the path of a file that can be read")),
    }
}

/// https://…, or http:// on this machine; no user, query or fragment.
pub fn web_address(text: &str) -> Result<Url, Wrong> {
    let wrong = || Wrong::new("a web address", "https://HOST…, or http://HOST:PORT on this machine");
    let url = Url::parse(text).map_err(|_| wrong())?;
    let plain = url.username().is_empty() && url.password().is_none() && url.query().is_none();
    let safe = match url.scheme() {
        "https" => url.has_host(),
        "http" => url.host().is_some_and(|host| is_this_machine(&host)),
        _ => false,
    };
    if plain && safe && url.fragment().is_none() { Ok(url) } else { Err(wrong()) }
}

/// Where traces go. What they hold names nobody, so that it may be another machine without TLS.
pub fn collector(text: &str) -> Result<Url, Wrong> {
    let wrong = || Wrong::new("the address of a collector", "http or https and a host, such as http://127.0.0.1:4318");
    let url = Url::parse(text).map_err(|_| wrong())?;
    let plain = url.username().is_empty() && url.password().is_none() && url.query().is_none();
    let fits = plain && url.fragment().is_none() && url.has_host() && matches!(url.scheme(), "http" | "https");
    if fits { Ok(url) } else { Err(wrong()) }
}

/// Whom to turn to: an e-mail address or a web page.
pub fn contact(text: &str) -> Result<String, Wrong> {
    let fits = match text.strip_prefix("mailto:") {
        Some(address) => address.parse::<lettre::Address>().is_ok(),
        None => text.starts_with("https://") && web_address(text).is_ok(),
    };
    let wrong = || Wrong::new("a contact", "mailto:NAME@HOST or https://HOST…");
    if fits { Ok(text.to_owned()) } else { Err(wrong()) }
}

/// A host name or address by itself.
pub fn host(text: &str) -> Result<Host, Wrong> {
    let bracketed = match text.parse::<IpAddr>() {
        Ok(IpAddr::V6(_)) => format!("[{text}]"),
        _ => text.to_owned(),
    };
    Host::parse(&bracketed)
        .map_err(|_| Wrong::new("a host", "a host name or address without scheme and port, such as smtp.example.org"))
}

/// Loopback: what is sent there does not leave the machine.
pub fn is_this_machine<S: AsRef<str>>(host: &Host<S>) -> bool {
    match host {
        Host::Domain(name) => name.as_ref() == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

/// postgres://…/NAME. The text may hold a password: the caller shows only what this says.
pub fn is_postgres(text: &str) -> bool {
    Url::parse(text)
        .is_ok_and(|url| matches!(url.scheme(), "postgres" | "postgresql") && url.has_host() && url.path().len() > 1)
}

/// `10.0.0.0/8`, or one address.
pub fn network(text: &str) -> Result<IpNet, Wrong> {
    let address = || text.parse().map(|address: IpAddr| IpNet::from(address));
    text.parse().or_else(|_| address()).map_err(|_| Wrong::new("a network", "networks such as 10.0.0.0/8"))
}

/// Where to listen.
pub fn listen(text: &str) -> Result<SocketAddr, Wrong> {
    from_str("an address to listen on", "an address and a port, such as 127.0.0.1:8080")(text)
}
