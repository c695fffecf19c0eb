"""`aerospike-py doctor`: each cause is found, said once, and ends in time."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import struct
import subprocess
import threading
import time

import pytest
from programs import COMMAND, at

from aerospike_py.cli.connection import Seed
from aerospike_py.cli.doctor import addresses
from aerospike_py.cli.doctor.report import Report
from aerospike_py.devserver import DevServer

USERS = {"bob": ("builder", ["read"])}


@contextlib.contextmanager
def listener(converse):
    """A port where `converse` has each connection."""
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.05)
    ended = threading.Event()

    def serve():
        while not ended.is_set():
            with contextlib.suppress(TimeoutError):
                stream, _ = server.accept()
                stream.settimeout(5)
                with stream, contextlib.suppress(OSError):
                    converse(stream)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield at(server.getsockname())
    finally:
        ended.set()
        thread.join()
        server.close()


@contextlib.contextmanager
def fake_node(**answers):
    """A node that answers info commands as told: `peers_clear_std="1,3000,[]"`."""
    known = {"node": "BB9", "build": "8.1.2.0", "edition": "Aerospike Community Edition", "cluster-name": "null", "namespaces": "test"}
    known |= {name.replace("_", "-"): answer for name, answer in answers.items()}

    def converse(stream):
        head = stream.recv(8, socket.MSG_WAITALL)
        body = stream.recv(int.from_bytes(head[2:], "big"), socket.MSG_WAITALL)
        answer = "".join(f"{name}\t{known.get(name, 'ERROR:4:unrecognized command')}\n" for name in body.decode().splitlines()).encode()
        stream.sendall(struct.pack(">Q", 2 << 56 | 1 << 48 | len(answer)) + answer)

    with listener(converse) as address:
        yield address


@pytest.fixture
def doctor(shell):
    """The report as JSON, and the exit code."""

    def examine(*arguments):
        outcome = shell("doctor", *arguments, "--json")
        report = json.loads(outcome.out)
        assert outcome.err == ""
        assert outcome.code == (0 if report["healthy"] else 1)
        assert [step["state"] for step in report["steps"]].count("fail") == outcome.code
        return report

    return examine


def steps(report):
    return {step["step"]: step["state"] for step in report["steps"]}


def keys(report):
    return [change["key"] for change in report["changes"]]


@pytest.fixture(scope="module")
def cluster():
    with DevServer(nodes=3, cluster_name="dev") as server:
        yield server


@pytest.fixture(scope="module")
def guarded():
    with DevServer(nodes=2, users=USERS, tls=True) as server:
        yield server


def tls(server):
    return "{0}:{2}:{1}".format(*server.tls_hosts[0])


def test_a_healthy_cluster(doctor, shell, cluster):
    report = doctor(at(cluster.hosts[0]), "--cluster-name", "dev", "--namespace", "bar")
    assert report["cause"] is None
    assert list(steps(report)) == ["name", "port", "node", "login", "cluster name", "addresses", "client", "namespaces", "clock"]
    assert set(steps(report).values()) == {"ok"}
    outcome = shell("doctor", at(cluster.hosts[0]))
    assert outcome.code == 0
    assert outcome.out.endswith("\nhealthy\n")


def test_a_healthy_cluster_with_everything(doctor, guarded):
    report = doctor(tls(guarded), "--tls-ca", guarded.ca_file, "--user", "bob", "--password", "builder")
    assert set(steps(report).values()) == {"ok"}
    assert "tls" in steps(report)


def test_the_hosts_of_the_environment(doctor, shell, cluster, monkeypatch):
    assert shell("doctor").code == 2
    monkeypatch.setenv("AEROSPIKE_HOSTS", at(cluster.hosts[0]))
    assert doctor()["healthy"]


@pytest.mark.parametrize("name", ["nosuch.invalid", "no..such", "x" * 64 + ".invalid"])
def test_a_name_that_does_not_resolve(doctor, name):
    report = doctor(f"{name}:3000")
    assert steps(report) == {"name": "fail"}
    assert f"{name!r} does not resolve" in report["cause"]
    assert keys(report) == ["hosts"]


def test_no_server(doctor, shell):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = at(taken.getsockname())
    report = doctor(address)
    assert steps(report) == {"name": "ok", "port": "fail"}
    assert f"nobody listens on {address}" in report["cause"]
    assert report["changes"] == [{"key": "hosts", "value": [["127.0.0.1", 3000]]}]
    out = shell("doctor", address).out
    assert f"cause: nobody listens on {address}" in out
    assert "change: 'hosts': [('127.0.0.1', 3000)]" in out


def test_an_http_server(doctor):
    with listener(lambda stream: stream.recv(100) and stream.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as address:
        report = doctor(address)
    assert steps(report)["node"] == "fail"
    assert "an HTTP server" in report["cause"]
    assert keys(report) == ["hosts"]


@pytest.mark.parametrize("answer", [b"", b"\x00", b"hello", b"\x02\x01\x00\x00\x00\x00\x00\x09abc", b"\x02\x03" + bytes(6), b"\x05" * 5000])
def test_others_that_are_no_node(doctor, answer):
    with listener(lambda stream: stream.recv(100) and stream.sendall(answer)) as address:
        report = doctor(address)
    assert steps(report)["node"] == "fail"
    assert "no port of an Aerospike node" in report["cause"]


@pytest.mark.parametrize("options", [(), ("--tls",)])
def test_a_silent_port(doctor, options):
    with listener(lambda stream: stream.recv(1000) and stream.recv(1000)) as address:
        started = time.monotonic()
        report = doctor(address, "--timeout", 300, *options)
        assert time.monotonic() - started < 20
    assert ("answers nothing" if not options else "does not shake hands") in report["cause"]
    assert keys(report) == ["hosts"]


def test_a_node_that_hangs(doctor, cluster):
    cluster.freeze(0)
    try:
        report = doctor(at(cluster.hosts[0]), "--timeout", 300)
    finally:
        cluster.thaw(0)
    assert steps(report)["node"] == "fail"
    assert "hangs" in report["cause"]


def test_another_node_hangs(doctor, cluster):
    cluster.freeze(2)
    try:
        report = doctor(at(cluster.hosts[0]), "--timeout", 300)
    finally:
        cluster.thaw(2)
    assert steps(report)["addresses"] == "fail"
    assert at(cluster.hosts[2]) in report["cause"]
    assert "hangs" in report["cause"]


def test_a_cause_that_no_setting_helps():
    report = Report()
    report.add("addresses", "fail", "it hangs")
    assert report.conclusion() == "cause: it hangs\nchange: nothing in the configuration"


def test_another_cluster(doctor, cluster):
    report = doctor(at(cluster.hosts[0]), "--cluster-name", "prod")
    assert steps(report)["cluster name"] == "fail"
    assert report["changes"] == [{"key": "cluster_name", "value": "dev"}]


def test_a_cluster_without_a_name(doctor, guarded):
    login = ("--user", "bob", "--password", "builder")
    report = doctor(at(guarded.hosts[0]), "--cluster-name", "prod", *login)
    assert report["changes"] == [{"key": "cluster_name", "value": None}]


def test_tls_on_a_clear_port(doctor, cluster):
    report = doctor(at(cluster.hosts[0]), "--tls")
    assert steps(report)["tls"] == "fail"
    assert "clear port" in report["cause"]
    assert report["changes"] == [{"key": "tls", "value": None}]


def test_a_port_for_tls_without_tls(doctor, guarded):
    report = doctor(at(guarded.tls_hosts[0][:2]))
    assert steps(report)["node"] == "fail"
    assert "speaks TLS" in report["cause"]
    assert keys(report) == ["tls"]


def test_an_authority_that_is_not_trusted(doctor, guarded, cluster, tmp_path):
    with DevServer(tls=True) as other:
        report = doctor(tls(guarded), "--tls-ca", other.ca_file)
    assert "not trusted" in report["cause"]
    assert "cafile" in report["changes"][0]["value"]
    (tmp_path / "empty.pem").write_text("")
    for name in ("empty.pem", "missing.pem"):
        assert name in doctor(tls(guarded), "--tls-ca", tmp_path / name)["cause"]


def test_another_name_in_the_certificate(doctor, guarded):
    host, port, name = guarded.tls_hosts[0]
    report = doctor(f"{host}:{port}", "--tls-ca", guarded.ca_file, "--tls-name", "other.example")
    assert "'other.example'" in report["cause"]
    assert report["changes"] == [{"key": "hosts", "value": [[host, port, name]]}]


def test_a_certificate_of_the_client(doctor):
    with DevServer(tls="mutual", users={"alice": (None, ["read"])}) as server:
        asked = (tls(server), "--tls-ca", server.ca_file)
        report = doctor(*asked)
        assert steps(report)["tls"] == "fail"
        assert list(report["changes"][0]["value"]) == ["certfile", "keyfile"]
        certificate, key = server.client_certificate("alice")
        assert "no certificate and its key" in doctor(*asked, "--tls-cert", certificate, "--tls-key", certificate)["cause"]
        assert doctor(*asked, "--tls-cert", certificate, "--tls-key", key, "--auth", "pki")["healthy"]


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ((), ["user", "password"]),
        (("--user", "bob", "--password", "wr0ng"), ["password"]),
        (("--user", "joe", "--password", "wr0ng"), ["user"]),
        (("--user", "bob", "--password", "wr0ng", "--auth", "external-insecure"), ["auth_mode"]),
    ],
)
def test_a_login_that_is_refused(doctor, guarded, options, named):
    report = doctor(at(guarded.hosts[0]), *options)
    assert steps(report)["login"] == "fail"
    assert keys(report) == named
    assert "wr0ng" not in json.dumps(report)


def test_a_login_that_nobody_wants(doctor, cluster):
    assert doctor(at(cluster.hosts[0]), "--user", "bob", "--password", "builder")["healthy"]


def test_a_namespace_there_is_not(doctor, cluster):
    report = doctor(at(cluster.hosts[0]), "--namespace", "nope")
    assert steps(report)["namespaces"] == "fail"
    assert "test, bar" in report["cause"]


def test_one_seed_is_enough(doctor, shell, cluster):
    report = doctor(f"127.0.0.1:1,{at(cluster.hosts[1])}")
    assert report["healthy"]
    assert steps(report)["hosts"] == "warn"


def test_a_clock_that_is_wrong(doctor, shell):
    with DevServer(nodes=2) as server:
        server.advance(3600)
        report = doctor(at(server.hosts[0]))
        assert steps(report)["clock"] == "warn"
        assert re.search(r"3,[56]\d\d s ahead", report["steps"][-1]["text"])
        assert shell("doctor", at(server.hosts[0])).out.endswith("healthy, with 2 warnings\n")


# What nodes announce.

#: Nobody listens there.
LOST = "127.0.0.1:1"


def peers(address):
    return f"1,3000,[[BBA,,[{address}]]]"


def test_a_peer_that_cannot_be_reached(doctor):
    with fake_node(service_clear_std=LOST, peers_clear_std=peers(LOST), service_clear_alt=LOST, peers_clear_alt="0,3000,[]") as address:
        report = doctor(address)
    assert steps(report)["addresses"] == "fail"
    assert "node BBA announces 127.0.0.1:1" in report["cause"]
    assert keys(report) == ["ip_map"]
    assert "127.0.0.1" in report["changes"][0]["value"]


def test_its_alternate_address_can(doctor):
    with fake_node(node="BBA") as peer:
        answers = {"service_clear_std": LOST, "service_clear_alt": LOST}
        with fake_node(**answers, peers_clear_std=peers(LOST), peers_clear_alt=peers(peer)) as address:
            assert doctor(address)["changes"] == [{"key": "use_services_alternate", "value": True}]
        with fake_node(**answers, peers_clear_std=peers(peer), peers_clear_alt=peers(LOST)) as address:
            assert doctor(address, "--services-alternate")["changes"] == [{"key": "use_services_alternate", "value": None}]


def test_another_node_is_there(doctor):
    with fake_node(node="BBC") as other, fake_node(service_clear_std=LOST, peers_clear_std=peers(other)) as address:
        report = doctor(address)
    assert "is node BBC, and node BBA announces" in report["cause"]


def test_the_map_of_addresses_is_used(doctor):
    with (
        fake_node(node="BBA") as peer,
        fake_node(service_clear_std=LOST, peers_clear_std=peers("10.0.0.1:" + peer.split(":")[1])) as address,
    ):
        report = doctor(address, "--ip-map", "10.0.0.1=127.0.0.1", "--timeout", 500)
    assert steps(report)["addresses"] == "ok"


def test_what_peers_look_like():
    text = "7,3000,[[BB9,,[127.0.0.1]],[BBA,name,[10.0.0.1:3100,[::1]:3200,[::2]]]]"
    assert addresses.parse_peers(text) == [
        addresses.Node("BB9", (Seed("127.0.0.1", 3000),)),
        addresses.Node("BBA", (Seed("10.0.0.1", 3100, "name"), Seed("::1", 3200, "name"), Seed("::2", 3000, "name"))),
    ]
    assert addresses.parse_peers("0,3000,[]") == addresses.parse_peers("ERROR:4:what") == []
    assert addresses.parse_own("127.0.0.1:3000,[::1]:3000") == (Seed("127.0.0.1", 3000), Seed("::1", 3000))


def test_the_program(cluster):
    done = subprocess.run([*COMMAND, "doctor", at(cluster.hosts[0])], capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("healthy\n")
