//! The ports of nodes: one that is up listens, one that is down keeps its ports, so that nobody else gets them meanwhile.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use socket2::{Domain, Socket, Type};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::cluster::{Ending, Node};
use crate::connection::{self, Session};
use crate::server::Shared;
use crate::tls::Tls;
use crate::{ClusterError, Config, StartError};

/// How many connections may wait to be accepted.
const BACKLOG: i32 = 1024;

/// What a port is to do.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Order {
    Listen,
    End(Ending),
}

/// Is told how an order went.
type Done = mpsc::Sender<io::Result<()>>;

/// A port that is served, as those see it who give it orders.
pub(crate) type Served = UnboundedSender<(Order, Done)>;

/// Orders under way. They are carried out whether or not somebody waits.
#[derive(Debug, Default)]
pub(crate) struct Pending(Option<mpsc::Receiver<io::Result<()>>>);

impl Pending {
    /// Waits until they are carried out.
    pub(crate) fn wait(self) -> Result<(), ClusterError> {
        let mut outcomes = self.0.into_iter().flatten();
        outcomes.try_for_each(|outcome| {
            outcome.map_err(|error| ClusterError::Listen(error.to_string()))
        })
    }
}

/// The ports of a node, one with TLS among them if the server has it: sockets at first, then they are served.
#[derive(Debug)]
pub(crate) struct Ports<P> {
    pub(crate) address: SocketAddr,
    pub(crate) tls_address: Option<SocketAddr>,
    plain: P,
    tls: Option<P>,
}

impl Ports<Socket> {
    /// Listens on the ports that a node should have.
    pub(crate) fn listen(config: &Config, node: usize) -> Result<Self, StartError> {
        let listen = |port: u16| {
            let address = config.address(port, node)?;
            let bound = reserve(address).and_then(|socket| {
                socket.listen(BACKLOG)?;
                let address = socket.local_addr()?.as_socket().unwrap_or(address);
                Ok((address, socket))
            });
            bound.map_err(|source| StartError::Listen { address, source })
        };
        let settings = config.enterprise.as_ref();
        let tls = settings.and_then(|enterprise| enterprise.tls);
        let (address, plain) = listen(config.port)?;
        let (tls_address, tls) = tls.map(|tls| listen(tls.port)).transpose()?.unzip();
        Ok(Self {
            address,
            tls_address,
            plain,
            tls,
        })
    }

    /// The node that has them.
    pub(crate) fn node(&self, config: &Config, node: usize) -> Node {
        let settings = config.enterprise.as_ref();
        let rack = settings.map_or(0, |enterprise| enterprise.rack(node));
        Node::new(node, self.address, self.tls_address, rack)
    }

    /// Serves the node on them.
    pub(crate) fn serve(self, node: usize, shared: &Arc<Shared>) -> Ports<Served> {
        let serve = |address: SocketAddr, socket: Socket, acceptor: Option<TlsAcceptor>| {
            let (orders, received) = unbounded_channel();
            let listener = Listener {
                address,
                acceptor,
                node,
                shared: Arc::clone(shared),
                orders: received,
            };
            if let Some(worker) = shared.workers.first() {
                worker.spawn(listener.run(socket));
            }
            orders
        };
        let acceptor = shared.tls.as_ref().map(Tls::acceptor);
        let tls = self.tls_address.zip(self.tls);
        Ports {
            address: self.address,
            tls_address: self.tls_address,
            plain: serve(self.address, self.plain, None),
            tls: tls.map(|(address, socket)| serve(address, socket, acceptor)),
        }
    }
}

impl Ports<Served> {
    /// Closes them, and ends their connections.
    pub(crate) fn close(&self, ending: Ending) -> Result<Pending, ClusterError> {
        self.order(Order::End(ending))
    }

    /// Listens on them again.
    pub(crate) fn open(&self) -> Result<Pending, ClusterError> {
        self.order(Order::Listen)
    }

    fn order(&self, order: Order) -> Result<Pending, ClusterError> {
        let (done, outcomes) = mpsc::channel();
        for orders in [&self.plain].into_iter().chain(&self.tls) {
            orders
                .send((order, done.clone()))
                .map_err(|_| ClusterError::Stopped)?;
        }
        Ok(Pending(Some(outcomes)))
    }
}

/// Takes a port without listening: whoever connects is refused.
fn reserve(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    // What was closed a moment ago must not hold up its successor. Elsewhere the option means another thing.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    Ok(socket)
}

/// Whoever waits goes on when no sender is left.
fn tell(done: Done, outcome: io::Result<()>) {
    // An error means that nobody waits.
    let _ = done.send(outcome);
    drop(done);
}

/// The task of a port.
struct Listener {
    address: SocketAddr,
    acceptor: Option<TlsAcceptor>,
    node: usize,
    shared: Arc<Shared>,
    orders: UnboundedReceiver<(Order, Done)>,
}

impl Listener {
    /// Does as ordered, with a socket that listens. When this is dropped its connections close.
    async fn run(mut self, mut socket: Socket) {
        while let Some((ending, done)) = self.accept(socket).await {
            socket = match reserve(self.address) {
                Ok(socket) => socket,
                Err(error) => {
                    log::error!("node {} has lost its port: {error}", self.node);
                    tell(done, Err(error));
                    return;
                }
            };
            log::info!("node {} is down: {ending:?}", self.node);
            tell(done, Ok(()));
            if !self.rest(&socket).await {
                return;
            }
        }
    }

    /// Waits while the node is down. `false` if the server is gone.
    async fn rest(&mut self, socket: &Socket) -> bool {
        while let Some((order, done)) = self.orders.recv().await {
            match order {
                Order::Listen => {
                    let listening = socket.listen(BACKLOG);
                    let is_up = listening.is_ok();
                    tell(done, listening);
                    if is_up {
                        return true;
                    }
                }
                Order::End(_) => tell(done, Ok(())),
            }
        }
        false
    }

    /// Accepts connections and spreads them over the threads, until the node has to go: then they end, and the socket is closed.
    async fn accept(&mut self, socket: Socket) -> Option<(Ending, Done)> {
        let node = self.node;
        let listener = match tokio::net::TcpListener::from_std(TcpListener::from(socket)) {
            Ok(listener) => listener,
            Err(error) => {
                log::error!("node {node} cannot listen: {error}");
                return None;
            }
        };
        let workers = Arc::clone(&self.shared.workers);
        let mut turns = workers.iter().cycle();
        let mut connections = JoinSet::new();
        let (end, ended) = watch::channel(None);
        loop {
            tokio::select! {
                accepted = listener.accept() => match accepted.and_then(|(stream, peer)| Ok((stream.into_std()?, peer))) {
                    Ok((stream, peer)) => {
                        let session = Session::new(Arc::clone(&self.shared), node, peer);
                        if let Some(worker) = turns.next() {
                            let served = connection::serve(stream, self.acceptor.clone(), session, ended.clone());
                            connections.spawn_on(served, worker);
                        }
                    }
                    Err(error) => {
                        // Out of file descriptors, most likely: wait for some to close.
                        log::warn!("node {node} cannot accept: {error}");
                        tokio::time::sleep(Duration::from_millis(20)).await;
                    }
                },
                Some(_) = connections.join_next() => {}
                order = self.orders.recv() => match order? {
                    (Order::Listen, done) => tell(done, Ok(())),
                    (Order::End(ending), done) => {
                        // Whoever connects from now on is refused.
                        drop(listener);
                        let _ = end.send(Some(ending));
                        while connections.join_next().await.is_some() {}
                        return Some((ending, done));
                    }
                }
            }
        }
    }
}
