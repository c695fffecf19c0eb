"""What a program says of an error: its cause and what to do about it, in one line."""

from __future__ import annotations

import re

from .. import exception
from ..exception import AerospikeError

#: What helps against errors of a class; the first that fits is said.
ADVICE: tuple[tuple[type[AerospikeError], str], ...] = (
    (exception.NotAuthenticated, "log in with --user; the password is taken from AEROSPIKE_PASSWORD or asked for"),
    (exception.InvalidUser, "check --user"),
    (exception.InvalidPassword, "check AEROSPIKE_PASSWORD or --password"),
    (exception.InvalidCredential, "check --user, the password and --auth"),
    (exception.RoleViolation, "the user needs a role that permits this"),
    (exception.NamespaceNotFound, "`aerospike-py info HOST namespaces` lists those there are"),
    (exception.AerospikeTimeoutError, "allow more with --timeout, or see `aerospike-py doctor HOST`"),
    (exception.ConnectionError, "`aerospike-py doctor HOST` checks it step by step"),
)

#: A failed connect says what each address did, and then what the engine made of it.
FINDINGS = re.compile(r"(Failed to connect \[.*?\]): Error ", re.DOTALL)


class ExtraMissingError(AerospikeError):
    """A package is needed that only an extra installs."""


def need(package: str, what: str) -> None:
    """Make sure that a package of the extra `cli` is there.

    Args:
        package: The name it is imported by.
        what: What cannot be done without it.

    Raises:
        ExtraMissingError: It is not there.
    """
    from importlib.util import find_spec

    try:
        found = find_spec(package) is not None
    except ValueError:
        found = False
    if not found:
        raise ExtraMissingError(f'{what} needs {package}: pip install "aerospike-py[cli]"')


def describe(error: Exception) -> str:
    """An error in one line."""
    text = str(error)
    if isinstance(error, AerospikeError):
        text = error.msg
        findings = FINDINGS.search(text)
        text = findings.group(1) if findings else text
        advice = next((advice for kind, advice in ADVICE if isinstance(error, kind)), None)
        text = f"{text} - {advice}" if advice else text
    return " ".join(text.split()) or type(error).__name__
