//! What a poem handler does with nothing in between: one row read from the same database.

use super::plain_writes::Plain;
use poem::web::{Data, Json, Path};
use poem::{Endpoint, EndpointExt, Route, handler};
use sea_orm::sqlx;
use serde::Serialize;
use uuid::Uuid;

const ROW: &str = "select id, role, login, display_name, languages, zone, lock_screen, read_receipts, version \
                   from account where id = $1";

/// An account, in the order of [`ROW`].
type Columns = (Uuid, String, String, String, String, String, String, bool, i32);

#[derive(Serialize)]
struct Row {
    id: Uuid,
    role: String,
    login: String,
    display_name: String,
    languages: String,
    zone: String,
    lock_screen: String,
    read_receipts: bool,
    version: i32,
}

/// `/row/<account>`.
pub fn routes(plain: &Plain) -> impl Endpoint + 'static {
    Route::new().at("/row/:id", row).data(plain.clone())
}

#[handler]
async fn row(plain: Data<&Plain>, id: Path<Uuid>) -> poem::Result<Json<Row>> {
    Ok(Json(found(plain.0, id.0).await.map_err(poem::error::InternalServerError)?))
}

async fn found(plain: &Plain, id: Uuid) -> Result<Row, sqlx::Error> {
    let columns: Columns = match plain {
        Plain::Sqlite(pool) => sqlx::query_as(ROW).bind(id).fetch_one(pool).await?,
        Plain::Postgres(pool) => sqlx::query_as(ROW).bind(id).fetch_one(pool).await?,
    };
    let (id, role, login, display_name, languages, zone, lock_screen, read_receipts, version) = columns;
    Ok(Row { id, role, login, display_name, languages, zone, lock_screen, read_receipts, version })
}
