//! A connected cluster: the core client, and in front of it a bound on what is in flight to each node.

mod consistency;
mod diagnosis;
mod direct;
mod gate;
pub(crate) mod gauges;
mod lane;
mod link;
pub(crate) mod modules;
mod reads;
mod routes;
mod spread;

use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use aerospike_core as core;
use arc_swap::ArcSwap;
use smallvec::{SmallVec, smallvec};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::convert::config::Config;
use crate::direct::Dial;
use crate::error::{Error, INVALID_NAMESPACE, Result, UNSUPPORTED};
use crate::observe::clients;
use gate::Gate;
pub(crate) use lane::Permit;
use link::Link;
use modules::Modules;
use routes::Routes;

/// Whom a request is for.
#[derive(Clone, Copy)]
pub(crate) enum Target<'a> {
    /// The node that holds one record.
    Key(&'a core::Key),
    /// The nodes that hold several.
    Keys(&'a [core::Key]),
    /// Any node: requests that carry their own bound.
    Any,
}

/// A connected cluster.
pub(crate) struct Cluster {
    pub(crate) client: Link,
    /// How connections beside the core's are opened, if they may be.
    dial: Option<Arc<Dial>>,
    routes: ArcSwap<Routes>,
    config: Arc<Config>,
    /// Those of which aggregations have a part here.
    pub(crate) modules: Modules,
    /// Ends what outlives the requests that began it.
    over: CancellationToken,
}

/// Leave to send, to every node the request needs. Waiting for it is FIFO per node, and a node that hangs
/// holds up only those who want that node.
pub(crate) struct Leave {
    gates: SmallVec<[Arc<Gate>; 1]>,
}

impl Cluster {
    /// Connects to the first seed that answers and learns the cluster from it.
    pub(crate) async fn connect(config: Arc<Config>) -> Result<Arc<Self>> {
        let dial = Dial::of(&config);
        let prepare = async {
            if let Some(dial) = &dial {
                dial.prepare().await;
            }
        };
        let (client, ()) = futures_util::future::join(open(&config), prepare).await;
        let client = match client {
            Ok(client) => Link::new(client),
            Err(error) => return Err(diagnosis::explain(&config, error).await),
        };
        if client.nodes().is_empty() && config.fails_without_nodes() {
            let error = Error::connection("Failed to connect to any node");
            return Err(diagnosis::explain(&config, error).await);
        }
        let routes = Routes::fetch(&client, &config, dial.as_ref(), None).await?;
        let cluster = Arc::new(Self {
            client,
            dial,
            routes: ArcSwap::from_pointee(routes),
            config,
            modules: Modules::default(),
            over: CancellationToken::new(),
        });
        tokio::spawn(watch(Arc::downgrade(&cluster)));
        clients::joined(&cluster);
        log::info!("connected to {} nodes", cluster.client.nodes().len());
        Ok(cluster)
    }

    /// Disconnects, whether or not somebody waits for it.
    pub(crate) fn disconnect(&self) -> JoinHandle<()> {
        self.over.cancel();
        self.routes.load().close();
        self.client.disconnect()
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// Cancelled when it is disconnected.
    pub(crate) fn over(&self) -> CancellationToken {
        self.over.clone()
    }

    /// Refuses a transaction on records whose namespace has none. An Enterprise server would refuse it as well, with a bare code; a
    /// Community server would do so after the first write has left a record behind.
    pub(crate) fn check_consistency(&self, target: Target<'_>) -> Result<()> {
        let keys = match target {
            Target::Key(key) => std::slice::from_ref(key),
            Target::Keys(keys) => keys,
            Target::Any => &[],
        };
        let weak = keys
            .iter()
            .find(|key| self.client.is_strong_consistency(key.namespace()) == Some(false));
        weak.map_or(Ok(()), |key| {
            Err(Error::server(
                UNSUPPORTED,
                format!(
                    "Transactions need a namespace that is strongly consistent, and '{}' is not",
                    key.namespace()
                ),
            )
            .of_key(key))
        })
    }

    /// The gate of the node that holds a record.
    fn gate(&self, key: &core::Key) -> Result<Arc<Gate>> {
        let routes = self.routes.load();
        routes.gate(key).ok_or_else(|| no_route(&routes, key))
    }

    /// The gates a request has to pass.
    pub(crate) fn gates(&self, target: Target<'_>) -> Result<Leave> {
        let routes = self.routes.load();
        let gates = match target {
            Target::Any => SmallVec::new(),
            Target::Key(key) => {
                smallvec![routes.gate(key).ok_or_else(|| no_route(&routes, key))?]
            }
            Target::Keys(keys) => {
                let shares = routes.shares(keys.iter().map(where_is)).map_err(|place| {
                    let key = keys.get(place);
                    key.map_or_else(Error::no_node, |key| no_route(&routes, key))
                })?;
                let mut gates: SmallVec<_> = shares.into_iter().map(|(gate, _)| gate).collect();
                // Everybody in the same order, so that no two wait for each other.
                gates.sort_by_key(|gate| Arc::as_ptr(gate) as usize);
                gates
            }
        };
        Ok(Leave { gates })
    }

    /// Refuses a namespace the cluster does not have: to some commands about one the server answers `ok`.
    pub(crate) fn check_namespace(&self, namespace: &str) -> Result<()> {
        let routes = self.routes.load();
        if routes.knows(namespace) {
            return Ok(());
        }
        Err(no_namespace(&routes, namespace))
    }

    /// Learns anew who holds what, if anything changed; lets permits follow connections.
    async fn refresh(&self) {
        let routes = self.routes.load_full();
        if routes.is_stale(&self.client)
            && let Ok(fresh) = Routes::fetch(
                &self.client,
                &self.config,
                self.dial.as_ref(),
                Some(&routes),
            )
            .await
        {
            self.routes.store(Arc::new(fresh));
        }
        self.routes.load().follow_connections();
    }
}

impl<'a> Target<'a> {
    /// The namespace and set of the record, or of the first of several.
    pub(crate) fn place(self) -> (&'a str, &'a str) {
        let key = match self {
            Target::Key(key) => Some(key),
            Target::Keys(keys) => keys.first(),
            Target::Any => None,
        };
        key.map_or(("", ""), |key| (key.namespace(), key.set_name()))
    }
}

impl Leave {
    /// The node it is for, if it is for one.
    pub(crate) fn node(&self) -> Option<&Arc<core::Node>> {
        match &*self.gates {
            [gate] => Some(gate.node()),
            _ => None,
        }
    }

    /// Waits for every gate, where plain requests on one record have a queue of their own. Returns what to hold while the request runs.
    pub(crate) async fn wait(
        &self,
        is_plain: bool,
        deadline: Option<Instant>,
    ) -> Result<SmallVec<[Permit<'_>; 1]>> {
        let mut permits = SmallVec::with_capacity(self.gates.len());
        for gate in &self.gates {
            permits.push(gate.enter(is_plain, deadline).await?);
        }
        Ok(permits)
    }

    /// The same as [`wait`](Self::wait), if there is nobody to wait for.
    pub(crate) fn at_once(&self) -> Option<SmallVec<[Permit<'_>; 1]>> {
        self.gates.iter().map(|gate| gate.enter_at_once()).collect()
    }
}

/// Finds the nodes, logs in, opens the first connections.
///
/// A login hashes the password, which takes some 60 ms each time, and a handshake of TLS some of them: not on the thread that serves
/// everybody else. The sockets are that thread's all the same.
async fn open(config: &Arc<Config>) -> Result<core::Client> {
    if !config.is_slow_to_open() {
        return Ok(core::Client::new(config.policy(), &config.hosts()).await?);
    }
    let config = Arc::clone(config);
    let runtime = tokio::runtime::Handle::current();
    tokio::task::spawn_blocking(move || {
        let hosts = config.hosts();
        Ok(runtime.block_on(core::Client::new(config.policy(), &hosts))?)
    })
    .await
    .unwrap_or_else(|error| Err(Error::panic(format!("connect: {error}"))))
}

/// The namespace and the partition of a record.
fn where_is(key: &core::Key) -> (&str, usize) {
    (key.namespace(), key.partition_id())
}

fn no_route(routes: &Routes, key: &core::Key) -> Error {
    no_namespace(routes, key.namespace()).of_key(key)
}

fn no_namespace(routes: &Routes, namespace: &str) -> Error {
    if routes.is_empty() {
        return Error::no_node();
    }
    Error::server(
        INVALID_NAMESPACE,
        format!("The cluster has no namespace '{namespace}'"),
    )
}

/// Keeps the routes fresh for as long as the cluster is in use.
async fn watch(cluster: Weak<Cluster>) {
    loop {
        let Some(period) = cluster
            .upgrade()
            .map(|cluster| Duration::from_millis(u64::from(cluster.config.policy().tend_interval)))
        else {
            return;
        };
        tokio::time::sleep(period).await;
        let Some(cluster) = cluster.upgrade() else {
            return;
        };
        cluster.refresh().await;
    }
}
