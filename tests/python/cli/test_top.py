"""`aerospike-py top`."""

from __future__ import annotations

import asyncio
import io
import json
import os
import sys

import pytest
from programs import at, rest_of

import aerospike_py
from aerospike_py.cli.top import figures
from aerospike_py.cli.top.figures import NodeSample, Sample
from aerospike_py.cli.top.sampling import sample
from aerospike_py.cli.top.view import NODE_COLUMNS, View, as_text, draw, summarize
from aerospike_py.devserver import DevServer


@pytest.fixture(scope="module")
def pair():
    with DevServer(nodes=2) as server, aerospike_py.client({"hosts": server.hosts}) as client:
        for n in range(20):
            client.put(("test", "top", n), {"n": n})
        yield server


def test_once_prints_tables_and_ends(shell, pair):
    outcome = shell("top", at(pair.hosts[0]), "--once", "--interval", 0.1)
    assert (outcome.code, outcome.err) == (0, "")
    for word in (*NODE_COLUMNS, "namespace", "master objects", "test", "bar", *map(at, pair.hosts)):
        assert word in outcome.out


def test_as_json(shell, pair):
    found = json.loads(shell("top", at(pair.hosts[0]), "--json", "--interval", 0.1).out)
    assert found["seconds"] >= 0.1
    nodes = found["nodes"]
    assert sorted(node["address"] for node in nodes) == sorted(map(at, pair.hosts))
    assert all(node["objects"] == 20 and node["probe"] > 0 and node["connections"] >= 1 for node in nodes)
    assert {space["namespace"]: space["state"] for space in found["namespaces"]} == {"bar": "ok", "test": "ok"}
    assert {space["namespace"]: space["master objects"] for space in found["namespaces"]} == {"bar": 0, "test": 20}


def test_the_hosts_of_the_environment(shell, pair, monkeypatch):
    monkeypatch.setenv("AEROSPIKE_HOSTS", at(pair.hosts[1]))
    assert shell("top", "--once", "--interval", 0.1).code == 0


def test_a_node_that_hangs_is_said_and_the_others_are_shown(pair):
    rich = pytest.importorskip("rich.console", reason="rich is not installed")

    async def look():
        async with aerospike_py.async_client({"hosts": pair.hosts}) as client:
            pair.freeze(1)
            try:
                return await sample(client, 300)
            finally:
                pair.thaw(1)

    now = asyncio.run(look())
    nodes = View(now, now).nodes()
    assert sorted("trouble" in node for node in nodes) == [False, True]
    console = rich.Console(width=150, record=True, file=io.StringIO())
    console.print(draw(View(now, now), "title"))
    shown = console.export_text()
    assert "Timeout" in shown
    assert at(pair.hosts[0]) in shown


@pytest.mark.skipif(sys.platform == "win32", reason="no pty")
@pytest.mark.parametrize(("key", "code"), [(b"q", 0), (b"\x03", 130)])
def test_keys_end_it(start, pair, key, code):
    pytest.importorskip("rich", reason="rich is not installed")
    import pty

    ours, theirs = pty.openpty()
    options = {"stdin": theirs, "stdout": theirs, "env": {**os.environ, "TERM": "xterm", "COLUMNS": "150", "LINES": "40"}}
    # A terminal of its own, as a shell gives it: Ctrl-C is a signal to those it controls.
    process = start("top", at(pair.hosts[0]), "--interval", "0.1", start_new_session=True, preexec_fn=lambda: control(theirs), **options)
    os.close(theirs)
    shown = b""
    while shown.count(b"connections") < 2:
        shown += os.read(ours, 65_536)
    os.write(ours, key)
    shown += rest_of(ours)
    assert process.wait(20) == code
    assert process.stderr.read() == ""
    assert b"2 of 2 nodes answer" in shown
    # The screen that was there before is back.
    assert b"\x1b[?1049l" in shown


def control(terminal):
    import fcntl
    import termios

    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)


