"""How a value is named in the name of a test."""

import re


def steady(value):
    """What `repr` says, without the address of an object: a test has the same name in each process, so that several can share a run."""
    return re.sub(r" at 0x[0-9a-f]+", "", value if isinstance(value, str) else repr(value))
