"""The configuration: every key, what it does, what is refused."""

from __future__ import annotations

import base64
import threading
import time

import pytest
from calls import make_calls

import aerospike_py
from aerospike_py import InvalidArgError
from aerospike_py.devserver import DevServer

K = ("test", "config", "k")
GOOD = {
    "cluster_name": "",
    "auth_mode": aerospike_py.AUTH_INTERNAL,
    "timeout": 5000,
    "connect_timeout": 1000,
    "login_timeout_ms": 1000,
    "idle_timeout": 10_000,
    "max_conns_per_node": 50,
    "min_conns_per_node": 1,
    "conn_pools_per_node": 2,
    "tend_interval": 500,
    "use_services_alternate": False,
    "max_concurrent_operations": 10,
    "operation_queue_timeout_ms": 100,
    "ip_map": {"10.0.0.1": "127.0.0.1"},
    "rack_ids": [1, 2],
    "app_id": "tests",
    "max_error_rate": 10,
    "error_rate_window": 2,
    "fail_if_not_connected": True,
    "policies": {"read": {"total_timeout": 2000}},
}


@pytest.mark.parametrize("name", GOOD)
def test_each_key(connect, name):
    c = connect(**{name: GOOD[name]})
    c.put(K, {"a": 1})
    assert c.get(K).bins == {"a": 1}


def test_all_keys(connect):
    connect(**GOOD).put(K, {"a": 1})


@pytest.mark.parametrize("name", ["cluster_name", "user", "password", "app_id", "ip_map", "rack_ids", "policies", "tls"])
def test_none_is_nothing_said(connect, name):
    connect(**{name: None}).put(K, {"a": 1})


@pytest.mark.parametrize(
    "form",
    [
        lambda host, port: [(host, port)],
        lambda host, port: ((host, port),),
        lambda host, port: [f"{host}:{port}"],
        lambda host, port: [(host, port, None)],
        lambda host, port: [("127.0.0.1", 1), (host, port)],
        lambda host, port: [("localhost", port)],
        lambda host, port: [["localhost", port]],
    ],
)
def test_forms_of_hosts(connect, hosts, form):
    connect(hosts=form(*hosts[0])).put(K, {"a": 1})


BAD = [
    (None, TypeError, "NoneType"),
    ([], TypeError, "list"),
    ("127.0.0.1", TypeError, "str"),
    ({}, ValueError, "'hosts' is missing"),
    ({"hosts": None}, ValueError, "'hosts' is missing"),
    ({"hosts": []}, ValueError, "'hosts' is empty"),
    ({"hosts": "127.0.0.1:3000"}, ValueError, "'hosts'"),
    ({"hosts": ("127.0.0.1", 3000)}, ValueError, "'hosts'.*3000.* is one host: give a list"),
    ({"hosts": ["aerospike://127.0.0.1:3000"]}, ValueError, "a host is no URL"),
    ({"hosts": {"127.0.0.1": 3000}}, ValueError, "'hosts'"),
    ({"hosts": [None]}, ValueError, "'hosts'.*None"),
    ({"hosts": [5]}, ValueError, "'hosts'.*5"),
    ({"hosts": [()]}, ValueError, r"'hosts'.*\(\)"),
    ({"hosts": [("", 3000)]}, ValueError, "'hosts'.*name"),
    ({"hosts": [(5, 3000)]}, ValueError, "'hosts'.*name"),
    ({"hosts": [(b"h", 3000)]}, ValueError, "'hosts'.*name"),
    ({"hosts": [("h", 0)]}, ValueError, "'hosts'.*port"),
    ({"hosts": [("h", 65536)]}, ValueError, "'hosts'.*port"),
    ({"hosts": [("h", -1)]}, ValueError, "'hosts'.*port"),
    ({"hosts": [("h", "3000")]}, ValueError, "'hosts'.*port"),
    ({"hosts": [("h", None)]}, ValueError, "'hosts'.*port"),
    ({"hosts": [("h", True)]}, ValueError, "'hosts'.*port"),
    ({"hosts": [("h", 3000, 5)]}, ValueError, "'hosts'.*TLS"),
    ({"hosts": [("h", 3000, None, 1)]}, ValueError, "'hosts'.*three"),
    ({"hosts": ["h:x"]}, ValueError, "'hosts'.*port"),
    ({"hosts": ["h:0"]}, ValueError, "'hosts'.*port"),
    ({"hosts": [":3000"]}, ValueError, "'hosts'.*name"),
    ({"hosts": [""]}, ValueError, "'hosts'.*name"),
    ({"hosts": ["[::1"]}, ValueError, "'hosts'.*bracket"),
    ({"hosts": ["\ud800"]}, ValueError, "'hosts'.*surrogate"),
]


