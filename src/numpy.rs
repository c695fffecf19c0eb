//! Structured arrays filled from Rust, and read in [`rows`]: no Python object for a record or a bin.

pub(crate) mod rows;

use aerospike_core::{IndexMap, Value};
use numpy::PyArray1;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};
use pyo3::{PyTraverseError, PyVisit};

use crate::convert::batch::row_map;
use crate::convert::keys::Keys;
use crate::convert::names;
use crate::error::{Error, Result};

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Signed,
    Unsigned,
    Float,
    /// `S`: strings and blobs.
    Text,
    /// `V` and sub-arrays: blobs.
    Bytes,
}

#[derive(Debug, Clone)]
struct Field {
    name: String,
    kind: Kind,
    offset: usize,
    size: usize,
}

/// What to do with a value that does not fit its field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Conduct {
    /// Cut it, as `_dtype` does.
    Truncate,
    /// Refuse it, as `to_numpy` does.
    Strict,
}

/// A structured dtype, read.
pub(crate) struct Layout {
    dtype: Py<PyAny>,
    fields: Vec<Field>,
    size: usize,
}

impl Layout {
    /// Reads a structured `np.dtype`, or what `np.dtype()` takes. Needs NumPy.
    pub(crate) fn parse(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = object.py();
        let numpy = py
            .import("aerospike_py.numpy_batch")?
            .call_method0("_numpy")?;
        let dtype = numpy
            .call_method1("dtype", (object,))
            .map_err(|error| not_a_dtype(py, error))?;
        let names = dtype.getattr("names")?;
        if names.is_none() {
            return Err(Error::wrong_type(format!(
                "_dtype is a structured dtype with a field for each bin, not {dtype}"
            ))
            .into());
        }
        let members = dtype.getattr("fields")?;
        let mut fields = Vec::new();
        for name in names.try_iter()? {
            let name = name?.cast_into::<PyString>().map_err(PyErr::from)?;
            let member = members.get_item(&name)?;
            let field = Field::parse(
                name.to_str()?,
                &member.get_item(0)?,
                member.get_item(1)?.extract()?,
            )?;
            fields.push(field);
        }
        Ok(Self {
            size: dtype.getattr("itemsize")?.extract()?,
            dtype: dtype.unbind(),
            fields,
        })
    }

    /// What the reactor needs of it.
    pub(crate) fn plan(&self) -> Plan {
        Plan {
            fields: self.fields.clone(),
            size: self.size,
        }
    }

    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> std::result::Result<(), PyTraverseError> {
        visit.call(&self.dtype)
    }
}

/// A layout without its Python object, for the way through the bridge.
pub(crate) struct Plan {
    fields: Vec<Field>,
    size: usize,
}

impl Field {
    fn parse(name: &str, dtype: &Bound<'_, PyAny>, offset: usize) -> PyResult<Self> {
        let subdtype = dtype.getattr("subdtype")?;
        let element = if subdtype.is_none() {
            dtype.clone()
        } else {
            subdtype.get_item(0)?
        };
        let size = dtype.getattr("itemsize")?.extract()?;
        let letter: String = element.getattr("kind")?.extract()?;
        let kind = match letter.as_str() {
            _ if !subdtype.is_none() && matches!(letter.as_str(), "i" | "u" | "f" | "S" | "V") => {
                Kind::Bytes
            }
            "i" => Kind::Signed,
            "u" => Kind::Unsigned,
            "f" => Kind::Float,
            "S" => Kind::Text,
            "V" => Kind::Bytes,
            "U" => {
                return Err(refuse(
                    name,
                    "unicode strings have no fixed size in UTF-8: use S",
                ));
            }
            "O" => return Err(refuse(name, "Python objects cannot be filled from Rust")),
            _ => return Err(refuse(name, &format!("dtype {element} is not supported"))),
        };
        let native: bool = element.getattr("isnative")?.extract()?;
        if !native {
            return Err(Error::value(format!(
                "field '{name}': byte order of {element} is not this machine's"
            ))
            .into());
        }
        if kind == Kind::Float && !matches!(size, 2 | 4 | 8) {
            return Err(refuse(
                name,
                &format!("floats of {size} bytes are not supported"),
            ));
        }
        Ok(Self {
            name: name.to_owned(),
            kind,
            offset,
            size,
        })
    }

