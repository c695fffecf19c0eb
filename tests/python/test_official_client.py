"""The official C client judges: it works against the embedded server, and what one client writes the other reads."""

from __future__ import annotations

import pytest
from judged import POINT, SKETCH, VALUES

import aerospike_py
from aerospike_py.devserver import DevServer

aerospike = pytest.importorskip("aerospike", reason="the official client is not installed")
from aerospike_helpers import HyperLogLog
from aerospike_helpers.batch import records as batch
from aerospike_helpers.operations import operations as op

NEVER = 4294967295
# It deprecates much of what is tested here.
pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated")


@pytest.fixture(scope="module", params=[1, 3], ids=["one node", "three nodes"])
def cluster(request):
    with DevServer(nodes=request.param) as server:
        yield server


@pytest.fixture(scope="module")
def official(cluster):
    client = aerospike.client({"hosts": cluster.hosts[:1]}).connect()
    yield client
    client.close()


@pytest.fixture
def c(connect, cluster):
    return connect(hosts=cluster.hosts[:1])


# By itself.


def test_it_finds_the_cluster(official, cluster):
    assert official.is_connected()
    assert len(official.get_node_names()) == len(cluster.hosts)
    assert all(error is None for error, _ in official.info_all("status").values())


def test_single_records(official, keys):
    for key in keys(50):
        assert official.exists(key)[1] is None
        official.put(key, {"n": 1, "s": "b"})
        official.put(key, {"f": 0.5})
        official.append(key, "s", "c")
        official.prepend(key, "s", "a")
        official.increment(key, "n", 5)
        official.touch(key, 100)
        _, meta, bins = official.get(key)
        assert bins == {"n": 6, "s": "abc", "f": 0.5}
        assert meta["gen"] == 6
        assert 98 <= meta["ttl"] <= 100
        assert official.select(key, ["n", "zz"])[2] == {"n": 6}
        assert official.exists(key)[1]["gen"] == 6
        official.remove_bin(key, ["f"])
        assert official.get(key)[2] == {"n": 6, "s": "abc"}
        official.remove(key)
        with pytest.raises(aerospike.exception.RecordNotFound):
            official.get(key)


def test_operate(official, key):
    ops = [
        op.write("a", 1),
        op.increment("a", 2),
        op.read("a"),
        op.append("s", "x"),
        op.prepend("s", "y"),
        op.read("s"),
        op.write("z", [1]),
    ]
    _, meta, bins = official.operate(key, ops)
    assert (meta["gen"], bins) == (1, {"a": 3, "s": "yx"})
    _, _, answers = official.operate_ordered(key, [op.read("s"), op.increment("a", 1), op.read("a"), op.touch()])
    assert [answer for answer in answers if answer[1] is not None] == [("s", "yx"), ("a", 4)]
    official.operate(key, [op.delete()])
    assert official.exists(key)[1] is None


def test_policies(official, key):
    official.put(key, {"a": 1}, policy={"exists": aerospike.POLICY_EXISTS_CREATE})
    with pytest.raises(aerospike.exception.RecordExistsError):
        official.put(key, {"a": 2}, policy={"exists": aerospike.POLICY_EXISTS_CREATE})
    with pytest.raises(aerospike.exception.RecordGenerationError):
        official.put(key, {"a": 2}, meta={"gen": 5}, policy={"gen": aerospike.POLICY_GEN_EQ})
    official.put(key, {"b": 2}, policy={"exists": aerospike.POLICY_EXISTS_REPLACE})
    assert official.get(key)[2] == {"b": 2}
    with pytest.raises(aerospike.exception.BinIncompatibleType):
        official.append(key, "b", "x")
    with pytest.raises(aerospike.exception.RecordNotFound):
        official.put(("test", key[1], "other"), {"a": 1}, policy={"exists": aerospike.POLICY_EXISTS_UPDATE})


