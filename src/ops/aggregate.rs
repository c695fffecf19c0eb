//! The client's part of an aggregation: the servers have made a value of the records of each partition, and a function in Lua makes one of
//! them all.

use std::time::Duration;

use aerospike_core::policy::QueryPolicy;
use aerospike_core::{Record, Value};
use udf::{DIRECTORY, Limits, Program, Registry};

use super::apply::Function;
use super::udf::{FAILED, SUFFIX};
use crate::cluster::Cluster;
use crate::cluster::modules::{self, Sources};
use crate::convert::wire::{from_wire, to_wire};
use crate::error::{Error, Result};

/// The bins in which servers send values, and what went wrong.
const VALUE: &str = "SUCCESS";
const FAILURE: &str = "FAILURE";
/// How long the client's part may take, if the policy sets no bound.
const PATIENCE: Duration = Duration::from_secs(30);
/// What the core takes for a bound that is none, in milliseconds: its deadline must lie before the end of a pause between attempts.
const FOR_EVER: u32 = i32::MAX as u32;

/// The policy for one attempt at the servers' part.
///
/// The core would ask a second time for partitions whose values did not all come, and values do not say whose they are: some would count
/// twice. There is no setting against that, but a pause that the deadline forbids ends the attempt.
pub(crate) fn once(policy: &QueryPolicy, left: Option<Duration>) -> QueryPolicy {
    let mut policy = policy.clone();
    let base = &mut policy.base_policy;
    base.total_timeout = left.map_or(FOR_EVER, |left| {
        u32::try_from(left.as_millis()).map_or(FOR_EVER, |left| left.clamp(1, FOR_EVER))
    });
    base.sleep_between_retries = u32::MAX;
    policy
}

/// The value that a server sent.
pub(crate) fn partial(mut record: Record) -> Result<wire::Value> {
    if let Some(value) = record.bins.swap_remove(VALUE) {
        return to_wire(&value);
    }
    Err(match record.bins.swap_remove(FAILURE) {
        Some(Value::String(text)) => Error::server(FAILED, text),
        _ => Error::client("A server's answer to an aggregation holds no value"),
    })
}

/// Makes the values of a stream out of those that the servers sent.
///
/// Lua runs on a thread of its own: on the reactor a function that takes its time would hold up everybody.
pub(crate) async fn reduce(
    function: &Function,
    cluster: &Cluster,
    partials: Vec<wire::Value>,
    left: Option<Duration>,
) -> Result<Vec<Value>> {
    let file = format!("{}{SUFFIX}", function.module);
    let folder = cluster.config().lua_path().map(ToOwned::to_owned);
    let local = match folder {
        Some(folder) => {
            let file = file.clone();
            aside(move || Ok(modules::read(&folder, &file))).await?
        }
        None => None,
    };
    let sources = match local {
        Some(sources) => sources,
        None => cluster.modules.fetch(&cluster.client, &file).await?,
    };
    let function = function.clone();
    let limits = Limits {
        instructions: u64::MAX,
        time: left.unwrap_or(PATIENCE),
        ..Limits::default()
    };
    aside(move || run(&function, &sources, &partials, limits)).await
}

/// Does what may take its time.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(Error::panic(format!("aggregation: {error}"))))
}

fn run(
    function: &Function,
    sources: &Sources,
    partials: &[wire::Value],
    limits: Limits,
) -> Result<Vec<Value>> {
    let failed = |reason: &dyn std::fmt::Display| {
        let reason = reason.to_string().replace(DIRECTORY, "");
        let Function { module, name, .. } = function;
        Error::server(FAILED, format!("{module}.{name} in the client: {reason}"))
    };
    let registry = Registry::default();
    for (file, source) in sources {
        registry
            .put(file, source.to_vec())
            .map_err(|error| failed(&format_args!("{file}: {error}")))?;
    }
    let arguments: Vec<_> = function
        .arguments
        .iter()
        .map(to_wire)
        .collect::<Result<_>>()?;
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let now = now.map_or(0, |now| now.as_millis() as u64);
    let program = Program::load(&registry, &function.module, limits, now);
    let values = program.and_then(|program| program.reduce(&function.name, &arguments, partials));
    let values = values.map_err(|failure| failed(&failure))?;
    values.into_iter().map(from_wire).collect()
}
