"""Policies in a YAML file, in the format of the official clients' dynamic configuration: for the extension, which reads them on change."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import constants
from .exception import InvalidArgError

#: A section → the kinds of policy, as `config["policies"]` names them, that it governs.
SECTIONS = {
    "read": ("read",),
    "write": ("write", "operate", "remove", "apply"),
    "query": ("query",),
    "scan": ("scan",),
    "batch": ("batch",),
    "batch_read": ("batch",),
    "batch_write": ("batch_write",),
    "batch_delete": ("batch_remove",),
    "batch_udf": ("batch_apply",),
    "txn_verify": ("txn_verify",),
    "txn_roll": ("txn_roll",),
}
#: Sections that are about other things: one file may serve clients in many languages.
OTHERS = {"client", "metrics"}
#: Settings of other clients that mean nothing here.
FOREIGN = {"fail_on_filtered_out", "max_concurrent_threads", "connect_timeout", "info_timeout"}
RENAMED = {"send_key": "key"}
#: Settings whose values have names: what those names begin with in `aerospike_py.constants`.
NAMED = {
    "replica": "POLICY_REPLICA_",
    "read_mode_ap": "POLICY_READ_MODE_AP_",
    "read_mode_sc": "POLICY_READ_MODE_SC_",
    "commit_level": "POLICY_COMMIT_LEVEL_",
    "expected_duration": "QUERY_DURATION_",
}

#: Names that the constants do not have.
ALIASES = {"MASTER_PROLES": "ANY"}


def read(path: Path) -> dict[str, dict[str, Any]]:
    """The policies of a file, by their kind.

    Raises:
        ImportError: PyYAML is not installed.
        InvalidArgError: The file cannot be read, or is none of policies; the text says where.
    """
    try:
        import yaml
    except ImportError as error:
        raise ImportError("policies from a file need PyYAML: pip install 'aerospike-py[yaml]'") from error
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InvalidArgError(f"config_provider {str(path)!r}: {error}") from error
    dynamic = _mapping(_mapping(document, path, "the file").get("dynamic"), path, "dynamic")
    unknown = dynamic.keys() - SECTIONS.keys() - OTHERS
    if unknown:
        raise InvalidArgError(f"config_provider {str(path)!r}: dynamic has no {min(unknown)!r}; known are {', '.join(SECTIONS)}")
    policies: dict[str, dict[str, Any]] = {}
    for section, kinds in SECTIONS.items():
        settings = _mapping(dynamic.get(section), path, f"dynamic.{section}")
        said = {RENAMED.get(name, name): _value(name, value) for name, value in settings.items() if name not in FOREIGN}
        for kind in kinds:
            policies.setdefault(kind, {}).update(said)
    return policies


def warn(path: Path, error: BaseException) -> None:
    """Say that a file was changed into none that can be used."""
    logging.getLogger("aerospike_py").warning("The policies of %s are left as they were: %s", path, error)


def _mapping(value: object, path: Path, what: str) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise InvalidArgError(f"config_provider {str(path)!r}: {what} is no mapping, but {value!r:.80}")
    return value


def _value(name: str, value: object) -> object:
    """A number, a flag, or the number of a name."""
    if name in NAMED and isinstance(value, str):
        upper = value.upper()
        return getattr(constants, f"{NAMED[name]}{ALIASES.get(upper, upper)}", value)
    return value
