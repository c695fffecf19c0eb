"""The commands in docs/shell.md do what it says."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from programs import at

from aerospike_py.cli import _parser
from aerospike_py.devserver import DevServer

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "shell.md"
ADDRESS = "127.0.0.1:3000"


def commands(block):
    """The commands of a block, each with what it prints."""
    for part in re.split(r"^\$ aerospike-py ", block, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield shlex.split(command), output


def blocks():
    return re.findall(r"```console\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)


def test_every_command_is_one():
    found = [command for block in blocks() for command, _ in commands(block)]
    assert len(found) >= 15
    for command in found:
        _parser().parse_args(command)


def test_the_records(shell):
    with DevServer() as server:
        for command, output in commands(blocks()[0]):
            outcome = shell(*[at(server.hosts[0]) if word == ADDRESS else word for word in command])
            assert (outcome.code, outcome.err) == (0, "")
            assert sorted(outcome.out.splitlines()) == sorted(output.splitlines())


def test_the_doctor(shell):
    """But for the address and the name of the node, which are others each time."""
    ((command, output),) = commands(blocks()[1])
    with DevServer(cluster_name="dev") as server:
        address = at(server.hosts[0])
        outcome = shell(*[address if word == ADDRESS else word for word in command])
    node = re.compile(r"BB9[0-9A-F]+")
    assert node.sub("BB9", outcome.out.replace(address, ADDRESS)) == node.sub("BB9", output)


@pytest.mark.parametrize("picture", ["bench.svg", "top.svg"])
def test_the_pictures_are_there_and_need_nothing_else(picture):
    text = (GUIDE.parent / "images" / picture).read_text(encoding="utf-8")
    assert f"images/{picture}" in GUIDE.read_text(encoding="utf-8")
    assert not re.search(r"""(href|src)=.(https?:)?//|url\(.?http""", text)
