"""Users, roles and what they may do, as the official client sees it."""

from __future__ import annotations

import pytest

from aerospike_py.devserver import DevServer

aerospike = pytest.importorskip("aerospike", reason="the official client is not installed")
from aerospike import exception as e

# It deprecates much of what is tested here.
pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated")

KEY = ("test", "demo", "k")
USERS = {
    "admin": ("secret", ["user-admin", "read-write"]),
    "reader": ("reads", ["read"]),
    "writer": ("writes", ["write"]),
    "nobody": ("nothing", []),
    "caller": ("calls", ["read-write-udf"]),
    "keeper": ("keeps", ["data-admin"]),
    "root": ("rules", ["sys-admin"]),
}


@pytest.fixture(scope="module")
def server():
    with DevServer(nodes=2, users=USERS) as server:
        yield server


@pytest.fixture
def login(server, official_client):
    """Connects as one of the users, or as one with a given password."""
    return lambda name, password=None: official_client(server.hosts, name, password or USERS[name][0])


@pytest.fixture
def admin(login):
    return login("admin")


def test_the_right_password_lets_in(admin):
    admin.put(KEY, {"n": 1})
    assert admin.get(KEY)[2] == {"n": 1}
    assert len(admin.get_node_names()) == 2


@pytest.mark.parametrize(("name", "password"), [("admin", "wrong"), ("unknown", "secret"), (None, None)])
def test_everything_else_does_not(server, official_client, name, password):
    with pytest.raises(e.AerospikeError):
        official_client(server.hosts, name, password).put(KEY, {"n": 1})


def test_external_users_are_refused(server, official_client):
    with pytest.raises(e.AerospikeError):
        official_client(server.hosts, "admin", "secret", policies={"auth_mode": aerospike.AUTH_EXTERNAL_INSECURE})


def test_users_come_and_go(admin, login):
    admin.admin_create_user("new", "first", ["read"])
    with pytest.raises(e.UserExistsError):
        admin.admin_create_user("new", "again", [])
    with pytest.raises(e.InvalidRole):
        admin.admin_create_user("other", "x", ["no such role"])
    assert admin.admin_query_user_info("new")["roles"] == ["read"]
    admin.admin_grant_roles("new", ["write"])
    assert sorted(admin.admin_query_user_info("new")["roles"]) == ["read", "write"]
    login("new", "first").put(KEY, {"n": 2})
    admin.admin_revoke_roles("new", ["read"])
    assert admin.admin_query_user_info("new")["roles"] == ["write"]
    assert set(admin.admin_query_users_info()) == {*USERS, "new"}
    admin.admin_drop_user("new")
    for forgotten in (lambda: admin.admin_query_user_info("new"), lambda: admin.admin_drop_user("new")):
        with pytest.raises(e.InvalidUser):
            forgotten()


def test_passwords_change(admin, login, official_client, server):
    admin.admin_create_user("changing", "old", ["read-write"])
    own = login("changing", "old")
    own.admin_change_password("changing", "new")
    login("changing", "new").put(KEY, {"n": 3})
    with pytest.raises(e.AerospikeError):
        login("changing", "old")
    admin.admin_set_password("changing", "newest")
    login("changing", "newest").put(KEY, {"n": 4})
    admin.admin_drop_user("changing")


def test_a_dropped_user_is_out_at_once(admin, login):
    admin.admin_create_user("short", "lived", ["read-write"])
    client = login("short", "lived")
    client.put(KEY, {"n": 5})
    admin.admin_drop_user("short")
    with pytest.raises(e.AerospikeError) as refused:
        client.put(KEY, {"n": 6})
    assert refused.value.code == 80


def test_roles_come_and_go(admin):
    read = {"code": aerospike.PRIV_READ, "ns": "test", "set": "demo"}
    write = {"code": aerospike.PRIV_WRITE, "ns": "test", "set": ""}
    admin.admin_create_role("mine", [read], {}, ["127.0.0.1", "10.0.0.0/8"], 20, 30)
    with pytest.raises(e.RoleExistsError):
        admin.admin_create_role("mine", [read])
    admin.admin_grant_privileges("mine", [write])
    assert admin.admin_get_role("mine") == {
        "privileges": [read, write],
        "whitelist": ["127.0.0.1", "10.0.0.0/8"],
        "read_quota": 20,
        "write_quota": 30,
    }
    admin.admin_revoke_privileges("mine", [read])
    admin.admin_set_whitelist("mine", None)
    admin.admin_set_quotas("mine", 1, 2)
    role = admin.admin_get_role("mine")
    assert (role["privileges"], role["whitelist"], role["read_quota"], role["write_quota"]) == ([write], [], 1, 2)
    assert {"mine", "user-admin", "read", "truncate"} <= set(admin.admin_get_roles())
    admin.admin_drop_role("mine")
    with pytest.raises(e.InvalidRole):
        admin.admin_get_role("mine")


def test_predefined_roles_stay(admin):
    with pytest.raises(e.InvalidRole):
        admin.admin_drop_role("read")


def code_of(call, *arguments):
    try:
        call(*arguments)
    except e.AerospikeError as error:
        return error.code
    return 0


