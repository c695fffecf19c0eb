"""What policies, metas and configuration change on the wire, and in the answers of a server that does not behave."""

from __future__ import annotations

import contextlib
import struct
import time

import pytest

import aerospike_py
from aerospike_py import exception

READ, GET_ALL, NO_BINS, BATCH, AP_ALL, COMPRESS = 0x01, 0x02, 0x20, 0x08, 0x40, 0x80
WRITE, DELETE, GEN_EQ, GEN_GT, DURABLE, CREATE_ONLY, RESPOND_ALL = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x80
COMMIT_MASTER, UPDATE_ONLY, CREATE_OR_REPLACE, REPLACE_ONLY = 0x02, 0x08, 0x10, 0x20
NEVER, KEEP = 0xFFFFFFFF, 0xFFFFFFFE
KEY, FILTER, BATCH_ROWS = 2, 43, 41

PUTS = [
    ({}, "info2", WRITE),
    ({"meta": {"gen": 7}}, "info2", WRITE | GEN_EQ),
    ({"meta": {"gen": 7}, "policy": {"gen": 2}}, "info2", WRITE | GEN_GT),
    ({"meta": {"gen": 7}, "policy": {"gen": 0}}, "info2", WRITE),
    ({"policy": {"durable_delete": True}}, "info2", WRITE | DURABLE),
    ({"meta": {"durable_delete": True}}, "info2", WRITE | DURABLE),
    ({"policy": {"exists": aerospike_py.POLICY_EXISTS_CREATE_ONLY}}, "info2", WRITE | CREATE_ONLY),
    ({}, "info3", 0),
    ({"policy": {"exists": aerospike_py.POLICY_EXISTS_IGNORE}}, "info3", 0),
    ({"policy": {"exists": aerospike_py.POLICY_EXISTS_UPDATE}}, "info3", UPDATE_ONLY),
    ({"meta": {"exists": aerospike_py.POLICY_EXISTS_REPLACE}}, "info3", CREATE_OR_REPLACE),
    ({"policy": {"exists": aerospike_py.POLICY_EXISTS_REPLACE_ONLY}}, "info3", REPLACE_ONLY),
    ({"policy": {"commit_level": aerospike_py.POLICY_COMMIT_LEVEL_MASTER}}, "info3", COMMIT_MASTER),
    ({"meta": {"commit_level": 1}, "policy": {"commit_level": 0}}, "info3", 0),
    ({"meta": {"gen": 7}}, "generation", 7),
    ({"policy": {"ttl": 100}}, "ttl", 100),
    ({"meta": {"ttl": 100}}, "ttl", 100),
    ({"meta": {"ttl": -1}}, "ttl", NEVER),
    ({"meta": {"ttl": NEVER}}, "ttl", NEVER),
    ({"meta": {"ttl": -2}}, "ttl", KEEP),
    ({"meta": {"ttl": -3}}, "ttl", 0),
    ({"policy": {"socket_timeout": 300, "total_timeout": 5000}}, "timeout", 300),
    ({"policy": {"socket_timeout": 0, "total_timeout": 5000}}, "timeout", 5000),
]


@pytest.mark.parametrize(("options", "where", "value"), PUTS, ids=str)
def test_put(wire, relay, key, options, where, value):
    c = wire()
    # What the server makes of it is not the question.
    with contextlib.suppress(aerospike_py.ServerError):
        c.put(key, {"a": 1}, **options)
    assert getattr(relay.message, where) == value
    assert relay.message.info1 == 0


@pytest.mark.parametrize(("send", "fields"), [(0, {0, 1, 4}), (1, {0, 1, 2, 4})])
def test_the_user_key_travels_when_it_is_to_be_stored(wire, relay, key, send, fields):
    wire().put(key, {"a": 1}, policy={"key": send})
    assert set(relay.message.fields) == fields
    assert relay.message.fields.get(KEY, [b"\x03k"]) == [b"\x03k"]
    assert relay.message.fields[0] == [b"test"]
    assert relay.message.fields[1] == [key[1].encode()]


