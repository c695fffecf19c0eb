"""Expressions on lists, maps, bits, HyperLogLogs and paths are encoded as the official client encodes them, and give the results of the operations."""

from __future__ import annotations

import base64

import aerospike  # the official client
import pytest
from aerospike_helpers import HyperLogLog as OfficialHyperLogLog
from aerospike_helpers import cdt_ctx as official_ctx
from aerospike_helpers import expressions as e

import aerospike_py
from aerospike_py import cdt_ctx, exp

SKETCH = bytes([0, 4, 0]) + bytes(8) + bytes(12)
LIST_RETURNS = [1, 2, 3, 4, 5, 7, 13]
MAP_RETURNS = [1, 2, 3, 4, 5, 6, 7, 8, 13, 16, 17]
KEY_STEP = cdt_ctx.map_key("q")
KEY_STEP_ITS = official_ctx.cdt_ctx_map_key("q")
LIST_POLICY = {"order": 1, "flags": 4}
MAP_POLICY = {"order": 1, "write_mode": 4}
ITS_LIST_POLICY = {"list_order": 1, "write_flags": 4}
ITS_MAP_POLICY = {"map_order": 1, "map_write_flags": 4}
WAY = [cdt_ctx.all_children(), cdt_ctx.all_children_with_filter(exp.loop_var_int() > 2)]
ITS_WAY = [official_ctx.cdt_ctx_all_children(), official_ctx.cdt_ctx_all_children_with_filter(e.GT(e.LoopVarInt(1), 2).compile())]
AND_WAY = [cdt_ctx.map_keys_in(["a", "b"]), cdt_ctx.and_filter(exp.loop_var_int() > 2)]
ITS_AND_WAY = [official_ctx.cdt_ctx_map_keys_in(["a", "b"]), official_ctx.cdt_ctx_and_filter(e.GT(e.LoopVarInt(1), 2).compile())]


def list_changes():
    for ours, its in [(None, None), (LIST_POLICY, ITS_LIST_POLICY)]:
        yield exp.list_append("b", 2, ours), e.ListAppend(None, its, 2, "b")
        yield exp.list_append_items("b", [2, "x"], ours), e.ListAppendItems(None, its, [2, "x"], "b")
        yield exp.list_insert("b", 1, "x", ours), e.ListInsert(None, its, 1, "x", "b")
        yield exp.list_insert_items("b", 1, [3], ours), e.ListInsertItems(None, its, 1, [3], "b")
        yield exp.list_set("b", 1, None, ours), e.ListSet(None, its, 1, None, "b")
        yield exp.list_increment("b", 1, 2, ours), e.ListIncrement(None, its, 1, 2, "b")
    yield exp.list_clear("b"), e.ListClear(None, "b")
    yield exp.list_sort("b", 1), e.ListSort(None, 1, "b")
    yield exp.list_remove_by_index("b", 1), e.ListRemoveByIndex(None, 1, "b")
    yield exp.list_remove_by_rank("b", -1), e.ListRemoveByRank(None, -1, "b")
    for mine, its in [(exp.map_bin("b"), e.MapBin("b"))]:
        yield exp.list_append(mine, 1, ctx=[KEY_STEP]), e.ListAppend([KEY_STEP_ITS], None, 1, its)
        yield exp.list_size(mine, ctx=[KEY_STEP]), e.ListSize([KEY_STEP_ITS], its)
    yield exp.list_size("b"), e.ListSize(None, "b")


