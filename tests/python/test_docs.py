"""The code in docs/expressions.md and docs/operations.md does what it says, against the embedded server."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import aerospike_py

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = {
    "expressions.md": "30\n{'best': 10}\non\n{'scores': 4}\n",
    "operations.md": "[5, 9]\n{'users': 31}\n{'users': [31]}\n{'ann': {'age': 32}, 'bob': {'age': 18}}\n",
}


@pytest.mark.parametrize(("page", "output"), PAGES.items())
def test_the_page(aerospike_devserver, set_name, capsys, page, output):
    pytest.importorskip("aerospike_helpers", reason="the official client is not installed")
    blocks = re.findall(r"```python\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL)
    with aerospike_py.client({"hosts": aerospike_devserver.hosts}) as client:
        names = {"client": client, "key": ("test", set_name, "k")}
        for code in blocks:
            exec(compile(code, page, "exec"), names)
    assert capsys.readouterr().out == output
