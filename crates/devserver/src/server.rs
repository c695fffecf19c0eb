//! A server's life: bind, spawn threads, serve, stop.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Instant;

use parking_lot::Mutex;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

use crate::clock::Clock;
use crate::cluster::Cluster;
use crate::connection::{self, Session};
use crate::jobs::Jobs;
use crate::store::Namespace;
use crate::udf::Registry;
use crate::{Config, StartError, sweep};

/// What all nodes and threads of one server share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) clock: Clock,
    pub(crate) cluster: Cluster,
    pub(crate) namespaces: Vec<Namespace>,
    pub(crate) modules: Registry,
    pub(crate) jobs: Jobs,
    pub(crate) started: Instant,
    /// Asks the sweep to run now.
    pub(crate) sweep: Notify,
}

impl Shared {
    pub(crate) fn namespace(&self, name: &[u8]) -> Option<&Namespace> {
        self.namespaces
            .iter()
            .find(|namespace| namespace.name.as_bytes() == name)
    }
}

/// A running server. Dropping it stops it.
#[derive(Debug)]
pub struct Server {
    shared: Arc<Shared>,
    hosts: Vec<SocketAddr>,
    running: Mutex<Option<Running>>,
}

#[derive(Debug)]
struct Running {
    process: u32,
    stop: watch::Sender<bool>,
    threads: Vec<JoinHandle<()>>,
}

impl Server {
    /// Starts a server: its nodes listen when this returns.
    pub fn start(config: Config) -> Result<Self, StartError> {
        config.validate()?;
        let listeners = listen(&config)?;
        let hosts: Vec<SocketAddr> = listeners.iter().map(|(_, address)| *address).collect();
        let runtimes = (0..config.threads)
            .map(|_| runtime())
            .collect::<Result<Vec<_>, _>>()?;
        let shared = Arc::new(Shared {
            clock: Clock::default(),
            cluster: Cluster::new(&hosts, config.replication_factor),
            namespaces: config
                .namespaces
                .iter()
                .map(|name| Namespace::new(name, config.default_ttl))
                .collect(),
            modules: Registry::default(),
            jobs: Jobs::default(),
            started: Instant::now(),
            sweep: Notify::new(),
            config,
        });

        let workers: Arc<[Handle]> = runtimes
            .iter()
            .map(|runtime| runtime.handle().clone())
            .collect();
        for (node, (listener, _)) in listeners.into_iter().enumerate() {
            if let Some(worker) = workers.first() {
                worker.spawn(accept(
                    listener,
                    node,
                    Arc::clone(&shared),
                    Arc::clone(&workers),
                ));
            }
        }
        if let Some(worker) = workers.first() {
            worker.spawn(sweep::run(Arc::clone(&shared)));
        }

        let (stop, stopped) = watch::channel(false);
        let mut running = Running {
            process: std::process::id(),
            stop,
            threads: Vec::new(),
        };
        for (index, runtime) in runtimes.into_iter().enumerate() {
            let mut stopped = stopped.clone();
            let work = move || {
                // An error means that the sender is gone, which is to stop as well.
                let _ = runtime.block_on(stopped.wait_for(|stop| *stop));
            };
            match thread::Builder::new()
                .name(format!("devserver-{index}"))
                .spawn(work)
            {
                Ok(thread) => running.threads.push(thread),
                Err(error) => {
                    running.end();
                    return Err(StartError::Thread(error));
                }
            }
        }
        log::info!("a server of {} nodes listens on {hosts:?}", hosts.len());
        Ok(Self {
            shared,
            hosts,
            running: Mutex::new(Some(running)),
        })
    }

    /// Where the nodes listen.
    #[must_use]
    pub fn hosts(&self) -> Vec<SocketAddr> {
        self.hosts.clone()
    }

    /// Moves the server's clock forward by seconds: records whose time is over are gone.
    pub fn advance(&self, seconds: u64) {
        self.shared.clock.advance(seconds);
    }

    /// Stops the server: closes every connection, frees its ports, ends its threads. Once it has stopped this does nothing.
    pub fn stop(&self) {
        if let Some(running) = self.running.lock().take() {
            if running.process == std::process::id() {
                // Threads that work in the background are waited for.
                self.shared.jobs.abort_all();
            }
            running.end();
            log::info!("the server on {:?} has stopped", self.hosts);
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Running {
    fn end(self) {
        if self.process != std::process::id() {
            // After a fork the threads exist in the parent alone: there is nothing to stop, and nobody to wait for.
            std::mem::forget(self);
            return;
        }
        let _ = self.stop.send(true);
        for thread in self.threads {
            if thread.join().is_err() {
                log::error!("a thread of the server panicked");
            }
        }
    }
}

fn listen(config: &Config) -> Result<Vec<(TcpListener, SocketAddr)>, StartError> {
    let bind = |address: SocketAddr| {
        let bound = TcpListener::bind(address).and_then(|listener| {
            listener.set_nonblocking(true)?;
            let address = listener.local_addr()?;
            Ok((listener, address))
        });
        bound.map_err(|source| StartError::Listen { address, source })
    };
    config.addresses()?.into_iter().map(bind).collect()
}

fn runtime() -> Result<Runtime, StartError> {
    Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .build()
        .map_err(StartError::Thread)
}

/// A node: accepts connections and spreads them over the threads. When it is dropped its connections close.
async fn accept(listener: TcpListener, node: usize, shared: Arc<Shared>, workers: Arc<[Handle]>) {
    let listener = match tokio::net::TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => return log::error!("node {node} cannot listen: {error}"),
    };
    let mut connections = JoinSet::new();
    let mut turns = workers.iter().cycle();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted.and_then(|(stream, _)| stream.into_std()) {
                Ok(stream) => {
                    let session = Session::new(Arc::clone(&shared), node);
                    if let Some(worker) = turns.next() {
                        connections.spawn_on(connection::serve(stream, session), worker);
                    }
                }
                Err(error) => {
                    // Out of file descriptors, most likely: wait for some to close.
                    log::warn!("node {node} cannot accept: {error}");
                    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
}
