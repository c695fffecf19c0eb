"""The tests that README.md names exist: each edge at which bridges are known to fail has one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROWS = re.findall(r"^\| (.+) \| (`.+`) \|$", (HERE / "README.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
NAMED = sorted({name for _, names in ROWS for name in re.findall(r"`(\S+::\S+)`", names)})


def test_there_is_a_list():
    """Of edges, each with a test at least."""
    assert len(ROWS) > 40
    assert all(re.fullmatch(r"`\S+::\S+`(, `\S+::\S+`)*", names) for _, names in ROWS)


@pytest.mark.parametrize("named", NAMED)
def test_it_exists(named):
    path, name = named.split("::")
    text = (HERE / path).read_text(encoding="utf-8")
    if path.endswith(".rs"):
        assert re.search(rf"#\[test\]\nfn {name}\(", text)
    else:
        assert re.search(rf"^def {name}\(", text, flags=re.MULTILINE)