    /// Writes a value into the field's bytes, which are zero.
    fn write(&self, target: &mut [u8], value: &Value, conduct: Conduct) -> Result<()> {
        match (self.kind, value) {
            (_, Value::Nil) => Ok(()),
            (Kind::Signed | Kind::Unsigned, Value::Int(number)) => {
                self.write_int(target, *number, conduct)
            }
            (Kind::Signed | Kind::Unsigned, Value::Bool(flag)) => {
                self.write_int(target, i64::from(*flag), conduct)
            }
            (Kind::Signed | Kind::Unsigned, Value::Float(number)) => {
                let number = f64::from(number);
                if conduct == Conduct::Strict {
                    return self.write_whole(target, number);
                }
                // Toward zero; NaN gives 0. Infinities saturate in Rust and give 0 here.
                let whole = if number.is_finite() { number as i64 } else { 0 };
                self.write_int(target, whole, conduct)
            }
            (Kind::Float, Value::Float(number)) => {
                self.write_float(target, f64::from(number), conduct)
            }
            (Kind::Float, Value::Int(number)) => self.write_float(target, *number as f64, conduct),
            (Kind::Float, Value::Bool(flag)) => {
                self.write_float(target, f64::from(u8::from(*flag)), conduct)
            }
            (Kind::Text, Value::String(text) | Value::GeoJson(text)) => {
                copy_bytes(target, text.as_bytes());
                Ok(())
            }
            (
                Kind::Text | Kind::Bytes,
                Value::Blob(bytes) | Value::Hll(bytes) | Value::Unknown(_, bytes),
            ) => {
                copy_bytes(target, bytes);
                Ok(())
            }
            _ => Err(self.mismatch(value)),
        }
    }

    fn write_int(&self, target: &mut [u8], number: i64, conduct: Conduct) -> Result<()> {
        if conduct == Conduct::Strict {
            let bits = 8 * self.size as u32;
            let fits = match self.kind {
                Kind::Unsigned if number < 0 => {
                    return Err(Error::value(format!(
                        "field '{}': {number} is negative, the field unsigned",
                        self.name
                    )));
                }
                Kind::Unsigned => bits >= 64 || (number as u64) >> bits == 0,
                _ => bits >= 64 || (-(1_i64 << (bits - 1))..1_i64 << (bits - 1)).contains(&number),
            };
            if !fits {
                return Err(self.overflow(&number.to_string()));
            }
        }
        // The low bytes of two's complement: wraps.
        let bytes = number.to_ne_bytes();
        let low = if cfg!(target_endian = "little") {
            bytes.get(..target.len())
        } else {
            bytes.get(8 - target.len()..)
        };
        copy_bytes(target, low.unwrap_or_default());
        Ok(())
    }

    /// A float into an integer field, if it is one of its numbers.
    fn write_whole(&self, target: &mut [u8], number: f64) -> Result<()> {
        // Exact: powers of two. Beyond them no field has room.
        const SIGNED: f64 = 9_223_372_036_854_775_808.0;
        let unsigned = self.kind == Kind::Unsigned && self.size == 8;
        if number.fract() != 0.0 || number < -SIGNED {
            return Err(self.overflow(&number.to_string()));
        }
        if number < SIGNED {
            return self.write_int(target, number as i64, Conduct::Strict);
        }
        if unsigned && number < 2.0 * SIGNED {
            return self.write_int(target, (number as u64).cast_signed(), Conduct::Truncate);
        }
        Err(self.overflow(&number.to_string()))
    }

    fn write_float(&self, target: &mut [u8], number: f64, conduct: Conduct) -> Result<()> {
        let overflows = |narrow_is_infinite: bool| {
            conduct == Conduct::Strict && narrow_is_infinite && number.is_finite()
        };
        match self.size {
            8 => copy_bytes(target, &number.to_ne_bytes()),
            4 => {
                let narrow = number as f32;
                if overflows(narrow.is_infinite()) {
                    return Err(self.overflow(&number.to_string()));
                }
                copy_bytes(target, &narrow.to_ne_bytes());
            }
            _ => {
                let narrow = half::f16::from_f64(number);
                if overflows(narrow.is_infinite()) {
                    return Err(self.overflow(&number.to_string()));
                }
                copy_bytes(target, &narrow.to_ne_bytes());
            }
        }
        Ok(())
    }

    fn overflow(&self, number: &str) -> Error {
        Error::overflow(format!("field '{}': {number} does not fit", self.name))
    }

    fn mismatch(&self, value: &Value) -> Error {
        let what = match value {
            Value::String(_) | Value::GeoJson(_) => "a string",
            Value::Int(_) => "an integer",
            Value::Float(_) => "a float",
            Value::Bool(_) => "a bool",
            Value::Blob(_) | Value::Hll(_) | Value::Unknown(..) => "a blob",
            Value::List(_) => "a list",
            _ => "a map",
        };
        Error::wrong_type(format!("field '{}': the bin holds {what}", self.name))
    }
}

/// What NumPy says of what is no dtype, as an error of ours.
fn not_a_dtype(py: Python<'_>, error: PyErr) -> PyErr {
    let message = format!("_dtype: {}", error.value(py));
    if error.is_instance_of::<PyTypeError>(py) {
        Error::wrong_type(message).into()
    } else if error.is_instance_of::<PyValueError>(py) {
        Error::value(message).into()
    } else {
        error
    }
}

