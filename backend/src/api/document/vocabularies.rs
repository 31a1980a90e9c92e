//! What each word of a closed vocabulary says. poem-openapi leaves out what stands beside the variants of an enum.

use mobile_contract::words::vocabularies;
use serde_json::{Value, json};

pub fn add(document: &mut Value) {
    for vocabulary in vocabularies() {
        let Some(schema) = document["components"]["schemas"].get_mut(vocabulary.name) else { continue };
        let said = |lines: &[&str]| lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
        let words: Vec<(&str, String)> = vocabulary.words.iter().map(|(word, lines)| (*word, said(lines))).collect();
        if words.iter().all(|(_, said)| said.is_empty()) {
            continue;
        }
        let mut description = schema["description"].as_str().unwrap_or_default().to_owned();
        for (word, said) in words.iter().filter(|(_, said)| !said.is_empty()) {
            let before = if description.is_empty() { "" } else { "\n" };
            description.push_str(&format!("{before}- `{word}`: {said}"));
        }
        schema["description"] = json!(description);
        schema["x-enum-descriptions"] = words.into_iter().map(|(_, said)| said).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_vocabulary_of_the_document_is_known() {
        let known: BTreeSet<&str> = vocabularies().map(|vocabulary| vocabulary.name).collect();
        let schemas = super::super::value()["components"]["schemas"].as_object().expect("schemas");
        let written: BTreeSet<&str> =
            schemas.iter().filter(|(_, it)| it.get("enum").is_some()).map(|(name, _)| name.as_str()).collect();
        let forgotten: Vec<_> = written.difference(&known).collect();
        assert!(forgotten.is_empty(), "not listed in mobile_contract::words: {forgotten:?}");
    }
}
