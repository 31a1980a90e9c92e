//! The shapes an operation can succeed with.

use poem::{IntoResponse, Response};
use poem_openapi::ApiResponse;
use poem_openapi::payload::{Json, Payload};
use poem_openapi::registry::{MetaSchemaRef, Registry};
use poem_openapi::types::{ParseFromJSON, ToJSON};
use std::marker::PhantomData;

/// 200 with a body.
#[derive(ApiResponse)]
pub enum Found<T: ToJSON + ParseFromJSON + Send> {
    /// As asked.
    #[oai(status = 200)]
    Body(Json<T>),
}

/// 200 with a body that was written before.
#[derive(ApiResponse)]
pub enum Ready<T: ToJSON + ParseFromJSON + Send> {
    /// As asked.
    #[oai(status = 200)]
    Body(Written<T>),
}

/// The JSON of a `T`, written already.
pub struct Written<T>(Vec<u8>, PhantomData<T>);

impl<T: ToJSON + ParseFromJSON> Payload for Written<T> {
    const CONTENT_TYPE: &'static str = <Json<T> as Payload>::CONTENT_TYPE;

    fn schema_ref() -> MetaSchemaRef {
        <Json<T> as Payload>::schema_ref()
    }
    fn register(registry: &mut Registry) {
        <Json<T> as Payload>::register(registry);
    }
}

impl<T: Send> IntoResponse for Written<T> {
    fn into_response(self) -> Response {
        Response::builder().content_type("application/json; charset=utf-8").body(self.0)
    }
}

/// 200 with a body that has versions: writes to it need its ETag in If-Match.
#[derive(ApiResponse)]
pub enum Versioned<T: ToJSON + ParseFromJSON + Send> {
    /// As asked, with its version.
    #[oai(status = 200)]
    Body(Json<T>, #[oai(header = "ETag")] String),
}

/// 201 with the new thing and its version.
#[derive(ApiResponse)]
pub enum Created<T: ToJSON + ParseFromJSON + Send> {
    /// Made.
    #[oai(status = 201)]
    Body(Json<T>, #[oai(header = "ETag")] String),
}

/// 202: it will be done; the body says where to look.
#[derive(ApiResponse)]
pub enum Accepted<T: ToJSON + ParseFromJSON + Send> {
    /// Taken on.
    #[oai(status = 202)]
    Body(Json<T>),
}

/// 204.
#[derive(ApiResponse)]
pub enum Done {
    /// Done; there is nothing to say.
    #[oai(status = 204)]
    Empty,
}

pub fn found<T: ToJSON + ParseFromJSON + Send>(body: T) -> Found<T> {
    Found::Body(Json(body))
}

pub fn ready<T: ToJSON + ParseFromJSON + Send>(json: Vec<u8>) -> Ready<T> {
    Ready::Body(Written(json, PhantomData))
}

pub fn versioned<T: ToJSON + ParseFromJSON + Send>(body: T, version: i32) -> Versioned<T> {
    Versioned::Body(Json(body), etag(version))
}

pub fn created<T: ToJSON + ParseFromJSON + Send>(body: T, version: i32) -> Created<T> {
    Created::Body(Json(body), etag(version))
}

pub fn accepted<T: ToJSON + ParseFromJSON + Send>(body: T) -> Accepted<T> {
    Accepted::Body(Json(body))
}

/// The ETag of a version.
pub fn etag(version: i32) -> String {
    format!("\"v{version}\"")
}
