from __future__ import annotations

import pickle
import typing

import pytest

from aerospike_py import types
from aerospike_py.types import AerospikeKey, BatchRecord, BatchRetryInfo, BatchWriteResult, Record, RecordMetadata

FIELDS = {
    "AerospikeKey": ("namespace", "set_name", "user_key", "digest"),
    "RecordMetadata": ("gen", "ttl"),
    "Record": ("key", "meta", "bins"),
    "ExistsResult": ("key", "meta"),
    "InfoNodeResult": ("node_name", "error_code", "response"),
    "BinTuple": ("name", "value"),
    "OperateOrderedResult": ("key", "meta", "ordered_bins"),
    "BatchRecord": ("key", "result", "record", "in_doubt"),
    "BatchRetryInfo": ("attempts", "max_attempts", "truncated_by_timeout", "unresolved"),
    "BatchWriteResult": ("batch_records", "retry"),
}
BASE = {"socket_timeout", "total_timeout", "max_retries", "sleep_between_retries", "timeout_delay", "filter_expression", "read_mode_ap"}
BASE |= {"read_touch_ttl_percent"}
WRITE = {"durable_delete", "key", "exists", "gen", "commit_level", "ttl"}
KEYS = {
    "ReadPolicy": BASE | {"replica"},
    "WritePolicy": BASE | WRITE,
    "BatchPolicy": BASE | WRITE | {"allow_inline", "allow_inline_ssd", "respond_all_keys", "replica", "concurrency"},
    "BatchReadPolicy": {"read_touch_ttl_percent", "filter_expression"},
    "BatchDeletePolicy": {"gen", "key", "commit_level", "durable_delete", "filter_expression"},
    "BatchDeleteMeta": {"gen", "key", "commit_level", "durable_delete"},
    "BatchUDFPolicy": {"commit_level", "ttl", "key", "durable_delete", "filter_expression"},
    "BatchUDFMeta": {"module", "function", "args", "ttl", "commit_level", "key", "durable_delete"},
    "QueryPolicy": BASE
    | {"max_records", "records_per_second", "replica", "max_concurrent_nodes", "record_queue_size", "expected_duration"}
    | {"include_bin_data", "partition_filter"},
    "ScanPolicy": (BASE | {"replica", "records_per_second", "max_records", "durable_delete", "ttl", "partition_filter"}),
    "AdminPolicy": {"timeout"},
    "WriteMeta": {"gen", "ttl", "key", "exists", "commit_level", "durable_delete"},
    "ListPolicy": {"order", "flags"},
    "MapPolicy": {"order", "write_mode"},
    "HLLPolicy": {"flags"},
    "Privilege": {"code", "ns", "set"},
    "UserInfo": {"user", "roles", "conns_in_use"},
    "RoleInfo": {"name", "privileges", "allowlist", "read_quota", "write_quota"},
    "ClientConfig": {"hosts", "cluster_name", "auth_mode", "user", "password", "timeout", "idle_timeout", "max_conns_per_node"}
    | {"min_conns_per_node", "conn_pools_per_node", "tend_interval", "use_services_alternate", "max_concurrent_operations"}
    | {"operation_queue_timeout_ms", "tls", "policies", "rack_ids", "ip_map", "app_id", "max_error_rate", "error_rate_window"},
}


@pytest.mark.parametrize(("name", "fields"), FIELDS.items())
def test_result_is_a_named_tuple_of_these_fields(name, fields):
    cls = getattr(types, name)
    assert issubclass(cls, tuple)
    assert cls._fields == fields


@pytest.mark.parametrize(("name", "keys"), KEYS.items())
def test_typed_dict_knows_these_keys(name, keys):
    hints = typing.get_type_hints(getattr(types, name))
    assert keys <= set(hints)


def test_defaults():
    assert BatchRecord(None, 0, None).in_doubt is False
    assert BatchRetryInfo() == (1, 1, False, 0)
    assert BatchWriteResult([]).retry == BatchRetryInfo()


def test_metadata_answers_to_names_as_well():
    meta = RecordMetadata(3, 4294967295)
    assert (meta["gen"], meta["ttl"]) == (meta.gen, meta.ttl) == (meta[0], meta[1]) == (3, 4294967295)
    assert meta[-1] == 4294967295
    assert meta[:] == (3, 4294967295)
    gen, ttl = meta
    assert (gen, ttl) == meta
    with pytest.raises(TypeError):
        meta["gone"]
    with pytest.raises(IndexError):
        meta[2]


def test_results_are_pickled():
    record = Record(AerospikeKey("test", "demo", "k", b"\0" * 20), RecordMetadata(1, 0), {"n": 1})
    again = pickle.loads(pickle.dumps(record))
    assert again == record
    assert again.meta["gen"] == 1


def test_every_public_name_is_in_all():
    public = {
        name for name, value in vars(types).items() if not name.startswith("_") and getattr(value, "__module__", "") == types.__name__
    }
    assert public <= set(types.__all__)
    assert all(hasattr(types, name) for name in types.__all__)
