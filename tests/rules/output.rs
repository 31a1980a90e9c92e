//! The lines of an output as plain values.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;
use serde_json::Value;
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
pub struct Run {
    pub zone: Tz,
    pub policy_version: u64,
}

#[derive(Clone, Debug)]
pub struct Event {
    pub line: usize,
    pub at: DateTime<Utc>,
    pub kind: String,
    pub owner: Option<String>,
    pub provider: Option<String>,
    pub fields: Value,
}

#[derive(Clone, Debug)]
pub struct Decision {
    pub line: usize,
    pub at: DateTime<Utc>,
    pub written: DateTime<FixedOffset>,
    pub job: String,
    pub slot: NaiveDate,
    pub owner: Option<String>,
    pub provider: Option<String>,
    pub recipient: String,
    pub zone: Tz,
    pub outcome: String,
    pub reason: String,
    pub channels: Vec<String>,
    pub subject: Option<String>,
    pub items: Option<Vec<String>>,
    pub sections: Option<BTreeMap<String, Vec<String>>>,
    pub promised: Option<NaiveDate>,
    pub long: Option<u64>,
    pub policy_version: u64,
    pub agreement_version: Option<u64>,
}

pub enum Line {
    Run(Run),
    Event(Event),
    Decision(Box<Decision>),
}

impl Event {
    pub fn text(&self, name: &str) -> Option<&str> {
        self.fields[name].as_str()
    }

    pub fn required(&self, name: &str) -> &str {
        self.text(name).unwrap_or_else(|| panic!("line {}: {} has no {name}", self.line, self.kind))
    }

    pub fn date(&self, name: &str) -> NaiveDate {
        self.required(name).parse().unwrap_or_else(|_| panic!("line {}: {name} is no date", self.line))
    }

    pub fn time(&self, name: &str) -> NaiveTime {
        NaiveTime::parse_from_str(self.required(name), "%H:%M").expect("HH:MM")
    }

    pub fn instant(&self, name: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(self.required(name)).expect("RFC 3339").to_utc()
    }

    pub fn flag(&self, name: &str) -> bool {
        self.fields[name].as_bool().unwrap_or_else(|| panic!("line {}: {name} is not true or false", self.line))
    }

    pub fn number(&self, name: &str) -> i64 {
        self.fields[name].as_i64().unwrap_or_else(|| panic!("line {}: {name} is no number", self.line))
    }

    pub fn is_between(&self, owner: &str, provider: &str) -> bool {
        self.owner.as_deref() == Some(owner) && self.provider.as_deref() == Some(provider)
    }
}

impl Decision {
    pub fn is(&self, job: &str, outcome: &str) -> bool {
        self.job == job && self.outcome == outcome
    }

    /// It reached somebody, by itself or inside something else.
    pub fn went_out(&self) -> bool {
        matches!(self.outcome.as_str(), "sent" | "folded")
    }

    /// Owner and provider, where it names both.
    pub fn pair(&self) -> Option<(&str, &str)> {
        Some((self.owner.as_deref()?, self.provider.as_deref()?))
    }

    /// Whether it is one of the prompts that share a budget.
    pub fn is_prompt(&self) -> bool {
        matches!(self.job.as_str(), "check_in" | "plan_review" | "agreement_round")
    }

    /// Every id it names: its items and those of its sections.
    pub fn items(&self) -> impl Iterator<Item = &str> {
        self.items.iter().flatten().map(String::as_str)
    }

    /// The message it is about, for a reminder or an overdue notice.
    pub fn message(&self) -> Option<&str> {
        self.items().next().or(self.subject.as_deref())
    }
}

pub fn read(line: usize, text: &str) -> Line {
    let fields: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("line {line}: {error}"));
    let text = |name: &str| fields[name].as_str().map(str::to_owned);
    let required = |name: &str| text(name).unwrap_or_else(|| panic!("line {line}: no {name}"));
    let written = || DateTime::parse_from_rfc3339(&required("at")).expect("RFC 3339");
    let list = |value: &Value| -> Option<Vec<String>> {
        value.as_array().map(|ids| ids.iter().filter_map(Value::as_str).map(str::to_owned).collect())
    };
    let zone = |name: &str| -> Tz { required(name).parse().expect("an IANA zone") };
    match required("line").as_str() {
        "run" => {
            Line::Run(Run { zone: zone("zone"), policy_version: fields["policy_version"].as_u64().expect("a version") })
        }
        "event" => Line::Event(Event {
            line,
            at: written().to_utc(),
            kind: required("kind"),
            owner: text("owner"),
            provider: text("provider"),
            fields,
        }),
        "decision" => Line::Decision(Box::new(Decision {
            line,
            at: written().to_utc(),
            written: written(),
            job: required("job"),
            slot: required("slot").parse().expect("a date"),
            owner: text("owner"),
            provider: text("provider"),
            recipient: required("recipient"),
            zone: zone("recipient_zone"),
            outcome: required("outcome"),
            reason: required("reason"),
            channels: list(&fields["channels"]).expect("channels"),
            subject: text("subject"),
            items: list(&fields["items"]),
            sections: fields["sections"].as_object().map(|sections| {
                sections.iter().map(|(name, ids)| (name.clone(), list(ids).unwrap_or_default())).collect()
            }),
            promised: text("promised").map(|date| date.parse().expect("a date")),
            long: fields["long"].as_u64(),
            policy_version: fields["policy_version"].as_u64().expect("a version"),
            agreement_version: fields["agreement_version"].as_u64(),
        })),
        other => panic!("line {line}: {other} is no kind of line"),
    }
}
