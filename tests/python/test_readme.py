"""The code in the README does what it says, against the embedded server."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import aerospike_py

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
SYNC, ASYNC, COLUMNS, FIXTURE = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def run(code: str, hosts: list[tuple[str, int]], **names: object) -> dict[str, object]:
    """The names a block leaves behind."""
    names |= {"__name__": "readme"}
    exec(compile(code.replace('("127.0.0.1", 3000)', repr(hosts[0])), "README.md", "exec"), names)
    return names


def test_the_sync_example(aerospike_devserver, capsys):
    run(SYNC, aerospike_devserver.hosts)
    assert capsys.readouterr().out == "{'name': 'Alice', 'visits': 2} generation 2\nfound ['alice'] missing ['bob']\n"


def test_the_async_example(aerospike_devserver, capsys):
    run(ASYNC, aerospike_devserver.hosts)
    assert capsys.readouterr().out == "sum of squares 328350\n"


def test_the_columns(aerospike_devserver, capsys):
    pytest.importorskip("numpy", reason="an extra")
    with aerospike_py.client({"hosts": aerospike_devserver.hosts}) as client:
        client.batch_write([(("test", "sensors", n), {"temperature": n / 2, "status": 1}) for n in range(900)])
        run(COLUMNS, aerospike_devserver.hosts, client=client)
    assert capsys.readouterr().out == "202.275 100 missing\n"


def test_the_fixture_example(aerospike_devserver):
    class MyService:
        def __init__(self, hosts: list[tuple[str, int]]) -> None:
            self.hosts = hosts

    names = run(FIXTURE, aerospike_devserver.hosts, MyService=MyService)
    names["test_my_service"](aerospike_devserver)
