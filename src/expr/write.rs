//! One expression after the other, depth first.

use aerospike_core::Value;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFloat};
use wire::msgpack;

use super::call::write_call;
use super::table::{self, BIN, BIN_TYPE, Form, Literal, QUOTE};
use crate::convert::fields::{self, Fields, items};
use crate::convert::operation::bin_name;
use crate::convert::pack;
use crate::convert::suggestion::suggestion;
use crate::convert::value::{self, numpy_scalar, repr, type_name};
use crate::error::{Error, Result};

/// How deep expressions may nest.
const DEEPEST: usize = 64;

/// What a dict must hold to be an expression.
const MARK: &str = "__expr__";

/// Appends an expression that stands `depth` levels below the outermost.
pub(super) fn write(out: &mut Vec<u8>, object: &Bound<'_, PyAny>, depth: usize) -> Result<()> {
    if depth > DEEPEST {
        return Err(Error::argument(format!(
            "the expression nests deeper than {DEEPEST} levels"
        )));
    }
    let (dict, name) = head(object)?;
    let fields = Fields::new(dict, &[MARK]);
    write_operator(out, &name, &fields, depth)
        .and_then(|()| {
            fields
                .finish()
                .map_err(|error| error.within(format!("'{name}'")))
        })
        .map_err(|error| {
            // The innermost tells enough; a path of 64 names would tell nothing.
            if depth == 0 {
                error.within("expression")
            } else {
                error
            }
        })
}

/// The dict and the name of its operator.
fn head<'a, 'py>(object: &'a Bound<'py, PyAny>) -> Result<(&'a Bound<'py, PyDict>, String)> {
    let dict = object.cast::<PyDict>().map_err(|_| {
        Error::argument(format!(
            "{} is a {}, not an expression: those are made by aerospike_py.exp",
            repr(object),
            type_name(object)
        ))
    })?;
    let name = dict.get_item(MARK)?.ok_or_else(|| {
        Error::argument(format!(
            "{} has no '{MARK}': expressions are made by aerospike_py.exp",
            repr(object)
        ))
    })?;
    Ok((
        dict,
        fields::text(&name).map_err(|error| error.within(format!("'{MARK}'")))?,
    ))
}

fn write_operator(
    out: &mut Vec<u8>,
    name: &str,
    fields: &Fields<'_, '_>,
    depth: usize,
) -> Result<()> {
    let operator = table::find(name).ok_or_else(|| {
        let known = table::names();
        Error::argument(format!(
            "'{name}' is not an expression operator; {}",
            suggestion(name, &known)
        ))
    })?;
    let code = operator.code;
    let here = |error: Error| error.within(format!("'{name}'"));
    match operator.form {
        Form::Literal(kind) => write_literal(out, kind, fields).map_err(here),
        Form::Bin => {
            begin(out, 3, BIN);
            msgpack::write_int(out, code);
            write_bin_name(out, fields).map_err(here)
        }
        Form::BinType => {
            begin(out, 2, code);
            write_bin_name(out, fields).map_err(here)
        }
        Form::BinExists => {
            // A bin exists if its type is not that of nothing.
            begin(out, 3, code);
            begin(out, 2, BIN_TYPE);
            write_bin_name(out, fields).map_err(here)?;
            msgpack::write_int(out, 0);
            Ok(())
        }
        Form::Variable => {
            begin(out, 2, code);
            write_variable_name(out, fields).map_err(here)
        }
        Form::Record => {
            begin(out, 1, code);
            Ok(())
        }
        Form::Key => {
            begin(out, 2, code);
            let kind = fields.int("exp_type").map_err(here)?;
            if !matches!(kind, 2 | 3 | 6) {
                return Err(here(Error::argument(format!(
                    "{kind} is not the type of a key: those are EXP_TYPE_INT, EXP_TYPE_STRING and EXP_TYPE_BLOB"
                ))));
            }
            msgpack::write_int(out, kind);
            Ok(())
        }
        Form::Modulo => {
            begin(out, 2, code);
            let range = 1..=i64::from(i32::MAX);
            msgpack::write_int(out, fields.int_within("modulo", range).map_err(here)?);
            Ok(())
        }
        Form::Named(names) => {
            begin(out, names.len() + 1, code);
            for operand in names {
                write(out, &fields.get(operand).map_err(here)?, depth + 1)?;
            }
            Ok(())
        }
        Form::Several(least, most) => {
            let operands = operands(fields).map_err(here)?;
            if !(least..=most).contains(&operands.len()) {
                return Err(here(wrong_count(operands.len(), least, most)));
            }
            begin(out, operands.len() + 1, code);
            write_all(out, &operands, depth)
        }
        Form::Conditions => {
            let operands = operands(fields).map_err(here)?;
            if operands.len() < 3 || operands.len() % 2 == 0 {
                return Err(here(Error::argument(format!(
                    "it takes pairs of a test and a value and then a default, an odd number of operands from 3 on, not {}",
                    operands.len()
                ))));
            }
            begin(out, operands.len() + 1, code);
            write_all(out, &operands, depth)
        }
        Form::Regex => {
            begin(out, 4, code);
            msgpack::write_int(out, fields.int_within("flags", 0..=15).map_err(here)?);
            msgpack::write_bytes(out, fields.text("regex").map_err(here)?.as_bytes());
            write(out, &fields.get("bin").map_err(here)?, depth + 1)
        }
        Form::Definition => Err(here(Error::argument(
            "a definition has its place in a let only",
        ))),
        Form::Let => write_let(out, &operands(fields).map_err(here)?, depth),
        Form::LoopVariable => {
            begin(out, 3, code);
            msgpack::write_int(out, fields.int_within("exp_type", 0..=9).map_err(here)?);
            msgpack::write_int(out, fields.int_within("part", 0..=2).map_err(here)?);
            Ok(())
        }
        Form::Packed => {
            out.extend(packed(&fields.text("base64").map_err(here)?).map_err(here)?);
            Ok(())
        }
        Form::Call(call) => write_call(out, call, fields, depth).map_err(here),
    }
}

