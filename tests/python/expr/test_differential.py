"""Expressions, predicates and steps of a context answer what the official client's do, on equal records; all of them, by name."""

from __future__ import annotations

import itertools

import aerospike  # the official client
import pytest
from aerospike import predicates as its_predicates
from aerospike_helpers import cdt_ctx as its_ctx
from aerospike_helpers import expressions as e
from aerospike_helpers.operations import expression_operations as its_operations
from aerospike_helpers.operations import hll_operations, list_operations, operations
from test_collections import INVERTED, PAIRS
from test_encoding import PAIRS as BASE

import aerospike_py
from aerospike_py import cdt_ctx, exp, expression_operations, predicates
from aerospike_py import list_operations as our_list_operations

pytestmark = [pytest.mark.filterwarnings("ignore:CmpRegex"), pytest.mark.filterwarnings("ignore::DeprecationWarning")]

EXPRESSIONS = [*BASE.values(), *PAIRS]
POINT = '{"type": "Point", "coordinates": [1.0, 2.0]}'
COMMON = {"a": 7, "f": 2.5, "s": "abc", "t": True, "z": b"\x0f\x01", "l": [3, 1, 2], "m": {"x": 1}, "g": aerospike.GeoJSON(POINT)}
# What the collections of the expressions are: their bin is b.
RECORDS = {
    "an integer": [operations.write("b", 5)],
    "a list": [operations.write("b", [3, 1, 2, [9, 8], "x", None])],
    "a map": [operations.write("b", {"k": 2, "a": 1, "q": [1, 2], "z": {"y": 3}})],
    "bytes": [operations.write("b", bytes(range(16)))],
    "a sketch": [hll_operations.hll_add("b", [1, 2, 3], 8, 16)],
    "nothing": [],
}
PORTION = 25


def parts(value):
    """The nodes of an expression."""
    if isinstance(value, dict):
        if "__expr__" in value:
            yield value["__expr__"]
        yield from itertools.chain.from_iterable(map(parts, value.values()))
    elif isinstance(value, (list, tuple)):
        yield from itertools.chain.from_iterable(map(parts, value))


def plain(value):
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (aerospike.GeoJSON, aerospike_py.GeoJSON)):
        return ("geo", value.unwrap())
    return bytes(value) if isinstance(value, bytes) else value


def flat(pairs):
    """The official client answers keys and values in one list."""
    if isinstance(pairs, list) and pairs and all(isinstance(pair, tuple) for pair in pairs):
        return [part for pair in pairs for part in pair]
    return pairs


def answers(operate):
    try:
        return {name: plain(flat(value)) for name, value in operate()[2].items() if value is not None}
    except (aerospike_py.AerospikeError, aerospike.exception.AerospikeError) as error:
        return error.code


@pytest.fixture
def twins(official, set_name):
    """Two records made alike, one for each client."""

    def make(before, names=("ours", "its")):
        keys = [("test", set_name, name) for name in names]
        for key in keys:
            official.put(key, COMMON)
            if before:
                official.operate(key, before)
        return keys

    return make


def can_be_packed(official, compiled):
    try:
        official.get_expression_base64(compiled)
    except aerospike.exception.AerospikeError:
        return False
    return True


@pytest.fixture
def compare(c, official, twins):
    """Reads expressions, ours and the official one's, of one record. Returns how many had an answer."""
    no_fail = expression_operations.EXP_READ_EVAL_NO_FAIL

    def read(key, pairs):
        mine = [expression_operations.expression_read(f"r{n}", node, no_fail) for n, (node, _) in enumerate(pairs)]
        theirs = [its_operations.expression_read(f"r{n}", compiled, no_fail) for n, (_, compiled) in enumerate(pairs)]
        said = answers(lambda: c.operate(key, mine))
        assert said == answers(lambda: official.operate(key, theirs)), [node for node, _ in pairs]
        if isinstance(said, dict):
            return len(said)
        # One that is refused hides the others.
        half = len(pairs) // 2
        return read(key, pairs[:half]) + read(key, pairs[half:]) if half else 0

    return lambda before, pairs: read(*twins(before, ["one"]), pairs)


@pytest.mark.parametrize("record", RECORDS)
def test_expressions_read(official, compare, record):
    pairs = [(mine, theirs.compile()) for mine, theirs in EXPRESSIONS]
    pairs += [(mine, compiled) for mine, theirs in INVERTED if can_be_packed(official, compiled := theirs.compile())]
    answered = sum(compare(RECORDS[record], pairs[begin : begin + PORTION]) for begin in range(0, len(pairs), PORTION))
    assert answered > len(BASE) / 2