def list_ranges(inverted):
    i = {"inverted": inverted}
    yield exp.list_remove_by_value("b", 2, **i), e.ListRemoveByValue(None, 2, "b", inverted)
    yield exp.list_remove_by_value_list("b", [2], **i), e.ListRemoveByValueList(None, [2], "b", inverted)
    yield exp.list_remove_by_value_range("b", 1, 3, **i), e.ListRemoveByValueRange(None, 1, 3, "b", inverted)
    yield exp.list_remove_by_index_range("b", 1, **i), e.ListRemoveByIndexRangeToEnd(None, 1, "b", inverted)
    yield exp.list_remove_by_index_range("b", 1, 2, **i), e.ListRemoveByIndexRange(None, 1, 2, "b", inverted)
    yield exp.list_remove_by_rank_range("b", 1, **i), e.ListRemoveByRankRangeToEnd(None, 1, "b", inverted)
    yield exp.list_remove_by_rank_range("b", 1, 2, **i), e.ListRemoveByRankRange(None, 1, 2, "b", inverted)
    yield exp.list_remove_by_value_rank_range_relative("b", 3, -1, **i), e.ListRemoveByValueRelRankToEnd(None, 3, -1, "b", inverted)
    yield exp.list_remove_by_value_rank_range_relative("b", 3, -1, 2, **i), e.ListRemoveByValueRelRankRange(None, 3, -1, 2, "b", inverted)
    for rt in LIST_RETURNS:
        yield exp.list_get_by_value("b", 2, rt, **i), e.ListGetByValue(None, rt, 2, "b", inverted)
        yield exp.list_get_by_value_list("b", [2], rt, **i), e.ListGetByValueList(None, rt, [2], "b", inverted)
        yield exp.list_get_by_value_range("b", 1, 3, rt, **i), e.ListGetByValueRange(None, rt, 1, 3, "b", inverted)
        yield exp.list_get_by_index_range("b", 1, rt, **i), e.ListGetByIndexRangeToEnd(None, rt, 1, "b", inverted)
        yield exp.list_get_by_index_range("b", 1, rt, 2, **i), e.ListGetByIndexRange(None, rt, 1, 2, "b", inverted)
        yield exp.list_get_by_rank_range("b", 1, rt, **i), e.ListGetByRankRangeToEnd(None, rt, 1, "b", inverted)
        yield exp.list_get_by_rank_range("b", 1, rt, 2, **i), e.ListGetByRankRange(None, rt, 1, 2, "b", inverted)
        its = e.ListGetByValueRelRankRangeToEnd(None, rt, 3, -1, "b", inverted)
        yield exp.list_get_by_value_rank_range_relative("b", 3, -1, rt, **i), its
        its = e.ListGetByValueRelRankRange(None, rt, 3, -1, 2, "b", inverted)
        yield exp.list_get_by_value_rank_range_relative("b", 3, -1, rt, 2, **i), its


def singles():
    for kind in (exp.EXP_TYPE_INT, exp.EXP_TYPE_STRING):
        yield exp.list_get_by_index("b", 1, value_type=kind), e.ListGetByIndex(None, 7, kind, 1, "b")
        yield exp.list_get_by_rank("b", 1, value_type=kind), e.ListGetByRank(None, 7, kind, 1, "b")
        yield exp.map_get_by_key("b", "k", value_type=kind), e.MapGetByKey(None, 7, kind, "k", "b")
        yield exp.map_get_by_index("b", 1, value_type=kind), e.MapGetByIndex(None, 7, kind, 1, "b")
        yield exp.map_get_by_rank("b", 1, value_type=kind), e.MapGetByRank(None, 7, kind, 1, "b")
        yield exp.map_get_by_rank("b", 1, 6, kind), e.MapGetByRank(None, 6, kind, 1, "b")
    for rt in (1, 2, 3, 4, 5):
        yield exp.list_get_by_index("b", 1, rt), e.ListGetByIndex(None, rt, 2, 1, "b")
        yield exp.map_get_by_key("b", "k", rt), e.MapGetByKey(None, rt, 2, "k", "b")
    yield exp.map_get_by_key("b", "k", 13), e.MapGetByKey(None, 13, 1, "k", "b")


