"""`aerospike-py get`, `put`, `exists`, `remove` and `scan`: records from the shell."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from .. import constants
from ..exception import RecordNotFound
from ..types import QueryPolicy, WriteMeta, WritePolicy
from . import connection, json_values, keys
from .arguments import whole_number

if TYPE_CHECKING:
    from .. import Client
    from ..types import Record
    from .arguments import Commands

#: When a put may happen: the options, the policies they stand for, and their help.
WHEN = (
    ("--create-only", constants.POLICY_EXISTS_CREATE_ONLY, "only if there is no such record"),
    ("--update-only", constants.POLICY_EXISTS_UPDATE_ONLY, "only if there is one"),
    ("--replace", constants.POLICY_EXISTS_REPLACE, "other bins of the record go"),
)
#: How a record says that it never expires.
NEVER = constants.TTL_NEVER_EXPIRE & 0xFFFF_FFFF


def add_to(commands: Commands) -> None:
    """Declare the commands and their options."""
    _add_get(commands)
    _add_put(commands)
    _add_exists(commands)
    _add_remove(commands)
    _add_scan(commands)


def _add(commands: Commands, name: str, help_text: str, run: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=help_text, description=help_text[0].upper() + help_text[1:] + ".")
    connection.add_to(parser)
    parser.add_argument("set", metavar="NAMESPACE[.SET]", help="where the records are")
    parser.set_defaults(run=run)
    return parser


def _add_bins(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--bins", type=_names, metavar="A,B", help="only these bins (default: all)")


def _names(text: str) -> list[str]:
    names = text.split(",")
    if not all(names):
        raise argparse.ArgumentTypeError(f"{text!r} is not a list of names with commas between them")
    return names


def _add_get(commands: Commands) -> None:
    parser = _add(commands, "get", "read records", run_get)
    parser.add_argument("keys", nargs="+", metavar="KEY", help=keys.HELP)
    _add_bins(parser)
    parser.add_argument("--json", action="store_true", help="a JSON object per record and line")


def _add_put(commands: Commands) -> None:
    parser = _add(commands, "put", "write a record", run_put)
    parser.add_argument("key", metavar="KEY", help=keys.HELP)
    parser.add_argument("bins", metavar="JSON", help="the bins, as a JSON object; null removes one; - reads it from the standard input")
    parser.add_argument("--ttl", type=int, default=0, metavar="S", help="seconds it lives; 0 means the namespace's default, -1 for ever")
    parser.add_argument("--send-key", action="store_true", help="store the key with the record")
    parser.add_argument("--generation", type=whole_number(1, 65_535), metavar="N", help="only if this is the record's generation")
    when = parser.add_mutually_exclusive_group()
    for option, policy, help_text in WHEN:
        when.add_argument(option, dest="exists", action="store_const", const=policy, help=help_text)


def _add_exists(commands: Commands) -> None:
    parser = _add(commands, "exists", "see whether records exist", run_exists)
    parser.add_argument("keys", nargs="+", metavar="KEY", help=keys.HELP)


def _add_remove(commands: Commands) -> None:
    parser = _add(commands, "remove", "remove records", run_remove)
    parser.add_argument("keys", nargs="+", metavar="KEY", help=keys.HELP)
    parser.add_argument("--durable", action="store_true", help="leave a tombstone (Enterprise edition)")


def _add_scan(commands: Commands) -> None:
    parser = _add(commands, "scan", "read all records of a set or of a namespace", run_scan)
    _add_bins(parser)
    parser.add_argument("--no-bins", action="store_true", help="keys only")
    parser.add_argument("--limit", type=whole_number(1, 2**62), metavar="N", help="at most so many records (default: all)")
    parser.add_argument("--rate", type=whole_number(1, 2**31), metavar="N", help="records per second of each node (default: no limit)")
    parser.add_argument("--json-lines", dest="json", action="store_true", help="a JSON object per record and line")


def run_get(arguments: argparse.Namespace) -> int:
    """Print records; 1 if one is missing."""

    def read(client: Client, key: Any) -> None:
        _print_record(client.select(key, arguments.bins) if arguments.bins else client.get(key), as_json=arguments.json)

    return _for_each(arguments, read)


def run_put(arguments: argparse.Namespace) -> int:
    """Write a record."""
    key = keys.parse_key(*keys.parse_set(arguments.set), arguments.key)
    bins = json_values.loads_bins(sys.stdin.read() if arguments.bins == "-" else arguments.bins)
    policy: WritePolicy = {"ttl": arguments.ttl}
    if arguments.send_key:
        policy["key"] = constants.POLICY_KEY_SEND
    if arguments.exists is not None:
        policy["exists"] = arguments.exists
    meta: WriteMeta | None = None
    if arguments.generation is not None:
        policy["gen"] = constants.POLICY_GEN_EQ
        meta = {"gen": arguments.generation}
    with connection.connect(arguments) as client:
        client.put(key, bins, meta=meta, policy=policy)
    return 0


def run_exists(arguments: argparse.Namespace) -> int:
    """Print the metadata of records; 1 if one is missing."""

    def look(client: Client, key: Any) -> None:
        found = client.exists(key)
        if found.meta is None:
            raise RecordNotFound("no such record")
        print(f"{keys.show_key(found.key)}: {_metadata(found.meta.gen, found.meta.ttl)}")

    return _for_each(arguments, look)


def run_remove(arguments: argparse.Namespace) -> int:
    """Remove records; 1 if one is missing."""
    policy: WritePolicy = {"durable_delete": arguments.durable}

    def remove(client: Client, key: Any) -> None:
        client.remove(key, policy=policy)

    return _for_each(arguments, remove)


def run_scan(arguments: argparse.Namespace) -> int:
    """Print the records of a set."""
    namespace, set_name = keys.parse_set(arguments.set)
    policy: QueryPolicy = {
        "max_records": arguments.limit or 0,
        "records_per_second": arguments.rate or 0,
        "include_bin_data": not arguments.no_bins,
    }
    with connection.connect(arguments) as client:
        query = client.scan(namespace, set_name)
        if arguments.bins:
            query.select(*arguments.bins)
        for record in query.records(policy):
            _print_record(record, as_json=arguments.json)
    return 0


def _for_each(arguments: argparse.Namespace, act: Callable[[Client, Any], None]) -> int:
    """Do something with each key; those there are no records of are said, and the others go on."""
    place = keys.parse_set(arguments.set)
    wanted = [(text, keys.parse_key(*place, text)) for text in arguments.keys]
    missing = 0
    with connection.connect(arguments) as client:
        for text, key in wanted:
            try:
                act(client, key)
            except RecordNotFound:  # noqa: PERF203 (the others go on)
                missing += 1
                print(f"aerospike-py: no record {text!r} in {arguments.set}{_other_kind(text)}", file=sys.stderr)
    return 1 if missing else 0


def _other_kind(text: str) -> str:
    """A number is a string unless it says otherwise, which is easily forgotten."""
    return f"; the integer is int:{text}" if text.lstrip("-").isdecimal() else ""


def _print_record(record: Record, *, as_json: bool) -> None:
    bins = record.bins or {}
    generation, ttl = (record.meta.gen, record.meta.ttl) if record.meta else (0, 0)
    if as_json:
        print(json_values.dumps(_as_object(record, generation, ttl, bins)))
        return
    print(f"{keys.show_key(record.key)}: {_metadata(generation, ttl)}" if record.key else _metadata(generation, ttl))
    for line in _aligned(bins.items()):
        print(f"  {line}")


def _as_object(record: Record, generation: int, ttl: int, bins: dict[str, Any]) -> dict[str, Any]:
    key = record.key
    return {
        "namespace": key.namespace if key else None,
        "set": key.set_name if key else None,
        "key": json_values.to_json(key.user_key) if key else None,
        "digest": key.digest.hex() if key else None,
        "generation": generation,
        "ttl": None if ttl == NEVER else ttl,
        "bins": bins,
    }


def _aligned(items: Iterable[tuple[str, Any]]) -> list[str]:
    rows = [(name, json_values.dumps(value)) for name, value in items]
    width = max((len(name) for name, _ in rows), default=0)
    return [f"{name.ljust(width)}  {text}" for name, text in rows]


def _metadata(generation: int, ttl: int) -> str:
    lives = "never expires" if ttl == NEVER else f"expires in {ttl} s"
    return f"generation {generation}, {lives}"
