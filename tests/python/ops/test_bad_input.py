"""What cannot be meant is refused by name, before anything is sent: by a client that was never connected, too."""

from __future__ import annotations

import pytest

import aerospike_py
from aerospike_py import AerospikeError, InvalidArgError

K = ("test", "s", "k")
READ = {"op": aerospike_py.OPERATOR_READ, "bin": "a"}
WRITE = {"op": aerospike_py.OPERATOR_WRITE, "bin": "a", "val": 1}

# The call, the built-in class, what the text names.
CASES = [
    # a str or one key where a sequence is expected
    (lambda c: c.select(K, "abc"), TypeError, "bins"),
    (lambda c: c.select(K, b"abc"), TypeError, "bins"),
    (lambda c: c.select(K, {"a": 1}), TypeError, "bins"),
    (lambda c: c.select(K, 5), TypeError, "bins"),
    (lambda c: c.batch_read([K], "abc"), TypeError, "bins"),
    (lambda c: c.batch_read([K], 1), TypeError, "bins"),
    (lambda c: c.remove_bin(K, "abc"), TypeError, "bin_names"),
    (lambda c: c.batch_read(K), TypeError, "keys"),
    (lambda c: c.batch_read((*K, None)), TypeError, "keys"),
    (lambda c: c.batch_read("abc"), TypeError, "keys"),
    (lambda c: c.batch_read(None), TypeError, "keys"),
    (lambda c: c.batch_read({K: 1}), TypeError, "keys"),
    (lambda c: c.batch_read(["abc"]), TypeError, r"keys\[0\]"),
    (lambda c: c.batch_operate(K, [READ]), TypeError, "keys"),
    (lambda c: c.batch_remove(K), TypeError, "keys"),
    (lambda c: c.batch_remove("abc"), TypeError, "keys"),
    (lambda c: c.batch_write("abc"), TypeError, "records"),
    (lambda c: c.batch_write({K: {"a": 1}}), TypeError, "records"),
    (lambda c: c.batch_write((K, {"a": 1})), TypeError, r"records\[0\]"),
    (lambda c: c.batch_write(["abc"]), TypeError, r"records\[0\]"),
    (lambda c: c.batch_write([(K,)]), ValueError, r"records\[0\]"),
    (lambda c: c.batch_write([(K, {"a": 1}, {}, 1)]), ValueError, r"records\[0\]"),
    (lambda c: c.batch_write([(K, {"a": 1}), (K, [1])]), TypeError, r"records\[1\].*bins"),
    (lambda c: c.batch_write([(K, {"a": 1}, 5)]), ValueError, r"records\[0\]"),
    (lambda c: c.operate(K, READ), TypeError, "ops"),
    (lambda c: c.operate(K, "abc"), TypeError, "ops"),
    (lambda c: c.operate(K, None), TypeError, "ops"),
    (lambda c: c.batch_read("abc", namespace="test", set="s"), TypeError, "user keys"),
    (lambda c: c.batch_read(("test", "s", "abc")), TypeError, "keys"),
    (lambda c: c.batch_read([1], set="s"), ValueError, "namespace"),
    (lambda c: c.batch_read([1.5], namespace="test"), TypeError, r"user keys\[0\]"),
    # nothing to do
    (lambda c: c.put(K, {}), ValueError, "bins is empty"),
    (lambda c: c.operate(K, []), ValueError, "ops is empty"),
    (lambda c: c.operate_ordered(K, ()), ValueError, "ops is empty"),
    (lambda c: c.batch_operate([K], []), ValueError, "ops is empty"),
    (lambda c: c.remove_bin(K, []), ValueError, "bin_names is empty"),
    (lambda c: c.batch_write([(K, {})]), ValueError, r"records\[0\].*bins is empty"),
    # bins
    (lambda c: c.put(K, [("a", 1)]), TypeError, "bins"),
    (lambda c: c.put(K, None), TypeError, "bins"),
    (lambda c: c.put(K, "abc"), TypeError, "bins"),
    (lambda c: c.put(K, {1: 1}), TypeError, "bin name 1"),
    (lambda c: c.put(K, {None: 1}), TypeError, "bin name None"),
    (lambda c: c.put(K, {b"a": 1}), TypeError, "bin name b'a'"),
    (lambda c: c.put(K, {"": 1}), ValueError, "bin name"),
    (lambda c: c.put(K, {"a" * 16: 1}), ValueError, "a{16}.* 16 bytes"),
    (lambda c: c.put(K, {"é" * 8: 1}), ValueError, "16 bytes"),
    (lambda c: c.put(K, {"a\0b": 1}), ValueError, "NUL"),
    (lambda c: c.put(K, {"\ud800": 1}), ValueError, "surrogate"),
    (lambda c: c.select(K, ["a" * 16]), ValueError, "16 bytes"),
    (lambda c: c.select(K, ["a", 1]), TypeError, "bin name 1"),
    (lambda c: c.select(K, ["a\0"]), ValueError, "NUL"),
    (lambda c: c.batch_read([K], ["a" * 16]), ValueError, "16 bytes"),
    (lambda c: c.remove_bin(K, ["a" * 16]), ValueError, "16 bytes"),
    (lambda c: c.append(K, "a" * 16, "x"), ValueError, "16 bytes"),
    (lambda c: c.append(K, 1, "x"), TypeError, "bin name 1"),
    (lambda c: c.prepend(K, "", "x"), ValueError, "bin name"),
    (lambda c: c.increment(K, "a\0", 1), ValueError, "NUL"),
    (lambda c: c.operate(K, [{"op": 1, "bin": "a" * 16}]), ValueError, r"ops\[0\].*16 bytes"),
    (lambda c: c.batch_write([(K, {"a" * 16: 1})]), ValueError, r"records\[0\].*16 bytes"),
    # values of append, prepend, increment
    (lambda c: c.append(K, "a", 1), TypeError, "'a'"),
    (lambda c: c.append(K, "a", None), TypeError, "'a'"),
    (lambda c: c.append(K, "a", ["x"]), TypeError, "'a'"),
    (lambda c: c.append(K, "a", aerospike_py.GeoJSON("{}")), TypeError, "'a'"),
    (lambda c: c.prepend(K, "a", 1.5), TypeError, "'a'"),
    (lambda c: c.increment(K, "a", "1"), TypeError, "offset '1'"),
    (lambda c: c.increment(K, "a", None), TypeError, "offset None"),
    (lambda c: c.increment(K, "a", True), TypeError, "offset True"),
    (lambda c: c.increment(K, "a", 2**63), OverflowError, "64-bit"),
    # operations
    (lambda c: c.operate(K, [None]), TypeError, r"ops\[0\]"),
    (lambda c: c.operate(K, [READ, "x"]), TypeError, r"ops\[1\]"),
    (lambda c: c.operate(K, [{}]), ValueError, r"ops\[0\].*'op'"),
    (lambda c: c.operate(K, [{"op": "read", "bin": "a"}]), ValueError, r"ops\[0\].*'read'"),
    (lambda c: c.operate(K, [{"op": 99, "bin": "a"}]), ValueError, r"ops\[0\].*99"),
    (lambda c: c.operate(K, [{"op": True, "bin": "a"}]), ValueError, r"ops\[0\].*True"),
    (lambda c: c.operate(K, [{"op": 2, "bin": "a"}]), ValueError, r"ops\[0\].*'val'"),
    (lambda c: c.operate(K, [{"op": 2, "val": 1}]), ValueError, r"ops\[0\].*'bin'"),
    (lambda c: c.operate(K, [{"op": 2, "bin": None, "val": 1}]), TypeError, r"ops\[0\].*None"),
    (lambda c: c.operate(K, [{"op": 5, "bin": "a", "val": "x"}]), TypeError, r"ops\[0\].*'a'"),
    (lambda c: c.operate(K, [{"op": 5, "bin": "a", "val": True}]), TypeError, r"ops\[0\].*'a'"),
    (lambda c: c.operate(K, [{"op": 9, "bin": "a", "val": 1}]), TypeError, r"ops\[0\].*'a'"),
    (lambda c: c.operate(K, [{"op": 10, "bin": "a", "val": None}]), TypeError, r"ops\[0\].*'a'"),
    (lambda c: c.operate(K, [{"op": 2, "bin": "a", "val": {1.5: 1}}]), TypeError, r"ops\[0\].*'a'.*map key 1.5"),
    (lambda c: c.batch_operate([K], [READ, {"op": 99}]), ValueError, r"ops\[1\].*99"),
    # touch
    (lambda c: c.touch(K, -1), OverflowError, "val -1"),
    (lambda c: c.touch(K, "10"), ValueError, "val.*'10'"),
    (lambda c: c.touch(K, 1.5), ValueError, "val.*1.5"),
    (lambda c: c.touch(K, True), ValueError, "val.*True"),
    (lambda c: c.touch(K, 315_360_001), ValueError, "val.*315360001"),
    # retry
    (lambda c: c.batch_write([], retry=-1), ValueError, "retry -1"),
    (lambda c: c.batch_write([], retry=True), ValueError, "retry True"),
    (lambda c: c.batch_write([], retry="1"), ValueError, "retry '1'"),
    (lambda c: c.batch_write([], retry=1.0), ValueError, "retry 1.0"),
    (lambda c: c.batch_operate([], [READ], None, -1), ValueError, "retry -1"),
    (lambda c: c.batch_remove([], None, -1), ValueError, "retry -1"),
    # other arguments
    (lambda c: c.batch_read([K], lazy="yes"), TypeError, "lazy"),
    (lambda c: c.info_all(5), TypeError, "command"),
    (lambda c: c.info_all(""), ValueError, "command"),
    (lambda c: c.info_all("a\nb"), ValueError, "command"),
    (lambda c: c.info_random_node(b"node"), TypeError, "command"),
    (lambda c: c.info_random_node("a\0"), ValueError, "command"),
    (lambda c: c.info_random_node("\ud800"), ValueError, "surrogate"),
    (lambda c: c.close(timeout=-1), ValueError, "timeout -1"),
    (lambda c: c.close(timeout=True), ValueError, "timeout True"),
    (lambda c: c.close(timeout="1"), ValueError, "timeout '1'"),
    (lambda c: c.connect(5, "x"), TypeError, "username"),
    (lambda c: c.connect("x", 5), TypeError, "password"),
]


