"""Every key of every policy, meta and configuration has a test that shows what it does: this table says which."""

from __future__ import annotations

import ast
import functools
import re
import typing
from pathlib import Path

import pytest

import aerospike_py
from aerospike_py import types

TESTS = Path(__file__).resolve().parents[1]

WIRE, EFFECTS, CONNECTION = "ops/test_wire.py", "settings/test_policy_effects.py", "settings/test_connection_effects.py"
PUT, ATTEMPTS, QUERY = f"{WIRE}::test_put", f"{EFFECTS}::test_attempts", f"{EFFECTS}::test_what_a_query_says"
FILTER, JOB = "expr/test_filters.py::test_on_one_record", f"{EFFECTS}::test_what_a_job_says"
RACKS, CONFIG, TLS, SERIALIZERS, PROVIDER = "test_racks.py", "test_config.py", "test_tls.py", "test_serializers.py", "test_policies_file.py"

POLICY = {
    "socket_timeout": f"{EFFECTS}::test_socket_timeout",
    "total_timeout": f"{WIRE}::test_total_timeout",
    "max_retries": ATTEMPTS,
    "sleep_between_retries": ATTEMPTS,
    "sleep_multiplier": ATTEMPTS,
    "timeout_delay": f"{EFFECTS}::test_timeout_delay",
    "filter_expression": FILTER,
    "expressions": FILTER,
    "read_mode_ap": f"{EFFECTS}::test_read_mode_ap",
    "read_mode_sc": f"{RACKS}::test_read_modes_are_sent",
    "read_touch_ttl_percent": f"{WIRE}::test_the_percent_that_renews",
    "txn": "test_transactions.py::test_every_write_is_part_of_it",
    "compress": f"{WIRE}::test_compression",
    "compression_threshold": f"{WIRE}::test_compression",
    "error_detail_verbosity": f"{EFFECTS}::test_error_detail_verbosity",
    "replica": f"{RACKS}::test_any_copy_will_do",
    "key": f"{WIRE}::test_the_user_key_travels_when_it_is_to_be_stored",
    "exists": PUT,
    "gen": PUT,
    "commit_level": PUT,
    "durable_delete": PUT,
    "ttl": PUT,
    "on_locking_only": f"{EFFECTS}::test_on_locking_only",
    "respond_per_each_op": "ops/test_operate.py::test_respond_per_each_op",
    "allow_inline": f"{WIRE}::test_flags_of_a_batch",
    "allow_inline_ssd": f"{WIRE}::test_flags_of_a_batch",
    "respond_all_keys": f"{WIRE}::test_flags_of_a_batch",
    "concurrency": f"{EFFECTS}::test_concurrency",
    "concurrent": f"{EFFECTS}::test_concurrency",
    "max_records": QUERY,
    "records_per_second": QUERY,
    "max_concurrent_nodes": f"{EFFECTS}::test_max_concurrent_nodes",
    "record_queue_size": "test_query.py::test_a_slow_reader_slows_the_server",
    "expected_duration": QUERY,
    "include_bin_data": f"{EFFECTS}::test_include_bin_data",
    "partition_filter": "test_query.py::test_partitions",
    "timeout": f"{EFFECTS}::test_timeout_of_commands",
}
# Where a key is about something else than in most policies.
OTHERS = {
    "ScanPolicy": {"ttl": JOB, "durable_delete": JOB},
    "BatchPolicy": dict.fromkeys(["exists", "commit_level", "durable_delete", "ttl"], f"{WIRE}::test_rows_of_a_batch_that_writes"),
    "BatchDeletePolicy": {"durable_delete": "ops/test_batch_write.py::test_durable_delete_needs_the_enterprise_edition"},
    "BatchDeleteMeta": {"gen": f"{WIRE}::test_rows_of_a_batch_that_removes"},
    "BatchUDFMeta": dict.fromkeys(["module", "function", "args"], "ops/test_udf.py::test_batch_apply_with_a_meta"),
    "ListPolicy": dict.fromkeys(["order", "flags"], "cdt/test_lists.py::test_as_the_official_client"),
    "MapPolicy": dict.fromkeys(["order", "write_mode", "persist_index"], "cdt/test_maps.py::test_as_the_official_client"),
    "HLLPolicy": {"flags": "cdt/test_hll.py::test_as_the_official_client"},
    "ConfigProvider": {
        "path": f"{PROVIDER}::test_a_change_holds_from_the_next_call",
        "interval": f"{PROVIDER}::test_it_is_not_looked_at_before_its_time",
    },
    "LuaConfig": {"user_path": "test_aggregation.py::test_a_module_of_a_folder"},
    "TLSConfig": {
        "enable": f"{TLS}::test_enable_false_is_no_tls",
        "cafile": f"{TLS}::test_another_authority_is_not_trusted",
        "capath": f"{TLS}::test_a_directory_of_authorities",
        "cadata": f"{TLS}::test_authorities_as_text",
        "certfile": f"{TLS}::test_a_certificate_logs_in",
        "keyfile": f"{TLS}::test_a_certificate_logs_in",
        "for_login_only": f"{TLS}::test_tls_for_the_login_only",
    },
    "ClientPolicies": {
        **dict.fromkeys(
            ["read", "write", "operate", "remove", "apply", "batch", "batch_write", "batch_remove", "batch_apply", "query", "scan"],
            f"{EFFECTS}::test_kinds_of_client_wide_policies",
        ),
        **dict.fromkeys(["info", "admin"], f"{EFFECTS}::test_client_wide_timeouts_of_commands"),
        **dict.fromkeys(["txn_verify", "txn_roll"], f"{EFFECTS}::test_policies_of_the_end_of_a_transaction"),
    },
    "ClientConfig": {
        "hosts": f"{CONFIG}::test_forms_of_hosts",
        "cluster_name": f"{CONFIG}::test_cluster_name",
        "auth_mode": "test_login.py::test_external_users_are_sent_as_such",
        "user": "test_login.py::test_user_and_password_in_the_configuration",
        "password": "test_login.py::test_user_and_password_in_the_configuration",
        "timeout": f"{CONNECTION}::test_timeout",
        "connect_timeout": f"{CONNECTION}::test_connect_timeout",
        "login_timeout_ms": f"{CONNECTION}::test_login_timeout",
        "fail_if_not_connected": f"{CONNECTION}::test_fail_if_not_connected",
        "idle_timeout": f"{CONNECTION}::test_idle_timeout",
        "max_conns_per_node": f"{CONFIG}::test_max_conns_per_node",
        "min_conns_per_node": f"{CONFIG}::test_min_conns_per_node",
        "conn_pools_per_node": f"{CONNECTION}::test_conn_pools_per_node",
        "tend_interval": f"{CONNECTION}::test_tend_interval",
        "use_services_alternate": f"{CONNECTION}::test_use_services_alternate",
        "ip_map": f"{CONNECTION}::test_ip_map",
        "rack_ids": f"{RACKS}::test_copies_in_the_own_rack_are_preferred",
        "rack_aware": f"{RACKS}::test_rack_awareness_can_be_switched_off",
        "rack_id": f"{RACKS}::test_copies_in_the_own_rack_are_preferred",
        "app_id": f"{CONFIG}::test_app_id",
        "max_error_rate": f"{CONNECTION}::test_max_error_rate",
        "error_rate_window": f"{CONNECTION}::test_error_rate_window",
        "max_concurrent_operations": f"{CONFIG}::test_the_bound_on_concurrent_operations",
        "operation_queue_timeout_ms": f"{CONFIG}::test_the_bound_on_concurrent_operations",
        "coalesce_reads": f"{CONNECTION}::test_coalesce_reads",
        "slow_ms": "observe/test_logging.py::test_slow_calls",
        "lua": "test_aggregation.py::test_a_module_of_a_folder",
        "tls": f"{TLS}::test_every_node_is_reached_with_tls",
        "config_provider": f"{PROVIDER}::test_a_change_holds_from_the_next_call",
        "serializer": f"{SERIALIZERS}::test_without_a_deserializer_they_are_bytes",
        "deserializer": f"{SERIALIZERS}::test_without_a_serializer_they_are_refused",
        "policies": f"{EFFECTS}::test_kinds_of_client_wide_policies",
    },
}
DICTS = [name for name in types.__all__ if typing.is_typeddict(getattr(types, name)) and re.search("Policy|Policies|Meta|Config", name)]


