//! A server, and the official Rust client connected to it.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "every test file uses its own part of this"
)]

use aerospike::operations::Operation;
use aerospike::{
    Bin, Bins, Client, ClientPolicy, Key, ReadPolicy, Record, ResultCode, Value, WritePolicy,
};
use devserver::{Config, Server};

pub struct Judge {
    pub client: Client,
    pub write: WritePolicy,
    pub read: ReadPolicy,
    pub server: Server,
}

impl Judge {
    pub async fn new() -> Self {
        let config = Config {
            nodes: 3,
            ..Config::default()
        };
        Self::of(config, &ClientPolicy::default()).await
    }

    /// One that connects with this policy to a server of these settings.
    pub async fn of(config: Config, policy: &ClientPolicy) -> Self {
        let server = Server::start(config).unwrap();
        let hosts: Vec<_> = server.hosts().iter().map(ToString::to_string).collect();
        let client = Client::new(policy, &hosts.join(",")).await.unwrap();
        Self {
            client,
            write: WritePolicy::default(),
            read: ReadPolicy::default(),
            server,
        }
    }

    pub async fn put(&self, key: &Key, bins: &[(&str, Value)]) {
        let bins: Vec<_> = bins
            .iter()
            .map(|(name, value)| Bin::new(*name, value.clone()))
            .collect();
        self.client.put(&self.write, key, &bins).await.unwrap();
    }

    pub async fn get(&self, key: &Key) -> Record {
        self.client.get(&self.read, key, Bins::All).await.unwrap()
    }

    /// A bin of a record; `None` without one.
    pub async fn bin(&self, key: &Key, name: &str) -> Option<Value> {
        self.get(key).await.bins.get(name).cloned()
    }

    /// What one operation answers for bin `b`.
    pub async fn operate(&self, key: &Key, operation: Operation) -> Option<Value> {
        let record = self
            .client
            .operate(&self.write, key, &[operation])
            .await
            .unwrap();
        record.bins.get("b").cloned()
    }
}

pub fn key(id: i64) -> Key {
    Key::new("test", "judge", Value::from(id)).unwrap()
}

pub fn int(value: i64) -> Value {
    Value::from(value)
}

pub fn text(value: &str) -> Value {
    Value::from(value)
}

pub fn ints(values: &[i64]) -> Value {
    Value::List(values.iter().copied().map(Value::from).collect())
}

/// The result code a call failed with.
pub fn code<T>(result: aerospike::Result<T>) -> Option<ResultCode> {
    result.err().and_then(|error| error.server_result_code())
}
