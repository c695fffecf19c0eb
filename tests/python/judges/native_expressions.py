"""Run in an interpreter of its own by `test_native`: expressions, built by `aerospike-native` and by the official client. Both must read the same
values, the expected ones, and filter every kind of request.
"""

from __future__ import annotations

import aerospike
import aerospike_native as native
from aerospike_helpers import expressions as e
from aerospike_helpers.operations import expression_operations
from native_both import Both, plain

E = native.FilterExpression
A, F, S, L, M, B, H = E.int_bin("a"), E.float_bin("f"), E.string_bin("s"), E.list_bin("l"), E.map_bin("m"), E.blob_bin("z"), E.hll_bin("h")
IA, IF, IS = e.IntBin("a"), e.FloatBin("f"), e.StrBin("s")
N = E.int_val
VALUES, KEYS, COUNTS = native.ListReturnType.VALUE, native.MapReturnType.KEY, native.ListReturnType.COUNT
SKETCH = bytes([0, 4, 0]) + bytes(8) + bytes(12)
RECORD = {"a": 6, "f": 2.5, "s": "abc", "t": True, "l": [5, 1, 3], "m": {"x": 1, "y": 2}, "z": b"\x0f\xf0"}
PLACE = '{"type":"Point","coordinates":[1,2]}'
AROUND = '{"type":"AeroCircle","coordinates":[[1,2],1000]}'
#: Constants of the flags of a regular expression are sent as they are: bits of POSIX's `regcomp`, not of each client.
EXTENDED, ICASE = 1, 2
ANY = native.ExpType

