//! The shapes an operation can succeed with.

use poem_openapi::ApiResponse;
use poem_openapi::payload::Json;
use poem_openapi::types::{ParseFromJSON, ToJSON};

/// 200 with a body.
#[derive(ApiResponse)]
pub enum Found<T: ToJSON + ParseFromJSON + Send> {
    /// As asked.
    #[oai(status = 200)]
    Body(Json<T>),
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
