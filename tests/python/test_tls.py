"""TLS: whom the client trusts, who it is, and what it says of each mistake."""

from __future__ import annotations

import os
import subprocess

import pytest
from calls import connecting, make_calls

import aerospike_py
from aerospike_py.devserver import DevServer

KEY = ("test", "tls", "k")


@pytest.fixture(scope="module")
def server():
    with DevServer(nodes=2, tls=True) as server:
        yield server


@pytest.fixture(scope="module")
def mutual():
    with DevServer(tls="mutual", users={"alice": (None, ["read-write"]), "bob": ("secret", ["read"])}) as server:
        yield server


@pytest.fixture
def reach(mode, server):
    """Connects with TLS: `reach(cafile=…)`; `hosts=…` and `config=…` win over what is usual."""
    with connecting(mode, timeout=2000) as connect:
        yield lambda hosts=None, config=None, **tls: connect(**{"hosts": hosts or server.tls_hosts, "tls": tls, **(config or {})})


def test_every_node_is_reached_with_tls(reach, server):
    client = reach(hosts=server.tls_hosts[:1], enable=True, cafile=server.ca_file)
    ports = {port for _, port, _ in server.tls_hosts}
    assert {port for _, port in client.get_nodes()} == ports
    keys = [("test", "tls", n) for n in range(30)]
    client.batch_write([(key, {"v": "x" * 20_000}) for key in keys])
    assert [len(client.get(key).bins["v"]) for key in keys] == [20_000] * 30


def test_without_a_tls_name_the_certificate_is_for_the_host(reach, server):
    reach(hosts=[server.tls_hosts[0][:2]], cafile=server.ca_file).put(KEY, {"n": 1})


def test_a_host_as_text_may_name_it_too(reach, server):
    host, port, name = server.tls_hosts[0]
    reach(hosts=[f"{host}:{name}:{port}"], cafile=server.ca_file).put(KEY, {"n": 1})
    with pytest.raises(aerospike_py.ConnectionError, match="not for 'elsewhere'"):
        reach(hosts=[f"{host}:elsewhere:{port}"], cafile=server.ca_file)


def test_enable_false_is_no_tls(mode, server):
    config = {"hosts": server.hosts, "tls": {"enable": False, "cafile": "/nowhere"}}
    with make_calls(mode, config) as client:
        client.put(KEY, {"n": 1})


def test_a_directory_of_authorities(reach, server, tmp_path):
    (tmp_path / "readme.txt").write_text("no certificate")
    (tmp_path / "ours.pem").write_text(server.ca_pem)
    reach(capath=str(tmp_path)).put(KEY, {"n": 1})
    reach(capath=tmp_path).put(KEY, {"n": 1})


def test_authorities_as_text(reach, server):
    reach(cadata=server.ca_pem).put(KEY, {"n": 1})
    for text, named in [("hello", "it holds no certificate"), (5, "5 is not a str")]:
        with pytest.raises(aerospike_py.InvalidArgError, match=f"'tls.cadata': {named}"):
            reach(cadata=text)


def test_the_systems_authorities_are_the_default(run_python, server, mode):
    code = """
import sys
from calls import make_calls
mode, port, name = sys.argv[1:]
with make_calls(mode, {"hosts": [("127.0.0.1", int(port), name)], "tls": {"enable": True}}) as client:
    client.put(("test", "tls", "system"), {"n": 1})
    print(client.get(("test", "tls", "system")).bins)
"""
    _, port, name = server.tls_hosts[0]
    environment = {**os.environ, "SSL_CERT_FILE": server.ca_file, "PYTHONPATH": os.path.dirname(__file__)}
    environment.pop("SSL_CERT_DIR", None)
    done = run_python(code, mode, str(port), name, env=environment)
    assert (done.stdout, done.stderr) == ("{'n': 1}\n", "")


def test_another_authority_is_not_trusted(reach, server):
    named = "authority that is not trusted: give the right one as 'cafile'"
    with DevServer(tls=True) as other, pytest.raises(aerospike_py.ConnectionError, match=named):
        reach(cafile=other.ca_file)


