"""admin_*: what is refused here, and what a server without security answers."""

from __future__ import annotations

import pytest

import aerospike_py

READ = [{"code": aerospike_py.PRIV_READ, "ns": "test"}]
CALLS = [
    ("admin_create_user", ("u", "p", ["read"])),
    ("admin_create_pki_user", ("u", ["read"])),
    ("admin_drop_user", ("u",)),
    ("admin_change_password", ("u", "p")),
    ("admin_set_password", ("u", "p")),
    ("admin_grant_roles", ("u", ["read"])),
    ("admin_revoke_roles", ("u", ["read"])),
    ("admin_query_user_info", ("u",)),
    ("admin_query_users_info", ()),
    ("admin_create_role", ("r", READ)),
    ("admin_drop_role", ("r",)),
    ("admin_grant_privileges", ("r", READ)),
    ("admin_revoke_privileges", ("r", READ)),
    ("admin_query_role", ("r",)),
    ("admin_query_roles", ()),
    ("admin_get_role", ("r",)),
    ("admin_get_roles", ()),
    ("admin_set_whitelist", ("r", ["10.0.0.0/8"])),
    ("admin_set_quotas", ("r", 1, 2)),
]


@pytest.mark.parametrize(("method", "arguments"), CALLS, ids=[name for name, _ in CALLS])
def test_a_server_without_security(c, method, arguments):
    with pytest.raises(aerospike_py.AdminError) as caught:
        getattr(c, method)(*arguments)
    assert caught.value.result_code in (51, 52)


@pytest.mark.parametrize(("method", "arguments"), CALLS, ids=[name for name, _ in CALLS])
def test_not_connected(stranger, method, arguments):
    with pytest.raises(aerospike_py.ClientError, match="not connected"):
        getattr(stranger, method)(*arguments)


@pytest.mark.parametrize(
    ("method", "arguments", "error", "text"),
    [
        ("admin_create_user", (5, "p", []), TypeError, "username is a str, not int"),
        ("admin_create_user", ("u", None, []), TypeError, "password is a str, not NoneType"),
        ("admin_create_user", ("u", "p", "read"), TypeError, "roles is a sequence, not a str"),
        ("admin_create_user", ("u", "p", ["read", 5]), TypeError, r"roles\[1\] is a str, not int"),
        ("admin_create_role", ("r", [5]), TypeError, r"privileges\[0\]: a privilege is a dict, not int"),
        ("admin_create_role", ("r", [{}]), aerospike_py.InvalidArgError, "'code' is missing"),
        ("admin_create_role", ("r", [{"code": "raed"}]), aerospike_py.InvalidArgError, "did you mean 'read'"),
        ("admin_create_role", ("r", [{"code": 99}]), aerospike_py.InvalidArgError, "'code': 99 is not one of PRIV_"),
        ("admin_create_role", ("r", [{"code": True}]), aerospike_py.InvalidArgError, "'code' True"),
        ("admin_create_role", ("r", [{"code": 10, "namespace": "t"}]), aerospike_py.InvalidArgError, "no field 'namespace'"),
        ("admin_create_role", ("r", [{"code": 10, "set": "s"}]), aerospike_py.InvalidArgError, "'set' needs 'ns'"),
        ("admin_create_role", ("r", [{"code": 0, "ns": "t"}]), aerospike_py.InvalidArgError, "holds everywhere"),
        ("admin_create_role", ("r", READ, None, "10.0.0.1"), TypeError, "whitelist is a sequence"),
        ("admin_create_role", ("r", READ, None, None, -1), aerospike_py.InvalidArgError, "read_quota -1"),
        ("admin_set_quotas", ("r", 0, 2**32), aerospike_py.InvalidArgError, "write_quota 4294967296"),
        ("admin_drop_user", ("u", {"timeuot": 1}), aerospike_py.InvalidArgError, "did you mean 'timeout'"),
    ],
)
def test_bad_input(stranger, method, arguments, error, text):
    with pytest.raises(error, match=text):
        getattr(stranger, method)(*arguments)
