"""batch_read: a dict, a handle without conversion, and what the dict cannot say."""

from __future__ import annotations

import json

import pytest

import aerospike_py
from aerospike_py import BatchReadResult, LazyBatchRecords
from aerospike_py.types import AerospikeKey, BatchRecord, Record


@pytest.fixture
def three(c, keys):
    """Four keys of which the second has no record."""
    keys = keys(4)
    for index in (0, 2, 3):
        c.put(keys[index], {"n": index, "s": f"s{index}"})
    return keys


def test_a_dict_of_those_found(c, three):
    result = c.batch_read(three)
    assert type(result) is BatchReadResult
    assert isinstance(result, dict)
    assert result == {f"k{index}": {"n": index, "s": f"s{index}"} for index in (0, 2, 3)}
    assert list(result) == ["k0", "k2", "k3"]
    assert json.loads(json.dumps(result)) == result
    assert type(result["k0"]) is dict


def test_the_order_is_that_of_the_request(c, three):
    assert list(c.batch_read(three[::-1])) == ["k3", "k2", "k0"]
    assert c.batch_read(three[::-1]).result_codes == [0, 0, 2, 0]


def test_what_a_dict_cannot_say(c, three):
    result = c.batch_read(three)
    assert result.result_codes == [0, 2, 0, 0]
    assert result.missing == ["k1"]
    assert result.found_count() == 3
    assert result.all_user_keys() == ["k0", "k1", "k2", "k3"]
    assert result.to_list() == [{"n": 0, "s": "s0"}, None, {"n": 2, "s": "s2"}, {"n": 3, "s": "s3"}]
    records = result.batch_records
    assert [type(record) for record in records] == [BatchRecord] * 4
    assert [record.result for record in records] == [0, 2, 0, 0]
    assert [record.key[:3] for record in records] == three
    assert all(type(record.key) is AerospikeKey and len(record.key.digest) == 20 for record in records)
    assert [record.in_doubt for record in records] == [False] * 4
    assert records[1].record is None
    found = records[2].record
    assert type(found) is Record
    assert found.key == records[2].key
    assert found.meta == (1, 4294967295)
    assert found.meta["gen"] == 1
    assert found.bins == {"n": 2, "s": "s2"}
    assert list(result.iter_records()) == records
    assert result.to_dict() == result.as_dict() == dict(result)
    assert type(result.to_dict()) is dict
    assert result.release_cache() is None
    assert BatchReadResult.merge_to_dict([result, c.batch_read(three[:1])]) == [dict(result), {"k0": {"n": 0, "s": "s0"}}]


def test_lazy(c, three):
    result = c.batch_read(three, lazy=True)
    assert type(result) is LazyBatchRecords
    assert result.result_codes == [0, 2, 0, 0]
    assert result.missing == ["k1"]
    assert result.found_count() == len(result) == 3
    assert repr(result) == "LazyBatchRecords(count=4, found=3)"
    assert list(result) == list(result.keys()) == ["k0", "k2", "k3"]
    assert result["k2"] == {"n": 2, "s": "s2"}
    assert "k2" in result
    assert "k1" not in result
    assert result.get("k1") is None
    assert result.get("k1", 7) == 7
    assert result.get("k0") == {"n": 0, "s": "s0"}
    with pytest.raises(KeyError):
        result["k1"]
    expected = dict(c.batch_read(three))
    assert result == expected
    assert dict(result.items()) == result.to_dict() == result.as_dict() == expected
    assert list(result.values()) == list(expected.values())
    assert result.to_list() == c.batch_read(three).to_list()
    assert list(result.iter_records()) == result.batch_records == c.batch_read(three).batch_records
    assert result.all_user_keys() == ["k0", "k1", "k2", "k3"]
    assert LazyBatchRecords.merge_to_dict([result, result]) == [expected, expected]
    result.release_cache()
    assert result.to_dict() == expected


@pytest.mark.parametrize("lazy", [False, True])
@pytest.mark.parametrize("bins", [["n"], ("n", "zz"), ["zz"], []])
def test_some_bins(c, three, lazy, bins):
    result = c.batch_read(three, bins, lazy=lazy)
    expected = {"n": 0} if "n" in bins else {}
    assert result.to_dict()["k0"] == expected
    assert result.batch_records[0].record.meta.gen == 1
    assert result.result_codes == [0, 2, 0, 0]


def test_no_keys(c):
    result = c.batch_read([])
    assert result == {}
    assert result.batch_records == []
    assert c.batch_read([], lazy=True).to_list() == []


