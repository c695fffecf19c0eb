"""Predicates for `Query.where`: plain tuples that name a kind, a bin and its operands.

Each needs an index on the bin that fits it. `index_type` (INDEX_TYPE_*) says which part of a list or map is indexed.
"""

from __future__ import annotations

from typing import Any


def equals(bin_name: str, val: int | str | bytes) -> tuple[str, str, int | str | bytes]:
    """Records whose bin equals `val`, an int, str or bytes."""
    return ("equals", bin_name, val)


def between(bin_name: str, min_val: int, max_val: int) -> tuple[str, str, int, int]:
    """Records whose bin holds an int from `min_val` to `max_val`, both included."""
    return ("between", bin_name, min_val, max_val)


def contains(bin_name: str, index_type: int, val: int | str | bytes) -> tuple[str, str, int, int | str | bytes]:
    """Records whose list or map holds `val`, an int, str or bytes."""
    return ("contains", bin_name, index_type, val)


def range(bin_name: str, index_type: int, min_val: int, max_val: int) -> tuple[str, str, int, int, int]:
    """Records whose list or map holds an int from `min_val` to `max_val`, both included."""
    return ("range", bin_name, index_type, min_val, max_val)


def geo_within_geojson_region(bin_name: str, geojson: str, index_type: int = 0) -> tuple[Any, ...]:
    """Records whose point lies within a region: a GeoJSON Polygon, MultiPolygon or AeroCircle, as text."""
    return ("geo_within_geojson_region", bin_name, geojson, *_part(index_type))


def geo_within_radius(bin_name: str, lat: float, lng: float, radius: float, index_type: int = 0) -> tuple[Any, ...]:
    """Records whose point lies within `radius` metres of a place, given in degrees: latitude first."""
    return ("geo_within_radius", bin_name, lat, lng, radius, *_part(index_type))


def geo_contains_geojson_point(bin_name: str, geojson: str, index_type: int = 0) -> tuple[Any, ...]:
    """Records whose region contains a point, a GeoJSON Point as text."""
    return ("geo_contains_geojson_point", bin_name, geojson, *_part(index_type))


def geo_contains_point(bin_name: str, lat: float, lng: float, index_type: int = 0) -> tuple[Any, ...]:
    """Records whose region contains a place, given in degrees: latitude first."""
    return ("geo_contains_point", bin_name, lat, lng, *_part(index_type))


def _part(index_type: int) -> tuple[int, ...]:
    # The tuples of 0.14 have no such element.
    return (index_type,) if index_type else ()


__all__ = [
    "between",
    "contains",
    "equals",
    "geo_contains_geojson_point",
    "geo_contains_point",
    "geo_within_geojson_region",
    "geo_within_radius",
    "range",
]