@pytest.mark.parametrize(("call", "kind", "named"), CASES, ids=[str(index) for index in range(len(CASES))])
def test_it_is_refused_by_name(stranger, call, kind, named):
    with pytest.raises(kind, match=named) as caught:
        call(stranger)
    assert isinstance(caught.value, AerospikeError)
    assert str(caught.value).startswith(f"AEROSPIKE_ERR ({caught.value.code}): ")
    assert caught.value.code < 0


# Policies and metas: each name, each wrong value, everywhere.
WITH_POLICY = {
    "get": lambda c, policy: c.get(K, policy),
    "select": lambda c, policy: c.select(K, ["a"], policy),
    "exists": lambda c, policy: c.exists(K, policy),
    "put": lambda c, policy: c.put(K, {"a": 1}, None, policy),
    "remove": lambda c, policy: c.remove(K, None, policy),
    "touch": lambda c, policy: c.touch(K, 0, None, policy),
    "append": lambda c, policy: c.append(K, "a", "x", None, policy),
    "prepend": lambda c, policy: c.prepend(K, "a", "x", None, policy),
    "increment": lambda c, policy: c.increment(K, "a", 1, None, policy),
    "remove_bin": lambda c, policy: c.remove_bin(K, ["a"], None, policy),
    "operate": lambda c, policy: c.operate(K, [READ], None, policy),
    "operate_ordered": lambda c, policy: c.operate_ordered(K, [READ], None, policy),
    "batch_read": lambda c, policy: c.batch_read([K], None, policy),
    "batch_write": lambda c, policy: c.batch_write([(K, {"a": 1})], policy),
    "batch_operate": lambda c, policy: c.batch_operate([K], [READ], policy),
    "batch_operate that writes": lambda c, policy: c.batch_operate([K], [WRITE], policy),
    "batch_remove": lambda c, policy: c.batch_remove([K], policy),
    "info_all": lambda c, policy: c.info_all("node", policy),
    "info_random_node": lambda c, policy: c.info_random_node("node", policy),
}
WITH_META = {
    "put": lambda c, meta: c.put(K, {"a": 1}, meta),
    "remove": lambda c, meta: c.remove(K, meta),
    "touch": lambda c, meta: c.touch(K, 0, meta),
    "append": lambda c, meta: c.append(K, "a", "x", meta),
    "prepend": lambda c, meta: c.prepend(K, "a", "x", meta),
    "increment": lambda c, meta: c.increment(K, "a", 1, meta),
    "remove_bin": lambda c, meta: c.remove_bin(K, ["a"], meta),
    "operate": lambda c, meta: c.operate(K, [READ], meta),
    "operate_ordered": lambda c, meta: c.operate_ordered(K, [READ], meta),
    "batch_write": lambda c, meta: c.batch_write([(K, {"a": 1}, meta)]),
    "batch_remove": lambda c, meta: c.batch_remove([(K, meta)]),
}
BAD_POLICIES = [
    ({"total_timout": 1}, "total_timout.*total_timeout"),
    ({"max_retires": 1}, "max_retires.*max_retries"),
    ({"tll": 1}, "tll.*ttl"),
    ({1: 1}, "1"),
    ({"total_timeout": True}, "total_timeout.*True"),
    ({"total_timeout": None}, "total_timeout.*None"),
    ({"socket_timeout": False}, "socket_timeout.*False"),
    ({"socket_timeout": None}, "socket_timeout.*None"),
    ({"timeout": None}, "timeout.*None"),
    ({"total_timeout": -1}, "total_timeout.*-1"),
    ({"total_timeout": 2**32}, "total_timeout.*4294967296"),
    ({"total_timeout": 1.5}, "total_timeout.*1.5"),
    ({"total_timeout": "1"}, "total_timeout.*'1'"),
    ({"max_retries": -1}, "max_retries.*-1"),
    ({"sleep_between_retries": "x"}, "sleep_between_retries.*'x'"),
    ({"replica": 9}, "replica.*9"),
    ({"replica": "master"}, "replica.*'master'"),
    ({"read_mode_ap": 2}, "read_mode_ap.*2"),
    ({"read_mode_sc": -1}, "read_mode_sc.*-1"),
    ({"read_touch_ttl_percent": 101}, "read_touch_ttl_percent.*101"),
    ({"read_touch_ttl_percent": -2}, "read_touch_ttl_percent.*-2"),
    ({"compress": "yes"}, "compress.*'yes'"),
    ({"exists": 5}, "exists.*5"),
    ({"exists": "create"}, "exists.*'create'"),
    ({"key": 2}, "key.*2"),
    ({"commit_level": 2}, "commit_level.*2"),
    ({"durable_delete": 2}, "durable_delete.*2"),
    ({"ttl": -4}, "ttl.*-4"),
    ({"ttl": 315_360_001}, "ttl.*315360001"),
    ({"ttl": 4294967292}, "ttl.*4294967292"),
    ({"ttl": None}, "ttl.*None"),
    ({"ttl": True}, "ttl.*True"),
    ({"ttl": "60"}, "ttl.*'60'"),
    ({"ttl": 1.5}, "ttl.*1.5"),
    ({"concurrency": 2}, "concurrency.*2"),
    ({"allow_inline": None}, "allow_inline.*None"),
    ({"respond_all_keys": "no"}, "respond_all_keys.*'no'"),
    ({"expected_duration": 3}, "expected_duration.*3"),
    ({"filter_expression": "a == 1"}, "filter_expression"),
    ({"filter_expression": 1}, "filter_expression"),
    ({"filter_expression": {"op": 1}}, "filter_expression"),
    ({"expressions": ["x"]}, "expressions"),
    ({"partition_filter": 3}, "partition_filter.*3"),
    ("ttl", "'ttl'"),
    (5, "5"),
    ([("ttl", 1)], "ttl"),
]


