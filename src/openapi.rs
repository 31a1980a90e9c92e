//! `reconnect openapi`: prints the API's document. Needs neither settings nor a database.

use crate::shell::Done;
use std::io::{self, Write};

pub fn run() -> Done {
    let document: serde_json::Value = serde_json::from_str(&backend::api::document())?;
    let mut out = io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &document)?;
    writeln!(out)?;
    Ok(out.flush()?)
}