# What an expression of a list, of a map and of bytes writes, and whether it may.
WRITTEN = [
    (exp.num_add(exp.int_bin("a"), exp.int_val(1)), e.Add(e.IntBin("a"), 1)),
    (exp.list_append("l", 5), e.ListAppend(None, None, 5, "l")),
    (exp.map_put("m", "y", 2), e.MapPut(None, None, "y", 2, "m")),
    (exp.bit_not("z", 0, 8), e.BitNot(None, 0, 8, "z")),
    (exp.string_bin("missing"), e.StrBin("missing")),
]


@pytest.mark.parametrize("flags", [0, 1, 2, 4, 8, 16, 5, 6, 9, 10, 20])
@pytest.mark.parametrize("target", ["a", "new"])
def test_expressions_write(c, official, twins, target, flags):
    for mine, theirs in WRITTEN:
        ours, its = twins([])
        said = answers(lambda ours=ours, mine=mine: c.operate(ours, [expression_operations.expression_write(target, mine, flags)]))
        compiled = theirs.compile()
        assert said == answers(
            lambda its=its, compiled=compiled: official.operate(its, [its_operations.expression_write(target, compiled, flags)])
        )
        assert answers(lambda ours=ours: c.get(ours)) == answers(lambda its=its: official.get(its))


@pytest.mark.parametrize("record", ["an integer", "a list", "nothing"])
def test_expressions_filter(c, official, twins, record):
    (key,) = twins(RECORDS[record], ["one"])
    for mine, theirs in BASE.values():
        said = answers(lambda mine=mine: c.get(key, {"filter_expression": mine}))
        compiled = theirs.compile()
        assert said == answers(lambda compiled=compiled: official.get(key, {"expressions": compiled})), mine


def test_every_expression_is_in_the_table():
    tested = set(itertools.chain.from_iterable(parts(mine) for mine, _ in [*EXPRESSIONS, *INVERTED]))
    functions = {name.rstrip("_") for name in exp.__all__ if not name[0].isupper()} - {"from_base64", "to_base64"}
    # These are other names of one node.
    kinds = {name for name in functions if name.startswith("loop_var_")}
    assert functions - kinds <= tested


# Steps of a context ---------------------------------------------------------------------------------------------------------------------

VALUE = {"list": [[1, 2], [3, 4, 5], [0]], "map": {"a": [1, 2], "k": [7, 8]}}
STEPS = [
    ("list", "list_index", (1,)),
    ("list", "list_index", (-1,)),
    ("list", "list_index", (9,)),
    ("list", "list_index_create", (1, 0)),
    ("list", "list_index_create", (3, 1, False)),
    ("list", "list_index_create", (5, 0, True)),
    ("list", "list_rank", (0,)),
    ("list", "list_rank", (-1,)),
    ("list", "list_value", ([1, 2],)),
    ("list", "list_value", ("none",)),
    ("map", "map_key", ("k",)),
    ("map", "map_key", ("none",)),
    ("map", "map_key_create", ("new", 0)),
    ("map", "map_index", (0,)),
    ("map", "map_rank", (-1,)),
    ("map", "map_value", ([7, 8],)),
]
OVER_1 = exp.loop_var_int() > 1
ITS_OVER_1 = e.GT(e.LoopVarInt(aerospike.EXP_LOOPVAR_VALUE), 1).compile()
WAYS = [
    ([cdt_ctx.all_children()], [its_ctx.cdt_ctx_all_children()]),
    (
        [cdt_ctx.all_children(), cdt_ctx.all_children_with_filter(OVER_1)],
        [its_ctx.cdt_ctx_all_children(), its_ctx.cdt_ctx_all_children_with_filter(ITS_OVER_1)],
    ),
    ([cdt_ctx.map_keys_in(["a", "none"])], [its_ctx.cdt_ctx_map_keys_in(["a", "none"])]),
    (
        [cdt_ctx.map_keys_in(["a", "k"]), cdt_ctx.all_children(), cdt_ctx.and_filter(OVER_1)],
        [its_ctx.cdt_ctx_map_keys_in(["a", "k"]), its_ctx.cdt_ctx_all_children(), its_ctx.cdt_ctx_and_filter(ITS_OVER_1)],
    ),
]


@pytest.mark.parametrize(("kind", "name", "arguments"), STEPS, ids=str)
def test_steps(c, official, twins, kind, name, arguments):
    mine = [getattr(cdt_ctx, name)(*arguments)]
    theirs = [getattr(its_ctx, f"cdt_ctx_{name}")(*arguments)]
    for function, value in [("list_append", (6,)), ("list_size", ()), ("list_pop", (0,))]:
        ours, its = twins([operations.write("b", VALUE[kind])])
        said = answers(lambda: c.operate(ours, [getattr(our_list_operations, function)("b", *value, ctx=mine)]))
        assert said == answers(lambda: official.operate(its, [getattr(list_operations, function)("b", *value, ctx=theirs)]))
        assert answers(lambda: c.get(ours)) == answers(lambda: official.get(its))


