//! A field of a structured dtype: values of the core written into its bytes, and read from them.

use aerospike_core::Value;
use pyo3::prelude::*;

use crate::convert::bins::Cell;
use crate::convert::value::float;
use crate::error::{Error, Result};

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Signed,
    Unsigned,
    Bool,
    /// `M` and `m`: an integer in the unit of the dtype.
    Time,
    Float,
    /// `S`: strings and blobs.
    Text,
    /// `V` and sub-arrays: blobs.
    Bytes,
}

#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) offset: usize,
    pub(super) size: usize,
}

/// What to do with a value that does not fit its field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Conduct {
    /// Cut it, as `_dtype` does.
    Truncate,
    /// Refuse it, as `to_numpy` does.
    Strict,
}

impl Conduct {
    pub(crate) const fn of(strict: bool) -> Self {
        if strict { Self::Strict } else { Self::Truncate }
    }
}

impl Field {
    pub(super) fn parse(name: &str, dtype: &Bound<'_, PyAny>, offset: usize) -> PyResult<Self> {
        let subdtype = dtype.getattr("subdtype")?;
        let element = if subdtype.is_none() {
            dtype.clone()
        } else {
            subdtype.get_item(0)?
        };
        let size = dtype.getattr("itemsize")?.extract()?;
        let letter: char = element.getattr("kind")?.extract()?;
        let kind = match letter {
            'U' => {
                return Err(refuse(
                    name,
                    "unicode strings have no fixed size in UTF-8: use S",
                ));
            }
            _ if element.getattr("hasobject")?.extract()? => {
                return Err(refuse(name, "Python objects cannot be filled from Rust"));
            }
            'M' | 'm' if is_without_unit(&element)? => {
                return Err(refuse(
                    name,
                    &format!("{element} has no unit: use {letter}8[s], …"),
                ));
            }
            'i' | 'u' | 'f' | 'b' | 'M' | 'm' | 'S' | 'V' if !subdtype.is_none() => Kind::Bytes,
            'i' => Kind::Signed,
            'u' => Kind::Unsigned,
            'b' => Kind::Bool,
            'M' | 'm' => Kind::Time,
            'f' => Kind::Float,
            'S' => Kind::Text,
            'V' => Kind::Bytes,
            _ => return Err(refuse(name, &format!("dtype {element} is not supported"))),
        };
        if !element.getattr("isnative")?.extract()? {
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
    pub(super) fn write(&self, target: &mut [u8], cell: Cell<'_>, conduct: Conduct) -> Result<()> {
        match (self.kind, cell) {
            (_, Cell::Nil) => {}
            (Kind::Signed | Kind::Unsigned | Kind::Time, Cell::Int(number)) => {
                self.write_int(target, number, conduct)?;
            }
            (Kind::Signed | Kind::Unsigned | Kind::Time, Cell::Bool(flag)) => {
                self.write_int(target, i64::from(flag), conduct)?;
            }
            (Kind::Signed | Kind::Unsigned | Kind::Time, Cell::Float(number)) => {
                self.write_whole(target, number, conduct)?;
            }
            (Kind::Bool, Cell::Bool(flag)) => copy_bytes(target, &[u8::from(flag)]),
            (Kind::Bool, Cell::Int(number)) => {
                let is_flag = matches!(number, 0 | 1);
                self.write_flag(target, number != 0, is_flag, &number, conduct)?;
            }
            (Kind::Bool, Cell::Float(number)) => {
                let is_flag = [0.0, 1.0].contains(&number);
                self.write_flag(target, number != 0.0, is_flag, &number, conduct)?;
            }
            (Kind::Float, Cell::Float(number)) => self.write_float(target, number, conduct)?,
            (Kind::Float, Cell::Int(number)) => {
                self.write_float(target, number as f64, conduct)?;
            }
            (Kind::Float, Cell::Bool(flag)) => {
                self.write_float(target, f64::from(u8::from(flag)), conduct)?;
            }
            (Kind::Text, Cell::Text(text)) => copy_bytes(target, text.as_bytes()),
            (Kind::Text | Kind::Bytes, Cell::Blob(bytes)) => copy_bytes(target, bytes),
            _ => return Err(self.mismatch(cell)),
        }
        Ok(())
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
                return Err(self.overflow(&number));
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

    /// A float into an integer field: cut toward zero, or refused unless it is one of its numbers.
    fn write_whole(&self, target: &mut [u8], number: f64, conduct: Conduct) -> Result<()> {
        // Exact: powers of two. Beyond them no field has room.
        const SIGNED: f64 = 9_223_372_036_854_775_808.0;
        if conduct == Conduct::Truncate {
            // NaN gives 0. Infinities saturate in Rust and give 0 here.
            let whole = if number.is_finite() { number as i64 } else { 0 };
            return self.write_int(target, whole, conduct);
        }
        let unsigned = self.kind == Kind::Unsigned && self.size == 8;
        if number.fract() != 0.0 || number < -SIGNED {
            return Err(self.overflow(&number));
        }
        if number < SIGNED {
            return self.write_int(target, number as i64, conduct);
        }
        if unsigned && number < 2.0 * SIGNED {
            return self.write_int(target, (number as u64).cast_signed(), Conduct::Truncate);
        }
        Err(self.overflow(&number))
    }

    /// A number into a bool field: 0 and 1 are flags, others only when cutting.
    fn write_flag(
        &self,
        target: &mut [u8],
        flag: bool,
        is_flag: bool,
        number: &impl ToString,
        conduct: Conduct,
    ) -> Result<()> {
        if conduct == Conduct::Strict && !is_flag {
            return Err(self.overflow(number));
        }
        copy_bytes(target, &[u8::from(flag)]);
        Ok(())
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
                    return Err(self.overflow(&number));
                }
                copy_bytes(target, &narrow.to_ne_bytes());
            }
            _ => {
                let narrow = half::f16::from_f64(number);
                if overflows(narrow.is_infinite()) {
                    return Err(self.overflow(&number));
                }
                copy_bytes(target, &narrow.to_ne_bytes());
            }
        }
        Ok(())
    }

