//! The link in the digest mail (RFC 8058): works without signing in, without cookies, without
//! redirects. Only POST changes anything, so that a mail scanner that follows links does not.

use crate::api::answer::Done;
use crate::api::problem::Problem;
use crate::api::tags::ApiTags;
use crate::app::unsubscribe;
use crate::state::App;
use domain::wording::{MailText, Wording};
use domain::words::Language;
use poem::web::Data;
use poem_openapi::param::Path;
use poem_openapi::payload::Html;
use poem_openapi::{ApiResponse, OpenApi};
use std::sync::Arc;

pub struct UnsubscribeApi;

/// A page of one button.
#[derive(ApiResponse)]
enum Page {
    /// The page.
    #[oai(status = 200)]
    Shown(Html<String>),
}

#[OpenApi(prefix_path = "/v1", tag = "ApiTags::Unsubscribe")]
impl UnsubscribeApi {
    /// Turn the digest mail off
    ///
    /// The digest in the app stays. Doing it again changes nothing.
    #[oai(path = "/unsubscribe/:token", method = "post", operation_id = "create_unsubscription")]
    async fn create_unsubscription(&self, app: Data<&Arc<App>>, token: Path<String>) -> Result<Done, Problem> {
        unsubscribe::turn_off(&app, &token.0).await?;
        Ok(Done::Empty)
    }

    /// A page with the button that turns the digest mail off
    ///
    /// Changes nothing by itself.
    #[oai(path = "/unsubscribe/:token", method = "get", operation_id = "get_unsubscription")]
    async fn get_unsubscription(&self, app: Data<&Arc<App>>, token: Path<String>) -> Result<Page, Problem> {
        let language = unsubscribe::language(&app, &token.0).await?;
        Ok(Page::Shown(Html(page(language))))
    }
}

fn page(language: Language) -> String {
    let button = Wording::built_in().say(language, &MailText::Unsubscribe);
    format!(
        "<!doctype html><html lang=\"{}\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><meta name=\"robots\" content=\"noindex\"><title>Reconnect</title>\
         <form method=\"post\"><button>{button}</button></form></html>",
        language.as_str()
    )
}
