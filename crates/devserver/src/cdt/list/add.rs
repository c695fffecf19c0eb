//! Putting elements into a list.

use wire::{List, ResultCode, Value};

use crate::cdt::Result;
use crate::cdt::args::Args;

/// More elements than a record has room for, however small they are.
const MAX_PADDED: usize = 1 << 20;

/// Write flags.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Flags(i64);

impl Flags {
    const UNIQUE: i64 = 1;
    const BOUNDED: i64 = 2;
    const NO_FAIL: i64 = 4;
    const PARTIAL: i64 = 8;

    pub(super) fn parse(args: &mut Args) -> Result<Self> {
        args.flags(Self::UNIQUE | Self::BOUNDED | Self::NO_FAIL | Self::PARTIAL)
            .map(Self)
    }

    /// No value may be in the list twice.
    pub(super) const fn unique(self) -> bool {
        self.0 & Self::UNIQUE != 0
    }

    /// Nothing may be written beyond the list's end.
    pub(super) const fn bounded(self) -> bool {
        self.0 & Self::BOUNDED != 0
    }

    /// What does not violate the other flags is written.
    const fn partial(self) -> bool {
        self.0 & Self::PARTIAL != 0
    }

    /// The error, unless none is wanted.
    pub(super) const fn violated(self, code: ResultCode) -> Result<()> {
        if self.0 & Self::NO_FAIL != 0 {
            Ok(())
        } else {
            Err(code)
        }
    }
}

/// Those of `items` the flags let into the list.
pub(super) fn admit(list: &List, items: Vec<Value>, flags: Flags) -> Result<Vec<Value>> {
    if !flags.unique() {
        return Ok(items);
    }
    let verdicts = check_unique(list, &items);
    let Some(code) = verdicts.iter().find_map(|verdict| *verdict) else {
        return Ok(items);
    };
    flags.violated(code)?;
    if !flags.partial() {
        return Ok(Vec::new());
    }
    let fits = items.into_iter().zip(verdicts);
    Ok(fits
        .filter_map(|(item, verdict)| verdict.is_none().then_some(item))
        .collect())
}

/// For each item why it would be a duplicate: of an element of the list, or of an item before it.
fn check_unique(list: &List, items: &[Value]) -> Vec<Option<ResultCode>> {
    if let [item] = items {
        let exists = if list.ordered {
            list.items.binary_search(item).is_ok()
        } else {
            list.items.contains(item)
        };
        return vec![exists.then_some(ResultCode::ElementExists)];
    }
    let mut known: Vec<&Value> = list.items.iter().collect();
    known.sort();
    let mut order: Vec<(&Value, usize)> = items.iter().zip(0..).collect();
    order.sort();
    let mut verdicts = vec![None; items.len()];
    let mut before: Option<&Value> = None;
    for (item, index) in order {
        let verdict = if known.binary_search(&item).is_ok() {
            Some(ResultCode::ElementExists)
        } else if before == Some(item) {
            Some(ResultCode::OpNotApplicable)
        } else {
            None
        };
        before = Some(item);
        if let Some(slot) = verdicts.get_mut(index) {
            *slot = verdict;
        }
    }
    verdicts
}

/// Adds to the end, or where they belong if the list is ordered.
pub(super) fn append(list: &mut List, mut items: Vec<Value>) {
    if list.ordered && items.len() == 1 {
        items.drain(..).for_each(|item| insert_sorted(list, item));
        return;
    }
    list.items.append(&mut items);
    if list.ordered {
        list.items.sort();
    }
}

/// Inserts where the value belongs in an ordered list.
pub(in crate::cdt) fn insert_sorted(list: &mut List, value: Value) {
    let index = list.items.partition_point(|item| *item <= value);
    list.items.insert(index, value);
}

/// The position a write means: it may be the end, and beyond it unless bounded.
pub(super) fn writable(list: &List, index: i64) -> Result<i64> {
    let index = if index < 0 {
        index + list.items.len() as i64
    } else {
        index
    };
    if index < 0 {
        Err(ResultCode::OpNotApplicable)
    } else {
        Ok(index)
    }
}

/// Fills up with nil until `index` is the end.
pub(in crate::cdt) fn pad(list: &mut List, index: i64) -> Result<()> {
    let len = usize::try_from(index).map_err(|_| ResultCode::OpNotApplicable)?;
    if len > list.items.len() {
        if len > MAX_PADDED {
            return Err(ResultCode::RecordTooBig);
        }
        list.items.resize(len, Value::Nil);
    }
    Ok(())
}
