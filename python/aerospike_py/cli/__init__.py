"""The program `aerospike-py`, also `python -m aerospike_py`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from ..exception import AerospikeError

#: The exit codes of a program that a signal ended, as shells have them.
INTERRUPTED = 130
BROKEN_PIPE = 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program.

    Args:
        argv: Its arguments. Default: those of the process.

    Returns:
        The exit code: 0, 1 if it failed, 2 if an argument is wrong, 130 if it was interrupted, 141 if nobody reads its output.
    """
    arguments = _parser().parse_args(argv)
    try:
        code: int = arguments.run(arguments)
        # Here, where a reader that has gone is no surprise: at exit it would be a traceback.
        sys.stdout.flush()
    except BrokenPipeError:
        _discard_output()
        return BROKEN_PIPE
    except ValueError as error:
        return _fail(2, error)
    except (OSError, AerospikeError) as error:
        return _fail(1, error)
    except KeyboardInterrupt:
        return INTERRUPTED
    return code


def _fail(code: int, error: Exception) -> int:
    from .errors import describe

    print(f"aerospike-py: {describe(error)}", file=sys.stderr)
    return code


def _discard_output() -> None:
    # What is still buffered is written at exit: to nowhere.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> argparse.ArgumentParser:
    from . import bench, demo, doctor, info, records, serve, top

    parser = argparse.ArgumentParser(prog="aerospike-py", description="Tools around the Aerospike client aerospike_py.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for module in (serve, demo, doctor, bench, top, records, info):
        module.add_to(commands)
    return parser
