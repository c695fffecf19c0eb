"""Run in an interpreter of its own by `test_native`: indexes and queries by `aerospike-native`; where the official client can ask the same, it does."""

from __future__ import annotations

import aerospike_native as native
from aerospike import predicates
from native_both import Both, plain

E, F, Step = native.FilterExpression, native.Filter, native.CTX
Kind, Of = native.IndexType, native.CollectionIndexType
COUNT = 100
INSIDE = [Step.map_key("inner"), Step.list_index(0)]
DOUBLED = E.num_add([E.int_bin("n"), E.int_bin("n")])
ALL = native.PartitionFilter.all


def circle(lng, lat, radius):
    return f'{{"type":"AeroCircle","coordinates":[[{lng},{lat}],{radius}]}}'


def point(lng, lat):
    return f'{{"type":"Point","coordinates":[{lng},{lat}]}}'


def ring(least, most):
    return [[least, least], [most, least], [most, most], [least, most], [least, least]]


#: A square with a hole in its middle, and two squares. No point lies on a border.
HOLED = f'{{"type":"Polygon","coordinates":[{ring(0.02, 4.02)},{ring(1.02, 3.02)}]}}'
TWO = f'{{"type":"MultiPolygon","coordinates":[[{ring(0.02, 1.02)}],[{ring(3.02, 4.02)}]]}}'
SQUARES = [(0.02, 1.02), (3.02, 4.02)]

INDEXES = [
    ("n", Kind.NUMERIC, Of.DEFAULT, None),
    ("s", Kind.STRING, Of.DEFAULT, None),
    ("z", Kind.BLOB, Of.DEFAULT, None),
    ("g", Kind.GEO2D_SPHERE, Of.DEFAULT, None),
    ("r", Kind.GEO2D_SPHERE, Of.DEFAULT, None),
    ("l", Kind.NUMERIC, Of.LIST, None),
    ("mk", Kind.STRING, Of.MAP_KEYS, None),
    ("mv", Kind.NUMERIC, Of.MAP_VALUES, None),
    ("c", Kind.NUMERIC, Of.DEFAULT, INSIDE),
]


def bins(n):
    return {
        "n": n,
        "s": f"s{n % 10}",
        "z": bytes([n % 10]),
        # On the diagonal of a square of 5 degrees.
        "g": native.GeoJSON(point(n / 20, n / 20)),
        "r": native.GeoJSON(circle(n / 20, 20, 1000)),
        "l": [n, n + 1000],
        "mk": {f"k{n % 10}": 1},
        "mv": {"k": n},
        "c": {"inner": [n]},
    }


def diagonal(*within):
    """The records whose point is between any two of these degrees."""
    return [n for n in range(COUNT) if any(least < n / 20 < most for least, most in within)]


#: A filter by its bin, the same by the index's name, and what is found.
FILTERS = [
    (F.equal("n", 7), F.equal_by_index("j_n", 7), [7]),
    (F.range("n", 10, 12), F.range_by_index("j_n", 10, 12), [10, 11, 12]),
    (F.equal("s", "s3"), F.equal_by_index("j_s", "s3"), range(3, COUNT, 10)),
    (F.equal("z", b"\x04"), F.equal_by_index("j_z", b"\x04"), range(4, COUNT, 10)),
    (F.contains("l", 1005, Of.LIST), F.contains_by_index("j_l", 1005, Of.LIST), [5]),
    (F.contains_range("l", 98, 1001, Of.LIST), F.contains_range_by_index("j_l", 98, 1001, Of.LIST), [0, 1, 98, 99]),
    (F.contains("mk", "k8", Of.MAP_KEYS), F.contains_by_index("j_mk", "k8", Of.MAP_KEYS), range(8, COUNT, 10)),
    (F.contains_range("mv", 30, 32, Of.MAP_VALUES), F.contains_range_by_index("j_mv", 30, 32, Of.MAP_VALUES), [30, 31, 32]),
    (F.range("c", 40, 42).context(INSIDE), F.range_by_index("j_c", 40, 42), [40, 41, 42]),
    (F.within_radius("g", 2, 2, 10_000, Of.DEFAULT), F.within_radius_by_index("j_g", 2, 2, 10_000, Of.DEFAULT), [39, 40, 41]),
    (
        F.within_region("g", circle(2, 2, 10_000), Of.DEFAULT),
        F.within_region_by_index("j_g", circle(2, 2, 10_000), Of.DEFAULT),
        [39, 40, 41],
    ),
    (F.within_region("g", HOLED, Of.DEFAULT), F.within_region_by_index("j_g", HOLED, Of.DEFAULT), diagonal(*SQUARES)),
    (F.within_region("g", TWO, Of.DEFAULT), F.within_region_by_index("j_g", TWO, Of.DEFAULT), diagonal(*SQUARES)),
    (
        F.regions_containing_point("r", point(2.5, 20), Of.DEFAULT),
        F.regions_containing_point_by_index("j_r", point(2.5, 20), Of.DEFAULT),
        [50],
    ),
    (F.range("n", 20, 24).expression(DOUBLED), F.range_by_index("j_e", 20, 24), [10, 11, 12]),
]


def query(both, where=None, names=None, policy=None, partitions=None):
    statement = native.Statement("test", both.set_name, names)
    if where is not None:
        statement.filters = [where]
    return both.native.query_blocking(statement, partitions or ALL(), policy=policy)


def numbers(records):
    return sorted(record.bins["n"] for record in records)