@pytest.mark.parametrize("call", WITH_POLICY)
@pytest.mark.parametrize(("policy", "named"), BAD_POLICIES, ids=[named for _, named in BAD_POLICIES])
def test_a_bad_policy(stranger, call, policy, named):
    with pytest.raises(InvalidArgError, match=named) as caught:
        WITH_POLICY[call](stranger, policy)
    assert isinstance(caught.value, ValueError)
    assert caught.value.code == -2


@pytest.mark.parametrize("call", WITH_POLICY)
@pytest.mark.parametrize("gen", [3, -1, "eq", None])
def test_gen_is_an_enum_in_a_policy(stranger, call, gen):
    with pytest.raises(InvalidArgError, match="gen"):
        WITH_POLICY[call](stranger, {"gen": gen})


@pytest.mark.parametrize("call", WITH_META)
@pytest.mark.parametrize(
    ("meta", "named"),
    [
        ({"tll": 1}, "tll.*ttl"),
        ({"ttl": -4}, "ttl.*-4"),
        ({"ttl": 315_360_001}, "ttl.*315360001"),
        ({"ttl": None}, "ttl.*None"),
        ({"gen": -1}, "gen.*-1"),
        ({"gen": "1"}, "gen.*'1'"),
        ({"gen": True}, "gen.*True"),
        ({"gen": None}, "gen.*None"),
        ({"exists": 9}, "exists.*9"),
        ({"key": 5}, "key.*5"),
        ({"durable_delete": "x"}, "durable_delete.*'x'"),
    ],
    ids=str,
)
def test_a_bad_meta(stranger, call, meta, named):
    with pytest.raises(InvalidArgError, match=named) as caught:
        WITH_META[call](stranger, meta)
    if call.startswith("batch"):
        assert "[0]" in str(caught.value)


