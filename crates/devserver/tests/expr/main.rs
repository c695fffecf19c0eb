//! Expressions, from their bytes to what they say of a record.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::needless_pass_by_value,
    clippy::panic,
    clippy::unwrap_used
)]

mod arithmetic;
mod building;
mod calls;
mod control;
mod hostile;
mod logic;
mod metadata;
mod operations;
mod pack;
mod patterns;
mod record;
#[path = "../recorded/mod.rs"]
mod recorded;
mod traffic;
