//! The extension module of `aerospike_py`.
//!
//! ```text
//!  Python call ─ client ─ ops/get: parse ─ dispatch ─┬─ sync: wait for the reply, GIL released ───────────────┐
//!  (GIL held)             Python → Get     1 match    └─ async: Pending handed to the caller                   │
//!                                              │                                                               │
//!                                              ▼                                                               │
//!                                bridge/inbox      lock-free queue; wakes the reactor once per burst           │
//!                                              ▼                                                               │
//!                                bridge/reactor    the I/O thread: permit → op.run → direct, aerospike-core    │
//!                                              ▼                                                               │
//!                                bridge/completion a token that must complete (its Drop completes with Lost)   │
//!                                              ▼                                                               │
//!                                bridge/outbox     per-loop queue; bridge/signal writes the eventfd if first   │
//!                                              ▼                                                               │
//!                                aio/port          the loop's reader callback drains a snapshot                │
//!                                              ▼                                                               ▼
//!                                aio/pending       wakes the task ─ convert/reply: Reply → Python object ◄─────┘
//! ```
//!
//! Left of the inbox and right of the outbox the GIL is held; between them there is no Python.

mod aio;
mod arrow;
mod batch_stream;
mod cdt;
mod client;
mod cluster;
mod convert;
mod devserver;
mod direct;
mod dispatch;
mod engine;
mod error;
mod exit;
mod expr;
mod fork;
mod gevent;
mod heartbeat;
mod in_place;
mod interpreter;
mod numpy;
mod observe;
mod ops;
mod partition_filter;
mod query;
mod session;
mod transaction;

use pyo3::prelude::*;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The methods of `AsyncClient` that do not return an awaitable.
const PLAIN: &[&str] = &[
    "is_connected",
    "get_node_names",
    "query",
    "scan",
    "transaction",
    "stats",
    "get_stats",
    "enable_metrics",
    "disable_metrics",
    "batch_stream",
];

#[pymodule(gil_used = false)]
fn _aerospike(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    interpreter::claim(py)?;
    module.add_class::<client::BaseClient>()?;
    module.add_class::<client::Client>()?;
    module.add_class::<client::AsyncClient>()?;
    module.add_class::<client::PendingTask>()?;
    module.add_class::<arrow::capsule::ArrowTable>()?;
    module.add_class::<convert::lazy::LazyBatchRecords>()?;
    module.add_class::<convert::policy::PreparedPolicy>()?;
    module.add_class::<devserver::DevServer>()?;
    module.add_class::<devserver::Fault>()?;
    module.add_class::<partition_filter::PartitionFilter>()?;
    module.add_function(wrap_pyfunction!(convert::key::calc_digest, module)?)?;
    module.add_function(wrap_pyfunction!(convert::key::get_partition_id, module)?)?;
    module.add_class::<aio::pending::PendingBatch>()?;
    module.add_class::<batch_stream::BaseBatchStream>()?;
    module.add_class::<batch_stream::BatchStream>()?;
    module.add_class::<batch_stream::AsyncBatchStream>()?;
    module.add_class::<query::BaseQuery>()?;
    module.add_class::<query::Query>()?;
    module.add_class::<query::AsyncQuery>()?;
    module.add_class::<transaction::BaseTransaction>()?;
    module.add_class::<transaction::Transaction>()?;
    module.add_class::<transaction::AsyncTransaction>()?;
    module.add_class::<query::job::Job>()?;
    module.add_class::<query::job::AsyncJob>()?;
    module.add_class::<query::iterator::QueryIterator>()?;
    module.add_class::<query::iterator::AsyncQueryIterator>()?;
    module.add_function(wrap_pyfunction!(convert::policy::prepare, module)?)?;
    module.add_function(wrap_pyfunction!(expr::expression_to_base64, module)?)?;
    module.add_function(wrap_pyfunction!(cdt::ctx::context_to_base64, module)?)?;
    module.add_function(wrap_pyfunction!(cdt::unpack::context_from_base64, module)?)?;
    module.add_function(wrap_pyfunction!(aio::port::_longest_step, module)?)?;
    observe::register(module)?;
    let base = py.get_type::<client::BaseClient>();
    let public: Vec<String> = module.index()?.extract()?;
    let public: Vec<String> = public
        .into_iter()
        .filter(|name| !name.starts_with('_'))
        .collect();
    module.setattr("__all__", public)?;
    aio::method::mark_coroutines(&py.get_type::<client::AsyncClient>(), &base, PLAIN)
}
