"""No password, hash or token is shown: not by a `repr`, an exception, an attribute or a log record (SECURITY.md)."""

from __future__ import annotations

import asyncio
import pickle
import traceback

import pytest

import aerospike_py
from aerospike_py.devserver import DevServer

SECRET = "hunter2 and more"
#: What every bcrypt hash of Aerospike's begins with.
HASH = "$2a$10$"
WRONG = SECRET + ", mistyped"


@pytest.fixture(scope="module")
def secured():
    with DevServer(users={"admin": (SECRET, ["user-admin", "read-write"]), "eve": ("eve's own", ["read"])}) as server:
        yield server


def shown(thing):
    """All that an object tells about itself."""
    texts = [repr(thing), str(thing), repr(getattr(thing, "__dict__", ""))]
    texts += [repr(getattr(thing, name, "")) for name in dir(thing) if not name.startswith("__")]
    if isinstance(thing, BaseException):
        texts += [*map(repr, thing.args), *traceback.format_exception(thing), repr(pickle.dumps(thing))]
    return "\n".join(texts)


def assert_hidden(text):
    for secret in (SECRET, "hunter2", HASH):
        assert secret not in text


def calls(mode, client, name, *arguments):
    """One call, in its mode; returns its result or its error."""

    async def awaited():
        return await getattr(client, name)(*arguments)

    try:
        return asyncio.run(awaited()) if mode == "async" else getattr(client, name)(*arguments)
    except aerospike_py.AerospikeError as error:
        return error


def clients(mode, config):
    return aerospike_py.async_client(config) if mode == "async" else aerospike_py.client(config)


MODES = pytest.mark.parametrize("mode", ["sync", "async"])


@pytest.fixture
def records(caplog):
    """Everything that is logged, by whomever, as the text it would be written as."""
    caplog.set_level(1)
    return lambda: "\n".join(f"{record.name} {record.getMessage()} {record.__dict__}" for record in caplog.records)


@MODES
def test_a_client_that_logs_in_shows_nothing(mode, secured, records):
    client = clients(mode, {"hosts": secured.hosts, "user": "admin", "password": SECRET})
    assert not isinstance(calls(mode, client, "connect"), Exception)
    calls(mode, client, "put", ("test", "s", 1), {"n": 1})
    assert_hidden(shown(client))
    calls(mode, client, "close")
    assert_hidden(records())


@MODES
def test_a_login_that_fails_shows_nothing(mode, secured, records):
    error = calls(mode, clients(mode, {"hosts": secured.hosts}), "connect", "admin", WRONG)
    assert isinstance(error, aerospike_py.AerospikeError)
    assert_hidden(shown(error))
    assert_hidden(records())


@MODES
@pytest.mark.parametrize("bad", [{"tend_interval": "soon"}, {"hosts": 5}, {"pasword": SECRET}, {"password": [SECRET]}], ids=str)
def test_a_configuration_that_is_refused_shows_nothing(mode, secured, bad):
    config = {"hosts": secured.hosts, "user": "admin", "password": SECRET, **bad}
    error = calls(mode, clients(mode, config), "connect")
    assert isinstance(error, aerospike_py.AerospikeError)
    assert_hidden(shown(error))


@MODES
def test_passwords_of_others_are_not_shown(mode, secured, records):
    client = clients(mode, {"hosts": secured.hosts, "user": "eve", "password": "eve's own"})
    calls(mode, client, "connect")
    for name, *arguments in [
        ("admin_create_user", "new", SECRET, ["read"]),
        ("admin_change_password", "admin", SECRET),
        ("admin_create_user", "new", SECRET, "no list"),
        ("admin_create_user", "new", [SECRET], ["read"]),
    ]:
        error = calls(mode, client, name, *arguments)
        assert isinstance(error, aerospike_py.AerospikeError), name
        assert_hidden(shown(error))
    calls(mode, client, "close")
    assert_hidden(records())
