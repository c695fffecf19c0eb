//! Secondary indexes: the `index_` methods.

use pyo3::prelude::*;

use super::{BaseClient, Object};
use crate::ops::index::{
    self, Data, IndexCreate, IndexList, IndexRemove, Kind, Place, Source, of_bin, of_expression,
};

#[pymethods]
impl BaseClient {
    #[doc = include_str!("../docs/Client.index_integer_create.md")]
    #[pyo3(signature = (namespace, set_name, bin_name, index_name, policy=None, *, wait=None), text_signature = "($self, namespace, set_name, bin_name, index_name, policy=None, *, wait=True)")]
    #[allow(clippy::too_many_arguments, reason = "the public API")]
    fn index_integer_create<'py>(
        &self,
        py: Python<'py>,
        namespace: Object<'_, 'py>,
        set_name: Object<'_, 'py>,
        bin_name: Object<'_, 'py>,
        index_name: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
        wait: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let place = Place {
            namespace,
            set: set_name,
            name: index_name,
        };
        let kind = Kind {
            data: Data::Is(index::NUMERIC),
            collection: Data::Is(index::DEFAULT),
        };
        self.task(py, wait, |policies, wait| {
            IndexCreate::parse(
                policies,
                place,
                of_bin(bin_name, None),
                kind,
                (policy, wait),
            )
        })
    }

    #[doc = include_str!("../docs/Client.index_string_create.md")]
    #[pyo3(signature = (namespace, set_name, bin_name, index_name, policy=None, *, wait=None), text_signature = "($self, namespace, set_name, bin_name, index_name, policy=None, *, wait=True)")]
    #[allow(clippy::too_many_arguments, reason = "the public API")]
    fn index_string_create<'py>(
        &self,
        py: Python<'py>,
        namespace: Object<'_, 'py>,
        set_name: Object<'_, 'py>,
        bin_name: Object<'_, 'py>,
        index_name: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
        wait: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let place = Place {
            namespace,
            set: set_name,
            name: index_name,
        };
        let kind = Kind {
            data: Data::Is(index::STRING),
            collection: Data::Is(index::DEFAULT),
        };
        self.task(py, wait, |policies, wait| {
            IndexCreate::parse(
                policies,
                place,
                of_bin(bin_name, None),
                kind,
                (policy, wait),
            )
        })
    }

    #[doc = include_str!("../docs/Client.index_blob_create.md")]
    #[pyo3(signature = (namespace, set_name, bin_name, index_name, policy=None, *, wait=None), text_signature = "($self, namespace, set_name, bin_name, index_name, policy=None, *, wait=True)")]
    #[allow(clippy::too_many_arguments, reason = "the public API")]
    fn index_blob_create<'py>(
        &self,
        py: Python<'py>,
        namespace: Object<'_, 'py>,
        set_name: Object<'_, 'py>,
        bin_name: Object<'_, 'py>,
        index_name: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
        wait: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let place = Place {
            namespace,
            set: set_name,
            name: index_name,
        };
        let kind = Kind {
            data: Data::Is(index::BLOB),
            collection: Data::Is(index::DEFAULT),
        };
        self.task(py, wait, |policies, wait| {
            IndexCreate::parse(
                policies,
                place,
                of_bin(bin_name, None),
                kind,
                (policy, wait),
            )
        })
    }

    #[doc = include_str!("../docs/Client.index_geo2dsphere_create.md")]
    #[pyo3(signature = (namespace, set_name, bin_name, index_name, policy=None, *, wait=None), text_signature = "($self, namespace, set_name, bin_name, index_name, policy=None, *, wait=True)")]
    #[allow(clippy::too_many_arguments, reason = "the public API")]
    fn index_geo2dsphere_create<'py>(
        &self,
        py: Python<'py>,
        namespace: Object<'_, 'py>,
        set_name: Object<'_, 'py>,
        bin_name: Object<'_, 'py>,
        index_name: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
        wait: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let place = Place {
            namespace,
            set: set_name,
            name: index_name,
        };
        let kind = Kind {
            data: Data::Is(index::GEO2DSPHERE),
            collection: Data::Is(index::DEFAULT),
        };
        self.task(py, wait, |policies, wait| {
            IndexCreate::parse(
                policies,
                place,
                of_bin(bin_name, None),
                kind,
                (policy, wait),
            )
        })
    }

    #[doc = include_str!("../docs/Client.index_single_value_create.md")]
    #[pyo3(signature = (namespace, set_name, bin_name, index_datatype, index_name, policy=None, ctx=None, *, wait=None), text_signature = "($self, namespace, set_name, bin_name, index_datatype, index_name, policy=None, ctx=None, *, wait=True)")]
    #[allow(clippy::too_many_arguments, reason = "the public API")]
    fn index_single_value_create<'py>(
        &self,
        py: Python<'py>,
        namespace: Object<'_, 'py>,
        set_name: Object<'_, 'py>,
        bin_name: Object<'_, 'py>,
        index_datatype: Object<'_, 'py>,
        index_name: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
        ctx: Option<Object<'_, 'py>>,
        wait: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let place = Place {
            namespace,
            set: set_name,
            name: index_name,
        };
        let kind = Kind {
            data: Data::Given(index_datatype),
            collection: Data::Is(index::DEFAULT),
        };
        self.task(py, wait, |policies, wait| {
            IndexCreate::parse(policies, place, of_bin(bin_name, ctx), kind, (policy, wait))
        })
    }

    #[doc = include_str!("../docs/Client.index_list_create.md")]
    #[pyo3(signature = (namespace, set_name, bin_name, index_datatype, index_name, policy=None, ctx=None, *, wait=None), text_signature = "($self, namespace, set_name, bin_name, index_datatype, index_name, policy=None, ctx=None, *, wait=True)")]
    #[allow(clippy::too_many_arguments, reason = "the public API")]
    fn index_list_create<'py>(
        &self,
        py: Python<'py>,
        namespace: Object<'_, 'py>,
        set_name: Object<'_, 'py>,
        bin_name: Object<'_, 'py>,
        index_datatype: Object<'_, 'py>,
        index_name: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
        ctx: Option<Object<'_, 'py>>,
        wait: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let place = Place {
            namespace,
            set: set_name,
            name: index_name,
        };
        let kind = Kind {
            data: Data::Given(index_datatype),
            collection: Data::Is(index::LIST),
        };
        self.task(py, wait, |policies, wait| {
            IndexCreate::parse(policies, place, of_bin(bin_name, ctx), kind, (policy, wait))
        })
    }

    #[doc = include_str!("../docs/Client.index_map_keys_create.md")]
    #[pyo3(signature = (namespace, set_name, bin_name, index_datatype, index_name, policy=None, ctx=None, *, wait=None), text_signature = "($self, namespace, set_name, bin_name, index_datatype, index_name, policy=None, ctx=None, *, wait=True)")]
    #[allow(clippy::too_many_arguments, reason = "the public API")]
    fn index_map_keys_create<'py>(
        &self,
        py: Python<'py>,
        namespace: Object<'_, 'py>,
        set_name: Object<'_, 'py>,
        bin_name: Object<'_, 'py>,
        index_datatype: Object<'_, 'py>,
        index_name: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
        ctx: Option<Object<'_, 'py>>,
        wait: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let place = Place {
            namespace,
            set: set_name,
            name: index_name,
        };
        let kind = Kind {
            data: Data::Given(index_datatype),
            collection: Data::Is(index::MAP_KEYS),
        };
        self.task(py, wait, |policies, wait| {
            IndexCreate::parse(policies, place, of_bin(bin_name, ctx), kind, (policy, wait))
        })
    }

    #[doc = include_str!("../docs/Client.index_map_values_create.md")]
    #[pyo3(signature = (namespace, set_name, bin_name, index_datatype, index_name, policy=None, ctx=None, *, wait=None), text_signature = "($self, namespace, set_name, bin_name, index_datatype, index_name, policy=None, ctx=None, *, wait=True)")]
    #[allow(clippy::too_many_arguments, reason = "the public API")]
    fn index_map_values_create<'py>(
        &self,
        py: Python<'py>,
        namespace: Object<'_, 'py>,
        set_name: Object<'_, 'py>,
        bin_name: Object<'_, 'py>,
        index_datatype: Object<'_, 'py>,
        index_name: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
        ctx: Option<Object<'_, 'py>>,
        wait: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let place = Place {
            namespace,
            set: set_name,
            name: index_name,
        };
        let kind = Kind {
            data: Data::Given(index_datatype),
            collection: Data::Is(index::MAP_VALUES),
        };
        self.task(py, wait, |policies, wait| {
            IndexCreate::parse(policies, place, of_bin(bin_name, ctx), kind, (policy, wait))
        })
    }

    #[doc = include_str!("../docs/Client.index_cdt_create.md")]
    #[pyo3(signature = (namespace, set_name, bin_name, index_type, index_datatype, index_name, ctx, policy=None, *, wait=None), text_signature = "($self, namespace, set_name, bin_name, index_type, index_datatype, index_name, ctx, policy=None, *, wait=True)")]
    #[allow(clippy::too_many_arguments, reason = "the public API")]
    fn index_cdt_create<'py>(
        &self,
        py: Python<'py>,
        namespace: Object<'_, 'py>,
        set_name: Object<'_, 'py>,
        bin_name: Object<'_, 'py>,
        index_type: Object<'_, 'py>,
        index_datatype: Object<'_, 'py>,
        index_name: Object<'_, 'py>,
        ctx: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
        wait: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let place = Place {
            namespace,
            set: set_name,
            name: index_name,
        };
        let kind = Kind {
            data: Data::Given(index_datatype),
            collection: Data::Given(index_type),
        };
        self.task(py, wait, |policies, wait| {
            IndexCreate::parse(
                policies,
                place,
                of_bin(bin_name, Some(ctx)),
                kind,
                (policy, wait),
            )
        })
    }

    #[doc = include_str!("../docs/Client.index_expr_create.md")]
    #[pyo3(signature = (namespace, set_name, index_type, index_datatype, expressions, index_name, policy=None, *, wait=None), text_signature = "($self, namespace, set_name, index_type, index_datatype, expressions, index_name, policy=None, *, wait=True)")]
    #[allow(clippy::too_many_arguments, reason = "the public API")]
    fn index_expr_create<'py>(
        &self,
        py: Python<'py>,
        namespace: Object<'_, 'py>,
        set_name: Object<'_, 'py>,
        index_type: Object<'_, 'py>,
        index_datatype: Object<'_, 'py>,
        expressions: Object<'_, 'py>,
        index_name: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
        wait: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let place = Place {
            namespace,
            set: set_name,
            name: index_name,
        };
        let kind = Kind {
            data: Data::Given(index_datatype),
            collection: Data::Given(index_type),
        };
        self.task(py, wait, |policies, wait| {
            IndexCreate::parse(
                policies,
                place,
                of_expression(expressions),
                kind,
                (policy, wait),
            )
        })
    }

    #[doc = include_str!("../docs/Client.index_set_create.md")]
    #[pyo3(signature = (namespace, set_name, index_name, policy=None, *, wait=None), text_signature = "($self, namespace, set_name, index_name, policy=None, *, wait=True)")]
    fn index_set_create<'py>(
        &self,
        py: Python<'py>,
        namespace: Object<'_, 'py>,
        set_name: Object<'_, 'py>,
        index_name: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
        wait: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let place = Place {
            namespace,
            set: set_name,
            name: index_name,
        };
        let kind = Kind {
            data: Data::Is(index::NUMERIC),
            collection: Data::Is(index::DEFAULT),
        };
        self.task(py, wait, |policies, wait| {
            IndexCreate::parse(policies, place, Ok(Source::Set), kind, (policy, wait))
        })
    }

    #[doc = include_str!("../docs/Client.index_remove.md")]
    #[pyo3(signature = (namespace, index_name, policy=None, *, wait=None), text_signature = "($self, namespace, index_name, policy=None, *, wait=True)")]
    fn index_remove<'py>(
        &self,
        py: Python<'py>,
        namespace: Object<'_, 'py>,
        index_name: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
        wait: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.task(py, wait, |policies, wait| {
            IndexRemove::parse(policies, namespace, index_name, policy, wait)
        })
    }

    #[doc = include_str!("../docs/Client.index_list.md")]
    #[pyo3(signature = (namespace=None, policy=None))]
    fn index_list<'py>(
        &self,
        py: Python<'py>,
        namespace: Option<Object<'_, 'py>>,
        policy: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call(py, |policies| IndexList::parse(policies, namespace, policy))
    }
}