def map_changes():
    for ours, its in [(None, None), (MAP_POLICY, ITS_MAP_POLICY)]:
        yield exp.map_put("b", "k", 2, ours), e.MapPut(None, its, "k", 2, "b")
        yield exp.map_put_items("b", {"k": 2}, ours), e.MapPutItems(None, its, {"k": 2}, "b")
    yield exp.map_increment("b", "k", 2), e.MapIncrement(None, None, "k", 2, "b")
    yield exp.map_clear("b"), e.MapClear(None, "b")
    yield exp.map_size("b"), e.MapSize(None, "b")
    yield exp.map_remove_by_key("b", "k"), e.MapRemoveByKey(None, "k", "b")
    yield exp.map_remove_by_index("b", 1), e.MapRemoveByIndex(None, 1, "b")
    yield exp.map_remove_by_rank("b", 1), e.MapRemoveByRank(None, 1, "b")
    step, step_its = cdt_ctx.list_index(0), official_ctx.cdt_ctx_list_index(0)
    yield exp.map_put(exp.list_bin("b"), "k", 2, ctx=[step]), e.MapPut([step_its], None, "k", 2, e.ListBin("b"))
    step, step_its = cdt_ctx.map_key_create("q", 1), official_ctx.cdt_ctx_map_key_create("q", 1)
    yield exp.map_put("b", "k", 2, ctx=[step]), e.MapPut([step_its], None, "k", 2, "b")
    for arguments in [(3, 0, False), (3, 1, False), (3, 0, True)]:
        step, step_its = cdt_ctx.list_index_create(*arguments), official_ctx.cdt_ctx_list_index_create(*arguments)
        yield exp.list_append("b", 2, ctx=[step]), e.ListAppend([step_its], None, 2, "b")


def map_ranges(inverted):
    i = {"inverted": inverted}
    yield exp.map_remove_by_key_list("b", ["k"], **i), e.MapRemoveByKeyList(None, ["k"], "b", inverted)
    yield exp.map_remove_by_key_range("b", "a", "k", **i), e.MapRemoveByKeyRange(None, "a", "k", "b", inverted)
    yield exp.map_remove_by_key_index_range_relative("b", "k", 1, **i), e.MapRemoveByKeyRelIndexRangeToEnd(None, "k", 1, "b", inverted)
    yield exp.map_remove_by_key_index_range_relative("b", "k", 1, 2, **i), e.MapRemoveByKeyRelIndexRange(None, "k", 1, 2, "b", inverted)
    yield exp.map_remove_by_value("b", 2, **i), e.MapRemoveByValue(None, 2, "b", inverted)
    yield exp.map_remove_by_value_list("b", [2], **i), e.MapRemoveByValueList(None, [2], "b", inverted)
    yield exp.map_remove_by_value_range("b", 1, 3, **i), e.MapRemoveByValueRange(None, 1, 3, "b", inverted)
    yield exp.map_remove_by_value_rank_range_relative("b", 3, -1, **i), e.MapRemoveByValueRelRankRangeToEnd(None, 3, -1, "b", inverted)
    yield exp.map_remove_by_value_rank_range_relative("b", 3, -1, 2, **i), e.MapRemoveByValueRelRankRange(None, 3, -1, 2, "b", inverted)
    yield exp.map_remove_by_index_range("b", 1, **i), e.MapRemoveByIndexRangeToEnd(None, 1, "b", inverted)
    yield exp.map_remove_by_index_range("b", 1, 2, **i), e.MapRemoveByIndexRange(None, 1, 2, "b", inverted)
    yield exp.map_remove_by_rank_range("b", 1, **i), e.MapRemoveByRankRangeToEnd(None, 1, "b", inverted)
    yield exp.map_remove_by_rank_range("b", 1, 2, **i), e.MapRemoveByRankRange(None, 1, 2, "b", inverted)
    for rt in MAP_RETURNS:
        yield exp.map_get_by_key_range("b", "a", "k", rt, **i), e.MapGetByKeyRange(None, rt, "a", "k", "b", inverted)
        yield exp.map_get_by_key_list("b", ["k"], rt, **i), e.MapGetByKeyList(None, rt, ["k"], "b", inverted)
        its = e.MapGetByKeyRelIndexRangeToEnd(None, rt, "k", 1, "b", inverted)
        yield exp.map_get_by_key_index_range_relative("b", "k", 1, rt, **i), its
        its = e.MapGetByKeyRelIndexRange(None, rt, "k", 1, 2, "b", inverted)
        yield exp.map_get_by_key_index_range_relative("b", "k", 1, rt, 2, **i), its
        yield exp.map_get_by_value("b", 2, rt, **i), e.MapGetByValue(None, rt, 2, "b", inverted)
        yield exp.map_get_by_value_range("b", 1, 3, rt, **i), e.MapGetByValueRange(None, rt, 1, 3, "b", inverted)
        yield exp.map_get_by_value_list("b", [2], rt, **i), e.MapGetByValueList(None, rt, [2], "b", inverted)
        its = e.MapGetByValueRelRankRangeToEnd(None, rt, 3, -1, "b", inverted)
        yield exp.map_get_by_value_rank_range_relative("b", 3, -1, rt, **i), its
        its = e.MapGetByValueRelRankRange(None, rt, 3, -1, 2, "b", inverted)
        yield exp.map_get_by_value_rank_range_relative("b", 3, -1, rt, 2, **i), its
        yield exp.map_get_by_index_range("b", 1, rt, **i), e.MapGetByIndexRangeToEnd(None, rt, 1, "b", inverted)
        yield exp.map_get_by_index_range("b", 1, rt, 2, **i), e.MapGetByIndexRange(None, rt, 1, 2, "b", inverted)
        yield exp.map_get_by_rank_range("b", 1, rt, **i), e.MapGetByRankRangeToEnd(None, rt, 1, "b", inverted)
        yield exp.map_get_by_rank_range("b", 1, rt, 2, **i), e.MapGetByRankRange(None, rt, 1, 2, "b", inverted)


