"""The official client's compiled expressions and operations are taken."""

from __future__ import annotations

import aerospike  # the official client
import pytest
from aerospike_helpers import cdt_ctx
from aerospike_helpers import expressions as e
from aerospike_helpers.operations import expression_operations, list_operations, operations
from test_collections import INVERTED, PAIRS, name, ours
from test_encoding import PAIRS as BASE
from test_encoding import POINT

from aerospike_py import InvalidArgError
from aerospike_py.official import ops


@pytest.mark.filterwarnings("ignore:CmpRegex")
@pytest.mark.parametrize(("mine", "its"), [*PAIRS, *INVERTED, *BASE.values()], ids=name)
def test_a_compiled_expression_is_packed_alike(mine, its):
    assert ours(its.compile()) == ours(mine)


def test_a_compiled_filter(c, key):
    c.put(key, {"a": 1})
    wrong = e.GT(e.IntBin("a"), 1).compile()
    for filter_name in ("filter_expression", "expressions"):
        assert c.get(key, {filter_name: e.Eq(e.IntBin("a"), 1).compile()}).bins == {"a": 1}
        with pytest.raises(Exception, match="27"):
            c.get(key, {filter_name: wrong})


@pytest.mark.parametrize("compiled", [[(1, None, None, 2)], [(9999, None, None, 0)], [(1, 2)], [(81, 2, {}, 0)]])
def test_what_is_no_compiled_expression(stranger, compiled):
    with pytest.raises(InvalidArgError):
        stranger.get(("test", "s", 1), {"filter_expression": compiled})


def test_an_unknown_operation():
    with pytest.raises(InvalidArgError, match="99999"):
        ops([{"op": 99999, "bin": "a"}])


# It warns of what its next version will not take any more.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_operations(c, official, key):
    """What scalars, expressions and paths say and leave is what they say and leave with the official client."""
    way = [cdt_ctx.cdt_ctx_all_children(), cdt_ctx.cdt_ctx_all_children_with_filter(e.GT(e.LoopVarInt(1), 1).compile())]
    cases = [
        [operations.write("a", 5), operations.read("a")],
        [operations.increment("a", 2), operations.append("s", "z"), operations.prepend("s", "y"), operations.read("s")],
        [operations.touch()],
        [operations.write("g", aerospike.GeoJSON(POINT))],
        [expression_operations.expression_read("r", e.Add(e.IntBin("a"), 1).compile())],
        [expression_operations.expression_write("w", e.ListSize(None, e.ListBin("l")).compile())],
        [operations.select_by_path("m", way, 1)],
        [operations.modify_by_path("m", way, e.Add(e.LoopVarInt(1), 1).compile(), 0)],
        [list_operations.list_append("l", 1)],
        [list_operations.list_sort("l"), list_operations.list_size("l")],
    ]
    ours, its = (*key[:2], "ours"), (*key[:2], "its")
    for each in (ours, its):
        c.put(each, {"a": 1, "s": "x", "l": [3, 1], "m": {"k": {"p": 1, "q": 2, "r": 3}}})
    for case in cases:
        # The official client also names the bins of operations that say nothing.
        answer = {name: value for name, value in official.operate(its, case)[2].items() if value is not None}
        assert c.operate(ours, ops(case)).bins == answer
        assert c.get(ours).bins == c.get(its).bins
    c.operate(ours, ops([operations.delete()]))
    assert c.exists(ours).meta is None


def test_a_touch_does_not_lose_its_ttl():
    with pytest.raises(InvalidArgError, match="ttl"):
        ops([{"op": aerospike.OPERATOR_TOUCH, "val": 100}])
