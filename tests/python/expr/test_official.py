"""The official client's compiled expressions and operations are taken."""

from __future__ import annotations

import pytest
from aerospike_helpers import expressions as e
from test_collections import INVERTED, PAIRS, name, ours
from test_encoding import PAIRS as BASE

from aerospike_py import InvalidArgError, official


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
        official.ops([{"op": 99999, "bin": "a"}])
