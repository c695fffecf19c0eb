"""info_all, info_random_node, ping, node names."""

from __future__ import annotations

import pytest

from aerospike_py.devserver import DevServer
from aerospike_py.types import InfoNodeResult


@pytest.fixture(scope="module")
def cluster():
    with DevServer(nodes=3, cluster_name="three") as server:
        yield server


@pytest.fixture
def three(connect, cluster):
    return connect(hosts=cluster.hosts[:1], cluster_name="three")


def test_nodes_are_found_from_one(three, cluster):
    names = three.get_node_names()
    assert type(names) is list
    assert len(set(names)) == 3
    assert all(type(name) is str and name for name in names)


def test_info_all(three):
    results = three.info_all("node")
    assert all(type(result) is InfoNodeResult for result in results)
    assert sorted(result.node_name for result in results) == sorted(three.get_node_names())
    assert [result.error_code for result in results] == [0, 0, 0]
    assert all(result.response == result.node_name for result in results)


@pytest.mark.parametrize(
    ("command", "answer"), [("namespaces", "test;bar"), ("build", "8.1.2.0"), ("build\n", "8.1.2.0"), ("cluster-name", "three")]
)
def test_info_random_node(three, command, answer):
    response = three.info_random_node(command)
    assert type(response) is str
    assert response.rstrip("\n") == answer


def test_info_random_node_asks_one_of_them(three):
    assert {three.info_random_node("node").strip() for _ in range(60)} <= set(three.get_node_names())


def test_commands_with_arguments(c):
    assert "objects=" in c.info_random_node("namespace/test")
    assert c.info_random_node("namespace/nowhere").startswith("type=unknown")


def test_an_unknown_command_is_answered_by_the_server(c):
    assert c.info_random_node("no-such-command").startswith("ERROR:4:")
    (result,) = c.info_all("no-such-command")
    assert result.response.startswith("ERROR:4:")


@pytest.mark.parametrize("policy", [None, {}, {"timeout": 1000}, {"timeout": 0}, {"total_timeout": 5}])
def test_policies(c, policy):
    assert c.info_random_node("status", policy) == "ok"
    assert c.info_all("status", policy)[0].response == "ok"


def test_ping(three, stranger):
    assert three.ping() is True
    assert stranger.ping() is False
    three.close()
    assert three.ping() is False
