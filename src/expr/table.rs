//! The operators: their names in the dicts, their codes on the wire and what they take.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::calls::{CALLS, Call};

/// An operator.
#[derive(Clone, Copy)]
pub(super) struct Operator {
    /// Its code, or for bins and keys the type it answers.
    pub(super) code: i64,
    pub(super) form: Form,
}

/// What an operator takes.
#[derive(Clone, Copy)]
pub(super) enum Form {
    /// `val`, or nothing.
    Literal(Literal),
    /// `name`, of a bin of a type.
    Bin,
    /// `name`, of a bin.
    BinExists,
    /// `name`, of a bin.
    BinType,
    /// `name`, of a variable.
    Variable,
    /// Nothing.
    Record,
    /// `exp_type`.
    Key,
    /// `modulo`.
    Modulo,
    /// Expressions in fields of their own.
    Named(&'static [&'static str]),
    /// Expressions in `exprs`, from so many to so many.
    Several(usize, usize),
    /// `regex`, `flags` and an expression in `bin`.
    Regex,
    /// Pairs of a test and a value, and a default.
    Conditions,
    /// `name` and `value`; only inside a let.
    Definition,
    /// Definitions and an expression.
    Let,
    /// `exp_type` and `part`, of the element a path has come to.
    LoopVariable,
    /// `base64`, an expression that was packed elsewhere.
    Packed,
    /// An operation on `bin`.
    Call(Call),
}

/// What a literal is made from.
#[derive(Clone, Copy)]
pub(super) enum Literal {
    Int,
    Float,
    Str,
    Bool,
    Blob,
    List,
    Map,
    Geo,
    Nil,
    Infinity,
    Wildcard,
}

const ANY: usize = usize::MAX;
const PAIR: Form = Form::Named(&["left", "right"]);

/// Field codes that several operators share.
pub(super) const NOT_EQUAL: i64 = 2;
pub(super) const KEY: i64 = 80;
pub(super) const BIN: i64 = 81;
pub(super) const BIN_TYPE: i64 = 82;
pub(super) const QUOTE: i64 = 126;

const OPERATORS: &[(&str, i64, Form)] = &[
    ("int_val", 0, Form::Literal(Literal::Int)),
    ("float_val", 0, Form::Literal(Literal::Float)),
    ("string_val", 0, Form::Literal(Literal::Str)),
    ("bool_val", 0, Form::Literal(Literal::Bool)),
    ("blob_val", 0, Form::Literal(Literal::Blob)),
    ("list_val", QUOTE, Form::Literal(Literal::List)),
    ("map_val", 0, Form::Literal(Literal::Map)),
    ("geo_val", 0, Form::Literal(Literal::Geo)),
    ("nil", 0, Form::Literal(Literal::Nil)),
    ("infinity", 0, Form::Literal(Literal::Infinity)),
    ("wildcard", 0, Form::Literal(Literal::Wildcard)),
    ("bool_bin", 1, Form::Bin),
    ("int_bin", 2, Form::Bin),
    ("string_bin", 3, Form::Bin),
    ("list_bin", 4, Form::Bin),
    ("map_bin", 5, Form::Bin),
    ("blob_bin", 6, Form::Bin),
    ("float_bin", 7, Form::Bin),
    ("geo_bin", 8, Form::Bin),
    ("hll_bin", 9, Form::Bin),
    ("bin_exists", NOT_EQUAL, Form::BinExists),
    ("bin_type", BIN_TYPE, Form::BinType),
    ("key", KEY, Form::Key),
    ("digest_modulo", 64, Form::Modulo),
    ("last_update", 66, Form::Record),
    ("since_update", 67, Form::Record),
    ("void_time", 68, Form::Record),
    ("ttl", 69, Form::Record),
    ("set_name", 70, Form::Record),
    ("key_exists", 71, Form::Record),
    ("is_tombstone", 72, Form::Record),
    ("record_size", 74, Form::Record),
    ("eq", 1, PAIR),
    ("ne", NOT_EQUAL, PAIR),
    ("gt", 3, PAIR),
    ("ge", 4, PAIR),
    ("lt", 5, PAIR),
    ("le", 6, PAIR),
    ("regex_compare", 7, Form::Regex),
    ("geo_compare", 8, PAIR),
    ("and", 16, Form::Several(1, ANY)),
    ("or", 17, Form::Several(1, ANY)),
    ("not", 18, Form::Named(&["expr"])),
    ("xor", 19, Form::Several(1, ANY)),
    ("num_add", 20, Form::Several(1, ANY)),
    ("num_sub", 21, Form::Several(1, ANY)),
    ("num_mul", 22, Form::Several(1, ANY)),
    ("num_div", 23, Form::Several(1, ANY)),
    ("num_pow", 24, Form::Several(2, 2)),
    ("num_log", 25, Form::Several(2, 2)),
    ("num_mod", 26, Form::Several(2, 2)),
    ("num_abs", 27, Form::Several(1, 1)),
    ("num_floor", 28, Form::Several(1, 1)),
    ("num_ceil", 29, Form::Several(1, 1)),
    ("to_int", 30, Form::Several(1, 1)),
    ("to_float", 31, Form::Several(1, 1)),
    ("int_and", 32, Form::Several(1, ANY)),
    ("int_or", 33, Form::Several(1, ANY)),
    ("int_xor", 34, Form::Several(1, ANY)),
    ("int_not", 35, Form::Several(1, 1)),
    ("int_lshift", 36, Form::Several(2, 2)),
    ("int_rshift", 37, Form::Several(2, 2)),
    ("int_arshift", 38, Form::Several(2, 2)),
    ("int_count", 39, Form::Several(1, 1)),
    ("int_lscan", 40, Form::Several(2, 2)),
    ("int_rscan", 41, Form::Several(2, 2)),
    ("min", 50, Form::Several(1, ANY)),
    ("max", 51, Form::Several(1, ANY)),
    ("cond", 123, Form::Conditions),
    ("var", 124, Form::Variable),
    ("def", 0, Form::Definition),
    ("let", 125, Form::Let),
    ("unknown", 0, Form::Record),
    ("device_size", 65, Form::Record),
    ("memory_size", 73, Form::Record),
    ("in_list", 9, Form::Named(&["val", "bin"])),
    ("remove_result", 100, Form::Record),
    ("map_keys", 101, Form::Named(&["bin"])),
    ("map_values", 102, Form::Named(&["bin"])),
    ("loop_var", 122, Form::LoopVariable),
    ("packed", 0, Form::Packed),
];

/// All operators.
fn operators() -> impl Iterator<Item = (&'static str, Operator)> {
    let calls = CALLS.iter().map(|&(name, call)| {
        let form = Form::Call(call);
        (name, Operator { code: 0, form })
    });
    OPERATORS
        .iter()
        .map(|&(name, code, form)| (name, Operator { code, form }))
        .chain(calls)
}

/// The operator of a name.
pub(super) fn find(name: &str) -> Option<Operator> {
    static TABLE: LazyLock<FxHashMap<&str, Operator>> = LazyLock::new(|| operators().collect());
    TABLE.get(name).copied()
}

/// All names, for suggestions.
pub(super) fn names() -> Vec<&'static str> {
    operators().map(|(name, _)| name).collect()
}
