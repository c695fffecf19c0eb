"""Run in an interpreter of its own by `test_server_native`, since importing `aerospike_native` changes the process: `native_enterprise.py TASK HOST:PORT[:NAME] …`."""

from __future__ import annotations

import sys

import aerospike_native as native

# They have no common base.
ERRORS = (native.exceptions.AerospikeError, native.exceptions.ServerError)
TASK, SEED, *REST = sys.argv[1:]
KEY = native.Key("test", "demo", "k")
KEY_OF_ONE = native.Key("test", "demo", 1)


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
    except ERRORS as error:
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
    admin.grant_privileges_blocking("own", [native.Privilege(native.PrivilegeCode.Read, "bar", None)])
    assert len(admin.query_roles_blocking("own")[0].privileges) == 2
    admin.revoke_privileges_blocking("own", [native.Privilege(native.PrivilegeCode.Read, "bar", None)])
    admin.set_quotas_blocking("own", 0, 1)
    assert 83 in {code_of(lambda: new.put_blocking(KEY, {"n": 1})) for _ in range(100)}
    admin.set_quotas_blocking("own", 0, 0)
    admin.set_allowlist_blocking("own", ["10.0.0.1"])
    assert code_of(lambda: new.get_blocking(KEY)) == 82
    admin.set_allowlist_blocking("own", [])
    admin.revoke_roles_blocking("new", ["own"])
    assert code_of(lambda: new.put_blocking(KEY, {"n": 1})) == 81
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


def edition():
    """Compresses, deletes durably, prefers a rack; every node is reached with TLS."""
    authority, seed, nodes = REST
    secured = native.ClientPolicy()
    secured.tls_config = native.TlsConfig(authority)
    client = native.new_client_blocking(secured, seed)
    assert len(client.node_names()) == int(nodes)
    client.close_blocking()
    client = connect(rack_ids=[2])
    read, write = native.ReadPolicy(), native.WritePolicy()
    read.use_compression = write.use_compression = True
    read.replica = native.Replica.PREFER_RACK
    for index in range(20):
        key = native.Key("test", "demo", index)
        client.put_blocking(key, {"v": "abc" * 30_000}, policy=write)
        assert client.get_blocking(key, policy=read).bins["v"] == "abc" * 30_000
    racks = [answers["rack-ids"] for answers in client.info_on_all_nodes_blocking("rack-ids").values()]
    assert sorted(racks) == ["test:1;bar:1", "test:1;bar:1", "test:2;bar:2"], racks
    write.durable_delete = True
    assert client.delete_blocking(KEY_OF_ONE, policy=write)
    for answers in client.info_on_all_nodes_blocking("sets/test/demo").values():
        assert ":tombstones=1:" in next(iter(answers.values()))


def community():
    """Is refused what is the Enterprise edition's."""
    client = connect()
    client.put_blocking(KEY, {"n": 1})
    durable, compressed = native.WritePolicy(), native.WritePolicy()
    durable.durable_delete = compressed.use_compression = True
    _, within = policies(native.Txn())
    assert code_of(lambda: client.delete_blocking(KEY, policy=durable)) == 25
    assert code_of(lambda: client.put_blocking(KEY, {"v": "x" * 10_000}, policy=compressed)) == 25
    assert code_of(lambda: client.put_blocking(KEY, {"n": 2}, policy=within)) == 25
    assert code_of(client.query_users_blocking) == 51


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

    changed, expired = native.Txn(), native.Txn()
    read, write = policies(changed)
    assert values(read) == [7, 1, 1]
    client.put_blocking(keys[0], {"n": 8})
    assert code_of(lambda: client.put_blocking(keys[0], {"n": 9}, policy=write)) == 121
    client.abort_blocking(changed)
    _, write = policies(expired)
    client.put_blocking(keys[0], {"n": 9}, policy=write)
    client.info_blocking("devserver-advance:seconds=60")
    assert code_of(lambda: client.put_blocking(keys[1], {"n": 9}, policy=write)) == 122
    assert values() == [8, 1, 1]


{"security": security, "edition": edition, "community": community, "certificates": certificates, "transactions": transactions}[TASK]()
