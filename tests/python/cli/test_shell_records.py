"""`aerospike-py get`, `put`, `exists`, `remove` and `scan`."""

from __future__ import annotations

import io
import json
import signal
import socket

import pytest
from programs import at

import aerospike_py
from aerospike_py.cli import json_values, keys
from aerospike_py.devserver import DevServer
from aerospike_py.types import AerospikeKey


@pytest.fixture(scope="module")
def client(hosts):
    with aerospike_py.client({"hosts": hosts}) as client:
        yield client


@pytest.fixture
def place(set_name):
    return f"test.{set_name}"


def test_a_record_is_put_and_got(shell, host, place):
    assert shell("put", host, place, "alice", '{"age": 30, "name": "Älice"}') == (0, "", "")
    code, out, err = shell("get", host, place, "alice")
    assert (code, err) == (0, "")
    assert out == 'alice: generation 1, never expires\n  age   30\n  name  "Älice"\n'


def test_as_json(shell, host, place, client, set_name):
    client.put(("test", set_name, "k"), {"a": 1, "b": 2}, policy={"ttl": 1000})
    out = shell("get", host, place, "k", "--json", "--bins", "b").out
    record = json.loads(out)
    assert 990 <= record.pop("ttl") <= 1000
    assert len(record.pop("digest")) == 40
    assert record == {"namespace": "test", "set": set_name, "key": "k", "generation": 1, "bins": {"b": 2}}


def test_each_kind_of_key_is_another_record(shell, host, place, client, set_name):
    wanted = {"42": "42", "int:42": 42, "hex:3432": bytearray(b"42"), "str:int:42": "int:42"}
    for text, key in wanted.items():
        shell("put", host, place, text, json.dumps({"text": text}))
        assert client.get(("test", set_name, key)).bins == {"text": text}
    digest = client.exists(("test", set_name, 42)).key.digest
    assert '"int:42"' in shell("get", host, place, f"digest:{digest.hex()}").out
    assert len(client.scan("test", set_name).results()) == len(wanted)


@pytest.mark.parametrize("text", ["int:x", "int:", "hex:0", "hex:zz", "digest:00"])
def test_a_key_that_is_none(shell, host, place, text):
    outcome = shell("get", host, place, text)
    assert outcome.code == 2
    assert text in outcome.complaint


@pytest.mark.parametrize("text", ["", ".users", "test."])
def test_a_set_that_is_none(shell, host, text):
    outcome = shell("get", host, text, "k")
    assert outcome.code == 2
    assert "NAMESPACE.SET" in outcome.complaint


def test_a_missing_record_fails_and_the_others_are_shown(shell, host, place):
    shell("put", host, place, "k", '{"a": 1}')
    outcome = shell("get", host, place, "k", "42")
    assert outcome.code == 1
    assert "k: generation 1" in outcome.out
    assert outcome.complaint == f"no record '42' in {place}; the integer is int:42"


def test_exists_and_remove(shell, host, place):
    shell("put", host, place, "k", '{"a": 1}', "--ttl", "-1")
    assert shell("exists", host, place, "k") == (0, "k: generation 1, never expires\n", "")
    assert shell("remove", host, place, "k") == (0, "", "")
    for command in ("exists", "remove"):
        outcome = shell(command, host, place, "k")
        assert (outcome.code, outcome.out) == (1, "")
        assert "no record 'k'" in outcome.complaint


def test_a_put_may_be_conditional(shell, host, place, client, set_name):
    put = ("put", host, place, "k")
    assert shell(*put, '{"a": 1}', "--update-only").complaint.startswith("Key not found")
    assert shell(*put, '{"a": 1}', "--create-only").code == 0
    assert shell(*put, '{"a": 1}', "--create-only").code == 1
    assert shell(*put, '{"b": 2}', "--generation", 1).code == 0
    assert shell(*put, '{"b": 3}', "--generation", 1).code == 1
    assert client.get(("test", set_name, "k")).bins == {"a": 1, "b": 2}
    assert shell(*put, '{"c": 3}', "--replace", "--send-key").code == 0
    (record,) = client.scan("test", set_name).results()
    assert (record.key.user_key, record.bins) == ("k", {"c": 3})
    assert shell(*put, '{"c": 3}', "--replace", "--create-only").code == 2


