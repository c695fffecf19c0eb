//! Operations on HyperLogLogs.

use aerospike_core::Value;
use aerospike_core::operations::hll::{self, HllPolicy, HllWriteFlags};

use super::policy::hll_flags;
use super::{Collected, reads, silently, writes};
use crate::convert::fields::Fields;
use crate::error::{Error, Result};

/// The functions of `hll_operations`, in the order of their codes, which begin at 3001.
pub(super) const NAMES: &[&str] = &[
    "hll_init",
    "hll_add",
    "hll_get_count",
    "hll_get_union",
    "hll_get_union_count",
    "hll_get_intersect_count",
    "hll_get_similarity",
    "hll_describe",
    "hll_fold",
    "hll_set_union",
    "hll_refresh_count",
];

/// How a server is told that a count of bits is not given.
const UNSET: i64 = -1;

pub(super) fn make(code: i64, bin: String, f: &Fields<'_, '_>) -> Result<Collected> {
    Ok(match code {
        3001 => {
            let (index, minhash) = bit_counts(f)?;
            silently(hll::init_with_min_hash(&policy(f)?, bin, index, minhash))
        }
        3002 => {
            let (index, minhash) = bit_counts(f)?;
            let values = f.values("val")?;
            writes(hll::add_with_index_and_min_hash(
                &policy(f)?,
                bin,
                values,
                index,
                minhash,
            ))
        }
        3003 => reads(hll::get_count(bin)),
        3004 => reads(hll::get_union(bin, sketches(f)?)),
        3005 => reads(hll::get_union_count(bin, sketches(f)?)),
        3006 => reads(hll::get_intersect_count(bin, sketches(f)?)),
        3007 => reads(hll::get_similarity(bin, sketches(f)?)),
        3008 => reads(hll::describe(bin)),
        3009 => silently(hll::fold(bin, f.int_within("index_bit_count", 4..=16)?)),
        3010 => silently(hll::set_union(&policy(f)?, bin, sketches(f)?)),
        _ => writes(hll::refresh_count(bin)),
    })
}

/// How many bits select a register, and how many more it holds to estimate similarity.
fn bit_counts(f: &Fields<'_, '_>) -> Result<(i64, i64)> {
    let index = match f.given("index_bit_count")? {
        Some(_) => f.int_within("index_bit_count", 4..=16)?,
        None => UNSET,
    };
    let minhash = f.find_int("minhash_bit_count")?.unwrap_or(UNSET);
    if !matches!(minhash, UNSET | 0 | 4..=51) {
        return Err(Error::argument(format!(
            "'minhash_bit_count': {minhash} is neither 0 nor 4 to 51"
        )));
    }
    if index.max(0) + minhash.max(0) > 64 {
        return Err(Error::argument(format!(
            "'index_bit_count' and 'minhash_bit_count': {index} and {minhash} are more than 64 bits"
        )));
    }
    Ok((index, minhash))
}

fn policy(f: &Fields<'_, '_>) -> Result<HllPolicy> {
    let flags = HllWriteFlags::from_bits(hll_flags(f)? as u8);
    Ok(HllPolicy::new(flags))
}

/// HyperLogLogs; bytes are taken for one, as 0.14 reads them so.
fn sketches(f: &Fields<'_, '_>) -> Result<Vec<Value>> {
    let values = f.values("val")?;
    let sketches = values.into_iter().map(|value| match value {
        Value::Hll(bytes) | Value::Blob(bytes) => Ok(Value::Hll(bytes)),
        other => Err(Error::argument(format!(
            "'val': {other} is not a HyperLogLog"
        ))),
    });
    sketches.collect()
}
