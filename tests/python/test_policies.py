"""`prepare` and the typed dicts know the same keys, and name what is wrong."""

from __future__ import annotations

import typing

import pytest

import aerospike_py
from aerospike_py import exp, prepare, types

POLICIES = ["ReadPolicy", "WritePolicy", "BatchPolicy", "BatchReadPolicy", "BatchDeletePolicy", "BatchUDFPolicy", "QueryPolicy"]
POLICIES += ["ScanPolicy", "AdminPolicy"]
EXPRESSION = exp.eq(exp.int_bin("n"), exp.int_val(1))
OTHER = {"filter_expression": EXPRESSION, "expressions": EXPRESSION, "partition_filter": aerospike_py.partition_filter_all(), "txn": None}
KEYS = {key: hint for name in POLICIES for key, hint in typing.get_type_hints(getattr(types, name)).items()}


def sample(key):
    return OTHER[key] if key in OTHER else {int: 1, bool: True, float: 1.5}[KEYS[key]]


@pytest.mark.parametrize("key", sorted(KEYS))
def test_every_key_of_a_typed_dict_is_known(key):
    assert isinstance(prepare({key: sample(key)}), aerospike_py.PreparedPolicy)


def test_one_dict_may_hold_them_all():
    prepare({key: sample(key) for key in KEYS if key != "expressions"})
    prepare({})


@pytest.mark.parametrize(
    ("policy", "named"),
    [
        ({"max_retires": 1}, ["max_retires", "max_retries"]),
        ({"total_timout": 1}, ["total_timout", "total_timeout"]),
        ({"filter": EXPRESSION}, ["filter", "filter_expression"]),
        ({"nonsense": 1}, ["nonsense"]),
        ({3: 1}, ["3"]),
    ],
)
def test_a_name_no_policy_knows_is_named_with_the_nearest(policy, named):
    with pytest.raises(aerospike_py.InvalidArgError) as caught:
        prepare(policy)
    assert isinstance(caught.value, ValueError)
    assert all(name in str(caught.value) for name in named)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("exists", 5),
        ("exists", -1),
        ("gen", 3),
        ("key", 2),
        ("commit_level", 2),
        ("replica", 5),
        ("read_mode_ap", 2),
        ("read_mode_sc", 4),
        ("concurrency", 2),
        ("expected_duration", 3),
        ("read_touch_ttl_percent", 101),
        ("read_touch_ttl_percent", -2),
        ("ttl", 315_360_001),
        ("ttl", -4),
        ("total_timeout", -1),
        ("total_timeout", True),
        ("total_timeout", None),
        ("total_timeout", "1"),
        ("max_retries", -1),
        ("max_retries", 1.5),
        ("durable_delete", "yes"),
        ("filter_expression", "n = 1"),
        ("filter_expression", {"op": 1}),
        ("filter_expression", {"__expr__": "nonsense"}),
        ("partition_filter", (0, 4096)),
    ],
)
def test_a_wrong_value_is_named(key, value):
    with pytest.raises(aerospike_py.AerospikeError, match=key):
        prepare({key: value})


@pytest.mark.parametrize("ttl", [0, -1, -2, -3, 4294967293, 4294967294, 4294967295, 315_360_000])
def test_special_times_to_live(ttl):
    prepare({"ttl": ttl})


@pytest.mark.parametrize("policy", [None, 3, "ttl", [("ttl", 1)]])
def test_what_is_not_a_policy(policy):
    with pytest.raises(aerospike_py.AerospikeError):
        prepare(policy)


def test_a_prepared_policy_does_not_change():
    prepared = prepare({"ttl": 1})
    with pytest.raises((AttributeError, TypeError)):
        prepared.ttl = 2
