"""Values of types that Aerospike has not: written by the application's serializer, read by its deserializer."""

from __future__ import annotations

import gc
import itertools
import pickle
import threading
import traceback
import weakref
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from calls import make_calls, take
from raw import write_raw

import aerospike_py
from aerospike_py import OPERATOR_READ, OPERATOR_WRITE, Apply, GeoJSON, KeyOrderedDict, Read, Write, exp
from aerospike_py import expression_operations as expressions
from aerospike_py import list_operations as lists
from aerospike_py import map_operations as maps

PICKLE = {"serializer": pickle.dumps, "deserializer": pickle.loads}
NUMBERS = itertools.count()


@dataclass
class Point:
    x: int
    y: int


@dataclass
class Holder:
    n: int
    v: Any
    l: list[Any]  # noqa: E741


BINS = {"n": 1, "v": Point(1, 2), "l": [{3}, b"x", {"a": 4j}]}


@pytest.fixture
def coded(connect):
    """A client that pickles."""
    return connect(**PICKLE)


def particle_type(c, key, name):
    return c.operate(key, [expressions.expression_read("t", exp.bin_type(name))]).bins["t"]


# There and back.


@pytest.mark.parametrize("nested", [False, True])
def test_a_serializer_that_changes_the_dict_it_is_called_for(connect, c, key, nested):
    """What the dict held when the call began is written."""
    bins = {"a": Point(1, 2), "b": Point(3, 4), "c": 5}

    def dump(value):
        bins[f"more{len(bins)}"] = 1
        return bytes([value.x])

    connect(serializer=dump).put(key, {"m": bins} if nested else bins)
    found = c.get(key).bins
    assert (found["m"] if nested else found) == {"a": b"\1", "b": b"\3", "c": 5}


@pytest.mark.parametrize("value", [{1, 2}, 1j, date(2024, 2, 29), Point(3, 4), frozenset(), range(3), Ellipsis])
def test_a_whole_bin(coded, c, key, value):
    coded.put(key, {"v": value})
    assert coded.get(key).bins == {"v": value}
    assert type(coded.get(key).bins["v"]) is type(value)
    assert particle_type(c, key, "v") == 9
    assert c.get(key).bins == {"v": pickle.dumps(value)}


@pytest.mark.parametrize(
    "value",
    [
        [{1}],
        [[[{1}]]],
        {"a": {1}},
        {1: {b"k": [{2}]}},
        [None, True, 1, -(2**63), 1.5, "s", b"b", GeoJSON({"type": "Point", "coordinates": [1.0, 2.0]}), {5}, {"z": 1, "a": {6}, "m": 2}],
        [*range(70000), {1}],
        {f"k{n}": n for n in range(100)} | {"set": {1}},
        ["x" * 70000, {1}],
    ],
)
def test_inside_lists_and_maps(coded, c, key, value):
    coded.put(key, {"v": value})
    assert coded.get(key).bins == {"v": value}
    assert particle_type(c, key, "v") == (20 if isinstance(value, list) else 19)


def test_a_map_stays_ordered(coded, key):
    value = KeyOrderedDict({"b": {1}, "a": [KeyOrderedDict({2: {3}, 1: 0})]})
    coded.put(key, {"v": value})
    read = coded.get(key).bins["v"]
    assert (type(read), list(read), type(read["a"][0])) == (KeyOrderedDict, ["a", "b"], KeyOrderedDict)
    assert read == value
    coded.put(key, {"v": {"b": {1}, "a": 2}})
    assert type(coded.get(key).bins["v"]) is dict


def test_a_tuple_is_a_list(coded, key):
    coded.put(key, {"v": (1, {2}, (3,))})
    assert coded.get(key).bins == {"v": [1, {2}, [3]]}


