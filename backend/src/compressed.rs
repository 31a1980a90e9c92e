//! Compression, for the one answer that is long and asked for over a phone's line.
//!
//! What is told of a compressed answer by its length alone (BREACH) takes somebody who can put words of his own beside
//! a secret and have it asked for again and again; only the app asks, with a token that no page of a browser sends along.

use poem::http::{HeaderMap, HeaderValue, StatusCode, header};
use poem::web::{Compress, CompressionAlgo, CompressionLevel};
use poem::{Endpoint, IntoResponse, Middleware, Request, Response};

const PATH: &str = "/v1/sync";

/// What is offered, the best first.
const OFFERED: [(&str, CompressionAlgo); 3] =
    [("br", CompressionAlgo::BR), ("zstd", CompressionAlgo::ZSTD), ("gzip", CompressionAlgo::GZIP)];

pub struct Compressed;

impl<E: Endpoint<Output = Response>> Middleware<E> for Compressed {
    type Output = Compressing<E>;
    fn transform(&self, inner: E) -> Self::Output {
        Compressing(inner)
    }
}

pub struct Compressing<E>(E);

impl<E: Endpoint<Output = Response>> Endpoint for Compressing<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        if request.uri().path() != PATH {
            return self.0.call(request).await;
        }
        let asked = negotiated(request.headers());
        let mut response = self.0.call(request).await?;
        response.headers_mut().append(header::VARY, HeaderValue::from_static("Accept-Encoding"));
        match asked {
            Some(algorithm) if response.status() == StatusCode::OK => {
                Ok(Compress::new(response, algorithm).with_quality(CompressionLevel::Precise(5)).into_response())
            }
            _ => Ok(response),
        }
    }
}

/// The best that is accepted (RFC 9110, 12.5.3). poem's own middleware takes what `q=0` refuses.
fn negotiated(headers: &HeaderMap) -> Option<CompressionAlgo> {
    let accepted: Vec<(&str, f32)> = headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|coding| {
            let (name, parameters) = coding.split_once(';').unwrap_or((coding, ""));
            let weight = parameters.trim().strip_prefix("q=").map_or(Ok(1.0), str::parse).unwrap_or(0.0);
            (name.trim(), weight)
        })
        .collect();
    let weight = |name: &str| {
        let named = accepted.iter().find(|(coding, _)| coding.eq_ignore_ascii_case(name));
        named.or_else(|| accepted.iter().find(|(coding, _)| *coding == "*")).map_or(0.0, |(_, weight)| *weight)
    };
    let mut best = None;
    for (name, algorithm) in OFFERED {
        let weight = weight(name);
        if weight > 0.0 && best.is_none_or(|(_, heaviest)| weight > heaviest) {
            best = Some((algorithm, weight));
        }
    }
    best.map(|(algorithm, _)| algorithm)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_refused_is_not_taken_and_what_is_preferred_is() {
        for (asked, given) in [
            ("", None),
            ("identity", None),
            ("gzip", Some("gzip")),
            ("gzip, deflate, br, zstd", Some("br")),
            ("br;q=0, gzip;q=0.5, zstd;q=0.4", Some("gzip")),
            ("GZIP ; q=1.0", Some("gzip")),
            ("*", Some("br")),
            ("*;q=0.1, br;q=0", Some("zstd")),
            ("gzip;q=0", None),
            ("gzip;q=x", None),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, asked.parse().expect("a value"))]);
            let name = negotiated(&headers).map(|it| OFFERED.iter().find(|(_, at)| *at == it).expect("offered").0);
            assert_eq!(name, given, "{asked}");
        }
    }
}
