"""What the doctor finds: a state and a sentence per step, and what to change."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Literal

State = Literal["ok", "warn", "fail"]


@dataclass(frozen=True)
class Change:
    """A setting of the configuration and the value it should have; None if it should not be there."""

    key: str
    value: Any

    def __str__(self) -> str:
        return f"leave {self.key!r} out" if self.value is None else f"{self.key!r}: {self.value!r}"


class Trouble(Exception):
    """Something is wrong: what, and what to change."""

    def __init__(self, text: str, *changes: Change) -> None:
        super().__init__(text)
        self.changes = changes


@dataclass(frozen=True)
class Finding:
    """What a step found."""

    step: str
    state: State
    text: str
    changes: tuple[Change, ...] = ()


@dataclass
class Report:
    """The findings, in their order. With `echo` each is printed when it is made."""

    echo: bool = False
    findings: list[Finding] = field(default_factory=list)

    def add(self, step: str, state: State, text: str, *changes: Change) -> None:
        """Note what a step found."""
        finding = Finding(step, state, text, changes)
        self.findings.append(finding)
        if self.echo:
            print(f"{state:<5} {step:<13} {text}", flush=True)

    @property
    def cause(self) -> Finding | None:
        """The finding that says why the cluster cannot be used; None if it can."""
        return next((finding for finding in self.findings if finding.state == "fail"), None)

    def conclusion(self) -> str:
        """The end of the report: that all is well, or the cause and what to change."""
        cause = self.cause
        if cause is None:
            warnings = sum(finding.state == "warn" for finding in self.findings)
            return "healthy" + (f", with {warnings} warning{'s' if warnings > 1 else ''}" if warnings else "")
        changes = [str(change) for change in cause.changes] or ["nothing in the configuration"]
        return "\n".join([f"cause: {cause.text}", *(f"change: {change}" for change in changes)])

    def as_json(self) -> str:
        """The report for a machine."""
        cause = self.cause
        return json.dumps(
            {
                "healthy": cause is None,
                "cause": None if cause is None else cause.text,
                "changes": [] if cause is None else [{"key": change.key, "value": change.value} for change in cause.changes],
                "steps": [{"step": finding.step, "state": finding.state, "text": finding.text} for finding in self.findings],
            },
            ensure_ascii=False,
        )
