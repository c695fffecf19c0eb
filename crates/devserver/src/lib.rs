//! devserver

pub mod bits;
pub mod geo;
pub mod hll;
