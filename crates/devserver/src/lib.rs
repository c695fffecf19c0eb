//! An embedded server that speaks the Aerospike wire protocol on loopback: for development and tests.
//!
//! Any client connects to it. It keeps records in memory, forgets them when it stops, and is honest about what it is not: what it does
//! not implement answers result code 16, never a silent OK.
//!
//! ```
//! use devserver::{Config, Server};
//!
//! let server = Server::start(Config { nodes: 3, ..Config::default() })?;
//! assert_eq!(server.hosts().len(), 3);
//! server.advance(60); // time flies: records live by the server's clock
//! server.stop();
//! # Ok::<(), devserver::StartError>(())
//! ```
//!
//! | module | what it is |
//! |---|---|
//! | `server` | threads, listeners, the life of a server |
//! | `life`, `port` | nodes that go, come back and join; their ports |
//! | `connection` | a client's connection: frames in, frames out |
//! | `request` | messages: single records, batches, scans |
//! | `ops` | what operations do to bins |
//! | [`bits`], [`hll`] | operations on blobs and sketches |
//! | [`expr`] | expressions: filters and computed values |
//! | [`cdt`] | operations on lists and maps |
//! | `index` | secondary indexes |
//! | `jobs` | queries and background work, as people see and stop them |
//! | `info` | info commands |
//! | [`fault`] | faults on demand |
//! | `cluster` | nodes and who owns which partition |
//! | `store` | namespaces, sets, partitions, records |
//! | [`bits`], [`hll`], [`geo`] | blobs as bit vectors, `HyperLogLog` sketches, places and regions |
//! | [`udf`] | Lua modules and their functions, a crate of its own |
//! | `sweep` | removes what has expired or was truncated |
//! | `enterprise` | the settings of the Enterprise edition |
//! | `security` | users, roles, sessions, quotas |
//! | `tls` | certificates |
//! | `compression` | compressed messages |
//! | `transaction` | transactions over several records |
//! | `clock` | the time, and its advance |

pub mod bits;
pub mod cdt;
mod clock;
mod cluster;
mod compression;
mod config;
mod connection;
mod enterprise;
pub mod expr;
pub mod fault;
pub mod geo;
pub mod hll;
mod index;
mod info;
mod jobs;
mod life;
mod ops;
mod port;
mod request;
mod security;
mod server;
mod store;
mod sweep;
mod tls;
mod transaction;
pub use udf;

pub use cluster::ClusterError;
pub use config::{Config, StartError};
pub use enterprise::{Enterprise, Tls, User};
pub use server::{Fault, Server};
pub use tls::{ClientCertificate, TLS_NAME};
