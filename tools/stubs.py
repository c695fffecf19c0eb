"""Write the stub of the extension module and the texts its docstrings show, both from `tools/client.pyi.in`.

    python tools/stubs.py            write python/aerospike_py/_aerospike.pyi and src/docs/
    python tools/stubs.py --check    exit with 1 if they are not what this would write

The template says each method once, as `Client` has it, with its annotations and its docstring. `AsyncClient` gets the same methods as
coroutines. Each docstring goes to `src/docs/<qualified name>.md`, which the Rust code includes, so that `help(Client.get)` and the editor
show the same text.
"""

from __future__ import annotations

import argparse
import ast
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "tools" / "client.pyi.in"
STUB = ROOT / "python" / "aerospike_py" / "_aerospike.pyi"
DOCS = ROOT / "src" / "docs"

HEAD = "# Written by tools/stubs.py from tools/client.pyi.in: change that, then run `make fmt`.\n"

# The classes that have an async twin, and which of their methods are plain there too.
TWINS = {
    "Client": {
        "__init__",
        "is_connected",
        "get_node_names",
        "query",
        "scan",
        "batch_stream",
        "transaction",
        "stats",
        "get_stats",
        "enable_metrics",
        "disable_metrics",
    },
    "Query": {"select", "where", "add_ops", "apply", "resume", "cursor"},
    "Job": {"id"},
    "Transaction": {"id", "timeout", "namespace", "state", "in_doubt"},
}
# What a twin's method is called, or what it gives, instead.
RENAMED = {"__enter__": "__aenter__", "__exit__": "__aexit__", "__iter__": "__aiter__"}
GIVEN = {
    "-> Query:": "-> AsyncQuery:",
    "-> _AppliedQuery:": "-> _AppliedAsyncQuery:",
    "-> Job:": "-> AsyncJob:",
    "-> Transaction:": "-> AsyncTransaction:",
    "-> BatchStream:": "-> AsyncBatchStream:",
}


def class_named(tree: ast.Module, name: str) -> ast.ClassDef:
    """The class of a name."""
    return next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name)


def first_line(node: ast.FunctionDef) -> int:
    """Where a function begins, decorators included, counted from 0."""
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)]) - 1


def as_twin(node: ast.FunctionDef, lines: list[str], plain: set[str]) -> list[str]:
    """The source of a method as the async twin of its class has it."""
    source = lines[first_line(node) : node.end_lineno]
    at = node.lineno - 1 - first_line(node)
    end = node.body[0].lineno - first_line(node)
    for given, instead in GIVEN.items():
        source[at:end] = [line.replace(given, instead) for line in source[at:end]]
    if node.name in plain:
        return source
    name = RENAMED.get(node.name, node.name)
    source[at] = source[at].replace(f"def {node.name}(", f"async def {name}(", 1)
    return source


def twin_lines(tree: ast.Module, name: str, lines: list[str]) -> list[str]:
    """The methods that the async twin of a class gets from it: those it has not got itself."""
    own = {node.name for node in class_named(tree, f"Async{name}").body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}
    methods = [node for node in class_named(tree, name).body if isinstance(node, ast.FunctionDef)]
    wanted = [node for node in methods if RENAMED.get(node.name, node.name) not in own]
    return [line for node in wanted for line in as_twin(node, lines, TWINS[name])]


def render_stub(template: str) -> str:
    """The text of the stub: the template, with the methods of the async classes filled in."""
    tree = ast.parse(template)
    lines = template.splitlines()
    filled = list(lines)
    # From the last to the first, so that line numbers stay true.
    for name in sorted(TWINS, key=lambda name: -class_named(tree, name).lineno):
        end = class_named(tree, f"Async{name}").end_lineno
        filled[end:end] = ["", *twin_lines(tree, name, lines)]
    named = (node.name for node in tree.body if isinstance(node, (ast.ClassDef, ast.FunctionDef)))
    public = sorted(name for name in named if not name.startswith("_"))
    names = ["", "__all__ = [", *(f'    "{name}",' for name in public), "]"]
    return HEAD + "\n".join([*filled, *names]) + "\n"


def collect_docs(template: str) -> dict[str, str]:
    """Qualified name → docstring, of every class and function that has one."""
    docs: dict[str, str] = {}
    for node in ast.parse(template).body:
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
            members = [m for m in node.body if isinstance(m, ast.FunctionDef)] if isinstance(node, ast.ClassDef) else []
            for name, item in [(node.name, node), *((f"{node.name}.{member.name}", member) for member in members)]:
                text = ast.get_docstring(item)
                if text:
                    docs.setdefault(name, text + "\n")
    return docs


def outputs() -> dict[Path, str]:
    """Every file there should be, and its text."""
    template = TEMPLATE.read_text(encoding="utf-8")
    return {STUB: render_stub(template), **{DOCS / f"{name}.md": text for name, text in collect_docs(template).items()}}


def main() -> int:
    """Write the files, or check them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing, exit with 1 if something is out of date")
    check = parser.parse_args().check
    wanted = outputs()
    unwanted = [path for path in DOCS.glob("*.md") if path not in wanted]
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if check:
        for path in stale + unwanted:
            print(f"{path.relative_to(ROOT)} is out of date: run `python tools/stubs.py`", file=sys.stderr)
        return 1 if stale or unwanted else 0
    DOCS.mkdir(parents=True, exist_ok=True)
    for path in stale:
        path.write_text(wanted[path], encoding="utf-8")
    for path in unwanted:
        path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
