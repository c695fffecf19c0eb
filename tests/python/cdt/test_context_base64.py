"""Contexts are packed as the official client packs them."""

from __future__ import annotations

import pytest
from aerospike_helpers import cdt_ctx as official_ctx
from aerospike_helpers import expressions as e
from collections_judged import step

import aerospike_py
from aerospike_py import cdt_ctx, exp

FILTER, ITS_FILTER = exp.loop_var_int() > 2, e.GT(e.LoopVarInt(1), 2).compile()
STEPS = [
    step("list_index", 1),
    step("list_rank", -1),
    step("list_value", [1, "a"]),
    step("list_index_create", 3, 1),
    step("list_index_create", 3, 0, True),
    step("map_index", 0),
    step("map_rank", -1),
    step("map_key", "k"),
    step("map_key", b"k"),
    step("map_value", 5),
    step("map_key_create", "k", 1),
    step("map_key_create", "k", 3),
    step("map_keys_in", ["a", 3]),
    step("all_children"),
    (cdt_ctx.all_children_with_filter(FILTER), official_ctx.cdt_ctx_all_children_with_filter(ITS_FILTER)),
]


@pytest.mark.parametrize(("mine", "its"), STEPS, ids=lambda step: step["ctx"] if isinstance(step, dict) else "")
def test_one_step(official, mine, its):
    assert cdt_ctx.to_base64([mine]) == official.get_cdtctx_base64([its])


def test_several_steps(official):
    mine, its = zip(*STEPS, strict=True)
    assert cdt_ctx.to_base64(mine) == official.get_cdtctx_base64(list(its))


@pytest.mark.parametrize(("ctx", "named"), [([], "'ctx' is empty"), ("k", "'k'"), ([{"ctx": "map_kay", "val": 1}], "map_key")])
def test_bad_contexts(ctx, named):
    with pytest.raises(aerospike_py.InvalidArgError, match=named):
        cdt_ctx.to_base64(ctx)


@pytest.mark.parametrize(("mine", "its"), STEPS, ids=lambda step: step["ctx"] if isinstance(step, dict) else "")
def test_a_step_from_base64(official, mine, its):
    (step,) = cdt_ctx.from_base64(official.get_cdtctx_base64([its]))
    assert step["ctx"] == mine["ctx"]
    if "expr" in mine:
        assert exp.to_base64(step["expr"]) == exp.to_base64(mine["expr"])
    else:
        assert step == mine


def test_several_steps_from_base64():
    mine = [step for step, _ in STEPS] + [
        cdt_ctx.and_filter(FILTER),
        cdt_ctx.map_value(aerospike_py.KeyOrderedDict({"a": [None, 1.5, True]})),
    ]
    mine += [cdt_ctx.map_value([b"b", aerospike_py.GeoJSON("{}"), aerospike_py.CDTInfinite(), aerospike_py.CDTWildcard()])]
    steps = cdt_ctx.from_base64(cdt_ctx.to_base64(mine))
    assert cdt_ctx.to_base64(steps) == cdt_ctx.to_base64(mine)
    assert [step["ctx"] for step in steps] == [step["ctx"] for step in mine]


def test_a_way_from_base64_is_a_way(c, key):
    c.put(key, {"m": {"a": [1, 2]}})
    way = cdt_ctx.from_base64(cdt_ctx.to_base64([cdt_ctx.map_key("a")]))
    c.operate(key, [aerospike_py.list_operations.list_append("m", 3, ctx=way)])
    assert c.get(key).bins == {"m": {"a": [1, 2, 3]}}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("?", "base64"),
        ("", "not those of steps"),
        ("kA==", "pairs"),  # an empty list
        ("kRA=", "pairs"),  # a step without its value
        ("khAB/w==", "not those of steps"),  # something behind it
        ("kg8B", "15 is not the id of a step"),
        ("khA=", "not those of steps"),  # cut off
        ("gQEC", "not those of steps"),  # a map
        ("kqF4AQ==", "not those of steps"),  # a text for an id
    ],
)
def test_what_is_no_context(text, named):
    with pytest.raises(aerospike_py.InvalidArgError, match=named):
        cdt_ctx.from_base64(text)
