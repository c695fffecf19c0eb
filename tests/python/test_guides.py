"""The code in the guides does what they say, against the embedded server."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import aerospike_py
from aerospike_py import _aerospike
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


def test_connecting(capsys):
    plain, tls, login, racks = blocks("connecting.md")
    address = '("127.0.0.1", 3000)'
    with DevServer(nodes=2, racks=[1, 2]) as server:
        run(plain, {address: server.hosts[0]})
        run(racks, {address: server.hosts[0]})
    with DevServer(tls=True) as server:
        run(tls, {'("127.0.0.1", 4333, "localhost")': server.tls_hosts[0], '"/etc/aerospike/ca.pem"': server.ca_file})
    with DevServer(users={"admin": ("secret", ["user-admin"])}) as server:
        run(login, {address: server.hosts[0]})
    assert capsys.readouterr().out == "True\nNone\nTrue\n"


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
