from __future__ import annotations

import copy
import json
import pickle

from aerospike_py import BatchReadResult
from aerospike_py.types import AerospikeKey, BatchRecord, Record, RecordMetadata


class Reply:
    """What the extension hands over beside the dict."""

    def __init__(self, records):
        self.batch_records = records
        self.result_codes = [record.result for record in records]
        self.missing = [record.key.user_key for record in records if record.result == 2]

    def to_list(self):
        return [record.record.bins if record.record else None for record in self.batch_records]

    def to_numpy(self, dtype, *, strict):
        return ("array", dtype, strict)

    def all_user_keys(self):
        return [record.key.user_key for record in self.batch_records]

    def found_count(self):
        return self.result_codes.count(0)


def make(*names):
    rows = []
    for name in names:
        key = AerospikeKey("test", "demo", name, b"\0" * 20)
        found = Record(key, RecordMetadata(1, 0), {"n": name}) if name != "gone" else None
        rows.append(BatchRecord(key, 0 if found else 2, found))
    return BatchReadResult({row.key.user_key: row.record.bins for row in rows if row.record}, Reply(rows))


def test_it_is_a_filled_dict():
    result = make("b", "gone", "a")
    assert isinstance(result, dict)
    assert result == {"b": {"n": "b"}, "a": {"n": "a"}}
    assert list(result) == ["b", "a"]
    assert json.loads(json.dumps(result)) == {"b": {"n": "b"}, "a": {"n": "a"}}
    assert {**result} == dict(result) == result


def test_it_knows_what_a_dict_cannot_say():
    result = make("b", "gone", "a")
    assert result.result_codes == [0, 2, 0]
    assert result.missing == ["gone"]
    assert [record.result for record in result.batch_records] == [0, 2, 0]
    assert [record.key.user_key for record in result.iter_records()] == ["b", "gone", "a"]
    assert result.to_list() == [{"n": "b"}, None, {"n": "a"}]
    assert result.all_user_keys() == ["b", "gone", "a"]
    assert result.found_count() == 2
    assert result.to_numpy("dtype") == ("array", "dtype", True)
    assert result.release_cache() is None


def test_dicts_made_of_it_are_plain_and_its_own():
    result = make("a")
    for plain in (result.to_dict(), result.as_dict(), result.copy(), copy.copy(result), pickle.loads(pickle.dumps(result))):
        assert type(plain) is dict
        assert plain == result
        plain["x"] = 1
    assert "x" not in result


def test_results_are_merged_to_a_list_of_dicts():
    assert BatchReadResult.merge_to_dict([make("a"), make("gone"), make("b")]) == [{"a": {"n": "a"}}, {}, {"b": {"n": "b"}}]
