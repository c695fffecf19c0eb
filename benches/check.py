"""Whether the bridge or a conversion has become dearer: instructions counted by callgrind, held against benches/baseline.json.

    python benches/check.py [--renew] [--only bridge|conversions]

Fails when a workload takes more than 5 % more instructions than the baseline has (10 % for a whole request), or is not in it. Other than times, counts are the same on a busy
machine. They do change with the tools that made the programs; those of the baseline stand in it, and what differs is said. `--renew` writes the
baseline anew: with the change that makes something dearer on purpose, or with new tools and no change.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

BENCHES = Path(__file__).resolve().parent
ROOT = BENCHES.parent
BASELINE = BENCHES / "baseline.json"
#: What is allowed, as a factor; of whole requests more, for how often a thread looks before an answer is there is a matter of time.
LIMIT, REQUESTS, LIMIT_OF_REQUESTS = 1.05, ("sync: ", "async: "), 1.1
#: Seconds for a program; under callgrind everything takes fifty times as long.
PATIENCE = 1200

Counts = dict[str, float]


def count(command: Sequence[str | Path], threads: int) -> Counts:
    """Name → instructions each time, of a program that runs every workload between two marks of each of some threads; the least, of one
    that runs several times.

    A mark is a call of `getppid`, where callgrind writes what its thread has done since the last one into the next part of its output.
    """
    with TemporaryDirectory() as directory:
        out = Path(directory, "out")
        valgrind = [
            *("valgrind", "--quiet", "--tool=callgrind", "--separate-threads=yes", "--dump-before=getppid"),
            f"--callgrind-out-file={out}",
        ]
        environment = os.environ | {"PYTHONHASHSEED": "0", "PYTHONMALLOC": "pymalloc", "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(
            [*valgrind, *map(str, command)], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, timeout=PATIENCE, check=False
        )
        if done.returncode:
            sys.exit(f"{' '.join(map(str, command))} under callgrind ended with {done.returncode}")
        parts: dict[int, int] = {}
        for file in Path(directory).glob("out.*-*"):
            number = int(file.name.split(".")[1].split("-")[0])
            parts[number] = int(re.search(r"^totals: (\d+)", file.read_text(), re.MULTILINE)[1])
    names = json.loads(done.stdout.splitlines()[-1])
    if sorted(parts) != list(range(1, 2 * threads * len(names) + 1)):
        sys.exit(
            f"{len(names)} workloads of {threads} threads made {len(parts)} marks: somebody else calls getppid, or callgrind does not see it"
        )
    # Before the first mark, between the first two, between the second and the third, …
    steps = [sum(parts[threads * step + thread + 1] for thread in range(threads)) for step in range(2 * len(names))]
    counts: Counts = {}
    for index, (name, times) in enumerate(names):
        figure = round(steps[2 * index + 1] / times, 1)
        if name:
            counts[name] = min(figure, counts.get(name, figure))
    return counts


def bridge() -> Counts:
    """Of the bridge alone."""
    build = subprocess.run(
        ["cargo", "bench", "--locked", "--package", "aerospike-bridge", "--bench", "bridge", "--no-run", "--message-format=json"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if build.returncode:
        sys.exit("the bridge's benchmark cannot be built")
    built = [json.loads(line).get("executable") for line in build.stdout.splitlines()]
    return count([next(filter(None, built)), "--counted"], threads=2)


def conversions() -> Counts:
    """Of the extension as it is installed, with a server that nobody counts."""
    with server() as address:
        return count([sys.executable, BENCHES / "counted.py", address], threads=1)


@contextmanager
def server() -> Iterator[str]:
    """The embedded server in a process of its own."""
    with subprocess.Popen([sys.executable, "-m", "aerospike_py", "serve", "--port", "0"], stdout=subprocess.PIPE, text=True) as process:
        try:
            for line in process.stdout:
                if line.startswith("listening on "):
                    address = line.split()[-1]
                if line == "ready\n":
                    break
            yield address
        finally:
            process.terminate()


def tools() -> dict[str, str]:
    """What the counts depend on beside the code."""

    def version(program: str) -> str:
        return subprocess.run([program, "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout.split("\n")[0]

    return {
        "valgrind": version("valgrind"),
        "rustc": version("rustc"),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "libc": " ".join(platform.libc_ver()),
        "machine": platform.machine(),
    }


def compare(counts: Mapping[str, float], baseline: Mapping[str, float]) -> list[str]:
    """Print all of them. Returns what is wrong."""
    wrong = []
    for name, figure in counts.items():
        known = baseline.get(name)
        change = f"{100 * (figure / known - 1):+6.1f} %" if known else "     new"
        print(f"{name:48} {figure:12,.0f} {change}")
        if known is None:
            wrong.append(f"{name} is not in the baseline")
        elif figure > (LIMIT_OF_REQUESTS if name.startswith(REQUESTS) else LIMIT) * known:
            wrong.append(f"{name} takes {change.strip()} instructions: {figure:,.0f}, and {known:,.0f} in the baseline")
    return wrong


def main() -> None:
    """Count, and compare or renew."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--renew", action="store_true", help="write the baseline")
    parser.add_argument("--only", choices=["bridge", "conversions"], help="one of the two programs")
    options = parser.parse_args()
    if not shutil.which("valgrind"):
        sys.exit("bench-check counts instructions with callgrind, and there is no valgrind here: install the package of that name")
    programs = {"bridge": bridge, "conversions": conversions}
    counts = {name: figure for program in programs if options.only in {None, program} for name, figure in programs[program]().items()}
    baseline = json.loads(BASELINE.read_text()) if BASELINE.exists() else {"tools": {}, "instructions": {}}
    wrong = compare(counts, baseline["instructions"])
    now = tools()
    if options.renew:
        known = baseline["instructions"] if options.only else {}
        BASELINE.write_text(json.dumps({"tools": now, "instructions": known | counts}, indent=1) + "\n")
        print(f"{BASELINE.relative_to(ROOT)} is written")
        return
    if not options.only:
        wrong += [f"{name} is in the baseline and was not counted" for name in baseline["instructions"] if name not in counts]
    for tool, version in now.items():
        if version != baseline["tools"].get(tool):
            print(f"the baseline was made with {baseline['tools'].get(tool)}, this with {version}", file=sys.stderr)
    if wrong:
        sys.exit("\n".join([*wrong, f"dearer than is allowed, or unknown; on purpose: make bench-check ARGS=--renew"]))


if __name__ == "__main__":
    main()
