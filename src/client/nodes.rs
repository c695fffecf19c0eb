//! The cluster and its nodes.

use pyo3::prelude::*;

use super::{BaseClient, Object};
use crate::convert::key::key_of;
use crate::convert::reply::Shape;
use crate::error::Error;
use crate::ops::connect::PingAnyway;
use crate::ops::info::{InfoAll, InfoRandomNode, InfoSingleNode, SetXdrFilter};
use crate::ops::truncate::Truncate;

#[pymethods]
impl BaseClient {
    #[doc = include_str!("../docs/Client.get_node_names.md")]
    fn get_node_names(&self) -> PyResult<Vec<String>> {
        let session = self.connected().ok_or_else(Error::not_connected)?;
        Ok(session
            .connected()
            .map(|cluster| cluster.client.node_names())
            .unwrap_or_default())
    }

    #[doc = include_str!("../docs/Client.ping.md")]
    fn ping<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.run(py, Ok(PingAnyway(self.connected())), Shape::Plain)
    }

    #[doc = include_str!("../docs/Client.info_all.md")]
    #[pyo3(signature = (command, policy=None))]
    fn info_all<'py>(
        &self,
        py: Python<'py>,
        command: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call(py, |policies| InfoAll::parse(policies, command, policy))
    }

    #[doc = include_str!("../docs/Client.info_random_node.md")]
    #[pyo3(signature = (command, policy=None))]
    fn info_random_node<'py>(
        &self,
        py: Python<'py>,
        command: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call(py, |policies| {
            InfoRandomNode::parse(policies, command, policy)
        })
    }

    #[doc = include_str!("../docs/Client.truncate.md")]
    #[pyo3(signature = (namespace, set_name=None, nanos=None, policy=None, *, all_sets=None), text_signature = "($self, namespace, set_name=None, nanos=0, policy=None, *, all_sets=False)")]
    fn truncate<'py>(
        &self,
        py: Python<'py>,
        namespace: Object<'_, 'py>,
        set_name: Option<Object<'_, 'py>>,
        nanos: Option<Object<'_, 'py>>,
        policy: Option<Object<'_, 'py>>,
        all_sets: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call(py, |policies| {
            Truncate::parse(policies, namespace, set_name, (nanos, all_sets), policy)
        })
    }

    #[doc = include_str!("../docs/Client.info_single_node.md")]
    #[pyo3(signature = (command, host, policy=None))]
    fn info_single_node<'py>(
        &self,
        py: Python<'py>,
        command: Object<'_, 'py>,
        host: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call(py, |policies| {
            InfoSingleNode::parse(policies, command, host, policy)
        })
    }

    #[doc = include_str!("../docs/Client.set_xdr_filter.md")]
    #[pyo3(signature = (data_center, namespace, expression_filter, policy=None))]
    fn set_xdr_filter<'py>(
        &self,
        py: Python<'py>,
        data_center: Object<'_, 'py>,
        namespace: Object<'_, 'py>,
        expression_filter: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call(py, |policies| {
            SetXdrFilter::parse(policies, data_center, namespace, expression_filter, policy)
        })
    }

    #[doc = include_str!("../docs/Client.get_nodes.md")]
    #[pyo3(signature = ())]
    fn get_nodes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let nodes = self
            .connected()
            .ok_or_else(Error::not_connected)
            .map(|session| {
                let cluster = session.connected();
                let nodes = cluster
                    .map(|cluster| cluster.client.nodes())
                    .unwrap_or_default();
                nodes
                    .iter()
                    .map(|node| (node.host().name, node.host().port))
                    .collect::<Vec<_>>()
            });
        self.at_once(py, nodes)
    }

    #[doc = include_str!("../docs/Client.get_key_partition_id.md")]
    #[pyo3(signature = (namespace, set_name, key))]
    fn get_key_partition_id<'py>(
        &self,
        py: Python<'py>,
        namespace: Object<'_, 'py>,
        set_name: Object<'_, 'py>,
        key: Object<'_, 'py>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let made = key_of(namespace, set_name, key);
        self.at_once(py, made.map(|key| key.partition_id()))
    }
}
