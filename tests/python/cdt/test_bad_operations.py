"""What a server would refuse or misread is refused by name before anything is sent."""

from __future__ import annotations

import pytest
from identity import steady

import aerospike_py
from aerospike_py import CDTInfinite, CDTWildcard, bit_operations, cdt_ctx, exp, hll_operations, list_operations, map_operations

li, ma, bi, hl = list_operations, map_operations, bit_operations, hll_operations
KEY = ("test", "demo", "k")

BAD = [
    ({"op": 1999, "bin": "b"}, ["1999"]),
    ({"op": 4014, "bin": "b"}, ["4014"]),
    ({"op": -1, "bin": "b"}, ["-1"]),
    ({"op": 1001, "val": 1}, ["list_append", "'bin'"]),
    ({"op": 1001, "bin": "b"}, ["list_append", "'val'"]),
    ({"op": 1001, "bin": "b", "val": 1, "vall": 2}, ["list_append", "'vall'", "'val'"]),
    (li.list_append("b" * 16, 1), ["list_append", "bbbb", "15"]),
    (li.list_append("b", object()), ["list_append", "'val'", "object"]),
    (li.list_append("b", CDTWildcard()), ["list_append", "CDTWildcard"]),
    (li.list_append("b", {1.5: 1}), ["list_append", "1.5"]),
    (li.list_append("b", 1, {"order": 2}), ["list_append", "'list_policy'", "'order'", "2"]),
    (li.list_append("b", 1, {"flags": 16}), ["'list_policy'", "'flags'", "16"]),
    (li.list_append("b", 1, {"flag": 1}), ["'list_policy'", "'flag'", "'flags'"]),
    (li.list_append("b", 1, 5), ["'list_policy'", "5", "int"]),
    (li.list_append_items("b", 5), ["list_append_items", "'val'", "5"]),
    (li.list_append_items("b", "text"), ["list_append_items", "'text'"]),
    (li.list_append_items("b", []), ["list_append_items", "empty"]),
    (li.list_insert_items("b", 0, []), ["list_insert_items", "empty"]),
    (li.list_get("b", "0"), ["list_get", "'index'", "'0'"]),
    (li.list_get("b", None), ["list_get", "'index'", "None"]),
    (li.list_get("b", True), ["list_get", "'index'", "True"]),
    (li.list_get("b", 2**63), ["list_get", "'index'", "64"]),
    (li.list_get_range("b", 0, -1), ["list_get_range", "'count'", "-1"]),
    (li.list_trim("b", 0, None), ["list_trim", "'count'"]),
    (li.list_increment("b", 0, 1.5), ["list_increment", "'val'", "1.5"]),
    (li.list_increment("b", 0, 2, {"flags": 1}), ["list_increment", "'list_policy'"]),
    (li.list_sort("b", 4), ["list_sort", "4"]),
    (li.list_set_order("b", 2), ["list_set_order", "2"]),
    (li.list_get_by_index("b", 0, 6), ["list_get_by_index", "'return_type'", "6"]),
    (li.list_get_by_index("b", 0, 0x10007), ["'return_type'", "65543"]),
    (li.list_get_by_index("b", 0, "VALUE"), ["'return_type'", "'VALUE'"]),
    ({**li.list_get_by_index("b", 0, 7), "inverted": True}, ["list_get_by_index", "'inverted'"]),
    ({**li.list_remove_by_rank("b", 0, 7), "inverted": True}, ["list_remove_by_rank", "'inverted'"]),
    (li.list_get_by_value("b", 1, 7, inverted=1), ["'inverted'", "1"]),
    (li.list_get_by_value_list("b", 1, 7), ["list_get_by_value_list", "'val'", "1"]),
    ({**li.list_clear("b"), "inverted": True}, ["list_clear", "'inverted'"]),
    (ma.map_put("b", 1.5, 1), ["map_put", "'map_key'", "1.5"]),
    (ma.map_put("b", None, 1), ["map_put", "'map_key'", "None"]),
    (ma.map_put("b", True, 1), ["map_put", "'map_key'", "True"]),
    (ma.map_put("b", [1], 1), ["map_put", "'map_key'", "[1]"]),
    (ma.map_get_by_key("b", 1.5, 7), ["map_get_by_key", "1.5"]),
    (ma.map_get_by_key_list("b", ["a", None], 7), ["map_get_by_key_list", "None"]),
    (ma.map_get_by_key_list("b", "abc", 7), ["map_get_by_key_list", "'abc'"]),
    (ma.map_put("b", "a", 1, {"order": 2}), ["map_put", "'map_policy'", "2", "MAP_KEY_ORDERED"]),
    (ma.map_put("b", "a", 1, {"write_mode": 3}), ["map_put", "'map_policy'", "3"]),
    (ma.map_put("b", "a", 1, {"write_flags": 1}), ["'map_policy'", "'write_flags'", "map_write_flags"]),
    (ma.map_put_items("b", [("a", 1)]), ["map_put_items", "dict"]),
    (ma.map_increment("b", "a", "1"), ["map_increment", "'val'", "'1'"]),
    (ma.map_increment("b", "a", True), ["map_increment", "'val'", "True"]),
    (ma.map_set_order("b", 2), ["map_set_order", "2"]),
    (ma.map_get_by_rank("b", 0, 9), ["map_get_by_rank", "'return_type'", "9"]),
    ({**ma.map_get_by_key("b", "a", 7), "inverted": True}, ["map_get_by_key", "'inverted'"]),
    (ma.map_create("b", 1, True, ctx=[cdt_ctx.map_key("k")]), ["map_create", "'persist_index'", "'ctx'"]),
    (bi.bit_resize("b", -1), ["bit_resize", "'byte_size'", "-1"]),
    (bi.bit_resize("b", 1, 6), ["bit_resize", "'resize_flags'"]),
    (bi.bit_resize("b", 1, 0, 3), ["bit_resize", "'bit_policy'", "3"]),
    (bi.bit_resize("b", 1, 0, {"flags": 1}), ["bit_resize", "'bit_policy'", "dict"]),
    (bi.bit_set("b", 0, 8, 255), ["bit_set", "'val'", "255"]),
    (bi.bit_set("b", 0, 9, b"\xff"), ["bit_set", "'val'", "8", "9"]),
    (bi.bit_insert("b", 0, "x"), ["bit_insert", "'x'"]),
    (bi.bit_add("b", 0, 65, 1), ["bit_add", "'bit_size'", "65"]),
    (bi.bit_add("b", 0, 8, 1, False, 1), ["bit_add", "'action'", "1"]),
    (bi.bit_lshift("b", 0, 8, -1), ["bit_lshift", "'shift'", "-1"]),
    (bi.bit_lscan("b", 0, 8, 1), ["bit_lscan", "'val'", "1"]),
    (bi.bit_get_int("b", 0, 0), ["bit_get_int", "'bit_size'", "0"]),
    (hl.hll_init("b", 3), ["hll_init", "'index_bit_count'", "3"]),
    (hl.hll_init("b", 17), ["hll_init", "'index_bit_count'", "17"]),
    (hl.hll_init("b", 8, 3), ["hll_init", "'minhash_bit_count'", "3"]),
    (hl.hll_init("b", 16, 51), ["hll_init", "16", "51", "64"]),
    (hl.hll_add("b", 1), ["hll_add", "'val'", "1"]),
    (hl.hll_add("b", [1], policy={"flags": 3}), ["hll_add", "'hll_policy'", "3"]),
    (hl.hll_get_union("b", [1]), ["hll_get_union", "1"]),
    ({**hl.hll_get_count("b"), "ctx": [cdt_ctx.list_index(0)]}, ["hll_get_count", "'ctx'"]),
    (li.list_size("b", ctx=cdt_ctx.list_index(0)), ["list_size", "'ctx'", "dict"]),
    (li.list_size("b", ctx=[0]), ["list_size", "'ctx'", "[0]", "cdt_ctx"]),
    (li.list_size("b", ctx=[{"ctx": "list_indx", "val": 0}]), ["'ctx'", "list_indx", "list_index"]),
    (li.list_size("b", ctx=[cdt_ctx.map_key("k"), cdt_ctx.list_index("0")]), ["'ctx'", "[1]", "list_index", "'0'"]),
    (li.list_size("b", ctx=[cdt_ctx.map_key(1.5)]), ["'ctx'", "map_key", "1.5"]),
    (li.list_size("b", ctx=[cdt_ctx.map_key_create("k", 2)]), ["'ctx'", "map_key_create", "2"]),
    (li.list_size("b", ctx=[cdt_ctx.map_keys_in("ab")]), ["'ctx'", "map_keys_in", "'ab'"]),
    (li.list_size("b", ctx=[cdt_ctx.and_filter("x")]), ["'ctx'", "and_filter", "'x'"]),
    (li.list_size("b", ctx=[{**cdt_ctx.list_index(0), "order": 1}]), ["'ctx'", "list_index", "'order'"]),
]