def test_another_name_is_not_trusted(reach, server):
    host, port, _ = server.tls_hosts[0]
    with pytest.raises(aerospike_py.ConnectionError, match="not for 'elsewhere': the third member of a host"):
        reach(hosts=[(host, port, "elsewhere")], cafile=server.ca_file)


def test_tls_on_the_clear_port(reach, server):
    with pytest.raises(aerospike_py.ConnectionError, match="this is its clear port"):
        reach(hosts=[(*server.hosts[0], "localhost")], cafile=server.ca_file)


def test_no_tls_on_its_port(mode, server):
    with pytest.raises(aerospike_py.ConnectionError, match="it speaks TLS"):
        make_calls(mode, {"hosts": [server.tls_hosts[0][:2]], "timeout": 2000}).connect()


def test_mutual_tls_wants_a_certificate(reach, mutual):
    with pytest.raises(aerospike_py.ConnectionError, match="wants a certificate of the client"):
        reach(hosts=mutual.tls_hosts, cafile=mutual.ca_file)


def test_a_certificate_logs_in(reach, mutual):
    certificate, key = mutual.client_certificate("alice")
    config = {"auth_mode": aerospike_py.AUTH_PKI}
    client = reach(hosts=mutual.tls_hosts, config=config, cafile=mutual.ca_file, certfile=certificate, keyfile=key)
    client.put(KEY, {"n": 1})
    assert client.get(KEY).bins == {"n": 1}


def test_a_certificate_of_nobody_does_not(reach, mutual):
    certificate, key = mutual.client_certificate("nobody")
    config = {"auth_mode": aerospike_py.AUTH_PKI}
    with pytest.raises(aerospike_py.AdminError):
        reach(hosts=mutual.tls_hosts, config=config, cafile=mutual.ca_file, certfile=certificate, keyfile=key)


def test_a_certificate_and_a_password(reach, mutual):
    certificate, key = mutual.client_certificate("whoever")
    config = {"user": "bob", "password": "secret"}
    client = reach(hosts=mutual.tls_hosts, config=config, cafile=mutual.ca_file, certfile=certificate, keyfile=key)
    assert not client.exists(("test", "tls", "none")).meta
    with pytest.raises(aerospike_py.RoleViolation):
        client.put(KEY, {"n": 1})


def test_tls_for_the_login_only(reach):
    with DevServer(tls=True, users={"bob": ("secret", ["read-write"])}) as server:
        config = {"user": "bob", "password": "secret"}
        client = reach(hosts=server.tls_hosts, config=config, cafile=server.ca_file, for_login_only=True)
        client.put(KEY, {"n": 1})
        assert {port for _, port in client.get_nodes()} == {port for _, port in server.hosts}


