"""Nodes by name and address, partitions of keys, and the filter of another datacenter."""

from __future__ import annotations

import pytest

import aerospike_py
from aerospike_py import exp


def test_get_nodes(c, official, hosts):
    assert sorted(c.get_nodes()) == sorted(tuple(host) for host in hosts) == sorted(official.get_nodes())


def test_info_single_node(c, official):
    for name in c.get_node_names():
        assert c.info_single_node("node", name) == name
    for host in c.get_nodes():
        assert c.info_single_node("node", host) in c.get_node_names()
    name = c.get_node_names()[0]
    # The official client leaves the command in front of the answer.
    assert official.info_single_node("build", name).strip().endswith(c.info_single_node("build", name))


def test_get_key_partition_id(c, official):
    for key in ("a", 5, b"b", "é"):
        theirs = bytearray(key) if isinstance(key, bytes) else key
        ours = bytearray(key) if isinstance(key, bytes) else key
        assert c.get_key_partition_id("test", "s", ours) == official.get_key_partition_id("test", "s", theirs)
    assert 0 <= c.get_key_partition_id("test", None, "a") < 4096


@pytest.mark.parametrize(
    ("method", "arguments", "error", "text"),
    [
        ("info_single_node", ("build", 5), TypeError, "host 5"),
        ("info_single_node", (5, "a"), TypeError, "info command"),
        ("get_key_partition_id", ("test", "s", 1.5), TypeError, "user key 1.5"),
        ("get_key_partition_id", ("", "s", 1), ValueError, "namespace"),
        ("set_xdr_filter", ("d;c", "test", None), ValueError, "data_center 'd;c'"),
        ("set_xdr_filter", ("dc", "te=st", None), ValueError, "namespace 'te=st'"),
        ("set_xdr_filter", ("dc", "test", {"a": 1}), aerospike_py.InvalidArgError, "expression_filter"),
    ],
)
def test_bad_input(stranger, method, arguments, error, text):
    with pytest.raises(error, match=text):
        getattr(stranger, method)(*arguments)


def test_an_unknown_node(c):
    with pytest.raises(aerospike_py.InvalidArgError, match="no such node; known are"):
        c.info_single_node("build", "BB9")
    with pytest.raises(aerospike_py.ClientError, match="not connected"):
        aerospike_py.client({"hosts": []}).get_nodes()


def test_xdr_is_refused_without_a_datacenter(c):
    with pytest.raises(aerospike_py.ServerError):
        c.set_xdr_filter("dc", "test", exp.eq(exp.int_bin("a"), exp.int_val(1)))


def test_digests_and_partitions(official):
    aerospike = pytest.importorskip("aerospike")
    for key in ("a", 5, bytearray(b"b"), "é"):
        digest = aerospike_py.calc_digest("test", "s", key)
        assert digest == bytes(aerospike.calc_digest("test", "s", key))
        assert aerospike_py.get_partition_id(digest) == official.get_key_partition_id("test", "s", key)
    with pytest.raises(TypeError, match="user key 1.5"):
        aerospike_py.calc_digest("test", "s", 1.5)
    with pytest.raises(ValueError, match="20 bytes, not 3"):
        aerospike_py.get_partition_id(b"abc")
    with pytest.raises(TypeError, match="not None"):
        aerospike_py.get_partition_id(None)
