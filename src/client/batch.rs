//! Many records: batches, and tables that are written as such.

use std::sync::Arc;

use pyo3::prelude::*;

use super::{BaseClient, Object};
use crate::arrow;
use crate::batch_stream;
use crate::convert::argument;
use crate::convert::keys::Keys;
use crate::convert::object::RowLoaders;
use crate::convert::reply::Shape;
use crate::dispatch::{Mode, Request, dispatch, landing};
use crate::engine::engine;
use crate::error::{Error, Result};
use crate::numpy::rows::{self, Naming};
use crate::observe::watch::Watch;
use crate::ops::batch_mixed::Batch;
use crate::ops::batch_operate::BatchOperate;
use crate::ops::batch_read::{BatchRead, Wanted};
use crate::ops::batch_remove::BatchRemove;
use crate::ops::batch_stream::{BatchStream, Rows, Told};
use crate::ops::batch_write::BatchWrite;
use crate::ops::write_rows::How;
use crate::session::Company;

impl BaseClient {
    /// Parses a batch whose rows may be taken as they come.
    fn batch_of<'py>(
        &self,
        py: Python<'py>,
        txn: Option<Object<'_, 'py>>,
        policy: Option<Object<'_, 'py>>,
        ops: Object<'_, 'py>,
        retry: Option<Object<'_, 'py>>,
    ) -> Result<(Told<impl Request>, (Keys, RowLoaders))> {
        let (request, (rows, given)) = self.route_in(py, txn, policy, |policies, policy| {
            let (batch, given) =
                Batch::parse(policies, ops, policy, retry, self.codec().as_deref())?;
            let rows = Rows::new(given.0.len());
            let operation = BatchStream {
                batch,
                rows: Arc::clone(&rows),
            };
            Ok((operation, (rows, given)))
        })?;
        Ok((Told { request, rows }, given))
    }
}

/// Which column of a table holds the keys.
fn column_of_keys(name: Option<Object<'_, '_>>, what: &str) -> Result<String> {
    name.map_or_else(|| Ok("_key".to_owned()), |name| argument::text(name, what))
}

