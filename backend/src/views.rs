//! Words and rows turned into what crosses the wire.

use crate::app::sessions::Caller;
use crate::app::{Answer, Refusal};
use crate::state::App;
use chrono::{DateTime, Utc};
use domain::wording::FieldFault;
use mobile_contract::page::Position;
use mobile_contract::problem::ProblemCode;
use mobile_contract::relationships::PartyOut;
use std::str::FromStr;
use storage::StorageError;
use storage::rows;
use uuid::Uuid;

/// The same word in the other vocabulary: contract and domain write theirs alike, which a test holds.
pub fn word<T: FromStr>(word: &str) -> Answer<T> {
    word.parse().map_err(|_| Refusal::from(StorageError::Corrupt(format!("unknown word {word:?}"))))
}

/// Several of them.
pub fn words<A: Copy + std::fmt::Display, B: FromStr>(all: &[A]) -> Answer<Vec<B>> {
    all.iter().map(|one| word(&one.to_string())).collect()
}

/// A page of a list that has no operation of its own.
#[derive(Debug)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next_cursor: Option<String>,
}

/// Cuts a list that was read one row too far back to `limit`, and tells the last row of the page if
/// there is another page.
pub fn cut<T>(rows: &mut Vec<T>, limit: u64) -> Option<&T> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    rows.last().filter(|_| more)
}

/// `limit` within its bounds, or the fault.
pub fn limit(asked: Option<u32>) -> Answer<u64> {
    use mobile_contract::page::{DEFAULT_LIMIT, MAX_LIMIT};
    match asked {
        None => Ok(u64::from(DEFAULT_LIMIT)),
        Some(limit) if (1..=MAX_LIMIT).contains(&limit) => Ok(u64::from(limit)),
        Some(_) => {
            Err(Refusal::field("limit", FieldFault::OutsideBounds { min: "1".to_owned(), max: MAX_LIMIT.to_string() }))
        }
    }
}

/// Where a page goes on: after this (time, id) of `list`.
pub fn place(app: &App, caller: Caller, list: &str, cursor: Option<&str>) -> Answer<Option<(DateTime<Utc>, Uuid)>> {
    let Some(place) = position(app, caller, list, cursor)? else { return Ok(None) };
    let at = DateTime::from_timestamp_micros(place.micros).ok_or(ProblemCode::BadCursor)?;
    Ok(Some((at, place.id)))
}

/// The same in a list that is ordered by ids alone.
pub fn place_by_id(app: &App, caller: Caller, list: &str, cursor: Option<&str>) -> Answer<Option<Uuid>> {
    Ok(position(app, caller, list, cursor)?.map(|place| place.id))
}

/// The same in a list whose entries are numbered.
pub fn place_by_number(app: &App, caller: Caller, list: &str, cursor: Option<&str>) -> Answer<Option<i32>> {
    let Some(place) = position(app, caller, list, cursor)? else { return Ok(None) };
    Ok(Some(i32::try_from(place.micros).map_err(|_| ProblemCode::BadCursor)?))
}

/// The same in a list of numbered entries of many things.
pub fn place_by_id_and_number(
    app: &App,
    caller: Caller,
    list: &str,
    cursor: Option<&str>,
) -> Answer<Option<(Uuid, i32)>> {
    let Some(place) = position(app, caller, list, cursor)? else { return Ok(None) };
    Ok(Some((place.id, i32::try_from(place.micros).map_err(|_| ProblemCode::BadCursor)?)))
}

fn position(app: &App, caller: Caller, list: &str, cursor: Option<&str>) -> Answer<Option<Position>> {
    let read = |cursor| app.cursors.read(list, caller.actor.account.0, cursor);
    cursor.map(read).transpose().map_err(|_| ProblemCode::BadCursor.into())
}

/// The cursor after (time, id) of `list`.
pub fn cursor(app: &App, caller: Caller, list: &str, last: (DateTime<Utc>, Uuid)) -> String {
    app.cursors.write(list, caller.actor.account.0, Position { micros: last.0.timestamp_micros(), id: last.1 })
}

/// The cursor after `id` in a list that is ordered by ids alone.
pub fn cursor_by_id(app: &App, caller: Caller, list: &str, id: Uuid) -> String {
    app.cursors.write(list, caller.actor.account.0, Position { micros: 0, id })
}

/// The cursor after `number` in a list whose entries are numbered; `id` is the entry's, where it has one.
pub fn cursor_by_number(app: &App, caller: Caller, list: &str, number: i32, id: Option<Uuid>) -> String {
    let place = Position { micros: i64::from(number), id: id.unwrap_or_default() };
    app.cursors.write(list, caller.actor.account.0, place)
}

/// The version in `If-Match`: 428 without one, 412 for one that cannot be the present one.
pub fn if_match(header: Option<&str>, version: i32) -> Answer<()> {
    let Some(header) = header else { return Err(Refusal::new(ProblemCode::MissingIfMatch)) };
    let wanted = crate::api::answer::etag(version);
    let matches = header.split(',').map(str::trim).any(|tag| tag == "*" || tag.trim_start_matches("W/") == wanted);
    if matches { Ok(()) } else { Err(Refusal::stale(version)) }
}

pub fn party(account: &rows::Account) -> PartyOut {
    PartyOut { id: account.id, display_name: account.display_name.clone() }
}

/// `HH:MM`
pub fn clock_time(time: chrono::NaiveTime) -> String {
    time.format("%H:%M").to_string()
}

/// What a sentence calls a person by: the first of her names.
pub fn first_name(display_name: &str) -> String {
    display_name.split_whitespace().next().unwrap_or(display_name).to_owned()
}
