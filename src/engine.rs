//! What one process has of everything: the reactor, the ports of its event loops, the heartbeat of its
//! blocked callers.

use std::future::Future;
use std::pin::Pin;

use aerospike_bridge::reactor::Reactor;

use crate::aio::port::Ports;
use crate::error::{Error, Result};
use crate::exit;
use crate::fork::{self, PerProcess};
use crate::heartbeat::Heartbeat;
use crate::observe::logging;

/// A request on its way through the bridge.
pub(crate) type Job = Pin<Box<dyn Future<Output = ()> + Send>>;

/// One per process, shared by its clients; started with the first of them.
pub(crate) struct Engine {
    pub(crate) reactor: Reactor<Job>,
    pub(crate) ports: Ports,
    pub(crate) heartbeat: Heartbeat,
}

static ENGINE: PerProcess<Engine> = PerProcess::new();

/// This process's engine.
pub(crate) fn engine() -> Result<&'static Engine> {
    ENGINE.get_or_try_init(|| {
        fork::watch();
        exit::count();
        logging::install();
        let reactor = Reactor::start("aerospike-io").map_err(|error| {
            Error::client(format!("The I/O thread could not be started: {error}"))
        })?;
        Ok(Engine {
            ports: Ports::new(reactor.owed()),
            reactor,
            heartbeat: Heartbeat::default(),
        })
    })
}

/// This process's engine, if anything has needed it.
pub(crate) fn running() -> Option<&'static Engine> {
    ENGINE.get()
}
