"""Modules of functions, and calls of them on one record and on many."""

from __future__ import annotations

import gc
import itertools
import time
import weakref

import pytest
from calls import make_calls

import aerospike_py

NUMBERS = itertools.count(1)
SOURCE = """
function add(rec, by)
    if not aerospike:exists(rec) then aerospike:create(rec) end
    rec['n'] = (rec['n'] or 0) + by
    aerospike:update(rec)
    return rec['n']
end
function echo(rec, ...) return ... end
function nothing(rec) end
function fail(rec) error('out of paper') end
"""


@pytest.fixture
def module(c):
    name = f"module{next(NUMBERS)}"
    c.udf_put(f"{name}.lua", source=SOURCE)
    yield name
    c.udf_remove(name)


def names(c):
    return [module["name"] for module in c.udf_list()]


def test_put_list_get_remove(c, official, tmp_path):
    file = tmp_path / f"put{next(NUMBERS)}.lua"
    file.write_text(SOURCE)
    assert c.udf_put(file) is None
    assert file.name in names(c)
    assert c.udf_get(file.name) == SOURCE == c.udf_get(file.stem)
    listed = next(module for module in c.udf_list() if module["name"] == file.name)
    judged = next(module for module in official.udf_list() if module["name"] == file.name)
    assert listed == {"name": judged["name"], "hash": judged["hash"].decode(), "type": judged["type"]}
    assert official.udf_get(file.name) == SOURCE
    assert c.udf_remove(file.stem) is None
    assert file.name not in names(c)


def test_put_as_the_official_client(c, official, tmp_path, monkeypatch):
    # This client keeps a copy in its working directory.
    monkeypatch.chdir(tmp_path)
    file = tmp_path / f"put{next(NUMBERS)}.lua"
    file.write_text(SOURCE)
    official.udf_put(str(file))
    assert c.udf_get(file.name) == SOURCE
    official.udf_remove(file.name)
    assert file.name not in names(c)


def test_a_task(c):
    name = f"task{next(NUMBERS)}.lua"
    task = c.udf_put(name, source=SOURCE, wait=False)
    assert type(task) is aerospike_py.Task
    assert repr(task) == f'ModuleThere {{ file: "{name}" }}'
    wait(c, task)
    assert name in names(c)
    task = c.udf_remove(name, wait=False)
    wait(c, task)
    assert name not in names(c)


def wait(c, task):
    """The methods of a task of an `AsyncClient` return awaitables."""
    call = getattr(c, "_call", lambda method, *arguments: method(*arguments))
    assert call(task.wait, 5000) is None
    assert call(task.is_done) is True


def test_errors_of_modules(c, tmp_path):
    with pytest.raises(aerospike_py.ClientError, match="cannot be read"):
        c.udf_put(str(tmp_path / "missing.lua"))
    with pytest.raises(aerospike_py.ServerError):
        c.udf_put("broken.lua", source="function (")
    with pytest.raises(aerospike_py.UDFError, match="missing.lua"):
        c.udf_get("missing")


@pytest.mark.parametrize(
    ("method", "arguments", "error", "text"),
    [
        ("udf_put", ("a;b.lua",), ValueError, "filename 'a;b.lua'"),
        ("udf_put", ("a.py",), aerospike_py.InvalidArgError, "does not end in .lua"),
        ("udf_put", ("a.lua", 1), aerospike_py.InvalidArgError, "udf_type 1"),
        ("udf_put", (5,), TypeError, "filename"),
        ("udf_get", ("a:b",), ValueError, "module 'a:b'"),
        ("udf_get", ("a", 1), aerospike_py.InvalidArgError, "language 1"),
        ("udf_remove", ("",), ValueError, "module is empty"),
        ("udf_remove", ("a=b",), ValueError, "module 'a=b'"),
        ("apply", ("k", "m", "f"), TypeError, "a key is a tuple"),
        ("apply", (("test", "s", 1), 5, "f"), TypeError, "module"),
        ("apply", (("test", "s", 1), "m", None), TypeError, "function"),
        ("apply", (("test", "s", 1), "m", "f", "args"), aerospike_py.InvalidArgError, "args"),
        ("apply", (("test", "s", 1), "m", "f", [1, {1.5: 2}]), TypeError, r"args\[1\].*map key 1.5"),
        ("batch_apply", (("test", "s", 1), "m", "f"), TypeError, "give a list of keys"),
        ("batch_apply", ([("test", "s", 1)], "m", "f", [object()]), TypeError, r"args\[0\]"),
        ("batch_apply", ([(("test", "s", 1), {"modul": 1})], "m", "f"), aerospike_py.InvalidArgError, "did you mean 'module'"),
    ],
)
def test_bad_input(stranger, method, arguments, error, text):
    with pytest.raises(error, match=text):
        getattr(stranger, method)(*arguments)