def test_what_aerospike_has_is_left_alone(connect, c, key):
    import numpy as np

    class Text(str):
        pass

    asked = []
    coded = connect(serializer=asked.append, deserializer=asked.append)
    bins = {
        "i": 1, "f": 1.5, "t": True, "s": "s", "u": Text("u"), "b": b"\x80\x04.", "a": bytearray(b"a"), "w": memoryview(b"w"), "l": [1, b"x"],
        "m": {"a": b"y"}, "g": GeoJSON({"type": "Point", "coordinates": [1.0, 2.0]}), "n": np.int64(7),
    }  # fmt: skip
    coded.put(key, bins)
    assert coded.get(key).bins == c.get(key).bins
    assert asked == []
    coded.put(key, {"i": None})
    assert asked == []
    assert "i" not in c.get(key).bins


# Every way.


def test_every_way_to_write(coded, keys):
    keys = keys(8)
    write = {"op": OPERATOR_WRITE, "bin": "v", "val": [Point(1, 2)]}
    coded.put(keys[0], {"v": [Point(1, 2)]})
    coded.operate(keys[1], [write])
    coded.operate_ordered(keys[2], [write])
    coded.batch_write([(keys[3], {"v": [Point(1, 2)]})])
    coded.batch([Write(keys[4], {"v": [Point(1, 2)]}), Write(keys[5], ops=[write])])
    coded.batch_operate([keys[6]], [write])
    coded.put(keys[7], {"v": [Point(1, 2)], "m": {"a": 1}}, map_bins=["m"])
    assert [coded.get(key).bins["v"] for key in keys] == [[Point(1, 2)]] * 8


def test_a_background_job_writes(coded, keys, set_name):
    keys = keys(3)
    for key in keys:
        coded.put(key, {"n": 1})
    job = coded.query("test", set_name).add_ops([{"op": OPERATOR_WRITE, "bin": "v", "val": Point(1, 2)}]).execute_background()
    job.wait(10)
    assert [coded.get(key).bins for key in keys] == [{"n": 1, "v": Point(1, 2)}] * 3


def test_every_way_to_read(coded, key, set_name):
    coded.put(key, BINS)
    read = {"op": OPERATOR_READ, "bin": "v"}
    everything = {"op": OPERATOR_READ}
    assert coded.get(key).bins == BINS
    assert coded.select(key, ["v"]).bins == {"v": Point(1, 2)}
    assert coded.operate(key, [everything]).bins == BINS
    assert coded.operate(key, [lists.list_get("l", 0)]).bins == {"l": {3}}
    assert coded.operate(key, [lists.list_get("l", 0), lists.list_get_range("l", 0, 2)]).bins == {"l": [{3}, [{3}, b"x"]]}
    answers = coded.operate_ordered(key, [read, lists.list_get("l", 0), read]).ordered_bins
    assert [tuple(answer) for answer in answers] == [("v", Point(1, 2)), ("l", {3}), ("v", Point(1, 2))]
    assert dict(map(tuple, coded.operate_ordered(key, [everything]).ordered_bins)) == BINS

    assert coded.batch_read([key]) == {"k": BINS}
    assert coded.batch_read([key]).batch_records[0].record.bins == BINS
    lazy = coded.batch_read([key], lazy=True)
    assert (lazy["k"], lazy.to_list(), lazy.to_dict(), lazy.batch_records[0].record.bins) == (BINS, [BINS], {"k": BINS}, BINS)
    assert coded.batch([Read(key), Read(key, ops=[read])]).batch_records[1].record.bins == {"v": Point(1, 2)}
    assert [row.record.bins for row in take(coded.batch_stream([Read(key)]))] == [BINS]
    assert coded.batch_operate([key], [read]).batch_records[0].record.bins == {"v": Point(1, 2)}

    query = coded.query("test", set_name)
    assert [record.bins for record in query.results()] == [BINS]
    assert query.first().bins == BINS
    assert [record.bins for record in take(query.records())] == [BINS]
    assert [record.bins for page in take(query.pages(10)) for record in page] == [BINS]
    seen = []
    query.foreach(lambda record: seen.append(record.bins))
    assert seen == [BINS]
    assert [record.bins for record in coded.scan("test", set_name).results()] == [BINS]


