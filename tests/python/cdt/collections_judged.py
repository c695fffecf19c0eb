"""The same operation made with this package and with the official one: both must say the same and leave the same behind."""

from __future__ import annotations

import importlib
import warnings
from typing import Any, NamedTuple

import aerospike
from aerospike_helpers import HyperLogLog as OfficialHyperLogLog
from aerospike_helpers import cdt_ctx as official_ctx

import aerospike_py
from aerospike_py import cdt_ctx
from aerospike_py.official import ops as official_ops

THEIR_MODULES = {"bit": "bitwise_operations", "list": "list_operations", "map": "map_operations", "hll": "hll_operations"}


class Case(NamedTuple):
    name: str
    ours: dict[str, Any]
    its: dict[str, Any]

    def __str__(self):
        fields = {name: value for name, value in self.ours.items() if name not in {"op", "bin"}}
        return f"{self.name}({', '.join(f'{name}={value!r}' for name, value in fields.items())})"[:100]


def case(name, ours, its=None):
    """A case from a function's name, its arguments here and, if they differ, in the official package.

    Arguments are a tuple, which may end in a dict of those with names.
    """
    kind = name.split("_")[0]
    made = call(getattr(importlib.import_module(f"aerospike_py.{kind}_operations"), name), ours)
    module = importlib.import_module(f"aerospike_helpers.operations.{THEIR_MODULES[kind]}")
    with warnings.catch_warnings():
        # What its next version will not take any more.
        warnings.simplefilter("ignore", DeprecationWarning)
        return Case(name, made, call(getattr(module, name), ours if its is None else its))


def call(function, arguments):
    named = arguments[-1] if arguments and isinstance(arguments[-1], Named) else {}
    return function("b", *arguments[: len(arguments) - bool(named)], **named)


class Named(dict):
    """Arguments with names."""


def step(name, *arguments):
    """A step of a context, ours and the official one's."""
    return getattr(cdt_ctx, name)(*arguments), getattr(official_ctx, f"cdt_ctx_{name}")(*arguments)


def plain(value):
    """A value without what only one of the packages has."""
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (aerospike_py.HyperLogLog, OfficialHyperLogLog)):
        return ("hll", bytes(value))
    return value


def outcome(operate):
    """What an operation says, or the code it fails with."""
    try:
        _, _, bins = operate()
    except (aerospike_py.AerospikeError, aerospike.exception.AerospikeError) as error:
        return error.code
    return {name: plain(value) for name, value in bins.items() if value is not None}


def check(c, official, key, before, case):
    """Both make the operation on a record that the official operations `before` made, or on none; `key` names what it is about.

    So does this client with the official operation.
    """
    ours, its, translated = ((*key[:2], f"{key[2]} {whose}") for whose in ("ours", "its", "translated"))
    for each in (ours, its, translated):
        if before:
            official.operate(each, before)
    said = outcome(lambda: c.operate(ours, [case.ours]))
    assert outcome(lambda: c.operate(translated, official_ops([case.its]))) == said
    its_said = outcome(lambda: official.operate(its, [case.its]))
    if case.ours.get("return_type") == aerospike_py.MAP_RETURN_KEY_VALUE and isinstance(said, dict):
        # The official client answers keys and values in one flat list.
        said = {name: [part for pair in pairs for part in pair] for name, pairs in said.items()}
    assert said == its_said
    assert outcome(lambda: c.get(ours)) == outcome(lambda: official.get(its)) == outcome(lambda: c.get(translated))
    return said
