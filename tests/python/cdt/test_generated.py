"""Operations on values nobody thought of say and do what the official client's do."""

from __future__ import annotations

import itertools

from aerospike_helpers.operations.operations import write
from collections_judged import Named, case, check
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

# The same values each time: what fails fails for everybody. They are not made smaller, which would take its time.
same = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

integers = st.integers(-(2**63), 2**63 - 1)
# Of a text with a NUL the official client writes what stands before it.
letters = st.characters(codec="utf-8", exclude_characters="\0")
keys = st.one_of(integers, st.text(letters, max_size=5), st.binary(max_size=5))
scalars = st.one_of(st.none(), st.booleans(), integers, st.floats(allow_nan=False), st.text(letters, max_size=40), st.binary(max_size=40))
values = st.recursive(scalars, lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(keys, inner, max_size=4)), max_leaves=8)
lists = st.lists(values, max_size=6)
maps = st.dictionaries(keys, values, max_size=6)
return_types = st.sampled_from([0, 1, 2, 3, 4, 5, 7, 13])
small = st.integers(-8, 8)
NUMBERS = itertools.count()


def amount_first(name, start, return_type, count, turned):
    """For maps the official client has the count in front of the return type."""
    return case(name, (start, return_type, count, turned), (start, count, return_type, turned))


def run(c, official, key, value, cases):
    for each in cases:
        check(c, official, (*key[:2], next(NUMBERS)), [write("b", value)], each)


@same
@given(
    value=lists,
    other=values,
    others=st.lists(values, min_size=1, max_size=3),
    at=small,
    count=st.integers(0, 4),
    rt=return_types,
    inverted=st.booleans(),
)
def test_lists(c, official, key, value, other, others, at, count, rt, inverted):
    turned = Named(inverted=inverted)
    cases = [
        case("list_append", (other,)),
        case("list_append_items", (others,)),
        case("list_insert", (at, other)),
        # None cannot be set: the engine refuses to send it.
        case("list_set", (at, 0 if other is None else other)),
        case("list_pop", (at,)),
        case("list_trim", (at, count)),
        case("list_sort", (2,)),
        case("list_set_order", (1,)),
        case("list_get_range", (at, count)),
        case("list_get_by_value", (other, rt, turned)),
        case("list_remove_by_value", (value[0] if value else other, rt, turned)),
        case("list_get_by_value_list", (others, rt, turned)),
        case("list_remove_by_value_list", (value[:2], rt, turned)),
        case("list_get_by_rank_range", (at, rt, count, turned)),
        case("list_remove_by_index_range", (at, rt, count, turned)),
    ]
    run(c, official, key, value, cases)


@same
@given(value=maps, name=keys, other=values, at=small, count=st.integers(0, 4), rt=return_types, inverted=st.booleans())
def test_maps(c, official, key, value, name, other, at, count, rt, inverted):
    turned = Named(inverted=inverted)
    there = next(iter(value), name)
    cases = [
        case("map_put", (name, other)),
        case("map_put_items", ({name: other, there: 1},)),
        case("map_increment", (there, at)),
        case("map_set_policy", ({"order": 1},), ({"map_order": 1},)),
        case("map_get_by_key", (there, rt)),
        case("map_remove_by_key", (there, rt)),
        case("map_get_by_key_list", ([name, there], rt, turned)),
        case("map_get_by_value", (value.get(there, other), rt, turned)),
        case("map_remove_by_value", (other, rt, turned)),
        amount_first("map_get_by_index_range", at, rt, count, turned),
        amount_first("map_remove_by_rank_range", at, rt, count, turned),
    ]
    run(c, official, key, value, cases)


@same
@given(
    bins=st.dictionaries(
        st.text(st.characters(codec="ascii", exclude_characters="\0"), min_size=1, max_size=15),
        values.filter(lambda value: value is not None),
        min_size=1,
        max_size=5,
    )
)
def test_bins_are_read_alike(c, official, key, bins):
    """What one wrote the other reads, and both the same."""
    for writer in (c, official):
        writer.put(key, bins)
        ours, its = c.get(key).bins, official.get(key)[2]
        assert repr(ours) == repr(its)
        c.remove(key)
