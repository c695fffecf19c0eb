//! Operations on lists, maps, bits and HyperLogLogs, and those an expression computes: dicts `{"op": code, "bin": name, …}` to the core's.

mod bit;
pub(crate) mod ctx;
mod exp;
mod hll;
mod list;
mod map;
pub(crate) mod policy;
pub(crate) mod unpack;

use aerospike_core::operations::Operation;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::convert::fields::Fields;
use crate::convert::operation::bin_name;
use crate::error::{Error, Result};

/// Fields of 0.14, which ignored those that an operation has no use for.
const OF_ANY: &[&str] = &[
    "op",
    "bin",
    "val",
    "val_end",
    "map_key",
    "index",
    "rank",
    "count",
    "return_type",
    "list_policy",
    "map_policy",
    "bit_policy",
    "hll_policy",
    "bit_offset",
    "bit_size",
    "byte_offset",
    "byte_size",
    "resize_flags",
    "shift",
    "signed",
    "action",
    "index_bit_count",
    "minhash_bit_count",
];

/// An operation, and what it does.
pub(crate) struct Collected {
    pub(crate) operation: Operation,
    /// Whether it changes the record.
    pub(crate) writes: bool,
    /// Whether it says anything.
    pub(crate) answers: bool,
}

/// An operation that only reads.
fn reads(operation: Operation) -> Collected {
    Collected {
        operation,
        writes: false,
        answers: true,
    }
}

/// An operation that changes the record and says something.
fn writes(operation: Operation) -> Collected {
    Collected {
        operation,
        writes: true,
        answers: true,
    }
}

/// An operation that changes the record and says nothing.
fn silently(operation: Operation) -> Collected {
    Collected {
        operation,
        writes: true,
        answers: false,
    }
}

/// Operations of one kind.
struct Family {
    /// The code of the first.
    first: i64,
    /// The functions that make their dicts, in the order of their codes.
    names: &'static [&'static str],
    make: fn(i64, String, &Fields<'_, '_>) -> Result<Collected>,
    /// Whether they can be told to work inside the bin.
    nests: bool,
}

const FAMILIES: &[Family] = &[
    Family {
        first: 1001,
        names: list::NAMES,
        make: list::make,
        nests: true,
    },
    Family {
        first: 2001,
        names: map::NAMES,
        make: map::make,
        nests: true,
    },
    Family {
        first: 3001,
        names: hll::NAMES,
        make: hll::make,
        nests: false,
    },
    Family {
        first: 4001,
        names: bit::CHANGES,
        make: bit::make_change,
        nests: true,
    },
    Family {
        first: 4050,
        names: bit::READS,
        make: bit::make_read,
        nests: true,
    },
    Family {
        first: 5001,
        names: exp::NAMES,
        make: exp::make,
        // A path is their own matter.
        nests: false,
    },
];

/// Reads the dict of an operation whose code is none of the scalar ones. Also returns its bin.
pub(crate) fn parse(code: i64, dict: &Bound<'_, PyDict>) -> Result<(Collected, String)> {
    let (family, name) = find(code)
        .ok_or_else(|| Error::argument(format!("{code} is not the code of an operation")))?;
    let fields = Fields::new(dict, OF_ANY);
    collect(family, code, &fields).map_err(|error| error.within(format!("{name}()")))
}

fn find(code: i64) -> Option<(&'static Family, &'static str)> {
    FAMILIES.iter().find_map(|family| {
        let name = family
            .names
            .get(usize::try_from(code - family.first).ok()?)?;
        Some((family, *name))
    })
}

fn collect(family: &Family, code: i64, fields: &Fields<'_, '_>) -> Result<(Collected, String)> {
    let bin = bin_name(&fields.get("bin")?)?.to_owned();
    let mut collected = (family.make)(code, bin.clone(), fields)?;
    if family.nests {
        collected.operation = collected.operation.context(ctx::given(fields)?);
    }
    fields.finish()?;
    Ok((collected, bin))
}
