"""Values that Python has no type for: they keep their type when they are read and written back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class GeoJSON(str):
    """A GeoJSON text, stored as such and not as a string.

    Made from the text, or from the mapping it describes: ``GeoJSON({"type": "Point", "coordinates": [-80.59, 28.6]})``. It is a `str` and
    does not change: where the official client's `wrap` and `loads` change an object, these return a new one.
    """

    __slots__ = ()

    def __new__(cls, value: str | Mapping[str, Any]) -> GeoJSON:
        """A text as it is, or the text of a mapping."""
        return super().__new__(cls, value if isinstance(value, str) else _to_text(value))

    @classmethod
    def wrap(cls, geo_data: Mapping[str, Any]) -> GeoJSON:
        """The GeoJSON a mapping describes."""
        return cls(geo_data)

    @classmethod
    def loads(cls, raw_geo: str) -> GeoJSON:
        """The GeoJSON of a text; ValueError if the text is not a JSON object."""
        geo = cls(raw_geo)
        geo.unwrap()
        return geo

    def unwrap(self) -> dict[str, Any]:
        """The mapping it describes; ValueError if the text is not a JSON object."""
        import json

        geo_data = json.loads(self)
        if not isinstance(geo_data, dict):
            raise ValueError(f"not a GeoJSON object: {str.__repr__(self)}")  # noqa: TRY004 (the value is at fault: a text that is not GeoJSON)
        return geo_data

    def dumps(self) -> str:
        """The text, as a plain `str`."""
        return str.__str__(self)

    def __repr__(self) -> str:
        return f"GeoJSON({super().__repr__()})"


class HyperLogLog(bytes):
    """A HyperLogLog as the server keeps it: bytes, stored as a HyperLogLog and not as a blob."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"HyperLogLog({super().__repr__()})"


class KeyOrderedDict(dict[Any, Any]):
    """A map that the server keeps in the order of its keys.

    A plain dict makes an unordered map. What is read from an ordered one is of this class, so that it is still ordered when it is written back; for
    all else it is a dict, equal to any with the same pairs.
    """

    __slots__ = ()


class CDTInfinite:
    """Greater than any value: the open end of a range. An argument of operations; it cannot be stored."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "CDTInfinite()"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CDTInfinite)

    def __hash__(self) -> int:
        return hash(CDTInfinite)


class CDTWildcard:
    """Equal to any value: the rest of a list to compare with. An argument of operations; it cannot be stored."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "CDTWildcard()"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CDTWildcard)

    def __hash__(self) -> int:
        return hash(CDTWildcard)


def _to_text(geo_data: Mapping[str, Any]) -> str:
    import json

    if not isinstance(geo_data, Mapping):
        raise TypeError(f"GeoJSON is made from a str or a mapping, not from {type(geo_data).__name__}")
    return json.dumps(dict(geo_data))


__all__ = ["CDTInfinite", "CDTWildcard", "GeoJSON", "HyperLogLog", "KeyOrderedDict"]
