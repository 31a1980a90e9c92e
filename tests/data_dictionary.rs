//! `docs/data-dictionary.md`, made of the schema as it stands after all migrations and of what the entities say of it.

use crate::documents::is_as_committed;
use crate::layout::rust_files;
use sea_orm::{ConnectionTrait, DatabaseConnection, QueryResult, Statement};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use storage::Address;

const DICTIONARY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/data-dictionary.md");
const ENTITIES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/storage/src/entity");
const HEAD: &str = "\
# Data dictionary

Every table of the main database, made from the schema and from what `storage/src/entity/` says of it:
`scripts/test --quick --bless documents data_dictionary` writes it anew. Times are UTC; a date is somebody's local date.
*Sealed* bytes are what a person wrote (or a name she gave), opened only with her or her thread's data key; see
[security](security.md). Wrapped data keys lie in a database of their own (`data_key`). Tables of the full-text search are the
library's, and hold nothing of anybody's.
";

/// What an entity's file says.
#[derive(Default)]
struct Entity {
    about: String,
    columns: BTreeMap<String, (String, String)>,
}

fn entity(text: &str) -> (String, Entity) {
    let (mut name, mut found, mut said) = (String::new(), Entity::default(), String::new());
    for line in text.lines().map(str::trim) {
        if let Some(doc) = line.strip_prefix("//!") {
            found.about.push_str(doc);
        } else if let Some(doc) = line.strip_prefix("///") {
            said.push_str(doc);
        } else if let Some(table) = line.strip_prefix("#[sea_orm(table_name = \"") {
            name = table.split('"').next().unwrap_or_default().to_owned();
        } else if let Some((column, kind)) = line.strip_prefix("pub ").and_then(|it| it.split_once(": ")) {
            found.columns.insert(column.to_owned(), (kind.trim_end_matches(',').to_owned(), std::mem::take(&mut said)));
        }
    }
    (name, found)
}

async fn asked(db: &DatabaseConnection, sql: String) -> Vec<QueryResult> {
    db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.expect("an answer")
}

fn text(row: &QueryResult, column: &str) -> String {
    row.try_get::<Option<String>>("", column).expect("text").unwrap_or_default()
}

/// What a column holds, in words.
fn holds(kind: &str, sealed: bool) -> &'static str {
    match kind.trim_start_matches("Option<").trim_end_matches('>') {
        "Uuid" => "id",
        "String" => "text",
        "DateTimeUtc" => "time",
        "Date" => "date",
        "Time" => "time of day",
        "bool" => "yes or no",
        "i32" | "i64" | "f64" => "number",
        "Json" => "JSON",
        "Vec<u8" if sealed => "sealed",
        "Vec<u8" => "bytes",
        other => panic!("what does {other} hold?"),
    }
}

#[tokio::test]
async fn every_table_and_column_is_told_of() {
    let db =
        storage::connect::open(&Address { connections: 1, ..Address::new("sqlite::memory:") }).await.expect("memory");
    migrations::run(&db).await.expect("the schema");
    let entities: BTreeMap<String, Entity> = std::fs::read_dir(ENTITIES)
        .expect("entities")
        .map(|file| std::fs::read_to_string(file.expect("a file").path()).expect("text"))
        .map(|text| entity(&text))
        .collect();
    let rooms = ["backend/src", "storage/src"].map(|room| Path::new(env!("CARGO_MANIFEST_DIR")).join(room));
    let code: String = rooms
        .iter()
        .flat_map(|room| rust_files(room))
        .map(|file| std::fs::read_to_string(file).expect("text"))
        .collect();
    let mut out = HEAD.to_owned();
    let tables = "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' \
                  and name not like 'seaql_%' and name not like 'library_search%' and name not like 'library_index%' order by name";
    for table in asked(&db, tables.to_owned()).await.iter().map(|row| text(row, "name")) {
        let known = entities.get(&table).unwrap_or_else(|| panic!("no entity tells of {table}"));
        let referred: BTreeMap<String, String> =
            asked(&db, format!("select * from pragma_foreign_key_list('{table}')"))
                .await
                .iter()
                .map(|row| (text(row, "from"), text(row, "table")))
                .collect();
        writeln!(out, "\n## {table}\n\n{}\n\n| column | holds | about |\n|---|---|---|", known.about.trim())
            .expect("text");
        for row in asked(&db, format!("select * from pragma_table_info('{table}') order by cid")).await {
            let column = text(&row, "name");
            let (kind, said) =
                known.columns.get(&column).unwrap_or_else(|| panic!("no entity tells of {table}.{column}"));
            let sealed = code.contains(&format!("\"{table}.{column}\""));
            let mut about: Vec<String> = Vec::new();
            if row.try_get::<i32>("", "pk").expect("a number") > 0 {
                about.push("key".to_owned());
            }
            about.extend(referred.get(&column).map(|of| format!("of [{of}](#{of})")));
            if kind.starts_with("Option<") {
                about.push("may be missing".to_owned());
            }
            if !said.trim().is_empty() {
                about.push(said.trim().to_owned());
            }
            writeln!(out, "| `{column}` | {} | {} |", holds(kind, sealed), about.join("; ")).expect("text");
        }
    }
    is_as_committed(DICTIONARY, out.as_bytes());
}
