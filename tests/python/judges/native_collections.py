"""Run in an interpreter of its own by `test_native`: operations on lists, maps, bits and sketches, made by `aerospike-native` and by the official
client on equal records. Both must say the same and leave the same behind, and what a table or the model of `selections` expects.
"""

from __future__ import annotations

import itertools

import aerospike
import aerospike_native as native
from aerospike_helpers import HyperLogLog, cdt_ctx
from aerospike_helpers import expressions as e
from aerospike_helpers.operations import bitwise_operations as its_bits
from aerospike_helpers.operations import hll_operations as its_hll
from aerospike_helpers.operations import list_operations as its_lists
from aerospike_helpers.operations import map_operations as its_maps
from aerospike_helpers.operations import operations as its
from native_both import Both
from selections import LIST, LIST_RETURNS, LIST_SELECTIONS, MAP, MAP_RETURNS, MAP_SELECTIONS, answer, chosen, rest

Lists, Maps, Bits, Hll, Paths, Step = (
    native.ListOperation,
    native.MapOperation,
    native.BitOperation,
    native.HllOperation,
    native.CdtOperation,
    native.CTX,
)
PLAIN_LIST, ORDERED_LIST = native.ListPolicy(), native.ListPolicy(native.ListOrderType.ORDERED)
PLAIN_MAP = native.MapPolicy()
PLAIN_BITS = native.BitPolicy()
WRAP = native.BitwiseOverflowActions.WRAP
SKETCH = bytes([0, 4, 0]) + bytes(8) + bytes(12)


def code(number):
    """An operation fails with this code."""
    return ("code", number)


def unique(flags):
    return native.ListPolicy(None, flags)


def map_flags(*flags):
    policy = native.MapPolicy.new_with_flags(None, sum(int(flag) for flag in flags))
    return policy, {"map_write_flags": sum(int(flag) for flag in flags)}


def official_list(what, verb, args, returned, inverted):
    number = getattr(aerospike, f"LIST_RETURN_{returned}")
    more = {"inverted": inverted} if inverted else {}
    if what == "value_range":
        return its_lists.__dict__[f"list_{verb}_by_value_range"]("b", number, *args, **more)
    if what == "value_relative_rank_range":
        return its_lists.__dict__[f"list_{verb}_by_value_rank_range_relative"]("b", args[0], args[1], number, args[2], **more)
    if what in {"index_range", "rank_range"}:
        return its_lists.__dict__[f"list_{verb}_by_{what}"]("b", args[0], number, args[1], **more)
    return its_lists.__dict__[f"list_{verb}_by_{what}"]("b", *args, number, **more)


def official_map(what, verb, args, returned, inverted):
    number = getattr(aerospike, f"MAP_RETURN_{returned}")
    more = {"inverted": inverted} if inverted else {}
    relative = {"key_relative_index_range": "key_index_range_relative", "value_relative_rank_range": "value_rank_range_relative"}
    if what in relative:
        return its_maps.__dict__[f"map_{verb}_by_{relative[what]}"]("b", args[0], args[1], number, args[2], **more)
    return its_maps.__dict__[f"map_{verb}_by_{what}"]("b", *args, number, **more)


def check_selections(both):
    """Every selection of a list and of a map, with every return type, of what is inside and of what is outside; read and removed."""
    for container, table, returns, operations, kinds, official in [
        (LIST, LIST_SELECTIONS, LIST_RETURNS, Lists, native.ListReturnType, official_list),
        (MAP, MAP_SELECTIONS, MAP_RETURNS, Maps, native.MapReturnType, official_map),
    ]:
        for (what, args, names, single), verb, returned, inverted in itertools.product(table, ["get", "remove"], returns, [False, True]):
            if inverted and single:
                continue
            kind = getattr(kinds, returned)
            mine = getattr(operations, f"{verb}_by_{what}")("b", *args, kind | kinds.INVERTED if inverted else kind)
            items = chosen(container, names, inverted)
            both.check(
                f"{verb}_by_{what}{args} {returned} {inverted}",
                container,
                mine,
                official(what, verb, args, returned, inverted),
                answer(returned, items, single),
                rest(container, items) if verb == "remove" else container,
                unordered=True,
            )


