//! devserver

pub mod cdt;
