//! A server's life: bind, spawn threads, serve, stop.

use std::net::SocketAddr;
use std::sync::{Arc, Weak};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use parking_lot::Mutex;
use socket2::Socket;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::{Notify, watch};

use crate::clock::Clock;
use crate::cluster::{Cluster, Ending, View};
use crate::connection::Connections;
use crate::fault::{Active, Faults, Rule};
use crate::jobs::Jobs;
use crate::port::{Ports, Served};
use crate::security::Security;
use crate::store::Namespace;
use crate::tls::{ClientCertificate, Tls};
use crate::udf::Registry;
use crate::{ClusterError, Config, StartError, sweep};

/// What all nodes and threads of one server share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) clock: Clock,
    pub(crate) cluster: Cluster,
    pub(crate) connections: Connections,
    pub(crate) namespaces: Vec<Namespace>,
    pub(crate) modules: Registry,
    /// Who may do what; `None` if everybody may do everything.
    pub(crate) security: Option<Security>,
    pub(crate) tls: Option<Tls>,
    pub(crate) jobs: Jobs,
    pub(crate) faults: Faults,
    pub(crate) started: Instant,
    /// Asks the sweep to run now.
    pub(crate) sweep: Notify,
    /// The ports of the nodes. Whoever changes which of them are up holds this meanwhile.
    pub(crate) nodes: Mutex<Vec<Ports<Served>>>,
    /// The threads.
    pub(crate) workers: Arc<[Handle]>,
}

impl Shared {
    pub(crate) fn namespace(&self, name: &[u8]) -> Option<&Namespace> {
        self.namespaces
            .iter()
            .find(|namespace| namespace.name.as_bytes() == name)
    }

    /// Whether this is a server of the Enterprise edition.
    pub(crate) const fn is_enterprise(&self) -> bool {
        self.config.enterprise.is_some()
    }
}

/// A running server. Dropping it stops it.
#[derive(Debug)]
pub struct Server {
    shared: Arc<Shared>,
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
        let enterprise = config.enterprise.as_ref();
        let ports = (0..config.nodes)
            .map(|node| Ports::listen(&config, node))
            .collect::<Result<Vec<_>, _>>()?;
        let certified = ports.iter().find_map(|ports| ports.tls_address);
        let settings = enterprise.and_then(|enterprise| enterprise.tls);
        let tls = match (settings, certified) {
            (Some(settings), Some(address)) => Some(Tls::new(settings, address.ip())?),
            _ => None,
        };
        let security = match enterprise {
            Some(enterprise) if !enterprise.users.is_empty() => Some(Security::new(enterprise)?),
            _ => None,
        };
        let strong = enterprise.is_some_and(|enterprise| enterprise.strong_consistency);
        let runtimes = (0..config.threads)
            .map(|_| runtime())
            .collect::<Result<Vec<_>, _>>()?;
        let nodes = ports.iter().enumerate();
        let nodes = nodes
            .map(|(node, ports)| ports.node(&config, node))
            .collect();
        let shared = Arc::new(Shared {
            clock: Clock::default(),
            connections: Connections::default(),
            cluster: Cluster::new(View::new(nodes, config.replication_factor)),
            namespaces: config
                .namespaces
                .iter()
                .map(|name| Namespace::new(name, config.default_ttl, strong))
                .collect(),
            modules: Registry::default(),
            security,
            tls,
            jobs: Jobs::default(),
            faults: Faults::default(),
            started: Instant::now(),
            sweep: Notify::new(),
            nodes: Mutex::default(),
            workers: runtimes
                .iter()
                .map(|runtime| runtime.handle().clone())
                .collect(),
            config,
        });
        let serve = |(node, ports): (usize, Ports<Socket>)| ports.serve(node, &shared);
        *shared.nodes.lock() = ports.into_iter().enumerate().map(serve).collect();
        if let Some(worker) = shared.workers.first() {
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
        let server = Self {
            shared,
            running: Mutex::new(Some(running)),
        };
        log::info!("a server listens on {:?}", server.hosts());
        Ok(server)
    }

    /// Where the nodes listen, those that are down too.
    #[must_use]
    pub fn hosts(&self) -> Vec<SocketAddr> {
        let nodes = self.shared.nodes.lock();
        nodes.iter().map(|ports| ports.address).collect()
    }

    /// Where the nodes listen with TLS; empty without it.
    #[must_use]
    pub fn tls_hosts(&self) -> Vec<SocketAddr> {
        let nodes = self.shared.nodes.lock();
        nodes.iter().filter_map(|ports| ports.tls_address).collect()
    }

    /// The certificate of the authority that signed the nodes' certificates, as PEM; `None` without TLS.
    #[must_use]
    pub fn ca_pem(&self) -> Option<String> {
        self.shared.tls.as_ref().map(Tls::ca_pem)
    }

