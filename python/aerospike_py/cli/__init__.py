"""The program `aerospike-py`, also `python -m aerospike_py`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from ..exception import AerospikeError


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program.

    Args:
        argv: Its arguments. Default: those of the process.

    Returns:
        The exit code: 0, 1 if it failed, 2 if an argument is wrong, 130 if it was interrupted.
    """
    arguments = _parse(argv)
    try:
        code: int = arguments.run(arguments)
    except ValueError as error:
        return _fail(2, error)
    except (OSError, ImportError, AerospikeError) as error:
        return _fail(1, error)
    except KeyboardInterrupt:
        return 130
    return code


def _fail(code: int, error: Exception) -> int:
    print(f"aerospike-py: {error}", file=sys.stderr)
    return code


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """The arguments. A host may stand last, behind the options, where argparse before Python 3.13 does not look for what may be left out."""
    parser = _parser()
    arguments, rest = parser.parse_known_args(argv)
    if len(rest) == 1 and not rest[0].startswith("-") and getattr(arguments, "host", "") is None:
        arguments.host, rest = rest[0], []
    if rest:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    return arguments


def _parser() -> argparse.ArgumentParser:
    from . import demo, export, load, serve

    parser = argparse.ArgumentParser(prog="aerospike-py", description="Tools around the Aerospike client aerospike_py.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    serve.add_to(commands)
    demo.add_to(commands)
    load.add_to(commands)
    export.add_to(commands)
    return parser
