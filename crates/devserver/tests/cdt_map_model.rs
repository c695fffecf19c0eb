//! Random sequences of map operations against a model over a tree map.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod cdt_support;

use std::collections::BTreeMap;

use cdt_support::model::{Elements, Outcome, Selection, by, by_key, check, item, selection};
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use wire::{Map, MapOrder, ResultCode, Value};

#[derive(Clone, Debug)]
enum MapOp {
    SetOrder(MapOrder),
    Put(Vec<(i64, i64)>, i64),
    Add(i64, i64),
    Replace(i64, i64),
    Increment(i64, i64),
    Decrement(i64, i64),
    Count(i64),
    AddItems(Vec<(i64, i64)>),
    ReplaceItems(Vec<(i64, i64)>),
    Clear,
    Size,
    Select(Selection),
}

#[derive(Clone, Debug, Default, PartialEq)]
struct MapModel {
    order: MapOrder,
    pairs: BTreeMap<i64, i64>,
}

fn object(pairs: &[(i64, i64)]) -> Json {
    pairs
        .iter()
        .map(|(key, value)| (key.to_string(), json!(value)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

impl MapOp {
    fn packed(&self) -> Json {
        match self {
            Self::SetOrder(order) => json!([64, *order as u8]),
            Self::Put(pairs, flags) if pairs.len() == 1 => {
                json!([67, pairs[0].0, pairs[0].1, 0, flags])
            }
            Self::Put(pairs, flags) => json!([68, object(pairs), 0, flags]),
            Self::AddItems(pairs) => json!([66, object(pairs)]),
            Self::ReplaceItems(pairs) => json!([70, object(pairs)]),
            Self::Add(key, value) => json!([65, key, value]),
            Self::Replace(key, value) => json!([69, key, value]),
            Self::Increment(key, delta) => json!([73, key, delta]),
            Self::Decrement(key, delta) => json!([74, key, delta]),
            Self::Count(key) => json!([73, key]),
            Self::Clear => json!([75]),
            Self::Size => json!([96]),
            Self::Select(selection) => selection.packed(true),
        }
    }
}

impl MapModel {
    fn value(&self) -> Value {
        let pairs = self
            .pairs
            .iter()
            .map(|(k, v)| (Value::Int(*k), Value::Int(*v)));
        Map::from_sorted(self.order, pairs.collect())
            .unwrap()
            .into()
    }

    fn elements(&self) -> Elements {
        Elements {
            pairs: self.pairs.iter().map(|(k, v)| (Some(*k), *v)).collect(),
            ranked_intervals: self.order != MapOrder::Unordered,
            unordered_list: false,
            ordered_list: false,
        }
    }

    fn run(&mut self, op: &MapOp) -> Outcome {
        match op {
            MapOp::SetOrder(order) => {
                self.order = *order;
                Ok(None)
            }
            MapOp::Put(pairs, flags) => {
                // The last of pairs with the same key counts, as in a JSON object.
                let pairs: BTreeMap<i64, i64> = pairs.iter().copied().collect();
                self.put(&pairs, *flags)
            }
            MapOp::Add(key, value) => self.put(&BTreeMap::from([(*key, *value)]), 1),
            MapOp::Replace(key, value) => self.put(&BTreeMap::from([(*key, *value)]), 2),
            MapOp::Increment(key, delta) => Ok(Some(self.add(*key, *delta))),
            MapOp::Decrement(key, delta) => Ok(Some(self.add(*key, -delta))),
            MapOp::AddItems(pairs) => self.put(&pairs.iter().copied().collect(), 1),
            MapOp::ReplaceItems(pairs) => self.put(&pairs.iter().copied().collect(), 2),
            MapOp::Count(key) => Ok(Some(self.add(*key, 1))),
            MapOp::Size => Ok(Some(json!(self.pairs.len()))),
            MapOp::Clear => {
                self.pairs.clear();
                Ok(None)
            }
            MapOp::Select(Selection {
                by,
                returns,
                inverted,
                removes,
            }) => {
                let elements = self.elements();
                let (picked, answer) = elements.select(by, *returns, *inverted)?;
                if *removes {
                    for index in picked {
                        self.pairs.remove(&elements.pairs[index].0.unwrap());
                    }
                }
                Ok(answer)
            }
        }
    }

    fn put(&mut self, pairs: &BTreeMap<i64, i64>, flags: i64) -> Outcome {
        let violates = |key: &i64| match (flags & 3, self.pairs.contains_key(key)) {
            (1, true) => Some(ResultCode::ElementExists),
            (2, false) => Some(ResultCode::ElementNotFound),
            _ => None,
        };
        let violation = pairs.keys().find_map(violates);
        let fits: Vec<_> = pairs
            .iter()
            .filter(|(key, _)| violates(key).is_none())
            .collect();
        match violation {
            Some(code) if flags & 4 == 0 => return Err(code),
            Some(_) if flags & 8 == 0 => {}
            _ => {
                let fits: Vec<_> = fits.into_iter().map(|(k, v)| (*k, *v)).collect();
                self.pairs.extend(fits);
            }
        }
        Ok(Some(json!(self.pairs.len())))
    }

    fn add(&mut self, key: i64, delta: i64) -> Json {
        let sum = self.pairs.get(&key).unwrap_or(&0) + delta;
        self.pairs.insert(key, sum);
        json!(sum)
    }
}

fn map_op() -> impl Strategy<Value = MapOp> {
    let order = prop_oneof![
        Just(MapOrder::Unordered),
        Just(MapOrder::Key),
        Just(MapOrder::KeyValue)
    ];
    let flags = prop_oneof![
        Just(0),
        Just(1),
        Just(2),
        Just(5),
        Just(6),
        Just(13),
        Just(14)
    ];
    let pairs = || proptest::collection::vec((item(), item()), 1..5);
    let returns = || prop_oneof![0..14_i64, 16..18_i64];
    prop_oneof![
        1 => order.prop_map(MapOp::SetOrder),
        6 => (pairs(), flags).prop_map(|(pairs, flags)| MapOp::Put(pairs, flags)),
        1 => (item(), item()).prop_map(|(k, v)| MapOp::Add(k, v)),
        1 => (item(), item()).prop_map(|(k, v)| MapOp::Replace(k, v)),
        1 => (item(), -3..4_i64).prop_map(|(k, delta)| MapOp::Increment(k, delta)),
        1 => (item(), -3..4_i64).prop_map(|(k, delta)| MapOp::Decrement(k, delta)),
        1 => item().prop_map(MapOp::Count),
        1 => pairs().prop_map(MapOp::AddItems),
        1 => pairs().prop_map(MapOp::ReplaceItems),
        1 => Just(MapOp::Clear),
        1 => Just(MapOp::Size),
        12 => selection(by(), returns()).prop_map(MapOp::Select),
        8 => selection(by_key(), returns()).prop_map(MapOp::Select),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn maps(ops in proptest::collection::vec(map_op(), 1..40)) {
        let mut model = MapModel::default();
        let mut bin = model.value();
        for op in ops {
            let mut after = model.clone();
            let outcome = after.run(&op);
            if outcome.is_ok() {
                model = after;
            }
            let reads = match &op {
                MapOp::Select(selection) => !selection.removes,
                MapOp::Size => true,
                _ => false,
            };
            check(&mut bin, &op.packed(), reads, &model.value(), &outcome)?;
        }
    }
}
