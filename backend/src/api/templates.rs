//! The organisation's own wording.

use crate::api::answer::{Created, Found, created, found};
use crate::api::auth::SignedIn;
use crate::api::problem::Problem;
use crate::api::tags::ApiTags;
use crate::app::templates::{self, Which};
use crate::state::App;
use crate::views;
use mobile_contract::templates::{Language, TemplateIn, TemplateOut, TemplatesOut, TextsOut};
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use std::sync::Arc;

pub struct TemplatesApi;

#[OpenApi(prefix_path = "/v1/templates", tag = "ApiTags::Organisation")]
impl TemplatesApi {
    /// List the texts that may be worded otherwise
    ///
    /// With what each is for, its arguments, and what is said now. The same for everybody, in one answer.
    #[oai(path = "/", method = "get", operation_id = "list_templates")]
    async fn list_templates(&self, app: Data<&Arc<App>>, caller: SignedIn) -> Result<Found<TextsOut>, Problem> {
        Ok(found(templates::catalogue(&app, caller.0).await?))
    }

    /// List the versions of one text, newest first
    ///
    /// For admins.
    #[oai(path = "/:key/:language", method = "get", operation_id = "list_template_versions")]
    async fn list_template_versions(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        key: Path<String>,
        language: Path<Language>,
        cursor: Query<Option<String>>,
        limit: Query<Option<u32>>,
    ) -> Result<Found<TemplatesOut>, Problem> {
        let language = views::word(language.as_str())?;
        Ok(found(templates::versions(&app, caller.0, &key, language, cursor.as_deref(), limit.0).await?))
    }

    /// Hand in another wording
    ///
    /// For admins. Nobody reads it before a second admin approved it.
    #[oai(path = "/:key/:language", method = "post", operation_id = "create_template")]
    async fn create_template(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        key: Path<String>,
        language: Path<Language>,
        body: Json<TemplateIn>,
    ) -> Result<Created<TemplateOut>, Problem> {
        let language = views::word(language.as_str())?;
        let out = templates::hand_in(&app, caller.0, &key, language, &body.pattern).await?;
        let version = out.version;
        Ok(created(out, version))
    }

    /// Approve another admin's wording
    ///
    /// It is used from now on; the version used so far retires.
    #[oai(path = "/:key/:language/:version/approve", method = "post", operation_id = "approve_template")]
    async fn approve_template(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        key: Path<String>,
        language: Path<Language>,
        version: Path<i32>,
    ) -> Result<Found<TemplateOut>, Problem> {
        let which = Which { key: key.0, language: views::word(language.as_str())?, version: version.0 };
        Ok(found(templates::approve(&app, caller.0, &which).await?))
    }

    /// Take a wording out of use
    ///
    /// What is shipped says it again. A draft is taken back.
    #[oai(path = "/:key/:language/:version/retire", method = "post", operation_id = "retire_template")]
    async fn retire_template(
        &self,
        app: Data<&Arc<App>>,
        caller: SignedIn,
        key: Path<String>,
        language: Path<Language>,
        version: Path<i32>,
    ) -> Result<Found<TemplateOut>, Problem> {
        let which = Which { key: key.0, language: views::word(language.as_str())?, version: version.0 };
        Ok(found(templates::retire(&app, caller.0, &which).await?))
    }
}
