//! The whole of it as JSON: one object (`ExportOut`), whose lists are written as they are read.

use super::Head;
use super::sections::Record;
use chrono::{DateTime, Utc};
use mobile_contract::export::{EXPORT_VERSION, ExportSection};
use poem_openapi::types::ToJSON;

/// The end of every export that is whole.
pub const END: &str = ",\n\"complete\":true}\n";

/// Writes lists, and knows whether the present one has a record.
#[derive(Default)]
pub struct Writer {
    begun: bool,
}

impl Writer {
    pub fn begin(out: &mut String, head: &Head, now: DateTime<Utc>) -> Self {
        let mut member = |name: &str, value: String| {
            out.push_str(if out.is_empty() { "{" } else { ",\n" });
            out.push_str(&format!("\"{name}\":{value}"));
        };
        member("export_version", EXPORT_VERSION.to_string());
        member("exported_at", now.to_json_string());
        member("records", head.summary.records.to_string());
        member("counts", head.summary.sections.to_json_string());
        member("account", head.account.to_json_string());
        member("plan", head.plan.to_json_string());
        Self::default()
    }

    pub fn open(&mut self, out: &mut String, section: ExportSection) {
        self.begun = false;
        out.push_str(&format!(",\n\"{}\":[", section.as_str()));
    }

    pub fn record(&mut self, out: &mut String, record: &Record) {
        out.push_str(if self.begun { "\n ," } else { "\n " });
        out.push_str(&record.json());
        self.begun = true;
    }

    pub fn close(&mut self, out: &mut String) {
        out.push(']');
    }
}