#: Name, the expression of each client, and its value on `RECORD`.
READS = [
    ("int bin", A, IA, 6),
    ("float bin", F, IF, 2.5),
    ("string bin", S, IS, "abc"),
    ("bool bin", E.bool_bin("t"), e.BoolBin("t"), True),
    ("list bin", L, e.ListBin("l"), [5, 1, 3]),
    ("map bin", M, e.MapBin("m"), {"x": 1, "y": 2}),
    ("blob bin", B, e.BlobBin("z"), b"\x0f\xf0"),
    ("bin type", E.bin_type("s"), e.BinType("s"), 3),
    ("bin exists", E.bin_exists("nothing"), e.BinExists("nothing"), False),
    ("set name", E.eq(E.set_name(), E.string_val("")), e.Eq(e.SetName(), ""), False),
    ("key exists", E.key_exists(), e.KeyExists(), False),
    ("tombstone", E.is_tombstone(), e.IsTombstone(), False),
    ("ttl", E.ttl(), e.TTL(), -1),
    ("void time", E.void_time(), e.VoidTime(), -1),
    ("record size", E.gt(E.record_size(), N(20)), e.GT(e.RecordSize(), 20), True),
    ("since update", E.lt(E.since_update(), N(60_000)), e.LT(e.SinceUpdateTime(), 60_000), True),
    ("last update", E.gt(E.last_update(), N(10**18)), e.GT(e.LastUpdateTime(), 10**18), True),
    ("digest", E.lt(E.digest_modulo(3), N(3)), e.LT(e.DigestMod(3), 3), True),
    ("eq", E.eq(A, N(6)), e.Eq(IA, 6), True),
    ("ne", E.ne(A, N(6)), e.NE(IA, 6), False),
    ("gt", E.gt(A, N(6)), e.GT(IA, 6), False),
    ("ge", E.ge(A, N(6)), e.GE(IA, 6), True),
    ("lt", E.lt(A, N(6)), e.LT(IA, 6), False),
    ("le", E.le(A, N(6)), e.LE(IA, 6), True),
    ("and", E.and_([E.eq(A, N(6)), E.eq(S, E.string_val("x"))]), e.And(e.Eq(IA, 6), e.Eq(IS, "x")), False),
    ("or", E.or_([E.eq(A, N(6)), E.eq(S, E.string_val("x"))]), e.Or(e.Eq(IA, 6), e.Eq(IS, "x")), True),
    ("not", E.not_(E.eq(A, N(6))), e.Not(e.Eq(IA, 6)), False),
    ("exclusive", E.exclusive([E.eq(A, N(6)), E.eq(A, N(7))]), e.Exclusive(e.Eq(IA, 6), e.Eq(IA, 7)), True),
    ("add", E.num_add([A, N(1), N(2)]), e.Add(IA, 1, 2), 9),
    ("sub", E.num_sub([A, N(1)]), e.Sub(IA, 1), 5),
    ("mul", E.num_mul([A, N(7)]), e.Mul(IA, 7), 42),
    ("div", E.num_div([A, N(4)]), e.Div(IA, 4), 1),
    ("div by zero", E.num_div([A, N(0)]), e.Div(IA, 0), ("code", 26)),
    ("pow", E.num_pow(F, E.float_val(2.0)), e.Pow(IF, 2.0), 6.25),
    ("log", E.num_log(E.float_val(8.0), E.float_val(2.0)), e.Log(8.0, 2.0), 3.0),
    ("mod", E.num_mod(A, N(4)), e.Mod(IA, 4), 2),
    ("abs", E.num_abs(E.num_sub([A, N(9)])), e.Abs(e.Sub(IA, 9)), 3),
    ("floor", E.num_floor(F), e.Floor(IF), 2.0),
    ("ceil", E.num_ceil(F), e.Ceil(IF), 3.0),
    ("to int", E.to_int(F), e.ToInt(IF), 2),
    ("to float", E.to_float(A), e.ToFloat(IA), 6.0),
    ("min", E.min([A, N(2)]), e.Min(IA, 2), 2),
    ("max", E.max([A, N(9)]), e.Max(IA, 9), 9),
    ("int and", E.int_and([A, N(3)]), e.IntAnd(IA, 3), 2),
    ("int or", E.int_or([A, N(1)]), e.IntOr(IA, 1), 7),
    ("int xor", E.int_xor([A, N(3)]), e.IntXOr(IA, 3), 5),
    ("int not", E.int_not(A), e.IntNot(IA), -7),
    ("lshift", E.int_lshift(A, N(2)), e.IntLeftShift(IA, 2), 24),
    ("rshift", E.int_rshift(A, N(1)), e.IntRightShift(IA, 1), 3),
    ("arshift", E.int_arshift(N(-8), N(1)), e.IntArithmeticRightShift(-8, 1), -4),
    ("count", E.int_count(A), e.IntCount(IA), 2),
    ("lscan", E.int_lscan(A, E.bool_val(True)), e.IntLeftScan(IA, True), 61),
    ("rscan", E.int_rscan(A, E.bool_val(True)), e.IntRightScan(IA, True), 62),
    ("regex", E.regex_compare("^AB.$", ICASE, S), e.CmpRegex(ICASE, "^AB.$", IS), True),
    ("regex of case", E.regex_compare("^AB.$", 0, S), e.CmpRegex(0, "^AB.$", IS), False),
    ("basic regex", E.regex_compare("ab+", 0, S), e.CmpRegex(0, "ab+", IS), False),
    ("extended regex", E.regex_compare("ab+c|x", EXTENDED, S), e.CmpRegex(EXTENDED, "ab+c|x", IS), True),
    ("geo", E.geo_compare(E.geo_val(PLACE), E.geo_val(AROUND)), e.CmpGeo(aerospike.GeoJSON(PLACE), aerospike.GeoJSON(AROUND)), True),
    (
        "cond",
        E.cond([E.gt(A, N(9)), E.string_val("big"), E.gt(A, N(3)), E.string_val("middle"), E.string_val("small")]),
        e.Cond(e.GT(IA, 9), "big", e.GT(IA, 3), "middle", "small"),
        "middle",
    ),
    (
        "let",
        E.exp_let([E.def_("x", E.num_add([A, N(1)])), E.num_mul([E.var("x"), E.var("x")])]),
        e.Let(e.Def("x", e.Add(IA, 1)), e.Mul(e.Var("x"), e.Var("x"))),
        49,
    ),
    ("in list", E.in_list(N(5), L), e.InList(5, e.ListBin("l")), True),
    ("map keys", E.map_keys(M), e.MapGetKeys(e.MapBin("m")), ["x", "y"]),
    ("map values", E.map_values(M), e.MapGetValues(e.MapBin("m")), [1, 2]),
    ("unknown", E.unknown(), e.Unknown(), ("code", 26)),
    # Calls of operations.
    ("list size", E.list_size(L, []), e.ListSize(None, "l"), 3),
    ("list by index", E.list_get_by_index(VALUES, ANY.INT, N(-1), L, []), e.ListGetByIndex(None, 7, 2, -1, "l"), 3),
    ("list by rank", E.list_get_by_rank(VALUES, ANY.INT, N(0), L, []), e.ListGetByRank(None, 7, 2, 0, "l"), 1),
    ("list by value", E.list_get_by_value(COUNTS, N(5), L, []), e.ListGetByValue(None, 5, 5, "l"), 1),
    ("list by range", E.list_get_by_value_range(VALUES, N(1), N(4), L, []), e.ListGetByValueRange(None, 7, 1, 4, "l"), [1, 3]),
    (
        "inverted",
        E.list_get_by_value_range(VALUES | native.ListReturnType.INVERTED, N(1), N(4), L, []),
        e.ListGetByValueRange(None, 7, 1, 4, "l", inverted=True),
        [5],
    ),
    ("list append", E.list_append(native.ListPolicy(), N(4), L, []), e.ListAppend(None, None, 4, "l"), [5, 1, 3, 4]),
    ("list sort", E.list_sort(native.ListSortFlags.DEFAULT, L, []), e.ListSort(None, 0, "l"), [1, 3, 5]),
    ("list remove", E.list_remove_by_index(native.ListReturnType.NONE, N(0), L, []), e.ListRemoveByIndex(None, 0, "l"), [1, 3]),
    ("map size", E.map_size(M, []), e.MapSize(None, "m"), 2),
    (
        "map by key",
        E.map_get_by_key(native.MapReturnType.VALUE, ANY.INT, E.string_val("y"), M, []),
        e.MapGetByKey(None, 7, 2, "y", "m"),
        2,
    ),
    ("map keys by value", E.map_get_by_value(KEYS, N(2), M, []), e.MapGetByValue(None, 6, 2, "m"), ["y"]),
    (
        "map put",
        E.map_put(native.MapPolicy(), E.string_val("z"), N(3), M, []),
        e.MapPut(None, None, "z", 3, "m"),
        {"x": 1, "y": 2, "z": 3},
    ),
    (
        "map remove",
        E.map_remove_by_key(native.MapReturnType.NONE, E.string_val("x"), M, []),
        e.MapRemoveByKey(None, "x", "m"),
        {"y": 2},
    ),
    ("bit count", E.bit_count(N(0), N(16), B), e.BitCount(0, 16, "z"), 8),
    ("bit get", E.bit_get(N(4), N(8), B), e.BitGet(4, 8, "z"), b"\xff"),
    ("bit not", E.bit_not(native.BitPolicy(), N(0), N(16), B), e.BitNot(None, 0, 16, "z"), b"\xf0\x0f"),
    ("hll count", E.hll_get_count(H), e.HLLGetCount("h"), 3),
    ("hll describe", E.hll_describe(H), e.HLLDescribe("h"), [8, 0]),
    ("hll contains", E.hll_may_contain(E.list_val([1, 2]), H), e.HLLMayContain([1, 2], "h"), 1),
]


