"""batch_write, batch_operate, batch_remove: every record by itself, and what a retry makes of it."""

from __future__ import annotations

import pytest

import aerospike_py
from aerospike_py.types import AerospikeKey, BatchRecord, BatchRetryInfo, BatchWriteResult, Record

READ = {"op": aerospike_py.OPERATOR_READ, "bin": "n"}
INCREMENT = {"op": aerospike_py.OPERATOR_INCR, "bin": "n", "val": 1}
ONCE = BatchRetryInfo(attempts=1, max_attempts=1, truncated_by_timeout=False, unresolved=0)


def codes(result):
    return [record.result for record in result.batch_records]


def test_batch_write(c, keys):
    keys = keys(3)
    result = c.batch_write([(key, {"n": index}) for index, key in enumerate(keys)])
    assert type(result) is BatchWriteResult
    assert type(result.retry) is BatchRetryInfo
    assert result.retry == ONCE
    assert all(type(record) is BatchRecord and type(record.key) is AerospikeKey for record in result.batch_records)
    assert [record.key[:3] for record in result.batch_records] == keys
    assert all(len(record.key.digest) == 20 for record in result.batch_records)
    assert codes(result) == [0, 0, 0]
    assert [record.in_doubt for record in result.batch_records] == [False] * 3
    assert [c.get(key).bins for key in keys] == [{"n": 0}, {"n": 1}, {"n": 2}]
    written = result.batch_records[0].record
    assert type(written) is Record
    assert written.key == result.batch_records[0].key
    assert written.meta.gen == 1
    assert written.bins == {}


@pytest.mark.parametrize("method", ["batch_write", "batch_remove"])
def test_nothing_to_do(c, method):
    result = getattr(c, method)([])
    assert result.batch_records == []
    assert result.retry.unresolved == 0


@pytest.mark.parametrize("make", [list, tuple, iter])
def test_records_are_any_sequence(c, keys, make):
    rows = [(key, {"n": 1}) for key in keys(3)]
    assert codes(c.batch_write(make(rows))) == [0, 0, 0]
    assert codes(c.batch_write(make([list(row) for row in rows]))) == [0, 0, 0]


def test_a_record_that_fails_raises_nothing(c, keys):
    keys = keys(3)
    c.put(keys[1], {"n": 9})
    result = c.batch_write([(key, {"n": 1}) for key in keys], {"exists": aerospike_py.POLICY_EXISTS_CREATE_ONLY})
    assert codes(result) == [0, 5, 0]
    assert result.batch_records[1].record is None
    assert result.batch_records[1].in_doubt is False
    assert result.retry == ONCE._replace(unresolved=0)
    assert [c.get(key).bins["n"] for key in keys] == [1, 9, 1]


def test_what_one_record_says_wins_over_the_policy(c, keys):
    keys = keys(4)
    for key in keys:
        c.put(key, {"old": 1})
    rows = [
        (keys[0], {"n": 1}, {"exists": aerospike_py.POLICY_EXISTS_IGNORE}),
        (keys[1], {"n": 1}, {"exists": aerospike_py.POLICY_EXISTS_REPLACE}),
        (keys[2], {"n": 1}, {}),
        (keys[3], {"n": 1}, None),
    ]
    assert codes(c.batch_write(rows, {"exists": aerospike_py.POLICY_EXISTS_CREATE_ONLY})) == [0, 0, 5, 5]
    assert [c.get(key).bins for key in keys] == [{"old": 1, "n": 1}, {"n": 1}, {"old": 1}, {"old": 1}]


def test_generations_of_records(c, keys):
    keys = keys(3)
    for key in keys:
        c.put(key, {"n": 0})
    rows = [(keys[0], {"n": 1}, {"gen": 1}), (keys[1], {"n": 1}, {"gen": 2}), (keys[2], {"n": 1})]
    assert codes(c.batch_write(rows)) == [0, 3, 0]
    assert codes(c.batch_write([(keys[0], {"n": 2}, {"gen": 5})], {"gen": aerospike_py.POLICY_GEN_GT})) == [0]
    assert codes(c.batch_write([(keys[0], {"n": 2}, {"gen": 1})], {"gen": aerospike_py.POLICY_GEN_IGNORE})) == [0]
    assert [c.get(key).meta.gen for key in keys] == [4, 1, 2]


