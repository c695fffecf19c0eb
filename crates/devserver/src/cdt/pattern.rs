//! Comparing values with what a selection asks for, which may hold wildcards.
//!
//! A wildcard equals any value, and as an element of a list it stands for that element and all that follow: `[1, *]` matches
//! `[1, "a"]` and `[1, "a", "b"]`. Without wildcards this is the order of values.

use std::cmp::Ordering;

use wire::{Map, Value};

/// How a value compares with a pattern.
pub(super) fn compare(value: &Value, pattern: &Value) -> Ordering {
    match (value, pattern) {
        (_, Value::Wildcard) => Ordering::Equal,
        (Value::List(list), Value::List(pattern)) => compare_items(&list.items, &pattern.items),
        (Value::Map(map), Value::Map(pattern)) => compare_maps(map, pattern),
        _ => value.cmp(pattern),
    }
}

/// Whether a value is what a pattern asks for.
pub(super) fn matches(value: &Value, pattern: &Value) -> bool {
    compare(value, pattern).is_eq()
}

fn compare_items(items: &[Value], patterns: &[Value]) -> Ordering {
    for (item, pattern) in items.iter().zip(patterns) {
        if matches!(pattern, Value::Wildcard) {
            return Ordering::Equal;
        }
        let order = compare(item, pattern);
        if order.is_ne() {
            return order;
        }
    }
    items.len().cmp(&patterns.len())
}

fn compare_maps(map: &Map, pattern: &Map) -> Ordering {
    let pairs = map.pairs().iter().zip(pattern.pairs());
    let in_pairs = pairs
        .map(|(a, b)| a.0.cmp(&b.0).then_with(|| compare(&a.1, &b.1)))
        .find(|order| order.is_ne());
    let by_length = map.len().cmp(&pattern.len());
    by_length.then(in_pairs.unwrap_or(Ordering::Equal))
}