def keys(name):
    return typing.get_type_hints(getattr(types, name))


def effect(name, key):
    table = {} if name in {"ListPolicy", "MapPolicy", "HLLPolicy", "TLSConfig", "ClientPolicies", "ClientConfig"} else POLICY
    return {**table, **OTHERS.get(name, {})}.get(key)


@functools.cache
def functions_of(path):
    return {node.name for node in ast.parse((TESTS / path).read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("name", DICTS)
def test_every_key_has_a_test_of_its_effect(name):
    for key in keys(name):
        place = effect(name, key)
        assert place, f"{name} has a key {key!r} whose effect no test shows"
        path, _, function = place.partition("::")
        assert function in functions_of(path), place


def test_the_table_has_no_key_too_many():
    assert set(POLICY) <= {key for name in DICTS for key in keys(name)}
    assert set(OTHERS) <= set(DICTS)
    for name, table in OTHERS.items():
        assert set(table) <= set(keys(name)), name


def names_in(error):
    return set(re.search("known are (.*)", str(error)).group(1).split(", "))


def test_the_typed_dicts_have_all_keys_that_are_accepted(stranger):
    with pytest.raises(aerospike_py.InvalidArgError) as caught:
        aerospike_py.prepare({"0123456789" * 3: 1})
    assert names_in(caught.value) == set(POLICY) | {"module", "function", "args"}
    stranger.client = type(stranger.client)({"hosts": [("127.0.0.1", 1)], "0123456789" * 3: 1})
    with pytest.raises(aerospike_py.InvalidArgError) as caught:
        stranger.connect()
    assert names_in(caught.value) == set(keys("ClientConfig"))
