"""Values that the other clients are asked to store and to read. A value's name is the user key of its record."""

from __future__ import annotations

POINT = '{"type":"Point","coordinates":[-80.59,28.6]}'
# An empty sketch of 2^4 registers of 6 bits.
SKETCH = bytes([0, 4, 0]) + bytes(8) + bytes(12)

VALUES = {
    "true": True,
    "false": False,
    "zero": 0,
    "one": 1,
    "minus": -1,
    "largest": 2**63 - 1,
    "smallest": -(2**63),
    "float": 1.5,
    "tiny": 5e-324,
    "huge": -1e308,
    "empty": "",
    "text": "é日本🎉",
    "long": "x" * 100_000,
    "no bytes": b"",
    "bytes": b"\x00\xff\x80",
    "list": [1, "two", 3.5, b"four", None, True, [5, [6]], {"seven": 8}],
    "empty list": [],
    "map": {"a": 1, "b": [1, {"c": None}], 3: "three", b"k": b"v"},
    "empty map": {},
    "numbers": [2**63 - 1, -(2**63), 2**40, 65536, 255, -32, -33, -129],
    "nested": [[[[[[[[1]]]]]]]],
    "many": list(range(5000)),
    "wide": {index: str(index) for index in range(500)},
}
