//! Random sequences of list operations against a model over a vector.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod cdt_support;

use cdt_support::model::{
    By, Elements, Outcome, Selection, by, check, count, item, position, returns, selection, several,
};
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use wire::{List, ResultCode, Value};

const NOT_APPLICABLE: Outcome = Err(ResultCode::OpNotApplicable);

#[derive(Clone, Debug)]
enum ListOp {
    SetOrder(bool),
    Append(Vec<i64>, i64),
    Insert(i64, Vec<i64>, i64),
    Pop(i64),
    PopRange(i64, Option<i64>),
    Remove(i64),
    RemoveRange(i64, Option<i64>),
    Set(i64, i64, i64),
    Trim(i64, i64),
    Clear,
    Increment(i64, i64, i64),
    Count(i64),
    Sort(i64),
    Size,
    Get(i64),
    GetRange(i64, Option<i64>),
    Select(Selection),
}

#[derive(Clone, Debug, Default, PartialEq)]
struct ListModel {
    ordered: bool,
    items: Vec<i64>,
}

impl ListOp {
    fn packed(&self) -> Json {
        let ranged = |code: i64, start: &i64, count: &Option<i64>| match count {
            Some(count) => json!([code, start, count]),
            None => json!([code, start]),
        };
        match self {
            Self::SetOrder(ordered) => json!([0, i64::from(*ordered)]),
            Self::Append(items, flags) if items.len() == 1 => json!([1, items[0], 0, flags]),
            Self::Append(items, flags) => json!([2, items, 0, flags]),
            Self::Insert(at, items, flags) if items.len() == 1 => json!([3, at, items[0], flags]),
            Self::Insert(at, items, flags) => json!([4, at, items, flags]),
            Self::Pop(at) => json!([5, at]),
            Self::PopRange(start, count) => ranged(6, start, count),
            Self::Remove(at) => json!([7, at]),
            Self::RemoveRange(start, count) => ranged(8, start, count),
            Self::Set(at, item, flags) => json!([9, at, item, flags]),
            Self::Trim(start, count) => json!([10, start, count]),
            Self::Clear => json!([11]),
            Self::Increment(at, delta, flags) => json!([12, at, delta, 0, flags]),
            Self::Count(at) => json!([12, at]),
            Self::Sort(flags) => json!([13, flags]),
            Self::Size => json!([16]),
            Self::Get(at) => json!([17, at]),
            Self::GetRange(start, count) => ranged(18, start, count),
            Self::Select(selection) => selection.packed(false),
        }
    }
}

impl ListModel {
    fn value(&self) -> Value {
        List {
            ordered: self.ordered,
            items: self.items.iter().copied().map(Value::Int).collect(),
            ..List::default()
        }
        .into()
    }

    fn elements(&self) -> Elements {
        Elements {
            pairs: self.items.iter().map(|item| (None, *item)).collect(),
            ranked_intervals: self.ordered,
            unordered_list: !self.ordered,
            ordered_list: self.ordered,
        }
    }

    fn remove_all(&mut self, picked: &[usize]) -> Vec<i64> {
        let removed = picked.iter().map(|index| self.items[*index]).collect();
        let mut index = 0;
        self.items.retain(|_| {
            index += 1;
            !picked.contains(&(index - 1))
        });
        removed
    }

    fn position(&self, at: i64, end: bool) -> Result<usize, ResultCode> {
        let at = self.elements().absolute(at);
        let limit = self.items.len() as i64 + i64::from(end);
        if (0..limit).contains(&at) {
            Ok(at as usize)
        } else {
            Err(ResultCode::OpNotApplicable)
        }
    }

    /// The items that may be added under the flags.
    fn admit(&self, items: &[i64], flags: i64) -> Result<Vec<i64>, ResultCode> {
        let mut fits = Vec::new();
        let mut violation = None;
        for (at, item) in items.iter().enumerate() {
            let code = if flags & 1 == 0 {
                None
            } else if self.items.contains(item) {
                Some(ResultCode::ElementExists)
            } else if items[..at].contains(item) {
                Some(ResultCode::OpNotApplicable)
            } else {
                None
            };
            violation = violation.or(code);
            if code.is_none() {
                fits.push(*item);
            }
        }
        match violation {
            Some(code) if flags & 4 == 0 => Err(code),
            Some(_) if flags & 8 == 0 => Ok(Vec::new()),
            _ => Ok(fits),
        }
    }

