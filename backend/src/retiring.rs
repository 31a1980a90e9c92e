//! What will go, and when: on each of its answers (`Deprecation`, RFC 9745; `Sunset`, RFC 8594), and in the document.

use chrono::DateTime;
use poem::Response;
use poem::http::{HeaderName, HeaderValue, header};

/// An operation that apps should leave.
#[derive(Clone, Copy, Debug)]
pub struct Retiring {
    /// As the document names it.
    pub operation: &'static str,
    /// Since when there is something better, in seconds of Unix time.
    pub deprecated_at: i64,
    /// From when on it may be gone, in seconds of Unix time.
    pub sunset_at: i64,
    /// What to call in its place, for the document: a sentence.
    pub instead: &'static str,
}

/// Everything that will go from this version on. What is named here stays for as long as its `sunset_at` says.
pub const PRESENT: &[Retiring] = &[];

const DEPRECATION: HeaderName = HeaderName::from_static("deprecation");
const SUNSET: HeaderName = HeaderName::from_static("sunset");

/// Says it on an answer of `operation`, whatever its status. `changes` is where people read about it.
pub fn announce(response: &mut Response, retiring: &[Retiring], operation: Option<&str>, changes: &str) {
    let Some(it) = retiring.iter().find(|it| Some(it.operation) == operation) else { return };
    let sunset = DateTime::from_timestamp(it.sunset_at, 0).map(|at| at.format("%a, %d %b %Y %H:%M:%S GMT").to_string());
    let link = format!("<{changes}>; rel=\"deprecation\"; type=\"text/html\"");
    for (name, value) in
        [(DEPRECATION, Some(format!("@{}", it.deprecated_at))), (SUNSET, sunset), (header::LINK, Some(link))]
    {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
            response.headers_mut().append(name, value);
        }
    }
}
