"""Records as objects: dataclasses, pydantic models and msgspec structs, written as they are and read `into` their class.

    @dataclass
    class User:
        name: str
        born: Annotated[datetime, Bin("b")]

    client.put(key, User("Ann", datetime.now(timezone.utc)))
    client.get(key, into=User).bins.name

Neither pydantic nor msgspec is needed, or imported, for what does not use it. `docs/objects.md` says which type becomes what.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..exception import ObjectError
from .fields import Bin
from .schema import is_model, schema_of


def dump(item: object) -> dict[str, Any] | None:
    """The bins of an object; None if it is of no class that can be written. For the extension."""
    cls: Any = type(item)
    return schema_of(cls).dump_bins(item) if is_model(cls) else None


def loader(into: Any) -> Callable[[dict[str, Any]], Any]:
    """What makes an object of bins. For the extension."""
    if not is_model(into):
        name = into.__name__ if isinstance(into, type) else repr(into)
        raise ObjectError(f"into={name} is no dataclass, pydantic model or msgspec struct")
    schema = schema_of(into)
    schema.check_names()
    return schema.load


__all__ = ["Bin", "ObjectError"]
