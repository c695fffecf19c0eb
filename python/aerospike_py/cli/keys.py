"""How records are named on a command line: a set, and keys in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..types import AerospikeKey

#: The help of an argument that is a key.
HELP = "a key: plain text is a string; int:42, hex:00ff (bytes), digest:… (40 digits), str:… (a string that looks like one of these)"
DIGEST_SIZE = 20


def parse_set(text: str) -> tuple[str, str]:
    """`namespace` or `namespace.set`; a set may have dots in its name, a namespace has none.

    Raises:
        ValueError: It is neither.
    """
    namespace, dot, name = text.partition(".")
    if not namespace or (dot and not name):
        raise ValueError(f"{text!r} is not NAMESPACE.SET or NAMESPACE")
    return namespace, name


def parse_key(namespace: str, set_name: str, text: str) -> tuple[Any, ...]:
    """The key of a record.

    Args:
        namespace: Its namespace.
        set_name: Its set.
        text: The key as `HELP` says. What kind of key it is is never guessed: 42 is a string, and another key than the integer.

    Raises:
        ValueError: What follows `int:`, `hex:` or `digest:` is not that.
    """
    kind, colon, rest = text.partition(":")
    if not colon or kind not in {"int", "hex", "digest", "str"}:
        return namespace, set_name, text
    if kind == "str":
        return namespace, set_name, rest
    try:
        if kind == "int":
            return namespace, set_name, int(rest)
        data = bytes.fromhex(rest)
    except ValueError:
        raise ValueError(f"{text!r}: {kind}: is followed by {'a whole number' if kind == 'int' else 'hexadecimal digits'}") from None
    if kind == "hex":
        # As bytes that are no text; `bytes` would be hashed as a string.
        return namespace, set_name, bytearray(data)
    if len(data) != DIGEST_SIZE:
        raise ValueError(f"{text!r}: a digest has {2 * DIGEST_SIZE} hexadecimal digits")
    return namespace, set_name, None, data


def show_key(key: AerospikeKey) -> str:
    """A key as `parse_key` takes it; of a record that did not store its key, the digest."""
    user_key: object = key.user_key
    if isinstance(user_key, int):
        return f"int:{user_key}"
    if isinstance(user_key, (bytes, bytearray)):
        return f"hex:{user_key.hex()}"
    if isinstance(user_key, str):
        looks_special = user_key.partition(":")[0] in {"int", "hex", "digest", "str"} and ":" in user_key
        return f"str:{user_key}" if looks_special else user_key
    return f"digest:{key.digest.hex()}"
