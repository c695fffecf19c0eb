"""Predicates for `Query.where`: plain tuples that name a kind, a bin and its operands."""

from __future__ import annotations

from typing import Any


def equals(bin_name: str, val: Any) -> tuple[str, str, Any]:
    """Records whose bin equals `val`, an int, str or bytes."""
    return ("equals", bin_name, val)


def between(bin_name: str, min_val: Any, max_val: Any) -> tuple[str, str, Any, Any]:
    """Records whose bin holds an int from `min_val` to `max_val`, both included."""
    return ("between", bin_name, min_val, max_val)


def contains(bin_name: str, index_type: int, val: Any) -> tuple[str, str, int, Any]:
    """Records whose list or map holds `val`, an int or str; `index_type` (INDEX_TYPE_*) says where to look."""
    return ("contains", bin_name, index_type, val)


def geo_within_geojson_region(bin_name: str, geojson: str) -> tuple[str, str, str]:
    """Records whose point lies within a region. Not supported yet: warns here, and the query raises `ClientError`."""
    _warn_of_geo()
    return ("geo_within_geojson_region", bin_name, geojson)


def geo_within_radius(bin_name: str, lat: float, lng: float, radius: float) -> tuple[str, str, float, float, float]:
    """Records whose point lies within `radius` metres. Not supported yet: warns here, and the query raises `ClientError`."""
    _warn_of_geo()
    return ("geo_within_radius", bin_name, lat, lng, radius)


def geo_contains_geojson_point(bin_name: str, geojson: str) -> tuple[str, str, str]:
    """Records whose region contains a point. Not supported yet: warns here, and the query raises `ClientError`."""
    _warn_of_geo()
    return ("geo_contains_geojson_point", bin_name, geojson)


def _warn_of_geo() -> None:
    import warnings

    warnings.warn("Geo filters are not supported yet; running the query raises ClientError", FutureWarning, stacklevel=3)


__all__ = ["between", "contains", "equals", "geo_contains_geojson_point", "geo_within_geojson_region", "geo_within_radius"]
