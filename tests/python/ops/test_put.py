"""put, append, prepend, increment, remove_bin: what is in the record afterwards."""

from __future__ import annotations

import pytest

import aerospike_py
from aerospike_py import exception


def test_put_makes_a_record_and_returns_nothing(c, key):
    assert c.put(key, {"a": 1, "b": "two"}) is None
    record = c.get(key)
    assert record.bins == {"a": 1, "b": "two"}
    assert record.meta.gen == 1


def test_put_again_changes_bins_and_leaves_others(c, key):
    c.put(key, {"a": 1, "b": 2})
    c.put(key, {"b": 3, "c": 4})
    record = c.get(key)
    assert record.bins == {"a": 1, "b": 3, "c": 4}
    assert record.meta.gen == 2


def test_put_of_none_removes_the_bin(c, key):
    c.put(key, {"a": 1, "b": 2})
    c.put(key, {"a": None})
    assert c.get(key).bins == {"b": 2}


def test_put_of_none_in_the_last_bin_removes_the_record(c, key):
    c.put(key, {"a": 1})
    c.put(key, {"a": None})
    assert c.exists(key).meta is None


def test_put_by_keyword(c, key):
    c.put(key=key, bins={"a": 1}, meta={"ttl": 50}, policy={"key": aerospike_py.POLICY_KEY_SEND})
    assert c.get(key=key, policy=None).bins == {"a": 1}


