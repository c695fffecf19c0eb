//! Records as Arrow columns, and Arrow columns as records, without a Python object for a record or a value.
//!
//! [`table`] collects records into columns, whose types [`kind`] infers unless a [`schema`] gives them, and [`build`] makes the arrays, with
//! [`nested`] for what holds others.
//! [`capsule`] hands them over, and takes others' in, through Arrow's C interface; [`rows`] reads those for writing. [`batches`] is a
//! query so many records at a time.

pub(crate) mod batches;
mod build;
pub(crate) mod capsule;
mod kind;
mod nested;
pub(crate) mod rows;
pub(crate) mod schema;
pub(crate) mod table;
