//! A server's life: bind, spawn threads, serve, stop.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Instant;

use parking_lot::Mutex;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::clock::Clock;
use crate::cluster::{Cluster, Node, View};
use crate::connection::{self, Connections, Session};
use crate::fault::{Active, Faults, Rule};
use crate::jobs::Jobs;
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
    hosts: Vec<SocketAddr>,
    tls_hosts: Vec<SocketAddr>,
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
        let listeners = listen(&config, config.port)?;
        let hosts = addresses(&listeners);
        let settings = enterprise.and_then(|enterprise| enterprise.tls);
        let tls_listeners =
            settings.map_or_else(|| Ok(Vec::new()), |tls| listen(&config, tls.port))?;
        let tls_hosts = addresses(&tls_listeners);
        let tls = match (settings, tls_hosts.first()) {
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
        let nodes = hosts.iter().enumerate().map(|(index, address)| {
            let rack = enterprise.map_or(0, |enterprise| enterprise.rack(index));
            Node::new(index, *address, tls_hosts.get(index).copied(), rack)
        });
        let nodes: Vec<Node> = nodes.collect();
        let shared = Arc::new(Shared {
            clock: Clock::default(),
            connections: Connections::new(nodes.len()),
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
            config,
        });

        let workers: Arc<[Handle]> = runtimes
            .iter()
            .map(|runtime| runtime.handle().clone())
            .collect();
        let acceptor = shared.tls.as_ref().map(Tls::acceptor);
        let plain = listeners.into_iter().enumerate().map(|found| (found, None));
        let secure = tls_listeners
            .into_iter()
            .enumerate()
            .map(|found| (found, acceptor.clone()));
        for ((node, (listener, _)), acceptor) in plain.chain(secure) {
            if let Some(worker) = workers.first() {
                worker.spawn(accept(
                    listener,
                    acceptor,
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
            tls_hosts,
            running: Mutex::new(Some(running)),
        })
    }

    /// Where the nodes listen.
    #[must_use]
    pub fn hosts(&self) -> Vec<SocketAddr> {
        self.hosts.clone()
    }

    /// Where the nodes listen with TLS; empty without it.
    #[must_use]
    pub fn tls_hosts(&self) -> Vec<SocketAddr> {
        self.tls_hosts.clone()
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

    /// From now on something goes wrong, until the rule is removed or has hit often enough. Of several rules the first that hits counts.
    pub fn inject(&self, rule: Rule) -> Fault {
        Fault {
            shared: Arc::clone(&self.shared),
            active: self.shared.faults.inject(rule),
        }
    }

    /// Removes every rule.
    pub fn clear_faults(&self) {
        self.shared.faults.clear();
    }

    /// A node keeps its connections, accepts new ones, and answers nothing.
    pub fn freeze(&self, node: usize) {
        self.shared.faults.freeze(node);
    }

    /// A frozen node goes on, with what was sent to it meanwhile.
    pub fn thaw(&self, node: usize) {
        self.shared.faults.thaw(node);
    }

    /// Stops the server: closes every connection, frees its ports, ends its threads. Once it has stopped this does nothing.
    pub fn stop(&self) {
        if let Some(running) = self.running.lock().take() {
            if running.process == std::process::id() {
                // Threads that work in the background are waited for.
                for node in 0..self.hosts.len() {
                    self.shared.jobs.abort_all(node);
                }
            }
            running.end();
            log::info!("the server on {:?} has stopped", self.hosts);
        }
    }
}

/// A rule that was injected.
#[derive(Clone, Debug)]
pub struct Fault {
    shared: Arc<Shared>,
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
        self.shared.faults.remove(self.active.id);
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

type Listeners = Vec<(TcpListener, SocketAddr)>;

fn addresses(listeners: &Listeners) -> Vec<SocketAddr> {
    listeners.iter().map(|(_, address)| *address).collect()
}

fn listen(config: &Config, port: u16) -> Result<Listeners, StartError> {
    let bind = |address: SocketAddr| {
        let bound = TcpListener::bind(address).and_then(|listener| {
            listener.set_nonblocking(true)?;
            let address = listener.local_addr()?;
            Ok((listener, address))
        });
        bound.map_err(|source| StartError::Listen { address, source })
    };
    config.addresses(port)?.into_iter().map(bind).collect()
}

fn runtime() -> Result<Runtime, StartError> {
    Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .build()
        .map_err(StartError::Thread)
}

/// A node: accepts connections and spreads them over the threads. When it is dropped its connections close.
async fn accept(
    listener: TcpListener,
    acceptor: Option<TlsAcceptor>,
    node: usize,
    shared: Arc<Shared>,
    workers: Arc<[Handle]>,
) {
    let listener = match tokio::net::TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => return log::error!("node {node} cannot listen: {error}"),
    };
    let mut connections = JoinSet::new();
    let mut turns = workers.iter().cycle();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted.and_then(|(stream, peer)| Ok((stream.into_std()?, peer))) {
                Ok((stream, peer)) => {
                    let session = Session::new(Arc::clone(&shared), node, peer);
                    if let Some(worker) = turns.next() {
                        connections.spawn_on(connection::serve(stream, acceptor.clone(), session), worker);
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
