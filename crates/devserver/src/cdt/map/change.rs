//! The modifying map operations.

use wire::{Map, MapOrder, ResultCode, Value, msgpack};

use super::code;
use crate::cdt::args::Args;
use crate::cdt::context::Create;
use crate::cdt::descend::{self, Start};
use crate::cdt::elements::Elements;
use crate::cdt::pick::{Pick, marks};
use crate::cdt::{Kind, Result, number};

/// A modifying operation with its arguments.
#[derive(Debug)]
pub(in crate::cdt) struct Change {
    op: Op,
    /// The order an operation gives to the map it creates, if it says one.
    order: Option<MapOrder>,
}

#[derive(Debug)]
enum Op {
    SetType { order: MapOrder, persist: bool },
    Put(Vec<(Value, Value)>, Flags),
    Increment(Value, Value),
    Clear,
    RemoveBy(Pick),
}

/// Write flags.
#[derive(Clone, Copy, Debug, Default)]
struct Flags(i64);

const PERSIST: i64 = msgpack::PERSIST_INDEX as i64;

impl Flags {
    const CREATE_ONLY: Self = Self(1);
    const UPDATE_ONLY: Self = Self(2);
    const NO_FAIL: Self = Self(4);
    const PARTIAL: Self = Self(8);

    fn parse(args: &mut Args) -> Result<Self> {
        args.flags(15).map(Self)
    }

    const fn has(self, flag: Self) -> bool {
        self.0 & flag.0 != 0
    }

    /// Why a pair cannot be put, for a key that exists or not.
    const fn violation(self, exists: bool) -> Option<ResultCode> {
        match exists {
            true if self.has(Self::CREATE_ONLY) => Some(ResultCode::ElementExists),
            false if self.has(Self::UPDATE_ONLY) => Some(ResultCode::ElementNotFound),
            _ => None,
        }
    }
}

impl Change {
    pub(in crate::cdt) fn parse(code: u8, mut args: Args) -> Result<Self> {
        let mut order = None;
        let op = match code {
            code::SET_TYPE => {
                let flags = args.int()?;
                Op::SetType {
                    order: parse_order(flags)?,
                    persist: flags & PERSIST != 0,
                }
            }
            code::ADD | code::ADD_ITEMS => {
                let pairs = parse_pairs(code == code::ADD_ITEMS, &mut args)?;
                order = optional_order(&mut args)?;
                Op::Put(pairs, Flags::CREATE_ONLY)
            }
            code::PUT | code::PUT_ITEMS => {
                let pairs = parse_pairs(code == code::PUT_ITEMS, &mut args)?;
                order = optional_order(&mut args)?;
                Op::Put(pairs, Flags::parse(&mut args)?)
            }
            code::REPLACE | code::REPLACE_ITEMS => {
                let pairs = parse_pairs(code == code::REPLACE_ITEMS, &mut args)?;
                Op::Put(pairs, Flags::UPDATE_ONLY)
            }
            code::INCREMENT | code::DECREMENT => {
                let key = args.key()?;
                let delta = number::delta(args.optional())?;
                order = optional_order(&mut args)?;
                if code == code::INCREMENT {
                    Op::Increment(key, delta)
                } else {
                    Op::Increment(key, number::negate(&delta))
                }
            }
            code::CLEAR => Op::Clear,
            _ => {
                let by = code::remove_by(code).ok_or(ResultCode::Parameter)?;
                let op = Op::RemoveBy(Pick::parse(by, Kind::Map, args)?);
                return Ok(Self { op, order });
            }
        };
        args.finish()?;
        Ok(Self { op, order })
    }
}

fn parse_pairs(several: bool, args: &mut Args) -> Result<Vec<(Value, Value)>> {
    if several {
        args.stored_map().map(Map::into_pairs)
    } else {
        Ok(vec![(args.key()?, args.stored()?)])
    }
}

fn optional_order(args: &mut Args) -> Result<Option<MapOrder>> {
    args.optional_int()?.map(parse_order).transpose()
}

fn parse_order(flags: i64) -> Result<MapOrder> {
    u8::try_from(flags & !PERSIST)
        .ok()
        .filter(|flags| *flags <= 3)
        .and_then(MapOrder::from_flags)
        .ok_or(ResultCode::Parameter)
}

impl descend::Change for Change {
    const KIND: Kind = Kind::Map;

    fn start(&self, create: Option<Create>) -> Start {
        match self.op {
            Op::SetType { .. } | Op::Put(..) | Op::Increment(..) => {
                let order = self
                    .order
                    .or(create.map(Create::map_order))
                    .unwrap_or_default();
                Start::With(Map::with_order(order).into())
            }
            Op::Clear | Op::RemoveBy(_) => Start::Nothing,
        }
    }

    fn run(self, container: &mut Value) -> Result<Option<Value>> {
        let Value::Map(map) = container else {
            return Err(ResultCode::IncompatibleType);
        };
        self.op.run(map)
    }
}

impl Op {
    fn run(self, map: &mut Map) -> Result<Option<Value>> {
        match self {
            Self::SetType { order, persist } => {
                map.order = order;
                map.persist_index = persist;
                Ok(None)
            }
            Self::Put(pairs, flags) => {
                put(map, pairs, flags)?;
                Ok(Some(Value::Int(map.len() as i64)))
            }
            Self::Increment(key, delta) => {
                let sum = match map.get(&key) {
                    Some(value) => number::add(value, &delta)?,
                    None => delta,
                };
                map.insert(key, sum.clone());
                Ok(Some(sum))
            }
            Self::Clear => {
                map.clear();
                Ok(None)
            }
            Self::RemoveBy(pick) => {
                let (picked, answer) = pick.run(Elements::Map(map))?;
                let mut marks = marks(&picked.indexes, map.len()).into_iter();
                map.retain(|_, _| marks.next() != Some(true));
                Ok(answer)
            }
        }
    }
}

fn put(map: &mut Map, mut pairs: Vec<(Value, Value)>, flags: Flags) -> Result<()> {
    let violation = |pair: &(Value, Value)| flags.violation(map.search(&pair.0).is_ok());
    if let Some(code) = pairs.iter().find_map(violation) {
        if !flags.has(Flags::NO_FAIL) {
            return Err(code);
        }
        if !flags.has(Flags::PARTIAL) {
            return Ok(());
        }
        pairs.retain(|pair| violation(pair).is_none());
    }
    merge(map, pairs)
}

/// Puts pairs with distinct keys.
fn merge(map: &mut Map, pairs: Vec<(Value, Value)>) -> Result<()> {
    // Each insertion moves what is behind it; many at once are merged by sorting.
    if pairs.len() < 16 {
        for (key, value) in pairs {
            map.insert(key, value);
        }
        return Ok(());
    }
    let mut fresh = Vec::new();
    for (key, value) in pairs {
        match map.get_mut(&key) {
            Some(slot) => *slot = value,
            None => fresh.push((key, value)),
        }
    }
    let (order, persist) = (map.order, map.persist_index);
    let mut all = std::mem::take(map).into_pairs();
    all.append(&mut fresh);
    *map = Map::from_pairs(order, all).map_err(wire::Error::result_code)?;
    map.persist_index = persist;
    Ok(())
}
