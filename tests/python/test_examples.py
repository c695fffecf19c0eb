from __future__ import annotations

from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
OUTPUT = {
    "objects.py": "{'page': '/', 'at': 1709164800000000}\n/ 2024 None\n['/', '/']\n",
    "quickstart.py": "{'name': 'Alice', 'visits': 2} generation 2\nfound ['alice'] missing ['bob']\ngone, result code 2\n",
    "quickstart_async.py": "sum of squares 328350\n",
}


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.glob("*.py")))
def test_example_prints_what_it_should(run_python, name):
    done = run_python(None, str(EXAMPLES / name))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == OUTPUT[name]