def test_bins_from_the_standard_input(shell, host, place, monkeypatch, client, set_name):
    monkeypatch.setattr("sys.stdin", io.StringIO('{"a": [1, {"b": null}]}'))
    assert shell("put", host, place, "k", "-").code == 0
    assert client.get(("test", set_name, "k")).bins == {"a": [1, {"b": None}]}


@pytest.mark.parametrize(
    "text", ["", "x", "[1]", '"a"', '{"a": NaN}', '{"a": {"$what": 1}}', '{"a": {"$bytes": "?"}}', '{"a": {"$map": 1}}']
)
def test_bins_that_are_none(shell, host, place, text):
    outcome = shell("put", host, place, "k", text)
    assert outcome.code == 2
    assert outcome.complaint


def test_scan(shell, host, place, client, set_name):
    for n in range(10):
        client.put(("test", set_name, n), {"a": n, "b": -n}, policy={"key": aerospike_py.POLICY_KEY_SEND})
    lines = shell("scan", host, place, "--json-lines", "--bins", "a").out.splitlines()
    assert sorted((record["key"], record["bins"]["a"]) for record in map(json.loads, lines)) == [(n, n) for n in range(10)]
    assert all(json.loads(line)["bins"].keys() == {"a"} for line in lines)
    assert len(shell("scan", host, place, "--limit", 3, "--json-lines").out.splitlines()) == 3
    assert sorted(shell("scan", host, place, "--no-bins").out.splitlines()) == [f"int:{n}: generation 1, never expires" for n in range(10)]


def test_values_that_json_has_no_type_for_come_back(shell, host, place, client, set_name):
    bins = {
        "bytes": b"\x00\xff",
        "geo": aerospike_py.GeoJSON({"type": "Point", "coordinates": [1.5, 2]}),
        "hll": client.operate(("test", set_name, "h"), [aerospike_py.hll_operations.hll_add("h", ["a"], 8)])
        and client.get(("test", set_name, "h")).bins["h"],
        "map": {1: {"x": b"y"}, "$a": [None, True]},
        "dollar": {"$bytes": 1},
        "inf": float("-inf"),
    }
    key = ("test", set_name, "k")
    client.put(key, bins)
    text = json.dumps(json.loads(shell("get", host, place, "k", "--json").out)["bins"])
    shell("put", host, place, "again", text)
    again = client.get(("test", set_name, "again")).bins
    assert again == bins
    assert {name: type(value) for name, value in again.items()} == {name: type(value) for name, value in bins.items()}


def test_nan_is_written_as_an_object():
    assert json_values.dumps([float("nan")]) == '[{"$float": "nan"}]'
    assert json_values.loads_bins('{"x": {"$float": "nan"}}')["x"] != 0


@pytest.mark.parametrize("text", ["a", "int:-7", "hex:00ff", "str:int:7", "str:digest:", "digest:" + "ab" * 20])
def test_keys_are_shown_as_they_are_written(text):
    key = keys.parse_key("test", "s", text)
    digest = key[3] if len(key) > 3 else bytes(20)
    assert keys.show_key(AerospikeKey("test", "s", key[2], digest)) == text


# Who asks, and where.


def test_the_hosts_of_the_environment(shell, host, place, monkeypatch):
    assert "AEROSPIKE_HOSTS" in shell("get", "-", place, "k").complaint
    monkeypatch.setenv("AEROSPIKE_HOSTS", f"127.0.0.1:1,{host}")
    assert shell("put", "-", place, "k", '{"a": 1}').code == 0
    assert shell("exists", "-", place, "k").code == 0


@pytest.mark.parametrize("text", ["h:x", "h:0", "h:65536", ":3000", "[::1", "h:n:1:2", "a,,b", "h:"])
def test_hosts_that_are_none(shell, text):
    outcome = shell("get", text, "test.s", "k")
    assert outcome.code == 2
    assert outcome.complaint


@pytest.fixture(scope="module")
def guarded():
    with DevServer(users={"bob": ("se:cret", ["read-write"]), "eve": ("drops", ["read"])}, tls=True) as server:
        yield server


