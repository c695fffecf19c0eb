//! The modifying list operations.

use wire::{List, ResultCode, Value, msgpack};

use super::add::{Flags, admit, append, insert_sorted, pad, writable};
use super::code;
use crate::cdt::args::Args;
use crate::cdt::context::Create;
use crate::cdt::descend::{self, Start};
use crate::cdt::elements::Elements;
use crate::cdt::pick::{Pick, marks};
use crate::cdt::{Kind, Result, number, span};

/// A modifying operation with its arguments.
#[derive(Debug)]
pub(in crate::cdt) struct Change {
    op: Op,
    /// The order an operation gives to the list it creates, if it says one.
    ordered: Option<bool>,
}

#[derive(Debug)]
enum Op {
    SetType { ordered: bool, persist: bool },
    Append(Vec<Value>, Flags),
    Insert(i64, Vec<Value>, Flags),
    Pop(i64),
    PopRange(i64, Option<i64>),
    Remove(i64),
    RemoveRange(i64, Option<i64>),
    Set(i64, Value, Flags),
    Trim(i64, i64),
    Clear,
    Increment(i64, Value, Flags),
    Sort { descending: bool, distinct: bool },
    RemoveBy(Pick),
}

const ORDERED: i64 = msgpack::LIST_ORDERED as i64;
const PERSIST: i64 = msgpack::PERSIST_INDEX as i64;
const DESCENDING: i64 = 1;
const DROP_DUPLICATES: i64 = 2;

impl Change {
    pub(in crate::cdt) fn parse(code: u8, mut args: Args) -> Result<Self> {
        let mut ordered = None;
        let op = match code {
            code::SET_TYPE => {
                let flags = args.flags(ORDERED | PERSIST)?;
                Op::SetType {
                    ordered: flags & ORDERED != 0,
                    persist: flags & PERSIST != 0,
                }
            }
            code::APPEND => {
                let items = vec![args.stored()?];
                ordered = order(&mut args)?;
                Op::Append(items, Flags::parse(&mut args)?)
            }
            code::APPEND_ITEMS => {
                let items = args.stored_list()?;
                ordered = order(&mut args)?;
                Op::Append(items, Flags::parse(&mut args)?)
            }
            code::INSERT => Op::Insert(args.int()?, vec![args.stored()?], Flags::parse(&mut args)?),
            code::INSERT_ITEMS => {
                Op::Insert(args.int()?, args.stored_list()?, Flags::parse(&mut args)?)
            }
            code::POP => Op::Pop(args.int()?),
            code::POP_RANGE => Op::PopRange(args.int()?, args.optional_int()?),
            code::REMOVE => Op::Remove(args.int()?),
            code::REMOVE_RANGE => Op::RemoveRange(args.int()?, args.optional_int()?),
            code::SET => Op::Set(args.int()?, args.stored()?, Flags::parse(&mut args)?),
            code::TRIM => Op::Trim(args.int()?, args.int()?),
            code::CLEAR => Op::Clear,
            code::INCREMENT => {
                let index = args.int()?;
                let delta = number::delta(args.optional())?;
                ordered = order(&mut args)?;
                Op::Increment(index, delta, Flags::parse(&mut args)?)
            }
            code::SORT => {
                let flags = args.flags(DESCENDING | DROP_DUPLICATES)?;
                Op::Sort {
                    descending: flags & DESCENDING != 0,
                    distinct: flags & DROP_DUPLICATES != 0,
                }
            }
            _ => {
                let by = code::remove_by(code).ok_or(ResultCode::Parameter)?;
                let op = Op::RemoveBy(Pick::parse(by, Kind::List, args)?);
                return Ok(Self { op, ordered });
            }
        };
        args.finish()?;
        Ok(Self { op, ordered })
    }
}

fn order(args: &mut Args) -> Result<Option<bool>> {
    match args.optional_int()? {
        None => Ok(None),
        Some(flags) if flags & !(ORDERED | PERSIST) == 0 => Ok(Some(flags & ORDERED != 0)),
        Some(_) => Err(ResultCode::Parameter),
    }
}

impl descend::Change for Change {
    const KIND: Kind = Kind::List;

    fn start(&self, create: Option<Create>) -> Start {
        match self.op {
            Op::SetType { .. }
            | Op::Append(..)
            | Op::Insert(..)
            | Op::Set(..)
            | Op::Increment(..) => {
                let ordered = self
                    .ordered
                    .or(create.map(Create::list_ordered))
                    .unwrap_or(false);
                Start::With(
                    List {
                        ordered,
                        ..List::default()
                    }
                    .into(),
                )
            }
            Op::Sort { .. } => Start::Fail(ResultCode::IncompatibleType),
            _ => Start::Nothing,
        }
    }

    fn run(self, container: &mut Value) -> Result<Option<Value>> {
        let Value::List(list) = container else {
            return Err(ResultCode::IncompatibleType);
        };
        self.op.run(list)
    }
}