@pytest.mark.parametrize(("config", "kind", "named"), BAD, ids=[ascii(config) for config, _, _ in BAD])
def test_what_is_no_configuration(mode, config, kind, named):
    client = make_calls(mode, config)
    with pytest.raises(kind, match=named) as caught:
        client.connect()
    assert isinstance(caught.value, aerospike_py.AerospikeError)
    assert not client.is_connected()


@pytest.mark.parametrize("config", [config for config, _, named in BAD if named.startswith("'hosts'.")], ids=ascii)
def test_an_entry_that_is_no_host_has_its_class(mode, config):
    with pytest.raises(aerospike_py.InvalidHostError) as caught:
        make_calls(mode, config).connect()
    assert caught.value.code == -4


BAD_VALUES = [
    ({"host": []}, "host.*hosts"),
    ({"tiemout": 1}, "tiemout.*timeout"),
    ({"max_con_per_node": 1}, "max_con_per_node.*max_conns_per_node"),
    ({5: 1}, "5"),
    ({"timeout": True}, "timeout.*True"),
    ({"timeout": None}, "timeout.*None"),
    ({"timeout": "1"}, "timeout.*'1'"),
    ({"timeout": 1.5}, "timeout.*1.5"),
    ({"timeout": -1}, "timeout.*-1"),
    ({"timeout": 2**32}, "timeout.*4294967296"),
    ({"idle_timeout": None}, "idle_timeout.*None"),
    ({"connect_timeout": False}, "connect_timeout.*False"),
    ({"login_timeout_ms": "x"}, "login_timeout_ms.*'x'"),
    ({"operation_queue_timeout_ms": None}, "operation_queue_timeout_ms.*None"),
    ({"operation_queue_timeout_ms": -5}, "operation_queue_timeout_ms.*-5"),
    ({"max_concurrent_operations": -1}, "max_concurrent_operations.*-1"),
    ({"max_concurrent_operations": True}, "max_concurrent_operations.*True"),
    ({"max_conns_per_node": 0}, "max_conns_per_node.*0"),
    ({"max_conns_per_node": "many"}, "max_conns_per_node.*'many'"),
    ({"min_conns_per_node": 10, "max_conns_per_node": 5}, "min_conns_per_node.*10"),
    ({"conn_pools_per_node": 0}, "conn_pools_per_node.*0"),
    ({"conn_pools_per_node": 1000}, "conn_pools_per_node.*1000"),
    ({"tend_interval": 10}, "tend_interval.*10"),
    ({"cluster_name": 5}, "cluster_name.*5"),
    ({"cluster_name": b"x"}, "cluster_name.*b'x'"),
    ({"auth_mode": 4}, "auth_mode.*4"),
    ({"auth_mode": "internal"}, "auth_mode.*'internal'"),
    ({"user": 5, "password": "p"}, "user.*5"),
    ({"user": "u", "password": b"p"}, "password"),
    ({"app_id": 5}, "app_id.*5"),
    ({"ip_map": [("a", "b")]}, "ip_map"),
    ({"ip_map": {1: "b"}}, "ip_map"),
    ({"rack_ids": 5}, "rack_ids.*5"),
    ({"rack_ids": ["a"]}, "rack_ids.*'a'"),
    ({"rack_ids": [-1]}, "rack_ids.*-1"),
    ({"use_services_alternate": "yes"}, "use_services_alternate.*'yes'"),
    ({"fail_if_not_connected": 2}, "fail_if_not_connected.*2"),
    ({"max_error_rate": -1}, "max_error_rate.*-1"),
    ({"error_rate_window": 1.5}, "error_rate_window.*1.5"),
    ({"policies": 5}, "policies"),
    ({"policies": {"reads": {}}}, "reads.*read"),
    ({"policies": {5: {}}}, "policies"),
    ({"policies": {"read": 5}}, r"policies\['read'\].*5"),
    ({"policies": {"read": {"total_timout": 1}}}, r"policies\['read'\].*total_timout.*total_timeout"),
    ({"policies": {"write": {"ttl": -4}}}, r"policies\['write'\].*ttl.*-4"),
    ({"policies": {"batch": {"exists": 9}}}, r"policies\['batch'\].*exists.*9"),
]


