//! What crosses the wire. A leaf: it knows nothing of the rest of the house.

pub mod page;
pub mod problem;
pub mod push;
pub mod relationships;
pub mod sessions;
mod words;
