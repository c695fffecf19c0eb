"""A type as what the server stores: to it and back."""

from __future__ import annotations

import collections.abc
import datetime as dt
import decimal
import enum
import itertools
import types
import typing
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NewType, TypeVar, Union, get_args, get_origin

from ..exception import ObjectError

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.timezone.utc)
DAY_ZERO = dt.date(1970, 1, 1).toordinal()
MICROSECOND = dt.timedelta(microseconds=1)


def type_name(value: object) -> str:
    """What a value is, for messages."""
    return f"{value!r:.80} ({type(value).__name__})"


@dataclass(frozen=True)
class Conversion:
    """To what is stored, and back; either raises `ObjectError` for what does not fit."""

    dump: Callable[[Any], Any]
    load: Callable[[Any], Any]


AS_IT_IS = Conversion(lambda value: value, lambda value: value)


def _checked(*kinds: type, make: Callable[[Any], Any] = lambda value: value) -> Conversion:
    """Values of some types; a bool is no number."""
    refused = () if bool in kinds else (bool,)

    def check(value: Any) -> Any:
        if isinstance(value, kinds) and not isinstance(value, refused):
            return make(value)
        raise ObjectError(f"{type_name(value)} is not {kinds[0].__name__}")

    return Conversion(check, check)


def _through(cls: type, dump: Callable[[Any], Any], stored: Conversion, load: Callable[[Any], Any]) -> Conversion:
    """A type that is stored as something else."""

    def dump_checked(value: Any) -> Any:
        if not isinstance(value, cls):
            raise ObjectError(f"{type_name(value)} is not {cls.__name__}")
        return dump(value)

    def load_checked(value: Any) -> Any:
        raw = stored.load(value)
        try:
            return load(raw)
        except (ValueError, ArithmeticError) as error:
            raise ObjectError(f"{type_name(value)} is no {cls.__name__}: {error}") from error

    return Conversion(dump_checked, load_checked)


INT, TEXT = _checked(int), _checked(str)


def _to_microseconds(moment: dt.datetime) -> int:
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise ObjectError(f"{moment.isoformat()} has no time zone, so that nobody else could tell which moment it is")
    return (moment - EPOCH) // MICROSECOND


def _to_days(day: dt.date) -> int:
    if isinstance(day, dt.datetime):
        raise ObjectError(f"{type_name(day)} is not date")
    return day.toordinal() - DAY_ZERO


