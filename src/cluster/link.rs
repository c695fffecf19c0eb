//! A core client that disconnects when nobody holds it any more.

use std::ops::Deref;

use aerospike_core::Client;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

/// The core's own tasks keep a client connected for ever that was dropped without `close`: because its connect failed half way, or
/// because whoever connected has gone meanwhile.
pub(crate) struct Link {
    client: Client,
    runtime: Handle,
}

impl Link {
    /// Within the runtime only.
    pub(super) fn new(client: Client) -> Self {
        Self {
            client,
            runtime: Handle::current(),
        }
    }

    /// Disconnects, whether or not somebody waits for it: the core first ends its present round of the nodes, which takes as long as
    /// they let it.
    pub(crate) fn disconnect(&self) -> JoinHandle<()> {
        let client = self.client.clone();
        self.runtime.spawn(async move {
            // It fails only if it was closed before.
            let _ = client.close().await;
        })
    }
}

impl Deref for Link {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        drop(self.disconnect());
    }
}
