"""The code in docs/expressions.md does what it says, against the embedded server."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import aerospike_py

PAGE = (Path(__file__).resolve().parents[2] / "docs/expressions.md").read_text(encoding="utf-8")
OURS, OFFICIAL = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def test_the_page(aerospike_devserver, set_name, capsys):
    pytest.importorskip("aerospike_helpers", reason="the official client is not installed")
    with aerospike_py.client({"hosts": aerospike_devserver.hosts}) as client:
        names = {"client": client, "key": ("test", set_name, "k")}
        for code in (OURS, OFFICIAL):
            exec(compile(code, "docs/expressions.md", "exec"), names)
    assert capsys.readouterr().out == "30\n{'best': 10}\non\n{'scores': 4}\n"