def check_indexes(both):
    """Indexes of every kind are made."""
    for n in range(COUNT):
        both.native.put_blocking(both.key(n), bins(n))
    for name, kind, of, context in INDEXES:
        task = both.native.create_index_blocking("test", both.set_name, name, f"j_{name}", kind, of, context)
        assert task.wait_till_complete_blocking(0.01)
    task = both.native.create_index_using_expression_blocking("test", both.set_name, "j_e", Kind.NUMERIC, DOUBLED)
    assert task.wait_till_complete_blocking(0.01)
    assert both.native.create_set_index_blocking("test", both.set_name, "j_set").wait_till_complete_blocking(0.01)


def check_filters(both):
    """Each filter, by the bin and by the index, finds what it should."""
    for number, (by_bin, by_index, expected) in enumerate(FILTERS):
        for where in (by_bin, by_index):
            assert numbers(query(both, where)) == list(expected), number
    assert both.mine(lambda: numbers(query(both, F.equal("unknown", 1)))) == ("code", 201)


def check_policies(both):
    """Projections, limits and pages, parts of the partitions, filters beside an index."""
    (record,) = query(both, F.equal("n", 7), ["n", "s"])
    assert plain(record.bins) == {"n": 7, "s": "s7"}
    policy = native.QueryPolicy()
    policy.max_records = 30
    partitions, seen = ALL(), []
    while not partitions.done():
        page = query(both, F.range("n", 0, 79), ["n"], policy, partitions)
        found = numbers(page)
        assert len(found) <= 30
        seen += found
        partitions = page.partition_filter_sync()
        assert len(seen) <= COUNT, "a record comes twice"
    assert sorted(seen) == list(range(80))
    halves = [numbers(query(both, None, ["n"], None, native.PartitionFilter.by_range(begin, 2048))) for begin in (0, 2048)]
    assert sorted(halves[0] + halves[1]) == list(range(COUNT))
    assert all(halves)
    policy = native.QueryPolicy()
    policy.filter_expression = E.eq(E.num_mod(E.int_bin("n"), E.int_val(2)), E.int_val(0))
    assert numbers(query(both, F.range("n", 10, 20), None, policy)) == [10, 12, 14, 16, 18, 20]
    policy = native.QueryPolicy()
    policy.include_bin_data = False
    assert [plain(record.bins) for record in query(both, F.range("n", 10, 12), None, policy)] == [{}] * 3


def check_projections(both):
    """A query may read by operations."""
    statement = native.Statement("test", both.set_name)
    statement.filters = [F.range("n", 3, 5)]
    statement.set_operations([native.ListOperation.get_by_index("l", -1, native.ListReturnType.VALUE)])
    found = both.native.query_blocking(statement, ALL())
    assert sorted(record.bins["l"] for record in found) == [1003, 1004, 1005]


def check_background(both):
    """Operations on what is found, while nobody waits; the job is seen and cannot be aborted when it is done."""
    statement = native.Statement("test", both.set_name)
    statement.filters = [F.range("n", 50, 59)]
    task = both.native.query_operate_blocking(statement, [native.Operation.put("seen", 1)])
    assert task.wait_till_complete_blocking(0.01)
    marked = [record.bins["n"] for record in query(both) if "seen" in record.bins]
    assert sorted(marked) == list(range(50, 60))
    job = task.task_id() if callable(task.task_id) else task.task_id
    for answers in both.native.info_on_all_nodes_blocking(f"query-show:id={job}").values():
        (shown,) = answers.values()
        assert f"trid={job}:" in shown
        assert "job-type=background-ops" in shown
        assert "status=done(ok)" in shown
    for answers in both.native.info_on_all_nodes_blocking(f"query-abort:id={job}").values():
        assert next(iter(answers.values())).startswith("ERROR:2:")


def check_both_find_the_same(both):
    """The official client finds by these indexes what `aerospike-native` finds."""
    for where, predicate in [
        (F.range("n", 10, 12), predicates.between("n", 10, 12)),
        (F.within_region("g", HOLED, Of.DEFAULT), predicates.geo_within_geojson_region("g", HOLED)),
        (F.regions_containing_point("r", point(2.5, 20), Of.DEFAULT), predicates.geo_contains_geojson_point("r", point(2.5, 20))),
        (F.within_radius("g", 2, 2, 10_000, Of.DEFAULT), predicates.geo_within_radius("g", 2.0, 2.0, 10_000)),
    ]:
        asked = both.official.query("test", both.set_name)
        asked.where(predicate)
        assert sorted(record[2]["n"] for record in asked.results()) == numbers(query(both, where))


def check_names(both):
    """The official client asks an index by its name, and makes one of a set."""
    asked = both.official.query("test", both.set_name)
    asked.where_with_index_name("j_n", predicates.between("n", 10, 12))
    assert sorted(record[2]["n"] for record in asked.results()) == [10, 11, 12]
    both.official.index_remove("test", "j_set")
    both.official.index_set_create("test", both.set_name, "j_set")
    assert len(both.official.query("test", both.set_name).results()) == COUNT


def check_drops(both):
    """A dropped index is gone."""
    for name in ("j_n", "j_e", "j_set"):
        assert both.native.drop_index_blocking("test", both.set_name, name).wait_till_complete_blocking(0.01)
    assert both.mine(lambda: numbers(query(both, F.equal("n", 7)))) == ("code", 201)


if __name__ == "__main__":
    Both.judge(
        check_indexes,
        check_filters,
        check_policies,
        check_projections,
        check_background,
        check_both_find_the_same,
        check_names,
        check_drops,
    )