def test_equal_user_keys(c, keys, set_name):
    """Of two sets' equal user keys the dict keeps the last; all are in `batch_records`."""
    one, two = ("test", set_name, "k"), ("test", set_name + "b", "k")
    c.put(one, {"n": 1})
    c.put(two, {"n": 2})
    result = c.batch_read([one, two, one])
    assert result == {"k": {"n": 1}}
    assert [record.record.bins for record in result.batch_records] == [{"n": 1}, {"n": 2}, {"n": 1}]
    assert c.batch_read([one, two]) == {"k": {"n": 2}}


def test_digests(c, three):
    """Keys given by their digest are in `batch_records` only."""
    by_digest = [(*key[:2], None, c.exists(key).key.digest) for key in three]
    result = c.batch_read([*by_digest, three[0]])
    assert result == {"k0": {"n": 0, "s": "s0"}}
    assert result.result_codes == [0, 2, 0, 0, 0]
    assert [record.key for record in result.batch_records][:4] == by_digest
    assert result.batch_records[3].record.bins == {"n": 3, "s": "s3"}
    assert result.missing == []


@pytest.mark.parametrize("make", [list, tuple, iter])
def test_keys_are_any_sequence(c, three, make):
    assert list(c.batch_read(make(three))) == ["k0", "k2", "k3"]


@pytest.mark.parametrize("make", [list, tuple])
def test_columns(c, three, set_name, make):
    result = c.batch_read(("test", set_name, make(["k0", "k1", "k3"])))
    assert result == {"k0": {"n": 0, "s": "s0"}, "k3": {"n": 3, "s": "s3"}}
    assert [record.key[:3] for record in result.batch_records] == [("test", set_name, name) for name in ("k0", "k1", "k3")]


def test_user_keys_with_their_namespace_and_set(c, three, set_name):
    assert c.batch_read(["k0", "k3"], namespace="test", set=set_name).keys() == {"k0", "k3"}
    assert c.batch_read(["k0"], namespace="test").result_codes == [2]


@pytest.mark.parametrize("user_keys", [["a", "b"], [1, 2], [b"a", b"\xff\x00"]])
def test_user_keys_of_every_kind(c, set_name, user_keys):
    keys = [("test", set_name, user_key) for user_key in user_keys]
    c.batch_write([(key, {"n": index}) for index, key in enumerate(keys)])
    result = c.batch_read(keys)
    assert result == {user_key: {"n": index} for index, user_key in enumerate(user_keys)}
    assert [record.key.user_key for record in result.batch_records] == user_keys


@pytest.mark.parametrize("lazy", [False, True])
@pytest.mark.parametrize("make", [bytearray, memoryview, lambda value: memoryview(bytearray(value))])
def test_user_keys_that_are_blobs(c, set_name, make, lazy):
    """They may be of types that a dict cannot hold; it holds their bytes then."""
    key = ("test", set_name, make(b"abc"))
    c.put(key, {"n": 1})
    result = c.batch_read([key, ("test", set_name, make(b"x"))], lazy=lazy)
    assert result.result_codes == [0, 2]
    assert result.to_dict() == {b"abc": {"n": 1}}
    assert result.batch_records[0].key.user_key == b"abc"
    assert result.missing == [b"x"]


def test_many(c, set_name):
    keys = [("test", set_name, index) for index in range(3000)]
    c.batch_write([(key, {"n": key[2], "s": str(key[2])}) for key in keys[::2]])
    result = c.batch_read(keys)
    assert result == {index: {"n": index, "s": str(index)} for index in range(0, 3000, 2)}
    assert list(result) == list(range(0, 3000, 2))
    assert result.found_count() == 1500


def test_more_than_the_server_takes(c, set_name):
    keys = [("test", set_name, index) for index in range(5001)]
    with pytest.raises(aerospike_py.BatchMaxRequestError) as caught:
        c.batch_read(keys)
    assert caught.value.code == 151


def test_the_keys_given_back_are_the_callers(c, set_name):
    user_key = "k" * 40
    key = ("test", set_name, user_key)
    c.put(key, {"n": 1})
    result = c.batch_read([key])
    assert next(iter(result)) is user_key
    assert result.batch_records[0].key.user_key is user_key


def test_the_empty_set(c, set_name):
    key = ("test", None, set_name)
    c.put(key, {"n": 1})
    record = c.batch_read([key]).batch_records[0]
    assert record.key[:3] == record.record.key[:3] == ("test", "", set_name)
    c.remove(key)
