//! The API over an in-process server, resource by resource.

mod fixture;
mod organisation;
mod policy;
mod templates;