@pytest.mark.parametrize(
    ("policy", "info1"),
    [({}, READ | GET_ALL), ({"read_mode_ap": aerospike_py.POLICY_READ_MODE_AP_ALL}, READ | GET_ALL | AP_ALL)],
)
def test_get(wire, relay, key, policy, info1):
    c = wire()
    c.put(key, {"a": 1})
    relay.clear()
    c.get(key, policy)
    assert relay.message.info1 & ~COMPRESS == info1
    assert relay.message.ops == []


@pytest.mark.parametrize(("percent", "ttl"), [(0, 0), (-1, NEVER), (1, 1), (100, 100)])
def test_the_percent_that_renews(wire, relay, key, percent, ttl):
    c = wire()
    c.put(key, {"a": 1})
    relay.clear()
    c.get(key, {"read_touch_ttl_percent": percent})
    assert relay.message.ttl == ttl


def test_bins_that_are_asked_for(wire, relay, key):
    c = wire()
    c.put(key, {"a": 1, "b": 2})
    relay.clear()
    c.select(key, ["b", "a"])
    assert [(op.code, op.name) for op in relay.message.ops] == [(1, "b"), (1, "a")]
    assert relay.message.info1 & GET_ALL == 0
    relay.clear()
    c.select(key, [])
    c.exists(key)
    assert [message.info1 & (NO_BINS | GET_ALL) for message in relay.messages] == [NO_BINS] * 2


def test_reads_are_never_sent_as_writes(wire, relay, key):
    c = wire()
    c.put(key, {"a": 1})
    relay.clear()
    read = [{"op": aerospike_py.OPERATOR_READ, "bin": "a"}]
    c.get(key)
    c.operate(key, read)
    c.operate_ordered(key, read)
    c.batch_operate([key], read)
    assert [message.info2 & WRITE for message in relay.messages] == [0] * 4


def rows(message):
    """The flags of a batch, and what follows them."""
    (field,) = message.fields[BATCH_ROWS]
    return field[4], field[5:]


@pytest.mark.parametrize(
    ("policy", "flags"),
    [
        ({}, 0x0D),
        ({"allow_inline": False}, 0x0C),
        ({"allow_inline_ssd": True}, 0x0F),
        ({"respond_all_keys": False}, 0x09),
    ],
)
def test_flags_of_a_batch(wire, relay, keys, policy, flags):
    wire().batch_read(keys(3), policy=policy)
    assert relay.message.info1 == BATCH
    assert rows(relay.message)[0] == flags


@pytest.mark.parametrize("way", ["batch_write", "batch_operate"])
@pytest.mark.parametrize(
    ("policy", "info2", "info3", "ttl"),
    [
        ({}, WRITE | RESPOND_ALL, 0, 0),
        ({"ttl": 50}, WRITE | RESPOND_ALL, 0, 50),
        ({"ttl": -2}, WRITE | RESPOND_ALL, 0, KEEP),
        ({"exists": 4}, WRITE | RESPOND_ALL | CREATE_ONLY, 0, 0),
        ({"exists": 1}, WRITE | RESPOND_ALL, UPDATE_ONLY, 0),
        ({"commit_level": 1}, WRITE | RESPOND_ALL, COMMIT_MASTER, 0),
        ({"durable_delete": True}, WRITE | RESPOND_ALL | DURABLE, 0, 0),
    ],
    ids=str,
)
def test_rows_of_a_batch_that_writes(wire, relay, keys, way, policy, info2, info3, ttl):
    c, keys = wire(), keys(2)
    if way == "batch_write":
        c.batch_write([(key, {"a": 1}) for key in keys], policy)
    else:
        c.batch_operate(keys, [{"op": aerospike_py.OPERATOR_WRITE, "bin": "a", "val": 1}], policy)
    _, row = rows(relay.message)
    # index, digest, row flags, info1, info2, info3, generation, ttl
    assert struct.unpack_from(">I20sBBBBHI", row)[4:] == (info2, info3, 0, ttl)


