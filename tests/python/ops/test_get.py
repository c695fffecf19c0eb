"""get, select, exists, remove, touch: results and metadata."""

from __future__ import annotations

import pytest

import aerospike_py
from aerospike_py.types import AerospikeKey, ExistsResult, Record, RecordMetadata

NEVER = 4294967295


def test_get(c, key):
    c.put(key, {"a": 1, "b": "x"})
    record = c.get(key)
    assert type(record) is Record
    assert type(record.key) is AerospikeKey
    assert type(record.meta) is RecordMetadata
    got, meta, bins = record
    assert got[:3] == key
    assert (got.namespace, got.set_name, got.user_key) == key
    assert type(got.digest) is bytes
    assert len(got.digest) == 20
    assert meta == (1, NEVER)
    assert (meta.gen, meta.ttl) == (meta["gen"], meta["ttl"]) == (1, NEVER)
    assert type(bins) is dict
    assert bins == {"a": 1, "b": "x"}


def test_bins_come_in_the_order_they_were_written(c, key):
    names = ["z", "a", "m", "b"]
    for name in names:
        c.put(key, {name: 1})
    assert list(c.get(key).bins) == names


def test_a_record_gives_its_key_back(c, key):
    c.put(key, {"a": 1})
    record = c.get(key)
    assert c.get(record.key) == record
    c.put(record.key, {"a": 2})
    assert c.get(("test", key[1], None, record.key.digest)).bins == {"a": 2}


def test_the_digest_alone(c, key):
    c.put(key, {"a": 1})
    by_digest = ("test", key[1], None, c.get(key).key.digest)
    record = c.get(by_digest)
    assert record.bins == {"a": 1}
    assert record.key == by_digest
    c.put(by_digest, {"a": 2})
    c.touch(by_digest)
    assert c.exists(by_digest).meta.gen == 3
    c.remove(by_digest)
    assert c.exists(key).meta is None


@pytest.mark.parametrize("names", [["a"], ("a", "c"), ["c", "a"], ["a", "zz"], ["zz"], []])
def test_select(c, key, names):
    bins = {"a": 1, "b": 2, "c": 3}
    c.put(key, bins)
    record = c.select(key, names)
    assert type(record) is Record
    assert record.bins == {name: bins[name] for name in names if name in bins}
    assert record.meta.gen == 1


def test_exists(c, key):
    missing = c.exists(key)
    assert type(missing) is ExistsResult
    assert missing.key[:3] == key
    assert len(missing.key.digest) == 20
    assert missing.meta is None
    c.put(key, {"a": 1})
    found = c.exists(key)
    assert found.meta == RecordMetadata(1, NEVER)
    assert found.meta["gen"] == 1


@pytest.mark.parametrize(
    "call", [lambda c, key: c.get(key), lambda c, key: c.select(key, ["a"]), lambda c, key: c.remove(key), lambda c, key: c.touch(key)]
)
def test_a_record_that_is_not_there(c, key, call):
    with pytest.raises(aerospike_py.RecordNotFound) as caught:
        call(c, key)
    assert caught.value.code == caught.value.result_code == 2
    assert str(caught.value).startswith("AEROSPIKE_ERR (2): ")
    assert caught.value.key[:3] == key
    assert caught.value.in_doubt is False


def test_remove(c, key):
    c.put(key, {"a": 1})
    assert c.remove(key) is None
    assert c.exists(key).meta is None
    c.put(key, {"a": 1})
    assert c.get(key).meta.gen == 1


def test_touch(c, key):
    c.put(key, {"a": 1})
    assert c.touch(key) is None
    assert c.get(key) == (c.get(key).key, (2, NEVER), {"a": 1})


def test_generations_count_writes(c, key):
    for generation in range(1, 6):
        c.put(key, {"a": generation})
        assert c.get(key).meta.gen == generation
    c.touch(key)
    c.append(key, "s", "x")
    c.increment(key, "a", 1)
    c.remove_bin(key, ["s"])
    assert c.exists(key).meta.gen == 9
    c.get(key)
    assert c.exists(key).meta.gen == 9


def test_the_empty_set(c, set_name):
    """A set given as None is the empty one, also when the key comes back."""
    one, two = ("test", None, set_name), ("test", "", set_name)
    c.put(one, {"a": 1})
    assert c.get(two).bins == {"a": 1}
    assert c.get(one).key == c.get(two).key == ("test", "", set_name, c.get(two).key.digest)
    assert c.exists(one).key.set_name == ""
    c.remove(two)


def test_namespaces_are_apart(c, set_name):
    c.put(("test", set_name, 1), {"a": 1})
    c.put(("bar", set_name, 1), {"a": 2})
    assert c.get(("test", set_name, 1)).bins == {"a": 1}
    assert c.get(("bar", set_name, 1)).bins == {"a": 2}


@pytest.mark.parametrize(
    "call",
    [
        lambda c, key: c.put(key, {"a": 1}),
        lambda c, key: c.get(key),
        lambda c, key: c.exists(key),
        lambda c, key: c.remove(key),
        lambda c, key: c.touch(key),
        lambda c, key: c.operate(key, [{"op": aerospike_py.OPERATOR_READ, "bin": "a"}]),
        lambda c, key: c.batch_read([key]),
        lambda c, key: c.batch_write([(key, {"a": 1})]),
        lambda c, key: c.batch_remove([key]),
    ],
)
def test_an_unknown_namespace(c, call):
    with pytest.raises(aerospike_py.NamespaceNotFound, match="nowhere") as caught:
        call(c, ("nowhere", "s", 1))
    assert caught.value.code == 20
    assert caught.value.key[:3] == ("nowhere", "s", 1)
