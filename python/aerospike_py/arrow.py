"""Arrow tables as those of other packages, each imported when it is asked for.

`ArrowTable` itself needs none of them: pyarrow, polars, pandas and DuckDB take it through the Arrow PyCapsule interface.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._aerospike import ArrowTable


def _module(name: str, method: str) -> Any:
    """A package, or an ImportError that says how to get it."""
    try:
        return import_module(name)
    except ImportError as error:
        raise ImportError(f"{name} is not installed and {method}() needs it: pip install {name}") from error


def _pyarrow(table: ArrowTable) -> Any:
    return _module("pyarrow", "to_pyarrow").table(table)


def _pandas(table: ArrowTable) -> Any:
    # pandas makes its columns of pyarrow's.
    _module("pandas", "to_pandas")
    return _module("pyarrow", "to_pandas").table(table).to_pandas()


def _polars(table: ArrowTable) -> Any:
    return _module("polars", "to_polars").DataFrame(table)


__all__: list[str] = []