@pytest.mark.parametrize("value", [1, -(2**63), 1.5, "é", b"\x00", [1, [2]], {"a": {"b": 1}}, True], ids=repr)
def test_apply_returns_what_the_function_does(c, official, module, key, value):
    answer = c.apply(key, module, "echo", [value])
    assert answer == value
    assert answer == official.apply(key, module, "echo", [value])


def test_apply_changes_the_record(c, module, key):
    assert c.apply(key, module, "add", [5]) == 5
    assert c.apply(key, module, "add", (2,)) == 7
    assert c.apply(key, module, "nothing") is None
    assert c.get(key).bins == {"n": 7}


def test_apply_that_fails(c, module, key):
    with pytest.raises(aerospike_py.UDFError, match="out of paper") as caught:
        c.apply(key, module, "fail")
    assert caught.value.result_code == 100
    assert caught.value.key[:3] == key
    with pytest.raises(aerospike_py.UDFError):
        c.apply(key, module, "missing")
    with pytest.raises(aerospike_py.UDFError):
        c.apply(key, "missing", "add")


def test_apply_with_a_filter(c, module, key):
    c.put(key, {"n": 1})
    policy = {"filter_expression": aerospike_py.exp.eq(aerospike_py.exp.int_bin("n"), aerospike_py.exp.int_val(2))}
    with pytest.raises(aerospike_py.FilteredOut):
        c.apply(key, module, "add", [1], policy)
    assert c.get(key).bins == {"n": 1}


def test_batch_apply(c, official, module, keys):
    keys = keys(3)
    result = c.batch_apply(keys, module, "add", [3])
    assert [(row.result, row.record.bins) for row in result.batch_records] == [(0, {"SUCCESS": 3})] * 3
    assert [row.key[:3] for row in result.batch_records] == keys
    judged = official.batch_apply(keys, module, "add", [3])
    assert [(row.result, row.record[2]) for row in judged.batch_records] == [(0, {"SUCCESS": 6})] * 3
    assert [c.get(key).bins for key in keys] == [{"n": 6}] * 3


def test_batch_apply_with_a_meta(c, module, keys):
    first, second, third = keys(3)
    rows = [first, (second, {"args": [10], "ttl": 50}), (third, {"function": "fail"})]
    result = c.batch_apply(rows, module, "add", [1], {"ttl": 1000})
    assert [row.result for row in result.batch_records] == [0, 0, 100]
    assert [row.record.bins.get("SUCCESS") for row in result.batch_records] == [1, 10, None]
    assert "out of paper" in result.batch_records[2].record.bins["FAILURE"]
    assert 40 <= c.get(second).meta.ttl <= 50
    assert 900 <= c.get(first).meta.ttl <= 1000


def test_batch_apply_of_nothing(c):
    assert c.batch_apply([], "m", "f").batch_records == []


def test_a_lost_task_leaks_nothing(mode, relay):
    """Nobody asks it whether it is done, and nobody has the client any more: both go, and the connections with them."""
    name = f"lost{next(NUMBERS)}.lua"
    client = make_calls(mode, {"hosts": relay.hosts})
    client.connect()
    task = client.udf_put(name, source=SOURCE, wait=False)
    gone = weakref.ref(client.client)
    del client
    gc.collect()
    assert gone() is None
    del task
    gc.collect()
    for _ in range(1000):
        if relay.live == 0:
            break
        time.sleep(0.01)
    assert relay.live == 0
