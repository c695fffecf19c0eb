"""Print the public names of an installed client, one a line: run with the interpreter of a venv that has it.

    .cache/rivals/aerospike/bin/python tools/features/inventory.py aerospike > tools/features/aerospike.txt

A name is what a caller would write, without the package: `Client.get`, `exception.ParamError`, `ReadPolicy.max_retries`. It is taken from the
modules as they are imported: names, never what stands behind them. Needs nothing but Python.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sys
import types
from collections.abc import Iterator
from typing import Any

# Of each client its packages, and what is left of a module's name. Modules that begin with an underscore are its own business.
PACKAGES: dict[str, dict[str, str]] = {
    "aerospike-py-014": {"aerospike_py": ""},
    "aerospike": {"aerospike": "", "aerospike_helpers": "helpers."},
    "aerospike-native": {"aerospike_native": ""},
    "aerospike-sdk": {"aerospike_sdk": ""},
}
# Modules that their packages' documents do not show.
_INTERNAL = (
    "_shared",
    ".implicit_txn",
    ".sdk_config_monitor",
    ".policy_mapper",
    ".behavior_registry",
    ".loggers",
    ".sdk_config_loader",
    ".usage",
)
# How extension modules spell the module of their classes.
_EXTENSIONS = {"builtins", "exception", "aerospike", "_aerospike", "_native"}


def names(client: str) -> list[str]:
    """The public names of a client, sorted; each object once, under its shortest name."""
    found: dict[str, Any] = {}
    packages = PACKAGES[client]
    for package, prefix in packages.items():
        for module in sorted(_modules(package), key=lambda module: (module.count("."), module)):
            found.update(_module(module, prefix + module.partition(".")[2], tuple(packages), found))
    return sorted(found)


def _modules(package: str) -> Iterator[str]:
    yield package
    top = importlib.import_module(package)
    for info in pkgutil.walk_packages(getattr(top, "__path__", []), f"{package}."):
        if not any(part.startswith("_") for part in info.name.split(".")) and not info.name.endswith(_INTERNAL):
            yield info.name
    for name, value in vars(top).items():
        # Modules that an extension module makes.
        if isinstance(value, types.ModuleType) and not hasattr(top, "__path__"):
            sys.modules.setdefault(f"{package}.{name}", value)
            yield f"{package}.{name}"


def _module(name: str, path: str, packages: tuple[str, ...], known: dict[str, Any]) -> dict[str, Any]:
    module = importlib.import_module(name)
    prefix = f"{path.strip('.')}." if path.strip(".") else ""
    found: dict[str, Any] = {}
    for public in getattr(module, "__all__", None) or _own(module):
        value = getattr(module, public, None)
        if isinstance(value, types.ModuleType) or _is_private(public) or not _is_of(value, packages) or _is_known(public, value, known):
            continue
        found[prefix + public] = value
        if inspect.isclass(value):
            found.update({f"{prefix}{public}.{member}": each for member, each in _members(value).items()})
    return found


def _own(module: types.ModuleType) -> list[str]:
    """The public names of a module that does not list them; of a module inside a package those that are made there."""
    names = [name for name in dir(module) if not name.startswith("_")]
    if "." not in module.__name__:
        return names
    made_here = {module.__name__, module.__name__.rpartition(".")[2], "builtins", None}
    return [name for name in names if getattr(getattr(module, name), "__module__", None) in made_here]


def _is_private(name: str) -> bool:
    return name == "TYPE_CHECKING" or (name.startswith("_") and name != "__version__")


def _is_of(value: object, packages: tuple[str, ...]) -> bool:
    """Whether a name is the package's own: not of the standard library, nor of another client it builds on."""
    module = getattr(value, "__module__", None)
    own = packages if "aerospike_sdk" in packages else (*packages, *_EXTENSIONS)
    return not isinstance(module, str) or module.split(".")[0] in own


def _is_known(name: str, value: object, known: dict[str, Any]) -> bool:
    """Whether the package above has it, too."""
    if inspect.isclass(value):
        return any(value is each for each in known.values())
    return name in known and known[name] == value


def _members(cls: type) -> dict[str, Any]:
    """Methods, attributes, members of an enumeration, keys of a typed dict; not what any tuple, dict or exception has."""
    if issubclass(cls, BaseException):
        return {}
    found: dict[str, Any] = dict.fromkeys(getattr(cls, "_fields", ()))
    for base in reversed(cls.__mro__):
        if base.__module__ not in {"enum", "typing", "abc"} and base not in {object, dict, tuple, int, str, bytes}:
            found |= {name: None for name in getattr(base, "__annotations__", {}) if not name.startswith("_")}
            found |= {name: value for name, value in vars(base).items() if not name.startswith("_")}
    return found


if __name__ == "__main__":
    print("\n".join(names(sys.argv[1])))
