//! Aerospike's msgpack dialect: what list and map bins, arguments of collection operations and expressions are made of.
//!
//! It differs from plain msgpack in three points. Strings, blobs and `GeoJSON` are byte strings whose first byte is their particle
//! type (written in the *str* family, read from *str* and *bin*); names inside expressions are plain, without that byte. A list or map
//! with flags begins with an empty extension whose type is the flags, in a map paired with nil. Extension type 0xff holds wildcard
//! and infinity.
//!
//! [`decode`] and [`write()`] handle whole values; [`Reader`] walks through operations and expressions element by element.

mod reader;
mod writer;

pub use reader::{Reader, Token, decode};
pub use writer::{
    encode, encoded_len, write, write_array_header, write_bool, write_bytes, write_float,
    write_int, write_key_ordered_map_header, write_map_header, write_nil, write_typed_bytes,
};

/// How many levels of lists and maps are decoded before it is an error. Whoever walks a [`Reader`] recursively should stop there too.
pub const MAX_DEPTH: usize = 256;

/// Flag of an ordered list.
pub const LIST_ORDERED: u8 = 0x01;
/// Flag of a key-ordered map.
pub const MAP_KEY_ORDERED: u8 = 0x01;
/// Flag of a map whose pairs stay as sent; only in results.
pub const MAP_PRESERVE_ORDER: u8 = 0x08;
/// Flag of a list or map with a persisted index; never sent to clients.
pub const PERSIST_INDEX: u8 = 0x10;

/// The extension type of [`WILDCARD`] and [`INFINITY`].
pub const EXT_SPECIAL: u8 = 0xff;
/// The content of a wildcard's extension.
pub const WILDCARD: u8 = 0;
/// The content of infinity's extension.
pub const INFINITY: u8 = 1;