def test_what_a_function_returns(coded, key):
    module = f"serial{next(NUMBERS)}"
    coded.udf_put(f"{module}.lua", source="function give(rec) return rec['v'] end\nfunction wrap(rec) return list{rec['v'], 1} end")
    coded.put(key, BINS)
    assert coded.apply(key, module, "give") == Point(1, 2)
    assert coded.apply(key, module, "wrap") == [Point(1, 2), 1]
    assert coded.batch_apply([key], module, "give").batch_records[0].record.bins == {"SUCCESS": Point(1, 2)}
    assert coded.batch([Apply(key, module, "give")]).batch_records[0].record.bins == {"SUCCESS": Point(1, 2)}


def test_into_a_class(coded, key, set_name):
    coded.put(key, Holder(**BINS))
    assert coded.get(key, into=Holder).bins == Holder(**BINS)
    assert coded.batch_read([key], into=Holder)["k"] == Holder(**BINS)
    assert coded.query("test", set_name).first(into=Holder).bins == Holder(**BINS)


def test_a_batch_of_many(coded, keys):
    keys = keys(700)
    coded.batch_write([(key, {"v": {n}}) for n, key in enumerate(keys)])
    assert coded.batch_read(keys) == {key[2]: {"v": {n}} for n, key in enumerate(keys)}


def test_columns_of_what_was_read(coded, key):
    """A value that was read is no value to store; the other bins are there all the same."""
    coded.put(key, BINS)
    lazy = coded.batch_read([key], lazy=True)
    assert lazy.to_numpy([("n", "i8")]).batch_records["n"].tolist() == [1]
    assert lazy["k"] == BINS
    assert lazy.to_numpy([("n", "i8")]).batch_records["n"].tolist() == [1]


def test_the_callables_run_where_the_call_is_made(connect, key):
    threads = []

    def note(made):
        threads.append(threading.get_ident())
        return made

    coded = connect(serializer=lambda value: note(pickle.dumps(value)), deserializer=lambda data: note(pickle.loads(data)))
    coded.put(key, {"v": {1}})
    assert coded.get(key).bins == {"v": {1}}
    assert threads == [threading.get_ident()] * 2


# Half of it.


def test_without_a_deserializer_they_are_bytes(connect, key):
    client = connect(serializer=pickle.dumps, deserializer=None)
    client.put(key, {"v": {1}, "l": [{2}]})
    assert client.get(key).bins == {"v": pickle.dumps({1}), "l": [pickle.dumps({2})]}


def test_without_a_serializer_they_are_refused(connect, coded, key):
    client = connect(deserializer=pickle.loads)
    for value in ({1}, [{1}]):
        with pytest.raises(TypeError, match="bin 'v': set is not a type Aerospike stores"):
            client.put(key, {"v": value})
    coded.put(key, {"v": {1}})
    assert client.get(key).bins == {"v": {1}}


def test_blobs_of_other_languages_stay_bytes(coded, key, hosts):
    coded.put(key, {"n": 1})
    for kind in (4, 7, 8, 10):
        write_raw(hosts, coded.get(key).key, kind, b"\x80\x04.", "v")
        assert coded.get(key).bins["v"] == b"\x80\x04."


# What is not serialized.


def test_where_only_known_types_stand(connect, key, set_name):
    asked = []
    coded = connect(serializer=asked.append)
    coded.put(key, {"l": [1], "m": {"a": 1}})
    unknown = frozenset()
    calls = [
        lambda: coded.put(key, {"v": {unknown: 1}}),
        lambda: coded.put(("test", set_name, unknown), {"v": 1}),
        lambda: coded.get(("test", set_name, unknown)),
        lambda: coded.operate(key, [lists.list_append("l", unknown)]),
        lambda: coded.operate(key, [maps.map_put("m", "b", [unknown])]),
        lambda: coded.operate(key, [lists.list_get_by_value("l", unknown, aerospike_py.LIST_RETURN_INDEX)]),
        lambda: coded.append(key, "v", unknown),
        lambda: coded.increment(key, "v", unknown),
        lambda: coded.apply(key, "m.lua", "f", [unknown]),
    ]
    for call in calls:
        with pytest.raises(aerospike_py.AerospikeError):
            call()
    assert asked == []


def test_a_map_written_by_key(coded, key):
    """Its values are operations on a map, to which the engine gives known types only."""
    for bins in ({"m": {"a": {1}}}, {"m": {1}}):
        with pytest.raises(TypeError, match="map_bins: bin 'm' holds what the serializer made"):
            coded.put(key, bins, map_bins=["m"])
    with pytest.raises(aerospike_py.RecordNotFound):
        coded.get(key)


