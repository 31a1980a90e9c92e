//! Which language a caller reads, from the `Accept-Language` header (RFC 9110 §12.5.4).

use crate::words::Language;

/// The best of our languages for an `Accept-Language` header, or `None` when it asks for none of them
/// or for any (`*`): then the account's own language, or the place's, is the better guess.
/// A header is a wish and never an error: what cannot be read in it is passed over.
pub fn negotiate(header: &str) -> Option<Language> {
    let mut best: Option<(Language, u16)> = None;
    for wish in header.split(',') {
        let mut parts = wish.split(';');
        let range = parts.next().unwrap_or_default();
        let (Some(language), Some(weight)) = (of_range(range), weight(parts.next())) else { continue };
        if weight > best.map_or(0, |(_, best)| best) {
            best = Some((language, weight));
        }
    }
    best.map(|(language, _)| language)
}

/// The language of a tag such as `nb-NO`. `no` stands for both written forms and means the more common one.
fn of_range(range: &str) -> Option<Language> {
    let primary = range.trim().split(['-', '_']).next().unwrap_or_default();
    match primary.to_ascii_lowercase().as_str() {
        "nb" | "no" => Some(Language::Nb),
        "nn" => Some(Language::Nn),
        "en" => Some(Language::En),
        _ => None,
    }
}

/// Thousandths; 1000 where no weight is given, `None` where it is not one.
fn weight(parameter: Option<&str>) -> Option<u16> {
    let Some(parameter) = parameter else { return Some(1000) };
    let (name, value) = parameter.split_once('=')?;
    if !name.trim().eq_ignore_ascii_case("q") {
        return None;
    }
    let (whole, decimals) = value.trim().split_once('.').unwrap_or((value.trim(), ""));
    if decimals.len() > 3 || !decimals.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let thousandths: u16 = format!("{decimals:0<3}").parse().ok()?;
    match (whole, thousandths) {
        ("0", _) => Some(thousandths),
        ("1", 0) => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_chooses_the_language_it_wants_most() {
        for (header, language) in [
            ("", None),
            ("no", Some(Language::Nb)),
            ("nb-NO", Some(Language::Nb)),
            ("NN-no", Some(Language::Nn)),
            ("nn;q=0.9", Some(Language::Nn)),
            ("en-GB,en;q=0.8,nb;q=0.9", Some(Language::En)),
            ("en;q=0.8, nn ; q=0.9", Some(Language::Nn)),
            ("en;q=0.5,nb;q=0.5", Some(Language::En)),
            ("nn;q=0, en;q=0.001", Some(Language::En)),
            ("nn;q=0", None),
            ("de, fr;q=0.9, en;q=0.1", Some(Language::En)),
            ("de", None),
            ("*", None),
            ("*, nn;q=0.2", Some(Language::Nn)),
            ("se-NO, nn;q=0.5", Some(Language::Nn)),
            ("en;q=1.0,nn;q=1.000", Some(Language::En)),
            ("en;q=2, nn;q=0.1", Some(Language::Nn)),
            ("en;q=-1, nn;q=0.1", Some(Language::Nn)),
            ("en;q=0.1234, nn;q=0.1", Some(Language::Nn)),
            ("en;level=1, nn;q=0.1", Some(Language::Nn)),
            (";;;,,==q,\u{0}☃;q=☃", None),
            ("nbsp, enough, nnn", None),
        ] {
            assert_eq!(negotiate(header), language, "{header:?}");
        }
    }
}
