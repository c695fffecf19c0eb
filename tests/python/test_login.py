"""Logging in: every way, every refusal, sessions that expire and passwords that change."""

from __future__ import annotations

import asyncio

import pytest
from calls import make_calls

import aerospike_py
from aerospike_py.devserver import DevServer

KEY = ("test", "login", "k")
USERS = {"admin": ("secret", ["user-admin", "read-write"]), "bob": ("builder", ["read-write"]), "eve": ("drops", ["read"])}


@pytest.fixture(scope="module")
def server():
    with DevServer(nodes=2, users=USERS) as server:
        yield server


@pytest.fixture
def own():
    """A server of this test's own, whose passwords and clock may be changed."""
    with DevServer(users=USERS, session_ttl=120) as server:
        yield server


def test_user_and_password_in_the_configuration(mode, server):
    with make_calls(mode, {"hosts": server.hosts, "user": "bob", "password": "builder"}) as client:
        client.put(KEY, {"n": 1})
        assert client.get(KEY).bins == {"n": 1}
        assert len(client.get_node_names()) == 2


def test_those_given_to_connect_win(mode, server):
    client = make_calls(mode, {"hosts": server.hosts, "user": "eve", "password": "drops"})
    client.connect("bob", "builder")
    client.put(KEY, {"n": 1})
    client.close()
    client.connect()
    with pytest.raises(aerospike_py.RoleViolation) as caught:
        client.put(KEY, {"n": 2})
    assert caught.value.code == 81
    client.close()


@pytest.mark.parametrize(
    ("login", "error"),
    [
        (("bob", "wrong"), aerospike_py.InvalidPassword),
        (("mallory", "builder"), aerospike_py.InvalidUser),
        ((), aerospike_py.NotAuthenticated),
    ],
)
def test_a_refused_login_has_the_servers_code(mode, server, login, error):
    client = make_calls(mode, {"hosts": server.hosts, "timeout": 2000})
    with pytest.raises(error, match="it answers only those who log in") as caught:
        client.connect(*login)
    assert caught.value.code in {60, 62, 80}
    assert "wrong" not in str(caught.value)
    assert not client.is_connected()
    client.connect("bob", "builder")
    client.close()


def test_a_server_without_users_takes_anybody(connect):
    connect(user="bob", password="builder").put(KEY, {"n": 1})


@pytest.mark.parametrize(
    ("config", "named"),
    [
        ({"auth_mode": aerospike_py.AUTH_EXTERNAL, "user": "u", "password": "p"}, "'auth_mode': AUTH_EXTERNAL .* needs 'tls'"),
        ({"auth_mode": aerospike_py.AUTH_PKI}, "'auth_mode': AUTH_PKI .* needs 'tls', with 'certfile'"),
    ],
)
def test_what_needs_tls_says_so(mode, server, config, named):
    with pytest.raises(aerospike_py.InvalidArgError, match=named):
        make_calls(mode, {"hosts": server.hosts, **config}).connect()


def test_with_tls_some_more_is_needed(mode):
    with DevServer(tls=True, users=USERS) as server:
        tls = {"cafile": server.ca_file}
        with pytest.raises(aerospike_py.InvalidArgError, match="'auth_mode': AUTH_PKI .* 'tls' needs 'certfile' and 'keyfile'"):
            make_calls(mode, {"hosts": server.tls_hosts, "tls": tls, "auth_mode": aerospike_py.AUTH_PKI}).connect()
        with pytest.raises(aerospike_py.InvalidArgError, match="'tls.for_login_only': nobody logs in"):
            make_calls(mode, {"hosts": server.tls_hosts, "tls": {**tls, "for_login_only": True}}).connect()
        with make_calls(mode, {"hosts": server.tls_hosts, "tls": tls, "user": "bob", "password": "builder"}) as client:
            client.put(KEY, {"n": 1})


