//! `reconnect openapi`: prints the API's document. Needs neither settings nor a database.

use crate::shell::Done;
use std::io::{self, Write};

pub fn run() -> Done {
    let mut out = io::stdout().lock();
    out.write_all(backend::api::document::text().as_bytes())?;
    Ok(out.flush()?)
}
