//! Arrow's C interface: tables of ours for others, and others' for us, each in a capsule whose name says what is in it.
//!
//! Unsafe, because a capsule is a pointer: its name vouches for what it points to (the Arrow PyCapsule Interface). Taking it over leaves an
//! empty structure behind, which the capsule's destructor recognises, so that nothing is freed twice.

use std::ffi::CStr;
use std::ptr::NonNull;
use std::sync::Arc;

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi};
use arrow_array::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
use arrow_array::{RecordBatch, RecordBatchIterator, RecordBatchReader, StructArray};
use arrow_schema::{ArrowError, DataType, Schema, SchemaRef};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyTuple};

use super::table::Finished;
use crate::convert::value::type_name;
use crate::error::{Error, Result};

const SCHEMA: &CStr = c"arrow_schema";
const ARRAY: &CStr = c"arrow_array";
const STREAM: &CStr = c"arrow_array_stream";

#[doc = include_str!("../docs/ArrowTable.md")]
#[pyclass(frozen, weakref, module = "aerospike_py._aerospike")]
pub(crate) struct ArrowTable(Finished);

/// The Python object of a table.
pub(crate) fn table(py: Python<'_>, finished: Finished) -> PyResult<Py<PyAny>> {
    Ok(Py::new(py, ArrowTable(finished))?.into_any())
}

/// Calls a function of the package that needs one more.
fn convert<'py>(table: &Bound<'py, ArrowTable>, function: &str) -> PyResult<Bound<'py, PyAny>> {
    let module = table.py().import("aerospike_py.arrow")?;
    module.call_method1(function, (table,))
}

#[pymethods]
impl ArrowTable {
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let schema = FFI_ArrowSchema::try_from(&*self.0.schema);
        PyCapsule::new_with_value(py, schema.map_err(of_arrow)?, SCHEMA)
    }

    // The schema that is asked for is a wish, which pyarrow and others fulfil themselves.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema;
        // The batches share their arrays with those of the table.
        let batches = self.0.batches.clone().into_iter().map(Ok);
        let reader = RecordBatchIterator::new(batches, Arc::clone(&self.0.schema));
        let stream = FFI_ArrowArrayStream::new(Box::new(reader));
        PyCapsule::new_with_value(py, stream, STREAM)
    }

    #[doc = include_str!("../docs/ArrowTable.num_rows.md")]
    #[getter]
    fn num_rows(&self) -> usize {
        self.0.batches.iter().map(RecordBatch::num_rows).sum()
    }

    #[doc = include_str!("../docs/ArrowTable.num_columns.md")]
    #[getter]
    fn num_columns(&self) -> usize {
        self.0.schema.fields().len()
    }

    #[doc = include_str!("../docs/ArrowTable.column_names.md")]
    #[getter]
    fn column_names(&self) -> Vec<&str> {
        let fields = self.0.schema.fields().iter();
        fields.map(|field| field.name().as_str()).collect()
    }

    #[doc = include_str!("../docs/ArrowTable.to_pyarrow.md")]
    fn to_pyarrow<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        convert(slf, "_pyarrow")
    }

    #[doc = include_str!("../docs/ArrowTable.to_pandas.md")]
    fn to_pandas<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        convert(slf, "_pandas")
    }

    #[doc = include_str!("../docs/ArrowTable.to_polars.md")]
    fn to_polars<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        convert(slf, "_polars")
    }

    fn __len__(&self) -> usize {
        self.num_rows()
    }

    fn __repr__(&self) -> String {
        let column = |field: &Arc<arrow_schema::Field>| {
            let (name, data_type) = (field.name(), field.data_type());
            format!("{name}: {data_type}")
        };
        let columns: Vec<String> = self.0.schema.fields().iter().map(column).collect();
        format!(
            "<ArrowTable of {} rows: {}>",
            self.num_rows(),
            columns.join(", ")
        )
    }
}