fn refuse(name: &str, why: &str) -> PyErr {
    Error::wrong_type(format!("field '{name}': {why}")).into()
}

/// As much as fits; the rest of the target stays zero.
fn copy_bytes(target: &mut [u8], source: &[u8]) {
    for (to, from) in target.iter_mut().zip(source) {
        *to = *from;
    }
}

/// A batch as bytes of a structured array, with its codes and headers.
pub(crate) struct Columns {
    data: Vec<u8>,
    meta: Vec<u32>,
    codes: Vec<i32>,
    size: usize,
}

/// A record's code, generation and ttl.
type Header = (i32, u32, u32);

impl Columns {
    /// Rows of zeros.
    pub(crate) fn new(layout: &Layout, rows: usize) -> Self {
        Self::with_size(layout.size, rows)
    }

    /// Rows of zeros, without the interpreter.
    pub(crate) fn planned(plan: &Plan, rows: usize) -> Self {
        Self::with_size(plan.size, rows)
    }

    fn with_size(size: usize, rows: usize) -> Self {
        Self {
            data: vec![0; size * rows],
            meta: vec![0; 2 * rows],
            codes: vec![0; rows],
            size,
        }
    }

    /// Fills a row; of a failed record only the code.
    pub(crate) fn fill(
        &mut self,
        layout: &Layout,
        row: usize,
        header: Header,
        bins: Option<&IndexMap<String, Value>>,
        conduct: Conduct,
    ) -> Result<()> {
        self.fill_fields(&layout.fields, row, header, bins, conduct)
    }

    /// The same, without the interpreter.
    pub(crate) fn fill_planned(
        &mut self,
        plan: &Plan,
        row: usize,
        header: Header,
        bins: Option<&IndexMap<String, Value>>,
    ) -> Result<()> {
        self.fill_fields(&plan.fields, row, header, bins, Conduct::Truncate)
    }

    fn fill_fields(
        &mut self,
        fields: &[Field],
        row: usize,
        (code, generation, ttl): Header,
        bins: Option<&IndexMap<String, Value>>,
        conduct: Conduct,
    ) -> Result<()> {
        if let Some(slot) = self.codes.get_mut(row) {
            *slot = code;
        }
        let Some(bins) = bins else {
            return Ok(());
        };
        if let Some(meta) = self.meta.get_mut(2 * row..2 * row + 2) {
            meta.copy_from_slice(&[generation, ttl]);
        }
        let start = row * self.size;
        for field in fields {
            let Some(value) = bins.get(&field.name) else {
                continue;
            };
            let from = start + field.offset;
            if let Some(target) = self.data.get_mut(from..from + field.size) {
                field.write(target, value, conduct)?;
            }
        }
        Ok(())
    }

    /// The `NumpyBatchRecords`; the arrays take the memory over as it is.
    pub(crate) fn into_python(
        self,
        py: Python<'_>,
        keys: Keys,
        layout: &Layout,
    ) -> PyResult<Py<PyAny>> {
        let rows = Py::new(py, RowMap { keys })?;
        self.assemble(py, rows.bind(py).as_any(), layout)
    }

    /// The same, for a `LazyBatchRecords` that has the keys.
    pub(crate) fn into_python_with(
        self,
        py: Python<'_>,
        records: &Bound<'_, PyAny>,
        layout: &Layout,
    ) -> PyResult<Py<PyAny>> {
        let rows = records.getattr("_row_map")?;
        self.assemble(py, &rows, layout)
    }

    fn assemble(
        self,
        py: Python<'_>,
        rows: &Bound<'_, PyAny>,
        layout: &Layout,
    ) -> PyResult<Py<PyAny>> {
        let count = self.codes.len();
        let meta_dtype = PyTuple::new(py, [("gen", "u4"), ("ttl", "u4")])?;
        let meta_dtype = pyo3::types::PyList::new(py, meta_dtype)?;
        let meta = PyArray1::from_vec(py, self.meta).call_method1("view", (meta_dtype,))?;
        let data = if self.size == 0 {
            py.import("numpy")?
                .call_method1("zeros", (count, &layout.dtype))?
        } else {
            PyArray1::from_vec(py, self.data).call_method1("view", (&layout.dtype,))?
        };
        let codes = PyArray1::from_vec(py, self.codes);
        Ok(names::NUMPY_BATCH
            .get(py)?
            .call1((data, meta, codes, rows))?
            .unbind())
    }
}

/// Makes the map of user keys to rows when it is first asked for.
#[pyclass(frozen, module = "aerospike_py._aerospike")]
struct RowMap {
    keys: Keys,
}

#[pymethods]
impl RowMap {
    fn __call__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        row_map(py, &self.keys)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> std::result::Result<(), PyTraverseError> {
        self.keys.traverse(&visit)
    }
}