def test_logging_in(shell, guarded, monkeypatch):
    address = at(guarded.hosts[0])
    put = ("put", address, "test.s", "k", '{"a": 1}')
    assert "--user" in shell(*put).complaint
    monkeypatch.setenv("AEROSPIKE_PASSWORD", "wrong")
    refused = shell(*put, "--user", "bob")
    assert refused.code == 1
    assert "AEROSPIKE_PASSWORD" in refused.complaint
    assert "wrong" not in refused.complaint
    assert shell(*put, "--user", "bob", "--password", "se:cret").code == 0
    monkeypatch.setenv("AEROSPIKE_PASSWORD", "drops")
    assert "role" in shell(*put, "--user", "eve").complaint
    monkeypatch.delenv("AEROSPIKE_PASSWORD")
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert "needs a password: set AEROSPIKE_PASSWORD" in shell(*put, "--user", "bob").complaint


def test_a_password_is_asked_for_on_a_terminal(shell, guarded, monkeypatch):
    asked = []
    monkeypatch.delenv("AEROSPIKE_PASSWORD", raising=False)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("getpass.getpass", lambda prompt: asked.append(prompt) or "drops")
    outcome = shell("info", at(guarded.hosts[0]), "build", "--user", "eve")
    assert outcome == (0, "8.1.2.0\n", "")
    assert asked == ["Password of eve: "]


def test_tls(shell, guarded):
    host, port, name = guarded.tls_hosts[0]
    login = ("--user", "bob", "--password", "se:cret", "--tls-ca", guarded.ca_file)
    assert shell("put", f"{host}:{port}", "test.s", "k", '{"a": 1}', *login, "--tls-name", name).code == 0
    assert shell("exists", f"{host}:{name}:{port}", "test.s", "k", *login).code == 0
    assert "wrong.name" in shell("exists", f"{host}:{port}", "test.s", "k", *login, "--tls-name", "wrong.name").complaint


def test_nobody_listens(shell):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    outcome = shell("get", f"127.0.0.1:{port}", "test.s", "k")
    assert outcome.code == 1
    assert f"127.0.0.1:{port}" in outcome.complaint
    assert "aerospike-py doctor" in outcome.complaint


def test_a_node_that_hangs_ends_in_a_timeout(shell):
    with DevServer() as server:
        address = at(server.hosts[0])
        assert shell("put", address, "test.s", "k", '{"a": 1}').code == 0
        with server.inject(op="read", silence=True):
            outcome = shell("get", address, "test.s", "k", "--timeout", 200)
    assert outcome.code == 1
    assert "--timeout" in outcome.complaint


# The program as a process.


def test_a_reader_that_goes_is_no_error(start, host, place, client, set_name):
    client.batch_write([(("test", set_name, n), {"text": "x" * 1000}) for n in range(2000)])
    process = start("scan", host, place, "--json-lines")
    assert json.loads(process.stdout.readline())["bins"]
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait(20) == 141


def test_an_interrupt_ends_it_without_a_word(start):
    with DevServer() as server:
        address = at(server.hosts[0])
        with aerospike_py.client({"hosts": server.hosts}) as client:
            client.batch_write([(("test", "s", n), {"text": "x"}) for n in range(3000)])
        process = start("scan", address, "test.s", "--json-lines", "--rate", 500)
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (130, "")


def test_importing_the_package_imports_nothing_of_the_program(run_python):
    code = "import sys, aerospike_py; print([name for name in sys.modules if name.startswith(('aerospike_py.cli', 'rich', 'hdrh', 'pygal', 'argparse'))])"
    assert run_python(code).stdout == "[]\n"


def test_help_needs_no_extra(run_python):
    code = "import sys; from aerospike_py.cli import main\ntry: main(['--help'])\nfinally: print([name for name in sys.modules if name.startswith(('rich', 'hdrh', 'pygal', 'numpy'))])"
    done = run_python(code)
    assert done.stdout.endswith("[]\n")
    assert all(
        f"    {name} " in done.stdout
        for name in ("serve", "demo", "doctor", "bench", "top", "get", "put", "exists", "remove", "scan", "info")
    )