def test_none_removes_a_bin(c, keys):
    (key,) = keys(1)
    c.put(key, {"a": 1, "b": 2})
    c.batch_write([(key, {"a": None, "c": 3})])
    assert c.get(key).bins == {"b": 2, "c": 3}


def test_the_last_of_equal_keys_stays(c, keys):
    (key,) = keys(1)
    result = c.batch_write([(key, {"n": 1}), (key, {"n": 2})])
    assert codes(result) == [0, 0]
    assert c.get(key).bins == {"n": 2}
    assert c.get(key).meta.gen == 2


def test_digests(c, keys):
    (key,) = keys(1)
    by_digest = (*key[:2], None, c.exists(key).key.digest)
    result = c.batch_write([(by_digest, {"n": 1})])
    assert result.batch_records[0].key == by_digest
    assert c.get(key).bins == {"n": 1}
    assert codes(c.batch_remove([by_digest])) == [0]


def test_batch_operate(c, keys):
    keys = keys(3)
    c.put(keys[0], {"n": 1, "s": "x"})
    result = c.batch_operate(keys, [INCREMENT, READ])
    assert type(result) is BatchWriteResult
    assert codes(result) == [0, 0, 0]
    assert [record.key[:3] for record in result.batch_records] == keys
    assert [record.record.bins for record in result.batch_records] == [{"n": 2}, {"n": 1}, {"n": 1}]
    assert [record.record.meta.gen for record in result.batch_records] == [2, 1, 1]


def test_batch_operate_that_only_reads(c, keys):
    keys = keys(3)
    c.put(keys[0], {"n": 1, "s": "x"})
    c.put(keys[2], {"s": "x"})
    result = c.batch_operate(keys, [READ])
    assert codes(result) == [0, 2, 0]
    assert result.batch_records[0].record.bins == {"n": 1}
    assert result.batch_records[1].record is None
    assert result.batch_records[2].record.bins == {}
    assert [record.in_doubt for record in result.batch_records] == [False] * 3
    everything = c.batch_operate(keys, [{"op": aerospike_py.OPERATOR_READ}])
    assert everything.batch_records[0].record.bins == {"n": 1, "s": "x"}


def test_batch_operate_with_several_answers_of_one_bin(c, keys):
    (key,) = keys(1)
    c.put(key, {"n": 1})
    result = c.batch_operate([key], [READ, INCREMENT, READ, {"op": aerospike_py.OPERATOR_WRITE, "bin": "s", "val": "x"}])
    assert result.batch_records[0].record.bins == {"n": [1, 2]}


def test_batch_operate_heeds_its_policy(c, keys):
    keys = keys(2)
    c.put(keys[0], {"n": 1})
    result = c.batch_operate(keys, [INCREMENT], {"exists": aerospike_py.POLICY_EXISTS_UPDATE_ONLY})
    assert codes(result) == [0, 2]
    assert c.exists(keys[1]).meta is None


def test_batch_operate_all_or_none(c, keys):
    keys = keys(2)
    c.put(keys[0], {"n": "text"})
    write = {"op": aerospike_py.OPERATOR_WRITE, "bin": "m", "val": 1}
    assert codes(c.batch_operate(keys, [write, INCREMENT])) == [12, 0]
    assert c.get(keys[0]).bins == {"n": "text"}
    assert c.get(keys[1]).bins == {"m": 1, "n": 1}


