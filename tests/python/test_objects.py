"""Objects written as bins, and records read into classes."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import itertools
import subprocess
import sys
import uuid
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Generic, Literal, NewType, TypedDict, TypeVar

import msgspec
import pydantic
import pytest
from calls import take

import aerospike_py
from aerospike_py import GeoJSON, HyperLogLog, ObjectError, Read, Write
from aerospike_py import list_operations as lists
from aerospike_py.objects import Bin

UTC = dt.timezone.utc
MOMENT = dt.datetime(2024, 2, 29, 13, 5, 59, 123456, tzinfo=UTC)
TOKYO = dt.timezone(dt.timedelta(hours=9))
Id = NewType("Id", int)
T = TypeVar("T")


class Colour(enum.Enum):
    RED = "r"
    BLUE = "b"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


@dataclass
class Address:
    street: str
    zip_code: Annotated[str | None, Bin("zip")] = None
    a_name_too_long_for_a_bin: int = 0


@dataclass
class User:
    """What the three kinds of class below have in common."""

    name: str
    born: dt.datetime
    id: uuid.UUID
    colour: Colour
    email_address_of_the_user: Annotated[str | None, Bin("email")] = None
    level: Level = Level.LOW
    balance: decimal.Decimal = decimal.Decimal(0)
    home: Address | None = None
    others: list[Address] = field(default_factory=list)
    by_name: dict[str, Address] = field(default_factory=dict)


class UserModel(pydantic.BaseModel):
    name: str
    born: dt.datetime
    id: uuid.UUID
    colour: Colour
    email_address_of_the_user: str | None = pydantic.Field(default=None, alias="email")
    level: Level = Level.LOW
    balance: decimal.Decimal = decimal.Decimal(0)
    home: Address | None = None
    others: list[Address] = []
    by_name: dict[str, Address] = {}

    model_config = pydantic.ConfigDict(populate_by_name=True)


class UserStruct(msgspec.Struct, rename={"email_address_of_the_user": "email"}):
    name: str
    born: dt.datetime
    id: uuid.UUID
    colour: Colour
    email_address_of_the_user: str | None = None
    level: Level = Level.LOW
    balance: decimal.Decimal = decimal.Decimal(0)
    home: Address | None = None
    others: list[Address] = []
    by_name: dict[str, Address] = {}


KINDS = [User, UserModel, UserStruct]
ID = uuid.UUID(int=7)


def full(cls):
    return cls(
        name="Ann",
        born=MOMENT.astimezone(TOKYO),
        id=ID,
        colour=Colour.BLUE,
        email_address_of_the_user="a@b.c",
        level=Level.HIGH,
        balance=decimal.Decimal("12.50"),
        home=Address("Main", "123"),
        others=[Address("A"), Address("B", "4")],
        by_name={"x": Address("X")},
    )


@pytest.mark.parametrize("cls", KINDS)
def test_there_and_back(c, key, cls):
    user = full(cls)
    c.put(key, user)
    assert c.get(key).bins == {
        "name": "Ann",
        "born": 1709211959123456,
        "id": str(ID),
        "colour": "b",
        "email": "a@b.c",
        "level": 2,
        "balance": "12.50",
        "home": {"street": "Main", "zip": "123", "a_name_too_long_for_a_bin": 0},
        "others": [{"street": "A", "a_name_too_long_for_a_bin": 0}, {"street": "B", "zip": "4", "a_name_too_long_for_a_bin": 0}],
        "by_name": {"x": {"street": "X", "a_name_too_long_for_a_bin": 0}},
    }
    record = c.get(key, into=cls)
    assert record.bins == user
    assert type(record.bins) is cls
    assert record.bins.born.tzinfo is UTC
    assert record.meta.gen == 1
    assert record.key.user_key == "k"


@pytest.mark.parametrize("cls", KINDS)
def test_none_removes_the_bin_and_no_bin_is_the_default(c, key, cls):
    c.put(key, full(cls))
    user = full(cls)
    user.email_address_of_the_user = user.home = None
    c.put(key, user)
    assert not {"email", "home"} & c.get(key).bins.keys()
    assert c.get(key, into=cls).bins == user


def test_every_way_to_read(c, keys, set_name):
    keys = keys(3)
    users = [full(User) for _ in keys]
    for n, user in enumerate(users):
        user.name = f"u{n}"
    c.batch_write([(keys[0], users[0]), (keys[1], users[1], {"ttl": 100})])
    c.batch([Write(keys[2], users[2])])
    assert c.select(keys[0], ["name", "born", "id", "colour"], into=User).bins.name == "u0"
    assert c.operate(keys[0], [{"op": aerospike_py.OPERATOR_READ}], into=User).bins == users[0]
    found = c.batch_read([*keys, ("test", set_name, "missing")], into=User)
    assert dict(found) == dict(zip(["k0", "k1", "k2"], users, strict=True))
    assert [record.record and record.record.bins for record in found.batch_records] == [*users, None]
    assert found.to_list() == [*users, None]
    query = c.query("test", set_name)
    by_name = lambda records: sorted((record.bins for record in records), key=lambda user: user.name)  # noqa: E731
    assert by_name(query.results(into=User)) == users
    assert by_name(take(query.records(into=User))) == users
    assert by_name(itertools.chain.from_iterable(take(query.pages(2, into=User)))) == users
    assert query.first(into=User).bins in users
    assert by_name(query.records({"record_queue_size": 64}, into=None) for query in []) == []
    assert isinstance(query.results()[0].bins, dict)


@dataclass
class Point(Generic[T]):
    x: T
    y: T


class Extra(TypedDict):
    a: int


@dataclass
class All:
    kind: ClassVar[str] = "all"
    anything: Any
    flag: bool
    number: float
    raw: bytes
    array: bytearray
    day: dt.date
    hour: dt.time
    span: dt.timedelta
    place: GeoJSON
    sketch: HyperLogLog
    ident: Id
    choice: Literal["a", 1]
    mixed: int | str | None
    pair: tuple[int, str]
    many: tuple[Colour, ...]
    labels: frozenset[str]
    days: dict[dt.date, Level]
    extra: Extra
    point: Point[int]
    derived: int = field(init=False, default=3)


def test_values_of_every_type(c, key):
    c.operate(key, [aerospike_py.hll_operations.hll_add("sketch", ["a"], 8)])
    item = All(
        anything=[1, {"a": None}],
        flag=True,
        number=3,
        raw=b"\0\xff",
        array=bytearray(b"ab"),
        day=dt.date(1969, 12, 31),
        hour=dt.time(23, 59, 1, 5),
        span=dt.timedelta(days=-1, microseconds=1),
        place=GeoJSON({"type": "Point", "coordinates": [1.0, 2.0]}),
        sketch=c.get(key).bins["sketch"],
        ident=Id(9),
        choice=1,
        mixed="s",
        pair=(1, "b"),
        many=(Colour.RED, Colour.BLUE),
        labels=frozenset({"x"}),
        days={dt.date(2000, 1, 1): Level.HIGH},
        extra={"a": 1},
        point=Point(1, 2),
    )
    c.put(key, item)
    bins = c.get(key).bins
    assert "derived" not in bins
    assert (bins["day"], bins["span"], bins["days"]) == (-1, -86_399_999_999, {10_957: 2})
    assert type(bins["number"]) is float
    assert (type(bins["place"]), type(bins["sketch"])) == (GeoJSON, HyperLogLog)
    loaded = c.get(key, into=All).bins
    assert loaded == item
    assert type(loaded.array) is bytearray


def test_classes_that_hold_each_other(c, key):
    c.put(key, Tree("root", [Tree("leaf", [])]))
    assert c.get(key, into=Tree).bins == Tree("root", [Tree("leaf", [])])


@dataclass(frozen=True)
class Tree:
    name: str
    children: list[Tree]


def test_what_pydantic_and_msgspec_know_and_we_do_not(c, key):
    class Site(pydantic.BaseModel):
        url: pydantic.HttpUrl
        secret: Annotated[int, pydantic.Field(gt=3), Bin("s")]

    class Pair(msgspec.Struct):
        left: Annotated[int, msgspec.Meta(gt=3), Bin("l")]
        right: Annotated[str, Bin("r")] = ""

    Site.model_rebuild()
    c.put(key, Site(url="http://a.b/c", secret=5))
    assert c.get(key).bins == {"url": "http://a.b/c", "s": 5}
    assert c.get(key, into=Site).bins == Site(url="http://a.b/c", secret=5)
    c.put(key, {"s": 1})
    with pytest.raises(pydantic.ValidationError, match="greater than 3"):
        c.get(key, into=Site)
    c.put(key, Pair(5, "b"))
    assert c.get(key, into=Pair).bins == Pair(5, "b")


@dataclass
class Painted:
    colour: Annotated[Colour, Bin("c")]


@dataclass
class Naive:
    at: dt.datetime


@dataclass
class Short:
    a: int
    b: Annotated[int, Bin("a")]


@dataclass
class Unknown:
    lock: subprocess.Popen


@dataclass
class Typed:
    n: int
    names: list[str] = field(default_factory=list)
    home: Address | None = None


@pytest.mark.parametrize(
    ("item", "text"),
    [
        (Naive(dt.datetime(2024, 1, 1)), r"Naive\.at: 2024-01-01T00:00:00 has no time zone"),
        (Address("x"), r"Address\.a_name_too_long_for_a_bin: the bin name 'a_name_too_long_for_a_bin' has 25 bytes"),
        (Short(1, 2), r"Short: two fields have the name 'a'"),
        (Unknown(None), r"Unknown\.lock: what is stored of .*Popen"),
        (Typed("x"), r"Typed\.n: 'x' \(str\) is not int"),
        (Typed(True), r"Typed\.n: True \(bool\) is not int"),
        (Typed(1, ["a", 2]), r"Typed\.names: \[1\]: 2 \(int\) is not str"),
        (Typed(1, "ab"), r"Typed\.names: 'ab' \(str\) is no sequence"),
        (Typed(1, home=Typed(1)), r"Typed\.home: Typed\(.*is not Address"),
    ],
)
def test_what_cannot_be_written_is_refused_by_name(stranger, key, item, text):
    with pytest.raises(ObjectError, match=text):
        stranger.put(key, item)


@pytest.mark.parametrize("into", [dict, int, "User", User.__init__, full(User)])
def test_what_nothing_can_be_read_into(stranger, key, into):
    with pytest.raises(ObjectError, match="no dataclass"):
        stranger.get(key, into=into)


def test_into_goes_with_nothing_that_makes_no_objects(stranger, key):
    with pytest.raises(aerospike_py.InvalidArgError, match="neither with 'lazy'"):
        stranger.batch_read([key], into=Tree, lazy=True)


@pytest.mark.parametrize("item", [3, "abc", [("a", 1)], Typed, None])
def test_what_is_no_object_is_no_bins(stranger, key, item):
    with pytest.raises(TypeError, match="bins is a dict, a dataclass"):
        stranger.put(key, item)


@pytest.mark.parametrize(
    ("bins", "text"),
    [
        ({"n": "x"}, r"Typed\.n: 'x' \(str\) is not int"),
        ({"m": 1}, r"Typed\.n: there is no 'n', and the field has no default"),
        ({"n": 1, "names": {"a": 1}}, r"Typed\.names: .* is no list"),
        ({"n": 1, "home": {"zip": "1"}}, r"Typed\.home: Address\.street: there is no 'street'"),
    ],
)
def test_a_record_that_does_not_fit(c, keys, set_name, bins, text):
    good, bad = keys(2)
    c.put(good, Typed(1))
    c.put(bad, bins)
    with pytest.raises(ObjectError, match=text) as caught:
        c.get(bad, into=Typed)
    assert caught.value.key[2] == "k1"
    with pytest.raises(ObjectError, match=text) as caught:
        c.batch_read([good, bad], into=Typed)
    assert caught.value.key[2] == "k1"
    with pytest.raises(ObjectError, match=text):
        c.query("test", set_name).results(into=Typed)
    # The connection lives.
    assert c.get(good, into=Typed).bins == Typed(1)


@pytest.mark.parametrize(("stored", "text"), [("x", "is no Colour"), (3, "is no Colour")])
def test_a_value_that_is_no_member(c, key, stored, text):
    c.put(key, {"c": stored})
    with pytest.raises(ObjectError, match=text):
        c.get(key, into=Painted)


def test_maps_written_by_key(c, key):
    c.put(key, {"profile": {"a": 1, "b": 2}, "n": 1})
    c.put(key, {"profile": {"b": 3, "c": 4}, "n": 2}, map_bins=["profile"])
    assert c.get(key).bins == {"profile": {"a": 1, "b": 3, "c": 4}, "n": 2}
    c.put(key, Typed(5, home=Address("Main")), map_bins=["home"])
    c.put(key, Typed(6, home=Address("New", "1")), map_bins=["home"])
    assert c.get(key, into=Typed).bins == Typed(6, home=Address("New", "1"))
    with pytest.raises(aerospike_py.BinTypeError):
        c.put(key, {"n": {"a": 1}}, map_bins=["n"])
    with pytest.raises(aerospike_py.RecordGenerationError):
        c.put(key, {"profile": {"a": 9}}, {"gen": 77}, map_bins=["profile"])
    assert c.get(key).bins["profile"]["a"] == 1
    c.operate(key, [lists.list_append("l", 1)])


@pytest.mark.parametrize(
    ("bins", "map_bins", "text"),
    [
        ({"a": 1}, ["a"], "bin 'a' is no dict"),
        ({"a": {}}, ["a"], "bin 'a' is no dict"),
        ({"a": {"b": 1}}, ["c"], "there is no bin 'c'"),
        ({"a": {"b": 1}}, "a", "sequence"),
        ({"a": {"b": 1}}, [1], "not a str"),
    ],
)
def test_map_bins_that_are_none(stranger, key, bins, map_bins, text):
    with pytest.raises((aerospike_py.InvalidArgError, TypeError), match=text):
        stranger.put(key, bins, map_bins=map_bins)


def test_reads_of_a_batch_with_writes_stay_dicts(c, keys):
    first, second = keys(2)
    c.put(first, Typed(1))
    result = c.batch([Read(first), Write(second, Typed(2))])
    assert result.batch_records[0].record.bins == {"n": 1, "names": []}


def test_nothing_is_imported_that_is_not_used(hosts):
    code = f"""
