//! What makes a link in an e-mail open the app, and the page for where there is none. Outside `/v1`: phones
//! ask for these by themselves, and a browser is sent here. Nothing is looked up, so that nobody learns
//! from it whether an id means anything.

use crate::state::App;
use domain::wording::{self, OpenPage, Wording};
use domain::words::Language;
use mobile_contract::links::{SCHEME, apple_app_site_association, asset_links};
use mobile_contract::problem::ProblemCode;
use poem::http::{StatusCode, header};
use poem::web::{Data, Html, Path};
use poem::{IntoResponse, Request, Response, Route, get, handler};
use std::sync::Arc;
use uuid::Uuid;

/// The routes, added to those that are there.
pub fn add(to: Route) -> Route {
    to.at("/.well-known/apple-app-site-association", get(apple))
        .at("/.well-known/assetlinks.json", get(android))
        .at("/open/:id", get(open))
}

#[handler]
fn apple(app: Data<&Arc<App>>) -> Response {
    let apps = &app.settings.apps.apple;
    if apps.is_empty() { nothing_here() } else { json(apple_app_site_association(apps).to_string()) }
}

#[handler]
fn android(app: Data<&Arc<App>>) -> Response {
    let apps = &app.settings.apps.android;
    if apps.is_empty() { nothing_here() } else { json(asset_links(apps).to_string()) }
}

/// Where there is an app for browsers, it opens there; else the page says where to look.
#[handler]
fn open(app: Data<&Arc<App>>, request: &Request, Path(id): Path<String>) -> Response {
    let Ok(id) = Uuid::parse_str(&id) else { return nothing_here() };
    if let Some(web) = &app.settings.apps.web {
        let to = format!("{}{}", web.trim_end_matches('/'), mobile_contract::links::open_path(id));
        return Response::builder()
            .status(StatusCode::SEE_OTHER)
            .header(header::LOCATION, to)
            .header(header::CACHE_CONTROL, "no-store")
            .finish();
    }
    let wished = request.header(header::ACCEPT_LANGUAGE).and_then(wording::negotiate);
    let page = page(id, wished.unwrap_or(app.settings.default_language));
    Html(page)
        .with_header(header::CACHE_CONTROL, "no-store")
        .with_header(header::REFERRER_POLICY, "no-referrer")
        .into_response()
}

fn page(id: Uuid, language: Language) -> String {
    let say = |text: &OpenPage| Wording::built_in().say(language, text);
    let (title, where_to, button) = (say(&OpenPage::Title), say(&OpenPage::Where), say(&OpenPage::Button));
    format!(
        "<!doctype html><html lang=\"{}\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><meta name=\"robots\" content=\"noindex\"><title>{title}</title>\
         <h1>{title}</h1><p>{where_to}</p><p><a href=\"{SCHEME}://open/{id}\">{button}</a></p></html>",
        language.as_str()
    )
}

fn json(text: String) -> Response {
    // Apple's and Google's machines ask seldom, and a changed app must not wait for them.
    crate::routes::written("application/json", &text)
        .with_header(header::CACHE_CONTROL, "public, max-age=3600")
        .into_response()
}

fn nothing_here() -> Response {
    let mut response = crate::middleware::respond(ProblemCode::NotFound, Vec::new());
    response.set_status(StatusCode::NOT_FOUND);
    response
}