@pytest.mark.parametrize(
    ("name", "reads", "writes", "operates"),
    [("admin", 0, 0, 0), ("reader", 0, 81, 81), ("writer", 81, 0, 81), ("nobody", 81, 81, 81), ("keeper", 81, 81, 81), ("caller", 0, 0, 0)],
)
def test_records(admin, login, name, reads, writes, operates):
    from aerospike_helpers.operations import operations as op

    admin.put(KEY, {"n": 1})
    client = login(name)
    assert code_of(client.get, KEY) == reads
    assert code_of(client.put, KEY, {"n": 1}) == writes
    assert code_of(client.operate, KEY, [op.increment("n", 1), op.read("n")]) == operates
    rows = client.batch_read([KEY, ("test", "demo", "other")]).batch_records
    assert [row.result for row in rows] == ([0, 2] if reads == 0 else [81, 81])
    assert code_of(client.scan("test", "demo").results) == reads
    assert code_of(client.remove, KEY) == writes


def test_only_a_user_admin_administers(login):
    client = login("root")
    for call in (
        lambda: client.admin_create_user("x", "y", []),
        client.admin_query_users_info,
        lambda: client.admin_drop_user("admin"),
        lambda: client.admin_grant_roles("root", ["user-admin"]),
        lambda: client.admin_create_role("r", [{"code": aerospike.PRIV_READ}]),
        lambda: client.admin_query_user_info("admin"),
    ):
        assert code_of(call) == 81
    assert client.admin_query_user_info("root")["roles"] == ["sys-admin"]


def test_udfs(login, tmp_path, monkeypatch):
    # This client keeps a copy in its working directory.
    monkeypatch.chdir(tmp_path)
    module = tmp_path / "own.lua"
    module.write_text("function one(rec) return 1 end\n")
    assert code_of(login("reader").udf_put, str(module)) != 0
    keeper = login("keeper")
    assert code_of(keeper.udf_put, str(module)) == 0
    assert login("caller").apply(KEY, "own", "one", []) == 1
    assert code_of(login("admin").apply, KEY, "own", "one", []) == 81
    assert code_of(keeper.udf_remove, "own.lua") == 0


def test_info_commands(login):
    reader = login("reader")
    assert all(answer.endswith("ok\n") for _, answer in reader.info_all("status").values())
    for command in ("truncate:namespace=test;set=demo", "set-config:context=namespace;id=test;default-ttl=0", "query-abort-all"):
        assert code_of(reader.info_all, command) == 81
    for _, answer in login("keeper").info_all("truncate:namespace=test;set=none").values():
        assert answer.endswith("ok\n")
    for _, answer in login("root").info_all("set-config:context=namespace;id=test;default-ttl=0").values():
        assert answer.endswith("ok\n")


def test_privileges_hold_for_their_sets_only(admin, login):
    privileges = [
        {"code": aerospike.PRIV_READ_WRITE, "ns": "test", "set": "own"},
        {"code": aerospike.PRIV_READ, "ns": "bar", "set": ""},
        {"code": aerospike.PRIV_TRUNCATE, "ns": "test", "set": "own"},
    ]
    admin.admin_create_role("scoped", privileges)
    admin.admin_create_user("scoped", "x", ["scoped"])
    client = login("scoped", "x")
    assert code_of(client.put, ("test", "own", 1), {"n": 1}) == 0
    assert code_of(client.put, ("test", "demo", 1), {"n": 1}) == 81
    assert code_of(client.put, ("bar", "own", 1), {"n": 1}) == 81
    assert code_of(client.get, ("bar", "any", 1)) == 2
    assert code_of(client.truncate, "test", "own", 0) == 0
    assert code_of(client.truncate, "test", "demo", 0) != 0
    admin.admin_drop_user("scoped")
    admin.admin_drop_role("scoped")


def test_whitelists(admin, login):
    admin.admin_create_role("elsewhere", [{"code": aerospike.PRIV_READ}], {}, ["10.0.0.0/8"])
    admin.admin_create_user("far", "x", ["elsewhere"])
    with pytest.raises(e.AerospikeError):
        login("far", "x")
    admin.admin_set_whitelist("elsewhere", ["127.0.0.0/8"])
    client = login("far", "x")
    assert code_of(client.get, KEY) in (0, 2)
    admin.admin_set_whitelist("elsewhere", ["10.0.0.1"])
    assert [code_of(client.get, KEY) for _ in range(2)] == [82, 82]
    admin.admin_drop_user("far")
    admin.admin_drop_role("elsewhere")


def test_quotas(admin, login):
    admin.admin_create_role("slow", [{"code": aerospike.PRIV_READ_WRITE}], {}, [], 2, 3)
    admin.admin_create_user("slow", "x", ["slow"])
    client = login("slow", "x")
    # More than both seconds, should one end meanwhile, allow.
    codes = [code_of(client.put, KEY, {"n": 1}) for _ in range(300)]
    assert set(codes) == {0, 83}
    assert codes[:3] == [0, 0, 0]
    admin.admin_set_quotas("slow", 0, 0)
    assert {code_of(client.put, KEY, {"n": 1}) for _ in range(20)} == {0}
    admin.admin_drop_user("slow")
    admin.admin_drop_role("slow")


def test_without_users_nothing_has_changed(official_client):
    with DevServer() as server:
        client = official_client(server.hosts, "any", "one")
        client.put(KEY, {"n": 1})
        with pytest.raises(e.SecurityNotSupported):
            client.admin_query_users_info()


@pytest.mark.parametrize(
    "users",
    [
        {"a": ("x", ["no such role"])},
        {"": ("x", [])},
        {"a:b": ("x", [])},
        {"a": ("", [])},
        {"a" * 64: ("x", [])},
    ],
)
def test_bad_users_are_a_value_error(users):
    with pytest.raises(ValueError):
        DevServer(users=users)


def test_a_single_role_is_a_type_error():
    with pytest.raises(TypeError):
        DevServer(users={"a": ("x", "read")})
