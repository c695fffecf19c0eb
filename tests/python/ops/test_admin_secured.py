"""admin_* on a server with security, and what the official client sees of it."""

from __future__ import annotations

import pytest
from calls import make_calls

import aerospike_py
from aerospike_py.devserver import DevServer

ADMIN = {"admin": ("secret", ["user-admin", "sys-admin", "data-admin", "read-write"])}


@pytest.fixture(scope="module")
def secured():
    with DevServer(users=ADMIN) as server:
        yield server


def login(mode, server, user, password):
    return make_calls(mode, {"hosts": server.hosts, "user": user, "password": password})


@pytest.fixture
def admin(mode, secured):
    with login(mode, secured, "admin", "secret") as client:
        yield client


@pytest.fixture
def judge(secured):
    aerospike = pytest.importorskip("aerospike")
    client = aerospike.client({"hosts": secured.hosts, "user": "admin", "password": "secret"}).connect("admin", "secret")
    yield client
    client.close()


def test_a_user_from_beginning_to_end(admin, judge, mode, secured):
    name = f"u-{mode}"
    assert admin.admin_create_user(name, "first", ["read"]) is None
    user = admin.admin_query_user_info(name)
    assert (user["user"], user["roles"], user["conns_in_use"]) == (name, ["read"], 0)
    assert user in admin.admin_query_users_info()
    judged = judge.admin_query_user_info(name)
    assert {field: user[field] for field in ("roles", "conns_in_use", "read_info", "write_info")} == {
        field: judged[field] for field in ("roles", "conns_in_use", "read_info", "write_info")
    }
    admin.admin_grant_roles(name, ["write", "udf-admin"])
    admin.admin_revoke_roles(name, ["read"])
    assert sorted(admin.admin_query_user_info(name)["roles"]) == ["udf-admin", "write"]
    admin.admin_change_password(name, "second")
    with login(mode, secured, name, "second") as user:
        user.put(("test", "s", mode), {"n": 1})
        with pytest.raises(aerospike_py.AerospikeError) as caught:
            user.get(("test", "s", mode))
        assert caught.value.result_code == 81
    admin.admin_drop_user(name)
    with pytest.raises(aerospike_py.AdminError) as caught:
        admin.admin_query_user_info(name)
    assert caught.value.result_code == 60
    with pytest.raises(aerospike_py.AdminError):
        admin.admin_drop_user(name)


def test_a_role_from_beginning_to_end(admin, judge, mode):
    name = f"r-{mode}"
    admin.admin_create_role(
        name, [{"code": "read", "ns": "test", "set": "s"}, {"code": aerospike_py.PRIV_UDF_ADMIN}], None, ["127.0.0.1"], 10, 20
    )
    role = admin.admin_query_role(name)
    assert sorted(role.pop("privileges"), key=str) == [
        {"code": aerospike_py.PRIV_READ, "ns": "test", "set": "s"},
        {"code": aerospike_py.PRIV_UDF_ADMIN, "ns": "", "set": ""},
    ]
    assert role == {"name": name, "allowlist": ["127.0.0.1"], "read_quota": 10, "write_quota": 20}
    judged = judge.admin_get_role(name)
    assert (judged["whitelist"], judged["read_quota"], judged["write_quota"]) == (["127.0.0.1"], 10, 20)
    admin.admin_grant_privileges(name, [{"code": "read_write", "ns": "bar"}])
    admin.admin_revoke_privileges(name, [{"code": "udf-admin"}, {"code": "read", "ns": "test", "set": "s"}])
    admin.admin_set_whitelist(name, None)
    admin.admin_set_quotas(name, 1)
    assert admin.admin_get_role(name) == {
        "name": name,
        "privileges": [{"code": aerospike_py.PRIV_READ_WRITE, "ns": "bar", "set": ""}],
        "allowlist": [],
        "read_quota": 1,
        "write_quota": 0,
    }
    assert name in [role["name"] for role in admin.admin_query_roles()]
    assert len(admin.admin_get_roles()) == len(judge.admin_get_roles())
    admin.admin_drop_role(name)
    with pytest.raises(aerospike_py.AdminError) as caught:
        admin.admin_query_role(name)
    assert caught.value.result_code == 70


def test_privileges_of_masking(admin, judge, mode):
    name = f"m-{mode}"
    masked = [aerospike_py.PRIV_READ_MASKED, aerospike_py.PRIV_WRITE_MASKED]
    admin.admin_create_role(name, [{"code": code, "ns": "test", "set": "s"} for code in masked])
    admin.admin_grant_privileges(name, [{"code": "masking-admin"}])
    privileges = admin.admin_query_role(name)["privileges"]
    assert sorted(privilege["code"] for privilege in privileges) == [aerospike_py.PRIV_MASKING_ADMIN, *masked]
    # The other client knows no names for them.
    assert sorted(privilege["code"] for privilege in judge.admin_get_role(name)["privileges"]) == [15, 16, 17]
    with pytest.raises(aerospike_py.InvalidArgError, match="holds everywhere"):
        admin.admin_grant_privileges(name, [{"code": aerospike_py.PRIV_SYS_ADMIN, "ns": "test"}])
    admin.admin_drop_role(name)


def test_who_may_not(admin, mode, secured):
    name = f"n-{mode}"
    admin.admin_create_user(name, "p", ["read"])
    with login(mode, secured, name, "p") as user, pytest.raises(aerospike_py.AdminError) as caught:
        user.admin_create_user("other", "p", [])
    assert caught.value.result_code == 81
    admin.admin_drop_user(name)
