//! One record: the methods that read it and those that write it.

use pyo3::prelude::*;

use super::{BaseClient, Object};
use crate::convert::reply::Shape;
use crate::error::Result;
use crate::ops::Operation;
use crate::ops::exists::Exists;
use crate::ops::get::Get;
use crate::ops::operate::{Operate, OperateOrdered};
use crate::ops::put::{Append, Increment, Prepend, Put, PutKeys, RemoveBin, Rules};
use crate::ops::remove::Remove;
use crate::ops::touch::Touch;

impl BaseClient {
    /// Parses a write of one record, which a policy and a meta dict govern, and carries it out.
    fn write<'py, O: Operation>(
        &self,
        py: Python<'py>,
        txn: Option<Object<'_, 'py>>,
        policy: Option<Object<'_, 'py>>,
        meta: Option<Object<'_, 'py>>,
        parse: impl FnOnce(Rules<'_, 'py>) -> Result<(O, Shape)>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call_in(py, txn, policy, |policies, policy| {
            parse(Rules {
                policies,
                meta,
                policy,
            })
        })
    }
}

#[pymethods]
impl BaseClient {
    #[doc = include_str!("../docs/Client.put.md")]
    #[pyo3(signature = (key, bins, meta=None, policy=None, *, map_bins=None, txn=None))]
    #[allow(clippy::too_many_arguments, reason = "the public API")]
    fn put<'py>(
        &self,
        py: Python<'py>,
        key: Object<'_, 'py>,
        bins: Object<'_, 'py>,
        meta: Option<Object<'_, 'py>>,
        policy: Option<Object<'_, 'py>>,
        map_bins: Option<Object<'_, 'py>>,
        txn: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        if let Some(map_bins) = map_bins {
            return self.write(py, txn, policy, meta, |rules| {
                PutKeys::parse(rules, key, bins, map_bins, self.codec().as_deref())
            });
        }
        self.write(py, txn, policy, meta, |rules| {
            Put::parse(rules, key, bins, self.codec().as_deref())
        })
    }

    #[doc = include_str!("../docs/Client.get.md")]
    #[pyo3(signature = (key, policy=None, *, into=None, txn=None))]
    fn get<'py>(
        &self,
        py: Python<'py>,
        key: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
        into: Option<Object<'_, 'py>>,
        txn: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call_in(py, txn, policy, |policies, policy| {
            Get::parse(policies, key, None, policy, into, self.codec().as_deref())
        })
    }

    #[doc = include_str!("../docs/Client.select.md")]
    #[pyo3(signature = (key, bins, policy=None, *, into=None, txn=None))]
    fn select<'py>(
        &self,
        py: Python<'py>,
        key: Object<'_, 'py>,
        bins: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
        into: Option<Object<'_, 'py>>,
        txn: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call_in(py, txn, policy, |policies, policy| {
            let codec = self.codec();
            Get::parse(policies, key, Some(bins), policy, into, codec.as_deref())
        })
    }

    #[doc = include_str!("../docs/Client.exists.md")]
    #[pyo3(signature = (key, policy=None, *, txn=None))]
    fn exists<'py>(
        &self,
        py: Python<'py>,
        key: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
        txn: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call_in(py, txn, policy, |policies, policy| {
            Exists::parse(policies, key, policy)
        })
    }

    #[doc = include_str!("../docs/Client.remove.md")]
    #[pyo3(signature = (key, meta=None, policy=None, *, txn=None))]
    fn remove<'py>(
        &self,
        py: Python<'py>,
        key: Object<'_, 'py>,
        meta: Option<Object<'_, 'py>>,
        policy: Option<Object<'_, 'py>>,
        txn: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.write(py, txn, policy, meta, |rules| Remove::parse(rules, key))
    }

    #[doc = include_str!("../docs/Client.touch.md")]
    #[pyo3(signature = (key, val=None, meta=None, policy=None, *, txn=None), text_signature = "($self, key, val=0, meta=None, policy=None, *, txn=None)")]
    fn touch<'py>(
        &self,
        py: Python<'py>,
        key: Object<'_, 'py>,
        val: Option<Object<'_, 'py>>,
        meta: Option<Object<'_, 'py>>,
        policy: Option<Object<'_, 'py>>,
        txn: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.write(py, txn, policy, meta, |rules| Touch::parse(rules, key, val))
    }

    #[doc = include_str!("../docs/Client.append.md")]
    #[pyo3(signature = (key, bin, val, meta=None, policy=None, *, txn=None))]
    #[allow(clippy::too_many_arguments, reason = "the public API")]
    fn append<'py>(
        &self,
        py: Python<'py>,
        key: Object<'_, 'py>,
        bin: Object<'_, 'py>,
        val: Object<'_, 'py>,
        meta: Option<Object<'_, 'py>>,
        policy: Option<Object<'_, 'py>>,
        txn: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.write(py, txn, policy, meta, |rules| {
            Append::parse(rules, key, bin, val)
        })
    }

    #[doc = include_str!("../docs/Client.prepend.md")]
    #[pyo3(signature = (key, bin, val, meta=None, policy=None, *, txn=None))]
    #[allow(clippy::too_many_arguments, reason = "the public API")]
    fn prepend<'py>(
        &self,
        py: Python<'py>,
        key: Object<'_, 'py>,
        bin: Object<'_, 'py>,
        val: Object<'_, 'py>,
        meta: Option<Object<'_, 'py>>,
        policy: Option<Object<'_, 'py>>,
        txn: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.write(py, txn, policy, meta, |rules| {
            Prepend::parse(rules, key, bin, val)
        })
    }

    #[doc = include_str!("../docs/Client.increment.md")]
    #[pyo3(signature = (key, bin, offset, meta=None, policy=None, *, txn=None))]
    #[allow(clippy::too_many_arguments, reason = "the public API")]
    fn increment<'py>(
        &self,
        py: Python<'py>,
        key: Object<'_, 'py>,
        bin: Object<'_, 'py>,
        offset: Object<'_, 'py>,
        meta: Option<Object<'_, 'py>>,
        policy: Option<Object<'_, 'py>>,
        txn: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.write(py, txn, policy, meta, |rules| {
            Increment::parse(rules, key, bin, offset)
        })
    }

    #[doc = include_str!("../docs/Client.remove_bin.md")]
    #[pyo3(signature = (key, bin_names, meta=None, policy=None, *, txn=None))]
    fn remove_bin<'py>(
        &self,
        py: Python<'py>,
        key: Object<'_, 'py>,
        bin_names: Object<'_, 'py>,
        meta: Option<Object<'_, 'py>>,
        policy: Option<Object<'_, 'py>>,
        txn: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.write(py, txn, policy, meta, |rules| {
            RemoveBin::parse(rules, key, bin_names)
        })
    }

    #[doc = include_str!("../docs/Client.operate.md")]
    #[pyo3(signature = (key, ops, meta=None, policy=None, *, into=None, txn=None))]
    #[allow(clippy::too_many_arguments, reason = "the public API")]
    fn operate<'py>(
        &self,
        py: Python<'py>,
        key: Object<'_, 'py>,
        ops: Object<'_, 'py>,
        meta: Option<Object<'_, 'py>>,
        policy: Option<Object<'_, 'py>>,
        into: Option<Object<'_, 'py>>,
        txn: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.write(py, txn, policy, meta, |rules| {
            Operate::parse(rules, key, ops, into, self.codec().as_deref())
        })
    }

    #[doc = include_str!("../docs/Client.operate_ordered.md")]
    #[pyo3(signature = (key, ops, meta=None, policy=None, *, txn=None))]
    fn operate_ordered<'py>(
        &self,
        py: Python<'py>,
        key: Object<'_, 'py>,
        ops: Object<'_, 'py>,
        meta: Option<Object<'_, 'py>>,
        policy: Option<Object<'_, 'py>>,
        txn: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.write(py, txn, policy, meta, |rules| {
            OperateOrdered::parse(rules, key, ops, self.codec().as_deref())
        })
    }
}
