from __future__ import annotations

import pickle

import numpy as np
import pytest

from aerospike_py import NumpyBatchRecords


def make(keys=None):
    records = np.zeros(3, dtype=[("a", "i4"), ("b", "f8")])
    records["a"] = [1, 0, 3]
    meta = np.array([(1, 60), (0, 0), (2, 4294967295)], dtype=[("gen", "u4"), ("ttl", "u4")])
    return NumpyBatchRecords(records, meta, np.array([0, 2, 0], dtype=np.int32), keys or {"k1": 0, 2: 1, b"k3": 2})


def test_rows_by_key():
    batch = make()
    assert batch.get("k1")["a"] == 1
    assert batch.get(2)["a"] == 0
    assert batch.get(b"k3")["a"] == 3
    assert isinstance(batch.get("k1"), np.void)
    with pytest.raises(KeyError, match="zz"):
        batch.get("zz")


def test_it_is_a_container():
    batch = make()
    assert len(batch) == 3
    assert [row["a"] for row in batch] == [1, 0, 3]
    assert "k1" in batch
    assert "zz" not in batch
    assert repr(batch) == "NumpyBatchRecords(count=3, ok=2, fields=['a', 'b'])"


def test_columns():
    batch = make()
    assert batch.batch_records["a"].tolist() == [1, 0, 3]
    assert batch.meta["ttl"].tolist() == [60, 0, 4294967295]
    assert batch.result_codes.dtype == np.int32


def test_the_map_may_be_made_when_it_is_asked_for():
    calls = []

    def rows():
        calls.append(1)
        return {"k1": 2}

    batch = make(rows)
    assert not calls
    assert batch.get("k1")["a"] == 3
    assert batch._map == {"k1": 2}
    assert calls == [1]


def test_it_has_slots_and_is_pickled():
    batch = make(lambda: {"k1": 2})
    with pytest.raises(AttributeError):
        batch.other = 1
    again = pickle.loads(pickle.dumps(batch))
    assert again._map == {"k1": 2}
    assert again.batch_records.tolist() == batch.batch_records.tolist()


def test_without_numpy_the_error_names_the_extra(run_python):
    code = """
import sys
sys.modules["numpy"] = None
import aerospike_py.numpy_batch
try:
    aerospike_py.numpy_batch._numpy()
except ImportError as error:
    assert 'pip install "aerospike-py[numpy]"' in str(error), error
else:
    raise SystemExit("no error")
"""
    done = run_python(code)
    assert done.returncode == 0, done.stderr