@pytest.mark.parametrize("mode_name", ["AUTH_EXTERNAL", "AUTH_EXTERNAL_INSECURE"])
def test_external_users_are_sent_as_such(mode, mode_name):
    """The embedded server knows no LDAP and says so: 90."""
    with DevServer(tls=True, users=USERS) as server:
        config = {"auth_mode": getattr(aerospike_py, mode_name), "user": "bob", "password": "builder", "timeout": 2000}
        with pytest.raises(aerospike_py.AdminError) as caught:
            make_calls(mode, {"hosts": server.tls_hosts, "tls": {"cafile": server.ca_file}, **config}).connect()
        assert caught.value.code == 90


def many_gets(client, mode, count=100):
    """More reads at once than there are connections, so that some have to be opened and logged in."""
    if mode == "async":

        async def read():
            return await asyncio.gather(*(client.client.exists(("test", "login", n)) for n in range(count)))

        return asyncio.run(read())
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(lambda n: client.exists(("test", "login", n)), range(count)))


def test_a_session_that_has_expired_is_renewed(mode, own):
    with make_calls(mode, {"hosts": own.hosts, "user": "bob", "password": "builder", "min_conns_per_node": 1}) as client:
        client.put(KEY, {"n": 1})
        own.advance(200)
        assert len(many_gets(client, mode)) == 100
        assert client.get(KEY).bins == {"n": 1}


def test_ones_own_password_can_be_changed(mode, own):
    login = {"user": "admin", "password": "secret", "min_conns_per_node": 1}
    with make_calls(mode, {"hosts": own.hosts, **login}) as client:
        client.put(KEY, {"n": 1})
        for password in ("second", "third"):
            client.admin_change_password("admin", password)
            assert client.get(KEY).bins == {"n": 1}
            # New connections have to log in with the new password.
            own.advance(200)
            assert len(many_gets(client, mode)) == 100
        with pytest.raises(aerospike_py.InvalidPassword):
            make_calls(mode, {"hosts": own.hosts, **login, "timeout": 2000}).connect()
        with make_calls(mode, {"hosts": own.hosts, **login, "password": "third"}) as other:
            assert other.get(KEY).bins == {"n": 1}
        client.close()
        with pytest.raises(aerospike_py.ClientError, match="not connected"):
            client.get(KEY)


def test_requests_under_way_survive_a_new_password(own):
    async def main():
        async with aerospike_py.async_client({"hosts": own.hosts, "user": "admin", "password": "secret"}) as client:
            stop = asyncio.Event()

            async def work(n):
                done = 0
                while not stop.is_set():
                    await client.put(("test", "login", n), {"n": done})
                    done += 1
                return done

            workers = [asyncio.create_task(work(n)) for n in range(8)]
            for password in ("one", "two"):
                await client.admin_change_password("admin", password)
            stop.set()
            assert all(await asyncio.gather(*workers))

    asyncio.run(main())


def test_another_users_password(mode, own):
    with make_calls(mode, {"hosts": own.hosts, "user": "admin", "password": "secret"}) as client:
        client.admin_change_password("bob", "changed")
        with make_calls(mode, {"hosts": own.hosts, "user": "bob", "password": "changed"}) as bob:
            bob.put(KEY, {"n": 1})


def test_a_child_logs_in_with_the_new_password(run_python):
    code = """
import os
import aerospike_py
from aerospike_py.devserver import DevServer

with DevServer(users={"admin": ("secret", ["user-admin", "read-write"])}) as server:
    client = aerospike_py.client({"hosts": server.hosts}).connect("admin", "secret")
    client.put(("test", "login", "f"), {"n": 1})
    client.admin_change_password("admin", "new")
    pid = os.fork()
    if not pid:
        # It connects first, and hashing the password takes a build without optimisation its time.
        print(client.get(("test", "login", "f"), {"total_timeout": 30_000}).bins, flush=True)
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0
"""
    done = run_python(code)
    assert (done.stdout, done.stderr) == ("{'n': 1}\n", "")