@pytest.mark.parametrize(("operation", "named"), BAD, ids=[steady(operation)[:60] for operation, _ in BAD])
def test_refused_by_name(stranger, operation, named):
    good = li.list_size("b")
    for call in (
        lambda: stranger.operate(KEY, [good, operation]),
        lambda: stranger.operate_ordered(KEY, [good, operation]),
        lambda: stranger.batch_operate([KEY], [good, operation]),
    ):
        with pytest.raises(aerospike_py.AerospikeError) as caught:
            call()
        assert [part for part in ["ops[1]", *named] if part not in str(caught.value)] == []


@pytest.mark.parametrize("value", [CDTInfinite(), CDTWildcard(), [CDTWildcard()], {"a": CDTInfinite()}], ids=str)
def test_values_for_comparison_are_not_stored(stranger, value):
    with pytest.raises(aerospike_py.AerospikeError, match="CDT"):
        stranger.put(KEY, {"b": value})


def test_fields_of_0_14_that_have_no_use_are_ignored(c, key):
    c.put(key, {"b": [1]})
    operation = {**li.list_size("b"), "return_type": 7, "val": 1, "list_policy": None, "ctx": None}
    assert c.operate(key, [operation]).bins == {"b": 1}


def test_an_expression_in_a_context_is_checked(stranger):
    operation = li.list_size("b", ctx=[cdt_ctx.all_children_with_filter(exp.num_mod(exp.int_val(1), exp.int_val("2")))])
    with pytest.raises(aerospike_py.AerospikeError, match="int_val"):
        stranger.operate(KEY, [operation])
