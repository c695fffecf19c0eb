//! Operations on lists, maps, bits, HyperLogLogs and paths inside expressions: their codes and what they take.

/// An operation that an expression calls on a value.
#[derive(Clone, Copy)]
pub(super) struct Call {
    /// What it belongs to, with [`MODIFY`] if it answers a changed value.
    pub(super) system: i64,
    pub(super) code: i64,
    pub(super) answer: Answer,
    pub(super) arguments: &'static [Argument],
}

/// The type of the answer.
#[derive(Clone, Copy)]
pub(super) enum Answer {
    Is(i64),
    /// What `bin` is, or if there is a context, what its first step enters.
    Changed(i64),
    /// What `return_type` makes of several elements.
    Several,
    /// What `return_type` makes of one element, whose own type is `value_type`.
    One,
    /// `value_type`.
    Given,
}

/// What is written behind the code.
#[derive(Clone, Copy)]
pub(super) enum Argument {
    /// An expression.
    Expression(&'static str),
    /// An expression at the end that may be left out.
    Optional(&'static str),
    /// An expression, or this number.
    Defaulted(&'static str, i64),
    /// A number from 0 to `most`, added to `base`.
    Flags {
        name: &'static str,
        base: i64,
        most: i64,
    },
    /// 1 or 0.
    Flag(&'static str),
    /// `return_type` and `inverted`, of a list.
    ListReturn,
    /// `return_type` and `inverted`, of a map.
    MapReturn,
    /// What is removed is not returned, but may be `inverted`.
    Removed,
    /// What is removed is not returned.
    RemovedOne,
    /// `list_policy` with its order.
    ListPolicy,
    /// `list_policy` without its order.
    ListFlags,
    /// `map_policy`.
    MapPolicy,
    /// `map_policy` without its flags.
    MapOrder,
    /// `bit_policy`.
    BitPolicy,
    /// `hll_policy`.
    HllPolicy,
    /// `signed` and `action`.
    Arithmetic,
    /// The steps of `ctx`.
    Path,
}

use Answer::{Changed, Given, Is, One, Several};
use Argument::{
    Arithmetic, BitPolicy, Defaulted, Expression, Flag, Flags, HllPolicy, ListFlags, ListPolicy,
    ListReturn, MapOrder, MapPolicy, MapReturn, Optional, Path, Removed, RemovedOne,
};

/// Added to a system's number if the operation changes the value.
pub(super) const MODIFY: i64 = 0x40;
/// In place of the code of an operation on what a path leads to.
pub(super) const PATH: i64 = 0xfe;
/// What belongs to no context.
pub(super) const CDT: i64 = 0;
const BITS: i64 = 1;
const HLL: i64 = 2;

// Types of answers.
const INT: i64 = 2;
const LIST: i64 = 4;
const MAP: i64 = 5;
const BLOB: i64 = 6;
const FLOAT: i64 = 7;
const SKETCH: i64 = 9;

const INDEX: Argument = Expression("index");
const RANK: Argument = Expression("rank");
const VALUE: Argument = Expression("val");
const KEY: Argument = Expression("map_key");
const END: Argument = Optional("val_end");
const COUNT: Argument = Optional("count");
const OFFSET: Argument = Expression("bit_offset");
const SIZE: Argument = Expression("bit_size");
const BYTES: Argument = Expression("byte_size");
const BYTE_OFFSET: Argument = Expression("byte_offset");
const INDEX_BITS: Argument = Defaulted("index_bit_count", -1);
const MINHASH_BITS: Argument = Defaulted("minhash_bit_count", -1);

/// An operation that reads.
const fn read(system: i64, code: i64, answer: Answer, arguments: &'static [Argument]) -> Call {
    Call {
        system,
        code,
        answer,
        arguments,
    }
}

/// An operation that answers a changed value of the type `kind`.
const fn change(system: i64, code: i64, kind: i64, arguments: &'static [Argument]) -> Call {
    read(system | MODIFY, code, Changed(kind), arguments)
}

/// The operations.
#[rustfmt::skip]
pub(super) const CALLS: &[(&str, Call)] = &[
    ("list_append", change(CDT, 1, LIST, &[VALUE, ListPolicy])),
    ("list_append_items", change(CDT, 2, LIST, &[VALUE, ListPolicy])),
    ("list_insert", change(CDT, 3, LIST, &[INDEX, VALUE, ListFlags])),
    ("list_insert_items", change(CDT, 4, LIST, &[INDEX, VALUE, ListFlags])),
    ("list_set", change(CDT, 9, LIST, &[INDEX, VALUE, ListFlags])),
    ("list_clear", change(CDT, 11, LIST, &[])),
    ("list_increment", change(CDT, 12, LIST, &[INDEX, VALUE, ListPolicy])),
    ("list_sort", change(CDT, 13, LIST, &[Flags { name: "sort_flags", base: 0, most: 3 }])),
    ("list_size", read(CDT, 16, Is(INT), &[])),
    ("list_get_by_index", read(CDT, 19, One, &[ListReturn, INDEX])),
    ("list_get_by_rank", read(CDT, 21, One, &[ListReturn, RANK])),
    ("list_get_by_value", read(CDT, 22, Several, &[ListReturn, VALUE])),
    ("list_get_by_value_list", read(CDT, 23, Several, &[ListReturn, VALUE])),
    ("list_get_by_index_range", read(CDT, 24, Several, &[ListReturn, INDEX, COUNT])),
    ("list_get_by_value_range", read(CDT, 25, Several, &[ListReturn, VALUE, END])),
    ("list_get_by_rank_range", read(CDT, 26, Several, &[ListReturn, RANK, COUNT])),
    ("list_get_by_value_rank_range_relative", read(CDT, 27, Several, &[ListReturn, VALUE, RANK, COUNT])),
    ("list_remove_by_index", change(CDT, 32, LIST, &[RemovedOne, INDEX])),
    ("list_remove_by_rank", change(CDT, 34, LIST, &[RemovedOne, RANK])),
    ("list_remove_by_value", change(CDT, 35, LIST, &[Removed, VALUE])),
    ("list_remove_by_value_list", change(CDT, 36, LIST, &[Removed, VALUE])),
    ("list_remove_by_index_range", change(CDT, 37, LIST, &[Removed, INDEX, COUNT])),
    ("list_remove_by_value_range", change(CDT, 38, LIST, &[Removed, VALUE, END])),
    ("list_remove_by_rank_range", change(CDT, 39, LIST, &[Removed, RANK, COUNT])),
    ("list_remove_by_value_rank_range_relative", change(CDT, 40, LIST, &[Removed, VALUE, RANK, COUNT])),
    ("map_put", change(CDT, 67, MAP, &[KEY, VALUE, MapPolicy])),
    ("map_put_items", change(CDT, 68, MAP, &[VALUE, MapPolicy])),
    ("map_increment", change(CDT, 73, MAP, &[KEY, VALUE, MapOrder])),
    ("map_clear", change(CDT, 75, MAP, &[])),
    ("map_remove_by_key", change(CDT, 76, MAP, &[RemovedOne, KEY])),
    ("map_remove_by_index", change(CDT, 77, MAP, &[RemovedOne, INDEX])),
    ("map_remove_by_rank", change(CDT, 79, MAP, &[RemovedOne, RANK])),
    ("map_remove_by_key_list", change(CDT, 81, MAP, &[Removed, VALUE])),
    ("map_remove_by_value", change(CDT, 82, MAP, &[Removed, VALUE])),
    ("map_remove_by_value_list", change(CDT, 83, MAP, &[Removed, VALUE])),
    ("map_remove_by_key_range", change(CDT, 84, MAP, &[Removed, VALUE, END])),
    ("map_remove_by_index_range", change(CDT, 85, MAP, &[Removed, INDEX, COUNT])),
    ("map_remove_by_value_range", change(CDT, 86, MAP, &[Removed, VALUE, END])),
    ("map_remove_by_rank_range", change(CDT, 87, MAP, &[Removed, RANK, COUNT])),
    ("map_remove_by_key_index_range_relative", change(CDT, 88, MAP, &[Removed, KEY, INDEX, COUNT])),
    ("map_remove_by_value_rank_range_relative", change(CDT, 89, MAP, &[Removed, VALUE, RANK, COUNT])),
    ("map_size", read(CDT, 96, Is(INT), &[])),
    ("map_get_by_key", read(CDT, 97, One, &[MapReturn, KEY])),
    ("map_get_by_index", read(CDT, 98, One, &[MapReturn, INDEX])),
    ("map_get_by_rank", read(CDT, 100, One, &[MapReturn, RANK])),
    ("map_get_by_value", read(CDT, 102, Several, &[MapReturn, VALUE])),
    ("map_get_by_key_range", read(CDT, 103, Several, &[MapReturn, VALUE, END])),
    ("map_get_by_index_range", read(CDT, 104, Several, &[MapReturn, INDEX, COUNT])),
    ("map_get_by_value_range", read(CDT, 105, Several, &[MapReturn, VALUE, END])),
    ("map_get_by_rank_range", read(CDT, 106, Several, &[MapReturn, RANK, COUNT])),
    ("map_get_by_key_list", read(CDT, 107, Several, &[MapReturn, VALUE])),
    ("map_get_by_value_list", read(CDT, 108, Several, &[MapReturn, VALUE])),
    ("map_get_by_key_index_range_relative", read(CDT, 109, Several, &[MapReturn, KEY, INDEX, COUNT])),
    ("map_get_by_value_rank_range_relative", read(CDT, 110, Several, &[MapReturn, VALUE, RANK, COUNT])),
    ("select_by_path", read(CDT, PATH, Given, &[Path, Flags { name: "flags", base: 0, most: 31 }])),
    ("modify_by_path", read(CDT | MODIFY, PATH, Given, &[Path, Flags { name: "flags", base: 4, most: 16 }, Expression("expression")])),
    ("bit_resize", change(BITS, 0, BLOB, &[BYTES, BitPolicy, Flags { name: "resize_flags", base: 0, most: 7 }])),
    ("bit_insert", change(BITS, 1, BLOB, &[BYTE_OFFSET, VALUE, BitPolicy])),
    ("bit_remove", change(BITS, 2, BLOB, &[BYTE_OFFSET, BYTES, BitPolicy])),
    ("bit_set", change(BITS, 3, BLOB, &[OFFSET, SIZE, VALUE, BitPolicy])),
    ("bit_or", change(BITS, 4, BLOB, &[OFFSET, SIZE, VALUE, BitPolicy])),
    ("bit_xor", change(BITS, 5, BLOB, &[OFFSET, SIZE, VALUE, BitPolicy])),
    ("bit_and", change(BITS, 6, BLOB, &[OFFSET, SIZE, VALUE, BitPolicy])),
    ("bit_not", change(BITS, 7, BLOB, &[OFFSET, SIZE, BitPolicy])),
    ("bit_lshift", change(BITS, 8, BLOB, &[OFFSET, SIZE, Expression("shift"), BitPolicy])),
    ("bit_rshift", change(BITS, 9, BLOB, &[OFFSET, SIZE, Expression("shift"), BitPolicy])),
    ("bit_add", change(BITS, 10, BLOB, &[OFFSET, SIZE, VALUE, BitPolicy, Arithmetic])),
    ("bit_subtract", change(BITS, 11, BLOB, &[OFFSET, SIZE, VALUE, BitPolicy, Arithmetic])),
    ("bit_set_int", change(BITS, 12, BLOB, &[OFFSET, SIZE, VALUE, BitPolicy])),
    ("bit_get", read(BITS, 50, Is(BLOB), &[OFFSET, SIZE])),
    ("bit_count", read(BITS, 51, Is(INT), &[OFFSET, SIZE])),
    ("bit_lscan", read(BITS, 52, Is(INT), &[OFFSET, SIZE, VALUE])),
    ("bit_rscan", read(BITS, 53, Is(INT), &[OFFSET, SIZE, VALUE])),
    ("bit_get_int", read(BITS, 54, Is(INT), &[OFFSET, SIZE, Flag("signed")])),
    ("hll_init", change(HLL, 0, SKETCH, &[INDEX_BITS, MINHASH_BITS, HllPolicy])),
    ("hll_add", change(HLL, 1, SKETCH, &[VALUE, INDEX_BITS, MINHASH_BITS, HllPolicy])),
    ("hll_get_count", read(HLL, 50, Is(INT), &[])),
    ("hll_get_union", read(HLL, 51, Is(SKETCH), &[VALUE])),
    ("hll_get_union_count", read(HLL, 52, Is(INT), &[VALUE])),
    ("hll_get_intersect_count", read(HLL, 53, Is(INT), &[VALUE])),
    ("hll_get_similarity", read(HLL, 54, Is(FLOAT), &[VALUE])),
    ("hll_describe", read(HLL, 55, Is(LIST), &[])),
    ("hll_may_contain", read(HLL, 56, Is(INT), &[VALUE])),
];