/// What is in a capsule that a method of the protocol gave.
fn pointer<T>(capsule: &Bound<'_, PyAny>, name: &'static CStr) -> Result<NonNull<T>> {
    let capsule = capsule.cast::<PyCapsule>().map_err(|_| {
        let kind = type_name(capsule);
        Error::wrong_type(format!("an Arrow capsule was promised and a {kind} given"))
    })?;
    let pointer = capsule
        .pointer_checked(Some(name))
        .map_err(|error| Error::wrong_type(error.value(capsule.py()).to_string()))?;
    Ok(pointer.cast())
}

/// The schema of anything with `__arrow_c_schema__`.
pub(super) fn import_schema(object: &Bound<'_, PyAny>) -> Result<Schema> {
    let capsule = object.call_method0("__arrow_c_schema__")?;
    let schema = pointer::<FFI_ArrowSchema>(&capsule, SCHEMA)?;
    // SAFETY: the name says that it is a schema, and the capsule, which owns it, outlives this look at it.
    Schema::try_from(unsafe { schema.as_ref() }).map_err(of_arrow)
}

/// The type of anything with `__arrow_c_schema__`.
pub(super) fn import_type(object: &Bound<'_, PyAny>) -> Result<DataType> {
    let capsule = object.call_method0("__arrow_c_schema__")?;
    let schema = pointer::<FFI_ArrowSchema>(&capsule, SCHEMA)?;
    // SAFETY: as above.
    DataType::try_from(unsafe { schema.as_ref() }).map_err(of_arrow)
}

/// The batches of anything with `__arrow_c_stream__` or `__arrow_c_array__`.
pub(super) fn import_batches(object: &Bound<'_, PyAny>) -> Result<(SchemaRef, Vec<RecordBatch>)> {
    if object.hasattr("__arrow_c_stream__")? {
        return import_stream(&object.call_method0("__arrow_c_stream__")?);
    }
    if object.hasattr("__arrow_c_array__")? {
        let batch = import_array(&object.call_method0("__arrow_c_array__")?)?;
        return Ok((batch.schema(), vec![batch]));
    }
    Err(Error::wrong_type(format!(
        "data has __arrow_c_stream__ or __arrow_c_array__, as tables of pyarrow, polars and pandas have; {} has not",
        type_name(object)
    )))
}

fn import_stream(capsule: &Bound<'_, PyAny>) -> Result<(SchemaRef, Vec<RecordBatch>)> {
    let stream = pointer::<FFI_ArrowArrayStream>(capsule, STREAM)?;
    // SAFETY: the name says that it is a stream; what is moved out of it is replaced by an empty one.
    let reader = unsafe { RecordBatchStreamReader::from_raw(stream.as_ptr()) }.map_err(of_arrow)?;
    let schema = reader.schema();
    // Whoever makes the batches may need the interpreter on another thread.
    let batches = capsule
        .py()
        .detach(|| reader.collect::<std::result::Result<Vec<_>, _>>());
    Ok((schema, batches.map_err(of_arrow)?))
}

fn import_array(pair: &Bound<'_, PyAny>) -> Result<RecordBatch> {
    let pair = pair.cast::<PyTuple>().map_err(PyErr::from)?;
    let schema = pointer::<FFI_ArrowSchema>(&pair.get_item(0)?, SCHEMA)?;
    let array = pointer::<FFI_ArrowArray>(&pair.get_item(1)?, ARRAY)?;
    // SAFETY: the names say what they are. The array is moved out, an empty one left; the schema is only looked at while its capsule lives.
    let data = unsafe { from_ffi(FFI_ArrowArray::from_raw(array.as_ptr()), schema.as_ref()) };
    let data = data.map_err(of_arrow)?;
    if !matches!(data.data_type(), DataType::Struct(_)) {
        let kind = data.data_type();
        return Err(Error::wrong_type(format!(
            "data is a table, whose rows are structs, and not an array of {kind}"
        )));
    }
    Ok(RecordBatch::from(StructArray::from(data)))
}

/// What went wrong in Arrow, or in whoever makes the data.
fn of_arrow(error: ArrowError) -> Error {
    let text = match error {
        ArrowError::CDataInterface(text) | ArrowError::InvalidArgumentError(text) => text,
        other => other.to_string(),
    };
    Error::value(text)
}