def test_rows_of_a_batch_that_removes(wire, relay, keys):
    keys = keys(2)
    wire().batch_remove([(keys[0], {"gen": 3}), (keys[1], {"gen": 3})])
    _, row = rows(relay.message)
    _, _, _, _, info2, _, generation, _ = struct.unpack_from(">I20sBBBBHI", row)
    assert info2 & (WRITE | DELETE | GEN_EQ) == WRITE | DELETE | GEN_EQ
    assert generation == 3


def test_compression(wire, relay, keys):
    """The server of the Community Edition refuses compressed requests."""
    c, (key,) = wire(), keys(1)
    policy = {"compress": True, "compression_threshold": 500}
    c.put(key, {"a": "x" * 100}, policy=policy)
    assert len(relay.requests) == 1
    relay.clear()
    value = {"a": "x" * 100_000}
    with pytest.raises(aerospike_py.EnterpriseOnly):
        c.put(key, value, policy=policy)
    assert relay.requests == []
    (body,) = relay.compressed
    assert len(body) < 2000


def test_prepared_policies_say_what_their_dict_says(wire, relay, key):
    policy = {"ttl": 100, "key": 1, "exists": 2, "commit_level": 1, "socket_timeout": 200}
    c = wire()
    c.put(key, {"a": 1}, policy=policy)
    c.put(key, {"a": 1}, policy=aerospike_py.prepare(policy))
    c.put(key, {"a": 1}, meta=aerospike_py.prepare(policy))
    first, *others = relay.requests
    assert others == [first] * 2


def test_policies_of_the_configuration_travel(wire, relay, key):
    c = wire(policies={"write": {"key": 1, "ttl": 60}, "read": {"read_touch_ttl_percent": 70}})
    c.put(key, {"a": 1})
    c.get(key)
    write, read = relay.messages
    assert (write.ttl, KEY in write.fields, read.ttl) == (60, True, 70)


# Answers.


def answer_code(code, nth=0):
    """Changes the result of the nth message of an answer."""

    def change(frame):
        at = 8
        for _ in range(nth):
            at += size_of_message(frame, at)
        frame[at + 5] = code
        return frame

    return change


def size_of_message(frame, at):
    header, fields, ops = frame[at], *struct.unpack_from(">HH", frame, at + 18)
    size = header
    for _ in range(fields + ops):
        size += 4 + struct.unpack_from(">I", frame, at + size)[0]
    return size


CODES = [1, 3, 4, 5, 6, 8, 10, 12, 13, 16, 17, 19, 21, 22, 25, 26, 28, 80, 81, 83, 100, 120, 150, 160, 200, 201, 210, 29, 199]


@pytest.mark.parametrize("code", CODES)
def test_each_code_raises_its_class(wire, relay, key, code):
    c = wire()
    relay.answer = answer_code(code)
    for call in (lambda: c.put(key, {"a": 1}), lambda: c.operate(key, [{"op": 2, "bin": "a", "val": 1}]), lambda: c.touch(key)):
        with pytest.raises(aerospike_py.ServerError) as caught:
            call()
        error = caught.value
        assert type(error) is exception.ERROR_CLASSES.get(code, aerospike_py.ServerError)
        assert error.code == error.result_code == code
        assert str(error).startswith(f"AEROSPIKE_ERR ({code}): ")
        assert error.msg
        # Of a function the core says both, by the way it was asked.
        assert code == 100 or error.in_doubt is False
        assert error.key[:3] == key
        assert len(error.key.digest) == 20


@pytest.mark.parametrize("code", [3, 9, 14, 22])
def test_the_node_that_answered_is_named(wire, relay, key, code):
    c = wire()
    relay.answer = answer_code(code)
    with pytest.raises(aerospike_py.AerospikeError) as caught:
        c.put(key, {"a": 1})
    host, port = relay.hosts[0]
    assert caught.value.node is not None
    assert f"{host}:{port}" in caught.value.node