# What goes wrong.


class Broken(Exception):
    """What the application raises."""


def fails(_):
    raise Broken("no")


def test_what_the_serializer_raises(connect, key):
    coded = connect(serializer=fails)
    write = {"op": OPERATOR_WRITE, "bin": "v", "val": {1}}
    calls = [
        lambda: coded.put(key, {"a": 1, "v": {1}}),
        lambda: coded.put(key, {"v": [[{1}]]}),
        lambda: coded.operate(key, [write]),
        lambda: coded.batch_write([(key, {"a": 1}), (key, {"v": {1}})]),
        lambda: coded.batch([Write(key, {"a": 1}), Write(key, {"v": {1}})]),
        lambda: coded.batch_operate([key], [write]),
    ]
    for call in calls:
        with pytest.raises(Broken, match="^no$") as caught:
            call()
        assert "fails" in [frame.name for frame in traceback.extract_tb(caught.tb)]
    with pytest.raises(aerospike_py.RecordNotFound):
        coded.get(key)


@pytest.mark.parametrize("made", ["text", None, bytearray(b"b"), 1])
def test_a_serializer_that_makes_no_bytes(connect, key, made):
    coded = connect(serializer=lambda _: made)
    with pytest.raises(TypeError, match=f"bin 'v': the serializer made a {type(made).__name__} of a set") as caught:
        coded.put(key, {"v": {1}})
    assert isinstance(caught.value, aerospike_py.AerospikeError)


def test_what_the_deserializer_raises(coded, connect, keys, set_name):
    good, bad = keys(2)
    coded.put(good, {"n": 1})
    coded.put(bad, {"v": [{1}]})
    reader = connect(deserializer=fails)
    read = {"op": OPERATOR_READ, "bin": "v"}
    query = reader.query("test", set_name)
    for call in [
        lambda: reader.get(bad),
        lambda: reader.select(bad, ["v"]),
        lambda: reader.operate(bad, [read]),
        lambda: reader.batch_read([good, bad]),
        lambda: reader.batch_read([good, bad], lazy=True)["k1"],
        lambda: reader.batch([Read(good), Read(bad)]),
        lambda: take(reader.batch_stream([Read(bad)])),
        lambda: reader.batch_operate([bad], [read]),
        query.results,
        lambda: take(query.records()),
        lambda: take(query.pages(10)),
    ]:
        with pytest.raises(Broken, match="^no$") as caught:
            call()
        assert "fails" in [frame.name for frame in traceback.extract_tb(caught.tb)]
        assert caught.value.key.user_key in {"k1", None}
        assert caught.value.key.digest == coded.get(bad).key.digest
    with pytest.raises(Broken):
        reader.operate_ordered(bad, [read])
    # What is not asked for, or not read yet, does no harm.
    assert reader.get(good).bins == {"n": 1}
    assert reader.batch_read([good, bad], ["n"])["k0"] == {"n": 1}
    lazy = reader.batch_read([good, bad], lazy=True)
    assert lazy["k0"] == {"n": 1}
    with pytest.raises(Broken):
        lazy.to_dict()
    assert lazy.result_codes == [0, 0]
    # After the record that cannot be read come the others.
    rows = reader.batch_stream([Read(bad), Read(good)])
    seen = []
    for _ in range(2):
        try:
            seen += [row.record.bins for row in take(rows, 1)]
        except Broken:
            seen.append("broken")
    assert sorted(map(str, seen)) == ["broken", "{'n': 1}"]


@pytest.mark.parametrize("error", [StopIteration, StopAsyncIteration])
def test_an_end_that_is_none(connect, coded, key, set_name, error):
    """It would end an iteration, or be taken for the value of an await."""

    def stops(_):
        raise error("x")

    reader = connect(serializer=stops, deserializer=stops)
    coded.put(key, {"v": {1}})
    query = reader.query("test", set_name)
    for call in (
        lambda: reader.get(key),
        lambda: take(query.records()),
        lambda: take(reader.batch_stream([Read(key)])),
        lambda: reader.put(key, {"v": {2}}),
    ):
        with pytest.raises(RuntimeError, match=f"serializer raised {error.__name__}") as caught:
            call()
        assert type(caught.value.__cause__) is error


