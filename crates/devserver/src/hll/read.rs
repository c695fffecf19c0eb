//! Reading.

use wire::{ResultCode, Value};

use super::sketch::Sketch;
use super::{estimate, hash, sketch, sketches};
use crate::bits::Arguments;

const COUNT: i64 = 50;
const UNION: i64 = 51;
const UNION_COUNT: i64 = 52;
const INTERSECT_COUNT: i64 = 53;
const SIMILARITY: i64 = 54;
const DESCRIBE: i64 = 55;
const MAY_CONTAIN: i64 = 56;

/// Runs the read operation of a number. A missing bin reads as nil.
pub fn read_with(
    bin: Option<&Value>,
    operation: i64,
    arguments: &[Value],
) -> Result<Value, ResultCode> {
    let mut arguments = Arguments::new(arguments);
    let list = match operation {
        COUNT | DESCRIBE => &[],
        UNION | UNION_COUNT | INTERSECT_COUNT | SIMILARITY | MAY_CONTAIN => arguments.list()?,
        _ => return Err(ResultCode::Parameter),
    };
    arguments.finish()?;
    let others = match operation {
        COUNT | DESCRIBE | MAY_CONTAIN => Vec::new(),
        _ => sketches(list)?,
    };
    let Some(own) = sketch(bin)? else {
        return Ok(Value::Nil);
    };
    let all: Vec<&Sketch> = std::iter::once(&own).chain(&others).collect();
    Ok(match operation {
        COUNT => count(own.count()),
        UNION => Sketch::union(&all).map_or(Value::Nil, |union| union.to_value()),
        UNION_COUNT => count(estimate::union_count(&all)),
        INTERSECT_COUNT => count(estimate::intersect_count(&all)?),
        SIMILARITY => Value::Float(estimate::similarity(&all)?),
        DESCRIBE => {
            let bits = [own.index_bits(), own.minhash_bits()];
            Value::list(bits.map(|bits| Value::Int(bits.into())).to_vec())
        }
        _ => {
            let all = list.iter().all(|element| own.may_contain(hash(element)));
            Value::Int(all.into())
        }
    })
}

fn count(count: u64) -> Value {
    Value::Int(count as i64)
}
