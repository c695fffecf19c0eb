"""Keys: which record they name, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import aerospike_py

# Digests of keys of the set `demo`, as the official client computes them.
DIGESTS = [
    (1, "b7f4b83889e2da67de683e1df6919a1eacc446c8"),
    (-1, "e9d49a24c3debdc5a6d551d3e7087999a263bb97"),
    ("abc", "5bb7c351d00567dcdabd54658e1f98e5e964b744"),
    (b"abc", "5bb7c351d00567dcdabd54658e1f98e5e964b744"),
    (bytearray(b"xyz"), "050a66e99438c29a1ffdac04db2d5a46ad7271be"),
    (memoryview(b"xyz"), "050a66e99438c29a1ffdac04db2d5a46ad7271be"),
    (np.int64(1), "b7f4b83889e2da67de683e1df6919a1eacc446c8"),
    (np.int8(-1), "e9d49a24c3debdc5a6d551d3e7087999a263bb97"),
    (np.str_("abc"), "5bb7c351d00567dcdabd54658e1f98e5e964b744"),
]


@pytest.mark.parametrize(("user_key", "digest"), DIGESTS, ids=lambda value: repr(value)[:12])
def test_digests(c, user_key, digest):
    key = c.exists(("test", "demo", user_key)).key
    assert key.digest.hex() == digest
    assert key.user_key is user_key


USER_KEYS = [0, 1, -1, 2**63 - 1, -(2**63), "", "k", "é" * 500, b"", b"k", b"\x00\xff", "nul\0"]


@pytest.mark.parametrize("send", [0, 1])
@pytest.mark.parametrize("user_key", USER_KEYS, ids=lambda value: repr(value)[:20])
def test_user_keys(c, set_name, user_key, send):
    key = ("test", set_name, user_key)
    c.put(key, {"a": 1}, policy={"key": send})
    record = c.get(key)
    assert record.bins == {"a": 1}
    assert record.key.user_key == user_key
    assert type(record.key.user_key) is type(user_key)
    c.remove(key)


def test_bytes_name_the_record_of_their_str(c, set_name):
    c.put(("test", set_name, "k1"), {"a": 1})
    assert c.get(("test", set_name, b"k1")).bins == {"a": 1}
    assert c.exists(("test", set_name, bytearray(b"k1"))).meta is None
    assert c.exists(("test", set_name, 1)).meta is None


def test_a_stored_key_of_bytes_is_that_of_its_str(c, set_name):
    key = ("test", set_name, b"k1")
    c.put(key, {"a": 1}, policy={"key": aerospike_py.POLICY_KEY_SEND})
    assert c.get(("test", set_name, "k1"), {"key": aerospike_py.POLICY_KEY_SEND}).bins == {"a": 1}


@pytest.mark.parametrize("name", ["s", "é" * 31, "x" * 63, "a b", "a:b;c=d"])
def test_sets(c, name):
    key = ("test", name, 1)
    c.put(key, {"a": 1})
    assert c.get(key).key.set_name == name
    c.remove(key)


def test_a_digest_beside_its_user_key(c, key):
    c.put(key, {"a": 1})
    digest = c.exists(key).key.digest
    for form in (digest, bytearray(digest), memoryview(digest)):
        assert c.get((*key, form)).bins == {"a": 1}
        assert c.get((*key[:2], None, form)).bins == {"a": 1}
    assert c.get((*key, None)).bins == {"a": 1}


def test_the_key_of_a_record_is_a_key(c, key):
    c.put(key, {"a": 1})
    again = c.get(c.get(key).key)
    assert again.key == c.get(key).key
    assert c.batch_read([again.key]) == {key[2]: {"a": 1}}


OTHER_DIGEST = bytes(range(20))
BAD_KEYS = [
    # key, class, what the text names
    ("test", TypeError, "str"),
    (["test", "s", 1], TypeError, "list"),
    (None, TypeError, "None"),
    ((), ValueError, "0 elements"),
    (("test", "s"), ValueError, "2 elements"),
    (("test", "s", 1, None, 5), ValueError, "5 elements"),
    ((None, "s", 1), TypeError, "namespace"),
    ((1, "s", 1), TypeError, "namespace"),
    ((b"test", "s", 1), TypeError, "namespace"),
    (("", "s", 1), ValueError, "namespace"),
    (("n" * 32, "s", 1), ValueError, "namespace"),
    (("te\0st", "s", 1), ValueError, "namespace"),
    (("te\ud800", "s", 1), ValueError, "surrogate"),
    (("test", 1, 1), TypeError, "set"),
    (("test", b"s", 1), TypeError, "set"),
    (("test", "s" * 64, 1), ValueError, "set"),
    (("test", "é" * 32, 1), ValueError, "set"),
    (("test", "s\0", 1), ValueError, "set"),
    (("test", "\ud800", 1), ValueError, "surrogate"),
    (("test", "s", None), ValueError, "user key or a digest"),
    (("test", "s", 1.5), TypeError, "float"),
    (("test", "s", True), TypeError, "bool"),
    (("test", "s", np.bool_(True)), TypeError, "bool"),
    (("test", "s", np.float64(1)), TypeError, "float"),
    (("test", "s", ["a"]), TypeError, "list"),
    (("test", "s", ("a",)), TypeError, "tuple"),
    (("test", "s", {}), TypeError, "dict"),
    (("test", "s", 2**63), OverflowError, "64-bit"),
    (("test", "s", np.uint64(2**63)), OverflowError, "64-bit"),
    (("test", "s", "\ud800"), ValueError, "surrogate"),
    (("test", "s", None, None), ValueError, "user key or a digest"),
    (("test", "s", None, "d" * 20), TypeError, "digest"),
    (("test", "s", None, b"d" * 19), ValueError, "20 bytes"),
    (("test", "s", None, b"d" * 21), ValueError, "20 bytes"),
    (("test", "s", 1, OTHER_DIGEST), ValueError, "digest"),
    (("test", "s", b"x", OTHER_DIGEST), ValueError, "digest"),
]
READ = [{"op": aerospike_py.OPERATOR_READ, "bin": "a"}]
CALLS = {
    "get": lambda c, key: c.get(key),
    "select": lambda c, key: c.select(key, ["a"]),
    "exists": lambda c, key: c.exists(key),
    "put": lambda c, key: c.put(key, {"a": 1}),
    "remove": lambda c, key: c.remove(key),
    "touch": lambda c, key: c.touch(key),
    "append": lambda c, key: c.append(key, "a", "x"),
    "prepend": lambda c, key: c.prepend(key, "a", "x"),
    "increment": lambda c, key: c.increment(key, "a", 1),
    "remove_bin": lambda c, key: c.remove_bin(key, ["a"]),
    "operate": lambda c, key: c.operate(key, READ),
    "operate_ordered": lambda c, key: c.operate_ordered(key, READ),
    "batch_read": lambda c, key: c.batch_read([("test", "s", 1), key]),
    "batch_write": lambda c, key: c.batch_write([(("test", "s", 1), {"a": 1}), (key, {"a": 1})]),
    "batch_operate": lambda c, key: c.batch_operate([("test", "s", 1), key], READ),
    "batch_remove": lambda c, key: c.batch_remove([("test", "s", 1), key]),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(("bad", "kind", "named"), BAD_KEYS, ids=lambda value: ascii(value)[:40])
def test_what_is_no_key(stranger, call, bad, kind, named):
    with pytest.raises(kind, match=named) as caught:
        CALLS[call](stranger, bad)
    assert isinstance(caught.value, aerospike_py.AerospikeError)
    if call.startswith("batch"):
        assert "[1]" in str(caught.value)
