//! Calls: `[127, type, system, [code, argument, …], bin]`, the code behind a context if there is one.

use pyo3::prelude::*;
use wire::msgpack;

use super::calls::{Answer, Argument, CDT, Call, MODIFY, PATH};
use super::write::{begin, write};
use crate::cdt::{ctx, policy};
use crate::convert::fields::Fields;
use crate::error::{Error, Result};

const CALL: i64 = 127;
/// In place of an operation's code: a context and the operation follow.
const CONTEXT: i64 = 0xff;

/// Of a return type: all but what is selected.
const INVERTED: i64 = 0x1_0000;

/// A part of an operation.
enum Piece<'py> {
    Int(i64),
    Expression(&'static str, Bound<'py, PyAny>),
    Packed(Vec<u8>),
}

/// Appends a call that stands `depth` levels below the outermost expression.
pub(super) fn write_call(
    out: &mut Vec<u8>,
    call: Call,
    fields: &Fields<'_, '_>,
    depth: usize,
) -> Result<()> {
    let mut pieces = Vec::with_capacity(call.arguments.len() + 1);
    for argument in call.arguments {
        collect(&mut pieces, call, *argument, fields, depth)?;
    }
    let nests = call.system & !MODIFY == CDT && call.code != PATH;
    let context = if nests {
        ctx::packed(fields, depth)?
    } else {
        None
    };

    begin(out, 5, CALL);
    msgpack::write_int(out, answer(call.answer, fields)?);
    msgpack::write_int(out, call.system);
    if let Some(context) = context {
        begin(out, 3, CONTEXT);
        out.extend(context);
    }
    begin(out, pieces.len() + 1, call.code);
    for piece in pieces {
        match piece {
            Piece::Int(number) => msgpack::write_int(out, number),
            Piece::Packed(bytes) => out.extend(bytes),
            Piece::Expression(name, expression) => write(out, &expression, depth + 1)
                .map_err(|error| error.within(format!("'{name}'")))?,
        }
    }
    write(out, &fields.get("bin")?, depth + 1)
}

/// Adds what an argument is written as, which is nothing for what is left out.
fn collect<'py>(
    pieces: &mut Vec<Piece<'py>>,
    call: Call,
    argument: Argument,
    f: &Fields<'_, 'py>,
    depth: usize,
) -> Result<()> {
    let several = matches!(call.answer, Answer::Several);
    match argument {
        Argument::Expression(name) => pieces.push(Piece::Expression(name, f.get(name)?)),
        Argument::Optional(name) => {
            pieces.extend(f.given(name)?.map(|given| Piece::Expression(name, given)));
        }
        Argument::Defaulted(name, number) => pieces.push(match f.given(name)? {
            Some(given) => Piece::Expression(name, given),
            None => Piece::Int(number),
        }),
        Argument::Flags { name, base, most } => {
            pieces.push(Piece::Int(base | f.flags(name, 0..=most)?));
        }
        Argument::Flag(name) => pieces.push(Piece::Int(i64::from(f.find_flag(name)?))),
        Argument::ListReturn => pieces.push(Piece::Int(policy::list_selector(f, several)?)),
        Argument::MapReturn => pieces.push(Piece::Int(policy::map_selector(f, several)?)),
        Argument::RemovedOne => pieces.push(Piece::Int(0)),
        Argument::Removed => {
            let inverted = f.find_flag("inverted")?;
            pieces.push(Piece::Int(if inverted { INVERTED } else { 0 }));
        }
        Argument::ListPolicy => {
            if let Some((order, flags)) = policy::list_numbers(f)? {
                pieces.extend([Piece::Int(order), Piece::Int(flags)]);
            }
        }
        Argument::ListFlags => {
            pieces.extend(policy::list_numbers(f)?.map(|(_, flags)| Piece::Int(flags)));
        }
        Argument::MapPolicy => {
            if let Some((order, flags)) = map_numbers(f)? {
                pieces.extend([Piece::Int(order), Piece::Int(flags)]);
            }
        }
        Argument::MapOrder => {
            pieces.extend(map_numbers(f)?.map(|(order, _)| Piece::Int(order)));
        }
        Argument::BitPolicy => pieces.push(Piece::Int(f.flags("bit_policy", 0..=15)?)),
        Argument::HllPolicy => pieces.push(Piece::Int(policy::hll_flags(f)?)),
        Argument::Arithmetic => {
            let signed = i64::from(f.find_flag("signed")?);
            let action = f.flags("action", 0..=4)?;
            if !matches!(action, 0 | 2 | 4) {
                return Err(Error::argument(format!(
                    "'action': {action} is not one of BIT_OVERFLOW_*"
                )));
            }
            pieces.push(Piece::Int(signed | action));
        }
        Argument::Path => match ctx::packed(f, depth)? {
            Some(path) => pieces.push(Piece::Packed(path)),
            None => return Err(Error::argument("'ctx' is empty: there is no path")),
        },
    }
    Ok(())
}

/// The number of the answer's type, one of `EXP_TYPE_*`.
fn answer(answer: Answer, f: &Fields<'_, '_>) -> Result<i64> {
    match answer {
        Answer::Is(kind) => Ok(kind),
        Answer::Changed(kind) => Ok(ctx::root(f)?.unwrap_or(kind)),
        Answer::Given => f.int_within("value_type", 0..=9),
        Answer::One | Answer::Several => selected(f, matches!(answer, Answer::Several)),
    }
}

fn selected(f: &Fields<'_, '_>, several: bool) -> Result<i64> {
    const BOOL: i64 = 1;
    const INT: i64 = 2;
    const LIST: i64 = 4;
    const MAP: i64 = 5;
    // It may stand where it does not matter.
    f.given("value_type")?;
    Ok(match f.int("return_type")? {
        0 => {
            return Err(Error::argument(
                "'return_type': what returns nothing has no place in an expression",
            ));
        }
        5 => INT,
        13 => BOOL,
        8 | 16 | 17 => MAP,
        _ if several => LIST,
        6 | 7 => f.int_within("value_type", 0..=9)?,
        _ => INT,
    })
}

/// The order and the flags of `map_policy`, if it is given. What an expression makes is no bin, so it has no index to keep.
fn map_numbers(f: &Fields<'_, '_>) -> Result<Option<(i64, i64)>> {
    match policy::map_numbers(f)? {
        Some((_, _, true)) => Err(Error::argument(
            "'map_policy': 'persist_index': an expression writes no bin, so there is no index to keep",
        )),
        numbers => Ok(numbers.map(|(order, flags, _)| (order, flags))),
    }
}
