"""What a benchmark does: which requests, on which keys, with what in the bins."""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

#: How many different objects are written. Making one costs more than sending it.
VARIETY = 64
MOST_BINS = 1000
LARGEST = 8 << 20
LARGEST_BATCH = 5000
EXAMPLES = "I, RU,80, B,100 or B,100,80"


@dataclass(frozen=True)
class Workload:
    """A mix of requests.

    Attributes:
        text: As it was written.
        insert: Whether each key is written once, in their order; else keys are chosen by chance.
        reads: How many of a hundred requests read.
        batch: How many records a request is about; 0 if it is no batch.
    """

    text: str
    insert: bool = False
    reads: float = 100.0
    batch: int = 0

    @property
    def operations(self) -> list[str]:
        """The names of the requests that can happen."""
        prefix = "batch " if self.batch else ""
        return [prefix + name for name, happens in (("read", self.reads > 0), ("write", self.reads < 100)) if happens]  # noqa: PLR2004 (a percentage)

    def choose(self) -> str:
        """The name of the next request."""
        reads = self.reads > 0 and random.random() * 100 < self.reads  # noqa: S311 (nothing secret)
        return ("batch " if self.batch else "") + ("read" if reads else "write")


def parse_workload(text: str) -> Workload:
    """`I`, `RU,80` (80 % reads), `B,100` (batches of 100 reads) or `B,100,80` (80 % of the batches read)."""
    kind, *numbers = text.split(",")
    try:
        values = [float(number) for number in numbers]
    except ValueError:
        values = [-1.0]
    if kind == "I" and not values:
        return Workload(text, insert=True, reads=0.0)
    if kind == "RU" and len(values) <= 1 and _are_percent(values):
        return Workload(text, reads=values[0] if values else 50.0)
    if kind == "B" and 1 <= len(values) <= 2 and values[0] in range(1, LARGEST_BATCH + 1) and _are_percent(values[1:]):  # noqa: PLR2004 (a size and a share)
        return Workload(text, batch=int(values[0]), reads=values[1] if values[1:] else 100.0)
    raise argparse.ArgumentTypeError(
        f"{text!r} is no workload: {EXAMPLES}, with a share from 0 to 100 and a batch from 1 to {LARGEST_BATCH}"
    )


def _are_percent(values: list[float]) -> bool:
    return all(0 <= value <= 100 for value in values)  # noqa: PLR2004 (a percentage)


Maker = Callable[[random.Random], Any]


def parse_objects(text: str) -> list[Maker]:
    """What the bins hold, over and over: `I` an integer, `D` a double, `S50` a string of 50 characters, `B100` 100 bytes."""
    return [_parse_object(part) for part in text.split(",")]


def _parse_object(text: str) -> Maker:
    kind, digits = text[:1], text[1:]
    size = int(digits) if digits.isdecimal() else 0
    if text == "I":
        return lambda chance: chance.getrandbits(63)
    if text == "D":
        return lambda chance: chance.random()
    if kind == "S" and 0 < size <= LARGEST:
        return lambda chance: "".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=size))
    if kind == "B" and 0 < size <= LARGEST:
        return lambda chance: chance.randbytes(size)
    raise argparse.ArgumentTypeError(f"{text!r} is no content of a bin: I, D, S50 or B100, up to {LARGEST} bytes")


class Records:
    """The records of a benchmark: number n has the key n, and one of some objects.

    Args:
        namespace: Where they are.
        set_name: The same.
        keys: How many there are.
        bins: How many bins each has.
        makers: What they hold.
    """

    def __init__(self, namespace: str, set_name: str, keys: int, bins: int, makers: list[Maker]) -> None:
        chance = random.Random(0)  # noqa: S311 (the same objects in each run)
        self.keys = keys
        self._place = (namespace, set_name)
        self._objects = [{f"bin{index}": makers[index % len(makers)](chance) for index in range(bins)} for _ in range(VARIETY)]

    def key(self, number: int) -> tuple[str, str, int]:
        """The key of a record."""
        return (*self._place, number)

    def bins(self, number: int) -> dict[str, Any]:
        """What is written into a record."""
        return self._objects[number % VARIETY]

    def any(self) -> int:
        """The number of one, by chance."""
        return random.randrange(self.keys)  # noqa: S311 (nothing secret)

    def several(self, count: int) -> list[int]:
        """The numbers of some, all different if there are so many."""
        return random.sample(range(self.keys), min(count, self.keys))
