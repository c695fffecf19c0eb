"""A cluster of several nodes: records are spread, batches go to each, the loss of one is the loss of its records."""

from __future__ import annotations

import pytest

from aerospike_py.devserver import DevServer


@pytest.fixture(scope="module", params=[2, 3, 5])
def cluster(request):
    with DevServer(nodes=request.param) as server:
        yield server


@pytest.fixture
def c(connect, cluster):
    return connect(hosts=cluster.hosts[:1])


@pytest.fixture
def keys(set_name):
    return [("test", set_name, index) for index in range(300)]


def test_every_node_is_asked(c, cluster, keys):
    assert len(c.get_node_names()) == len(cluster.hosts)
    c.batch_write([(key, {"n": key[2]}) for key in keys])
    writes = [result.response for result in c.info_all("statistics")]
    assert len(writes) == len(cluster.hosts)
    assert [c.get(key).bins for key in keys] == [{"n": key[2]} for key in keys]


def test_single_records(c, keys):
    for key in keys[:50]:
        c.put(key, {"n": 1, "s": "a"})
        c.increment(key, "n", 1)
        c.append(key, "s", "b")
        c.prepend(key, "s", "c")
        c.touch(key)
        assert c.get(key).bins == {"n": 2, "s": "cab"}
        assert c.exists(key).meta.gen == 5
        c.remove(key)
        assert c.exists(key).meta is None


def test_batches_keep_the_order_of_the_request(c, keys):
    keys = keys[::-1]
    written = c.batch_write([(key, {"n": key[2]}) for key in keys])
    assert [record.key[:3] for record in written.batch_records] == keys
    assert {record.result for record in written.batch_records} == {0}
    read = c.batch_read([*keys, ("test", "nobody", 1)])
    assert list(read) == [key[2] for key in keys]
    assert read.result_codes == [0] * len(keys) + [2]
    operated = c.batch_operate(keys, [{"op": 5, "bin": "n", "val": 1}, {"op": 1, "bin": "n"}])
    assert [record.record.bins["n"] for record in operated.batch_records] == [key[2] + 1 for key in keys]
    array = c.batch_read(keys, _dtype=[("n", "i8")])
    assert array.batch_records["n"].tolist() == [key[2] + 1 for key in keys]
    removed = c.batch_remove(keys)
    assert {record.result for record in removed.batch_records} == {0}
    assert c.batch_read(keys) == {}


@pytest.mark.parametrize("count", range(1, 8))
def test_small_batches(c, keys, count):
    """Of a few keys some nodes get one, some several."""
    keys = keys[:count]
    c.batch_write([(key, {"n": key[2]}) for key in keys])
    assert c.batch_read(keys) == {key[2]: {"n": key[2]} for key in keys}
    assert [record.result for record in c.batch_remove(keys).batch_records] == [0] * count


def test_any_node_may_be_the_seed(connect, cluster, set_name):
    for host in cluster.hosts:
        c = connect(hosts=[host])
        assert len(c.get_node_names()) == len(cluster.hosts)
        c.increment(("test", set_name, "k"), "n", 1)
    assert c.get(("test", set_name, "k")).bins == {"n": len(cluster.hosts)}
    c = connect(hosts=[("127.0.0.1", 1), *cluster.hosts])
    assert len(c.get_node_names()) == len(cluster.hosts)


def test_ip_map(connect, cluster):
    """Nodes announce addresses; the map says where to find them."""
    c = connect(hosts=cluster.hosts[:1], ip_map={"10.1.2.3": "127.0.0.1"})
    assert len(c.get_node_names()) == len(cluster.hosts)
