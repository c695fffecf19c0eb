"""Aggregation: functions on the stream of a query's records, whose last steps run in the client. The official client says what they give."""

from __future__ import annotations

import asyncio
import dataclasses

import pytest
from calls import make_calls, take
from relay import Relay

import aerospike_py
from aerospike_py import predicates
from aerospike_py.devserver import DevServer
from aerospike_py.exception import AerospikeError, InvalidArgError, UDFError

COUNT = 100
SET = "aggregated"
MODULE = """
local shared = require('shared')
local function n(rec) return rec.n end
local function add(a, b) return a + b end
local function double(x) return x * 2 end
function sum(s) return s : map(n) : reduce(add) end
function above(s, least) return s : filter(function(rec) return rec.n > least end) : map(n) : reduce(add) end
function folded(s) return s : map(n) : aggregate(0, add) : reduce(add) : map(double) end
function once_more(s) return s : map(n) : reduce(add) : aggregate(100, add) end
function twice(s) return s : map(n) : reduce(add) : map(double) : reduce(add) end
function each(s) return s : map(n) end
function none(s) return s : map(n) : reduce(add) : filter(function(x) return x < 0 end) end
function no_value(s) return s : map(n) : reduce(add) : map(function(x) return {x} end) end
function groups(s, by)
    local function group(found, rec)
        local key = rec.n % by
        found[key] = (found[key] or 0) + 1
        return found
    end
    return s : aggregate(map{}, group) : reduce(function(a, b) return map.merge(a, b, add) end)
end
function echo(s, ...)
    local arguments = list{...}
    return s : map(n) : reduce(add) : map(function() return arguments end)
end
function kinds(s)
    return s : map(n) : reduce(add) : map(function(x) return map{i = x, f = 2.5, t = 'ü', b = true, l = list{1, list{}}} end)
end
function required(s) return s : map(n) : reduce(shared.add) end
function fails(s) return s : map(n) : reduce(add) : map(function() error('boom') end) end
function fails_there(s) return s : map(function() error('boom') end) : reduce(add) end
function endless(s) return s : map(n) : reduce(add) : map(function() while true do end end) end
function no_stream(s) return 5 end
"""
SHARED = "return { add = function(a, b) return a + b end }"
KINDS = ["", 7, -1.5, "ü", b"\0\xff", True, [1, [2, "x"]], {"a": {"b": [1]}, 5: b"x"}]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The official client looks for modules here; ours has them from the cluster."""
    folder = tmp_path_factory.mktemp("modules")
    (folder / "streams.lua").write_text(MODULE)
    (folder / "shared.lua").write_text(SHARED)
    return folder


@pytest.fixture(scope="module", params=[1, 3], ids=["one node", "three nodes"])
def server(request, folder):
    with DevServer(nodes=request.param) as server, make_calls("sync", {"hosts": server.hosts}) as client:
        client.batch_write([(("test", SET, n), {"n": n}) for n in range(COUNT)], policy={"total_timeout": 30_000})
        client.index_integer_create("test", SET, "n", "n_index")
        for name in ("shared.lua", "streams.lua"):
            client.udf_put(str(folder / name))
        yield server


@pytest.fixture(scope="module")
def client(server, mode):
    with make_calls(mode, {"hosts": server.hosts}) as client:
        yield client


@pytest.fixture
def query(client):
    return lambda *function: client.query("test", SET).apply("streams", *function)


@pytest.fixture(scope="module")
def judge(server, folder):
    aerospike = pytest.importorskip("aerospike", reason="the official client is not installed")
    client = aerospike.client({"hosts": server.hosts, "lua": {"user_path": str(folder)}}).connect()
    yield client
    client.close()


@dataclasses.dataclass
class Model:
    n: int


FUNCTIONS = [
    ("sum",),
    ("above", [49]),
    ("above", [COUNT]),
    ("folded",),
    ("twice",),
    ("each",),
    ("none",),
    ("no_value",),
    ("groups", [7]),
    ("echo", KINDS),
    ("kinds",),
    ("required",),
]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function[0])
def test_what_a_function_gives(query, judge, monkeypatch, folder, function):
    monkeypatch.chdir(folder)
    judged = judge.query("test", SET)
    judged.apply("streams", *function)
    assert sorted(query(*function).results(), key=repr) == sorted(judged.results(), key=repr)


def test_the_numbers(query):
    assert query("sum").results() == [sum(range(COUNT))]
    assert query("groups", [3]).results() == [{0: 34, 1: 33, 2: 33}]
    assert query("above", [COUNT]).results() == []


def test_the_ways_to_the_values(query):
    total = sum(range(COUNT))
    assert take(query("sum")) == [total]
    assert take(query("sum").records()) == [total]
    assert query("sum").first() == total
    assert query("none").first() is None
    assert sorted(take(query("each").records())) == list(range(COUNT))
    seen = []
    query("each").foreach(seen.append)
    assert sorted(seen) == list(range(COUNT))
    some = []
    query("each").foreach(lambda value: some.append(value) or len(some) < 3)
    assert len(some) == 3


def test_a_query_can_be_asked_again(query):
    twice = query("sum")
    assert twice.results() == twice.results() == [sum(range(COUNT))]
    assert twice.cursor is None


def test_with_a_predicate(client):
    query = client.query("test", SET).where(predicates.between("n", 10, 19)).apply("streams", "sum")
    assert query.results() == [sum(range(10, 20))]


def test_an_aggregation_of_what_was_reduced(query):
    # No judge: of so many values the official client gives the initial one beside the other, of a few it does not.
    assert query("once_more").results() == [100 + sum(range(COUNT))]


def test_of_nothing(client):
    query = client.query("test", SET).where(predicates.equals("n", COUNT)).apply("streams", "sum")
    assert query.results() == []
    assert take(query) == []


def test_a_module_that_changes(client):
    for factor in (2, 3):
        source = f"function f(s) return s : map(function(rec) return 1 end) : reduce(function(a, b) return a + b end) : map(function(x) return x * {factor} end) end"
        client.udf_put("changing.lua", source=source)
        assert client.query("test", SET).apply("changing", "f").results() == [COUNT * factor]


def test_a_module_is_fetched_once(server, mode):
    with Relay(server.hosts[0]) as relay, make_calls(mode, {"hosts": relay.hosts}) as client:
        for _ in range(3):
            assert client.query("test", SET).apply("streams", "sum").results() == [sum(range(COUNT))]
        fetched = [info for info in relay.infos if "udf-get" in str(info)]
        assert len(fetched) <= 2, fetched


def test_a_module_of_a_folder(server, mode, tmp_path):
    (tmp_path / "streams.lua").write_text(MODULE.replace("x * 2", "x * 10"))
    (tmp_path / "shared.lua").write_text(SHARED)
    for path in (tmp_path, str(tmp_path)):
        with make_calls(mode, {"hosts": server.hosts, "lua": {"user_path": path}}) as client:
            assert client.query("test", SET).apply("streams", "folded").results() == [sum(range(COUNT)) * 10]
    (tmp_path / "streams.lua").unlink()
    with make_calls(mode, {"hosts": server.hosts, "lua": {"user_path": tmp_path}}) as client:
        assert client.query("test", SET).apply("streams", "folded").results() == [sum(range(COUNT)) * 2]


@pytest.mark.parametrize(
    ("lua", "error"),
    [
        (5, "configuration 'lua': 5 is not a dict"),
        ({"user_path": 5}, "'lua.user_path': 5 is not a str or a path"),
        ({"user_path": "/no/such/folder"}, "'lua.user_path'.* is not a folder"),
        ({"user_pat": "."}, "did you mean 'user_path'"),
    ],
)
def test_a_folder_that_is_none(server, mode, lua, error):
    with pytest.raises(InvalidArgError, match=error):
        make_calls(mode, {"hosts": server.hosts, "lua": lua}).connect()


# What goes wrong ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("function", "error"),
    [
        ("fails", r"^.*streams\.fails in the client: streams\.lua:\d+: boom"),
        ("fails_there", r"streams\.lua:\d+: boom"),
        ("no_stream", "did not return its stream"),
        ("missing", "function not found"),
    ],
)
def test_a_function_that_fails(query, function, error):
    for call in (query(function).results, query(function).first, lambda: take(query(function))):
        with pytest.raises(UDFError, match=error) as caught:
            call()
        assert caught.value.code == 100


def test_a_module_that_is_not_there(client):
    with pytest.raises(UDFError):
        client.query("test", SET).apply("missing", "f").results()


def test_a_runaway_is_stopped(query):
    with pytest.raises(UDFError, match="in the client: UDF Execution Timeout"):
        query("endless").results({"total_timeout": 500})
    assert query("sum").results() == [sum(range(COUNT))]


@pytest.mark.parametrize(
    ("ask", "error"),
    [
        (lambda q: q.select("n").results(), r"select\(\)"),
        (lambda q: q.add_ops([{"op": 1, "bin": "n"}]).results(), r"add_ops\(\)"),
        (lambda q: q.pages(10), r"pages\(\)"),
        (lambda q: q.to_numpy([("n", "i8")]), r"to_numpy\(\)"),
        (lambda q: q.results({"max_records": 5}), "max_records"),
        (lambda q: q.results(into=Model), "into="),
        (lambda q: q.records(into=Model), "into="),
    ],
    ids=["select", "add_ops", "pages", "to_numpy", "max_records", "into", "records into"],
)
def test_what_does_not_go_with_it(query, ask, error):
    with pytest.raises((InvalidArgError, TypeError), match=error):
        ask(query("sum"))


def test_no_cursor_goes_with_it(client, query):
    with pytest.raises(InvalidArgError, match="no cursor"):
        _ = query("sum").records().cursor
    records = client.query("test", SET).records()
    take(records, 1)
    with pytest.raises(InvalidArgError, match=r"resume\(\)"):
        query("sum").resume(records.cursor).results()


def test_a_break_counts_nothing_twice(server, query):
    """The servers' part starts over: what came before the break might come again."""
    for bytes_sent in (100, 1000):
        with server.inject(op="query", truncate=bytes_sent, times=1) as fault:
            assert query("sum").results() == [sum(range(COUNT))]
        assert fault.hits == 1


