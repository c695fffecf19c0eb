"""index_*: what is refused here. What an index finds is told by the tests of queries."""

from __future__ import annotations

import pytest

import aerospike_py
from aerospike_py import cdt_ctx, exp

PLACE = ("test", "s")
CALLS = {
    "index_integer_create": (*PLACE, "bin", "name"),
    "index_string_create": (*PLACE, "bin", "name"),
    "index_blob_create": (*PLACE, "bin", "name"),
    "index_geo2dsphere_create": (*PLACE, "bin", "name"),
    "index_single_value_create": (*PLACE, "bin", aerospike_py.INDEX_NUMERIC, "name"),
    "index_list_create": (*PLACE, "bin", aerospike_py.INDEX_NUMERIC, "name"),
    "index_map_keys_create": (*PLACE, "bin", aerospike_py.INDEX_STRING, "name"),
    "index_map_values_create": (*PLACE, "bin", aerospike_py.INDEX_NUMERIC, "name"),
    "index_cdt_create": (
        *PLACE, "bin", aerospike_py.INDEX_TYPE_LIST, aerospike_py.INDEX_NUMERIC, "name", [cdt_ctx.list_index(0)],
    ),
    "index_expr_create": (
        *PLACE, aerospike_py.INDEX_TYPE_DEFAULT, aerospike_py.INDEX_NUMERIC, exp.int_bin("a"), "name",
    ),
    "index_set_create": (*PLACE, "name"),
    "index_remove": ("test", "name"),
    "index_list": ("test",),
}  # fmt: skip


@pytest.mark.parametrize("method", CALLS)
def test_not_connected(stranger, method):
    with pytest.raises(aerospike_py.ClientError, match="not connected"):
        getattr(stranger, method)(*CALLS[method])


@pytest.mark.parametrize("method", CALLS)
def test_an_unknown_namespace(c, method):
    with pytest.raises(aerospike_py.NamespaceNotFound, match="nowhere"):
        getattr(c, method)("nowhere", *CALLS[method][1:])


@pytest.mark.parametrize("name", ["", "a;b", "a:b", "a=b", "a\nb", "a\0b"])
@pytest.mark.parametrize("method", CALLS)
def test_names_that_would_be_commands(stranger, method, name):
    """Every str among the arguments is a name."""
    arguments = CALLS[method]
    for index, argument in enumerate(arguments):
        if isinstance(argument, str) and not (index == 1 and name == "" and method != "index_set_create" and len(arguments) > 2):
            changed = [*arguments[:index], name, *arguments[index + 1 :]]
            with pytest.raises(ValueError, match="empty|holds|allowed|needs a set"):
                getattr(stranger, method)(*changed)


@pytest.mark.parametrize(
    ("method", "arguments", "error", "text"),
    [
        ("index_list_create", (*PLACE, "b", 9, "n"), aerospike_py.InvalidArgError, "index_datatype 9"),
        ("index_list_create", (*PLACE, "b", "numeric", "n"), aerospike_py.InvalidArgError, "index_datatype 'numeric'"),
        ("index_list_create", (*PLACE, "b" * 16, 0, "n"), ValueError, "16 bytes"),
        ("index_list_create", (*PLACE, "b", 0, "n", None, [5]), aerospike_py.InvalidArgError, "ctx"),
        ("index_cdt_create", (*PLACE, "b", 7, 0, "n", []), aerospike_py.InvalidArgError, "index_type 7"),
        ("index_expr_create", (*PLACE, 0, 0, {"a": 1}, "n"), aerospike_py.InvalidArgError, "expression"),
        ("index_remove", ("test", 5), TypeError, "index_name is a str, not int"),
    ],
)
def test_bad_input(stranger, method, arguments, error, text):
    with pytest.raises(error, match=text):
        getattr(stranger, method)(*arguments)


def test_wait_is_a_bool(stranger):
    with pytest.raises(TypeError, match="wait is a bool"):
        stranger.index_remove("test", "n", wait=1)


@pytest.fixture
def indexing(c):
    """A client of a server that has indexes."""
    try:
        c.index_remove("test", "none")
    except aerospike_py.ServerError as error:
        if error.result_code != 16:
            raise
        pytest.skip("the embedded server has no indexes")
    return c


@pytest.mark.parametrize("method", [method for method in CALLS if method.endswith("_create")])
def test_made_listed_and_removed(indexing, method):
    assert getattr(indexing, method)(*CALLS[method]) is None
    assert getattr(indexing, method)(*CALLS[method]) is None
    made = [index for index in indexing.index_list("test") if index["name"] == "name"]
    assert [(index["namespace"], index["set"]) for index in made] == [("test", "s")]
    assert indexing.index_remove("test", "name") is None
    assert indexing.index_remove("test", "name") is None
    assert "name" not in [index["name"] for index in indexing.index_list()]


def test_another_index_of_the_same_name(indexing):
    indexing.index_integer_create(*PLACE, "bin", "name")
    with pytest.raises(aerospike_py.IndexFoundError):
        indexing.index_string_create(*PLACE, "bin", "name")
    indexing.index_remove("test", "name")
