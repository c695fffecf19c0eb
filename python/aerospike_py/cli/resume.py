"""How far a load has come, in a file beside it, so that one that was killed goes on where it was."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .tables import FileError


@dataclass
class Progress:
    """What is certain to be done: rows before `rows` are written, or in the file of failed rows, which is `failed_bytes` long."""

    rows: int = 0
    failed: int = 0
    failed_bytes: int = 0


class ResumeFile:
    """The file, and of which load it is."""

    def __init__(self, path: Path, source: Path, what: dict[str, Any]) -> None:
        """`what` says what is loaded where: another load must not go on from here."""
        status = source.stat()
        self.path = path
        self._what = {"file": source.name, **what}
        self._state = {"size": status.st_size, "changed": status.st_mtime_ns}

    def read(self, *, mended: bool) -> Progress:
        """Where to go on; the start if there is no such file. With `mended` the source may have changed."""
        try:
            found = json.loads(self.path.read_text(encoding="utf-8"))
            progress = Progress(**found["progress"])
            what, state = found["what"], found["state"]
        except FileNotFoundError:
            return Progress()
        except (ValueError, KeyError, TypeError) as error:
            raise FileError(f"{self.path} is no resume file: {error}; without it the load begins anew") from None
        if what != self._what:
            raise FileError(f"{self.path} is of another load, {what}: name another one with --resume, or remove it")
        if state != self._state and not mended:
            raise FileError(
                f"the file has changed since {progress.rows:,} of its rows were written: if these are the same still, say --mended; "
                f"without {self.path} the load begins anew"
            )
        return progress

    def write(self, progress: Progress) -> None:
        """Replace it as a whole: a kill leaves the one before or this."""
        text = json.dumps({"what": self._what, "state": self._state, "progress": asdict(progress)})
        part = self.path.with_name(self.path.name + ".part")
        with part.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self.path)

    def remove(self) -> None:
        """The load is complete."""
        self.path.unlink(missing_ok=True)