@pytest.mark.parametrize("way", range(len(WAYS)))
@pytest.mark.parametrize("kind", VALUE)
def test_ways(c, official, twins, kind, way):
    mine, theirs = WAYS[way]
    ours, its = twins([operations.write("b", VALUE[kind])])
    for flags in (0, 1, 2, 3, 16):
        said = answers(lambda: c.operate(ours, [expression_operations.select_by_path("b", mine, flags)]))
        assert said == answers(lambda: official.operate(its, [operations.select_by_path("b", theirs, flags)]))
    changed = exp.loop_var_int() + 1
    compiled = e.Add(e.LoopVarInt(aerospike.EXP_LOOPVAR_VALUE), 1).compile()
    said = answers(lambda: c.operate(ours, [expression_operations.modify_by_path("b", mine, changed, 0)]))
    assert said == answers(lambda: official.operate(its, [operations.modify_by_path("b", theirs, compiled, 0)]))
    assert answers(lambda: c.get(ours)) == answers(lambda: official.get(its))


def test_every_step_is_in_the_tables():
    used = {step["ctx"] for way, _ in WAYS for step in way} | {name for _, name, _ in STEPS}
    assert set(cdt_ctx.__all__) - {"to_base64", "from_base64"} <= used


# Predicates -----------------------------------------------------------------------------------------------------------------------------

CIRCLE = '{"type":"AeroCircle","coordinates":[[5.0,10.0],300000.0]}'
PLACE = '{"type":"Point","coordinates":[5.0,20.0]}'
PREDICATES = {
    "equals": [("n", 7), ("n", -1), ("s", "s3"), ("z", b"\x04")],
    "between": [("n", 10, 19), ("n", 70, 90)],
    "contains": [("l", aerospike_py.INDEX_TYPE_LIST, 1005), ("m", aerospike_py.INDEX_TYPE_MAPKEYS, "k2"), ("m", 3, 42)],
    "range": [("l", aerospike_py.INDEX_TYPE_LIST, 1000, 1004), ("m", aerospike_py.INDEX_TYPE_MAPVALUES, 3, 5)],
    "geo_within_geojson_region": [("p", CIRCLE)],
    "geo_within_radius": [("p", 10.0, 5.0, 300000.0)],
    "geo_contains_geojson_point": [("r", PLACE)],
    "geo_contains_point": [("r", 20.0, 5.0)],
}
COUNT = 60


@pytest.fixture(scope="module")
def indexed(official):
    """A set with an index of every kind that a predicate asks for."""
    place = ("test", "predicates")
    numeric, string, geo = aerospike.INDEX_NUMERIC, aerospike.INDEX_STRING, aerospike.INDEX_GEO2DSPHERE
    for name, kind in [("n", numeric), ("s", string), ("z", aerospike.INDEX_BLOB), ("p", geo), ("r", geo)]:
        official.index_single_value_create(*place, name, kind, f"d_{name}")
    official.index_list_create(*place, "l", numeric, "d_l")
    official.index_map_keys_create(*place, "m", string, "d_mk")
    official.index_map_values_create(*place, "m", numeric, "d_mv")
    for n in range(COUNT):
        bins = {"n": n, "s": f"s{n % 10}", "z": bytes([n % 10]), "l": [n, n + 1000], "m": {f"k{n % 10}": n}}
        bins["p"] = aerospike.GeoJSON({"type": "Point", "coordinates": [n / 10, 10.0]})
        bins["r"] = aerospike.GeoJSON({"type": "AeroCircle", "coordinates": [[n / 10, 20.0], 30000.0]})
        official.put((*place, n), bins)
    return place


@pytest.mark.parametrize(("name", "arguments"), [(name, each) for name, some in PREDICATES.items() for each in some], ids=str)
def test_predicates(c, official, indexed, name, arguments):
    query = official.query(*indexed)
    query.where(getattr(its_predicates, name)(*as_official(name, arguments)))
    judged = answers_of(lambda: [bins["n"] for _, _, bins in query.results()])
    found = c.query(*indexed).where(getattr(predicates, name)(*arguments))
    assert answers_of(lambda: [record.bins["n"] for record in found.results()]) == judged


def as_official(name, arguments):
    """The official client has the longitude first."""
    if name in {"geo_within_radius", "geo_contains_point"}:
        bin_name, latitude, longitude, *radius = arguments
        return (bin_name, longitude, latitude, *radius)
    return arguments


def answers_of(run):
    try:
        return sorted(run())
    except (aerospike_py.AerospikeError, aerospike.exception.AerospikeError) as error:
        return error.code


def test_every_predicate_is_in_the_table():
    assert set(PREDICATES) == set(predicates.__all__)


def test_operations_of_expressions_are_tested():
    functions = {name for name, value in vars(expression_operations).items() if callable(value) and not name.startswith("_")}
    own = {name for name in functions if vars(expression_operations)[name].__module__ == expression_operations.__name__}
    assert own == {"expression_read", "expression_write", "select_by_path", "modify_by_path"}
