"""The code in the guides does what they say, against the embedded server."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest

import aerospike_py
from aerospike_py import _aerospike, exception
from aerospike_py.devserver import DevServer

DOCS = Path(__file__).resolve().parents[2] / "docs"


def blocks(guide: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", (DOCS / guide).read_text(encoding="utf-8"), re.DOTALL)


def run(code: str, changes: dict[str, object], **names: object) -> None:
    """Runs a block, with what is another machine's replaced."""
    for text, instead in changes.items():
        assert text in code
        code = code.replace(text, repr(instead))
    exec(compile(code, "guide", "exec"), {"__name__": "guide", "aerospike_py": aerospike_py, **names})


def shown(guide: str) -> list[str]:
    """What its blocks print, by the comments behind their prints."""
    prints = re.findall(r"^ *print\(.*\)  # (.*)$", "".join(blocks(guide)), re.MULTILINE)
    assert len(prints) == len(re.findall(r"^ *print\(", "".join(blocks(guide)), re.MULTILINE)), "a print says what it prints"
    return prints


@pytest.mark.parametrize("guide", ["asyncio.md", "batch.md", "coming-from-the-official-client.md", "errors.md", "getting-started.md"])
def test_what_a_guide_shows(guide, capsys):
    """Its blocks, one after the other in one namespace, print what stands beside them."""
    if "aerospike_helpers" in "".join(blocks(guide)):
        pytest.importorskip("aerospike_helpers", reason="the official client is not installed")
    names: dict[str, object] = {"__name__": "guide"}
    with DevServer() as server:
        for code in blocks(guide):
            exec(compile(code.replace('("127.0.0.1", 3000)', repr(server.hosts[0])), guide, "exec"), names)
    assert capsys.readouterr().out.splitlines() == shown(guide)


def test_administration(capsys):
    """Its last blocks log in, and so need another server than the first."""
    plain, secured = DevServer(), DevServer(users={"admin": ("secret", ["user-admin"])})
    names: dict[str, object] = {"__name__": "guide"}
    with plain, secured:
        for code in blocks("administration.md"):
            server = secured if "admin" in code else plain
            exec(compile(code.replace('("127.0.0.1", 3000)', repr(server.hosts[0])), "administration.md", "exec"), names)
    assert capsys.readouterr().out.splitlines() == shown("administration.md")


def test_connecting(capsys, tmp_path):
    plain, tls, login, racks, policies = blocks("connecting.md")
    address = '("127.0.0.1", 3000)'
    with DevServer(nodes=2, racks=[1, 2]) as server:
        run(plain, {address: server.hosts[0]})
        run(racks, {address: server.hosts[0]})
    with DevServer() as server:
        run(policies, {address: server.hosts[0], '"policies.yaml"': str(tmp_path / "policies.yaml")})
    with DevServer(tls=True) as server:
        run(tls, {'("127.0.0.1", 4333, "localhost")': server.tls_hosts[0], '"/etc/aerospike/ca.pem"': server.ca_file})
    with DevServer(users={"admin": ("secret", ["user-admin"])}) as server:
        run(login, {address: server.hosts[0]})
    assert capsys.readouterr().out == "True\nNone\nnamed\nTrue\n"


def test_observability(capsys, monkeypatch):
    metrics, prometheus, stages, tracing, logs = blocks("observability.md")
    _aerospike._forget_series()
    with DevServer() as server:
        address = {'("127.0.0.1", 3000)': server.hosts[0]}
        run(metrics, address)
        run(prometheus, {"9464": 0})
        run(stages, address)
        # The provider of a process can be set once: this one is not the process's.
        run(tracing.replace("trace.set_tracer_provider(provider)", "trace.get_tracer_provider = lambda: provider"), address, trace=None)
        monkeypatch.setattr(logging, "basicConfig", lambda **_options: None)
        run(logs, address)
    aerospike_py.set_log_level(aerospike_py.LOG_LEVEL_WARN)
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["get 1 {} True", "put 1 {} True"]
    assert re.fullmatch(r"0 of \d+ connections in use, 0 requests wait", lines[2])
    assert lines[3:] == ["# EOF", "True", "['CONNECT', 'PUT test.users']"]


def test_transactions(capsys):
    sync_block, async_block, conflicts = blocks("transactions.md")
    with DevServer(strong_consistency=True) as server:
        address = {'("127.0.0.1", 3000)': server.hosts[0]}
        run(sync_block, address)
        run(async_block, address)
        flight = ("test", "flights", "LH 400")
        with aerospike_py.client({"hosts": server.hosts}) as client:
            client.put(flight, {"seats": 3})
            run(conflicts, {}, client=client, flight=flight)
            assert client.get(flight).bins == {"seats": 2}
    assert capsys.readouterr().out == "{'balance': 40} {'balance': 10}\n20\n2\n"


def test_objects(capsys):
    with DevServer() as server, aerospike_py.client({"hosts": server.hosts}) as client:
        names = {
            "__name__": "guide",
            "aerospike_py": aerospike_py,
            "client": client,
            "hosts": server.hosts,
            "key": ("test", "guide", "ann"),
        }
        for code in blocks("objects.md"):
            # Without the annotations-as-text of this file: a dataclass would look for their names in a module.
            exec(compile(code, "guide", "exec", dont_inherit=True), names)
    assert capsys.readouterr().out == (
        "Ann Address(street='Main St', zip_code=None) 1\nann@example.org\nUser.name: 5 (int) is not str\n{'size': 14, 'theme': 'dark'}\n"
        "{'monday': [{'c'}, b'd']}\n{'monday': [b'[\"c\"]', b'd']}\n"
    )


def test_gevent(run_python):
    pytest.importorskip("gevent")
    (code,) = blocks("gevent.md")
    with DevServer() as server:
        host, port = server.hosts[0]
        done = run_python(code.replace('("127.0.0.1", 3000)', f'("{host}", {port})'))
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "{'n': 42}\n")


def test_the_tree_of_exceptions():
    """Each class stands below one that it derives from."""
    tree = re.search(r"```\nAerospikeError\n(.*?)```", (DOCS / "errors.md").read_text(encoding="utf-8"), re.DOTALL)[1]
    above = [aerospike_py.AerospikeError]
    for line in tree.splitlines():
        branch, names = re.match(r"([│├└ ]*)(.*)", line).groups()
        classes = [getattr(exception, name) for name in re.findall(r"\w+", names) if name in vars(exception)]
        if "├" in branch or "└" in branch:
            above[len(branch) // 2 :] = [classes[0]]
            assert issubclass(classes[0], above[-2]), line
        assert all(issubclass(each, above[-1]) for each in classes), line
        assert classes, line


def test_columns(capsys):
    numpy_block, lazy, arrow, batches, async_batches = blocks("columns.md")
    with DevServer() as server:
        address = {'("127.0.0.1", 3000)': server.hosts[0]}
        for block in (numpy_block, lazy, arrow, batches, async_batches):
            run(block, address)
    assert capsys.readouterr().out.splitlines() == [
        "124.875 False 7",
        "12",
        "[0, 2]",
        "[(5, 1.25), (0, 0.0)]",
        "['_key', '_gen', 'age', 'tags', 'home']",
        "[{'city': 'Oslo', 'zip': 150}, None]",
        "[31, None]",
        "[400, 400, 200]",
        "1000",
    ]
