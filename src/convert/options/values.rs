//! The values of a policy: numbers, flags, constants and times to live.

use aerospike_core::{Expiration, ReadTouchTtl};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyFloat, PyInt};

use crate::convert::value::{numpy_scalar, repr};
use crate::error::{Error, Result};
use crate::partition_filter::PartitionFilter;

/// Ten years, the server's limit (protocol section 2.6).
const LONGEST_TTL: i64 = 315_360_000;

/// A time to live as the caller may give it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ttl {
    /// The client-wide policy's, or else the namespace's.
    ClientDefault,
    /// What the server is told.
    Is(Expiration),
}

/// An int in the range of `T`; bool and None are none.
pub(super) fn number<T: TryFrom<i64>>(value: &Bound<'_, PyAny>) -> Result<T> {
    let number = plain_int(value)?;
    T::try_from(number).map_err(|_| Error::argument(format!("{number} is out of range")))
}

pub(crate) fn plain_int(value: &Bound<'_, PyAny>) -> Result<i64> {
    if value.is_instance_of::<PyBool>() || !value.is_instance_of::<PyInt>() {
        if let Some(item) = numpy_scalar(value)?.filter(PyAnyMethods::is_instance_of::<PyInt>) {
            return plain_int(&item);
        }
        return Err(Error::argument(format!("{} is not an int", repr(value))));
    }
    value
        .extract()
        .map_err(|_| Error::argument(format!("{} is out of range", repr(value))))
}

pub(super) fn real(value: &Bound<'_, PyAny>) -> Result<f64> {
    if value.is_instance_of::<PyFloat>()
        || (value.is_instance_of::<PyInt>() && !value.is_instance_of::<PyBool>())
    {
        return Ok(value.extract()?);
    }
    Err(Error::argument(format!("{} is not a number", repr(value))))
}

pub(super) fn flag(value: &Bound<'_, PyAny>) -> Result<bool> {
    match value.cast::<PyBool>() {
        Ok(flag) => Ok(flag.is_true()),
        // The official client takes 0 and 1 here.
        Err(_) => choice(value, &[false, true])
            .map_err(|_| Error::argument(format!("{} is not a bool", repr(value)))),
    }
}

/// The constant with this number.
pub(super) fn choice<T: Copy>(value: &Bound<'_, PyAny>, choices: &[T]) -> Result<T> {
    let number = if let Ok(flag) = value.cast::<PyBool>() {
        // `{"key": True}` can only mean one thing where there are two choices.
        if choices.len() != 2 {
            return Err(Error::argument(format!("{} is not an int", repr(value))));
        }
        i64::from(flag.is_true())
    } else {
        plain_int(value)?
    };
    usize::try_from(number)
        .ok()
        .and_then(|index| choices.get(index))
        .copied()
        .ok_or_else(|| {
            Error::argument(format!("{number} is not one of 0 to {}", choices.len() - 1))
        })
}

pub(super) fn at_most(value: &Bound<'_, PyAny>, limit: u8) -> Result<u8> {
    let number: u8 = number(value)?;
    if number > limit {
        return Err(Error::argument(format!(
            "{number} is out of range: 0 to {limit}"
        )));
    }
    Ok(number)
}

pub(super) fn touch_percent(value: &Bound<'_, PyAny>) -> Result<ReadTouchTtl> {
    match plain_int(value)? {
        -1 => Ok(ReadTouchTtl::DontReset),
        0 => Ok(ReadTouchTtl::ServerDefault),
        percent @ 1..=100 => Ok(ReadTouchTtl::Percent(percent as u8)),
        other => Err(Error::argument(format!(
            "{other} is neither -1 nor 0 nor a percentage"
        ))),
    }
}

/// A time to live in seconds, or one of the special values, also as the unsigned number they travel as.
pub(crate) fn ttl(value: &Bound<'_, PyAny>) -> Result<Ttl> {
    const NEVER: i64 = u32::MAX as i64;
    Ok(match plain_int(value)? {
        0 => Ttl::Is(Expiration::NamespaceDefault),
        -1 | NEVER => Ttl::Is(Expiration::Never),
        -2 | 4_294_967_294 => Ttl::Is(Expiration::DontUpdate),
        -3 | 4_294_967_293 => Ttl::ClientDefault,
        seconds @ 1..=LONGEST_TTL => Ttl::Is(Expiration::Seconds(seconds as u32)),
        other => {
            return Err(Error::argument(format!(
                "ttl {other} is neither a special value nor 1 to {LONGEST_TTL} seconds"
            )));
        }
    })
}

pub(super) fn partition_filter(value: &Bound<'_, PyAny>) -> Result<PartitionFilter> {
    match value.cast::<PartitionFilter>() {
        Ok(filter) => Ok(filter.get().clone()),
        Err(_) => Err(Error::argument(format!(
            "{} is not a PartitionFilter",
            repr(value)
        ))),
    }
}