def bits():
    for ours, its in [(None, None), (4, {"bit_write_flags": 4})]:
        yield exp.bit_resize("b", 8, 1, ours), e.BitResize(its, 8, 1, "b")
        yield exp.bit_insert("b", 0, b"x", ours), e.BitInsert(its, 0, b"x", "b")
        yield exp.bit_remove("b", 0, 8, ours), e.BitRemove(its, 0, 8, "b")
        yield exp.bit_set("b", 0, 8, b"x", ours), e.BitSet(its, 0, 8, b"x", "b")
        yield exp.bit_or("b", 0, 8, b"x", ours), e.BitOr(its, 0, 8, b"x", "b")
        yield exp.bit_xor("b", 0, 8, b"x", ours), e.BitXor(its, 0, 8, b"x", "b")
        yield exp.bit_and("b", 0, 8, b"x", ours), e.BitAnd(its, 0, 8, b"x", "b")
        yield exp.bit_not("b", 0, 8, ours), e.BitNot(its, 0, 8, "b")
        yield exp.bit_lshift("b", 0, 8, 1, ours), e.BitLeftShift(its, 0, 8, 1, "b")
        yield exp.bit_rshift("b", 0, 8, 1, ours), e.BitRightShift(its, 0, 8, 1, "b")
        for action in (0, 2, 4):
            yield exp.bit_add("b", 0, 8, 1, False, action, ours), e.BitAdd(its, 0, 8, 1, action, "b")
            yield exp.bit_subtract("b", 0, 8, 1, False, action, ours), e.BitSubtract(its, 0, 8, 1, action, "b")
        yield exp.bit_set_int("b", 0, 8, 1, ours), e.BitSetInt(its, 0, 8, 1, "b")
    yield exp.bit_get("b", 0, 8), e.BitGet(0, 8, "b")
    yield exp.bit_count("b", 0, 8), e.BitCount(0, 8, "b")
    yield exp.bit_lscan("b", 0, 8, True), e.BitLeftScan(0, 8, True, "b")
    yield exp.bit_rscan("b", 0, 8, False), e.BitRightScan(0, 8, False, "b")
    for signed in (False, True):
        yield exp.bit_get_int("b", 0, 8, signed), e.BitGetInt(0, 8, signed, "b")


