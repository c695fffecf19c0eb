//! User-defined functions: Lua modules that clients register, and functions of theirs that run on a record or on a stream of records.
//!
//! A [`Registry`] holds the modules. A [`Program`] is one module made ready to run: [`Program::apply`] runs a function on a [`Record`] and
//! says what became of it, [`Program::aggregate`] runs one on many, as a server does, and [`Program::reduce`] does the client's part with
//! what the servers gave. Nothing here touches a store: a record comes in as data and leaves as an [`Effect`].
//!
//! Lua is 5.4 with its `string`, `table`, `math`, `utf8` and `coroutine` libraries. There is no `io` and no `os`: a real server offers no
//! clock or file to its functions either. Scripts are stopped when they use up their [`Limits`].

mod aerospike;
mod arguments;
mod bytes;
mod failure;
mod geojson;
mod item;
mod iterator;
mod limits;
mod list;
mod map;
mod program;
mod record;
mod registry;
mod stream;
mod text;

pub use failure::Failure;
pub use limits::Limits;
pub use program::{Applied, Program};
pub use record::{Effect, Record, Written};
pub use registry::{Module, PutError, Registry};

/// Where a server keeps its modules: the beginning of the file names in error messages.
pub const DIRECTORY: &str = "/opt/aerospike/usr/udf/lua/";