PLAIN: dict[Any, Conversion] = {
    Any: AS_IT_IS,
    object: AS_IT_IS,
    bool: _checked(bool),
    int: INT,
    float: _checked(float, int, make=float),
    str: TEXT,
    bytes: _checked(bytes),
    bytearray: Conversion(_checked(bytearray).dump, _checked(bytes, make=bytearray).load),
    type(None): _checked(type(None)),
    dt.datetime: _through(dt.datetime, _to_microseconds, INT, lambda count: EPOCH + count * MICROSECOND),
    dt.date: _through(dt.date, _to_days, INT, lambda days: dt.date.fromordinal(days + DAY_ZERO)),
    dt.time: _through(dt.time, dt.time.isoformat, TEXT, dt.time.fromisoformat),
    dt.timedelta: _through(dt.timedelta, lambda span: span // MICROSECOND, INT, lambda count: count * MICROSECOND),
    decimal.Decimal: _through(decimal.Decimal, str, TEXT, decimal.Decimal),
    uuid.UUID: _through(uuid.UUID, str, TEXT, uuid.UUID),
}


class Types:
    """The conversions of types, by annotation.

    Args:
        nested: The conversion of a class that has fields of its own; None if it has none.
        other: The conversion of what has no place here; None if there is none.
    """

    def __init__(self, nested: Callable[[Any], Conversion | None], other: Callable[[Any], Conversion | None]) -> None:
        self._nested = nested
        self._other = other

    def field(self, hint: Any) -> tuple[Conversion, bool]:
        """The conversion of a field, and whether it may be None."""
        hint = _bare(hint)
        members = _members(hint)
        return self.of(hint), hint is Any or type(None) in members

    def of(self, hint: Any) -> Conversion:
        """The conversion of a type."""
        hint = _bare(hint)
        plain = PLAIN.get(hint) if isinstance(hint, collections.abc.Hashable) else None
        if plain is not None:
            return plain
        origin, arguments = get_origin(hint), get_args(hint)
        if len(_members(hint)) > 1:
            return self._union([member for member in _members(hint) if member is not type(None)])
        if origin is Literal:
            return _literal(arguments)
        container = self._container(origin or hint, arguments)
        if container is not None:
            return container
        found = _enum(origin or hint) or self._nested(origin or hint) or _stored(origin or hint) or self._other(hint)
        if found is None:
            raise ObjectError(f"what is stored of {hint!r} is not known")
        return found

    def _union(self, members: list[Any]) -> Conversion:
        """The first that fits; None is None."""
        choices = [self.of(member) for member in members]

        def attempt(convert: Callable[[Conversion], Any], value: Any) -> Any:
            if value is None:
                return None
            for choice in choices[:-1]:
                try:
                    return convert(choice)
                except ObjectError:  # noqa: PERF203 (the next may fit)
                    continue
            return convert(choices[-1])

        return Conversion(
            lambda value: attempt(lambda choice: choice.dump(value), value), lambda value: attempt(lambda choice: choice.load(value), value)
        )

    def _container(self, origin: Any, arguments: tuple[Any, ...]) -> Conversion | None:
        if not isinstance(origin, type):
            return None
        if typing.is_typeddict(origin):
            return _checked(dict)
        if origin is tuple and arguments and arguments[-1] is not Ellipsis:
            return _fixed([self.of(argument) for argument in arguments])
        if origin in MAPPINGS:
            keys, values = (self.of(argument) for argument in arguments or (Any, Any))
            return _mapping(keys, values)
        if origin in SEQUENCES:
            return _sequence(SEQUENCES[origin], self.of(arguments[0] if arguments else Any))
        return None


MAPPINGS = {dict, collections.abc.Mapping, collections.abc.MutableMapping}
SEQUENCES: dict[Any, Callable[[Any], Any]] = {
    list: list,
    tuple: tuple,
    set: set,
    frozenset: frozenset,
    collections.abc.Sequence: list,
    collections.abc.MutableSequence: list,
    collections.abc.Iterable: list,
    collections.abc.Collection: list,
    collections.abc.Set: frozenset,
    collections.abc.MutableSet: set,
}


def _bare(hint: Any) -> Any:
    """A type without what is only said about it."""
    while True:
        if get_origin(hint) is Annotated:
            hint = get_args(hint)[0]
        elif isinstance(hint, NewType):
            hint = hint.__supertype__
        elif isinstance(hint, TypeVar):
            hint = hint.__bound__ or Any
        elif type(hint).__name__ == "TypeAliasType":
            hint = hint.__value__
        else:
            return hint


def _members(hint: Any) -> tuple[Any, ...]:
    """The members of a union."""
    return get_args(hint) if get_origin(hint) in {Union, types.UnionType} else ()


def _literal(choices: tuple[Any, ...]) -> Conversion:
    def check(value: Any) -> Any:
        if not any(type(choice) is type(value) and choice == value for choice in choices):
            raise ObjectError(f"{type_name(value)} is none of {', '.join(map(repr, choices))}")
        return value

    return Conversion(check, check)


def _enum(cls: Any) -> Conversion | None:
    if not (isinstance(cls, type) and issubclass(cls, enum.Enum)):
        return None
    return _through(cls, lambda member: member.value, AS_IT_IS, cls)


def _stored(cls: Any) -> Conversion | None:
    """A type of the client's own, which is stored as such."""
    return _checked(cls) if isinstance(cls, type) and cls.__module__ == "aerospike_py.values" else None


def _each(converts: Iterable[Callable[[Any], Any]], items: Iterable[Any]) -> list[Any]:
    converted = []
    for index, (convert, item) in enumerate(zip(converts, items)):  # noqa: B905 (one of them may be endless)
        try:
            converted.append(convert(item))
        except ObjectError as error:  # noqa: PERF203 (it says which item)
            raise ObjectError(f"[{index}]: {error}") from error.__cause__
    return converted


def _sequence(make: Callable[[Any], Any], item: Conversion) -> Conversion:
    def dump(items: Any) -> list[Any]:
        if isinstance(items, (str, bytes, dict)) or not isinstance(items, collections.abc.Iterable):
            raise ObjectError(f"{type_name(items)} is no sequence")
        return _each(itertools.repeat(item.dump), items)

    def load(items: Any) -> Any:
        if not isinstance(items, list):
            raise ObjectError(f"{type_name(items)} is no list")
        return make(_each(itertools.repeat(item.load), items))

    return Conversion(dump, load)


def _fixed(items: list[Conversion]) -> Conversion:
    def all_of(values: Any, converts: list[Callable[[Any], Any]]) -> list[Any]:
        if not isinstance(values, (list, tuple)) or len(values) != len(converts):
            raise ObjectError(f"{type_name(values)} is no tuple of {len(converts)}")
        return _each(converts, values)

    return Conversion(
        lambda values: all_of(values, [item.dump for item in items]),
        lambda values: tuple(all_of(values, [item.load for item in items])),
    )


def _mapping(key: Conversion, value: Conversion) -> Conversion:
    def dump(items: Any) -> dict[Any, Any]:
        if not isinstance(items, collections.abc.Mapping):
            raise ObjectError(f"{type_name(items)} is no mapping")
        return _pairs(items, key.dump, value.dump)

    def load(items: Any) -> dict[Any, Any]:
        if not isinstance(items, dict):
            raise ObjectError(f"{type_name(items)} is no map")
        return _pairs(items, key.load, value.load)

    return Conversion(dump, load)


def _pairs(items: Any, key: Callable[[Any], Any], value: Callable[[Any], Any]) -> dict[Any, Any]:
    pairs = {}
    for name, item in items.items():
        try:
            pairs[key(name)] = value(item)
        except ObjectError as error:  # noqa: PERF203 (it says which key)
            raise ObjectError(f"[{name!r}]: {error}") from error.__cause__
    return pairs
