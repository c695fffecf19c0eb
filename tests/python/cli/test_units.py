from __future__ import annotations

import pytest

from aerospike_py.cli.units import show_bytes, show_duration, show_time


@pytest.mark.parametrize(
    ("microseconds", "text"),
    [
        (0.1, "0.10 µs"),
        (9.996, "10.0 µs"),
        (99.96, "100 µs"),
        (999.4, "999 µs"),
        (999.6, "1.00 ms"),
        (12_345, "12.3 ms"),
        (2e6, "2.00 s"),
        (1e8, "100 s"),
    ],
)
def test_times_have_three_digits(microseconds, text):
    assert show_time(microseconds) == text


def test_bytes():
    counts = (0, 1023, 1024, 1536, 5 << 20, 3 << 30, 2 << 40, 5000 << 40)
    assert [show_bytes(count) for count in counts] == ["0 B", "1023 B", "1.0 KiB", "1.5 KiB", "5.0 MiB", "3.0 GiB", "2.0 TiB", "5000.0 TiB"]


def test_durations():
    seconds = (0, 59, 60, 3599, 3600, 86_399, 90_000)
    assert [show_duration(count) for count in seconds] == ["0 s", "59 s", "1 min 0 s", "59 min 59 s", "1 h 0 min", "23 h 59 min", "1 d 1 h"]