@pytest.mark.parametrize("code", ["OPERATOR_TOUCH", "OPERATOR_DELETE"])
def test_batch_operate_touches_and_deletes(c, keys, code):
    keys = keys(2)
    c.put(keys[0], {"n": 1})
    result = c.batch_operate(keys, [{"op": getattr(aerospike_py, code)}])
    assert codes(result) == [0, 2]
    assert c.exists(keys[0]).meta == ((2, 4294967295) if code == "OPERATOR_TOUCH" else None)


def test_batch_operate_on_columns(c, set_name):
    result = c.batch_operate(("test", set_name, [1, 2]), [INCREMENT, READ])
    assert [record.record.bins for record in result.batch_records] == [{"n": 1}, {"n": 1}]
    assert [record.key[:3] for record in result.batch_records] == [("test", set_name, 1), ("test", set_name, 2)]


def test_batch_remove(c, keys):
    keys = keys(3)
    c.put(keys[0], {"n": 1})
    c.put(keys[2], {"n": 1})
    result = c.batch_remove(keys)
    assert type(result) is BatchWriteResult
    assert codes(result) == [0, 2, 0]
    assert [record.key[:3] for record in result.batch_records] == keys
    assert result.retry == ONCE
    assert c.batch_read(keys) == {}


def test_batch_remove_with_meta(c, keys):
    keys = keys(4)
    for key in keys:
        c.put(key, {"n": 1})
    result = c.batch_remove([(keys[0], {"gen": 1}), (keys[1], {"gen": 2}), keys[2], (keys[3], None)])
    assert codes(result) == [0, 3, 0, 0]
    assert [record.key[:3] for record in result.batch_records] == keys
    assert list(c.batch_read(keys)) == ["k1"]


@pytest.mark.parametrize("make", [tuple, iter])
def test_batch_remove_takes_any_sequence(c, keys, make):
    keys = keys(3)
    c.batch_write([(key, {"n": 1}) for key in keys])
    assert codes(c.batch_remove(make([keys[0], (keys[1], {"gen": 1}), keys[2]]))) == [0, 0, 0]


def test_batch_remove_of_columns(c, set_name):
    c.put(("test", set_name, 1), {"n": 1})
    assert codes(c.batch_remove(("test", set_name, [1, 2]))) == [0, 2]


@pytest.mark.parametrize("retry", [0, 3])
def test_durable_delete_needs_the_enterprise_edition(c, keys, retry):
    keys = keys(2)
    c.put(keys[0], {"n": 1})
    result = c.batch_remove(keys, {"durable_delete": True}, retry)
    assert codes(result) == [25, 2]
    assert result.retry.attempts == 1


def test_keys_can_be_stored(c, keys):
    (key,) = keys(1)
    c.batch_write([(key, {"n": 1})], {"key": aerospike_py.POLICY_KEY_SEND})
    (other,) = [("test", key[1], "other")]
    stolen = (*key[:2], "k0", c.exists(key).key.digest)
    assert c.get(stolen, {"key": aerospike_py.POLICY_KEY_SEND}).bins == {"n": 1}
    assert c.exists(other).meta is None


def test_many(c, set_name):
    keys = [("test", set_name, index) for index in range(3000)]
    result = c.batch_write([(key, {"n": key[2]}) for key in keys])
    assert codes(result) == [0] * 3000
    assert [record.key.user_key for record in result.batch_records] == list(range(3000))
    assert codes(c.batch_remove(keys)) == [0] * 3000


@pytest.mark.parametrize("respond_all_keys", [True, False])
def test_respond_all_keys(c, keys, respond_all_keys):
    keys = keys(5)
    c.put(keys[1], {"n": 1})
    policy = {"exists": aerospike_py.POLICY_EXISTS_CREATE_ONLY, "respond_all_keys": respond_all_keys}
    result = c.batch_write([(key, {"n": 2}) for key in keys], policy)
    assert codes(result)[1] == 5
    # Without it the server stops at the first record that fails, and says nothing of those after it.
    assert codes(result)[2:] == ([0, 0, 0] if respond_all_keys else [-15, -15, -15])
    assert len(c.batch_read(keys)) == (5 if respond_all_keys else 2)