    fn run(&mut self, op: &ListOp) -> Outcome {
        let size = |model: &Self| Ok(Some(json!(model.items.len())));
        match op {
            ListOp::SetOrder(ordered) => self.ordered = *ordered,
            ListOp::Append(items, flags) => {
                self.items.extend(self.admit(items, *flags)?);
                self.settle();
                return size(self);
            }
            ListOp::Insert(at, items, flags) => {
                if self.ordered {
                    return NOT_APPLICABLE;
                }
                let at = self.position(*at, true)?;
                let items = self.admit(items, *flags)?;
                self.items.splice(at..at, items);
                return size(self);
            }
            ListOp::Pop(at) => {
                let at = self.position(*at, false)?;
                return Ok(Some(json!(self.items.remove(at))));
            }
            ListOp::PopRange(start, count) => {
                let (picked, _) =
                    self.elements()
                        .select(&By::IndexRange(*start, *count), 1, false)?;
                return Ok(Some(json!(self.remove_all(&picked))));
            }
            ListOp::Remove(at) => {
                let at = self.position(*at, false)?;
                self.items.remove(at);
                return Ok(Some(json!(1)));
            }
            ListOp::RemoveRange(start, count) => {
                let (picked, _) =
                    self.elements()
                        .select(&By::IndexRange(*start, *count), 1, false)?;
                return Ok(Some(json!(self.remove_all(&picked).len())));
            }
            ListOp::Set(at, item, flags) => {
                if self.ordered {
                    return NOT_APPLICABLE;
                }
                let at = self.position(*at, true)?;
                self.put(at, *item, *flags)?;
            }
            ListOp::Trim(start, count) => {
                let by = By::IndexRange(*start, Some(*count));
                let (picked, _) = self.elements().select(&by, 1, true)?;
                return Ok(Some(json!(self.remove_all(&picked).len())));
            }
            ListOp::Clear => self.items.clear(),
            ListOp::Count(at) => return self.run(&ListOp::Increment(*at, 1, 0)),
            ListOp::Size => return size(self),
            ListOp::Get(at) => return Ok(Some(json!(self.items[self.position(*at, false)?]))),
            ListOp::GetRange(start, count) => {
                let by = By::IndexRange(*start, *count);
                return Ok(self.elements().select(&by, 7, false)?.1);
            }
            ListOp::Increment(at, delta, flags) => {
                let at = self.position(*at, true)?;
                let sum = self.items.get(at).unwrap_or(&0) + delta;
                let done = self.put(at, sum, *flags)?;
                self.settle();
                return Ok(done.then(|| json!(sum)));
            }
            ListOp::Sort(flags) => {
                if self.ordered && flags & 1 != 0 {
                    return NOT_APPLICABLE;
                }
                self.items.sort_unstable();
                if flags & 2 != 0 {
                    self.items.dedup();
                }
                if flags & 1 != 0 {
                    self.items.reverse();
                }
            }
            ListOp::Select(Selection {
                by,
                returns,
                inverted,
                removes,
            }) => {
                let (picked, answer) = self.elements().select(by, *returns, *inverted)?;
                if *removes {
                    self.remove_all(&picked);
                }
                return Ok(answer);
            }
        }
        self.settle();
        Ok(None)
    }

    fn put(&mut self, at: usize, item: i64, flags: i64) -> Result<bool, ResultCode> {
        let elsewhere = self
            .items
            .iter()
            .enumerate()
            .any(|(other, old)| other != at && *old == item);
        if flags & 1 != 0 && elsewhere {
            return if flags & 4 == 0 {
                Err(ResultCode::ElementExists)
            } else {
                Ok(false)
            };
        }
        if at == self.items.len() {
            self.items.push(item);
        } else {
            self.items[at] = item;
        }
        Ok(true)
    }

    fn settle(&mut self) {
        if self.ordered {
            self.items.sort_unstable();
        }
    }
}

fn list_op() -> impl Strategy<Value = ListOp> {
    let flags = || prop_oneof![Just(0), Just(1), Just(5), Just(13)];
    // Within the list or at its end, or far outside below; beyond its end only where that is forbidden: the model has no nil to fill
    // gaps with.
    let at = || -9..1_i64;
    let bounded = || (position(), prop_oneof![Just(2), Just(3)]);
    prop_oneof![
        1 => any::<bool>().prop_map(ListOp::SetOrder),
        4 => (several(), flags()).prop_map(|(items, flags)| ListOp::Append(items, flags)),
        4 => (item(), flags()).prop_map(|(item, flags)| ListOp::Append(vec![item], flags)),
        4 => (at(), several(), flags()).prop_map(|(at, items, flags)| ListOp::Insert(at, items, flags)),
        1 => position().prop_map(ListOp::Pop),
        1 => (position(), count()).prop_map(|(start, count)| ListOp::PopRange(start, count)),
        1 => position().prop_map(ListOp::Remove),
        1 => (position(), count()).prop_map(|(start, count)| ListOp::RemoveRange(start, count)),
        2 => (at(), item(), flags()).prop_map(|(at, item, flags)| ListOp::Set(at, item, flags)),
        1 => (position(), -1..9_i64).prop_map(|(start, count)| ListOp::Trim(start, count)),
        1 => Just(ListOp::Clear),
        2 => (at(), -3..4_i64, flags()).prop_map(|(at, delta, flags)| ListOp::Increment(at, delta, flags)),
        1 => at().prop_map(ListOp::Count),
        1 => (bounded(), several()).prop_map(|((at, flags), items)| ListOp::Insert(at, items, flags)),
        1 => (bounded(), item()).prop_map(|((at, flags), item)| ListOp::Set(at, item, flags)),
        1 => (bounded(), -3..4_i64).prop_map(|((at, flags), delta)| ListOp::Increment(at, delta, flags)),
        1 => (0..4_i64).prop_map(ListOp::Sort),
        1 => Just(ListOp::Size),
        1 => position().prop_map(ListOp::Get),
        1 => (position(), count()).prop_map(|(start, count)| ListOp::GetRange(start, count)),
        20 => selection(by(), returns()).prop_map(ListOp::Select),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn lists(ops in proptest::collection::vec(list_op(), 1..40)) {
        let mut model = ListModel::default();
        let mut bin = model.value();
        for op in ops {
            let mut after = model.clone();
            let outcome = after.run(&op);
            if outcome.is_ok() {
                model = after;
            }
            let reads = match &op {
                ListOp::Select(selection) => !selection.removes,
                ListOp::Size | ListOp::Get(_) | ListOp::GetRange(..) => true,
                _ => false,
            };
            check(&mut bin, &op.packed(), reads, &model.value(), &outcome)?;
        }
    }
}
