//! Python classes looked up once, and the strings of bin names made once.

use parking_lot::Mutex;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyString, PyType};
use rustc_hash::FxHashMap;

/// Enough for any schema; a client that makes names up as it goes must not fill the memory.
const MOST_NAMES: usize = 4096;

/// A class of the package, looked up once.
pub(crate) struct Class {
    module: &'static str,
    name: &'static str,
    found: PyOnceLock<Py<PyType>>,
}

impl Class {
    const fn new(module: &'static str, name: &'static str) -> Self {
        Self {
            module,
            name,
            found: PyOnceLock::new(),
        }
    }

    /// The class.
    pub(crate) fn get<'py>(&self, py: Python<'py>) -> PyResult<&Bound<'py, PyType>> {
        self.found.import(py, self.module, self.name)
    }
}

const TYPES: &str = "aerospike_py.types";

pub(crate) static RECORD: Class = Class::new(TYPES, "Record");
pub(crate) static KEY: Class = Class::new(TYPES, "AerospikeKey");
pub(crate) static METADATA: Class = Class::new(TYPES, "RecordMetadata");
pub(crate) static EXISTS: Class = Class::new(TYPES, "ExistsResult");
pub(crate) static INFO: Class = Class::new(TYPES, "InfoNodeResult");
pub(crate) static BIN: Class = Class::new(TYPES, "BinTuple");
pub(crate) static ORDERED: Class = Class::new(TYPES, "OperateOrderedResult");
pub(crate) static BATCH_RECORD: Class = Class::new(TYPES, "BatchRecord");
pub(crate) static BATCH_RETRY: Class = Class::new(TYPES, "BatchRetryInfo");
pub(crate) static BATCH_WRITE: Class = Class::new(TYPES, "BatchWriteResult");
pub(crate) static PROGRESS: Class = Class::new(TYPES, "JobProgress");
pub(crate) static BATCH_READ: Class = Class::new("aerospike_py.batch", "BatchReadResult");
pub(crate) static NUMPY_BATCH: Class = Class::new("aerospike_py.numpy_batch", "NumpyBatchRecords");
pub(crate) static GEOJSON: Class = Class::new("aerospike_py.values", "GeoJSON");
pub(crate) static HYPERLOGLOG: Class = Class::new("aerospike_py.values", "HyperLogLog");
pub(crate) static KEY_ORDERED: Class = Class::new("aerospike_py.values", "KeyOrderedDict");
pub(crate) static INFINITE: Class = Class::new("aerospike_py.values", "CDTInfinite");
pub(crate) static WILDCARD: Class = Class::new("aerospike_py.values", "CDTWildcard");

const ROWS: &str = "aerospike_py.rows";

pub(crate) static READ_ROW: Class = Class::new(ROWS, "Read");
pub(crate) static WRITE_ROW: Class = Class::new(ROWS, "Write");
pub(crate) static REMOVE_ROW: Class = Class::new(ROWS, "Remove");
pub(crate) static APPLY_ROW: Class = Class::new(ROWS, "Apply");

/// A NamedTuple made as `tuple.__new__` would, without its argument tuple and its call.
pub(crate) fn named_tuple<'py, const N: usize>(
    class: &Bound<'py, PyType>,
    items: [Bound<'py, PyAny>; N],
) -> PyResult<Bound<'py, PyAny>> {
    let py = class.py();
    let kind = class.as_type_ptr();
    // SAFETY: `kind` is a subclass of tuple without slots of its own (a NamedTuple), so `tp_alloc` with N
    // items gives a tuple of N empty slots, each of which is filled exactly once with a reference we own.
    unsafe {
        let Some(allocate) = (*kind).tp_alloc else {
            return Err(pyo3::exceptions::PyTypeError::new_err("not a tuple class"));
        };
        let tuple = Bound::from_owned_ptr_or_err(py, allocate(kind, N as ffi::Py_ssize_t))?;
        for (index, item) in items.into_iter().enumerate() {
            ffi::PyTuple_SET_ITEM(tuple.as_ptr(), index as ffi::Py_ssize_t, item.into_ptr());
        }
        Ok(tuple)
    }
}

/// The Python string of a bin's name.
pub(crate) fn bin_name<'py>(py: Python<'py>, name: &str) -> Bound<'py, PyString> {
    // No Python code runs while it is locked, and nothing waits for another lock.
    static NAMES: Mutex<Option<FxHashMap<String, Py<PyString>>>> = Mutex::new(None);
    if let Some(known) = NAMES.lock().as_ref().and_then(|names| names.get(name)) {
        return known.bind(py).clone();
    }
    let made = PyString::intern(py, name);
    let mut names = NAMES.lock();
    let names = names.get_or_insert_with(FxHashMap::default);
    if names.len() < MOST_NAMES {
        // Another thread may have put the same one there meanwhile.
        names
            .entry(name.to_owned())
            .or_insert_with(|| made.clone().unbind());
    }
    made
}