impl Op {
    fn run(self, list: &mut List) -> Result<Option<Value>> {
        let len = list.items.len();
        match self {
            Self::SetType { ordered, persist } => {
                if ordered && !list.ordered {
                    list.items.sort();
                }
                list.ordered = ordered;
                list.persist_index = persist;
                Ok(None)
            }
            Self::Append(items, flags) => {
                let items = admit(list, items, flags)?;
                append(list, items);
                Ok(Some(size(list)))
            }
            Self::Insert(index, items, flags) => insert(list, index, items, flags),
            Self::Pop(index) => Ok(Some(remove(list, index)?)),
            Self::PopRange(index, count) => {
                let taken = list.items.drain(span::span(index, count, len));
                Ok(Some(Value::list(taken.collect())))
            }
            Self::Remove(index) => {
                remove(list, index)?;
                Ok(Some(Value::Int(1)))
            }
            Self::RemoveRange(index, count) => {
                list.items.drain(span::span(index, count, len));
                Ok(Some(removed(list, len)))
            }
            Self::Set(index, value, flags) => set(list, index, value, flags),
            Self::Trim(index, count) => {
                let kept = span::span(index, Some(count), len);
                list.items.truncate(kept.end);
                list.items.drain(..kept.start);
                Ok(Some(removed(list, len)))
            }
            Self::Clear => {
                list.items.clear();
                Ok(None)
            }
            Self::Increment(index, delta, flags) => increment(list, index, &delta, flags),
            Self::Sort {
                descending,
                distinct,
            } => sort(list, descending, distinct),
            Self::RemoveBy(pick) => {
                let (picked, answer) = pick.run(Elements::List(list))?;
                let mut marks = marks(&picked.indexes, len).into_iter();
                list.items.retain(|_| marks.next() != Some(true));
                Ok(answer)
            }
        }
    }
}

fn size(list: &List) -> Value {
    Value::Int(list.items.len() as i64)
}

fn removed(list: &List, before: usize) -> Value {
    Value::Int(before as i64 - list.items.len() as i64)
}

fn remove(list: &mut List, index: i64) -> Result<Value> {
    span::position(index, list.items.len())
        .map(|index| list.items.remove(index))
        .ok_or(ResultCode::OpNotApplicable)
}

fn insert(list: &mut List, index: i64, items: Vec<Value>, flags: Flags) -> Result<Option<Value>> {
    if list.ordered {
        return Err(ResultCode::OpNotApplicable);
    }
    let index = writable(list, index)?;
    if flags.bounded() && index > list.items.len() as i64 {
        flags.violated(ResultCode::OpNotApplicable)?;
        return Ok(Some(size(list)));
    }
    let items = admit(list, items, flags)?;
    if !items.is_empty() {
        pad(list, index)?;
        let index = index as usize;
        list.items.splice(index..index, items);
    }
    Ok(Some(size(list)))
}

fn set(list: &mut List, index: i64, value: Value, flags: Flags) -> Result<Option<Value>> {
    if list.ordered {
        return Err(ResultCode::OpNotApplicable);
    }
    if let Some(index) = place(list, index, &value, flags)? {
        put(list, index, value)?;
    }
    Ok(None)
}

fn increment(list: &mut List, index: i64, delta: &Value, flags: Flags) -> Result<Option<Value>> {
    let at = writable(list, index)?;
    let sum = match list.items.get(at as usize) {
        Some(element) => number::add(element, delta)?,
        None => delta.clone(),
    };
    // Nil would go to the front of an ordered list, so that the gap could not be filled.
    if list.ordered && at > list.items.len() as i64 {
        return Err(ResultCode::OpNotApplicable);
    }
    let Some(at) = place(list, at, &sum, flags)? else {
        return Ok(None);
    };
    if list.ordered {
        if at < list.items.len() as i64 {
            list.items.remove(at as usize);
        }
        insert_sorted(list, sum.clone());
    } else {
        put(list, at, sum.clone())?;
    }
    Ok(Some(sum))
}

/// Where the flags let a value be written; `None` if they silently do not.
fn place(list: &List, index: i64, value: &Value, flags: Flags) -> Result<Option<i64>> {
    let index = writable(list, index)?;
    if flags.bounded() && index > list.items.len() as i64 {
        flags.violated(ResultCode::OpNotApplicable)?;
        return Ok(None);
    }
    let elsewhere = |(at, item): (i64, &Value)| at != index && item == value;
    if flags.unique() && (0..).zip(&list.items).any(elsewhere) {
        flags.violated(ResultCode::ElementExists)?;
        return Ok(None);
    }
    Ok(Some(index))
}

fn put(list: &mut List, index: i64, value: Value) -> Result<()> {
    pad(list, index)?;
    match list.items.get_mut(index as usize) {
        Some(slot) => *slot = value,
        None => list.items.push(value),
    }
    Ok(())
}

fn sort(list: &mut List, descending: bool, distinct: bool) -> Result<Option<Value>> {
    if list.ordered && descending {
        return Err(ResultCode::OpNotApplicable);
    }
    list.items.sort();
    if distinct {
        list.items.dedup();
    }
    if descending {
        list.items.reverse();
    }
    Ok(None)
}
