//! Full-text search by the database's own means: PostgreSQL's `tsvector`, SQLite's FTS5. The query reaches neither as
//! it was typed: it is cut into words first, all of which a text must have, in any of its forms.

use super::reading::{self, Filter, Heading, Listed};
use super::stems::{self, Family};
use crate::among::among;
use crate::entity::{library_entry, library_search, library_text};
use crate::error::Result;
use domain::policy::Permit;
use domain::words::Language;
use sea_orm::sea_query::{Alias, Expr, Order, Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, QueryFilter};
use std::collections::BTreeMap;
use uuid::Uuid;

/// An entry that was found, in a language it was found in.
#[derive(Clone, Debug)]
pub struct Hit {
    pub entry: Listed,
    pub language: Language,
    /// The text's own words around what was looked for; the summary where it stands in the title alone.
    pub excerpt: String,
}

/// The best of what has every word of `query`, each entry once: the best first, the same order every time. What was
/// found in several languages is shown in `preferred`, where that is one of them.
pub async fn find(
    db: &impl ConnectionTrait,
    permit: Permit,
    query: &str,
    preferred: Language,
    filter: &Filter,
    limit: u64,
) -> Result<Vec<Hit>> {
    let asked = Family::ALL.map(|family| (family, family.asked(query)));
    let mut found: Vec<(Uuid, String)> = Vec::new();
    let mut ranked = Vec::new();
    for (family, words) in &asked {
        let languages: Vec<Language> =
            family.languages().filter(|language| filter.language.is_none_or(|only| only == *language)).collect();
        if words.is_empty() || languages.is_empty() {
            continue;
        }
        let statement = matching(db.get_database_backend(), *family, words, &languages, permit, filter, limit);
        for row in db.query_all(&statement).await? {
            let rank: f64 = row.try_get("", "rank")?;
            ranked.push((rank, row.try_get::<Uuid>("", "entry_id")?, row.try_get::<String>("", "language")?));
        }
    }
    ranked.sort_by(|one, other| one.0.total_cmp(&other.0).then_with(|| (one.1, &one.2).cmp(&(other.1, &other.2))));
    for (_, entry, language) in ranked {
        match found.iter_mut().find(|(seen, _)| *seen == entry) {
            Some((_, shown)) if language == preferred.as_str() => *shown = language,
            Some(_) => {}
            None => found.push((entry, language)),
        }
    }
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    shown(db, found, &asked).await
}

/// Entry, language and rank (the best is the least) of the best texts in languages of one family. An entry may be
/// there once in each language.
fn matching(
    backend: DbBackend,
    family: Family,
    words: &[String],
    languages: &[Language],
    permit: Permit,
    filter: &Filter,
    limit: u64,
) -> SelectStatement {
    use library_search::Column;
    let mut statement = Query::select();
    statement.column(Column::EntryId).column(Column::Language).from(library_search::Entity);
    if backend == DbBackend::Postgres {
        let query = stems::postgres_query(words);
        let asked = |how: &str| Expr::cust_with_values(how.replace("FAMILY", family.configuration()), [query.clone()]);
        // 1: a long text is not better for being long.
        statement
            .expr_as(asked("-ts_rank(words, to_tsquery('FAMILY', $1), 1)::float8"), Alias::new("rank"))
            .and_where(asked("words @@ to_tsquery('FAMILY', $1)"));
    } else {
        let query = stems::sqlite_query(family, words);
        statement
            .expr_as(Expr::cust("bm25(library_index, 10.0, 4.0, 1.0)"), Alias::new("rank"))
            .inner_join(Alias::new("library_index"), Expr::cust("library_index.rowid = library_search.seq"))
            .and_where(Expr::cust_with_values("library_index match ?", [query]));
    }
    statement
        .and_where(Column::Language.is_in(languages.iter().map(|language| language.as_str())))
        .and_where(reading::entry_is_readable(Column::EntryId.into_expr(), permit.actor().organisation, filter))
        .order_by_expr(Expr::cust("rank"), Order::Asc)
        .order_by(Column::EntryId, Order::Asc)
        .order_by(Column::Language, Order::Asc)
        .limit(limit.saturating_mul(languages.len() as u64));
    statement
}

async fn shown(
    db: &impl ConnectionTrait,
    found: Vec<(Uuid, String)>,
    asked: &[(Family, Vec<String>)],
) -> Result<Vec<Hit>> {
    let ids: Vec<Uuid> = found.iter().map(|(entry, _)| *entry).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let entries = library_entry::Entity::find().filter(among(library_entry::Column::Id, &ids)).all(db).await?;
    let mut listed: BTreeMap<Uuid, Listed> =
        reading::listed(db, entries).await?.into_iter().map(|listed| (listed.entry.id, listed)).collect();
    let of = |entry: &Listed, language: &str| {
        Condition::all()
            .add(library_text::Column::RevisionId.eq(entry.entry.published_id))
            .add(library_text::Column::Language.eq(language))
    };
    let wanted = found.iter().filter_map(|(id, language)| Some(of(listed.get(id)?, language)));
    let wanted = wanted.fold(Condition::any(), Condition::add);
    let texts = library_text::Entity::find().filter(wanted).all(db).await?;
    let bodies: BTreeMap<Uuid, &str> = texts.iter().map(|text| (text.revision_id, text.body.as_str())).collect();
    let mut hits = Vec::with_capacity(found.len());
    for (id, language) in found {
        let Some(entry) = listed.remove(&id) else { continue };
        let language: Language = language.parse()?;
        let body = entry.entry.published_id.and_then(|published| bodies.get(&published));
        let family = Family::of(language);
        let words = asked.iter().find(|(it, _)| *it == family).map_or(&[][..], |(_, words)| words);
        let summary = |heading: &&Heading| heading.language == language;
        let excerpt = body.and_then(|body| stems::excerpt(family, body, words)).unwrap_or_else(|| {
            entry.headings.iter().find(summary).map_or_else(String::new, |heading| heading.summary.clone())
        });
        hits.push(Hit { entry, language, excerpt });
    }
    Ok(hits)
}
