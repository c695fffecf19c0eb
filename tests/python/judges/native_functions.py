"""Run in an interpreter of its own by `test_native`: functions in Lua, registered and called by `aerospike-native` and by the official client."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

import aerospike_native as native
from aerospike_helpers import expressions as e
from native_both import Both, plain

MODULE = Path(__file__).parents[3] / "crates/judge/tests/functions.lua"
PLACE = {"type": "Point", "coordinates": [1, 2]}

#: A function, its arguments, and what it answers on a record that is not there.
CALLS = [
    *[("echo", [value], value) for value in (None, True, 1, -(2**63), 2.5, "é", b"\x00\xff", [1, [2]], {"a": {"b": 1}}, [], {})],
    ("lists", [], [[9, 3, 1, 2], 4, 15, [9, 3], [2]]),
    ("maps", [], {"size": 2, "sum": 5, "merged": {"b": 7, "c": 3}}),
    ("octets", [], b"\x01\x02\x07\xff"),
    ("wrong", [], ("code", 100)),
    ("no_such_function", [], ("code", 100)),
]


def register(both):
    both.native.register_udf_blocking(list(MODULE.read_bytes()), "mine.lua", native.UDFLang.LUA).wait_till_complete_blocking(0.01)


def mine(both, user_key, function, *arguments):
    return both.mine(lambda: plain(both.native.execute_udf_blocking(both.key(user_key), "mine", function, list(arguments))))


def its(both, user_key, function, *arguments):
    return both.its(lambda: plain(both.official.apply(both.its_key(user_key), "its", function, list(arguments))))


def check_modules(both):
    """Modules are put, listed, read and removed, each under a name of the client's own."""
    register(both)
    # The official client keeps a copy in its working directory.
    os.chdir(tempfile.mkdtemp())
    Path("its.lua").write_bytes(MODULE.read_bytes())
    both.official.udf_put("its.lua")
    assert {module["name"] for module in both.official.udf_list()} == {"mine.lua", "its.lua"}
    assert both.official.udf_get("mine.lua") == both.official.udf_get("its.lua") == MODULE.read_text()
    both.native.remove_udf_blocking("mine.lua").wait_till_complete_blocking(0.01)
    assert {module["name"] for module in both.official.udf_list()} == {"its.lua"}
    assert mine(both, "k", "echo", 1) == ("code", 100)
    register(both)
    refused = both.mine(lambda: both.native.register_udf_blocking(list(b"function ("), "bad.lua", native.UDFLang.LUA))
    assert refused[0] == "code"
    assert len(both.official.udf_list()) == 2


def check_calls(both):
    """Values of every type go there and back; what fails or does not end is an error."""
    for function, arguments, expected in CALLS:
        told, its_told = mine(both, "none", function, *arguments), its(both, "none", function, *arguments)
        assert told == its_told == expected, (function, arguments, told, its_told)
    told, its_told = mine(both, "none", "place"), its(both, "none", "place")
    assert told[0] == its_told[0] == "geo"
    assert json.loads(told[1]) == json.loads(its_told[1]) == PLACE


def check_runaways(both):
    """A script that does not end is stopped by the server, also for clients that would wait forever."""
    patient = native.WritePolicy()
    patient.total_timeout = patient.socket_timeout = 0
    told = both.mine(lambda: both.native.execute_udf_blocking(both.key("none"), "mine", "endless", [], policy=patient))
    its_policy = {"total_timeout": 0, "socket_timeout": 0}
    its_told = both.its(lambda: both.official.apply(both.its_key("none"), "its", "endless", [], policy=its_policy))
    assert told == its_told == ("code", 100), (told, its_told)
    assert mine(both, "none", "echo", 1) == 1


def check_records(both):
    """Functions create, change and remove the record."""
    for call in (mine, its):
        user_key = call.__name__
        assert call(both, user_key, "count", 2) == {"n": 2, "bins": 1}
        assert 990 <= both.official.exists(both.its_key(user_key))[1]["ttl"] <= 1000
        assert call(both, user_key, "count", 5) == {"n": 7, "bins": 1}
        assert both.official.get(both.its_key(user_key))[2] == {"n": 7}
        assert call(both, user_key, "drop") == 0
        assert both.official.exists(both.its_key(user_key))[1] is None


def check_batches(both):
    """A function on many records, with a filter too."""
    for index in range(10):
        both.official.put(both.its_key(index), {"n": index})
    keys, its_keys = [both.key(index) for index in range(10)], [both.its_key(index) for index in range(10)]
    rows = both.native.batch_apply_blocking(keys, "mine", "echo", ["x"])
    assert [plain(row.record.bins) for row in rows] == [{"SUCCESS": "x"}] * 10
    rows = both.official.batch_apply(its_keys, "its", "echo", ["x"]).batch_records
    assert [row.record[2] for row in rows] == [{"SUCCESS": "x"}] * 10
    policy = native.BatchUDFPolicy()
    policy.filter_expression = native.FilterExpression.lt(native.FilterExpression.int_bin("n"), native.FilterExpression.int_val(3))
    rows = both.native.batch_apply_blocking(keys, "mine", "mark", ["few", True], udf_policy=policy)
    assert [int(row.result_code) for row in rows] == [0] * 3 + [27] * 7
    assert sum("few" in both.official.get(key)[2] for key in its_keys) == 3
    its_policy = {"expressions": e.LT(e.IntBin("n"), 3).compile()}
    told = [both.its(lambda key=key: both.official.apply(key, "its", "echo", [1], policy=its_policy)) for key in its_keys[2:4]]
    assert told == [1, ("code", 27)]


def check_background(both):
    """A function on what a query finds, while nobody waits."""
    task = both.native.query_execute_udf_blocking(native.Statement("test", both.set_name), "mine", "mark", ["seen", 1])
    assert task.wait_till_complete_blocking(0.01)
    found = [record[2] for record in both.official.query("test", both.set_name).results()]
    assert len(found) == 10
    assert all(bins["seen"] == 1 for bins in found)


def check_streams(both):
    """Functions on a stream: the server's part of them, and the official client's."""

    def streamed(function, *arguments):
        query = both.official.query("test", both.set_name)
        query.apply("its", function, list(arguments))
        return query.results()

    assert streamed("sum", 0) == [45]
    assert streamed("sum", 5) == [35]
    statement = native.Statement("test", both.set_name)
    statement.set_aggregate_function("mine", "sum", [5])
    # It hands over what the servers answer and does no part of its own.
    found = both.native.query_blocking(statement, native.PartitionFilter.all())
    assert sum(record.bins["SUCCESS"] for record in found) == 35
    assert streamed("remainders", 3) == [{0: 4, 1: 3, 2: 3}]


if __name__ == "__main__":
    Both.judge(check_modules, check_calls, check_runaways, check_records, check_batches, check_background, check_streams)