# Every key of every policy with a good value: accepted everywhere, ignored where it does not apply.
GOOD = {
    "socket_timeout": 5000,
    "total_timeout": 5000,
    "max_retries": 1,
    "sleep_between_retries": 1,
    "sleep_multiplier": 1.5,
    "timeout_delay": 0,
    "read_mode_ap": aerospike_py.POLICY_READ_MODE_AP_ALL,
    "read_mode_sc": 1,
    "read_touch_ttl_percent": 50,
    "replica": aerospike_py.POLICY_REPLICA_MASTER,
    "compress": False,
    "compression_threshold": 100,
    "error_detail_verbosity": 0,
    "key": aerospike_py.POLICY_KEY_SEND,
    "exists": aerospike_py.POLICY_EXISTS_IGNORE,
    "gen": aerospike_py.POLICY_GEN_IGNORE,
    "commit_level": aerospike_py.POLICY_COMMIT_LEVEL_MASTER,
    "durable_delete": False,
    "on_locking_only": False,
    "respond_per_each_op": False,
    "ttl": 100,
    "allow_inline": False,
    "allow_inline_ssd": True,
    "respond_all_keys": True,
    "concurrency": aerospike_py.BATCH_CONCURRENCY_PARALLEL,
    "max_records": 10,
    "records_per_second": 10,
    "max_concurrent_nodes": 1,
    "record_queue_size": 10,
    "expected_duration": aerospike_py.QUERY_DURATION_SHORT,
    "include_bin_data": True,
    "partition_filter": aerospike_py.partition_filter_all(),
    "timeout": 1000,
}


