"""The stub and the docstrings are those of `tools/client.pyi.in`."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import sys
from pathlib import Path

import pytest

import aerospike_py
from aerospike_py import _aerospike

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = (ROOT / "tools" / "client.pyi.in").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def stubs():
    spec = importlib.util.spec_from_file_location("stubs", ROOT / "tools" / "stubs.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def methods_of(source, name):
    body = next(node for node in ast.parse(source).body if isinstance(node, ast.ClassDef) and node.name == name).body
    return [node for node in body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]


def test_what_is_checked_in_is_up_to_date(stubs):
    for path, text in stubs.outputs().items():
        assert path.read_text(encoding="utf-8") == text, path


def test_async_client_has_the_methods_of_client_as_coroutines(stubs):
    stub = stubs.render_stub(TEMPLATE)
    sync, coroutines = methods_of(stub, "Client"), methods_of(stub, "AsyncClient")
    # What the template says of the async client itself: the same, of work that may be awaited.
    own = {method.name for method in methods_of(TEMPLATE, "AsyncClient")}
    twins = [method for method in coroutines if method.name not in own]
    sync = [method for method in sync if method.name not in own]
    assert own == {"run_in_transaction", "batch"}
    assert [stubs.RENAMED.get(method.name, method.name) for method in sync] == [method.name for method in twins]
    for one, other in zip(sync, twins, strict=True):
        assert isinstance(one, ast.FunctionDef)
        assert isinstance(other, ast.AsyncFunctionDef) == (other.name not in stubs.TWINS["Client"])
        assert ast.dump(one.args) == ast.dump(other.args)
        given = ast.dump(one.returns)
        for name in ("Query", "Transaction", "BatchStream"):
            given = given.replace(f"'{name}'", f"'Async{name}'")
        assert given == ast.dump(other.returns)


def test_check_finds_what_is_out_of_date(stubs, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(stubs, "ROOT", tmp_path)
    monkeypatch.setattr(stubs, "STUB", tmp_path / "stub.pyi")
    monkeypatch.setattr(stubs, "DOCS", tmp_path / "docs")
    monkeypatch.setattr(sys, "argv", ["stubs.py", "--check"])
    assert stubs.main() == 1
    assert "stub.pyi is out of date" in capsys.readouterr().err
    monkeypatch.setattr(sys, "argv", ["stubs.py"])
    assert stubs.main() == 0
    monkeypatch.setattr(sys, "argv", ["stubs.py", "--check"])
    assert stubs.main() == 0
    (tmp_path / "docs" / "Client.gone.md").write_text("x")
    assert stubs.main() == 1
    assert "Client.gone.md" in capsys.readouterr().err


PUBLIC = [method.name for method in methods_of(TEMPLATE, "Client") if not method.name.startswith("_")]


@pytest.mark.parametrize("name", sorted(set(PUBLIC)))
def test_help_shows_the_text_of_the_template(stubs, name):
    text = stubs.collect_docs(TEMPLATE)[f"Client.{name}"]
    for cls in (aerospike_py.Client, aerospike_py.AsyncClient):
        assert inspect.cleandoc(getattr(cls, name).__doc__) == text.strip()


def test_the_clients_have_no_public_method_beside_the_template():
    for cls in (aerospike_py.Client, aerospike_py.AsyncClient):
        assert {name for name in dir(cls) if not name.startswith("_")} == set(PUBLIC)


@pytest.mark.parametrize("name", sorted(set(PUBLIC)))
def test_methods_that_are_awaited_are_coroutine_functions(stubs, name):
    assert inspect.iscoroutinefunction(getattr(aerospike_py.AsyncClient, name)) == (name not in stubs.TWINS["Client"])
    assert not inspect.iscoroutinefunction(getattr(aerospike_py.Client, name))


def test_the_classes_say_where_they_are_from():
    for name in ("Client", "AsyncClient", "LazyBatchRecords", "PartitionFilter", "PreparedPolicy", "DevServer"):
        assert getattr(_aerospike, name).__module__ == "aerospike_py._aerospike"
