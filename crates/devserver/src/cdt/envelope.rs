//! The outer form of an operation's payload.
//!
//! `[code, argument, …]`, with a context `[0xff, [step, …], [code, argument, …]]`, as a path operation
//! `[0xfe, [step, …], flags(, expression)]`. Arguments are kept as bytes until somebody knows what they are: values in an operation of
//! its own, expressions inside an expression.

use wire::msgpack::{MAX_DEPTH, Reader, decode};
use wire::{Error, ResultCode, Value};

use super::Result;
use super::context::{self, Context};

const WITH_CONTEXT: i64 = 0xff;
const PATH: i64 = 0xfe;

/// A payload, taken apart.
#[derive(Clone, Debug)]
pub enum Envelope<'a> {
    /// A list or map operation.
    Call(RawCall<'a>),
    /// A path operation.
    Path(PathCall<'a>),
}

/// A list or map operation with its arguments as they stand in the payload.
#[derive(Clone, Debug)]
pub struct RawCall<'a> {
    /// The way to the list or map; empty for the bin itself.
    pub context: Context<'a>,
    /// The operation.
    pub code: u8,
    /// Its arguments, one element of msgpack each.
    pub args: Vec<&'a [u8]>,
}

/// A list or map operation, ready to run.
#[derive(Clone, Debug)]
pub struct Call<'a> {
    /// The way to the list or map; empty for the bin itself.
    pub context: Context<'a>,
    /// The operation.
    pub code: u8,
    /// Its arguments.
    pub args: Vec<Value>,
}

/// A path operation.
#[derive(Clone, Debug)]
pub struct PathCall<'a> {
    /// The steps; never empty.
    pub context: Context<'a>,
    /// What becomes of the selected elements.
    pub mode: PathMode<'a>,
    /// Elements an expression or a step does not fit are left out instead of failing the operation.
    pub no_fail: bool,
}

/// What a path operation does with the elements it selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathMode<'a> {
    /// Answers the bin reduced to them.
    Tree,
    /// Answers a list of their values.
    Values,
    /// Answers a list of their keys.
    Keys,
    /// Answers a list of keys and values in turn.
    KeysAndValues,
    /// Replaces them by what the expression makes of them.
    Apply(&'a [u8]),
}

impl<'a> Envelope<'a> {
    /// Takes a payload apart.
    pub fn parse(payload: &'a [u8]) -> Result<Self> {
        let mut reader = Reader::new(payload);
        let envelope = Self::read(&mut reader)?;
        reader.finish().map_err(Error::result_code)?;
        Ok(envelope)
    }

    /// Takes the payload apart that a reader has come to.
    pub fn read(reader: &mut Reader<'a>) -> Result<Self> {
        let count = reader.array().map_err(Error::result_code)?;
        let code = reader.int().map_err(Error::result_code)?;
        match (code, count) {
            (WITH_CONTEXT, 3) => {
                let context = context::parse(reader)?;
                let count = reader.array().map_err(Error::result_code)?;
                let code = reader.int().map_err(Error::result_code)?;
                read_call(reader, context, code, count)
            }
            (PATH, 3 | 4) => read_path(reader, count == 4),
            _ => read_call(reader, Vec::new(), code, count),
        }
    }
}

fn read_call<'a>(
    reader: &mut Reader<'a>,
    context: Context<'a>,
    code: i64,
    count: usize,
) -> Result<Envelope<'a>> {
    let args = (1..count)
        .map(|_| reader.skip().map_err(Error::result_code))
        .collect::<Result<_>>()?;
    Ok(Envelope::Call(RawCall {
        context,
        code: u8::try_from(code).map_err(|_| ResultCode::Parameter)?,
        args,
    }))
}

fn read_path<'a>(reader: &mut Reader<'a>, has_expression: bool) -> Result<Envelope<'a>> {
    const NO_FAIL: i64 = 0x10;
    let context = context::parse(reader)?;
    let flags = reader.int().map_err(Error::result_code)?;
    let mode = match (flags & !NO_FAIL, has_expression) {
        (0, false) => PathMode::Tree,
        (1, false) => PathMode::Values,
        (2, false) => PathMode::Keys,
        (3, false) => PathMode::KeysAndValues,
        (4, true) => PathMode::Apply(reader.skip().map_err(Error::result_code)?),
        _ => return Err(ResultCode::Parameter),
    };
    Ok(Envelope::Path(PathCall {
        context,
        mode,
        no_fail: flags & NO_FAIL != 0,
    }))
}

impl<'a> RawCall<'a> {
    /// The call when its arguments are what they look like.
    pub fn literal(self) -> Result<Call<'a>> {
        let args = self
            .args
            .into_iter()
            .map(|bytes| decode(bytes).map_err(Error::result_code))
            .collect::<Result<_>>()?;
        Ok(Call {
            context: self.context,
            code: self.code,
            args,
        })
    }

    /// The call with arguments that were worked out elsewhere.
    #[must_use]
    pub fn with_args(self, args: Vec<Value>) -> Call<'a> {
        Call {
            context: self.context,
            code: self.code,
            args,
        }
    }
}

impl Call<'_> {
    /// An error if the arguments, put at the context's end, could nest deeper than values may.
    pub(super) fn limit_depth(&self) -> Result<()> {
        let deepest = self.args.iter().map(depth).max().unwrap_or(0);
        if self.context.len() + deepest >= MAX_DEPTH {
            Err(ResultCode::Parameter)
        } else {
            Ok(())
        }
    }
}

fn depth(value: &Value) -> usize {
    let inside = |deepest: Option<usize>| 1 + deepest.unwrap_or(0);
    match value {
        Value::List(list) => inside(list.items.iter().map(depth).max()),
        Value::Map(map) => inside(map.pairs().iter().map(|pair| depth(&pair.1)).max()),
        _ => 0,
    }
}
