from __future__ import annotations

import copy
import json
import pickle

import pytest

from aerospike_py import GeoJSON, HyperLogLog, KeyOrderedDict

POINT = {"type": "Point", "coordinates": [-80.590003, 28.60009]}


def test_geojson_is_its_text():
    geo = GeoJSON('{"type": "Point", "coordinates": [1, 2]}')
    assert isinstance(geo, str)
    assert geo == '{"type": "Point", "coordinates": [1, 2]}'
    assert geo.unwrap() == {"type": "Point", "coordinates": [1, 2]}
    assert type(geo.dumps()) is str
    assert geo.dumps() == geo
    assert repr(geo) == """GeoJSON('{"type": "Point", "coordinates": [1, 2]}')"""


@pytest.mark.parametrize("make", [GeoJSON, GeoJSON.wrap, lambda value: GeoJSON.loads(json.dumps(value))])
def test_geojson_from_a_mapping(make):
    geo = make(POINT)
    assert type(geo) is GeoJSON
    assert geo.unwrap() == POINT


@pytest.mark.parametrize("text", ["", "no json", "[1, 2]", "3"])
def test_a_text_that_is_not_geojson(text):
    with pytest.raises(ValueError):
        GeoJSON.loads(text)
    with pytest.raises(ValueError):
        GeoJSON(text).unwrap()


@pytest.mark.parametrize("value", [None, 3, b"{}", [1]])
def test_what_geojson_is_not_made_from(value):
    with pytest.raises(TypeError, match=type(value).__name__):
        GeoJSON(value)


def test_hyperloglog_is_its_bytes():
    sketch = HyperLogLog(b"\x00\x08")
    assert isinstance(sketch, bytes)
    assert sketch == b"\x00\x08"
    assert repr(sketch) == "HyperLogLog(b'\\x00\\x08')"


@pytest.mark.parametrize("value", [GeoJSON(POINT), HyperLogLog(b"\x00\x08")])
def test_the_type_survives_copies(value):
    for again in (copy.copy(value), copy.deepcopy(value), pickle.loads(pickle.dumps(value))):
        assert again == value
        assert type(again) is type(value)


def test_a_key_ordered_dict_is_a_dict():
    ordered = KeyOrderedDict({"b": 1}, a=2)
    assert ordered == {"a": 2, "b": 1}
    assert json.loads(json.dumps(ordered)) == ordered
    assert repr(ordered) == repr({"b": 1, "a": 2})
    for again in (copy.copy(ordered), copy.deepcopy(ordered), pickle.loads(pickle.dumps(ordered))):
        assert again == ordered
        assert type(again) is KeyOrderedDict