#[pymethods]
impl BaseClient {
    #[doc = include_str!("../docs/Client.batch_read.md")]
    #[pyo3(signature = (keys, bins=None, policy=None, _dtype=None, *, lazy=None, strict=None, into=None, namespace=None, set=None, txn=None), text_signature = "($self, keys, bins=None, policy=None, _dtype=None, *, lazy=False, strict=False, into=None, namespace=None, set=None, txn=None)")]
    #[allow(
        clippy::too_many_arguments,
        clippy::used_underscore_binding,
        reason = "the public API"
    )]
    fn batch_read<'py>(
        &self,
        py: Python<'py>,
        keys: Object<'_, 'py>,
        bins: Option<Object<'_, 'py>>,
        policy: Option<Object<'_, 'py>>,
        _dtype: Option<Object<'_, 'py>>,
        lazy: Option<Object<'_, 'py>>,
        strict: Option<Object<'_, 'py>>,
        into: Option<Object<'_, 'py>>,
        namespace: Option<Object<'_, 'py>>,
        set: Option<Object<'_, 'py>>,
        txn: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call_in(py, txn, policy, |policies, policy| {
            let none = py.None().into_bound(py);
            let keys = match namespace {
                Some(namespace) => Keys::parse_column(namespace, set.unwrap_or(&none), keys)?,
                None if set.is_some() => return Err(Error::argument("'set' needs 'namespace'")),
                None => Keys::parse(keys)?,
            };
            BatchRead::parse(
                policies,
                keys,
                bins,
                policy,
                Wanted {
                    py,
                    codec: self.codec().as_deref(),
                    dtype: _dtype,
                    lazy: argument::flag(lazy, "lazy", false)?,
                    strict: argument::flag(strict, "strict", false)?,
                    into,
                },
            )
        })
    }

    #[doc = include_str!("../docs/Client.batch_write.md")]
    #[pyo3(signature = (records, policy=None, retry=None, *, txn=None), text_signature = "($self, records, policy=None, retry=0, *, txn=None)")]
    fn batch_write<'py>(
        &self,
        py: Python<'py>,
        records: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
        retry: Option<Object<'_, 'py>>,
        txn: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call_in(py, txn, policy, |policies, policy| {
            BatchWrite::parse(policies, records, policy, retry, self.codec().as_deref())
        })
    }

    #[doc = include_str!("../docs/Client.batch_operate.md")]
    #[pyo3(signature = (keys, ops, policy=None, retry=None, *, txn=None), text_signature = "($self, keys, ops, policy=None, retry=0, *, txn=None)")]
    fn batch_operate<'py>(
        &self,
        py: Python<'py>,
        keys: Object<'_, 'py>,
        ops: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
        retry: Option<Object<'_, 'py>>,
        txn: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call_in(py, txn, policy, |policies, policy| {
            let codec = self.codec();
            BatchOperate::parse(policies, keys, ops, policy, retry, codec.as_deref())
        })
    }

    #[doc = include_str!("../docs/Client.batch_remove.md")]
    #[pyo3(signature = (keys, policy=None, retry=None, *, txn=None), text_signature = "($self, keys, policy=None, retry=0, *, txn=None)")]
    fn batch_remove<'py>(
        &self,
        py: Python<'py>,
        keys: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
        retry: Option<Object<'_, 'py>>,
        txn: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call_in(py, txn, policy, |policies, policy| {
            BatchRemove::parse(policies, keys, policy, retry)
        })
    }

    #[doc = include_str!("../docs/Client.batch_write_numpy.md")]
    #[pyo3(signature = (data, namespace, set_name, _dtype=None, key_field=None, policy=None, retry=None, *, txn=None), text_signature = "($self, data, namespace, set_name, _dtype=None, key_field='_key', policy=None, retry=0, *, txn=None)")]
    #[allow(
        clippy::too_many_arguments,
        clippy::used_underscore_binding,
        reason = "the public API"
    )]
    fn batch_write_numpy<'py>(
        &self,
        py: Python<'py>,
        data: Object<'_, 'py>,
        namespace: Object<'_, 'py>,
        set_name: Object<'_, 'py>,
        _dtype: Option<Object<'_, 'py>>,
        key_field: Option<Object<'_, 'py>>,
        policy: Option<Object<'_, 'py>>,
        retry: Option<Object<'_, 'py>>,
        txn: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call_in(py, txn, policy, |policies, policy| {
            let key_field = column_of_keys(key_field, "key_field")?;
            let how = How::parse(policies, policy, retry)?;
            let naming = Naming {
                namespace,
                set: set_name,
                key_field: &key_field,
            };
            Ok(how.write(rows::read(data, _dtype, naming)?))
        })
    }

    #[doc = include_str!("../docs/Client.write_arrow.md")]
    #[pyo3(signature = (data, namespace, set_name, key=None, policy=None, retry=None, *, txn=None), text_signature = "($self, data, namespace, set_name, key='_key', policy=None, retry=0, *, txn=None)")]
    #[allow(clippy::too_many_arguments, reason = "the public API")]
    fn write_arrow<'py>(
        &self,
        py: Python<'py>,
        data: Object<'_, 'py>,
        namespace: Object<'_, 'py>,
        set_name: Object<'_, 'py>,
        key: Option<Object<'_, 'py>>,
        policy: Option<Object<'_, 'py>>,
        retry: Option<Object<'_, 'py>>,
        txn: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call_in(py, txn, policy, |policies, policy| {
            let key_field = column_of_keys(key, "key")?;
            let how = How::parse(policies, policy, retry)?;
            let naming = Naming {
                namespace,
                set: set_name,
                key_field: &key_field,
            };
            Ok(how.write(arrow::rows::read(data, naming)?))
        })
    }

    #[doc = include_str!("../docs/Client.batch.md")]
    #[pyo3(signature = (ops, policy=None, retry=None, *, txn=None), text_signature = "($self, ops, policy=None, retry=0, *, txn=None)")]
    fn batch<'py>(
        &self,
        py: Python<'py>,
        ops: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
        retry: Option<Object<'_, 'py>>,
        txn: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let call = self.batch_of(py, txn, policy, ops, retry);
        let call = call.map(|(told, (keys, loaders))| {
            let shape = Shape::Rows(keys, Arc::clone(&told.rows), loaders);
            (told, shape)
        });
        dispatch(py, self.mode, call)
    }

    #[doc = include_str!("../docs/Client.batch_stream.md")]
    #[pyo3(signature = (ops, policy=None, retry=None, *, txn=None), text_signature = "($self, ops, policy=None, retry=0, *, txn=None)")]
    fn batch_stream<'py>(
        &self,
        py: Python<'py>,
        ops: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
        retry: Option<Object<'_, 'py>>,
        txn: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (told, (keys, loaders)) = self.batch_of(py, txn, policy, ops, retry)?;
        let rows = Arc::clone(&told.rows);
        rows.hear();
        let company = match self.mode {
            Mode::Blocking => Company::Alone,
            Mode::Awaitable => Company::Burst,
        };
        engine()?.reactor.submit(Box::pin(async move {
            // Whoever takes the rows hears how it ended.
            let watch = Watch::begin(told.subject());
            drop(landing(told, company, watch).await);
        }));
        batch_stream::stream(py, self.mode, rows, keys, loaders)
    }

    #[doc = include_str!("../docs/Client.batch_exists.md")]
    #[pyo3(signature = (keys, policy=None, *, txn=None))]
    fn batch_exists<'py>(
        &self,
        py: Python<'py>,
        keys: Object<'_, 'py>,
        policy: Option<Object<'_, 'py>>,
        txn: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call_in(py, txn, policy, |policies, policy| {
            BatchRead::parse_exists(policies, keys, policy)
        })
    }
}