def cut(_):
    return None


def cut_first(count=1):
    """Cuts the connection instead of passing the first answers on."""
    left = [count]

    def change(frame):
        left[0] -= 1
        return None if left[0] >= 0 else frame

    return change


@pytest.mark.parametrize(
    ("call", "in_doubt"),
    [
        (lambda c, key: c.get(key, {"max_retries": 0}), False),
        (lambda c, key: c.exists(key, {"max_retries": 0}), False),
        (lambda c, key: c.batch_read([key, key], policy={"max_retries": 0}), False),
        (lambda c, key: c.put(key, {"a": 2}), True),
        (lambda c, key: c.remove(key), True),
        (lambda c, key: c.touch(key), True),
        (lambda c, key: c.operate(key, [{"op": 2, "bin": "a", "val": 1}]), True),
        (lambda c, key: c.batch_write([(key, {"a": 2}), (key, {"a": 2})]), True),
        (lambda c, key: c.batch_remove([key, key]), True),
    ],
)
def test_a_connection_cut_before_the_answer(wire, relay, key, call, in_doubt):
    c = wire()
    c.put(key, {"a": 1})
    relay.answer = cut
    with pytest.raises(aerospike_py.AerospikeError) as caught:
        call(c, key)
    assert caught.value.in_doubt is in_doubt
    assert caught.value.code < 0
    relay.answer = lambda frame: frame
    c.put(key, {"a": 3})
    assert c.get(key).bins == {"a": 3}


def test_reads_are_tried_again(wire, relay, key):
    c = wire()
    c.put(key, {"a": 1})
    relay.clear()
    relay.answer = cut_first(2)
    assert c.get(key).bins == {"a": 1}
    assert len(relay.requests) == 3


@pytest.mark.parametrize(("policy", "requests"), [({}, 1), ({"max_retries": 2}, 3)])
def test_writes_are_tried_again_only_if_told(wire, relay, key, policy, requests):
    c = wire()
    relay.answer = cut
    with pytest.raises(aerospike_py.AerospikeError) as caught:
        c.put(key, {"a": 1}, policy=policy)
    assert caught.value.in_doubt is True
    assert len(relay.requests) == requests


def test_total_timeout(wire, relay, key):
    c = wire()
    c.put(key, {"a": 1})
    relay.open.clear()
    for call, in_doubt in [
        (lambda policy: c.get(key, policy), False),
        (lambda policy: c.batch_read([key, key], policy=policy), False),
        (lambda policy: c.put(key, {"a": 2}, policy=policy), True),
        (lambda policy: c.batch_write([(key, {"a": 2})] * 2, policy=policy), True),
    ]:
        began = time.monotonic()
        with pytest.raises(aerospike_py.AerospikeTimeoutError) as caught:
            call({"total_timeout": 100})
        assert isinstance(caught.value, TimeoutError)
        assert caught.value.in_doubt is in_doubt
        assert time.monotonic() - began < 10


# Batches and their rows.


def codes(result):
    return [record.result for record in result.batch_records]


@pytest.mark.parametrize("code", [8, 9, 11, 14, 18])
@pytest.mark.parametrize("way", ["batch_write", "batch_operate", "batch_remove"])
def test_rows_that_failed_for_a_passing_reason_are_tried_again(wire, relay, keys, way, code):
    c, keys = wire(), keys(3)
    calls = {
        "batch_write": lambda: c.batch_write([(key, {"a": 1}) for key in keys], retry=3),
        "batch_operate": lambda: c.batch_operate(keys, [{"op": aerospike_py.OPERATOR_WRITE, "bin": "a", "val": 1}], retry=3),
        "batch_remove": lambda: c.batch_remove(keys, retry=3),
    }
    change, seen = answer_code(code, 1), []

    def once(frame):
        seen.append(1)
        return change(frame) if len(seen) == 1 else frame

    relay.answer = once
    result = calls[way]()
    assert result.retry == (2, 4, False, 0)
    assert [code == 0 for code in codes(result)] == [way != "batch_remove"] * 3
    # Only the row that failed.
    assert len(relay.requests) == 2
    second = relay.messages[1]
    assert BATCH_ROWS not in second.fields or second.fields[BATCH_ROWS][0][:4] == b"\0\0\0\1"