def test_without_rich_it_says_what_to_install(run_python, pair):
    code = f"import sys; sys.modules['rich'] = None; from aerospike_py.cli import main; sys.exit(main(['top', {at(pair.hosts[0])!r}, *sys.argv[1:]]))"
    done = run_python(code)
    assert done.returncode == 1
    assert "aerospike-py[cli]" in done.stderr
    assert run_python(code, "--once", "--interval", "0.1").returncode == 0


# The figures of a real server, of which the embedded one has some.

SPACE = (
    "storage-engine=memory;master_objects={objects};client_read_success={reads};client_read_not_found=0;batch_sub_read_success=0;"
    "client_write_success={writes};client_write_error={errors};data_used_bytes=1000;index_used_bytes=64;stop_writes={stop};"
    "migrate_tx_partitions_remaining=3;migrate_rx_partitions_remaining=4;dead_partitions={dead}"
)


def space(objects=5, reads=0, writes=0, errors=0, stop="false", dead=0):
    return figures.parse(SPACE.format(objects=objects, reads=reads, writes=writes, errors=errors, stop=stop, dead=dead))


def node(name, **spaces):
    return NodeSample(name, "h:1", 0.001, None, figures.parse("client_connections=7;objects=10;uptime=90000"), spaces)


def samples(*nodes, at=0.0):
    return Sample(at, {node.name: node for node in nodes})


def test_rates_are_between_two_samples():
    before = samples(node("A", test=space(reads=100, writes=10)), node("B", test=space(reads=0)))
    now = samples(node("A", test=space(reads=300, writes=30, errors=4)), node("B", test=space(reads=50)), at=2.0)
    view = View(before, now)
    first, second = view.nodes()
    assert (first["reads/s"], first["writes/s"], first["failures/s"]) == (100.0, 10.0, 2.0)
    assert (second["reads/s"], first["memory"], first["connections"]) == (25.0, 1064, 7)
    (test,) = view.namespaces()
    assert (test["reads/s"], test["master objects"], test["memory"], test["migrating"]) == (125.0, 10, 2128, 14)
    assert as_text(first) == ["A", "h:1", "100", "10", "2", "7", "10", "1.0 KiB", "1 d 1 h", "1.00 ms"]


def test_what_a_server_does_not_say_is_not_zero():
    bare = NodeSample("A", "h:1", 0.001, None, {}, {"test": {}})
    view = View(samples(bare), samples(bare, at=1.0))
    assert as_text(view.nodes()[0]) == ["A", "h:1", *"-------", "1.00 ms"]
    assert as_text(view.namespaces()[0]) == ["test", *"-----", "ok"]


def test_a_node_that_came_anew_has_no_rate_yet():
    old, new = node("A", test=space(reads=100)), node("A", test=space(reads=3))
    assert View(samples(old), samples(new, at=1.0)).nodes()[0]["reads/s"] is None
    assert View(samples(), samples(new, at=1.0)).nodes()[0]["reads/s"] is None


def test_what_is_wrong_with_a_namespace():
    view = View(samples(), samples(node("A", test=space(stop="true", dead=2)), node("B", test=space(dead=1)), at=1.0))
    assert view.namespaces()[0]["state"] == "no writes, 3 dead partitions"


def test_memory_of_every_age_and_storage():
    assert figures.memory(figures.parse("memory_used_bytes=7;data_used_bytes=9")) == 7
    assert figures.memory(figures.parse("storage-engine=device;data_used_bytes=1000;index_used_bytes=64")) == 64
    assert figures.memory(figures.parse("storage-engine=memory;data_used_bytes=1000")) == 1000
    assert figures.memory({}) is None


def test_the_title_counts_the_nodes():
    both = samples(node("A"), NodeSample("B", trouble="gone"))
    assert summarize(both, "h:1") == "h:1: 1 of 2 nodes answer; q ends"
    split = samples(NodeSample("A", server={"cluster_size": "3"}), NodeSample("B", server={"cluster_size": "2"}))
    assert summarize(split, "h:1") == "h:1: 2 of 2 nodes answer; by the nodes there are 3; q ends"
