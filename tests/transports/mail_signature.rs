//! A DKIM verifier (RFC 6376, RFC 8463) written from the standard, for relaxed/relaxed.
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Header fields in order, each as it stands (folded, with its line end), and the body.
pub fn split(mail: &[u8]) -> (Vec<String>, Vec<u8>) {
    let text = String::from_utf8(mail.to_vec()).expect("UTF-8");
    let (head, body) = text.split_once("\r\n\r\n").expect("a blank line");
    let mut fields: Vec<String> = Vec::new();
    for line in head.split("\r\n") {
        match fields.last_mut() {
            Some(last) if line.starts_with([' ', '\t']) => last.push_str(&format!("\r\n{line}")),
            _ => fields.push(line.to_owned()),
        }
    }
    (fields, body.as_bytes().to_vec())
}

fn squeeze(text: &str) -> String {
    text.split([' ', '\t']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn relaxed_field(field: &str) -> String {
    let (name, value) = field.split_once(':').expect("name: value");
    format!("{}:{}", name.trim().to_lowercase(), squeeze(&value.replace("\r\n", "")))
}

fn relaxed_body(body: &[u8]) -> String {
    let text = String::from_utf8(body.to_vec()).expect("UTF-8");
    let text = text.strip_suffix("\r\n").unwrap_or(&text).to_owned();
    let mut lines: Vec<String> = text
        .split("\r\n")
        .map(|line| {
            let lead = if line.starts_with([' ', '\t']) { " " } else { "" };
            let inner = squeeze(line);
            if inner.is_empty() { String::new() } else { format!("{lead}{inner}") }
        })
        .collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines.iter().map(|line| format!("{line}\r\n")).collect()
}

/// The tags of the mail's one signature.
pub fn tags(mail: &[u8]) -> BTreeMap<String, String> {
    let (fields, _) = split(mail);
    let signature = fields.iter().find(|field| field.to_lowercase().starts_with("dkim-signature:")).expect("signed");
    let (_, value) = signature.split_once(':').expect("value");
    value
        .replace("\r\n", "")
        .split(';')
        .filter_map(|tag| tag.split_once('='))
        .map(|(name, value)| (name.trim().to_owned(), value.split_whitespace().collect()))
        .collect()
}

/// Whether body and signed headers are as they were when they were signed.
pub fn holds(mail: &[u8], key: &DecodingKey) -> bool {
    let (fields, body) = split(mail);
    let tags = tags(mail);
    assert_eq!(tags["c"], "relaxed/relaxed");
    if STANDARD.encode(Sha256::digest(relaxed_body(&body))) != tags["bh"] {
        return false;
    }
    let mut signed = String::new();
    for name in tags["h"].split(':') {
        // A name without a field is signed as its absence.
        if let Some(field) = fields.iter().rev().find(|field| relaxed_field(field).starts_with(&format!("{name}:"))) {
            signed.push_str(&format!("{}\r\n", relaxed_field(field)));
        }
    }
    let signature = fields.iter().find(|field| field.to_lowercase().starts_with("dkim-signature:")).expect("signed");
    let own = relaxed_field(signature);
    let (before, after) = own.rsplit_once("b=").expect("b=");
    let after = after.split_once(';').map(|(_, rest)| format!(";{rest}")).unwrap_or_default();
    signed.push_str(&format!("{before}b={after}"));
    let sealed = URL_SAFE_NO_PAD.encode(STANDARD.decode(&tags["b"]).expect("base64"));
    let (message, algorithm) = match tags["a"].as_str() {
        "rsa-sha256" => (signed.into_bytes(), Algorithm::RS256),
        // RFC 8463: Ed25519 over the SHA-256 digest.
        "ed25519-sha256" => (Sha256::digest(signed).to_vec(), Algorithm::EdDSA),
        other => panic!("no check for {other}"),
    };
    jsonwebtoken::crypto::verify(&sealed, &message, key, algorithm).expect("a key of that kind")
}