def fill(both):
    both.official.put(both.its_key("k"), RECORD)
    both.native.operate_blocking(both.key("k"), [native.HllOperation.add("h", [1, 2, 3], 8, -1)])


def check_reads(both):
    """Each is read in an operation of each client, and filters where it is true or false."""
    fill(both)
    for name, mine, official, expected in READS:
        told = both.mine(
            lambda mine=mine: plain(both.native.operate_blocking(both.key("k"), [native.ExpOperation.read("r", mine)]).bins["r"])
        )
        compiled = official.compile()
        its_told = both.its(
            lambda compiled=compiled: plain(
                both.official.operate(both.its_key("k"), [expression_operations.expression_read("r", compiled)])[2]["r"]
            )
        )
        assert told == its_told == expected, (name, told, its_told)
        if isinstance(expected, bool):
            filtered = 0 if expected else ("code", 27)
            assert both.mine(lambda mine=mine: both.native.get_blocking(both.key("k"), filter_expression=mine) and 0) == filtered, name
            assert both.its(lambda c=compiled: both.official.get(both.its_key("k"), {"expressions": c}) and 0) == filtered, name


CREATE, UPDATE, DELETE, QUIET, UNKNOWN = (
    aerospike.EXP_WRITE_CREATE_ONLY,
    aerospike.EXP_WRITE_UPDATE_ONLY,
    aerospike.EXP_WRITE_ALLOW_DELETE,
    aerospike.EXP_WRITE_POLICY_NO_FAIL,
    aerospike.EXP_WRITE_EVAL_NO_FAIL,
)
MORE = (E.num_add([E.int_bin("b"), N(1)]), e.Add(e.IntBin("b"), 1))

