"""Run in an interpreter of its own by `test_server_native`, since importing `aerospike_native` changes the process: `native_enterprise.py TASK HOST:PORT[:NAME] …`."""

from __future__ import annotations

import sys

import aerospike_native as native

# They have no common base.
ERRORS = (native.exceptions.AerospikeError, native.exceptions.ServerError)
TASK, SEED, *REST = sys.argv[1:]
KEY = native.Key("test", "demo", "k")


def connect(**settings):
    policy = native.ClientPolicy()
    for name, value in settings.items():
        setattr(policy, name, value)
    return native.new_client_blocking(policy, SEED)


def code_of(call):
    try:
        call()
    except ERRORS as error:
        return int(error.result_code)
    return 0


def security():
    """Logs in, administers, is refused."""
    refused = None
    try:
        connect(user="admin", password="wrong")
    except Exception as error:
        refused = error
    assert refused is not None
    admin = connect(user="admin", password="secret")
    admin.create_user_blocking("new", "word", ["read"])
    (user,) = admin.query_users_blocking("new")
    assert list(user.roles) == ["read"], user
    admin.create_role_blocking("own", [native.Privilege(native.PrivilegeCode.ReadWrite, "test", "demo")], ["127.0.0.1"], 0, 0)
    (role,) = admin.query_roles_blocking("own")
    assert (role.name, [privilege.set_name for privilege in role.privileges]) == ("own", ["demo"]), role
    new = connect(user="new", password="word")
    assert code_of(lambda: new.put_blocking(KEY, {"n": 1})) == 81
    admin.grant_roles_blocking("new", ["own"])
    new.put_blocking(KEY, {"n": 1})
    assert dict(new.get_blocking(KEY).bins) == {"n": 1}
    admin.drop_user_blocking("new")
    admin.drop_role_blocking("own")
    assert code_of(lambda: new.get_blocking(KEY)) != 0


def certificates():
    """Reaches every node with mutual TLS and logs in by its certificate."""
    authority, certificate, key, nodes = REST
    tls = native.TlsConfig.with_client_auth(authority, certificate, key)
    policy = native.ClientPolicy()
    policy.tls_config = tls
    policy.set_pki_auth()
    client = native.new_client_blocking(policy, SEED)
    assert len(client.node_names()) == int(nodes)
    for index in range(20):
        client.put_blocking(native.Key("test", "demo", index), {"v": "x" * 10_000})
    client.close_blocking()


def policies(transaction):
    read, write = native.ReadPolicy(), native.WritePolicy()
    read.txn = write.txn = transaction
    return read, write


def transactions():
    """Commits, aborts, conflicts."""
    client = connect()
    keys = [native.Key("test", "demo", index) for index in range(3)]

    def values(policy=None):
        return [client.get_blocking(key, policy=policy).bins["n"] for key in keys]

    for key in keys:
        client.put_blocking(key, {"n": 0})
    committed, aborted = native.Txn(), native.Txn()
    read, write = policies(committed)
    other_read, other_write = policies(aborted)
    for key in keys:
        client.put_blocking(key, {"n": 1}, policy=write)
    assert (values(), values(read)) == ([0, 0, 0], [1, 1, 1])
    assert code_of(lambda: client.put_blocking(keys[0], {"n": 2})) == 120
    assert code_of(lambda: client.put_blocking(keys[0], {"n": 2}, policy=other_write)) == 120
    assert client.commit_blocking(committed) == native.CommitStatus.OK
    assert values() == [1, 1, 1]
    client.abort_blocking(aborted)

    aborted = native.Txn()
    other_read, other_write = policies(aborted)
    client.put_blocking(keys[0], {"n": 9}, policy=other_write)
    assert values(other_read) == [9, 1, 1]
    assert client.abort_blocking(aborted) == native.AbortStatus.OK
    assert values() == [1, 1, 1]

    stale = native.Txn()
    read, write = policies(stale)
    assert values(read) == [1, 1, 1]
    client.put_blocking(keys[1], {"n": 5}, policy=write)
    client.put_blocking(keys[0], {"n": 7})
    try:
        client.commit_blocking(stale)
    except native.exceptions.CommitFailedError:
        pass
    else:
        raise AssertionError("a version that has changed was not noticed")
    assert values() == [7, 1, 1]


{"security": security, "certificates": certificates, "transactions": transactions}[TASK]()
