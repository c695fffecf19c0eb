"""Times to live, with the server's clock in hand."""

from __future__ import annotations

import pytest

import aerospike_py

NEVER = 4294967295
KEY = ("test", "ttl", "k")
DEFAULT = 1000


def about(ttl):
    """A second may pass between the write and the look."""
    return pytest.approx(ttl, abs=2)


@pytest.mark.parametrize("where", ["policy", "meta"])
@pytest.mark.parametrize(
    ("ttl", "lives"),
    [
        (100, 100),
        (0, DEFAULT),
        (aerospike_py.TTL_NAMESPACE_DEFAULT, DEFAULT),
        (aerospike_py.TTL_NEVER_EXPIRE, NEVER),
        (4294967295, NEVER),
        (aerospike_py.TTL_CLIENT_DEFAULT, DEFAULT),
        (4294967293, DEFAULT),
        (315_360_000, 315_360_000),
    ],
)
def test_put(clocked, where, ttl, lives):
    _, c = clocked
    c.put(KEY, {"a": 1}, **{where: {"ttl": ttl}})
    assert c.get(KEY).meta.ttl == about(lives)
    assert c.exists(KEY).meta.ttl == about(lives)


@pytest.mark.parametrize("ttl", [aerospike_py.TTL_DONT_UPDATE, 4294967294])
def test_a_write_that_does_not_renew(clocked, ttl):
    server, c = clocked
    c.put(KEY, {"a": 1}, {"ttl": 100})
    server.advance(40)
    c.put(KEY, {"a": 2}, {"ttl": ttl})
    assert c.get(KEY).meta == (2, about(60))
    c.put(KEY, {"a": 3})
    assert c.get(KEY).meta.ttl == about(DEFAULT)


@pytest.mark.parametrize(
    "write",
    [
        lambda c, **options: c.append(KEY, "s", "x", **options),
        lambda c, **options: c.prepend(KEY, "s", "x", **options),
        lambda c, **options: c.increment(KEY, "n", 1, **options),
        lambda c, **options: c.remove_bin(KEY, ["zz"], **options),
        lambda c, **options: c.touch(KEY, **options),
        lambda c, **options: c.operate(KEY, [{"op": aerospike_py.OPERATOR_WRITE, "bin": "a", "val": 1}], **options),
        lambda c, **options: c.operate_ordered(KEY, [{"op": aerospike_py.OPERATOR_TOUCH}], **options),
    ],
)
def test_each_write(clocked, write):
    _, c = clocked
    c.put(KEY, {"a": 1})
    write(c, meta={"ttl": 70})
    assert c.get(KEY).meta.ttl == about(70)
    write(c, policy={"ttl": 90})
    assert c.get(KEY).meta.ttl == about(90)
    write(c, meta={"ttl": 70}, policy={"ttl": 110})
    assert c.get(KEY).meta.ttl == about(110)


def test_touch_with_a_value(clocked):
    _, c = clocked
    c.put(KEY, {"a": 1})
    c.touch(KEY, 50)
    assert c.get(KEY).meta.ttl == about(50)
    c.touch(KEY, val=60, policy={"ttl": 10})
    assert c.get(KEY).meta.ttl == about(60)
    c.touch(KEY, 0, policy={"ttl": 80})
    assert c.get(KEY).meta.ttl == about(80)
    c.touch(KEY)
    assert c.get(KEY).meta.ttl == about(DEFAULT)
    c.touch(KEY, NEVER)
    assert c.get(KEY).meta.ttl == NEVER


def test_a_record_expires(clocked):
    server, c = clocked
    c.put(KEY, {"a": 1}, {"ttl": 10})
    server.advance(8)
    assert c.get(KEY).bins == {"a": 1}
    server.advance(3)
    assert c.exists(KEY).meta is None
    assert c.batch_read([KEY]) == {}
    c.put(KEY, {"a": 2})
    assert c.get(KEY).meta.gen == 1


@pytest.mark.parametrize(
    "read",
    [
        lambda c, policy: c.get(KEY, policy),
        lambda c, policy: c.select(KEY, ["a"], policy),
        lambda c, policy: c.exists(KEY, policy),
        lambda c, policy: c.batch_read([KEY, ("test", "ttl", "other")], policy=policy),
        lambda c, policy: c.operate(KEY, [{"op": aerospike_py.OPERATOR_READ, "bin": "a"}], policy=policy),
    ],
)
@pytest.mark.parametrize(
    ("percent", "touches"), [(80, True), (50, False), (aerospike_py.READ_TOUCH_TTL_PERCENT_DONT_RESET, False), (0, False)]
)
def test_reads_that_renew(clocked, read, percent, touches):
    server, c = clocked
    c.put(KEY, {"a": 1}, {"ttl": 100})
    server.advance(40)
    read(c, {"read_touch_ttl_percent": percent})
    assert c.get(KEY).meta == (1, about(100 if touches else 60))


def test_a_batch_takes_the_ttl_of_the_record_then_of_the_policy_then_of_the_namespace(clocked):
    _, c = clocked
    keys = [("test", "ttl", index) for index in range(5)]
    metas = [{"ttl": 50}, {"ttl": aerospike_py.TTL_NEVER_EXPIRE}, {"ttl": aerospike_py.TTL_CLIENT_DEFAULT}, {"ttl": 0}, {}]
    rows = [(key, {"a": 1}, meta) for key, meta in zip(keys, metas, strict=True)]
    c.batch_write(rows, policy={"ttl": 200})
    assert [c.get(key).meta.ttl for key in keys] == [about(ttl) for ttl in (50, NEVER, 200, DEFAULT, 200)]
    c.batch_write([(key, {"a": 1}) for key in keys])
    assert [c.get(key).meta.ttl for key in keys] == [about(DEFAULT)] * 5


def test_a_batch_of_operations_takes_the_ttl_of_its_policy(clocked):
    _, c = clocked
    c.batch_operate([KEY], [{"op": aerospike_py.OPERATOR_WRITE, "bin": "a", "val": 1}], {"ttl": 77})
    assert c.get(KEY).meta.ttl == about(77)


@pytest.mark.parametrize("kind", ["write", "operate", "batch"])
def test_client_wide_times_to_live(clocked, mode, kind):
    from calls import make_calls

    server, _ = clocked
    writes = {
        "write": lambda c, policy: c.put(KEY, {"a": 1}, policy=policy),
        "operate": lambda c, policy: c.operate(KEY, [{"op": aerospike_py.OPERATOR_WRITE, "bin": "a", "val": 1}], policy=policy),
        "batch": lambda c, policy: c.batch_write([(KEY, {"a": 1})], policy=policy),
    }
    with make_calls(mode, {"hosts": server.hosts, "policies": {kind: {"ttl": 300}}}) as c:
        write = writes[kind]
        for policy, lives in [(None, 300), ({}, 300), ({"ttl": -3}, 300), ({"ttl": 0}, DEFAULT), ({"ttl": 20}, 20), ({"ttl": -1}, NEVER)]:
            write(c, policy)
            assert c.get(KEY).meta.ttl == about(lives), policy
