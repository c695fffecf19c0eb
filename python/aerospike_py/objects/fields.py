"""The fields of a class, whoever has made it: `dataclasses`, pydantic or msgspec."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from ..exception import ObjectError
from .values import Conversion

#: The server's limit.
LONGEST_BIN = 15


@dataclass(frozen=True)
class Bin:
    """The name of a field's bin, or in a nested object of its key: ``email_address: Annotated[str, Bin("email")]``.

    Args:
        name: The name; of a bin at most 15 bytes.
    """

    name: str


@dataclass(frozen=True)
class Field:
    """A field of a class."""

    name: str
    #: What its bin is called.
    bin: str
    #: What the class's constructor calls it.
    argument: str
    hint: Any
    has_default: bool


@dataclass(frozen=True)
class Kind:
    """A kind of class: what it says of its fields, how an object of it is made, and what it knows of types that have no place here."""

    fields: Callable[[type], Iterator[Field]]
    make: Callable[[type, dict[str, Any]], Any]
    other: Callable[[Any], Conversion | None]


def kind_of(cls: object) -> Kind | None:
    """The kind of a class, if it is of any."""
    if not isinstance(cls, type):
        return None
    # What was never imported has made no class. Its own dataclasses are pydantic's to check, and are dataclasses otherwise.
    pydantic, msgspec = sys.modules.get("pydantic"), sys.modules.get("msgspec")
    if pydantic is not None and issubclass(cls, pydantic.BaseModel):
        return PYDANTIC
    if msgspec is not None and issubclass(cls, msgspec.Struct):
        return MSGSPEC
    return DATACLASS if dataclasses.is_dataclass(cls) else None


def _bin_of(hint: Any) -> str | None:
    """The name that an annotation gives."""
    marks = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
    return next((mark.name for mark in marks if isinstance(mark, Bin)), None)


def _dataclass_fields(cls: type) -> Iterator[Field]:
    hints = get_type_hints(cls, include_extras=True)
    for field in dataclasses.fields(cls):
        if not field.init:
            continue
        hint = hints[field.name]
        given = _bin_of(hint) or field.metadata.get("bin")
        has_default = field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING
        yield Field(field.name, given or field.name, field.name, hint, has_default)


def _pydantic_fields(cls: Any) -> Iterator[Field]:
    for name, info in cls.model_fields.items():
        given = next((mark.name for mark in info.metadata if isinstance(mark, Bin)), None)
        argument = _pydantic_argument(cls, name, info)
        yield Field(name, given or info.serialization_alias or info.alias or name, argument, info.annotation, not info.is_required())


def _pydantic_argument(cls: type, name: str, info: Any) -> str:
    alias = info.validation_alias
    if alias is not None and not isinstance(alias, str):
        alias = next((choice for choice in getattr(alias, "choices", ()) if isinstance(choice, str)), None)
        if alias is None:
            raise ObjectError(f"{cls.__name__}.{name}: an alias that is a path names no field")
    return str(alias or name)


def _pydantic_other(hint: Any) -> Conversion:
    import pydantic

    adapter = pydantic.TypeAdapter(hint)
    # What it reads, the model validates.
    return Conversion(lambda value: adapter.dump_python(value, mode="json"), lambda value: value)


def _msgspec_fields(cls: Any) -> Iterator[Field]:
    import msgspec

    for field in msgspec.structs.fields(cls):
        yield Field(field.name, _bin_of(field.type) or field.encode_name, field.name, field.type, not field.required)


def _msgspec_other(hint: Any) -> Conversion:
    import msgspec

    def load(value: Any) -> Any:
        try:
            return msgspec.convert(value, hint)
        except msgspec.ValidationError as error:
            raise ObjectError(str(error)) from error

    return Conversion(msgspec.to_builtins, load)


DATACLASS = Kind(_dataclass_fields, lambda cls, arguments: cls(**arguments), lambda _hint: None)
PYDANTIC = Kind(_pydantic_fields, lambda cls, arguments: cls.model_validate(arguments), _pydantic_other)  # type: ignore[attr-defined]
MSGSPEC = Kind(_msgspec_fields, lambda cls, arguments: cls(**arguments), _msgspec_other)
