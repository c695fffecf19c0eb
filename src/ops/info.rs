//! `info_all`, `info_random_node`, `info_single_node`, `set_xdr_filter`, `ping`.

use aerospike_core::expressions::Expression;
use aerospike_core::policy::AdminPolicy;
use futures_util::future::join_all;
use pyo3::prelude::*;
use pyo3::types::PyString;

use super::Operation;
use super::command::commands;
use crate::cluster::{Cluster, Target};
use crate::convert::argument;
use crate::convert::policy::Policies;
use crate::convert::reply::{Reply, Shape};
use crate::convert::value::{repr, str_of, type_name};
use crate::error::{Error, Result};
use crate::expr;

/// An info command with its deadline.
struct Command {
    text: String,
    policy: AdminPolicy,
}

impl Command {
    fn parse(
        policies: &Policies,
        command: &Bound<'_, PyAny>,
        policy: Option<&Bound<'_, PyAny>>,
    ) -> Result<Self> {
        let text = command.cast::<PyString>().map_err(|_| {
            Error::wrong_type(format!(
                "an info command is a str, not {}",
                type_name(command)
            ))
        })?;
        let text = str_of(text)?.trim_end_matches('\n');
        if text.is_empty() || text.contains(['\n', '\0']) {
            return Err(Error::value(format!(
                "{} is not one info command",
                repr(command)
            )));
        }
        let policy = AdminPolicy {
            timeout: policies.info_timeout(policy)?,
        };
        Ok(Self {
            text: text.to_owned(),
            policy,
        })
    }

    /// The node's answer without the command in front.
    async fn ask(&self, node: &aerospike_core::Node) -> Result<String> {
        let answers = node.info(&self.policy, &[&self.text]).await?;
        Ok(answers.into_values().next().unwrap_or_default())
    }
}

/// A command to every node.
pub(crate) struct InfoAll(Command);

impl InfoAll {
    pub(crate) fn parse(
        policies: &Policies,
        command: &Bound<'_, PyAny>,
        policy: Option<&Bound<'_, PyAny>>,
    ) -> Result<(Self, Shape)> {
        Ok((
            Self(Command::parse(policies, command, policy)?),
            Shape::Plain,
        ))
    }
}

impl Operation for InfoAll {
    const NAME: &'static str = "info_all";
    const WRITES: bool = false;

    fn target(&self) -> Target<'_> {
        Target::Any
    }

    async fn run(self, cluster: &Cluster) -> Result<Reply> {
        let nodes = cluster.client.nodes();
        let answers = join_all(nodes.iter().map(|node| async {
            // A node that fails does not hide what the others answered.
            match self.0.ask(node).await {
                Ok(answer) => (node.name().to_owned(), 0, answer),
                Err(error) => (node.name().to_owned(), error.code(), error.text()),
            }
        }));
        Ok(Reply::Infos(answers.await))
    }
}

/// A command to some node.
pub(crate) struct InfoRandomNode(Command);

impl InfoRandomNode {
    pub(crate) fn parse(
        policies: &Policies,
        command: &Bound<'_, PyAny>,
        policy: Option<&Bound<'_, PyAny>>,
    ) -> Result<(Self, Shape)> {
        Ok((
            Self(Command::parse(policies, command, policy)?),
            Shape::Plain,
        ))
    }
}

impl Operation for InfoRandomNode {
    const NAME: &'static str = "info_random_node";
    const WRITES: bool = false;

    fn target(&self) -> Target<'_> {
        Target::Any
    }

    async fn run(self, cluster: &Cluster) -> Result<Reply> {
        let node = cluster.client.random_node()?;
        self.0.ask(&node).await.map(Reply::Text)
    }
}

/// Which node.
enum Chosen {
    Name(String),
    Address(String, u16),
}

impl Chosen {
    /// A node's name, or its `(host, port)`.
    fn parse(object: &Bound<'_, PyAny>) -> Result<Self> {
        if let Ok(name) = object.cast::<PyString>() {
            return Ok(Self::Name(str_of(name)?.to_owned()));
        }
        match object.extract::<(String, u16)>() {
            Ok((host, port)) => Ok(Self::Address(host, port)),
            Err(_) => Err(Error::wrong_type(format!(
                "host {} is neither a node's name nor its (host, port)",
                repr(object)
            ))),
        }
    }

    fn is(&self, node: &aerospike_core::Node) -> bool {
        match self {
            Self::Name(name) => node.name() == name,
            Self::Address(host, port) => {
                let own = node.host();
                own.name == *host && own.port == *port
            }
        }
    }
}

/// A command to one node.
pub(crate) struct InfoSingleNode(Command, Chosen);

impl InfoSingleNode {
    pub(crate) fn parse(
        policies: &Policies,
        command: &Bound<'_, PyAny>,
        host: &Bound<'_, PyAny>,
        policy: Option<&Bound<'_, PyAny>>,
    ) -> Result<(Self, Shape)> {
        let command = Command::parse(policies, command, policy)?;
        Ok((Self(command, Chosen::parse(host)?), Shape::Plain))
    }
}

impl Operation for InfoSingleNode {
    const NAME: &'static str = "info_single_node";
    const WRITES: bool = false;

    fn target(&self) -> Target<'_> {
        Target::Any
    }

    async fn run(self, cluster: &Cluster) -> Result<Reply> {
        let nodes = cluster.client.nodes();
        let Some(node) = nodes.iter().find(|node| self.1.is(node)) else {
            let known: Vec<_> = nodes.iter().map(|node| node.name().to_owned()).collect();
            return Err(Error::argument(format!(
                "the cluster has no such node; known are {}",
                known.join(", ")
            )));
        };
        self.0.ask(node).await.map(Reply::Text)
    }
}

commands! {
    /// Sets which records are shipped to another datacenter.
    SetXdrFilter, "set_xdr_filter", true,
    { datacenter: String, namespace: String, filter: Option<Expression> } of namespace, |it, cluster| {
        let client = &cluster.client;
        client
            .set_xdr_filter(&it.policy, &it.datacenter, &it.namespace, it.filter.as_ref())
            .await?;
        Ok(Reply::Nothing)
    };
}

impl SetXdrFilter {
    pub(crate) fn parse(
        policies: &Policies,
        datacenter: &Bound<'_, PyAny>,
        namespace: &Bound<'_, PyAny>,
        filter: &Bound<'_, PyAny>,
        policy: Option<&Bound<'_, PyAny>>,
    ) -> Result<(Self, Shape)> {
        let filter = if filter.is_none() {
            None
        } else {
            Some(expr::parse(filter).map_err(|error| error.within("expression_filter"))?)
        };
        let operation = Self {
            policy: policies.admin(policy)?,
            datacenter: argument::name(datacenter, "data_center")?,
            namespace: argument::namespace(namespace)?,
            filter,
        };
        Ok((operation, Shape::Plain))
    }
}

/// Whether some node answers; never fails.
pub(crate) struct Ping;

impl Operation for Ping {
    const NAME: &'static str = "ping";
    const WRITES: bool = false;

    fn target(&self) -> Target<'_> {
        Target::Any
    }

    async fn run(self, cluster: &Cluster) -> Result<Reply> {
        let answers = match cluster.client.random_node() {
            Ok(node) => node.info(&AdminPolicy::default(), &["node"]).await.is_ok(),
            Err(_) => false,
        };
        Ok(Reply::Flag(answers))
    }
}
