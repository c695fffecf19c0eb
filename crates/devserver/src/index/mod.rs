//! Secondary indexes: records by the values of a bin, of what is in it, or of an expression.
//!
//! An index is a definition ([`Index`]) and, in each partition, an ordered [`Tree`] of keys and digests that changes under the
//! partition's lock together with the records. A key is a number: an integer itself, the hash of a string or blob, a cell of the earth's
//! surface. So a key says where to look, and the record itself says whether it is wanted ([`Clause`]).

mod catalogue;
mod clause;
mod definition;
mod tree;

pub(crate) use catalogue::{Catalogue, Refused, build, entries_per_key};
pub(crate) use clause::Clause;
pub(crate) use definition::{Index, Kind, Part, Source};
pub(crate) use tree::Tree;

/// A place in an index: a key and a digest.
pub(crate) type Entry = (i64, wire::Digest);