def test_batches(official, keys):
    keys = keys(200)
    written = batch.BatchRecords([batch.Write(key, [op.write("n", index)], meta={"ttl": 100}) for index, key in enumerate(keys)])
    official.batch_write(written)
    assert {record.result for record in written.batch_records} == {0}
    read = official.batch_read([*keys, ("test", "nobody", 1)])
    assert [record.result for record in read.batch_records] == [0] * 200 + [2]
    assert [record.record[2]["n"] for record in read.batch_records[:200]] == list(range(200))
    some = official.batch_read(keys, ["zz"])
    assert [record.record[2] for record in some.batch_records] == [{}] * 200
    operated = official.batch_operate(keys, [op.increment("n", 1), op.read("n")])
    assert [record.record[2]["n"] for record in operated.batch_records] == list(range(1, 201))
    mixed = batch.BatchRecords([batch.Read(keys[0], [op.read("n")]), batch.Write(keys[1], [op.write("n", 0)]), batch.Remove(keys[2])])
    official.batch_write(mixed)
    assert [record.result for record in mixed.batch_records] == [0, 0, 0]
    removed = official.batch_remove(keys)
    assert [record.result for record in removed.batch_records] == [0, 0, 2] + [0] * 197


def test_scans_and_truncation(official, set_name):
    for index in range(300):
        official.put(("test", set_name, index), {"n": index}, policy={"key": aerospike.POLICY_KEY_SEND})
    records = official.scan("test", set_name).results()
    assert sorted(record[0][2] for record in records) == list(range(300))
    assert sorted(record[2]["n"] for record in records) == list(range(300))
    assert len(official.query("test", set_name).results()) == 300
    part = official.scan("test", set_name).results({"partition_filter": {"begin": 0, "count": 1024}})
    assert 0 < len(part) < 300
    official.truncate("test", set_name, 0)
    assert official.scan("test", set_name).results() == []


def test_an_unknown_namespace(official):
    with pytest.raises(aerospike.exception.NamespaceNotFound):
        official.get(("nowhere", "s", 1))


# With ours.


def special():
    """Values for which each client has a class of its own: name, the official client's, ours."""
    return [
        ("geo", aerospike.GeoJSON({"type": "Point", "coordinates": [-80.59, 28.6]}), aerospike_py.GeoJSON(POINT)),
        ("hll", HyperLogLog(SKETCH), aerospike_py.HyperLogLog(SKETCH)),
    ]


@pytest.mark.parametrize("name", VALUES)
def test_values_one_writes_the_other_reads(c, official, set_name, name):
    key, value = ("test", set_name, name), VALUES[name]
    official.put(key, {"v": value, "l": [value], "m": {"k": value}})
    ours = c.get(key).bins
    assert ours == official.get(key)[2] == {"v": value, "l": [value], "m": {"k": value}}
    assert type(ours["v"]) is type(value)
    c.remove(key)
    c.put(key, {"v": value, "l": [value], "m": {"k": value}})
    theirs = official.get(key)[2]
    assert theirs == {"v": value, "l": [value], "m": {"k": value}}
    assert type(theirs["v"]) is type(value)
    assert official.batch_read([key]).batch_records[0].record[2] == c.batch_read([key])[name]


@pytest.mark.parametrize("index", [0, 1], ids=["geo", "hll"])
def test_values_of_their_own_class(c, official, set_name, index):
    name, theirs, ours = special()[index]
    key = ("test", set_name, name)
    official.put(key, {"v": theirs})
    read = c.get(key).bins["v"]
    assert type(read) is type(ours)
    if name == "geo":
        assert read.unwrap() == ours.unwrap()
    else:
        assert read == ours
    c.put(key, {"v": read, "w": ours})
    bins = official.get(key)[2]
    assert [type(value) for value in bins.values()] == [type(theirs)] * 2
    if name == "geo":
        assert bins["v"].unwrap() == bins["w"].unwrap() == theirs.unwrap()
    else:
        assert bins["v"] == bins["w"] == theirs