@pytest.fixture(scope="module")
def files(server, tmp_path_factory):
    """What a user may give by mistake."""
    directory = tmp_path_factory.mktemp("files")
    certificate, key = server.client_certificate("x")
    _, other_key = server.client_certificate("y")
    files = {"cert": certificate, "key": key, "other": other_key, "ca": server.ca_file, "dir": str(directory / "empty")}
    (directory / "empty").mkdir()
    for name, text in [
        ("text", "hello"),
        ("empty", ""),
        ("broken", "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n"),
        ("locked", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"),
    ]:
        files[name] = str(directory / f"{name}.pem")
        (directory / f"{name}.pem").write_text(text)
    files["none"] = str(directory / "none.pem")
    return files


WRONG = [
    ({"cafile": "none"}, "'tls.cafile': .*none.pem: No such file"),
    ({"cafile": "text"}, "'tls.cafile': .*text.pem holds no certificate"),
    ({"cafile": "key"}, "'tls.cafile': .* holds no certificate"),
    ({"cafile": "broken"}, "'tls.cafile': .*broken.pem is not PEM"),
    ({"cafile": "dir"}, "'tls.cafile': .*empty"),
    ({"capath": "none"}, "'tls.capath': .*No such file"),
    ({"capath": "dir"}, "'tls.capath': no file in .* holds a certificate"),
    ({"certfile": "cert"}, "'tls.certfile': it needs its key, 'keyfile'"),
    ({"keyfile": "key"}, "'tls.keyfile': it needs its certificate, 'certfile'"),
    ({"certfile": "none", "keyfile": "key"}, "'tls.certfile': .*none.pem: No such file"),
    ({"certfile": "cert", "keyfile": "none"}, "'tls.keyfile': .*none.pem: No such file"),
    ({"certfile": "cert", "keyfile": "text"}, "'tls.keyfile': .*text.pem holds no private key"),
    ({"certfile": "cert", "keyfile": "cert"}, "'tls.keyfile': .* holds no private key"),
    ({"certfile": "cert", "keyfile": "locked"}, "'tls.keyfile': .*locked.pem is encrypted; decrypt it"),
    ({"certfile": "cert", "keyfile": "other"}, "'tls.keyfile': .* is not the key of the certificate"),
]


@pytest.mark.parametrize(("wrong", "named"), WRONG, ids=[str(wrong) for wrong, _ in WRONG])
def test_files_that_are_no_use(reach, files, wrong, named):
    with pytest.raises(aerospike_py.InvalidArgError, match=named):
        reach(**{"cafile": files["ca"], **{name: files[file] for name, file in wrong.items()}})


@pytest.mark.parametrize(
    ("tls", "named"),
    [
        ({"enabled": True}, "'tls.enabled' is unknown; did you mean 'enable'"),
        ({"cafle": "x"}, "'tls.cafle' is unknown; did you mean 'cafile'"),
        ({5: 1}, "names are str"),
        ({"enable": "yes"}, "'tls.enable': 'yes' is not a bool"),
        ({"for_login_only": 1}, "'tls.for_login_only': 1 is not a bool"),
        ({"cafile": 5}, "'tls.cafile': 5 is not a path"),
        ({"keyfile_pw": "x"}, "'tls.keyfile_pw': keys with a password are not read"),
        ({"crl_check": True}, "'tls.crl_check': .*revoked"),
        ({"crl_check_all": True}, "'tls.crl_check_all': .*revoked"),
        ({"cert_blacklist": "x"}, "'tls.cert_blacklist': .*revoked"),
    ],
)
def test_settings_that_are_none(reach, tls, named):
    with pytest.raises(aerospike_py.InvalidArgError, match=named):
        reach(**tls) if 5 not in tls else reach(config={"tls": tls})


@pytest.mark.parametrize("tls", [True, "on", [], 5])
def test_tls_is_a_dict(reach, tls):
    with pytest.raises(aerospike_py.InvalidArgError, match=f"'tls': a {type(tls).__name__} is not a dict"):
        reach(config={"tls": tls})


@pytest.mark.parametrize("name", ["protocols", "cipher_suite", "log_session_info"])
def test_what_is_so_anyway_warns(reach, server, name):
    with pytest.warns(UserWarning, match=f"'tls.{name}' has no meaning here"):
        reach(cafile=server.ca_file, **{name: "x"}).put(KEY, {"n": 1})


def test_an_official_switch_that_is_off_is_taken(reach, server):
    reach(cafile=server.ca_file, crl_check=False, crl_check_all=False, keyfile_pw=None).put(KEY, {"n": 1})


def test_openssl_agrees_that_the_port_speaks_tls(server):
    """The judge of the embedded server's side, where there is one."""
    host, port, name = server.tls_hosts[0]
    command = [
        "openssl",
        "s_client",
        "-connect",
        f"{host}:{port}",
        "-CAfile",
        server.ca_file,
        "-verify_hostname",
        name,
        "-verify_return_error",
    ]
    try:
        done = subprocess.run(command, input="", capture_output=True, text=True, timeout=20, check=False)
    except FileNotFoundError:
        pytest.skip("openssl is not installed")
    assert "Verify return code: 0" in done.stdout
