from __future__ import annotations

import pytest
from contracts import contract

import aerospike_py
from aerospike_py import constants

REFERENCE = contract("constants")


@pytest.mark.parametrize(("name", "value"), REFERENCE.items())
def test_constant_has_the_value_of_0_14(name, value):
    assert getattr(aerospike_py, name) == value
    assert type(getattr(aerospike_py, name)) is int


def test_there_are_171_of_0_14_and_all_are_public():
    assert len(REFERENCE) == 171
    assert set(REFERENCE) <= set(constants.__all__) <= set(aerospike_py.__all__)
    assert {name for name in vars(constants) if name.isupper()} == set(constants.__all__)


@pytest.mark.parametrize("prefix", ["POLICY_REPLICA_", "POLICY_READ_MODE_AP_", "POLICY_READ_MODE_SC_", "AUTH_", "POLICY_GEN_"])
def test_values_of_a_choice_are_distinct(prefix):
    values = [getattr(constants, name) for name in constants.__all__ if name.startswith(prefix)]
    assert sorted(values) == list(range(len(values)))


def test_names_of_the_official_client_mean_the_same():
    assert constants.POLICY_EXISTS_CREATE == constants.POLICY_EXISTS_CREATE_ONLY
    assert constants.POLICY_EXISTS_CREATE_OR_REPLACE == constants.POLICY_EXISTS_REPLACE
    assert [
        getattr(constants, f"POLICY_READ_MODE_SC_{name}") for name in ("SESSION", "LINEARIZE", "ALLOW_REPLICA", "ALLOW_UNAVAILABLE")
    ] == [
        0,
        1,
        2,
        3,
    ]
