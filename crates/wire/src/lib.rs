//! The Aerospike wire protocol as a codec without I/O.
//!
//! Everything here works on byte slices and vectors: no sockets, no clocks, no threads. Decoders are strict, never panic whatever
//! the bytes, and never allocate more than a small multiple of their input; views of a request borrow from it.
//!
//! | module | what it reads and writes |
//! |---|---|
//! | [`proto`] | the 8-byte header in front of every frame |
//! | [`info`] | info request lines and the grammar of a command |
//! | [`message`] | the 22-byte message header, [`Message`] views, [`MessageWriter`] |
//! | [`field`], [`op`] | what follows a message header |
//! | [`batch`] | field 41: the rows of a batch |
//! | [`query`] | fields of scans and queries: partition ids, resume digests, index ranges |
//! | [`admin`] | security frames (type 2) |
//! | [`value`], [`map`] | [`Value`]: a bin, a list element, a map key, an argument |
//! | [`particle`] | a value as the payload of an op or of a key |
//! | [`msgpack`] | a value inside a list or map; arguments of collection operations and expressions |
//! | [`order`] | the total order of values |
//! | [`digest`] | key digests and partition ids |
//! | [`result_code`] | result codes |
//!
//! # Working on values
//!
//! ```
//! use wire::{List, Map, Value, msgpack};
//!
//! // `[1, "a", {"k": 1.5}]`, as a client sends it inside a list bin.
//! let bytes = [0x93, 1, 0xa2, 3, b'a', 0x81, 0xa2, 3, b'k', 0xca, 0x3f, 0xc0, 0, 0];
//! let value = msgpack::decode(&bytes)?;
//! let Value::List(list) = &value else { panic!("a list") };
//! assert_eq!(list.items.len(), 3);
//! assert_eq!(list.items[1], Value::string("a"));
//!
//! let mut map = Map::new();
//! map.insert(Value::Int(2), Value::Nil);
//! map.insert(Value::Int(1), Value::Bool(true));
//! assert_eq!(map.pairs()[0].0, Value::Int(1));
//! assert!(Value::from(map) > Value::from(List::new(vec![])));
//! # Ok::<(), wire::Error>(())
//! ```

pub mod admin;
pub mod batch;
mod cursor;
pub mod digest;
pub mod error;
pub mod field;
pub mod info;
pub mod map;
pub mod message;
pub mod msgpack;
pub mod op;
pub mod order;
pub mod particle;
pub mod proto;
pub mod query;
pub mod result_code;
pub mod value;

pub use digest::{Digest, PARTITIONS};
pub use error::Error;
pub use field::{Field, FieldType, Fields};
pub use map::{Map, MapOrder};
pub use message::{Header, Message, MessageWriter};
pub use op::{Op, OpCode, Ops};
pub use particle::ParticleType;
pub use result_code::ResultCode;
pub use value::{BlobType, List, Value};