/// The bytes of an expression as a text; they must be one whole element, or they would spill into what is around them.
fn packed(text: &str) -> Result<Vec<u8>> {
    let bytes = STANDARD
        .decode(text)
        .map_err(|error| Error::argument(format!("'base64': {error}")))?;
    let mut reader = msgpack::Reader::new(&bytes);
    if reader.skip().is_err() || !reader.is_empty() {
        return Err(Error::argument(
            "'base64': its bytes are not those of an expression",
        ));
    }
    Ok(bytes)
}

/// Appends `[125, name, value, …, expression]`.
fn write_let(out: &mut Vec<u8>, operands: &[Bound<'_, PyAny>], depth: usize) -> Result<()> {
    let Some((body, definitions)) = operands.split_last().filter(|(_, rest)| !rest.is_empty())
    else {
        return Err(Error::argument(format!(
            "'let': it takes definitions and then an expression, two operands at least, not {}",
            operands.len()
        )));
    };
    begin(out, 2 * definitions.len() + 2, 125);
    for definition in definitions {
        let (dict, name) = head(definition)?;
        if name != "def" {
            return Err(Error::argument(format!(
                "'let': all but its last operand are made by exp.def_, not '{name}'"
            )));
        }
        let fields = Fields::new(dict, &[MARK]);
        let here = |error: Error| error.within("'def'");
        write_variable_name(out, &fields).map_err(here)?;
        write(out, &fields.get("value").map_err(here)?, depth + 1)?;
        fields.finish().map_err(here)?;
    }
    write(out, body, depth + 1)
}

/// Appends the head of an expression of so many elements, its operator counted.
pub(super) fn begin(out: &mut Vec<u8>, elements: usize, code: i64) {
    msgpack::write_array_header(out, elements);
    msgpack::write_int(out, code);
}

fn write_all(out: &mut Vec<u8>, operands: &[Bound<'_, PyAny>], depth: usize) -> Result<()> {
    operands
        .iter()
        .try_for_each(|operand| write(out, operand, depth + 1))
}

fn write_bin_name(out: &mut Vec<u8>, fields: &Fields<'_, '_>) -> Result<()> {
    let name = fields.get("name")?;
    msgpack::write_bytes(out, bin_name(&name)?.as_bytes());
    Ok(())
}

fn write_variable_name(out: &mut Vec<u8>, fields: &Fields<'_, '_>) -> Result<()> {
    let name = fields.text("name")?;
    if name.is_empty() {
        return Err(Error::argument("a variable's name is empty"));
    }
    msgpack::write_bytes(out, name.as_bytes());
    Ok(())
}

fn operands<'py>(fields: &Fields<'_, 'py>) -> Result<Vec<Bound<'py, PyAny>>> {
    items(&fields.get("exprs")?).map_err(|error| error.within("'exprs'"))
}

fn wrong_count(count: usize, least: usize, most: usize) -> Error {
    let wanted = match (least, most) {
        (1, 1) => "1 operand".to_owned(),
        (least, usize::MAX) => format!("{least} operand or more"),
        (_, most) => format!("{most} operands"),
    };
    Error::argument(format!("it takes {wanted}, not {count}"))
}

fn write_literal(out: &mut Vec<u8>, kind: Literal, fields: &Fields<'_, '_>) -> Result<()> {
    let value = match kind {
        Literal::Nil => Value::Nil,
        Literal::Infinity => Value::Infinity,
        Literal::Wildcard => Value::Wildcard,
        Literal::Int => Value::Int(fields.int("val")?),
        Literal::Float => value::float(real(&fields.get("val")?)?),
        Literal::Str => Value::String(fields.text("val")?),
        Literal::Geo => Value::GeoJson(fields.text("val")?),
        Literal::Bool => Value::Bool(fields.flag("val")?),
        Literal::Blob | Literal::List | Literal::Map => {
            let given = fields.get("val")?;
            // Wildcards may stand in a list that others are compared with.
            let value = value::parse_argument(&given)?;
            let fits = matches!(
                (kind, &value),
                (Literal::Blob, Value::Blob(_))
                    | (Literal::List, Value::List(_))
                    | (Literal::Map, Value::OrderedMap(_) | Value::SortedMap(_))
            );
            if !fits {
                return Err(Error::argument(format!(
                    "'val': {} is a {}",
                    repr(&given),
                    type_name(&given)
                )));
            }
            value
        }
    };
    // A bare list would be read as an expression.
    if matches!(kind, Literal::List) {
        begin(out, 2, QUOTE);
    }
    pack::write(out, &value)
}

fn real(object: &Bound<'_, PyAny>) -> Result<f64> {
    if let Ok(number) = object.cast::<PyFloat>() {
        return Ok(number.value());
    }
    if let Some(item) = numpy_scalar(object)? {
        return real(&item);
    }
    fields::int(object)
        .map(|number| number as f64)
        .map_err(|_| {
            Error::argument(format!(
                "'val': {} is a {}, not a number",
                repr(object),
                type_name(object)
            ))
        })
}
