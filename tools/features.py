"""Write docs/features.md and docs/features/: every public name of other clients and what it is here, or why it is not.

    python tools/features.py            write the pages
    python tools/features.py --check    exit with 1 if they are not what this would write

The names are in tools/features/<client>.txt, taken by tools/features/inventory.py from the installed packages. What they are here is in
tools/features/<client>.rules, line by line:

    [Chapter] glob glob            the names of a chapter, unless an earlier one has them
    name => ours, ours; a note     what it is here; each of ours must exist
    glob => ours                   the same of a family: {} is what the last * stands for, {s} the same in snake case, {u} in upper snake case;
                                   passed over if there is no such name here
    name -- reason                 why it is not here; must not exist here under its own name
    glob -- reason; until ours     the same of a family; wrong once ours exists

A line about one name decides first, then the same name here, then the globs in the order of the file. A name that nothing decides, a line that
decides nothing and a name of ours that does not exist are errors.
"""

from __future__ import annotations

import argparse
import fnmatch
import functools
import importlib
import importlib.util
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "tools" / "features"
OVERVIEW = ROOT / "docs" / "features.md"
PAGES = ROOT / "docs" / "features"

#: The clients the pages compare with, and what they are called there.
CLIENTS = {
    "aerospike-py-014": "aerospike-py 0.14",
    "aerospike": "aerospike 19.3, the official client",
    "aerospike-native": "aerospike-native 1.0",
    "aerospike-sdk": "aerospike-sdk 1.0",
}


class FeatureError(Exception):
    """The rules and the names do not fit together."""


@dataclass
class Rule:
    """A line of a rules file: what a name, or a family of them, is here (`ours`), or why it is not (`note`)."""

    theirs: str
    ours: tuple[str, ...]
    note: str
    used: bool = False

    @property
    def is_family(self) -> bool:
        """Whether it is about more than one name."""
        return "*" in self.theirs

    @functools.cached_property
    def pattern(self) -> re.Pattern[str]:
        """The names it is about."""
        return re.compile(re.escape(self.theirs).replace(r"\*", "(.*)"))

    def match(self, name: str) -> str | None:
        """What the last star stands for in a name; None if the rule is not about it."""
        found = self.pattern.fullmatch(name)
        return found and (found.groups()[-1] if found.groups() else "")

    def targets(self, star: str) -> tuple[str, ...]:
        """Our names for a name."""
        snake = snake_case(star)
        return tuple(each.replace("{}", star).replace("{s}", snake).replace("{u}", snake.upper()) for each in self.ours)


@dataclass
class Feature:
    """A name of another client: what it is here; nothing in `ours` says that it is missing, for the reason in `note`."""

    name: str
    ours: tuple[str, ...]
    note: str = ""


@dataclass
class Rules:
    """A rules file."""

    chapters: dict[str, list[str]] = field(default_factory=dict)
    exact: dict[str, Rule] = field(default_factory=dict)
    families: list[Rule] = field(default_factory=list)

    @classmethod
    def read(cls, path: Path) -> Rules:
        """Reads a file."""
        rules = cls()
        for line in path.read_text(encoding="utf-8").splitlines():
            if chapter := re.fullmatch(r"\[(.+?)\] (.+)", line):
                rules.chapters[chapter[1]] = chapter[2].split()
            elif line and not line.startswith("#"):
                rules.add(line)
        return rules

    def add(self, line: str) -> None:
        """Takes a line that is about names."""
        theirs, arrow, rest = re.split(r" (=>|--) ", line, maxsplit=1)
        until = ""
        if arrow == "=>":
            ours, _, note = rest.partition("; ")
        else:
            ours, (note, _, until) = "", rest.partition("; until ")
        if until and exists(until):
            raise FeatureError(f"{theirs} -- {note}: but {until} exists in aerospike_py")
        for name in theirs.split():
            rule = Rule(name, tuple(each.strip() for each in ours.split(",")) if ours else (), note)
            if rule.is_family:
                self.families.append(rule)
            else:
                self.exact[name] = rule

    def decide(self, name: str) -> Feature | None:
        """What a name is here."""
        if rule := self.exact.get(name):
            rule.used = True
            return _exact(rule)
        if exists(name):
            return Feature(name, (name,))
        for rule in self.families:
            star = rule.match(name)
            if star is not None and all(exists(each) for each in rule.targets(star)):
                rule.used = True
                return Feature(name, rule.targets(star), rule.note)
        return None

    def chapter(self, name: str) -> str | None:
        """Where a name stands."""
        return next((title for title, globs in self.chapters.items() if any(fnmatch.fnmatchcase(name, glob) for glob in globs)), None)

    def unused(self) -> Iterator[str]:
        """The lines that decide nothing."""
        return (rule.theirs for rule in (*self.exact.values(), *self.families) if not rule.used)


def _exact(rule: Rule) -> Feature:
    missing = [each for each in rule.ours if not exists(each)]
    if missing:
        raise FeatureError(f"{rule.theirs} => {', '.join(missing)}: there is no such name in aerospike_py")
    if not rule.ours and exists(rule.theirs):
        raise FeatureError(f"{rule.theirs} -- {rule.note}: but it exists in aerospike_py")
    return Feature(rule.theirs, rule.ours, rule.note)