INSIDE, ITS_INSIDE = [Step.map_key("k")], [cdt_ctx.cdt_ctx_map_key("k")]
CREATED, ITS_CREATED = (
    [Step.map_key_create("n", native.MapOrder.KEY_ORDERED)],
    [cdt_ctx.cdt_ctx_map_key_create("n", aerospike.MAP_KEY_ORDERED)],
)

#: The record, the operation of each client, what is answered and what is left.
CHANGES = [
    # Lists.
    ([3, 1], Lists.append("b", 2, PLAIN_LIST), its_lists.list_append("b", 2), 3, [3, 1, 2]),
    (None, Lists.append_items("b", [3, 1], ORDERED_LIST), its_lists.list_append_items("b", [3, 1], {"list_order": 1}), 2, [1, 3]),
    ([1], Lists.append("b", 1, unique(1)), its_lists.list_append("b", 1, {"write_flags": 1}), code(24), [1]),
    ([1], Lists.append("b", 1, unique(5)), its_lists.list_append("b", 1, {"write_flags": 5}), 1, [1]),
    ([1], Lists.append_items("b", [1, 2], unique(13)), its_lists.list_append_items("b", [1, 2], {"write_flags": 13}), 2, [1, 2]),
    ([1, 2], Lists.insert("b", 1, 9, PLAIN_LIST), its_lists.list_insert("b", 1, 9), 3, [1, 9, 2]),
    ([1], Lists.insert("b", 5, 9, unique(2)), its_lists.list_insert("b", 5, 9, {"write_flags": 2}), code(26), [1]),
    ([1], Lists.insert("b", 3, 9, PLAIN_LIST), its_lists.list_insert("b", 3, 9), 4, [1, None, None, 9]),
    ([1, 2], Lists.insert_items("b", 0, [7, 8], PLAIN_LIST), its_lists.list_insert_items("b", 0, [7, 8]), 4, [7, 8, 1, 2]),
    ([1, 2, 3], Lists.pop("b", -1), its_lists.list_pop("b", -1), 3, [1, 2]),
    ([1, 2, 3], Lists.pop_range("b", 0, 2), its_lists.list_pop_range("b", 0, 2), [1, 2], [3]),
    ([1, 2, 3], Lists.remove("b", 0), its_lists.list_remove("b", 0), 1, [2, 3]),
    ([1, 2, 3], Lists.remove_range("b", 1, 2), its_lists.list_remove_range("b", 1, 2), 2, [1]),
    ([1, 2], Lists.set("b", 0, "x"), its_lists.list_set("b", 0, "x"), None, ["x", 2]),
    ([1, 2, 3], Lists.trim("b", 1, 1), its_lists.list_trim("b", 1, 1), 2, [2]),
    ([1, 2], Lists.clear("b"), its_lists.list_clear("b"), None, []),
    ([1, 2], Lists.increment("b", 1, 5, PLAIN_LIST), its_lists.list_increment("b", 1, 5), 7, [1, 7]),
    ([3, 1], Lists.sort("b", native.ListSortFlags.DESCENDING), its_lists.list_sort("b", 1), None, [3, 1]),
    ([3, 1, 3], Lists.sort("b", native.ListSortFlags.DROP_DUPLICATES), its_lists.list_sort("b", 2), None, [1, 3]),
    ([3, 1], Lists.set_order("b", native.ListOrderType.ORDERED), its_lists.list_set_order("b", 1), None, [1, 3]),
    (None, Lists.create("b", native.ListOrderType.ORDERED, False, False), its_lists.list_create("b", 1, False, False), None, []),
    ([1, 2], Lists.size("b"), its_lists.list_size("b"), 2, [1, 2]),
    ([1, 2], Lists.get("b", 5), its_lists.list_get("b", 5), code(26), [1, 2]),
    ([1, 2], Lists.get_range("b", 1, 9), its_lists.list_get_range("b", 1, 9), [2], [1, 2]),
    ("text", Lists.size("b"), its_lists.list_size("b"), code(12), "text"),
    # Maps.
    ({"a": 1}, Maps.put("b", "c", 2, PLAIN_MAP), its_maps.map_put("b", "c", 2), 2, {"a": 1, "c": 2}),
    ({"a": 1}, Maps.put("b", "a", 2, map_flags(1)[0]), its_maps.map_put("b", "a", 2, map_flags(1)[1]), code(24), {"a": 1}),
    ({"a": 1}, Maps.put("b", "z", 2, map_flags(2)[0]), its_maps.map_put("b", "z", 2, map_flags(2)[1]), code(23), {"a": 1}),
    ({"a": 1}, Maps.put("b", "a", 2, map_flags(1, 4)[0]), its_maps.map_put("b", "a", 2, map_flags(1, 4)[1]), 1, {"a": 1}),
    (
        {"a": 1},
        Maps.put_items("b", [("a", 5), ("n", 6)], map_flags(1, 4, 8)[0]),
        its_maps.map_put_items("b", {"a": 5, "n": 6}, map_flags(1, 4, 8)[1]),
        2,
        {"a": 1, "n": 6},
    ),
    ({"a": 1}, Maps.increment_value("b", "a", 4, PLAIN_MAP), its_maps.map_increment("b", "a", 4), 5, {"a": 5}),
    ({}, Maps.increment_value("b", "n", 4, PLAIN_MAP), its_maps.map_increment("b", "n", 4), 4, {"n": 4}),
    ({"a": 1}, Maps.decrement_value("b", "a", 4, PLAIN_MAP), its_maps.map_decrement("b", "a", 4), -3, {"a": -3}),
    ({"a": 1}, Maps.clear("b"), its_maps.map_clear("b"), None, {}),
    ({"a": 1}, Maps.size("b"), its_maps.map_size("b"), 1, {"a": 1}),
    (None, Maps.create("b", native.MapOrder.KEY_ORDERED), its_maps.map_create("b", 1, False), None, {}),
    (
        {"b": 1, "a": 2},
        Maps.set_map_policy("b", native.MapPolicy(native.MapOrder.KEY_VALUE_ORDERED)),
        its_maps.map_set_policy("b", {"map_order": 3}),
        None,
        {"a": 2, "b": 1},
    ),
    ([1], Maps.size("b"), its_maps.map_size("b"), code(12), [1]),
    # Contexts.
    (
        {"k": [1]},
        Lists.append("b", 2, PLAIN_LIST).set_context(INSIDE),
        its_lists.list_append("b", 2, ctx=ITS_INSIDE),
        2,
        {"k": [1, 2]},
    ),
    (
        {"k": 1},
        Maps.put("b", "x", 2, PLAIN_MAP).set_context(CREATED),
        its_maps.map_put("b", "x", 2, ctx=ITS_CREATED),
        1,
        {"k": 1, "n": {"x": 2}},
    ),
    *[
        ([[5], [1, 2]], Lists.size("b").set_context([mine]), its_lists.list_size("b", ctx=[other]), expected, [[5], [1, 2]])
        for mine, other, expected in [
            (Step.list_index(-1), cdt_ctx.cdt_ctx_list_index(-1), 2),
            (Step.list_rank(0), cdt_ctx.cdt_ctx_list_rank(0), 2),
            (Step.list_value([5]), cdt_ctx.cdt_ctx_list_value([5]), 1),
            (Step.list_index(7), cdt_ctx.cdt_ctx_list_index(7), code(26)),
        ]
    ],
    *[
        (
            {"k": [1], "z": [0, 0]},
            Lists.size("b").set_context([mine]),
            its_lists.list_size("b", ctx=[other]),
            expected,
            {"k": [1], "z": [0, 0]},
        )
        for mine, other, expected in [
            (Step.map_index(1), cdt_ctx.cdt_ctx_map_index(1), 2),
            (Step.map_rank(-1), cdt_ctx.cdt_ctx_map_rank(-1), 1),
            (Step.map_value([1]), cdt_ctx.cdt_ctx_map_value([1]), 1),
            (Step.map_key("q"), cdt_ctx.cdt_ctx_map_key("q"), code(26)),
        ]
    ],
    (
        [[1]],
        Lists.append("b", 2, PLAIN_LIST).set_context([Step.list_index_create(1, native.ListOrderType.UNORDERED, False)]),
        its_lists.list_append("b", 2, ctx=[cdt_ctx.cdt_ctx_list_index_create(1, aerospike.LIST_UNORDERED, False)]),
        1,
        [[1], [2]],
    ),
    # Bits.
    (
        b"\x01\xff",
        Bits.resize("b", 3, native.BitwiseResizeFlags.FROM_FRONT, PLAIN_BITS),
        its_bits.bit_resize("b", 3, None, 1),
        None,
        b"\x00\x01\xff",
    ),
    (
        b"\x01",
        Bits.resize("b", 3, native.BitwiseResizeFlags.SHRINK_ONLY, PLAIN_BITS),
        its_bits.bit_resize("b", 3, None, 4),
        code(4),
        b"\x01",
    ),
    (b"\x01\x02", Bits.insert("b", 1, b"\xaa", PLAIN_BITS), its_bits.bit_insert("b", 1, 1, b"\xaa"), None, b"\x01\xaa\x02"),
    (b"\x01\x02", Bits.remove("b", 0, 1, PLAIN_BITS), its_bits.bit_remove("b", 0, 1), None, b"\x02"),
    (b"\x00\x00", Bits.set("b", 4, 8, b"\xff", PLAIN_BITS), its_bits.bit_set("b", 4, 8, 1, b"\xff"), None, b"\x0f\xf0"),
    (b"\x01", Bits.or_("b", 0, 8, b"\x80", PLAIN_BITS), its_bits.bit_or("b", 0, 8, 1, b"\x80"), None, b"\x81"),
    (b"\x81", Bits.xor("b", 0, 8, b"\xff", PLAIN_BITS), its_bits.bit_xor("b", 0, 8, 1, b"\xff"), None, b"\x7e"),
    (b"\x81", Bits.and_("b", 0, 8, b"\x0f", PLAIN_BITS), its_bits.bit_and("b", 0, 8, 1, b"\x0f"), None, b"\x01"),
    (b"\x0f", Bits.not_("b", 4, 4, PLAIN_BITS), its_bits.bit_not("b", 4, 4), None, b"\x00"),
    (b"\x0f", Bits.lshift("b", 0, 8, 4, PLAIN_BITS), its_bits.bit_lshift("b", 0, 8, 4), None, b"\xf0"),
    (b"\x0f", Bits.rshift("b", 0, 8, 2, PLAIN_BITS), its_bits.bit_rshift("b", 0, 8, 2), None, b"\x03"),
    (b"\xff", Bits.add("b", 0, 8, 2, False, WRAP, PLAIN_BITS), its_bits.bit_add("b", 0, 8, 2, False, 4), None, b"\x01"),
    (
        b"\xff",
        Bits.add("b", 0, 8, 2, False, native.BitwiseOverflowActions.SATURATE, PLAIN_BITS),
        its_bits.bit_add("b", 0, 8, 2, False, 2),
        None,
        b"\xff",
    ),
    (
        b"\xff",
        Bits.add("b", 0, 8, 2, False, native.BitwiseOverflowActions.FAIL, PLAIN_BITS),
        its_bits.bit_add("b", 0, 8, 2, False, 0),
        code(26),
        b"\xff",
    ),
    (b"\x00", Bits.subtract("b", 0, 8, 1, False, WRAP, PLAIN_BITS), its_bits.bit_subtract("b", 0, 8, 1, False, 4), None, b"\xff"),
    (b"\x00\x00", Bits.set_int("b", 4, 8, 255, PLAIN_BITS), its_bits.bit_set_int("b", 4, 8, 255), None, b"\x0f\xf0"),
    (b"\x0f\xf0", Bits.get("b", 4, 8), its_bits.bit_get("b", 4, 8), b"\xff", b"\x0f\xf0"),
    (b"\x0f\xf0", Bits.count("b", 0, 16), its_bits.bit_count("b", 0, 16), 8, b"\x0f\xf0"),
    (b"\x0f\xf0", Bits.lscan("b", 0, 16, True), its_bits.bit_lscan("b", 0, 16, True), 4, b"\x0f\xf0"),
    (b"\x0f\xf0", Bits.rscan("b", 0, 16, True), its_bits.bit_rscan("b", 0, 16, True), 11, b"\x0f\xf0"),
    (b"\xff", Bits.get_int("b", 0, 8, True), its_bits.bit_get_int("b", 0, 8, True), -1, b"\xff"),
    (b"\xff", Bits.get_int("b", 0, 99, True), its_bits.bit_get_int("b", 0, 99, True), code(4), b"\xff"),
]


