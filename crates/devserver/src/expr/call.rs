//! Calls: operations on collections, bits and HLLs as part of an expression.

use std::borrow::Cow;

use wire::msgpack::{self, Token};
use wire::{ResultCode, Value};

use super::eval::Evaluation;
use super::kind::Kind;
use super::node::Node;
use super::parse::Builder;
use super::systems;

/// Added to a system's number if the operation modifies.
const MODIFY: i64 = 0x40;
/// In place of an operation's code: a context and an operation follow.
const CONTEXT: i64 = 0xff;
/// In place of an operation's code: a context and what to select follow.
const SELECT: i64 = 0xfe;

/// What an operation belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum System {
    /// Lists and maps.
    Collection,
    /// Bits of blobs.
    Bits,
    /// HLLs.
    Hll,
}

/// An operation on a value, and what its result must be.
#[derive(Debug)]
pub(super) struct Call {
    system: System,
    modifies: bool,
    kind: Kind,
    operation: Box<[Piece]>,
    on: Node,
}

/// A part of the operation's msgpack.
#[derive(Debug)]
enum Piece {
    Bytes(Box<[u8]>),
    /// An argument that depends on the record.
    Argument(Node),
}

impl Call {
    /// Reads what follows the code of a call: its type, its system, its operation and what that works on.
    pub(super) fn build(builder: &mut Builder<'_>) -> Result<(Self, Kind), ResultCode> {
        let kind = builder.kind()?;
        let system = builder.int()?;
        let modifies = system & MODIFY != 0;
        let system = match system & !MODIFY {
            0 => System::Collection,
            1 => System::Bits,
            2 => System::Hll,
            _ => return Err(ResultCode::Parameter),
        };
        let operation = operation(builder)?;
        let (on, actual) = builder.node()?;
        match system {
            System::Collection => match actual {
                Kind::List | Kind::Map | Kind::Any => {}
                _ => return Err(ResultCode::Parameter),
            },
            System::Bits => actual.expect(Kind::Blob)?,
            System::Hll => actual.expect(Kind::Hll)?,
        }
        let call = Self {
            system,
            modifies,
            kind,
            operation,
            on,
        };
        Ok((call, kind))
    }

    /// The result, if it has the type the expression says. What an operation refuses has no value.
    pub(super) fn evaluate<'a>(&'a self, evaluation: &mut Evaluation<'a>) -> Option<Value> {
        let on = evaluation.value(&self.on)?;
        let operation: Cow<'_, [u8]> = match &*self.operation {
            [Piece::Bytes(bytes)] => Cow::Borrowed(bytes),
            pieces => {
                let mut operation = Vec::new();
                for piece in pieces {
                    match piece {
                        Piece::Bytes(bytes) => operation.extend_from_slice(bytes),
                        Piece::Argument(node) => {
                            msgpack::write(&mut operation, evaluation.value(node)?.get());
                        }
                    }
                }
                Cow::Owned(operation)
            }
        };
        let elements = evaluation.elements();
        let result = if self.modifies {
            evaluation.pay_for(on.get())?;
            systems::modify(self.system, &operation, on.into_value(), &elements)
        } else {
            systems::read(self.system, &operation, on.get(), &elements)
        };
        let result = evaluation.made(result.ok()??)?;
        (Kind::of(&result) == self.kind).then_some(result)
    }
}

/// An operation as it would stand in an op, each argument an expression.
fn operation(builder: &mut Builder<'_>) -> Result<Box<[Piece]>, ResultCode> {
    let start = builder.rest();
    let mut pieces = Pieces::default();
    let mut count = builder
        .array()?
        .checked_sub(1)
        .ok_or(ResultCode::Parameter)?;
    let mut code = builder.int()?;
    if code == SELECT {
        // Its expressions are for the elements it meets, not for this record: they stay as they are.
        for _ in 0..count {
            builder.skip()?;
        }
        pieces.push_until(start, builder);
        return Ok(pieces.finish());
    }
    if code == CONTEXT {
        if count != 2 {
            return Err(ResultCode::Parameter);
        }
        builder.skip()?;
        count = builder
            .array()?
            .checked_sub(1)
            .ok_or(ResultCode::Parameter)?;
        code = builder.int()?;
    }
    if !(0..CONTEXT).contains(&code) {
        return Err(ResultCode::Parameter);
    }
    pieces.push_until(start, builder);
    for _ in 0..count {
        let start = builder.rest();
        if matches!(builder.peek()?, Token::Array(_)) {
            match builder.node()?.0 {
                Node::Literal(value) => pieces.bytes.extend(msgpack::encode(&value)),
                node => pieces.push_argument(node),
            }
        } else {
            builder.value()?;
            pieces.push_until(start, builder);
        }
    }
    Ok(pieces.finish())
}

#[derive(Default)]
struct Pieces {
    done: Vec<Piece>,
    bytes: Vec<u8>,
}

impl Pieces {
    /// Appends what the builder has read since `start`.
    fn push_until(&mut self, start: &[u8], builder: &Builder<'_>) {
        let read = start.len() - builder.rest().len();
        self.bytes.extend(start.get(..read).unwrap_or_default());
    }

    fn push_argument(&mut self, node: Node) {
        self.flush();
        self.done.push(Piece::Argument(node));
    }

    fn flush(&mut self) {
        if !self.bytes.is_empty() {
            let bytes = std::mem::take(&mut self.bytes);
            self.done.push(Piece::Bytes(bytes.into_boxed_slice()));
        }
    }

    fn finish(mut self) -> Box<[Piece]> {
        self.flush();
        self.done.into_boxed_slice()
    }
}
