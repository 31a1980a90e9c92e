//! The closing table: what every job came to, and why not.

use super::super::line::Line;
use super::words;
use super::wrapped;
use domain::words::{Job, Outcome};
use std::collections::BTreeMap;
use std::fmt::Write;

const COLUMNS: [Outcome; 6] =
    [Outcome::Sent, Outcome::Folded, Outcome::Held, Outcome::Skipped, Outcome::Cancelled, Outcome::Failed];

pub fn table(lines: &[Line]) -> String {
    let mut outcomes: BTreeMap<(Job, Outcome), usize> = BTreeMap::new();
    let mut reasons: BTreeMap<Job, BTreeMap<&str, usize>> = BTreeMap::new();
    for line in lines {
        let Line::Decision(decision) = line else { continue };
        *outcomes.entry((decision.job, decision.outcome)).or_default() += 1;
        if !matches!(decision.outcome, Outcome::Sent | Outcome::Folded) {
            *reasons.entry(decision.job).or_default().entry(&decision.reason).or_default() += 1;
        }
    }
    let mut text = String::from("\nAll in all         ");
    for outcome in COLUMNS {
        let _ = write!(text, "{:>10}", outcome.as_str());
    }
    for job in Job::ALL {
        let _ = write!(text, "\n  {:<17}", words::job(*job));
        for outcome in COLUMNS {
            let _ = write!(text, "{:>10}", outcomes.get(&(*job, outcome)).copied().unwrap_or(0));
        }
    }
    text.push('\n');
    if !reasons.is_empty() {
        text.push_str("\nNot sent, or not at once, because\n");
    }
    for (job, reasons) in reasons {
        let _ = writeln!(text, "  {}", words::job(job));
        let mut reasons: Vec<(&str, usize)> = reasons.into_iter().collect();
        reasons.sort_by_key(|(code, count)| (std::cmp::Reverse(*count), *code));
        for (code, count) in reasons {
            let _ = writeln!(text, "    {count:>5} {}", wrapped(&words::reason(code)));
        }
    }
    text
}