@pytest.mark.parametrize("prepared", [False, True])
@pytest.mark.parametrize("call", WITH_POLICY)
def test_one_dict_may_be_shared(c, call, prepared):
    c.put(K, {"a": "1"})
    c.put(K, {"a": 1 if call == "increment" else "1"})
    WITH_POLICY[call](c, aerospike_py.prepare(GOOD) if prepared else GOOD)


@pytest.mark.parametrize("call", WITH_POLICY)
@pytest.mark.parametrize("name", GOOD)
def test_each_key_is_accepted_by_itself(c, call, name):
    c.put(K, {"a": 1 if call == "increment" else "1"})
    WITH_POLICY[call](c, {name: GOOD[name]})


@pytest.mark.parametrize("call", WITH_META)
def test_each_key_of_meta(c, call):
    for meta in [{"ttl": 100}, {"key": 1}, {"exists": 0}, {"commit_level": 1}, {"durable_delete": False}, {}, None]:
        c.put(K, {"a": 1 if call == "increment" else "1"})
        WITH_META[call](c, meta)


@pytest.mark.parametrize(
    "policy",
    [
        {"compress": 1, "durable_delete": 0},
        {"key": True},
        {"max_retries": __import__("numpy").int64(1)},
        {},
        None,
    ],
)
def test_values_that_can_only_mean_one_thing(c, policy):
    c.put(K, {"a": 1}, policy={**policy, "compress": 0} if policy else policy)
    c.get(K, policy={name: value for name, value in (policy or {}).items() if name != "compress"} or policy)
