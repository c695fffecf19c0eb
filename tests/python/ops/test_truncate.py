"""truncate: a set, a namespace, up to a moment; what must not be truncated by accident."""

from __future__ import annotations

import time

import pytest
from calls import make_calls

import aerospike_py
from aerospike_py.devserver import DevServer


def there(c, keys):
    return [c.exists(key).meta is not None for key in keys]


def test_a_set(c, keys):
    mine, other = keys(2), ("test", "untouched", "k")
    for key in [*mine, other]:
        c.put(key, {"n": 1})
    assert c.truncate("test", mine[0][1]) is None
    assert there(c, [*mine, other]) == [False, False, True]
    c.put(mine[0], {"n": 2})
    assert c.get(mine[0]).bins == {"n": 2}


def test_records_written_before_a_moment(c, keys):
    before, after = keys(2)
    c.put(before, {"n": 1})
    time.sleep(0.01)
    moment = time.time_ns()
    time.sleep(0.01)
    c.put(after, {"n": 1})
    c.truncate("test", before[1], moment)
    assert there(c, [before, after]) == [False, True]


def test_as_the_official_client(c, official, keys):
    mine, other = keys(2)
    c.put(mine, {"n": 1})
    official.truncate("test", mine[1], 0)
    assert there(c, [mine]) == [False]
    c.put(other, {"n": 1})
    c.truncate("test", other[1], 0)
    assert official.exists(other)[1] is None


@pytest.mark.parametrize("set_name", [None, ""])
def test_a_namespace(mode, set_name):
    with DevServer(nodes=1) as server, make_calls(mode, {"hosts": server.hosts}) as c:
        keys = [("test", f"set{n}", n) for n in range(3)]
        for key in keys:
            c.put(key, {"n": 1})
        with pytest.raises(aerospike_py.InvalidArgError, match="all_sets=True"):
            c.truncate("test", set_name)
        assert there(c, keys) == [True] * 3
        c.truncate("test", set_name, all_sets=True)
        assert there(c, keys) == [False] * 3


def test_an_unknown_namespace(c):
    with pytest.raises(aerospike_py.NamespaceNotFound, match="'nowhere'") as caught:
        c.truncate("nowhere", "s")
    assert caught.value.result_code == 20


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        (("test", "a;b"), ValueError, "set 'a;b'"),
        (("test", "a:b"), ValueError, "set 'a:b'"),
        (("test", "a=b"), ValueError, "set 'a=b'"),
        (("test", "a\nb"), ValueError, "set"),
        (("te;st", "s"), ValueError, "namespace 'te;st'"),
        (("", "s"), ValueError, "namespace ''"),
        (("test", 5), TypeError, "set"),
        ((None, "s"), TypeError, "namespace"),
        (("test", "s", -1), aerospike_py.InvalidArgError, "nanos -1"),
        (("test", "s", True), aerospike_py.InvalidArgError, "nanos True"),
        (("test", "s", 0, {"tiemout": 1}), aerospike_py.InvalidArgError, "did you mean 'timeout'"),
    ],
)
def test_bad_input(stranger, arguments, error, text):
    with pytest.raises(error, match=text):
        stranger.truncate(*arguments)


def test_all_sets_and_a_set(stranger):
    with pytest.raises(aerospike_py.InvalidArgError, match="the one or the other"):
        stranger.truncate("test", "s", all_sets=True)
    with pytest.raises(TypeError, match="all_sets is a bool"):
        stranger.truncate("test", all_sets=1)