    fn overflow(&self, number: &impl ToString) -> Error {
        let number = number.to_string();
        Error::overflow(format!("field '{}': {number} does not fit", self.name))
    }

    fn mismatch(&self, cell: Cell<'_>) -> Error {
        let what = cell.kind();
        Error::wrong_type(format!("field '{}': the bin holds {what}", self.name))
    }

    /// The value of this field in the bytes of a row.
    pub(super) fn read(&self, row: &[u8]) -> Result<Value> {
        let bytes = row
            .get(self.offset..self.offset + self.size)
            .unwrap_or_default();
        Ok(match self.kind {
            Kind::Signed | Kind::Time => Value::Int(signed(bytes)),
            Kind::Unsigned => {
                let number = unsigned(bytes);
                if self.size == 8 && number < 0 {
                    return Err(Error::overflow(format!(
                        "{} does not fit into a signed 64-bit integer",
                        number.cast_unsigned()
                    )));
                }
                Value::Int(number)
            }
            Kind::Bool => Value::Bool(bytes != [0]),
            Kind::Float => float(real(bytes)),
            Kind::Text | Kind::Bytes => Value::Blob(bytes.to_vec()),
        })
    }
}

/// Whether a datetime or timedelta does not say what it counts.
fn is_without_unit(dtype: &Bound<'_, PyAny>) -> PyResult<bool> {
    let text: String = dtype.getattr("str")?.extract()?;
    Ok(!text.contains('['))
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

/// An integer with sign, of 1, 2, 4 or 8 bytes.
fn signed(bytes: &[u8]) -> i64 {
    match *bytes {
        [a] => i64::from(i8::from_ne_bytes([a])),
        [a, b] => i64::from(i16::from_ne_bytes([a, b])),
        [a, b, c, d] => i64::from(i32::from_ne_bytes([a, b, c, d])),
        _ => <[u8; 8]>::try_from(bytes).map_or(0, i64::from_ne_bytes),
    }
}

/// The same without sign; of 8 bytes the bits.
fn unsigned(bytes: &[u8]) -> i64 {
    match *bytes {
        [a] => i64::from(a),
        [a, b] => i64::from(u16::from_ne_bytes([a, b])),
        [a, b, c, d] => i64::from(u32::from_ne_bytes([a, b, c, d])),
        _ => signed(bytes),
    }
}

fn real(bytes: &[u8]) -> f64 {
    match *bytes {
        [a, b] => half::f16::from_ne_bytes([a, b]).to_f64(),
        [a, b, c, d] => f64::from(f32::from_ne_bytes([a, b, c, d])),
        _ => <[u8; 8]>::try_from(bytes).map_or(f64::NAN, f64::from_ne_bytes),
    }
}
