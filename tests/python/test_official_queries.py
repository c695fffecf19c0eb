"""The official C client judges indexes and queries, what they do in the background, and aggregation."""

from __future__ import annotations

import time

import pytest

from aerospike_py.devserver import DevServer

aerospike = pytest.importorskip("aerospike", reason="the official client is not installed")
from aerospike import predicates
from aerospike_helpers import cdt_ctx
from aerospike_helpers.expressions import arithmetic, base
from aerospike_helpers.operations import operations as op

COUNT = 200
SET = "judged"
MODULE = """
local function one(rec) return 1 end
local function add(a, b) return a + b end
function count(stream) return stream : map(one) : reduce(add) end
function mark(rec, name, value)
    rec[name] = value
    aerospike:update(rec)
end
"""
DOUBLED = arithmetic.Add(base.IntBin("n"), base.IntBin("n")).compile()
INSIDE = [cdt_ctx.cdt_ctx_map_key("inner")]

# It deprecates much of what is tested here.
pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated")


def circle(lng, lat, radius):
    return f'{{"type":"AeroCircle","coordinates":[[{lng},{lat}],{radius}]}}'


def point(lng, lat):
    return f'{{"type":"Point","coordinates":[{lng},{lat}]}}'


@pytest.fixture(scope="module")
def modules(tmp_path_factory):
    """The folder of the module."""
    folder = tmp_path_factory.mktemp("modules")
    (folder / "judged.lua").write_text(MODULE)
    return folder


@pytest.fixture(scope="module", params=[1, 3], ids=["one node", "three nodes"])
def official(request, modules):
    with DevServer(nodes=request.param) as server:
        config = {"hosts": server.hosts[:1], "lua": {"user_path": str(modules)}}
        client = aerospike.client(config).connect()
        make_indexes(client)
        for n in range(COUNT):
            client.put(("test", SET, n), bins(n))
        client.udf_put(str(modules / "judged.lua"))
        yield client
        client.close()


def make_indexes(client):
    numeric, string, blob, geo = aerospike.INDEX_NUMERIC, aerospike.INDEX_STRING, aerospike.INDEX_BLOB, aerospike.INDEX_GEO2DSPHERE
    for name in ["n", "spare"]:
        client.index_single_value_create("test", SET, name, numeric, f"j_{name}")
    client.index_single_value_create("test", SET, "s", string, "j_s")
    client.index_single_value_create("test", SET, "b", blob, "j_b")
    client.index_single_value_create("test", SET, "p", geo, "j_p")
    client.index_single_value_create("test", SET, "r", geo, "j_r")
    client.index_list_create("test", SET, "l", numeric, "j_l")
    client.index_map_keys_create("test", SET, "m", string, "j_mk")
    client.index_map_values_create("test", SET, "m", numeric, "j_mv")
    client.index_single_value_create("test", SET, "c", numeric, "j_c", ctx=INSIDE)
    client.index_expr_create("test", SET, aerospike.INDEX_TYPE_DEFAULT, numeric, DOUBLED, "j_e")


def bins(n):
    return {
        "n": n,
        "s": f"s{n % 10}",
        "b": bytes([n % 10]),
        "l": [n, n + 1000],
        "m": {f"k{n % 10}": n},
        "c": {"inner": n},
        "p": aerospike.GeoJSON(point(n / 10, 10)),
        "r": aerospike.GeoJSON(circle(n / 10, 20, 1000)),
    }


def found(client, *where, **more):
    query = client.query("test", SET)
    query.select("n")
    query.where(*where, **more)
    return sorted(bins["n"] for _, _, bins in query.results())