# Of bytes with a NUL the official client takes what stands before it.
USER_KEYS = [0, 1, -1, 2**63 - 1, -(2**63), "", "abc", "é" * 50, b"abc", b"\xff\xfe", b"", bytearray(b"abc"), bytearray(b"\xff\x00")]


@pytest.mark.parametrize("user_key", USER_KEYS, ids=lambda value: repr(value)[:20])
@pytest.mark.parametrize("name", ["demo", "", None])
def test_digests(c, official, name, user_key):
    key = ("test", name, user_key)
    digest = c.exists(key).key.digest
    if type(user_key) is not bytes:
        # Its keys may be bytes, what computes their digests refuses them.
        assert bytes(aerospike.calc_digest("test", name or "", user_key)) == digest
    c.put(key, {"a": 1})
    try:
        assert official.get(key)[2] == {"a": 1}
        assert bytes(official.get(key)[0][3]) == digest
    finally:
        c.remove(key)


@pytest.mark.parametrize("user_key", [5, "text", bytearray(b"blob")], ids=repr)
def test_keys_that_are_stored(c, official, set_name, user_key):
    key = ("test", set_name, user_key)
    c.put(key, {"a": 1}, policy={"key": aerospike_py.POLICY_KEY_SEND})
    ((stored, _, _),) = official.scan("test", set_name).results()
    assert stored[2] == user_key
    assert type(stored[2]) is type(user_key)


def test_generations_and_times_to_live(c, official, key):
    official.put(key, {"a": 1}, meta={"ttl": 500})
    for generation in range(2, 6):
        writer = official if generation % 2 else c
        writer.put(key, {"a": generation}, {"ttl": 100 * generation})
        ours, theirs = c.get(key).meta, official.get(key)[1]
        assert ours.gen == theirs["gen"] == generation
        assert abs(ours.ttl - theirs["ttl"]) <= 1
        assert 100 * generation - 2 <= ours.ttl <= 100 * generation
    c.put(key, {"a": 0}, {"ttl": aerospike_py.TTL_NEVER_EXPIRE})
    assert official.get(key)[1]["ttl"] == c.get(key).meta.ttl == NEVER
    c.touch(key, 50)
    assert 48 <= official.exists(key)[1]["ttl"] <= 50
    official.touch(key, 60)
    assert 58 <= c.exists(key).meta.ttl <= 60


def test_records_in_bulk(c, official, keys):
    keys = keys(300)
    c.batch_write([(key, {"n": index, "name": str(index)}) for index, key in enumerate(keys)])
    theirs = official.batch_read(keys).batch_records
    assert [record.record[2] for record in theirs] == [{"n": index, "name": str(index)} for index in range(300)]
    official.batch_operate(keys, [op.increment("n", 1000)])
    assert [bins["n"] for bins in c.batch_read(keys).values()] == list(range(1000, 1300))
    assert len(official.scan(*keys[0][:2]).results()) == 300
    c.batch_remove(keys)
    assert official.scan(*keys[0][:2]).results() == []


def test_the_same_requests_for_the_same_answers(c, official, key):
    """Where both have a way to ask, both get the same."""
    official.put(key, {"a": 1, "b": "x", "l": [1, 2]})
    assert c.select(key, ["a", "zz"]).bins == official.select(key, ["a", "zz"])[2]
    ours = c.operate(key, [{"op": aerospike_py.OPERATOR_READ, "bin": "b"}, {"op": aerospike_py.OPERATOR_READ, "bin": "a"}])
    assert ours.bins == official.operate(key, [op.read("b"), op.read("a")])[2]
    for wrong in (lambda client: client.append(key, "a", "x"), lambda client: client.increment(key, "b", 1)):
        with pytest.raises(aerospike.exception.BinIncompatibleType) as theirs:
            wrong(official)
        with pytest.raises(aerospike_py.BinIncompatibleType) as ours:
            wrong(c)
        assert ours.value.code == theirs.value.code == 12