#: What is written into a bin that holds 5, the flags, and what the bin holds then, or the code.
WRITES = [
    (MORE, 0, 6),
    (MORE, UPDATE, 6),
    (MORE, CREATE, ("code", 6)),
    (MORE, CREATE | QUIET, 5),
    ((E.nil(), e.Val(None)), 0, ("code", 26)),
    ((E.nil(), e.Val(None)), DELETE, None),
    ((E.unknown(), e.Unknown()), 0, ("code", 26)),
    ((E.unknown(), e.Unknown()), UNKNOWN, 5),
]


def check_writes(both):
    """What expressions write, by their flags."""
    for (mine, official), flags, expected in WRITES:
        operation = native.ExpOperation.write("b", mine, flags)
        compiled = expression_operations.expression_write("b", official.compile(), flags)
        both.prepare("mine", 5)
        both.prepare("its", 5)
        told = both.mine(lambda operation=operation: both.native.operate_blocking(both.key("mine"), [operation]) and 0)
        its_told = both.its(lambda compiled=compiled: both.official.operate(both.its_key("its"), [compiled]) and 0)
        code, left = (expected, 5) if isinstance(expected, tuple) else (0, expected)
        assert told == its_told == code, (flags, told, its_told)
        assert both.left("mine") == both.left("its") == left, flags


def check_filters(both):
    """Reads, writes, deletes, batches, queries and functions go by a filter."""
    fill(both)
    key, its_key = both.key("k"), both.its_key("k")
    mine, official = E.eq(A, N(7)), e.Eq(IA, 7).compile()
    write = native.WritePolicy()
    write.filter_expression = mine
    its = {"expressions": official}
    refused = ("code", 27)
    for call in (
        lambda: both.native.put_blocking(key, {"a": 1}, policy=write),
        lambda: both.native.delete_blocking(key, policy=write),
        lambda: both.native.operate_blocking(key, [native.Operation.put("a", 1)], policy=write),
        lambda: both.native.get_blocking(key, filter_expression=mine),
    ):
        assert both.mine(call) == refused
    for call in (
        lambda: both.official.put(its_key, {"a": 1}, policy=its),
        lambda: both.official.remove(its_key, policy=its),
        lambda: both.official.get(its_key, its),
    ):
        assert both.its(call) == refused
    batch = native.BatchPolicy()
    batch.filter_expression = mine
    (row,) = both.native.batch_read_blocking([key, both.key("none")][:1], batch_policy=batch)
    assert int(row.result_code) == 27
    rows = both.official.batch_read([its_key, both.its_key("none")], policy=its).batch_records
    assert [row.result for row in rows] == [27, 2]
    query = native.QueryPolicy()
    for expression, compiled, count in [(mine, official, 0), (E.eq(A, N(6)), e.Eq(IA, 6).compile(), 1)]:
        query.filter_expression = expression
        statement = native.Statement("test", both.set_name)
        found = both.native.query_blocking(statement, native.PartitionFilter.all(), policy=query)
        assert sum(1 for _ in found) == len(both.official.query("test", both.set_name).results({"expressions": compiled})) == count
    assert both.official.get(its_key)[2]["a"] == 6


if __name__ == "__main__":
    Both.judge(check_reads, check_writes, check_filters)
