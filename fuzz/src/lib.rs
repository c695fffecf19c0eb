//! What is done with bytes of any kind. None of it may panic, and what is read must be written as it was understood.
//!
//! A target is a function of bytes, so that a test replays the corpus without the fuzzer: `crates/devserver/tests/corpus.rs`.

pub mod batches;
pub mod blobs;
pub mod collections;
pub mod expressions;
pub mod frames;
pub mod geo;
mod record;
pub mod server;
pub mod values;