# Each predicate, its context, and the records it finds.
CASES = {
    "equal numbers": (predicates.equals("n", 7), None, [7]),
    "a range of numbers": (predicates.between("n", 10, 19), None, range(10, 20)),
    "strings": (predicates.equals("s", "s3"), None, range(3, COUNT, 10)),
    "blobs": (predicates.equals("b", b"\x04"), None, range(4, COUNT, 10)),
    "an element of a list": (predicates.contains("l", aerospike.INDEX_TYPE_LIST, 1005), None, [5]),
    "a range in a list": (predicates.range("l", aerospike.INDEX_TYPE_LIST, 195, 1002), None, [0, 1, 2, *range(195, COUNT)]),
    "a key of a map": (predicates.contains("m", aerospike.INDEX_TYPE_MAPKEYS, "k8"), None, range(8, COUNT, 10)),
    "a range of map values": (predicates.range("m", aerospike.INDEX_TYPE_MAPVALUES, 30, 33), None, range(30, 34)),
    "points in a region": (predicates.geo_within_geojson_region("p", circle(5, 10, 25_000)), None, range(48, 53)),
    "regions around a point": (predicates.geo_contains_geojson_point("r", point(5, 20)), None, [50]),
    "within a map": (predicates.between("c", 40, 42), INSIDE, range(40, 43)),
    "nothing": (predicates.equals("n", COUNT), None, []),
}


@pytest.mark.parametrize("name", CASES)
def test_predicates(official, name):
    predicate, context, expected = CASES[name]
    more = () if context is None else (context,)
    assert found(official, predicate, *more) == list(expected)


def test_an_index_of_an_expression(official):
    query = official.query("test", SET)
    query.where_with_expr(DOUBLED, predicates.between(None, 20, 24))
    assert sorted(bins["n"] for _, _, bins in query.results()) == [10, 11, 12]


def test_what_has_no_index(official):
    with pytest.raises(aerospike.exception.IndexNotFound):
        found(official, predicates.equals("unknown", 1))
    with pytest.raises(aerospike.exception.IndexNotFound):
        found(official, predicates.equals("n", "text"))


def test_a_limit_and_pages(official):
    query = official.query("test", SET)
    query.max_records = 30
    query.paginate()
    query.where(predicates.between("n", 0, 99))
    pages = []
    while not query.is_done():
        pages.append([bins["n"] for _, _, bins in query.results()])
    assert sorted(n for page in pages for n in page) == list(range(100))
    assert max(map(len, pages)) <= 30


def wait(client, job):
    end = time.monotonic() + 20
    while client.job_info(job, aerospike.JOB_QUERY)["status"] != aerospike.JOB_STATUS_COMPLETED:
        assert time.monotonic() < end, "the job does not end"
        time.sleep(0.01)
    return client.job_info(job, aerospike.JOB_QUERY)


def marked(client, name, value):
    query = client.query("test", SET)
    return sorted(bins["n"] for _, _, bins in query.results() if bins.get(name) == value)


def test_operations_in_the_background(official):
    query = official.query("test", SET)
    query.where(predicates.between("n", 50, 59))
    query.add_ops([op.write("ops", 1)])
    wait(official, query.execute_background())
    assert marked(official, "ops", 1) == list(range(50, 60))


def test_a_function_in_the_background(official):
    query = official.query("test", SET)
    query.where(predicates.equals("s", "s1"))
    query.apply("judged", "mark", ["udf", "yes"])
    wait(official, query.execute_background())
    assert marked(official, "udf", "yes") == list(range(1, COUNT, 10))


def test_a_function_on_all_records(official):
    job = official.scan_apply("test", SET, "judged", "mark", ["all", 2])
    end = time.monotonic() + 20
    while official.job_info(job, aerospike.JOB_SCAN)["status"] != aerospike.JOB_STATUS_COMPLETED:
        assert time.monotonic() < end, "the job does not end"
        time.sleep(0.01)
    assert marked(official, "all", 2) == list(range(COUNT))


def test_aggregation(official, modules, monkeypatch):
    # Where this client looks for modules is settled by the first one of the process: in the working directory, if nothing else was said.
    monkeypatch.chdir(modules)
    query = official.query("test", SET)
    query.where(predicates.between("n", 20, 69))
    query.apply("judged", "count")
    assert query.results() == [50]


def test_an_index_is_dropped(official):
    official.put(("test", SET, 0), {"spare": 1})
    assert found(official, predicates.equals("spare", 1)) == [0]
    official.index_remove("test", "j_spare")
    with pytest.raises(aerospike.exception.IndexNotFound):
        found(official, predicates.equals("spare", 1))
