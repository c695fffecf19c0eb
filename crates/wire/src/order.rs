//! The total order of values.
//!
//! nil < false < true < integers < strings < lists < maps < blobs < floats < `GeoJSON` < wildcard < infinity. Lists compare element by
//! element and then by length, maps by length and then pair by pair, bytes like `memcmp` and then by length. Blobs of several particle
//! types compare by type first; a HLL inside a list is a blob of its type. Flags of lists and maps do not count.
//!
//! [`Ord`] for [`Value`] is this order with wildcard equal to itself alone, so that sorting is sound. [`compare`] is what selections use:
//! there a wildcard equals everything, also deep inside a list.

use std::cmp::Ordering;

use crate::{Map, Value};

/// Compares for a selection: a wildcard on either side equals everything. Not transitive, so never sort by it.
#[must_use]
pub fn compare(a: &Value, b: &Value) -> Ordering {
    order::<true>(a, b)
}

/// Whether `value` is what `pattern` selects: equal, or equal up to wildcards.
#[must_use]
pub fn matches(value: &Value, pattern: &Value) -> bool {
    compare(value, pattern).is_eq()
}

/// Doubles by value (both zeros equal); NaNs outside of all numbers, by sign.
#[must_use]
pub fn compare_floats(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or_else(|| a.total_cmp(&b))
}

/// The place of a value's type in the order.
#[must_use]
pub const fn rank(value: &Value) -> u8 {
    match value {
        Value::Nil => 0,
        Value::Bool(_) => 1,
        Value::Int(_) => 2,
        Value::Str(_) => 3,
        Value::List(_) => 4,
        Value::Map(_) => 5,
        Value::Blob(..) | Value::Hll(_) => 6,
        Value::Float(_) => 7,
        Value::GeoJson(_) => 8,
        Value::Wildcard => 9,
        Value::Infinity => 10,
    }
}

fn order<const WILD: bool>(a: &Value, b: &Value) -> Ordering {
    use Value::{Blob, Bool, Float, GeoJson, Hll, Int, List, Map, Str, Wildcard};
    match (a, b) {
        (Wildcard, _) | (_, Wildcard) if WILD => Ordering::Equal,
        (Int(a), Int(b)) => a.cmp(b),
        (Str(a), Str(b)) | (GeoJson(a), GeoJson(b)) => a.cmp(b),
        (Bool(a), Bool(b)) => a.cmp(b),
        (Float(a), Float(b)) => compare_floats(*a, *b),
        (Blob(..) | Hll(_), Blob(..) | Hll(_)) => {
            let key = |value: &Value| value.particle_type().map(|kind| kind as u8);
            key(a)
                .cmp(&key(b))
                .then_with(|| a.as_bytes().cmp(&b.as_bytes()))
        }
        (List(a), List(b)) => order_items::<WILD>(&a.items, &b.items),
        (Map(a), Map(b)) => order_maps::<WILD>(a, b),
        _ => rank(a).cmp(&rank(b)),
    }
}

fn order_items<const WILD: bool>(a: &[Value], b: &[Value]) -> Ordering {
    a.iter()
        .zip(b)
        .map(|(a, b)| order::<WILD>(a, b))
        .find(|order| order.is_ne())
        .unwrap_or_else(|| a.len().cmp(&b.len()))
}

fn order_maps<const WILD: bool>(a: &Map, b: &Map) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| {
        let pairs = a.pairs().iter().zip(b.pairs());
        pairs
            .map(|(a, b)| order::<WILD>(&a.0, &b.0).then_with(|| order::<WILD>(&a.1, &b.1)))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    })
}

impl Ord for Value {
    fn cmp(&self, other: &Self) -> Ordering {
        order::<false>(self, other)
    }
}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Value {}