@pytest.mark.parametrize(("values", "named"), BAD_VALUES, ids=[named for _, named in BAD_VALUES])
def test_a_bad_value_is_named(mode, hosts, values, named):
    client = make_calls(mode, {"hosts": hosts, **values})
    with pytest.raises(InvalidArgError, match=named) as caught:
        client.connect()
    assert isinstance(caught.value, ValueError)


def test_a_password_is_not_shown(mode, hosts):
    with pytest.raises(InvalidArgError) as caught:
        make_calls(mode, {"hosts": hosts, "user": "u", "password": b"secret"}).connect()
    assert "secret" not in str(caught.value)


MEANINGLESS = {
    "shm": {"max_nodes": 1},
    "use_shared_connection": True,
    "thread_pool_size": 5,
    "max_socket_idle": 30,
    "validate_keys": True,
    "send_bool_as": 1,
    "strict_types": True,
    "serialization": (None, None),
    "max_threads": 5,
    "batch_direct": True,
    "compression_threshold": 100,
    "force_single_node": False,
}


@pytest.mark.parametrize("name", MEANINGLESS)
def test_keys_of_the_official_client_that_mean_nothing_here(mode, hosts, name):
    client = make_calls(mode, {"hosts": hosts, name: MEANINGLESS[name]})
    with pytest.warns(UserWarning, match=name) as warned:
        client.connect()
    assert "calls.py" in warned[0].filename if mode == "async" else warned[0].filename == __file__
    client.close()


def test_what_half_a_login_says(mode, hosts):
    for config in ({"user": "u"}, {"password": "p"}):
        with pytest.raises(aerospike_py.ClientError, match="password"):
            make_calls(mode, {"hosts": hosts, **config}).connect()


# What the keys do.


@pytest.mark.parametrize("name", ["right", "wrong"])
def test_cluster_name(mode, name):
    with DevServer(cluster_name="right") as server:
        client = make_calls(mode, {"hosts": server.hosts, "cluster_name": name})
        if name == "right":
            client.connect()
            client.close()
            return
        with pytest.raises(aerospike_py.ConnectionError, match=r"'right'.*'wrong'") as caught:
            client.connect()
        assert caught.value.code == -10
        host, port = server.hosts[0]
        assert f"{host}:{port}" in str(caught.value)


def test_a_server_that_cannot_be_reached(mode):
    """The error names each address that was tried and what happened there."""
    client = make_calls(mode, {"hosts": [("127.0.0.1", 1), "127.0.0.1:2"], "timeout": 2000})
    with pytest.raises(aerospike_py.ConnectionError, match=r"127.0.0.1:1: .*refused.*127.0.0.1:2: .*refused") as caught:
        client.connect()
    assert caught.value.code == -10
    assert caught.value.in_doubt is False


def test_something_else_that_listens(mode):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        def answer():
            while True:
                try:
                    connection, _ = other.accept()
                except OSError:
                    return
                with connection:
                    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        threading.Thread(target=answer, daemon=True).start()
        client = make_calls(mode, {"hosts": [("127.0.0.1", port)], "timeout": 2000})
        with pytest.raises(aerospike_py.AerospikeError, match=f"127.0.0.1:{port}: .*not answer as an Aerospike node"):
            client.connect()
        other.shutdown(socket.SHUT_RDWR)


def test_app_id(wire, relay, connect):
    connect(hosts=relay.hosts, app_id="my-app")
    sent = [info for info in relay.infos if info.startswith("user-agent-set:value=")]
    assert sent
    assert all(base64.b64decode(info.partition("=")[2]).endswith(b",my-app") for info in sent)


@pytest.mark.parametrize("least", [1, 4, 30])
def test_min_conns_per_node(connect, relay, least):
    connect(hosts=relay.hosts, min_conns_per_node=least)
    # And one to look after the cluster.
    assert least <= relay.connections <= least + 2


def test_max_conns_per_node(connect, relay):
    c = connect(hosts=relay.hosts, max_conns_per_node=3)
    c.put(K, {"a": 1})
    relay.open.clear()
    threads = [threading.Thread(target=c.get, args=(K, {"total_timeout": 0})) for _ in range(20)]
    for thread in threads:
        thread.start()
    time.sleep(0.2)
    relay.open.set()
    for thread in threads:
        thread.join()
    assert relay.connections <= 3 + 2