    /// Issues a certificate to a client: its common name is `name`, which is also who logs in by it.
    pub fn client_certificate(&self, name: &str) -> Result<ClientCertificate, StartError> {
        match &self.shared.tls {
            Some(tls) => tls.issue(name),
            None => Err(StartError::Tls("the server has no TLS".to_owned())),
        }
    }

    /// Moves the server's clock forward by seconds: records whose time is over are gone.
    pub fn advance(&self, seconds: u64) {
        self.shared.clock.advance(seconds);
    }

    /// Makes a node the master of partitions, as after a rebalance: what they hold is there at once, and clients learn of it when they
    /// next ask for the partition generation. A query that still asks the former master for them is refused these partitions.
    ///
    /// # Errors
    /// There is no such node or partition.
    pub fn move_partitions(&self, partitions: &[usize], node: usize) -> Result<(), ClusterError> {
        self.shared.cluster.move_partitions(partitions, node)
    }

    /// Puts a node into a rack, which clients learn of by the rebalance generation. The copies of a partition are in different racks
    /// where there are any.
    ///
    /// # Errors
    /// There is no such node, or the server is not of the Enterprise edition, which alone has racks.
    pub fn set_rack(&self, node: usize, rack: u32) -> Result<(), ClusterError> {
        if !self.shared.is_enterprise() {
            return Err(ClusterError::NoRacks);
        }
        self.shared.cluster.set_rack(node, rack)
    }

    /// A node leaves the cluster in good order: the others have its partitions, its connections end, and whoever connects is refused.
    /// It is over when this returns. Nothing is lost, unless it was the last node: then its partitions are unavailable until it comes
    /// back. A node that is down already stays so.
    ///
    /// # Errors
    /// There is no such node.
    pub fn stop_node(&self, node: usize) -> Result<(), ClusterError> {
        self.shared.end_node(node, Ending::Stop)?.wait()
    }

    /// A node dies: its connections are reset, and the others have its partitions. Those whose only copy it has are unavailable until it
    /// comes back: requests for them are answered with code 11. A node that is down already stays so.
    ///
    /// # Errors
    /// There is no such node.
    pub fn kill_node(&self, node: usize) -> Result<(), ClusterError> {
        self.shared.end_node(node, Ending::Kill)?.wait()
    }

    /// A node that is down comes back, under its name and port and with its partitions. It listens when this returns. A node that is up
    /// stays so.
    ///
    /// # Errors
    /// There is no such node, or it cannot listen.
    pub fn start_node(&self, node: usize) -> Result<(), ClusterError> {
        self.shared.start_node(node)?.wait()
    }

    /// A new node joins and takes its share of the partitions. Gives its index; it listens at the end of [`Self::hosts`].
    ///
    /// # Errors
    /// It cannot listen, or there are 64 nodes already.
    pub fn add_node(&self) -> Result<usize, ClusterError> {
        self.shared.add_node()
    }

    /// From now on something goes wrong, until the rule is removed or has hit often enough. A request meets the rules in their order:
    /// delays add up until one says what becomes of it, and those after that do not meet it.
    pub fn inject(&self, rule: Rule) -> Fault {
        Fault {
            shared: Arc::downgrade(&self.shared),
            active: self.shared.faults.inject(rule),
        }
    }

    /// Removes every rule.
    pub fn clear_faults(&self) {
        self.shared.faults.clear();
    }

    /// A node keeps its connections, accepts new ones, and answers nothing.
    ///
    /// # Errors
    /// There is no such node.
    pub fn freeze(&self, node: usize) -> Result<(), ClusterError> {
        self.shared.cluster.check(node)?;
        self.shared.faults.freeze(node);
        Ok(())
    }

    /// A frozen node goes on, with what was sent to it meanwhile.
    ///
    /// # Errors
    /// There is no such node.
    pub fn thaw(&self, node: usize) -> Result<(), ClusterError> {
        self.shared.cluster.check(node)?;
        self.shared.faults.thaw(node);
        Ok(())
    }

    /// Stops the server: closes every connection, frees its ports, ends its threads. Once it has stopped this does nothing.
    pub fn stop(&self) {
        if let Some(running) = self.running.lock().take() {
            if running.process == std::process::id() {
                // Threads that work in the background are waited for.
                for node in 0..self.shared.nodes.lock().len() {
                    self.shared.jobs.abort_all(node);
                }
            }
            running.end();
            log::info!("the server on {:?} has stopped", self.hosts());
        }
    }
}

/// A rule that was injected.
#[derive(Clone, Debug)]
pub struct Fault {
    /// The server may be gone, which lets go of what it held.
    shared: Weak<Shared>,
    active: Arc<Active>,
}

impl Fault {
    /// How many requests it has hit.
    #[must_use]
    pub fn hits(&self) -> u64 {
        self.active.hits()
    }

    /// Ends it. What it has hit already stays hit.
    pub fn remove(&self) {
        if let Some(shared) = self.shared.upgrade() {
            shared.faults.remove(self.active.id);
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

fn runtime() -> Result<Runtime, StartError> {
    Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .build()
        .map_err(StartError::Thread)
}