def hlls():
    sketches, its_sketches = [aerospike_py.HyperLogLog(SKETCH)], [OfficialHyperLogLog(SKETCH)]
    for ours, its in [(None, None), ({"flags": 4}, {"flags": 4})]:
        yield exp.hll_init("b", 8, 4, policy=ours), e.HLLInit(its, 8, 4, "b")
        yield exp.hll_init("b", 8, policy=ours), e.HLLInit(its, 8, None, "b")
        yield exp.hll_add("b", [1, "x"], 8, 4, policy=ours), e.HLLAdd(its, [1, "x"], 8, 4, "b")
        yield exp.hll_add("b", [1], policy=ours), e.HLLAdd(its, [1], None, None, "b")
    yield exp.hll_get_count("b"), e.HLLGetCount("b")
    yield exp.hll_get_union("b", sketches), e.HLLGetUnion(its_sketches, "b")
    yield exp.hll_get_union_count("b", sketches), e.HLLGetUnionCount(its_sketches, "b")
    yield exp.hll_get_intersect_count("b", sketches), e.HLLGetIntersectCount(its_sketches, "b")
    yield exp.hll_get_similarity("b", sketches), e.HLLGetSimilarity(its_sketches, "b")
    yield exp.hll_describe("b"), e.HLLDescribe("b")
    yield exp.hll_may_contain("b", [1, 2]), e.HLLMayContain([1, 2], "b")


def paths():
    for kind in (exp.EXP_TYPE_LIST, exp.EXP_TYPE_MAP):
        for mine, its in [(WAY, ITS_WAY), (AND_WAY, ITS_AND_WAY)]:
            for flags in (0, 1, 2, 3, 16):
                yield exp.select_by_path("b", mine, kind, flags), e.SelectByPath(its, kind, flags, e.MapBin("b"))
            added = e.Add(e.LoopVarInt(1), 1).compile()
            yield exp.modify_by_path("b", mine, kind, exp.loop_var_int() + 1), e.ModifyByPath(its, kind, added, 0, e.MapBin("b"))
    for part in (exp.LOOP_VAR_MAP_KEY, exp.LOOP_VAR_VALUE, exp.LOOP_VAR_LIST_INDEX):
        for name, its in [("nil", "Nil"), ("bool", "Bool"), ("int", "Int"), ("str", "Str"), ("list", "List"), ("map", "Map")]:
            yield getattr(exp, f"loop_var_{name}")(part), getattr(e, f"LoopVar{its}")(part)
        for name, its in [("blob", "Blob"), ("float", "Float"), ("geo", "GeoJson"), ("hll", "HLL")]:
            yield getattr(exp, f"loop_var_{name}")(part), getattr(e, f"LoopVar{its}")(part)
    yield exp.unknown(), e.Unknown()
    yield exp.remove_result(), e.RemoveResult()
    yield exp.device_size(), e.DeviceSize()
    yield exp.memory_size(), e.MemorySize()
    yield exp.in_list(2, "b"), e.InList(2, e.ListBin("b"))
    yield exp.map_keys("b"), e.MapGetKeys(e.MapBin("b"))
    yield exp.map_values("b"), e.MapGetValues(e.MapBin("b"))
    any_pair = [1, aerospike_py.CDTWildcard()]
    yield exp.eq(exp.list_bin("b"), exp.list_val(any_pair)), e.Eq(e.ListBin("b"), [1, aerospike.CDTWildcard()])


PAIRS = [
    *list_changes(),
    *list_ranges(False),
    *singles(),
    *map_changes(),
    *map_ranges(False),
    *bits(),
    *hlls(),
    *paths(),
]
# The official client cannot pack a list's or a map's inverted range in an expression together with some return types.
INVERTED = [*list_ranges(True), *map_ranges(True)]


def ours(expression):
    return base64.b64decode(exp.to_base64(expression)).hex()


def name(value):
    return value["__expr__"] if isinstance(value, dict) else ""


@pytest.mark.parametrize(("mine", "its"), PAIRS, ids=name)
def test_as_the_official_client(mine, its, packed):
    assert ours(mine) == packed(its)


@pytest.mark.parametrize(("mine", "its"), INVERTED, ids=name)
def test_inverted(mine, its, packed):
    try:
        theirs = packed(its)
    except aerospike.exception.AerospikeError:
        theirs = None
    assert "ce0001" in ours(mine)
    assert theirs in {None, ours(mine)}


def test_the_table_is_complete():
    tested = {mine["__expr__"] for mine, _ in [*PAIRS, *INVERTED]}
    collections = {each for module in (exp.lists, exp.maps, exp.bits, exp.hll) for each in module.__all__}
    assert collections <= tested