@pytest.mark.parametrize("size", [1, 100, 100_000, 1_000_000])
def test_put_of_many_bytes(c, key, size):
    c.put(key, {"a": b"x" * size, "s": "é" * (size // 2)})
    assert c.get(key).bins == {"a": b"x" * size, "s": "é" * (size // 2)}


def test_put_of_many_bins(c, key):
    bins = {f"bin{index}": index for index in range(2000)}
    c.put(key, bins)
    assert c.get(key).bins == bins


@pytest.mark.parametrize("name", ["a", "fifteen__bytes_", "ä", "日本語日本", "a b;c=d:e"])
def test_names_of_bins(c, key, name):
    c.put(key, {name: 1})
    assert c.get(key).bins == {name: 1}
    assert c.select(key, [name]).bins == {name: 1}


@pytest.mark.parametrize(
    ("first", "second", "appended", "prepended"), [("ab", "cd", "abcd", "cdab"), (b"ab", b"cd", b"abcd", b"cdab"), ("é", "ü", "éü", "üé")]
)
def test_append_and_prepend(c, keys, first, second, appended, prepended):
    one, two = keys(2)
    for key in (one, two):
        c.put(key, {"a": first, "other": 1})
    assert c.append(one, "a", second) is None
    assert c.prepend(two, "a", second) is None
    assert c.get(one).bins == {"a": appended, "other": 1}
    assert c.get(two).bins == {"a": prepended, "other": 1}
    assert c.get(one).meta.gen == 2


@pytest.mark.parametrize("method", ["append", "prepend"])
def test_append_and_prepend_make_the_record(c, key, method):
    getattr(c, method)(key, "a", "x")
    assert c.get(key).bins == {"a": "x"}


@pytest.mark.parametrize("method", ["append", "prepend"])
@pytest.mark.parametrize(("there", "value"), [(1, "x"), ("x", b"x"), (b"x", "x"), ([1], "x")])
def test_append_and_prepend_to_another_type(c, key, method, there, value):
    c.put(key, {"a": there})
    with pytest.raises(aerospike_py.BinTypeError) as caught:
        getattr(c, method)(key, "a", value)
    assert caught.value.code == 12
    assert c.get(key).bins == {"a": there}
    assert c.get(key).meta.gen == 1


@pytest.mark.parametrize(("there", "offset", "result"), [(5, 3, 8), (5, -7, -2), (1.5, 0.25, 1.75), (2**63 - 1, 1, -(2**63))])
def test_increment(c, key, there, offset, result):
    c.put(key, {"n": there})
    assert c.increment(key, "n", offset) is None
    value = c.get(key).bins["n"]
    assert value == result
    assert type(value) is type(result)


@pytest.mark.parametrize("offset", [3, -3, 0.5])
def test_increment_makes_the_record(c, key, offset):
    c.increment(key, "n", offset)
    assert c.get(key).bins == {"n": offset}


@pytest.mark.parametrize(("there", "offset"), [(1, 0.5), (0.5, 1), ("x", 1), ([1], 1), (True, 1)])
def test_increment_of_another_type(c, key, there, offset):
    c.put(key, {"n": there})
    with pytest.raises(aerospike_py.BinTypeError):
        c.increment(key, "n", offset)
    assert c.get(key).bins == {"n": there}


def test_remove_bin(c, key):
    c.put(key, {"a": 1, "b": 2, "c": 3})
    assert c.remove_bin(key, ["a", "c"]) is None
    assert c.get(key).bins == {"b": 2}
    assert c.get(key).meta.gen == 2


def test_remove_bin_of_a_bin_that_is_not_there(c, key):
    c.put(key, {"a": 1})
    c.remove_bin(key, ["b"])
    assert c.get(key).bins == {"a": 1}


@pytest.mark.parametrize("names", [["a", "b"], ("a", "b")])
def test_remove_bin_of_all_removes_the_record(c, key, names):
    c.put(key, {"a": 1, "b": 2})
    c.remove_bin(key, names)
    assert c.exists(key).meta is None


EXISTS = [
    # policy, the record is there, the error
    (aerospike_py.POLICY_EXISTS_IGNORE, False, None),
    (aerospike_py.POLICY_EXISTS_IGNORE, True, None),
    (aerospike_py.POLICY_EXISTS_UPDATE, False, exception.RecordNotFound),
    (aerospike_py.POLICY_EXISTS_UPDATE, True, None),
    (aerospike_py.POLICY_EXISTS_UPDATE_ONLY, False, exception.RecordNotFound),
    (aerospike_py.POLICY_EXISTS_REPLACE, False, None),
    (aerospike_py.POLICY_EXISTS_REPLACE, True, None),
    (aerospike_py.POLICY_EXISTS_REPLACE_ONLY, False, exception.RecordNotFound),
    (aerospike_py.POLICY_EXISTS_REPLACE_ONLY, True, None),
    (aerospike_py.POLICY_EXISTS_CREATE_ONLY, False, None),
    (aerospike_py.POLICY_EXISTS_CREATE_ONLY, True, exception.RecordExistsError),
]


@pytest.mark.parametrize("where", ["policy", "meta"])
@pytest.mark.parametrize(("exists", "there", "error"), EXISTS)
def test_exists(c, key, where, exists, there, error):
    before = {"old": 1}
    if there:
        c.put(key, before)
    options = {where: {"exists": exists}}
    if error:
        with pytest.raises(error):
            c.put(key, {"new": 2}, **options)
        assert c.exists(key).meta == ((1, 4294967295) if there else None)
        return
    c.put(key, {"new": 2}, **options)
    replaces = exists in (aerospike_py.POLICY_EXISTS_REPLACE, aerospike_py.POLICY_EXISTS_REPLACE_ONLY)
    assert c.get(key).bins == ({"new": 2} if replaces or not there else {"old": 1, "new": 2})


def write_each_way(c, key, **options):
    """Every write of a single record that takes meta and policy."""
    read = [{"op": aerospike_py.OPERATOR_WRITE, "bin": "a", "val": "w"}]
    yield lambda: c.put(key, {"a": "p"}, **options)
    yield lambda: c.append(key, "a", "x", **options)
    yield lambda: c.prepend(key, "a", "x", **options)
    yield lambda: c.increment(key, "n", 1, **options)
    yield lambda: c.remove_bin(key, ["b"], **options)
    yield lambda: c.touch(key, **options)
    yield lambda: c.operate(key, read, **options)
    yield lambda: c.operate_ordered(key, read, **options)
    yield lambda: c.remove(key, **options)


WRITES = range(9)


@pytest.mark.parametrize("way", WRITES)
def test_the_expected_generation(c, key, way):
    c.put(key, {"a": "1", "b": 2, "n": 3})
    c.put(key, {"a": "2"})
    with pytest.raises(aerospike_py.RecordGenerationError) as caught:
        list(write_each_way(c, key, meta={"gen": 1}))[way]()
    assert caught.value.code == 3
    assert c.get(key).bins == {"a": "2", "b": 2, "n": 3}
    list(write_each_way(c, key, meta={"gen": 2}))[way]()
    assert c.exists(key).meta is None or c.exists(key).meta.gen == 3


@pytest.mark.parametrize(
    ("policy", "gen", "passes"),
    [
        (aerospike_py.POLICY_GEN_IGNORE, 9, True),
        (aerospike_py.POLICY_GEN_EQ, 2, True),
        (aerospike_py.POLICY_GEN_EQ, 1, False),
        (aerospike_py.POLICY_GEN_GT, 3, True),
        (aerospike_py.POLICY_GEN_GT, 2, False),
        (aerospike_py.POLICY_GEN_GT, 1, False),
    ],
)
def test_the_generation_policy(c, key, policy, gen, passes):
    c.put(key, {"a": 1})
    c.put(key, {"a": 2})
    if passes:
        c.put(key, {"a": 3}, meta={"gen": gen}, policy={"gen": policy})
        assert c.get(key).bins == {"a": 3}
    else:
        with pytest.raises(aerospike_py.RecordGenerationError):
            c.put(key, {"a": 3}, {"gen": gen}, {"gen": policy})
        assert c.get(key).bins == {"a": 2}


def test_the_policy_wins_over_meta(c, key):
    c.put(key, {"a": 1})
    with pytest.raises(aerospike_py.RecordExistsError):
        c.put(
            key,
            {"a": 2},
            meta={"exists": aerospike_py.POLICY_EXISTS_REPLACE},
            policy={"exists": aerospike_py.POLICY_EXISTS_CREATE_ONLY},
        )


def test_durable_delete_needs_the_enterprise_edition(c, key):
    c.put(key, {"a": 1})
    with pytest.raises(aerospike_py.EnterpriseOnly) as caught:
        c.remove(key, policy={"durable_delete": True})
    assert caught.value.code == 25
    assert c.exists(key).meta is not None


def test_a_stored_key_guards_its_digest(c, key):
    """The server compares a key that is sent with the key it keeps."""
    c.put(key, {"a": 1}, policy={"key": aerospike_py.POLICY_KEY_SEND})
    assert c.get(key, {"key": aerospike_py.POLICY_KEY_SEND}).bins == {"a": 1}
    c.put(key, {"a": 2}, policy={"key": aerospike_py.POLICY_KEY_SEND})
    c.put(key, {"a": 3}, policy={"key": aerospike_py.POLICY_KEY_DIGEST})
    assert c.get(key).bins == {"a": 3}
