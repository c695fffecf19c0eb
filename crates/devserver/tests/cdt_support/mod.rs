//! Collection operations written as JSON: `[1, 5]` is the payload that appends 5.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing
)]

pub(crate) mod model;

use std::path::{Path, PathBuf};

use devserver::cdt::{self, Applied, Element, Evaluator, Modified, Result};
use serde_json::Value as Json;
use wire::{List, Map, MapOrder, ResultCode, Value, msgpack};

/// In JSON, the wildcard.
pub(crate) const ANY: &str = "<any>";
/// In JSON, infinity.
pub(crate) const INF: &str = "<inf>";

/// The value a JSON value stands for; keys of objects that are integers become integers.
pub(crate) fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Nil,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => number
            .as_i64()
            .map_or_else(|| Value::Float(number.as_f64().unwrap()), Value::Int),
        Json::String(text) if text == ANY => Value::Wildcard,
        Json::String(text) if text == INF => Value::Infinity,
        Json::String(text) => Value::string(text),
        Json::Array(items) => Value::list(items.iter().map(value).collect()),
        Json::Object(_) => map(json, MapOrder::Unordered),
    }
}

pub(crate) fn ordered(json: &Json) -> Value {
    List::sorted(json.as_array().unwrap().iter().map(value).collect()).into()
}

pub(crate) fn map(json: &Json, order: MapOrder) -> Value {
    let pairs = json.as_object().unwrap().iter().map(|(key, item)| {
        let key = key.parse().map_or_else(|_| Value::string(key), Value::Int);
        (key, value(item))
    });
    Map::from_pairs(order, pairs.collect()).unwrap().into()
}

pub(crate) fn payload(json: &Json) -> Vec<u8> {
    msgpack::encode(&value(json))
}

/// Runs a modifying operation.
pub(crate) fn modify(bin: Option<&Value>, op: &Json) -> Result<Modified> {
    cdt::modify(bin.cloned(), &payload(op), &Toy)
}

/// Runs a modifying operation on a bin that must be there afterwards: bin and answer.
pub(crate) fn run(bin: &Value, op: &Json) -> (Value, Option<Value>) {
    let done = modify(Some(bin), op).unwrap_or_else(|code| panic!("{op}: {code:?}"));
    (done.bin.unwrap(), done.reply)
}

/// The error of a modifying operation.
pub(crate) fn fails(bin: Option<&Value>, op: &Json) -> ResultCode {
    modify(bin, op).expect_err(&op.to_string())
}

/// Runs a reading operation that must answer.
pub(crate) fn get(bin: &Value, op: &Json) -> Value {
    cdt::read(Some(bin), &payload(op), &Toy)
        .unwrap_or_else(|code| panic!("{op}: {code:?}"))
        .unwrap()
}

/// The error of a reading operation.
pub(crate) fn get_fails(bin: &Value, op: &Json) -> ResultCode {
    cdt::read(Some(bin), &payload(op), &Toy).expect_err(&op.to_string())
}

/// Like `==`, and the same order flags all the way down.
pub(crate) fn same(a: &Value, b: &Value) -> bool {
    msgpack::encode(a) == msgpack::encode(b)
}

/// Asserts that two values are the same, flags included.
#[macro_export]
macro_rules! assert_same {
    ($a:expr, $b:expr $(,)?) => {
        match (&$a, &$b) {
            (a, b) => assert!(cdt_support::same(a, b), "{a:?}\n  is not\n{b:?}"),
        }
    };
}

/// Evaluates the few expressions the tests need: `[3, var, n]` is `var > n`, `[1, var, x]` equality, `[20, var, n]` a sum, `[100]`
/// removal; a `var` is `[122, type, part]`. A comparison or sum of anything but integers has no result.
pub(crate) struct Toy;

impl Toy {
    fn parts(expression: &[u8]) -> (i64, Vec<Value>) {
        let Value::List(list) = msgpack::decode(expression).unwrap() else {
            panic!("an expression is a list");
        };
        let mut items = list.items;
        (items.remove(0).as_int().unwrap(), items)
    }

    fn loop_variable(var: &Value, element: &Element<'_>) -> Value {
        let var = &var.as_list().unwrap().items;
        assert_eq!(var[0], Value::Int(122));
        match var[2].as_int().unwrap() {
            0 => element.key.cloned().unwrap_or(Value::Nil),
            1 => element.value.clone(),
            2 => Value::Int(element.index as i64),
            part => panic!("no part {part}"),
        }
    }
}

impl Evaluator for Toy {
    fn test(&self, expression: &[u8], element: &Element<'_>) -> Result<Option<bool>> {
        let (code, args) = Self::parts(expression);
        let var = Self::loop_variable(&args[0], element);
        Ok(match code {
            1 => Some(var == args[1]),
            3 => var.as_int().map(|var| var > args[1].as_int().unwrap()),
            _ => return Err(ResultCode::Parameter),
        })
    }

    fn apply(&self, expression: &[u8], element: &Element<'_>) -> Result<Applied> {
        let (code, args) = Self::parts(expression);
        Ok(match code {
            20 => match Self::loop_variable(&args[0], element).as_int() {
                Some(var) => Applied::Value(Value::Int(var + args[1].as_int().unwrap())),
                None => Applied::Unknown,
            },
            100 => Applied::Remove,
            _ => return Err(ResultCode::Parameter),
        })
    }
}

/// A file of the folder `shared` beside the repository, if it is there.
pub(crate) fn shared(name: &str) -> Option<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found = ["../../../shared", "../../../../shared"]
        .iter()
        .map(|folder| here.join(folder).join(name))
        .find(|path| path.exists());
    if found.is_none() {
        eprintln!("skipped: no {name} beside the repository");
    }
    found
}

pub(crate) fn hex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}