def test_breaks_without_end(server, query):
    with server.inject(op="query", truncate=1000), pytest.raises(AerospikeError, match="aggregation broke off 3 times"):
        query("sum").results({"max_retries": 2})


def test_a_refusal_is_not_repeated(server, query):
    with server.inject(op="query", code=4) as fault, pytest.raises(AerospikeError) as caught:
        query("sum").results()
    assert caught.value.code == 4
    assert fault.hits <= len(server.hosts)


def test_a_client_closed_meanwhile(server, mode):
    with make_calls(mode, {"hosts": server.hosts}) as client:
        query = client.query("test", SET).apply("streams", "sum")
    with pytest.raises(AerospikeError, match="not connected"):
        query.results()


def test_others_are_served_while_lua_runs(server):
    """The client's part has a thread of its own."""

    async def run():
        async with aerospike_py.async_client({"hosts": server.hosts}) as client:
            endless = client.query("test", SET).apply("streams", "endless")
            running = asyncio.ensure_future(endless.results({"total_timeout": 1000}))
            while not running.done():
                assert (await client.get(("test", SET, 1))).bins == {"n": 1}
                served.append(1)
            with pytest.raises(UDFError, match="Timeout"):
                await running

    served = []
    asyncio.run(run())
    assert len(served) > 10
