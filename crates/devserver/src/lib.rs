//! devserver

pub mod bits;
pub mod hll;
