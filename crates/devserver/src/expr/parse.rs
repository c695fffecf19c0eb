//! Building: from msgpack to a checked tree.

use std::collections::HashMap;

use wire::msgpack::{Reader, Token};
use wire::{ResultCode, Value};

use super::call::Call;
use super::kind::Kind;
use super::meta::{DigestModulo, Meta};
use super::node::{Comparison, Cond, Let, Node, Part, Place};
use super::number::Operator;
use super::regex::{Allowance, Regex};
use crate::geo::Shape;

/// The longest name of a bin.
const MAX_BIN_NAME: usize = 15;

/// A node and what it yields.
pub(super) type Typed = (Node, Kind);

/// Reads one expression. Its depth must have been checked: a builder recurses.
#[derive(Debug)]
pub(super) struct Builder<'a> {
    reader: Reader<'a>,
    /// Names and types of the definitions in scope.
    scope: Vec<(&'a [u8], Kind)>,
    /// Where in the scope a name is defined; the last place counts.
    places: HashMap<&'a [u8], Vec<usize>>,
    patterns: Allowance,
}

impl<'a> Builder<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self {
            reader: Reader::new(bytes),
            scope: Vec::new(),
            places: HashMap::new(),
            patterns: Allowance::default(),
        }
    }

    pub(super) fn finish(&self) -> Result<(), ResultCode> {
        self.reader.finish().map_err(wire::Error::result_code)
    }

    /// The next expression: an operation is a list, everything else stands for itself.
    pub(super) fn node(&mut self) -> Result<Typed, ResultCode> {
        if !matches!(self.peek()?, Token::Array(_)) {
            let value = self.value()?;
            let kind = Kind::of(&value);
            return Ok((Node::Literal(value), kind));
        }
        let count = self.array()?.checked_sub(1).ok_or(ResultCode::Parameter)?;
        let code = self.int()?;
        match code {
            0 => exactly(count, 0).map(|()| (Node::Unknown, Kind::Any)),
            7 => self.regex(count),
            8 => self.geo(count),
            9 => self.in_list(count),
            16 => self.bools(count, Node::And),
            17 => self.bools(count, Node::Or),
            18 => self.not(count),
            19 => self.bools(count, Node::Exclusive),
            64 => self.digest_modulo(count),
            80 => self.key(count),
            81 => self.bin(count),
            82 => self.bin_type(count),
            100 => exactly(count, 0).map(|()| (Node::Removed, Kind::Any)),
            101 => self.map_part(count, Node::MapKeys),
            102 => self.map_part(count, Node::MapValues),
            122 => self.loop_variable(count),
            123 => self.cond(count),
            124 => self.variable(count),
            125 => self.definitions(count),
            126 => self.quoted(count),
            127 => {
                exactly(count, 4)?;
                let (call, kind) = Call::build(self)?;
                Ok((Node::Call(Box::new(call)), kind))
            }
            _ => {
                if let Some(comparison) = Comparison::from_code(code) {
                    self.comparison(comparison, count)
                } else if let Some(operator) = Operator::from_code(code) {
                    self.number(operator, count)
                } else if let Some(meta) = Meta::from_code(code) {
                    exactly(count, 0).map(|()| (Node::Meta(meta), meta.kind()))
                } else {
                    Err(ResultCode::Parameter)
                }
            }
        }
    }

    /// An expression of a certain type.
    pub(super) fn node_of(&mut self, kind: Kind) -> Result<Node, ResultCode> {
        let (node, actual) = self.node()?;
        actual.expect(kind)?;
        Ok(node)
    }

    fn comparison(&mut self, comparison: Comparison, count: usize) -> Result<Typed, ResultCode> {
        exactly(count, 2)?;
        let (a, kind) = self.node()?;
        let (b, other) = self.node()?;
        match kind.unify(other)? {
            Kind::Geo | Kind::Hll => Err(ResultCode::Parameter),
            _ => Ok((Node::Compare(comparison, Box::new([a, b])), Kind::Bool)),
        }
    }

    fn regex(&mut self, count: usize) -> Result<Typed, ResultCode> {
        exactly(count, 3)?;
        let flags = self.int()?;
        let regex = Regex::new(flags, self.bytes()?, &mut self.patterns)?;
        let text = self.node_of(Kind::Str)?;
        Ok((Node::Matches(Box::new((regex, text))), Kind::Bool))
    }

    fn geo(&mut self, count: usize) -> Result<Typed, ResultCode> {
        exactly(count, 2)?;
        let pair = [self.place()?, self.place()?];
        Ok((Node::Meets(Box::new(pair)), Kind::Bool))
    }

    fn place(&mut self) -> Result<Place, ResultCode> {
        match self.node_of(Kind::Geo)? {
            Node::Literal(value) => {
                let text = value.as_bytes().ok_or(ResultCode::Parameter)?;
                let shape = Shape::parse(text).map_err(|_| ResultCode::Parameter)?;
                Ok(Place::Fixed(shape))
            }
            node => Ok(Place::Of(node)),
        }
    }

    fn in_list(&mut self, count: usize) -> Result<Typed, ResultCode> {
        exactly(count, 2)?;
        let pair = [self.node()?.0, self.node_of(Kind::List)?];
        Ok((Node::InList(Box::new(pair)), Kind::Bool))
    }

    fn bools(&mut self, count: usize, make: fn(Box<[Node]>) -> Node) -> Result<Typed, ResultCode> {
        if count == 0 {
            return Err(ResultCode::Parameter);
        }
        let nodes: Result<_, _> = (0..count).map(|_| self.node_of(Kind::Bool)).collect();
        Ok((make(nodes?), Kind::Bool))
    }

    fn not(&mut self, count: usize) -> Result<Typed, ResultCode> {
        exactly(count, 1)?;
        let node = self.node_of(Kind::Bool)?;
        Ok((Node::Not(Box::new(node)), Kind::Bool))
    }

    fn number(&mut self, operator: Operator, count: usize) -> Result<Typed, ResultCode> {
        let mut nodes = Vec::new();
        let mut kinds = Vec::new();
        for _ in 0..count {
            let (node, kind) = self.node()?;
            nodes.push(node);
            kinds.push(kind);
        }
        let kind = operator.check(&kinds)?;
        Ok((Node::Number(operator, nodes.into_boxed_slice()), kind))
    }

    fn digest_modulo(&mut self, count: usize) -> Result<Typed, ResultCode> {
        exactly(count, 1)?;
        let modulo = DigestModulo::new(self.int()?)?;
        Ok((Node::DigestModulo(modulo), Kind::Int))
    }

    fn key(&mut self, count: usize) -> Result<Typed, ResultCode> {
        exactly(count, 1)?;
        let kind = self.kind()?;
        match kind {
            Kind::Int | Kind::Str | Kind::Blob | Kind::Float => Ok((Node::Key(kind), kind)),
            _ => Err(ResultCode::Parameter),
        }
    }

    fn bin(&mut self, count: usize) -> Result<Typed, ResultCode> {
        exactly(count, 2)?;
        let kind = self.kind()?;
        if kind == Kind::Nil {
            return Err(ResultCode::Parameter);
        }
        Ok((Node::Bin(kind, self.bin_name()?), kind))
    }

    fn bin_type(&mut self, count: usize) -> Result<Typed, ResultCode> {
        exactly(count, 1)?;
        Ok((Node::BinType(self.bin_name()?), Kind::Int))
    }

    fn map_part(&mut self, count: usize, make: fn(Box<Node>) -> Node) -> Result<Typed, ResultCode> {
        exactly(count, 1)?;
        let map = self.node_of(Kind::Map)?;
        Ok((make(Box::new(map)), Kind::List))
    }

    fn loop_variable(&mut self, count: usize) -> Result<Typed, ResultCode> {
        exactly(count, 2)?;
        let kind = self.kind()?;
        let part = Part::from_int(self.int()?)?;
        Ok((Node::LoopVariable(kind, part), kind))
    }

    fn cond(&mut self, count: usize) -> Result<Typed, ResultCode> {
        if count < 3 || count.is_multiple_of(2) {
            return Err(ResultCode::Parameter);
        }
        let mut kind = Kind::Any;
        let mut cases = Vec::new();
        for _ in 0..count / 2 {
            let test = self.node_of(Kind::Bool)?;
            let (value, actual) = self.node()?;
            kind = kind.unify(actual)?;
            cases.push((test, value));
        }
        let (otherwise, actual) = self.node()?;
        let cond = Cond {
            cases: cases.into_boxed_slice(),
            otherwise,
        };
        Ok((Node::Cond(Box::new(cond)), kind.unify(actual)?))
    }

    fn variable(&mut self, count: usize) -> Result<Typed, ResultCode> {
        exactly(count, 1)?;
        let name = self.bytes()?;
        let place = self.places.get(name).and_then(|places| places.last());
        let place = *place.ok_or(ResultCode::Parameter)?;
        let kind = self.scope.get(place).map_or(Kind::Any, |(_, kind)| *kind);
        Ok((Node::Variable(place), kind))
    }

    fn definitions(&mut self, count: usize) -> Result<Typed, ResultCode> {
        if count < 3 || count.is_multiple_of(2) {
            return Err(ResultCode::Parameter);
        }
        let outer = self.scope.len();
        let mut definitions = Vec::new();
        for _ in 0..count / 2 {
            let name = self.bytes()?;
            let (node, kind) = self.node()?;
            self.places.entry(name).or_default().push(self.scope.len());
            self.scope.push((name, kind));
            definitions.push(node);
        }
        let (body, kind) = self.node()?;
        for (name, _) in self.scope.drain(outer..) {
            self.places.get_mut(name).and_then(Vec::pop);
        }
        let definitions = definitions.into_boxed_slice();
        Ok((Node::Let(Box::new(Let { definitions, body })), kind))
    }

    fn quoted(&mut self, count: usize) -> Result<Typed, ResultCode> {
        exactly(count, 1)?;
        match self.value()? {
            list @ Value::List(_) => Ok((Node::Literal(list), Kind::List)),
            _ => Err(ResultCode::Parameter),
        }
    }

    fn bin_name(&mut self) -> Result<Box<[u8]>, ResultCode> {
        let name = self.bytes()?;
        if name.len() > MAX_BIN_NAME {
            return Err(ResultCode::Parameter);
        }
        Ok(name.into())
    }

    pub(super) fn kind(&mut self) -> Result<Kind, ResultCode> {
        Kind::from_int(self.int()?)
    }

    pub(super) fn peek(&self) -> Result<Token<'a>, ResultCode> {
        self.reader.peek().map_err(wire::Error::result_code)
    }

    pub(super) fn int(&mut self) -> Result<i64, ResultCode> {
        self.reader.int().map_err(wire::Error::result_code)
    }

    pub(super) fn array(&mut self) -> Result<usize, ResultCode> {
        self.reader.array().map_err(wire::Error::result_code)
    }

    pub(super) fn bytes(&mut self) -> Result<&'a [u8], ResultCode> {
        self.reader.bytes().map_err(wire::Error::result_code)
    }

    /// The next element as a value. What is wrong with it is wrong with the expression.
    pub(super) fn value(&mut self) -> Result<Value, ResultCode> {
        self.reader.value().map_err(|_| ResultCode::Parameter)
    }

    /// Passes the next element and gives its bytes.
    pub(super) fn skip(&mut self) -> Result<&'a [u8], ResultCode> {
        self.reader.skip().map_err(wire::Error::result_code)
    }

    /// What has not been read.
    pub(super) const fn rest(&self) -> &'a [u8] {
        self.reader.rest()
    }
}

/// An error unless the number of arguments is right.
const fn exactly(count: usize, expected: usize) -> Result<(), ResultCode> {
    if count == expected {
        Ok(())
    } else {
        Err(ResultCode::Parameter)
    }
}
