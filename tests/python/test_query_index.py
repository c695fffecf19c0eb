"""Queries by index, of every kind, and what they do in the background."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from calls import take

import aerospike_py
from aerospike_py import cdt_ctx, exp, predicates
from aerospike_py.exception import InvalidArgError

COUNT = 300
SET = "indexed"
INDEXES = [
    "indexname=q_n;indexdata=n,numeric",
    "indexname=q_s;indexdata=s,string",
    "indexname=q_b;indexdata=b,blob",
    "indexname=q_l;indextype=list;indexdata=l,numeric",
    "indexname=q_mk;indextype=mapkeys;indexdata=m,string",
    "indexname=q_mv;indextype=mapvalues;indexdata=m,numeric",
    "indexname=q_p;indexdata=p,geo2dsphere",
    "indexname=q_r;indexdata=r,geo2dsphere",
]
DOUBLED = exp.num_mul(exp.int_bin("n"), exp.int_val(2))


def circle(lng, lat, radius):
    return f'{{"type":"AeroCircle","coordinates":[[{lng},{lat}],{radius}]}}'


@pytest.fixture(scope="module")
def indexed(hosts):
    with aerospike_py.client({"hosts": hosts}) as client:
        for index in INDEXES:
            assert client.info_random_node(f"sindex-create:namespace=test;set={SET};{index}") == "ok"
        packed = aerospike_py._aerospike.expression_to_base64(DOUBLED)
        command = f"sindex-create:namespace=test;set={SET};indexname=q_e;exp={packed};type=numeric"
        assert client.info_random_node(command) == "ok"
        for n in range(COUNT):
            bins = {
                "n": n,
                "s": f"s{n % 10}",
                "b": bytes([n % 10]),
                "l": [n, n + 1000],
                "m": {f"k{n % 10}": n},
                "p": aerospike_py.GeoJSON(f'{{"type":"Point","coordinates":[{n / 10},10]}}'),
                "r": aerospike_py.GeoJSON(circle(n / 10, 20, 1000)),
            }
            client.put(("test", SET, n), bins)


def found(query):
    return sorted(record.bins["n"] for record in query.results())


CASES = {
    "equals int": (predicates.equals("n", 7), {7}),
    "between": (predicates.between("n", 10, 19), set(range(10, 20))),
    "equals str": (predicates.equals("s", "s3"), set(range(3, COUNT, 10))),
    "equals bytes": (predicates.equals("b", b"\x04"), set(range(4, COUNT, 10))),
    "list": (predicates.contains("l", aerospike_py.INDEX_TYPE_LIST, 1005), {5}),
    "list range": (predicates.range("l", aerospike_py.INDEX_TYPE_LIST, 1000, 1004), set(range(5))),
    "map keys": (predicates.contains("m", aerospike_py.INDEX_TYPE_MAPKEYS, "k2"), set(range(2, COUNT, 10))),
    "map values": (predicates.contains("m", aerospike_py.INDEX_TYPE_MAPVALUES, 42), {42}),
    "region": (predicates.geo_within_geojson_region("p", circle(5, 10, 1000)), {50}),
    "radius": (predicates.geo_within_radius("p", 10, 5, 1000), {50}),
    "point": (predicates.geo_contains_geojson_point("r", '{"type":"Point","coordinates":[5,20]}'), {50}),
    "place": (predicates.geo_contains_point("r", 20, 5), {50}),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.usefixtures("indexed")
def test_predicates(c, name):
    predicate, expected = CASES[name]
    assert found(c.query("test", SET).where(predicate)) == sorted(expected)


@pytest.mark.usefixtures("indexed")
def test_an_index_by_its_name_and_by_its_expression(c):
    by_name = c.query("test", SET).where(predicates.between("any", 3, 5), index_name="q_n")
    assert found(by_name) == [3, 4, 5]
    by_expression = c.query("test", SET).where(predicates.between("any", 10, 14), expression=DOUBLED)
    assert found(by_expression) == [5, 6, 7]


@pytest.mark.usefixtures("indexed")
def test_pages_and_cursors_of_an_index(c):
    def query():
        return c.query("test", SET).where(predicates.between("n", 0, 199))

    pages = take(query().pages(30))
    assert sorted(record.bins["n"] for page in pages for record in page) == list(range(200))
    records = query().records()
    taken = take(records, 77)
    rest = query().resume(records.cursor).results()
    assert sorted(record.bins["n"] for record in taken + rest) == list(range(200))


@pytest.mark.usefixtures("indexed")
def test_no_index(c):
    query = c.query("test", SET).where(predicates.equals("none", 1))
    with pytest.raises(aerospike_py.IndexNotFound):
        query.results()
    with pytest.raises(aerospike_py.IndexNotFound):
        take(query)
    with pytest.raises(aerospike_py.IndexNotFound):
        c.query("test", SET).where(predicates.equals("n", 1), [cdt_ctx.list_index(0)]).results()


def test_operations_in_the_background(c, keys):
    some = keys(20)
    for n, key in enumerate(some):
        c.put(key, {"n": n})
    operations = [{"op": aerospike_py.OPERATOR_INCR, "bin": "n", "val": 100}]
    job = c.query("test", some[0][1]).add_ops(operations).execute_background()
    progress = job.wait()
    assert (progress.done, progress.succeeded, progress.failed) == (True, 20, 0)
    assert job.is_done()
    assert job.progress().done
    assert job.id > 0
    assert job.abort() is False
    assert [c.get(key).bins["n"] for key in some] == list(range(100, 120))


def test_a_background_filter(c, keys):
    some = keys(20)
    for n, key in enumerate(some):
        c.put(key, {"n": n})
    operations = [{"op": aerospike_py.OPERATOR_WRITE, "bin": "m", "val": 1}]
    policy = {"filter_expression": exp.lt(exp.int_bin("n"), exp.int_val(5))}
    c.query("test", some[0][1]).add_ops(operations).execute_background(policy).wait()
    assert sum("m" in c.get(key).bins for key in some) == 5


def test_waiting_needs_milliseconds(c, key):
    c.put(key, {"n": 1})
    job = c.query("test", key[1]).add_ops([{"op": aerospike_py.OPERATOR_TOUCH}]).execute_background()
    for wrong in (True, "1", -1):
        with pytest.raises(InvalidArgError):
            job.wait(wrong)
    job.wait(60_000)


def test_the_guides_examples(aerospike_devserver, capsys):
    text = (Path(__file__).resolve().parents[2] / "docs" / "queries.md").read_text(encoding="utf-8")
    with aerospike_py.client({"hosts": aerospike_devserver.hosts}) as client:
        client.index_integer_create("test", "people", "age", "people_age")
        for n in range(70):
            client.put(("test", "people", n), {"name": f"name{n}", "age": n})
        names = {"client": client}
        for code in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
            exec(compile(code, "queries.md", "exec"), names)
    lines = capsys.readouterr().out.splitlines()
    assert sorted(lines[:10]) == [f"name{n} {n}" for n in range(20, 30)]
    assert lines[10:] == ["9 over 60", "60 left", "10 changed", "245 {20: 10, 30: 10, 40: 10, 50: 10, 60: 10}"]


def test_a_query_without_its_index_says_what_is_needed(c, set_name):
    with pytest.raises(aerospike_py.exception.IndexNotFound, match=r"needs an index on its bin"):
        c.query("test", set_name).where(aerospike_py.predicates.equals("unindexed", 1)).results()


def test_an_operation_on_a_bin_of_another_type_says_so(c, key):
    c.put(key, {"s": "text"})
    with pytest.raises(aerospike_py.exception.BinTypeError, match="holds another type"):
        c.increment(key, "s", 1)
