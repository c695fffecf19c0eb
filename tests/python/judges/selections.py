"""What selections on a list and on a map have to answer, said in Python; each selection is a row that every client makes in its own words."""

from __future__ import annotations

LIST = [5, 1, "a", 3, "b", 9]
MAP = {"a": 5, "b": 1, "c": "x", 7: 2}

#: By what, its arguments, the indexes of the items it chooses, and whether it is about one item.
LIST_SELECTIONS = [
    ("index", (1,), [1], True),
    ("index", (-1,), [5], True),
    ("index_range", (1, 2), [1, 2], False),
    ("index_range", (-2, None), [4, 5], False),
    ("rank", (0,), [1], True),
    ("rank", (-1,), [4], True),
    ("rank_range", (1, 3), [3, 0, 5], False),
    ("rank_range", (-2, None), [2, 4], False),
    ("value", ("a",), [2], False),
    ("value", (77,), [], False),
    ("value_list", ([1, "b", 77],), [1, 4], False),
    ("value_range", (3, 9), [3, 0], False),
    ("value_relative_rank_range", (3, 1, None), [0, 5, 2, 4], False),
    ("value_relative_rank_range", (4, -1, 2), [3, 0], False),
]

#: The same of a map; what is chosen are keys.
MAP_SELECTIONS = [
    ("key", ("b",), ["b"], True),
    ("key_list", (["a", 7, "zz"],), ["a", 7], False),
    ("key_range", ("a", "c"), ["a", "b"], False),
    ("index", (0,), [7], True),
    ("index", (-1,), ["c"], True),
    ("index_range", (1, 2), ["a", "b"], False),
    ("rank", (0,), ["b"], True),
    ("rank", (-1,), ["c"], True),
    ("rank_range", (1, 2), [7, "a"], False),
    ("value", (2,), [7], False),
    ("value_list", ([1, "x", 77],), ["b", "c"], False),
    ("value_range", (2, 6), [7, "a"], False),
    ("key_relative_index_range", ("a", 1, None), ["b", "c"], False),
    ("key_relative_index_range", ("b", -1, 2), ["a", "b"], False),
    ("value_relative_rank_range", (2, 1, None), ["a", "c"], False),
    ("value_relative_rank_range", (2, -1, 2), ["b", 7], False),
]

LIST_RETURNS = ["NONE", "INDEX", "REVERSE_INDEX", "RANK", "REVERSE_RANK", "COUNT", "VALUE", "EXISTS"]
MAP_RETURNS = [*LIST_RETURNS, "KEY", "KEY_VALUE", "UNORDERED_MAP", "ORDERED_MAP"]


def rank(value):
    """Integers stand before strings."""
    return (isinstance(value, str), value)


def order(values):
    return sorted(values, key=rank)


def answer(returned, items, single):
    """What is answered for items `(index, rank, key, value)` of a container of `size` items; lists without their order."""
    whole = {
        "NONE": lambda: None,
        "COUNT": lambda: len(items),
        "EXISTS": lambda: bool(items),
        "KEY_VALUE": lambda: {item["key"]: item["value"] for item in items},
    }
    whole["UNORDERED_MAP"] = whole["ORDERED_MAP"] = whole["KEY_VALUE"]
    if returned in whole:
        return whole[returned]()
    found = [item[returned.lower()] for item in items]
    return found[0] if single else order(found)


def chosen(container, names, inverted):
    """The items a selection chooses, with their places."""
    pairs = list(enumerate(container)) if isinstance(container, list) else [(key, container[key]) for key in order(container)]
    ranked = order(value for _, value in pairs)
    last = len(pairs) - 1
    return [
        {
            "index": index,
            "reverse_index": last - index,
            "rank": ranked.index(value),
            "reverse_rank": last - ranked.index(value),
            "key": key,
            "value": value,
        }
        for index, (key, value) in enumerate(pairs)
        if (key in names) != inverted
    ]


def rest(container, items):
    """What removing the items leaves."""
    keys = {item["key"] for item in items}
    if isinstance(container, list):
        return [value for index, value in enumerate(container) if index not in keys]
    return {key: value for key, value in container.items() if key not in keys}
