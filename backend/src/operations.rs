//! The operations of the document by their address: what an address takes, and what shape its body has.

use crate::api::document;
use serde_json::Value;
use std::sync::LazyLock;

/// One operation, as the document has it.
#[derive(Debug)]
pub struct Operation {
    method: String,
    /// Its name in the document.
    pub id: &'static str,
    /// Whether it is for people who are signed in.
    pub signed_in: bool,
    /// The schema of its body, if it takes one.
    pub body: Option<&'static Value>,
}

#[derive(Debug)]
struct Address {
    /// `None` stands for a parameter.
    segments: Vec<Option<String>>,
    operations: Vec<Operation>,
}

static ADDRESSES: LazyLock<Vec<Address>> = LazyLock::new(|| {
    let paths = document::shapes()["paths"].as_object().into_iter().flatten();
    let mut addresses: Vec<Address> = paths.map(|(path, item)| address(path, item)).collect();
    // Where a word and a parameter both fit, the word is meant, as in the router.
    addresses.sort_by_key(|address| address.segments.iter().map(Option::is_none).collect::<Vec<_>>());
    addresses
});

fn address(path: &str, item: &'static Value) -> Address {
    let segment = |part: &str| (!part.starts_with('{')).then(|| part.to_owned());
    let operation = |(method, it): (&String, &'static Value)| Operation {
        method: method.to_uppercase(),
        id: it["operationId"].as_str().unwrap_or_default(),
        signed_in: it.get("security").is_some(),
        body: it["requestBody"]["content"]["application/json"].get("schema"),
    };
    Address {
        segments: path.split('/').map(segment).collect(),
        operations: item.as_object().into_iter().flatten().map(operation).collect(),
    }
}

fn at(path: &str) -> Option<&'static Address> {
    let parts: Vec<&str> = path.split('/').collect();
    ADDRESSES.iter().find(|address| {
        address.segments.len() == parts.len()
            && address.segments.iter().zip(&parts).all(|(wanted, part)| wanted.as_deref().is_none_or(|it| it == *part))
    })
}

/// The operation that a call means.
pub fn find(method: &str, path: &str) -> Option<&'static Operation> {
    at(path)?.operations.iter().find(|operation| operation.method == method)
}

/// What an address takes, for `Allow` (RFC 9110).
pub fn allowed(path: &str) -> Option<String> {
    let mut methods: Vec<&str> = at(path)?.operations.iter().map(|operation| operation.method.as_str()).collect();
    if methods.contains(&"GET") {
        methods.push("HEAD");
    }
    methods.sort_unstable();
    Some(methods.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_what_it_takes() {
        assert_eq!(allowed("/v1/relationships").as_deref(), Some("GET, HEAD, POST"));
        assert_eq!(allowed("/v1/digests/today").as_deref(), Some("GET, HEAD"));
        assert_eq!(allowed("/v1/digests/2026-10-05/open").as_deref(), Some("POST"));
        assert_eq!(allowed("/v1/nowhere"), None);
        assert!(find("POST", "/v1/relationships").is_some_and(|it| it.signed_in && it.body.is_some()));
        assert!(find("POST", "/v1/sessions").is_some_and(|it| !it.signed_in));
        assert!(find("TRACE", "/v1/relationships").is_none());
    }
}
