"""Times and amounts as people read them."""

from __future__ import annotations


def show_time(microseconds: float) -> str:
    """A time with three digits that count and the unit that fits."""
    for limit, unit, size in ((1000.0, "µs", 1.0), (1e6, "ms", 1e3)):
        if microseconds < limit * 0.9995:
            return f"{_three_digits(microseconds / size)} {unit}"
    return f"{_three_digits(microseconds / 1e6)} s"


def _three_digits(value: float) -> str:
    decimals = 2 if value < 9.995 else 1 if value < 99.95 else 0  # noqa: PLR2004 (where rounding adds a digit)
    return f"{value:.{decimals}f}"


def show_bytes(count: float) -> str:
    """An amount of memory with the unit that fits."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if count < 1024:  # noqa: PLR2004 (as the units have it)
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} TiB"


def show_duration(seconds: int) -> str:
    """A duration in its two largest units."""
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s")]
    first = next((index for index, (count, _) in enumerate(parts) if count), len(parts) - 1)
    return " ".join(f"{count} {unit}" for count, unit in parts[first : first + 2])
