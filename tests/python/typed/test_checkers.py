"""Type checkers take the examples as they are, and refuse every misuse that `misuse.py` lists: mypy and pyright, with what they find by line."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
MISUSE = Path(__file__).with_name("misuse.py")
WRONG = {number for number, line in enumerate(MISUSE.read_text(encoding="utf-8").splitlines(), 1) if line.endswith("# wrong")}
EXAMPLES = ROOT / "examples"


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=55)
    assert done.returncode in {0, 1}, done.stderr
    return done.stdout


def mypy():
    pytest.importorskip("mypy")
    options = ["--strict", "--no-error-summary", "--hide-error-context", "--no-pretty", "--python-version", "3.10"]
    output = run(sys.executable, "-m", "mypy", *options, "--config-file", "pyproject.toml", str(MISUSE), str(EXAMPLES))
    for file, line, message in re.findall(r"^(.*?):(\d+): error: (.*)$", output, re.MULTILINE):
        yield Path(file), int(line), message


def pyright(folder):
    program = shutil.which("basedpyright", path=sysconfig.get_path("scripts"))
    if program is None:
        pytest.skip("basedpyright is not installed")
    include = [str(MISUSE), str(EXAMPLES)]
    settings = {"typeCheckingMode": "strict", "pythonVersion": "3.10", "include": include, "extraPaths": [str(ROOT / "python")]}
    project = folder / "pyrightconfig.json"
    project.write_text(json.dumps(settings), encoding="utf-8")
    for found in json.loads(run(program, "--outputjson", "--pythonpath", sys.executable, "--project", str(project)))["generalDiagnostics"]:
        if found["severity"] == "error":
            yield Path(found["file"]), found["range"]["start"]["line"] + 1, found["message"]


@pytest.fixture(scope="module", params=["mypy", "pyright"])
def found(request, tmp_path_factory):
    """What a checker finds, of both at once: file, line, message."""
    return list(mypy() if request.param == "mypy" else pyright(tmp_path_factory.mktemp("pyright")))


def test_each_misuse_is_found_and_nothing_else(found):
    lines = {line: message for file, line, message in found if file.name == MISUSE.name}
    assert {line: message for line, message in lines.items() if line not in WRONG} == {}
    assert WRONG - set(lines) == set()


def test_the_examples_are_clean(found):
    assert [each for each in found if each[0].name != MISUSE.name] == []
