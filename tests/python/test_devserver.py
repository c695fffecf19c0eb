from __future__ import annotations

import socket

import pytest

import aerospike_py
from aerospike_py.devserver import DevServer

KEY = ("test", "demo", "k")


def test_it_runs_inside_its_context_only():
    server = DevServer()
    assert server.hosts == []
    with server:
        ((host, port),) = server.hosts
        assert host == "127.0.0.1"
        assert repr(server) == f"<DevServer on {host}:{port}>"
        socket.create_connection((host, port), timeout=5).close()
    assert server.hosts == []
    assert repr(server) == "<DevServer, not running>"
    with pytest.raises(OSError):
        socket.create_connection((host, port), timeout=5)


def test_starting_and_stopping_twice_changes_nothing():
    server = DevServer()
    assert server.start() is server
    hosts = server.hosts
    assert server.start().hosts == hosts
    server.stop()
    server.stop()
    assert server.hosts == []


def test_it_starts_again_empty():
    server = DevServer()
    for _ in range(2):
        with server, aerospike_py.client({"hosts": server.hosts}) as client:
            assert client.exists(KEY).meta is None
            client.put(KEY, {"n": 1})


@pytest.mark.parametrize("nodes", [1, 3])
def test_nodes_namespaces_and_the_name_of_the_cluster(nodes):
    with DevServer(nodes=nodes, namespaces=["one"], cluster_name="dev") as server:
        assert len(set(server.hosts)) == nodes
        with aerospike_py.client({"hosts": server.hosts[-1:], "cluster_name": "dev"}) as client:
            assert len(client.get_node_names()) == nodes
            assert client.info_random_node("namespaces") == "one"


def test_time_can_be_moved_forward():
    with DevServer(default_ttl=100) as server, aerospike_py.client({"hosts": server.hosts}) as client:
        client.put(KEY, {"n": 1})
        server.advance(50)
        assert 40 <= client.get(KEY).meta.ttl <= 50
        server.advance(51)
        with pytest.raises(aerospike_py.RecordNotFound):
            client.get(KEY)


@pytest.mark.parametrize(
    "arguments",
    [
        {"nodes": 0},
        {"nodes": 65},
        {"namespaces": []},
        {"namespaces": ["a;b"]},
        {"namespaces": [""]},
        {"namespaces": ["same", "same"]},
        {"default_ttl": -1},
        {"default_ttl": 315_360_001},
        {"port": 65_536},
        {"port": -1},
        {"nodes": 2, "port": 65_535},
    ],
)
def test_arguments_out_of_range_are_a_value_error(arguments):
    with pytest.raises(ValueError):
        DevServer(**arguments).start()


@pytest.mark.parametrize("arguments", [{"namespaces": "test"}, {"nodes": "1"}, {"host": None}, {"cluster_name": 3}])
def test_arguments_of_another_type_are_a_type_error(arguments):
    with pytest.raises(TypeError):
        DevServer(**arguments)


def test_a_port_in_use_is_an_os_error_that_names_it():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match=str(port)):
            DevServer(port=port).start()


def test_time_does_not_go_back():
    with DevServer() as server, pytest.raises(ValueError):
        server.advance(-1)


def test_the_fixture_is_a_running_server(aerospike_devserver):
    with aerospike_py.client({"hosts": aerospike_devserver.hosts}) as client:
        client.put(("test", "fixture", 1), {"n": 1})
        assert client.get(("test", "fixture", 1)).bins == {"n": 1}


pytest_plugins = ["pytester"]


def test_pytest_finds_the_fixture_by_itself(pytester):
    pytester.makepyfile("def test_it(aerospike_devserver):\n    assert aerospike_devserver.hosts\n")
    result = pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=1)