@pytest.mark.parametrize("name", ["serializer", "deserializer"])
@pytest.mark.parametrize("given", [1, "pickle", (pickle.dumps, pickle.loads)])
def test_what_cannot_be_called(mode, hosts, name, given):
    client = make_calls(mode, {"hosts": hosts, name: given})
    with pytest.raises(aerospike_py.InvalidArgError, match=f"configuration '{name}'.*callable"):
        client.connect()
    assert not client.is_connected()


# The life of a client.


def test_they_may_use_the_client(mode, hosts, keys):
    """Also the one they serve: nothing is locked meanwhile."""
    if mode == "async":
        pytest.skip("a call would have to be awaited")
    one, other = keys(2)
    client = aerospike_py.client(
        {
            "hosts": hosts,
            "serializer": lambda value: client.put(other, {"s": str(value)}) or b"",
            "deserializer": lambda _: client.get(other).bins["s"],
        }
    )
    with client:
        client.put(one, {"v": {1}})
        assert client.get(one).bins == {"v": "{1}"}
        assert client.batch_read([one]) == {"k0": {"v": "{1}"}}
        assert [record.bins["v"] for record in client.query(*one[:2]).results() if "v" in record.bins] == ["{1}"]


def test_each_client_has_its_own(coded, connect, c, key):
    other = connect(serializer=lambda _: b"other", deserializer=lambda data: data.decode())
    other.put(key, {"v": {1}})
    assert other.get(key).bins == {"v": "other"}
    with pytest.raises(pickle.UnpicklingError):
        coded.get(key)
    with pytest.raises(TypeError):
        c.put(key, {"v": {1}})


@pytest.mark.parametrize("name", ["serializer", "deserializer"])
def test_a_client_in_a_cycle_with_them_is_collected(mode, hosts, key, name):
    class Codec:
        def __call__(self, value):
            return value

    codec = Codec()
    client = make_calls(mode, {"hosts": hosts, name: codec})
    client.connect()
    client.put(key, {"v": 1})
    codec.cycle = [client.client, client.query("test", "s"), client.batch_stream([Read(key)]), client.batch_read([key], lazy=True)]
    gone = weakref.ref(codec), weakref.ref(client.client)
    del client, codec
    gc.collect()
    assert [reference() for reference in gone] == [None, None]


def test_after_a_fork(hosts, run_python):
    code = f"""
import os, pickle
import aerospike_py
client = aerospike_py.client({{"hosts": {hosts!r}, "serializer": pickle.dumps, "deserializer": pickle.loads}}).connect()
key = ("test", "serialfork", "k")
client.put(key, {{"v": {{1}}}})
child = os.fork()
if child == 0:
    client.put(key, {{"v": client.get(key).bins["v"] | {{2}}}})
    client.close()
    os._exit(7)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
assert client.get(key).bins == {{"v": {{1, 2}}}}
client.close()
"""
    done = run_python(code)
    assert (done.returncode, done.stderr) == (0, "")


# The official client.


def test_the_official_client_reads_bytes(coded, official, key):
    coded.put(key, {"v": {1}, "l": [{2}]})
    assert official.get(key)[2] == {"v": pickle.dumps({1}), "l": [pickle.dumps({2})]}


def test_what_the_official_client_serialized(coded, hosts, key):
    """Its serializer makes a str, which it stores as plain bytes: nothing tells them apart from others."""
    aerospike = pytest.importorskip("aerospike", reason="the official client is not installed")
    # It does not hold the functions itself.
    config = {"hosts": hosts, "serialization": (lambda value: f"P:{sorted(value)}", None)}
    client = aerospike.client(config).connect()
    client.put(key, {"v": {2, 1}, "l": [{3}]})
    client.close()
    assert particle_type(coded, key, "v") == 4
    assert coded.get(key).bins == {"v": b"P:[1, 2]", "l": [b"P:[3]"]}
