"""`aerospike-py info`."""

from __future__ import annotations

import json

import pytest
from programs import at

from aerospike_py.cli import info
from aerospike_py.devserver import DevServer


@pytest.fixture(scope="module")
def pair():
    with DevServer(nodes=2, cluster_name="dev") as server:
        yield server


@pytest.fixture(scope="module")
def address(pair):
    return at(pair.hosts[0])


def test_one_node_answers_an_item_per_line(shell, address):
    assert shell("info", address, "namespaces") == (0, "test\nbar\n", "")
    assert shell("info", address, "namespaces", "--raw") == (0, "test;bar\n", "")


def test_every_node_answers(shell, address):
    answers = json.loads(shell("info", address, "node", "--all", "--json").out)
    assert len(answers) == 2
    assert all(node == answer for node, answer in answers.items())
    lines = shell("info", address, "build", "--all").out.splitlines()
    assert sorted(lines[::2]) == sorted(f"{node}:" for node in answers)
    assert lines[1::2] == ["8.1.2.0"] * 2
    for node in answers:
        assert shell("info", address, "node", "--node", node).out == f"{node}\n"


def test_a_table_of_the_nodes(shell, pair, address):
    out = shell("info", address).out
    for host, port in pair.hosts:
        assert f"{host}:{port}" in out
    assert "dev" in out
    assert len(json.loads(shell("info", address, "--json").out)) == 2


def test_what_a_node_refuses(shell, address):
    outcome = shell("info", address, "nonsense")
    assert (outcome.code, outcome.out) == (1, "")
    assert "unrecognized command" in outcome.complaint
    assert shell("info", address, "nonsense", "--json").code == 1


def test_a_node_there_is_not(shell, address):
    outcome = shell("info", address, "build", "--node", "BB9")
    assert outcome.code == 2
    assert "BB9" in outcome.complaint


def test_a_node_that_hangs_holds_up_no_other(shell, pair, address):
    pair.freeze(1)
    try:
        outcome = shell("info", address, "build", "--all", "--timeout", 500)
    finally:
        pair.thaw(1)
    assert "8.1.2.0" in outcome.out


@pytest.mark.parametrize(
    ("answer", "said"), [("ERROR:4:bad", "bad (code 4)"), ("ERROR::bad", "bad (code 1)"), ("FAIL:201:no index", "no index (code 201)")]
)
def test_errors_of_every_age(answer, said):
    with pytest.raises(info.InfoError) as caught:
        info.checked(answer)
    assert caught.value.msg == said
    assert info.checked("ERRORS:0") == "ERRORS:0"
