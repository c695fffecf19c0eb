"""Gives the engine's log records to `logging`. Called from a thread of the extension's, with all that have come since."""

from __future__ import annotations

import logging
import sys

TRACE = 5
logging.addLevelName(TRACE, "TRACE")
# As every library: where the application has set up no logging, nothing is printed.
logging.getLogger("aerospike_py").addHandler(logging.NullHandler())

#: Logger, level, message, seconds since 1970, source file and line.
_Record = tuple[str, int, str, float, "str | None", "int | None"]


def emit(records: list[_Record]) -> None:
    """Hand records to their loggers, as far as those want them."""
    for name, level, message, created, path, line in records:
        logger = logging.getLogger(name)
        if not logger.isEnabledFor(level):
            continue
        record = logger.makeRecord(name, level, path or "", line or 0, message, (), None)
        record.created = created
        record.msecs = int(created % 1 * 1000) + 0.0
        try:
            logger.handle(record)
        except Exception:  # noqa: BLE001 (the application's filters and handlers: there is no caller to raise it to)
            _report(record)


def _report(record: logging.LogRecord) -> None:
    """As `logging` itself does when a handler fails."""
    if logging.raiseExceptions and sys.stderr:
        logging.Handler().handleError(record)