import sys
import aerospike_py
assert "aerospike_py.objects" not in sys.modules
from dataclasses import dataclass
@dataclass
class A:
    n: int
with aerospike_py.client({{"hosts": {hosts!r}}}) as client:
    client.put(("test", "objimport", 1), {{"n": 1}})
    assert "aerospike_py.objects" not in sys.modules
    client.put(("test", "objimport", 1), A(1))
    assert client.get(("test", "objimport", 1), into=A).bins == A(1)
assert not {{"pydantic", "msgspec"}} & set(sys.modules)
"""
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=50, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_record_of_a_class_is_a_type():
    assert repr(aerospike_py.Record[int]).endswith("Record[int]")


def test_rows_of_a_batch(c, keys):
    """Each `Read` says what its record becomes."""
    one, other, gone, plain = keys(4)
    c.put(one, full(User))
    c.put(other, full(UserStruct))
    c.put(plain, {"n": 1})
    ops = [
        Read(one, into=User),
        Read(plain),
        Read(gone, into=User),
        Read(other, into=UserStruct),
        Write(plain, {"n": 2}),
        Read(one, ["name"]),
    ]
    expected = [full(User), {"n": 1}, None, full(UserStruct), {}, {"name": "Ann"}]
    rows = c.batch(ops).batch_records
    found = [row.record and row.record.bins for row in rows]
    assert (found[0], found[2], found[3], found[5]) == (expected[0], None, expected[3], expected[5])
    assert (type(found[0]), type(found[1]), type(found[3]), rows[2].result) == (User, dict, UserStruct, 2)
    came = {(row.key.user_key, type(row.record.bins)): row.record.bins for row in take(c.batch_stream([ops[0], ops[3], ops[5]]))}
    assert came == {("k0", User): expected[0], ("k1", UserStruct): expected[3], ("k0", dict): expected[5]}


def test_a_row_of_a_batch_that_does_not_fit(c, keys):
    good, bad = keys(2)
    c.put(good, full(User))
    c.put(bad, {"name": 5})
    ops = [Read(good, into=User), Read(bad, into=User)]
    for call in (lambda: c.batch(ops), lambda: take(c.batch_stream(ops))):
        with pytest.raises(ObjectError, match="User.name: 5") as caught:
            call()
        assert caught.value.key.user_key == "k1"
    with pytest.raises(ObjectError, match="into=5"):
        c.batch([Read(good, into=5)])


def test_operations_of_a_row_into_a_class(c, key):
    @dataclass
    class Small:
        n: int
        size: Annotated[int, Bin("tags")]

    c.put(key, {"n": 5, "tags": [1, 2]})
    ops = [{"op": aerospike_py.OPERATOR_READ, "bin": "n"}, lists.list_size("tags")]
    assert c.batch([Read(key, ops=ops, into=Small)]).batch_records[0].record.bins == Small(5, 2)
