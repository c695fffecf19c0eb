"""A class as bins: compiled once, from what it says of its fields."""

from __future__ import annotations

import functools
from typing import Any

from ..exception import ObjectError
from .fields import LONGEST_BIN, Field, Kind, kind_of
from .values import Conversion, Types, type_name

#: More classes than any program has; one that makes them as it goes must not fill the memory.
MOST_CLASSES = 1024


class Schema:
    """How objects of one class become bins and back."""

    def __init__(self, cls: Any, kind: Kind) -> None:
        self._cls = cls
        self._kind = kind
        types = Types(nested, kind.other)
        self._fields: list[tuple[Field, Conversion, bool]] = []
        for field in kind.fields(cls):
            try:
                conversion, is_optional = types.field(field.hint)
            except ObjectError as error:
                raise ObjectError(f"{cls.__name__}.{field.name}: {error}") from None
            self._fields.append((field, conversion, is_optional))
        names = [field.bin for field, _, _ in self._fields]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ObjectError(f"{cls.__name__}: two fields have the name {twice!r}")

    def check_names(self) -> None:
        """Refuse names that no bin can have; keys of a nested object are free."""
        for field, _, _ in self._fields:
            size = len(field.bin.encode())
            if not 0 < size <= LONGEST_BIN:
                raise ObjectError(
                    f"{self._cls.__name__}.{field.name}: the bin name {field.bin!r} has {size} bytes, and 1 to {LONGEST_BIN} are allowed: "
                    'give it another one, Annotated[…, Bin("name")]'
                )

    def dump_bins(self, item: object) -> dict[str, Any]:
        """The bins of an object; None removes a bin."""
        self.check_names()
        return self._dump(item)

    def dump(self, item: object) -> dict[str, Any]:
        """The map of a nested object; what is None is not in it."""
        if not isinstance(item, self._cls):
            raise ObjectError(f"{type_name(item)} is not {self._cls.__name__}")
        return {name: value for name, value in self._dump(item).items() if value is not None}

    def _dump(self, item: object) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for field, conversion, is_optional in self._fields:
            value = getattr(item, field.name)
            try:
                values[field.bin] = None if value is None and is_optional else conversion.dump(value)
            except ObjectError as error:
                raise ObjectError(f"{self._cls.__name__}.{field.name}: {error}") from error.__cause__
        return values

    def load(self, values: Any) -> Any:
        """The object that bins, or a map, describe. What has no field is left alone."""
        if not isinstance(values, dict):
            raise ObjectError(f"{type_name(values)} is no map, which {self._cls.__name__} is made from")
        arguments: dict[str, Any] = {}
        for field, conversion, is_optional in self._fields:
            value = values.get(field.bin)
            if value is None and (is_optional or field.bin not in values):
                if not field.has_default:
                    if not is_optional:
                        raise ObjectError(f"{self._cls.__name__}.{field.name}: there is no {field.bin!r}, and the field has no default")
                    arguments[field.argument] = None
                continue
            try:
                arguments[field.argument] = conversion.load(value)
            except ObjectError as error:
                raise ObjectError(f"{self._cls.__name__}.{field.name}: {error}") from error.__cause__
        return self._kind.make(self._cls, arguments)


def is_model(cls: object) -> bool:
    """Whether objects of a class can be written."""
    return kind_of(cls) is not None


@functools.lru_cache(maxsize=MOST_CLASSES)
def schema_of(cls: Any) -> Schema:
    """The schema of a class."""
    kind = kind_of(cls)
    assert kind is not None  # noqa: S101 (whoever asks has looked)
    return Schema(cls, kind)


def nested(cls: Any) -> Conversion | None:
    """The conversion of a class within another, if it is of any kind. Looked up when it is used: classes may hold each other."""
    if not is_model(cls):
        return None
    return Conversion(lambda item: schema_of(cls).dump(item), lambda values: schema_of(cls).load(values))
