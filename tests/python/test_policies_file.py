"""Client-wide policies from a YAML file that changes."""

from __future__ import annotations

import itertools
import os

import pytest
from calls import make_calls

import aerospike_py
from aerospike_py import InvalidArgError

pytest.importorskip("yaml")
TICKS = itertools.count(1)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "policies.yaml"


@pytest.fixture
def write(file):
    """Writes the file; each time at another moment, however fast the test is."""

    def write(text):
        file.write_text(text, encoding="utf-8")
        moment = next(TICKS)
        os.utime(file, (moment, moment))

    return write


@pytest.fixture
def filled(c, keys):
    keys = keys(5)
    c.batch_write([(key, {"n": 1}) for key in keys])
    return keys[0][1]


@pytest.fixture
def found(connect, file, filled):
    """A client of the file, and how many records its policies let a query find."""

    def make(**config):
        client = connect(config_provider={"path": file, "interval": 0}, **config)
        return lambda policy=None: len(client.query("test", filled).results(policy))

    return make


def query(count):
    return f"dynamic:\n  query:\n    max_records: {count}\n"


def test_a_change_holds_from_the_next_call(write, found):
    write(query(2))
    count = found()
    assert count() == 2
    write(query(3))
    assert count() == 3
    # What the call says wins.
    assert count({"max_records": 1}) == 1
    write("version: 1.0.0\n")
    assert count() == 5


def test_it_goes_over_the_configuration(write, found):
    write("dynamic: {}")
    count = found(policies={"query": {"max_records": 4}})
    assert count() == 4
    write(query(2))
    assert count() == 2
    write("dynamic: {}")
    assert count() == 4


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("dynamic: [", "expected"),
        ("dynamic: 3", "dynamic is no mapping"),
        ("- a", "the file is no mapping"),
        ("dynamic: {queries: {}}", "no 'queries'; known are read"),
        ("dynamic: {query: {max_record: 1}}", "did you mean 'max_records'"),
        ("dynamic: {read: {replica: NEAREST}}", "replica"),
    ],
)
def test_a_bad_file_is_said_once_and_changes_nothing(write, found, caplog, mode, file, hosts, text, why):
    write(query(2))
    count = found()
    write(text)
    assert count() == count() == 2
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("aerospike_py", "WARNING")
    assert why in record.getMessage()
    write(query(3))
    assert count() == 3
    assert len(caplog.records) == 1
    # At connect it is an error.
    write(text)
    with pytest.raises(InvalidArgError, match=why):
        make_calls(mode, {"hosts": hosts, "config_provider": str(file)}).connect()


def test_a_file_that_goes_and_comes(write, found, caplog, file):
    write(query(2))
    count = found()
    file.unlink()
    assert count() == count() == 2
    assert len(caplog.records) == 1
    write(query(3))
    assert count() == 3


def test_sections_and_names_of_the_official_format(write, connect, file, key):
    write(
        """
version: 1.0.0
static:
  client:
    max_connections_per_node: 200
dynamic:
  client: {timeout: 1000}
  metrics: {enabled: false}
  read: {replica: MASTER_PROLES, read_mode_ap: ALL, fail_on_filtered_out: true, max_retries: 1}
  write: {send_key: true, exists: 4}
  batch_read: {allow_inline: true, total_timeout: 5000}
  batch_delete: {durable_delete: false}
  batch_udf: {send_key: true}
  txn_verify: {read_mode_sc: LINEARIZE}
"""
    )
    client = connect(config_provider=file)
    client.put(key, {"n": 1})
    with pytest.raises(aerospike_py.RecordExistsError):
        client.put(key, {"n": 1})
    assert client.query("test", key[1]).first().key.user_key == "k"


def test_it_is_not_looked_at_before_its_time(write, connect, file, filled):
    write(query(2))
    client = connect(config_provider={"path": file, "interval": 3_600_000})
    write(query(3))
    assert len(client.query("test", filled).results()) == 2


@pytest.mark.parametrize("provider", [3, {"interval": 1}, {"path": 3}, {"path": "x", "interval": -1}, {"path": "x", "period": 1}])
def test_what_is_no_provider(mode, hosts, provider):
    with pytest.raises(InvalidArgError, match="config_provider"):
        make_calls(mode, {"hosts": hosts, "config_provider": provider}).connect()


def test_a_missing_file(mode, hosts, file):
    with pytest.raises(InvalidArgError, match="No such file"):
        make_calls(mode, {"hosts": hosts, "config_provider": file}).connect()


def test_without_pyyaml(mode, hosts, write, file, monkeypatch):
    write(query(2))
    monkeypatch.setitem(__import__("sys").modules, "yaml", None)
    with pytest.raises(ImportError, match=r"aerospike-py\[yaml\]"):
        make_calls(mode, {"hosts": hosts, "config_provider": file}).connect()
