//! Functions that run in the cluster, and their modules.

use pyo3::prelude::*;

use super::{BaseClient, Object};
use crate::ops::apply::{Apply, Function};
use crate::ops::batch_apply::BatchApply;
use crate::ops::udf::{UdfGet, UdfList, UdfPut, UdfRemove};

#[pymethods]
impl BaseClient {
    #[doc = include_str!("../docs/Client.udf_put.md")]
    #[pyo3(signature = (filename, udf_type=None, policy=None, *, source=None, wait=None), text_signature = "($self, filename, udf_type=0, policy=None, *, source=None, wait=True)")]
    fn udf_put<'py>(
        &self,
        py: Python<'py>,
        filename: Object<'_, 'py>,
        udf_type: Option<Object<'_, 'py>>,
        policy: Option<Object<'_, 'py>>,
        source: Option<Object<'_, 'py>>,
        wait: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let source = source.filter(|source| !source.is_none());
        self.task(py, wait, |policies, wait| {
            UdfPut::parse(policies, filename, udf_type, source, (policy, wait))
        })
    }

    #[doc = include_str!("../docs/Client.udf_list.md")]
    #[pyo3(signature = (policy=None))]
    fn udf_list<'py>(
        &self,
        py: Python<'py>,
        policy: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call(py, |policies| UdfList::parse(policies, policy))
    }

    #[doc = include_str!("../docs/Client.udf_get.md")]
    #[pyo3(signature = (module, language=None, policy=None), text_signature = "($self, module, language=0, policy=None)")]
    fn udf_get<'py>(
        &self,
        py: Python<'py>,
        module: Object<'_, 'py>,
        language: Option<Object<'_, 'py>>,
        policy: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call(py, |policies| {
            UdfGet::parse(policies, module, language, policy)
        })
    }

    #[doc = include_str!("../docs/Client.udf_remove.md")]
    #[pyo3(signature = (module, policy=None, *, wait=None), text_signature = "($self, module, policy=None, *, wait=True)")]
    fn udf_remove<'py>(
        &self,
        py: Python<'py>,
        module: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
        wait: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.task(py, wait, |policies, wait| {
            UdfRemove::parse(policies, module, policy, wait)
        })
    }

    #[doc = include_str!("../docs/Client.apply.md")]
    #[pyo3(signature = (key, module, function, args=None, policy=None, *, txn=None))]
    #[allow(clippy::too_many_arguments, reason = "the public API")]
    fn apply<'py>(
        &self,
        py: Python<'py>,
        key: Object<'_, 'py>,
        module: Object<'_, 'py>,
        function: Object<'_, 'py>,
        args: Option<Object<'_, 'py>>,
        policy: Option<Object<'_, 'py>>,
        txn: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let function = Function::parse(module, function, args);
        self.call_in(py, txn, policy, |policies, policy| {
            let codec = self.codec();
            Apply::parse(policies, key, function, policy, codec.as_deref())
        })
    }

    #[doc = include_str!("../docs/Client.batch_apply.md")]
    #[pyo3(signature = (keys, module, function, args=None, policy=None, retry=None, *, txn=None), text_signature = "($self, keys, module, function, args=None, policy=None, retry=0, *, txn=None)")]
    #[allow(clippy::too_many_arguments, reason = "the public API")]
    fn batch_apply<'py>(
        &self,
        py: Python<'py>,
        keys: Object<'_, 'py>,
        module: Object<'_, 'py>,
        function: Object<'_, 'py>,
        args: Option<Object<'_, 'py>>,
        policy: Option<Object<'_, 'py>>,
        retry: Option<Object<'_, 'py>>,
        txn: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let function = Function::parse(module, function, args);
        self.call_in(py, txn, policy, |policies, policy| {
            let codec = self.codec();
            BatchApply::parse(policies, keys, function, policy, retry, codec.as_deref())
        })
    }
}