def check_changes(both):
    """Operations with their flags and contexts."""
    for number, (before, mine, official, answered, left) in enumerate(CHANGES):
        both.check(f"change {number}", before, mine, official, answered, left)


def check_sketches(both):
    """HyperLogLog: each operation, and those of several sketches."""
    fill = [Hll.add("b", list(range(1000)), 12, -1), its_hll.hll_add("b", list(range(1000)), 12)]
    fresh = both.run("sketch", None, *fill)[2]["b"]
    other = [native.HLL(list(fresh[1]))], [HyperLogLog(fresh[1])]
    for name, mine, official, expected in [
        ("count", Hll.get_count("b"), its_hll.hll_get_count("b"), 992),
        ("describe", Hll.describe("b"), its_hll.hll_describe("b"), [12, 0]),
        ("refresh", Hll.refresh_count("b"), its_hll.hll_refresh_count("b"), 992),
        ("init", Hll.init("b", 12), its_hll.hll_init("b", 12), None),
        ("init with minhash", Hll.init("b", 4, 8), its_hll.hll_init("b", 4, 8), None),
        ("add", Hll.add("b", [1, "a"]), its_hll.hll_add("b", [1, "a"]), 1),
        ("fold", Hll.fold("b", 8), its_hll.hll_fold("b", 8), None),
        ("union", Hll.get_union("b", other[0]), its_hll.hll_get_union("b", other[1]), fresh),
        ("union count", Hll.get_union_count("b", other[0]), its_hll.hll_get_union_count("b", other[1]), 992),
        ("intersection", Hll.get_intersect_count("b", other[0]), its_hll.hll_get_intersect_count("b", other[1]), 992),
        ("similarity", Hll.get_similarity("b", other[0]), its_hll.hll_get_similarity("b", other[1]), 1.0),
        ("set union", Hll.set_union("b", other[0]), its_hll.hll_set_union("b", other[1]), None),
        ("create only", Hll.init("b", 12, -1, 1), its_hll.hll_init("b", 12, None, {"flags": 1}), code(6)),
    ]:
        its_answer, answered, _ = both.run(f"sketch {name}", fresh, mine, official)
        assert answered == its_answer == expected, (name, answered, its_answer)