@functools.cache
def exists(name: str) -> bool:
    """Whether aerospike_py has a name: an attribute, a module, or a key of a typed dict."""
    value: Any = importlib.import_module("aerospike_py")
    path = "aerospike_py"
    for part in name.split("."):
        path = f"{path}.{part}"
        if part in getattr(value, "__annotations__", {}) and isinstance(value, type):
            value = value.__annotations__[part]
        elif hasattr(value, part):
            value = getattr(value, part)
        elif getattr(value, "__path__", None) is not None and importlib.util.find_spec(path):
            value = importlib.import_module(path)
        else:
            return False
    return True


def snake_case(name: str) -> str:
    """`GetByKeyRelIndex` as `get_by_key_rel_index`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def names(client: str) -> list[str]:
    """The public names of a client."""
    files = [SOURCES / f"{client}.txt", SOURCES / f"{client}.keys.txt"]
    lines = [line for path in files if path.exists() for line in path.read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def features(client: str) -> dict[str, list[Feature]]:
    """Chapter → what each name of it is here.

    Raises:
        FeatureError: Names and rules do not fit together.
    """
    rules = Rules.read(SOURCES / f"{client}.rules")
    chapters: dict[str, list[Feature]] = {title: [] for title in rules.chapters}
    undecided = []
    for name in names(client):
        feature, chapter = rules.decide(name), rules.chapter(name)
        if feature is None or chapter is None:
            undecided.append(name)
        else:
            chapters[chapter].append(feature)
    if undecided:
        raise FeatureError(f"{client}.rules says nothing of {' '.join(undecided)}")
    if idle := list(rules.unused()):
        raise FeatureError(f"{client}.rules has lines that decide nothing: {' '.join(idle)}")
    return {title: found for title, found in chapters.items() if found}


# The pages -----------------------------------------------------------------------------------------------------------------------------


def page(client: str, chapters: dict[str, list[Feature]]) -> str:
    """The page of a client."""
    intro = (SOURCES / f"{client}.md").read_text(encoding="utf-8")
    return f"# {CLIENTS[client]}\n\n{intro}\n" + "".join(_chapter(title, found) for title, found in chapters.items())


def _chapter(title: str, found: list[Feature]) -> str:
    same = [each.name for each in found if each.ours == (each.name,) and not each.note]
    other = [each for each in found if each.ours and each.name not in same]
    text = f"\n## {title}\n"
    if same:
        text += f"\nUnder the same name: {_code(same)}.\n"
    if other:
        rows = "".join(f"| {_code(theirs)} | {_code(ours)}{f': {note}' if note else ''} |\n" for (ours, note), theirs in _grouped(other))
        text += f"\n| there | here |\n|---|---|\n{rows}"
    missing = [each for each in found if not each.ours]
    if missing:
        rows = "".join(f"| {_code(theirs)} | {note} |\n" for (_, note), theirs in _grouped(missing))
        text += f"\n| not here | why |\n|---|---|\n{rows}"
    return text


def _grouped(found: list[Feature]) -> list[tuple[tuple[tuple[str, ...], str], list[str]]]:
    """Names that have the same answer, in the order of their first."""
    groups: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for each in found:
        groups.setdefault((each.ours, each.note), []).append(each.name)
    return list(groups.items())


def _code(found: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f"`{name}`" for name in found)


def overview(clients: dict[str, dict[str, list[Feature]]]) -> str:
    """The first page: how many names of each client there are, and how many of them are here."""
    text = (SOURCES / "features.md").read_text(encoding="utf-8")
    for client, chapters in clients.items():
        rows = "".join(_counts(f"[{title}](features/{client}.md#{_anchor(title)})", found) for title, found in chapters.items())
        every = [each for found in chapters.values() for each in found]
        text += f"\n## {CLIENTS[client]}\n\n| | names | here | not here |\n|---|--:|--:|--:|\n{rows}{_counts('all', every)}"
    return text


def _counts(title: str, found: list[Feature]) -> str:
    here = sum(bool(each.ours) for each in found)
    return f"| {title} | {len(found)} | {here} | {len(found) - here or ''} |\n"


def _anchor(title: str) -> str:
    return re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-")


def pages() -> dict[Path, str]:
    """Every page and its text."""
    clients = {client: features(client) for client in CLIENTS}
    return {OVERVIEW: overview(clients)} | {PAGES / f"{client}.md": page(client, chapters) for client, chapters in clients.items()}


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a page is stale")
    arguments = parser.parse_args()
    try:
        wanted = pages()
    except FeatureError as error:
        print(error, file=sys.stderr)
        return 1
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if arguments.check:
        print("".join(f"{path.relative_to(ROOT)} is stale: run `make fmt`\n" for path in stale), end="", file=sys.stderr)
        return bool(stale)
    for path in stale:
        path.parent.mkdir(exist_ok=True)
        path.write_text(wanted[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