def test_the_bound_on_concurrent_operations(connect, relay):
    c = connect(hosts=relay.hosts, max_concurrent_operations=1, operation_queue_timeout_ms=50)
    c.put(K, {"a": 1})
    relay.open.clear()
    slow = threading.Thread(target=c.get, args=(K, {"total_timeout": 0}))
    slow.start()
    while len(relay.messages) < 2:
        time.sleep(0.001)
    with pytest.raises(aerospike_py.BackpressureError, match="'exists' after 50ms: max_concurrent_operations=1 exceeded"):
        c.exists(K)
    with pytest.raises(aerospike_py.BackpressureError, match="'batch_read'"):
        c.batch_read([K])
    relay.open.set()
    slow.join()
    assert c.get(K).bins == {"a": 1}


def test_prefer_rack_wants_racks(connect):
    policy = {"replica": aerospike_py.POLICY_REPLICA_PREFER_RACK}
    with connect(rack_ids=[1]) as c:
        c.put(K, {"a": 1})
        assert c.get(K, policy).bins == {"a": 1}
    with connect() as c, pytest.raises(InvalidArgError, match="rack"):
        c.get(K, policy)


KINDS = {
    "read": (lambda c, **o: c.get(K, **o), {"replica": 0}),
    "write": (lambda c, **o: c.put(K, {"a": 1}, **o), {"key": 1}),
    "operate": (lambda c, **o: c.operate(K, [{"op": 2, "bin": "a", "val": 1}], **o), {"key": 1}),
    "remove": (lambda c, **o: c.remove(K, **o), {"commit_level": 1}),
    "batch": (lambda c, **o: c.batch_read([K, K], **o), {"allow_inline": False}),
    "batch_write": (lambda c, **o: c.batch_write([(K, {"a": 1}), (K, {"a": 1})], **o), {"key": 1}),
    "batch_remove": (lambda c, **o: c.batch_remove([K, K], **o), {"commit_level": 1}),
    "info": (lambda c, **o: c.info_random_node("node", **o), {"timeout": 5000}),
    "batch_apply": (lambda c, **o: None, {"ttl": 1}),
    "apply": (lambda c, **o: None, {"ttl": 1}),
    "query": (lambda c, **o: None, {"max_records": 1}),
    "scan": (lambda c, **o: None, {"records_per_second": 1}),
    "admin": (lambda c, **o: None, {"timeout": 1}),
}


@pytest.mark.parametrize("prepared", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_policy(connect, kind, prepared):
    call, policy = KINDS[kind]
    c = connect(policies={kind: aerospike_py.prepare(policy) if prepared else policy})
    c.put(K, {"a": 1})
    call(c)


def test_kinds_are_those_of_the_typed_dict():
    import typing

    assert set(typing.get_type_hints(aerospike_py.ClientPolicies)) <= {*KINDS, "txn_verify", "txn_roll"}


def test_policies_of_the_configuration_apply(connect):
    c = connect(
        policies={
            "write": {"exists": aerospike_py.POLICY_EXISTS_CREATE_ONLY},
            "remove": {"gen": aerospike_py.POLICY_GEN_EQ},
            "batch_write": {"exists": aerospike_py.POLICY_EXISTS_UPDATE_ONLY},
        }
    )
    key = ("test", "config", "policies")
    assert c.batch_write([(key, {"a": 1})]).batch_records[0].result == 2
    c.put(key, {"a": 1})
    with pytest.raises(aerospike_py.RecordExistsError):
        c.put(key, {"a": 2})
    c.put(key, {"a": 3}, policy={"exists": aerospike_py.POLICY_EXISTS_IGNORE})
    assert c.batch_write([(key, {"a": 4})]).batch_records[0].result == 0
    with pytest.raises(aerospike_py.RecordGenerationError):
        c.remove(key)
    c.remove(key, {"gen": 3})


def test_the_batch_policy_is_where_kinds_of_batches_begin(connect):
    key = ("test", "config", "batch")
    c = connect(policies={"batch": {"exists": aerospike_py.POLICY_EXISTS_UPDATE_ONLY}, "batch_write": {"key": 1}})
    assert c.batch_write([(key, {"a": 1})]).batch_records[0].result == 2