def check_paths(both):
    """What is selected by a path, and what is changed along one."""
    record = {"k": {"p": 1, "q": 2, "r": 3}}
    large = native.FilterExpression.gt(native.FilterExpression.int_loop_var(native.LoopVarPart.VALUE), native.FilterExpression.int_val(1))
    its_large = e.GT(e.LoopVarInt(aerospike.EXP_LOOPVAR_VALUE), 1).compile()
    way = [Step.map_key("k"), Step.all_children_with_filter(large)]
    its_way = [cdt_ctx.cdt_ctx_map_key("k"), cdt_ctx.cdt_ctx_all_children_with_filter(its_large)]
    for mine, flags, expected in [
        (Paths.select_values, 1, [2, 3]),
        (Paths.select_map_keys, 2, ["q", "r"]),
        (Paths.select_matching_tree, 0, {"k": {"q": 2, "r": 3}}),
    ]:
        both.check(f"select {flags}", record, mine("b", way), its.select_by_path("b", its_way, flags), expected, record)
    more = native.FilterExpression.num_add(
        [native.FilterExpression.int_loop_var(native.LoopVarPart.VALUE), native.FilterExpression.int_val(10)]
    )
    its_more = e.Add(e.LoopVarInt(aerospike.EXP_LOOPVAR_VALUE), 10).compile()
    changed = {"k": {"p": 1, "q": 12, "r": 13}}
    both.check("modify", record, Paths.modify("b", more, way), its.modify_by_path("b", its_way, its_more, 0), None, changed)
    removed = e.RemoveResult().compile()
    both.check("remove", record, Paths.remove("b", way), its.modify_by_path("b", its_way, removed, 0), None, {"k": {"p": 1}})


if __name__ == "__main__":
    Both.judge(check_selections, check_changes, check_sketches, check_paths)