@pytest.mark.parametrize("code", [3, 4, 5, 12, 13, 22])
def test_rows_that_failed_for_good_are_not(wire, relay, keys, code):
    c, keys = wire(), keys(2)
    relay.answer = answer_code(code, 1)
    result = c.batch_write([(key, {"a": 1}) for key in keys], retry=3)
    assert codes(result) == [0, code]
    assert result.retry == (1, 4, False, 0)
    assert len(relay.requests) == 1


def second_then_first(relay):
    """Says that the key of the second row is busy; it is the first of what is sent again."""

    def change(frame):
        return answer_code(14, 1 if len(relay.requests) == 1 else 0)(frame)

    return change


def test_attempts_run_out(wire, relay, keys):
    c, keys = wire(), keys(2)
    relay.answer = second_then_first(relay)
    result = c.batch_write([(key, {"a": 1}) for key in keys], {"total_timeout": 60_000}, retry=2)
    assert codes(result) == [0, 14]
    assert result.retry == (3, 3, False, 1)


def test_time_runs_out(wire, relay, keys):
    c, keys = wire(), keys(2)
    relay.answer = second_then_first(relay)
    result = c.batch_write([(key, {"a": 1}) for key in keys], {"total_timeout": 60}, retry=1000)
    assert codes(result) == [0, 14]
    assert result.retry.truncated_by_timeout is True
    assert result.retry.unresolved == 1
    assert 1 <= result.retry.attempts < 1000


def test_a_cut_connection_is_tried_again(wire, relay, keys):
    c, keys = wire(), keys(3)
    relay.answer = cut_first()
    result = c.batch_write([(key, {"a": 1}) for key in keys], retry=2)
    assert codes(result) == [0, 0, 0]
    assert result.retry.attempts == 2
    assert result.retry.unresolved == 0


@pytest.mark.parametrize(("policy", "meta", "code"), [({"exists": 4}, {}, 5), ({}, {"gen": 1}, 3)])
def test_a_retried_record_may_have_met_its_own_write(wire, relay, keys, policy, meta, code):
    """The first attempt was applied and its answer lost: the second fails on what the first one left."""
    c, keys = wire(), keys(2)
    if meta:
        for key in keys:
            c.put(key, {"a": 0})
    relay.answer = cut_first()
    result = c.batch_write([(key, {"a": 1}, meta) for key in keys], policy, retry=2)
    assert codes(result) == [code, code]
    assert [record.in_doubt for record in result.batch_records] == [True, True]
    assert [c.get(key).bins for key in keys] == [{"a": 1}, {"a": 1}]


def test_a_record_that_was_there_before_is_not_in_doubt(wire, relay, keys):
    c, keys = wire(), keys(2)
    c.put(keys[0], {"a": 0})
    result = c.batch_write([(key, {"a": 1}) for key in keys], {"exists": 4}, retry=2)
    assert codes(result) == [5, 0]
    assert [record.in_doubt for record in result.batch_records] == [False, False]


def test_attempts_that_are_all_cut(wire, relay, keys):
    c, keys = wire(), keys(2)
    relay.answer = cut
    with pytest.raises(aerospike_py.AerospikeError) as caught:
        c.batch_write([(key, {"a": 1}) for key in keys], {"total_timeout": 60_000}, retry=2)
    assert caught.value.in_doubt is True
    assert len(relay.requests) == 3
