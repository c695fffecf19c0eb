"""Values of bins as JSON and back. What JSON has no type for stands in an object with one member, whose name begins with a dollar:

{"$bytes": "AP8="}   {"$hll": "…"}   {"$geojson": {"type": "Point", …}}   {"$float": "nan"}   {"$map": [[1, "a"], [2, "b"]]}
"""

from __future__ import annotations

import json
import math
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from typing import Any

from ..values import GeoJSON, HyperLogLog


def dumps(value: Any, *, indent: int | None = None) -> str:
    """A value as JSON."""
    return json.dumps(to_json(value), ensure_ascii=False, indent=indent, allow_nan=False)


def loads_bins(text: str) -> dict[str, Any]:
    """The bins of a record.

    Raises:
        ValueError: The text is no JSON object.
    """
    try:
        parsed = json.loads(text, parse_constant=_refuse)
    except ValueError as error:
        raise ValueError(f"the bins are no JSON ({error}): '{{\"age\": 30}}', for example") from None
    if not isinstance(parsed, dict):
        raise ValueError(f"the bins are a JSON object, '{{\"age\": 30}}' for example, not {text.strip()[:40]}")  # noqa: TRY004 (as above)
    return {name: from_json(value) for name, value in parsed.items()}


def to_json(value: Any) -> Any:
    """A value in JSON's types."""
    if isinstance(value, Mapping):
        return _map_to_json(value)
    if isinstance(value, (list, tuple)):
        return [to_json(item) for item in value]
    return _scalar_to_json(value)


def from_json(value: Any) -> Any:
    """The value that `to_json` made this of.

    Raises:
        ValueError: A member with a dollar is none of those above.
    """
    if isinstance(value, list):
        return [from_json(item) for item in value]
    if not isinstance(value, dict):
        return value
    name = next(iter(value), "")
    if len(value) != 1 or not name.startswith("$"):
        return {key: from_json(item) for key, item in value.items()}
    try:
        return _TAGS[name](value[name])
    except KeyError:
        known = ", ".join(_TAGS)
        raise ValueError(f'{name} is none of {known}; a map with such a key is written {{"$map": [[{json.dumps(name)}, …]]}}') from None
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}: {error}") from None


def _map_to_json(value: Mapping[Any, Any]) -> Any:
    if all(isinstance(key, str) for key in value) and not (len(value) == 1 and next(iter(value)).startswith("$")):
        return {key: to_json(item) for key, item in value.items()}
    return {"$map": [[to_json(key), to_json(item)] for key, item in value.items()]}


def _scalar_to_json(value: Any) -> Any:
    if isinstance(value, GeoJSON):
        return {"$geojson": _parsed(value)}
    if isinstance(value, HyperLogLog):
        return {"$hll": b64encode(value).decode()}
    if isinstance(value, (bytes, bytearray)):
        return {"$bytes": b64encode(value).decode()}
    if isinstance(value, float) and not math.isfinite(value):
        return {"$float": str(value)}
    return value


def _parsed(geo: GeoJSON) -> Any:
    # Servers keep what they were given, also a text that is none.
    try:
        return geo.unwrap()
    except ValueError:
        return str(geo)


def _map_from_json(pairs: list[list[Any]]) -> dict[Any, Any]:
    return {from_json(key): from_json(item) for key, item in pairs}


def _refuse(constant: str) -> Any:
    raise ValueError(f'{constant} is no JSON: {{"$float": "nan"}}')


_TAGS: dict[str, Callable[[Any], Any]] = {
    "$bytes": lambda text: b64decode(text, validate=True),
    "$hll": lambda text: HyperLogLog(b64decode(text, validate=True)),
    "$geojson": GeoJSON,
    "$float": float,
    "$map": _map_from_json,
}
