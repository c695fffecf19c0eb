"""docs/features.md is what tools/features.py makes of other clients' names, and nothing of the reference is missing without a reason."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = "aerospike-py-014"
# Where a client may be installed: beside this package, or in a venv of the comparison.
DISTRIBUTIONS = {"aerospike": "aerospike", "aerospike-native": "aerospike-native", "aerospike-sdk": "aerospike-sdk"}


@pytest.fixture
def tool():
    """A module of its own for each test: it remembers what exists."""
    spec = importlib.util.spec_from_file_location("features", ROOT / "tools" / "features.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["features"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["features"]


@pytest.fixture
def rules(tool, tmp_path, monkeypatch):
    """What a client with the names `Client.get` and `Client.nonsense` is here, by these rules."""
    monkeypatch.setattr(tool, "SOURCES", tmp_path)

    def decide(*lines, names=("Client.get", "Client.nonsense")):
        (tmp_path / "one.txt").write_text("\n".join(names))
        (tmp_path / "one.rules").write_text("\n".join(["[All] *", *lines]))
        return {each.name: (each.ours, each.note) for each in tool.features("one")["All"]}

    return decide


def test_the_pages_are_up_to_date(tool):
    stale = [path.name for path, text in tool.pages().items() if path.read_text(encoding="utf-8") != text]
    assert stale == [], "run python tools/features.py"


def test_what_is_missing_of_the_reference_has_a_reason_of_its_own(tool):
    rules = tool.Rules.read(tool.SOURCES / f"{REFERENCE}.rules")
    assert [rule.theirs for rule in rules.families] == []
    missing = [each.name for found in tool.features(REFERENCE).values() for each in found if not each.ours]
    assert set(missing) == {name for name, rule in rules.exact.items() if not rule.ours}
    assert len(missing) < 20


def test_each_name_stands_once(tool):
    for client in tool.CLIENTS:
        found = [each.name for chapter in tool.features(client).values() for each in chapter]
        assert sorted(found) == sorted(set(tool.names(client)))


# The rules ---------------------------------------------------------------------------------------------------------------------------------


def test_what_a_rule_says(rules):
    decided = rules("Client.* => Client.put; in its way")
    assert decided == {"Client.get": (("Client.get",), ""), "Client.nonsense": (("Client.put",), "in its way")}


def test_a_line_about_one_name_goes_before_the_same_name(rules):
    assert rules("Client.get => Client.select", "* -- Of no use.")["Client.get"] == (("Client.select",), "")


@pytest.mark.parametrize(
    ("line", "name", "ours"),
    [
        ("Thing.* => list_operations.list_{}", "Thing.append", "list_operations.list_append"),
        ("Thing.* => exp.{s}", "Thing.ListGetByValue", "exp.list_get_by_value"),
        ("Thing.* => POLICY_{u}", "Thing.KeySend", "POLICY_KEY_SEND"),
        ("Thing.*_blocking => Client.{}", "Thing.get_blocking", "Client.get"),
        ("*Thing.* => ClientConfig.{}", "SomeThing.app_id", "ClientConfig.app_id"),
    ],
)
def test_families(rules, line, name, ours):
    assert rules(line, names=[name])[name] == ((ours,), "")


def test_a_family_is_passed_over_where_there_is_no_such_name(rules):
    decided = rules("Client.* => exp.{}", "Client.n* -- Nonsense.", names=["Client.eq", "Client.nonsense"])
    assert decided == {"Client.eq": (("exp.eq",), ""), "Client.nonsense": ((), "Nonsense.")}


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], "says nothing of Client.nonsense"),
        (["Client.nonsense => Client.gibberish"], "there is no such name"),
        (["Client.nonsense -- No.", "Client.get -- Not yet."], "but it exists"),
        (["Client.* -- Not yet.; until Client.put"], "but Client.put exists"),
        (["Client.* -- No.", "Query.* -- No."], "decide nothing: Query.*"),
        (["Client.nonsense -- No.", "Client.absent -- No."], "decide nothing: Client.absent"),
    ],
)
def test_rules_that_do_not_fit(tool, rules, lines, said):
    with pytest.raises(tool.FeatureError, match=said.replace("*", r"\*")):
        rules(*lines)


# The names ---------------------------------------------------------------------------------------------------------------------------------


def interpreters():
    """Each client that is installed here, and what can import it."""
    for client in ("aerospike-py-014", "aerospike", "aerospike-native", "aerospike-sdk"):
        venv = ROOT / ".cache" / "rivals" / client / "bin" / "python"
        if venv.exists():
            yield client, str(venv)
        elif client in DISTRIBUTIONS and is_installed(DISTRIBUTIONS[client]):
            yield client, sys.executable


def is_installed(distribution):
    try:
        importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


@pytest.mark.parametrize(("client", "python"), list(interpreters()), ids=lambda value: str(value).rpartition("/")[2])
def test_the_names_are_those_of_the_package(client, python):
    command = [python, "-I", str(ROOT / "tools" / "features" / "inventory.py"), client]
    done = subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == (ROOT / "tools" / "features" / f"{client}.txt").read_text(encoding="utf-8")


def test_the_official_client_knows_its_keys(tool):
    """It lists them nowhere, but before it looks at the values it refuses what it does not know."""
    official = pytest.importorskip("aerospike", reason="the official client is not installed")
    lines = (tool.SOURCES / "aerospike.keys.txt").read_text(encoding="utf-8").splitlines()
    groups = {}
    for *path, key in (line.split(".") for line in lines if not line.startswith("#")):
        groups.setdefault(tuple(path), set()).add(key)

    def refused(path, keys):
        """What of a dict's keys is refused; no value is one that any key could have."""
        part = dict.fromkeys(keys, object())
        for name in reversed(path):
            part = {{"policy": "policies"}.get(name, name): part}
        part = part.get("config", part)
        config = {"hosts": [("127.0.0.1", 1)], "validate_keys": True}
        with pytest.raises(official.exception.AerospikeError) as caught:
            official.client({**part, **config})
        return [key for key in keys if f'"{key}" is an invalid' in str(caught.value)]

    for path, keys in groups.items():
        assert refused(path, keys) == [], path
        assert refused(path, {"nonsense"}) == ["nonsense"], path
        # One that is unknown is found among those that are known.
        assert refused(path, keys | {"nonsense"}) == ["nonsense"], path
