//! Modifying.

use wire::{ResultCode, Value};

use super::sketch::Sketch;
use super::{Modified, hash, sketch, sketches};
use crate::bits::Arguments;
use crate::bits::flags::{self, CREATE_ONLY, NO_FAIL, UPDATE_ONLY};

const INIT: i64 = 0;
const ADD: i64 = 1;
const SET_UNION: i64 = 2;
const REFRESH_COUNT: i64 = 3;
const FOLD: i64 = 4;

/// Sets with other index or minhash bits may make the bin's fewer.
const ALLOW_FOLD: i64 = 8;

/// In place of index or minhash bits: those of the bin.
const UNSET: i64 = -1;

/// Runs the modify operation of a number.
pub fn modify_with(
    bin: Option<&Value>,
    operation: i64,
    arguments: &[Value],
) -> Result<Modified, ResultCode> {
    let (change, flags) = Change::parse(operation, &mut Arguments::new(arguments))?;
    let old = sketch(bin)?;
    let outcome = flags::admit(flags, old.is_some()).and_then(|()| change.apply(old, flags));
    Ok(match flags::forgive(flags, outcome)? {
        Some((new, result)) => Modified {
            bin: Some(new.to_value()),
            result,
        },
        None => Modified {
            bin: None,
            result: Value::Nil,
        },
    })
}

enum Change<'a> {
    Init(Bits),
    Add(&'a [Value], Bits),
    SetUnion(Vec<Sketch>),
    RefreshCount,
    Fold(i64),
}

/// Index and minhash bits, each of which may be unset.
struct Bits {
    index: i64,
    minhash: i64,
}

impl Bits {
    fn parse(arguments: &mut Arguments<'_>) -> Result<Self, ResultCode> {
        let bits = Self {
            index: arguments.optional_int_or(UNSET)?,
            minhash: arguments.optional_int_or(UNSET)?,
        };
        // Whatever is set must be possible even if the bin makes it useless.
        let index = if bits.index == UNSET { 4 } else { bits.index };
        let minhash = if bits.minhash == UNSET {
            0
        } else {
            bits.minhash
        };
        Sketch::new(index, minhash).map(|_| bits)
    }

    /// An empty sketch with these bits, where unset with those of the old one.
    fn sketch(&self, old: Option<&Sketch>) -> Result<Sketch, ResultCode> {
        let or = |bits: i64, old: Option<u8>| {
            if bits == UNSET {
                old.map(i64::from)
            } else {
                Some(bits)
            }
        };
        let index = or(self.index, old.map(Sketch::index_bits));
        let minhash = or(self.minhash, old.map(Sketch::minhash_bits));
        Sketch::new(
            index.ok_or(ResultCode::OpNotApplicable)?,
            minhash.unwrap_or(0),
        )
    }
}

impl<'a> Change<'a> {
    /// The operation and its flags.
    fn parse(operation: i64, arguments: &mut Arguments<'a>) -> Result<(Self, i64), ResultCode> {
        let (change, allowed) = match operation {
            INIT => (
                Self::Init(Bits::parse(arguments)?),
                CREATE_ONLY | UPDATE_ONLY | NO_FAIL,
            ),
            ADD => {
                let elements = arguments.list()?;
                (
                    Self::Add(elements, Bits::parse(arguments)?),
                    CREATE_ONLY | NO_FAIL,
                )
            }
            SET_UNION => (
                Self::SetUnion(sketches(arguments.list()?)?),
                CREATE_ONLY | UPDATE_ONLY | NO_FAIL | ALLOW_FOLD,
            ),
            REFRESH_COUNT => (Self::RefreshCount, 0),
            FOLD => {
                let index_bits = arguments.int()?;
                Sketch::new(index_bits, 0)?;
                (Self::Fold(index_bits), 0)
            }
            _ => return Err(ResultCode::Parameter),
        };
        let flags = match change {
            Self::RefreshCount | Self::Fold(_) => 0,
            _ => flags::check(arguments.optional_int()?, allowed)?,
        };
        arguments.finish()?;
        Ok((change, flags))
    }

    /// The new sketch and the answer.
    fn apply(&self, old: Option<Sketch>, flags: i64) -> Result<(Sketch, Value), ResultCode> {
        match self {
            Self::Init(bits) => Ok((bits.sketch(old.as_ref())?, Value::Nil)),
            Self::Add(elements, bits) => {
                let mut sketch = match old {
                    Some(old) => old,
                    None => bits.sketch(None)?,
                };
                let changed = elements.iter().filter(|element| sketch.add(hash(element)));
                let changed = changed.count() as i64;
                Ok((sketch, Value::Int(changed)))
            }
            Self::SetUnion(others) => {
                let all: Vec<&Sketch> = old.iter().chain(others).collect();
                let union = Sketch::union(&all).ok_or(ResultCode::Parameter)?;
                let fewer = old.as_ref().or(others.first()).is_some_and(|kept| {
                    kept.index_bits() > union.index_bits()
                        || all
                            .iter()
                            .any(|other| other.minhash_bits() != kept.minhash_bits())
                });
                if fewer && flags & ALLOW_FOLD == 0 {
                    return Err(ResultCode::OpNotApplicable);
                }
                Ok((union, Value::Nil))
            }
            Self::RefreshCount => {
                let mut sketch = old.ok_or(ResultCode::BinNotFound)?;
                sketch.cached = sketch.count();
                let count = Value::Int(sketch.cached as i64);
                Ok((sketch, count))
            }
            Self::Fold(index_bits) => {
                let sketch = old.ok_or(ResultCode::BinNotFound)?;
                if sketch.minhash_bits() != 0 || *index_bits > i64::from(sketch.index_bits()) {
                    return Err(ResultCode::OpNotApplicable);
                }
                let target = Sketch::new(*index_bits, 0)?;
                let folded = Sketch::union(&[&sketch, &target]).ok_or(ResultCode::Parameter)?;
                Ok((folded, Value::Nil))
            }
        }
    }
}
